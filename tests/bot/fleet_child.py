"""One process of the fleet that the fleet test kills: the real parts of a role, around channels of the test."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import logs
from bot.app import Role, build
from bot.channels import NETWORK, Rates, Remedy, SendError, Sent
from bot.settings import Settings
from handlers.messages import Outgoing
from tests.bot.echo_desk import EchoDesk
from tests.bot.fake_channel import FAST, FakeChannel

A_SECOND = 100
RATES = Rates(account=(A_SECOND, 1.0, A_SECOND), chat=FAST.chat)


@dataclass
class WiredChannel(FakeChannel):
    """A channel whose provider is the test, over the wire: it fetches updates there, and sends there."""

    rates: Rates = RATES
    provider: int = 0  # port

    async def drop_webhook(self) -> None:
        """Do nothing."""

    async def raw_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109
        """Fetch updates, and confirm those below ``offset``."""
        updates: list[dict[str, Any]] = await self._ask({"fetch": offset or 0})
        return updates

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Give a message to the provider, and wait for its answer."""
        return Sent(await self._ask({"channel": self.name, "tracker": tracker, "text": part.text}))

    async def _ask(self, what: dict[str, Any]) -> Any:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.provider)
        except OSError as error:
            raise SendError(Remedy.RETRY, NETWORK) from error
        try:
            writer.write(json.dumps({**what, "pid": os.getpid()}).encode() + b"\n")
            return json.loads(await reader.readline())
        except (OSError, ValueError) as error:
            raise SendError(Remedy.RETRY, NETWORK, ambiguous=True) from error
        finally:
            writer.close()


def main(home: Path, role: str, database: str, port: int, provider: int) -> None:
    """Run until killed, or until the file ``stop`` appears."""
    asyncio.run(_main(home, role, database, port, provider))


async def _main(home: Path, role: str, database: str, port: int, provider: int) -> None:
    stream = open(home / "log", "a", buffering=1)  # noqa: ASYNC230, PTH123, SIM115 - open as long as the process is
    logs.set_up(level="WARNING", stream=stream)
    app = await build(
        Settings(home=home, database_url=database, port=port, telegram_token="1:polled"),
        role=Role(role),
        channels={(name, "main"): WiredChannel(name=name, provider=provider) for name in ("telegram", "whatsapp")},
        desk=EchoDesk(),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(stop))
    while not (home / "stop").exists() and not running.done():
        await asyncio.sleep(0.05)
    stop.set()
    await running
    await app.close()
