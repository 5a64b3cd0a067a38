"""Insights: once a quarter, on each topic, what came out of dialogues, said of nobody (R078, R080).

An insight is something that both sides published: the summary of an exchange, what was done about a poll, the order
that a poll of a series gave. Beside it stand one voice, whose author let it be read, and a practice. Whoever follows
the topic gets it once, a few topics at most; everything can be read at any time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ForeignKey, Select, String, Subquery, Table, exists, func, or_, select

from network import (
    approvals,
    costs,
    countries,
    digests,
    due,
    members,
    outputs,
    poll_outcomes,
    polls,
    preparations,
    priorities,
    search,
    topics,
)
from network import problems as problems_
from network.approvals import Decision
from network.board import quarter
from network.costs import OverBudget
from network.digests import Pace
from network.exchanges import Rule, exchanges
from network.members import State
from network.priorities import Order
from network.problems import Problem
from network.search import Wish
from network.series import dialogues
from network.store import Tx, metadata
from network.topics import follows

KIND = "insights"  # of the due row; its subject is the person
TOLD = 2  # topics that come by themselves; the others can be read
MONTHS = 3
LATEST = timedelta(days=45)  # after the end of a quarter: what it said is not told later by itself
AT_ONCE = 500  # members who are set in one step
SHOWN = 2  # insights of one topic

insights_told = Table(
    "insights_told",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("quarter", String(7), nullable=False),  # the last of which they were told, such as 2026-Q4
)


@dataclass(frozen=True)
class Edition:
    """What a quarter said on a topic: texts by language, an order, a voice and a practice, as far as there are any."""

    topic: str
    texts: tuple[dict[str, str], ...] = field(default=(), repr=False)
    order: Order | None = None
    voice: Problem | None = None
    author: str = field(default="", repr=False)  # of the voice: what carries it is taken back with them
    practice: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no insight."""
        return not self.texts and self.order is None


@dataclass(frozen=True)
class Said:
    """What was published in a time: texts by language with their topics, and orders."""

    texts: tuple[tuple[frozenset[str], dict[str, str]], ...]
    orders: tuple[Order, ...]

    @property
    def topics(self) -> set[str]:
        """Every topic of which something was said."""
        ranked = {one.topic for order in self.orders for one in order.listed if one.topic}
        return ranked.union(*(codes for codes, _words in self.texts))


async def said(tx: Tx, *, since: datetime, until: datetime) -> Said:
    """Return what both sides published from an instant until another."""
    texts = [
        *await _of_series(tx, since, until),
        *await _summaries(tx, since, until),
        *await _outcomes(tx, since, until),
    ]
    return Said(tuple(texts), tuple(await priorities.closed(tx, since=since, until=until)))


async def edition(tx: Tx, *, topic: str, among: Said, since: datetime, until: datetime) -> Edition:
    """Return what a time said on a topic; a field stands for all below it."""
    codes = topics.spread([topic])
    texts = [words for about, words in among.texts if about & codes]
    order = next((each for each in among.orders if any(one.topic in codes for one in each.listed)), None)
    voice, author = await _voice(tx, codes, since, until)
    practice = next(iter(await search.ranked(tx, wish=Wish(topics=(topic,)), limit=1)), "")
    return Edition(topic, tuple(texts[:SHOWN]), order, voice, author, practice)


async def latest(tx: Tx, *, topic: str) -> Edition:
    """Return what this quarter and the one before said on a topic so far."""
    since, until = _recent(tx.now)
    among = await said(tx, since=since, until=until)
    return await edition(tx, topic=topic, among=among, since=since, until=until)


async def there(tx: Tx) -> list[str]:
    """Return the topics on which ``latest`` has something, in the order of the tree."""
    since, until = _recent(tx.now)
    about = (await said(tx, since=since, until=until)).topics
    return [each.code for each in topics.all() if each.code in about]


async def due_now(tx: Tx, *, person: str) -> list[Edition]:
    """Return what the last quarter said on the topics that a member hears of, and keep that they were told. Once."""
    until = begins(tx.now)
    since = begins(until - timedelta(days=1))
    last = await tx.scalar(select(insights_told.c.quarter).where(insights_told.c.person == person))
    if last == quarter(since):
        return []
    await tx.put(insights_told, key=("person",), person=person, quarter=quarter(since))
    heard = topics.spread(code for code, pace in (await _paces(tx, person)).items() if pace != Pace.SILENT)
    among = await said(tx, since=since, until=until)
    every = [
        await edition(tx, topic=topic, among=among, since=since, until=until) for topic in sorted(among.topics & heard)
    ]
    return sorted(every, key=lambda each: (each.voice is None, -len(each.texts), each.topic))[:TOLD]


async def tend(tx: Tx) -> int:
    """Set, at the start of a quarter, when each member hears what the last one said; return how many were set.

    Nobody is set where it costs more than is left of the month: they can still read it.
    """
    until = begins(tx.now)
    since = begins(until - timedelta(days=1))
    rows = await tx.all(_untold(quarter(since)).limit(AT_ONCE)) if tx.now <= until + LATEST else []
    if not rows or not (await said(tx, since=since, until=until)).topics:
        return 0
    people = [row.id for row in rows]
    try:
        await costs.check(tx, people=select(members.members.c.id).where(members.members.c.id.in_(people)))
    except OverBudget:
        return 0
    for row in rows:
        zone = countries.get(row.country).zone if countries.known(row.country) else ZoneInfo("UTC")
        instant = digests.next_at(row.id, tx.now, zone)
        await due.at_first(tx, kind=KIND, subject=row.id, instant=instant, person=row.id)
    return len(rows)


