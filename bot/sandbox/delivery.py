"""Posting updates to the program, in order, again and again until it says 2xx."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.sandbox.alarm import Alarm
from bot.sandbox.faults import DELIVERIES, FaultKind, Faults

Update = Mapping[str, Any]


@dataclass(frozen=True)
class Wrapping:
    """How a provider packs updates into one POST: how many at most, the body, its headers."""

    most: int
    body: Callable[[Sequence[Update]], bytes]
    headers: Callable[[bytes], dict[str, str]]


class Delivery:
    """One webhook. A refused delivery is repeated after ``first`` seconds, doubling to ``longest``.

    Those behind it wait, as with the real ones. Nothing is posted until ``url`` is set, nor while ``held``.
    """

    def __init__(
        self, channel: str, alarm: Alarm, faults: Faults, wrapping: Wrapping, *, first: float = 1, longest: float = 60
    ) -> None:
        self.channel = channel
        self.url = ""
        self.held = False
        self.waiting: deque[Update] = deque()
        self.posted = 0  # POSTs made
        self.taken = 0  # updates answered by 2xx
        self.last_error: tuple[str, datetime] | None = None
        self._alarm, self._faults, self._wrapping = alarm, faults, wrapping
        self._pauses = (first, longest)
        self._something = asyncio.Event()
        self._nothing = asyncio.Event()
        self._nothing.set()

    def put(self, update: Update) -> None:
        """Queue one update."""
        self.waiting.append(update)
        self.look()

    def look(self) -> None:
        """Look again at what is to post: the address was set, or the hold released."""
        self._nothing.clear() if self.waiting else self._nothing.set()
        self._something.set()

    async def drained(self) -> None:
        """Return when everything queued was answered by 2xx."""
        await self._nothing.wait()

    async def run(self) -> None:
        """Post for ever."""
        async with httpx.AsyncClient(timeout=30, trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
            while True:
                await self._something.wait()
                self._something.clear()
                while self.waiting and self.url and not self.held:
                    await self._deliver(client)
                self.look_done()

    def look_done(self) -> None:
        """Tell those who wait for it that nothing is left."""
        if not self.waiting:
            self._nothing.set()

    async def _deliver(self, client: httpx.AsyncClient) -> None:
        batch = [self.waiting[index] for index in range(min(self._wrapping.most, len(self.waiting)))]
        for body in self._bodies(batch):
            await self._insist(client, body)
        for _ in batch:
            self.waiting.popleft()
        self.taken += len(batch)

    def _bodies(self, batch: list[Update]) -> list[bytes]:
        fault = self._faults.strike(self.channel, "webhook", DELIVERIES)
        if fault is None:
            return [self._wrapping.body(batch)]
        if fault.kind is FaultKind.DUPLICATE:
            return [self._wrapping.body(batch)] * 2
        if len(batch) > 1:
            return [self._wrapping.body(list(reversed(batch)))]
        if len(self.waiting) > 1:
            self.waiting[0], self.waiting[1] = self.waiting[1], self.waiting[0]
        return [self._wrapping.body([self.waiting[0]])]

    async def _insist(self, client: httpx.AsyncClient, body: bytes) -> None:
        pause, longest = self._pauses
        while not await self._post(client, body):
            await self._alarm.until(self._alarm.clock.now() + timedelta(seconds=pause))
            pause = min(pause * 2, longest)

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"} | self._wrapping.headers(body)
        self.posted += 1
        try:
            answer = await client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            self.last_error = (type(error).__name__, self._alarm.clock.now())
            return False
        if not answer.is_success:
            self.last_error = (f"Wrong response from the webhook: {answer.status_code}", self._alarm.clock.now())
        return answer.is_success
