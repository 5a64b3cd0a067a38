"""One courier sends a broadcast; it prints its pace. No rate of the provider holds it back.

With ``bare`` its client sends as many by itself, as many at once: from no outbox, and nothing is marked.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, cast

import certifi

from benchmarks.program import FIRST, crowd, free
from bot import logs
from bot.app import freeze
from bot.channels import Channel
from bot.clock import Clock
from bot.courier import IN_FLIGHT, Courier
from bot.envelopes import RANK
from handlers.messages import Outgoing, Urgency, write
from network import audiences, contents, mailings, migrations, outbox
from network.audiences import Audience
from network.sealing import KeyRing, Sealer
from network.store import Store, Tx, open_engine

COUNT = 4_000
TEXT = "Bonjour. Une pratique attend votre lecture : les agents rappellent les habitants par la radio."


async def main(name: str, url: str, home: str) -> None:
    """Fill the outbox, and measure until it is empty."""
    logs.set_up(level="WARNING")
    store = Store(open_engine(f"sqlite+aiosqlite:///{home}/jisr.db"), Sealer(KeyRing.fresh()))
    await migrations.upgrade(store.engine)
    clock, channel = Clock(), _channel(name, url)
    courier = Courier(store, clock, {(name, "main"): channel})
    cast("Any", courier)._limits[name, "main"] = free(channel)  # noqa: SLF001 - lifted for the measurement only
    async with store.transaction(clock.now()) as tx:
        await crowd(tx, range(FIRST, FIRST + COUNT), channel=name)
        await _fill(tx)
    freeze()  # as the program does when it has started
    stop = asyncio.Event()
    begun, used = time.perf_counter(), time.process_time()
    sending = asyncio.create_task(courier.run(stop))
    while await _left(store, clock):  # noqa: ASYNC110 - the courier does not say when nothing is left
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - begun
    print(json.dumps({"a_second": COUNT / seconds, "core": (time.process_time() - used) / seconds}))
    stop.set()
    courier.wake()
    await sending
    await channel.close()
    await store.close()


def _channel(name: str, url: str) -> Channel:
    if name == "telegram":
        from bot.channels.telegram import TelegramChannel  # noqa: PLC0415 - only what is measured is loaded

        return TelegramChannel("main", "123456:benchmark", url, "secret")
    from bot.channels.whatsapp import WhatsAppChannel  # noqa: PLC0415

    return WhatsAppChannel("main", "token", "1234567890", "secret", "verify", url)


async def bare(name: str, url: str) -> None:
    """Measure a loop around the client alone."""
    channel, room = _channel(name, url), asyncio.Semaphore(IN_FLIGHT)

    async def send(number: int) -> None:
        async with room:
            await channel.send(str(number), Outgoing(TEXT), tracker=str(number))

    freeze()
    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send(FIRST + number) for number in range(COUNT)))
    seconds = time.perf_counter() - begun
    print(json.dumps({"a_second": COUNT / seconds, "core": (time.process_time() - used) / seconds}))
    await channel.close()


async def _fill(tx: Tx) -> None:
    made = {"fr": await contents.keep(tx, write(Outgoing(TEXT)))}
    people, urgency = audiences.query(Audience()), RANK[Urgency.BROADCAST]
    await mailings.send(tx, mailing="m", people=people, contents=made, fallback="fr", urgency=urgency, quiet=False)


async def _left(store: Store, clock: Clock) -> int:
    async with store.reading(clock.now()) as tx:
        depths = await outbox.depths(tx)
    return depths["queued"] + depths["sending"]


if __name__ == "__main__":
    trusted = Path(sys.argv[3])
    cast("Any", certifi).where = lambda: str(trusted)  # aiogram trusts nothing else
    asyncio.run(bare(*sys.argv[1:3]) if sys.argv[4] == "bare" else main(sys.argv[1], sys.argv[2], sys.argv[4]))
