"""Attendance: who comes to an exchange, who waits for a place, and where it is, for those who accepted.

Every change locks the exchange first, so that places are given one after the other, in the order of the list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from network import darkness, due, exchanges, invitees, jobs, mailings, members, regimes, reminders
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange
from network.ids import new_id
from network.members import SIDES
from network.rolls import SMALLEST_CELL
from network.store import Instant, Tx, metadata

YES, MAYBE, NO = "yes", "maybe", "no"
ANSWERS = (YES, MAYBE, NO)
OFFER = "exchange.offer"  # kind of the due row on which somebody hears that a place is theirs
LAPSE = "exchange.lapse"  # on which that place goes to the next
FILE = "exchange.file"  # kind of the job that writes it for the calendar of somebody who comes
REMIND = "exchange.remind"  # kind of the due rows of reminders; the subject is the attendance and which one
TO_ANSWER = timedelta(hours=24)  # a free place waits so long for the one to whom it was offered,
TENDED = timedelta(days=8)  # before they begin exchanges are looked after
AT_LEAST = timedelta(hours=1)  # and ends so long before it begins
LATEST = 3  # starts of which it is known that a reminder went out: a clock gone wrong may go back to an earlier date


class Standing(StrEnum):
    """Where somebody stands with an exchange."""

    OUT = "out"  # maybe, or no
    WAITING = "waiting"  # for a place
    OFFERED = "offered"  # a place is theirs if they take it in time
    IN = "in"


HELD = (Standing.IN.value, Standing.OFFERED.value)  # these take a place

attendance = Table(
    "attendance",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("answer", String(8), nullable=False),  # "" for one who has a code and did not answer yet
    Column("standing", String(8), nullable=False),
    Column("number", Integer, nullable=False),  # in the order of asking for a place
    Column("until", Instant),  # an offered place is kept so long
    Column("late", Boolean, nullable=False, server_default="0"),
    Column("cut_off", Boolean, nullable=False, server_default="0"),  # cannot connect
    Column("reminded", Text, nullable=False, server_default="{}"),  # JSON: the latest starts by reminder that went out
    Column("apart", Text, nullable=False, server_default="{}"),  # JSON: what they said to single dates, by their names
    Column("at", Instant, nullable=False),
    UniqueConstraint("exchange", "person"),
)


@dataclass(frozen=True)
class Attending:
    """How somebody stands with an exchange. ``person`` is for hosts and the machine only."""

    id: str
    exchange: str
    person: str = field(repr=False)
    answer: str
    standing: Standing
    number: int
    at: datetime  # since when they stand so, with this start
    until: datetime | None = None
    reminded: dict[str, str] = field(default_factory=dict)  # which reminder went out, and for which latest starts
    apart: dict[str, str] = field(default_factory=dict)  # what they said to single dates, by their names

    def comes(self, name: str) -> bool:
        """Whether they come to the date with a name; with "", to what is held once."""
        return self.apart[name] == YES if name in self.apart else self.standing is Standing.IN

    def has_place(self, found: Exchange, now: datetime) -> bool:
        """Whether they come, or to one date that is not over."""
        return self.standing is Standing.IN or any(self.comes(each.name) for each in found.ahead(now))

    def lost(self, found: Exchange, now: datetime) -> bool:
        """Whether a single date to which they come was cancelled before it came."""
        ahead = [each for each in found.dates if exchanges.instant(each.local, found.zone) > now]
        return any(each.cancelled and self.apart.get(each.name) == YES for each in ahead)


@dataclass(frozen=True)
class Counts:
    """How many come. ``by_side`` only where each side has at least ten (and for hosts, who know who comes)."""

    answers: dict[str, int]
    coming: int
    waiting: int
    free: int | None  # None: there is no limit
    by_side: dict[str, int] = field(default_factory=dict)


async def answer(tx: Tx, *, exchange: str, person: str, answer: str) -> Standing:
    """Keep what an invited member says, in the place of what they said before; return where they stand now.

    A yes gets a place, or a place at the end of the waiting list; a place that becomes free goes to the first there
    who can be reached. Raise Invalid, Missing (not invited), Conflict (it does not take place, or began).
    """
    if answer not in ANSWERS:
        raise Invalid
    found = await exchanges.locked(tx, exchange=exchange)
    if not await invitees.is_invited(tx, found=found, person=person):
        raise Missing
    if not found.takes_place or found.starts_at is None or found.starts_at <= tx.now:
        raise Conflict
    if not await invitees.is_meant(tx, found=found, person=person):
        await invitees.invite(tx, exchange=exchange, person=person)  # it is for everybody, and they hear of it from now
    mine = await _of(tx, exchange, person)
    if answer == YES:
        await _ask_place(tx, found, person, mine)
    else:
        row = {"answer": answer, "standing": Standing.OUT.value, "until": None, "apart": "{}"}
        await _put(tx, exchange, person, mine, **row)
        if mine is not None:
            await _let_go(tx, mine.id)
            await _take_out(tx, found, mine)
    await fill(tx, found=found, asking=person)
    return (await get(tx, exchange=exchange, person=person)).standing


async def get(tx: Tx, *, exchange: str, person: str) -> Attending:
    """Return how somebody stands with an exchange; raise Missing when they never answered."""
    found = await _of(tx, exchange, person)
    if found is None:
        raise Missing
    return found


async def find(tx: Tx, *, attending: str) -> Attending | None:
    """Return an attendance by its id, or None."""
    row = await tx.first(select(attendance).where(attendance.c.id == attending))
    return None if row is None else _attending(row)


async def of(tx: Tx, *, exchange: str, person: str) -> Attending | None:
    """Return how somebody stands with an exchange, or None."""
    return await _of(tx, exchange, person)


async def fill(tx: Tx, *, found: Exchange, asking: str = "") -> None:
    """Give the free places to those who wait, in their order: at once to whoever is ``asking``, else as an offer.

    Who cannot be reached now (their country is dark or paused) keeps their number, and the next is asked.
    """
    table = attendance
    free = await _free(tx, found)
    waiting = select(table).where(table.c.exchange == found.id, table.c.standing == Standing.WAITING.value)
    reached = waiting.where(~_cannot_be_reached())
    for row in await tx.all(reached.order_by(table.c.number).limit(free)):
        if row.person == asking:
            await _set(tx, row.id, standing=Standing.IN.value)
            mine = _attending(row)
            await remind_later(tx, found=found, attending=mine, anew=not mine.comes(found.at_hand))
        else:
            until = offered_until(found, tx.now)
            await _set(tx, row.id, standing=Standing.OFFERED.value, until=until)
            await due.at(tx, kind=OFFER, subject=row.id, instant=tx.now, person=row.person)
            await due.at(tx, kind=LAPSE, subject=row.id, instant=until)


async def give_over(tx: Tx, *, found: Exchange, person: str, to: str) -> None:
    """Give one member's place to another, at whatever place of the list the other was. Raise Conflict.

    The caller holds the lock of the exchange.
    """
    mine, other = await _of(tx, found.id, person), await _of(tx, found.id, to)
    if mine is None or mine.standing is not Standing.IN or not found.takes_place:
        raise Conflict
    if other is not None and other.standing is Standing.IN:
        raise Conflict
    await _set(tx, mine.id, answer=NO, standing=Standing.OUT.value, apart="{}")
    await _let_go(tx, mine.id)
    await _take_out(tx, found, mine)
    if other is not None:
        await _let_go(tx, other.id)
    row = {"answer": YES, "standing": Standing.IN.value, "number": mine.number, "until": None}
    await _put(tx, found.id, to, other, **row, apart=json.dumps(mine.apart))  # their dates, no other ones
    taken = await _of(tx, found.id, to)
    if taken is not None:
        await remind_later(tx, found=found, attending=taken)


async def lapse(tx: Tx, *, attending: str) -> None:
    """Let an offered place go to the next, when nobody took it in time; its holder goes to the end of the list."""
    mine = await find(tx, attending=attending)
    if mine is None:
        return
    found = await exchanges.locked(tx, exchange=mine.exchange)
    mine = await find(tx, attending=attending)
    if mine is None or mine.standing is not Standing.OFFERED or not found.takes_place:
        return
    if mine.until is not None and mine.until > tx.now:
        await due.at(tx, kind=LAPSE, subject=mine.id, instant=mine.until)
        return
    away = select(attendance.c.id).where(attendance.c.id == mine.id, _cannot_be_reached())
    if await tx.first(away) is not None:  # nothing is lost by a shutdown but this place: they keep their number
        await _set(tx, mine.id, standing=Standing.WAITING.value, until=None)
        await due.cancel(tx, kind=OFFER, subject=mine.id)
    else:
        await _set(tx, mine.id, standing=Standing.OUT.value, answer=MAYBE, until=None)
    await fill(tx, found=found)


def _cannot_be_reached() -> ColumnElement[bool]:
    return darkness.has(attendance.c.person) | regimes.holds(attendance.c.person)


def offered_until(found: Exchange, now: datetime) -> datetime:
    """Return until when an offered place is kept: a day, and less where it begins soon."""
    if found.starts_at is None:
        return now + TO_ANSWER
    return max(now + timedelta(minutes=10), min(now + TO_ANSWER, found.starts_at - AT_LEAST))


async def door(tx: Tx, *, exchange: str, person: str) -> dict[str, str]:
    """Return the ``place`` and the ``link`` for a host, or somebody who has a place. Raise Forbidden."""
    found = await exchanges.get(tx, exchange=exchange)
    mine = await _of(tx, exchange, person)
    is_in = mine is not None and mine.has_place(found, tx.now)
    if person not in found.hosts and not (is_in and found.takes_place):
        raise Forbidden
    ahead = [each.name for each in found.ahead(tx.now) if mine is None or mine.comes(each.name)]
    return await exchanges.opened(tx, exchange=exchange, name=ahead[0] if ahead else found.at_hand)


async def counts(tx: Tx, *, exchange: str, by: str = "") -> Counts:
    """Return how many come; by side for the host ``by``, else only where it can point at nobody."""
    found = await exchanges.get(tx, exchange=exchange)
    table = attendance
    cells = select(table.c.answer, table.c.standing, members.members.c.side, func.count().label("many"))
    cells = cells.join(members.members, members.members.c.id == table.c.person).where(table.c.exchange == exchange)
    rows = await tx.all(cells.group_by(table.c.answer, table.c.standing, members.members.c.side))
    sides = {side: sum(row.many for row in rows if row.side == side and row.standing == Standing.IN) for side in SIDES}
    for each in await guests(tx, found=found) if found.dates else []:
        more = each.comes(found.at_hand) - (each.standing is Standing.IN)
        sides[(await members.get(tx, person=each.person)).side] += more
    held = sum(row.many for row in rows if row.standing in HELD)
    return Counts(
        answers={each: sum(row.many for row in rows if row.answer == each) for each in ANSWERS},
        coming=sum(sides.values()),
        waiting=sum(row.many for row in rows if row.standing == Standing.WAITING),
        free=max(0, found.capacity - held) if found.capacity else None,
        by_side=sides if by in found.hosts or min(sides.values()) >= SMALLEST_CELL else {},
    )


async def missing_sides(tx: Tx, *, exchange: str, by: str) -> list[str]:
    """Return the sides that a host wants and of which nobody comes yet (R003, R056). Raise Forbidden."""
    found = await exchanges.get(tx, exchange=exchange)
    if by not in found.hosts:
        raise Forbidden
    coming = (await counts(tx, exchange=exchange, by=by)).by_side
    return [side for side in found.sides if not coming[side]]


async def who(tx: Tx, *, exchange: str, by: str) -> list[Attending]:
    """Return who comes, in the order of asking: for its hosts only. Raise Forbidden."""
    if by not in (await exchanges.get(tx, exchange=exchange)).hosts:
        raise Forbidden
    found = await exchanges.get(tx, exchange=exchange)
    return [each for each in await guests(tx, found=found) if each.comes(found.at_hand)]


async def coming(tx: Tx, *, exchange: str) -> list[str]:
    """Return the ids of those who come, to the date at hand, for what is sent to them."""
    found = await exchanges.get(tx, exchange=exchange)
    return [each.person for each in await guests(tx, found=found) if each.comes(found.at_hand)]


async def guests(tx: Tx, *, found: Exchange) -> list[Attending]:
    """Return who comes, or to one date at least, in the order of asking; who said no to a date is among them."""
    in_it = (attendance.c.standing == Standing.IN.value) | attendance.c.apart.contains(f'"{YES}"')
    query = select(attendance).where(attendance.c.exchange == found.id, in_it)
    rows = await tx.all(query.order_by(attendance.c.number, attendance.c.id))
    return [_attending(row) for row in rows]


def concerned(found: Exchange, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of those who hear of a change: all who are invited, but those who said no."""
    said_no = (attendance.c.answer == NO) & ~attendance.c.apart.contains(f'"{YES}"')
    refused = select(attendance.c.person).where(attendance.c.exchange == found.id, said_no)
    return invitees.invited(found, hearing_at=hearing_at).where(members.members.c.id.not_in(refused))


