"""A message cut into parts that are each one call within the Bot API's limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.channels.splitting import shorten, split, units
from handlers.messages import Choice, Outgoing, Style

# core.telegram.org/bots/api: #sendmessage, #sendphoto, #inlinekeyboardbutton (bytes), #deletemessages
MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_TOKEN = 64
MOST_DELETED = 100
MOST_BUTTONS = 100  # not on that page; the server answers BUTTONS_TOO_MUCH above it
_LABEL = 60  # units; the API names no limit, the apps cut at about this width
_SHORT = 16  # units of two labels that stand side by side on a small phone
_PLAIN = 3  # so many buttons are counted at a glance, more carry their numbers


def fit(message: Outgoing) -> list[Outgoing]:
    """Return the parts of a message: what it deletes, its file, its text; the choices at the end.

    Labels are numbered from 1 when they are more than three or the style is a list, so that
    every choice can be typed. Raises ValueError for choices that no keyboard can hold.
    """
    check(message.choices)
    deletions = [Outgoing(deletes=message.deletes[i : i + MOST_DELETED]) for i in _steps(len(message.deletes))]
    return [*deletions, *_contents(replace(message, deletes=()))]


def _contents(message: Outgoing) -> list[Outgoing]:
    text = "\n\n".join(filter(None, (message.text, _notes(message))))
    if message.media is not None:
        parts = _with_media(message, text)
    else:
        parts = [replace(message, text=piece, choices=(), replaces="") for piece in split(text, MOST_TEXT)]
    if not parts:
        return []
    if message.media is None:
        parts[0] = replace(parts[0], replaces=message.replaces)
    parts[-1] = replace(parts[-1], choices=_labelled(message))
    return parts


def _with_media(message: Outgoing, text: str) -> list[Outgoing]:
    """Return the file with the text as its caption, or before the text when that is too long."""
    bare = replace(message, text="", choices=(), replaces="")
    pieces = split(text, MOST_TEXT)
    if len(pieces) == 1 and units(pieces[0]) <= MOST_CAPTION:
        return [replace(bare, text=pieces[0])]
    return [bare, *(replace(bare, text=piece, media=None) for piece in pieces)]


def check(choices: tuple[Choice, ...]) -> None:
    """Raise ValueError for choices that no keyboard can hold."""
    if len(choices) > MOST_BUTTONS:
        raise ValueError("more than 100 choices")
    if any(not 1 <= len(choice.token.encode()) <= MOST_TOKEN for choice in choices):
        raise ValueError("a token has no or more than 64 bytes")


def _labelled(message: Outgoing) -> tuple[Choice, ...]:
    numbered = len(message.choices) > _PLAIN or message.style is Style.LIST
    return tuple(
        Choice(choice.token, shorten(f"{number} · {choice.label}" if numbered else choice.label, _LABEL))
        for number, choice in enumerate(message.choices, start=1)
    )


def _notes(message: Outgoing) -> str:
    """Return the choices as lines of text when some have a note, for which buttons have no room."""
    if not any(choice.note for choice in message.choices):
        return ""
    mark = "\u200f" if message.rtl else ""  # a line that begins in Latin stays on its side
    lines = (
        f"{mark}{number}. {choice.label}" + (f"\n{mark}{choice.note}" if choice.note else "")
        for number, choice in enumerate(message.choices, start=1)
    )
    return "\n".join(lines)


def rows(choices: Iterable[Choice]) -> list[tuple[Choice, ...]]:
    """Return the rows of the keyboard: two short labels side by side, a longer one alone."""
    arranged: list[tuple[Choice, ...]] = []
    for choice in choices:
        last = arranged[-1] if arranged else ()
        if len(last) == 1 and _is_short(last[0]) and _is_short(choice):
            arranged[-1] = (last[0], choice)
        else:
            arranged.append((choice,))
    return arranged


def _is_short(choice: Choice) -> bool:
    return units(choice.label) <= _SHORT


def _steps(length: int) -> range:
    return range(0, length, MOST_DELETED)
