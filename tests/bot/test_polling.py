"""Polling: an update is confirmed only once it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.channels import Remedy, SendError
from bot.ingress import NotStored
from bot.polling import Poller, wait_s
from network.turns import Turn
from tests.bot.conftest import World
from tests.bot.fake_channel import FakeChannel, message


class Queue(FakeChannel):
    """A bot's queue of updates: a higher offset confirms everything below it."""

    def __init__(self, updates: Sequence[dict[str, Any]], stop: asyncio.Event) -> None:
        super().__init__()
        self.waiting = list(updates)
        self.stop = stop
        self.offsets: list[int | None] = []
        self.failures: list[SendError] = []
        self.dropped = False

    async def drop_webhook(self) -> None:
        """Note it."""
        self.dropped = True

    async def raw_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109
        """Return two updates at most; end the test when none is left."""
        if self.failures:
            raise self.failures.pop()
        self.offsets.append(offset)
        self.waiting = [update for update in self.waiting if offset is None or update["update_id"] >= offset]
        if not self.waiting:
            self.stop.set()
            await asyncio.Event().wait()
        return self.waiting[:2]


async def test_the_offset_follows_the_commit(sqlite_world: World) -> None:
    """Each fetch confirms what was stored before it, and nothing else."""
    stop = asyncio.Event()
    queue = Queue([message(n, text=str(n)) for n in range(10, 15)], stop)
    await asyncio.wait_for(
        Poller(queue, sqlite_world.ingress, sqlite_world.clock, turn=Turn(sqlite_world.store, "poll")).run(stop), 10
    )
    assert queue.dropped
    assert queue.offsets == [None, 12, 14, 15]
    assert await sqlite_world.rows() == 5


async def test_nothing_is_confirmed_that_is_not_stored(sqlite_world: World) -> None:
    """When the store fails, the same updates are fetched again after a while, and none is lost."""
    world, stop = sqlite_world, asyncio.Event()
    queue = Queue([message(n, text=str(n)) for n in range(3)], stop)
    accept, failing = world.ingress.accept, [True, True]

    async def fail_first(channel: Any, items: Any) -> None:
        if failing:
            failing.pop()
            raise NotStored
        await accept(channel, items)

    world.ingress.accept = fail_first  # type: ignore[method-assign]
    running = asyncio.create_task(Poller(queue, world.ingress, world.clock, turn=Turn(world.store, "poll")).run(stop))
    async with asyncio.timeout(10):
        while not running.done():
            world.clock.advance(1)
            await asyncio.sleep(0.001)
    assert queue.offsets == [None, None, None, 2, 3]
    assert await world.rows() == 3


async def test_an_update_nobody_understands_blocks_nothing(sqlite_world: World) -> None:
    """An update that cannot be cut is stored as it is, to be quarantined, and the next ones come."""
    world, stop = sqlite_world, asyncio.Event()
    queue = Queue([message(1), message(2, text="fine")], stop)
    split = queue.split

    def picky(payload: Any) -> Any:
        if payload["update_id"] == 1:
            raise ValueError
        return split(payload)

    queue.split = picky  # type: ignore[method-assign]
    await asyncio.wait_for(Poller(queue, world.ingress, world.clock, turn=Turn(world.store, "poll")).run(stop), 10)
    assert await world.rows() == 2


async def test_a_failing_provider_is_asked_less_often(sqlite_world: World) -> None:
    """After failures the poller waits 1, 2, 4 ... 30 s, or as long as the provider says, and then goes on."""
    plain = SendError(Remedy.RETRY, "network")
    assert [wait_s(plain, failures) for failures in (1, 2, 3, 9)] == [1, 2, 4, 30]
    assert wait_s(SendError(Remedy.PAUSE, "429", retry_after_s=7), 1) == 7
    stop = asyncio.Event()
    queue = Queue([message(1)], stop)
    queue.failures = [plain]
    running = asyncio.create_task(
        Poller(queue, sqlite_world.ingress, sqlite_world.clock, turn=Turn(sqlite_world.store, "poll")).run(stop)
    )
    async with asyncio.timeout(10):
        while not running.done():
            sqlite_world.clock.advance(1)
            await asyncio.sleep(0.001)
    assert await sqlite_world.rows() == 1
