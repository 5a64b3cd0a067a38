"""``make bench``: every measurement beside its reference, printed as tables. ``--quick``: one round of each."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import broadcasts, charts, couriers, growth, inbound, polls, search, starting, webhook
from benchmarks.database import postgresql
from benchmarks.provider import Provider

BUSY = (
    "Other programs used the machine at the same time: waits, sends a second and starts say little about Jisr. "
    "CPU for each message, and its ratio to the reference, hold."
)
ROUNDS = 5
FEW = 3  # of what takes long, or varies little


def main() -> None:
    """Measure and print; write the report where ``--write`` says."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of each")
    parser.add_argument("--write", type=Path, help="also write the report to this file")
    options = parser.parse_args()
    report = asyncio.run(_report(1 if options.quick else ROUNDS, 1 if options.quick else FEW))
    if options.write:
        options.write.write_text(report + "\n")


async def _report(rounds: int, few: int) -> str:
    parts: list[str] = []

    def say(text: str) -> None:
        print(text + "\n", flush=True)
        parts.append(text)

    say("# Benchmarks")
    say(_where(rounds, few))
    if os.getloadavg()[0] > (os.cpu_count() or 1) / 2:
        say(BUSY)
    provider = Provider()
    await provider.start()
    say("## Search")
    say("Goals: recall@5 of 0.75 by words alone and 0.9 by meaning, on the half that nothing was tuned on too.")
    say(await search.recall_report())
    with postgresql() as database:
        say(f"Goal: p95 within {search.GOAL_MS} ms at {search.PRACTICES:,} practices, on either store.")
        say(await search.latency_report(database))
        say("## Broadcasts")
        say("Goals: 100,000 people queued within 2 s and 50 MB, taken back within 2 s, on either store.")
        say(await broadcasts.report(database, few))
        say("## Polls")
        say(f"Goal: results by option, side and country within {polls.GOAL_MS} ms, on either store.")
        say(await polls.report(database, few, quick=rounds == 1))
        say(f"## A message in, {inbound.IN_FLIGHT} people writing at the same time")
        say("Goals: at most 2.0 times the echo, 0.5 thread hops a message, p95 half of the echo's.")
        say(await inbound.report(provider, database, rounds))
    say("## Acknowledging a webhook")
    say("Goal: p99 within 250 ms. Jisr acknowledges what is on the disk, the echo what it has answered.")
    say(await webhook.report(provider, few))
    say("## Sending")
    say("Goal: 1,000 sends/s of one courier, claimed and marked, with TLS and 50 ms until each answer.")
    say(await couriers.report(few))
    say("## A network that grows")
    say("Goal: at most 1.1 times as much in the large one.")
    say(await growth.report(provider, few))
    say("## Charts")
    say(f"Goal: {charts.GOAL_MS} ms to draw each, off the message path. A process is started for each picture.")
    say(await charts.report(few))
    say("## Starting")
    say("Goal: within 5 s, 300 MB.")
    say(await starting.report(provider, few))
    await provider.close()
    return "\n\n".join(parts)


def _where(rounds: int, few: int) -> str:
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y} by `make bench`: {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}. Load average at the start: "
        f"{os.getloadavg()[0]:.1f}. Each case runs in turn with its reference; figures are medians ({rounds} rounds of "
        f"the first table, {few} of the others). SQLite with `synchronous=FULL`, PostgreSQL with its defaults: what is "
        "acknowledged is on the disk. The reference is a bare aiogram webhook echo with library defaults; *frozen* is "
        "the same with its garbage collector frozen, as Jisr has it. CPU is user and system time of the process."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
