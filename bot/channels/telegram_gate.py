"""The gate of a Telegram group chat: who is let in, and who has to go.

Needs the rights can_invite_users and can_restrict_members there (core.telegram.org/bots/api#chatadministratorrights).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import methods

from bot.channels import Remedy, SendError

NAME = "Jisr"  # of the link, as the group's admins see it; at most 32 characters


class TelegramGate:
    """Calls on one group chat. Each raises SendError; what was done before counts as done."""

    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call

    async def invite(self, chat: str) -> str:
        """Return a link by which people ask to enter (core.telegram.org/bots/api#createchatinvitelink)."""
        made = await self._call(methods.CreateChatInviteLink(chat_id=int(chat), name=NAME, creates_join_request=True))
        return str(made.invite_link)

    async def admit(self, chat: str, guest: str) -> None:
        """Let in somebody who asked."""
        await self._once(methods.ApproveChatJoinRequest(chat_id=int(chat), user_id=int(guest)))

    async def decline(self, chat: str, guest: str) -> None:
        """Do not let in somebody who asked; they may ask again."""
        await self._once(methods.DeclineChatJoinRequest(chat_id=int(chat), user_id=int(guest)))

    async def remove(self, chat: str, guest: str) -> None:
        """Take somebody out; they may ask again (a ban that is lifted at once: the Bot API knows no other way)."""
        await self._once(methods.BanChatMember(chat_id=int(chat), user_id=int(guest)))
        await self._once(methods.UnbanChatMember(chat_id=int(chat), user_id=int(guest), only_if_banned=True))

    async def _once(self, method: Any) -> None:
        try:
            await self._call(method)
        except SendError as error:
            if error.remedy is not Remedy.DONE:
                raise
