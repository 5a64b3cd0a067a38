"""The page of phones, and what its buttons do: ``/``, ``/page/...``, ``/sandbox/...``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import samples, views
from bot.sandbox.bubbles import Attachment
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.phones import Phone
from bot.sandbox.shelf import dial_codes
from bot.sandbox.standins import StandIns

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
LATE_S = 3.0  # of the fault "slow"
LANGUAGES = ("en", "fr", "ar")
NAME = 40


class BadRequestError(HTTPException):
    """The page asked for something that is not there."""

    def __init__(self, what: str) -> None:
        super().__init__(400, what)


class Pages:
    """What the page is served, and what it may do. ``advance`` moves the clock by seconds."""

    def __init__(self, standins: StandIns, advance: Callable[[float], None]) -> None:
        self._standins = standins
        self._advance = advance

    def routes(self) -> list[Route]:
        """Return the HTTP routes."""
        return [
            Route("/", self._index),
            Route("/page/{name}", self._static),
            Route("/sandbox/events", self._events),
            Route("/sandbox/files/{phone}/{file}", self._file),
            Route("/sandbox/clock", self._clock, methods=["POST"]),
            Route("/sandbox/faults", self._faults, methods=["POST"]),
            Route("/sandbox/phones", self._add, methods=["POST"]),
            Route("/sandbox/phones/{phone}/{act}", self._act, methods=["POST"]),
        ]

    async def _index(self, _request: Request) -> Response:
        return _served("index.html")

    async def _static(self, request: Request) -> Response:
        return _served(request.path_params["name"])

    async def _events(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self) -> AsyncIterator[str]:
        standins = self._standins
        queue = standins.shelf.watch()
        try:
            yield _event("state", views.everything(standins))
            while (word := await queue.get()) != "bye":
                if word == "clock":
                    yield _event("clock", standins.clock.now().isoformat())
                elif word == "faults":
                    yield _event("faults", views.faults(standins))
                elif word in standins.shelf.all:
                    yield _event("phone", views.phone(standins, standins.shelf.all[word]))
        finally:
            standins.shelf.forget(queue)

    async def _file(self, request: Request) -> Response:
        phone = self._standins.shelf.all.get(request.path_params["phone"])
        for bubble in phone.messages if phone else []:
            if bubble.attachment and bubble.attachment.id == request.path_params["file"]:
                inline = bubble.attachment.kind in {"picture", "voice", "audio"}
                headers = {"Content-Disposition": "inline" if inline else "attachment"}
                return Response(bubble.attachment.data, media_type=bubble.attachment.mime, headers=HEADERS | headers)
        return Response(status_code=404)

    async def _clock(self, request: Request) -> Response:
        seconds = float((await _body(request)).get("seconds", 0))
        if seconds > 0:
            self._advance(seconds)
            self._standins.shelf.tell_all("clock")
        return JSONResponse({"now": self._standins.clock.now().isoformat()})

    async def _faults(self, request: Request) -> Response:
        body = await _body(request)
        if body.get("kind") not in set(FaultKind):
            raise BadRequestError("kind")
        kind = FaultKind(body["kind"])
        self._standins.faults.lift(kind)
        if body.get("on"):
            seconds = LATE_S if kind is FaultKind.SLOW else 1.0
            self._standins.faults.lay(Fault(kind, times=None, share=0.5, seconds=seconds))
        self._standins.shelf.tell_all("faults")
        return JSONResponse({})

    async def _add(self, request: Request) -> Response:
        body = await _body(request)
        if body.get("app") not in {"telegram", "whatsapp"} or body.get("country") not in dial_codes():
            return Response(status_code=400)
        phone = self._standins.phone(
            app=body["app"],
            country=body["country"],
            language=body["language"] if body.get("language") in LANGUAGES else "en",
            name=str(body.get("name", "")).strip()[:NAME],
            shows_number=bool(body.get("shows_number", True)),
        )
        return JSONResponse({"id": phone.id})

    async def _act(self, request: Request) -> Response:
        phone = self._standins.shelf.all.get(request.path_params["phone"])
        if phone is None:
            return Response(status_code=404)
        try:
            await self._do(phone, request.path_params["act"], request)
        except (KeyError, IndexError, ValueError) as error:
            raise BadRequestError("what") from error
        return JSONResponse({})

    async def _do(self, phone: Phone, act: str, request: Request) -> None:
        if act == "file":
            return await _send_file(phone, request)
        body = await _body(request)
        match act:
            case "text":
                await phone.says(str(body["text"]))
            case "start":
                await phone.starts(str(body.get("payload", "")))
            case "tap":
                bubble = _known(phone.bubble(str(body["bubble"])))
                phone.line.tap(phone, bubble, bubble.taps[int(body["place"])])
            case "edit":
                await phone.edits(_known(phone.bubble(str(body["bubble"]))), str(body["text"]))
            case "sample":
                await phone.sends(samples.voice())
            case "block":
                await phone.blocks(blocked=bool(body["blocked"]))
            case "change":
                _change(phone, body)
            case _:
                raise BadRequestError(act)
        return None


def _change(phone: Phone, body: dict[str, Any]) -> None:
    if body.get("country") in dial_codes():
        phone.country = body["country"]
    if body.get("language") in LANGUAGES:
        phone.language = body["language"]
    phone.changed()


async def _send_file(phone: Phone, request: Request) -> None:
    mime = request.query_params.get("mime") or "application/octet-stream"
    kind = {"image": "picture", "audio": "audio", "video": "video"}.get(mime.partition("/")[0], "document")
    name = request.query_params.get("name", "file")
    _same_site(request)
    await phone.sends(Attachment("", kind, name, mime, await request.body()))


def _known(bubble: Any) -> Any:
    if bubble is None:
        raise BadRequestError("message")
    return bubble


def _served(name: str) -> Response:
    kind = TYPES.get(name.rpartition(".")[2])
    path = files("bot.sandbox") / "page" / name
    if kind is None or "/" in name or "\\" in name or not path.is_file():
        return Response(status_code=404)
    return Response(path.read_bytes(), media_type=kind, headers=HEADERS)


async def _body(request: Request) -> dict[str, Any]:
    _same_site(request)
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise BadRequestError("body") from error
    if not isinstance(body, dict):
        raise BadRequestError("body")
    return body


def _same_site(request: Request) -> None:
    """Refuse what another site's page sends to this machine."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise BadRequestError("origin")


def _event(name: str, value: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
