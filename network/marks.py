"""Marks: what a member finds useful, tries out, stands behind or saves. Whose they are is theirs to know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, ForeignKey, String, Table, delete, func, select, update

from network import practices
from network.errors import Invalid, Missing
from network.practices import Practice, State
from network.store import Instant, Tx, metadata

USEFUL, TRYING, BACKED, SAVED = "useful", "trying", "backed", "saved"
KINDS = (USEFUL, TRYING, BACKED, SAVED)
COUNTED = (USEFUL, TRYING, BACKED)  # what is saved is nobody else's business, even as a number
FEWEST = 3  # a smaller number could point at somebody, so it is not shown

marks = Table(
    "marks",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("kind", String(8), primary_key=True),
    Column("at", Instant, nullable=False),
)


async def put(tx: Tx, *, person: str, practice: str, kind: str) -> None:
    """Mark a published practice of somebody else; again, it changes nothing. Raise Invalid, Missing."""
    if kind not in KINDS:
        raise Invalid
    found = await practices.get(tx, practice=practice)
    if found.state is not State.PUBLISHED:
        raise Missing
    if found.author == person and kind != SAVED:
        raise Invalid
    await tx.add(marks, key=("person", "practice", "kind"), person=person, practice=practice, kind=kind, at=tx.now)


async def toggle(tx: Tx, *, person: str, practice: str, kind: str) -> bool:
    """Mark a practice, or take the mark back; return whether it is marked now. Raise as ``put``."""
    if await tx.run(delete(marks).where(_one(person, practice), marks.c.kind == kind)):
        return False
    await put(tx, person=person, practice=practice, kind=kind)
    return True


async def of(tx: Tx, *, person: str, practice: str) -> list[str]:
    """Return the kinds with which a person marked a practice, in the order of ``KINDS``."""
    rows = await tx.all(select(marks.c.kind).where(_one(person, practice)))
    given = {row.kind for row in rows}
    return [kind for kind in KINDS if kind in given]


async def counts(tx: Tx, *, practice: str) -> dict[str, int]:
    """Return how many members marked a practice, by kind; a number below ``FEWEST`` is left out."""
    number = func.count()
    query = select(marks.c.kind, number.label("number")).where(marks.c.practice == practice, marks.c.kind.in_(COUNTED))
    rows = await tx.all(query.group_by(marks.c.kind).having(number >= FEWEST))
    return {row.kind: row.number for row in rows}


async def marked(
    tx: Tx, *, person: str, kind: str, language: str = "", only: Sequence[str] | None = None
) -> list[Practice]:
    """Return the published practices that a person marked so, the latest first; ``only`` returns these, in order."""
    if only is not None:
        return await practices.published(tx, only, language=language)
    query = select(marks.c.practice).where(marks.c.person == person, marks.c.kind == kind)
    rows = await tx.all(query.order_by(marks.c.at.desc(), marks.c.practice))
    return await practices.published(tx, [row.practice for row in rows], language=language)


async def all_of(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return every mark of a person, for their own copy: the practice's title, the kind and the day."""
    rows = await tx.all(select(marks).where(marks.c.person == person).order_by(marks.c.at, marks.c.practice))
    found = await practices.read(tx, [row.practice for row in rows], "")
    return [
        {"title": found[row.practice].title, "kind": row.kind, "at": row.at.isoformat()}
        for row in rows
        if row.practice in found
    ]


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give a person's marks to another membership of the same human being, where it has not got them."""
    for kind in KINDS:
        of_kind = marks.c.kind == kind
        held = select(marks.c.practice).where(marks.c.person == to, of_kind).scalar_subquery()
        mine = update(marks).where(marks.c.person == person, of_kind, marks.c.practice.not_in(held))
        await tx.run(mine.values(person=to))


def _one(person: str, practice: str) -> ColumnElement[bool]:
    return (marks.c.person == person) & (marks.c.practice == practice)
