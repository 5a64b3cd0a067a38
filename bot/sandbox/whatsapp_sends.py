"""What the program sends by WhatsApp: checked, paced, shown, and reported by statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal

from bot.sandbox import whatsapp_checks as checks
from bot.sandbox import whatsapp_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.bubbles import Bubble
from bot.sandbox.phones import Phone
from bot.sandbox.rates import Bucket
from bot.sandbox.shelf import Shelf
from bot.sandbox.whatsapp_checks import Content, RefusedError, Template
from bot.sandbox.whatsapp_line import WhatsAppLine

WINDOW = timedelta(hours=24)
TYPING = timedelta(seconds=25)


class Sends:
    """The ``messages`` endpoint.

    ``window_says`` is how a message outside the 24 hours fails: "answer" refuses the call with 131047,
    "status" takes it and reports it failed later, as the real one mostly does.
    """

    def __init__(self, shelf: Shelf, alarm: Alarm, line: WhatsAppLine) -> None:
        self.templates: dict[str, Template] = {}
        self.window_says: Literal["answer", "status"] = "answer"
        self._shelf, self._alarm, self._line = shelf, alarm, line
        self._late: list[tuple[Phone, Callable[[], None]]] = []
        # https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput, #pair-rate-limits
        self._account, self._pair = Bucket(1 / 80, 80), Bucket(6, 45)

    def take(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Do one call; return the answer or raise RefusedError."""
        if message.get("messaging_product") != "whatsapp":
            raise RefusedError(100, "The parameter messaging_product is required.")
        if message.get("status") == "read":
            return self._mark_read(message)
        to = str(message.get("to") or message.get("recipient") or "").removeprefix("+")
        if not to:
            raise RefusedError(131008, "Parameter 'to' is required")
        tracker = str(message.get("biz_opaque_callback_data") or "")
        if len(tracker) > checks.TRACKER:
            raise RefusedError(131009, "biz_opaque_callback_data is too long")
        content = checks.content(message, self.templates)
        if content.media and content.media not in self._line.files:
            raise RefusedError(131009, "media id is not known")
        phone = self._shelf.find("whatsapp", to)
        if phone is None:
            raise RefusedError(131026, "the recipient is not a WhatsApp user")
        self._pace(phone)
        return self._send(phone, to, message, content, tracker)

    def _pace(self, phone: Phone) -> None:
        now = self._alarm.clock.now()
        if self._account.wait("", now):
            raise RefusedError(130429, "Cloud API message throughput has been reached")
        if self._pair.wait(phone.id, now):
            raise RefusedError(131056, "Too many messages sent to the same phone number in a short period of time")

    def _send(
        self, phone: Phone, to: str, message: Mapping[str, Any], content: Content, tracker: str
    ) -> dict[str, Any]:
        failure = None if message.get("type") == "template" else self._window(phone)
        if failure and self.window_says == "answer":
            raise failure
        wamid = self._line.next_id(phone)
        if failure:
            self._report(phone, wamid, "failed", tracker, failure.status_error())
        else:
            self._report(phone, wamid, "sent", tracker)
            self._late.append((phone, lambda: self._deliver(phone, wamid, message, content, tracker)))
            self.catch_up()
        known = {"input": to, "user_id": phone.user_id} | ({"wa_id": phone.number} if phone.shows_number else {})
        return {"messaging_product": "whatsapp", "contacts": [known], "messages": [{"id": wamid}]}

    def catch_up(self) -> None:
        """Deliver what waits for phones that have a network again; to one that blocked the number nothing comes."""
        waiting = [(phone, deliver) for phone, deliver in self._late if not phone.blocked]
        self._late = [each for each in waiting if each[0].offline]
        for phone, deliver in waiting:
            if not phone.offline:
                deliver()

    def _deliver(self, phone: Phone, wamid: str, message: Mapping[str, Any], content: Content, tracker: str) -> None:
        self._show(phone, wamid, message, content)
        for state in ("delivered", "read") if phone.reads else ("delivered",):
            self._report(phone, wamid, state, tracker)

    def _window(self, phone: Phone) -> RefusedError | None:
        heard = self._line.heard_at.get(phone.id)
        if heard is not None and self._alarm.clock.now() - heard < WINDOW:
            return None
        return RefusedError(131047, "More than 24 hours have passed since the customer last replied to this number")

    def _show(self, phone: Phone, wamid: str, message: Mapping[str, Any], content: Content) -> None:
        bubble = Bubble(wamid, mine=False, at=self._alarm.clock.now(), text=content.text, taps=content.taps)
        bubble.look = content.look
        bubble.opener = content.opener
        bubble.markup = message.get("type")
        bubble.quoted = str((message.get("context") or {}).get("message_id", ""))
        bubble.attachment = self._line.files.get(content.media)
        phone.show(bubble)

    def _report(
        self, phone: Phone, wamid: str, state: str, tracker: str, error: Mapping[str, Any] | None = None
    ) -> None:
        now = self._alarm.clock.now()
        self._line.report(updates.status(phone, wamid, state, now, tracker=tracker, error=error))

    def _mark_read(self, message: Mapping[str, Any]) -> dict[str, Any]:
        for phone in self._shelf.all.values():
            bubble = phone.bubble(str(message.get("message_id", ""))) if phone.app == "whatsapp" else None
            if bubble is not None and bubble.mine:
                bubble.state = "read"
                if message.get("typing_indicator"):
                    phone.typing_until = self._alarm.clock.now() + TYPING
                phone.changed()
                return {"success": True}
        raise RefusedError(100, "message_id is not known")
