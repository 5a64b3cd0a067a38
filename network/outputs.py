"""Outputs: the text of a phase of a series, which its hosts write and publish when both sides agree (R070, R071).

A national series is one plus four workshops, and each leaves a text; every series ends with a summary. None names
anybody. The other side's yes is an approval of the kind ``output``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    select,
    update,
)

from network import approvals, groups, members
from network import series as series_
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Invalid
from network.ids import new_id
from network.members import SIDES
from network.series import Level, Phase, Series, State
from network.store import Instant, Tx, metadata

KIND = "output"  # of its approval
WRITTEN = (20, 3000)  # characters, fewest and most


class Name(StrEnum):
    """The texts of a series: one of each workshop of a national one, and the summary of any."""

    OPENING = "opening"
    BARRIERS = "barriers"
    MODELS = "models"
    DRAFT = "draft"
    RECOMMENDATION = "recommendation"
    SUMMARY = "summary"


WORKSHOPS: Mapping[Phase, Name] = MappingProxyType(  # of a national series: one plus four, and the review
    {
        Phase.GATHER: Name.OPENING,
        Phase.UNDERSTAND: Name.BARRIERS,
        Phase.PRIORITISE: Name.MODELS,
        Phase.AGREE: Name.DRAFT,
        Phase.ACT: Name.RECOMMENDATION,
        Phase.REVIEW: Name.SUMMARY,
    }
)

series_outputs = Table(
    "series_outputs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(16), nullable=False),
    Column("by", String(32), nullable=False, index=True),
    Column("text", LargeBinary, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("series", "name"),
)


@dataclass(frozen=True)
class Output:
    """A text of a series; ``by`` wrote it last. ``published``: both sides agree to it, and it stays."""

    id: str
    series: str
    name: Name
    by: str = field(repr=False)
    text: str = field(repr=False)
    published: bool


@dataclass(frozen=True)
class Proposal:
    """What the other side is to agree to."""

    series: Series
    output: Output


def expected(found: Series) -> Name | None:
    """Return the text that the phase of a series leaves, None where it leaves none."""
    if found.level is Level.NATIONAL or found.phase is Phase.REVIEW:
        return WORKSHOPS[found.phase]
    return None


async def awaited(tx: Tx, *, found: Series) -> Name | None:
    """Return the text of the phase while it is not published, else None."""
    name = expected(found)
    if name is None:
        return None
    written = await _find(tx, found.id, name)
    return None if written is not None and written.published else name


async def write(tx: Tx, *, series: str, by: str, text: str) -> Output:
    """Keep the text of the phase that a series is at. Raise Missing, Conflict, Invalid.

    Conflict: the phase leaves none, it is published, or the other side decides on it now.
    """
    found = await series_.of_host(tx, series=series, by=by)
    name = expected(found)
    if not WRITTEN[0] <= len(text) <= WRITTEN[1]:
        raise Invalid
    written = await _find(tx, series, name) if name else None
    waits = written is not None and await approvals.is_pending(tx, kind=KIND, subject=written.id)
    if name is None or found.state is not State.OPEN or waits or (written is not None and written.published):
        raise Conflict
    fresh = Output(written.id if written else new_id(), series, name, by, text, published=False)
    row = {"id": fresh.id, "series": series, "name": name.value, "by": by, "published": False}
    sealed = tx.seal.seal("series_outputs.text", fresh.id, text)
    await tx.put(series_outputs, key=("id",), **row, text=sealed, at=tx.now)
    return fresh


async def publish(tx: Tx, *, series: str, by: str) -> dict[str, Any]:
    """Ask the other side for its yes to the text of the phase; return the ``approval`` and the ``deciders``.

    Raise Missing, Conflict (nothing is written, or it is published), Forbidden (the other side has nobody).
    """
    found = await series_.of_host(tx, series=series, by=by)
    name = expected(found)
    written = await _find(tx, series, name) if name else None
    if written is None or written.published:
        raise Conflict
    if not await groups.has_both_sides(tx, group=found.group):
        raise Forbidden
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    approval = await approvals.ask(tx, kind=KIND, subject=written.id, by=by, group=found.group, side=other)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Proposal | None:
    """Return the text that the other side is to agree to, None when it is gone."""
    row = await tx.first(select(series_outputs).where(series_outputs.c.id == approval.subject))
    if row is None or row.published:
        return None
    return Proposal(await series_.get(tx, series=row.series), _output(tx, row))


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Publish the text, or leave it with the hosts; return the one to tell, "" when it is gone."""
    if await asked(tx, approval, "") is None:
        return ""
    if state is Decision.APPROVED:
        await tx.run(update(series_outputs).where(series_outputs.c.id == approval.subject).values(published=True))
    return approval.by


async def draft(tx: Tx, *, series: str, by: str) -> Output | None:
    """Return what is written so far for the phase, published or not, None for nothing; raise Missing for others."""
    found = await series_.led(tx, series=series, by=by)
    name = expected(found)
    return await _find(tx, series, name) if name else None


async def published(tx: Tx, *, series: str, only: Sequence[str] | None = None) -> list[Output]:
    """Return the texts of a series to which both sides agreed, in the order of the phases."""
    query = select(series_outputs).where(series_outputs.c.series == series, series_outputs.c.published)
    if only is not None:
        query = query.where(series_outputs.c.id.in_(only))
    found = [_output(tx, row) for row in await tx.all(query)]
    return sorted(found, key=lambda each: [*Name].index(each.name))


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody wrote alone; what both sides published stays, without who wrote it."""
    theirs = series_outputs.c.by == person
    for row in await tx.all(select(series_outputs.c.id).where(theirs, ~series_outputs.c.published)):
        await approvals.withdraw(tx, subject=row.id)
    await tx.run(delete(series_outputs).where(theirs, ~series_outputs.c.published))
    await tx.run(update(series_outputs).where(theirs).values(by=""))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member wrote to another membership of the same human being."""
    await tx.run(update(series_outputs).where(series_outputs.c.by == person).values(by=to))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return the texts that somebody wrote, to be read by them."""
    rows = await tx.all(select(series_outputs).where(series_outputs.c.by == person).order_by(series_outputs.c.at))
    return [_output(tx, row).text for row in rows]


async def _find(tx: Tx, series: str, name: Name) -> Output | None:
    here = (series_outputs.c.series == series, series_outputs.c.name == name.value)
    row = await tx.first(select(series_outputs).where(*here))
    return None if row is None else _output(tx, row)


def _output(tx: Tx, row: Row[Any]) -> Output:
    text = tx.seal.open("series_outputs.text", row.id, row.text)
    return Output(row.id, row.series, Name(row.name), row.by, text, published=row.published)
