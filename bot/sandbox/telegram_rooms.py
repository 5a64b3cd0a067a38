"""Group chats at Telegram: who is inside, who asks to enter, and what the bot may do there.

https://core.telegram.org/bots/api#chatmemberadministrator, #chatjoinrequest
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import telegram

from bot.sandbox import telegram_updates as updates
from bot.sandbox.bubbles import Bubble

if TYPE_CHECKING:
    from bot.sandbox.alarm import Alarm
    from bot.sandbox.phones import Phone
    from bot.sandbox.telegram_messages import Messages
    from bot.sandbox.telegram_queue import Queue

RIGHTS = {"can_invite_users": True, "can_restrict_members": True}
ADMIN = (  # what stands in every description of an admin
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
KNOCKING = timedelta(minutes=5)  # so long the bot may write to somebody who asks to enter (#chatjoinrequest)


@dataclass
class Room:
    """A group chat. ``inside`` are the numbers of the phones in it, ``rights`` what the bot may do as an admin."""

    number: str
    title: str
    chats: Messages = field(repr=False)
    queue: Queue = field(repr=False)
    alarm: Alarm = field(repr=False)
    status: str = "left"  # of the bot
    rights: dict[str, bool] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    asking: dict[str, datetime] = field(default_factory=dict)  # numbers of those before the door, since when
    banned: set[str] = field(default_factory=set)
    links: dict[str, bool] = field(default_factory=dict)  # each with whether it only lets people ask
    messages: list[Bubble] = field(default_factory=list, repr=False)
    typing_until: datetime | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def heard(self) -> list[Bubble]:
        """What the bot said there."""
        return [bubble for bubble in self.messages if not bubble.mine]

    def add_bot(self, *, by: Phone, **rights: bool) -> None:
        """Make the bot an admin with ``rights`` (those that it needs by default)."""
        self.inside.add(by.number)
        self.status, self.rights = "administrator", rights or dict(RIGHTS)
        self._membership(by)

    def remove_bot(self, *, by: Phone) -> None:
        """Take the bot out."""
        self.status, self.rights = "kicked", {}
        self._membership(by)

    def says(self, phone: Phone, text: str) -> None:
        """Write into the chat. An admin bot sees everything, another one only commands."""
        bubble = Bubble(self.chats.next_id(), mine=True, at=self.alarm.clock.now(), text=text)
        self.messages.append(bubble)
        if self.status == "administrator" or (self.status == "member" and text.startswith("/")):
            self.queue.put({"message": updates.message(self, bubble, by=phone)})

    def knocks(self, phone: Phone, link: str) -> bool:
        """Open an invite link; return whether it let the phone in at once. A link that only asks tells the bot."""
        if link not in self.links or phone.number in self.banned:
            raise KeyError(link)
        if not self.links[link]:
            self.inside.add(phone.number)
            return True
        self.asking[phone.number] = self.alarm.clock.now()
        asked = telegram.ChatJoinRequest(
            updates.chat_of(self), updates.user_of(phone), self.alarm.clock.now(), user_chat_id=int(phone.number)
        )
        self.queue.put({"chat_join_request": asked.to_dict()})
        return False

    def upgrades(self) -> None:
        """Become a supergroup: a new id, and none of the old links."""
        old, new = self.number, f"-100{self.number.removeprefix('-')}"
        self.chats.moved[old] = int(new)
        self.chats.rooms[new] = self.chats.rooms.pop(old)
        bubble = Bubble(self.chats.next_id(), mine=False, at=self.alarm.clock.now())
        told = updates.message(self, bubble)
        self.number, self.links = new, {}
        self.queue.put({"message": told | {"migrate_to_chat_id": int(new)}})

    def may_write_to(self, phone: Phone) -> bool:
        """Whether the bot may write to a phone that never wrote to it, for it asks to enter."""
        since = self.asking.get(phone.number)
        return since is not None and self.alarm.clock.now() < since + KNOCKING

    async def until(self, is_so: Any, *, timeout: float = 60) -> None:  # noqa: ASYNC109 - real seconds
        """Wait until ``is_so(room)``."""
        async with asyncio.timeout(timeout):
            while not is_so(self):
                await self._news.wait()

    def show(self, bubble: Bubble) -> Bubble:
        """Add a message of the bot."""
        self.messages.append(bubble)
        self.changed()
        return bubble

    def bubble(self, bubble_id: str) -> Bubble | None:
        """Return a message by its id."""
        return next((bubble for bubble in self.messages if bubble.id == bubble_id), None)

    def changed(self) -> None:
        """Tell those who watch that something is different."""
        self._news.set()
        self._news = asyncio.Event()

    def _membership(self, by: Phone) -> None:
        what = dict.fromkeys(ADMIN, False) if self.status == "administrator" else {"until_date": 0}
        member = {"user": updates.BOT.to_dict(), "status": self.status, **what, **self.rights}
        old = {"user": updates.BOT.to_dict(), "status": "left"}
        where = {"chat": updates.chat_of(self).to_dict(), "from": updates.user_of(by).to_dict()}
        now = int(self.alarm.clock.now().timestamp())
        self.queue.put({"my_chat_member": {**where, "date": now, "old_chat_member": old, "new_chat_member": member}})
