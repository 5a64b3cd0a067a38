"""Named: the names of third persons, where a title, a rank or a word such as “called” gives them away.

Only what is clear: names without such a sign pass, for a wrong guess would send people away. The words are
in ``data/named.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from network.folding import fold

_CAP = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
_LINK = r"(?:ould|ag|ben|ibn|el|al|mint)"
_NAME = rf"(?:(?:Al|El|Ould|Ag|Ben|Ibn|Abou|Abu|Mint)[ -])*{_CAP}(?: (?:{_LINK} )?{_CAP}){{0,2}}"
_TWO = rf"{_CAP} (?:{_LINK} )?{_CAP}(?: {_CAP})?"
_BEFORE_ARABIC = r"(?<![ء-ي])(?:[وبف]?ال|لل)"
_ARABIC_NAME = r"\s+(?P<name>[ء-ي]+(?:\s+[ء-ي]+)?)"
_COMPOUND = ("عبد", "ابو", "بن", "ولد", "بنت", "اغ")  # begin a name of two words
_SERVANT = "عبدال"
_LONG = 4  # letters of a word that says whether a text is written in title case
_FEW_WORDS, _TITLE_CASE = 5, 0.6


@dataclass(frozen=True)
class _Signs:
    latin: tuple[re.Pattern[str], ...]
    arabic: tuple[re.Pattern[str], ...]
    no_names: frozenset[str]
    given: frozenset[str]
    places: frozenset[str]


def find(text: str) -> str:
    """Return the first name of a person in ``text`` with the sign that gives it away, or ""."""
    return _latin(text) or _arabic(text)


def _latin(text: str) -> str:
    if _is_title_case(text):
        return ""
    signs = _signs()
    for pattern in signs.latin:
        for found in pattern.finditer(text):
            name = fold(found.group("name")).split()
            if not signs.no_names.intersection(name) and not _is_place(text[: found.start()]):
                return found.group()
    return ""


def _arabic(text: str) -> str:
    signs = _signs()
    for pattern in signs.arabic:
        for found in pattern.finditer(text):
            words = fold(found.group("name")).split()
            compound = words[0] in _COMPOUND and len(words) > 1
            if _is_place(text[: found.start()]):
                continue
            if words[0] in signs.given or compound or (words[0].startswith(_SERVANT) and words[0] != _SERVANT):
                return found.group()
    return ""


def _is_place(before: str) -> bool:
    """Whether a title stands in the name of a street, a school or the like."""
    words = re.findall(r"[^\W\d_]+", before[-60:].casefold())[-2:]
    if words and words[-1] in {"de", "du", "of"}:
        words.pop()
    return bool(words) and words[-1] in _signs().places


def _is_title_case(text: str) -> bool:
    """Whether so many words have a capital that it says nothing."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= _LONG]
    return len(words) > _FEW_WORDS and sum(word[0].isupper() for word in words) > _TITLE_CASE * len(words)


@cache
def _signs() -> _Signs:
    data = tomllib.loads(resources.files("network").joinpath("data/named.toml").read_text("utf-8"))
    one_of = {name: f"(?:{'|'.join(words)})" for name, words in data["signs"].items()}
    latin = (
        rf"(?<!\d )(?<!\d)(?<!\w){one_of['polite']} (?P<name>{_NAME})",
        rf"\b{one_of['ranks']} (?P<name>{_NAME})",
        rf"\b{one_of['offices']} (?P<name>{_TWO})",
        rf"\b[Ll][ea] (?:dé)?nommée? (?P<name>{_NAME})",
        rf"\b(?:[Ii]l|[Ee]lle) s[’']appelle (?P<name>{_NAME})",
        rf"\b(?:[Ss]on nom est|[Hh](?:is|er) name is|(?:[Hh]e|[Ss]he) is (?:called|named)) (?P<name>{_NAME})",
        rf"\b{one_of['persons']} (?:nommée?|appelée?|qui s[’']appelle|called|named) (?P<name>{_NAME})",
    )
    arabic = (
        rf"{_BEFORE_ARABIC}{one_of['arabic_titles']}(?:\s+ال(?:سيد|شيخ|حاج|دكتور))?{_ARABIC_NAME}",
        rf"(?<![ء-ي]){one_of['arabic_called']}{_ARABIC_NAME}",
    )
    return _Signs(
        latin=tuple(map(re.compile, latin)),
        arabic=tuple(map(re.compile, arabic)),
        no_names=frozenset(data["no_names"].split()),
        given=frozenset(data["given_arabic"].split()),
        places=frozenset(data["places"].split()),
    )
