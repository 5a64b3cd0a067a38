"""Standings: at which stage a practice is, since when, and which institutions endorsed it by an official act."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Row, String, Table, delete, select, update

from network import approvals, audit, countries, groups, members, practices
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.facts import STAGES
from network.ids import new_id
from network.practices import State
from network.store import Instant, Tx, metadata

GROWN = ("expanded", "national")  # stages that coordinators may want to announce
ACTS = ("law", "decree", "circular", "agreement", "budget", "statement")  # official ones
INSTITUTIONS = members.SERVICES["official"]
KIND = "endorsement"  # of approval
OFFICIAL = "official"

stages = Table(
    "stages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("stage", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)

endorsements = Table(
    "endorsements",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("act", String(10), nullable=False),
    Column("institution", String(24), nullable=False),
    Column("country", String(2), nullable=False),
    Column("on", Date, nullable=False),
    Column("by", String(32), index=True),
    Column("asked_at", Instant, nullable=False),
    Column("approved_at", Instant),
)


@dataclass(frozen=True)
class Stage:
    """A stage that a practice reached, and when that was said."""

    stage: str
    at: datetime


@dataclass(frozen=True)
class Endorsement:
    """An official act for a practice: which, by what kind of institution of which country, on which day."""

    id: str
    practice: str
    act: str
    institution: str
    country: str
    on: date
    approved: bool


async def change(tx: Tx, *, practice: str, person: str, stage: str) -> bool:
    """Let the author say that their practice is at another stage now; return whether it is a change.

    The stage that it had is kept from the day on which it was published. Raise Invalid, Forbidden, Missing.
    """
    if stage not in STAGES:
        raise Invalid
    row = await _mine(tx, practice, person)
    if row.stage == stage:
        return False
    if row.stage and not await tx.first(select(stages.c.id).where(stages.c.practice == practice)):
        await _keep(tx, practice, row.stage, row.published_at)
    await _keep(tx, practice, stage, tx.now)
    table = practices.practices
    await tx.run(update(table).where(table.c.id == practice).values(stage=stage))
    await audit.record(tx, act="stage", actor=person, subject=practice, detail=stage)
    return True


async def history(tx: Tx, *, practice: str) -> list[Stage]:
    """Return the stages of a practice, the first one first; nothing while it never changed."""
    query = select(stages).where(stages.c.practice == practice).order_by(stages.c.at, stages.c.id)
    return [Stage(row.stage, row.at) for row in await tx.all(query)]


async def to_announce(tx: Tx, *, practice: str) -> list[str]:
    """Return the coordinators of a practice's country, who may want to announce how far it came; not its author."""
    found = await practices.get(tx, practice=practice)
    try:
        group = await groups.by_country(tx, country=found.country)
    except Missing:
        return []
    return [seat.person for seat in await groups.seated(tx, group=group.id) if seat.person != found.author]


async def endorse(
    tx: Tx, *, practice: str, person: str, act: str, institution: str, country: str, on: date
) -> dict[str, Any]:
    """Enter an official act for a published practice.

    Returns its ``approval``, "" where it holds at once, and the ``deciders``.
    Its author enters it, and somebody seated approves; somebody seated on the official side enters what holds
    at once, but not for a practice of their own. Raise Invalid, Forbidden, Missing, Conflict when it is there already.
    """
    known = act in ACTS and institution in INSTITUTIONS and countries.known(country)
    if not known or on > tx.now.date():
        raise Invalid
    found = await practices.get(tx, practice=practice)
    if found.state is not State.PUBLISHED:
        raise Missing
    authored = found.author == person
    if not authored and not await may_endorse(tx, person=person):
        raise Forbidden
    row = {"id": new_id(), "practice": practice, "act": act, "institution": institution, "country": country, "on": on}
    if any(_same(one, row) for one in await endorsements_of(tx, practice=practice, pending=True)):
        raise Conflict
    await tx.run(endorsements.insert(), {**row, "by": person, "asked_at": tx.now})
    if authored:
        asked = await approvals.ask(tx, kind=KIND, subject=str(row["id"]), by=person, country=country)
        return {"approval": asked, "deciders": await approvals.deciders(tx, approval=asked)}
    await approve(tx, endorsement=str(row["id"]))
    await audit.record(tx, act="endorse", actor=person, subject=practice, detail=act)
    return {"approval": "", "deciders": []}


async def may_endorse(tx: Tx, *, person: str) -> bool:
    """Whether a person holds a seat for the official side."""
    return any(seat.person == person and seat.side == OFFICIAL for seat in await groups.seated(tx))


async def approve(tx: Tx, *, endorsement: str) -> None:
    """Show an official act with its practice. Raise Missing."""
    if not await tx.run(update(endorsements).where(endorsements.c.id == endorsement).values(approved_at=tx.now)):
        raise Missing


async def drop(tx: Tx, *, endorsement: str) -> None:
    """Forget an official act that was not approved."""
    await tx.run(delete(endorsements).where(endorsements.c.id == endorsement))


async def endorsement(tx: Tx, *, endorsement: str) -> tuple[Endorsement, str]:
    """Return an official act and the id of who entered it ("" once they have left); raise Missing."""
    row = await tx.one(select(endorsements).where(endorsements.c.id == endorsement))
    return _endorsement(row), row.by or ""


async def endorsements_of(tx: Tx, *, practice: str, pending: bool = False) -> list[Endorsement]:
    """Return the official acts for a practice, the oldest first; with ``pending`` those not yet approved too."""
    query = select(endorsements).where(endorsements.c.practice == practice)
    if not pending:
        query = query.where(endorsements.c.approved_at.is_not(None))
    return [_endorsement(row) for row in await tx.all(query.order_by(endorsements.c.on, endorsements.c.id))]


async def entered_by(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return the official acts that a person entered, for their own copy: the fields of ``Endorsement``, as JSON."""
    query = select(endorsements).where(endorsements.c.by == person).order_by(endorsements.c.asked_at)
    return [asdict(_endorsement(row)) | {"on": row.on.isoformat()} for row in await tx.all(query)]


async def forget(tx: Tx, *, person: str) -> None:
    """Forget who entered official acts; what was not approved goes."""
    waiting = select(endorsements.c.id).where(endorsements.c.by == person, endorsements.c.approved_at.is_(None))
    for row in await tx.all(waiting):
        await approvals.withdraw(tx, subject=row.id)
        await drop(tx, endorsement=row.id)
    await tx.run(update(endorsements).where(endorsements.c.by == person).values(by=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let what one membership entered be another's, of the same human being."""
    await tx.run(update(endorsements).where(endorsements.c.by == person).values(by=to))


async def _mine(tx: Tx, practice: str, person: str) -> Row[Any]:
    """Return the row of a published practice of this person, locked; raise Forbidden, Missing."""
    table = practices.practices
    row = await tx.first(select(table).where(table.c.id == practice).with_for_update())
    if row is None or row.state != State.PUBLISHED.value:
        raise Missing
    if row.author != person:
        raise Forbidden
    return row


async def _keep(tx: Tx, practice: str, stage: str, at: datetime) -> None:
    await tx.run(stages.insert(), {"id": new_id(), "practice": practice, "stage": stage, "at": at})


def _same(one: Endorsement, row: dict[str, Any]) -> bool:
    return all(getattr(one, name) == row[name] for name in ("act", "institution", "country", "on"))


def _endorsement(row: Row[Any]) -> Endorsement:
    return Endorsement(
        row.id, row.practice, row.act, row.institution, row.country, row.on, approved=row.approved_at is not None
    )
