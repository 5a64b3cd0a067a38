"""A Bot API that takes every message at once, and a feeder of updates: the load, outside what is measured."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

SECRET = "benchmark-secret"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
TOKEN = "123456:benchmark"
ME = {"id": 123456, "is_bot": True, "first_name": "Jisr", "username": "jisr_benchmark_bot"}


class Script:
    """What each of some people writes: ``opening`` once, then ``loop`` over and over."""

    def __init__(self, people: Sequence[int], opening: Sequence[str], loop: Sequence[str]) -> None:
        self._free = deque(people)
        self._opening, self._loop = opening, loop
        self._said: dict[int, int] = {}

    def take(self) -> tuple[int, str]:
        """Return somebody who waits for nothing, and what they write now."""
        person = self._free.popleft()
        at = self._said.get(person, 0)
        self._said[person] = at + 1
        lines = len(self._opening)
        return person, self._opening[at] if at < lines else self._loop[(at - lines) % len(self._loop)]

    def give_back(self, person: int) -> None:
        """Let somebody who was answered write again, after all others."""
        self._free.append(person)


@dataclass
class Provider:
    """Counts the messages that the program sends, and how long each answer took (seconds)."""

    url: str = ""
    sent: int = 0
    waits: list[float] = field(default_factory=list)
    _asked: dict[int, float] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def start(self) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application()
        app.router.add_route("*", f"/bot{TOKEN}/{{method}}", self._call)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if method == "getMe":
            return web.json_response({"ok": True, "result": ME})
        if method != "sendMessage":
            return web.json_response({"ok": True, "result": True})
        form = await (request.json() if request.content_type == "application/json" else request.post())
        chat = int(form["chat_id"])
        self.sent += 1
        asked = self._asked.pop(chat, None)
        if asked is not None:
            self.waits.append(time.perf_counter() - asked)
        self._arrived.set()
        message = {"message_id": next(self._ids), "date": 0, "chat": {"id": chat, "type": "private"}, "text": "ok"}
        return web.json_response({"ok": True, "result": message})

    async def feed(self, target: str, script: Script, *, first: int, count: int, in_flight: int) -> None:
        """Post ``count`` updates of different senders and return once all are answered."""
        aim = self.sent + count
        numbers = iter(range(first, first + count))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
            await asyncio.gather(*(self._feeder(session, target, numbers, script) for _ in range(in_flight)))
            async with asyncio.timeout(120):
                while self.sent < aim:
                    self._arrived.clear()
                    await self._arrived.wait()

    async def _feeder(
        self, session: aiohttp.ClientSession, target: str, numbers: Iterator[int], script: Script
    ) -> None:
        for number in numbers:
            person, text = script.take()
            self._asked[person] = time.perf_counter()
            async with session.post(target, data=update(number, person, text), headers=HEADERS) as answer:
                assert answer.status == 200, answer.status
            async with asyncio.timeout(60):
                while person in self._asked:
                    self._arrived.clear()
                    await self._arrived.wait()
            script.give_back(person)


def update(number: int, person: int, text: str) -> str:
    """Return the update that a text message makes."""
    sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": "fr"}
    message = {
        "message_id": number,
        "from": sender,
        "chat": {"id": person, "type": "private", "first_name": "P"},
        "date": int(time.time()),
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message})
