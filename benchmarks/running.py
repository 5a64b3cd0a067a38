"""What is measured runs as a process of its own, so that its CPU is its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psutil

START_AT_MOST_S = 120


@dataclass
class Running:
    """One process that serves. ``said``: the JSON that it printed when it ended."""

    url: str
    process: psutil.Process
    said: dict[str, Any] = field(default_factory=dict)

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """Return the resident memory."""
        return float(self.process.memory_info().rss / 1e6)


@asynccontextmanager
async def running(argv: Sequence[str], variables: Mapping[str, str], *, ready: str = "") -> AsyncIterator[Running]:
    """Run ``python argv`` with ``{port}`` filled in, until the block ends; enter it when it serves.

    ``ready``: the path that answers 200 then; by default any answer will do.
    """
    port = free_port()
    filled = [part.format(port=port) for part in argv]
    environment = {**os.environ, **{key: value.format(port=port) for key, value in variables.items()}}
    child = await asyncio.create_subprocess_exec(
        sys.executable, *filled, env=environment, stdout=asyncio.subprocess.PIPE
    )
    found = Running(f"http://127.0.0.1:{port}", psutil.Process(child.pid))
    try:
        await _serving(found.url + ready, 200 if ready else None)
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        printed, _ = await child.communicate()
        lines = printed.decode().splitlines()
        found.said |= json.loads(lines[-1]) if lines else {}


async def _serving(url: str, status: int | None) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_AT_MOST_S):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if status in {None, answer.status}:
                        return
            await asyncio.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
