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
CONNECTIONS = 40  # of one bot, by default (core.telegram.org/bots/api#setwebhook)
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
    _asked: dict[int, tuple[float, asyncio.Future[None]]] = field(default_factory=dict)
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
        form: Any = await (request.json() if request.content_type == "application/json" else request.post())
        chat = int(form["chat_id"])
        self.sent += 1
        if chat in self._asked:
            asked, answered = self._asked.pop(chat)
            self.waits.append(time.perf_counter() - asked)
            answered.set_result(None)
        message = {
            "message_id": next(self._ids),
            "from": ME,
            "chat": {"id": chat, "type": "private", "first_name": "P"},
            "date": int(time.time()),
            "text": form["text"],
        }
        return web.json_response({"ok": True, "result": message})

    async def feed(self, target: str, script: Script, *, first: int, count: int, in_flight: int) -> None:
        """Let ``in_flight`` people at a time write ``count`` messages; return once all are answered.

        Each writes again when the answer has come, whether the delivery of what they wrote is acknowledged yet or not.
        """
        numbers = iter(range(first, first + count))
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as posts:
            people = (self._person(session, target, numbers, script, posts) for _ in range(in_flight))
            await asyncio.gather(*people)

    async def _person(
        self,
        session: aiohttp.ClientSession,
        target: str,
        numbers: Iterator[int],
        script: Script,
        posts: asyncio.TaskGroup,
    ) -> None:
        for number in numbers:
            person, text = script.take()
            answered = asyncio.get_running_loop().create_future()
            self._asked[person] = time.perf_counter(), answered
            posts.create_task(_post(session, target, update(number, person, text)))
            async with asyncio.timeout(60):
                await answered
            script.give_back(person)


async def _post(session: aiohttp.ClientSession, target: str, body: str) -> None:
    async with session.post(target, data=body, headers=HEADERS) as answer:
        assert answer.status == 200, answer.status


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
