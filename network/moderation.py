"""Moderation in figures: what became of practices and how fast, for all members to see; of no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import func, select

from network.approvals import APPEAL, Decision, approvals, decisions
from network.members import SIDES
from network.rolls import SMALLEST_CELL
from network.store import Tx

PRACTICE = "practice"
LATEST = 500  # decisions: the speed is that of lately


@dataclass(frozen=True)
class Figures:
    """How often practices were approved, given back for a change, refused, and appealed.

    ``half_within`` is how long half of them waited at most. ``by_side`` counts the words given by the
    moderators of each side; it is empty while any of these is smaller than ten.
    """

    approved: int
    changed: int
    refused: int
    appealed: int
    half_within: timedelta
    by_side: dict[str, int]


async def figures(tx: Tx) -> Figures | None:
    """Return the figures, or None while fewer than ten practices were decided on."""
    states = await _states(tx)
    decided = sum(states.values())
    if decided < SMALLEST_CELL:
        return None
    return Figures(
        approved=states.get(Decision.APPROVED.value, 0),
        changed=states.get(Decision.CHANGE.value, 0),
        refused=states.get(Decision.REFUSED.value, 0),
        appealed=int(await tx.scalar(select(func.count()).where(approvals.c.kind == APPEAL))),
        half_within=await _half_within(tx),
        by_side=await _by_side(tx),
    )


async def _states(tx: Tx) -> dict[str, int]:
    decided = (approvals.c.kind == PRACTICE) & (approvals.c.state != Decision.PENDING.value)
    query = select(approvals.c.state, func.count().label("times")).where(decided).group_by(approvals.c.state)
    return {row.state: row.times for row in await tx.all(query)}


async def _half_within(tx: Tx) -> timedelta:
    decided = (approvals.c.kind == PRACTICE) & approvals.c.decided_at.is_not(None)
    query = select(approvals.c.asked_at, approvals.c.decided_at).where(decided)
    rows = await tx.all(query.order_by(approvals.c.decided_at.desc()).limit(LATEST))
    return timedelta(seconds=median((row.decided_at - row.asked_at).total_seconds() for row in rows))


async def _by_side(tx: Tx) -> dict[str, int]:
    words = select(decisions.c.side, func.count().label("words")).join(
        approvals, approvals.c.id == decisions.c.approval
    )
    query = words.where(approvals.c.kind.in_((PRACTICE, APPEAL))).group_by(decisions.c.side)
    given = {row.side: row.words for row in await tx.all(query)}
    counts = {side: given.get(side, 0) for side in SIDES}
    return counts if min(counts.values()) >= SMALLEST_CELL else {}
