"""Seasons: times of the year when what others did beforehand is worth telling. Prevention only, never incidents.

The table is ``data/seasons.json``: countries, months in their order, topics, and for elections the years in
which they begin; who runs an installation keeps it up to date.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, update

from network import countries, members, regimes, topics
from network.digests import Pace, digests
from network.members import State
from network.store import Tx

QUARTER = timedelta(days=90)  # between two invitations to one member


@dataclass(frozen=True)
class Season:
    """A season: where, in which months, for those who follow which topics, and how one is invited, by language."""

    id: str
    countries: tuple[str, ...]
    months: tuple[int, ...]
    topics: tuple[str, ...]
    years: tuple[int, ...]
    words: dict[str, str] = field(repr=False)

    def key(self, day: date) -> str:
        """Return what the season of that day is known by, with the year in which it began; "" out of season."""
        if day.month not in self.months:
            return ""
        year = day.year if day.month >= self.months[0] else day.year - 1
        return f"{self.id}-{year}" if not self.years or year in self.years else ""


def all() -> tuple[Season, ...]:  # noqa: A001 - read as seasons.all()
    """Return every season, in the order of the data file."""
    return _seasons()


def fitting(country: str, day: date, followed: set[str]) -> list[Season]:
    """Return the seasons that run in a country on a day, for somebody who follows these topics."""
    return [
        season
        for season in _seasons()
        if country in season.countries and season.key(day) and followed & set(season.topics)
    ]


async def invite(tx: Tx, *, person: str) -> Season | None:
    """Return the season in which a member is invited to share now, and keep that they were; mostly None.

    Once in a season, at most once in ninety days, not on quiet days, and only where they follow one of its topics.
    """
    member = await members.find(tx, person=person)
    if member is None or member.state is not State.ACTIVE or not member.country:
        return None
    paces = await topics.paces(tx, person=person)
    followed = topics.spread(code for code, pace in paces.items() if pace != Pace.SILENT)
    zone = countries.get(member.country).zone if countries.known(member.country) else ZoneInfo("UTC")
    day = tx.now.astimezone(zone).date()
    known = await tx.first(select(digests.c.season).where(digests.c.person == person, _may_be_invited(tx)))
    if known is None or (await regimes.of(tx, member.country)).is_quiet:
        return None
    season = next((each for each in fitting(member.country, day, followed) if each.key(day) != known.season), None)
    if season is not None:
        values = {"season": season.key(day), "invited_at": tx.now}
        await tx.run(update(digests).where(digests.c.person == person).values(**values))
    return season


def _may_be_invited(tx: Tx) -> ColumnElement[bool]:
    return or_(digests.c.invited_at.is_(None), digests.c.invited_at <= tx.now - QUARTER)


@cache
def _seasons() -> tuple[Season, ...]:
    text = resources.files("network").joinpath("data/seasons.json").read_text("utf-8")
    return tuple(
        Season(
            row["id"],
            tuple(row["countries"]),
            tuple(row["months"]),
            tuple(row["topics"]),
            tuple(row.get("years", ())),
            {language: row[language] for language in ("en", "fr", "ar")},
        )
        for row in json.loads(text)
    )
