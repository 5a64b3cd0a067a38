"""Recurrence: the dates of an exchange that is held again and again, by a rule in wall time (RFC 5545, 3.3.10).

A rule begins as a wish (``FREQ=WEEKLY;COUNT=8``). Once the first date is known it is complete, and holds how many
dates there are in all: ``DTSTART`` and ``RRULE``, as calendar files have them. Exceptions are kept by the wall time
that a date has by the rule, its name: ``{"2026-12-14T10:00": "2026-12-15T09:00"}`` is moved, "" is cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from dateutil import rrule

from network.errors import Invalid

FEWEST, MOST = 2, 52  # dates of one exchange
FULL_WEEKS = 28  # days of the shortest month: each has every weekday four times
START = "%Y%m%dT%H%M%S"
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    """How often it is held."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"  # on the same weekday, such as the second Tuesday


RULES = {Every.WEEK: "FREQ=WEEKLY", Every.FORTNIGHT: "FREQ=WEEKLY;INTERVAL=2", Every.MONTH: "FREQ=MONTHLY"}


@dataclass(frozen=True)
class Occurrence:
    """One date. ``original`` is its wall time by the rule, ``local`` the one at which it is held."""

    original: datetime
    local: datetime
    cancelled: bool = False

    @property
    def name(self) -> str:
        """What it is called: its wall time by the rule."""
        return named(self.original)

    @property
    def moved(self) -> bool:
        """Whether it is held at another time than the rule has it."""
        return not self.cancelled and self.local != self.original


def wish(every: Every | str, *, times: int | None = None, until: date | None = None) -> str:
    """Return the rule of what is wished, before the first date is known. Raise Invalid.

    It ends after so many ``times``, or with the last date that is not after ``until``: one of the two.
    """
    if (times is None) == (until is None) or times not in {None, *range(FEWEST, MOST + 1)}:
        raise Invalid
    end = f"COUNT={times}" if until is None else f"UNTIL={until:%Y%m%d}"
    return f"{RULES[Every(every)]};{end}"


def begin(rule: str, first: datetime) -> str:
    """Return the complete rule for a first date; "" when there would be no second one. At most ``MOST`` dates."""
    if not rule:
        return ""
    parts = dict(part.split("=") for part in _wished(rule).split(";"))
    last, times = parts.pop("UNTIL", ""), int(parts.pop("COUNT", MOST))
    if parts["FREQ"] == "MONTHLY":
        week, day = week_of(first)
        parts["BYDAY"] = f"{week}{DAYS[day]}"
    wanted = ";".join(f"{name}={value}" for name, value in parts.items())
    until = date.fromisoformat(last) if last else date.max
    many = sum(each.date() <= until for each in islice(rrule.rrulestr(wanted, dtstart=first), times))
    return f"DTSTART:{first.strftime(START)}\nRRULE:{wanted};COUNT={many}" if many >= FEWEST else ""


def is_complete(rule: str) -> bool:
    """Whether a rule has its first date."""
    return rule.startswith("DTSTART")


def written(rule: str) -> str:
    """Return the RRULE of a complete rule, as calendar files have it."""
    return rule.partition("\nRRULE:")[2]


def every(rule: str) -> Every:
    """Return how often a rule lets it be held."""
    said = _wished(rule)
    return next(each for each in reversed(Every) if said.startswith(RULES[each]))


def week_of(first: datetime) -> tuple[int, int]:
    """Return the how manieth weekday of its month a date is (-1: the last), and the weekday (Monday is 0)."""
    return (first.day - 1) // 7 + 1 if first.day <= FULL_WEEKS else -1, first.weekday()


@lru_cache(maxsize=256)
def dates(rule: str) -> tuple[datetime, ...]:
    """Return the wall times of a complete rule, the first one first; none of a wish."""
    return tuple(islice(rrule.rrulestr(rule), MOST)) if is_complete(rule) else ()


def occurrences(rule: str, exceptions: Mapping[str, str]) -> tuple[Occurrence, ...]:
    """Return the dates of a complete rule as they stand, in the order of the rule."""
    found = []
    for original in dates(rule):
        held = exceptions.get(named(original), named(original))
        local = datetime.fromisoformat(held) if held else original
        found.append(Occurrence(original, local, cancelled=not held))
    return tuple(found)


def changed(
    known: tuple[Occurrence, ...], name: str, local: datetime | None, *, following: bool = False
) -> dict[str, str]:
    """Return the exceptions once one date is moved to ``local``, or is cancelled (None). Raise Invalid.

    With ``following`` those after it are moved by as much, counted from the rule, or cancelled too. Two dates at one
    time are Invalid.
    """
    chosen = next((each for each in known if each.name == name), None)
    if chosen is None or chosen.cancelled:
        raise Invalid
    held = {each.name: "" if each.cancelled else named(each.local) for each in known}
    for each in known:
        meant = each == chosen or (following and each.original > chosen.original and not each.cancelled)
        if meant:
            held[each.name] = "" if local is None else named(each.original + (local - chosen.original))
    standing = [at for at in held.values() if at]
    if len(set(standing)) < len(standing):
        raise Invalid
    return {name: at for name, at in held.items() if at != name}


def named(at: datetime) -> str:
    """Return a wall time as it is written."""
    return at.isoformat("T", "minutes")


def _wished(rule: str) -> str:
    return written(rule) if is_complete(rule) else rule
