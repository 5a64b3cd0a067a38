"""Waiting for an instant on a clock that can be moved forward."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Protocol


class Now(Protocol):
    """Any clock that says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware."""
        ...


class Alarm:
    """Wakes those who wait for an instant, also when the clock is moved past it."""

    def __init__(self, clock: Now) -> None:
        self.clock = clock
        self._waiting = 0
        self._moved, self._asked, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def moved(self) -> None:
        """Say that the clock was moved: everyone looks at it again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def asked(self) -> None:
        """Return when somebody waits."""
        await self._asked.wait()

    async def woken(self) -> None:
        """Return when nobody waits."""
        await self._idle.wait()

    async def until(self, instant: datetime) -> None:
        """Return when the clock reaches ``instant``."""
        self._count(1)
        try:
            while (left := (instant - self.clock.now()).total_seconds()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._moved.wait()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._waiting += change
        some, none = (self._asked, self._idle) if self._waiting else (self._idle, self._asked)
        some.set()
        none.clear()
