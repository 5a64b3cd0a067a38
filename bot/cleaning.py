"""Cleaning: what a member sent is decoded and written anew, so that nothing comes along unseen.

It is done by a process of its own (``python -m bot.cleaning KIND``), which gets the bytes, no keys
and no settings, and little time and memory: a file made to break a decoder breaks only that.
"""

from __future__ import annotations

import asyncio
import io
import resource
import sys
from typing import TYPE_CHECKING, Any

from bot import ogg

if TYPE_CHECKING:
    from PIL.Image import Image

VOICE, PICTURE, DOCUMENT = "voice", "picture", "document"  # as ``network.files`` has them, which is not imported here
SECONDS = 20  # of the processor; and as many more on the wall
MEMORY = 640 * 1024 * 1024  # bytes
MOST_PIXELS = 50_000_000  # of the picture as it came
LONGEST_SIDE = 2048  # pixels, of the picture as it is kept
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
MIMES = {VOICE: "audio/ogg", PICTURE: "image/jpeg", DOCUMENT: "application/pdf"}  # as they are kept
MOST_PAGES = 30
DPI = 120  # of a page as it is drawn
PAGE_SIDE = 2000  # pixels of the longer side of a page, at most


class Refused(Exception):
    """The file is not what it should be."""


async def clean(data: bytes, *, kind: str) -> bytes:
    """Return a voice message, a picture or a document as it is kept, of the type ``MIMES`` says; raise Refused."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-I", "-m", "bot.cleaning", kind)
    child = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(2 * SECONDS):
            cleaned, _errors = await child.communicate(data)
    except TimeoutError as error:
        raise Refused from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not cleaned:
        raise Refused
    return cleaned


def picture(data: bytes) -> bytes:
    """Return a picture as a plain JPEG of its pixels, upright, at most ``LONGEST_SIDE``; raise Refused."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only the process that cleans needs it

    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at a fraction of its size
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")  # without what the file said beside its pixels
    plain.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def document(data: bytes) -> bytes:
    """Return a PDF with a drawing of each page and nothing else: no author, no script, no link; raise Refused."""
    import pypdfium2  # noqa: PLC0415 - only the process that cleans needs it

    if not data.startswith(b"%PDF-"):
        raise Refused
    opened = pypdfium2.PdfDocument(data)
    if not 0 < len(opened) <= MOST_PAGES:
        raise Refused
    first, *rest = (_drawn(page) for page in opened)
    written = io.BytesIO()
    first.save(written, "PDF", save_all=True, append_images=rest, resolution=DPI, quality=QUALITY)
    return written.getvalue()


def _drawn(page: Any) -> Image:
    """Return the picture of a page (a ``pypdfium2.PdfPage``)."""
    scale = min(DPI / 72, PAGE_SIDE / max(page.get_size()))  # a point is the 72nd part of an inch
    drawn: Image = page.render(scale=scale).to_pil()
    return drawn.convert("RGB")


CLEANERS = {PICTURE: picture, VOICE: ogg.only_voice, DOCUMENT: document}


def main(kind: str) -> None:
    """Clean standard input into standard output, within narrow limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(CLEANERS[kind](sys.stdin.buffer.read()))


if __name__ == "__main__":
    main(sys.argv[1])
