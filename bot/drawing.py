"""Drawing: a sheet of text and charts as a picture that reads well on a phone, from left to right or right to left.

It is done by a process of its own (``python -m bot.drawing``), which gets the words and nothing else: drawing
holds the interpreter's lock, and 30 MB of fonts need not stay.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot import charts, paper
from bot.charts import Chart
from bot.paper import ACCENT, BAND, BODY, GAP, HEAD, LINE, MARGIN, PAD, SOFT, WHITE, WIDTH, Face, Measure, Paper

CODE, QUIET = 620, 4  # pixels of a code to scan, at most; modules left white around it
LONGEST_PICTURE = 4000  # pixels high, at most: what does not fit is left out
PNG_AT_MOST = 300 * 1024  # bytes
SECONDS = 20
MEMORY = 1024 * 1024 * 1024  # bytes of addresses
MIME = "image/png"
SMALLER = 0.5  # of the width, for charts: still sharp on a phone, a third of the bytes and half the time
TITLE, SUBTITLE, FOOT, SOURCE = Face(52, WHITE, bold=True), Face(34, "#dfeceb"), Face(28, SOFT), Face(26, SOFT)


@dataclass(frozen=True)
class Card:
    """One piece of evidence: a heading, a few sentences, and a line on where it is from."""

    head: str = field(repr=False)
    body: str = field(repr=False)
    foot: str = field(repr=False)


@dataclass(frozen=True)
class Code:
    """A code to be scanned (QR), and what stands above it."""

    caption: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """What is drawn: a title in a band, charts, cards, further lines, codes to scan, and the source below."""

    title: str = field(repr=False)
    subtitle: str = field(repr=False)
    cards: tuple[Card, ...]
    lines: tuple[str, ...] = field(repr=False)
    source: str = field(repr=False)
    rtl: bool = False
    codes: tuple[Code, ...] = ()
    charts: tuple[Chart, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Sheet:
        """Return the sheet that JSON holds."""
        cards = tuple(Card(**card) for card in given["cards"])
        codes = tuple(Code(**code) for code in given.get("codes", ()))
        drawn = tuple(Chart.of(chart) for chart in given.get("charts", ()))
        return cls(**{**given, "cards": cards, "lines": tuple(given["lines"]), "codes": codes, "charts": drawn})


class NotDrawn(Exception):
    """The sheet could not be drawn."""


async def draw(sheet: Sheet) -> bytes:
    """Return the sheet as a PNG, ``WIDTH`` pixels wide, one with charts ``SMALLER``; raise NotDrawn."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-I", "-m", "bot.drawing")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(2 * SECONDS):
            drawn, _errors = await child.communicate(json.dumps(asdict(sheet)).encode())
    except TimeoutError as error:
        raise NotDrawn from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not drawn or len(drawn) > PNG_AT_MOST:
        raise NotDrawn
    return drawn


def svg(sheet: Sheet, measure: Measure) -> str:
    """Return the sheet as SVG. Each line of a text is broken here, at the width that ``measure`` finds."""
    page = Paper(rtl=sheet.rtl, measure=measure)
    _block(page, [(sheet.title, TITLE), (sheet.subtitle, SUBTITLE)], margin=MARGIN, pad=MARGIN, box=(0, WIDTH, BAND))
    page.down(GAP)
    for chart in sheet.charts:
        _if_it_fits(page, charts.draw, chart)
    for card in sheet.cards:
        _if_it_fits(page, _card, card)
    for line in sheet.lines:
        page.write(line, LINE, MARGIN)
        page.down(GAP // 3)
    for code in sheet.codes:
        _code(page, code)
    page.down(GAP // 2)
    page.write(sheet.source, SOURCE, MARGIN)
    page.down(MARGIN)
    return page.whole()


def _if_it_fits(page: Paper, write: Callable[[Paper, Any], None], what: Card | Chart) -> None:
    """Write something, or leave it out where the picture would be too long for a phone."""
    before, shapes = page.at, len(page.shapes)
    write(page, what)
    if page.at > LONGEST_PICTURE - 600:
        del page.shapes[shapes:]
        page.at = before


def _card(page: Paper, card: Card) -> None:
    """Write on a white card with a mark at the side where reading begins."""
    top = page.at
    box = (MARGIN - 16, WIDTH - 2 * MARGIN + 32, WHITE)
    _block(page, [(card.head, HEAD), (card.body, BODY), (card.foot, FOOT)], margin=MARGIN + PAD, pad=PAD - 8, box=box)
    page.bar(MARGIN - 16, 8, page.at - top, ACCENT, at=top)
    page.down(GAP)


def _block(page: Paper, texts: Sequence[tuple[str, Face]], *, margin: int, pad: int, box: tuple[int, int, str]) -> None:
    top, place = page.at, len(page.shapes)
    page.down(pad - 16)
    for text, face in texts:
        if text:
            page.write(text, face, margin, rtl=paper.is_rtl(text) if face is BODY else None)
            page.down(8)
    page.down(pad)
    x, width, colour = box
    page.bar(x, width, page.at - top, colour, at=top)
    page.shapes.insert(place, page.shapes.pop())


def _code(page: Paper, code: Code) -> None:
    """Draw a code on white, with the quiet zone of four modules that scanners need (ISO/IEC 18004)."""
    page.down(GAP)
    page.write(code.caption, HEAD, MARGIN)
    page.down(GAP // 2)
    rows = modules(code.text)
    each = CODE // (len(rows) + 2 * QUIET)
    side = each * (len(rows) + 2 * QUIET)
    x, y = (WIDTH - side) // 2, page.at
    page.shapes.append(f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="#ffffff"/>')
    dark = "".join(
        f"M{x + each * (QUIET + column)} {y + each * (QUIET + row)}h{each}v{each}h-{each}z"
        for row, cells in enumerate(rows)
        for column, is_dark in enumerate(cells)
        if is_dark
    )
    page.shapes.append(f'<path shape-rendering="crispEdges" fill="#000000" d="{dark}"/>')
    page.down(side)


def modules(text: str) -> list[list[bool]]:
    """Return the modules of a QR code, by rows: whether each is dark. A quarter of them may be dirty or torn."""
    import segno  # noqa: PLC0415 - only the process that draws needs it

    return [[bool(module) for module in row] for row in segno.make_qr(text, error="q").matrix]


def png(sheet: Sheet) -> bytes:
    """Return the sheet as a PNG, in this process."""
    import resvg_py  # noqa: PLC0415 - only the process that draws needs it

    drawn = resvg_py.svg_to_bytes(
        svg_string=svg(sheet, paper.measured),
        font_files=list(paper.fonts().values()),
        skip_system_fonts=True,
        zoom=SMALLER if sheet.charts else 1,
    )
    return bytes(drawn)


def main() -> None:
    """Draw the sheet on standard input to standard output, within narrow limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(png(Sheet.of(json.loads(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
