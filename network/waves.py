"""Waves: to whom a question goes next. First to a few; to more while a side has hardly answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, text

from network import approvals, audiences, calls, practices, scopes, topics
from network.answers import answers
from network.audiences import Audience
from network.digests import Pace, digests
from network.members import members
from network.questions import Question, get
from network.store import Tx
from network.topics import follows

WAVE = 50  # members asked in one go
MOST = 200  # members asked one question
ENOUGH = 2  # answers of a side that is then asked no further
PAUSE = timedelta(hours=24)  # between two goes
LOCK = 0x4A49_0002  # our name among PostgreSQL's advisory locks: one wave at a time, so that the counts hold
SMALLEST_REACH = 10  # members: a smaller number could point at somebody


async def roll(tx: Tx, *, question: str) -> dict[str, list[str]]:
    """Choose who is asked next and keep that they are; return them by the language they read. Raise Missing.

    The author of the practice that the question is about comes first; then who was asked least.
    """
    found = await get(tx, question=question)
    if not found.is_open(tx.now) or await approvals.is_pending(tx, kind="report", subject=question):
        return {}
    if not tx.is_sqlite:
        await tx.run(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    await calls.tidy(tx)
    chosen = await _author(tx, found)
    room = min(WAVE, MOST - await calls.count(tx, question=question)) - len(chosen)
    sides = await _silent_sides(tx, found)
    for at, side in enumerate(sides):
        more = await _next(tx, found, side, -(-room // (len(sides) - at)), chosen)
        chosen += more
        room -= len(more)
    return await calls.keep(tx, question=question, people=chosen)


async def goes_on(tx: Tx, *, question: str) -> bool:
    """Whether more members may still be asked. Raise Missing."""
    found = await get(tx, question=question)
    silent = found.is_open(tx.now) and await _silent_sides(tx, found)
    return bool(silent) and await calls.count(tx, question=question) < MOST


async def reach(tx: Tx, *, question: str) -> int:
    """Return how many members a question is for, rounded down to tens; 0 where the number could point at somebody."""
    meant = _meant(await get(tx, question=question)).subquery()
    count = int(await tx.scalar(select(func.count()).select_from(meant)))
    return count // SMALLEST_REACH * SMALLEST_REACH


def _meant(question: Question) -> Select[tuple[str]]:
    """Return the select of the members whom a question is for."""
    excluded = (question.asker,) if question.asker else ()
    where = scopes.within(question.country, question.scope)
    everybody = audiences.query(Audience(countries=where, sides=question.asked_of, excluded=excluded))
    return everybody.where(_listens(question.topic))


def _listens(topic: str) -> ColumnElement[bool]:
    """Return the condition that a member follows a topic, or what is above or below it, and did not silence it."""
    meant = sorted({topic, *topics.spread([topic]), topic.partition(".")[0]})
    pace = func.coalesce(func.nullif(follows.c.pace, ""), digests.c.pace, Pace.WEEKLY.value)
    followers = select(follows.c.person).outerjoin(digests, digests.c.person == follows.c.person)
    heard = followers.where(follows.c.topic.in_(meant), pace != Pace.SILENT.value)
    silenced = followers.where(follows.c.topic == topic, pace == Pace.SILENT.value)
    return and_(members.c.id.in_(heard), members.c.id.not_in(silenced))


async def _author(tx: Tx, question: Question) -> list[str]:
    """Return the author of the practice that a question is about, unless they were asked this, or too often."""
    if not question.about:
        return []
    authors = select(practices.practices.c.author).where(practices.practices.c.id == question.about)
    query = calls.callable_for(question.id, tx.now).where(members.c.id.in_(authors), members.c.id != question.asker)
    return [row.id for row in await tx.all(query)]


async def _next(tx: Tx, question: Question, side: str, limit: int, chosen: list[str]) -> list[str]:
    if limit <= 0:
        return []
    query = calls.callable_for(question.id, tx.now).where(members.c.id.in_(_meant(question)), members.c.side == side)
    return [row.id for row in await tx.all(query.where(members.c.id.not_in(chosen)).limit(limit))]


async def _silent_sides(tx: Tx, question: Question) -> list[Any]:
    """Return the sides that were asked and have not answered enough."""
    query = select(answers.c.side, func.count().label("number")).where(answers.c.question == question.id)
    given = {row.side: row.number for row in await tx.all(query.group_by(answers.c.side))}
    return [side for side in question.asked_of if given.get(side, 0) < ENOUGH]
