"""The Bot API's methods at the door of a group chat.

https://core.telegram.org/bots/api#createchatinvitelink, #approvechatjoinrequest, #banchatmember
"""

from __future__ import annotations

from typing import Any

from bot.sandbox import telegram_updates as updates
from bot.sandbox.forms import Form
from bot.sandbox.telegram_checks import RefusedError
from bot.sandbox.telegram_messages import Messages
from bot.sandbox.telegram_rooms import Room

LINK_NAME = 32  # characters


class Gate(Messages):
    """Links to group chats, and who is let in or taken out."""

    async def create_chat_invite_link(self, form: Form) -> dict[str, Any]:
        """Make a link to a group chat."""
        room = self._kept(form, "can_invite_users")
        if len(str(form.fields.get("name", ""))) > LINK_NAME:
            raise RefusedError("Bad Request: invite link name is too long")
        asks = form.fields.get("creates_join_request") in {True, "true", "True"}
        link = f"https://t.me/+room{room.number.removeprefix('-')}n{len(room.links) + 1}"
        room.links[link] = asks
        flags = {"creates_join_request": asks, "is_primary": False, "is_revoked": False}
        return {"invite_link": link, "creator": updates.BOT.to_dict(), **flags}

    async def approve_chat_join_request(self, form: Form) -> bool:
        """Let in somebody who asks."""
        room, guest = self._asking(form)
        room.inside.add(guest)
        room.changed()
        return True

    async def decline_chat_join_request(self, form: Form) -> bool:
        """Do not let in somebody who asks."""
        room, _guest = self._asking(form)
        room.changed()
        return True

    async def ban_chat_member(self, form: Form) -> bool:
        """Take somebody out, or keep them out."""
        room = self._kept(form, "can_restrict_members")
        room.inside.discard(str(form.fields.get("user_id", "")))
        room.banned.add(str(form.fields.get("user_id", "")))
        room.changed()
        return True

    async def unban_chat_member(self, form: Form) -> bool:
        """Let somebody ask again; without ``only_if_banned`` it takes out whoever is inside."""
        room = self._kept(form, "can_restrict_members")
        guest = str(form.fields.get("user_id", ""))
        if form.fields.get("only_if_banned") not in {True, "true", "True"}:
            room.inside.discard(guest)
        room.banned.discard(guest)
        room.changed()
        return True

    def _asking(self, form: Form) -> tuple[Room, str]:
        room, guest = self._kept(form, "can_invite_users"), str(form.fields.get("user_id", ""))
        if guest in room.inside:
            raise RefusedError("Bad Request: USER_ALREADY_PARTICIPANT")
        if room.asking.pop(guest, None) is None:
            raise RefusedError("Bad Request: HIDE_REQUESTER_MISSING")
        return room, guest

    def _kept(self, form: Form, right: str) -> Room:
        """Return a group chat in which the bot has a right."""
        room = self.room(str(form.fields.get("chat_id", "")))
        if room.status != "administrator" or not room.rights.get(right):
            raise RefusedError("Bad Request: not enough rights" if room.rights else "Bad Request: CHAT_ADMIN_REQUIRED")
        return room
