"""Dates as people write them: 4/3/2027, 2027-03-04, 4 mars 2027, ٤ مارس, today."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from babel.dates import get_month_names

from handlers.language import OFFERED
from network.folding import fold, latin_digits

CENTURY = 2000
_LOCALES = (*OFFERED, "ar_MA", "ar_DZ", "ar_TN", "ar_LY", "ar_EG", "ar_MR")
_NUMERIC = re.compile(r"(\d{1,4})(?:\s*[-/. ]\s*(\d{1,2}))(?:\s*[-/. ]\s*(\d{1,4}))?")
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? (?:de |of )?([^\W\d]+)(?: (\d{2,4}))?")
_NAMED_FIRST = re.compile(r"([^\W\d]+) (\d{1,2})(?: (\d{2,4}))?")


def understand_date(text: str, *, today: date, earliest: date, latest: date) -> date | None:
    """Return the date that ``text`` means, day before month; None when it means none.

    Without a year it is the first such day within ``earliest`` and ``latest``.
    """
    plain = latin_digits(text).strip()
    spoken = _spoken(fold(plain), today)
    if spoken:
        return spoken
    day, month, year = _numeric(plain) or _named(fold(plain)) or (0, 0, 0)
    years = [year] if year else range(earliest.year, latest.year + 1)
    days = [day_ for day_ in (_date(each, month, day) for each in years) if day_]
    return next((day_ for day_ in days if earliest <= day_ <= latest), days[0] if days else None)


def _spoken(folded: str, today: date) -> date | None:
    words = _day_words()
    return today + timedelta(days=words[folded]) if folded in words else None


@cache
def _day_words() -> dict[str, int]:
    named = {0: "today|aujourd'hui|اليوم", 1: "tomorrow|demain|غدا"}
    return {fold(word): days for days, words in named.items() for word in words.split("|")}


def _numeric(plain: str) -> tuple[int, int, int] | None:
    found = _NUMERIC.fullmatch(plain)
    if not found:
        return None
    first, month, last = int(found[1]), int(found[2]), int(found[3] or 0)
    if len(found[1]) == len("2027"):
        return last, month, first
    return first, month, _year(last)


def _named(folded: str) -> tuple[int, int, int] | None:
    found, swapped = _NAMED.fullmatch(folded), _NAMED_FIRST.fullmatch(folded)
    if found and found[2] in _months():
        return int(found[1]), _months()[found[2]], _year(int(found[3] or 0))
    if swapped and swapped[1] in _months():
        return int(swapped[2]), _months()[swapped[1]], _year(int(swapped[3] or 0))
    return None


def _year(year: int) -> int:
    return year + CENTURY if 0 < year < 100 else year  # noqa: PLR2004 - a year of two digits


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Return the folded names of the months in every language, long and short."""
    names: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", locale).items():
                names[fold(name)] = number
    return names
