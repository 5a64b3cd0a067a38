"""Questions: what a member asks the network, of whom, and whether it is still open (R020, R090)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from network import approvals, conversations, due, members, regimes, scopes, topics
from network.digests import Pace
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.members import SIDES, Member
from network.scopes import SCOPES
from network.store import Instant, Tx, metadata

BOTH = "both"
ASKED_OF = (BOTH, *SIDES)
OPEN_FOR = timedelta(days=30)
MOST_OPEN = 3  # questions of one member that wait or are open
DECIDERS_A_SIDE = 3  # coordinators who are told of a question to decide on; all of them find it in their list
PAST = "tru.past"  # the legacy of abuses: care comes first (R093)
CALL, READY, END = "question.call", "question.ready", "question.end"  # kinds of due rows; the subject is the question
READING = ("asked", "compose")  # the conversations in which an asker reads answers
DECIDING = "decide"  # the one in which coordinators do
TALKS = ("answer", "called", "reply", "credit", DECIDING)  # those in which others read a question


class State(StrEnum):
    """Where a question stands."""

    WAITING = "waiting"  # for the coordinators of both sides
    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"


class TooMany(Conflict):
    """This member has as many questions open as one may have at a time."""


questions = Table(
    "questions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asker", String(32), index=True),  # None once they have left
    Column("state", String(8), nullable=False),
    Column("topic", String(32), nullable=False, index=True),
    Column("about", String(32), nullable=False, server_default="", index=True),  # the practice that it is about
    Column("scope", String(10), nullable=False),
    Column("sides", String(8), nullable=False),
    Column("country", String(2), nullable=False),
    Column("language", String(8), nullable=False),
    Column("openly", Boolean, nullable=False),
    Column("together", Boolean, nullable=False),
    Column("announced", Boolean, nullable=False),
    Column("looked_at", Boolean, nullable=False),  # by coordinators: a later report changes nothing
    Column("text", LargeBinary),
    Column("summary", LargeBinary),
    Column("asked_at", Instant, nullable=False),
    Column("closes_at", Instant),  # None while it waits
)


@dataclass(frozen=True)
class Question:
    """A question. ``asker`` is a person id, never to be shown.

    ``scope`` is how far it goes from ``country``, the asker's; ``sides`` one of them or both. ``openly``
    shows the asker's side and region. ``together``: the asker wants to read when both sides have answered.
    ``about`` is the id of a practice, or empty. ``announced``: answers that the asker was told of wait unread.
    """

    id: str
    asker: str | None = field(repr=False)
    state: State
    topic: str
    about: str
    scope: str
    sides: str
    country: str = field(repr=False)
    language: str
    openly: bool
    together: bool
    announced: bool
    looked_at: bool
    text: str = field(repr=False)
    summary: str = field(repr=False)
    asked_at: datetime
    closes_at: datetime | None

    @property
    def asked_of(self) -> tuple[str, ...]:
        """The sides that are asked."""
        return SIDES if self.sides == BOTH else (self.sides,)

    @property
    def needs_care(self) -> bool:
        """Whether it may touch what people lived through."""
        return self.topic == PAST

    def is_open(self, now: datetime) -> bool:
        """Whether it can be answered."""
        return self.state is State.OPEN and self.closes_at is not None and now < self.closes_at


async def ask(
    tx: Tx,
    *,
    person: str,
    topic: str,
    text: str,
    language: str,
    scope: str = "all",
    sides: str = BOTH,
    openly: bool = True,
    together: bool = False,
    about: str = "",
) -> dict[str, Any]:
    """Ask the network. Raise Invalid, Missing; TooMany while ``MOST_OPEN`` of this member's are under way.

    On a sensitive topic, and on quiet days of the asker's country, it waits for both sides. Returns
    ``question``, ``approval`` ("" where none is needed), and the ``deciders`` to tell.
    """
    (code,) = topics.check([topic])
    if scope not in SCOPES or sides not in ASKED_OF or not text.strip():
        raise Invalid
    asker = await members.lock(tx, person=person)  # two questions at once are counted one after the other
    if await under_way(tx, person=person) >= MOST_OPEN:
        raise TooMany
    question = new_id()
    what = {"topic": code, "scope": scope, "sides": sides, "country": asker.country, "about": about}
    how = {"language": language, "openly": openly, "together": together, "announced": False, "looked_at": False}
    sealed = tx.seal.seal("questions.text", question, text)
    state = {"state": State.WAITING.value, "asked_at": tx.now}
    await tx.run(questions.insert(), {"id": question, "asker": person, "text": sealed, **what, **how, **state})
    if not topics.any_sensitive([code]) and not (await regimes.of(tx, asker.country)).is_quiet:
        await open_up(tx, question=question)
        return {"question": question, "approval": "", "deciders": []}
    approval = await approvals.ask(tx, kind="question", subject=question, by=person, both_sides=True)
    return {"question": question, "approval": approval, "deciders": await some_deciders(tx, approval)}


async def open_up(tx: Tx, *, question: str) -> None:
    """Let a question that waits go to the members whom it is for. Raise Missing, Conflict."""
    found = await lock(tx, question=question)
    if found.state is not State.WAITING or not found.asker:
        raise Conflict
    closes_at = tx.now + OPEN_FOR
    await _change(tx, question, state=State.OPEN.value, closes_at=closes_at)
    await due.at(tx, kind=CALL, subject=question, instant=tx.now, person=found.asker)
    await due.at(tx, kind=END, subject=question, instant=closes_at, person=found.asker)


async def refuse(tx: Tx, *, question: str) -> None:
    """Keep a question that waits from the network. Raise Missing, Conflict."""
    if (await lock(tx, question=question)).state is not State.WAITING:
        raise Conflict
    await _change(tx, question, state=State.REFUSED.value)


async def close(tx: Tx, *, question: str, by: str = "", summary: str = "") -> None:
    """Take no more answers; ``by``, where it is given, must be the asker. Raise Missing; Conflict when it was over."""
    found = await lock(tx, question=question)
    if by and found.asker != by:
        raise Missing
    if found.state not in {State.WAITING, State.OPEN}:
        raise Conflict
    sealed = tx.seal.seal("questions.summary", question, summary) if summary else None
    await _change(tx, question, state=State.CLOSED.value, summary=sealed)
    await approvals.withdraw(tx, subject=question)
    await quieten(tx, question)


async def widen(tx: Tx, *, question: str, by: str) -> str:
    """Ask one scope further, at once; return the new one. Raise Missing; Conflict when it is not open or widest."""
    found = await asked_by(tx, question=question, person=by)
    if not found.is_open(tx.now) or found.scope == SCOPES[-1]:
        raise Conflict
    wider = SCOPES[SCOPES.index(found.scope) + 1]
    await _change(tx, question, scope=wider)
    await due.at(tx, kind=CALL, subject=question, instant=tx.now, person=by)
    return wider


async def report(tx: Tx, *, question: str, by: str) -> dict[str, Any]:
    """Bring an open question before the coordinators, unless they have looked at it already.

    Returns the ``approval``, "" where there is none, and the ``deciders`` to tell. Until they have
    decided it goes to nobody else. Raise Missing.
    """
    found = await lock(tx, question=question)
    if not found.is_open(tx.now) or found.looked_at or found.asker == by:
        return {"approval": "", "deciders": []}
    if await approvals.is_pending(tx, kind="report", subject=question):
        return {"approval": "", "deciders": []}
    return await put_before(tx, found, kind="report", subject=question, by=by, about=found.asker or "")


async def put_before(tx: Tx, asked: Question, *, kind: str, subject: str, by: str, about: str) -> dict[str, Any]:
    """Let coordinators look at something of a question, reported ``by`` one and written by another (``about``).

    Returns the ``approval`` and the ``deciders`` to tell; neither of the two is among them.
    """
    sensitive = topics.any_sensitive([asked.topic])
    wish = {approvals.WRITER: about}
    approval = await approvals.ask(tx, kind=kind, subject=subject, by=by, both_sides=sensitive, wish=wish)
    return {"approval": approval, "deciders": await some_deciders(tx, approval)}


async def looked_at(tx: Tx, *, question: str, keep: bool) -> str:
    """Keep a reported question open, or close it; return the asker's id, "" when it is over already."""
    found = await lock(tx, question=question)
    if not found.is_open(tx.now) or not found.asker:
        return ""
    if keep:
        await _change(tx, question, looked_at=True)
        await due.at(tx, kind=CALL, subject=question, instant=tx.now, person=found.asker)
    else:
        await close(tx, question=question)
    return found.asker


