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
        self._moved = asyncio.Event()

    def moved(self) -> None:
        """Say that the clock was moved: everyone looks at it again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def until(self, instant: datetime) -> None:
        """Return when the clock reaches ``instant``."""
        while (left := (instant - self.clock.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()