async def remind_later(tx: Tx, *, found: Exchange, attending: Attending, anew: bool = True) -> None:
    """Set the reminders that somebody who comes did not get yet, in the place of those that were set before."""
    await forget_reminders(tx, attending=attending.id)
    gone = {} if attending.has_place(found, tx.now) else {"gone": True}  # unless they have a place when it is written
    await jobs.ask(tx, kind=FILE, person=attending.person, argument={"subject": found.id, **gone})
    for which, starts in attending.reminded.items():
        for start in starts.split():
            if found.starts_at is None or not found.takes_place or start != found.starts_at.isoformat():
                await mailings.stop(  # it may wait for the morning
                    tx, mailing=reminders.mailing(attending.id, which, start)
                )
    if anew:
        await _set(tx, attending.id, at=tx.now)
    now = await find(tx, attending=attending.id)
    if now is not None:
        await arm(tx, found=found, mine=now)


async def tend(tx: Tx) -> int:
    """Look after what is to come within days; return how many exchanges.

    Their instants are counted anew by the zones of today, free places are given to those who can be reached again,
    and reminders that a clock gone wrong took away, or a shutdown put off, are set again.
    """
    table = exchanges.exchanges
    soon = (table.c.state.in_(exchanges.STANDING), table.c.starts_at > tx.now, table.c.starts_at < tx.now + TENDED)
    ids = [row.id for row in await tx.all(select(table.c.id).where(*soon).order_by(table.c.id))]
    for exchange in ids:
        moved = await exchanges.recount(tx, exchange=exchange)
        found = await exchanges.locked(tx, exchange=exchange)
        await fill(tx, found=found)
        if moved:
            await remind_all(tx, found=found)
            continue
        for each in await guests(tx, found=found):
            await arm(tx, found=found, mine=each)
    return len(ids)


