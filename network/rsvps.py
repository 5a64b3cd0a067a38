"""RSVPs: what members said to an invitation, and how many come. Who said what is theirs to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Column, ForeignKey, String, Table, func, select, update

from network.errors import Invalid
from network.members import SIDES, members
from network.rolls import SMALLEST_CELL
from network.store import Instant, Tx, metadata

YES, MAYBE, NO = "yes", "maybe", "no"
ANSWERS = (YES, MAYBE, NO)

rsvps = Table(
    "rsvps",
    metadata,
    Column("broadcast", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("answer", String(8), nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Attendance:
    """How many gave each answer. ``by_side`` has those answers only of which both sides gave at least ten."""

    total: dict[str, int]
    by_side: dict[str, dict[str, int]] = field(default_factory=dict)


async def give(tx: Tx, *, broadcast: str, person: str, answer: str) -> None:
    """Keep a member's answer to an invitation, in the place of an earlier one. Raise Invalid."""
    if answer not in ANSWERS:
        raise Invalid
    key = ("broadcast", "person")
    await tx.put(rsvps, key=key, broadcast=broadcast, person=person, answer=answer, at=tx.now)


async def of(tx: Tx, *, broadcast: str, person: str) -> str:
    """Return what a member answered, "" when nothing yet."""
    given = select(rsvps.c.answer).where(rsvps.c.broadcast == broadcast, rsvps.c.person == person)
    return str(await tx.scalar(given) or "")


async def attendance(tx: Tx, *, broadcast: str) -> Attendance:
    """Return how many gave each answer, and how many of each side where that can point at nobody."""
    counted = (
        select(rsvps.c.answer, members.c.side, func.count().label("number"))
        .join(members, members.c.id == rsvps.c.person)
        .where(rsvps.c.broadcast == broadcast)
        .group_by(rsvps.c.answer, members.c.side)
    )
    given = {(row.answer, row.side): row.number for row in await tx.all(counted)}
    total = {answer: sum(number for (said, _), number in given.items() if said == answer) for answer in ANSWERS}
    sides = {answer: {side: given.get((answer, side), 0) for side in SIDES} for answer in ANSWERS}
    shown = {answer: cells for answer, cells in sides.items() if min(cells.values()) >= SMALLEST_CELL}
    return Attendance(total, shown)


async def count(tx: Tx, *, person: str) -> int:
    """Return how many invitations a member answered."""
    return int(await tx.scalar(select(func.count()).where(rsvps.c.person == person)))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give a member's answers to another membership of the same human being, where it gave none itself."""
    held = select(rsvps.c.broadcast).where(rsvps.c.person == to).scalar_subquery()
    mine = update(rsvps).where(rsvps.c.person == person, rsvps.c.broadcast.not_in(held))
    await tx.run(mine.values(person=to))
