"""Board: what is named in several countries, so that they may meet about it (R029).

A topic is on it where people of two countries at least named it within a year, ten of them at least. Which countries
is said only where nobody can be counted out: of each that is named, and of the others together, there are ten. Words
are read only where their author let them be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, func, select

from network import groups, problems
from network.disclosure import FEWEST, Grid
from network.problems import Problem
from network.store import Tx, metadata

YEAR = timedelta(days=365)
WORDS = 5  # problems that are read of one topic
SEVERAL = 2  # countries
MONTHS = 3

suggestions = Table(
    "board_suggestions",
    metadata,
    Column("topic", String(32), primary_key=True),
    Column("quarter", String(7), primary_key=True),  # such as 2026-Q4
)


@dataclass(frozen=True)
class Shared:
    """A topic that is named in several countries: in these ``countries``, and in ``others`` that are not said."""

    topic: str
    countries: tuple[str, ...]
    others: bool


async def shared(tx: Tx, *, topic: str = "") -> list[Shared]:
    """Return what is on the board, by topic; ``topic``: only that one, if it is."""
    table = problems.problems.c
    recent = (table.hidden.is_(None), table.at > tx.now - YEAR, *([table.topic == topic] if topic else []))
    many = func.count(table.person.distinct()).label("many")
    query = select(table.topic, table.country, many).where(*recent).group_by(table.topic, table.country)
    counted: dict[str, dict[str, int]] = {}
    for row in await tx.all(query):
        counted.setdefault(row.topic, {})[row.country] = row.many
    found = [_shared(each, people) for each, people in sorted(counted.items())]
    return [each for each in found if each is not None]


async def countries(tx: Tx, *, topic: str) -> list[str]:
    """Return the countries that are said of a topic, none where it is not on the board."""
    return [country for each in await shared(tx, topic=topic) for country in each.countries]


async def words(tx: Tx, *, topic: str) -> list[Problem]:
    """Return what people said of a topic on the board who let it be read by anybody; of nobody, in no order of time."""
    if not await shared(tx, topic=topic):
        return []
    table = problems.problems.c
    open_to_all = (table.topic == topic, table.shown, table.hidden.is_(None), table.at > tx.now - YEAR)
    rows = await tx.all(select(problems.problems).where(*open_to_all).order_by(table.id).limit(WORDS))
    return [problems.problem(tx, row) for row in rows]


async def suggest(tx: Tx, *, topic: str) -> tuple[Shared, list[str]] | None:
    """Return what to suggest about a topic, and to which coordinators, once in a quarter; mostly None.

    They are those of both sides in the countries that are named: to whoever is told, no more is said than all read.
    """
    found = next(iter(await shared(tx, topic=topic)), None)
    if found is None or len(found.countries) < SEVERAL:
        return None
    if not await tx.add(suggestions, key=("topic", "quarter"), topic=topic, quarter=quarter(tx.now)):
        return None
    return found, await coordinators(tx, countries=found.countries)


async def coordinators(tx: Tx, *, countries: Sequence[str]) -> list[str]:
    """Return the ids of those who hold a seat in a group of one of these countries."""
    table = groups.groups.c
    here = [row.id for row in await tx.all(select(table.id).where(table.country.in_(countries)))]
    return sorted({seat.person for seat in await groups.seated(tx) if seat.group in here})


def quarter(at: datetime) -> str:
    """Return the quarter of the year, such as 2026-Q4 (UTC)."""
    return f"{at.year}-Q{(at.month - 1) // MONTHS + 1}"


def _shared(topic: str, people: Mapping[str, int]) -> Shared | None:
    """Return what may be said of a topic that so many people named in each country, None where it is too little."""
    if len(people) < SEVERAL or sum(people.values()) < FEWEST:
        return None
    shown = Grid({("", country): (many,) for country, many in people.items()}, {}).shown()
    return Shared(topic, shown.countries, others=bool(shown.rest) or not shown.countries)
