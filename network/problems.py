"""Problems: what goes wrong, each named in one sentence, in a series or for the board of the network (R057).

Who named one stands in its row, so that it goes with them, and in nothing that is returned here: no host learns it,
and nobody else. How many of each side named a topic is said of phases that are over only, since whoever looked twice
would see whose word came in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from network import audit, conversations, due, groups, members, poll_options, regimes, topics
from network import series as series_
from network.disclosure import Grid
from network.errors import Conflict, Forbidden, Missing
from network.ids import new_id
from network.series import Series, State
from network.store import Instant, Tx, metadata

HIDDEN = "problem.hidden"  # kind of the due row on which its author hears that it is shown no more, and why
NAMED = "problem.named"  # kind of the due row on which the board looks at a topic again
TALKS = ("problems", "board", "actions", "action")  # the conversations in which they are read
SETTLED = timedelta(days=1)  # after a naming: so that nobody sees by the hour whose word made a topic known
SHORTEST, LONGEST = 10, 140  # characters
MOST = 5  # of one person in one phase; without a series, in a quarter
QUARTER = timedelta(days=91)
TENS = 10
LANGUAGES = ("en", "fr", "ar")  # in which a topic is called something

problems = Table(
    "problems",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), index=True),  # None: for the board
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("topic", String(32), nullable=False, index=True),
    Column("phase", String(12), nullable=False),  # in which it was named, "" for the board
    Column("language", String(8), nullable=False),  # in which it is written
    Column("shown", Boolean, nullable=False),  # its words may be read beyond the series, of nobody
    Column("text", LargeBinary, nullable=False),
    Column("hidden", LargeBinary),  # why hosts do not show it any more
    Column("at", Instant, nullable=False),
)

problem_options = Table(
    "problem_options",
    metadata,
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),  # of the option
    Column("problem", String(32), ForeignKey("problems.id", ondelete="CASCADE"), nullable=False, index=True),
)


@dataclass(frozen=True)
class Problem:
    """A problem as others read it: of whoever named it there is nothing in it."""

    id: str
    series: str | None
    topic: str
    language: str
    shown: bool
    text: str = field(repr=False)


@dataclass(frozen=True)
class Gathered:
    """What was named on a topic; ``sides`` are people of each side, rounded down to tens, empty where that is few."""

    topic: str
    problems: tuple[Problem, ...]
    sides: dict[str, int] = field(default_factory=dict)


async def name(tx: Tx, *, person: str, topic: str, text: str, series: str | None = None, shown: bool = False) -> str:
    """Keep a problem that somebody names, and return its id. Raise Missing, Invalid, Forbidden, Conflict.

    Forbidden: they are not active, or their country is held back. Conflict: the series is not open, or they named
    enough for now. Of a sensitive topic no words are ever shown beyond the series.
    """
    topics.check([topic])
    member = await members.lock(tx, person=person)
    if member.state is not members.State.ACTIVE or not (await regimes.of(tx, member.country)).may_contribute:
        raise Forbidden
    found = await within(tx, series=series, person=person) if series else None
    if (found is not None and found.state is not State.OPEN) or not await left(tx, person=person, series=series):
        raise Conflict
    fresh = new_id()
    row: dict[str, Any] = {"id": fresh, "series": series, "topic": topic, "at": tx.now, "person": person}
    row |= {"side": member.side, "country": member.country, "language": member.language}
    row |= {"phase": found.phase.value if found else "", "shown": shown and not topics.any_sensitive([topic])}
    await tx.run(problems.insert(), {**row, "text": tx.seal.seal("problems.text", fresh, text)})
    await due.at_first(tx, kind=NAMED, subject=topic, instant=tx.now + SETTLED)
    return fresh


async def left(tx: Tx, *, person: str, series: str | None = None) -> int:
    """Return how many more somebody may name now. Raise Missing."""
    mine = select(func.count()).where(problems.c.person == person)
    if series is None:
        recent = mine.where(problems.c.series.is_(None), problems.c.at > tx.now - QUARTER)
        return max(0, MOST - int(await tx.scalar(recent) or 0))
    phase = (await series_.get(tx, series=series)).phase
    here = mine.where(problems.c.series == series, problems.c.phase == phase.value)
    return max(0, MOST - int(await tx.scalar(here) or 0))


async def within(tx: Tx, *, series: str, person: str) -> Series:
    """Return a series that somebody hosts or takes part in; raise Missing."""
    if not await series_.is_in(tx, series=series, person=person):
        raise Missing
    return await series_.get(tx, series=series)


async def by_topic(tx: Tx, *, series: str, person: str) -> list[Gathered]:
    """Return what was named in a series by topic, what most named first, for those who are in it. Raise Missing."""
    found = await within(tx, series=series, person=person)
    here = _shown().where(problems.c.series == series).order_by(problems.c.id)
    named: dict[str, list[Problem]] = {}
    for row in await tx.all(here):
        named.setdefault(row.topic, []).append(problem(tx, row))
    sides = await _sides(tx, found)
    gathered = [Gathered(topic, tuple(those), sides.get(topic, {})) for topic, those in named.items()]
    return sorted(gathered, key=lambda each: (-len(each.problems), each.topic))


async def mine(tx: Tx, *, person: str, series: str | None = None, only: Sequence[str] | None = None) -> list[Problem]:
    """Return what somebody named themselves, in a series or for the board, the latest first; for them alone."""
    of = problems.c.series == series if series else problems.c.series.is_(None)
    query = select(problems).where(of, problems.c.person == person)
    if only is not None:
        query = query.where(problems.c.id.in_(only))
    return [problem(tx, row) for row in await tx.all(query.order_by(problems.c.at.desc(), problems.c.id))]


async def take_back(tx: Tx, *, problem: str, person: str) -> None:
    """Forget what somebody named; raise Missing for anybody else."""
    here = (problems.c.id == problem, problems.c.person == person)
    if await tx.first(select(problems.c.id).where(*here)) is None:
        raise Missing
    await _blank(tx, here)
    await tx.run(delete(problems).where(*here))


async def hide(tx: Tx, *, problem: str, by: str, reason: str) -> None:
    """Show a harmful one no more: a host does it, or for the board a coordinator; its author hears why. Audited.

    Raise Missing, Forbidden.
    """
    row = await tx.one(_shown().where(problems.c.id == problem).with_for_update())
    if not await _may_hide(tx, row, by):
        raise Forbidden
    await _blank(tx, [problems.c.id == problem])
    sealed = tx.seal.seal("problems.hidden", row.id, reason)
    await tx.run(update(problems).where(problems.c.id == problem).values(hidden=sealed))
    await due.at(tx, kind=HIDDEN, subject=problem, instant=tx.now, person=row.person)
    await audit.record(tx, act="hide_problem", actor=by, subject=problem)


async def why_hidden(tx: Tx, *, problem: str) -> tuple[str, str] | None:
    """Return the words of a problem that is hidden and the reason, for its author; None when it is not, or gone."""
    row = await tx.first(select(problems).where(problems.c.id == problem, problems.c.hidden.is_not(None)))
    if row is None:
        return None
    return tx.seal.open("problems.text", row.id, row.text), tx.seal.open("problems.hidden", row.id, row.hidden)


async def get(tx: Tx, *, problem: str) -> Problem:
    """Return a problem that is shown; raise Missing."""
    return (await get_many(tx, which=[problem]))[0]


async def get_many(tx: Tx, *, which: Sequence[str]) -> list[Problem]:
    """Return these problems, in this order; raise Missing when one is not shown."""
    rows = {row.id: row for row in await tx.all(_shown().where(problems.c.id.in_(which)))}
    if set(which) - rows.keys():
        raise Missing
    return [problem(tx, rows[each]) for each in which]


async def put_to(tx: Tx, *, poll: str, which: Sequence[str]) -> None:
    """Keep that the options of a poll are these problems, in this order."""
    rows = [{"poll": poll, "number": number, "problem": each} for number, each in enumerate(which, 1)]
    await tx.run(problem_options.insert(), rows)


async def forget(tx: Tx, *, person: str) -> None:
    """Take the words of somebody out of every poll, and from whoever reads them now, before their rows go with them."""
    await _blank(tx, [problems.c.person == person])
    theirs = [row.id for row in await tx.all(select(problems.c.id).where(problems.c.person == person))]
    for talk in TALKS if theirs else ():
        await conversations.end_about(tx, name=talk, ids=theirs)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member named to another membership of the same human being."""
    await tx.run(update(problems).where(problems.c.person == person).values(person=to))
    await due.hand_over(tx, kind=HIDDEN, person=person, to=to)


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody named, to be read by them."""
    rows = await tx.all(select(problems).where(problems.c.person == person).order_by(problems.c.at))
    return [{"topic": row.topic, "text": problem(tx, row).text, "shown": row.shown} for row in rows]


def problem(tx: Tx, row: Row[Any]) -> Problem:
    """Return a row as others may read it: for the nouns beside this one."""
    text = tx.seal.open("problems.text", row.id, row.text)
    return Problem(row.id, row.series, row.topic, row.language, row.shown, text)


def called(topic: str) -> dict[str, str]:
    """Return what a topic is called, by language."""
    return {language: topics.label(topic, language) for language in LANGUAGES}


async def _blank(tx: Tx, which: Sequence[ColumnElement[bool]]) -> None:
    """Let the options of polls that are these problems say their topic from now on."""
    joined = problem_options.join(problems, problems.c.id == problem_options.c.problem)
    columns = (problem_options.c.poll, problem_options.c.number, problems.c.topic)
    for row in await tx.all(select(*columns).select_from(joined).where(*which)):
        await poll_options.reword(tx, poll=row.poll, number=row.number, words=called(row.topic))


def _shown() -> Select[Any]:
    return select(problems).where(problems.c.hidden.is_(None))


async def _may_hide(tx: Tx, row: Row[Any], by: str) -> bool:
    if row.series is None:
        return await groups.is_coordinator(tx, person=by)
    return by in (await series_.get(tx, series=row.series)).hosts


async def _sides(tx: Tx, found: Series) -> dict[str, dict[str, int]]:
    """Return how many people of each side named each topic in phases that are over, where both are at least ten."""
    by = (problems.c.topic, problems.c.side, problems.c.country)
    over = [problems.c.series == found.id, problems.c.hidden.is_(None)]
    if found.state is State.OPEN:
        over.append(problems.c.phase != found.phase.value)
    counted = select(*by, func.count(problems.c.person.distinct()).label("many")).where(*over).group_by(*by)
    cells: dict[str, dict[tuple[str, str], tuple[int]]] = {}
    for row in await tx.all(counted):
        cells.setdefault(row.topic, {})[row.side, row.country] = (row.many,)
    return {topic: _by_side(Grid(rows, {})) for topic, rows in cells.items()}


def _by_side(grid: Grid) -> dict[str, int]:
    return {side: grid.total(grid.of(sides=[side]))[0] // TENS * TENS for side in grid.shown().sides}
