"""The store: whole steps, one at a time where it matters, whatever interrupts them; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Integer, String, Table, event, func, insert, select, text, update
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

import network.store
from network import members
from network.ids import new_id
from network.store import BATCH, Instant, LogInUse, Store, Tx, batches, metadata, open_engine
from tests.conftest import sqlite_url
from tests.network.people import enrolled

WORKERS = 20

counters = Table("test_counters", type(metadata)(), Column("id", String(32), primary_key=True), Column("n", Integer))
moments = Table("test_moments", type(metadata)(), Column("id", Integer, primary_key=True), Column("at", Instant))


@pytest.fixture
async def counting(store: Store, now: datetime) -> Store:
    """Return a store with two tables that only the tests know."""
    async with store.engine.begin() as connection:
        await connection.run_sync(counters.create)
        await connection.run_sync(moments.create)
    async with store.transaction(now) as tx:
        await tx.run(insert(counters), [{"id": "one", "n": 0}, {"id": "two", "n": 0}])
    return store


async def value(store: Store, key: str = "one") -> int:
    """Return a counter."""
    async with store.reading(datetime.now(UTC)) as tx:
        return int(await tx.scalar(select(counters.c.n).where(counters.c.id == key)))


async def increment(tx: Tx, key: str = "one") -> None:
    """Read a counter, let others run, and write it back one higher: an update that is easily lost."""
    count = await tx.scalar(select(counters.c.n).where(counters.c.id == key).with_for_update())
    await asyncio.sleep(0)
    await tx.run(update(counters).where(counters.c.id == key).values(n=count + 1))


async def test_no_update_is_lost(counting: Store, now: datetime, long: bool) -> None:
    """Twenty workers that read, wait and write the same row 1,000 times lose nothing (20,000 in the long form)."""
    each = 1000 if long else 50

    async def work() -> None:
        for _ in range(each):
            async with counting.transaction(now) as tx:
                await increment(tx)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    assert await value(counting) == WORKERS * each


async def test_no_change_of_a_member_is_lost(store: Store, now: datetime) -> None:
    """Twenty workers that lock a member and add to what they said of themselves lose nothing."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx, name="-")

    async def work() -> None:
        for _ in range(10):
            async with store.transaction(now) as tx:
                member = await members.lock(tx, person=person)
                await members.change(tx, person=person, name=member.name + "x")

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    async with store.reading(now) as tx:
        assert (await members.get(tx, person=person)).name == "-" + "x" * WORKERS * 10


async def test_an_error_undoes_everything(counting: Store, now: datetime) -> None:
    """A transaction whose block raises leaves nothing behind."""

    async def fail() -> None:
        async with counting.transaction(now) as tx:
            await increment(tx)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await value(counting) == 0


async def test_a_savepoint_undoes_only_its_own(counting: Store, now: datetime) -> None:
    """What failed inside a savepoint is undone; what stands before and after it is committed."""

    async def fail(tx: Tx) -> None:
        async with tx.savepoint():
            await increment(tx, "two")
            raise LookupError

    async with counting.transaction(now) as tx:
        await increment(tx)
        with pytest.raises(LookupError):
            await fail(tx)
        async with tx.savepoint():
            await increment(tx)
    assert (await value(counting), await value(counting, "two")) == (2, 0)


class Stopper:
    """Drives a coroutine and cancels its task just before the n-th time that it would wait."""

    def __init__(self, work: Any, stop_at: int) -> None:
        self._work = work.__await__()
        self._left = stop_at
        self.task: asyncio.Task[Any] | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        """Pass every wait on, but for the one that is cancelled."""
        sent: Any = None
        failed: BaseException | None = None
        while True:
            try:
                waited = self._work.send(sent) if failed is None else self._work.throw(failed)
            except StopIteration as end:
                return end.value
            failed = None
            self._left -= 1
            if self._left == 0 and self.task is not None:
                self.task.cancel()
            try:
                sent = yield waited
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine
                failed = error


async def stopped(work: Any, stop_at: int) -> bool:
    """Run ``work``, cancelled at its n-th wait; return whether the cancellation arrived."""
    stopper = Stopper(work, stop_at)

    async def drive() -> None:
        await stopper

    stopper.task = asyncio.ensure_future(drive())
    try:
        await stopper.task
    except asyncio.CancelledError:
        return True
    return False


