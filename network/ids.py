"""Row ids are made by the program, so that a sealed value can be bound to its row."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """Return a fresh random id: 32 lower-case hexadecimal characters (128 bits).

    Random rather than ordered by time: an id that leaks says nothing of when a person came.
    """
    return secrets.token_hex(16)
