"""How many messages one courier sends in a second to a provider far away, claimed and marked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.far_provider import certificate
from benchmarks.running import free_port
from benchmarks.tables import table

CHANNELS = ("telegram", "whatsapp")


@dataclass(frozen=True)
class Pace:
    """What one run of the courier did."""

    a_second: float
    core: float  # the share of one core that it used


async def report(rounds: int) -> str:
    """Return the table of both channels, each beside a loop around its client alone."""
    found: dict[tuple[str, bool], list[Pace]] = {
        (channel, alone): [] for channel in CHANNELS for alone in (False, True)
    }
    with tempfile.TemporaryDirectory() as folder:
        public, private = certificate(Path(folder))
        async with _far_provider(public, private) as port:
            for _ in range(rounds):
                for (channel, alone), paces in found.items():
                    paces.append(await _measure(channel, port, public, alone=alone))
    rows = []
    for (channel, alone), paces in found.items():
        speed, core = statistics.median(p.a_second for p in paces), statistics.median(p.core for p in paces)
        name = f"{channel}, its client alone" if alone else channel
        rows.append([name, f"{speed:.0f}", f"{core:.2f}", f"{core / speed * 1000:.2f}"])
    return table(["one courier, TLS, 50 ms", "sends/s", "cores", "CPU a send, ms"], rows)


@asynccontextmanager
async def _far_provider(public: Path, private: Path) -> AsyncIterator[int]:
    port = free_port()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.far_provider", str(port), str(public), str(private)
    )
    try:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.05)
        yield port
    finally:
        child.terminate()
        await child.wait()


async def _measure(channel: str, port: int, public: Path, *, alone: bool) -> Pace:
    with tempfile.TemporaryDirectory() as home:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.courier_child", channel, f"https://127.0.0.1:{port}", str(public)),
            "bare" if alone else home,
            env={**os.environ, "SSL_CERT_FILE": str(public)},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await child.communicate()
    return Pace(**json.loads(printed.decode().splitlines()[-1]))
