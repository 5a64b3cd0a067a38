"""Killed at any moment, the program loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import re
import socket
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from network.outbox import Stage
from tests.bot import broadcast_child
from tests.bot.crash_child import main
from tests.bot.fake_channel import delivery, headers, message
from tests.bot.loopback import served

AT_ONCE = 8
FETCHED = 25  # updates in one answer


@dataclass
class Provider:
    """Delivers by webhook and by polling, each message again until it is acknowledged, and some once more."""

    hooked: list[dict[str, Any]]
    polled: list[dict[str, Any]]
    chance: random.Random
    confirmed: int = 0  # of the polled ones
    acknowledged: int = 0  # of the hooked ones
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def progress(self) -> int:
        """How many messages were acknowledged."""
        return self.acknowledged + self.confirmed

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one fetch: an offset confirms what is below it, and the rest comes again."""
        offset = int(re.search(rb"offset=(\d+)", await reader.readuntil(b"\r\n\r\n"))[1])  # type: ignore[index]
        self.confirmed = max(self.confirmed, min(offset, len(self.polled)))
        self.moved.set()
        if self.confirmed == len(self.polled):
            await asyncio.sleep(0.2)  # nothing to say: a long poll
        some = self.polled[self.confirmed : self.confirmed + self.chance.randint(1, FETCHED)]
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(some).encode())
        await writer.drain()

    async def push(self, port: int, client: httpx.AsyncClient, work: asyncio.Queue[Sequence[dict[str, Any]]]) -> None:
        """Deliver batches, each until it is acknowledged."""
        while not work.empty():
            batch = work.get_nowait()
            body = delivery(batch)
            for time in range(1 + (self.chance.random() < 0.1)):
                while not await self._post(client, port, body):
                    await asyncio.sleep(0.01)
                if time == 0:
                    self.acknowledged += len(batch)
                    self.moved.set()

    async def _post(self, client: httpx.AsyncClient, port: int, body: bytes) -> bool:
        try:
            answer = await client.post(f"http://127.0.0.1:{port}/whatsapp/main", content=body, headers=headers(body))
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


@pytest.mark.parametrize("seed", [1])
async def test_nothing_is_lost_or_doubled(seed: int, tmp_path: Path, long: bool) -> None:
    """Killed 12 (long: 200) times at random points of 600 (10,000) messages: none is lost, none has its effect twice.

    They come by webhook and by polling. Every answer is sent, and twice only where a lost answer is recorded.
    """
    kills, total = (200, 10_000) if long else (12, 600)
    chance = random.Random(seed)
    half = total // 2
    provider = Provider(
        hooked=[message(n, f"h{n % (total // 20)}", f"hooked {n:05d}") for n in range(half)],
        polled=[message(n, f"p{n % (total // 20)}", f"polled {n:05d}") for n in range(half)],
        chance=chance,
    )
    port = _free_port()
    async with (
        asyncio.timeout(1_800 if long else 120),
        served(provider.answer) as source,
        httpx.AsyncClient(timeout=10) as client,
    ):
        work: asyncio.Queue[Sequence[dict[str, Any]]] = asyncio.Queue()
        rest = list(provider.hooked)
        while rest:
            size = chance.randint(1, 5)
            work.put_nowait(rest[:size])
            del rest[:size]
        pushing = [asyncio.create_task(provider.push(port, client, work)) for _ in range(AT_ONCE)]
        child = _start(main, tmp_path, port, source)
        points = sorted(chance.randrange(total * 9 // 10) for _ in range(kills))
        for point in points:
            while provider.progress < point:
                provider.moved.clear()
                await provider.moved.wait()
            await asyncio.sleep(chance.random() * 0.05)  # anywhere between two acknowledgements
            child.kill()
            child.join()
            child = _start(main, tmp_path, port, source)
        await asyncio.gather(*pushing)
        while _count(tmp_path, "SELECT count(*) FROM outbox WHERE stage = ?", Stage.SENT) < total:
            await asyncio.sleep(0.05)
        (tmp_path / "stop").touch()
        await asyncio.to_thread(child.join)
    expected = sorted(item["text"] for item in (*provider.hooked, *provider.polled))
    assert child.exitcode == 0
    assert _column(tmp_path, "SELECT what FROM effects ORDER BY what") == expected
    assert _count(tmp_path, "SELECT count(*) FROM inbox WHERE state <> 1") == 0
    assert _count(tmp_path, "SELECT count(*) FROM outbox") == total
    sent = Counter((tmp_path / "sent").read_text().splitlines())
    assert sorted(sent) == expected
    twice = sum(count - 1 for count in sent.values())
    assert twice <= _count(tmp_path, "SELECT sum(attempts - 1) FROM outbox WHERE ambiguous")


async def test_a_broadcast_reaches_all_of_them(tmp_path: Path, long: bool) -> None:
    """Killed 5 (long: 50) times at random points of a broadcast to 2,000: nobody is missed.

    Whoever got it twice was being sent to when it was killed, and that is on record.
    """
    kills, people = (50 if long else 5), 2_000
    chance, port = random.Random(3), _free_port()
    await broadcast_child.queue(tmp_path, port, people)
    (tmp_path / "sent").touch()
    in_flight = 0
    async with asyncio.timeout(1_800 if long else 180):
        child = _start(broadcast_child.main, tmp_path, port)
        for point in sorted(chance.randrange(people * 9 // 10) for _ in range(kills)):
            while len(_sends(tmp_path)) < point:
                await asyncio.sleep(chance.random() * 0.01)  # anywhere between two commits
            child.kill()
            child.join()
            in_flight += _count(tmp_path, "SELECT count(*) FROM outbox WHERE stage = ?", Stage.SENDING)
            child = _start(broadcast_child.main, tmp_path, port)
        while _count(tmp_path, "SELECT count(*) FROM outbox WHERE stage = ?", Stage.SENT) < people:
            await asyncio.sleep(0.05)
        (tmp_path / "stop").touch()
        await asyncio.to_thread(child.join)
    sends = _sends(tmp_path)
    assert len({person for person, _ in sends}) == people
    twice = {tracker for tracker, count in Counter(tracker for _, tracker in sends).items() if count > 1}
    assert twice <= set(_column(tmp_path, "SELECT id FROM outbox WHERE ambiguous"))
    assert len(sends) - people <= in_flight
    assert in_flight > 0
    assert _count(tmp_path, "SELECT count(*) FROM outbox WHERE mailing = 'm' AND step = 0") == people


def _start(target: Callable[..., None], *given: object) -> BaseProcess:
    """Start the program in a process of its own, forked from one that has loaded it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.bot.crash_child", "tests.bot.broadcast_child"])
    child = context.Process(target=target, args=given, daemon=True)
    child.start()
    return child


def _sends(home: Path) -> list[tuple[str, str]]:
    """Return whom the provider was asked to send to, and by which call, in order."""
    return [(line.split()[0], line.split()[1]) for line in (home / "sent").read_text().splitlines()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _column(home: Path, query: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(home / "jisr.db", timeout=30)) as connection:
        return [row[0] for row in connection.execute(query, values)]


def _count(home: Path, query: str, *values: object) -> int:
    return int(_column(home, query, *values)[0] or 0)
