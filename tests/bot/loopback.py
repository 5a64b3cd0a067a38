"""A server on the loopback for one test: no connection outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(answer: Answer, backlog: int = 100) -> AsyncIterator[int]:
    """Answer each connection to a free port, and give the port; at the end wait for the answers under way.

    Whoever called may be gone before the answer: a connection that breaks is no error.
    """
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            try:
                await answer(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    async with await asyncio.start_server(begin, "127.0.0.1", 0, backlog=backlog) as server:
        yield int(server.sockets[0].getsockname()[1])
    await asyncio.gather(*under_way)
