"""Darkness: the countries that are cut off from the networks, since when, and how long they were.

What is due to their people waits for them, and so does what is not urgent. ``shutdowns.py`` says when a
country goes dark and when it comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Select, String, Table, exists, literal_column, or_, select, text

from network.members import members
from network.store import Instant, Tx, metadata

_STILL = text("until IS NULL")

darknesses = Table(
    "darknesses",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("until", Instant),
    Index("uq_darknesses_still", "country", unique=True, sqlite_where=_STILL, postgresql_where=_STILL),
)


@dataclass(frozen=True)
class Darkness:
    """A country that is dark, and since when."""

    country: str
    since: datetime


async def standing(tx: Tx) -> list[Darkness]:
    """Return the countries that are dark now, in order of their codes."""
    return [Darkness(row.country, row.since) for row in await tx.all(_STANDING)]


async def is_dark(tx: Tx, *, country: str) -> bool:
    """Whether a country is dark now."""
    return any(each.country == country for each in await standing(tx))


async def extension(tx: Tx, *, country: str, since: datetime | None = None) -> timedelta:
    """Return how long a country was dark since an instant (None: ever), until now where it still is; 0 when it was not.

    A deadline that was set at ``since`` is that much later for its people. While they are in the dark it
    moves on with the clock: what ends then is looked at again at the new deadline.
    """
    rows = await tx.all(select(darknesses).where(darknesses.c.country == country))
    began = [row.since if since is None else max(row.since, since) for row in rows]
    ended = [row.until or tx.now for row in rows]
    spans = [end - start for start, end in zip(began, ended, strict=True)]
    return sum((span for span in spans if span > timedelta(0)), timedelta(0))


async def longest(tx: Tx, *, people: Select[tuple[str]] | Sequence[str], since: datetime | None) -> timedelta:
    """Return the longest ``extension`` since an instant of the countries of some people, by their ids."""
    theirs = select(members.c.country).where(members.c.id.in_(people)).distinct()
    spans = [await extension(tx, country=row.country, since=since) for row in await tx.all(theirs)]
    return max(spans, default=timedelta(0))


async def later(tx: Tx, *, country: str, since: datetime, instant: datetime) -> datetime:
    """Return a deadline of a country's people that was set at ``since`` for ``instant``, put off by the dark.

    Only what was dark before it counts. While it is dark still, it lies ahead.
    """
    here = (darknesses.c.country == country, or_(darknesses.c.until.is_(None), darknesses.c.until > since))
    for row in await tx.all(select(darknesses).where(*here).order_by(darknesses.c.since)):
        if row.since < instant:
            instant += (row.until or tx.now) - max(row.since, since)
    return instant


def has(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a person lives in a country that is dark now."""
    return exists(select(literal_column("1")).where(members.c.id == person, of(members.c.country)))


def of(country: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a country is dark now."""
    still = (darknesses.c.country == country) & darknesses.c.until.is_(None)
    return exists(select(literal_column("1")).select_from(darknesses).where(still))


_STANDING = select(darknesses).where(darknesses.c.until.is_(None)).order_by(darknesses.c.country)
