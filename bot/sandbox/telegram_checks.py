"""What the Bot API refuses, in its own words.

https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.bubbles import Tap

TEXT = 4096  # UTF-16 units
CAPTION = 1024
BUTTONS = 100
BUTTON_DATA = 64  # bytes
COMMANDS = 100
DESCRIPTION = 256
ANSWER = 200
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class RefusedError(Exception):
    """The Bot API refuses a call."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def units(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def value(fields: Mapping[str, Any], name: str) -> Any:
    """Return a structured parameter, which a form carries as JSON; None when absent."""
    found = fields.get(name)
    if not isinstance(found, str):
        return found
    try:
        return json.loads(found)
    except ValueError:
        raise RefusedError(f"Bad Request: can't parse {name} JSON object") from None


def text(fields: Mapping[str, Any], name: str = "text", most: int = TEXT) -> str:
    """Return a message's text or caption; refuse one that is empty, too long, or marked up.

    The stand-in knows no parse mode: Jisr sends plain text, so that nothing typed by a person is markup.
    """
    if fields.get("parse_mode"):
        raise RefusedError("Bad Request: unsupported parse_mode")
    found = str(fields.get(name, ""))
    if name == "text" and not found.strip():
        raise RefusedError("Bad Request: message text is empty")
    if units(found) > most:
        raise RefusedError(f"Bad Request: message {'is' if name == 'text' else 'caption is'} too long")
    return found.strip()


def keyboard(fields: Mapping[str, Any]) -> tuple[Any, tuple[Tap, ...]]:
    """Return the reply markup, raw and as taps; refuse what Telegram refuses."""
    markup = value(fields, "reply_markup")
    if not markup:
        return None, ()
    lines = markup.get("inline_keyboard", []) if isinstance(markup, dict) else None
    if not isinstance(lines, list):
        raise RefusedError("Bad Request: object expected as reply markup")
    taps = tuple(_tap(button, place) for place, line in enumerate(lines) for button in line)
    if len(taps) > BUTTONS:
        raise RefusedError("Bad Request: reply markup is too long")
    return markup, taps


def _tap(button: Mapping[str, Any], line: int) -> Tap:
    if not str(button.get("text", "")).strip():
        raise RefusedError("Bad Request: inline keyboard button text must be non-empty")
    data = str(button.get("callback_data", ""))
    if "url" not in button and not 1 <= len(data.encode()) <= BUTTON_DATA:
        raise RefusedError("Bad Request: BUTTON_DATA_INVALID")
    return Tap(str(button["text"]), data, line=line)


def commands(fields: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """Return the commands to set; refuse bad names and too many."""
    found = value(fields, "commands") or []
    if len(found) > COMMANDS:
        raise RefusedError("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in found:
        if not _COMMAND.fullmatch(each.get("command", "").removeprefix("/")):
            raise RefusedError("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= units(each.get("description", "")) <= DESCRIPTION:
            raise RefusedError("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return list(found)