async def rearm(tx: Tx, *, found: Exchange) -> None:
    """Set the reminders of everybody who comes for the date that is at hand now, in the place of another one's."""
    for each in await guests(tx, found=found):
        await forget_reminders(tx, attending=each.id)
        await arm(tx, found=found, mine=each)


async def arm(tx: Tx, *, found: Exchange, mine: Attending) -> None:
    """Set the reminders that lie ahead, or came up since ``mine.at``, unless they are set or went out.

    Of what is held again and again none comes before the date before it is over.
    """
    member = await members.find(tx, person=mine.person)
    if member is None or not found.takes_place or found.starts_at is None or found.starts_at <= tx.now:
        return
    if not mine.comes(found.at_hand):
        return
    since = max(mine.at, found.follows or mine.at)
    for which, at in reminders.instants(found.starts_at, member).items():
        if found.starts_at.isoformat() in mine.reminded.get(which, "").split() or at <= min(since, tx.now):
            continue
        if tx.now < reminders.ends_at(which, found.starts_at):
            subject = f"{mine.id}:{which}"
            await due.at_latest(tx, kind=REMIND, subject=subject, instant=at, person=mine.person)


async def remind_all(tx: Tx, *, found: Exchange) -> None:
    """Set the reminders of everybody who comes anew: it was moved, or is cancelled."""
    for each in await guests(tx, found=found):
        if each.has_place(found, tx.now) or each.lost(found, tx.now):
            await remind_later(tx, found=found, attending=each, anew=not found.dates)


