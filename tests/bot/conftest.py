"""The runtime around a fake channel and an echo desk, moved step by step."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import logs
from bot.channels import Rates
from bot.courier import Courier
from bot.ingress import Ingress
from bot.processor import Processor
from network.inbox import inbox
from network.outbox import Stage, outbox
from network.rates import Limit, Paces
from network.store import Store
from tests.bot.echo_desk import EchoDesk, prepare
from tests.bot.fake_channel import FakeChannel, delivery, headers
from tests.bot.stopped_clock import StoppedClock

FREE = Limit(messages=1_000_000, seconds=1.0, burst=1_000_000)


@dataclass
class World:
    """Everything between the wire and the wire."""

    store: Store
    clock: StoppedClock
    channel: FakeChannel
    desk: EchoDesk
    ingress: Ingress
    processor: Processor
    courier: Courier

    async def deliver(self, *items: dict[str, Any]) -> HTTPStatus:
        """Deliver items in one webhook."""
        body = delivery(items)
        return await self.ingress.deliver(self.channel, headers(body), body)

    async def process(self) -> int:
        """Handle what is ready now; return how many items that were."""
        total = 0
        while count := await self.processor.step():
            total += count
        return total

    async def send(self) -> None:
        """Send what may go now, and write what became of it."""
        self.courier.wake()
        while not self.courier.is_idle:
            await self.courier.step()
            await self.courier.settle()

    async def turn(self) -> None:
        """Handle and send."""
        await self.process()
        await self.send()

    async def rows(self, *states: int) -> int:
        """Count the rows of the inbox, in these states when any is given."""
        query = select(func.count()).select_from(inbox)
        if states:
            query = query.where(inbox.c.state.in_(states))
        async with self.store.engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def stages(self) -> list[Stage]:
        """Return the stage of every call, in order."""
        async with self.store.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.stage).order_by(outbox.c.seq))
            return [Stage(row[0]) for row in rows]


def make_world(
    store: Store, now: datetime, *, rates: Rates | None = None, name: str = "telegram", paces: Paces | None = None
) -> World:
    """Build the runtime on a store."""
    clock = StoppedClock(now)
    channel = FakeChannel(name=name)
    if rates is not None:
        channel.rates = rates
    channels = {(name, "main"): channel}
    desk = EchoDesk()
    courier = Courier(store, clock, channels, chance=lambda: 1.0)
    return World(
        store=store,
        clock=clock,
        channel=channel,
        desk=desk,
        ingress=Ingress(store, clock, paces=paces or Paces(FREE)),
        processor=Processor(store, clock, channels, desk),
        courier=courier,
    )


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[io.StringIO]:
    """Let the program log as it does when it runs; return what it wrote."""
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    logs.set_up(level="DEBUG", stream=stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture
async def world(store: Store, now: datetime) -> AsyncIterator[World]:
    """Return a runtime on each database."""
    await prepare(store)
    made = make_world(store, now)
    yield made
    await made.ingress.close()
    await made.courier.settle()


@pytest.fixture
async def sqlite_world(sqlite_store: Store, now: datetime) -> AsyncIterator[World]:
    """Return a runtime on SQLite."""
    await prepare(sqlite_store)
    made = make_world(sqlite_store, now)
    yield made
    await made.ingress.close()
    await made.courier.settle()


@pytest.fixture
async def build_world(store: Store, now: datetime) -> AsyncIterator[Callable[..., World]]:
    """Return a function that builds runtimes with other rates on each database."""
    await prepare(store)
    made: list[World] = []

    def build(**options: Any) -> World:
        made.append(make_world(store, now, **options))
        return made[-1]

    yield build
    for one in made:
        await one.ingress.close()
        await one.courier.settle()
