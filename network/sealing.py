"""Sealing: encryption of identifiers and private text, and the keyed index that finds them.

A sealed value is ``format byte | key id byte | 12-byte nonce | ciphertext and tag`` under
AES-256-GCM-SIV (RFC 8452), so a repeated nonce does not reveal a key. The associated data is
``table.column | row id | key id``: a value moved to another row or column does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from network.errors import NetworkError
from network.keyring import TOMBSTONES, BrokenKeyFile, HalfRotated, KeyRing, UnsafeKeyFile, field_key

__all__ = ["BrokenKeyFile", "HalfRotated", "KeyRing", "Sealer", "UnsafeKeyFile", "Unsealable"]

FORMAT = 1
NONCE_BYTES = 12
INDEX_BYTES = 16
LOOK_EVERY = timedelta(seconds=1)
_Stamp = tuple[int, int, int]


class Unsealable(NetworkError):
    """A sealed value was altered, moved to another row, or sealed under a key that is gone."""


@dataclass(frozen=True)
class _Keys:
    """What one ring gives, swapped as one when the ring changes: threads seal too."""

    current: int
    ciphers: dict[int, AESGCMSIV]


class Sealer:
    """Seals, opens and indexes values with one key ring.

    A *field* is ``table.column``, such as ``addresses.external``. One made by ``following`` takes
    the ring anew when its file changed: a second later at most, and when it meets a key that it does not know.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._path: Path | None = None
        self._stamp: _Stamp | None = None
        self._looked = datetime.min.replace(tzinfo=UTC)
        self._take(ring)

    @classmethod
    def following(cls, path: Path) -> Sealer:
        """Return a sealer with the ring at ``path``, made there on the first start."""
        sealer = cls(KeyRing.load_or_create(path))
        sealer._path, sealer._stamp = path, _stamp(path)
        return sealer

    @property
    def current(self) -> int:
        """The id of the key that seals."""
        return self._keys.current

    def follow(self, now: datetime) -> None:
        """Look at the file of the ring, at most once a second, so that a new key seals within that time.

        A file that cannot be read, because it is just being copied there, changes nothing: the keys
        that are known stay, and the next second looks again.
        """
        if self._path is not None and not self._looked <= now < self._looked + LOOK_EVERY:
            self._looked = now
            with suppress(OSError, NetworkError):
                self.refresh()

    def refresh(self) -> bool:
        """Take the ring anew if its file changed; return whether it did. Raise what ``KeyRing.load`` raises."""
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return False
        self._take(KeyRing.load(self._path))
        self._stamp = stamp
        return True

    def seal(self, field: str, row: str, text: str) -> bytes:
        """Return ``text`` sealed for ``field`` of the row with id ``row``."""
        return self.seal_bytes(field, row, text.encode())

    def open(self, field: str, row: str, sealed: bytes) -> str:
        """Return the text that was sealed for this field and row; raise Unsealable."""
        try:
            return self.open_bytes(field, row, sealed).decode()
        except UnicodeDecodeError as error:
            raise Unsealable from error

    def seal_bytes(self, field: str, row: str, value: bytes) -> bytes:
        """Return ``value`` sealed for ``field`` of the row (or file) with id ``row``."""
        keys = self._keys
        key_id = keys.current
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = keys.ciphers[key_id].encrypt(nonce, value, _bound(field, row, key_id))
        return bytes((FORMAT, key_id)) + nonce + body

    def open_bytes(self, field: str, row: str, sealed: bytes) -> bytes:
        """Return what was sealed for this field and row; raise Unsealable."""
        try:
            form, key_id = sealed[0], sealed[1]
            nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
            if form != FORMAT:
                raise Unsealable
            cipher = self._keys.ciphers.get(key_id) or self._met(key_id)
            return cipher.decrypt(nonce, body, _bound(field, row, key_id))
        except (InvalidTag, KeyError, IndexError, ValueError, OSError) as error:
            raise Unsealable from error

    def seal_json(self, field: str, row: str, value: object) -> bytes:
        """Seal a JSON value, written compactly."""
        return self.seal(field, row, json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, field: str, row: str, sealed: bytes) -> Any:
        """Open what ``seal_json`` sealed."""
        return json.loads(self.open(field, row, sealed))

    def index(self, field: str, value: str) -> str:
        """Return the keyed index of ``value``: 32 hexadecimal characters (HMAC-SHA-256, cut).

        One key for each field. Give the channel in the field where values of several
        channels could meet: ``addresses.external:whatsapp``.
        """
        key = self._index_keys.get(field)
        if key is None:
            key = field_key(self._root, field)
            self._index_keys[field] = key
        return _indexed(key, value)

    @property
    def has_former(self) -> bool:
        """Whether an index key was replaced not long ago."""
        return bool(self._former)

    def former(self, field: str, value: str) -> list[str]:
        """Return the indexes of ``value`` under the keys that were replaced not long ago: usually none."""
        return [_indexed(field_key(root, field), value) for root in self._former]

    def indexes(self, field: str, value: str) -> list[str]:
        """Return every index by which ``value`` may be kept, the present one first."""
        return [self.index(field, value), *self.former(field, value)]

    def tombstones(self, person: str) -> list[str]:
        """Return every index by which the erasure of a person may be remembered, the present one first."""
        return [self.index(TOMBSTONES, person), *(_indexed(key, person) for key in self._tombstones)]

    def _take(self, ring: KeyRing) -> None:
        self._keys = _Keys(ring.current, {key_id: AESGCMSIV(key) for key_id, key in ring.data.items()})
        self._root = ring.index
        self._former = [one.index for one in ring.former]
        self._tombstones = ring.tombstones
        self._index_keys: dict[str, bytes] = {}

    def _met(self, key_id: int) -> AESGCMSIV:
        """Return the cipher of a key that came after this sealer; raise KeyError."""
        self.refresh()
        return self._keys.ciphers[key_id]


def _indexed(key: bytes, value: str) -> str:
    return hmac.digest(key, value.encode(), hashlib.sha256)[:INDEX_BYTES].hex()


def _stamp(path: Path) -> _Stamp:
    """Return what changes when the file is replaced."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _bound(field: str, row: str, key_id: int) -> bytes:
    return f"{field}|{row}|{key_id}".encode()