async def get(tx: Tx, *, question: str) -> Question:
    """Return a question; raise Missing."""
    row = await tx.one(select(questions).where(questions.c.id == question))
    return _question(tx, row)


async def lock(tx: Tx, *, question: str) -> Question:
    """Return a question that nobody else changes or answers until this transaction ends; raise Missing."""
    row = await tx.one(select(questions).where(questions.c.id == question).with_for_update())
    return _question(tx, row)


async def asked_by(tx: Tx, *, question: str, person: str) -> Question:
    """Return a question of this person's, locked; raise Missing."""
    found = await lock(tx, question=question)
    if found.asker != person:
        raise Missing
    return found


async def find(tx: Tx, *, question: str) -> Question | None:
    """Return a question, or None."""
    row = await tx.first(select(questions).where(questions.c.id == question))
    return None if row is None else _question(tx, row)


async def mine(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Question]:
    """Return what a person asked, the newest first; ``only`` keeps these ids, in their order."""
    query = select(questions).where(questions.c.asker == person)
    return _chosen(tx, await tx.all(query.order_by(questions.c.asked_at.desc(), questions.c.id)), only)


async def under_way(tx: Tx, *, person: str) -> int:
    """Return how many questions of a person wait or are open."""
    open_now = and_(questions.c.state == State.OPEN.value, questions.c.closes_at > tx.now)
    waiting = questions.c.state == State.WAITING.value
    query = select(func.count()).select_from(questions).where(questions.c.asker == person, or_(waiting, open_now))
    return int(await tx.scalar(query))


