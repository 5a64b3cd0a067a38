"""Feedback: what those who came to an exchange say of it a day later, for its two hosts, without who said it.

It is asked once, of what is held again and again once for each date. While it is open a word can be changed; when it
closes nobody's name is kept with any of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    delete,
    exists,
    select,
    update,
)

from network import attendance, darkness, due, exchanges, invitees, members
from network.disclosure import FEWEST, Grid
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange, State
from network.ids import new_id
from network.store import Instant, Tx, metadata

ASK, CLOSE = "feedback.ask", "feedback.close"  # kinds of due rows, of the network and not of one person
AFTER = timedelta(days=1)  # so long after the end it is asked,
OPEN = timedelta(days=7)  # and so long it can be answered
LATE = timedelta(days=8)  # what ended longer ago is not asked about any more
LONGEST = 300  # characters
HELD = (State.SET.value, State.CHANGED.value, State.OVER.value)


class Answer(StrEnum):
    """What somebody says to a question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


QUESTIONS = ("useful", "both")  # was it useful; did both sides speak

feedback_rounds = Table(
    "feedback_rounds",
    metadata,
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
    Column("date", String(16), primary_key=True),  # the name of a date, "" of what is held once
    Column("asked_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("date", String(16), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), index=True),  # None once it is closed
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("useful", String(8), nullable=False),
    Column("both", String(8), nullable=False),
    Column("text", LargeBinary),  # one thing to do differently
    UniqueConstraint("exchange", "date", "person"),
)


@dataclass(frozen=True)
class Round:
    """An exchange, or one date of it, about which people are asked; ``date`` is its name, "" of what is held once."""

    exchange: Exchange
    date: str

    @property
    def subject(self) -> str:
        """What it is called in due rows and on buttons."""
        return f"{self.exchange.id}:{self.date}" if self.date else self.exchange.id

    @property
    def ends_at(self) -> datetime | None:
        """When it is over (UTC); None where it does not take place."""
        return dict(_ends(self.exchange)).get(self.date)


@dataclass(frozen=True)
class Said:
    """What the hosts read: figures by question and answer, by side too where that points at nobody, and the words.

    Of fewer than ten answers there are no figures. ``texts`` come in an order that tells nothing.
    """

    answered: int
    total: dict[str, dict[str, int]]
    by_side: dict[str, dict[str, dict[str, int]]]
    texts: tuple[str, ...] = field(repr=False)


async def tend(tx: Tx) -> int:
    """Set when those who come are asked, for everything that is to come or has just ended; return how many.

    What moved meanwhile is found by ``open``, and here once it has ended.
    """
    table = exchanges.exchanges.c
    since = tx.now - LATE - timedelta(minutes=exchanges.MOST_MINUTES)
    many = 0
    for row in await tx.all(select(table.id).where(table.state.in_(HELD), table.starts_at > since).order_by(table.id)):
        found = await exchanges.get(tx, exchange=row.id)
        for date, ends_at in _ends(found):
            each = Round(found, date)
            if ends_at > tx.now - LATE and not await _was_asked(tx, each):
                put = due.at_first if ends_at > tx.now else due.at
                await put(tx, kind=ASK, subject=each.subject, instant=ends_at + AFTER)
                many += 1
    return many


async def open(tx: Tx, *, subject: str) -> Round | None:  # noqa: A001 - read as feedback.open()
    """Begin to ask, and return about what; None where it must not be: then nobody is asked.

    It must not where it did not take place, was asked about before, or has moved to a later time.
    """
    found = await find(tx, subject=subject)
    if found is None or found.exchange.state.value not in HELD or found.ends_at is None:
        return None
    if tx.now < found.ends_at + AFTER:
        await due.at(tx, kind=ASK, subject=subject, instant=found.ends_at + AFTER)
        return None
    row = {"asked_at": tx.now, "closes_at": tx.now + OPEN, "closed_at": None}
    key = {"exchange": found.exchange.id, "date": found.date}
    if found.ends_at <= tx.now - LATE or not await tx.add(feedback_rounds, key=tuple(key), **key, **row):
        return None
    await due.at(tx, kind=CLOSE, subject=subject, instant=tx.now + OPEN)
    return found


async def find(tx: Tx, *, subject: str) -> Round | None:
    """Return what a due row or a button is about, None when it is gone."""
    exchange, _colon, date = subject.partition(":")
    found = await exchanges.find(tx, exchange=exchange)
    return None if found is None else Round(found, date)


async def asked(tx: Tx, *, found: Round, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who came, but those who want to hear nothing now."""
    guests = await attendance.guests(tx, found=found.exchange)
    came = [each.person for each in guests if each.comes(found.date)]
    return invitees.invited(found.exchange, hearing_at=hearing_at).where(members.members.c.id.in_(came))


async def may_say(tx: Tx, *, subject: str, person: str) -> bool:
    """Whether somebody came, and can still say what they think of it."""
    found = await find(tx, subject=subject)
    until = await _closes_at(tx, found) if found is not None else None
    return until is not None and tx.now < until and found is not None and await _came(tx, found, person)


async def waiting(tx: Tx, *, person: str) -> str:
    """Return the subject of what somebody can say something of now, the latest that was asked; "" for none."""
    table = feedback_rounds.c
    still = select(table.exchange, table.date).where(table.closed_at.is_(None))
    for row in await tx.all(still.order_by(table.asked_at.desc(), table.exchange, table.date)):
        subject = f"{row.exchange}:{row.date}" if row.date else row.exchange
        if await may_say(tx, subject=subject, person=person):
            return str(subject)
    return ""


async def say(tx: Tx, *, subject: str, person: str, useful: str, both: str, text: str = "") -> None:
    """Keep what somebody says, in the place of what they said before.

    Raise Missing, Forbidden (they did not come), Conflict (closed), Invalid.
    """
    found = await find(tx, subject=subject)
    if found is None:
        raise Missing
    await exchanges.locked(tx, exchange=found.exchange.id)
    if not await _came(tx, found, person):
        raise Forbidden
    if not await may_say(tx, subject=subject, person=person):
        raise Conflict
    if len(text) > LONGEST or not {useful, both} <= set(Answer):
        raise Invalid
    me = await members.get(tx, person=person)
    await tx.run(delete(feedback).where(*_of(feedback, found), feedback.c.person == person))
    row = {"id": new_id(), "exchange": found.exchange.id, "date": found.date, "person": person}
    row |= {"side": me.side, "country": me.country}
    sealed = tx.seal.seal("feedback.text", row["id"], text) if text else None
    await tx.run(feedback.insert(), {**row, "useful": useful, "both": both, "text": sealed})


async def close(tx: Tx, *, subject: str) -> Round | None:
    """Let nobody say more, and forget who said what; return what it was about once: then its hosts are told."""
    found = await find(tx, subject=subject)
    until = await _closes_at(tx, found) if found is not None else None
    if found is None or until is None:
        return None
    if tx.now < until:
        await due.at(tx, kind=CLOSE, subject=subject, instant=until)
        return None
    await exchanges.locked(tx, exchange=found.exchange.id)  # nobody is saying something
    await tx.run(update(feedback_rounds).where(*_of(feedback_rounds, found)).values(closed_at=tx.now))
    await tx.run(update(feedback).where(*_of(feedback, found)).values(person=None))
    return found


async def said(tx: Tx, *, subject: str, by: str) -> Said | None:
    """Return what was said, for a host; None before it is closed: a look twice would tell too much.

    Raise Missing, Forbidden.
    """
    found = await find(tx, subject=subject)
    if found is None:
        raise Missing
    if by not in found.exchange.hosts:
        raise Forbidden
    if await tx.scalar(select(feedback_rounds.c.closed_at).where(*_of(feedback_rounds, found))) is None:
        return None
    rows = await tx.all(select(feedback).where(*_of(feedback, found)).order_by(feedback.c.id))
    texts = tuple(tx.seal.open("feedback.text", row.id, row.text) for row in rows if row.text is not None)
    if len(rows) < FEWEST:
        return Said(len(rows), {}, {}, texts)
    return Said(len(rows), _counted(rows), {side: _counted(rows, side) for side in _sides(rows)}, texts)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member said to another membership of the same human being, where that one said nothing."""
    had = feedback.alias("had")
    there = exists().where(had.c.person == to, had.c.exchange == feedback.c.exchange, had.c.date == feedback.c.date)
    await tx.run(update(feedback).where(feedback.c.person == person, ~there).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what somebody said that is still open, to be read by them; afterwards nobody knows whose it is."""
    rows = await tx.all(select(feedback).where(feedback.c.person == person).order_by(feedback.c.id))
    return [
        {
            "title": (await exchanges.get(tx, exchange=row.exchange)).title,
            "useful": row.useful,
            "both": row.both,
            "text": "" if row.text is None else tx.seal.open("feedback.text", row.id, row.text),
        }
        for row in rows
    ]


def _ends(found: Exchange) -> list[tuple[str, datetime]]:
    """Return when each date of an exchange is over, by its name."""
    if not found.dates:
        return [] if found.ends_at is None else [("", found.ends_at)]
    return [(each.name, at + timedelta(minutes=found.minutes)) for at, each in found.standing]


def _of(table: Table, found: Round) -> tuple[ColumnElement[bool], ...]:
    return table.c.exchange == found.exchange.id, table.c.date == found.date


async def _came(tx: Tx, found: Round, person: str) -> bool:
    mine = await attendance.of(tx, exchange=found.exchange.id, person=person)
    return mine is not None and mine.comes(found.date)


async def _was_asked(tx: Tx, found: Round) -> bool:
    known = select(feedback_rounds.c.asked_at).where(*_of(feedback_rounds, found))
    return await tx.first(known) is not None


async def _closes_at(tx: Tx, found: Round) -> datetime | None:
    """Return until when it can be answered; None before it is asked, and once it is closed.

    It is later for all by the time that a country of those who came was dark.
    """
    still = (*_of(feedback_rounds, found), feedback_rounds.c.closed_at.is_(None))
    row = await tx.first(select(feedback_rounds).where(*still))
    if row is None:
        return None
    came = [each.person for each in await attendance.guests(tx, found=found.exchange) if each.comes(found.date)]
    longer: timedelta = await darkness.longest(tx, people=came, since=row.asked_at)
    until: datetime = row.closes_at
    return until + longer


def _sides(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Return the sides of which figures may be shown."""
    cells: dict[tuple[str, str], tuple[int]] = {}
    for row in rows:
        cells[row.side, row.country] = (cells.get((row.side, row.country), (0,))[0] + 1,)
    return Grid(cells, {}).shown().sides


def _counted(rows: Sequence[Row[Any]], side: str = "") -> dict[str, dict[str, int]]:
    meant: list[Any] = [row._mapping for row in rows if side in {"", row.side}]  # noqa: SLF001 - public
    return {name: {each.value: sum(row[name] == each for row in meant) for each in Answer} for name in QUESTIONS}
