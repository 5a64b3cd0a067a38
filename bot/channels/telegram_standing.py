"""How a Telegram bot stands: who it is, and where its updates go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import methods

from bot.channels.standing import Webhook


class TelegramStanding:
    """Questions that an operator has about one bot. Each raises SendError."""

    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call

    async def username(self) -> str:
        """Return the name by which people find the bot; so the token is good."""
        me = await self._call(methods.GetMe())
        return str(me.username or "")

    async def webhook(self) -> Webhook:
        """Return where updates go (https://core.telegram.org/bots/api#getwebhookinfo)."""
        info = await self._call(methods.GetWebhookInfo())
        return Webhook(
            url=info.url,
            waiting=info.pending_update_count,
            error=info.last_error_message or "",
            failed_at=info.last_error_date,
        )
