"""Tallies: how often something happened, and nothing else of it: no person, no time, no text."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from network.store import Tx, metadata

tallies = Table(
    "tallies",
    metadata,
    Column("what", String(40), primary_key=True),
    Column("times", Integer, nullable=False),
)


async def add(tx: Tx, *, what: str) -> None:
    """Count one more; ``what`` is a code."""
    make = sqlite.insert if tx.is_sqlite else postgresql.insert
    one = make(tallies).values(what=what, times=1)
    await tx.run(one.on_conflict_do_update(index_elements=["what"], set_={"times": tallies.c.times + 1}))


async def counts(tx: Tx) -> dict[str, int]:
    """Return how often each thing happened."""
    return {row.what: row.times for row in await tx.all(select(tallies))}
