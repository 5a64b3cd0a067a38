"""Settings: what the environment says, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.settings import Misconfigured, Settings, TelegramAccount, WhatsAppAccount

WHATSAPP = {
    "JISR_WHATSAPP_TOKEN": "EAAtoken",
    "JISR_WHATSAPP_PHONE_ID": "1234",
    "JISR_WHATSAPP_APP_SECRET": "app secret",
    "JISR_WHATSAPP_VERIFY_TOKEN": "verify",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return an environment without settings of ours."""
    for name in [name for name in os.environ if name.startswith("JISR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    return monkeypatch


def test_defaults(environment: pytest.MonkeyPatch) -> None:
    """Without any setting there is a store in ./var, no account, and a server on loopback only."""
    settings = Settings()
    assert settings.database == "sqlite+aiosqlite:///var/jisr.db"
    assert settings.keys == Path("var/keys.json")
    assert settings.accounts() == []
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


def test_accounts(environment: pytest.MonkeyPatch) -> None:
    """The variables set up one account of each channel, called main; polling is Telegram's default."""
    for name, value in {**WHATSAPP, "JISR_TELEGRAM_TOKEN": "1:token", "JISR_HOME": "/data"}.items():
        environment.setenv(name, value)
    settings = Settings()
    telegram, whatsapp = settings.accounts()
    assert isinstance(telegram, TelegramAccount)
    assert isinstance(whatsapp, WhatsAppAccount)
    assert (telegram.name, telegram.mode, telegram.api_url) == ("main", "polling", "https://api.telegram.org")
    assert whatsapp.app_secret.get_secret_value() == "app secret"
    assert settings.database == "sqlite+aiosqlite:////data/jisr.db"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**WHATSAPP, "JISR_WHATSAPP_APP_SECRET": ""}, "JISR_WHATSAPP_APP_SECRET"),
        ({**WHATSAPP, "JISR_WHATSAPP_PHONE_ID": ""}, "JISR_WHATSAPP_PHONE_ID"),
        ({"JISR_TELEGRAM_TOKEN": "1:token", "JISR_TELEGRAM_MODE": "webhook"}, "JISR_TELEGRAM_SECRET"),
    ],
)
def test_an_open_door_is_refused(environment: pytest.MonkeyPatch, given: dict[str, str], named: str) -> None:
    """An account that anybody could write to does not start, and the message names the variable."""
    for name, value in given.items():
        environment.setenv(name, value)
    with pytest.raises(Misconfigured, match=named):
        Settings().accounts()


def test_secrets_do_not_show(environment: pytest.MonkeyPatch) -> None:
    """No secret stands in what the settings print."""
    for name, value in {**WHATSAPP, "JISR_TELEGRAM_TOKEN": "1:hush", "JISR_TELEGRAM_SECRET": "quiet"}.items():
        environment.setenv(name, value)
    settings = Settings()
    shown = f"{settings!r} {settings.accounts()!r}"
    assert not any(secret in shown for secret in ("EAAtoken", "app secret", "verify'", "1:hush", "quiet"))


@pytest.mark.parametrize("command", [["run"], ["doctor"], ["webhook", "set"], ["status"]])
def test_a_setting_that_cannot_be_is_said(environment: pytest.MonkeyPatch, command: list[str]) -> None:
    """Whatever command meets it, a wrong setting is named in one line, and the exit code is 2."""
    environment.setenv("JISR_PORT", "eighty-eighty")
    answer = CliRunner().invoke(cli.app, command)
    assert (answer.exit_code, answer.output.count("\n")) == (2, 1)
    assert answer.output.startswith("JISR_PORT: ")
    assert "eighty" not in answer.output
