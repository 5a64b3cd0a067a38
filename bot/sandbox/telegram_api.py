"""A stand-in for the Telegram Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
import math
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import telegram_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.bubbles import Attachment, Bubble, Tap
from bot.sandbox.dropped import Dropped
from bot.sandbox.faults import CALLS, Fault, FaultKind, Faults
from bot.sandbox.forms import Form, read
from bot.sandbox.phones import Phone
from bot.sandbox.rates import Bucket
from bot.sandbox.recorder import Call, Recorder
from bot.sandbox.shelf import Shelf
from bot.sandbox.telegram_checks import RefusedError
from bot.sandbox.telegram_methods import Method, Methods
from bot.sandbox.telegram_queue import Queue
from bot.sandbox.telegram_rooms import Room

SENDS = frozenset({"send", "edit", "dele"})  # how the names of methods begin that act on a chat


class TelegramApi:
    """One bot at Telegram, and the phones that talk with it."""

    def __init__(self, shelf: Shelf, alarm: Alarm, recorder: Recorder, faults: Faults, *, token: str) -> None:
        self.token = token
        self._alarm, self._recorder, self._faults = alarm, recorder, faults
        self.queue = Queue(alarm, faults)
        self.methods = Methods(shelf, alarm, self.queue)
        # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this ("short bursts" are let pass)
        self._chat, self._group, self._bot = Bucket(1, 3), Bucket(3, 20), Bucket(1 / 30, 30)
        self._presses = 0

    def routes(self) -> list[Route]:
        """Return the HTTP routes."""
        return [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._download),
        ]

    async def run(self) -> None:
        """Deliver to the webhook for ever."""
        await self.queue.webhook.run()

    async def _call(self, request: Request) -> Response:
        name = request.path_params["method"]
        try:
            form = await read(request)
        except ValueError:
            form = Form()
        sends = name[:4].casefold() in SENDS
        fault = self._faults.strike("telegram", name, CALLS, sends=sends)
        status, answer = await self._answer(request.path_params["token"], name, form, fault)
        self._record(name, form, status, answer, fault)
        if fault and fault.kind is FaultKind.LOST:
            return Dropped()
        if fault and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        return JSONResponse(answer, status)

    def _record(self, name: str, form: Form, status: int, answer: Any, fault: Fault | None) -> None:
        now = self._alarm.clock.now()
        to = str(form.fields.get("chat_id", ""))
        self._recorder.add(
            Call("telegram", name, form.fields, status, answer, now, to, fault.kind.value if fault else "")
        )

    async def _answer(self, token: str, name: str, form: Form, fault: Fault | None) -> tuple[int, dict[str, Any]]:
        try:
            method = self._method(token, name)
            _misfortune(fault)
            self._pace(name, str(form.fields.get("chat_id", "")))
            return 200, {"ok": True, "result": await method(form)}
        except RefusedError as refusal:
            answer = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            return refusal.status, answer | ({"parameters": refusal.parameters} if refusal.parameters else {})

    def _method(self, token: str, name: str) -> Method:
        if token != self.token:
            raise RefusedError("Unauthorized", 401)
        method = self.methods.named(name)
        if method is None:
            raise RefusedError("Not Found", 404)
        return method

    def _pace(self, name: str, chat: str) -> None:
        """Refuse what comes too fast: 30/s in all, and new messages 1/s for a chat, 20/min for a group."""
        now = self._alarm.clock.now()
        if name[:4].casefold() not in {"send", "edit"}:
            return
        wait = self._bot.wait("", now)
        if not wait and name.casefold() != "sendchataction" and name[:4].casefold() == "send":
            wait = (self._group if chat.startswith("-") else self._chat).wait(chat, now)
        if wait:
            raise _too_many(wait)

    async def _download(self, request: Request) -> Response:
        file = self.methods.files.get(request.path_params["path"].rpartition("/")[2])
        if request.path_params["token"] != self.token or file is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return Response(file.data, media_type="application/octet-stream")

    def open_room(self, title: str) -> Room:
        """Make a group chat, in which the bot is not yet."""
        return self.methods.open_room(title, self.queue)

    def text(self, phone: Phone, text: str, *, quoting: str = "") -> Bubble:
        """Carry a typed message to the bot."""
        return self._say(phone, Bubble(self.methods.next_id(), mine=True, at=self._now(), text=text, quoted=quoting))

    def attach(self, phone: Phone, attachment: Attachment, caption: str = "") -> Bubble:
        """Carry a file to the bot."""
        file = self.methods.keep(attachment)
        return self._say(
            phone, Bubble(self.methods.next_id(), mine=True, at=self._now(), text=caption, attachment=file)
        )

    def tap(self, phone: Phone, bubble: Bubble, tap: Tap) -> None:
        """Carry a press to the bot."""
        self._presses += 1
        query = f"{self._presses:019d}"
        self.methods.queries[query] = self._now()
        self.queue.put(updates.pressed(phone, bubble, tap, query))

    def edit(self, phone: Phone, bubble: Bubble, text: str) -> None:
        """Carry a changed message to the bot."""
        bubble.text, bubble.edited = text, True
        phone.changed()
        self.queue.put({"edited_message": updates.message(phone, bubble)})

    def block(self, phone: Phone, *, blocked: bool) -> None:
        """Tell the bot that it was blocked, or let in again."""
        phone.blocked = blocked
        phone.changed()
        self.queue.put(updates.blocked(phone, self._now(), is_blocked=blocked))

    def _say(self, phone: Phone, bubble: Bubble) -> Bubble:
        phone.started = True
        bubble.state = "read"
        phone.show(bubble)
        self.queue.put({"message": updates.message(phone, bubble)})
        return bubble

    def _now(self) -> datetime:
        return self._alarm.clock.now()


def _misfortune(fault: Fault | None) -> None:
    if fault and fault.kind is FaultKind.RATE:
        raise _too_many(fault.seconds)
    if fault and fault.kind is FaultKind.SERVER:
        raise RefusedError("Internal Server Error", 500)


def _too_many(seconds: float) -> RefusedError:
    wait = max(1, math.ceil(seconds))
    return RefusedError(f"Too Many Requests: retry after {wait}", 429, retry_after=wait)
