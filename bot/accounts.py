"""Accounts: the channels that the settings set up, opened; and where people find them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bot import logs
from bot.channels import Channel, SendError
from bot.channels.registry import open_channel
from bot.settings import Account, TelegramAccount
from handlers.invite import Links

LINK_AT_MOST_S = 5.0

log = logs.logger(__name__)


def key_of(account: Account) -> tuple[str, str]:
    """Return the channel and the name of an account."""
    return ("telegram" if isinstance(account, TelegramAccount) else "whatsapp", account.name)


def open_all(accounts: Iterable[Account]) -> dict[tuple[str, str], Channel]:
    """Open accounts; the library of a channel is imported only here."""
    return {key_of(account): _open(account) for account in accounts}


async def ways_in(channels: Mapping[tuple[str, str], Channel]) -> Links:
    """Return where people come in, as far as the providers say."""
    return Links(telegram=await _way_in(channels, "telegram"), whatsapp=await _way_in(channels, "whatsapp"))


async def look_up(accounts: Iterable[Account]) -> Links:
    """Return where people come in, for a command: the accounts are opened for that, and closed."""
    channels = open_all(accounts)
    try:
        return await ways_in(channels)
    finally:
        for channel in channels.values():
            await channel.close()


async def _way_in(channels: Mapping[tuple[str, str], Channel], name: str) -> str:
    for (channel, _), opened in channels.items():
        if channel == name:
            try:
                async with asyncio.timeout(LINK_AT_MOST_S):
                    return urlsplit(await opened.deep_link("x")).path.strip("/")
            except (SendError, TimeoutError):
                log.warning("no_link", channel=name)
    return ""


def _open(account: Account) -> Channel:
    name, _ = key_of(account)
    if isinstance(account, TelegramAccount):
        return open_channel(
            name,
            account.name,
            token=account.token.get_secret_value(),
            api_url=account.api_url,
            secret=account.secret.get_secret_value(),
        )
    return open_channel(
        name,
        account.name,
        token=account.token.get_secret_value(),
        phone_id=account.phone_id,
        app_secret=account.app_secret.get_secret_value(),
        verify_token=account.verify_token.get_secret_value(),
        api_url=account.api_url,
        template=account.template,
        reach_per_day=account.reach_per_day,
    )
