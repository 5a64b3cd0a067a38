"""Feedback: what those who came to an exchange say of it a day later, for its two hosts, without who said it.

It is asked once. While it is open a word can be changed; when it closes nobody's name is kept with any of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
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

from network import attendance, due, exchanges, invitees, members
from network.attendance import Standing
from network.disclosure import FEWEST, Grid
from network.errors import Conflict, Forbidden, Invalid
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
    Column("asked_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), index=True),  # None once it is closed
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("useful", String(8), nullable=False),
    Column("both", String(8), nullable=False),
    Column("text", LargeBinary),  # one thing to do differently
    UniqueConstraint("exchange", "person"),
)


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
    """Set when those who came are asked, for every exchange that has just ended; return how many."""
    table, known = exchanges.exchanges, feedback_rounds.c.exchange
    asked = exists().where(known == table.c.id)
    since = tx.now - LATE - timedelta(minutes=exchanges.MOST_MINUTES)
    ended = (table.c.state.in_(HELD), table.c.starts_at < tx.now, table.c.starts_at > since, ~asked)
    many = 0
    for row in await tx.all(select(table.c.id, table.c.starts_at, table.c.minutes).where(*ended).order_by(table.c.id)):
        ends_at = row.starts_at + timedelta(minutes=row.minutes)
        if tx.now - LATE < ends_at <= tx.now:
            many += await due.at_first(tx, kind=ASK, subject=row.id, instant=ends_at + AFTER)
    return many


async def open(tx: Tx, *, exchange: str) -> Exchange | None:  # noqa: A001 - read as feedback.open()
    """Begin to ask about an exchange, and return it; None where it must not be: then nobody is asked.

    It must not where it did not take place, was asked about before, or has moved to a later time.
    """
    found = await exchanges.find(tx, exchange=exchange)
    if found is None or found.state.value not in HELD or found.ends_at is None:
        return None
    if tx.now < found.ends_at + AFTER:
        await due.at(tx, kind=ASK, subject=exchange, instant=found.ends_at + AFTER)
        return None
    row = {"exchange": exchange, "asked_at": tx.now, "closes_at": tx.now + OPEN, "closed_at": None}
    if found.ends_at <= tx.now - LATE or not await tx.add(feedback_rounds, key=("exchange",), **row):
        return None
    await due.at(tx, kind=CLOSE, subject=exchange, instant=tx.now + OPEN)
    return found


def asked(found: Exchange, *, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who came, but those who want to hear nothing now."""
    came = select(attendance.attendance.c.person).where(
        attendance.attendance.c.exchange == found.id, attendance.attendance.c.standing == Standing.IN.value
    )
    return invitees.invited(found, hearing_at=hearing_at).where(members.members.c.id.in_(came))


async def may_say(tx: Tx, *, exchange: str, person: str) -> bool:
    """Whether somebody came, and can still say what they think of it."""
    until = await _closes_at(tx, exchange)
    mine = await attendance.of(tx, exchange=exchange, person=person)
    return until is not None and tx.now < until and mine is not None and mine.standing is Standing.IN


async def say(tx: Tx, *, exchange: str, person: str, useful: str, both: str, text: str = "") -> None:
    """Keep what somebody says, in the place of what they said before. Raise Forbidden, Conflict (closed), Invalid."""
    await exchanges.locked(tx, exchange=exchange)
    mine = await attendance.of(tx, exchange=exchange, person=person)
    if mine is None or mine.standing is not Standing.IN:
        raise Forbidden
    if not await may_say(tx, exchange=exchange, person=person):
        raise Conflict
    if len(text) > LONGEST or not {useful, both} <= set(Answer):
        raise Invalid
    me = await members.get(tx, person=person)
    await tx.run(delete(feedback).where(feedback.c.exchange == exchange, feedback.c.person == person))
    row = {"id": new_id(), "exchange": exchange, "person": person, "side": me.side, "country": me.country}
    sealed = tx.seal.seal("feedback.text", row["id"], text) if text else None
    await tx.run(feedback.insert(), {**row, "useful": useful, "both": both, "text": sealed})


async def close(tx: Tx, *, exchange: str) -> Exchange | None:
    """Let nobody say more, and forget who said what; return the exchange once: then its hosts are told."""
    until = await _closes_at(tx, exchange)
    if until is None:
        return None
    if tx.now < until:
        await due.at(tx, kind=CLOSE, subject=exchange, instant=until)
        return None
    found = await exchanges.locked(tx, exchange=exchange)  # nobody is saying something
    await tx.run(update(feedback_rounds).where(feedback_rounds.c.exchange == exchange).values(closed_at=tx.now))
    await tx.run(update(feedback).where(feedback.c.exchange == exchange).values(person=None))
    return found


async def said(tx: Tx, *, exchange: str, by: str) -> Said | None:
    """Return what was said, for a host; None before it is closed: a look twice would tell too much. Raise Forbidden."""
    if by not in (await exchanges.get(tx, exchange=exchange)).hosts:
        raise Forbidden
    closed = await tx.scalar(select(feedback_rounds.c.closed_at).where(feedback_rounds.c.exchange == exchange))
    if closed is None:
        return None
    rows = await tx.all(select(feedback).where(feedback.c.exchange == exchange).order_by(feedback.c.id))
    texts = tuple(tx.seal.open("feedback.text", row.id, row.text) for row in rows if row.text is not None)
    if len(rows) < FEWEST:
        return Said(len(rows), {}, {}, texts)
    return Said(len(rows), _counted(rows), {side: _counted(rows, side) for side in _sides(rows)}, texts)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member said to another membership of the same human being, where that one said nothing."""
    had = select(feedback.c.exchange).where(feedback.c.person == to).scalar_subquery()
    mine = update(feedback).where(feedback.c.person == person, feedback.c.exchange.not_in(had))
    await tx.run(mine.values(person=to))


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


async def _closes_at(tx: Tx, exchange: str) -> datetime | None:
    """Return until when it can be answered; None before it is asked, and once it is closed."""
    mine = (feedback_rounds.c.exchange == exchange, feedback_rounds.c.closed_at.is_(None))
    row = await tx.first(select(feedback_rounds.c.closes_at).where(*mine))
    return None if row is None else row.closes_at


def _sides(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Return the sides of which figures may be shown."""
    cells: dict[tuple[str, str], tuple[int]] = {}
    for row in rows:
        cells[row.side, row.country] = (cells.get((row.side, row.country), (0,))[0] + 1,)
    return Grid(cells, {}).shown().sides


def _counted(rows: Sequence[Row[Any]], side: str = "") -> dict[str, dict[str, int]]:
    meant: list[Any] = [row._mapping for row in rows if side in {"", row.side}]  # noqa: SLF001 - public
    return {name: {each.value: sum(row[name] == each for row in meant) for each in Answer} for name in QUESTIONS}