async def begin_anew(tx: Tx, *, exchange: str) -> None:
    """Let no reminder come late of a date that hosts have just put in the place of another one."""
    await tx.run(update(attendance).where(attendance.c.exchange == exchange).values(at=tx.now))


async def reminded(tx: Tx, *, subject: str) -> tuple[Exchange, Attending, str] | None:
    """Note that a reminder goes out now, and return what it is about; None when it must not.

    It must not when whoever was to get it does not come any more, when the exchange was moved, cancelled or has
    begun, when that reminder went out before, or when a later one is due already.
    """
    attending_id, _colon, which = subject.partition(":")
    mine = await find(tx, attending=attending_id)
    found = await exchanges.find(tx, exchange=mine.exchange) if mine is not None else None
    if mine is None or found is None or found.starts_at is None or which not in reminders.SPANS:
        return None
    if (
        not mine.comes(found.at_hand)
        or not found.takes_place
        or not reminders.is_timely(which, found.starts_at, tx.now)
    ):
        return None
    starts = mine.reminded.get(which, "").split()
    if found.starts_at.isoformat() in starts:
        return None
    sent = {**mine.reminded, which: " ".join([*starts, found.starts_at.isoformat()][-LATEST:])}
    await _set(tx, mine.id, reminded=json.dumps(sent))
    return found, mine, which


