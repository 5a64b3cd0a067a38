"""Ogg: a voice message taken apart and put together again with nothing in it but the voice.

The container is RFC 3533, Opus in it RFC 7845. Only the first stream is kept, its tags are written
empty, and whatever stands after it or beside it is left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

MARK, HEAD, TAGS = b"OggS", b"OpusHead", b"OpusTags"
NO_TAGS = TAGS + struct.pack("<II", 0, 0)  # no vendor, no comments
FIRST, FULL = 0x02, 255  # the flag of a first page; the length of a segment after which a packet goes on
HEAD_BYTES = 19  # of OpusHead for one or two channels
CHANNELS = (1, 2)
_HEADER = struct.Struct("<4sBBqIIIB")
_CRC_AT = slice(22, 26)
_BITS_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class NotOgg(Exception):
    """The bytes are not a whole Opus stream in an Ogg container."""


@dataclass(frozen=True)
class Page:
    """One page: its flags, its time (granule), its stream, the lengths of its segments, and its bytes."""

    flags: int
    granule: int
    serial: int
    lacing: bytes
    payload: bytes

    def written(self, number: int) -> bytes:
        """Return its bytes as page ``number`` of its stream."""
        fields = (MARK, 0, self.flags, self.granule, self.serial, number, 0, len(self.lacing))
        page = bytearray(_HEADER.pack(*fields) + self.lacing + self.payload)
        page[_CRC_AT] = struct.pack("<I", checksum(page))
        return bytes(page)


def only_voice(data: bytes) -> bytes:
    """Return an Ogg Opus file with its sound alone; raise NotOgg."""
    pages = list(_pages(data))
    if not pages or not pages[0].flags & FIRST or not _is_head(pages[0].payload):
        raise NotOgg
    mine = [page for page in pages[1:] if page.serial == pages[0].serial]
    sound = mine[_tags_end(mine) :]
    if not any(page.payload for page in sound):
        raise NotOgg
    head = _page(pages[0], FIRST, pages[0].payload[:HEAD_BYTES])
    kept = [head, _page(head, 0, NO_TAGS), *(replace(page, flags=page.flags & ~FIRST) for page in sound)]
    return b"".join(page.written(number) for number, page in enumerate(kept))


def checksum(page: bytes | bytearray) -> int:
    """Return the CRC of a page whose own field is zero: polynomial 04c11db7, no inversion (RFC 3533, section 6).

    zlib counts with the bits of each byte, and of the result, turned round.
    """
    turned = ~zlib.crc32(bytes(page).translate(_BITS_TURNED), 0xFFFFFFFF) & 0xFFFFFFFF
    return int(f"{turned:032b}"[::-1], 2)


def _pages(data: bytes) -> Iterator[Page]:
    """Yield the pages up to the first byte that belongs to none; raise NotOgg for one that is broken."""
    at = 0
    while data[at : at + len(MARK)] == MARK:
        if len(data) < at + _HEADER.size:
            return
        _mark, version, flags, granule, serial, _number, crc, segments = _HEADER.unpack_from(data, at)
        lacing = data[at + _HEADER.size : at + _HEADER.size + segments]
        begin = at + _HEADER.size + segments
        end = begin + sum(lacing)
        page = bytearray(data[at:end])
        page[_CRC_AT] = bytes(4)
        if version or end > len(data) or checksum(page) != crc:
            raise NotOgg
        yield Page(flags, granule, serial, lacing, data[begin:end])
        at = end


def _is_head(payload: bytes) -> bool:
    """Whether it is the head of an Opus stream of one or two channels, version 1."""
    return payload[:8] == HEAD and len(payload) >= HEAD_BYTES and payload[8] == 1 and payload[9] in CHANNELS


def _tags_end(pages: list[Page]) -> int:
    """Return how many pages hold the tags; raise NotOgg when there are none."""
    if not pages or not pages[0].payload.startswith(TAGS):
        raise NotOgg
    for number, page in enumerate(pages, start=1):
        if page.lacing and page.lacing[-1] < FULL:
            return number
    raise NotOgg


def _page(like: Page, flags: int, packet: bytes) -> Page:
    """Return a page of the same stream that holds one short packet."""
    return Page(flags, 0, like.serial, bytes([len(packet)]), packet)
