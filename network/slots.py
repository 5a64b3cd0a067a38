"""Slots: times at which an exchange could be, who can come at each, and the one that its hosts take.

Who said what is theirs to know; everybody who is invited sees how many said it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, func, select, update

from network import audit, due, exchanges, invitees, members, planning, timing
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange, State
from network.ids import new_id
from network.store import Instant, Tx, metadata
from network.timing import Clock, Obstacle

YES, NEEDED, NO = "yes", "needed", "no"
ANSWERS = (YES, NEEDED, NO)
MOST = 8  # of one exchange: they fit into one list on both apps
NEWS = "exchange.slots"  # kind of the due row on which those who are invited hear that they may say what suits them

slots = Table(
    "slots",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("exchange", "at"),
)

slot_votes = Table(
    "slot_votes",
    metadata,
    Column("slot", String(32), ForeignKey("slots.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("answer", String(8), nullable=False),
)

open_slots = Table(
    "open_slots",  # exchanges to which whoever is invited may add times
    metadata,
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
)


@dataclass(frozen=True)
class Slot:
    """A time (UTC) at which an exchange could be, and what was said to it. ``mine`` is "" for who said nothing."""

    id: str
    at: datetime
    counts: Mapping[str, int]
    mine: str
    in_ramadan: bool


async def suggest(tx: Tx, *, exchange: str) -> dict[str, list[str]]:
    """Return ``times`` (ISO 8601, UTC) that suit everybody who is invited, or ``why`` there is none (Obstacle)."""
    found = await exchanges.get(tx, exchange=exchange)
    taken = {each.at for each in await grid(tx, exchange=exchange)}
    said = timing.suggest(await clocks(tx, found=found), minutes=found.minutes, now=tx.now, many=MOST)
    times = [each.at.isoformat() for each in said.candidates if each.at not in taken]
    return {"times": times, "why": [each.value for each in said.why]}


async def obstacles(tx: Tx, *, exchange: str, at: str) -> list[str]:
    """Return what stands in the way of a time (ISO 8601) for somebody who is invited (Obstacle)."""
    found, moment = await exchanges.get(tx, exchange=exchange), datetime.fromisoformat(at)
    whose = await clocks(tx, found=found)
    met = timing.in_the_way(moment, whose, minutes=found.minutes, now=tx.now)
    return [each.value for each in Obstacle if each in met]


async def clocks(tx: Tx, *, found: Exchange) -> list[Clock]:
    """Return by which clocks those live who host an exchange or are invited to it."""
    columns = (members.members.c.country, members.members.c.quiet_from, members.members.c.quiet_until)
    meant = members.members.c.id.in_(invitees.invited(found)) | members.members.c.id.in_(found.hosts)
    return [Clock(*row) for row in await tx.all(select(*columns).where(meant).distinct())]


async def propose(tx: Tx, *, exchange: str, by: str, at: Sequence[str]) -> None:
    """Put times (ISO 8601, UTC) to the choice, for which its hosts ask, or whoever is invited where they let them.

    Raise Missing, Forbidden, Conflict (its time is set, or too many), Invalid (a time has passed).
    """
    found = await _agreeing(tx, exchange, by)
    if by not in found.hosts and not await is_open(tx, exchange=exchange):
        raise Forbidden
    moments = sorted({datetime.fromisoformat(each) for each in at})
    if not moments or moments[0] <= tx.now:
        raise Invalid
    known = {each.at for each in await grid(tx, exchange=exchange)}
    if len(known | set(moments)) > MOST:
        raise Conflict
    for moment in moments:
        if moment not in known:
            await tx.run(slots.insert(), {"id": new_id(), "exchange": exchange, "at": moment})
    await due.at(tx, kind=NEWS, subject=exchange, instant=tx.now)


async def let_add(tx: Tx, *, exchange: str, by: str) -> None:
    """Let whoever is invited add times. Raise Missing for who does not host it."""
    await exchanges.of_host(tx, exchange=exchange, by=by)
    await tx.add(open_slots, key=("exchange",), exchange=exchange)


async def is_open(tx: Tx, *, exchange: str) -> bool:
    """Whether whoever is invited may add times."""
    return await tx.first(select(open_slots).where(open_slots.c.exchange == exchange)) is not None


async def vote(tx: Tx, *, exchange: str, person: str, answers: Mapping[str, str]) -> None:
    """Keep what somebody who is invited said to these slots, in the place of what they said before.

    Raise Missing, Conflict (its time is set), Invalid (no such slot or answer).
    """
    await _agreeing(tx, exchange, person)
    known = {each.id for each in await grid(tx, exchange=exchange)}
    if not set(answers) <= known or not set(answers.values()) <= set(ANSWERS):
        raise Invalid
    for slot, answer in sorted(answers.items()):
        await tx.put(slot_votes, key=("slot", "person"), slot=slot, person=person, answer=answer)


async def grid(tx: Tx, *, exchange: str, person: str = "") -> list[Slot]:
    """Return the slots of an exchange, the soonest first, with how many said what, and what ``person`` said."""
    rows = await tx.all(select(slots).where(slots.c.exchange == exchange).order_by(slots.c.at, slots.c.id))
    of_it = (slot_votes.c.slot.in_([row.id for row in rows]),)
    cells = select(slot_votes.c.slot, slot_votes.c.answer, func.count().label("many")).where(*of_it)
    given = {(c.slot, c.answer): c.many for c in await tx.all(cells.group_by(slot_votes.c.slot, slot_votes.c.answer))}
    own = await tx.all(select(slot_votes).where(*of_it, slot_votes.c.person == person))
    mine = {row.slot: row.answer for row in own}
    return [
        Slot(
            row.id,
            row.at,
            {answer: given.get((row.id, answer), 0) for answer in ANSWERS},
            mine.get(row.id, ""),
            timing.in_ramadan(row.at.date()),
        )
        for row in rows
    ]


async def confirm(tx: Tx, *, slot: str, by: str) -> None:
    """Take a slot: the time of the exchange is set, and everybody who is invited hears of it.

    Raise Missing, Conflict, Invalid (it has passed).
    """
    row = await tx.one(select(slots).where(slots.c.id == slot))
    found = await exchanges.of_host(tx, exchange=row.exchange, by=by)
    if found.state is not State.AGREEING:
        raise Conflict
    local = row.at.astimezone(ZoneInfo(found.zone)).replace(tzinfo=None)
    await planning.set_time(tx, exchange=found.id, by=by, local=local, zone=found.zone)
    await due.cancel(tx, kind=NEWS, subject=found.id)
    await audit.record(tx, act="take_slot", actor=by, subject=found.id)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give a member's answers to another membership of the same human being, where it gave none itself."""
    held = select(slot_votes.c.slot).where(slot_votes.c.person == to).scalar_subquery()
    mine = (slot_votes.c.person == person, slot_votes.c.slot.not_in(held))
    await tx.run(update(slot_votes).where(*mine).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody said to times, as JSON to be read by them."""
    said = select(slots.c.at, slot_votes.c.answer).join(slots, slots.c.id == slot_votes.c.slot)
    rows = await tx.all(said.where(slot_votes.c.person == person).order_by(slots.c.at))
    return [{"at": row.at.isoformat(), "answer": row.answer} for row in rows]


async def _agreeing(tx: Tx, exchange: str, person: str) -> Exchange:
    """Return an exchange to which somebody is invited, and whose time is still open; nobody else changes it."""
    found = await exchanges.locked(tx, exchange=exchange)
    if not await invitees.is_invited(tx, found=found, person=person):
        raise Missing
    if found.state is not State.AGREEING:
        raise Conflict
    return found