async def test_a_task_cancelled_anywhere_does_all_or_nothing(counting: Store, now: datetime) -> None:
    """Cancelled at any of its waits, a step over two rows is whole or undone, and the store goes on."""

    async def step() -> None:
        async with counting.transaction(now) as tx:
            await increment(tx, "one")
            await increment(tx, "two")

    cancelled = 0
    for stop_at in range(1, 200):
        before = await value(counting)
        arrived = await stopped(step(), stop_at)
        cancelled += arrived
        one, two = await value(counting), await value(counting, "two")
        assert one == two, stop_at
        assert one in {before, before + 1}
        if not arrived and one == before + 1:
            break
    else:
        pytest.fail("the step never ran to its end")
    assert cancelled >= 6
    await step()


async def test_a_task_cancelled_twice_waits_for_its_commit(counting: Store, now: datetime) -> None:
    """However often a task is cancelled, it leaves no transaction open behind it."""

    async def step() -> None:
        async with counting.transaction(now) as tx:
            await increment(tx, "one")
            await increment(tx, "two")

    for waits in range(12):
        task = asyncio.ensure_future(step())
        for _ in range(waits * 3):
            await asyncio.sleep(0)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(task, return_exceptions=True)
        assert await value(counting) == await value(counting, "two")
    async with asyncio.timeout(10):
        await step()


async def test_a_full_disk_is_an_error_and_not_half_a_write(sqlite_store: Store, now: datetime) -> None:
    """With the disk full a step raises and leaves nothing; with room again the same step succeeds."""
    limit: list[int] = []

    @event.listens_for(sqlite_store.engine.sync_engine, "begin")
    def _keep_limit(connection: Any) -> None:
        if limit:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}")

    async def fill() -> None:
        async with sqlite_store.transaction(now) as tx:
            for _ in range(200):
                await enrolled(tx, name="x" * 200, organisation="y" * 200)

    async def kept() -> int:
        async with sqlite_store.reading(now) as tx:
            return int(await tx.scalar(select(func.count()).select_from(members.members)))

    async with sqlite_store.reading(now) as tx:
        pages = int((await tx.connection.exec_driver_sql("PRAGMA page_count")).scalar() or 0)
    for room in (1, 5, 20):
        limit[:] = [pages + room]
        with pytest.raises(OperationalError, match="full"):
            await fill()
        assert await kept() == 0
    limit[:] = [2**30]
    await fill()
    assert await kept() == 200


async def test_rows_are_added_once_and_put_over(counting: Store, now: datetime) -> None:
    """``add`` inserts once and says so; ``put`` inserts or changes."""
    async with counting.transaction(now) as tx:
        assert await tx.add(counters, key=("id",), id="three", n=1)
        assert not await tx.add(counters, key=("id",), id="three", n=2)
        assert await tx.scalar(select(counters.c.n).where(counters.c.id == "three")) == 1
        for count in (5, 6):
            await tx.put(counters, key=("id",), id="four", n=count)
        assert await tx.scalar(select(counters.c.n).where(counters.c.id == "four")) == 6


async def test_instants_are_utc_and_aware(counting: Store, now: datetime) -> None:
    """An instant comes back aware and equal, whatever zone it was given in; a naive one is refused."""
    east = now.astimezone(timezone(timedelta(hours=3)))
    async with counting.transaction(now) as tx:
        await tx.run(insert(moments), [{"id": 1, "at": east}, {"id": 2, "at": None}])
        rows = await tx.all(select(moments.c.at).order_by(moments.c.id))
        assert [row.at for row in rows] == [now, None]
        assert rows[0].at.tzinfo is UTC
        with pytest.raises(StatementError):
            await tx.run(insert(moments), {"id": 3, "at": now.replace(tzinfo=None)})


async def test_readers_do_not_wait_for_a_writer(counting: Store, now: datetime) -> None:
    """While a step is open, a reader sees what was committed before it, at once."""
    async with counting.transaction(now) as tx:
        await increment(tx)
        async with asyncio.timeout(5):
            assert await value(counting) == 0


@pytest.mark.parametrize("in_turn", [True, False])
async def test_writers_take_turns_where_they_ask_for_it(store: Store, now: datetime, in_turn: bool) -> None:
    """Of those of one process that take turns one is open at a time, on SQLite of all; others go on beside them."""
    opened: list[str] = []

    async def write(name: str, **how: bool) -> None:
        async with store.transaction(now, **how):
            opened.append(name)

    async with store.transaction(now, in_turn=True):
        other = asyncio.create_task(write("other", in_turn=in_turn))
        for _ in range(200):
            await asyncio.sleep(0)
        waits = in_turn or store.is_sqlite
        async with asyncio.timeout(30):
            while not (waits or opened):
                await asyncio.sleep(0)
        assert opened == ([] if waits else ["other"])
    await other
    assert opened == ["other"]


