"""A message cut into parts that are each one call within the Bot API's limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.channels.splitting import shorten, split, units
from handlers.messages import Choice, Outgoing

# core.telegram.org/bots/api: #sendmessage, #sendphoto, #inlinekeyboardbutton (bytes), #deletemessages
MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_TOKEN = 64
MOST_DELETED = 100
MOST_BUTTONS = 100  # not on that page; the server refuses more
_LABEL = 60  # units; the API names no limit, the apps cut at about this width
_SHORT = 16  # units of two labels that stand side by side on a small phone


def fit(message: Outgoing) -> list[Outgoing]:
    """Return the parts of a message: what it deletes, its file, its text; the choices with the last.

    Raises ValueError for choices that no keyboard can hold, or that have no text to stand under.
    """
    _check(message.choices)
    starts = range(0, len(message.deletes), MOST_DELETED)
    deletions = [Outgoing(deletes=message.deletes[start : start + MOST_DELETED]) for start in starts]
    parts = _contents(replace(message, deletes=(), choices=()))
    if message.choices:
        if not parts:
            raise ValueError("choices without a text")
        parts[-1] = replace(parts[-1], choices=tuple(map(_labelled, message.choices)))
    return [*deletions, *parts]


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


def _contents(message: Outgoing) -> list[Outgoing]:
    if message.media is not None:
        return _with_media(replace(message, replaces=""))
    pieces = split(message.text, MOST_TEXT)
    return [
        replace(message, text=piece, replaces="" if number else message.replaces) for number, piece in enumerate(pieces)
    ]


def _with_media(message: Outgoing) -> list[Outgoing]:
    """Return the file with the text as its caption, or before the text when that is too long."""
    pieces = split(message.text, MOST_TEXT)
    if len(pieces) == 1 and units(pieces[0]) <= MOST_CAPTION:
        return [replace(message, text=pieces[0])]
    return [replace(message, text=""), *(replace(message, text=piece, media=None) for piece in pieces)]


def _check(choices: tuple[Choice, ...]) -> None:
    if len(choices) > MOST_BUTTONS:
        raise ValueError("more than 100 choices")
    if any(not 1 <= len(choice.token.encode()) <= MOST_TOKEN for choice in choices):
        raise ValueError("a token has no or more than 64 bytes")


def _labelled(choice: Choice) -> Choice:
    return Choice(choice.token, shorten(choice.label.strip(), _LABEL) or "…")


def _is_short(choice: Choice) -> bool:
    return units(choice.label) <= _SHORT