async def open_for(tx: Tx, *, person: str, limit: int = 30, only: Sequence[str] | None = None) -> list[Question]:
    """Return the open questions on what a member follows that they may answer and have not, the newest first."""
    me = await members.find(tx, person=person)
    if me is None:
        return []
    paces = await topics.paces(tx, person=person)
    followed = [code for code in paces if paces[code] != Pace.SILENT.value]
    meant = {*topics.spread(followed), *(code.partition(".")[0] for code in followed)} - (paces.keys() - set(followed))
    query = _open(tx).where(questions.c.topic.in_(sorted(meant)), *_for(me), ~_answered_by(person))
    rows = await tx.all(query.order_by(questions.c.asked_at.desc(), questions.c.id).limit(limit))
    return _chosen(tx, rows, only)


async def about(tx: Tx, *, practice: str, person: str) -> list[Question]:
    """Return the open questions about a practice that a member may answer, the newest first."""
    me = await members.get(tx, person=person)
    query = _open(tx).where(questions.c.about == practice, *_for(me))
    return [_question(tx, row) for row in await tx.all(query.order_by(questions.c.asked_at.desc(), questions.c.id))]


async def set_announced(tx: Tx, *, question: str, announced: bool) -> None:
    """Keep whether the asker was told of answers that wait unread."""
    await _change(tx, question, announced=announced)


async def set_together(tx: Tx, *, question: str, by: str, together: bool) -> None:
    """Change when the asker wants to read. Raise Missing."""
    await asked_by(tx, question=question, person=by)
    await _change(tx, question, together=together)


async def quieten(tx: Tx, question: str) -> None:
    """Let nothing more happen by itself to a question."""
    for kind in (CALL, READY, END):
        await due.cancel(tx, kind=kind, subject=question)


