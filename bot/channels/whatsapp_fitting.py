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
_EMPTY = "…"  # a body or title may not be empty
_OPENER = "☰"
_CAPTIONED = {MediaKind.PICTURE, MediaKind.VIDEO, MediaKind.DOCUMENT}


def fit(message: Outgoing) -> list[Outgoing]:
    """Return the parts of a message: its file, its text, the choices with the end of the text.

    Up to three short labels become buttons, leaving out optional choices where that is enough;
    otherwise a list. WhatsApp takes nothing back: deletions and mere edits have no part. Raises
    ValueError for choices that no list can hold.
    """
    if message.replaces and message.edit_only:
        return []
    plain = replace(message, replaces="", deletes=())
    if not plain.choices:
        return _contents(plain)
    files = [] if plain.media is None else [replace(plain, text="", choices=())]
    return [*files, *_asked(replace(plain, media=None, choices=_kept(plain.choices)))]


def _contents(message: Outgoing) -> list[Outgoing]:
    pieces = split(message.text, MOST_TEXT)
    if message.media is None:
        return [replace(message, text=piece) for piece in pieces]
    if message.media.kind in _CAPTIONED and len(pieces) == 1 and units(pieces[0]) <= MOST_CAPTION:
        return [replace(message, text=pieces[0])]
    return [replace(message, text=""), *(replace(message, text=piece, media=None) for piece in pieces)]


def _asked(message: Outgoing) -> list[Outgoing]:
    """Return the text in parts, the last one with buttons or a list."""
    beginning, end = split_off_end(message.text, MOST_BODY)
    before = [Outgoing(text=piece, rtl=message.rtl) for piece in split(beginning, MOST_TEXT)]
    asked = _buttons(message) if _are_buttons(message.choices) else _list(message)
    return [*before, replace(asked, text=end.strip() or _EMPTY)]


def _kept(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Return the choices to show: without the optional ones where those would cost the buttons."""
    needed = tuple(choice for choice in choices if not choice.optional)
    if needed and not _are_buttons(choices) and (_are_buttons(needed) or len(choices) > MOST_ROWS):
        choices = needed
    _check(choices)
    return choices


def _check(choices: tuple[Choice, ...]) -> None:
    if len(choices) > MOST_ROWS:
        raise ValueError("more than 10 choices")
    if any(not 1 <= len(choice.token.encode()) <= MOST_TOKEN for choice in choices):
        raise ValueError("a token has no or more than 200 bytes")
    if len({choice.token for choice in choices}) < len(choices):
        raise ValueError("two choices have the same token")


def _are_buttons(choices: tuple[Choice, ...]) -> bool:
    """Whether buttons show everything: few, short, different, without notes."""
    labels = {choice.label.strip() for choice in choices}
    return (
        len(choices) <= MOST_BUTTONS
        and len(labels) == len(choices)
        and all(0 < units(label) <= MOST_BUTTON for label in labels)
        and not any(choice.note for choice in choices)
    )


def _buttons(message: Outgoing) -> Outgoing:
    shown = tuple(Choice(choice.token, choice.label.strip()) for choice in message.choices)
    return replace(message, style=Style.BUTTONS, list_button="", choices=shown)


def _list(message: Outgoing) -> Outgoing:
    opener = shorten(message.list_button.strip(), MOST_BUTTON) or _OPENER
    return replace(message, style=Style.LIST, list_button=opener, choices=tuple(map(_row, message.choices)))


def _row(choice: Choice) -> Choice:
    """Return a choice as a row; a label too long for the title stands in full in the description."""
    label = choice.label.strip()
    full = label if units(label) > MOST_TITLE else ""
    description = " — ".join(filter(None, (full, choice.note.strip())))
    return Choice(choice.token, shorten(label, MOST_TITLE) or _EMPTY, shorten(description, MOST_DESCRIPTION))
