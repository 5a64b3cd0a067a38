"""Disclosure: no part of a result that is shown, and nothing that follows from several, points at few people."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.disclosure import FEWEST, Cell, Grid, Row, Shown

SIDES, COUNTRIES = ("civil", "official"), ("ML", "NE", "SN", "TD")
CELLS = [(side, country) for side in SIDES for country in COUNTRIES]
numbers = st.one_of(st.integers(0, 12), st.integers(8, 40))
grids = st.integers(1, 2).flatmap(
    lambda width: st.dictionaries(st.sampled_from(CELLS), st.tuples(*[numbers] * width).filter(any), min_size=1)
)


def parts(grid: Grid, shown: Shown) -> list[list[Cell]]:
    """Return the parts that anybody can read, the whole among them."""
    found = [grid.of(), *(grid.of(sides=[side]) for side in shown.sides)]
    found += [grid.of(countries=[country]) for country in shown.countries]
    found += [grid.of(countries=shown.rest)] if shown.rest else []
    return found + [[(side, country)] for country in shown.split for side in shown.sides]


class Attacker:
    """Solves what is published as a linear system over the cells in which somebody voted, which they know."""

    def __init__(self, grid: Grid, shown: Shown) -> None:
        self.cells = list(grid.rows)
        self.grid = grid
        self._rows: list[list[Fraction]] = []
        for part in parts(grid, shown):
            self._take([Fraction(cell in part) for cell in self.cells])

    def _take(self, row: list[Fraction]) -> None:
        row = self._left(row)
        if any(row):
            first = next(value for value in row if value)
            self._rows.append([value / first for value in row])

    def _left(self, row: list[Fraction]) -> list[Fraction]:
        """Return what of a row does not follow from what is known."""
        for known in self._rows:
            lead = next(at for at, value in enumerate(known) if value)
            row = [value - row[lead] * each for value, each in zip(row, known, strict=True)]
        return row

    def follows(self) -> list[list[Cell]]:
        """Return every set of cells whose sum follows from what is published."""
        sets = chain.from_iterable(combinations(self.cells, many) for many in range(1, len(self.cells) + 1))
        return [list(cells) for cells in sets if not any(self._left([Fraction(c in cells) for c in self.cells]))]

    def bounds(self, known: Sequence[Sequence[Cell]], number: int) -> dict[Cell, tuple[int, int]]:
        """Return between what each cell must lie, given the sums that follow and that nobody votes less than never."""
        low, high = dict.fromkeys(self.cells, 0), dict.fromkeys(self.cells, 10**6)
        moved = True
        while moved:
            before = dict(low), dict(high)
            for cells in known:
                total = sum(self.grid.rows[cell][number] for cell in cells)
                for cell in cells:
                    others = [each for each in cells if each != cell]
                    high[cell] = min(high[cell], total - sum(low[each] for each in others))
                    low[cell] = max(low[cell], total - sum(high[each] for each in others))
            moved = before != (low, high)
        return {cell: (low[cell], high[cell]) for cell in self.cells}


def disclosed(grid: Grid, shown: Shown) -> list[str]:
    """Return what an attacker learns of fewer than ten people."""
    attacker = Attacker(grid, shown)
    known = attacker.follows()
    found = [f"{cells}: {grid.total(cells)}" for cells in known if len(cells) < len(grid.rows) and not grid.fits(cells)]
    for number in range(len(next(iter(grid.rows.values())))):
        bounds = attacker.bounds(known, number)
        found += [f"{cell} in {each}" for cell, each in bounds.items() if each[1] < FEWEST]
    return found


@settings(max_examples=200, deadline=None)
@given(rows=grids)
def test_suppression_cannot_be_undone(rows: dict[Cell, Row]) -> None:
    """Whatever the votes, what follows from all that is published is of ten at least, or of everybody."""
    grid = Grid(rows, {})
    shown = grid.shown()
    if shown != Shown():
        assert disclosed(grid, shown) == []


@settings(max_examples=100, deadline=None)
@given(rows=grids, moved=st.dictionaries(st.sampled_from(CELLS), st.tuples(numbers, numbers)))
def test_a_part_that_hardly_changed_is_not_shown_again(rows: dict[Cell, Row], moved: dict[Cell, Row]) -> None:
    """Of a round of a series no part is shown in which a few came or went since an earlier one."""
    grid = Grid(rows, moved)
    for part in parts(grid, grid.shown())[1:]:
        for change in zip(*(moved[cell] for cell in part if cell in moved), strict=True):
            assert sum(change) == 0 or sum(change) >= FEWEST


CASES = {
    "all large: everything": (
        {(side, country): (20, 15) for side in SIDES for country in ("ML", "NE")},
        Shown(SIDES, ("ML", "NE"), (), ("ML", "NE")),
    ),
    "a side that is small": ({("civil", "NE"): (30, 30), ("official", "NE"): (30, 9)}, Shown()),
    "one side alone": ({("civil", "NE"): (30, 30)}, Shown()),
    "small countries together": (
        {("civil", "NE"): (30, 30), ("official", "NE"): (30, 30)}
        | {(side, country): (4, 4) for side in SIDES for country in ("ML", "SN")},
        Shown(SIDES, ("NE",), ("ML", "SN"), ()),  # by side NE would give away the eight of each side elsewhere
    ),
    "a small rest takes the smallest country with it": (
        {
            ("civil", "NE"): (30, 30),
            ("official", "ML"): (20, 20),
            ("civil", "ML"): (20, 20),
            ("official", "NE"): (30, 30),
        }
        | {("civil", "SN"): (1, 1)},
        Shown(SIDES, ("NE",), ("ML", "SN"), ("NE",)),
    ),
    "a difference of side and country": (
        {("official", "NE"): (20,), ("official", "ML"): (3,), ("civil", "ML"): (30,)},
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown(case: str) -> None:
    """The cases by hand: large, small, together, and one that only a difference gives away."""
    rows, wanted = CASES[case]
    shown = Grid(rows, {}).shown()
    if wanted is not None:
        assert shown == wanted
    else:
        assert not (shown.sides and shown.countries)


def test_the_attacker_finds_what_is_shown_without_care() -> None:
    """With every part of ten at least and no further care a difference tells of three officials in Mali."""
    rows, _wanted = CASES["a difference of side and country"]
    careless = Shown(SIDES, ("ML", "NE"))
    assert any("'official', 'ML'" in each for each in disclosed(Grid(rows, {}), careless))
