"""The web server: uvicorn, on a port of ours, that says when it listens."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

BACKLOG = 2048  # connections that wait to be taken
FAREWELL_S = 5  # for the requests under way when the program stops


class Server(uvicorn.Server):
    """uvicorn without its signal handlers (the program stops as one), that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def serve(web: ASGIApp) -> Server:
    """Return a server of an application."""
    config = uvicorn.Config(
        web,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nobody asks who delivers
        timeout_graceful_shutdown=FAREWELL_S,
    )
    return Server(config)


def listen(host: str, port: int) -> socket.socket:
    """Take a port (0: any free one); raise OSError when it is taken, where uvicorn would end the process."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
