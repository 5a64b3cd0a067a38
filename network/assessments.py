"""Assessments: a checklist of missions and gaps, whose result only the one who filled it in ever sees (R068).

The checklist is ``data/assessment.json``: each statement with the topic of the practices that answer its gap;
``drafts`` there are the languages whose words nobody has read over yet who speaks them at home.
Nothing is kept unless the person wishes it, and then sealed; nobody else can read it, count it or search it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, delete, select, update

from network.errors import Invalid
from network.ids import new_id
from network.store import Instant, Tx, metadata


class Answer(StrEnum):
    """How far a statement is so where somebody works or lives."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NONE = "none"  # it is not their concern


GAPS = (Answer.NO, Answer.PARTLY)  # the widest first

assessments = Table(
    "assessments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("answers", LargeBinary, nullable=False),  # JSON: an answer by the code of its statement
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Statement:
    """One statement of the checklist: the topic of practices that answer it, and its words by language."""

    code: str
    topic: str
    words: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Assessment:
    """What somebody kept: an answer by the code of its statement, and when (UTC)."""

    answers: dict[str, str] = field(repr=False)
    at: datetime


@cache
def statements() -> tuple[Statement, ...]:
    """Return the checklist in its order."""
    text = resources.files("network").joinpath("data/assessment.json").read_text("utf-8")
    rows = json.loads(text)["statements"]
    return tuple(
        Statement(row["code"], row["topic"], {name: row[name] for name in row if name not in {"code", "topic"}})
        for row in rows
    )


def gaps(answers: Mapping[str, str]) -> list[Statement]:
    """Return the statements that are not so, and then those that are so in part."""
    return [each for wide in GAPS for each in statements() if answers.get(each.code) == wide]


async def keep(tx: Tx, *, person: str, answers: Mapping[str, str]) -> None:
    """Keep what somebody answered, sealed, in the place of what they kept before. Raise Invalid."""
    known = {each.code for each in statements()}
    if not known.issuperset(answers) or not set(answers.values()) <= set(Answer):
        raise Invalid
    await forget(tx, person=person)
    row = {"id": new_id(), "person": person, "at": tx.now}
    sealed = tx.seal.seal_json("assessments.answers", str(row["id"]), dict(answers))
    await tx.run(assessments.insert(), {**row, "answers": sealed})


async def of(tx: Tx, *, person: str) -> Assessment | None:
    """Return what somebody kept, for themselves only; None when they kept nothing."""
    row = await tx.first(select(assessments).where(assessments.c.person == person))
    if row is None:
        return None
    return Assessment(tx.seal.open_json("assessments.answers", row.id, row.answers), row.at)


async def answers_of(tx: Tx, *, person: str) -> dict[str, str]:
    """Return the answers that somebody kept, empty for none."""
    kept = await of(tx, person=person)
    return kept.answers if kept else {}


async def forget(tx: Tx, *, person: str) -> None:
    """Forget what somebody kept."""
    await tx.run(delete(assessments).where(assessments.c.person == person))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one membership kept to another of the same human being, unless that one kept something itself."""
    if await of(tx, person=to) is None:
        await tx.run(update(assessments).where(assessments.c.person == person).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what somebody kept, to be read by them: each statement's code and their answer."""
    kept = await of(tx, person=person)
    return [{"code": code, "answer": answer} for code, answer in kept.answers.items()] if kept else []
