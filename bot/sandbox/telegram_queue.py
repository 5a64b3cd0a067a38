"""The updates of a bot: taken by long polling, or posted to its webhook."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.alarm import Alarm
from bot.sandbox.delivery import Delivery, Wrapping
from bot.sandbox.faults import Faults
from bot.sandbox.telegram_checks import RefusedError

KEPT = timedelta(hours=24)  # updates that nobody took expire
LONGEST_POLL_S = 50


class Queue:
    """Updates in order. A higher ``offset`` confirms everything below it.

    https://core.telegram.org/bots/api#getupdates
    """

    def __init__(self, alarm: Alarm, faults: Faults) -> None:
        self._alarm = alarm
        self._waiting: deque[tuple[datetime, dict[str, Any]]] = deque()
        self._next = 1
        self._came = asyncio.Event()
        self.polls = 0  # how many polls were begun
        self._closed = False
        self.begun = asyncio.Event()  # somebody polls, or did
        self.secret = ""
        self.webhook = Delivery("telegram", alarm, faults, Wrapping(1, _body, self._headers))

    def _headers(self, _body: bytes) -> dict[str, str]:
        return {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}

    def put(self, update: Mapping[str, Any]) -> None:
        """Give an update its number, and queue it."""
        numbered = {"update_id": self._next, **update}
        self._next += 1
        if self.webhook.url:
            self.webhook.put(numbered)
        else:
            self._waiting.append((self._alarm.clock.now(), numbered))
            self.wake()

    def wake(self) -> None:
        """Let those who poll look again."""
        self._came.set()
        self._came = asyncio.Event()

    def close(self) -> None:
        """End every poll."""
        self._closed = True
        self.wake()

    @property
    def pending(self) -> int:
        """How many updates nobody took yet."""
        return len(self._waiting) + len(self.webhook.waiting)

    async def poll(self, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Answer getUpdates; a second poller ends the first with 409."""
        if self.webhook.url:
            raise RefusedError("Conflict: can't use getUpdates method while webhook is active", 409)
        self.polls += 1
        self.begun.set()
        me = self.polls
        offset, limit = int(fields.get("offset") or 0), min(int(fields.get("limit") or 100), 100)
        self.wake()
        try:
            async with asyncio.timeout(min(float(fields.get("timeout") or 0), LONGEST_POLL_S)):
                while not (found := self._from(offset, limit)) and not self._closed:
                    await self._came.wait()
                    if me != self.polls:
                        raise RefusedError("Conflict: terminated by other getUpdates request", 409)
        except TimeoutError:
            return []
        return found

    def _from(self, offset: int, limit: int) -> list[dict[str, Any]]:
        oldest = self._alarm.clock.now() - KEPT
        if offset < 0:
            offset = self._next + offset
        while self._waiting and (self._waiting[0][1]["update_id"] < offset or self._waiting[0][0] < oldest):
            self._waiting.popleft()
        return [update for _, update in list(self._waiting)[:limit]]

    def hook(self, url: str, secret: str) -> None:
        """Post from now on (or, with no address, let the updates be polled)."""
        self.secret = secret
        self.webhook.url = url
        if url:
            while self._waiting:
                self.webhook.put(self._waiting.popleft()[1])
        else:
            now = self._alarm.clock.now()
            self._waiting.extend((now, dict(update)) for update in self.webhook.waiting)
            self.webhook.waiting.clear()
        self.webhook.look()

    def drop(self) -> None:
        """Forget what nobody took."""
        self._waiting.clear()
        self.webhook.waiting.clear()


def _body(batch: Any) -> bytes:
    return json.dumps(batch[0], ensure_ascii=False).encode()
