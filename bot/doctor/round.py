"""The round: everything that the doctor looks at, in the order in which it is best put right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot import webhooks
from bot.accounts import key_of, open_all
from bot.doctor import accounts as account_verdicts
from bot.doctor import ground, probes
from bot.doctor.findings import Finding, ok, todo
from bot.settings import Account, Misconfigured, Settings, TelegramAccount, WhatsAppAccount
from locales import check
from network import keeper


async def examine(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Finding]:
    """Yield what is found of an installation; ``now`` tells the time of this machine."""
    try:
        accounts = settings.accounts()
        named, url = settings.keeper() != keeper.unnamed(), settings.database
    except Misconfigured as error:
        yield todo("settings", str(error), "See .env.example and jisr.example.toml; then look again.")
        return
    yield _set_up(accounts)
    for finding in ground.settings_file(probes.place(settings.config_file)):
        yield finding
    async for finding in _kept(settings, url, now()):
        yield finding
    yield ground.keeper(named=named)
    for finding in ground.translator(settings.translator_url):
        yield finding
    yield ground.catalogues([str(fault) for fault in check.check()])
    yield ground.clock(await probes.skew_s(list(dict.fromkeys(one.api_url for one in accounts)), now))
    async for finding in _reached(settings, accounts):
        yield finding
    async for finding in _accounts(settings, accounts, now):
        yield finding


def _set_up(accounts: list[Account]) -> Finding:
    if not accounts:
        advice = "Set JISR_TELEGRAM_TOKEN, in .env or in the environment: @BotFather gives it."
        return todo("settings", "No account is set up.", advice)
    return ok("settings", f"Accounts: {', '.join('/'.join(key_of(one)) for one in accounts)}.")


async def _kept(settings: Settings, url: str, now: datetime) -> AsyncIterator[Finding]:
    """Look at the data folder, the key file, the database, and the seats in it."""
    database = await probes.database(url)
    is_current = bool(database.revision) and database.revision == database.newest
    ring, fault = probes.ring(settings.keys)
    opens = await probes.opens(url, ring, now) if is_current else True
    yield ground.folder(probes.place(settings.home))
    yield ground.key_file(probes.place(settings.keys), opens=opens, fault=fault)
    yield ground.database(database)
    if is_current:
        for finding in ground.seats(await probes.staffing(url, now)):
            yield finding
        for finding in (*ground.stopped(await probes.stopped(url, now)), *ground.dark(await probes.dark(url, now))):
            yield finding


async def _reached(settings: Settings, accounts: list[Account]) -> AsyncIterator[Finding]:
    needed = any(isinstance(one, WhatsAppAccount) or one.mode == "webhook" for one in accounts)
    answers = await probes.answers(settings.public_url) if settings.public_url and needed else None
    for finding in ground.public_address(settings.public_url, needed=needed, answers=answers):
        yield finding


async def _accounts(settings: Settings, accounts: list[Account], now: Callable[[], datetime]) -> AsyncIterator[Finding]:
    channels = open_all(accounts)
    try:
        for account in accounts:
            channel, address = channels[key_of(account)], webhooks.address(settings.public_url, account)
            if isinstance(account, TelegramAccount):
                said = await probes.telegram(channel)
                found = account_verdicts.telegram(account, said, address=address, now=now())
            else:
                asked = await probes.whatsapp(channel, account)
                found = account_verdicts.whatsapp(account, asked, address=address)
            for finding in found:
                yield finding
    finally:
        for opened in channels.values():
            await opened.close()
