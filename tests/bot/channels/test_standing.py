"""How accounts stand, asked of the stand-ins over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import SendError
from bot.channels.standing import Template, Webhook
from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns


class Today:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return one instant."""
        return datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
async def standins() -> AsyncIterator[StandIns]:
    """Both providers on loopback."""
    async with StandIns(Today()) as served:
        yield served


@pytest.fixture
async def telegram(standins: StandIns) -> AsyncIterator[TelegramChannel]:
    """The stand-in's bot."""
    channel = TelegramChannel("main", TOKEN, standins.url, "s3cret", clock=Today().now)
    yield channel
    await channel.close()


@pytest.fixture
async def whatsapp(standins: StandIns) -> AsyncIterator[WhatsAppChannel]:
    """The stand-in's number."""
    channel = WhatsAppChannel(
        "main", ACCOUNT.token, ACCOUNT.phone_id, ACCOUNT.app_secret, ACCOUNT.verify_token, standins.url
    )
    yield channel
    await channel.close()


@pytest.fixture
async def door(whatsapp: WhatsAppChannel) -> AsyncIterator[str]:
    """An address that proves itself as the program does."""

    async def challenge(request: web.Request) -> web.Response:
        answer = whatsapp.challenge(request.query)
        return web.Response(text=answer) if answer is not None else web.Response(status=403)

    application = web.Application()
    application.router.add_get("/whatsapp/main", challenge)
    async with TestServer(application, host="127.0.0.1") as server:
        yield str(server.make_url("/whatsapp/main"))


async def test_a_bot(telegram: TelegramChannel, standins: StandIns) -> None:
    """A bot says its name, and where its updates go, with the last failure."""
    assert await telegram.standing.username()
    assert await telegram.standing.webhook() == Webhook("")
    standins.telegram.queue.hook("https://example.org/telegram/main", "s3cret")
    standins.telegram.queue.webhook.last_error = ("Wrong response: 502", Today().now())
    assert await telegram.standing.webhook() == Webhook(
        "https://example.org/telegram/main", 0, "Wrong response: 502", Today().now()
    )


async def test_a_number(whatsapp: WhatsAppChannel, standins: StandIns) -> None:
    """A number says its state, its reach, and the address that wins: its own over the app's."""
    number = await whatsapp.standing.number()
    assert (number.webhook, number.status, number.quality, number.reach) == ("", "CONNECTED", "GREEN", 250)
    standins.whatsapp.business.addresses = {"application": "https://app"}
    assert (await whatsapp.standing.number()).webhook == "https://app"
    standins.whatsapp.business.addresses["phone_number"] = "https://number"
    assert (await whatsapp.standing.number()).webhook == "https://number"


async def test_templates(whatsapp: WhatsAppChannel, standins: StandIns) -> None:
    """Each language of a template is told with its state and the number of its parameters."""
    standins.whatsapp.business.pending = {"ar"}
    found = await whatsapp.standing.templates(ACCOUNT.business_id, "jisr_waiting")
    assert sorted(found, key=lambda one: one.language) == [
        Template("ar", "PENDING", "UTILITY", 1, "jisr_waiting"),
        Template("en", "APPROVED", "UTILITY", 1, "jisr_waiting"),
        Template("fr", "APPROVED", "UTILITY", 1, "jisr_waiting"),
    ]
    assert await whatsapp.standing.templates(ACCOUNT.business_id, "another") == []


async def test_the_webhook_is_set_and_proved(whatsapp: WhatsAppChannel, standins: StandIns, door: str) -> None:
    """The app, the business account and the number are told where to deliver; the address proves itself each time."""
    standing = whatsapp.standing
    assert await standing.apps(ACCOUNT.business_id) == []
    await standing.subscribe_business(ACCOUNT.business_id)
    assert await standing.apps(ACCOUNT.business_id) == [ACCOUNT.app_id]
    await standing.subscribe_app(ACCOUNT.app_id, ACCOUNT.app_secret, url=door, verify_token=ACCOUNT.verify_token)
    assert (await standing.number()).webhook == door
    assert standins.whatsapp.business.fields == {"messages", "user_preferences"}
    await standing.set_webhook(door, ACCOUNT.verify_token)
    assert standins.whatsapp.business.addresses == {"application": door, "phone_number": door}


@pytest.mark.parametrize("verify_token", ["another", ""])
async def test_an_address_that_does_not_prove_itself(whatsapp: WhatsAppChannel, door: str, verify_token: str) -> None:
    """An address that answers no challenge is refused, and the refusal is said by its code alone."""
    with pytest.raises(SendError, match="2200"):
        await whatsapp.standing.set_webhook(door, verify_token)


async def test_a_token_that_is_not_known(standins: StandIns) -> None:
    """A wrong token is told by the provider's own code."""
    telegram = TelegramChannel("main", "1:wrong", standins.url, "")
    whatsapp = WhatsAppChannel("main", "wrong", ACCOUNT.phone_id, "s", "v", standins.url)
    with pytest.raises(SendError, match="401"):
        await telegram.standing.username()
    with pytest.raises(SendError, match="190"):
        await whatsapp.standing.number()
    await telegram.close()
    await whatsapp.close()
