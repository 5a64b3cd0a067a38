"""Handovers: a coordinator offers their seat to a member of their side, who takes it or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, delete, select

from network import audit, charters, groups, members
from network.charters import Charter
from network.errors import Conflict, Forbidden, Missing
from network.groups import Seat
from network.ids import new_id
from network.members import State
from network.store import Instant, Tx, metadata

handovers = Table(
    "handovers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Handover:
    """A seat that is offered."""

    id: str
    charter: Charter
    seat: Seat


async def seat_of(tx: Tx, *, group: str, person: str) -> Seat | None:
    """Return the seat that somebody holds in a group, if it counts."""
    return next((seat for seat in await groups.seated(tx, group=group) if seat.person == person), None)


async def rank_of(tx: Tx, *, group: str, person: str) -> list[str]:
    """Return the side and the rank of the seat that somebody holds in a group, nothing if it does not count."""
    found = await seat_of(tx, group=group, person=person)
    return [found.side, found.rank] if found else []


async def offered(tx: Tx, *, handover: str, to: str) -> list[str]:
    """Return the group, the side and the rank of a seat that is offered to somebody, nothing if it is no more."""
    found = await find(tx, handover=handover, to=to)
    return [found.charter.id, found.seat.side, found.seat.rank] if found else []


async def leaves_bare(tx: Tx, *, group: str, person: str) -> bool:
    """Whether a side would have nobody in a group if this seat were empty."""
    held = await groups.seated(tx, group=group)
    mine = [seat for seat in held if seat.person == person]
    return bool(mine) and not any(seat.side == mine[0].side for seat in held if seat.person != person)


async def heirs(tx: Tx, *, group: str, person: str) -> list[members.Member]:
    """Return the active members of a group who can take somebody's seat: of the same side, and without this rank."""
    mine = await seat_of(tx, group=group, person=person)
    if mine is None:
        return []
    known = await members.get_many(tx, people=await groups.members_of(tx, group=group))
    return [member for member in known.values() if member.side == mine.side and member.id != person]


async def offer(tx: Tx, *, group: str, by: str, to: str) -> str:
    """Offer one's seat to somebody, to nobody else any more; return the id of the offer. Raise Forbidden, Missing."""
    if await seat_of(tx, group=group, person=by) is None:
        raise Forbidden
    if to not in {member.id for member in await heirs(tx, group=group, person=by)}:
        raise Missing
    await tx.run(delete(handovers).where(handovers.c.group_id == group, handovers.c.person == by))
    row = {"id": new_id(), "group_id": group, "person": by, "to": to, "at": tx.now}
    await tx.run(handovers.insert(), row)
    return str(row["id"])


async def find(tx: Tx, *, handover: str, to: str) -> Handover | None:
    """Return an offer to this person, while whoever made it holds the seat; else None."""
    row = await _row(tx, handover, to)
    seat = await seat_of(tx, group=row.group_id, person=row.person) if row else None
    return Handover(row.id, await charters.of(tx, group=row.group_id), seat) if row and seat else None


async def accept(tx: Tx, *, handover: str, to: str) -> str:
    """Take the seat that was offered; return who held it. Raise Missing, Conflict. Audited.

    Whoever was the deputy leaves that seat empty.
    """
    found = await find(tx, handover=handover, to=to)
    if found is None:
        raise Missing
    taker = await members.get(tx, person=to)
    if taker.state is not State.ACTIVE or taker.side != found.seat.side:
        raise Conflict
    held = (groups.seats.c.group_id == found.charter.id, groups.seats.c.person == found.seat.person)
    await tx.run(delete(groups.seats).where(*held))
    await groups.seat(tx, group=found.charter.id, person=to, rank=found.seat.rank, by=found.seat.person)
    await tx.run(delete(handovers).where(handovers.c.id == handover))
    await audit.record(tx, act="hand_over", actor=found.seat.person, subject=to, detail=found.seat.rank)
    return found.seat.person


async def decline(tx: Tx, *, handover: str, to: str) -> str:
    """Take a seat that was offered not; return who offered it. Raise Missing."""
    row = await _row(tx, handover, to)
    if row is None:
        raise Missing
    await tx.run(delete(handovers).where(handovers.c.id == handover))
    return str(row.person)


async def step_down(tx: Tx, *, group: str, person: str) -> None:
    """Leave one's seat empty, and stay a member. Raise Missing. Audited."""
    if await seat_of(tx, group=group, person=person) is None:
        raise Missing
    await tx.run(delete(handovers).where(handovers.c.group_id == group, handovers.c.person == person))
    await groups.unseat(tx, group=group, person=person, by=person)


async def _row(tx: Tx, handover: str, to: str) -> Any:
    return await tx.first(select(handovers).where(handovers.c.id == handover, handovers.c.to == to))
