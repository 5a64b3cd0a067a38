"""The Bot API's methods on the bot itself: updates, webhook, commands, presses, files.

https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox import telegram_checks as checks
from bot.sandbox import telegram_updates as updates
from bot.sandbox.alarm import Alarm
from bot.sandbox.forms import Form
from bot.sandbox.shelf import Shelf
from bot.sandbox.telegram_checks import RefusedError
from bot.sandbox.telegram_gate import Gate
from bot.sandbox.telegram_messages import Messages
from bot.sandbox.telegram_queue import Queue

ACTS = ("get_", "set_", "send_", "edit_", "delete_", "answer_", "create_", "approve_", "decline_", "ban_", "unban_")
ANSWERABLE = timedelta(minutes=15)
DOWNLOAD = 20 * 2**20

Method = Callable[[Form], Awaitable[Any]]


class Methods(Gate):
    """Every method that the stand-in knows. ``named`` finds one."""

    def __init__(self, shelf: Shelf, alarm: Alarm, queue: Queue) -> None:
        super().__init__(shelf, alarm)
        self.queue = queue
        self.queries: dict[str, datetime] = {}  # presses that wait for an answer: id -> instant
        self.commands: dict[str, list[Mapping[str, str]]] = {}  # by language code

    def named(self, name: str) -> Method | None:
        """Return a method by Telegram's name for it, in any case."""
        own = _NAMES.get(name.casefold())
        found: Method | None = getattr(self, own) if own else None
        return found

    async def get_me(self, _form: Form) -> dict[str, Any]:
        """Say who the bot is."""
        return {**updates.BOT.to_dict(), "can_join_groups": True, "can_read_all_group_messages": False}

    async def get_updates(self, form: Form) -> list[dict[str, Any]]:
        """Hand out updates by long polling."""
        return await self.queue.poll(form.fields)

    async def set_webhook(self, form: Form) -> bool:
        """Post updates from now on."""
        if form.fields.get("drop_pending_updates") in {True, "true", "True"}:
            self.queue.drop()
        self.queue.hook(str(form.fields.get("url", "")), str(form.fields.get("secret_token", "")))
        return True

    async def delete_webhook(self, form: Form) -> bool:
        """Let updates be polled from now on."""
        return await self.set_webhook(Form({**form.fields, "url": "", "secret_token": ""}))

    async def get_webhook_info(self, _form: Form) -> dict[str, Any]:
        """Say how delivery goes."""
        hook = self.queue.webhook
        info = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": self.queue.pending}
        if hook.last_error:
            info |= {"last_error_message": hook.last_error[0], "last_error_date": int(hook.last_error[1].timestamp())}
        return info

    async def answer_callback_query(self, form: Form) -> bool:
        """Let the app stop waiting after a press."""
        asked = self.queries.pop(str(form.fields.get("callback_query_id", "")), None)
        if asked is None or self.alarm.clock.now() - asked > ANSWERABLE:
            raise RefusedError("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if checks.units(str(form.fields.get("text", ""))) > checks.ANSWER:
            raise RefusedError("Bad Request: MESSAGE_TOO_LONG")
        return True

    async def get_file(self, form: Form) -> dict[str, Any]:
        """Say where a file can be fetched."""
        file = self.files.get(str(form.fields.get("file_id", "")))
        if file is None:
            raise RefusedError("Bad Request: invalid file_id")
        if len(file.data) > DOWNLOAD:
            raise RefusedError("Bad Request: file is too big")
        path = f"{file.kind}/{file.id}"
        return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.data), "file_path": path}

    async def set_my_commands(self, form: Form) -> bool:
        """Set the command menu of a language."""
        self.commands[str(form.fields.get("language_code", ""))] = list(checks.commands(form.fields))
        for phone in self.shelf.all.values():
            phone.changed()
        return True

    async def get_my_commands(self, form: Form) -> list[Mapping[str, str]]:
        """Say the command menu of a language."""
        return self.commands.get(str(form.fields.get("language_code", "")), [])

    async def delete_my_commands(self, form: Form) -> bool:
        """Empty the command menu of a language."""
        self.commands.pop(str(form.fields.get("language_code", "")), None)
        return True

    async def set_my_name(self, _form: Form) -> bool:
        """Accept the bot's name."""
        return True

    async def set_my_description(self, _form: Form) -> bool:
        """Accept the text of the empty chat."""
        return True

    async def set_my_short_description(self, _form: Form) -> bool:
        """Accept the text of the profile."""
        return True

    def menu(self, language: str) -> list[Mapping[str, str]]:
        """Return the commands that a phone of a language shows."""
        return self.commands.get(language) or self.commands.get("", [])


_NAMES = {
    name.replace("_", ""): name for kind in (Messages, Gate, Methods) for name in vars(kind) if name.startswith(ACTS)
}
