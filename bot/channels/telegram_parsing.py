"""One update of the Bot API as what a person did."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels import RawItem
from bot.channels.commands import understand
from bot.channels.telegram_wire import READ, CallbackQuery, JoinRequest, MembershipChange, Message, Update, User
from handlers.messages import ChatMoved, Ignored, Incoming, Item, Kind

_CODE = re.compile(r"[a-z_]{1,40}")
_MEMBERSHIPS = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}
_LINK = re.compile(r"/jisr(?:@\w{1,64})?\s+(\S[^\n]{0,40})")
_SENDERS = frozenset({"callback_query", "chat_join_request"})  # in the order of a person, not of a chat
_TALK = ("message", "edited_message", "callback_query")  # what may be said in a group chat


def raw_item(update: Mapping[str, Any]) -> RawItem:
    """Return an update as a raw item; raise ValueError when it has no id."""
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("an update has no update_id")  # noqa: TRY004  # a malformed delivery, not a mistake of ours
    body = json.dumps(update, separators=(",", ":"))
    return RawItem(key=str(number), person=_person(update), body=body, press=_press_id(update))


def raw_items(update: Mapping[str, Any]) -> list[RawItem]:
    """Return an update as raw items: none of what is said in a group chat, so that nothing of it is ever stored.

    Two lines of a group chat are read, without who wrote them: the code that links it, and its new id.
    """
    for name in _TALK:
        said = update.get(name)
        chat = _chat(said.get("message") if name == "callback_query" else said) if isinstance(said, Mapping) else {}
        if chat.get("type", "private") != "private":
            line = _group_line(said) if name == "message" else None
            return [] if line is None else [raw_item({"update_id": update.get("update_id"), "message": line})]
    return [raw_item(update)]


def _chat(said: Any) -> Mapping[str, Any]:
    chat = said.get("chat") if isinstance(said, Mapping) else None
    return chat if isinstance(chat, Mapping) else {}


def _group_line(said: Any) -> dict[str, Any] | None:
    """Return what is read of a message in a group chat, or None."""
    text = said.get("text")
    kept = {name: said[name] for name in ("message_id", "date", "migrate_to_chat_id") if name in said}
    kept["chat"] = {name: said["chat"].get(name) for name in ("id", "type")}
    if "migrate_to_chat_id" in kept:
        return kept
    return {**kept, "text": text} if isinstance(text, str) and _LINK.fullmatch(text.strip()) else None


def _person(update: Mapping[str, Any]) -> str:
    """Return the id whose items keep their order: that of who pressed or asks, or the chat's."""
    for name in READ:
        event = update.get(name)
        if isinstance(event, Mapping):
            where = event.get("from" if name in _SENDERS else "chat")
            number = where.get("id") if isinstance(where, Mapping) else None
            return str(number) if isinstance(number, int) else ""
    return ""


def _press_id(update: Mapping[str, Any]) -> str:
    """Return the id that answers a button press, empty for any other update."""
    query = update.get("callback_query")
    return str(query.get("id", "")) if isinstance(query, Mapping) else ""


def parse(body: str, *, account: str, now: datetime) -> Item:
    """Return what an update says; raise ValueError when it is none.

    ``now`` dates a button press, to which the Bot API gives no instant.
    """
    update = Update.model_validate_json(body)
    if update.message is not None:
        return _message(update.message, account)
    if update.edited_message is not None:
        return _edited(update.edited_message, account)
    if update.callback_query is not None:
        return _press(update.callback_query, account, now)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, account)
    if update.chat_join_request is not None:
        return _knock(update.chat_join_request, account)
    return Ignored(next(filter(_CODE.fullmatch, update.model_extra or {}), "unknown_update"))


def _message(message: Message, account: str) -> Item:
    if message.migrate_to_chat_id is not None:
        return ChatMoved("telegram", account, old=str(message.chat.id), new=str(message.migrate_to_chat_id))
    if not message.chat.is_private:
        return _group_message(message, account)
    if message.sender is None or message.sender.is_bot:
        return Ignored("no_person")
    blank = _blank(account, message.sender, message.date)
    quoted = str(message.reply_to_message.message_id) if message.reply_to_message else ""
    said = replace(blank, ref=str(message.message_id), prompt_ref=quoted)
    if message.media is not None:
        return replace(said, kind=Kind.MEDIA, media=message.media, text=message.caption)
    if message.text is None:
        return Ignored("unsupported_message")
    kind, text, argument = understand(message.text)
    return replace(said, kind=kind, text=text, argument=argument)


def _group_message(message: Message, account: str) -> Item:
    """Return the code that a group chat is linked by; nothing else is read there."""
    found = _LINK.fullmatch((message.text or "").strip())
    if found is None:
        return Ignored("group_message")
    return Incoming("telegram", account, str(message.chat.id), Kind.LINK, message.date, argument=found[1])


def _edited(message: Message, account: str) -> Item:
    if not message.chat.is_private or message.sender is None or message.sender.is_bot:
        return Ignored("group_message")
    blank = _blank(account, message.sender, message.edit_date or message.date)
    text = message.caption if message.text is None else message.text
    return replace(blank, kind=Kind.EDITED, ref=str(message.message_id), text=text, media=message.media)


def _press(query: CallbackQuery, account: str, now: datetime) -> Item:
    if query.message is None or not query.message.chat.is_private:
        return Ignored("group_press")
    if not query.data:
        return Ignored("empty_press")
    prompt_ref = str(query.message.message_id)
    return replace(_blank(account, query.sender, now), kind=Kind.CHOICE, text=query.data, prompt_ref=prompt_ref)


def _membership(change: MembershipChange, account: str) -> Item:
    if not change.chat.is_private:
        if change.new_chat_member.is_gatekeeper:
            return Ignored("group_membership")
        return Incoming("telegram", account, str(change.chat.id), Kind.POWERLESS, change.date)
    kind = _MEMBERSHIPS.get(change.new_chat_member.status)
    if kind is None:
        return Ignored("unknown_membership")
    return replace(_blank(account, change.sender, change.date), kind=kind)


def _knock(asked: JoinRequest, account: str) -> Item:
    return replace(_blank(account, asked.sender, asked.date), kind=Kind.KNOCK, argument=str(asked.chat.id))


def _blank(account: str, sender: User, at: datetime) -> Incoming:
    return Incoming(
        channel="telegram",
        account=account,
        external=str(sender.id),
        kind=Kind.TEXT,
        at=at,
        language=sender.language_code,
    )
