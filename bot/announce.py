"""Announce: tell Telegram where to deliver, and which commands to show."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot import logs, webhooks
from bot.accounts import key_of
from bot.channels import Channel, SendError
from bot.clock import Clock
from bot.settings import Settings, TelegramAccount
from handlers.language import Translator
from handlers.registry import ForWhom, Registry

TRY_AGAIN_S = 60.0

log = logs.logger(__name__)

Commands = Mapping[str, Sequence[tuple[str, str]]]


class Announcer:
    """Tells each Telegram account's bot, once in each run of the program."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        channels: Mapping[tuple[str, str], Channel],
        commands: Commands | None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._channels = channels
        self._commands = commands

    async def run(self, stop: asyncio.Event) -> None:
        """Tell them all, again after a while those that could not be told."""
        waiting = [
            account
            for account in self._settings.accounts()
            if isinstance(account, TelegramAccount) and key_of(account) in self._channels
        ]
        while waiting and not stop.is_set():
            told = [account for account in waiting if await self._tell(account)]
            waiting = [account for account in waiting if account not in told]
            if waiting:
                await self._clock.wait(stop, TRY_AGAIN_S)

    async def _tell(self, account: TelegramAccount) -> bool:
        channel: Any = self._channels[key_of(account)]
        try:
            if account.mode == "webhook" and self._settings.public_url:
                await channel.set_webhook(webhooks.address(self._settings.public_url, account))
            if self._commands is not None:
                await channel.register_commands(self._commands)
        except SendError as error:
            log.warning("not_announced", channel=channel.name, account=account.name, code=error.code)
            return False
        return True


def commands_of(registry: Registry, translator: Translator) -> Commands:
    """Return the commands that everybody may use with their titles, in each offered language."""
    shown = [
        capability
        for capability in registry
        if capability.command and capability.shown_in_menu and capability.for_whom is not ForWhom.COORDINATOR
    ]
    return {
        language: [(capability.command, translator.render(capability.title, language)) for capability in shown]
        for language in translator.languages
    }
