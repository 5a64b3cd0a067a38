"""Feeds: exchanges as a member's own calendar has them, and the private address at which it reads them.

The address carries a token of which only a keyed index is kept. Where something takes place is given to those who
have a place, and to hosts; nothing of anybody else who comes is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, delete, func, select, update

from network import attendance, exchanges, invitees, jobs, members, recurrence, regimes
from network.attendance import NO, YES, Attending, Standing
from network.errors import Missing
from network.exchanges import Exchange, State
from network.members import State as Membership
from network.recurrence import Occurrence
from network.regimes import Standing as Regime
from network.store import Instant, Tx, metadata

FILE = attendance.FILE  # kind of job: {"subject": exchange}; its result is the file of it for who has a place
TOKEN = "feeds.token"  # noqa: S105 - the field of its keyed index
TOKEN_BYTES = 24  # 192 bits: nobody guesses it

feeds = Table(
    "feeds",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("token_index", String(32), nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Date:
    """One date of what is held again and again: its wall time by the rule, and the one at which it is held.

    ``out``: it is cancelled, or the reader does not come to it.
    """

    original: datetime
    local: datetime
    out: bool
    place: str = field(default="", repr=False)
    link: str = field(default="", repr=False)


@dataclass(frozen=True)
class Entry:
    """An exchange in a calendar. ``starts`` is the wall time in ``zone``; ``sequence`` grows with each change.

    ``sure``: its reader comes; else it is only possible. ``place`` and ``link`` are "" for who has no place. With a
    ``rule`` (an RRULE) there are ``dates``, and ``starts`` is the first one by the rule.
    """

    id: str
    title: str = field(repr=False)
    purpose: str = field(repr=False)
    starts: datetime
    zone: str
    minutes: int
    sequence: int
    cancelled: bool
    sure: bool
    place: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    rule: str = ""
    dates: tuple[Date, ...] = ()

    @property
    def times(self) -> tuple[datetime, ...]:
        """Every wall time that is in it."""
        return (self.starts, *(at for each in self.dates for at in (each.original, each.local)))


async def ask(tx: Tx, *, exchange: str, person: str) -> None:
    """Ask for the file of an exchange for somebody who has a place or hosts it. Raise Missing."""
    if await entry(tx, exchange=exchange, person=person) is None:
        raise Missing
    await jobs.ask(tx, kind=FILE, person=person, argument={"subject": exchange})


async def entry(tx: Tx, *, exchange: str, person: str, gone: bool = False) -> Entry | None:
    """Return an exchange for the calendar of somebody who has a place or hosts it; None for anybody else.

    With ``gone`` whoever has no place any more gets it as cancelled, without where it is.
    """
    found = await exchanges.find(tx, exchange=exchange)
    if found is None or not (gone or await _is_in(tx, found, person)):
        return None
    made = await _entry(tx, found, person)
    return replace(made, cancelled=True) if made is not None and not made.sure else made


async def entries(tx: Tx, *, person: str) -> list[Entry]:
    """Return what is to come for a member: what they come to, and what they are invited to and did not refuse."""
    found: list[Entry] = []
    for each in await invitees.upcoming(tx, person=person):
        mine = await attendance.of(tx, exchange=each.id, person=person)
        refused = mine is not None and mine.answer == NO and not mine.has_place(each, tx.now)
        made = None if refused else await _entry(tx, each, person)
        if made is not None:
            found.append(made)
    return found


async def open_for(tx: Tx, *, person: str) -> str:
    """Return the token of a member's new private address; the one before holds no more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    index = tx.seal.index(TOKEN, token)
    await tx.put(feeds, key=("person",), person=person, token_index=index, made_at=tx.now)
    return token


async def close(tx: Tx, *, person: str) -> None:
    """Let a member's private address hold no more."""
    await tx.run(delete(feeds).where(feeds.c.person == person))


async def is_open(tx: Tx, *, person: str) -> bool:
    """Whether a member has a private address."""
    return bool(await tx.scalar(select(func.count()).where(feeds.c.person == person)))


async def read(tx: Tx, *, token: str) -> list[Entry] | None:
    """Return what the address with this token shows; None where it holds not (any more).

    It is empty for those who stopped, and while their country is paused.
    """
    row = await tx.first(select(feeds.c.person).where(feeds.c.token_index.in_(tx.seal.indexes(TOKEN, token))))
    if row is None:
        return None
    member = await members.get(tx, person=row.person)
    paused = await regimes.standing(tx, country=member.country) is Regime.PAUSED
    return [] if paused or member.state is not Membership.ACTIVE else await entries(tx, person=row.person)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give a member's address to another membership of the same human being, where it has none itself."""
    if not await is_open(tx, person=to):
        await tx.run(update(feeds).where(feeds.c.person == person).values(person=to))


async def _is_in(tx: Tx, found: Exchange, person: str) -> bool:
    mine = await attendance.of(tx, exchange=found.id, person=person)
    return person in found.hosts or (mine is not None and mine.has_place(found, tx.now))


async def _entry(tx: Tx, found: Exchange, person: str) -> Entry | None:
    """Return an exchange for a calendar, with its door for those who may open it; None without a time."""
    if found.starts_local is None:
        return None
    sure, cancelled = await _is_in(tx, found, person), found.state is State.CANCELLED
    shown = await exchanges.all_doors(tx, exchange=found.id) if sure and not cancelled else {}
    mine = await attendance.of(tx, exchange=found.id, person=person)
    dates = tuple(_date(each, shown, out=each.cancelled or _is_out(found, person, mine, each)) for each in found.dates)
    return Entry(
        id=found.id,
        title=found.title,
        purpose=found.purpose,
        starts=dates[0].original if dates else found.starts_local,
        zone=found.zone,
        minutes=found.minutes,
        sequence=found.sequence,
        cancelled=cancelled or (bool(dates) and all(each.out for each in dates)),
        sure=sure,
        place=shown.get("place", ""),
        link=shown.get("link", ""),
        rule=recurrence.written(found.rule),
        dates=dates,
    )


def _date(date: Occurrence, shown: Mapping[str, Any], *, out: bool) -> Date:
    door = {name: shown.get(name, "") for name in ("place", "link")} | shown.get("apart", {}).get(date.name, {})
    return Date(date.original, date.local, out, **door)


def _is_out(found: Exchange, person: str, mine: Attending | None, date: Occurrence) -> bool:
    """Whether somebody does not come to a date: they said so, or come to single dates only and not to this one."""
    if mine is None or date.name in mine.apart:
        return mine is not None and not mine.comes(date.name)
    return YES in mine.apart.values() and mine.standing is not Standing.IN and person not in found.hosts
