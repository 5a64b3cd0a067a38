"""Concepts: what words mean, whatever the language they are said in.

A practice in Arabic is found with French words because both name the same concept: one of the field's
(``data/concepts.json``), a topic by its label or a synonym, or a country.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from network import countries, topics
from network.folding import fold_words
from network.stems import KNOWN_AT_MOST, stem

MARK = "#"  # stands before the code of a concept among terms: no word has it
FAMILY = f"{MARK}family:"  # before the name of several concepts that are about one thing
LABEL_PARTS = re.compile(r"[&,/]|\b(?:et|and)\b|\sو(?=\w)")
SCRIPTS = (("fr", "en", "ha"), ("ar",))
LANGUAGES = tuple(language for script in SCRIPTS for language in script)
SHORTEST = 2  # letters: a single one means nothing
JOINED = (r"[وف]", r"[وف]?[بلك]", r"[وف]?س?[يتن]")  # and, so; in, for, as; the persons of a verb
BARE = 3  # letters that are left of a word at least


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language, by the stem that they begin with: the stems that follow, and what is named."""

    language: str
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]


@dataclass(frozen=True)
class Found:
    """A concept that some words name: the words from ``place`` on, ``length`` of them."""

    term: str
    place: int
    length: int


def meaningful(text: str) -> list[str]:
    """Return the folded words of ``text`` without those that stand in any sentence."""
    empty = _unimportant().values()
    return [word for word in fold_words(text) if _means_something(word) and not any(word in words for words in empty)]


def named(words: Sequence[str], languages: Iterable[str]) -> Iterator[Found]:
    """Walk the concepts that meaningful ``words`` name in any of ``languages``.

    A concept counts once where a longer phrase of it stands around a shorter one.
    """
    tables = [_phrases(language) for language in languages]
    counted: dict[str, int] = {}  # by term, the place behind the last phrase
    for place in range(len(words)):
        for length, term in sorted(_named_at(words, place, tables), reverse=True):
            if counted.get(term, 0) <= place:
                counted[term] = place + length
                yield Found(term, place, length)


def of_topic(code: str) -> str:
    """Return the term of a topic."""
    return f"{MARK}topic:{code}"


def topics_in(text: str) -> list[str]:
    """Return the codes of the topics that a text names, those of the most words first."""
    mark = of_topic("")
    found = [each for each in named(meaningful(text), languages_of(text)) if each.term.startswith(mark)]
    found.sort(key=lambda each: (-each.length, each.place))
    return list(dict.fromkeys(each.term.removeprefix(mark) for each in found))


def of_country(code: str) -> str:
    """Return the term of a country."""
    return f"{MARK}country:{code}"


@lru_cache(KNOWN_AT_MOST)
def root(word: str, language: str) -> str:
    """Return the stem of a folded word; of an Arabic one without the particles or the person written onto it.

    These letters may also be the word's own, as in French those of "they" at the end of a verb: they are taken
    off only where a concept is named by what is left.
    """
    whole = stem(word, language)
    if whole in _roots(language):
        return whole
    left_of = {"ar": _left_of_arabic, "fr": _left_of_french}.get(language)
    return next((left for left in left_of(word) if left in _roots(language)), whole) if left_of else whole


@cache
def known_words() -> frozenset[str]:
    """Return every word by which a concept is named, folded."""
    return frozenset(word for _, phrases in _named_by() for _, phrase in phrases for word in _folded(phrase))


def prepare() -> None:
    """Read all of it now: about a second that no search shall wait for."""
    for language in LANGUAGES:
        _roots(language)
    known_words()


def version() -> str:
    """Return what the concepts are made of: another text gives another index."""
    return _read("concepts.json") + _read("topics.json") + _read("countries.json")


def knows(word: str, languages: Iterable[str]) -> bool:
    """Whether a word stands in a phrase that names a concept in any of ``languages``."""
    return any(root(word, language) in _roots(language) for language in languages)


