"""Drawing: a sheet becomes a picture in a process of its own, in the right direction, bounded in size and time."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import segno
from PIL import Image

from bot import drawing
from bot.drawing import Card, Code, NotDrawn, Sheet, draw, svg
from bot.paper import Face, is_rtl, measured, wrapped
from bot.works import Works
from handlers.groups import invite
from handlers.groups.invite import Links, Terms
from handlers.language import Translator, Voice
from network import invitations, packs
from network.jobs import Job
from network.media import MediaFolder
from network.store import Store
from tests.bot.stopped_clock import StoppedClock

CARD = Card("1. Un thé partagé", "Un thé partagé chaque vendredi.", "Niger · Société civile, Sahel")
FRENCH = Sheet("Dossier", "Pour le Niger", (CARD, CARD), ("Aussi fait en : Mali",), "Source : Jisr")
ARABIC = Sheet("خلاصة", "النيجر", (Card("1. مقهى", "شاي كل يوم جمعة.", "النيجر"),), (), "المصدر: جسر", rtl=True)
LINE = re.compile(r'<text x="(\d+)" y="(\d+)"[^>]*text-anchor="(\w+)"[^>]*>(.)([^<]*)(.)</text>')


def plainly(text: str, face: Face) -> float:
    """Measure a text as if every letter were as wide as half its height."""
    return len(text) * face.size / 2


@pytest.mark.parametrize("sheet", [FRENCH, ARABIC, replace(FRENCH, cards=(), lines=())])
async def test_a_sheet_becomes_a_picture(sheet: Sheet) -> None:
    """It is a PNG as wide as a phone shows sharply, and small enough for a slow line."""
    drawn = await draw(sheet)
    assert len(drawn) <= drawing.PNG_AT_MOST
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.width) == ("PNG", drawing.WIDTH)
        assert picture.height <= drawing.LONGEST_PICTURE
        assert len(picture.convert("RGB").getcolors(100_000) or ()) > 10  # there is writing on it


async def test_the_arabic_is_drawn_with_its_own_letters() -> None:
    """Arabic is shaped and not left as empty boxes: other words give another picture, boxes would not."""
    words = [replace(ARABIC, title=title) for title in ("بابا", "تاتا")]
    first, second = [await draw(sheet) for sheet in words]
    assert first != second


@pytest.mark.parametrize("sheet", [FRENCH, ARABIC])
async def test_a_code_can_be_scanned(sheet: Sheet) -> None:
    """Every pixel of every module is dark or white as the QR code says, with four white modules all around."""
    texts = ("https://t.me/jisr_bot?start=ABCDE-FGHJK", "https://wa.me/221770000000?text=JISR%20ABCDE-FGHJK")
    codes = tuple(Code(app, text) for app, text in zip(("Telegram", "WhatsApp"), texts, strict=True))
    invitation = replace(sheet, cards=(), codes=codes)
    boxes = re.findall(
        r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="\3" fill="#ffffff"/>', svg(invitation, measured)
    )
    with Image.open(io.BytesIO(await draw(Sheet.of(asdict(invitation))))) as picture:
        grey = picture.convert("L")
    for text, (x, y, side) in zip(texts, ([int(each) for each in box] for box in boxes), strict=True):
        expected = list(segno.make_qr(text, error="q").matrix_iter(border=4))
        each = side // len(expected)
        assert each >= 10  # pixels
        assert grey.size[0] == drawing.WIDTH
        assert all(
            (grey.getpixel((x + column, y + row)) < 128) == bool(expected[row // each][column // each])
            for row in range(side)
            for column in range(side)
        )


@pytest.mark.parametrize(
    ("sheet", "x", "anchor", "opens"), [(FRENCH, 56, "start", "\u2066"), (ARABIC, 1024, "end", "\u2067")]
)
def test_a_line_begins_where_its_reader_does(sheet: Sheet, x: int, anchor: str, opens: str) -> None:
    """From the left or from the right, each line isolated in its direction, one below the other."""
    lines = LINE.findall(svg(sheet, plainly))
    assert lines[0][0] == str(x)
    assert {(line[2], line[3], line[5]) for line in lines} == {(anchor, opens, "\u2069")}
    assert all(int(above[1]) < int(below[1]) for above, below in pairwise(lines))


def test_a_text_in_another_script_has_its_own_direction() -> None:
    """What an author wrote in Arabic runs from the right in a French sheet too; headings follow the sheet."""
    mixed = replace(FRENCH, cards=(replace(CARD, body="2. شاي كل يوم جمعة."),))
    body = next(line for line in LINE.findall(svg(mixed, plainly)) if "شاي" in line[4])
    assert (body[2], body[3]) == ("end", "\u2067")


@pytest.mark.parametrize(
    ("text", "rtl"),
    [("Un thé", False), ("شاي", True), ("1. شاي", True), ("45 % شاي", True), ("12", False), ("", False)],
)
def test_direction_is_that_of_the_first_letter(text: str, rtl: bool) -> None:
    """Figures and signs have no direction of their own."""
    assert is_rtl(text) is rtl


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("one\ntwo", ["one", "two"]),
        ("onetwothreefour", ["onetwoth", "reefour"]),
        ("\U0001f600 one \u2764\ufe0f two", ["one two"]),
        ("a \u2068bbb ccc\u2069 d", ["a \u2068bbb\u2069", "\u2068ccc\u2069 d"]),
        ("one\u2069 two", ["one two"]),
        ("\u202eone\u200f", ["one"]),
        ("", []),
    ],
)
def test_text_is_broken_into_lines(text: str, lines: list[str]) -> None:
    """At spaces and in words that are too long, without emoji; isolates are closed, and opened on the next line."""

    def letters(said: str) -> float:
        return len(re.sub("[\u2066-\u2069]", "", said))

    assert list(wrapped(text, 8, letters)) == lines


async def test_what_people_write_is_never_markup() -> None:
    """Angle brackets, entities and controls in a text draw as they are, or not at all, and break nothing."""
    evil = '</text><image href="file:///etc/passwd"/>&amp;\x00\x1b"'
    sheet = replace(FRENCH, title=evil, source=evil)
    assert "<image" not in svg(sheet, plainly)
    assert await draw(sheet)


async def test_a_sheet_is_bounded() -> None:
    """Cards that no phone could show are left out, whatever is handed in, and it takes seconds at most."""
    began = time.monotonic()
    many = replace(FRENCH, cards=(replace(CARD, body="mot " * 150),) * 60)
    drawn = await draw(many)
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.height <= drawing.LONGEST_PICTURE
    assert time.monotonic() - began < drawing.SECONDS


async def test_what_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that would be too large, or a process that fails, is NotDrawn."""
    monkeypatch.setattr(drawing, "PNG_AT_MOST", 100)
    with pytest.raises(NotDrawn):
        await draw(FRENCH)


