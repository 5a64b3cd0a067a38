"""Sealing: encryption of identifiers and private text, and the keyed index that finds them.

A sealed value is ``format byte | key id byte | 12-byte nonce | ciphertext and tag`` under
AES-256-GCM-SIV (RFC 8452), so a repeated nonce does not reveal a key. The associated data is
``table.column | row id | key id``: a value moved to another row or column does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from network.errors import NetworkError

FORMAT = 1
NONCE_BYTES = 12
INDEX_BYTES = 16
KEY_BYTES = 32


class Unsealable(NetworkError):
    """A sealed value was altered, moved to another row, or sealed under a key that is gone."""


class UnsafeKeyFile(NetworkError):
    """The key file can be read by others. Give it mode 0600 (chmod 600) and start again."""


class BrokenKeyFile(NetworkError):
    """The key file is not a key ring of this program. Restore it from its copy."""


@dataclass(frozen=True)
class KeyRing:
    """The keys of one installation, kept in a file outside the database.

    ``data`` maps key ids (1 to 255) to 32-byte data keys; ``current`` seals, all of them open.
    ``index`` is the 32-byte root of the per-field index keys.
    """

    data: dict[int, bytes] = field(repr=False)
    current: int
    index: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> KeyRing:
        """Return a new ring with one data key."""
        return cls(data={1: secrets.token_bytes(KEY_BYTES)}, current=1, index=secrets.token_bytes(KEY_BYTES))

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the ring at ``path``; raise UnsafeKeyFile or BrokenKeyFile."""
        if path.stat().st_mode & 0o077:
            raise UnsafeKeyFile
        try:
            raw: dict[str, Any] = json.loads(path.read_text("ascii"))
            data = {int(key_id): base64.b64decode(key) for key_id, key in raw["data"].items()}
            ring = cls(data=data, current=int(raw["current"]), index=base64.b64decode(raw["index"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenKeyFile from error
        if ring.current not in ring.data or any(len(key) != KEY_BYTES for key in (ring.index, *ring.data.values())):
            raise BrokenKeyFile
        return ring

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """Read the ring at ``path``, or make one there, mode 0600, on the first start."""
        if path.exists():
            return cls.load(path)
        ring = cls.fresh()
        ring.save(path)
        return ring

    def save(self, path: Path) -> None:
        """Write the ring to ``path`` in one durable step (a temporary file, then a rename)."""
        raw = {
            "current": self.current,
            "data": {str(key_id): base64.b64encode(key).decode() for key_id, key in self.data.items()},
            "index": base64.b64encode(self.index).decode(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(raw, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


class Sealer:
    """Seals, opens and indexes values with one key ring.

    A *field* is ``table.column``, such as ``addresses.external``.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._current = ring.current
        self._ciphers = {key_id: AESGCMSIV(key) for key_id, key in ring.data.items()}
        self._root = ring.index
        self._index_keys: dict[str, bytes] = {}

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
        key_id = self._current
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._ciphers[key_id].encrypt(nonce, value, _bound(field, row, key_id))
        return bytes((FORMAT, key_id)) + nonce + body

    def open_bytes(self, field: str, row: str, sealed: bytes) -> bytes:
        """Return what was sealed for this field and row; raise Unsealable."""
        try:
            form, key_id = sealed[0], sealed[1]
            nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
            if form != FORMAT:
                raise Unsealable
            return self._ciphers[key_id].decrypt(nonce, body, _bound(field, row, key_id))
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
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
            key = hmac.digest(self._root, b"jisr index|" + field.encode(), "sha256")
            self._index_keys[field] = key
        return hmac.digest(key, value.encode(), hashlib.sha256)[:INDEX_BYTES].hex()


def _bound(field: str, row: str, key_id: int) -> bytes:
    return f"{field}|{row}|{key_id}".encode()
