"""The program that the crash test of broadcasts kills: the real parts, around a provider that answers late."""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass
from pathlib import Path

from bot import logs
from bot.app import App, build
from bot.channels import Sent
from bot.envelopes import RANK
from bot.settings import Settings
from handlers.messages import Outgoing, Urgency, write
from network import addresses, audiences, contents, mailings
from network.audiences import Audience
from tests.bot.echo_desk import EchoDesk
from tests.bot.fake_channel import FakeChannel
from tests.network.people import enrolled

LATE_S = 0.04  # until an answer, at most


@dataclass
class LateChannel(FakeChannel):
    """A channel that writes down every call that it took, and answers a moment later."""

    sent: Path = Path()

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Take a call: it is written down in one system call, which no kill cuts."""
        with open(self.sent, "a", buffering=1) as file:  # noqa: ASYNC230, PTH123 - a test may block
            file.write(f"{external} {tracker}\n")
        await asyncio.sleep(random.uniform(0, LATE_S))
        return Sent(f"ref-{tracker}")


async def open_app(home: Path, port: int) -> App:
    """Put the program together in a folder."""
    channel = LateChannel(name="whatsapp", sent=home / "sent")
    return await build(Settings(home=home, port=port), channels={("whatsapp", "main"): channel}, desk=EchoDesk())


async def queue(home: Path, port: int, people: int) -> None:
    """Make members, and queue a broadcast to all of them."""
    app = await open_app(home, port)
    async with app.store.transaction(app.clock.now()) as tx:
        for number in range(people):
            met = await addresses.meet(tx, channel="whatsapp", account="main", external=str(number))
            person = await enrolled(tx, quiet_from="", quiet_until="")
            await addresses.set_person(tx, person=met.person, to=person)
        await mailings.send(
            tx,
            mailing="m",
            people=audiences.query(Audience()),
            contents={"fr": await contents.keep(tx, write(Outgoing("Rencontre mardi.")))},
            fallback="fr",
            urgency=RANK[Urgency.BROADCAST],
        )
    await app.close()


def main(home: Path, port: int) -> None:
    """Run until killed, or until the file ``stop`` appears."""
    asyncio.run(_main(home, port))


async def _main(home: Path, port: int) -> None:
    stream = open(os.devnull, "w")  # noqa: ASYNC230, PTH123, SIM115 - open as long as the process is
    logs.set_up(level="ERROR", stream=stream)
    app = await open_app(home, port)
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(stop))
    while not (home / "stop").exists() and not running.done():
        await asyncio.sleep(0.02)
    stop.set()
    await running
    await app.close()
