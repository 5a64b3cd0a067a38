"""Faults: what passes by itself is told from what an item caused, as the databases themselves say it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.faults import is_passing
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.bot.conftest import World
from tests.bot.fake_channel import message


async def failure(work: object) -> BaseException | None:
    """Return what ``work`` raised."""
    try:
        await work  # type: ignore[misc]
    except Exception as error:  # noqa: BLE001 - it is what is looked at
        return error
    return None


async def touch(store: Store, now: datetime, keys: tuple[str, str], both: asyncio.Barrier) -> None:
    """Change two rows in an order."""
    async with store.transaction(now) as tx:
        await _set(tx, keys[0])
        await both.wait()
        await _set(tx, keys[1])


async def test_a_deadlock_passes(store: Store, now: datetime) -> None:
    """Two processes that wait for each other: PostgreSQL ends one, which is to be tried again."""
    if store.is_sqlite:
        return
    async with store.transaction(now) as tx:
        await tx.run(text("INSERT INTO rates (key, tat) VALUES ('a', 1), ('b', 1)"))
    both = asyncio.Barrier(2)
    ended = await asyncio.gather(
        failure(touch(store, now, ("a", "b"), both)), failure(touch(store, now, ("b", "a"), both))
    )
    (error,) = [one for one in ended if one is not None]
    assert is_passing(error)


async def test_a_serialization_failure_passes(store: Store, now: datetime) -> None:
    """What PostgreSQL refuses because somebody else was faster is to be tried again."""
    if store.is_sqlite:
        return
    async with store.transaction(now) as tx:
        await tx.run(text("INSERT INTO rates (key, tat) VALUES ('a', 1)"))

    async def slow() -> None:
        async with store.transaction(now) as tx:
            await tx.run(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            await tx.scalar(text("SELECT tat FROM rates WHERE key = 'a'"))
            async with store.transaction(now) as other:
                await _set(other, "a")
            await _set(tx, "a")

    assert is_passing(await failure(slow()))


async def test_a_lost_connection_passes(store: Store, now: datetime) -> None:
    """A connection that the server ended in the middle of a transaction is nobody's fault."""
    if store.is_sqlite:
        return

    async def cut() -> None:
        async with store.transaction(now) as tx:
            pid = await tx.scalar(text("SELECT pg_backend_pid()"))
            async with store.transaction(now) as other:
                await other.run(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await tx.scalar(text("SELECT 1"))

    assert is_passing(await failure(cut()))


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://jisr@127.0.0.1:1/jisr", "postgresql+asyncpg://j@/j?host=/nowhere"]
)
async def test_a_database_that_is_away_passes(url: str, sealer: Sealer, now: datetime) -> None:
    """A server that takes no connection is nobody's fault."""
    store = Store(open_engine(url), sealer)

    async def ask() -> None:
        async with store.transaction(now) as tx:
            await tx.scalar(text("SELECT 1"))

    assert is_passing(await failure(ask()))
    await store.close()


async def test_a_fault_of_ours_does_not_pass(store: Store, now: datetime) -> None:
    """A statement that cannot work, a value that does not fit, an error of the program: their items are at fault."""

    async def wrong() -> None:
        async with store.transaction(now) as tx:
            await tx.run(text("SELECT nothing FROM nowhere"))

    assert not is_passing(await failure(wrong()))
    assert not is_passing(ValueError())
    assert not is_passing(TimeoutError())


async def test_a_batch_that_met_a_deadlock_is_handled_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passing fault puts nobody's message back: the whole batch is undone, and handled again."""
    await world.deliver(message(1), message(2, "5", "other"))
    handle, met = world.desk.handle, []

    async def once(tx: Tx, incoming: object) -> object:
        if len(met) < 1:
            met.append(incoming)
            error = RuntimeError()
            error.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise error
        return await handle(tx, incoming)  # type: ignore[arg-type]

    monkeypatch.setattr(world.desk, "handle", once)
    with pytest.raises(RuntimeError):
        await world.processor.step()
    assert await world.process() == 2
    assert await world.rows(1) == 2
    async with world.store.engine.connect() as connection:
        assert (await connection.execute(text("SELECT max(tries) FROM inbox"))).scalar_one() == 0


async def _set(tx: Tx, key: str) -> None:
    await tx.run(text("UPDATE rates SET tat = tat + 1 WHERE key = :key"), {"key": key})
