"""Calls: who was asked which question and when, so that nobody is asked too often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Select, String, Table, case, delete, exists, func, insert, select, update

from network import countries, members, quiet, scopes
from network.members import State
from network.questions import Question, find
from network.store import Instant, Tx, batches, metadata

AT_MOST_A_WEEK = 3  # questions to one member
WEEK = timedelta(days=7)
FAIR = timedelta(days=30)  # who was asked least in this time is asked first
KEPT = timedelta(days=60)

calls = Table(
    "calls",
    metadata,
    Column("question", String(32), primary_key=True),
    Column("person", String(32), primary_key=True, index=True),
    Column("at", Instant, nullable=False, index=True),  # when it may reach them: after their quiet hours
)


async def keep(tx: Tx, *, question: str, people: Sequence[str]) -> dict[str, list[str]]:
    """Keep that these members are asked, from when they may hear of it; return them by the language they read."""
    table = members.members
    columns = (table.c.id, table.c.country, table.c.language, table.c.quiet_from, table.c.quiet_until)
    by_language: dict[str, list[str]] = {}
    for batch in batches(people):
        rows = await tx.all(select(*columns).where(table.c.id.in_(batch)).order_by(table.c.id))
        await tx.run(
            insert(calls), [{"question": question, "person": row.id, "at": _heard_at(tx.now, row)} for row in rows]
        )
        for row in rows:
            by_language.setdefault(row.language, []).append(row.id)
    return by_language


def callable_for(question: str, now: datetime) -> Select[Any]:
    """Return the select of the ids of members who were not asked this, nor too often; who was asked least comes first.

    A member counts as asked from the instant that their quiet hours end, so that no 7 days see more than
    ``AT_MOST_A_WEEK``.
    """
    this_week = func.sum(case((calls.c.at > now - WEEK, 1), else_=0))
    counted = select(
        calls.c.person, this_week.label("week"), func.count().label("times"), func.max(calls.c.at).label("last")
    )
    recent = counted.where(calls.c.at > now - FAIR).group_by(calls.c.person).subquery()
    table = members.members
    asked = exists().where(calls.c.question == question, calls.c.person == table.c.id)
    query = select(table.c.id).outerjoin(recent, recent.c.person == table.c.id)
    query = query.where(table.c.state == State.ACTIVE.value, ~asked, func.coalesce(recent.c.week, 0) < AT_MOST_A_WEEK)
    return query.order_by(func.coalesce(recent.c.times, 0), recent.c.last, table.c.id)


async def may_answer(tx: Tx, *, question: str, person: str) -> bool:
    """Whether a member may answer a question: they were asked, or are among those whom it is for."""
    me, found = await members.find(tx, person=person), await find(tx, question=question)
    if me is None or found is None or me.state is not State.ACTIVE:
        return False
    if found.asker == person or not found.is_open(tx.now):
        return False
    asked = select(calls.c.person).where(calls.c.question == question, calls.c.person == person)
    return is_for(found, me) or await tx.first(asked) is not None


def is_for(question: Question, member: members.Member) -> bool:
    """Whether a member is of a side and in a country that a question was put to, whatever they follow."""
    where = scopes.within(question.country, question.scope)
    return member.side in question.asked_of and (not where or member.country in where)


async def count(tx: Tx, *, question: str = "", person: str = "") -> int:
    """Return how many members were asked a question, or how many questions a person was asked."""
    query = select(func.count()).select_from(calls)
    if question:
        query = query.where(calls.c.question == question)
    if person:
        query = query.where(calls.c.person == person)
    return int(await tx.scalar(query))


async def tidy(tx: Tx) -> None:
    """Forget the calls that count for nothing any more."""
    await tx.run(delete(calls).where(calls.c.at < tx.now - KEPT))


async def forget(tx: Tx, *, person: str) -> None:
    """Forget what somebody was asked."""
    await tx.run(delete(calls).where(calls.c.person == person))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member have been asked what another was: two memberships of one human being."""
    both = select(calls.c.question).where(calls.c.person == to)
    await tx.run(update(calls).where(calls.c.person == person, calls.c.question.not_in(both)).values(person=to))


def _heard_at(now: datetime, row: Any) -> datetime:
    if not countries.known(row.country):
        return now
    zone = countries.get(row.country).zone
    return quiet.news_at(now, zone=zone, quiet_from=row.quiet_from, quiet_until=row.quiet_until)
