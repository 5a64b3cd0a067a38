"""What a message costs in a small network and in a large one."""

from __future__ import annotations

from benchmarks.inbound import PEOPLE, Case, in_turn, median, program
from benchmarks.provider import Provider
from benchmarks.tables import table

SMALL, LARGE = PEOPLE, 100_000


async def report(provider: Provider, rounds: int) -> str:
    """Return the table of both sizes, on SQLite."""
    cases = [Case(f"{people:,} members", program(people), people=people) for people in (SMALL, LARGE)]
    found = await in_turn(provider, cases, rounds)
    small = median(found[cases[0].name], "cpu_ms")
    rows = [
        [
            name,
            f"{median(runs, 'cpu_ms'):.2f}",
            f"{median(runs, 'cpu_ms') / small:.2f}",
            f"{median(runs, 'p95_ms'):.0f}",
        ]
        for name, runs in found.items()
    ]
    return table(["network", "CPU a message, ms", "ratio", "p95, ms"], rows)
