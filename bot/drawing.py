"""Drawing: a sheet of text as a picture that reads well on a phone, from left to right or from right to left.

It is done by a process of its own (``python -m bot.drawing``), which gets the words and nothing else: drawing
holds the interpreter's lock, and 30 MB of fonts need not stay. It has its own fonts, so that a picture is the
same on every machine.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

WIDTH = 1080  # pixels
MARGIN, PAD, GAP = 56, 40, 28
CODE, QUIET = 620, 4  # pixels of a code to scan, at most; modules left white around it
LONGEST_PICTURE = 4000  # pixels high, at most: what does not fit is left out
PNG_AT_MOST = 300 * 1024  # bytes
SECONDS = 20
MEMORY = 1024 * 1024 * 1024  # bytes of addresses
MIME = "image/png"

INK, SOFT, PAPER, BAND, ACCENT = "#1d2b2f", "#52646a", "#f4f1ea", "#0f4c4a", "#c98b2b"
_RLI, _LRI, _PDI = "\u2067", "\u2066", "\u2069"
_OPENS, _MARKS = "\u2066\u2067\u2068", re.compile("[\u200e\u200f\u061c\u202a-\u202e]")
_UNDRAWN = re.compile(  # no font of ours has them: emoji and what changes them, and controls
    "[\U0001f000-\U0001ffff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u200b\u200d\u20e3\U000e0000-\U000e007f\x00-\x09\x0b-\x1f\x7f]"
)


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
    """What is drawn: a title in a band, cards, further lines, codes to scan, and the source below."""

    title: str = field(repr=False)
    subtitle: str = field(repr=False)
    cards: tuple[Card, ...]
    lines: tuple[str, ...] = field(repr=False)
    source: str = field(repr=False)
    rtl: bool = False
    codes: tuple[Code, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Sheet:
        """Return the sheet that JSON holds."""
        cards = tuple(Card(**card) for card in given["cards"])
        codes = tuple(Code(**code) for code in given.get("codes", ()))
        return cls(**{**given, "cards": cards, "lines": tuple(given["lines"]), "codes": codes})


@dataclass(frozen=True)
class Face:
    """How a text looks: its size in pixels, its colour, whether it is bold, and the height of a line."""

    size: int
    colour: str = INK
    bold: bool = False

    @property
    def line(self) -> int:
        """The height of a line in pixels; Arabic needs some air."""
        return round(self.size * 1.5)


TITLE, SUBTITLE = Face(52, "#ffffff", bold=True), Face(34, "#dfeceb")
HEAD, BODY, FOOT, LINE, SOURCE = Face(38, bold=True), Face(34), Face(28, SOFT), Face(32), Face(26, SOFT)

Measure = Callable[[str, Face], float]  # the width of a text in pixels


class NotDrawn(Exception):
    """The sheet could not be drawn."""


async def draw(sheet: Sheet) -> bytes:
    """Return the sheet as a PNG, ``WIDTH`` pixels wide; raise NotDrawn."""
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
    paper = _Paper(rtl=sheet.rtl, measure=measure)
    paper.band([(sheet.title, TITLE), (sheet.subtitle, SUBTITLE)])
    for card in sheet.cards:
        paper.card([(card.head, HEAD), (card.body, BODY), (card.foot, FOOT)])
    for line in sheet.lines:
        paper.write(line, LINE, MARGIN)
        paper.down(GAP // 3)
    for code in sheet.codes:
        paper.code(code)
    paper.down(GAP // 2)
    paper.write(sheet.source, SOURCE, MARGIN)
    paper.down(MARGIN)
    return paper.whole()


class _Paper:
    """A sheet that is filled from the top."""

    def __init__(self, *, rtl: bool, measure: Measure) -> None:
        self._rtl, self._measure = rtl, measure
        self._at = 0
        self._shapes: list[str] = []

    def band(self, texts: Sequence[tuple[str, Face]]) -> None:
        """Write on a dark band over the whole width."""
        self._block(texts, margin=MARGIN, pad=MARGIN, box=(0, WIDTH), colour=BAND)
        self.down(GAP)

    def card(self, texts: Sequence[tuple[str, Face]]) -> None:
        """Write on a white card with a mark at the side where reading begins; one that does not fit is left out."""
        before, shapes = self._at, len(self._shapes)
        self._block(
            texts, margin=MARGIN + PAD, pad=PAD - 8, box=(MARGIN - 16, WIDTH - 2 * MARGIN + 32), colour="#ffffff"
        )
        if self._at > LONGEST_PICTURE - 600:
            del self._shapes[shapes:]
            self._at = before
            return
        edge = WIDTH - MARGIN + 8 if self._rtl else MARGIN - 16
        self._shapes.append(f'<rect x="{edge}" y="{before}" width="8" height="{self._at - before}" fill="{ACCENT}"/>')
        self.down(GAP)

    def write(self, text: str, face: Face, margin: int, *, rtl: bool | None = None) -> None:
        """Write a text, in as many lines as it needs; from the side of the sheet, unless ``rtl`` says otherwise."""
        for line in wrapped(text, WIDTH - 2 * margin, lambda words: self._measure(words, face)):
            self._at += face.line
            self._shapes.append(self._line(line, face, margin, rtl=self._rtl if rtl is None else rtl))

    def code(self, code: Code) -> None:
        """Draw a code on white, with the quiet zone of four modules that scanners need (ISO/IEC 18004)."""
        self.down(GAP)
        self.write(code.caption, HEAD, MARGIN)
        self.down(GAP // 2)
        rows = modules(code.text)
        each = CODE // (len(rows) + 2 * QUIET)
        side = each * (len(rows) + 2 * QUIET)
        x, y = (WIDTH - side) // 2, self._at
        self._shapes.append(f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="#ffffff"/>')
        dark = "".join(
            f"M{x + each * (QUIET + column)} {y + each * (QUIET + row)}h{each}v{each}h-{each}z"
            for row, cells in enumerate(rows)
            for column, is_dark in enumerate(cells)
            if is_dark
        )
        self._shapes.append(f'<path shape-rendering="crispEdges" fill="#000000" d="{dark}"/>')
        self._at += side

    def down(self, pixels: int) -> None:
        """Leave room."""
        self._at += pixels

    def whole(self) -> str:
        """Return all of it as SVG."""
        size = f'width="{WIDTH}" height="{self._at}" viewBox="0 0 {WIDTH} {self._at}"'
        paper = f'<rect width="{WIDTH}" height="{self._at}" fill="{PAPER}"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{paper}{"".join(self._shapes)}</svg>'

    def _block(
        self, texts: Sequence[tuple[str, Face]], *, margin: int, pad: int, box: tuple[int, int], colour: str
    ) -> None:
        top, place = self._at, len(self._shapes)
        self._at += pad - 16
        for text, face in texts:
            if text:
                self.write(text, face, margin, rtl=is_rtl(text) if face is BODY else None)
                self.down(8)
        self._at += pad
        x, width = box
        rect = f'<rect x="{x}" y="{top}" width="{width}" height="{self._at - top}" fill="{colour}"/>'
        self._shapes.insert(place, rect)

    def _line(self, line: str, face: Face, margin: int, *, rtl: bool) -> str:
        x, anchor, opens = (WIDTH - margin, "end", _RLI) if rtl else (margin, "start", _LRI)
        family = "Noto Sans Arabic" if rtl else "Noto Sans"
        how = f'font-family="{family}" font-size="{face.size}" fill="{face.colour}" text-anchor="{anchor}"'
        weight = ' font-weight="700"' if face.bold else ""
        return f'<text x="{x}" y="{self._at - face.size // 3}" {how}{weight}>{opens}{escape(line)}{_PDI}</text>'


def modules(text: str) -> list[list[bool]]:
    """Return the modules of a QR code, by rows: whether each is dark. A quarter of them may be dirty or torn."""
    import segno  # noqa: PLC0415 - only the process that draws needs it

    return [[bool(module) for module in row] for row in segno.make_qr(text, error="q").matrix]


def is_rtl(text: str) -> bool:
    """Whether the first letter of a text is of a script that runs from right to left."""
    first = next((letter for letter in text if unicodedata.bidirectional(letter) in {"L", "R", "AL"}), "")
    return bool(first) and unicodedata.bidirectional(first) != "L"


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a text, none wider than ``width``; a word that is wider is cut.

    Emoji and controls are left out; what is isolated over the end of a line is isolated on either line.
    """
    for paragraph in _UNDRAWN.sub("", _MARKS.sub("", text)).split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width, measure):
                longer = f"{line} {piece}".strip()
                if line and measure(longer) > width:
                    yield _closed(line)
                    longer = _open_marks(line) + piece
                line = longer
        if line:
            yield _closed(line)


