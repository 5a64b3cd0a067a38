"""Paper: a sheet that is filled from the top with lines of text and shapes, for readers of either direction.

It has its own fonts, so that a picture is the same on every machine. Everything is SVG until it is drawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

WIDTH = 1080  # pixels
MARGIN, PAD, GAP = 56, 40, 28

INK, SOFT, PAPER, BAND, ACCENT, WHITE = "#1d2b2f", "#52646a", "#f4f1ea", "#0f4c4a", "#c98b2b", "#ffffff"
_RLI, _LRI, _PDI = "\u2067", "\u2066", "\u2069"
_OPENS, _MARKS = "\u2066\u2067\u2068", re.compile("[\u200e\u200f\u061c\u202a-\u202e]")
_SPACES = re.compile(r"[ \t]+")  # a line is broken at these, never at a space that holds two words together
_UNDRAWN = re.compile(  # no font of ours has them: emoji and what changes them, and controls
    "[\U0001f000-\U0001ffff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u200b\u200d\u20e3\U000e0000-\U000e007f\x00-\x09\x0b-\x1f\x7f]"
)


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


HEAD, BODY, LINE = Face(38, bold=True), Face(34), Face(32)

Measure = Callable[[str, Face], float]  # the width of a text in pixels


class Paper:
    """A sheet that is filled from the top; ``at`` is how far it is filled, in pixels.

    Places across it are given as a reader comes to them: 0 is where a line begins, left or right.
    """

    def __init__(self, *, rtl: bool, measure: Measure) -> None:
        self.rtl, self.at = rtl, 0
        self.shapes: list[str] = []
        self._measure = measure

    def width_of(self, text: str, face: Face) -> float:
        """Return the width of a text in pixels."""
        return self._measure(text, face)

    def write(self, text: str, face: Face, margin: int, *, rtl: bool | None = None, keep: int = 0) -> None:
        """Write a text in as many lines as it needs, from the side where the sheet is read unless ``rtl`` says else.

        ``keep``: pixels at the far end that stay free.
        """
        way = self.rtl if rtl is None else rtl
        for line in wrapped(text, WIDTH - 2 * margin - keep, lambda words: self._measure(words, face)):
            self.at += face.line
            self.shapes.append(_line(line, face, WIDTH - margin if way else margin, self.at, rtl=way))

    def letter(self, text: str, face: Face, x: float, *, at: float | None = None, anchor: str = "start") -> None:
        """Write a short text on one line at ``x``, which is its start, middle or end as one reads."""
        y = self.at if at is None else at
        self.shapes.append(_line(text, face, self.across(x), y, rtl=self.rtl, anchor=anchor))

    def bar(self, x: float, width: float, height: float, colour: str, *, at: float | None = None) -> None:
        """Draw a rectangle that begins at ``x`` and runs as one reads; its top is at ``at``, or where the paper is."""
        left = WIDTH - x - width if self.rtl else x
        y = self.at if at is None else at
        box = f'x="{_px(left)}" y="{_px(y)}" width="{_px(width)}" height="{_px(height)}"'
        self.shapes.append(f'<rect {box} fill="{colour}"/>')

    def across(self, x: float) -> float:
        """Return the pixel from the left of a place across the sheet."""
        return WIDTH - x if self.rtl else x

    def down(self, pixels: int) -> None:
        """Leave room."""
        self.at += pixels

    def whole(self) -> str:
        """Return all of it as SVG."""
        size = f'width="{WIDTH}" height="{self.at}" viewBox="0 0 {WIDTH} {self.at}"'
        paper = f'<rect width="{WIDTH}" height="{self.at}" fill="{PAPER}"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{paper}{"".join(self.shapes)}</svg>'


def _line(line: str, face: Face, x: float, y: float, *, rtl: bool, anchor: str = "start") -> str:
    if rtl:
        anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
    family, opens = ("Noto Sans Arabic", _RLI) if rtl else ("Noto Sans", _LRI)
    how = f'font-family="{family}" font-size="{face.size}" fill="{face.colour}" text-anchor="{anchor}"'
    weight = ' font-weight="700"' if face.bold else ""
    return f'<text x="{_px(x)}" y="{_px(y - face.size // 3)}" {how}{weight}>{opens}{escape(line)}{_PDI}</text>'


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


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
        for word in _SPACES.split(paragraph.strip()):
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
def fonts() -> dict[str, str]:
    """Return the files of the fonts, by script."""
    import fontpkg_noto_sans  # noqa: PLC0415 - only the process that draws needs them
    import fontpkg_noto_sans_arabic  # noqa: PLC0415

    return {
        "latin": str(fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"),
        "arabic": str(fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf"),
    }


@cache
def _font(script: str, size: int, *, bold: bool) -> Any:
    from PIL import ImageFont, features  # noqa: PLC0415 - only the process that draws needs it

    # Where Arabic cannot be shaped it is measured letter by letter, and is never too wide; Latin needs no shaping.
    shapes = script == "arabic" and features.check("raqm")
    layout = ImageFont.Layout.RAQM if shapes else ImageFont.Layout.BASIC
    font = ImageFont.truetype(fonts()[script], size, layout_engine=layout)
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
