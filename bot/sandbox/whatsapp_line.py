"""What a person does in WhatsApp, as webhooks to the program."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from bot.sandbox import whatsapp_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.bubbles import Attachment, Bubble, Tap
from bot.sandbox.delivery import Delivery
from bot.sandbox.phones import Phone


class WhatsAppLine:
    """Carries the acts of the phones to the webhook, and keeps the files of the chats."""

    def __init__(self, alarm: Alarm, webhook: Delivery) -> None:
        self._alarm, self._webhook = alarm, webhook
        self.files: dict[str, Attachment] = {}
        self.heard_at: dict[str, datetime] = {}  # phone -> its last message, which opens the 24 hours
        self._last = 0

    def now(self) -> datetime:
        """Return the present instant."""
        return self._alarm.clock.now()

    def next_id(self, phone: Phone) -> str:
        """Return a fresh message id; as the real one, it holds the person's number."""
        self._last += 1
        return "wamid." + base64.b64encode(f"{phone.number}:{self._last:012d}".encode()).decode()

    def keep(self, file: Attachment) -> Attachment:
        """Store a file, and return it with its id."""
        kept = Attachment(f"{10**14 + len(self.files)}", file.kind, file.name, file.mime, file.data, file.seconds)
        self.files[kept.id] = kept
        return kept

    def text(self, phone: Phone, text: str, *, quoting: str = "") -> Bubble:
        """Carry a typed message."""
        return self._say(phone, updates.text(text), text=text, quoted=quoting)

    def tap(self, phone: Phone, bubble: Bubble, tap: Tap) -> None:
        """Carry a pressed button or a chosen row: the chat shows it as a reply."""
        self._say(phone, updates.chosen(bubble, tap), text=tap.label, quoted=bubble.id)

    def attach(self, phone: Phone, attachment: Attachment, caption: str = "") -> Bubble:
        """Carry a file."""
        file = self.keep(attachment)
        return self._say(phone, updates.file(file, caption), text=caption, attachment=file)

    def edit(self, phone: Phone, bubble: Bubble, text: str) -> None:
        """Carry a changed message."""
        bubble.text, bubble.edited = text, True
        phone.changed()
        changed = {"id": bubble.id, "timestamp": str(int(bubble.at.timestamp())), **updates.text(text)}
        edit = {"type": "edit", "edit": {"original_message_id": bubble.id, "message": changed}}
        notice = Bubble(self.next_id(phone), mine=True, at=self.now())
        self._webhook.put(updates.message(phone, notice, edit))

    def block(self, phone: Phone, *, blocked: bool) -> None:
        """Block the business: WhatsApp tells it nothing, messages are just never delivered."""
        phone.blocked = blocked
        phone.changed()

    def prefer(self, phone: Phone, *, stop: bool) -> None:
        """Carry the wish for no more messages, or for them again, from the app's settings."""
        self._webhook.put(updates.preference(phone, self.now(), stop=stop))

    def report(self, status: dict[str, Any]) -> None:
        """Carry a status of a message that the program sent."""
        self._webhook.put(status)

    def _say(self, phone: Phone, content: dict[str, Any], **shown: Any) -> Bubble:
        phone.started = True
        bubble = Bubble(self.next_id(phone), mine=True, at=self.now(), state="delivered", **shown)
        self.heard_at[phone.id] = bubble.at
        phone.show(bubble)
        self._webhook.put(updates.message(phone, bubble, content))
        return bubble
