"""Texts: what a practice says in each language, and who wrote it in that language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, Text, column, delete, select, table, update

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


TRANSLATED = (Mark.OFFICIAL, Mark.CIVIL, Mark.MACHINE)

practice_texts = Table(
    "practice_texts",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("mark", String(10), nullable=False, server_default="original"),
    Column("title", Text, nullable=False),
    Column("parts", Text, nullable=False, server_default="{}"),  # JSON: the parts that were given, by name
    Column("version", String(16), nullable=False, server_default=""),  # of the text that it is, or translates
)

# Of the noun that builds on this one, no more than is changed here.
_translations = table("translations", column("practice"), column("state"), column("translator"))


@dataclass(frozen=True)
class Wording:
    """What a practice says in one language. ``parts`` holds those that were given; a title may stand alone.

    ``version`` tells the words of an original from what they were before; of a translation it is that of the
    original that was translated.
    """

    language: str
    mark: Mark
    title: str = field(repr=False)
    parts: dict[str, str] = field(repr=False)
    version: str = ""

    def is_behind(self, original: Wording) -> bool:
        """Whether this translates other words than the original's of today."""
        return self.mark in TRANSLATED and self.version != original.version


def version(title: str, parts: Mapping[str, str]) -> str:
    """Return what changes whenever these words do, in 16 characters."""
    said = json.dumps([title, {part: parts[part] for part in PARTS if parts.get(part)}])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


async def put(
    tx: Tx,
    *,
    practice: str,
    language: str,
    title: str,
    parts: Mapping[str, str],
    mark: Mark = Mark.ORIGINAL,
    made_from: str = "",
) -> None:
    """Write the published text of one language; who calls it writes the index then (``index.write``).

    Of a translation ``made_from`` is the version of the original that was translated.
    """
    kept = {part: parts[part] for part in PARTS if parts.get(part)}
    await tx.put(
        practice_texts,
        key=("practice", "language"),
        practice=practice,
        language=language,
        mark=mark.value,
        title=title,
        parts=json.dumps(kept, ensure_ascii=False),
        version=made_from or version(title, kept),
    )


async def forget(tx: Tx, *, practice: str) -> None:
    """Forget what a practice says, in every language. What was translated goes back to its translator, sealed."""
    theirs = _translations.c.practice == practice
    await tx.run(delete(_translations).where(theirs, _translations.c.translator.is_(None)))
    await tx.run(update(_translations).where(theirs).values(state="back"))
    await tx.run(delete(practice_texts).where(practice_texts.c.practice == practice))


async def of(tx: Tx, practices: Sequence[str]) -> dict[str, dict[str, Wording]]:
    """Return the texts of published practices, by practice and language."""
    found: dict[str, dict[str, Wording]] = {}
    for row in await tx.all(select(practice_texts).where(practice_texts.c.practice.in_(practices))):
        found.setdefault(row.practice, {})[row.language] = _wording(row)
    return found


def _wording(row: Row[Any]) -> Wording:
    parts = json.loads(row.parts)
    return Wording(row.language, Mark(row.mark), row.title, parts, row.version or version(row.title, parts))
