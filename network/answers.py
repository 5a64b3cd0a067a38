"""Answers: what members answered to a question, relayed without who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    delete,
    or_,
    select,
    update,
)

from network import approvals, attribution, calls, conversations, due, files, members, questions
from network.attribution import Attribution
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.members import SIDES
from network.questions import Question
from network.store import Instant, Tx, metadata

HIDDEN, SIDE_AND_REGION, ROLE = LEVELS = range(3)  # levels of attribution that an answer may have (D9)
PATIENCE = timedelta(hours=48)  # then the answers of one side are shown without the other


class Consent(StrEnum):
    """Whether an answer may become part of a practice."""

    UNASKED = ""
    ASKED = "asked"
    YES = "yes"
    NO = "no"


class Closed(Conflict):
    """The question takes no answers any more."""


answers = Table(
    "answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("question", String(32), ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), nullable=False, index=True),
    Column("side", String(10), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("file", String(32), nullable=False, server_default=""),  # a voice message in the place of the text
    Column("back", LargeBinary),  # what the asker asked back, once
    Column("more", LargeBinary),  # what was answered to that
    Column("at", Instant, nullable=False),
    Column("read", Boolean, nullable=False),
    Column("thanked", Boolean, nullable=False),
    Column("consent", String(8), nullable=False),
    Column("credit", SmallInteger, nullable=False),
    UniqueConstraint("question", "person"),
)


@dataclass(frozen=True)
class Answer:
    """An answer. ``person`` and ``side`` are never shown: only what ``level`` lets be said is.

    ``file`` is the id of a voice message in the place of ``text``, kept for a month at most.
    ``credit`` is the level of attribution in a practice, once ``consent`` is yes.
    """

    id: str
    question: str
    person: str = field(repr=False)
    side: str = field(repr=False)
    level: int
    language: str
    text: str = field(repr=False)
    file: str
    back: str = field(repr=False)
    more: str = field(repr=False)
    at: datetime
    read: bool
    thanked: bool
    consent: Consent
    credit: int

    @property
    def shown_side(self) -> str:
        """The side that the author lets be seen, or ""."""
        return self.side if self.level > HIDDEN else ""


@dataclass(frozen=True)
class Set:
    """Answers that are read together: one of each side, as far as they came; or one that shows no side."""

    official: Answer | None = None
    civil: Answer | None = None
    other: Answer | None = None

    @property
    def answers(self) -> list[Answer]:
        """Those that are there."""
        return [each for each in (self.official, self.civil, self.other) if each is not None]


async def give(
    tx: Tx, *, question: str, person: str, text: str, language: str, level: int, file: str = ""
) -> dict[str, str]:
    """Answer a question, or put this in the place of what one answered before.

    ``file`` is a voice message of this person's that has come; ``text`` may then be empty.

    Returns the id of the ``answer`` and the person to ``tell``: the asker, unless they know already that
    answers wait, or want to read when both sides have answered. Raise Invalid, Missing, Closed.
    """
    asked = await questions.lock(tx, question=question)
    if not asked.is_open(tx.now):
        raise Closed
    if not await calls.may_answer(tx, question=question, person=person):
        raise Missing
    if level not in LEVELS or not (text.strip() or file) or (file and not await has_come(tx, file=file, person=person)):
        raise Invalid
    me = await members.get(tx, person=person)
    answer = await _id_of(tx, question, person) or new_id()
    await _forget_files(tx, [answer], but=file)
    sealed = tx.seal.seal("answers.text", answer, text)
    values = {"side": me.side, "level": level, "language": language, "text": sealed, "file": file}
    fresh = {"at": tx.now, "read": False, "consent": Consent.UNASKED.value, "credit": HIDDEN}
    row = {"id": answer, "question": question, "person": person, "thanked": False, **values, **fresh}
    if not await tx.run(update(answers).where(answers.c.id == answer).values(**values, **fresh)):
        await tx.run(answers.insert(), row)
    return {"answer": answer, "tell": await announce(tx, question=question)}


async def announce(tx: Tx, *, question: str) -> str:
    """Return the asker's id if it is time to tell them that answers wait, and keep that they are told; else ""."""
    asked = await questions.get(tx, question=question)
    unread = [each for each in await of(tx, question=question) if not each.read]
    if asked.asker is None or asked.announced or not unread:
        return ""
    if not is_ready(asked, await of(tx, question=question), tx.now):
        ready_at = min(each.at for each in unread) + PATIENCE
        await due.at(tx, kind=questions.READY, subject=question, instant=ready_at, person=asked.asker)
        return ""
    await questions.set_announced(tx, question=question, announced=True)
    return asked.asker


def is_ready(question: Question, given: Sequence[Answer], now: datetime) -> bool:
    """Whether the answers are shown as the asker wished: at once, or when each side has or had its time."""
    if (
        not question.together
        or not question.is_open(now)
        or {each.shown_side for each in given} >= set(question.asked_of)
    ):
        return True
    return any(not each.read and now >= each.at + PATIENCE for each in given)


def sets(given: Sequence[Answer]) -> list[Set]:
    """Return the answers as they are read: one from each side together, in the order in which they came."""
    by_side = {side: [each for each in given if each.shown_side == side] for side in ("", *SIDES)}
    officials, civil = by_side["official"], by_side["civil"]
    longest = max(len(officials), len(civil))
    pairs = [
        Set(officials[at] if at < len(officials) else None, civil[at] if at < len(civil) else None)
        for at in range(longest)
    ]
    return [*pairs, *(Set(other=each) for each in by_side[""])]


