"""Results: what came out of a poll, and how much of it may be said (D10).

While a poll is open its votes are added up from counts that each vote moves; at close the results are
written once, and from then on read as they were published, whoever is erased later.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, Text, func, insert, select

from network import ballots, polls, rankings
from network.ballots import PREFER_NOT, WRITTEN, Ballot, ballot_counts, participations
from network.disclosure import Cell, Grid, Row
from network.errors import Forbidden, Missing
from network.members import SIDES, members
from network.polls import Kind, Poll, Shown, State
from network.rankings import Place
from network.store import Tx, metadata

TENS = 10
Counts = Mapping[Cell, Mapping[str, int]]  # of each cell, how many voted each choice as ballots hold it

publications = Table(
    "publications",
    metadata,
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    Column("results", Text, nullable=False),  # JSON: numbers and codes only
)


@dataclass(frozen=True)
class Line:
    """How many chose an option; ``share`` of those who answered, 0 to 1."""

    number: int
    votes: int
    share: float


@dataclass(frozen=True)
class Part:
    """What a part of the voters answered: a side, a country, or both; both empty: the other countries together.

    ``answered`` are those who gave a substantive answer or one apart; ``votes`` maps the numbers of options to how many
    chose each (of a ranking: put it first).
    """

    side: str
    country: str
    answered: int
    votes: dict[int, int]


@dataclass(frozen=True)
class Quorum:
    """How many votes of a side were wanted, and whether they came."""

    side: str
    wanted: int
    reached: bool


@dataclass(frozen=True)
class Results:
    """What came out of a poll.

    ``voters`` took part, ``declined`` of them rather said nothing, ``answered`` are the others. ``lines`` follow the
    options; ``places`` are those of a ranking, else empty; ``mean`` is of a scale's steps from 1.
    ``turnout`` is how many of each side took part, rounded down to tens. ``sides``, ``countries`` and ``cells`` are
    empty where they could point at somebody. ``method`` names how a ranking was counted. While a poll is open
    nothing is said of sides and countries: who looks twice would see whose vote came in between.
    """

    poll: str
    kind: Kind
    final: bool
    voters: int
    answered: int
    declined: int
    lines: tuple[Line, ...]
    places: tuple[Place, ...] = ()
    method: str = ""
    mean: float | None = None
    quorum: tuple[Quorum, ...] = ()
    turnout: dict[str, int] = field(default_factory=dict)
    sides: tuple[Part, ...] = ()
    countries: tuple[Part, ...] = ()
    cells: tuple[Part, ...] = ()

    @property
    def has_quorum(self) -> bool:
        """Whether as many of each side took part as were wanted."""
        return all(each.reached for each in self.quorum)


async def of(tx: Tx, *, poll: str, person: str) -> Results:
    """Return the results of a poll as this person may see them now. Raise Missing, Forbidden."""
    found = await polls.get(tx, poll=poll)
    if not await may_see(tx, poll=found, person=person):
        raise Forbidden
    return await counted(tx, poll=found) if found.state is State.OPEN else await published(tx, poll=poll)


async def may_see(tx: Tx, *, poll: Poll, person: str) -> bool:
    """Whether a person may see the results of a poll now: those whom it asks, and who coordinates them."""
    coordinates = await polls.is_coordinating(tx, poll=poll, person=person)
    if not coordinates and not await polls.is_asked(tx, poll=poll, person=person):
        return False
    if poll.state is State.OPEN and not poll.plan.secret:
        votes = poll.plan.shown is Shown.TO_VOTERS and await ballots.has_voted(tx, poll=poll.id, person=person)
        return votes or poll.plan.shown is Shown.AT_ONCE
    return poll.state is State.CLOSED


async def published(tx: Tx, *, poll: str) -> Results:
    """Return the results that were published when a poll closed; raise Missing."""
    body = await tx.scalar(select(publications.c.results).where(publications.c.poll == poll))
    if body is None:
        raise Missing
    return _read(json.loads(body))


async def texts(tx: Tx, *, poll: Poll) -> list[str]:
    """Return what was written in a closed poll of the kind text, by the alphabet: their order tells nothing."""
    if poll.state is not State.CLOSED:
        return []
    table = ballots.ballots.c
    rows = await tx.all(select(table.id, table.words).where(table.poll == poll.id, table.words.is_not(None)))
    return sorted(tx.seal.open("ballots.words", row.id, row.words) for row in rows)


async def counted(tx: Tx, *, poll: Poll) -> Results:
    """Return the results of an open poll that is not secret, as they stand; without parts."""
    return tallied(poll, await counts(tx, poll=poll.id))


async def counts(tx: Tx, *, poll: str) -> dict[Cell, dict[str, int]]:
    """Return how many of each side and country voted each choice in an open poll, from the kept counts."""
    return await _grouped(tx, ballot_counts, func.sum(ballot_counts.c.number), poll)


async def recount(tx: Tx, *, poll: str) -> dict[Cell, dict[str, int]]:
    """Return the same from the ballots themselves."""
    return await _grouped(tx, ballots.ballots, func.count(), poll)


def added(found: Iterable[Ballot]) -> dict[Cell, dict[str, int]]:
    """Return the same from ballots that were sealed."""
    counts: dict[Cell, dict[str, int]] = {}
    for ballot in found:
        cell = counts.setdefault((ballot.side, ballot.country), {})
        cell[ballot.choice] = cell.get(ballot.choice, 0) + 1
    return counts


async def publish(tx: Tx, *, poll: Poll, counts: Counts) -> Results:
    """Write the results of a poll that closes, for good, with the parts that may be shown; return them."""
    rows = {cell: row for cell, choices in counts.items() if any(row := _row(poll, choices))}
    grid = Grid(rows, await _moved(tx, poll))
    results = _with_parts(tallied(poll, counts, final=True), poll, grid, counts)
    await tx.run(insert(publications), {"poll": poll.id, "results": json.dumps(asdict(results))})
    return results


def tallied(poll: Poll, counts: Counts, *, final: bool = False) -> Results:
    """Add up what every cell voted."""
    total: Counter[str] = Counter()
    took: Counter[str] = Counter()
    for (side, _country), choices in counts.items():
        total.update(choices)
        took[side] += sum(choices.values())
    declined = total.pop(PREFER_NOT, 0)
    answered = total.total()
    votes = _votes(poll, total)
    ranking = poll.plan.kind is Kind.RANKING
    return Results(
        poll=poll.id,
        kind=poll.plan.kind,
        final=final,
        voters=answered + declined,
        answered=answered,
        declined=declined,
        lines=tuple(Line(number, many, many / answered if answered else 0.0) for number, many in votes.items()),
        places=tuple(_places(poll, total)) if ranking else (),
        method=rankings.METHOD if ranking else "",
        mean=_mean(poll, votes),
        quorum=_quorum(poll, took) if final else (),
        turnout={side: took[side] // TENS * TENS for side in SIDES} if final else {},
    )


def _row(poll: Poll, choices: Mapping[str, int]) -> Row:
    """Return the numbers of a cell that must each be large enough, where its part is shown.

    How many chose each substantive option (of a ranking: put it first), and where several can be chosen also
    how many did not. A text is shown of nobody's side.
    """
    votes = _substantive(poll, choices)
    if poll.plan.kind is Kind.TEXT:
        return ()
    if poll.plan.kind is not Kind.SEVERAL:
        return tuple(votes.values())
    answered = _answered(poll, choices)
    return (*votes.values(), *(answered - number for number in votes.values()))


def _substantive(poll: Poll, choices: Mapping[str, int]) -> dict[int, int]:
    """Return how many chose each substantive option: of a ranking, put it first."""
    votes = {choice.number: 0 for choice in poll.choices if not choice.apart}
    for choice, many in choices.items():
        numbers = _numbers(choice)
        for number in numbers[:1] if poll.plan.kind is Kind.RANKING else numbers:
            if number in votes:
                votes[number] += many
    return votes


def _answered(poll: Poll, choices: Mapping[str, int]) -> int:
    """Return how many chose any substantive option."""
    apart = {choice.number for choice in poll.choices if choice.apart}
    return sum(many for choice, many in choices.items() if set(_numbers(choice)) - apart)


def _with_parts(results: Results, poll: Poll, grid: Grid, counts: Counts) -> Results:
    def part(side: str, country: str, cells: list[Cell]) -> Part:
        choices: Counter[str] = Counter()
        for cell in cells:
            choices.update(counts.get(cell, {}))
        return Part(side, country, _answered(poll, choices), _substantive(poll, choices))

    shown = grid.shown()
    rest = [part("", "", grid.of(countries=shown.rest))] if shown.rest else []
    return replace(
        results,
        sides=tuple(part(side, "", grid.of(sides=[side])) for side in shown.sides),
        countries=(*(part("", code, grid.of(countries=[code])) for code in shown.countries), *rest),
        cells=tuple(part(side, code, [(side, code)]) for code in shown.split for side in shown.sides),
    )


async def _moved(tx: Tx, poll: Poll) -> dict[Cell, Row]:
    """Return how many of each cell took part now and not in an earlier round, and the other way round, for each."""
    before = [each for each in await polls.closed_rounds(tx, series=poll.series) if each.round < poll.round]
    numbers: list[dict[Cell, int]] = []
    for each in before:
        numbers += [await _only(tx, poll, each), await _only(tx, each, poll)]
    return {
        cell: tuple(number.get(cell, 0) for number in numbers) for cell in {c for number in numbers for c in number}
    }


async def _only(tx: Tx, poll: Poll, other: Poll) -> dict[Cell, int]:
    """Return how many of each cell took part in one poll and not in another."""
    table = members.c
    joined = select(table.side, table.country, func.count().label("number")).join(
        participations, participations.c.person == table.id
    )
    query = joined.where(participations.c.poll == poll.id, table.id.not_in(ballots.voters(other)))
    rows = await tx.all(query.group_by(table.side, table.country))
    return {(row.side, row.country): row.number for row in rows}


def _quorum(poll: Poll, took: Mapping[str, int]) -> tuple[Quorum, ...]:
    return tuple(Quorum(side, wanted, took[side] >= wanted) for side, wanted in poll.plan.quorum.items())


def _votes(poll: Poll, total: Mapping[str, int]) -> dict[int, int]:
    """Return how many chose each option: of a ranking, gave it a place."""
    votes = {choice.number: 0 for choice in poll.choices}
    for choice, many in total.items():
        for number in _numbers(choice):
            votes[number] += many
    return votes


def _places(poll: Poll, total: Mapping[str, int]) -> list[Place]:
    orders = {_numbers(choice): many for choice, many in total.items() if many}
    return rankings.ranked(orders, options=[choice.number for choice in poll.choices], places=poll.places)


def _numbers(choice: str) -> tuple[int, ...]:
    return () if choice in {PREFER_NOT, WRITTEN} else tuple(int(number) for number in choice.split(","))


def _mean(poll: Poll, votes: Mapping[int, int]) -> float | None:
    """Return the mean step of a scale, counted from 1; None without an answer on it."""
    if poll.plan.kind is not Kind.SCALE:
        return None
    steps = [choice.number for choice in poll.choices if not choice.apart]
    many = sum(votes[number] for number in steps)
    return sum(step * votes[number] for step, number in enumerate(steps, 1)) / many if many else None


async def _grouped(tx: Tx, table: Table, number: Any, poll: str) -> dict[Cell, dict[str, int]]:
    by = (table.c.side, table.c.country, table.c.choice)
    query = select(*by, number.label("number")).where(table.c.poll == poll).group_by(*by)
    found: dict[Cell, dict[str, int]] = {}
    for row in await tx.all(query):
        if row.number:
            found.setdefault((row.side, row.country), {})[row.choice] = int(row.number)
    return found


def _read(raw: dict[str, Any]) -> Results:
    def parts(name: str) -> tuple[Part, ...]:
        return tuple(Part(**{**part, "votes": _keys(part["votes"])}) for part in raw[name])

    return Results(
        **{
            **raw,
            "kind": Kind(raw["kind"]),
            "lines": tuple(Line(**line) for line in raw["lines"]),
            "places": tuple(Place(**place) for place in raw["places"]),
            "quorum": tuple(Quorum(**each) for each in raw["quorum"]),
            "sides": parts("sides"),
            "countries": parts("countries"),
            "cells": parts("cells"),
        }
    )


def _keys(votes: Mapping[str, int]) -> dict[int, int]:
    return {int(number): many for number, many in votes.items()}
