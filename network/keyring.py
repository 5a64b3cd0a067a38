"""The key ring: the keys of one installation, in a file outside the database, and how they change.

Data keys change under load: a new one seals, the old ones still open until nothing is sealed under
them. The index key changes offline; what cannot be indexed anew is still found by the former one for
a while. Every change is a new ring, saved in one durable step.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from network.errors import NetworkError

KEY_BYTES = 32
KEY_IDS = range(1, 256)
TOMBSTONES = "tombstones.person"


class UnsafeKeyFile(NetworkError):
    """The key file can be read by others. Give it mode 0600 (chmod 600) and start again."""


class BrokenKeyFile(NetworkError):
    """The key file is not a key ring of this program. Restore it from its copy."""


class HalfRotated(NetworkError):
    """A change of the index key was interrupted. Run `jisr rotate-key --index` again; it ends what was begun."""


class FullRing(NetworkError):
    """The key ring has no free key id left. Retire the old keys: `jisr rotate-key --retire`."""


@dataclass(frozen=True)
class Former:
    """An index key that was replaced, kept until an instant for what could not be indexed anew."""

    index: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class KeyRing:
    """The keys of one installation.

    ``data`` maps key ids (1 to 255) to 32-byte data keys; ``current`` seals (since ``since``, None:
    since the beginning), all of them open, and ``coming`` is the one that will seal after the next
    rotation, added early so that every machine has it. ``index`` is the 32-byte root of the
    per-field index keys, ``coming_index`` its successor while it is being changed, ``former`` those
    before. ``tombstones`` are the keys of earlier tombstones: they tell only who was erased, and stay.
    """

    data: dict[int, bytes] = field(repr=False)
    current: int
    index: bytes = field(repr=False)
    since: datetime | None = None
    coming: int | None = None
    coming_index: bytes | None = field(default=None, repr=False)
    former: tuple[Former, ...] = ()
    tombstones: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def fresh(cls) -> KeyRing:
        """Return a new ring with one data key."""
        return cls(data={1: _new_key()}, current=1, index=_new_key())

    @classmethod
    def load(cls, path: Path, *, half_rotated: bool = False) -> KeyRing:
        """Read the ring at ``path``; raise UnsafeKeyFile, BrokenKeyFile or (unless expected) HalfRotated."""
        if path.stat().st_mode & 0o077:
            raise UnsafeKeyFile
        try:
            ring = _read(json.loads(path.read_text("ascii")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenKeyFile from error
        if ring.coming_index and not half_rotated:
            raise HalfRotated
        return ring

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """Read the ring at ``path``, or make one there, mode 0600, on the first start.

        Of several processes that start first at once all read the ring of the quickest: what one of
        them sealed under another ring could never be opened again.
        """
        if not path.exists():
            draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            _write(cls.fresh(), draft)
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Write the ring to ``path`` in one durable step (a temporary file, then a rename)."""
        draft = path.with_name(path.name + ".new")
        _write(self, draft)
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @property
    def old(self) -> list[int]:
        """The ids of the data keys that only open what is not sealed anew yet."""
        return sorted(set(self.data) - {self.current, self.coming})

    def prepared(self) -> KeyRing:
        """Return the ring with the data key that will seal after the next rotation; raise FullRing."""
        if self.coming is not None:
            return self
        free = [key_id for key_id in (*KEY_IDS[self.current :], *KEY_IDS) if key_id not in self.data]
        if not free:
            raise FullRing
        return replace(self, data={**self.data, free[0]: _new_key()}, coming=free[0])

    def rotated(self, now: datetime) -> KeyRing:
        """Return the ring whose coming data key seals from ``now`` on."""
        ring = self.prepared()
        return replace(ring, current=ring.coming or ring.current, coming=None, since=now)

    def retired(self, now: datetime) -> KeyRing:
        """Return the ring without the old data keys, and without the index keys whose time is over."""
        data = {key_id: key for key_id, key in self.data.items() if key_id not in self.old}
        return replace(self, data=data, former=tuple(one for one in self.former if one.until > now))

    def reindexing(self) -> KeyRing:
        """Return the ring while its index key is being changed."""
        return self if self.coming_index else replace(self, coming_index=_new_key())

    def reindexed(self, until: datetime) -> KeyRing:
        """Return the ring with its new index key; the one before is kept until an instant."""
        return replace(
            self,
            index=self.coming_index or self.index,
            coming_index=None,
            former=(Former(self.index, until), *self.former),
            tombstones=(field_key(self.index, TOMBSTONES), *self.tombstones),
        )


def field_key(root: bytes, field: str) -> bytes:
    """Return the key that indexes one field under an index key."""
    return hmac.digest(root, b"jisr index|" + field.encode(), "sha256")


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _read(raw: dict[str, Any]) -> KeyRing:
    """Return the ring that was written as ``raw``; raise ValueError or KeyError when it is none."""
    since, coming, coming_index = raw.get("since"), raw.get("coming"), raw.get("coming_index")
    ring = KeyRing(
        data={int(key_id): _key(key) for key_id, key in raw["data"].items()},
        current=int(raw["current"]),
        index=_key(raw["index"]),
        since=datetime.fromisoformat(since) if since else None,
        coming=int(coming) if coming else None,
        coming_index=_key(coming_index) if coming_index else None,
        former=tuple(Former(_key(one["index"]), datetime.fromisoformat(one["until"])) for one in raw.get("former", ())),
        tombstones=tuple(_key(one) for one in raw.get("tombstones", ())),
    )
    if not {ring.current, ring.coming or ring.current} <= set(ring.data) <= set(KEY_IDS):
        raise ValueError("a key is named and not there")
    return ring


def _write(ring: KeyRing, path: Path) -> None:
    """Write a ring to a new file, closed to others, and have the disk keep it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(_written(ring), file)
        file.flush()
        os.fsync(file.fileno())


def _written(ring: KeyRing) -> dict[str, Any]:
    return {
        "current": ring.current,
        "data": {str(key_id): _text(key) for key_id, key in ring.data.items()},
        "index": _text(ring.index),
        "since": ring.since.isoformat() if ring.since else None,
        "coming": ring.coming,
        "coming_index": _text(ring.coming_index) if ring.coming_index else None,
        "former": [{"index": _text(one.index), "until": one.until.isoformat()} for one in ring.former],
        "tombstones": [_text(one) for one in ring.tombstones],
    }


def _key(text: str) -> bytes:
    key = base64.b64decode(text)
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return key


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
