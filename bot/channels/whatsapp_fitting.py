"""A message cut into parts that are each one call within the Cloud API's limits."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.splitting import shorten, split, split_off_end, units
from handlers.messages import Choice, MediaKind, Outgoing, Style

# developers.facebook.com/docs/whatsapp/cloud-api/messages: text-messages, image-messages,
# interactive-reply-buttons-messages, interactive-list-messages
MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_BODY = 1024  # of a message with buttons or a list
MOST_BUTTONS = 3
MOST_BUTTON = 20  # characters of a button, and of the one that opens a list
MOST_ROWS = 10
MOST_TITLE = 24
MOST_DESCRIPTION = 72
MOST_TOKEN = 200  # of a row; a button takes 256
_LINE = 90  # units of a numbered line: ten of them leave room in a body
_EMPTY = "…"  # a body may not be empty
_CAPTIONED = {MediaKind.PICTURE, MediaKind.VIDEO, MediaKind.DOCUMENT}


def fit(message: Outgoing) -> list[Outgoing]:
    """Return the parts of a message: its file, its text, the choices with the end of the text.

    Up to three short labels become buttons. Otherwise a list, and the labels stand numbered in
    the text, so that a number can be typed. A message that only replaces or deletes has no part:
    WhatsApp takes nothing back. Raises ValueError for choices that no list can hold.
    """
    check(message.choices)
    if message.replaces and not (message.choices or message.media):
        return []
    plain = replace(message, replaces="", deletes=())
    if plain.choices:
        return [*_contents(replace(plain, text="", choices=())), *_asked(replace(plain, media=None))]
    return _contents(plain)


def check(choices: tuple[Choice, ...]) -> None:
    """Raise ValueError for choices that no list can hold."""
    if len(choices) > MOST_ROWS:
        raise ValueError("more than 10 choices")
    if any(not 1 <= len(choice.token.encode()) <= MOST_TOKEN for choice in choices):
        raise ValueError("a token has no or more than 200 bytes")
    if len({choice.token for choice in choices}) < len(choices):
        raise ValueError("two choices have the same token")


def _contents(message: Outgoing) -> list[Outgoing]:
    pieces = split(message.text, MOST_TEXT)
    if message.media is None:
        return [replace(message, text=piece) for piece in pieces]
    captioned = message.media.kind in _CAPTIONED and len(pieces) == 1 and units(pieces[0]) <= MOST_CAPTION
    if captioned:
        return [replace(message, text=pieces[0])]
    return [replace(message, text=""), *(replace(message, text=piece, media=None) for piece in pieces)]


def _asked(message: Outgoing) -> list[Outgoing]:
    """Return the text in parts, the last one with buttons or a list."""
    lines = "" if _are_buttons(message.choices) else _numbered(message)
    beginning, end = split_off_end(message.text, MOST_BODY - units(lines) - 2)
    body = "\n\n".join(filter(None, (end.strip(), lines))) or _EMPTY
    asked = _buttons(message) if _are_buttons(message.choices) else _list(message)
    before = Outgoing(rtl=message.rtl)
    return [*(replace(before, text=piece) for piece in split(beginning, MOST_TEXT)), replace(asked, text=body)]


def _are_buttons(choices: tuple[Choice, ...]) -> bool:
    """Whether buttons show everything: few, short, different, without notes."""
    labels = {choice.label for choice in choices}
    return (
        len(choices) <= MOST_BUTTONS
        and len(labels) == len(choices)
        and all(0 < units(choice.label) <= MOST_BUTTON and not choice.note for choice in choices)
    )


def _numbered(message: Outgoing) -> str:
    mark = "\u200f" if message.rtl else ""  # a line that begins in Latin stays on its side
    lines = (f"{mark}{n}. {shorten(choice.label, _LINE)}" for n, choice in enumerate(message.choices, start=1))
    return "\n".join(lines)


def _buttons(message: Outgoing) -> Outgoing:
    return replace(message, style=Style.BUTTONS, list_button="")


def _list(message: Outgoing) -> Outgoing:
    opener = shorten(message.list_button, MOST_BUTTON) or "☰"
    return replace(message, style=Style.LIST, list_button=opener, choices=tuple(map(_row, message.choices)))


def _row(choice: Choice) -> Choice:
    """Return a choice as a row; a label too long for the title stands in full in the description."""
    title = shorten(choice.label, MOST_TITLE) or _EMPTY
    full = choice.label if units(choice.label) > MOST_TITLE else ""
    return Choice(choice.token, title, shorten(" — ".join(filter(None, (full, choice.note))), MOST_DESCRIPTION))
