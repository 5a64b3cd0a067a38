"""How long a provider waits for its acknowledgement, at a steady rate of deliveries."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks.inbound import ECHO, PEOPLE, environment, program
from benchmarks.program import FIRST
from benchmarks.provider import HEADERS, Provider, update
from benchmarks.running import running
from benchmarks.tables import table

A_SECOND = 240
SECONDS = 10


async def report(provider: Provider, rounds: int) -> str:
    """Return the table: Jisr acknowledges what is durable, the echo what it has answered."""
    rows = []
    cases = (("aiogram echo", ECHO), ("Jisr on SQLite", program()))
    found: dict[str, list[list[float]]] = {name: [] for name, _ in cases}
    for _ in range(rounds):
        for name, argv in cases:
            found[name].append(await _measure(provider, [part.format(api=provider.url) for part in argv]))
    for name, runs in found.items():
        p50, p99, most = (statistics.median(column) * 1000 for column in zip(*runs, strict=True))
        rows.append([name, f"{p50:.0f}", f"{p99:.0f}", f"{most:.0f}"])
    return table([f"acknowledged at {A_SECOND} requests/s", "p50, ms", "p99, ms", "longest, ms"], rows)


async def _measure(provider: Provider, argv: list[str]) -> list[float]:
    with tempfile.TemporaryDirectory() as home:
        async with running(argv, environment(Path(home), provider)) as found, aiohttp.ClientSession() as session:
            await _rush(session, f"{found.url}/telegram/main", 1)
            waits = sorted(await _rush(session, f"{found.url}/telegram/main", SECONDS))
    return [waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]]


async def _rush(session: aiohttp.ClientSession, url: str, seconds: int) -> list[float]:
    """Post at the given rate, whether those before are answered or not; return the waits in seconds."""
    first, begun = int(time.time() * 1000) % 1_000_000_000, time.perf_counter()
    posts = []
    for number in range(A_SECOND * seconds):
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
        posts.append(asyncio.create_task(_post(session, url, first + number)))
    return list(await asyncio.gather(*posts))


async def _post(session: aiohttp.ClientSession, url: str, number: int) -> float:
    asked = time.perf_counter()
    body = update(number, FIRST + number % PEOPLE, "aide")
    async with session.post(url, data=body, headers=HEADERS) as answer:
        assert answer.status == 200, answer.status
    return time.perf_counter() - asked
