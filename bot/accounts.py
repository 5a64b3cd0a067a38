"""Accounts: the channels that the settings set up, opened; and where people find them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from bot import logs
from bot.channels import Channel, SendError
from bot.channels.registry import open_channel
from bot.channels.whatsapp_openers import Opener
from bot.settings import LANGUAGES, Account, TelegramAccount, TemplateWords, WhatsAppAccount
from handlers.groups.invite import Links
from network.reach import Reach

LINK_AT_MOST_S = 5.0

Named = tuple[str, str]  # a channel and the name of an account

log = logs.logger(__name__)


def key_of(account: Account) -> tuple[str, str]:
    """Return the channel and the name of an account."""
    return ("telegram" if isinstance(account, TelegramAccount) else "whatsapp", account.name)


def open_all(accounts: Iterable[Account]) -> dict[tuple[str, str], Channel]:
    """Open accounts; the library of a channel is imported only here."""
    return {key_of(account): _open(account) for account in accounts}


async def ways_in(channels: Mapping[Named, Channel]) -> dict[Named, str]:
    """Return where people come in by each account (a user name, a number), as far as the providers say."""
    found = await asyncio.gather(*map(_way_in, channels.values()))
    return {account: way for account, way in zip(channels, found, strict=True) if way}


def links_of(ways: Mapping[Named, str], stopped: Collection[Named] = ()) -> Links:
    """Return where people come in: by the first account of each app that is not stopped."""
    open_ways = [(channel, way) for (channel, account), way in ways.items() if (channel, account) not in stopped]
    first = dict(reversed(open_ways))
    return Links(telegram=first.get("telegram", ""), whatsapp=first.get("whatsapp", ""))


def openers(account: WhatsAppAccount) -> dict[str, Opener]:
    """Return the templates of a number that open conversations, by language."""
    said = {language: account.templates.get(language, TemplateWords()) for language in LANGUAGES}
    return {
        language: Opener(words.name or account.template, words.code or language, words.parameters)
        for language, words in said.items()
    }


def reaches(accounts: Iterable[Account]) -> dict[Named, Reach]:
    """Return how many people a day each number may open a chat with, and with which others it shares that."""
    numbers = [account for account in accounts if isinstance(account, WhatsAppAccount)]
    return {key_of(number): Reach(number.portfolio, number.reach_per_day) for number in numbers}


async def look_up(accounts: Iterable[Account]) -> Links:
    """Return where people come in, for a command: the accounts are opened for that, and closed."""
    channels = open_all(accounts)
    try:
        return links_of(await ways_in(channels))
    finally:
        for channel in channels.values():
            await channel.close()


async def _way_in(channel: Channel) -> str:
    try:
        async with asyncio.timeout(LINK_AT_MOST_S):
            return urlsplit(await channel.deep_link("x")).path.strip("/")
    except (SendError, TimeoutError):
        log.warning("no_link", channel=channel.name, account=channel.account)
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
        openers=openers(account),
        reach_per_day=account.reach_per_day,
    )
