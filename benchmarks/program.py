"""The program as it runs, but for its rates: so many members, no limit on what it sends.

The practices are read for the search by words before it serves, and not at all for the search by meaning: a new
installation does both once, beside the messages, for minutes, and it would be counted as theirs.
When it ends it prints how many messages it handled, and how often it handed work to a thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import signal
import sys
from typing import Any, cast

import aiosqlite
from sqlalchemy import insert

from bot import logs
from bot.app import build
from bot.channels import Channel
from bot.limits import limits
from bot.settings import Settings
from network import addresses, index, members, vectors
from network.dispatch import Limits
from network.ids import new_id
from network.members import State
from network.rates import Limit
from network.store import Tx

FREE = Limit(1_000_000, 1.0, 1_000_000)
FIRST = 1_000_000  # the Telegram id of the first member
AT_ONCE = 5_000


async def main(people: int) -> None:
    """Serve until stopped."""
    logs.set_up(level="WARNING")
    cast("Any", vectors).installed = lambda: False
    app = await build(Settings())
    for key, channel in app.channels.items():
        cast("Any", app.courier)._limits[key] = free(channel)  # noqa: SLF001 - lifted for the measurement only
    for start in range(0, people, AT_ONCE):
        async with app.store.transaction(app.clock.now()) as tx:
            await crowd(tx, range(FIRST + start, FIRST + min(people, start + AT_ONCE)))
    async with app.store.transaction(app.clock.now()) as tx:
        for practice in await index.behind(tx, limit=AT_ONCE):
            await index.write(tx, practice=practice)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    hops = _count_hops()
    await app.run(stop)
    await app.close()
    print(json.dumps({"hops": len(hops), "handled": _handled(app.metrics.registry)}))


def free(channel: Channel) -> Limits:
    """Return the limits of a channel without its rates."""
    return dataclasses.replace(limits(channel.rates), account=FREE, chat=FREE)


async def crowd(tx: Tx, numbers: range, channel: str = "telegram") -> None:
    """Make active members with these ids on a channel."""
    first, *rest = numbers
    address = await addresses.meet(tx, channel=channel, account="main", external=str(first), language="fr")
    await members.enrol(tx, person=address.person, language="fr", consent_version="1")
    about = {"side": "civil", "country": "NE", "service": "association"}
    await members.change(tx, person=address.person, name="Member", **about)
    await members.set_state(tx, person=address.person, state=State.ACTIVE)
    known = await tx.first(members.members.select().where(members.members.c.id == address.person))
    place = await tx.first(addresses.addresses.select().where(addresses.addresses.c.id == address.id))
    if known is None or place is None or not rest:
        return
    ids = [(new_id(), new_id(), str(number)) for number in rest]
    seal = tx.seal.seal
    sealed = [{**known._mapping, "id": person, "name": seal("members.name", person, "Member")} for _, person, _ in ids]  # noqa: SLF001
    await tx.run(insert(members.members), sealed)
    placed = [
        {
            **place._mapping,  # noqa: SLF001 - SQLAlchemy's public name for it
            "id": row,
            "person": person,
            "external": seal("addresses.external", row, external),
            "external_index": addresses.index(tx, channel, external),
        }
        for row, person, external in ids
    ]
    await tx.run(insert(addresses.addresses), placed)


def _count_hops() -> list[None]:
    """Count from now on what is handed to another thread: by the loop, or by aiosqlite."""
    loop: Any = asyncio.get_running_loop()
    aio: Any = aiosqlite.Connection
    hand_over, run_there, hops = loop.run_in_executor, aio._execute, []  # noqa: SLF001 - where it hands over

    def counted(*arguments: Any) -> Any:
        hops.append(None)
        return hand_over(*arguments)

    async def counted_there(*arguments: Any) -> Any:
        hops.append(None)
        return await run_there(*arguments)

    loop.run_in_executor = counted
    aio._execute = counted_there  # noqa: SLF001
    return hops


def _handled(registry: Any) -> float:
    return float(registry.get_sample_value("jisr_handled_total", {"outcome": "done"}) or 0.0)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
