"""Settings: the environment, read once, and the accounts that it and ``jisr.toml`` set up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import secrets
from bot.installation import AccountName, Installation, Misconfigured, faults, prices_of
from bot.secrets import Secret
from network.costs import Prices
from network.keeper import Keeper

__all__ = ["Account", "Misconfigured", "Settings", "TelegramAccount", "WhatsAppAccount"]

TELEGRAM_API = "https://api.telegram.org"
WHATSAPP_API = "https://graph.facebook.com"
MAIN = "main"
LANGUAGES: tuple[Literal["ar", "fr", "en"], ...] = ("ar", "fr", "en")  # in which a template is needed

_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # core.telegram.org/bots/api#setwebhook
_NEEDED: Mapping[str, Mapping[str, str]] = {
    "telegram": {"token": "BotFather gives it."},
    "whatsapp": {
        "app_secret": "Without it anybody could send messages in the name of others. "
        "It stands in the app's settings at developers.facebook.com, under Basic.",
        "token": "It is that of a system user of your business at Meta.",
        "phone_id": "It stands beside the number in WhatsApp Manager.",
    },
}
_OPEN_DOOR = "In webhook mode anybody could send messages in the name of others without it. Set it, or use polling."


class TelegramAccount(BaseModel):
    """One Telegram bot."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: AccountName = MAIN
    token: Secret
    api_url: str = TELEGRAM_API
    secret: Secret = SecretStr("")
    mode: Literal["polling", "webhook"] = "polling"

    @field_validator("secret")
    @classmethod
    def _is_a_header(cls, secret: SecretStr) -> SecretStr:
        if secret and not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("1 to 256 characters of A-Z a-z 0-9 _ - are allowed")
        return secret


class TemplateWords(BaseModel):
    """One language of the template that opens conversations, as it was approved.

    ``name`` where it is not that of the account, ``code`` where Meta's code of the language is another (en_US),
    ``parameters`` what stands in its {{1}}: how many messages wait, or nothing.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field("", pattern=r"^[a-z0-9_]{0,512}$")
    code: str = Field("", pattern=r"^[a-z]{0,3}(_[A-Z]{2})?$")
    parameters: tuple[Literal["waiting"], ...] = Field(("waiting",), max_length=1)


class WhatsAppAccount(BaseModel):
    """One number of the WhatsApp Cloud API.

    ``template`` is the approved message that opens a conversation, ``templates`` what is otherwise in a language.
    ``reach_per_day`` is how many different people it may reach in 24 hours: the tier of its business portfolio, which
    the numbers of the same ``portfolio`` share. With ``app_id`` and ``business_id`` (of the WhatsApp Business Account)
    more is set and checked by the program.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: AccountName = MAIN
    token: Secret
    phone_id: str
    app_secret: Secret
    verify_token: Secret = SecretStr("")
    api_url: str = WHATSAPP_API
    template: str = Field("jisr_waiting", pattern=r"^[a-z0-9_]{1,512}$")
    templates: dict[Literal["ar", "fr", "en"], TemplateWords] = Field(default_factory=dict)
    reach_per_day: int = Field(250, ge=1)
    portfolio: str = Field("", max_length=32)
    app_id: str = ""
    business_id: str = ""


Account = TelegramAccount | WhatsAppAccount
_A = TypeVar("_A", TelegramAccount, WhatsAppAccount)


class Settings(BaseSettings):
    """The settings of one installation, each from the variable ``JISR_<NAME>``, or from ``.env`` here."""

    model_config = SettingsConfigDict(
        env_prefix="JISR_", env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    home: Path = Path("var")
    config: Path | None = None
    database_url: str = Field("", repr=False)  # a password may stand in it
    key_file: Path | None = None
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = TELEGRAM_API
    telegram_secret: SecretStr = SecretStr("")
    telegram_mode: Literal["polling", "webhook"] = "polling"
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_phone_id: str = ""
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_api_url: str = WHATSAPP_API
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    translator_url: str = Field("", pattern=r"^$|^https?://[^@\s]+$")
    translator_key: Secret = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def __init__(self, **values: Any) -> None:
        """Read the settings; raise Misconfigured, naming the setting and never what was given."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise Misconfigured(faults(error, named=lambda setting: f"JISR_{setting}".upper())) from None

    @property
    def database(self) -> str:
        """The URL of the store; raise Misconfigured."""
        try:
            return secrets.resolve(self.database_url) or f"sqlite+aiosqlite:///{self.home / 'jisr.db'}"
        except ValueError as error:
            raise Misconfigured(f"JISR_DATABASE_URL: {error}.") from error

    @property
    def keys(self) -> Path:
        """The file of the key ring."""
        return self.key_file or self.home / "keys.json"

    @property
    def media(self) -> Path:
        """The folder of the sealed files."""
        return self.home / "media"

    @property
    def tombstones(self) -> Path:
        """The file that remembers erasures, outside the database."""
        return self.home / "tombstones"

    @property
    def config_file(self) -> Path:
        """The file with more accounts, and the keeper; it need not be there."""
        return self.config or self.home / "jisr.toml"

    def keeper(self) -> Keeper:
        """Return who runs the installation; raise Misconfigured."""
        return Installation.read(self.config_file).keeper_of_it()

    def prices(self) -> Prices | None:
        """Return what templates cost, as the file says; raise Misconfigured."""
        return prices_of(Installation.read(self.config_file).costs)

    def accounts(self) -> list[Account]:
        """Return the accounts that are set up; raise Misconfigured when one is not safe to start."""
        written = Installation.read(self.config_file)
        telegram = self._with_main("telegram", written.telegram)
        whatsapp = self._with_main("whatsapp", written.whatsapp)
        return [
            *(_account(TelegramAccount, "telegram", name, said) for name, said in telegram.items()),
            *(_account(WhatsAppAccount, "whatsapp", name, said) for name, said in whatsapp.items()),
        ]

    def _with_main(self, channel: str, tables: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the tables of a channel's accounts; of ``main`` the environment has the last word."""
        prefix = f"{channel}_"
        set_here = {name: getattr(self, name) for name in self.model_fields_set if name.startswith(prefix)}
        said = {name.removeprefix(prefix): value for name, value in set_here.items() if value}
        if MAIN not in tables and not said.keys() & {"token", "phone_id"}:
            return dict(tables)
        return {MAIN: {}, **tables} | {MAIN: tables.get(MAIN, {}) | said}


def _account(kind: type[_A], channel: str, name: str, said: Mapping[str, Any]) -> _A:
    """Return an account; raise Misconfigured, naming the setting and never what was given."""
    needed = dict(_NEEDED[channel])
    if said.get("mode") == "webhook":
        needed["secret"] = _OPEN_DOOR
    for setting, why in needed.items():
        if not said.get(setting):
            raise Misconfigured(f"{channel}/{name} is set up without {_where(channel, name, setting)}. {why}")
    try:
        return kind(**{**said, "name": name})
    except ValidationError as error:
        raise Misconfigured(f"{channel}/{name}: {faults(error)}") from None


def _where(channel: str, name: str, setting: str) -> str:
    """Return where a setting of an account is made."""
    written = f"{setting} in [{channel}.{name}] of jisr.toml"
    return f"JISR_{channel}_{setting}".upper() + f" (or {written})" if name == MAIN else written
