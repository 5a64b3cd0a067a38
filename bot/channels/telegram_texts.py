"""The two calls that nearly every message is, sendMessage and editMessageText, made of plain fields.

aiogram's models check what this program wrote itself, and read the whole message that comes back:
half the cost of a send, for a number. The connections, and what a refusal means, stay aiogram's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aiogram import Bot, methods
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import ClientDecodeError
from aiohttp import ClientTimeout

from bot.channels import telegram_fitting
from handlers.messages import Choice

_JSON = {"Content-Type": "application/json"}  # core.telegram.org/bots/api#making-requests
_NO_PREVIEW = {"is_disabled": True}  # core.telegram.org/bots/api#linkpreviewoptions


class TelegramTexts:
    """Sends and edits texts through the session of a bot."""

    def __init__(self, bot: Bot, session: AiohttpSession, patience: ClientTimeout) -> None:
        self._bot = bot
        self._session = session
        self._patience = patience

    async def send(self, chat: int, text: str, choices: Iterable[Choice]) -> str:
        """Send a text and return its number there. Raises what aiogram and aiohttp raise."""
        result = await self._call("sendMessage", chat_id=chat, text=text, reply_markup=keyboard(choices))
        if not isinstance(result, dict) or not isinstance(result.get("message_id"), int):
            raise ClientDecodeError("no message_id", ValueError(), None)
        return str(result["message_id"])

    async def edit(self, chat: int, message: int, text: str, choices: Iterable[Choice]) -> None:
        """Put a text in the place of an earlier one. Raises what aiogram and aiohttp raise."""
        markup = keyboard(choices)
        await self._call("editMessageText", chat_id=chat, message_id=message, text=text, reply_markup=markup)

    async def _call(self, name: str, **fields: Any) -> Any:
        connections = await self._session.create_session()
        given = {key: value for key, value in fields.items() if value}
        async with connections.post(
            self._session.api.api_url(self._bot.token, name),
            data=json.dumps({**given, "link_preview_options": _NO_PREVIEW}, ensure_ascii=False).encode(),
            headers=_JSON,
            timeout=self._patience,
        ) as answer:
            content = await answer.read()
        found = _result(content) if answer.status == HTTPStatus.OK else None
        if found is None:  # refused, or no answer of the Bot API: aiogram says which
            said = content.decode(errors="replace")
            return self._session.check_response(self._bot, methods.Close(), answer.status, said).result
        return found


def _result(content: bytes) -> Any:
    """Return the result of an answer that says ok, else None."""
    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value.get("result") if isinstance(value, dict) and value.get("ok") is True else None


def keyboard(choices: Iterable[Choice]) -> dict[str, Any]:
    """Return the buttons as the Bot API's value, empty when there are none."""
    rows = telegram_fitting.rows(choices)
    if not rows:
        return {}
    return {"inline_keyboard": [[button(one) for one in row] for row in rows]}


def button(choice: Choice) -> dict[str, Any]:
    """Return one button: a link opens what it leads to, any other token comes back to the bot."""
    return {"text": choice.label, "url" if choice.token.startswith("https://") else "callback_data": choice.token}
