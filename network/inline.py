"""SQLite under SQLAlchemy's asyncio, its statements run where they are called.

aiosqlite hands every call to a thread and waits for its answer: 15 hops for one message, most of
its cost. A statement in WAL mode takes microseconds and waits for nobody. What may wait has a
thread: BEGIN IMMEDIATE (another process may hold the file), COMMIT (the disk) and closing.
Measured in docs/decisions/0006 and 0007.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util.concurrency import await_only, in_greenlet

Value = TypeVar("Value")
NAME = "sqlite+inline"


class InlineCursor(sqlite3.Cursor):
    """A cursor as an AsyncConnection wants it."""

    async def _async_soft_close(self) -> None:
        """Keep the rows to be read: nothing stands between them and their reader."""


class InlineConnection(sqlite3.Connection):
    """A connection whose cursors are those above."""

    def cursor(self, factory: Any = InlineCursor) -> Any:
        """Return a cursor."""
        return super().cursor(factory)


class InlineSQLite(SQLiteDialect_pysqlite):
    """The ``sqlite3`` of Python, called from the loop; one connection serves one caller at a time."""

    driver = "inline"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        """Return the pool: of connections to a file, or the one connection that a memory database has."""
        return pool.AsyncAdaptedQueuePool if cls._is_url_file_db(url) else pool.StaticPool

    def connect(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # type: ignore[override]
        """Open a connection, to be used on several threads, never at the same time."""
        options |= {"check_same_thread": False, "factory": InlineConnection}
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        return connection

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ARG002 - SQLAlchemy's signature
        """Run a statement here and now."""
        cursor.execute(statement, parameters)
        _note_await()

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ARG002
        """Run a statement with each of several sets of values, here and now."""
        cursor.executemany(statement, parameters)
        _note_await()

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit: it may wait for the disk."""
        _wait_for(dbapi_connection.commit)

    def do_close(self, dbapi_connection: Any) -> None:
        """Close: the last connection empties the write-ahead log."""
        _wait_for(dbapi_connection.close)

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Close a connection that nobody holds any more, outside any task."""
        dbapi_connection.close()


def use(url: URL) -> URL:
    """Return ``url`` with this dialect in the place of the one it names."""
    registry.register(NAME.replace("+", "."), __name__, InlineSQLite.__name__)
    return url.set(drivername=NAME)


def begin(connection: Connection, *, write: bool) -> None:
    """Begin a transaction; a writing one may wait for another process."""
    raw: Any = connection.connection.dbapi_connection
    if write:
        _wait_for(raw.execute, "BEGIN IMMEDIATE")
    else:
        raw.execute("BEGIN")


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


def _note_await() -> None:
    """Await nothing: an AsyncConnection refuses a dialect that never awaits."""
    if in_greenlet():
        await_only(_nothing())


async def _nothing() -> None:
    return


def _wait_for(call: Callable[..., object], *arguments: Any) -> None:
    """Make a call in a thread, whole whatever becomes of the caller: two threads never share a connection."""
    loop = asyncio.get_running_loop()
    await_only(whole(loop.run_in_executor(None, call, *arguments)))
