"""The clock: the only place where the program reads the time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clock, and waiting by it."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until ``event`` is set, at most ``seconds``; return whether it is set."""
        if seconds > 0 and not event.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await event.wait()
        return event.is_set()

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        await self.wait(asyncio.Event(), seconds)


class SandboxClock(Clock):
    """The machine's clock, which can be moved forward; those who wait by it notice.

    It begins at ``begins``, the present instant where none is given, and runs on as the machine's does.
    """

    def __init__(self, begins: datetime | None = None) -> None:
        self._ahead = timedelta() if begins is None else begins - super().now()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the present instant, by how far the clock was moved."""
        return super().now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock forward by ``seconds``."""
        self._ahead += timedelta(seconds=seconds)
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed by this clock."""
        until = self.now() + timedelta(seconds=seconds)
        while not event.is_set() and (left := (until - self.now()).total_seconds()) > 0:
            moved = asyncio.create_task(self._moved.wait())
            came = asyncio.create_task(event.wait())
            try:
                await asyncio.wait((moved, came), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                moved.cancel()
                came.cancel()
        return event.is_set()
