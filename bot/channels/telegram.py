"""Telegram, by the Bot API (core.telegram.org/bots/api), through aiogram's client."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar, cast

from aiohttp import ClientError, ClientTimeout

from bot.channels import Commands, Rates, RawItem, Remedy, SendError, Sent, signatures, telegram_fitting
from bot.channels.aiogram_models import built_when_used
from bot.channels.telegram_parsing import parse, raw_items
from bot.channels.telegram_wire import READ
from handlers.messages import Item, Media, MediaKind, Outgoing

with built_when_used():
    from aiogram import Bot, methods, types
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import AiogramError

    from bot.channels.telegram_errors import NOT_MODIFIED, classify, remedy_for
    from bot.channels.telegram_gate import TelegramGate
    from bot.channels.telegram_standing import TelegramStanding
    from bot.channels.telegram_texts import TelegramTexts, button

_T = TypeVar("_T")
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # the name of a header
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # core.telegram.org/bots/features#deep-linking
_PATIENCE = ClientTimeout(total=60, connect=10)  # seconds
_MOST_UPLOADED = 50_000_000  # bytes; core.telegram.org/bots/api#sending-files
_now = partial(datetime.now, UTC)

_UPLOADS: Mapping[MediaKind, tuple[str, Callable[..., methods.TelegramMethod[types.Message]], str]] = {
    MediaKind.VOICE: ("voice", methods.SendVoice, "voice.ogg"),
    MediaKind.AUDIO: ("audio", methods.SendAudio, "audio.mp3"),
    MediaKind.PICTURE: ("photo", methods.SendPhoto, "picture.jpg"),
    MediaKind.VIDEO: ("video", methods.SendVideo, "video.mp4"),
    MediaKind.DOCUMENT: ("document", methods.SendDocument, "document"),
}


class _RawUpdates(methods.TelegramMethod[list[dict[str, Any]]]):
    """``getUpdates`` as plain JSON, without a tree of models for each update."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    allowed_updates: tuple[str, ...] = READ


