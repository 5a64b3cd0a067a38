"""Small real files for the phones to send: a voice note, a picture, a document."""

from __future__ import annotations

import struct
import zlib

from bot.sandbox.bubbles import Attachment

SILENCE = b"\xf8\xff\xfe"  # one Opus frame of 20 ms (RFC 6716)
FRAMES_PER_S = 50
PIER, ROAD, WATER = 0.2, 0.5, 0.72  # of the picture


def voice(seconds: int = 4) -> Attachment:
    """Return a silent voice note, Ogg with Opus (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"Jisr" + struct.pack("<I", 0)
    frames = [SILENCE] * (seconds * FRAMES_PER_S)
    pages = [_page([head], 0, 0, flags=2), _page([tags], 1, 0)]
    for place in range(0, len(frames), 200):
        part = frames[place : place + 200]
        end = place + len(part)
        pages.append(_page(part, len(pages), end * 960, flags=4 if end == len(frames) else 0))
    return Attachment("", "voice", "voice.ogg", "audio/ogg; codecs=opus", b"".join(pages), seconds)


def _page(packets: list[bytes], place: int, granule: int, flags: int = 0) -> bytes:
    """Return one Ogg page (RFC 3533) of packets below 255 bytes."""
    lacing = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, place, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1
        crc &= 0xFFFFFFFF
    return crc


def picture(width: int = 320, height: int = 200) -> Attachment:
    """Return a PNG: a bridge of two piers over water, at dusk."""
    rows = b"".join(b"\0" + b"".join(bytes(_pixel(x / width, y / height)) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return Attachment("", "picture", "bridge.png", "image/png", data)


def _pixel(x: float, y: float) -> tuple[int, int, int]:
    """Return a colour for a place between 0 and 1, from the left and from the top."""
    from_middle = abs((x % 0.5) - 0.25)  # of an arch; 0.25 at a pier
    arch = 0.56 + 6 * from_middle**3 if from_middle < PIER else 1
    if ROAD < y < min(0.8, arch):
        return 60, 44, 52
    if y > WATER:
        return 40 + int(60 * y), 96, 112
    return 250 - int(40 * y), 190 - int(60 * y), 120 + int(40 * y)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def document(name: str = "note.pdf") -> Attachment:
    """Return a PDF of one empty page."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    return Attachment("", "document", name, "application/pdf", body)
