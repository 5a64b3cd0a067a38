"""Turns: what only one process does at a time."""

from __future__ import annotations

from sqlalchemy import text

from network.store import Store
from network.turns import Turn


async def test_one_at_a_time(store: Store) -> None:
    """On PostgreSQL one of two has the turn until it leaves; SQLite has one process, whose turn it always is."""
    first, second, other = Turn(store, "poll a"), Turn(store, "poll a"), Turn(store, "poll b")
    assert await first.is_ours()
    assert await first.is_ours()
    assert await second.is_ours() is store.is_sqlite
    assert await other.is_ours()
    await first.leave()
    assert await second.is_ours()
    assert await first.is_ours() is store.is_sqlite
    for turn in (first, second, other):
        await turn.leave()


async def test_a_turn_ends_with_its_connection(store: Store) -> None:
    """When the server ends the connection the turn is free for another, and its owner notices."""
    if store.is_sqlite:
        return
    first, second = Turn(store, "poll a"), Turn(store, "poll a")
    assert await first.is_ours()
    async with store.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    while not await second.is_ours():
        pass
    raised = False
    try:
        await first.is_ours()
    except Exception:  # noqa: BLE001 - whatever the driver says
        raised = True
    assert raised
    assert not await first.is_ours()
    for turn in (first, second):
        await turn.leave()
