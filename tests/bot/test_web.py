"""The web: the doors for providers, and what the program says of itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.ingress import BODY_AT_MOST
from bot.metrics import Metrics
from bot.web import Doors
from tests.bot.conftest import World
from tests.bot.fake_channel import FakeChannel, delivery, headers, message


class Challenged(FakeChannel):
    """A channel that proves itself as WhatsApp asks."""

    def challenge(self, params: Any) -> str | None:
        """Return the challenge when the token is right."""
        return str(params["hub.challenge"]) if params.get("hub.verify_token") == "right" else None


class Doorway:
    """A web application and whether it is ready."""

    def __init__(self, world: World) -> None:
        self.ready = True
        channels = {("telegram", "main"): world.channel, ("whatsapp", "main"): Challenged(name="whatsapp")}
        doors = Doors(
            ingress=world.ingress,
            channels=channels,
            store=world.store,
            clock=world.clock,
            metrics=Metrics(),
            is_ready=lambda: self.ready,
        )
        transport = httpx.ASGITransport(doors.app())
        self.client = httpx.AsyncClient(transport=transport, base_url="http://jisr")

    async def post(self, path: str, body: Any, given: dict[str, str] | None = None) -> int:
        """Deliver a body and return the status."""
        return (await self.client.post(path, content=body, headers=given)).status_code


@pytest.fixture
async def doorway(sqlite_world: World) -> AsyncIterator[Doorway]:
    """Return a web application on SQLite."""
    made = Doorway(sqlite_world)
    yield made
    await made.client.aclose()


async def test_deliveries_come_in_by_their_account(doorway: Doorway, sqlite_world: World) -> None:
    """A delivery goes to the account in its path; an account that is not set up is not found."""
    body = delivery([message(1)])
    assert await doorway.post("/telegram/main", body, headers(body)) == 200
    assert await doorway.post("/whatsapp/main", body, headers(body)) == 200
    assert await doorway.post("/telegram/other", body, headers(body)) == 404
    assert await doorway.post("/telegram/main", body) == 401
    assert await sqlite_world.rows() == 2


async def test_large_bodies_are_refused_before_they_are_read(doorway: Doorway, sqlite_world: World) -> None:
    """A body over 4 MB is refused by what it says of itself, or as soon as that much came; nothing is kept."""
    body = b"x" * (BODY_AT_MOST + 1)
    assert await doorway.post("/telegram/main", body, headers(body)) == 413
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"y" * 65_536

    assert await doorway.post("/whatsapp/main", endless()) == 413
    assert read * 65_536 <= BODY_AT_MOST + 3 * 65_536
    assert await sqlite_world.rows() == 0


async def test_the_challenge(doorway: Doorway) -> None:
    """Meta's GET is answered with its challenge when the verify token is right, and refused when it is not."""
    right = {"hub.mode": "subscribe", "hub.verify_token": "right", "hub.challenge": "4711"}
    answer = await doorway.client.get("/whatsapp/main", params=right)
    assert (answer.status_code, answer.text) == (200, "4711")
    answer = await doorway.client.get("/whatsapp/main", params={**right, "hub.verify_token": "wrong"})
    assert (answer.status_code, answer.text) == (403, "")


async def test_not_ready_takes_nothing(doorway: Doorway, sqlite_world: World) -> None:
    """Before it started the program lives but is not ready, and takes no delivery."""
    doorway.ready = False
    body = delivery([message(1)])
    assert (await doorway.client.get("/healthz")).status_code == 200
    assert (await doorway.client.get("/readyz")).status_code == 503
    assert await doorway.post("/telegram/main", body, headers(body)) == 503
    doorway.ready = True
    assert (await doorway.client.get("/readyz")).status_code == 200
    assert await sqlite_world.rows() == 0


async def test_metrics_name_nobody(doorway: Doorway, sqlite_world: World) -> None:
    """The metrics count what waits and how late it is, and hold no id, number or text."""
    await sqlite_world.deliver(message(1, "22790123456", "a canary"), message(2, "22790123456", "poison"))
    sqlite_world.clock.advance(30)
    page = (await doorway.client.get("/metrics")).text
    here = 'account="main",channel="telegram",queue="inbox"'
    assert f'jisr_queue_depth{{{here},state="waiting"}} 2.0' in page
    assert f"jisr_queue_age_seconds{{{here}}} 30.0" in page
    assert 'jisr_account_stopped{account="main",channel="whatsapp"} 0.0' in page
    assert "22790123456" not in page
    assert "canary" not in page
    assert json.dumps(page)
