"""Read ahead: what a batch of messages begins with, read for all of them at once.

Three statements for a batch rather than three for each message. What was read ahead is used once,
and by nobody after anything was written that it could have shown: then the store is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class Ahead:
    """The rows read ahead in one transaction, by what they are of and whose they are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Sequence[Any]] = {}

    def keep(self, what: str, keys: Iterable[str], rows: Mapping[str, Sequence[Any]]) -> None:
        """Keep the rows of each of ``keys``; a key without rows has none in the store either."""
        self._found |= {(what, key): rows.get(key, ()) for key in keys}

    def take(self, what: str, key: str) -> Sequence[Any] | None:
        """Return the rows of ``key``, once; None when they must be read from the store."""
        return self._found.pop((what, key), None)

    def forget(self) -> None:
        """Use nothing of it any more."""
        self._found.clear()
