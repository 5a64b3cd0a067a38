"""Rankings: many orders made one, by points (a Borda count): the first place of a ballot gives the most.

With three places to give, the first gives 3 points, the second 2, the third 1, and what is not ranked
none. Equal points are a tie: it is stated, never broken. Each ballot adds the same whichever comes
before it, so the points of two groups add up to those of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

METHOD = "points"


@dataclass(frozen=True)
class Place:
    """Where an option stands. ``rank`` counts from 1; ``tied``: another one has as many points, and this rank too."""

    number: int
    rank: int
    points: int
    firsts: int
    tied: bool


def ranked(orders: Mapping[tuple[int, ...], int], *, options: Iterable[int], places: int) -> list[Place]:
    """Return where each of ``options`` stands, the best first, ties in the order of the options.

    ``orders`` maps the options of a ballot, the best first and at most ``places`` of them, to how many voted so.
    """
    points = dict.fromkeys(options, 0)
    firsts = dict.fromkeys(points, 0)
    for order, number in orders.items():
        for place, option in enumerate(order[:places]):
            points[option] += (places - place) * number
        firsts[order[0]] += number
    values = list(points.values())
    found = [
        Place(option, 1 + sum(each > value for each in values), value, firsts[option], values.count(value) > 1)
        for option, value in points.items()
    ]
    return sorted(found, key=lambda place: (place.rank, place.number))
