"""The providers of the fleet test: they deliver until they are acknowledged, take what is sent, and keep account."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.bot.fake_channel import delivery, headers

ANSWER_S = 0.03
AHEAD = 60  # messages that are delivered before the answers to those before have come
FETCHED = 25
LAST = 30  # messages that are kept for those who take in and had none
NOTICE = "notice"  # begins what is no answer


@dataclass
class FleetProvider:
    """Telegram by polling and WhatsApp by webhook, to whichever of the ``ports`` answers."""

    polled: list[dict[str, Any]]
    hooked: list[dict[str, Any]]
    ports: list[int]  # of those that take in
    chance: Random
    arrivals: list[tuple[float, str, str, str]] = field(default_factory=list)  # instant, channel, tracker, text
    trackers: Counter[str] = field(default_factory=Counter)
    taken: Counter[int] = field(default_factory=Counter)  # deliveries, by port
    sent: Counter[int] = field(default_factory=Counter)  # messages, by pid
    alive: set[int] = field(default_factory=set)  # pids
    fetching: Counter[int] = field(default_factory=Counter)  # by pid
    together: int = 0  # fetches while another live process fetched
    answered: int = 0
    confirmed: int = 0
    acknowledged: int = 0
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def is_ahead(self) -> bool:
        """Whether too many messages wait for their answers to deliver more."""
        return self.acknowledged + self.confirmed >= self.answered + AHEAD

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call of the program: a fetch, or a message."""
        asked = json.loads(await reader.readuntil())
        answer = await (self._fetch(asked) if "fetch" in asked else self._take(asked))
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()

    async def push(self, client: httpx.AsyncClient) -> None:
        """Deliver the hooked ones in small batches, each until it is acknowledged, and some once more."""
        while self.hooked:
            size = self.chance.randint(1, 5)
            batch, self.hooked[:size] = self.hooked[:size], []
            async with self.moved:
                await self.moved.wait_for(lambda: not self.is_ahead)
            body = delivery(batch)
            for _ in range(1 + (self.chance.random() < 0.1)):
                while not await self._post(client, body):
                    await asyncio.sleep(0.01)
            self.acknowledged += len(batch)

    async def reached(self, many: int) -> None:
        """Wait until so many different messages arrived."""
        async with self.moved:
            await self.moved.wait_for(lambda: len(self.trackers) >= many)

    def most(self, channel: str, seconds: float) -> int:
        """Return how many messages of a channel arrived in the fullest span of so many seconds."""
        times = [at for at, name, _, _ in self.arrivals if name == channel]
        first, most = 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    async def _take(self, asked: dict[str, Any]) -> str:
        self.arrivals.append((time.monotonic(), asked["channel"], asked["tracker"], asked["text"]))
        self.trackers[asked["tracker"]] += 1
        self.sent[asked["pid"]] += 1
        self.answered += not asked["text"].startswith(NOTICE) and self.trackers[asked["tracker"]] == 1
        async with self.moved:
            self.moved.notify_all()
        await asyncio.sleep(ANSWER_S)
        return f"ref-{len(self.arrivals)}"

    async def _fetch(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        pid = asked["pid"]
        self.together += any(self.fetching[other] for other in self.alive - {pid})
        self.fetching[pid] += 1
        self.confirmed = max(self.confirmed, min(asked["fetch"], len(self.polled)))
        ahead = self.is_ahead
        if ahead or self.confirmed == len(self.polled):
            await asyncio.sleep(0.1)  # nothing to say: a long poll
        self.fetching[pid] -= 1
        if ahead:
            return []
        return self.polled[self.confirmed : self.confirmed + self.chance.randint(1, FETCHED)]

    def _door(self) -> int:
        """Return where to deliver to: the last ones to whoever has come late and took none yet."""
        idle = [port for port in self.ports if not self.taken[port]] if len(self.hooked) < LAST else []
        return self.chance.choice(idle or self.ports)

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> bool:
        port = self._door()
        url = f"http://127.0.0.1:{port}/whatsapp/main"
        try:
            answer = await client.post(url, content=body, headers=headers(body))
        except httpx.HTTPError:
            return False
        self.taken[port] += answer.status_code == 200
        return answer.status_code == 200