async def forget_reminders(tx: Tx, *, attending: str) -> None:
    """Let no reminder come that was set for somebody."""
    for which in reminders.SPANS:
        await due.cancel(tx, kind=REMIND, subject=f"{attending}:{which}")


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody answered: their place goes to the next who waits."""
    mine = await tx.all(select(attendance).where(attendance.c.person == person))
    await tx.run(delete(attendance).where(attendance.c.person == person))
    for row in mine:
        await _let_go(tx, row.id)
        found = await exchanges.find(tx, exchange=row.exchange)
        if found is not None and found.takes_place and (row.standing in HELD or row.apart != "{}"):
            await fill(tx, found=found)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give a member's answers to another membership of the same human being, where it gave none itself."""
    held = select(attendance.c.exchange).where(attendance.c.person == to).scalar_subquery()
    mine = (attendance.c.person == person, attendance.c.exchange.not_in(held))
    await tx.run(update(attendance).where(*mine).values(person=to))
    for kind in (OFFER, REMIND):
        await due.hand_over(tx, kind=kind, person=person, to=to)


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody answered to exchanges, as JSON to be read by them."""
    rows = await tx.all(select(attendance).where(attendance.c.person == person).order_by(attendance.c.at))
    return [
        {"exchange": row.exchange, "answer": row.answer, "place": row.standing}
        | ({"dates": json.loads(row.apart)} if row.apart != "{}" else {})
        for row in rows
    ]


async def _let_go(tx: Tx, attending: str) -> None:
    """Let nothing come that was set for somebody with a place, or with the offer of one."""
    await forget_reminders(tx, attending=attending)
    for kind in (OFFER, LAPSE):
        await due.cancel(tx, kind=kind, subject=attending)


async def _take_out(tx: Tx, found: Exchange, mine: Attending) -> None:
    """Send whoever came and does not any more what takes it out of their calendar."""
    if mine.has_place(found, tx.now):
        await jobs.ask(tx, kind=FILE, person=mine.person, argument={"subject": found.id, "gone": True})


async def _ask_place(tx: Tx, found: Exchange, person: str, mine: Attending | None) -> None:
    """Put somebody at the end of the list, unless they have or are offered a place, or wait."""
    if mine is not None and mine.standing is Standing.IN:
        return
    if mine is not None and mine.standing is Standing.OFFERED:
        await due.cancel(tx, kind=LAPSE, subject=mine.id)
        await due.cancel(tx, kind=OFFER, subject=mine.id)
        await _set(tx, mine.id, standing=Standing.IN.value, answer=YES, until=None)
        await remind_later(tx, found=found, attending=mine)
        return
    if mine is not None and mine.standing is Standing.WAITING:
        return
    last = await tx.scalar(select(func.max(attendance.c.number)).where(attendance.c.exchange == found.id))
    row: dict[str, Any] = {
        "answer": YES,
        "standing": Standing.WAITING.value,
        "number": int(last or 0) + 1,
        "until": None,
    }
    if mine is not None and mine.comes(found.at_hand):
        row["at"] = mine.at  # they came to this date already: what they are to hear of it stays
    await _put(tx, found.id, person, mine, **row)


async def _put(tx: Tx, exchange: str, person: str, mine: Attending | None, **values: Any) -> None:
    if mine is not None:
        await _set(tx, mine.id, **{"at": tx.now, **values})
        return
    row = {"id": new_id(), "exchange": exchange, "person": person, "at": tx.now, "number": 0}
    await tx.run(attendance.insert(), {**row, **values})


async def _free(tx: Tx, found: Exchange) -> int:
    if not found.capacity:
        return exchanges.MOST_PLACES
    held = await _held(tx, found)
    more = [sum((await _otherwise(tx, found, each.name)).values()) for each in found.ahead(tx.now)]
    return max(0, found.capacity - held - max([0, *more]))


async def _held(tx: Tx, found: Exchange) -> int:
    held = (attendance.c.exchange == found.id, attendance.c.standing.in_(HELD))
    return int(await tx.scalar(select(func.count()).where(*held)) or 0)


async def _otherwise(tx: Tx, found: Exchange, name: str) -> dict[str, int]:
    """Return who comes to one date and not to the others (1), and who does not come to it but to the others (-1)."""
    said = (attendance.c.exchange == found.id, attendance.c.apart != "{}")
    others = [_attending(row) for row in await tx.all(select(attendance).where(*said))] if found.dates else []
    taken = {each.person: int(each.standing.value in HELD) for each in others if name in each.apart}
    more = {each.person: int(each.apart[name] == YES) - taken[each.person] for each in others if name in each.apart}
    return {person: many for person, many in more.items() if many}


async def is_room(tx: Tx, *, found: Exchange, name: str) -> bool:
    """Whether one more can come to one date."""
    more = sum((await _otherwise(tx, found, name)).values())
    return not found.capacity or await _held(tx, found) + more < found.capacity


async def _of(tx: Tx, exchange: str, person: str) -> Attending | None:
    mine = (attendance.c.exchange == exchange, attendance.c.person == person)
    row = await tx.first(select(attendance).where(*mine))
    return None if row is None else _attending(row)


async def _set(tx: Tx, attending: str, **values: Any) -> None:
    await tx.run(update(attendance).where(attendance.c.id == attending).values(**values))


def _attending(row: Row[Any]) -> Attending:
    return Attending(
        row.id,
        row.exchange,
        row.person,
        row.answer,
        Standing(row.standing),
        row.number,
        row.at,
        row.until,
        json.loads(row.reminded),
        json.loads(row.apart),
    )
