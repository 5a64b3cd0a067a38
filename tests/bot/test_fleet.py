"""Several processes on PostgreSQL, any of which may be killed: nothing is lost, doubled, late or too fast."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from network import addresses, outbox
from network.outbox import Post
from network.sealing import KeyRing, Sealer
from network.store import Store, open_engine
from tests.bot.echo_desk import effects, prepare
from tests.bot.fake_channel import message
from tests.bot.fleet_child import A_SECOND, main
from tests.bot.fleet_provider import NOTICE, FleetProvider
from tests.bot.loopback import served
from tests.conftest import TEMPLATE, administer, finish, postgres_url

ROLES = ("web", "web", "courier", "courier")
ADDED = ("web", "courier")  # while messages flow
PUSHING = 8
RESUMED_S = 30.0
JITTER_S = 0.25  # calls that left in time may arrive closer together


@pytest.fixture
def fleet_url(postgres: str) -> Iterator[str]:
    """Return the URL of a fresh migrated PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    finish(administer(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield postgres_url(postgres, name)
    finish(administer(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass
class Fleet:
    """Processes of several roles, on one database and one provider."""

    home: Path
    database: str
    provider: FleetProvider
    source: int  # the provider's port
    roles: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    processes: list[BaseProcess] = field(default_factory=list)
    pids: list[set[int]] = field(default_factory=list)  # of each, and of those killed in its place

    def add(self, role: str) -> None:
        """Start one more process; the provider delivers to it too when it takes in."""
        self.roles.append(role)
        self.ports.append(_free_port())
        self.pids.append(set())
        self.processes.append(self._started(len(self.processes)))
        if role == "web":
            self.provider.ports.append(self.ports[-1])

    def kill(self, number: int) -> None:
        """Kill one, and start another in its place."""
        process = self.processes[number]
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.provider.alive.discard(process.pid)
        self.processes[number] = self._started(number)

    async def end(self) -> list[int | None]:
        """Let all end in order; return their exit codes."""
        (self.home / "stop").touch()
        for process in self.processes:
            await asyncio.to_thread(process.join)
        return [process.exitcode for process in self.processes]

    def _started(self, number: int) -> BaseProcess:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.bot.fleet_child"])
        arguments = (self.home, self.roles[number], self.database, self.ports[number], self.source)
        process = context.Process(target=main, args=arguments, daemon=True)
        process.start()
        assert process.pid is not None
        self.provider.alive.add(process.pid)
        self.pids[number].add(process.pid)
        return process


async def test_any_process_may_be_killed(fleet_url: str, tmp_path: Path, long: bool) -> None:
    """Of 2 web and 2 couriers any is killed, 6 (long: 50) times during 600 (5,000) messages and 200 (2,000) others.

    A third of each is added meanwhile, takes its share, and may be killed too. No message is lost, none has its
    effect twice, no account goes over its rate, only one process polls, what a dead process had is taken up within
    30 s, and what arrives twice is recorded as ambiguous.
    """
    kills, total, others = (50, 5_000, 2_000) if long else (6, 600, 200)
    chance = Random(7)
    polled = [message(n, f"p{n % 100}", f"polled {n:05d}") for n in range(total // 2)]
    hooked = [message(n, f"h{n % 100}", f"hooked {n:05d}") for n in range(total // 2)]
    expected = sorted(item["text"] for item in (*polled, *hooked))
    provider = FleetProvider(polled, hooked, [], chance)
    ring = KeyRing.fresh()
    ring.save(tmp_path / "keys.json")
    store = Store(open_engine(fleet_url), Sealer(ring))
    await prepare(store)
    notices = await _queue(store, others)
    watch = Watch(store)
    watching = asyncio.create_task(watch.run())
    async with (
        asyncio.timeout(900 if long else 120),
        served(provider.serve, backlog=512) as source,
        httpx.AsyncClient(timeout=10, trust_env=False) as client,
    ):
        fleet = Fleet(tmp_path, fleet_url, provider, source)
        for role in ROLES:
            fleet.add(role)
        pushing = [asyncio.create_task(provider.push(client)) for _ in range(PUSHING)]
        growing = asyncio.create_task(_grow(fleet, total + others))
        for point in sorted(chance.randrange((total + others) * 9 // 10) for _ in range(kills)):
            await provider.reached(point)
            await asyncio.sleep(chance.random() * 0.2)  # anywhere between two arrivals
            fleet.kill(chance.randrange(len(fleet.processes)))
        await growing
        await asyncio.gather(*pushing)
        while await _count(store, "SELECT count(*) FROM outbox WHERE stage = 3") < total + others:
            await asyncio.sleep(0.1)
        assert await fleet.end() == [0] * len(ROLES + ADDED)
    watching.cancel()

    assert await effects(store) == expected
    assert await _count(store, "SELECT count(*) FROM inbox WHERE state <> 1") == 0
    assert await _count(store, "SELECT count(*) FROM outbox") == total + others
    assert sorted({words for _, _, _, words in provider.arrivals}) == sorted([*expected, *notices])
    ambiguous = await _ambiguous(store)
    twice = {tracker: count - 1 for tracker, count in provider.trackers.items() if count > 1}
    assert all(count <= ambiguous.get(tracker, 0) for tracker, count in twice.items())
    for channel in ("telegram", "whatsapp"):
        assert provider.most(channel, 1.0) <= A_SECOND * (1 + JITTER_S)
        assert provider.most(channel, 10.0) <= A_SECOND * 10
    assert all(provider.taken[port] for port in provider.ports)
    assert all(
        sum(provider.sent[pid] for pid in pids)
        for role, pids in zip(fleet.roles, fleet.pids, strict=True)
        if role == "courier"
    )
    assert provider.together == 0
    assert watch.oldest < RESUMED_S
    await store.close()


@dataclass
class Watch:
    """Looks every half second how long anything has been under way, or ready and not handled."""

    store: Store
    oldest: float = 0.0  # seconds

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(TypeError):  # nothing is under way
                begun = await _count(
                    self.store, "SELECT extract(epoch FROM now() - min(sent_at)) FROM outbox WHERE stage = 2"
                )
                self.oldest = max(self.oldest, begun)
            with suppress(TypeError):
                ready = await _count(
                    self.store, "SELECT extract(epoch FROM now() - min(ready_at)) FROM inbox WHERE state = 0"
                )
                self.oldest = max(self.oldest, ready)
            await asyncio.sleep(0.5)


async def _grow(fleet: Fleet, total: int) -> None:
    """Add processes one after the other, before a quarter of all messages arrived."""
    for number, role in enumerate(ADDED, start=1):
        await fleet.provider.reached(total * number // 10)
        fleet.add(role)


async def _queue(store: Store, many: int) -> list[str]:
    """Queue so many messages to as many people, half of them on each account; return their texts."""
    words = []
    async with store.transaction(datetime.now(UTC)) as tx:
        posts = []
        for number in range(many):
            channel = ("telegram", "whatsapp")[number % 2]
            found = await addresses.meet(tx, channel=channel, account="main", external=f"n{number}")
            words.append(f"{NOTICE} {number:05d}")
            posts.append(Post(found.id, channel, "main", json.dumps({"text": words[-1]}), urgency=3))
        await outbox.put(tx, posts=posts)
    return words


async def _ambiguous(store: Store) -> dict[str, int]:
    """Return the calls whose answer was lost, and how often each was made again."""
    async with store.engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, attempts - 1 FROM outbox WHERE ambiguous"))
        return {row[0]: row[1] for row in rows}


async def _count(store: Store, query: str) -> Any:
    async with store.engine.connect() as connection:
        value = (await connection.execute(text(query))).scalar_one()
        return float(value)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
