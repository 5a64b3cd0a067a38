"""Charts: figures as bars and as lines through time, readable on a small phone in either direction.

Each label stands above its bar on lines of its own, each figure is written out, and no two series differ
by their colour alone: one is dark, one is light, and their marks have other forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.paper import ACCENT, BAND, BODY, GAP, HEAD, INK, LINE, MARGIN, PAD, SOFT, WHITE, WIDTH, Face, Paper

COLOURS = (BAND, ACCENT, SOFT)  # of the series, in turn
TRACK, GRID = "#e6e2d8", "#d5d0c4"
BAR, THIN = 34, 26  # pixels high: a bar alone, one of several
PLOT, RAISED = 420, 26  # pixels: how high a trend is, and how far a figure stands above its point
FIGURE, TICK = Face(34, bold=True), Face(28, SOFT)
INNER = WIDTH - 2 * MARGIN - 2 * PAD


@dataclass(frozen=True)
class Bar:
    """One option: its label, and of each series how long its bar is (0 to 1) and the figure beside it."""

    label: str = field(repr=False)
    shares: tuple[float, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One series through time: its values (0 to 1, None where there is none) and what is written at each."""

    values: tuple[float | None, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A heading, the names of the series where there are several, and either bars or lines over ``times``."""

    head: str = field(repr=False)
    series: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    times: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Chart:
        """Return the chart that JSON holds."""
        bars = [Bar(each["label"], tuple(each["shares"]), tuple(each["figures"])) for each in given.get("bars", ())]
        lines = [Line(tuple(each["values"]), tuple(each["figures"])) for each in given.get("lines", ())]
        series, times = tuple(given.get("series", ())), tuple(given.get("times", ()))
        return cls(given["head"], series, tuple(bars), tuple(lines), times)


def draw(paper: Paper, chart: Chart) -> None:
    """Draw a chart on a white card."""
    top, place = paper.at, len(paper.shapes)
    paper.down(PAD - 16)
    if chart.head:
        paper.write(chart.head, HEAD, MARGIN + PAD)
        paper.down(8)
    _legend(paper, chart.series)
    figures = [figure for bar in chart.bars for figure in bar.figures]
    room = max((paper.width_of(figure, FIGURE) for figure in figures), default=0) + 24
    for bar in chart.bars:
        _bar(paper, bar, INNER - room)
    if chart.lines:
        _trend(paper, chart)
    paper.down(PAD - 8)
    card = (MARGIN - 16, WIDTH - 2 * MARGIN + 32, paper.at - top, WHITE)
    paper.bar(*card, at=top)
    paper.shapes.insert(place, paper.shapes.pop())
    paper.down(GAP)


def _legend(paper: Paper, series: Sequence[str]) -> None:
    """Say what each series is, one below the other, each with its own mark."""
    for number, name in enumerate(series):
        paper.down(BODY.line)
        x = MARGIN + PAD
        _mark(paper, number, x + 12, paper.at - BODY.line / 2 + 4)
        paper.letter(name, BODY, x + 44)
    if series:
        paper.down(12)


def _bar(paper: Paper, bar: Bar, length: float) -> None:
    """Draw the label, and below it a bar of each series, ``length`` pixels for all, its figure at the far end."""
    paper.write(bar.label, LINE, MARGIN + PAD)
    paper.down(6)
    height = BAR if len(bar.shares) == 1 else THIN
    for number, (share, figure) in enumerate(zip(bar.shares, bar.figures, strict=True)):
        x = MARGIN + PAD
        paper.bar(x, length, height, TRACK)
        if share > 0:
            paper.bar(x, max(6, length * min(share, 1)), height, COLOURS[number % len(COLOURS)])
        middle = paper.at + height / 2 + FIGURE.size * 0.7
        paper.letter(figure, FIGURE, WIDTH - MARGIN - PAD, at=middle, anchor="end")
        paper.down(height + 10)
    paper.down(8)


def _trend(paper: Paper, chart: Chart) -> None:
    """Draw lines through time, which runs as one reads, over a grid at every quarter."""
    paper.down(RAISED + FIGURE.size)
    top, many = paper.at, len(chart.times)
    left, span = MARGIN + PAD + 40, INNER - 80
    for quarter in range(5):
        paper.bar(MARGIN + PAD, INNER, 2, GRID, at=top + PLOT * quarter / 4)
    places = [left + (span * at / (many - 1) if many > 1 else span / 2) for at in range(many)]
    for number, line in enumerate(chart.lines):
        points = [
            None if value is None else (x, top + PLOT * (1 - min(max(value, 0), 1)))
            for x, value in zip(places, line.values, strict=True)
        ]
        _stroke(paper, points, COLOURS[number % len(COLOURS)])
        for point, figure in zip(points, line.figures, strict=True):
            if point is not None:
                _mark(paper, number, *point)
                _figure(paper, chart, number, point, figure)
    paper.at = top + PLOT + 12
    _times(paper, chart.times, places)


def _figure(paper: Paper, chart: Chart, number: int, point: tuple[float, float], figure: str) -> None:
    """Write a figure above its point; of the lower of two lines below it, so that they do not meet."""
    x, y = point
    values = [line.values[_nearest(chart, point)] for line in chart.lines]
    mine = chart.lines[number].values[_nearest(chart, point)] or 0
    others = [value for at, value in enumerate(values) if at != number and value is not None]
    below = bool(others) and (mine < min(others) or (mine == min(others) and number > 0))
    face = Face(FIGURE.size, INK, bold=True)
    paper.letter(figure, face, x, at=y + RAISED + face.size * 1.1 if below else y - RAISED + 8, anchor="middle")


def _nearest(chart: Chart, point: tuple[float, float]) -> int:
    left, span, many = MARGIN + PAD + 40, INNER - 80, len(chart.times)
    return round((point[0] - left) / span * (many - 1)) if many > 1 else 0


def _stroke(paper: Paper, points: Sequence[tuple[float, float] | None], colour: str) -> None:
    """Draw the line; where a value is missing it is broken."""
    path, pen = "", "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path += f"{pen}{paper.across(point[0]):.1f} {point[1]:.1f}"
        pen = "L"
    paper.shapes.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="7" stroke-linejoin="round"/>')


def _mark(paper: Paper, number: int, x: float, y: float) -> None:
    """Draw the mark of a series: a disc, a square, a ring."""
    colour, x = COLOURS[number % len(COLOURS)], paper.across(x)
    if number % len(COLOURS) == 1:
        shape = f'<rect x="{x - 12:.1f}" y="{y - 12:.1f}" width="24" height="24" fill="{colour}"/>'
    else:
        fill = colour if number % len(COLOURS) == 0 else WHITE
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="13" fill="{fill}" stroke="{colour}" stroke-width="5"/>'
    paper.shapes.append(shape)


def _times(paper: Paper, times: Sequence[str], places: Sequence[float]) -> None:
    """Write the times below; of many only so many as fit, the last always."""
    widest = max((paper.width_of(each, TICK) for each in times), default=0) + 16
    apart = places[1] - places[0] if len(places) > 1 else INNER
    step = max(1, -(-int(widest) // max(1, int(apart))))
    paper.down(TICK.line)
    for at, (text, x) in enumerate(zip(times, places, strict=True)):
        if (len(times) - 1 - at) % step == 0:
            half = paper.width_of(text, TICK) / 2
            paper.letter(text, TICK, min(max(x, MARGIN + half), WIDTH - MARGIN - half), anchor="middle")
