"""A clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import Clock


class StoppedClock(Clock):
    """Time passes only by ``advance``."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._now

    def advance(self, seconds: float = 0.0, **more: float) -> datetime:
        """Move the clock; return where it stands now."""
        self._now += timedelta(seconds=seconds, **more)
        self._moved.set()
        self._moved = asyncio.Event()
        return self._now

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until ``event`` is set, or the clock was moved by ``seconds``."""
        until = self._now + timedelta(seconds=seconds)
        while not event.is_set() and self._now < until:
            moved, came = (asyncio.ensure_future(one.wait()) for one in (self._moved, event))
            await asyncio.wait((moved, came), return_when=asyncio.FIRST_COMPLETED)
            moved.cancel()
            came.cancel()
        return event.is_set()
