"""A message sent as plain fields is on the wire what pywa sends, and its answer is read the same."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from httpx_aiohttp import AiohttpTransport
from pywa_async.client import WhatsApp

from bot.channels import Remedy, SendError, Sent
from bot.channels.whatsapp import WhatsAppChannel
from handlers.messages import Choice, Outgoing, Style
from tests.bot.channels.conftest import PERSON, TOKEN
from tests.bot.loopback import served

USER = "NE.ab91208655302741918"
TAKEN = b'{"messages":[{"id":"wamid.7"}]}'
BUTTON = {"type": "reply", "reply": {"id": "a:0", "title": "Oui"}}
ROW = {"id": "a:0", "title": "Tribunaux", "description": "Première instance"}
CHOICE = Choice("a:0", "Oui")
PLACE = Choice("a:0", "Tribunaux", "Première instance")


@asynccontextmanager
async def wire(status: str = "200 OK", answer: bytes = TAKEN, *head: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve one answer on the loopback; give the address, and what comes there as it stands on the wire."""
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in above.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        came.append(above + await reader.readexactly(int(length.partition(b":")[2])))
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(answer)}", "Connection: close", *head, "", ""]
        writer.write("\r\n".join(lines).encode() + answer)
        await writer.drain()

    async with served(serve) as port:
        yield f"http://127.0.0.1:{port}", came


def read(request: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """Return line, headers (their names have no case and no order: RFC 9110, 5.1 and 5.3) and body."""
    above, _, body = request.partition(b"\r\n\r\n")
    line, *headers = above.split(b"\r\n")
    named = (header.partition(b": ") for header in headers)
    return line, sorted((name.lower(), value) for name, _, value in named), body


async def by_pywa(url: str, to: dict[str, str], kind: str, content: dict[str, Any]) -> Any:
    """Send a message by pywa's own client."""
    async with httpx.AsyncClient(transport=AiohttpTransport()) as http:
        client = WhatsApp(phone_id="1001", token=TOKEN, session=http)
        http.base_url = httpx.URL(url).join(http.base_url.raw_path.decode())
        whom: dict[str, Any] = {"to": None, "recipient": None, **to}
        return await client.api.send_message(
            sender="1001",
            recipient_type="individual",
            typ=kind,
            msg=content,
            biz_opaque_callback_data="o1",
            **whom,
        )


async def by_us(url: str, to: str, part: Outgoing) -> Sent:
    """Send a message as the courier does."""
    channel = WhatsAppChannel("main", TOKEN, "1001", "s", "v", url)
    try:
        return await channel.send(to, part, tracker="o1")
    finally:
        await channel.close()


@pytest.mark.parametrize(
    ("to", "part", "whom", "kind", "content"),
    [
        (PERSON, Outgoing("Salut"), {"to": PERSON}, "text", {"body": "Salut", "preview_url": False}),
        (
            USER,
            Outgoing('جسر « é » 🙂 \u2067x\u2069 " \\ \n'),
            {"recipient": USER},
            "text",
            {"body": 'جسر « é » 🙂 \u2067x\u2069 " \\ \n', "preview_url": False},
        ),
        (
            PERSON,
            Outgoing("Sûr ?", choices=(CHOICE,)),
            {"to": PERSON},
            "interactive",
            {"type": "button", "body": {"text": "Sûr ?"}, "action": {"buttons": [BUTTON]}},
        ),
        (
            PERSON,
            Outgoing("Où ?", choices=(PLACE,), style=Style.LIST, list_button="Choisir"),
            {"to": PERSON},
            "interactive",
            {
                "type": "list",
                "body": {"text": "Où ?"},
                "action": {"button": "Choisir", "sections": [{"rows": [ROW]}]},
            },
        ),
    ],
    ids=["text", "script", "buttons", "list"],
)
async def test_the_request_is_pywas(
    to: str, part: Outgoing, whom: dict[str, str], kind: str, content: dict[str, Any]
) -> None:
    """Line, headers and body are the same, and so is the id that comes back."""
    async with wire() as (url, came):
        ours, theirs = await by_us(url, to, part), await by_pywa(url, whom, kind, content)
    assert read(came[0]) == read(came[1])
    assert ours.ref == theirs["messages"][0]["id"] == "wamid.7"


async def test_a_compressed_answer_is_read() -> None:
    """What the headers offer is understood: a compressed answer, and a compressed refusal."""
    async with wire("200 OK", gzip.compress(TAKEN), "Content-Encoding: gzip") as (url, _):
        assert await by_us(url, PERSON, Outgoing("x")) == Sent("wamid.7")
    refused = gzip.compress(b'{"error":{"message":"m","code":131047}}')
    async with wire("400 Bad Request", refused, "Content-Encoding: gzip") as (url, _):
        with pytest.raises(SendError) as caught:
            await by_us(url, PERSON, Outgoing("x"))
    assert caught.value.remedy is Remedy.TEMPLATE


@pytest.mark.parametrize(("said", "seconds"), [("17", 17.0), ("soon", None)])
async def test_a_wait_that_is_asked_for_is_kept(said: str, seconds: float | None) -> None:
    """Retry-After in seconds is passed on; in any other form it is not."""
    refused = b'{"error":{"message":"m","code":130429}}'
    async with wire("429 Too Many Requests", refused, f"Retry-After: {said}") as (url, _):
        with pytest.raises(SendError) as caught:
            await by_us(url, PERSON, Outgoing("x"))
    assert (caught.value.remedy, caught.value.retry_after_s) == (Remedy.PAUSE, seconds)


async def test_an_address_elsewhere_is_not_followed() -> None:
    """A redirection is no answer: the token goes to no other host."""
    async with wire("302 Found", b"", "Location: http://127.0.0.1:9/") as (url, _):
        with pytest.raises(SendError) as caught:
            await by_us(url, PERSON, Outgoing("x"))
    assert (caught.value.remedy, caught.value.code, caught.value.ambiguous) == (Remedy.RETRY, "answer", True)