async def forget(tx: Tx, *, person: str) -> list[str]:
    """Close what somebody asked, and erase its text and whose it was; return the ids of the questions."""
    ids = [row.id for row in await tx.all(select(questions.c.id).where(questions.c.asker == person))]
    if not ids:
        return []
    asked = select(approvals.approvals.c.id).where(approvals.approvals.c.subject.in_(ids))
    held = [*ids, *(row.id for row in await tx.all(asked))]
    for talk in TALKS:  # somebody may be reading it
        await conversations.end_about(tx, name=talk, ids=held)
    for question in ids:
        await approvals.withdraw(tx, subject=question)
        await tx.run(delete(approvals.approvals).where(approvals.approvals.c.subject == question))
        await quieten(tx, question)
        empty = {"asker": None, "country": "", "language": "", "about": "", "text": None, "summary": None}
        await _change(tx, question, state=State.CLOSED.value, **empty)
    return ids


async def put_off(tx: Tx, *, country: str, by: timedelta) -> None:
    """Let the open questions of the people of a country stay open longer by a span of time."""
    theirs = questions.c.asker.in_(select(members.members.c.id).where(members.members.c.country == country))
    waiting = select(questions.c.id, questions.c.closes_at).where(questions.c.state == State.OPEN.value, theirs)
    for row in await tx.all(waiting.where(questions.c.closes_at.is_not(None))):
        later = update(questions).where(questions.c.id == row.id)
        await tx.run(later.values(closes_at=row.closes_at + by))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one person asked to another: two memberships of one human being."""
    rows = await tx.all(select(questions.c.id).where(questions.c.asker == person))
    await tx.run(update(questions).where(questions.c.asker == person).values(asker=to))
    table, ids = due.due, [row.id for row in rows]
    theirs = (table.c.subject.in_(ids), table.c.kind.in_((CALL, READY, END)))
    await tx.run(update(table).where(*theirs).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody asked, as JSON to be read by them."""
    return [
        {
            "topic": found.topic,
            "text": found.text,
            "summary": found.summary,
            "state": found.state.value,
            "openly": found.openly,
            "asked_at": found.asked_at.isoformat(),
        }
        for found in await mine(tx, person=person)
    ]


async def some_deciders(tx: Tx, approval: str) -> list[str]:
    """Return some of those who may decide, as many of each side; which ones turns with the question."""
    able = await approvals.deciders(tx, approval=approval)
    known = await members.get_many(tx, people=able)
    turned = sorted(known, key=lambda person: (person < approval, person))
    return [
        person for side in SIDES for person in [each for each in turned if known[each].side == side][:DECIDERS_A_SIDE]
    ]


async def _change(tx: Tx, question: str, **values: Any) -> None:
    await tx.run(update(questions).where(questions.c.id == question).values(**values))


def _open(tx: Tx) -> Select[Any]:
    return select(questions).where(questions.c.state == State.OPEN.value, questions.c.closes_at > tx.now)


def _for(me: Member) -> list[ColumnElement[bool]]:
    """Return the conditions that a question may go to a member (``is_for``, for the store)."""
    near = [
        and_(questions.c.scope == scope, questions.c.country.in_(scopes.within(me.country, scope)))
        for scope in SCOPES[:-1]
    ]
    return [
        questions.c.asker != me.id,
        questions.c.sides.in_((BOTH, me.side)),
        or_(questions.c.scope == SCOPES[-1], *near),
    ]


def _answered_by(person: str) -> ColumnElement[bool]:
    answers = metadata.tables["answers"]  # network.answers builds on this file
    return exists().where(answers.c.question == questions.c.id, answers.c.person == person)


def _chosen(tx: Tx, rows: Sequence[Row[Any]], only: Sequence[str] | None) -> list[Question]:
    found = {row.id: _question(tx, row) for row in rows}
    return list(found.values()) if only is None else [found[wanted] for wanted in only if wanted in found]


def _question(tx: Tx, row: Row[Any]) -> Question:
    opened: dict[str, Any] = {
        name: "" if sealed is None else tx.seal.open(f"questions.{name}", row.id, sealed)
        for name, sealed in (("text", row.text), ("summary", row.summary))
    }
    plain: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            *("id", "asker", "topic", "about", "scope", "sides", "country", "language", "openly", "together"),
            *("announced", "looked_at", "asked_at", "closes_at"),
        )
    }
    return Question(state=State(row.state), **plain, **opened)
