"""Readings: whether a message is an emergency, a complaint against somebody, or intelligence.

Each sentence is read by itself, folded, without what is quoted. Only what is clear counts: the present or
the near future, in the words of the one who is in it. What is told of the past, of others, of “when” and
“how”, passes. The expressions are in ``data/readings.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from network.folding import fold

EMERGENCY, COMPLAINT, INTELLIGENCE = "emergency", "complaint", "intelligence"
LONGEST_READ = 4_000  # characters
SHORT = 8  # words: a cry has few
MESSAGE = 15  # words: more is a text, in which the problem of a practice may be told

_SENTENCE = re.compile(r"[.!?؟;؛\n]+")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")
_NAMED = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class _Expressions:
    """The compiled expressions: ``hints`` is one quick look, for most texts have none of them."""

    hints: re.Pattern[str]
    cries: re.Pattern[str]
    told: re.Pattern[str]
    urgent: re.Pattern[str]
    specific: re.Pattern[str]
    kinds: Mapping[str, re.Pattern[str]]


def reads_as(text: str, *, only: str = "") -> str:
    """Return EMERGENCY, COMPLAINT or INTELLIGENCE, or "" for everything else; ``only`` one of them, where it is asked.

    What reads as several of them is the first.
    """
    given, known = text[:LONGEST_READ], _expressions()
    whole = fold(given)
    if not known.hints.search(whole):
        return ""
    if _is_cry(whole, known):
        return EMERGENCY
    sentences = [sentence for sentence in _sentences(given) if known.hints.search(sentence)]
    is_text = len(whole.split()) > MESSAGE
    kinds = [only] if only else known.kinds
    said = (kind for kind in kinds if any(_says(each, kind, known, is_text=is_text) for each in sentences))
    return next(said, "")


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(_QUOTED.sub(" ", text)):
        if folded := fold(sentence):
            yield folded


def _is_cry(whole: str, known: _Expressions) -> bool:
    """Whether the whole message is a cry: the words alone or repeated, or with what makes them urgent."""
    found = known.cries.match(whole)
    if found is None:
        return False
    rest = whole[found.end() :].strip()
    if not rest:
        return whole != "help"  # that word asks how Jisr works
    urgent = known.urgent.search(rest) is not None and len(rest.split()) <= SHORT
    return urgent or known.cries.fullmatch(rest) is not None


def _says(sentence: str, kind: str, known: _Expressions, *, is_text: bool) -> bool:
    if kind != COMPLAINT and known.told.search(sentence):
        return False
    if kind == INTELLIGENCE and is_text and not known.specific.search(sentence):
        return False
    return known.kinds[kind].search(sentence) is not None


@cache
def _expressions() -> _Expressions:
    data = tomllib.loads(resources.files("network").joinpath("data/readings.toml").read_text("utf-8"))
    words = {name: pattern.replace("\n", "") for name, pattern in data["words"].items()}

    def written(pattern: str) -> str:
        joined = pattern.replace("\n", "")
        while _NAMED.search(joined):
            joined = _NAMED.sub(lambda found: words[found.group(1)], joined)
        return joined

    return _Expressions(
        hints=re.compile(written(words["hints"])),
        cries=re.compile(rf"{written(words['cries'])}\b"),
        told=re.compile(written(words["told"])),
        specific=re.compile(written(words["specific"])),
        urgent=re.compile(rf"\b{written(words['now'])}\b"),
        kinds={each["name"]: re.compile("|".join(map(written, each["patterns"]))) for each in data["kinds"]},
    )
