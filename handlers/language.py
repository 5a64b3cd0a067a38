"""Languages: messages written once in English, and said in each person's own language.

A message is a lazy ``Text``; it becomes a string only where it is sent. The catalogues are read
from ``locales/<language>/LC_MESSAGES/jisr.po`` when the program starts; no compiled file is kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from network import countries

SOURCE = "en"
DEFAULT = "fr"
OFFERED = ("ar", "fr", "en")  # complete and reviewed; the catalogue check holds them to it
NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}  # of the languages that are offered
LOCALES = Path(__file__).resolve().parent.parent / "locales"

_RTL_LANGUAGES = frozenset({"ar", "fa", "ff-Adlm", "he", "ur"})
_RTL_LETTERS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U0001e900-\U0001e95f]")
_LINKS = re.compile(r"https?://[!-~]+(?: https?://[!-~]+)*")
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_GROUPED_FROM = 10_000  # smaller numbers may be years
FSI, PDI, LRM, RLM = "\u2068", "\u2069", "\u200e", "\u200f"


@dataclass(frozen=True)
class Text:
    """A message to be said in some language: its English source and what to put into it.

    ``plural`` and ``count`` are set for messages that depend on a number. A parameter may itself
    be a ``Text``.
    """

    msgid: str
    params: Mapping[str, Param] = field(default_factory=dict, repr=False)
    plural: str = ""
    count: int = 0


@dataclass(frozen=True)
class Place:
    """A country, by its code: named in the language of whoever reads it."""

    code: str


Param = str | int | float | date | datetime | time | Text | Place
Words = Text | str  # a message of the catalogue, or words that a person wrote


def _(msgid: str, /, **params: Param) -> Text:
    """Return the message ``msgid`` with its ``{named}`` parameters."""
    return Text(msgid, params)


def n_(singular: str, plural: str, count: int, /, **params: Param) -> Text:
    """Return a message that depends on a number; ``{count}`` stands for it."""
    return Text(singular, {"count": count, **params}, plural, count)


def is_rtl(language: str) -> bool:
    """Whether ``language`` is written from right to left."""
    return language in _RTL_LANGUAGES


class Translator:
    """The catalogues of every language, and how a message is said in each."""

    def __init__(self, catalogues: Mapping[str, NullTranslations]) -> None:
        self._catalogues = dict(catalogues)
        self._source = NullTranslations()

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Translator:
        """Read every catalogue below ``folder``."""
        files = sorted(folder.glob("*/LC_MESSAGES/jisr.po"))
        return cls({path.parent.parent.name: _read_catalogue(path) for path in files})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that are offered to people."""
        return OFFERED

    def guess(self, tag: str) -> str:
        """Return the offered language nearest to a BCP 47 tag, or the default one."""
        language = tag.replace("_", "-").split("-")[0].lower()
        return language if language in OFFERED else DEFAULT

    def render(self, text: Words, language: str, digits: str = "latn") -> str:
        """Say ``text`` in ``language``, its numbers in ``digits`` (``latn`` or ``arab``).

        Names, numbers and foreign words are isolated (Unicode bidi, UAX 9) where they would
        disturb the direction of the sentence; words put in keep their own digits. A broken
        translation falls back to English.
        """
        if isinstance(text, str):
            return text
        pattern = to_digits(self._pattern(text, language), digits)
        if not text.params:
            return pattern
        values = {name: self._value(value, language, digits) for name, value in text.params.items()}
        try:
            return pattern.format_map(values)
        except (KeyError, ValueError, IndexError):
            return (text.plural if text.plural and text.count != 1 else text.msgid).format_map(values)

    def all_words(self, words: Text) -> list[str]:
        """Return the ``|``-separated words of a message in every offered language, English too."""
        patterns = dict.fromkeys(self._pattern(words, language) for language in (SOURCE, *OFFERED))
        return [word.strip() for pattern in patterns for word in pattern.split("|") if word.strip()]

    def _pattern(self, text: Text, language: str) -> str:
        catalogue = self._catalogues.get(language, self._source)
        if text.plural:
            return catalogue.ngettext(text.msgid, text.plural, text.count)
        return catalogue.gettext(text.msgid) if text.msgid else ""

    def _value(self, value: Param, language: str, digits: str) -> str:
        if isinstance(value, Text):
            return self.render(value, language, digits)
        if isinstance(value, Place):
            value = countries.name(value.code, language)
        shown = _plain(value, language, digits)
        if _LINKS.fullmatch(shown):
            return shown  # an app takes a mark that follows a link for a part of it, and nothing opens
        return f"{FSI}{shown}{PDI}" if is_rtl(language) or _RTL_LETTERS.search(shown) else shown


@dataclass(frozen=True)
class Voice:
    """How to speak to one person: their language and their digits."""

    translator: Translator = field(repr=False)
    language: str
    digits: str = "latn"

    def say(self, text: Words) -> str:
        """Return ``text`` as this person reads it."""
        return self.translator.render(text, self.language, self.digits)

    @property
    def rtl(self) -> bool:
        """Whether this person reads from right to left."""
        return is_rtl(self.language)

    def apart(self, words: str) -> str:
        """Return words that begin in the other direction isolated, so that what follows keeps its own (UAX 9)."""
        first = next((letter for letter in words if letter.isalpha()), "")
        return words if not first or bool(_RTL_LETTERS.match(first)) == self.rtl else f"{FSI}{words}{PDI}"


def say_number(value: float, language: str, digits: str = "latn") -> str:
    """Write a number for people; from 10,000 on its thousands are set apart."""
    if abs(value) < _GROUPED_FROM and isinstance(value, int):
        return to_digits(str(value), digits)
    return to_digits(format_decimal(value, locale=_locale(language), numbering_system=digits), digits)


def say_date(value: date, language: str, digits: str = "latn") -> str:
    """Write a date for people, such as "4 mars 2027"."""
    return to_digits(format_date(value, "d MMMM y", locale=_locale(language)), digits)


def to_digits(text: str, digits: str) -> str:
    """Return ``text`` with its Latin digits written in ``digits`` (``latn`` or ``arab``)."""
    return text.translate(_ARABIC_DIGITS) if digits == "arab" else text


def _plain(value: str | float | date | time, language: str, digits: str) -> str:
    if isinstance(value, str):
        return _DIRECTION_MARKS.sub("", value)
    if isinstance(value, date):
        return say_date(value, language, digits)
    if isinstance(value, time):
        return to_digits(f"{value:%H:%M}", digits)
    return say_number(value, language, digits)


def _locale(language: str) -> Locale:
    return Locale.parse(language if language in NAMES else DEFAULT)


def _read_catalogue(path: Path) -> NullTranslations:
    """Compile one catalogue in memory; its plural rule is that of its own header."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