def languages_of(text: str) -> tuple[str, ...]:
    """Return the languages that a search may be in: those that most of its words are known in, by script.

    With few words two languages may be as likely: then it is both.
    """
    known: Counter[str] = Counter()
    for word in fold_words(text):
        known.update(language for language in LANGUAGES if _is_of(word, language))
    return (
        tuple(
            language
            for script in SCRIPTS
            for language in script
            if known[language] and known[language] == max(known[each] for each in script)
        )
        or LANGUAGES
    )


def _is_of(word: str, language: str) -> bool:
    return word in _unimportant()[language] or root(word, language) in _roots(language)


def _named_at(words: Sequence[str], place: int, tables: Sequence[Phrases]) -> Iterator[tuple[int, str]]:
    """Walk the terms that the words from ``place`` on name, each with the number of these words."""
    for phrases in tables:
        for rest, terms in phrases.by_first.get(root(words[place], phrases.language), ()):
            following = words[place + 1 : place + 1 + len(rest)]
            if tuple(root(word, phrases.language) for word in following) == rest:
                yield from ((1 + len(rest), term) for term in terms)


def _left_of_french(word: str) -> Iterator[str]:
    if word.endswith("ent"):
        yield stem(f"{word[:-3]}er", "fr")  # ils parlent, parler


def _left_of_arabic(word: str) -> Iterator[str]:
    """Walk the stems that may be left: the fewest letters taken off first."""
    if word.isascii():
        return
    for written in ("", *JOINED):
        bare = re.sub(f"^{written}", "", word)
        for said in (bare, bare.removesuffix("ت")):  # she did
            if len(said) >= BARE and (said != bare or bare != word):
                yield stem(said, "ar")


@cache
def _folded(phrase: str) -> tuple[str, ...]:
    """Return the meaningful words of a phrase of the concepts: each is asked for by several of them."""
    return tuple(meaningful(phrase))


def _means_something(word: str) -> bool:
    return len(word) >= SHORTEST or word.isdigit()


@cache
def _phrases(language: str) -> Phrases:
    terms: dict[tuple[str, ...], dict[str, None]] = {}
    for term, phrases in _named_by():
        for said_in, phrase in phrases:
            roots = tuple(stem(word, language) for word in _folded(phrase)) if said_in == language else ()
            if roots:
                terms.setdefault(roots, {})[term] = None
    found = Phrases(language, {})
    for (first, *rest), meant in terms.items():
        found.by_first.setdefault(first, []).append((tuple(rest), tuple(meant)))
    return found


@cache
def _roots(language: str) -> frozenset[str]:
    """Return the stems of every word that stands in a phrase."""
    table = _phrases(language).by_first
    return frozenset(root for first, phrases in table.items() for rest, _ in phrases for root in (first, *rest))


def _named_by() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Walk the terms of all concepts, each with the phrases that name it, by language."""
    data = json.loads(_read("concepts.json"))
    said = {
        code: [(language, phrase) for language, phrases in given.items() for phrase in phrases]
        for code, given in data["concepts"].items()
    }
    yield from ((MARK + code, phrases) for code, phrases in said.items())
    for name, codes in data["families"].items():
        yield FAMILY + name, [phrase for code in codes for phrase in said[code]]
    for topic in topics.all():
        labels = [(lang, part) for lang, label in topic.labels.items() for part in LABEL_PARTS.split(label)]
        synonyms = [(lang, phrase) for lang, phrases in (topic.synonyms or {}).items() for phrase in phrases]
        yield of_topic(topic.code), labels + synonyms
    for country in countries.all():
        yield of_country(country.code), list(country.names.items())


@cache
def _unimportant() -> dict[str, frozenset[str]]:
    given: dict[str, str] = json.loads(_read("concepts.json"))["unimportant"]
    return {language: frozenset(fold_words(words)) for language, words in given.items()}


@cache
def _read(name: str) -> str:
    return resources.files("network").joinpath("data", name).read_text("utf-8")
