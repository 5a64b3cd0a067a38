"""The program that the crash test kills: the real parts, around a fake channel by webhook and one by polling."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import logs
from bot.app import build
from bot.channels import Remedy, SendError, Sent
from bot.settings import Settings
from handlers.messages import Outgoing
from tests.bot.echo_desk import EchoDesk, prepare
from tests.bot.fake_channel import FakeChannel


@dataclass
class RecordedChannel(FakeChannel):
    """A channel that writes down every message it took, as the provider would remember it."""

    sent: Path = Path()

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Take a message: it is written down in one system call, which no kill cuts."""
        with open(self.sent, "a", buffering=1) as file:  # noqa: ASYNC230, PTH123 - a test may block
            file.write(part.text + "\n")
        return Sent("ref")


@dataclass
class PolledChannel(RecordedChannel):
    """A channel whose updates are fetched from the test, over HTTP."""

    source: int = 0  # port

    async def drop_webhook(self) -> None:
        """Do nothing."""

    async def raw_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109
        """Fetch updates, and confirm those below ``offset``."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.source)
            writer.write(f"GET /?offset={offset or 0} HTTP/1.0\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            updates: list[dict[str, Any]] = json.loads(answer.partition(b"\r\n\r\n")[2])
        except (OSError, ValueError) as error:
            raise SendError(Remedy.RETRY, "network") from error
        return updates


def main(home: Path, port: int, source: int) -> None:
    """Run until killed, or until the file ``stop`` appears."""
    asyncio.run(_main(home, port, source))


async def _main(home: Path, port: int, source: int) -> None:
    stream = open(os.devnull, "w")  # noqa: ASYNC230, PTH123, SIM115 - open as long as the process is
    logs.set_up(level="ERROR", stream=stream)
    sent = home / "sent"
    settings = Settings(home=home, port=port, telegram_token="1:polled")
    app = await build(
        settings,
        channels={
            ("telegram", "main"): PolledChannel(name="telegram", sent=sent, source=source),
            ("whatsapp", "main"): RecordedChannel(name="whatsapp", sent=sent),
        },
        desk=EchoDesk(),
    )
    await prepare(app.store)
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(stop))
    while not (home / "stop").exists() and not running.done():
        await asyncio.sleep(0.02)
    stop.set()
    await running
    await app.close()
