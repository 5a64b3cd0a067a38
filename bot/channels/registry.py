"""The channels there are. A new one is a module, a table of tests and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from bot.channels import Channel

CHANNELS: Mapping[str, str] = {
    "telegram": "bot.channels.telegram:TelegramChannel",
    "whatsapp": "bot.channels.whatsapp:WhatsAppChannel",
}


def open_channel(name: str, account: str, **settings: Any) -> Channel:
    """Return an account of the channel ``name``; its library is imported only now.

    ``settings`` are the keyword arguments of the channel's class. Raises KeyError for an unknown name.
    """
    module, _, kind = CHANNELS[name].partition(":")
    return cast("Channel", getattr(import_module(module), kind)(account, **settings))
