"""Sought: what the words of a search stand for, and what each is worth.

A word stands for its stems, and for the concepts that it names. It is worth the more the fewer practices have it,
and a word that nobody knows stands for those that it may be a slip of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select

from network import concepts, index, spelling
from network.index import search_terms
from network.stems import stem
from network.store import Tx

CONCEPT, FAMILY, TOPIC, COUNTRY = 1.0, 1.0, 0.5, 0.6  # what a term is worth beside a word that stands in the text
PHRASE = 0.3  # what each further word of a phrase adds to its concept
MISSPELT = 0.7
BLEND = 0.8  # how far a word counts as its concept does: words of the less used languages seem rarer than they are
FEW = 100  # practices: in a smaller network the rarity of words is reckoned as in one of so many
PRECISION = 100  # steps in one unit of worth: scores are whole numbers, the same on every store
MOST_WORDS = 16
MOST = 600  # practices that one term finds: its weight in the others is less

Given = dict[tuple[str, int], float]  # by term and place, what it is worth
Counted = dict[str, dict[int, int]]  # by term and weight, the number of practices
Slips = dict[str, list[str]]  # by word, those that it may be meant for


@dataclass(frozen=True)
class Term:
    """A term that is looked for, for the word of the search at ``place``; ``worth`` is in steps.

    Of a term that very many practices have, only those count in which its weight is at ``least`` this.
    """

    term: str
    place: int
    worth: int
    least: int = 0


@dataclass(frozen=True)
class Sought:
    """What is looked for."""

    terms: list[Term]

    @property
    def best(self) -> int:
        """What would be reached if every word were found by the best of its terms."""
        places = {term.place for term in self.terms}
        return sum(max(term.worth for term in self.terms if term.place == place) for place in places)


async def understood(tx: Tx, text: str) -> Sought:
    """Return what the words of a search stand for, as far as any practice has it."""
    languages = concepts.languages_of(text)
    said = concepts.meaningful(text)[:MOST_WORDS]
    given = _stood_for(said, languages, {})
    counted = await _counted(tx, given)
    slips = await _slips(tx, said, languages, counted)
    if slips:
        given = _stood_for(said, languages, slips)
        counted = await _counted(tx, given)
    return Sought(await _weighed(tx, given, counted))


def _stood_for(said: Sequence[str], languages: Sequence[str], slips: Slips) -> Given:
    """Return the terms that words stand for, each at its place, with what it is worth before it is known how rare."""
    given: Given = {}
    for place, word in enumerate(said):
        for meant in slips.get(word, [word]):
            for root in _roots(meant, languages):
                given[root, place] = MISSPELT if word in slips else 1.0
    spelt = [next(iter(slips.get(word, [])), word) for word in said]
    for found in concepts.named(spelt, languages):
        for place in range(found.place, found.place + found.length):
            worth = _worth(found.term) * (1 + PHRASE * (found.length - 1)) / found.length
            given[found.term, place] = max(worth, given.get((found.term, place), 0.0))
    return given


async def _weighed(tx: Tx, given: Given, counted: Counted) -> list[Term]:
    """Return the terms that any practice has, with what each is worth by how rare it is."""
    total = max(await index.size(tx), FEW)
    numbers = {term: sum(by_weight.values()) for term, by_weight in counted.items()}
    rare = {term: math.log(1 + (total - number + 0.5) / (number + 0.5)) for term, number in numbers.items()}
    alike: dict[int, float] = {}  # by place, how rare the rarest concept is
    for term, place in given:
        if term in rare and term.startswith(concepts.MARK):
            alike[place] = max(alike.get(place, 0.0), rare[term])
    found: list[Term] = []
    for (term, place), worth in given.items():
        if term in rare:
            by_word = BLEND * alike.get(place, rare[term]) + (1 - BLEND) * rare[term]
            rarity = rare[term] if term.startswith(concepts.MARK) else by_word
            found.append(Term(term, place, round(PRECISION * rarity * worth), _least(counted[term])))
    return found


async def _slips(tx: Tx, said: Sequence[str], languages: Sequence[str], counted: Counted) -> Slips:
    """Return the words that neither a practice nor a concept has, with those that each may be meant for."""
    unknown = [
        word
        for word in said
        if not any(root in counted for root in _roots(word, languages)) and not concepts.knows(word, languages)
    ]
    meant = {word: await _respelt(tx, word) for word in unknown}
    return {word: words for word, words in meant.items() if words}


async def _respelt(tx: Tx, word: str) -> list[str]:
    """Return the known words that a word nobody knows may be meant for."""
    written = _spelling(word)
    within = spelling.forgiven(written)
    if not within:
        return []
    known = await index.spelt_like(tx, [written], within=within)
    known |= _by_ends().get((written[: index.ENDS], ""), set()) | _by_ends().get(("", written[-index.ENDS :]), set())
    return spelling.nearest(written, known)


async def _counted(tx: Tx, given: Given) -> Counted:
    """Return in how many practices each term stands, by its weight there; a term in none is left out."""
    known, number = search_terms.c, func.count().label("number")
    query = select(known.term, known.weight, number).where(known.term.in_(sorted({term for term, _ in given})))
    found: Counted = {}
    for row in await tx.all(query.group_by(known.term, known.weight)):
        found.setdefault(row.term, {})[row.weight] = row.number
    return found


def _least(by_weight: dict[int, int]) -> int:
    """Return the weight from which on there are about ``MOST`` practices at most, or those of the greatest weight."""
    counted = 0
    least = max(by_weight)
    for weight in sorted(by_weight, reverse=True):
        counted += by_weight[weight]
        if counted > MOST:
            break
        least = weight
    return least


def _worth(term: str) -> float:
    if term.startswith(concepts.of_topic("")):
        return TOPIC
    if term.startswith(concepts.FAMILY):
        return FAMILY
    return COUNTRY if term.startswith(concepts.of_country("")) else CONCEPT


def _roots(word: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the stems that a folded word has in ``languages``, each once."""
    return tuple(dict.fromkeys(concepts.root(word, language) for language in languages))


def _spelling(word: str) -> str:
    return index.spelling(word, stem(word, "ar"))


@cache
def _by_ends() -> dict[tuple[str, str], set[str]]:
    """Return the words by which concepts are named, by how they begin and by how they end."""
    found: dict[tuple[str, str], set[str]] = {}
    for word in map(_spelling, concepts.known_words()):
        for ends in ((word[: index.ENDS], ""), ("", word[-index.ENDS :])):
            found.setdefault(ends, set()).add(word)
    return found