def _pieces(word: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    while measure(word) > width and len(word) > 1:
        cut = next(cut for cut in range(len(word) - 1, 0, -1) if cut == 1 or measure(word[:cut]) <= width)
        yield word[:cut]
        word = word[cut:]
    yield word


def _open_marks(line: str) -> str:
    """Return the isolates that a line opens and does not close."""
    still: list[str] = []
    for letter in line:
        if letter in _OPENS:
            still.append(letter)
        elif letter == _PDI and still:
            still.pop()
    return "".join(still)


def _closed(line: str) -> str:
    """Return a line that closes what it opens, and nothing else."""
    depth = 0
    kept: list[str] = []
    for letter in line:
        depth += (letter in _OPENS) - (letter == _PDI and depth > 0)
        if letter != _PDI or depth or any(each in _OPENS for each in kept):
            kept.append(letter)
    return "".join(kept) + _PDI * len(_open_marks(line))


@cache
def _fonts() -> dict[str, str]:
    """Return the files of the fonts, by family."""
    import fontpkg_noto_sans  # noqa: PLC0415 - only the process that draws needs them
    import fontpkg_noto_sans_arabic  # noqa: PLC0415

    return {
        "latin": str(fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"),
        "arabic": str(fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf"),
    }


@cache
def _font(script: str, size: int, *, bold: bool) -> Any:
    from PIL import ImageFont, features  # noqa: PLC0415 - only the process that draws needs it

    shapes = features.check("raqm")  # where it cannot, Arabic is measured letter by letter, and is never too wide
    layout = ImageFont.Layout.RAQM if shapes else ImageFont.Layout.BASIC
    font = ImageFont.truetype(_fonts()[script], size, layout_engine=layout)
    weight = 700 if bold else 400
    font.set_variation_by_axes([weight if axis["name"] == b"Weight" else 100 for axis in font.get_variation_axes()])
    return font


def measured(text: str, face: Face) -> float:
    """Return the width of a text in pixels."""
    bare = re.sub("[\u2066-\u2069]", "", text)
    runs = re.findall("[\u0590-\u08ff\ufb50-\ufefc]+|[^\u0590-\u08ff\ufb50-\ufefc]+", bare)
    return sum(float(_font(_script(run), face.size, bold=face.bold).getlength(run)) for run in runs)


def _script(run: str) -> str:
    return "arabic" if "\u0590" <= run[0] <= "\u08ff" or run[0] >= "\ufb50" else "latin"


def png(sheet: Sheet) -> bytes:
    """Return the sheet as a PNG, in this process."""
    import resvg_py  # noqa: PLC0415 - only the process that draws needs it

    drawn = resvg_py.svg_to_bytes(
        svg_string=svg(sheet, measured), font_files=list(_fonts().values()), skip_system_fonts=True
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
