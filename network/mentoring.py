"""Mentoring: a relay with a goal and an end, in which both are asked every month how it goes (R027)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from network import due, relayed, relays
from network.errors import Invalid, Missing
from network.followups import later
from network.relays import Place, Relay, ends
from network.store import Tx

CHECK = "mentoring.check"  # kinds of due rows: a month has passed (the id of an end, a dot and the month),
TIME = "mentoring.time"  # and the time agreed on is over (the id of an end)
GOING = ("well", "slowly", "stuck")
THANKED = "thanked"  # what is kept of an end in the place of these, once they have said thank you


def until(now: datetime, months: int) -> datetime | None:
    """Return when a mentoring of so many months is over; None for what is none."""
    return later(now, months) if months else None


async def begin(tx: Tx, *, places: tuple[Place, Place], months: int) -> None:
    """Set when both are asked how it goes, and when they are told that the time is over."""
    for place in places:
        for month in range(1, months):
            check = {"kind": CHECK, "subject": f"{place.end}.{month}", "person": place.person}
            await due.at(tx, instant=later(tx.now, month), **check)
        await due.at(tx, kind=TIME, subject=place.end, instant=later(tx.now, months), person=place.person)


async def asked(tx: Tx, *, subject: str) -> Relay | None:
    """Return the mentoring that a due row is about, as the one to be asked sees it; None when it has ended."""
    found = await relays.find(tx, end=subject.partition(".")[0])
    return None if found is None or found.ended or not found.other_person else found


async def answer(tx: Tx, *, end: str, person: str, going: str) -> None:
    """Keep how somebody says that it goes; the other does not learn it. Raise Invalid, Missing."""
    if going not in GOING:
        raise Invalid
    mine = (ends.c.id == end) & (ends.c.person == person)
    if not await tx.run(update(ends).where(mine).values(going=going)):
        raise Missing


async def thank(tx: Tx, *, end: str, person: str, text: str) -> None:
    """Pass thanks on to the other. Raise Missing, Over."""
    await relayed.pass_on(tx, end=end, person=person, text=text)
    await tx.run(update(ends).where(ends.c.id == end).values(going=THANKED))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member be asked what another was to be asked: two of one human being."""
    for kind in (CHECK, TIME):
        await due.hand_over(tx, kind=kind, person=person, to=to)
