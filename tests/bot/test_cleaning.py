"""Cleaning: pictures and voices keep nothing but what is seen and heard, and what is neither is refused."""

from __future__ import annotations

import asyncio
import io
import struct
import time
import zlib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from bot import cleaning, ogg
from bot.cleaning import Refused, clean
from network import files

SAMPLES = Path(__file__).parents[1] / "data" / "files"
ZIP = b"PK\x03\x04 canary"
EXE = b"MZ\x90\x00\x03" + bytes(200) + b"canary"


def sample(name: str) -> bytes:
    """Return a file as a phone may send it, with a canary in whatever is not seen or heard."""
    return (SAMPLES / name).read_bytes()


def png(width: int, height: int) -> bytes:
    """Return a picture of one colour in very few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def broken(data: bytes, at: int) -> bytes:
    """Return ``data`` with one bit turned."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "size"), [("canary.jpg", (48, 64)), ("canary.png", (40, 30)), ("canary.webp", (48, 64))]
)
@pytest.mark.parametrize("tail", [b"", ZIP, b"<script>canary</script>"])
async def test_a_picture_is_its_pixels_and_nothing_else(name: str, size: tuple[int, int], tail: bytes) -> None:
    """Place, phone, comment and whatever hangs on are gone; it stands upright, a plain JPEG."""
    cleaned = await clean(sample(name) + tail, kind="picture")
    assert b"anary" not in cleaned
    assert b"Exif" not in cleaned
    with Image.open(io.BytesIO(cleaned)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


async def test_what_can_be_seen_through_becomes_white() -> None:
    """A picture with transparent parts stays readable."""
    with Image.open(io.BytesIO(await clean(sample("canary.png"), kind="picture"))) as picture:
        assert min(picture.getpixel((39, 29))) > 240
        red, green, blue = picture.getpixel((12, 12))
        assert green > 150 > max(red, blue)


@pytest.mark.parametrize("tail", [b"", ZIP, EXE])
async def test_a_voice_is_its_sound_and_nothing_else(tail: bytes) -> None:
    """Names, places and the cover picture in its tags are gone, and so is what hangs on; the sound is the same."""
    data = sample("canary.ogg")
    assert data.count(b"anary") > 1
    cleaned = await clean(data + tail, kind="voice")
    assert b"anary" not in cleaned
    assert b"PICTURE" not in cleaned
    before, after = list(ogg._pages(data)), list(ogg._pages(cleaned))
    assert [page.payload for page in after[2:]] == [page.payload for page in before[-len(after[2:]) :]]
    assert after[1].payload == ogg.NO_TAGS
    assert ogg.only_voice(cleaned) == cleaned


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("picture", b""),
        ("picture", EXE),
        ("picture", ZIP),
        ("picture", sample("canary.ogg")),
        ("picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("picture", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        ("picture", sample("canary.jpg")[:300]),
        ("picture", sample("canary.png")[:90]),
        ("picture", png(40_000, 40_000)),
        ("voice", b""),
        ("voice", EXE),
        ("voice", sample("canary.jpg")),
        ("voice", b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(500)),
        ("voice", EXE + sample("canary.ogg")),
        ("voice", sample("canary.ogg")[:60]),
        ("voice", broken(sample("canary.ogg"), 40)),
        ("voice", broken(sample("canary.ogg"), 3000)),
        ("voice", sample("canary.ogg").replace(b"OpusHead", b"OpusLess")),
    ],
)
async def test_what_is_neither_picture_nor_voice_is_refused(kind: str, data: bytes) -> None:
    """A program, an archive, another format, half a file, a broken page and a picture far too large are refused."""
    with pytest.raises(Refused):
        await clean(data, kind=kind)


async def test_a_large_picture_is_made_smaller() -> None:
    """A picture within bounds is kept at a size that a phone shows, however few bytes it came in."""
    with Image.open(io.BytesIO(await clean(png(8_000, 6_000), kind="picture"))) as picture:
        assert picture.size == (cleaning.LONGEST_SIDE, 1536)


async def test_others_are_served_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop turns while a file is cleaned, and a file that takes too long is given up."""
    longest, last, stop = 0.0, time.perf_counter(), asyncio.Event()

    async def turn() -> None:
        nonlocal longest, last
        while not stop.is_set():
            await asyncio.sleep(0)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    turning = asyncio.create_task(turn())
    await clean(png(8_000, 6_000), kind="picture")
    stop.set()
    await turning
    assert longest < 0.25
    monkeypatch.setattr(cleaning, "SECONDS", 0)
    with pytest.raises(Refused):
        await clean(sample("canary.jpg"), kind="picture")


def test_the_kinds_are_those_of_the_network() -> None:
    """The light process has names of its own for the kinds of file; they are the same."""
    assert (cleaning.VOICE, cleaning.PICTURE) == (files.VOICE, files.PICTURE)
    assert set(cleaning.CLEANERS) == set(cleaning.MIMES) == set(files.AT_MOST)


def pdf(pages: int = 1, *, tail: bytes = b"") -> bytes:
    """Return a document of empty pages, with an author, a title, a script, an attached file and a link in it."""
    kids = b" ".join(b"%d 0 R" % (10 + page) for page in range(pages))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 3 0 R/Names<</EmbeddedFiles<</Names[(canary)4 0 R]>>>>>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        3: b"<</S/JavaScript/JS(canary)>>",
        4: b"<</Type/Filespec/F(canary)>>",
        5: b"<</Author(Canary)/Title(Canary)/Producer(Canary)>>",
        6: b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://canary)>>>>",
        **{10 + page: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Annots[6 0 R]>>" for page in range(pages)},
    }
    body, places = b"%PDF-1.7\n", {}
    for number, held in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj%sendobj\n" % (number, held)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in places.items())
    end = b"trailer<</Root 1 0 R/Info 5 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (10 + pages, len(body))
    return body + b"xref\n0 1\n0000000000 65535 f \n" + table + end + tail


@pytest.mark.parametrize("tail", [b"", ZIP])
async def test_a_document_is_a_drawing_of_its_pages_and_nothing_else(tail: bytes) -> None:
    """Author, title, script, attached file and link are gone; every page is there."""
    cleaned = await clean(pdf(3, tail=tail), kind="document")
    for word in ("anary", "Canary", "JavaScript", "EmbeddedFile", "URI", "Annot"):
        for written in (word.encode(), word.encode("utf-16-be")):
            assert written not in cleaned
    assert len(pypdfium2.PdfDocument(cleaned)) == 3


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 canary", ZIP, EXE, pdf(cleaning.MOST_PAGES + 1), pdf()[:300]], ids=len
)
async def test_what_is_no_document_is_refused(data: bytes) -> None:
    """What is no PDF, a broken one, or one of too many pages is not kept."""
    with pytest.raises(Refused):
        await clean(data, kind="document")