def test_fonts_are_not_read_at_start() -> None:
    """The program brings neither the fonts nor what draws them into its own process."""
    look = (
        "import sys, bot.works; print([name for name in sys.modules if name.startswith(('resvg', 'fontpkg', 'PIL'))])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_job_keeps_the_picture_for_whoever_asked(
    sqlite_store: Store, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is the text and a sealed file in the person's own folder; where nothing was drawn, the text alone."""
    media = MediaFolder(tmp_path, sqlite_store.sealer)
    works = Works(sqlite_store, StoppedClock(now), {}, media, tmp_path / "tombstones")
    job = Job("j", packs.DRAW, "a" * 32, {"text": "Dossier", "sheet": asdict(ARABIC)}, 1, now)
    result = await works.table()[packs.DRAW](job)
    assert result is not None
    assert (result["text"], result["kind"], result["mime"]) == ("Dossier", "picture", "image/png")
    assert result["ref"].startswith("a" * 32)
    assert len(await media.open(result["ref"])) == result["size"]
    await works.undo(job, result)
    assert media.refs() == []
    monkeypatch.setattr(drawing, "PNG_AT_MOST", 100)
    assert await works.table()[packs.DRAW](job) == {"text": "Dossier"}


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_an_invitation_is_drawn_as_it_is_asked_for(
    sqlite_store: Store, now: datetime, tmp_path: Path, language: str
) -> None:
    """What the conversation asks for is what the worker draws: a picture with both codes."""
    voice = Voice(Translator.load(), language)
    terms = Terms("NE", "civil", 5, now)
    drawn = invite.sheet(Links("jisr_bot", "+221 77"), "ABCDE-FGHJK", terms, voice)
    job = Job("j", invitations.DRAW, "a" * 32, {"text": "Jisr", "sheet": json.loads(json.dumps(drawn))}, 1, now)
    media = MediaFolder(tmp_path, sqlite_store.sealer)
    works = Works(sqlite_store, StoppedClock(now), {}, media, tmp_path / "tombstones")
    result = await works.table()[invitations.DRAW](job)
    assert result is not None
    with Image.open(io.BytesIO(await media.open(result["ref"]))) as picture:
        assert picture.height > 2 * drawing.CODE
