"""``make bench``: every measurement, printed as tables."""

from __future__ import annotations

import asyncio
import os
import platform

from benchmarks import inbound


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {inbound.ROUNDS} runs in turn\n")
    print("## Inbound, fully durable on SQLite (synchronous=FULL)\n")
    print(inbound.table(asyncio.run(inbound.main())))


if __name__ == "__main__":
    main()
