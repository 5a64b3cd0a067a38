"""Copies: everything of an installation in one sealed file, whatever its database.

A line says what it is, a second (JSON) which copy, made when, for how long, at which revision and under
which keys. Chunks follow: 4 bytes of length, then sealed bytes, each bound to its header, its place and
whether it is the last, so that none can be changed, moved, left out or cut off. Within, compressed:
one JSON value a line. The key ring is never in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from network.errors import NetworkError
from network.ids import new_id
from network.sealing import Sealer, Unsealable

KEEP = timedelta(days=30)
MAGIC = b"JISR COPY 1\n"
CHUNK_BYTES = 1 << 20
HEADER_BYTES = 4096  # at most
FIELD = "copy.chunk"
RING = "copy.ring"


class NotACopy(NetworkError):
    """The file is not a copy made by `jisr backup`."""


class DamagedCopy(NetworkError):
    """The copy is cut short or was changed. Use another one."""


class WrongKeys(NetworkError):
    """The key ring does not open this copy: it is another one, or the key of the copy was retired."""


@dataclass(frozen=True)
class Header:
    """What a copy says of itself in clear. ``index`` tells which index key the copy is under."""

    id: str
    made_at: str
    expires_at: str
    revision: str
    index: str

    @classmethod
    def fresh(cls, sealer: Sealer, now: datetime, revision: str) -> Header:
        """Return the header of a copy made now."""
        made = new_id()
        return cls(made, now.isoformat(), (now + KEEP).isoformat(), revision, sealer.index(RING, made))

    @property
    def expires(self) -> datetime:
        """When what it holds should be forgotten."""
        return datetime.fromisoformat(self.expires_at)


class Writer:
    """Writes a copy to a file, value by value; ``end`` makes it whole."""

    def __init__(self, file: IO[bytes], sealer: Sealer, header: Header) -> None:
        self._file, self._sealer = file, sealer
        line = json.dumps(asdict(header)).encode() + b"\n"
        self._bound = hashlib.sha256(line).hexdigest()
        self._number = 0
        self._squeeze = zlib.compressobj(1)
        self._waiting = bytearray()
        file.write(MAGIC + line)

    def add(self, value: dict[str, Any]) -> None:
        """Write one value: JSON, and bytes and instants within."""
        self._waiting += self._squeeze.compress(json.dumps(value, default=_plain).encode() + b"\n")
        while len(self._waiting) > CHUNK_BYTES:
            self._chunk(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def end(self) -> None:
        """Write what waits, and that it is the end."""
        self._chunk(bytes(self._waiting) + self._squeeze.flush(), last=True)

    def _chunk(self, data: bytes, *, last: bool) -> None:
        sealed = self._sealer.seal_bytes(FIELD, _place(self._bound, self._number, last=last), data)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class Reader:
    """Reads a copy from a file; ``header`` at once, the values in their order."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        line = file.readline(HEADER_BYTES) if file.read(len(MAGIC)) == MAGIC else b""
        try:
            self.header = Header(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise NotACopy from error
        self._bound = hashlib.sha256(line).hexdigest()

    def values(self, sealer: Sealer) -> Iterator[dict[str, Any]]:
        """Return every value; raise WrongKeys or DamagedCopy."""
        stretch, rest = zlib.decompressobj(), b""
        for chunk in self._chunks(sealer):
            *lines, rest = (rest + stretch.decompress(chunk)).split(b"\n")
            for line in lines:
                yield json.loads(line, object_hook=_rich)

    def _chunks(self, sealer: Sealer) -> Iterator[bytes]:
        number, last = 0, False
        while not last:
            sealed = self._file.read(int.from_bytes(self._file.read(4), "big"))
            opened = self._open(sealer, number, sealed)
            last, data = opened
            yield data
            number += 1
        if self._file.read(1):
            raise DamagedCopy

    def _open(self, sealer: Sealer, number: int, sealed: bytes) -> tuple[bool, bytes]:
        for last in (False, True):
            try:
                return last, sealer.open_bytes(FIELD, _place(self._bound, number, last=last), sealed)
            except Unsealable:
                pass
        raise DamagedCopy if number else WrongKeys


def _place(bound: str, number: int, *, last: bool) -> str:
    return f"{bound}|{number}|{'end' if last else 'more'}"


def _plain(value: object) -> dict[str, str]:
    """Write what JSON cannot hold."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    raise TypeError(type(value).__name__)


def _rich(value: dict[str, Any]) -> Any:
    """Read what ``_plain`` wrote."""
    if len(value) != 1:
        return value
    ((kind, text),) = value.items()
    read = _READ.get(kind)
    return read(text) if read else value


_READ: dict[str, Any] = {
    "$bytes": base64.b64decode,
    "$instant": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
}
