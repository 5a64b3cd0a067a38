"""The real channels, with the stand-ins' checks in the place of the network: what these refuse, a provider would."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_texts import TelegramTexts
from bot.channels.whatsapp import WhatsAppChannel
from bot.sandbox import telegram_checks, whatsapp_checks
from handlers.messages import Outgoing

NOWHERE = "http://127.0.0.1:9"
TOKEN = "4200:AAH-of-nobody"
FILE = b"OggS"


class _Texts(TelegramTexts):
    """Checks what would be posted."""

    async def _call(self, name: str, **fields: Any) -> Any:
        given = {key: value for key, value in fields.items() if value}
        telegram_checks.text(given)
        telegram_checks.keyboard(given)
        return {"message_id": 1}


class Telegram(TelegramChannel):
    """A bot that nobody answers but the stand-in's checks."""

    def __init__(self) -> None:
        super().__init__("main", TOKEN, NOWHERE, "secret")
        self._texts = _Texts(self._bot, self._session, None)

    async def _call(self, method: Any, *, timeout: int | None = None) -> Any:  # noqa: ASYNC109 - as the channel has it
        fields = method.model_dump(exclude_none=True)
        telegram_checks.text(fields, "caption", telegram_checks.CAPTION)
        telegram_checks.keyboard(fields)
        return SimpleNamespace(message_id=1)


class _Messages:
    """Checks what would be posted."""

    async def send(self, to: str, kind: str, content: Mapping[str, Any], tracker: str) -> Any:
        whatsapp_checks.content({"type": kind, kind: content}, {})
        return {"messages": [{"id": "wamid.1"}]}


class WhatsApp(WhatsAppChannel):
    """A number that nobody answers but the stand-in's checks."""

    def __init__(self) -> None:
        super().__init__("main", TOKEN, "1001", "app-secret", "verify-me", NOWHERE)
        self._messages = _Messages()
        self._client.api.upload_media = _upload


class Wires:
    """Both channels. ``await carry(message)`` sends a message by each of them, and raises what they refuse."""

    def __init__(self) -> None:
        self._channels = (Telegram(), WhatsApp())

    async def carry(self, message: Outgoing) -> None:
        """Send a message as the courier would, part by part."""
        for channel in self._channels:
            parts = channel.fit(message)
            assert parts or message.edit_only, "nothing of it would be sent"
            for part in parts:
                await channel.send("22790000000", part, tracker="1", media=FILE if part.media else None)


async def _upload(*_given: Any) -> dict[str, str]:
    return {"id": "file-1"}
