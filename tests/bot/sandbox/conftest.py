"""The stand-ins on a clock that only moves by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.standins import StandIns


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the instant that the hand shows."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the hand."""
        self._now += timedelta(seconds=seconds)


class Desk(StandIns):
    """The stand-ins, with a way to let time pass."""

    clock: HandClock

    def passes(self, seconds: float) -> None:
        """Let time pass, and let those who wait notice."""
        self.clock.advance(seconds)
        self.alarm.moved()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """The stand-ins, served."""
    async with Desk(HandClock()) as desk:
        yield desk