async def of(tx: Tx, *, question: str, only: Sequence[str] | None = None) -> list[Answer]:
    """Return the answers to a question, the oldest first; ``only`` keeps these ids, in their order."""
    rows = await tx.all(select(answers).where(answers.c.question == question).order_by(answers.c.at, answers.c.id))
    found = {row.id: _answer(tx, row) for row in rows}
    return list(found.values()) if only is None else [found[wanted] for wanted in only if wanted in found]


async def shown(tx: Tx, *, given: Sequence[Answer], credited: bool = False) -> dict[str, Attribution]:
    """Return what may be said today of who gave each answer, by the answer's id; ``credited``: in a practice.

    Of somebody who has changed sides since, no more than the side of then and the region.
    """
    known = await members.get_many(tx, people=[each.person for each in given])
    said: dict[str, Attribution] = {}
    for each in given:
        member = known[each.person]
        level = await attribution.holds(tx, person=member.id, level=each.credit if credited else each.level)
        level = level if member.side == each.side else min(level, SIDE_AND_REGION)
        line = attribution.of_member(member, level=level, year=each.at.year)
        said[each.id] = replace(line, side=each.side) if line.side else line
    return said


async def find(tx: Tx, *, answer: str) -> Answer | None:
    """Return an answer, or None."""
    row = await tx.first(select(answers).where(answers.c.id == answer))
    return None if row is None else _answer(tx, row)


async def mine(tx: Tx, *, question: str, person: str) -> Answer | None:
    """Return what somebody answered to a question, or None."""
    answer = await _id_of(tx, question, person)
    return await find(tx, answer=answer) if answer else None


async def mark_read(tx: Tx, *, question: str, by: str, ids: Sequence[str]) -> None:
    """Keep that the asker has read these answers; the next one is told anew. Raise Missing."""
    await questions.asked_by(tx, question=question, person=by)
    await tx.run(update(answers).where(answers.c.question == question, answers.c.id.in_(ids)).values(read=True))
    await questions.set_announced(tx, question=question, announced=False)


async def answerers(tx: Tx, *, question: str) -> list[str]:
    """Return who answered a question: to tell them, never to show them."""
    rows = await tx.all(select(answers.c.person).where(answers.c.question == question).order_by(answers.c.person))
    return [row.person for row in rows]


async def forget(tx: Tx, *, person: str, asked: Sequence[str]) -> None:
    """Erase what somebody answered, and every answer to what they ``asked`` (ids of questions)."""
    gone = or_(answers.c.person == person, answers.c.question.in_(asked))
    which = [row.id for row in await tx.all(select(answers.c.id).where(gone))]
    if not which:
        return
    table = approvals.approvals
    reports = [row.id for row in await tx.all(select(table.c.id).where(table.c.subject.in_(which)))]
    await conversations.end_about(tx, name=questions.DECIDING, ids=reports)
    await remove(tx, which=which)
    await tx.run(delete(table).where(table.c.id.in_(reports)))  # those that were decided, too


async def remove(tx: Tx, *, which: Sequence[str]) -> None:
    """Take answers away, with their voice messages, and end the talks in which their asker reads them."""
    for talk in questions.READING:
        await conversations.end_about(tx, name=talk, ids=which)
    for answer in which:
        await approvals.withdraw(tx, subject=answer)
    await _forget_files(tx, which)
    await tx.run(delete(answers).where(answers.c.id.in_(which)))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another answered, where they have not answered themselves."""
    both = select(answers.c.question).where(answers.c.person == to)
    await tx.run(update(answers).where(answers.c.person == person, answers.c.question.not_in(both)).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody answered, as JSON to be read by them; not what they were asked."""
    rows = await tx.all(select(answers).where(answers.c.person == person).order_by(answers.c.at))
    found = [_answer(tx, row) for row in rows]
    return [
        {
            "text": each.text,
            "voice": bool(each.file),
            "more": each.more,
            "level": each.level,
            "consent": each.consent.value,
            "at": each.at.isoformat(),
        }
        for each in found
    ]


async def has_come(tx: Tx, *, file: str, person: str) -> bool:
    """Whether a voice message of a person is here, checked and cleaned."""
    found = await files.find(tx, file=file)
    return found is not None and found.person == person and found.state is files.State.READY


async def _forget_files(tx: Tx, which: Sequence[str], *, but: str = "") -> None:
    """Forget the voice messages of these answers, ``but`` one."""
    theirs = answers.c.id.in_(which) & answers.c.file.not_in(("", but))
    await files.forget(tx, [row.file for row in await tx.all(select(answers.c.file).where(theirs))])


async def _id_of(tx: Tx, question: str, person: str) -> str:
    found = await tx.scalar(select(answers.c.id).where(answers.c.question == question, answers.c.person == person))
    return str(found or "")


def _answer(tx: Tx, row: Row[Any]) -> Answer:
    sealed = {"text": row.text, "back": row.back, "more": row.more}
    opened = {name: tx.seal.open(f"answers.{name}", row.id, value) if value else "" for name, value in sealed.items()}
    return Answer(
        id=row.id,
        question=row.question,
        person=row.person,
        side=row.side,
        level=row.level,
        language=row.language,
        file=row.file,
        at=row.at,
        read=row.read,
        thanked=row.thanked,
        consent=Consent(row.consent),
        credit=row.credit,
        **opened,
    )
