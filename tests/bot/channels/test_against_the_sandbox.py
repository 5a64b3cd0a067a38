"""The channels against the stand-ins, which other libraries and other hands built."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.sandbox.phones import Phone
from bot.sandbox.samples import document, picture, voice
from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns
from handlers.messages import (
    ChatMoved,
    Choice,
    Ignored,
    Incoming,
    Item,
    Kind,
    Media,
    MediaKind,
    Outgoing,
    Receipt,
    Style,
)

CHOICES = tuple(Choice(f"a:f:{number}", f"Choix {number}") for number in range(6))
LISTED = Outgoing("Lequel ?", choices=CHOICES, style=Style.LIST, list_button="Choisir")


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
    account = ACCOUNT
    secrets = account.app_secret, account.verify_token
    channel = WhatsAppChannel("main", account.token, account.phone_id, *secrets, standins.url)
    yield channel
    await channel.close()


@pytest.fixture
async def came(standins: StandIns, whatsapp: WhatsAppChannel) -> AsyncIterator[list[Item]]:
    """What WhatsApp's signed webhooks said, in order."""
    items: list[Item] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        assert whatsapp.authentic(request.headers, body)
        items.extend(whatsapp.parse(raw.body) for raw in whatsapp.split(await request.json()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    server = TestServer(app)
    await server.start_server(access_log=None)
    standins.whatsapp.webhook.url = str(server.make_url("/"))
    yield items
    await server.close()


async def polled(channel: TelegramChannel) -> list[Item]:
    """What waits for the bot."""
    updates = await channel.raw_updates(None, 0)
    return [channel.parse(raw.body) for update in updates for raw in channel.split(update)]


def phone_of(standins: StandIns, app: str) -> Phone:
    """A phone in Niamey."""
    return standins.phone(app=app, country="NE", language="fr", name="Moussa")  # type: ignore[arg-type]


async def test_telegram_understands_a_phone(standins: StandIns, telegram: TelegramChannel) -> None:
    """A start, a text, files, an edit, a block: each is what the person did."""
    phone = phone_of(standins, "telegram")
    await phone.starts("ABCDE-12345")
    typed = await phone.says("Bonjour")
    for file in (voice(), picture(), document()):
        await phone.sends(file, "voir")
    await phone.edits(typed, "Bonsoir")
    await phone.blocks()
    items = await polled(telegram)
    told = [(item.kind, item.text or item.argument) for item in items if isinstance(item, Incoming)]
    files = [(Kind.MEDIA, "voir")] * 3
    assert told == [
        (Kind.START, "ABCDE-12345"),
        (Kind.TEXT, "Bonjour"),
        *files,
        (Kind.EDITED, "Bonsoir"),
        (Kind.BLOCKED, ""),
    ]
    media = [item.media for item in items if isinstance(item, Incoming) and item.kind is Kind.MEDIA]
    assert [file.kind for file in media if file] == [MediaKind.VOICE, MediaKind.PICTURE, MediaKind.DOCUMENT]
    assert media[0] is not None
    assert await telegram.download(media[0], at_most=1_000_000) == voice().data


async def test_telegram_asks_and_tidies(standins: StandIns, telegram: TelegramChannel) -> None:
    """A question with choices, the press, its acknowledgement, the tidy edit, a file, a deletion."""
    phone = phone_of(standins, "telegram")
    await phone.starts()
    (begun,) = await polled(telegram)
    assert isinstance(begun, Incoming)
    (part,) = telegram.fit(LISTED)
    asked = await telegram.send(begun.external, part, tracker="o1")
    await phone.taps("Choix 3")
    raw = [raw for update in await telegram.raw_updates(None, 0) for raw in telegram.split(update)][-1]
    press = telegram.parse(raw.body)
    assert isinstance(press, Incoming)
    assert (press.kind, press.text, press.prompt_ref) == (Kind.CHOICE, "a:f:3", asked.ref)
    await telegram.acknowledge(raw)
    await telegram.send(begun.external, Outgoing("Lequel ?\n\n✓ Choix 3", replaces=asked.ref), tracker="o2")
    assert "✓ Choix 3" in phone.transcript()
    note = Outgoing("écoutez", media=Media(MediaKind.VOICE, "m1", "audio/ogg"))
    sent = await telegram.send(begun.external, note, tracker="o3", media=voice().data)
    await telegram.send(begun.external, Outgoing(deletes=(sent.ref,)), tracker="o4")
    assert standins.recorder.refused() == []


@pytest.mark.parametrize("shows_number", [True, False])
async def test_whatsapp_understands_a_phone(
    standins: StandIns, whatsapp: WhatsAppChannel, came: list[Item], *, shows_number: bool
) -> None:
    """A text, files, a chosen row, and the receipts of what was sent; with the number hidden too."""
    phone = phone_of(standins, "whatsapp")
    phone.shows_number = shows_number
    await phone.says("Bonjour")
    for file in (voice(), picture(), document()):
        await phone.sends(file)
    await standins.whatsapp.webhook.drained()
    first = came[0]
    assert isinstance(first, Incoming)
    assert (first.external, first.alias) == (phone.user_id, phone.number if shows_number else None)
    (part,) = whatsapp.fit(LISTED)
    asked = await whatsapp.send(first.external, part, tracker="o1")
    await phone.taps("Choix 3")
    await standins.whatsapp.webhook.drained()
    press = [item for item in came if isinstance(item, Incoming)][-1]
    assert (press.kind, press.text, press.prompt_ref) == (Kind.CHOICE, "a:f:3", asked.ref)
    assert {item.tracker for item in came if isinstance(item, Receipt)} == {"o1"}
    assert not any(isinstance(item, Ignored | ChatMoved) for item in came)
    media = next(item.media for item in came if isinstance(item, Incoming) and item.media)
    assert await whatsapp.download(media, at_most=1_000_000) == voice().data
    note = Outgoing(media=Media(MediaKind.VOICE, "m1", "audio/ogg"))
    await whatsapp.send(first.external, note, tracker="o2", media=voice().data)
    await whatsapp.open_window(first.external, language="ar", waiting=2, tracker="o3")
    assert (await whatsapp.deep_link("X")).startswith("https://wa.me/1555")
    assert standins.recorder.refused() == []