class TelegramChannel:
    """One bot. Its token stands in every URL, so no error of the client leaves this file as it is."""

    name = "telegram"
    # Telegram's FAQ for bots, on limits: a chat allows short bursts above one message a second,
    # which a replaced prompt and its next question need.
    rates = Rates(account=(30, 1.0, 30), chat=(1, 1.0, 3), group=(20, 60.0, 20))

    def __init__(
        self,
        account: str,
        token: str,
        api_url: str,
        secret: str,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """``secret``: of the webhook; without one nothing is authentic. ``api_url``: scheme and host."""
        self.account = account
        self._secret = secret
        self._clock = clock
        self._server = TelegramAPIServer.from_base(api_url)
        self._session = AiohttpSession(api=self._server, timeout=cast("float", _PATIENCE))
        self._bot = Bot(token, session=self._session)
        self._texts = TelegramTexts(self._bot, self._session, _PATIENCE)
        self._username = ""
        self.standing = TelegramStanding(self._call)
        self.gate = TelegramGate(self._call)

    def authentic(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002  # Telegram signs no body
        """Whether the delivery carries the secret that the webhook was set with."""
        return signatures.same(signatures.header(headers, _SECRET_HEADER), self._secret)

    def split(self, payload: Mapping[str, Any]) -> list[RawItem]:
        """Return the one update of a delivery, unless it is talk of a group chat; raise ValueError when it is none."""
        return raw_items(payload)

    def parse(self, body: str) -> Item:
        """Return what an update says; raise ValueError when it is malformed."""
        return parse(body, account=self.account, now=self._clock())

    def fit(self, message: Outgoing) -> list[Outgoing]:
        """Return the calls that a message takes; raise ValueError for choices that cannot be shown."""
        return telegram_fitting.fit(message)

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:  # noqa: ARG002  # Telegram gives no tracker back
        """Delete, edit, upload or send, whichever the part asks for."""
        chat = int(external)
        if chat < 0:
            part = await self._for_a_group(part)
        if part.deletes:
            await self._call(methods.DeleteMessages(chat_id=chat, message_ids=[int(ref) for ref in part.deletes]))
            return Sent("")
        if part.media is not None:
            return _sent(await self._call(_upload(chat, part, media)))
        if part.replaces:
            return await self._edit(chat, part)
        return await self._say(chat, part)

    async def _for_a_group(self, part: Outgoing) -> Outgoing:
        """Return a part whose buttons open the private chat: in a group everybody could see who pressed what."""
        links = [await self.deep_link(choice.token.lstrip("/").replace(":", "-")) for choice in part.choices]
        choices = (replace(choice, token=link) for choice, link in zip(part.choices, links, strict=True))
        return replace(part, choices=tuple(choices))

    async def _edit(self, chat: int, part: Outgoing) -> Sent:
        """Put the text in the place of an earlier message; a question also when that one is gone."""
        try:
            await self._safely(self._texts.edit(chat, int(part.replaces), part.text, part.choices))
        except SendError as error:
            if error.remedy is not Remedy.DONE or not part.choices:
                raise
            if error.code != NOT_MODIFIED:
                return await self._say(chat, part)
        return Sent(part.replaces)

    async def _say(self, chat: int, part: Outgoing) -> Sent:
        return Sent(await self._safely(self._texts.send(chat, part.text, part.choices)))

    async def open_window(self, external: str, *, language: str, waiting: int, tracker: str) -> Sent:  # noqa: ARG002
        """Refuse: Telegram has no window."""
        raise SendError(Remedy.REJECTED, "no_window")

    def remedy(self, code: str) -> Remedy:
        """Return what to do about a failure that is reported later (Telegram reports none)."""
        return remedy_for(code)

    async def acknowledge(self, item: RawItem) -> None:
        """Answer a button press, so that the app stops waiting; any failure is forgotten."""
        with contextlib.suppress(SendError):
            await self._call(methods.AnswerCallbackQuery(callback_query_id=item.press), timeout=5)

    async def download(self, media: Media, *, at_most: int) -> bytes:
        """Return a file of at most ``at_most`` bytes; the Bot API gives up to 20 MB."""
        file = await self._call(methods.GetFile(file_id=media.ref))
        if file.file_path is None or (file.file_size or 0) > at_most:
            raise SendError(Remedy.REJECTED, "too_large")
        content = await self._fetch(self._server.file_url(self._bot.token, file.file_path), at_most)
        if len(content) > at_most:
            raise SendError(Remedy.REJECTED, "too_large")
        return content

    async def _fetch(self, url: str, at_most: int) -> bytes:
        """Return the first ``at_most`` bytes of a file, or a little more."""
        content = bytearray()
        try:
            async for chunk in self._session.stream_content(url):
                content += chunk
                if len(content) > at_most:
                    break
        except (ClientError, TimeoutError) as error:
            failure = classify(error)
        else:
            return bytes(content)
        raise failure

    async def register_commands(self, commands_by_language: Mapping[str, Commands]) -> None:
        """Show the commands in private chats, in each language (ISO 639-1); the first is the default."""
        scope = types.BotCommandScopeAllPrivateChats()
        default = next(iter(commands_by_language.values()), ())
        for language, commands in [(None, default), *commands_by_language.items()]:
            listed = [types.BotCommand(command=name, description=text) for name, text in commands]
            await self._call(methods.SetMyCommands(commands=listed, scope=scope, language_code=language))

    async def raw_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109  # Telegram waits, not we
        """Return the updates from ``offset`` on, waiting up to ``timeout`` seconds; confirms those before."""
        return await self._call(_RawUpdates(offset=offset, timeout=timeout), timeout=timeout + 10)

    async def set_webhook(self, url: str) -> None:
        """Have updates delivered to ``url`` with our secret."""
        await self._call(methods.SetWebhook(url=url, secret_token=self._secret, allowed_updates=list(READ)))

    async def drop_webhook(self) -> None:
        """Have updates kept for polling; those waiting stay."""
        await self._call(methods.DeleteWebhook())

    async def deep_link(self, code: str) -> str:
        """Return the link that starts the bot with ``code`` (1 to 64 of A-Z, a-z, 0-9, _ and -)."""
        if not _PAYLOAD.fullmatch(code):
            raise ValueError("a payload that no deep link can carry")
        if not self._username:
            self._username = (await self._call(methods.GetMe())).username or ""
        return f"https://t.me/{self._username}?start={code}"

    async def close(self) -> None:
        """Close the connections, without the quarter second that aiogram waits for older aiohttp."""
        connections = await self._session.create_session()
        await connections.close()

    async def _call(self, method: methods.TelegramMethod[_T], *, timeout: int | None = None) -> _T | Any:  # noqa: ASYNC109
        """Call the API."""
        return await self._safely(self._bot(method, request_timeout=timeout))

    async def _safely(self, call: Awaitable[_T]) -> _T:
        """Await a call. The client's own errors quote chats, texts and the token: none is chained."""
        try:
            return await call
        except (AiogramError, ClientError, OSError) as error:
            failure = classify(error)
        raise failure


def _sent(message: Any) -> Sent:
    return Sent(str(message.message_id))


def _keyboard(part: Outgoing) -> types.InlineKeyboardMarkup | None:
    if not part.choices:
        return None
    rows = [
        [types.InlineKeyboardButton(**button(choice)) for choice in row] for row in telegram_fitting.rows(part.choices)
    ]
    return types.InlineKeyboardMarkup(inline_keyboard=rows)


def _upload(chat: int, part: Outgoing, content: bytes | None) -> methods.TelegramMethod[types.Message]:
    if part.media is None or content is None:
        raise SendError(Remedy.REJECTED, "no_media")
    if len(content) > _MOST_UPLOADED:
        raise SendError(Remedy.REJECTED, "too_large")
    field, method, name = _UPLOADS[part.media.kind]
    file = types.BufferedInputFile(content, part.media.name or name)
    return method(chat_id=chat, caption=part.text or None, reply_markup=_keyboard(part), **{field: file})
