"""WhatsApp, by the Cloud API (developers.facebook.com/docs/whatsapp/cloud-api), through pywa's client."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, cast

import httpx
from aiohttp import ClientError, ClientSession, ClientTimeout
from httpx_aiohttp import AiohttpTransport
from pywa.errors import WhatsAppError
from pywa.types.callback import Button, SectionRow
from pywa_async.client import WhatsApp

from bot.channels import Rates, RawItem, Remedy, SendError, Sent, signatures, whatsapp_fitting
from bot.channels.whatsapp_errors import classify, remedy_for
from bot.channels.whatsapp_messages import WhatsAppMessages
from bot.channels.whatsapp_openers import BODIES, FAULTS, Opener, in_order
from bot.channels.whatsapp_parsing import parse, raw_items
from bot.channels.whatsapp_standing import WhatsAppStanding
from handlers.messages import Item, Media, MediaKind, Outgoing, Style

_SIGNATURE_HEADER = "x-hub-signature-256"
_PROVIDER = "graph.facebook.com"  # pywa knows no other host
_PATIENCE = httpx.Timeout(30, connect=10)  # seconds
_SAME_PATIENCE = ClientTimeout(connect=30, sock_connect=10, sock_read=30)  # as httpx-aiohttp passes it on
_FAILURES = (WhatsAppError, httpx.HTTPError, httpx.InvalidURL, ClientError, OSError, ValueError, KeyError, TypeError)

# Type, most bytes, default name and type of content (developers.facebook.com/docs/whatsapp/cloud-api/reference/media).
_UPLOADS: Mapping[MediaKind, tuple[str, int, str, str]] = {
    MediaKind.VOICE: ("audio", 16_000_000, "voice.ogg", "audio/ogg"),
    MediaKind.AUDIO: ("audio", 16_000_000, "audio.mp3", "audio/mpeg"),
    MediaKind.PICTURE: ("image", 5_000_000, "picture.jpg", "image/jpeg"),
    MediaKind.VIDEO: ("video", 16_000_000, "video.mp4", "video/mp4"),
    MediaKind.DOCUMENT: ("document", 100_000_000, "document.pdf", "application/pdf"),
}

# Of what is not among the types that it takes, such as iCalendar: the ending of the file's name is kept, and opens it.
_AS = {"text/calendar": "text/plain"}


class _Elsewhere(AiohttpTransport):
    """aiohttp below httpx, with calls to the provider's host sent to ``base``."""

    def __init__(self, base: httpx.URL) -> None:
        super().__init__()
        self._base = base

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == _PROVIDER:
            request.url = self.moved(request.url)
            request.headers["host"] = self._base.netloc.decode()
        return await super().handle_async_request(request)

    def moved(self, url: httpx.URL) -> httpx.URL:
        """Return an address of the provider as it is reached."""
        return url.copy_with(scheme=self._base.scheme, host=self._base.host, port=self._base.port)

    def connections(self) -> ClientSession:
        """Return the session below, made at its first use, which must be in a loop."""
        if not isinstance(self.client, ClientSession):
            self.client = self.get_client()
        return self.client


