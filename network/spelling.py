"""Spelling: which known words a word that nobody knows may be meant for."""

from __future__ import annotations

from collections.abc import Iterable

CHECKED_FROM = 4  # letters: a shorter word is another word
TWO_FROM = 8  # letters from which on two mistakes are forgiven


def forgiven(word: str) -> int:
    """Return how many mistakes are forgiven in a word."""
    if len(word) < CHECKED_FROM or word.isdigit():
        return 0
    return 2 if len(word) >= TWO_FROM else 1


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the words of ``known`` that are the fewest mistakes away, none where that is more than is forgiven."""
    within, best = forgiven(word), list[str]()
    for other in sorted(known):
        if _may_be_within(word, other, within):
            mistakes = distance(word, other)
            if mistakes < within or (mistakes == within and not best):
                best = [] if mistakes < within else best
                within = mistakes
            if mistakes == within:
                best.append(other)
    return best


def distance(one: str, other: str) -> int:
    """Return how many mistakes lie between two words.

    A letter too many, missing or another one, or two neighbours swapped: the optimal string alignment
    distance of Damerau and Levenshtein.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            least = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                least = min(least, earlier[at - 2] + 1)
            row.append(least)
    return row[-1]


def _may_be_within(one: str, other: str, mistakes: int) -> bool:
    """Whether two words can be that near, by their length and letters: looked at before all else, for it is quick."""
    return abs(len(one) - len(other)) <= mistakes and len(set(one) ^ set(other)) <= 2 * mistakes
