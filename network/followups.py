"""Follow-ups: after 6, 12 and 24 months an author says whether a practice is still in use; who tries it, after 3."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from network import due, marks, members, practices, standings
from network.errors import Invalid, Missing
from network.ids import new_id
from network.practices import Practice
from network.store import Instant, Tx, metadata

KIND = "followup"  # of the due rows; their subject is the id of the follow-up
MONTHS = (6, 12, 24)  # after publication, for its author
TRIED = 3  # months after somebody began to try it
UNASKED = 0  # what an author told without being asked
REMINDED_AFTER = timedelta(weeks=2)
ANSWERS = ("in_use", "changed", "stopped")
SHOWN = 5  # of the latest words of an author, on a card


class Question(StrEnum):
    """What is to be sent when a follow-up comes due."""

    NONE = ""
    FIRST = "first"
    AGAIN = "again"  # the one reminder


followups = Table(
    "followups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("months", SmallInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("asked_at", Instant),
    Column("reminded_at", Instant),
    Column("answer", String(8), nullable=False, server_default=""),
    Column("note", LargeBinary),
    Column("answered_at", Instant),
)


@dataclass(frozen=True)
class Word:
    """What an author told of a practice later: one of ``ANSWERS``, when, and perhaps a sentence."""

    answer: str
    at: datetime
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Asking:
    """A follow-up that has come due: what to send, about which practice; ``trying``: to one who tries it."""

    question: Question
    practice: Practice | None = field(default=None, repr=False)
    trying: bool = False


async def begin(tx: Tx, *, practice: str) -> None:
    """Set when the author of a practice that was just published is asked; again, it changes nothing."""
    found = await practices.get(tx, practice=practice)
    if found.author is None or found.published_at is None:
        return
    for months in MONTHS:
        await _set(tx, practice, found.author, months, later(found.published_at, months))


async def mark(tx: Tx, *, practice: str, person: str, kind: str) -> bool:
    """Mark a practice or take the mark back (``marks.toggle``); who begins to try one is asked later, once."""
    marked = await marks.toggle(tx, person=person, practice=practice, kind=kind)
    if kind == marks.TRYING and marked:
        await _set(tx, practice, person, TRIED, later(tx.now, TRIED))
    elif kind == marks.TRYING:
        await _forget_try(tx, practice, person)
    return marked


async def come(tx: Tx, *, followup: str) -> Asking:
    """Return what to send for a follow-up whose time has come, and note that it is sent.

    Nothing when it was answered, when its practice is not open to the network, or no longer its person's
    or tried by them, when they do not take part now, or when a later one came due too: after an absence
    one question is asked, not three.
    """
    row = await tx.first(select(followups).where(followups.c.id == followup).with_for_update())
    if row is None or row.answered_at is not None or await _is_overtaken(tx, row):
        return Asking(Question.NONE)
    practice = await _asked_about(tx, row)
    if practice is None:
        return Asking(Question.NONE)
    first = row.asked_at is None
    if not first and row.reminded_at is not None:
        return Asking(Question.NONE)
    change = update(followups).where(followups.c.id == followup)
    if first:
        await tx.run(change.values(asked_at=tx.now))
        await due.at(tx, kind=KIND, subject=followup, instant=tx.now + REMINDED_AFTER, person=row.person)
    else:
        await tx.run(change.values(reminded_at=tx.now))
    return Asking(Question.FIRST if first else Question.AGAIN, practice, trying=row.months == TRIED)


async def is_waiting(tx: Tx, *, practice: str, person: str) -> bool:
    """Whether a person was asked about a practice and has not answered."""
    return await _waiting(tx, practice, person) is not None


async def answer(tx: Tx, *, practice: str, person: str, answer: str) -> str:
    """Take a person's word on a practice of theirs, or one that they try; return the id of the follow-up.

    It answers what they were asked last, else stands by itself. An author's "stopped" changes the
    stage too. Raise Invalid, Missing.
    """
    if answer not in ANSWERS:
        raise Invalid
    found = await practices.get(tx, practice=practice)
    waiting = await _waiting(tx, practice, person)
    if found.state is not practices.State.PUBLISHED or (found.author != person and waiting is None):
        raise Missing
    followup = waiting.id if waiting is not None else await _unasked(tx, practice, person)
    change = update(followups).where(followups.c.id == followup)
    await tx.run(change.values(answer=answer, answered_at=tx.now))
    await due.cancel(tx, kind=KIND, subject=followup)
    if found.author == person and answer == "stopped":
        await standings.change(tx, practice=practice, person=person, stage="stopped")
    return followup


async def add_note(tx: Tx, *, followup: str, person: str, note: str) -> None:
    """Add a sentence to what a person answered; it stands sealed. Raise Missing."""
    mine = update(followups).where(followups.c.id == followup, followups.c.person == person)
    sealed = tx.seal.seal("followups.note", followup, note)
    if not await tx.run(mine.values(note=sealed)):
        raise Missing


async def told(tx: Tx, *, practice: str, author: str | None) -> list[Word]:
    """Return what the author told since, the latest first, five at most; nothing once the author has left."""
    if author is None:
        return []
    query = select(followups).where(_theirs(practice, author), followups.c.answered_at.is_not(None))
    rows = await tx.all(query.order_by(followups.c.answered_at.desc(), followups.c.id).limit(SHOWN))
    return [_word(tx, row) for row in rows]


async def counts_of_tries(tx: Tx, *, practice: str) -> dict[str, int]:
    """Return how many of those who tried it answered what; a number below ``marks.FEWEST`` is left out."""
    number = func.count()
    tried = (followups.c.practice == practice) & (followups.c.months == TRIED) & (followups.c.answer != "")
    query = select(followups.c.answer, number.label("number")).where(tried).group_by(followups.c.answer)
    return {row.answer: row.number for row in await tx.all(query.having(number >= marks.FEWEST))}


async def all_of(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what a person answered, for their own copy."""
    query = select(followups).where(followups.c.person == person, followups.c.answered_at.is_not(None))
    rows = await tx.all(query.order_by(followups.c.answered_at, followups.c.id))
    found = await practices.read(tx, [row.practice for row in rows], "")
    words = [(found[row.practice].title, _word(tx, row)) for row in rows if row.practice in found]
    return [
        {"title": title, "answer": word.answer, "note": word.note, "at": word.at.isoformat()} for title, word in words
    ]


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one membership be asked what another of the same human being was to be asked, and keep what they told."""
    for row in await tx.all(select(followups).where(followups.c.person == person)):
        twin = (followups.c.months == row.months) & _theirs(row.practice, to)
        if row.months != UNASKED and await tx.first(select(followups.c.id).where(twin)):
            await due.cancel(tx, kind=KIND, subject=row.id)
            continue
        await tx.run(update(followups).where(followups.c.id == row.id).values(person=to))
        await tx.run(update(due.due).where(due.due.c.kind == KIND, due.due.c.subject == row.id).values(person=to))


def later(instant: datetime, months: int) -> datetime:
    """Return the same day and hour so many months later; the last of a shorter month."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))