class WhatsAppChannel:
    """One number. Message ids hold the other's phone number: they are as secret as it."""

    name = "whatsapp"

    def __init__(  # noqa: PLR0917  # the credentials in the order of the settings
        self,
        account: str,
        token: str,
        phone_id: str,
        app_secret: str,
        verify_token: str,
        api_url: str,
        *,
        openers: Mapping[str, Opener] | None = None,
        reach_per_day: int = 250,
    ) -> None:
        """``openers``: by language, the approved utility templates that ask people to reply.

        ``reach_per_day``: different people a day outside the window, by the account's tier
        (developers.facebook.com/docs/whatsapp/messaging-limits). ``api_url``: scheme and host.
        """
        self.account = account
        # docs/whatsapp/cloud-api/overview, on throughput and on the pair rate limit
        self.rates = Rates(
            account=(80, 1.0, 80), chat=(1, 6.0, 45), window_h=24, reach_per_day=reach_per_day, undelivered=("131026",)
        )
        self._phone_id, self._app_secret, self._verify_token = phone_id, app_secret, verify_token
        self._openers = openers or {language: Opener("jisr_waiting", language) for language in BODIES}
        below = _Elsewhere(httpx.URL(api_url))
        self._http = httpx.AsyncClient(transport=below, timeout=_PATIENCE)
        self._client = WhatsApp(phone_id=phone_id, token=token, session=self._http)
        messages = f"{below.moved(self._http.base_url)}{phone_id}/messages"
        self._messages = WhatsAppMessages(messages, self._http.headers, below.connections, _SAME_PATIENCE)
        self._number = ""
        self.standing = WhatsAppStanding(self._client.api, phone_id, partial(self._call, sends=False))
        _quieten()

    def authentic(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the raw body is signed with the app secret."""
        expected = signatures.sha256_of(body, self._app_secret) if self._app_secret else ""
        return signatures.same(signatures.header(headers, _SIGNATURE_HEADER), expected)

    def challenge(self, params: Mapping[str, str]) -> str | None:
        """Return the text that answers the provider's GET, None when the verify token is wrong."""
        given = params.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        if params.get("hub.mode") != "subscribe" or not signatures.same(given, self._verify_token):
            return None
        return params.get("hub.challenge", "")

    def split(self, payload: Mapping[str, Any]) -> list[RawItem]:
        """Return every message and status for our number; raise ValueError when it is no delivery."""
        return raw_items(payload, phone_id=self._phone_id)

    def parse(self, body: str) -> Item:
        """Return what an item says; raise ValueError when it is malformed."""
        return parse(body, account=self.account)

    def fit(self, message: Outgoing) -> list[Outgoing]:
        """Return the calls that a message takes; raise ValueError for choices that cannot be shown."""
        return whatsapp_fitting.fit(message)

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Send a text, a question or a file (uploaded first: only the last call is the message)."""
        if part.media is not None:
            kind, content = await self._uploaded(part, media)
            return await self._send(external, kind, content, tracker)
        if part.choices:
            return await self._send(external, "interactive", _interactive(part), tracker)
        return await self._send(external, "text", {"body": part.text, "preview_url": False}, tracker)

    async def open_window(self, external: str, *, language: str, waiting: int, tracker: str) -> Sent:
        """Send the template that says how many messages wait; the answer opens the 24 hours.

        Where Meta paused it in the person's language, or does not have it, it goes in another.
        """
        *tried, last = in_order(self._openers, language)
        for opener in tried:
            try:
                return await self._send(external, "template", opener.content(waiting), tracker)
            except SendError as error:
                if error.code not in FAULTS:
                    raise
        return await self._send(external, "template", last.content(waiting), tracker)

    def remedy(self, code: str) -> Remedy:
        """Return what to do about a failed receipt's error."""
        return remedy_for(code)

    async def acknowledge(self, item: RawItem) -> None:
        """Do nothing: the app waits for no answer to a press."""

    async def download(self, media: Media, *, at_most: int) -> bytes:
        """Return a file of at most ``at_most`` bytes."""
        found = await self._call(self._client.api.get_media_url(media.ref))
        if int(found.get("file_size") or 0) > at_most:
            raise SendError(Remedy.REJECTED, "too_large")
        content: bytes = await self._call(self._fetch(str(found["url"]), at_most))
        if len(content) > at_most:
            raise SendError(Remedy.REJECTED, "too_large")
        return content

    async def _fetch(self, url: str, at_most: int) -> bytes:
        """Return the first ``at_most`` bytes of a file, or a little more."""
        content = bytearray()
        async with self._client.api.stream_media_bytes(url) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > at_most:
                    break
        return bytes(content)

    async def deep_link(self, code: str) -> str:
        """Return the link that opens a chat with our number and ``code`` typed in."""
        if not self._number:
            found = await self._call(self._client.api.get_business_phone_number(self._phone_id))
            self._number = "".join(filter(str.isdigit, str(found.get("display_phone_number", ""))))
        return str(httpx.URL(f"https://wa.me/{self._number}", params={"text": code}))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(self, external: str, kind: str, content: dict[str, Any], tracker: str) -> Sent:
        """Make the call."""
        answer = await self._call(self._messages.send(external, kind, content, tracker))
        try:
            return Sent(str(answer["messages"][0]["id"]))
        except (LookupError, TypeError):
            failure = SendError(Remedy.RETRY, "answer", ambiguous=True)
        raise failure

    async def _uploaded(self, part: Outgoing, content: bytes | None) -> tuple[str, dict[str, Any]]:
        """Upload a file; return its type and the content of the message that shows it."""
        if part.media is None or content is None:
            raise SendError(Remedy.REJECTED, "no_media")
        kind, most, name, mime = _UPLOADS[part.media.kind]
        if len(content) > most:
            raise SendError(Remedy.REJECTED, "too_large")
        name, mime = part.media.name or name, _AS.get(part.media.mime, part.media.mime) or mime
        upload = self._client.api.upload_media(self._phone_id, content, mime, name)
        answer = await self._call(upload, sends=False)
        shown: dict[str, Any] = {"id": str(answer["id"])}
        if part.text:
            shown["caption"] = part.text
        if part.media.kind is MediaKind.DOCUMENT:
            shown["filename"] = name
        if part.media.kind is MediaKind.VOICE:
            shown["voice"] = True
        return kind, shown

    async def _call(self, call: Any, *, sends: bool = True) -> Any:
        """Await a call of the client. Its own errors quote people and texts: none is chained.

        ``sends``: whether the call is the message, so that a lost answer is ambiguous.
        """
        try:
            return await cast("Awaitable[Any]", call)
        except _FAILURES as error:
            failure = classify(error)
        failure.ambiguous = failure.ambiguous and sends
        raise failure


def _interactive(part: Outgoing) -> dict[str, Any]:
    body = {"text": part.text}
    if part.style is Style.BUTTONS:
        buttons = [Button(choice.label, choice.token).to_dict() for choice in part.choices]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    rows = [SectionRow(choice.label, choice.token, choice.note or None).to_dict() for choice in part.choices]
    return {"type": "list", "body": body, "action": {"button": part.list_button, "sections": [{"rows": rows}]}}


def _quieten() -> None:
    """Keep the client from logging requests: at DEBUG pywa writes numbers and texts, httpx URLs."""
    for name in ("pywa", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
