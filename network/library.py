"""The library: how much there is to read on each topic, and the pieces that come with the program.

The pieces are editorial, in every language: voices (made from several lives, without names), first steps,
lessons of five cards with a question, and tools (checklists, protocols, curricula) to take along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import func, select

from network.errors import Missing
from network.practices import State, practice_topics, practices
from network.store import Tx

FIELD = 3  # letters of a topic's code that are the code of its field
LANGUAGES = ("en", "fr", "ar")
SHELVES = ("voices", "lessons", "tools", "first_steps")


@dataclass(frozen=True)
class Piece:
    """One piece in one language.

    ``kind`` is that of a tool ("checklist", "protocol", "curriculum"), ``date`` its month ("2026-11"), ``side`` whose
    voice it is. ``cards`` are read one after the other. A lesson ends with a ``question``: ``answers``, which of
    them is ``right``, and why (``because``). A first step leads to a ``command`` by a ``button``.
    """

    id: str
    title: str
    cards: tuple[str, ...] = field(repr=False)
    kind: str = ""
    topic: str = ""
    date: str = ""
    side: str = ""
    command: str = ""
    button: str = ""
    question: str = ""
    answers: tuple[str, ...] = ()
    right: int = 0
    because: str = ""


async def count_by_topic(tx: Tx) -> dict[str, int]:
    """Return how many published practices touch each topic; a field counts those of its topics, each once."""
    joined = practice_topics.join(practices, practices.c.id == practice_topics.c.practice)
    field_of = func.substr(practice_topics.c.topic, 1, FIELD)
    counts: dict[str, int] = {}
    for code in (practice_topics.c.topic, field_of):
        many = func.count(practice_topics.c.practice.distinct())
        query = select(code.label("code"), many.label("many")).select_from(joined)
        rows = await tx.all(query.where(practices.c.state == State.PUBLISHED.value).group_by(code))
        counts |= {row.code: row.many for row in rows}
    return counts


def pieces(shelf: str, language: str) -> tuple[Piece, ...]:
    """Return what stands on a shelf, in ``language`` or else in English, in its order."""
    return tuple(_piece(row, language if language in row else LANGUAGES[0]) for row in _rows(shelf))


def piece(shelf: str, code: str, language: str) -> Piece:
    """Return one piece; raise Missing."""
    found = next((each for each in pieces(shelf, language) if each.id == code), None)
    if found is None:
        raise Missing
    return found


def _piece(row: dict[str, Any], language: str) -> Piece:
    words = row[language]
    cards = tuple(words["cards"]) if "cards" in words else (words["text"],)
    told = {name: words[name] for name in ("title", "button", "question", "because") if name in words}
    facts = {name: row[name] for name in ("id", "kind", "topic", "date", "side", "command", "right") if name in row}
    return Piece(cards=cards, answers=tuple(words.get("answers", ())), **told, **facts)


@cache
def _rows(shelf: str) -> list[dict[str, Any]]:
    text = resources.files("network").joinpath(f"data/{shelf}.json").read_text("utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows
