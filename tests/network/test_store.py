"""The store keeps its promises on both databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from network.store import Store


async def test_it_answers(store: Store, now: datetime) -> None:
    """A fresh store opens on both databases and gives each transaction its instant."""
    async with store.transaction(now) as tx:
        assert await tx.scalar(select(1)) == 1
        assert tx.now == now
