"""A stand-in for the WhatsApp Cloud API over HTTP: ``/v<nn>.0/<phone id>/messages``, media, webhooks.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import whatsapp_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.bubbles import Attachment
from bot.sandbox.delivery import Delivery, Wrapping
from bot.sandbox.dropped import Dropped
from bot.sandbox.faults import CALLS, Fault, FaultKind, Faults
from bot.sandbox.forms import Form, read
from bot.sandbox.recorder import Call, Recorder
from bot.sandbox.shelf import Shelf
from bot.sandbox.whatsapp_business import Account, Business
from bot.sandbox.whatsapp_checks import DOCUMENTS, MEDIA, RefusedError
from bot.sandbox.whatsapp_line import WhatsAppLine
from bot.sandbox.whatsapp_sends import Sends

BATCH = 50  # items in one webhook at most; the real one goes to 1,000


class WhatsAppApi(WhatsAppLine):
    """One business number at WhatsApp, and the phones that talk with it."""

    def __init__(self, shelf: Shelf, alarm: Alarm, recorder: Recorder, faults: Faults, *, account: Account) -> None:
        self.account = account
        self.url = ""  # where the stand-in is served
        self._recorder, self._faults = recorder, faults
        wrapping = Wrapping(
            BATCH,
            lambda batch: updates.delivery(batch, account.phone_id),
            lambda body: {"X-Hub-Signature-256": updates.signature(account.app_secret, body)},
        )
        self.webhook = Delivery("whatsapp", alarm, faults, wrapping)
        super().__init__(alarm, self.webhook)
        self.sends = Sends(shelf, alarm, self)
        self.business = Business(account, self.webhook, self.sends.templates)

    def routes(self) -> list[Route]:
        """Return the HTTP routes."""
        return [
            Route("/v{version:float}/{sender}/messages", self._messages, methods=["POST"]),
            Route("/v{version:float}/{sender}/media", self._upload, methods=["POST"]),
            Route("/v{version:float}/{object}", self._object, methods=["GET", "DELETE"]),
            Route("/whatsapp-media/{id}", self._download),
            *self.business.routes(),
        ]

    async def run(self) -> None:
        """Deliver to the webhook for ever."""
        await self.webhook.run()

    async def _messages(self, request: Request) -> Response:
        return await self._call(request, "messages")

    async def _upload(self, request: Request) -> Response:
        return await self._call(request, "media")

    async def _object(self, request: Request) -> Response:
        return await self._call(request, "object")

    async def _call(self, request: Request, name: str) -> Response:
        try:
            form = await read(request)
        except ValueError:
            form = Form()
        sends = name == "messages" and form.fields.get("status") != "read"
        fault = self._faults.strike("whatsapp", name, CALLS, sends=sends)
        status, answer = self._answer(request, name, form, fault)
        to = str(form.fields.get("to") or form.fields.get("recipient") or "")
        struck = fault.kind.value if fault else ""
        self._recorder.add(Call("whatsapp", name, form.fields, status, answer, self.now(), to, struck))
        if fault and fault.kind is FaultKind.LOST:
            return Dropped()
        if fault and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        return JSONResponse(answer, status)

    def _answer(self, request: Request, name: str, form: Form, fault: Fault | None) -> tuple[int, dict[str, Any]]:
        try:
            self._admit(request)
            _misfortune(fault)
            if name == "messages":
                return 200, self.sends.take(form.fields)
            if name == "media":
                return 200, self._keep_upload(form)
            return 200, self._look_up(request)
        except RefusedError as refusal:
            return refusal.status, refusal.body()

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.account.token}":
            raise RefusedError(190, "Invalid OAuth access token", 401)
        sender = request.path_params.get("sender", self.account.phone_id)
        if sender != self.account.phone_id:
            raise RefusedError(100, f"Unsupported post request. Object with ID '{sender}' does not exist")

    def _keep_upload(self, form: Form) -> dict[str, Any]:
        upload = form.files.get("file")
        if upload is None or form.fields.get("messaging_product") != "whatsapp":
            raise RefusedError(100, "file and messaging_product are required")
        mime = str(form.fields.get("type") or upload.mime)
        kind = mime.partition("/")[0]
        if kind not in MEDIA and mime not in DOCUMENTS:
            raise RefusedError(100, f"Param file must be a file with one of the supported types. Received {mime}")
        most = MEDIA.get(kind, MEDIA["document"])
        if len(upload.data) > most:
            raise RefusedError(131053, f"file is larger than {most} bytes")
        names = {"image": "picture", "audio": "voice" if "ogg" in mime else "audio", "video": "video"}
        return {"id": self.keep(Attachment("", names.get(kind, "document"), upload.name, mime, upload.data)).id}

    def _look_up(self, request: Request) -> dict[str, Any]:
        wanted = request.path_params["object"]
        if wanted == self.account.phone_id:
            about = {"id": wanted, "display_phone_number": updates.DISPLAY_NUMBER, "verified_name": "Jisr"}
            return about | self.business.number()
        file = self.files.get(wanted)
        if file is None:
            raise RefusedError(100, f"Unsupported get request. Object with ID '{wanted}' does not exist")
        if request.method == "DELETE":
            del self.files[wanted]
            return {"success": True}
        shown = {"id": wanted, "mime_type": file.mime, "file_size": len(file.data), "messaging_product": "whatsapp"}
        url = f"{self.url}/whatsapp-media/{wanted}"
        return shown | {"url": url, "sha256": hashlib.sha256(file.data).hexdigest()}

    async def _download(self, request: Request) -> Response:
        file = self.files.get(request.path_params["id"])
        if file is None or request.headers.get("authorization") != f"Bearer {self.account.token}":
            return Response(status_code=401 if file else 404)
        return Response(file.data, media_type=file.mime)


def _misfortune(fault: Fault | None) -> None:
    if fault and fault.kind is FaultKind.RATE:
        raise RefusedError(130429)
    if fault and fault.kind is FaultKind.SERVER:
        raise RefusedError(131000, status=500)
