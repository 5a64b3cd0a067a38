"""Settings: the environment, read once, and the accounts that it sets up."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TELEGRAM_API = "https://api.telegram.org"
WHATSAPP_API = "https://graph.facebook.com"
MAIN = "main"


class Misconfigured(Exception):
    """The settings do not let the program start."""


class TelegramAccount(BaseModel):
    """One Telegram bot."""

    name: str = MAIN
    token: SecretStr
    api_url: str = TELEGRAM_API
    secret: SecretStr = SecretStr("")
    mode: Literal["polling", "webhook"] = "polling"


class WhatsAppAccount(BaseModel):
    """One number of the WhatsApp Cloud API."""

    name: str = MAIN
    token: SecretStr
    phone_id: str
    app_secret: SecretStr
    verify_token: SecretStr = SecretStr("")
    api_url: str = WHATSAPP_API


Account = TelegramAccount | WhatsAppAccount


class Settings(BaseSettings):
    """The settings of one installation, each from the variable ``JISR_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="JISR_", extra="ignore", hide_input_in_errors=True)

    home: Path = Path("var")
    database_url: str = ""
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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def database(self) -> str:
        """The URL of the store."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'jisr.db'}"

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

    def accounts(self) -> list[Account]:
        """Return the accounts that are set up; raise Misconfigured when one is not safe to start."""
        found: list[Account] = []
        if self.telegram_token.get_secret_value():
            found.append(self._telegram())
        if self.whatsapp_token.get_secret_value() or self.whatsapp_phone_id:
            found.append(self._whatsapp())
        return found

    def _telegram(self) -> TelegramAccount:
        if self.telegram_mode == "webhook" and not self.telegram_secret.get_secret_value():
            raise Misconfigured(
                "Telegram is set to webhook mode without JISR_TELEGRAM_SECRET: anybody could send messages in "
                "the name of others. Set it (1 to 256 characters of A-Z a-z 0-9 _ -), or use polling."
            )
        return TelegramAccount(
            token=self.telegram_token,
            api_url=self.telegram_api_url,
            secret=self.telegram_secret,
            mode=self.telegram_mode,
        )

    def _whatsapp(self) -> WhatsAppAccount:
        if not self.whatsapp_app_secret.get_secret_value():
            raise Misconfigured(
                "A WhatsApp account is set without JISR_WHATSAPP_APP_SECRET: anybody could send messages in the "
                "name of others. It stands in the app's settings at developers.facebook.com, under Basic."
            )
        if not (self.whatsapp_token.get_secret_value() and self.whatsapp_phone_id):
            raise Misconfigured("A WhatsApp account needs both JISR_WHATSAPP_TOKEN and JISR_WHATSAPP_PHONE_ID.")
        return WhatsAppAccount(
            token=self.whatsapp_token,
            phone_id=self.whatsapp_phone_id,
            app_secret=self.whatsapp_app_secret,
            verify_token=self.whatsapp_verify_token,
            api_url=self.whatsapp_api_url,
        )
