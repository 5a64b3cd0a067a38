"""Read ahead: what a batch of messages begins with, read for all of them at once.

Three statements for a batch rather than three for each message. What was read ahead is used once,
and by nobody after anything was written that it could have shown: then the store is asked again.
What holds for everybody is read once, under the same rule; nothing of it outlives its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable


class Ahead:
    """The rows read ahead in one transaction, by what they are of and whose they are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Sequence[Any]] = {}
        self._common: dict[Executable, Sequence[Any]] = {}

    def keep(self, what: str, keys: Iterable[str], rows: Mapping[str, Sequence[Any]]) -> None:
        """Keep the rows of each of ``keys``; a key without rows has none in the store either."""
        self._found |= {(what, key): rows.get(key, ()) for key in keys}

    def take(self, what: str, key: str) -> Sequence[Any] | None:
        """Return the rows of ``key``, once; None when they must be read from the store."""
        return self._found.pop((what, key), None)

    def share(self, query: Executable, rows: Sequence[Any]) -> Sequence[Any]:
        """Keep what a query finds that holds for everybody, for all who ask, and return it."""
        self._common[query] = rows
        return rows

    def shared(self, query: Executable) -> Sequence[Any] | None:
        """Return what ``query`` finds for everybody; None when they must be read from the store."""
        return self._common.get(query)

    def forget(self) -> None:
        """Use nothing of it any more."""
        self._found.clear()
        self._common.clear()
