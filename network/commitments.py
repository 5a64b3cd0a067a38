"""Commitments: what the hosts of a consultation say will be done, by which body and until when (R076)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, func, select, update

from network import audit, consultations, due
from network.consultations import State
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.store import Tx, metadata

DUE = "commitment"  # kind of the due row on which its hosts are reminded
MARKED = "commitment.mark"  # on which whoever answered hears what became of it
EARLY = timedelta(days=7)  # before its day they are reminded first
HOUR = time(9, tzinfo=UTC)
MOST = 20  # of one consultation


class Outcome(StrEnum):
    """What became of a commitment."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


commitments = Table(
    "commitments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("consultation", String(32), ForeignKey("consultations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("due_on", String(10), nullable=False),  # ISO 8601
    Column("outcome", String(10), nullable=False),
    Column("words", LargeBinary, nullable=False),  # JSON: what, who (a role or a body)
)


@dataclass(frozen=True)
class Commitment:
    """What will be done, by which body or role, until which day, and what became of it."""

    id: str
    consultation: str
    due_on: date
    outcome: Outcome
    what: str = field(repr=False)
    who: str = field(repr=False)


async def add(tx: Tx, *, consultation: str, by: str, what: str, who: str, due_on: str) -> str:
    """Publish a commitment of a consultation that is closed, and return its id. Raise Missing, Conflict, Invalid.

    ``due_on`` is a day to come, ISO 8601. The hosts are reminded a week before it, and on it.
    """
    found = await consultations.of_host(tx, consultation=consultation, by=by)
    many = await tx.scalar(select(func.count()).where(commitments.c.consultation == consultation))
    if found.state not in {State.CLOSED, State.RENEWED} or int(many or 0) >= MOST:
        raise Conflict
    day = date.fromisoformat(due_on)
    if day <= tx.now.date():
        raise Invalid
    row = {"id": new_id(), "consultation": consultation, "due_on": due_on, "outcome": Outcome.OPEN.value}
    sealed = tx.seal.seal_json("commitments.words", row["id"], {"what": what, "who": who})
    await tx.run(commitments.insert(), {**row, "words": sealed})
    await _remind(tx, row["id"], day)
    await audit.record(tx, act="add_commitment", actor=by, subject=row["id"])
    return row["id"]


async def mark(tx: Tx, *, commitment: str, by: str, outcome: Outcome | str) -> None:
    """Say what became of a commitment; said again, the last word counts. Raise Missing."""
    found = await find(tx, commitment=commitment)
    if found is None:
        raise Missing
    await consultations.of_host(tx, consultation=found.consultation, by=by)
    here = update(commitments).where(commitments.c.id == commitment)
    await tx.run(here.values(outcome=Outcome(outcome).value))
    await due.cancel(tx, kind=DUE, subject=commitment)
    if Outcome(outcome) is not found.outcome:
        await due.at(tx, kind=MARKED, subject=commitment, instant=tx.now)
    await audit.record(tx, act="mark_commitment", actor=by, subject=commitment)


async def reminded(tx: Tx, *, commitment: str) -> Commitment | None:
    """Return what the hosts are to be reminded of now, and set the next reminder; None when there is nothing."""
    found = await find(tx, commitment=commitment)
    if found is None or found.outcome is not Outcome.OPEN:
        return None
    if tx.now < _at(found.due_on):
        await due.at(tx, kind=DUE, subject=commitment, instant=_at(found.due_on))
    return found


async def find(tx: Tx, *, commitment: str) -> Commitment | None:
    """Return a commitment, or None."""
    row = await tx.first(select(commitments).where(commitments.c.id == commitment))
    return None if row is None else _commitment(tx, row)


async def of(tx: Tx, *, consultation: str) -> list[Commitment]:
    """Return the commitments of a consultation, the earliest day first."""
    table = commitments
    query = select(table).where(table.c.consultation == consultation).order_by(table.c.due_on, table.c.id)
    return [_commitment(tx, row) for row in await tx.all(query)]


async def _remind(tx: Tx, commitment: str, day: date) -> None:
    early = _at(day) - EARLY
    await due.at(tx, kind=DUE, subject=commitment, instant=early if early > tx.now else _at(day))


def _at(day: date) -> datetime:
    return datetime.combine(day, HOUR)


def _commitment(tx: Tx, row: Row[Any]) -> Commitment:
    words = tx.seal.open_json("commitments.words", row.id, row.words)
    return Commitment(
        row.id,
        row.consultation,
        date.fromisoformat(row.due_on),
        Outcome(row.outcome),
        words["what"],
        words["who"],
    )
