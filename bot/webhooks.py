"""Webhooks: the addresses where the providers deliver, and having them deliver there."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from bot.accounts import key_of, open_all
from bot.channels import SendError
from bot.settings import Account, Misconfigured, Settings, TelegramAccount, WhatsAppAccount

BY_HAND = """\
  By hand, at developers.facebook.com: your app, WhatsApp, Configuration, Webhook, Edit.
    Callback URL:  {url}
    Verify token:  the value of verify_token (JISR_WHATSAPP_VERIFY_TOKEN)
  then Verify and save (the program must run), and subscribe to the fields
  "messages" and "user_preferences" (who wants no more messages)."""

app = typer.Typer(help="Where Telegram and WhatsApp deliver messages.", no_args_is_help=True)
Named = Annotated[str, typer.Option("--account", help="Only this one, such as telegram/main.")]


def address(public_url: str, account: Account) -> str:
    """Return where the messages of an account are delivered, "" when no public address is set."""
    channel, name = key_of(account)
    return f"{public_url.rstrip('/')}/{channel}/{name}" if public_url else ""


@app.command("set")
def set_(account: Named = "") -> None:
    """Have the providers deliver to JISR_PUBLIC_URL. For WhatsApp the program must run already."""
    _finish(Settings(), account, drop=False)


@app.command()
def drop(account: Named = "") -> None:
    """Have Telegram keep messages for polling; WhatsApp knows webhooks only."""
    _finish(Settings(), account, drop=True)


def _finish(settings: Settings, name: str, *, drop: bool) -> None:
    lines, failed = asyncio.run(arrange(settings, name=name, drop=drop))
    for line in lines:
        typer.echo(line)
    if failed:
        raise typer.Exit(1)


async def arrange(settings: Settings, *, name: str = "", drop: bool = False) -> tuple[list[str], bool]:
    """Set or drop the webhooks of the accounts; return what to print, and whether anything failed."""
    accounts = [one for one in settings.accounts() if name in {"", "/".join(key_of(one))}]
    if not accounts:
        raise Misconfigured(f"There is no account {name}." if name else "No account is set up.")
    if not drop:
        _refuse_unsafe(settings.public_url)
    channels = open_all(accounts)
    try:
        done = [await _one(channels[key_of(one)], one, settings.public_url, drop=drop) for one in accounts]
    finally:
        for channel in channels.values():
            await channel.close()
    return [line for lines, _ in done for line in lines], any(failed for _, failed in done)


def is_safe(public_url: str) -> bool:
    """Whether the providers may deliver there: by https, or on this machine alone."""
    return public_url.startswith(("https://", "http://127.0.0.1:"))


def _refuse_unsafe(public_url: str) -> None:
    if not is_safe(public_url):
        raise Misconfigured("JISR_PUBLIC_URL must be the https address at which the internet reaches this program.")


async def _one(channel: Any, account: Account, public_url: str, *, drop: bool) -> tuple[list[str], bool]:
    subject, url = "/".join(key_of(account)), address(public_url, account)
    try:
        if isinstance(account, WhatsAppAccount):
            return await _whatsapp(channel, account, subject, url, drop=drop), False
        return await _telegram(channel, account, subject, url, drop=drop), False
    except SendError as error:
        said = [f"{subject}: refused by the provider, code {error.code}. `jisr doctor` says more."]
        by_hand = isinstance(account, WhatsAppAccount)
        return [*said, BY_HAND.format(url=url)] if by_hand else said, True


async def _telegram(channel: Any, account: TelegramAccount, subject: str, url: str, *, drop: bool) -> list[str]:
    if drop:
        await channel.drop_webhook()
        return [f"{subject}: Telegram keeps messages for polling."]
    if account.mode == "polling":
        return [f"{subject}: left alone, it is set to polling (mode = webhook changes that)."]
    await channel.set_webhook(url)
    return [f"{subject}: Telegram delivers to {url}"]


async def _whatsapp(channel: Any, account: WhatsAppAccount, subject: str, url: str, *, drop: bool) -> list[str]:
    if drop:
        return [f"{subject}: WhatsApp knows webhooks only; left alone."]
    verify_token = account.verify_token.get_secret_value()
    if not verify_token:
        raise Misconfigured(f"{subject} needs a verify_token, a long random word of your own, for its webhook.")
    if account.app_id:
        secret = account.app_secret.get_secret_value()
        await channel.standing.subscribe_app(account.app_id, secret, url=url, verify_token=verify_token)
    if account.business_id:
        await channel.standing.subscribe_business(account.business_id)
    await channel.standing.set_webhook(url, verify_token)
    return [f"{subject}: WhatsApp delivers to {url}", *_left_by_hand(account, url)]


def _left_by_hand(account: WhatsAppAccount, url: str) -> list[str]:
    """Return what the program could not do for want of ids: an app is told nothing unless it is subscribed."""
    left = [] if account.app_id else [BY_HAND.format(url=url), "  With app_id in jisr.toml this command does it."]
    if not account.business_id:
        left.append("  Subscribe the app to the WhatsApp Business Account too; with business_id this command does it.")
    return left
