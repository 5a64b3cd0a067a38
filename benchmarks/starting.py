"""How long ``jisr run`` takes until it is ready, and what memory it then has."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.inbound import environment
from benchmarks.provider import Provider
from benchmarks.running import running
from benchmarks.tables import table

RUN = ("-c", "from bot.cli import app; app()", "run")


async def report(provider: Provider, rounds: int) -> str:
    """Return the table: the first start makes the database, a later one finds it."""
    found: dict[str, list[tuple[float, float]]] = {"first": [], "later": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            for runs in found.values():
                begun = time.perf_counter()
                async with running(RUN, environment(Path(home), provider), ready="/readyz") as jisr:
                    runs.append((time.perf_counter() - begun, jisr.memory_mb()))
    rows = []
    for name, runs in found.items():
        seconds, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        rows.append([name, f"{seconds:.1f}", f"{memory:.0f}"])
    return table(["start", "until ready, s", "memory, MB"], rows)
