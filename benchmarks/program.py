"""The program as it runs, but for its rates: so many members, no limit on what it sends."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import sys
from typing import Any, cast

from bot import logs
from bot.app import build
from bot.limits import limits
from bot.settings import Settings
from network import addresses, members
from network.members import State
from network.store import Tx

FREE = (1_000_000, 1.0, 1_000_000)


async def main(people: int) -> None:
    """Serve until stopped."""
    logs.set_up(level="WARNING")
    app = await build(Settings())
    for key, channel in app.channels.items():
        free = dataclasses.replace(channel.rates, account=FREE, chat=FREE)
        cast("Any", channel).rates = free
        cast("Any", app.courier)._limits[key] = limits(free)  # noqa: SLF001 - lifted for the measurement only
    async with app.store.transaction(app.clock.now()) as tx:
        for number in range(people):
            await _member(tx, str(1_000_000 + number))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.run(stop)
    await app.close()


async def _member(tx: Tx, external: str) -> None:
    address = await addresses.meet(tx, channel="telegram", account="main", external=external, language="fr")
    await members.enrol(tx, person=address.person, language="fr", consent_version="1")
    await members.change(
        tx, person=address.person, side="civil", country="NE", service="association", name=f"Member {external}"
    )
    await members.set_state(tx, person=address.person, state=State.ACTIVE)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
