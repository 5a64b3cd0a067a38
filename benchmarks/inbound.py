"""CPU for each inbound message, answered and durable, beside a bare aiogram echo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from benchmarks.provider import SECRET, TOKEN, Provider

PEOPLE = 400
WARM_UP = 400
COUNT = 2_000
IN_FLIGHT = 40
ROUNDS = 5
START_AT_MOST_S = 60


@dataclass(frozen=True)
class Figure:
    """One measured run: CPU in ms for each message, and the 95th percentile of the wait in ms."""

    cpu_ms: float
    p95_ms: float
    memory_mb: float


@asynccontextmanager
async def _running(provider: Provider, argv: list[str], extra: dict[str, str]) -> AsyncIterator[tuple[str, int]]:
    port = _free_port()
    filled = [part.format(api=provider.url, port=port) for part in argv]
    variables = {**os.environ, **{key: value.format(api=provider.url, port=port) for key, value in extra.items()}}
    child = await asyncio.create_subprocess_exec(sys.executable, *filled, env=variables)
    url = f"http://127.0.0.1:{port}/telegram/main"
    try:
        await _listening(url)
        yield url, child.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def _listening(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_AT_MOST_S):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url):
                    return
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _measure(provider: Provider, argv: list[str], extra: dict[str, str], text: str) -> Figure:
    async with _running(provider, argv, extra) as (url, pid):
        process = psutil.Process(pid)
        start = int(time.time() * 1000) % 1_000_000_000
        await provider.feed(url, first=start, count=WARM_UP, people=PEOPLE, in_flight=IN_FLIGHT, text=text)
        provider.waits.clear()
        before = process.cpu_times()
        await provider.feed(url, first=start + WARM_UP, count=COUNT, people=PEOPLE, in_flight=IN_FLIGHT, text=text)
        after = process.cpu_times()
        used = after.user + after.system - before.user - before.system
        waits = statistics.quantiles(provider.waits, n=20)
        return Figure(used * 1000 / COUNT, waits[-1] * 1000, process.memory_info().rss / 1e6)


async def main(database_url: str = "") -> dict[str, list[Figure]]:
    """Measure each case in turn, ``ROUNDS`` times; return the figures by case."""
    provider = Provider()
    await provider.start()
    found: dict[str, list[Figure]] = {}
    try:
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as home:
                for name, argv, text in _cases():
                    extra = _environment(Path(home) / name.replace(" ", "-"), database_url)
                    found.setdefault(name, []).append(await _measure(provider, argv, extra, text))
    finally:
        await provider.close()
    return found


def _cases() -> list[tuple[str, list[str], str]]:
    echo = ["-m", "benchmarks.echo", "{api}", "{port}"]
    program = ["-m", "benchmarks.program", str(PEOPLE)]
    return [
        ("aiogram echo", echo, "bonjour"),
        ("aiogram echo, collector frozen", [*echo, "freeze"], "bonjour"),
        ("jisr, a command (aide)", program, "aide"),
    ]


def _environment(home: Path, database_url: str) -> dict[str, str]:
    return {
        "JISR_HOME": str(home),
        "JISR_DATABASE_URL": database_url,
        "JISR_TELEGRAM_TOKEN": TOKEN,
        "JISR_TELEGRAM_API_URL": "{api}",
        "JISR_TELEGRAM_SECRET": SECRET,
        "JISR_TELEGRAM_MODE": "webhook",
        "JISR_PORT": "{port}",
    }


def table(found: dict[str, list[Figure]]) -> str:
    """Return the medians as a Markdown table, each with its ratio to the first case."""
    reference = statistics.median(figure.cpu_ms for figure in next(iter(found.values())))
    lines = ["| case | CPU a message, ms | ratio | p95 at 40 in flight, ms | memory, MB |", "|---|---|---|---|---|"]
    for name, figures in found.items():
        cpu = statistics.median(figure.cpu_ms for figure in figures)
        p95 = statistics.median(figure.p95_ms for figure in figures)
        memory = statistics.median(figure.memory_mb for figure in figures)
        lines.append(f"| {name} | {cpu:.2f} | {cpu / reference:.2f} | {p95:.0f} | {memory:.0f} |")
    return "\n".join(lines)
