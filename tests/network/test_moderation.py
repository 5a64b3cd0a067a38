"""Moderation in figures: counted from ten on, of no person; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from network import appeals, approvals, moderation, requests
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, seated

SENSITIVE = ["com.selfdefence"]


async def word(tx: Tx, practice: str, by: str, **given: object) -> None:
    """Give a moderator's word on a practice."""
    asked = await approvals.pending_about(tx, subject=practice, kind="practice")
    assert asked is not None
    await requests.settle(tx, approval=asked.id, by=by, **{"agree": True, **given})  # type: ignore[arg-type]


async def test_figures_are_shown_from_ten_on(store: Store, now: datetime) -> None:
    """Nine decisions are too few; of ten it is said what became of them, and by side only where both have ten."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        waiting = [await handed_in(tx, author) for _ in range(10)]
    async with store.transaction(now + timedelta(days=2)) as tx:
        for practice in waiting[:7]:
            await word(tx, practice, civil)
        await word(tx, waiting[7], civil, agree=False, reason="Non")
        await word(tx, waiting[8], civil, agree=False, change=True, reason="Une date")
        assert await moderation.figures(tx) is None
        await word(tx, waiting[9], official)
        await appeals.ask(tx, practice=waiting[7], by=author, why="Il y a une source")
        found = await moderation.figures(tx)
        assert found is not None
        assert (found.approved, found.changed, found.refused, found.appealed) == (8, 1, 1, 1)
        assert found.half_within == timedelta(days=2)
        assert found.by_side == {}
        for _ in range(9):
            practice = await handed_in(tx, author, topics=SENSITIVE)
            await word(tx, practice, official)
            await word(tx, practice, civil)
        found = await moderation.figures(tx)
        assert found is not None
        assert found.by_side == {"official": 10, "civil": 18}
        assert found.half_within == timedelta(days=2)
