"""The web: where providers deliver, and where the program says how it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import calendars
from bot.channels import Channel
from bot.clock import Clock
from bot.ingress import BODY_AT_MOST, Ingress
from bot.metrics import Metrics
from network import feeds
from network.store import Store

PRIVATE = {"cache-control": "private, no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


class TooLarge(Exception):
    """A body is larger than any provider sends."""


class Doors:
    """What answers each path."""

    def __init__(
        self,
        *,
        ingress: Ingress,
        channels: Mapping[tuple[str, str], Channel],
        store: Store,
        clock: Clock,
        metrics: Metrics,
        is_ready: Callable[[], bool],
        takes_in: bool = True,
    ) -> None:
        self._ingress = ingress
        self._channels = channels
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._is_ready = is_ready
        self._takes_in = takes_in
        self._visits = calendars.Visits()

    def app(self) -> ASGIApp:
        """Return the web application; a process that takes nothing in has no doors for providers.

        What providers deliver goes straight to its door: the way through the routes would cost half as much again.
        """
        routes = [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._page),
            Route("/calendar/{token}.ics", self._calendar),
        ]
        if not self._takes_in:
            return Starlette(routes=routes)
        others = Starlette(routes=[*routes, Route("/whatsapp/{account}", self._challenge, methods=["GET"])])
        doors = {f"/{name}/{account}": channel for (name, account), channel in self._channels.items()}

        async def web(scope: Scope, receive: Receive, send: Send) -> None:
            """Take a delivery straight to its door, and everything else to the pages."""
            channel = doors.get(scope["path"]) if scope.get("method") == "POST" else None
            if channel is None:
                await others(scope, receive, send)
            else:
                status = await self._deliver(channel, Request(scope, receive))
                await _status(status)(scope, receive, send)

        return web

    async def _deliver(self, channel: Channel, request: Request) -> HTTPStatus:
        if not self._is_ready():
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            body = await read(request, at_most=BODY_AT_MOST)
        except TooLarge:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except ClientDisconnect:
            return HTTPStatus.BAD_REQUEST
        return await self._ingress.deliver(channel, request.headers, body)

    async def _challenge(self, request: Request) -> Response:
        """Prove to Meta that the address is ours (developers.facebook.com/docs/graph-api/webhooks)."""
        channel: Any = self._channels.get(("whatsapp", request.path_params["account"]))
        if channel is None:
            return _status(HTTPStatus.NOT_FOUND)
        answer: str | None = channel.challenge(request.query_params)
        return _status(HTTPStatus.FORBIDDEN) if answer is None else PlainTextResponse(answer)

    async def _calendar(self, request: Request) -> Response:
        """Give a member's private calendar to whoever knows its address; where it holds not, say no more than that."""
        now, token = self._clock.now(), request.path_params["token"]
        if not self._is_ready():
            return _status(HTTPStatus.SERVICE_UNAVAILABLE)
        async with self._store.reading(now) as tx:
            entries = await feeds.read(tx, token=token)
        if entries is None:
            return Response(status_code=HTTPStatus.NOT_FOUND, headers=PRIVATE)
        if self._visits.too_many(token, now):
            return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=PRIVATE | calendars.LATER)
        return Response(calendars.feed(entries, now), media_type=calendars.MIME, headers=PRIVATE)

    async def _healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _readyz(self, _request: Request) -> Response:
        return PlainTextResponse("ready") if self._is_ready() else _status(HTTPStatus.SERVICE_UNAVAILABLE)

    async def _page(self, _request: Request) -> Response:
        page = await self._metrics.page(self._store, self._clock.now(), accounts=self._channels)
        return Response(page, media_type=CONTENT_TYPE_LATEST)


async def read(request: Request, *, at_most: int) -> bytes:
    """Return the body of a request; raise TooLarge as soon as it is known to exceed ``at_most`` bytes."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > at_most:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most:
            raise TooLarge
    return bytes(body)


def _status(status: HTTPStatus) -> Response:
    return Response(status_code=status)
