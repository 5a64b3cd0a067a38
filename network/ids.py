"""Row ids are made by the program, so that a sealed value can be bound to its row."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, String, cast, func

if TYPE_CHECKING:
    from network.store import Tx


def new_id() -> str:
    """Return a fresh random id: 32 lower-case hexadecimal characters (128 bits).

    Random rather than ordered by time: an id that leaks says nothing of when a person came.
    """
    return secrets.token_hex(16)


def random_id(tx: Tx) -> ColumnElement[str]:
    """Return the expression for a fresh random id of each row, as ``new_id`` makes it, where many are made at once."""
    if tx.is_sqlite:
        return func.lower(func.hex(func.randomblob(16)))
    return func.replace(cast(func.gen_random_uuid(), String), "-", "")
