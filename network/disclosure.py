"""Disclosure: which parts of a result may be shown, so that no sum or difference of them points at few people (D10).

The votes stand in cells: a side and a country, each a row of numbers. A part is a set of cells that is shown
as one. Every number of a part is at least ``FEWEST``, or the part is not shown; countries that are too small are
shown together. And so is every number of what follows from the parts that are shown: where the
sides and the countries are both shown, what follows is, of each side, the sum over the countries in which
both sides voted and that are not shown by side too; within it the numbers of a country stay
open by ``FEWEST`` at least (the bounds of a table with given margins: Fréchet, 1951).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 10  # voters
Cell = tuple[str, str]  # side, country
Row = tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """What may be shown: sides; countries; ``rest``, those shown together; ``split``, those shown by side as well."""

    sides: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    split: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """The numbers of each cell that has any; ``moved``: how many of a cell voted only now, and only a time before.

    Of a poll that was asked before, a part that hardly changed is not shown again: the difference of two rounds
    would tell what the few said. So each number of ``moved`` is none in a part, or ``FEWEST`` at least.
    """

    rows: Mapping[Cell, Row]
    moved: Mapping[Cell, Row]

    def shown(self) -> Shown:
        """Return what may be shown."""
        sides = tuple(sorted({side for side, _country in self.rows}))
        if len(sides) < 2 or not all(self.fits(self.of(sides=[side])) for side in sides):  # noqa: PLR2004 - two sides
            sides = ()
        countries, rest = self._countries(sides)
        split = self._split(sides, countries, rest) if sides and countries else ()
        return Shown(sides, countries, rest, split)

    def of(self, *, sides: Sequence[str] = (), countries: Sequence[str] | None = None) -> list[Cell]:
        """Return the cells of these sides (none: of all) and countries (None: of all)."""
        return [
            (side, country)
            for side, country in sorted({*self.rows, *self.moved})
            if (not sides or side in sides) and (countries is None or country in countries)
        ]

    def total(self, cells: Iterable[Cell]) -> Row:
        """Return the numbers of a part."""
        return _sum(self.rows[cell] for cell in cells if cell in self.rows)

    def fits(self, cells: Sequence[Cell]) -> bool:
        """Whether a part may be known."""
        moved = _sum(self.moved[cell] for cell in cells if cell in self.moved)
        return all(number >= FEWEST for number in self.total(cells)) and all(
            number == 0 or number >= FEWEST for number in moved
        )

    def _countries(self, sides: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the countries that may be shown, and those that are shown together."""
        every = sorted({country for _side, country in self.rows}, key=self._size)
        alone = [country for country in every if self.fits(self.of(countries=[country]))]
        while alone:
            rest = [country for country in every if country not in alone]
            parts = [[country] for country in alone] + ([rest] if rest else [])
            fits = not rest or self.fits(self.of(countries=rest))
            if fits and len(parts) > 1 and (not sides or self._follows(sides, parts)):
                return tuple(sorted(alone)), tuple(sorted(rest))
            del alone[0]
        return (), ()

    def _split(self, sides: Sequence[str], countries: Sequence[str], rest: Sequence[str]) -> tuple[str, ...]:
        """Return the countries that may be shown by side as well."""
        fit = [
            c
            for c in countries
            if all(self._has(s, [c]) and self.fits(self.of(sides=[s], countries=[c])) for s in sides)
        ]
        split = sorted(fit, key=self._size)
        while split:
            whole = [[country] for country in countries if country not in split] + ([list(rest)] if rest else [])
            if self._follows(sides, whole):
                return tuple(sorted(split))
            del split[0]
        return ()

    def _follows(self, sides: Sequence[str], parts: Sequence[Sequence[str]]) -> bool:
        """Whether what follows for each side from parts of whole countries may be known."""
        mixed = [country for part in parts if all(self._has(side, part) for side in sides) for country in part]
        return not mixed or all(self.fits(self.of(sides=[side], countries=mixed)) for side in sides)

    def _has(self, side: str, countries: Sequence[str]) -> bool:
        return any((side, country) in self.rows for country in countries)

    def _size(self, country: str) -> tuple[int, str]:
        return min(self.total(self.of(countries=[country]))), country


def _sum(rows: Iterable[Row]) -> Row:
    return tuple(sum(numbers) for numbers in zip(*rows, strict=True))
