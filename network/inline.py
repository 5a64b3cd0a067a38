"""aiosqlite without a thread hop for each statement.

aiosqlite hands every call to a thread and waits for its answer: 15 hops for one message, most of
its cost. A statement in WAL mode takes microseconds and waits for nobody, so it runs where it
is called. What may wait keeps the thread: BEGIN IMMEDIATE (another process may hold the file), COMMIT
and PRAGMA (the disk), opening and closing. Measured in docs/decisions/0006 and 0007.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosqlite import Connection

CALLS_THAT_WAIT = frozenset({"close", "commit"})
WORDS_THAT_WAIT = ("BEGIN IMMEDIATE", "PRAGMA")
CHUNK_ROWS = 64


class InlineConnection(Connection):
    """An aiosqlite connection that runs statements inline, one caller at a time."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None or not self._running or _may_wait(fn, args):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)


def connect(database: str | Path, **options: Any) -> InlineConnection:
    """Return a connection to await, as ``aiosqlite.connect`` does; ``options`` are those of ``sqlite3.connect``."""
    options["check_same_thread"] = False  # one connection serves one transaction at a time

    def opened() -> sqlite3.Connection:
        raw: sqlite3.Connection = sqlite3.connect(database, **options)
        return raw

    connection = InlineConnection(opened, CHUNK_ROWS)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy's dialect does with its own
    return connection


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a call may wait: for the disk or for another process. Closing a cursor does not."""
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, sqlite3.Connection) and fn.__name__ in CALLS_THAT_WAIT:
        return True
    return bool(args) and isinstance(args[0], str) and args[0].startswith(WORDS_THAT_WAIT)
