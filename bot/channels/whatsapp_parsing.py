"""Deliveries of the Cloud API as items, and an item as what a person did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels import RawItem
from bot.channels.commands import understand
from bot.channels.whatsapp_wire import Contact, Delivery, Message, Preference, Status, Value
from bot.channels.whatsapp_wire import Item as WireItem
from handlers.messages import ChatMoved, DeliveryState, Ignored, Incoming, Item, Kind, Receipt

_READ = ("messages", "user_preferences")
_STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,  # a voice note that was listened to
    "failed": DeliveryState.FAILED,
}
_PREFERENCES = {"stop": Kind.OPTED_OUT, "resume": Kind.OPTED_IN}


def raw_items(payload: Mapping[str, Any], *, phone_id: str) -> list[RawItem]:
    """Return every item of a delivery that concerns our number.

    Raises ValueError when it is no delivery of WhatsApp. An item that makes no sense is kept: it
    fails alone, when it is parsed.
    """
    delivery = Delivery.model_validate(payload)
    changes = [change.value for entry in delivery.entry for change in entry.changes if change.field in _READ]
    values = [Value.model_validate(value) for value in changes]
    return [item for value in values if value.metadata.phone_number_id == phone_id for item in _items(value)]


def _items(value: Value) -> Iterator[RawItem]:
    for message in value.messages:
        contact = _contact_of(message, value.contacts)
        person = contact.user_id or contact.wa_id
        yield _raw(_key(message, message.get("id")), person, contact=contact.model_dump(), message=message)
    for status in value.statuses:
        parts = (status.get("id"), status.get("status"))
        yield _raw(_key(status, *parts), "", status=status)  # nobody's: states move forward in any order
    for wish in value.user_preferences:
        who = _text(wish.get("user_id")) or _text(wish.get("wa_id"))
        yield _raw(_key(wish, who, str(wish.get("timestamp"))), who, preference=wish)


def _contact_of(message: Mapping[str, Any], contacts: Sequence[Contact]) -> Contact:
    """Return the ids of a message's sender: of the contact that it names, and its own."""
    phone, user = _text(message.get("from")), _text(message.get("from_user_id"))
    known = [c for c in contacts if (phone and c.wa_id == phone) or (user and c.user_id == user)]
    contact = known[0] if known else Contact()
    if not (phone or user) and len(contacts) == 1:
        contact = contacts[0]
    return Contact(wa_id=contact.wa_id or phone, user_id=contact.user_id or user)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _key(item: Mapping[str, Any], *parts: object) -> str:
    """Return the provider's own id; of an item without one, that of its content."""
    if all(isinstance(part, str) and part for part in parts):
        return "|".join(map(str, parts))
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()


def _raw(key: str, person: str, **body: Any) -> RawItem:
    return RawItem(key=key, person=person, body=json.dumps(body, separators=(",", ":")))


def parse(body: str, *, account: str) -> Item:
    """Return what an item says; raise ValueError when it is malformed."""
    item = WireItem.model_validate_json(body)
    if item.message is not None:
        return _message(item.message, item.contact, account)
    if item.status is not None:
        return _receipt(item.status, account)
    if item.preference is not None:
        return _preference(item.preference, account)
    return Ignored("unknown_item")


def _message(message: Message, contact: Contact, account: str) -> Item:
    if message.group_id:
        return Ignored("group_message")
    if message.system is not None:
        return _moved(message, contact, account)
    blank = replace(_blank(contact, account, message.at), ref=message.id, prompt_ref=message.context.id)
    if message.file is not None:
        file, kind = message.file
        return replace(blank, kind=Kind.MEDIA, media=file.as_media(kind), text=file.caption)
    return _edited(message, blank) if message.edit is not None else _said(message, blank)


def _said(message: Message, blank: Incoming) -> Item:
    """Return what was typed, pressed or chosen."""
    if message.text is not None:
        kind, text, argument = understand(message.text.body)
        return replace(blank, kind=kind, text=text, argument=argument)
    if message.interactive is not None:
        reply = message.interactive.button_reply or message.interactive.list_reply
        return replace(blank, kind=Kind.CHOICE, text=reply.id) if reply else Ignored("unsupported_interactive")
    if message.button is not None:
        return _template_press(message.button.text, message.button.payload, blank)
    return Ignored("reaction" if message.type == "reaction" else "unsupported_message")


def _template_press(text: str, payload: str, blank: Incoming) -> Incoming:
    """Return a press of a template's button: its payload when it is ours, else the words on it."""
    if payload and payload != text:
        return replace(blank, kind=Kind.CHOICE, text=payload)
    return replace(blank, text=text)


def _edited(message: Message, blank: Incoming) -> Item:
    if message.edit is None:
        return Ignored("unsupported_message")
    content = message.edit.message
    field = content.get(str(content.get("type")))
    text = (field.get("body") or field.get("caption")) if isinstance(field, dict) else ""
    return replace(blank, kind=Kind.EDITED, ref=message.edit.original_message_id, text=_text(text))


def _moved(message: Message, contact: Contact, account: str) -> Item:
    """Return a change of number, by phone numbers where both are known, else by user ids."""
    system = message.system
    if system is None or not system.type.endswith(("changed_number", "changed_user_id")):
        return Ignored("system_message")
    old, new = system.customer or message.sender, system.wa_id or system.new_wa_id
    if not (old and new):
        old, new = message.from_user_id or contact.user_id or old, system.user_id or new
    return ChatMoved("whatsapp", account, old=old, new=new) if old and new and old != new else Ignored("system_message")


def _receipt(status: Status, account: str) -> Item:
    state = _STATES.get(status.status)
    if state is None:
        return Ignored("unknown_status")
    return Receipt(
        channel="whatsapp",
        account=account,
        ref=status.id,
        tracker=status.biz_opaque_callback_data,
        state=state,
        at=status.at,
        error=str(status.errors[0].code) if status.errors else "",
    )


def _preference(preference: Preference, account: str) -> Item:
    kind = _PREFERENCES.get(preference.value)
    if kind is None:
        return Ignored("unknown_preference")
    contact = Contact(wa_id=preference.wa_id, user_id=preference.user_id)
    return replace(_blank(contact, account, preference.at), kind=kind)


def _blank(contact: Contact, account: str, at: datetime) -> Incoming:
    external = contact.user_id or contact.wa_id
    if not external:
        raise ValueError("a message from nobody")
    alias = contact.wa_id if contact.user_id and contact.wa_id else None
    return Incoming(channel="whatsapp", account=account, external=external, kind=Kind.TEXT, at=at, alias=alias)
