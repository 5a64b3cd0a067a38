"""The store: one engine, one kind of transaction, on SQLite or PostgreSQL.

SQLAlchemy Core throughout. Only the edge (``bot/``) opens a transaction; the network's
functions take the open one as ``tx`` and never commit.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    ExceptionContext,
    Executable,
    MetaData,
    Row,
    Table,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from network import inline
from network.ahead import Ahead
from network.errors import Missing, NetworkError
from network.sealing import Sealer

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Value = TypeVar("Value")

CACHE_KB = 32 * 1024  # of pages, for each connection: what a large network looks up again and again
BUSY_TIMEOUT_S = 30
IDLE_S = 2.0  # a connection to PostgreSQL that lay idle so long proves that it lives before it is used
READING = "jisr_reading"
SCRUB_TIMEOUT_S = 2.0
WAL_TRIES = 10
BATCH = 500  # values in one IN (...): SQLite and PostgreSQL both limit the parameters of a statement


# A machine that vanishes must not keep its locks: the server looks after 10 s whether the other end
# is there, and ends a transaction that nobody goes on with
# (https://www.postgresql.org/docs/current/runtime-config-connection.html, runtime-config-client.html).
_LET_GO = {
    "tcp_keepalives_idle": "10",  # s
    "tcp_keepalives_interval": "5",  # s
    "tcp_keepalives_count": "2",
    "idle_in_transaction_session_timeout": "20000",  # ms
}


class LogInUse(NetworkError):
    """The write-ahead log could not be emptied while somebody reads an older state. Try again."""


class Away(NetworkError):
    """The database cannot be reached. Look at JISR_DATABASE_URL, and whether its server runs."""


class Instant(TypeDecorator[datetime]):
    """An instant: aware in the program, UTC in the store (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored instant needs a zone"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Tx:
    """One open transaction: the connection, the sealer, and the instant of the step."""

    connection: AsyncConnection
    seal: Sealer
    now: datetime
    ahead: Ahead = field(default_factory=Ahead, repr=False)
    put_off: dict[Executable, list[Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is SQLite."""
        return self.connection.dialect.name == "sqlite"

    async def all(self, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Run a query and return every row."""
        return (await self._execute(query, values)).all()

    async def first(self, query: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Run a query and return its first row, or None."""
        return (await self._execute(query, values)).first()

    async def one(self, query: Executable, values: Mapping[str, Any] | None = None) -> Row[Any]:
        """Run a query and return its first row; raise Missing where there is none."""
        row = await self.first(query, values)
        if row is None:
            raise Missing
        return row

    async def scalar(self, query: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return the first column of its first row, or None."""
        return (await self._execute(query, values)).scalar()

    async def run(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        *,
        apart: bool = False,
    ) -> int:
        """Run a statement that changes rows, and return how many.

        ``apart``: none of those rows was read ahead.
        """
        if not apart:
            self.ahead.forget()
        return (await self._execute(statement, values)).rowcount

    def later(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Run a statement that changes rows together with others like it: before anything else is run.

        Not for one that must stay in order with those of another kind, or whose rows were read ahead.
        """
        self.put_off.setdefault(statement, []).append(values)

    async def catch_up(self) -> None:
        """Run what was put off."""
        while self.put_off:
            statement = next(iter(self.put_off))
            await self._execute_now(statement, self.put_off.pop(statement))

    async def add(self, table: Table, *, key: Sequence[str], **values: Any) -> bool:
        """Insert a row unless one with the same ``key`` columns is there; return whether it is new."""
        return bool(await self.run(self._insert(table, values).on_conflict_do_nothing(index_elements=key)))

    async def put(self, table: Table, *, key: Sequence[str], **values: Any) -> None:
        """Insert a row, or change the one with the same ``key`` columns to these values."""
        insert = self._insert(table, values)
        rest = {name: insert.excluded[name] for name in values if name not in key}
        await self.run(insert.on_conflict_do_update(index_elements=key, set_=rest))

    def _insert(self, table: Table, values: Mapping[str, Any]) -> sqlite.Insert | postgresql.Insert:
        return (sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)).values(values)

    async def _execute(self, statement: Executable, values: Any) -> CursorResult[Any]:
        if self.put_off:
            await self.catch_up()
        return await self._execute_now(statement, values)

    async def _execute_now(self, statement: Executable, values: Any) -> CursorResult[Any]:
        return await self.connection.execute(statement, values)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what was done inside, if it raises."""
        await self.catch_up()
        async with self.connection.begin_nested():
            try:
                yield
                await self.catch_up()
            except BaseException:
                self.put_off.clear()
                self.ahead.forget()  # what was read inside may be of what is undone
                raise


class Store:
    """The database of one installation.

    On SQLite the writers of this process take turns at an asyncio lock, so that none of them
    waits in SQLite's own busy loop. On PostgreSQL those do that ask for it.
    """

    def __init__(self, engine: AsyncEngine, sealer: Sealer) -> None:
        self.engine = engine
        self.sealer = sealer
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, now: datetime, *, in_turn: bool = False, one: bool = False) -> AsyncIterator[Tx]:
        """Open a writing transaction; commit when the block ends, undo when it raises.

        A cancelled caller never interrupts the commit itself: it is shielded, and either
        everything is durable or nothing is. ``in_turn``: not while another of this process that takes turns is open;
        on SQLite every one does. ``one``: it writes with one statement only, which PostgreSQL commits by itself, in one
        exchange with the server rather than three; a cancelled caller does not learn whether it did.
        """
        self.sealer.follow(now)
        if not (in_turn or self.is_sqlite):
            async with self._transaction(now, one=one) as tx:
                yield tx
            return
        async with self._turn, self._transaction(now) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, now: datetime, *, one: bool = False) -> AsyncIterator[Tx]:
        connection = self.engine.connect()
        try:
            try:
                await whole(connection.start())
            except OSError as error:  # from the socket, as it is
                raise Away from error
            if one:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                await whole(connection.begin().start())
                tx = Tx(connection, self.sealer, now)
                yield tx
                await tx.catch_up()
            except BaseException:
                await whole(connection.rollback())
                raise
            await whole(connection.commit())
        finally:
            if connection.sync_connection is not None:
                await whole(connection.close())

    @asynccontextmanager
    async def reading(self, now: datetime) -> AsyncIterator[Tx]:
        """Open a transaction that only reads, and never waits for a writer."""
        async with self.engine.connect() as connection:
            await connection.execution_options(**{READING: True})
            yield Tx(connection, self.sealer, now)

    async def scrub(self) -> None:
        """Empty the write-ahead log of SQLite, so that nothing erased is left in it; raise LogInUse.

        It waits ``SCRUB_TIMEOUT_S`` for readers, while no writer goes on. PostgreSQL recycles its
        log by itself; there this does nothing.
        """
        if not self.is_sqlite:
            return
        async with self._turn, self.engine.connect() as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql(f"PRAGMA busy_timeout = {SCRUB_TIMEOUT_S * 1000:.0f}")
            busy = (await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
            await bare.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        if busy:
            raise LogInUse

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


async def whole(work: Awaitable[Value]) -> Value:
    """Let ``work`` end even when the caller is cancelled, then pass the cancellation on."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # cancelled again: still not before the work is whole
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


def batches(values: Iterable[str]) -> Iterator[list[str]]:
    """Cut ``values`` into lists that fit in one ``IN (...)``."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def open_engine(url: str) -> AsyncEngine:
    """Return an engine for ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://...``.

    SQLite runs in WAL mode with ``synchronous=FULL`` (NORMAL may lose acknowledged commits on
    power loss), and every writing transaction begins IMMEDIATE: one that turns from reading to
    writing fails at once, whatever the timeout (https://sqlite.org/isolation.html).
    """
    if not url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True, connect_args={"server_settings": _LET_GO})
        event.listen(engine.sync_engine, "checkin", _laid_down)
        event.listen(engine.sync_engine, "checkout", _taken_up)
        return engine
    options = {"timeout": BUSY_TIMEOUT_S, "async_creator_fn": inline.connect}
    engine = create_async_engine(url, connect_args=options, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)
    return engine


def _laid_down(_raw: Any, record: ConnectionPoolEntry) -> None:
    record.info["since"] = asyncio.get_running_loop().time()


def _taken_up(raw: Any, record: ConnectionPoolEntry, _fairy: object) -> None:
    """Have a connection replaced that was closed, or that does not answer after it lay idle.

    ``pool_pre_ping`` asks each time, in three exchanges with the server: as many as taking in a message takes.
    """
    since = record.info.get("since")
    try:
        if since is not None and asyncio.get_running_loop().time() - since >= IDLE_S:
            raw.ping()
        closed = raw.driver_connection.is_closed()
    except Exception as error:
        raise DisconnectionError from error
    if closed:
        raise DisconnectionError


def _keep_when_cancelled(context: ExceptionContext) -> None:
    """Let a cancelled caller's connection live, to be rolled back.

    SQLAlchemy would close it at once; with a statement still open in its thread SQLite keeps such
    a connection's lock (https://sqlite.org/c3ref/close.html), and every writer would wait.
    """
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


def _prepare_sqlite(raw: Any, _record: object) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    _use_wal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"cache_size=-{CACHE_KB}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Use a write-ahead log. Where several open a new file at once, SQLite refuses all but one without waiting."""
    for _ in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            cursor.execute("BEGIN IMMEDIATE")  # waits for whoever is changing it
            cursor.execute("COMMIT")
        else:
            return
    raise LogInUse


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN" if options.get(READING) else "BEGIN IMMEDIATE")
