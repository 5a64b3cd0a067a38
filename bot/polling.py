"""Polling: updates fetched from Telegram, confirmed only once they are durable (D1).

A higher offset confirms everything below it (https://core.telegram.org/bots/api#getupdates), so
the offset moves only after the commit.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol, TypeVar

from bot import logs
from bot.channels import Channel, RawItem, SendError
from bot.clock import Clock
from bot.ingress import Ingress
from network.turns import Turn

LONG_POLL_S = 25
TURN_S = 1.0  # between two looks whether nobody else polls
BACK_OFF_S = 1.0  # doubled with each failure
BACK_OFF_AT_MOST_S = 30.0

_T = TypeVar("_T")

log = logs.logger(__name__)


class Polled(Channel, Protocol):
    """A channel whose deliveries are fetched."""

    async def raw_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109
        """Return updates from ``offset`` on, waiting up to ``timeout`` seconds; confirms those before."""
        ...

    async def drop_webhook(self) -> None:
        """Have updates kept for polling."""
        ...


class Poller:
    """Fetches the updates of one account, while it is this process's ``turn`` to do so."""

    def __init__(
        self, channel: Polled, ingress: Ingress, clock: Clock, *, turn: Turn, long_poll_s: int = LONG_POLL_S
    ) -> None:
        self._channel = channel
        self._turn = turn
        self._ingress = ingress
        self._clock = clock
        self._long_poll_s = long_poll_s
        self._offset: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch until ``stop`` is set."""
        try:
            await self._run(stop)
        finally:
            await self._turn.leave()

    async def _run(self, stop: asyncio.Event) -> None:
        failures = 0
        prepared = False
        while not stop.is_set():
            try:
                if not await self._turn.is_ours():
                    await self._clock.wait(stop, TURN_S)
                    continue
                if not prepared:
                    await self._channel.drop_webhook()
                    prepared = True
                if await _unless(stop, self._channel.raw_updates(self._offset, self._long_poll_s), self.take):
                    failures = 0
            except Exception as error:  # noqa: BLE001 - the poller outlives every fault; the same updates come again
                failures += 1
                code = error.code if isinstance(error, SendError) else type(error).__name__
                log.warning("poll_failed", channel=self._channel.name, account=self._channel.account, code=code)
                await self._clock.wait(stop, wait_s(error, failures))

    async def take(self, updates: Sequence[dict[str, Any]]) -> None:
        """Make updates durable, then let the next fetch confirm them; raise NotStored."""
        items = [item for update in updates for item in self._split(update)]
        await self._ingress.accept(self._channel, items)
        if updates:
            self._offset = max(int(update["update_id"]) for update in updates) + 1

    def _split(self, update: dict[str, Any]) -> list[RawItem]:
        """Cut an update; one that cannot be understood goes to quarantine, and blocks nothing."""
        try:
            return self._channel.split(update)
        except ValueError:
            return [RawItem(key=str(update["update_id"]), person="", body=json.dumps(update))]


def wait_s(error: Exception, failures: int) -> float:
    """Return the seconds to wait after ``failures`` failures in a row."""
    if isinstance(error, SendError) and error.retry_after_s is not None:
        return error.retry_after_s
    return min(BACK_OFF_AT_MOST_S, BACK_OFF_S * 2.0 ** (failures - 1))


async def _unless(stop: asyncio.Event, work: Awaitable[_T], then: Any) -> bool:
    """Await ``work`` and give its result to ``then``, unless ``stop`` is set first; return whether it was not."""
    fetching = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((fetching, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not fetching.done():
            return False
        await then(fetching.result())
        return True
    finally:
        stopping.cancel()
        if not fetching.done():
            fetching.cancel()
            await asyncio.wait((fetching,))
