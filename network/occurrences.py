"""Occurrences: what becomes of single dates of an exchange that is held again and again (R060).

Hosts move one, cancel one or let it be elsewhere, alone or with all that follow; guests answer for one. The date at
hand is the first that is not over: the clock turns to the next one when it is.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from network import attendance, due, exchanges, invitees, jobs, planning, recurrence
from network.attendance import FILE, NO, YES, Attending, Standing
from network.errors import Conflict, Invalid, Missing
from network.exchanges import STANDING, Exchange, State
from network.ids import new_id
from network.recurrence import Occurrence
from network.store import Tx

TURN = "exchange.turn"  # kind of the due row on which the next date is at hand
LOOKED_AFTER = timedelta(days=400)  # after their last date exchanges are no more


async def repeat(tx: Tx, *, exchange: str, by: str, rule: str) -> None:
    """Let it be held again and again by a ``rule`` (``recurrence.wish``), or once with "", while its time is open.

    Once its time is set everybody who is invited hears of it, and it stays so. Raise Missing, Conflict (it began, or
    is held again already), Invalid (there would be no second date).
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.state in {State.DRAFT, State.AGREEING}:
        await exchanges.set_(tx, exchange, rule=rule)
        return
    if not found.takes_place or found.rule or found.starts_local is None or _begun(found, tx.now):
        raise Conflict
    whole = recurrence.begin(rule, found.starts_local)
    if not whole:
        raise Invalid
    await exchanges.set_(tx, exchange, rule=whole)
    await _changed(tx, found, by, "repeat_exchange")


async def change(tx: Tx, *, exchange: str, by: str, name: str, local: datetime | None, following: bool = False) -> None:
    """Move one date to a wall time, or cancel it (None), and with ``following`` those after it by as much.

    Everybody who is invited hears of it. Raise Missing, Conflict (there is no such date ahead), Invalid (the time has
    passed, or is that of another date). When no date is left it does not take place at all.
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    chosen = _ahead(found, name, tx.now)
    if local == chosen.local and not following:
        return
    if local is not None and exchanges.instant(local, found.zone) <= tx.now:
        raise Invalid
    exceptions = recurrence.changed(found.dates, name, local, following=following)
    if all(each.cancelled for each in recurrence.occurrences(found.rule, exceptions)):
        await planning.cancel(tx, exchange=exchange, by=by)
        return
    await exchanges.set_(tx, exchange, exceptions=json.dumps(exceptions))
    await _changed(tx, found, by, "cancel_date" if local is None else "move_date")


async def place(tx: Tx, *, exchange: str, by: str, name: str, place: str, link: str, following: bool = False) -> None:
    """Let one date, and with ``following`` those after it, be elsewhere. Raise Missing, Conflict."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    chosen = _ahead(found, name, tx.now)
    doors = await exchanges.all_doors(tx, exchange=exchange)
    meant = [each for each in found.dates if each == chosen or (following and each.original > chosen.original)]
    apart = doors.get("apart", {}) | {each.name: {"place": place, "link": link} for each in meant}
    sealed = tx.seal.seal_json("exchanges.door", exchange, {**doors, "apart": apart})
    await exchanges.set_(tx, exchange, door=sealed)
    await _changed(tx, found, by, "place_date")


async def answer(tx: Tx, *, exchange: str, person: str, name: str, answer: str) -> None:
    """Keep what an invited member says to one date alone: yes or no.

    Raise Missing (not invited), Conflict (there is no such date ahead), Invalid (no place is free then).
    """
    found = await exchanges.locked(tx, exchange=exchange)
    if not await invitees.is_invited(tx, found=found, person=person):
        raise Missing
    _ahead(found, name, tx.now)
    mine = await attendance.of(tx, exchange=exchange, person=person)
    comes = mine is not None and mine.comes(name)
    if answer not in {YES, NO} or (answer == YES and not comes and not await _has_room(tx, found, name, mine)):
        raise Invalid
    await _keep(tx, found, person, mine, {**(mine.apart if mine else {}), name: answer})
    now = await attendance.get(tx, exchange=exchange, person=person)
    gone = {} if now.has_place(found, tx.now) else {"gone": True}
    if gone and not (mine is not None and mine.has_place(found, tx.now)):
        return
    await attendance.forget_reminders(tx, attending=now.id)
    await attendance.arm(tx, found=found, mine=now)
    await jobs.ask(tx, kind=FILE, person=person, argument={"subject": exchange, **gone})
    await attendance.fill(tx, found=found)


async def turn(tx: Tx, *, exchange: str, changed: bool = False) -> bool:
    """Let the date at hand be the first that is not over, or the last; return whether it is another one now.

    A clock that was wrong and is set back turns back. ``changed``: hosts put it in the place of another one.
    """
    found = await exchanges.locked(tx, exchange=exchange)
    if not found.takes_place or not found.standing:
        return False
    ahead = found.ahead(tx.now)
    at_hand = ahead[0] if ahead else found.standing[-1][1]
    starts_at = exchanges.instant(at_hand.local, found.zone)
    if len(ahead) > 1:
        ends_at = starts_at + timedelta(minutes=found.minutes)
        await due.at(tx, kind=TURN, subject=exchange, instant=ends_at)
    if starts_at == found.starts_at:
        return False
    await exchanges.set_(tx, exchange, starts_at=starts_at, starts_local=recurrence.named(at_hand.local))
    if changed:
        await attendance.begin_anew(tx, exchange=exchange)
    await attendance.rearm(tx, found=await exchanges.get(tx, exchange=exchange))
    return True


async def tend(tx: Tx) -> int:
    """Turn to the date at hand wherever the clock did not; return how often."""
    table = exchanges.exchanges
    held = (table.c.state.in_(STANDING), table.c.rule != "", table.c.starts_at > tx.now - LOOKED_AFTER)
    ids = [row.id for row in await tx.all(select(table.c.id).where(*held).order_by(table.c.id))]
    return sum([await turn(tx, exchange=each) for each in ids])


async def _changed(tx: Tx, found: Exchange, by: str, act: str) -> None:
    """Let everybody hear of it, and turn to the date that is at hand now."""
    await exchanges.set_(tx, found.id, state=State.CHANGED.value, sequence=found.sequence + 1)
    await turn(tx, exchange=found.id, changed=True)
    await planning.heard(tx, found.id, by, act)


async def _has_room(tx: Tx, found: Exchange, name: str, mine: Attending | None) -> bool:
    held = mine is not None and mine.standing.value in attendance.HELD and name not in mine.apart
    return held or await attendance.is_room(tx, found=found, name=name)


async def _keep(tx: Tx, found: Exchange, person: str, mine: Attending | None, apart: dict[str, str]) -> None:
    table = attendance.attendance
    written = {"apart": json.dumps(apart)}
    if mine is not None:
        await tx.run(update(table).where(table.c.id == mine.id).values(**written))
        return
    row: dict[str, Any] = {"id": new_id(), "exchange": found.id, "person": person, "at": tx.now, "number": 0}
    await tx.run(table.insert(), {**row, "answer": "", "standing": Standing.OUT.value, **written})


def _begun(found: Exchange, now: datetime) -> bool:
    return found.starts_at is not None and found.starts_at <= now


def _ahead(found: Exchange, name: str, now: datetime) -> Occurrence:
    """Return a date that did not begin yet; raise Conflict."""
    for at, each in found.standing:
        if each.name == name and at > now and found.takes_place:
            return each
    raise Conflict
