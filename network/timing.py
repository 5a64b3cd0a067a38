"""Timing: when people of several countries can meet: on common workdays, at nobody's night, Friday noon left free.

All is counted by each country's own clock (IANA): Morocco's around Ramadan and Egypt's in summer are other ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from network import countries
from network.quiet import FRIDAY, NOON_PRAYER

NIGHT = ("22:00", "06:00")  # of those who have set no quiet hours
FIRST_GUESS = (time(9), time(10))  # UTC, both ends included: when it suits a whole region best
STEP = timedelta(minutes=30)
DAY = timedelta(days=1)
NOTICE = timedelta(days=3)  # people need that long to prepare
WITHIN = timedelta(days=42)


class Obstacle(StrEnum):
    """Why people cannot meet at a time."""

    PAST = "past"
    WEEKEND = "weekend"  # of one of the countries
    FRIDAY = "friday"  # noon prayer
    NIGHT = "night"  # of one of those who are invited


@dataclass(frozen=True, order=True)
class Clock:
    """By what time somebody lives: their country, and their night by its clock (``HH:MM``, "" for the usual one)."""

    country: str
    night_from: str = ""
    night_until: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the country."""
        return countries.get(self.country).zone

    @property
    def night(self) -> tuple[time, time]:
        """When their night begins and when it ends."""
        set_by_them = (self.night_from, self.night_until) if self.night_from and self.night_until else NIGHT
        return time.fromisoformat(set_by_them[0]), time.fromisoformat(set_by_them[1])


@dataclass(frozen=True)
class Candidate:
    """A time (UTC) that suits everybody; ``in_ramadan``: it may lie in that month, by a day more or less."""

    at: datetime
    in_ramadan: bool


@dataclass(frozen=True)
class Suggestion:
    """Times to choose from; when there is none, ``why``: each of these alone stands in the way, or all together."""

    candidates: tuple[Candidate, ...]
    why: tuple[Obstacle, ...] = ()


def suggest(clocks: Iterable[Clock], *, minutes: int, now: datetime, many: int = 3) -> Suggestion:
    """Return up to ``many`` times for something of ``minutes``, one a day, the soonest first; or say why there is none.

    On each day the first guess comes first, then what is nearest to it.
    """
    whose = sorted({clock for clock in clocks if countries.known(clock.country)})
    found: list[Candidate] = []
    met: list[frozenset[Obstacle]] = []
    for day in _days(now):
        for at in _hours(day):
            obstacles = in_the_way(at, whose, minutes=minutes, now=now)
            if not obstacles:
                found.append(Candidate(at, in_ramadan(at.date())))
                break
            met.append(obstacles)
        if len(found) == many:
            break
    return Suggestion(tuple(found), () if found else _why(met))


def in_the_way(at: datetime, clocks: Iterable[Clock], *, minutes: int, now: datetime) -> frozenset[Obstacle]:
    """Return all that stands in the way of meeting from ``at`` (UTC) for ``minutes``."""
    until = at + timedelta(minutes=minutes)
    found = {Obstacle.PAST} if at <= now else set()
    for clock in clocks:
        found |= _of(clock, at, until)
    return frozenset(found)


def in_ramadan(day: date) -> bool:
    """Whether a day may be one of Ramadan; beyond the table it is not known, and False."""
    return any(first <= day <= last for first, last in _ramadans())


def _days(now: datetime) -> Iterator[date]:
    first = (now.astimezone(UTC) + NOTICE).date()
    for number in range(WITHIN.days):
        yield first + number * DAY


def _hours(day: date) -> list[datetime]:
    """Return the times of a day (UTC), the first guess first, then the nearest to it."""
    start = datetime.combine(day, time(), UTC)
    first, last = (datetime.combine(day, each, UTC) for each in FIRST_GUESS)
    steps = [start + number * STEP for number in range(DAY // STEP)]
    return sorted(steps, key=lambda at: (max(first - at, at - last, timedelta(0)), at))


def _of(clock: Clock, at: datetime, until: datetime) -> set[Obstacle]:
    """Return what stands in the way of one clock."""
    zone, found = clock.zone, set[Obstacle]()
    first = at.astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
    days = [first + number * DAY for number in range((last - first).days + 1)]
    if any(day.weekday() in countries.get(clock.country).weekend for day in days):
        found.add(Obstacle.WEEKEND)
    if any(day.weekday() == FRIDAY and _meets(at, until, _span(day, NOON_PRAYER, zone)) for day in days):
        found.add(Obstacle.FRIDAY)
    if any(_meets(at, until, _span(day, clock.night, zone)) for day in [first - DAY, *days]):
        found.add(Obstacle.NIGHT)
    return found


def _span(day: date, hours: tuple[time, time], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when these hours of a day run (UTC); those that end before they begin go over midnight."""
    start, end = hours
    ends_on = day if start < end else day + DAY
    return (
        datetime.combine(day, start, zone).astimezone(UTC),
        datetime.combine(ends_on, end, zone).astimezone(UTC),
    )


def _meets(at: datetime, until: datetime, span: tuple[datetime, datetime]) -> bool:
    return at < span[1] and span[0] < until


def _why(met: Sequence[frozenset[Obstacle]]) -> tuple[Obstacle, ...]:
    """Return what alone stands in the way of some time; where nothing does alone, all that does together."""
    alone = {next(iter(obstacles)) for obstacles in met if len(obstacles) == 1}
    together = set().union(*met)
    return tuple(each for each in Obstacle if each in (alone or together))


@cache
def _ramadans() -> tuple[tuple[date, date], ...]:
    """Return the months, longer at both ends by what the table may be wrong: the moon decides."""
    table: dict[str, Any] = json.loads(resources.files("network").joinpath("data/ramadan.json").read_text("utf-8"))
    margin = timedelta(days=table["margin_days"])
    months = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in table["months"]]
    return tuple((first - margin, last + margin) for first, last in months)