async def _set(tx: Tx, practice: str, person: str, months: int, instant: datetime) -> None:
    same = select(followups.c.id).where(_theirs(practice, person), followups.c.months == months)
    if await tx.first(same):
        return
    followup = new_id()
    row = {"id": followup, "practice": practice, "person": person, "months": months, "due_at": instant}
    await tx.run(followups.insert(), row)
    await due.at(tx, kind=KIND, subject=followup, instant=instant, person=person)


async def _forget_try(tx: Tx, practice: str, person: str) -> None:
    open_ = _theirs(practice, person) & (followups.c.months == TRIED) & followups.c.answered_at.is_(None)
    for row in await tx.all(select(followups.c.id).where(open_)):
        await due.cancel(tx, kind=KIND, subject=row.id)
    await tx.run(delete(followups).where(open_))


async def _asked_about(tx: Tx, row: Row[Any]) -> Practice | None:
    """Return the practice that a follow-up is about, when its person is to be asked now."""
    member = await members.find(tx, person=row.person)
    if member is None or member.state is not members.State.ACTIVE:
        return None
    found = await practices.published(tx, [row.practice], language=member.language)
    if not found:
        return None
    if row.months == TRIED:
        given = await marks.of(tx, person=row.person, practice=row.practice)
        return found[0] if marks.TRYING in given else None
    return found[0] if found[0].author == row.person else None


async def _is_overtaken(tx: Tx, row: Row[Any]) -> bool:
    """Whether a later question on the same practice has come due as well."""
    newer = _theirs(row.practice, row.person) & (followups.c.due_at > row.due_at) & (followups.c.due_at <= tx.now)
    return await tx.first(select(followups.c.id).where(newer, followups.c.months != UNASKED)) is not None


async def _waiting(tx: Tx, practice: str, person: str) -> Row[Any] | None:
    """Return what a person was asked last about a practice, if they have not answered it."""
    asked = select(followups).where(_theirs(practice, person), followups.c.asked_at.is_not(None))
    last = await tx.first(asked.order_by(followups.c.asked_at.desc(), followups.c.due_at.desc()).limit(1))
    return last if last is not None and last.answered_at is None else None


async def _unasked(tx: Tx, practice: str, person: str) -> str:
    followup = new_id()
    row = {"id": followup, "practice": practice, "person": person, "months": UNASKED, "due_at": tx.now}
    await tx.run(followups.insert(), row)
    return followup


def _word(tx: Tx, row: Row[Any]) -> Word:
    note = "" if row.note is None else tx.seal.open("followups.note", row.id, row.note)
    return Word(row.answer, row.answered_at, note)


def _theirs(practice: str, person: str) -> Any:
    return (followups.c.practice == practice) & (followups.c.person == person)
