"""Presence: who uses the store at the moment. Some work is done only when nobody else does.

Processes that use the store are present together; work that needs it alone refuses while anybody is
there, and nobody comes in while it goes on. On SQLite it is a lock on a file beside the
database, on PostgreSQL an advisory lock; both end with the process that holds them, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from network.errors import NetworkError

LOCK = 0x4A49_0003  # our name among PostgreSQL's advisory locks for being present


class InUse(NetworkError):
    """Another process uses this installation. Stop it first, then run the command again."""


class Closed(NetworkError):
    """This installation is closed for a while: its keys are changed, or a copy is restored. Try again later."""


@asynccontextmanager
async def present(engine: AsyncEngine) -> AsyncIterator[None]:
    """Use the store beside others; raise Closed while somebody works on it alone."""
    async with _locked(engine, alone=False) as held:
        if not held:
            raise Closed
        yield


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """Use the store alone; raise InUse when somebody is present."""
    async with _locked(engine, alone=True) as held:
        if not held:
            raise InUse
        yield


@asynccontextmanager
async def _locked(engine: AsyncEngine, *, alone: bool) -> AsyncIterator[bool]:
    if engine.dialect.name != "sqlite":
        connection = await engine.connect()
        try:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            lock = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
            yield bool((await bare.execute(text(f"SELECT {lock}({LOCK})"))).scalar())
        finally:
            with suppress(SQLAlchemyError, OSError):  # the server may be gone, and the lock with it
                await connection.invalidate()
            await connection.close()
        return
    handle = os.open(f"{engine.url.database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _try_file(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _try_file(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
