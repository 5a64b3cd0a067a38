"""How long a provider waits for its acknowledgement: at a steady rate, and with many deliveries in flight."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from benchmarks.inbound import ECHO, PEOPLE, environment, program
from benchmarks.program import FIRST
from benchmarks.provider import HEADERS, Provider, update
from benchmarks.running import running
from benchmarks.tables import table

Load = Callable[[aiohttp.ClientSession, str, int], Awaitable[list[float]]]

A_SECOND = 240
SECONDS = 10
IN_FLIGHT = 40
COUNT = 3_000


async def report(provider: Provider, rounds: int) -> str:
    """Return the tables: Jisr acknowledges what is durable, the echo what it has answered."""
    cases = (("aiogram echo", ECHO), ("Jisr on SQLite", program()))
    steady: dict[str, list[list[float]]] = {name: [] for name, _ in cases}
    crowded: dict[str, list[list[float]]] = {name: [] for name, _ in cases}
    for _ in range(rounds):
        for name, argv in cases:
            command = [part.format(api=provider.url) for part in argv]
            steady[name].append(await _measure(provider, command, _rush, SECONDS))
            crowded[name].append(await _measure(provider, command, _crowd, COUNT))
    head = ["p50, ms", "p95, ms", "p99, ms", "longest, ms", "p95, ratio"]
    tables = (
        ([f"acknowledged at {A_SECOND} requests/s", *head], steady),
        ([f"acknowledged with {IN_FLIGHT} in flight", *head], crowded),
    )
    return "\n\n".join(table(head, _rows(found)) for head, found in tables)


def _rows(found: dict[str, list[list[float]]]) -> list[list[str]]:
    """Return a row for each case: the medians of its rounds, and the ratio to the first case."""
    medians = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in found.items()}
    echo = next(iter(medians.values()))
    return [
        [name, *(f"{wait * 1000:.0f}" for wait in waits), f"{waits[1] / echo[1]:.2f}"]
        for name, waits in medians.items()
    ]


async def _measure(provider: Provider, argv: list[str], load: Load, amount: int) -> list[float]:
    """Return how long the acknowledgements took under a load: the median, p95, p99 and the longest, in seconds."""
    with tempfile.TemporaryDirectory() as home:
        async with running(argv, environment(Path(home), provider)) as found, aiohttp.ClientSession() as session:
            await _rush(session, f"{found.url}/telegram/main", 1)
            waits = sorted(await load(session, f"{found.url}/telegram/main", amount))
    return [waits[len(waits) * share // 100] for share in (50, 95, 99)] + [waits[-1]]


async def _rush(session: aiohttp.ClientSession, url: str, seconds: int) -> list[float]:
    """Post at the given rate, whether those before are answered or not; return the waits in seconds."""
    first, begun = int(time.time() * 1000) % 1_000_000_000, time.perf_counter()
    posts = []
    for number in range(A_SECOND * seconds):
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
        posts.append(asyncio.create_task(_post(session, url, first + number)))
    return list(await asyncio.gather(*posts))


async def _crowd(session: aiohttp.ClientSession, url: str, count: int) -> list[float]:
    """Post ``count`` times, each as soon as one of those before is acknowledged; return the waits in seconds."""
    first = int(time.time() * 1000) % 1_000_000_000
    numbers = iter(range(first, first + count))

    async def one_after_the_other() -> list[float]:
        return [await _post(session, url, number) for number in numbers]

    waits = await asyncio.gather(*(one_after_the_other() for _ in range(IN_FLIGHT)))
    return [wait for row in waits for wait in row]


async def _post(session: aiohttp.ClientSession, url: str, number: int) -> float:
    asked = time.perf_counter()
    body = update(number, FIRST + number % PEOPLE, "aide")
    async with session.post(url, data=body, headers=HEADERS) as answer:
        assert answer.status == 200, answer.status
    return time.perf_counter() - asked
