"""Turns: what only one process of an installation does at a time, such as polling an account."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from network.store import Store

LOCKS = 0x4A4A  # our space of PostgreSQL's advisory locks for turns


class Turn:
    """One process's wish to be the one that does ``what``.

    On PostgreSQL it is an advisory lock of a connection of its own, and so ends with its process.
    SQLite has one process.
    """

    def __init__(self, store: Store, what: str) -> None:
        self._store = store
        self._what = what
        self._connection: AsyncConnection | None = None

    async def is_ours(self) -> bool:
        """Whether it is this process's turn: taken if it is free, and looked at again if we had it.

        Raises what the store raises when it cannot be reached; the turn is then lost.
        """
        if self._store.is_sqlite:
            return True
        try:
            if self._connection is None:
                opened = await self._store.engine.connect()
                self._connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
            return bool((await self._connection.execute(_TAKE, {"what": self._what})).scalar())
        except BaseException:
            await self.leave()
            raise

    async def leave(self) -> None:
        """Let another process have the turn."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, OSError):
                await connection.invalidate()
                await connection.close()


# Taking a lock again that the connection has is granted, and shows that the connection lives.
_TAKE = text(f"SELECT pg_try_advisory_lock({LOCKS}, hashtext(:what))")
