"""Priorities: a poll in which those in a series say what comes first, of what was named in it; its result is an order.

Each option of the poll stands for a topic or for one problem. Where a problem is taken back, or its author is erased,
the option says its topic from then on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, Text, select

from network import polls, problems, results
from network import series as series_
from network.audiences import Audience
from network.disclosure import FEWEST
from network.errors import Conflict, Invalid
from network.poll_options import MOST_OPTIONS
from network.polls import Kind, Plan, Poll
from network.polls import State as Asked
from network.problems import Gathered, Problem
from network.series import State, series_groups
from network.store import Instant, Tx, metadata

OPEN_FOR = timedelta(days=7)
REMINDED = timedelta(days=1)  # before it closes
MOST_WORDED = 6  # problems in one poll: their words have room in one message
PLACES = 3  # that one may choose, or rank
AT_LEAST = 3  # people who answered: an order of fewer would say what each of them chose
WAITING = (Asked.DRAFT, Asked.ASKED, Asked.SCHEDULED, Asked.OPEN)


class What(StrEnum):
    """What is put in order."""

    TOPICS = "topics"
    PROBLEMS = "problems"


priorities = Table(
    "priorities",
    metadata,
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", String(8), nullable=False),
    Column("codes", Text, nullable=False),  # JSON: the topics or problems, in the order of the options
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Priority:
    """One thing and how many points it has, or votes where points are not counted; the first is the best."""

    code: str
    topic: str
    points: int


@dataclass(frozen=True)
class Order:
    """What a poll of a series came to: ``answered`` people, and the topics or problems, the first is the best."""

    poll: str
    what: What
    answered: int
    listed: tuple[Priority, ...]


async def ask(
    tx: Tx,
    *,
    series: str,
    by: str,
    question: Mapping[str, str],
    codes: Sequence[str],
    what: What | str = What.TOPICS,
    kind: Kind | str = Kind.RANKING,
) -> str:
    """Make a secret poll of these topics or problems for those who are in a series; return its id, for ``polls.ask``.

    ``kind``: three are put in order, or chosen. Raise Missing (not a host), Forbidden (no coordinator), Conflict (it is
    over, or such a poll is under way), Invalid (fewer than two, too many, or not of this series).
    """
    found = await series_.of_host(tx, series=series, by=by)
    if found.state is not State.OPEN or await under_way(tx, series=series) is not None:
        raise Conflict
    most = MOST_WORDED if What(what) is What.PROBLEMS else MOST_OPTIONS
    if Kind(kind) not in {Kind.RANKING, Kind.SEVERAL} or not 1 < len(set(codes)) == len(codes) <= most:
        raise Invalid
    options = await _options(tx, series, by, What(what), codes)
    poll = await polls.draft(tx, by=by, question=question, options=options, plan=await _plan(tx, series, Kind(kind)))
    row = {"poll": poll, "series": series, "what": What(what).value, "codes": json.dumps(list(codes))}
    await tx.run(priorities.insert(), {**row, "made_at": tx.now})
    if What(what) is What.PROBLEMS:
        await problems.put_to(tx, poll=poll, which=codes)
    return poll


async def under_way(tx: Tx, *, series: str) -> Poll | None:
    """Return the poll that is not closed yet, or None."""
    for row in await _rows(tx, series):
        poll = await polls.get(tx, poll=row.poll)
        if poll.state in WAITING:
            return poll
    return None


async def order(tx: Tx, *, series: str) -> Order | None:
    """Return what the latest closed poll of a series came to; None before one that enough answered is closed."""
    for row in await _rows(tx, series):
        poll = await polls.get(tx, poll=row.poll)
        if poll.state is Asked.CLOSED and (found := await _order(tx, row, poll)).answered >= AT_LEAST:
            return found
    return None


async def ordered(tx: Tx, *, series: str, person: str) -> list[Gathered]:
    """Return what was named in a series by topic, as ``problems.by_topic``, what comes first at the head."""
    gathered = await problems.by_topic(tx, series=series, person=person)
    found = await order(tx, series=series)
    if found is None:
        return gathered
    places = {each.code: place for place, each in enumerate(found.listed)}
    last = len(places)

    def place(problem: Problem) -> int:
        return places.get(problem.id, last)

    inside = [Gathered(each.topic, tuple(sorted(each.problems, key=place)), each.sides) for each in gathered]
    return sorted(inside, key=lambda each: min(places.get(each.topic, last), *map(place, each.problems)))


async def closed(tx: Tx, *, since: datetime, until: datetime) -> list[Order]:
    """Return what the polls of all series came to that closed in a time and that ten answered at least."""
    table = polls.polls.c
    joined = select(priorities).join(polls.polls, table.id == priorities.c.poll)
    rows = await tx.all(
        joined.where(table.state == Asked.CLOSED.value, table.closed_at >= since, table.closed_at < until).order_by(
            table.id
        )
    )
    found = [await _order(tx, row, await polls.get(tx, poll=row.poll)) for row in rows]
    return [each for each in found if each.answered >= FEWEST]


async def _options(tx: Tx, series: str, by: str, what: What, codes: Sequence[str]) -> list[dict[str, str]]:
    """Return the words of each option by language; raise Invalid for what is not named in the series."""
    gathered = await problems.by_topic(tx, series=series, person=by)
    if what is What.TOPICS:
        if not set(codes) <= {each.topic for each in gathered}:
            raise Invalid
        return [problems.called(code) for code in codes]
    there = {problem.id: problem for each in gathered for problem in each.problems}
    if not set(codes) <= there.keys():
        raise Invalid
    return [{there[code].language: there[code].text} for code in codes]


async def _plan(tx: Tx, series: str, kind: Kind) -> Plan:
    table = series_groups.c
    invited = [row.group_id for row in await tx.all(select(table.group_id).where(table.series == series))]
    closes_at = tx.now + OPEN_FOR
    return Plan(
        closes_at=closes_at,
        kind=kind,
        most=PLACES,
        secret=True,
        audience=Audience(groups=tuple(sorted(invited)), series=(series,)),
        remind_at=closes_at - REMINDED,
    )


async def _rows(tx: Tx, series: str) -> Sequence[Row[Any]]:
    query = select(priorities).where(priorities.c.series == series)
    return await tx.all(query.order_by(priorities.c.made_at.desc(), priorities.c.poll))


async def _order(tx: Tx, row: Row[Any], poll: Poll) -> Order:
    found = await results.published(tx, poll=poll.id)
    points = {place.number: place.points for place in found.places}
    points = points or {line.number: line.votes for line in found.lines}
    codes = dict(enumerate(json.loads(row.codes), 1))
    best = sorted(codes, key=lambda number: (-points.get(number, 0), number))
    about = await _topics(tx, What(row.what), list(codes.values()))
    listed = [Priority(codes[number], about.get(codes[number], ""), points.get(number, 0)) for number in best]
    return Order(poll.id, What(row.what), found.answered, tuple(listed))


async def _topics(tx: Tx, what: What, codes: Sequence[str]) -> dict[str, str]:
    """Return the topic of each code: of a problem that is gone, none."""
    if what is What.TOPICS:
        return {code: code for code in codes}
    table = problems.problems.c
    return {row.id: row.topic for row in await tx.all(select(table.id, table.topic).where(table.id.in_(codes)))}
