"""Webhooks: where they point, and what the command says when it cannot set them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns
from bot.settings import Misconfigured, Settings, TelegramAccount
from bot.webhooks import address, arrange

PUBLIC = "https://jisr.example.org/"


class Today:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return one instant."""
        return datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
async def standins() -> AsyncIterator[StandIns]:
    """Both providers on loopback."""
    async with StandIns(Today()) as served:
        yield served


def settings(home: Path, standins: StandIns, **more: object) -> Settings:
    """Return settings with one account of each channel at the stand-ins."""
    values = {
        "home": home,
        "telegram_token": SecretStr(TOKEN),
        "telegram_api_url": standins.url,
        "telegram_secret": SecretStr("s"),
        "telegram_mode": "webhook",
        "whatsapp_token": SecretStr(ACCOUNT.token),
        "whatsapp_phone_id": ACCOUNT.phone_id,
        "whatsapp_app_secret": SecretStr(ACCOUNT.app_secret),
        "whatsapp_verify_token": SecretStr(ACCOUNT.verify_token),
        "whatsapp_api_url": standins.url,
        "public_url": PUBLIC,
    }
    return Settings(**(values | more))


@pytest.mark.parametrize(("public", "where"), [(PUBLIC, "https://jisr.example.org/telegram/tunis"), ("", "")])
def test_an_account_s_address(public: str, where: str) -> None:
    """An account's messages come to the path with its name."""
    assert address(public, TelegramAccount(name="tunis", token=SecretStr("1:t"))) == where


async def test_set_and_drop_one(tmp_path: Path, standins: StandIns) -> None:
    """One account can be named; its webhook is set with its secret, and dropped again."""
    here = settings(tmp_path, standins)
    assert await arrange(here, name="telegram/main") == (
        ["telegram/main: Telegram delivers to https://jisr.example.org/telegram/main"],
        False,
    )
    assert standins.telegram.queue.secret == "s"
    assert await arrange(here, name="telegram/main", drop=True) == (
        ["telegram/main: Telegram keeps messages for polling."],
        False,
    )
    assert standins.telegram.queue.webhook.url == ""


async def test_polling_is_left_alone(tmp_path: Path, standins: StandIns) -> None:
    """An account that polls gets no webhook: it would stop its polling."""
    lines, failed = await arrange(settings(tmp_path, standins, telegram_mode="polling"), name="telegram/main")
    assert ("left alone" in lines[0], failed, standins.telegram.queue.webhook.url) == (True, False, "")


async def test_an_address_that_does_not_answer(tmp_path: Path, standins: StandIns) -> None:
    """When Meta refuses, the code is said with the steps by hand, no secret, and the other account is still set."""
    here = settings(tmp_path, standins, public_url="http://127.0.0.1:1")
    lines, failed = await arrange(here)
    text = "\n".join(lines)
    assert failed
    assert standins.telegram.queue.webhook.url == "http://127.0.0.1:1/telegram/main"
    assert "code 2200" in text
    assert "Callback URL:  http://127.0.0.1:1/whatsapp/main" in text
    assert not any(secret in text for secret in (ACCOUNT.token, ACCOUNT.app_secret, ACCOUNT.verify_token))


@pytest.mark.parametrize(
    ("more", "name", "says"),
    [
        ({"public_url": ""}, "", "JISR_PUBLIC_URL"),
        ({"public_url": "http://jisr.example.org"}, "", "https"),
        ({}, "telegram/none", "no account telegram/none"),
        ({"whatsapp_verify_token": SecretStr("")}, "whatsapp/main", "verify_token"),
    ],
)
async def test_what_cannot_be_set(
    tmp_path: Path, standins: StandIns, more: dict[str, object], name: str, says: str
) -> None:
    """What is missing is said before any provider is asked."""
    with pytest.raises(Misconfigured, match=says):
        await arrange(settings(tmp_path, standins, **more), name=name)
