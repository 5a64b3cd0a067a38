"""Both providers and the phones, on one loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.sandbox.alarm import Alarm, Now
from bot.sandbox.faults import Faults
from bot.sandbox.phones import App, Line, Phone
from bot.sandbox.recorder import Recorder
from bot.sandbox.serving import Serving
from bot.sandbox.shelf import Shelf
from bot.sandbox.telegram_api import TelegramApi
from bot.sandbox.whatsapp_api import WhatsAppApi
from bot.sandbox.whatsapp_business import Account
from bot.sandbox.whatsapp_checks import Template

TOKEN = "6000000001:AAsandboxsandboxsandboxsandboxsand"  # noqa: S105 - of the stand-in
ACCOUNT = Account(
    token="sandbox-token",  # noqa: S106 - of the stand-in
    phone_id="106540352242922",
    app_secret="sandbox-app-secret",  # noqa: S106
    verify_token="sandbox-verify-token",  # noqa: S106
)

OPENER = Template(
    {
        "en": "Jisr. Messages waiting for you: {{1}}. Reply with any word to read them.",
        "fr": "Jisr. Messages en attente : {{1}}. Répondez par un mot pour les lire.",
        "ar": "جسر. عدد الرسائل التي بانتظاركم: {{1}}. أجيبوا بأي كلمة لقراءتها.",
    }
)


class StandIns:
    """Telegram, WhatsApp, and the people's phones. ``async with`` serves them."""

    def __init__(self, clock: Now, *, port: int = 0, keep: int | None = None) -> None:
        self.clock = clock
        self.alarm = Alarm(clock)
        self.recorder = Recorder(keep)
        self.faults = Faults()
        self.shelf = Shelf(clock)
        self.telegram = TelegramApi(self.shelf, self.alarm, self.recorder, self.faults, token=TOKEN)
        self.whatsapp = WhatsAppApi(self.shelf, self.alarm, self.recorder, self.faults, account=ACCOUNT)
        self.web = Starlette(routes=[*self.telegram.routes(), *self.whatsapp.routes()])
        self.serving = Serving(self.web, port)
        self.whatsapp.sends.templates["jisr_waiting"] = OPENER
        self.whatsapp.url = self.serving.url
        self._tasks: list[asyncio.Task[None]] = []

    def serve_also(self, routes: Sequence[BaseRoute]) -> None:
        """Serve the page of phones too."""
        self.web.router.routes.extend(routes)

    @property
    def url(self) -> str:
        """The base address of both APIs (scheme, host, port)."""
        return self.serving.url

    def phone(self, *, app: App, country: str, language: str, name: str = "", **more: Any) -> Phone:
        """Add a phone."""
        line: Line = self.telegram if app == "telegram" else self.whatsapp
        return self.shelf.add(line, app=app, country=country, language=language, name=name, **more)

    async def __aenter__(self) -> Self:
        await self.serving.start()
        self._tasks = [asyncio.create_task(api.run()) for api in (self.telegram, self.whatsapp)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self.telegram.queue.close()
        self.shelf.tell_all("bye")
        await self.serving.close()
