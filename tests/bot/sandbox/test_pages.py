"""The page's own server: what it shows, what it does, what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.faults import FaultKind
from bot.sandbox.pages import Pages
from bot.sandbox.samples import document, picture, voice
from tests.bot.sandbox.conftest import Desk


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, as far as HTTP goes."""
    desk.serve_also(Pages(desk, desk.passes).routes())
    async with httpx.AsyncClient(base_url=desk.url, verify=False) as client:  # noqa: S501 - plain HTTP
        yield client


async def news(page: httpx.AsyncClient, count: int, then: object = None) -> list[tuple[str, dict]]:
    """Return the first events of the stream; ``then`` is awaited after the first."""
    found: list[tuple[str, dict]] = []
    async with page.stream("GET", "/sandbox/events") as stream:
        name = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
                if len(found) == 1 and then is not None:
                    await then
                if len(found) == count:
                    break
    return found


async def test_static(page: httpx.AsyncClient):
    """The page and its parts are served, with a policy that lets nothing else in; nothing beside them is."""
    index = await page.get("/")
    assert "default-src 'self'" in index.headers["content-security-policy"]
    for part in ("desk.css", "phone.css", "chat.css", "desk.js", "phone.js", "chat.js", "words.js", "bridge.svg"):
        assert (await page.get(f"/page/{part}")).status_code == 200
    for other in ("..%2fpages.py", "pages.py", "nothing.js", "%2fetc%2fpasswd"):
        assert (await page.get(f"/page/{other}")).status_code == 404


async def test_phones_and_news(page: httpx.AsyncClient, desk: Desk):
    """A phone is added, types, and everyone who watches is told."""
    added = await page.post(
        "/sandbox/phones", json={"app": "whatsapp", "country": "NE", "language": "fr", "name": "Issa"}
    )
    phone = added.json()["id"]
    typed = page.post(f"/sandbox/phones/{phone}/text", json={"text": "Bonjour"})
    (first, state), (second, shown) = await news(page, 2, typed)
    assert (first, state["phones"][0]["zone"], second) == ("state", "Africa/Niamey", "phone")
    assert [message["text"] for message in shown["messages"]] == ["Bonjour"]
    assert (await page.post("/sandbox/phones", json={"app": "fax", "country": "NE"})).status_code == 400
    assert (await page.post("/sandbox/phones/p9/text", json={"text": "x"})).status_code == 404
    assert (await page.post(f"/sandbox/phones/{phone}/dance", json={})).status_code == 400


async def test_everything_a_hand_does(page: httpx.AsyncClient, desk: Desk):
    """Start, edit, press, files, blocking, and another country and language."""
    phone = desk.phone(app="telegram", country="TN", language="ar", name="أمل")
    at = f"/sandbox/phones/{phone.id}"
    await page.post(f"{at}/start", json={})
    await page.post(f"{at}/edit", json={"bubble": phone.messages[0].id, "text": "/start x"})
    await page.post(f"{at}/sample", json={})
    await page.post(f"{at}/file", params={"name": "صورة.png", "mime": "image/png"}, content=picture().data)
    await page.post(f"{at}/change", json={"country": "SN", "language": "fr"})
    await page.post(f"{at}/block", json={"blocked": True})
    assert [message.text for message in phone.messages] == ["/start x", "", ""]
    assert phone.messages[1].attachment.data == voice().data
    shown = await page.get(f"/sandbox/files/{phone.id}/{phone.messages[2].attachment.id}")
    assert (shown.content, shown.headers["content-type"]) == (picture().data, "image/png")
    assert (phone.country, phone.language, phone.blocked) == ("SN", "fr", True)
    assert (await page.post(f"{at}/tap", json={"bubble": phone.messages[0].id, "place": 0})).status_code == 400


async def test_documents_are_never_shown_in_the_page(page: httpx.AsyncClient, desk: Desk):
    """A document is downloaded, so that what it holds cannot act in the page's name."""
    phone = desk.phone(app="whatsapp", country="NE", language="fr")
    await phone.sends(document())
    shown = await page.get(f"/sandbox/files/{phone.id}/{phone.messages[0].attachment.id}")
    assert shown.headers["content-disposition"] == "attachment"
    assert (await page.get(f"/sandbox/files/{phone.id}/nothing")).status_code == 404


async def test_clock_and_faults(page: httpx.AsyncClient, desk: Desk):
    """The clock moves forward only; faults go on and off."""
    before = desk.clock.now()
    await page.post("/sandbox/clock", json={"seconds": 3600})
    await page.post("/sandbox/clock", json={"seconds": -9})
    assert (desk.clock.now() - before).total_seconds() == 3600
    await page.post("/sandbox/faults", json={"kind": "slow", "on": True})
    assert [fault.kind for fault in desk.faults.laid] == [FaultKind.SLOW]
    await page.post("/sandbox/faults", json={"kind": "slow", "on": False})
    assert not desk.faults.laid


async def test_other_sites(page: httpx.AsyncClient, desk: Desk):
    """What a page of another site sends to this machine is refused."""
    phone = desk.phone(app="whatsapp", country="NE", language="fr")
    foreign = {"Origin": "https://example.org"}
    for path, body in ((f"/sandbox/phones/{phone.id}/text", {"text": "x"}), ("/sandbox/clock", {"seconds": 9})):
        assert (await page.post(path, json=body, headers=foreign)).status_code == 400
    assert not phone.messages


async def test_closing_ends_the_stream(desk: Desk, page: httpx.AsyncClient):
    """When the stand-ins stop, those who watch are let go at once."""

    async def bye() -> None:
        desk.shelf.tell_all("bye")

    assert [name for name, _ in await asyncio.wait_for(news(page, 9, bye()), 5)] == ["state"]
