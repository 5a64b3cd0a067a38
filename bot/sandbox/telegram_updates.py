"""Telegram's side of a chat as the Bot API words it, built with python-telegram-bot's types.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import telegram

from bot.sandbox.bubbles import Attachment, Bubble, Tap
from bot.sandbox.phones import Phone

if TYPE_CHECKING:
    from bot.sandbox.telegram_rooms import Room

BOT = telegram.User(id=6_000_000_001, first_name="Jisr", is_bot=True, username="JisrBot")


def user_of(phone: Phone) -> telegram.User:
    """Return the person of a phone as Telegram names them."""
    return telegram.User(int(phone.number), phone.name, is_bot=False, language_code=phone.language)


def chat_of(phone: Phone | Room) -> telegram.Chat:
    """Return the private chat of a phone, or a group chat."""
    if phone.number.startswith("-"):
        kind = "supergroup" if phone.number.startswith("-100") else "group"
        return telegram.Chat(int(phone.number), type=kind, title=cast("Room", phone).title)
    return telegram.Chat(int(phone.number), type="private", first_name=cast("Phone", phone).name)


def message(phone: Phone | Room, bubble: Bubble, *, by: Phone | None = None) -> dict[str, Any]:
    """Return a message of a chat; ``by`` is who wrote it into a group chat."""
    writer = by if by is not None else cast("Phone", phone)
    quoted = phone.bubble(bubble.quoted) if bubble.quoted else None
    content = _file(bubble) if bubble.attachment else {"text": bubble.text, "entities": _entities(bubble.text)}
    built = telegram.Message(
        message_id=int(bubble.id),
        date=bubble.at,
        chat=chat_of(phone),
        from_user=user_of(writer) if bubble.mine else BOT,
        edit_date=bubble.at if bubble.edited else None,
        **content,
    ).to_dict()
    if quoted is not None:
        built["reply_to_message"] = message(phone, quoted) | {"reply_to_message": None}
        del built["reply_to_message"]["reply_to_message"]
    if bubble.markup and "inline_keyboard" in bubble.markup:
        built["reply_markup"] = bubble.markup
    return built


def _entities(text: str) -> list[telegram.MessageEntity]:
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    if not word.startswith("/") or len(word) == 1:
        return []
    return [telegram.MessageEntity(type="bot_command", offset=0, length=len(word))]


def _file(bubble: Bubble) -> dict[str, Any]:
    file = bubble.attachment
    assert file is not None  # noqa: S101 - the caller looked
    return {_FIELDS[file.kind]: _file_value(file), "caption": bubble.text or None}


_FIELDS = {"picture": "photo", "voice": "voice", "audio": "audio", "video": "video", "document": "document"}


def _file_value(file: Attachment) -> Any:
    ids: dict[str, Any] = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.data)}
    match file.kind:
        case "picture":
            return [telegram.PhotoSize(**ids, width=640, height=480)]
        case "voice":
            return telegram.Voice(**ids, duration=file.seconds, mime_type=file.mime)
        case "audio":
            return telegram.Audio(**ids, duration=file.seconds, mime_type=file.mime, file_name=file.name)
        case "video":
            return telegram.Video(**ids, width=640, height=480, duration=file.seconds, mime_type=file.mime)
        case _:
            return telegram.Document(**ids, file_name=file.name, mime_type=file.mime)


def pressed(phone: Phone, bubble: Bubble, tap: Tap, query_id: str) -> dict[str, Any]:
    """Return the callback query of a pressed button."""
    query = telegram.CallbackQuery(
        id=query_id, from_user=user_of(phone), chat_instance=f"-{phone.number}", data=tap.data
    ).to_dict()
    return {"callback_query": query | {"message": message(phone, bubble)}}


def blocked(phone: Phone, now: datetime, *, is_blocked: bool) -> dict[str, Any]:
    """Return the change of membership when a person blocks the bot or lets it in again."""
    inside = telegram.ChatMemberMember(BOT)
    outside = telegram.ChatMemberBanned(BOT, until_date=datetime.fromtimestamp(0, UTC))
    old, new = (inside, outside) if is_blocked else (outside, inside)
    change = telegram.ChatMemberUpdated(
        chat=chat_of(phone), from_user=user_of(phone), date=now, old_chat_member=old, new_chat_member=new
    )
    return {"my_chat_member": change.to_dict()}
