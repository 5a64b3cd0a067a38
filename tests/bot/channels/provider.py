"""A provider on loopback: real HTTP, scripted answers, every request kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Request:
    """What a client asked."""

    method: str
    path: str
    fields: dict[str, Any]
    headers: dict[str, str]


@dataclass
class Provider:
    """Answers with what was put into ``answers``, then with ``usual``; ``HANG_UP`` closes the line."""

    usual: Any = field(default_factory=dict)
    answers: list[tuple[int, Any] | str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    @property
    def last(self) -> Request:
        """The last request."""
        return self.requests[-1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the request and give the next answer."""
        fields = await _fields(request)
        self.requests.append(Request(request.method, request.path, fields, dict(request.headers)))
        answer = self.answers.pop(0) if self.answers else (200, self.usual)
        if isinstance(answer, str):
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        status, content = answer
        if isinstance(content, bytes):
            return web.Response(status=status, body=content)
        if isinstance(content, str):
            return web.Response(status=status, text=content)
        return web.json_response(content, status=status)


HANG_UP = "hang up"


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    if request.content_type == "multipart/form-data" or request.can_read_body:
        return {
            name: value.file.read() if isinstance(value, web.FileField) else value
            for name, value in (await request.post()).items()
        }
    return {}


@asynccontextmanager
async def provider(usual: Any) -> AsyncIterator[Provider]:
    """Serve on a free port of loopback."""
    served = Provider(usual)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", served.handle)
    server = TestServer(app)
    await server.start_server(access_log=None)
    try:
        served.url = str(server.make_url("")).rstrip("/")
        yield served
    finally:
        await server.close()
