"""WhatsApp's side of a chat as the Cloud API's webhooks word it.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.sandbox.bubbles import Attachment, Bubble, Tap
from bot.sandbox.phones import Phone

ACCOUNT = "102290129340398"  # the business account of the stand-in
DISPLAY_NUMBER = "15550000000"
KINDS = {"picture": "image", "voice": "audio", "audio": "audio", "video": "video", "document": "document"}


def contact(phone: Phone) -> dict[str, Any]:
    """Return the person as a webhook names them; without the number when it is hidden."""
    shown = {"profile": {"name": phone.name}, "user_id": phone.user_id}
    return shown | ({"wa_id": phone.number} if phone.shows_number else {})


def message(phone: Phone, bubble: Bubble, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the change of an incoming message."""
    sender = {"from_user_id": phone.user_id} | ({"from": phone.number} if phone.shows_number else {})
    body = sender | {"id": bubble.id, "timestamp": _seconds(bubble.at), **content}
    if bubble.quoted:
        body["context"] = {"from": DISPLAY_NUMBER, "id": bubble.quoted}
    return {"contacts": [contact(phone)], "messages": [body]}


def text(body: str) -> dict[str, Any]:
    """Return the content of a typed message."""
    return {"type": "text", "text": {"body": body}}


def chosen(bubble: Bubble, tap: Tap) -> dict[str, Any]:
    """Return the content of a pressed button or chosen row."""
    if bubble.markup == "template":
        return {"type": "button", "button": {"text": tap.label, "payload": tap.data}}
    reply = {"id": tap.data, "title": tap.label}
    if bubble.look == "list":
        row = reply | ({"description": tap.note} if tap.note else {})
        return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row}}
    return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}


def file(attachment: Attachment, caption: str) -> dict[str, Any]:
    """Return the content of a file."""
    kind = KINDS[attachment.kind]
    body: dict[str, Any] = {
        "id": attachment.id,
        "mime_type": attachment.mime,
        "sha256": hashlib.sha256(attachment.data).hexdigest(),
    }
    if kind == "audio":
        body["voice"] = attachment.kind == "voice"
    elif caption:
        body["caption"] = caption
    if kind == "document":
        body["filename"] = attachment.name
    return {"type": kind, kind: body}


def status(
    phone: Phone, wamid: str, state: str, at: datetime, *, tracker: str, error: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the change of a status: sent, delivered, read or failed."""
    body: dict[str, Any] = {"id": wamid, "status": state, "timestamp": _seconds(at)}
    body |= {"recipient_user_id": phone.user_id} | ({"recipient_id": phone.number} if phone.shows_number else {})
    if tracker:
        body["biz_opaque_callback_data"] = tracker
    if error:
        body["errors"] = [dict(error)]
    else:
        body["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "category": "service",
            "type": "free_customer_service",
        }
    return {"contacts": [contact(phone)], "statuses": [body]}


def delivery(changes: Sequence[Mapping[str, Any]], phone_id: str) -> bytes:
    """Return the body of a webhook that carries these changes, in order."""
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": phone_id}
    values = [{"messaging_product": "whatsapp", "metadata": metadata, **change} for change in changes]
    changed = [{"value": value, "field": _field(value)} for value in values]
    entry = {"id": ACCOUNT, "changes": changed}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a webhook's raw body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def preference(phone: Phone, at: datetime, *, stop: bool) -> dict[str, Any]:
    """Return the change when a person stops, or takes again, the business's messages in the app's settings."""
    wish = {"detail": "User requested it", "category": "marketing_messages", "value": "stop" if stop else "resume"}
    who = {"user_id": phone.user_id} | ({"wa_id": phone.number} if phone.shows_number else {})
    return {"contacts": [contact(phone)], "user_preferences": [who | wish | {"timestamp": _seconds(at)}]}


def _field(value: Mapping[str, Any]) -> str:
    return "user_preferences" if "user_preferences" in value else "messages"


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
