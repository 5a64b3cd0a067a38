"""Serving an ASGI app on a loopback port, inside this process."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import uvicorn


def free_port(port: int = 0) -> socket.socket:
    """Return a listening socket on loopback (``port`` 0: any free one); raise OSError when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    listener.setblocking(False)
    return listener


class _Quiet(uvicorn.Server):
    """A server that leaves the signals to the program."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # a context manager either way
        """Leave them."""
        return nullcontext()


class Serving:
    """One server: started, with its address, until it is closed."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self.socket = free_port(port)
        self.port: int = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1, ws="none"
        )
        self._server = _Quiet(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve. The socket listens already: who calls too early waits, and is served."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self.socket]))

    async def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self.socket.close()