async def test_one_statement_is_durable_when_it_ends(counting: Store, now: datetime) -> None:
    """What a transaction of one statement wrote is there for others afterwards, and nothing of one that fails."""
    async with counting.transaction(now, one=True) as tx:
        await tx.run(insert(counters), {"id": "three", "n": 3})
    assert await value(counting, "three") == 3
    with pytest.raises(IntegrityError):
        async with counting.transaction(now, one=True) as tx:
            await tx.run(insert(counters).values([{"id": "four", "n": 4}, {"id": "three", "n": 5}]))
    async with counting.reading(now) as tx:
        assert await tx.all(select(counters.c.n).where(counters.c.id.in_(["three", "four"]))) == [(3,)]


async def test_scrubbing_empties_the_log(sqlite_store: Store, tmp_path: Any, now: datetime) -> None:
    """After a scrub SQLite's write-ahead log has no byte."""
    async with sqlite_store.transaction(now) as tx:
        await enrolled(tx)
    await sqlite_store.scrub()
    assert (tmp_path / "sqlite.db-wal").stat().st_size == 0


async def test_a_scrub_that_a_reader_prevents_says_so(
    sqlite_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody reads an older state the log cannot be emptied: that is an error, and the next try succeeds."""
    monkeypatch.setattr(network.store, "SCRUB_TIMEOUT_S", 0.01)
    async with sqlite_store.reading(now) as reader:
        await reader.scalar(select(func.count()).select_from(members.members))
        async with sqlite_store.transaction(now) as tx:
            await enrolled(tx)
        with pytest.raises(LogInUse):
            await sqlite_store.scrub()
    await sqlite_store.scrub()
    async with sqlite_store.transaction(now) as tx:
        assert (await tx.connection.exec_driver_sql("PRAGMA busy_timeout")).scalar() == 30_000


async def test_a_connection_that_was_closed_is_replaced(store: Store, now: datetime) -> None:
    """When the server ended a connection that lay idle, whoever needs one next is given another and notices nothing."""
    if store.is_sqlite:
        return
    mine = text("SELECT pg_backend_pid()")
    async with store.transaction(now) as first, store.transaction(now) as second:
        both: dict[int, Any] = {
            await each.scalar(mine): (await each.connection.get_raw_connection()).driver_connection
            for each in (first, second)
        }
    async with store.transaction(now) as tx:
        (other,) = both.keys() - {await tx.scalar(mine)}
        assert await tx.scalar(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": other})  # waits: ms
        async with asyncio.timeout(10):
            while not both[other].is_closed():  # until its end has come here too
                await asyncio.sleep(0)
        async with store.transaction(now) as next_one:
            assert await next_one.scalar(mine) not in both


@pytest.mark.parametrize(("seconds", "asked"), [(0.0, 1), (60.0, 0)])
async def test_only_an_idle_connection_is_asked_whether_it_lives(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch, seconds: float, asked: int
) -> None:
    """One that was used just now is used again as it is; one that lay idle and does not answer is replaced."""
    if store.is_sqlite:
        return
    asks: list[Any] = []

    def ask(connection: Any) -> None:
        asks.append(connection)
        raise OSError

    async with store.transaction(now) as tx:
        before = await tx.scalar(text("SELECT pg_backend_pid()"))
    monkeypatch.setattr(network.store, "IDLE_S", seconds)
    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "ping", ask)
    async with store.transaction(now) as tx:
        after = await tx.scalar(text("SELECT pg_backend_pid()"))
    assert (len(asks), after != before) == (asked, bool(asked))


async def test_sqlite_keeps_what_it_acknowledged(sqlite_store: Store, tmp_path: Any) -> None:
    """Every connection is in WAL mode with synchronous=FULL, foreign keys and secure deletion on."""
    engine = open_engine(sqlite_url(tmp_path / "sqlite.db"))
    async with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        kept = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]
    await engine.dispose()
    assert kept == ["wal", 2, 1, 1]


def test_batches_cut_what_is_long() -> None:
    """Values are cut into lists that fit in one statement, none lost."""
    values = [new_id() for _ in range(2 * BATCH + 1)]
    cut = list(batches(values))
    assert [len(batch) for batch in cut] == [BATCH, BATCH, 1]
    assert [value for batch in cut for value in batch] == values