def begins(at: datetime) -> datetime:
    """Return when the quarter of an instant began (UTC)."""
    month = (at.month - 1) // MONTHS * MONTHS + 1
    return at.replace(month=month, day=1, hour=0, minute=0, second=0, microsecond=0)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member have heard what another heard: two memberships of one human being."""
    last = await tx.scalar(select(insights_told.c.quarter).where(insights_told.c.person == person))
    known = await tx.scalar(select(insights_told.c.quarter).where(insights_told.c.person == to))
    if last and last > (known or ""):
        await tx.put(insights_told, key=("person",), person=to, quarter=last)


async def copy(tx: Tx, *, person: str) -> str:
    """Return the last quarter of which somebody was told, "" for none."""
    return await tx.scalar(select(insights_told.c.quarter).where(insights_told.c.person == person)) or ""


async def _of_series(tx: Tx, since: datetime, until: datetime) -> list[tuple[frozenset[str], dict[str, str]]]:
    """Return the summaries of series to which both sides agreed in a time, the latest first."""
    agreed, table = _agreed(outputs.KIND, since, until), outputs.series_outputs
    joined = table.join(agreed, agreed.c.subject == table.c.id).join(dialogues, dialogues.c.id == table.c.series)
    columns = (table.c.id, table.c.text, dialogues.c.topics)
    last = (table.c.published, table.c.name == outputs.Name.SUMMARY.value)
    rows = await tx.all(
        select(*columns).select_from(joined).where(*last).order_by(agreed.c.decided_at.desc(), table.c.id)
    )
    return [
        (frozenset(json.loads(row.topics)), {"": tx.seal.open("series_outputs.text", row.id, row.text)}) for row in rows
    ]


async def _summaries(tx: Tx, since: datetime, until: datetime) -> list[tuple[frozenset[str], dict[str, str]]]:
    """Return the summaries of exchanges to which both sides agreed in a time, the latest first."""
    agreed, dated = _agreed(preparations.KIND, since, until), preparations.exchange_records
    joined = agreed.outerjoin(dated, dated.c.id == agreed.c.subject)
    joined = joined.join(exchanges, exchanges.c.id == func.coalesce(dated.c.exchange, agreed.c.subject))
    rows = await tx.all(
        select(exchanges.c.id, exchanges.c.topics, func.coalesce(dated.c.date, "").label("date"))
        .select_from(joined)
        .where(or_(dated.c.published, dated.c.id.is_(None) & (exchanges.c.published == 1)))
        .where(exchanges.c.telling != Rule.CLOSED.value)
        .order_by(agreed.c.decided_at.desc(), agreed.c.subject)
    )
    return [
        (frozenset(json.loads(row.topics)), {"": await preparations.summary(tx, exchange=row.id, date=row.date)})
        for row in rows
    ]


async def _outcomes(tx: Tx, since: datetime, until: datetime) -> list[tuple[frozenset[str], dict[str, str]]]:
    """Return what was done about polls, to which both sides agreed in a time, the latest first."""
    agreed = _agreed(poll_outcomes.KIND, since, until)
    table = polls.polls
    joined = select(table.c.id).join(agreed, agreed.c.subject == table.c.id).where(table.c.topic != "")
    rows = await tx.all(joined.order_by(agreed.c.decided_at.desc(), table.c.id))
    found = [await polls.get(tx, poll=row.id) for row in rows]
    return [(frozenset([each.plan.topic]), each.outcome) for each in found if each.outcome]


async def _voice(tx: Tx, codes: set[str], since: datetime, until: datetime) -> tuple[Problem | None, str]:
    """Return one problem whose author let its words be read, and its author; chance says which, once for a quarter."""
    table = problems_.problems.c
    within = (table.topic.in_(codes), table.shown, table.hidden.is_(None), table.at >= since, table.at < until)
    rows = await tx.all(select(problems_.problems).where(*within))
    if not rows:
        return None, ""
    row = min(rows, key=lambda each: hashlib.sha256(f"{quarter(since)}|{each.id}".encode()).digest())
    return problems_.problem(tx, row), row.person


def _recent(now: datetime) -> tuple[datetime, datetime]:
    """Return the time of the quarter before and of this one so far, what is of just now too."""
    return begins(begins(now) - timedelta(days=1)), now + timedelta(seconds=1)


async def _paces(tx: Tx, person: str) -> dict[str, str]:
    """Return how often somebody hears of each topic that they follow."""
    known = await digests.of(tx, person=person)
    usual = known.pace if known else Pace.WEEKLY
    return {code: pace or usual for code, pace in (await topics.paces(tx, person=person)).items()}


def _agreed(kind: str, since: datetime, until: datetime) -> Subquery:
    """Return what both sides agreed to in a time, of a kind: its subject and when, the last word on each."""
    table = approvals.approvals.c
    word = (table.kind == kind, table.state == Decision.APPROVED.value, table.decided_at >= since)
    query = select(table.subject, func.max(table.decided_at).label("decided_at")).where(*word, table.decided_at < until)
    return query.group_by(table.subject).subquery()


def _untold(of: str) -> Select[Any]:
    """Return the select of the members who hear of a topic, and were neither told of a quarter nor are about to be."""
    table = members.members.c
    follows_ = select(follows.c.topic).outerjoin(digests.digests, digests.digests.c.person == follows.c.person)
    heard = follows_.where(follows.c.person == table.id, topics.pace_of() != Pace.SILENT.value)
    told = exists().where(insights_told.c.person == table.id, insights_told.c.quarter == of)
    set_ = exists().where(due.due.c.kind == KIND, due.due.c.subject == table.id)
    query = select(table.id, table.country).where(table.state == State.ACTIVE.value, heard.exists(), ~told, ~set_)
    return query.order_by(table.id)
