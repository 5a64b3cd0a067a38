"""Remarks: what people say to the sections of a consultation; others read of whom it is the side at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from network import consultations, members
from network.consultations import Consultation, State
from network.disclosure import FEWEST, Grid
from network.errors import Conflict, Forbidden, Invalid
from network.ids import new_id
from network.store import Tx, metadata

LONGEST = 500  # characters


class Stance(StrEnum):
    """What somebody says to a section."""

    AGREE = "agree"
    AMEND = "amend"  # with the words that they would have instead
    COMMENT = "comment"


remarks = Table(
    "remarks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("consultation", String(32), ForeignKey("consultations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("section", String(32), ForeignKey("consultation_sections.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("stance", String(8), nullable=False),
    Column("text", LargeBinary),
    UniqueConstraint("section", "person"),
)


@dataclass(frozen=True)
class Remark:
    """What somebody said to a section, without who."""

    section: str
    side: str
    stance: Stance
    text: str = field(repr=False)


@dataclass(frozen=True)
class Figures:
    """How many said what to a section: altogether, and by side where that points at nobody; empty where it would."""

    answered: int = 0
    total: dict[str, int] = field(default_factory=dict)
    by_side: dict[str, dict[str, int]] = field(default_factory=dict)


async def say(tx: Tx, *, section: str, person: str, stance: Stance | str, text: str = "") -> None:
    """Answer a section, or answer it otherwise, until the consultation closes.

    Raise Conflict (it is not open), Forbidden (they are not asked), Invalid (an amendment or a comment needs words).
    """
    found = await consultations.locked(tx, consultation=await _of_section(tx, section))
    member = await members.get(tx, person=person)
    if not await consultations.is_open(tx, found=found, country=member.country):
        raise Conflict
    if not await consultations.is_meant(tx, found=found, person=person):
        raise Forbidden
    if len(text) > LONGEST or bool(text.strip()) == (Stance(stance) is Stance.AGREE):
        raise Invalid
    await tx.run(delete(remarks).where(remarks.c.section == section, remarks.c.person == person))
    row = {"id": new_id(), "consultation": found.id, "section": section, "person": person, "stance": Stance(stance)}
    sealed = tx.seal.seal("remarks.text", row["id"], text) if text else None
    await tx.run(remarks.insert(), {**row, "side": member.side, "country": member.country, "text": sealed})


async def mine(tx: Tx, *, consultation: str, person: str) -> dict[str, Remark]:
    """Return what somebody said, by the section."""
    rows = await tx.all(select(remarks).where(remarks.c.consultation == consultation, remarks.c.person == person))
    return {row.section: _remark(tx, row) for row in rows}


async def left(tx: Tx, *, consultation: str, person: str) -> list[str]:
    """Return the ids of the sections to which somebody said nothing yet, in their order; of all, when none is left."""
    every = [each.id for each in await consultations.sections(tx, consultation=consultation)]
    said = await mine(tx, consultation=consultation, person=person)
    return [each for each in every if each not in said] or every


async def of(tx: Tx, *, consultation: str, person: str) -> list[Remark]:
    """Return what was written to the sections, by side and in an order that says nothing of who wrote when.

    Hosts read it at any time, whoever was asked once it is closed. Raise Forbidden, Missing.
    """
    found = await consultations.get(tx, consultation=consultation)
    is_over = found.state in {State.CLOSED, State.RENEWED}
    if person not in found.hosts and not (is_over and await consultations.is_meant(tx, found=found, person=person)):
        raise Forbidden
    query = select(remarks).where(remarks.c.consultation == consultation, remarks.c.text.is_not(None))
    return [_remark(tx, row) for row in await tx.all(query.order_by(remarks.c.id))]


async def figures(tx: Tx, *, consultation: str) -> dict[str, Figures]:
    """Return how many said what, by the section, once it is closed: while it is open, a look twice would tell too much.

    Of fewer than ten, and of a side that points at few, nothing is in it. Raise Missing.
    """
    if (await consultations.get(tx, consultation=consultation)).state is State.OPEN:
        return {}
    by = (remarks.c.section, remarks.c.side, remarks.c.country, remarks.c.stance)
    query = select(*by, func.count().label("many")).where(remarks.c.consultation == consultation).group_by(*by)
    counted: dict[str, dict[tuple[str, str], dict[str, int]]] = {}
    for row in await tx.all(query):
        cells = counted.setdefault(row.section, {})
        cells.setdefault((row.side, row.country), {})[row.stance] = row.many
    return {section: _figures(cells) for section, cells in counted.items()}


def silent(found: Consultation, *, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who may answer, want to hear of it then, and said nothing yet."""
    said = select(remarks.c.person).where(remarks.c.consultation == found.id)
    return consultations.meant(found, hearing_at=hearing_at).where(members.members.c.id.not_in(said))


def concerned(found: Consultation) -> Select[tuple[str]]:
    """Return the select of the ids of those who answered anything, and of the hosts."""
    said = select(remarks.c.person).where(remarks.c.consultation == found.id)
    known = members.members.c.id
    return select(known).where(known.in_(said) | known.in_(found.hosts))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member said to another membership of the same human being: where both spoke, one word stays."""
    had = select(remarks.c.section).where(remarks.c.person == to)
    known = [row.section for row in await tx.all(had)]
    moved = update(remarks).where(remarks.c.person == person, remarks.c.section.not_in(known))
    await tx.run(moved.values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what somebody said to drafts, to be read by them."""
    rows = await tx.all(select(remarks).where(remarks.c.person == person).order_by(remarks.c.id))
    said = []
    for row in rows:
        title = (await consultations.get(tx, consultation=row.consultation)).title
        said.append({"title": title, "stance": row.stance, "text": _remark(tx, row).text})
    return said


async def _of_section(tx: Tx, section: str) -> str:
    table = consultations.consultation_sections
    return str(await tx.scalar(select(table.c.consultation).where(table.c.id == section)) or "")


def _figures(cells: Mapping[tuple[str, str], Mapping[str, int]]) -> Figures:
    grid = Grid({cell: (sum(said.values()),) for cell, said in cells.items()}, {})
    answered = grid.total(cells)[0]
    if answered < FEWEST:
        return Figures()
    sides = {side: _summed(cells, side) for side in grid.shown().sides}
    return Figures(answered, _summed(cells), sides)


def _summed(cells: Mapping[tuple[str, str], Mapping[str, int]], only: str = "") -> dict[str, int]:
    meant = [said for (side, _country), said in cells.items() if only in {"", side}]
    return {stance.value: sum(said.get(stance, 0) for said in meant) for stance in Stance}


def _remark(tx: Tx, row: Row[Any]) -> Remark:
    text = "" if row.text is None else tx.seal.open("remarks.text", row.id, row.text)
    return Remark(row.section, row.side, Stance(row.stance), text)
