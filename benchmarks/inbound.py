"""CPU for each inbound message, answered and durable, beside a bare aiogram echo."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.database import Database
from benchmarks.program import FIRST
from benchmarks.provider import SECRET, TOKEN, Provider, Script
from benchmarks.running import Running, running
from benchmarks.tables import table

PEOPLE = 400
COUNT = 3_000  # four full collections of the echo, each of which holds up everybody who waits
IN_FLIGHT = 40
ECHO = ("-m", "benchmarks.echo", "{api}", "{{port}}")
COMMAND = ((), ("aide",))
STEPS = (("partager", "1"), ("Les agents rappellent les habitants", "retour"))


@dataclass(frozen=True)
class Case:
    """What is measured: a program, what is written to it, and on which store."""

    name: str
    argv: tuple[str, ...]
    script: tuple[Sequence[str], Sequence[str]] = COMMAND
    database: Database | None = None
    people: int = PEOPLE


@dataclass(frozen=True)
class Figure:
    """One measured run, for each message: CPU of the program and of the database, waits, thread hops."""

    cpu_ms: float
    server_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    hops: float
    memory_mb: float


def program(people: int = PEOPLE) -> tuple[str, ...]:
    """Return how Jisr is run with so many members."""
    return ("-m", "benchmarks.program", str(people))


async def measure(provider: Provider, case: Case) -> Figure:
    """Run a case once."""
    with tempfile.TemporaryDirectory() as home:
        url = await case.database.fresh() if case.database else ""
        argv = [part.format(api=provider.url) for part in case.argv]
        async with running(argv, environment(Path(home), provider, url)) as found:
            used = await _used(provider, case, found)
    hops = found.said["hops"] / found.said["handled"] if found.said else 0.0
    return Figure(**used, hops=hops)


async def _used(provider: Provider, case: Case, found: Running) -> dict[str, float]:
    start = int(time.time() * 1000) % 1_000_000_000
    writing = range(FIRST, FIRST + case.people, case.people // PEOPLE)
    script, target = Script(writing, *case.script), f"{found.url}/telegram/main"
    await provider.feed(target, script, first=start, count=PEOPLE, in_flight=IN_FLIGHT)
    provider.waits.clear()
    cpu, server = found.cpu_s(), case.database.cpu_s() if case.database else 0.0
    await provider.feed(target, script, first=start + PEOPLE, count=COUNT, in_flight=IN_FLIGHT)
    cpu, server = found.cpu_s() - cpu, (case.database.cpu_s() if case.database else 0.0) - server
    waits = statistics.quantiles(provider.waits, n=100)
    return {
        "cpu_ms": cpu * 1000 / COUNT,
        "server_ms": server * 1000 / COUNT,
        "p50_ms": waits[49] * 1000,
        "p95_ms": waits[94] * 1000,
        "p99_ms": waits[98] * 1000,
        "memory_mb": found.memory_mb(),
    }


def environment(home: Path, provider: Provider, database_url: str = "") -> dict[str, str]:
    """Return the settings of an installation with one bot, delivered to by webhook."""
    return {
        "JISR_HOME": str(home),
        "JISR_DATABASE_URL": database_url,
        "JISR_TELEGRAM_TOKEN": TOKEN,
        "JISR_TELEGRAM_API_URL": provider.url,
        "JISR_TELEGRAM_SECRET": SECRET,
        "JISR_TELEGRAM_MODE": "webhook",
        "JISR_PORT": "{port}",
    }


async def in_turn(provider: Provider, cases: Sequence[Case], rounds: int) -> dict[str, list[Figure]]:
    """Measure each case in turn, ``rounds`` times; return the figures by name."""
    found: dict[str, list[Figure]] = {case.name: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            found[case.name].append(await measure(provider, case))
    return found


async def report(provider: Provider, database: Database, rounds: int) -> str:
    """Return the table of all cases, each with its ratio to the first."""
    cases = [
        Case("aiogram echo", ECHO),
        Case("aiogram echo, collector frozen", (*ECHO, "freeze")),
        Case("Jisr on SQLite, a command", program()),
        Case("Jisr on SQLite, a step of a conversation", program(), STEPS),
        Case("Jisr on PostgreSQL, a command", program(), COMMAND, database),
        Case("Jisr on PostgreSQL, a step of a conversation", program(), STEPS, database),
    ]
    found = await in_turn(provider, cases, rounds)
    echo, frozen = (median(found[case.name], "cpu_ms") for case in cases[:2])
    wait = median(found[cases[0].name], "p95_ms")
    rows = []
    for name, figures in found.items():
        cpu = median(figures, "cpu_ms")
        rows.append(
            [
                name,
                f"{cpu:.2f}",
                f"{cpu / echo:.2f}",
                f"{cpu / frozen:.2f}",
                f"{median(figures, 'server_ms'):.2f}",
                f"{median(figures, 'p50_ms'):.0f}",
                f"{median(figures, 'p95_ms'):.0f}",
                f"{median(figures, 'p95_ms') / wait:.2f}",
                f"{median(figures, 'p99_ms'):.0f}",
                f"{median(figures, 'hops'):.2f}",
                f"{median(figures, 'memory_mb'):.0f}",
            ]
        )
    head = ["case", "CPU a message, ms", "to the echo", "to the frozen echo", "CPU in the database, ms"]
    return table([*head, "p50, ms", "p95, ms", "p95, ratio", "p99, ms", "thread hops", "memory, MB"], rows)


def median(figures: Sequence[Figure], name: str) -> float:
    """Return the median of one measure."""
    return statistics.median(getattr(figure, name) for figure in figures)
