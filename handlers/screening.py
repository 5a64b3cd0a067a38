"""Screening: what must not be in a shared text, because it leads to a person or a place."""

from __future__ import annotations

import re

from handlers.language import Text, _
from network.folding import latin_digits

FEWEST_DIGITS = 8  # national numbers of the region have 8 to 10 digits

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_HANDLE = re.compile(
    r"(?<![\w.])@\w{3,}|\b(?:t\.me|telegram\.me|wa\.me|facebook\.com|instagram\.com|x\.com)/\S+", re.IGNORECASE
)
_DECIMAL = r"[-+]?\d{1,3}[.,]\d{3,}"
_COORDINATES = re.compile(
    rf"{_DECIMAL}°?\s*[NSEWO]?\s*[,;/ ]\s*{_DECIMAL}|\d{{1,3}}\s?°\s?\d{{1,2}}\s?['′’]", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:\+|00)?\(?\d(?:[\s().\-/]{0,2}\d)+")
_YEARS = re.compile(
    r"(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d"
)
_ROUND = re.compile(r"\d{1,3}(?:[\s.]000)+|\d{1,3}(?:[\s.]\d{3})*[\s.]000")


def screen(text: str) -> Text | None:
    """Return why ``text`` cannot be put before others, or None: the check of every text that they will read."""
    return refuse_traces(text)


def refuse_traces(text: str) -> Text | None:
    """Return why ``text`` cannot be shared as it is, or None when nothing in it was recognized.

    It looks for e-mail addresses, @names, coordinates and phone numbers, with the digits of any
    script; years, dates and round sums pass.
    """
    plain = latin_digits(text).replace("٫", ".")
    if _EMAIL.search(plain):
        return _("There seems to be an e-mail address in it. For everybody’s safety, please write it again without.")
    if _HANDLE.search(plain):
        return _("There seems to be an @name or a link in it. For everybody’s safety, please write it again without.")
    if _COORDINATES.search(plain):
        return _(
            "There seem to be coordinates of a place in it. For everybody’s safety, please write it again without."
        )
    if any(_is_phone(found.group()) for found in _NUMBER.finditer(plain)):
        return _("There seems to be a phone number in it. For everybody’s safety, please write it again without.")
    return None


def _is_phone(number: str) -> bool:
    known = _YEARS.fullmatch(number.strip()) or _ROUND.fullmatch(number.strip())
    return known is None and sum(map(str.isdigit, number)) >= FEWEST_DIGITS
