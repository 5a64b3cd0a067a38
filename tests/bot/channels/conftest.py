"""A provider of each kind on loopback, and the channel that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from handlers.messages import Outgoing
from tests.bot.channels.provider import Provider, provider

TOKEN = "4200:AAH-canary-token"  # also of WhatsApp
PERSON = "555777999"
WORDS = Outgoing("canary-text")
SECRETS = (TOKEN, PERSON, WORDS.text)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
async def bot_api() -> AsyncIterator[Provider]:
    """A Bot API that takes every message as number 7."""
    async with provider(
        {"ok": True, "result": {"message_id": 7, "date": 1, "chat": {"id": 5, "type": "private"}}}
    ) as api:
        yield api


@pytest.fixture
async def telegram(bot_api: Provider) -> AsyncIterator[TelegramChannel]:
    """A bot of that API."""
    channel = TelegramChannel("main", TOKEN, bot_api.url, "s3cret", clock=lambda: NOW)
    yield channel
    await channel.close()


@pytest.fixture
async def cloud_api() -> AsyncIterator[Provider]:
    """A Cloud API that takes every message as wamid.7."""
    async with provider({"messages": [{"id": "wamid.7"}]}) as api:
        yield api


@pytest.fixture
async def whatsapp(cloud_api: Provider) -> AsyncIterator[WhatsAppChannel]:
    """A number of that API."""
    channel = WhatsAppChannel("main", TOKEN, "1001", "app-secret", "verify-me", cloud_api.url)
    yield channel
    await channel.close()
