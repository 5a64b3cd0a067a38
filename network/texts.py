"""Texts: what a practice says in each language, and who wrote it in that language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, Text, delete, select

from network.folding import fold_words
from network.store import Tx, metadata

PARTS = (  # of a practice, in the order in which they are read; the first and "done" are always there
    "problem",
    "causes",  # the root causes, and who responded
    "context",  # and scale
    "who",  # from both sides
    "done",
    "differs",  # of an adaptation: how its place differs from that of its source
    "changed",  # of an adaptation: what was done otherwise
    "result",
    "figure",
    "source",  # of the result
    "convinced",  # what convinced the sceptics
    "cost",
    "risks",
    "rights",  # how it stands with rights and professional duties
    "adapt",  # how to adapt it
    "template",  # a protocol, curriculum or checklist: a text, or where it can be had
)


class Mark(StrEnum):
    """Who wrote a text in its language."""

    ORIGINAL = "original"
    EDITORIAL = "editorial"
    OFFICIAL = "official"  # translated by a member of this side, confirmed by another member
    CIVIL = "civil"
    MACHINE = "machine"


practice_texts = Table(
    "practice_texts",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("mark", String(10), nullable=False, server_default="original"),
    Column("title", Text, nullable=False),
    Column("parts", Text, nullable=False, server_default="{}"),  # JSON: the parts that were given, by name
    Column("words", Text, nullable=False),
)


@dataclass(frozen=True)
class Wording:
    """What a practice says in one language. ``parts`` holds those that were given; a title may stand alone."""

    language: str
    mark: Mark
    title: str = field(repr=False)
    parts: dict[str, str] = field(repr=False)


async def put(
    tx: Tx, *, practice: str, language: str, title: str, parts: Mapping[str, str], mark: Mark = Mark.ORIGINAL
) -> None:
    """Write the published text of one language, with its words to be found by."""
    kept = {part: parts[part] for part in PARTS if parts.get(part)}
    said = " ".join([title, *kept.values()])
    await tx.put(
        practice_texts,
        key=("practice", "language"),
        practice=practice,
        language=language,
        mark=mark.value,
        title=title,
        parts=json.dumps(kept, ensure_ascii=False),
        words="".join(f" {word}" for word in fold_words(said)),
    )


async def forget(tx: Tx, *, practice: str) -> None:
    """Forget what a practice says, in every language."""
    await tx.run(delete(practice_texts).where(practice_texts.c.practice == practice))


async def of(tx: Tx, practices: Sequence[str]) -> dict[str, dict[str, Wording]]:
    """Return the texts of published practices, by practice and language."""
    found: dict[str, dict[str, Wording]] = {}
    for row in await tx.all(select(practice_texts).where(practice_texts.c.practice.in_(practices))):
        found.setdefault(row.practice, {})[row.language] = _wording(row)
    return found


def _wording(row: Row[Any]) -> Wording:
    return Wording(row.language, Mark(row.mark), row.title, json.loads(row.parts))
