"""The Bot API's methods on messages: sending, editing, deleting; each does its act on the phones.

https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.sandbox import telegram_checks as checks
from bot.sandbox import telegram_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.bubbles import Attachment, Bubble
from bot.sandbox.forms import Form
from bot.sandbox.phones import Phone
from bot.sandbox.shelf import Shelf
from bot.sandbox.telegram_checks import RefusedError
from bot.sandbox.telegram_queue import Queue
from bot.sandbox.telegram_rooms import Room

DELETABLE = timedelta(hours=48)
UPLOAD = 50 * 2**20
PHOTO = 10 * 2**20
MOST_AT_ONCE = 100  # messages in one deleteMessages
TYPING_S = 5
KINDS = {"photo": "picture", "voice": "voice", "audio": "audio", "video": "video", "document": "document"}


class Messages:
    """The chats of the bot, and the methods on them, named as at Telegram but in snake case."""

    def __init__(self, shelf: Shelf, alarm: Alarm) -> None:
        self.shelf, self.alarm = shelf, alarm
        self.files: dict[str, Attachment] = {}
        self.moved: dict[str, int] = {}  # group -> the supergroup that it became
        self.rooms: dict[str, Room] = {}
        self._last = 0

    def next_id(self) -> str:
        """Return a fresh message id."""
        self._last += 1
        return str(self._last)

    async def send_message(self, form: Form) -> dict[str, Any]:
        """Send a text."""
        phone = self._place(form)
        text = checks.text(form.fields)
        return self._show(phone, form, text=text)

    async def send_photo(self, form: Form) -> dict[str, Any]:
        """Send a picture."""
        return await self._send_file(form, "photo", PHOTO)

    async def send_voice(self, form: Form) -> dict[str, Any]:
        """Send a voice note."""
        return await self._send_file(form, "voice")

    async def send_audio(self, form: Form) -> dict[str, Any]:
        """Send a sound file."""
        return await self._send_file(form, "audio")

    async def send_video(self, form: Form) -> dict[str, Any]:
        """Send a film."""
        return await self._send_file(form, "video")

    async def send_document(self, form: Form) -> dict[str, Any]:
        """Send a file."""
        return await self._send_file(form, "document")

    async def send_chat_action(self, form: Form) -> bool:
        """Show that the bot is typing, for 5 seconds."""
        phone = self._place(form)
        phone.typing_until = self.alarm.clock.now() + timedelta(seconds=TYPING_S)
        phone.changed()
        return True

    async def edit_message_text(self, form: Form) -> dict[str, Any]:
        """Put another text in the place of a message's, and its buttons with it."""
        phone, bubble = self._own(form, "edit")
        return self._edit(phone, bubble, checks.text(form.fields), form)

    async def edit_message_caption(self, form: Form) -> dict[str, Any]:
        """Put another caption in the place of a file's."""
        phone, bubble = self._own(form, "edit")
        return self._edit(phone, bubble, checks.text(form.fields, "caption", checks.CAPTION), form)

    async def edit_message_reply_markup(self, form: Form) -> dict[str, Any]:
        """Change the buttons of a message alone."""
        phone, bubble = self._own(form, "edit")
        return self._edit(phone, bubble, bubble.text, form)

    async def delete_message(self, form: Form) -> bool:
        """Take a message back from both sides."""
        phone = self._place(form)
        bubble = phone.bubble(str(form.fields.get("message_id", "")))
        if bubble is None:
            raise RefusedError("Bad Request: message to delete not found")
        self._delete(phone, [bubble])
        return True

    async def delete_messages(self, form: Form) -> bool:
        """Take up to 100 messages back; those that are not found are skipped."""
        phone = self._place(form)
        ids = checks.value(form.fields, "message_ids") or []
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            raise RefusedError("Bad Request: message identifiers are not specified or are too many")
        found = [phone.bubble(str(each)) for each in ids]
        self._delete(phone, [bubble for bubble in found if bubble is not None])
        return True

    def keep(self, file: Attachment) -> Attachment:
        """Store a file, and return it with its id."""
        kept = Attachment(f"AgAD{len(self.files) + 1:06d}", file.kind, file.name, file.mime, file.data, file.seconds)
        self.files[kept.id] = kept
        return kept

    async def _send_file(self, form: Form, field: str, most: int = UPLOAD) -> dict[str, Any]:
        phone = self._place(form)
        caption = checks.text(form.fields, "caption", checks.CAPTION)
        return self._show(phone, form, text=caption, attachment=self._file(form, field, most))

    def _file(self, form: Form, field: str, most: int) -> Attachment:
        given = str(form.fields.get(field, ""))
        upload = form.files.get(given.removeprefix("attach://")) or form.files.get(field)
        if upload is None and given in self.files:
            return self.files[given]
        if upload is None or not upload.data:
            raise RefusedError(f"Bad Request: there is no {field} in the request")
        if len(upload.data) > most:
            raise RefusedError("Request Entity Too Large", 413)
        seconds = int(form.fields.get("duration") or 0)
        return self.keep(Attachment("", KINDS[field], upload.name, upload.mime, upload.data, seconds))

    def open_room(self, title: str, queue: Queue) -> Room:
        """Make a group chat, in which the bot is not yet."""
        number = f"-{4000 + len(self.rooms) + len(self.moved)}"
        self.rooms[number] = Room(number, title, self, queue, self.alarm)
        return self.rooms[number]

    def room(self, chat: str) -> Room:
        """Return a group chat; refuse one that moved or that there is not."""
        if chat in self.moved:
            raise RefusedError(
                "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved[chat]
            )
        if chat not in self.rooms:
            raise RefusedError("Bad Request: chat not found")
        return self.rooms[chat]

    def _place(self, form: Form) -> Phone | Room:
        """Return the private or group chat that a call is for."""
        chat = str(form.fields.get("chat_id", ""))
        if not chat.startswith("-"):
            return self._phone(form)
        room = self.room(chat)
        if room.status not in {"administrator", "member"}:
            raise RefusedError("Forbidden: bot was kicked from the group chat", 403)
        return room

    def _phone(self, form: Form) -> Phone:
        chat = str(form.fields.get("chat_id", ""))
        phone = self.shelf.find("telegram", chat)
        if phone is None:
            raise RefusedError("Bad Request: chat not found")
        if phone.blocked:
            raise RefusedError("Forbidden: bot was blocked by the user", 403)
        if not phone.started and not any(room.may_write_to(phone) for room in self.rooms.values()):
            raise RefusedError("Forbidden: bot can't initiate conversation with a user", 403)
        return phone

    def _own(self, form: Form, act: str) -> tuple[Phone | Room, Bubble]:
        phone = self._place(form)
        bubble = phone.bubble(str(form.fields.get("message_id", "")))
        if bubble is None:
            raise RefusedError(f"Bad Request: message to {act} not found")
        if bubble.mine:
            raise RefusedError(f"Bad Request: message can't be {act}ed")
        return phone, bubble

    def _show(self, phone: Phone | Room, form: Form, **content: Any) -> dict[str, Any]:
        markup, taps = checks.keyboard(form.fields)
        now = self.alarm.clock.now()
        quoted = checks.value(form.fields, "reply_parameters") or {}
        bubble = Bubble(self.next_id(), mine=False, at=now, markup=markup, taps=taps, **content)
        bubble.look = "inline" if taps else ""
        bubble.quoted = str(quoted.get("message_id", ""))
        phone.show(bubble)
        return updates.message(phone, bubble)

    def _edit(self, phone: Phone | Room, bubble: Bubble, text: str, form: Form) -> dict[str, Any]:
        markup, taps = checks.keyboard(form.fields)
        if (text, taps) == (bubble.text, bubble.taps):
            raise RefusedError(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        bubble.edited = bubble.edited or text != bubble.text
        bubble.text, bubble.markup, bubble.taps = text, markup, taps
        bubble.look = "inline" if taps else ""
        phone.changed()
        return updates.message(phone, bubble)

    def _delete(self, phone: Phone | Room, bubbles: list[Bubble]) -> None:
        oldest = self.alarm.clock.now() - DELETABLE
        if any(bubble.at < oldest for bubble in bubbles):
            raise RefusedError("Bad Request: message can't be deleted for everyone")
        for bubble in bubbles:
            phone.messages.remove(bubble)
        phone.changed()
