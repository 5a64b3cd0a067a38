"""The whole program between simulated phones, for scenarios: see ``Sandbox``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import httpx
from pydantic import SecretStr

from bot.app import App, build
from bot.clock import SandboxClock
from bot.sandbox.pages import Pages
from bot.sandbox.phones import App as PhoneApp
from bot.sandbox.phones import Phone
from bot.sandbox.recorder import Call
from bot.sandbox.serving import free_port
from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns
from bot.settings import Settings
from network import quiet

TELEGRAM_SECRET = "sandbox-telegram-secret"  # noqa: S105 - of the stand-in
THINKING_S = 2.0  # of the clock, before a person answers
MORNING, EVENING = 9, 17  # UTC hours between which it is day in every country of the network


class Sandbox:
    """The real program and stand-ins for both providers, over real HTTP on free loopback ports.

    ::

        async with Sandbox(tmp_path) as sandbox:
            issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
            await issa.says("Bonjour")                 # type and send
            asked = await issa.hears()                 # the next message of the bot, or Silence
            asked.text, asked.labels                   # what it says, what can be tapped
            await issa.taps("Français")                # by label, by a part of it, or by place from 1
            await issa.hears("réseau")                 # skip to the message that holds this
            await issa.sees("✓ Français")              # anywhere in the chat, edited messages too
            await issa.starts("CODE")                  # a deep link (WhatsApp: the text written in advance)
            await issa.sends(samples.voice())          # a file
            issa.messages, issa.heard                  # the chat as it is shown now
            issa.transcript()                          # the end of it, as text
            await sandbox.passes(hours=25)             # move the clock; deadlines and windows follow
            sandbox.faults.lay(Fault(FaultKind.LOST))  # the next send is done but not answered
            sandbox.recorder.of("sendMessage")         # calls: method, parameters, status, answer, instant
            assert not sandbox.refused()               # every call kept the providers' rules and rates
            sandbox.app.store                          # the network itself

    The clock runs with the machine's, from ``begins`` or from now (at night it begins the next morning), and can be
    moved forward; each act of a person moves it by ``thinking`` seconds, so that a chat is never faster than the
    providers let a bot answer.
    ``telegram`` chooses polling or webhook. Nothing sleeps: ``hears`` and ``sees`` wait for the
    event, at most ``timeout`` real seconds. ``restart()`` ends the program and starts it again on the
    same data; phones and providers go on meanwhile. ``page=True`` serves the page of phones at ``url``, and
    lets the program be reached at an address of its own.
    """

    def __init__(
        self,
        home: Path,
        *,
        telegram: Literal["polling", "webhook"] = "polling",
        thinking: float = THINKING_S,
        page: bool = False,
        port: int = 0,
        begins: datetime | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.clock = SandboxClock(begins)
        self.clock.advance(until_day(self.clock.now()))
        self.standins = StandIns(self.clock, port=port)
        self.shelf, self.recorder, self.faults = self.standins.shelf, self.standins.recorder, self.standins.faults
        self.settings = _settings(home, self.standins.url, telegram, (_site() if page else {}) | dict(more or {}))
        self.app: App
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        if thinking:
            self.shelf.before_act = lambda: self.advance(thinking)
        if page:
            self.standins.serve_also(Pages(self.standins, self.advance).routes())

    @property
    def url(self) -> str:
        """Where the stand-ins, and the page of phones, are served."""
        return self.standins.url

    def phone(self, *, app: PhoneApp, country: str, language: str, name: str = "", **more: Any) -> Phone:
        """Add a phone. ``shows_number=False`` hides a WhatsApp number; ``number="..."`` chooses it."""
        return self.standins.phone(app=app, country=country, language=language, name=name, **more)

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.clock.advance(seconds)
        self.standins.alarm.moved()
        self.shelf.tell_all("clock")

    async def passes(self, **span: float) -> None:
        """Let time pass: ``hours=25``, ``days=2``, or any part of a timedelta."""
        self.advance(timedelta(**span).total_seconds())
        await asyncio.sleep(0)

    def refused(self) -> list[Call]:
        """Return the calls that the providers refused by their own rules (faults laid on do not count)."""
        return self.recorder.refused()

    async def start_app(self) -> None:
        """Build and run the program; return when it takes messages."""
        self._stop = asyncio.Event()
        self.app = await build(self.settings, self.clock)
        self._running = asyncio.create_task(self.app.run(self._stop))
        started = asyncio.create_task(self.app.started.wait())
        await asyncio.wait((started, self._running), return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._running.done():
            self._running.result()
        await self._hook()

    async def stop_app(self) -> None:
        """End the program in order; what is said meanwhile waits at the providers."""
        self.standins.whatsapp.webhook.url = ""
        self._stop.set()
        if self._running is not None:
            await self._running
            await self.app.close()
        self._running = None

    async def restart(self) -> None:
        """End the program and start it again on the same data."""
        await self.stop_app()
        await self.start_app()

    async def _hook(self) -> None:
        """Set the webhooks as a steward would: WhatsApp proves first that the address is ours."""
        base = f"http://127.0.0.1:{self.app.port}"
        challenge = {"hub.mode": "subscribe", "hub.verify_token": ACCOUNT.verify_token, "hub.challenge": "4242"}
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
            answer = await client.get(f"{base}/whatsapp/main", params=challenge)
            answer.raise_for_status()
        webhook = self.standins.whatsapp.webhook
        webhook.url = f"{base}/whatsapp/main"
        webhook.look()
        if self.settings.telegram_mode == "webhook":
            self.standins.telegram.queue.hook(f"{base}/telegram/main", TELEGRAM_SECRET)

    async def __aenter__(self) -> Self:
        await self.standins.__aenter__()
        try:
            await self.start_app()
        except BaseException:
            await self.standins.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.stop_app()
        finally:
            await self.standins.__aexit__()


def until_day(now: datetime) -> float:
    """Return the seconds until nobody's quiet hours run: at night it would be the next morning, 9:00 UTC.

    What is shown or proved must not depend on the hour at which it is started.
    """
    day = now
    if not MORNING <= day.hour < EVENING:
        day = day.replace(hour=MORNING, minute=0, second=0) + timedelta(days=day.hour >= EVENING)
    if day.weekday() == quiet.FRIDAY:
        day = day.replace(hour=MORNING, minute=0, second=0) + timedelta(days=1)
    return (day - now).total_seconds()


def _site() -> dict[str, Any]:
    """Return where the program itself is reached: what it serves can then be opened, such as a private calendar."""
    with free_port() as unused:
        port = unused.getsockname()[1]
    return {"port": port, "public_url": f"http://127.0.0.1:{port}"}


def _settings(home: Path, url: str, mode: Literal["polling", "webhook"], more: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {
        "home": home,
        "database_url": "",
        "config": None,
        "key_file": None,
        "telegram_token": SecretStr(TOKEN),
        "telegram_api_url": url,
        "telegram_secret": SecretStr(TELEGRAM_SECRET),
        "telegram_mode": mode,
        "whatsapp_token": SecretStr(ACCOUNT.token),
        "whatsapp_phone_id": ACCOUNT.phone_id,
        "whatsapp_app_secret": SecretStr(ACCOUNT.app_secret),
        "whatsapp_verify_token": SecretStr(ACCOUNT.verify_token),
        "whatsapp_api_url": url,
        "host": "127.0.0.1",
        "port": 0,
        "log_level": "WARNING",
    }
    return Settings(**(values | more))
