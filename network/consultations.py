"""Consultations: a draft that both sides answer section by section, until it closes and a new version comes (R074).

It opens when the other side's coordinators agree (approvals of the kind ``consultation``). Answers are in
``network.remarks``, what was promised of it in ``network.commitments``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    or_,
    select,
    update,
)

from network import approvals, audiences, audit, darkness, due, groups, members
from network.approvals import Approval, Decision
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.members import SIDES
from network.sections import LONGEST, MOST, Part
from network.store import Instant, Tx, metadata

KIND = "consultation"  # of its approval
OPENED, REMIND, CLOSE, RENEWED = "consult.open", "consult.remind", "consult.close", "consult.new"  # kinds of due rows
BEFORE = timedelta(days=2)  # before it closes, those who said nothing are reminded
DAYS = (7, 14, 30, 60)  # for which it can be open
LOOK_AGAIN = timedelta(hours=1)  # after so long a close that was put off is looked at again, at the earliest
LISTED = 50


class State(StrEnum):
    """Where a consultation stands."""

    ASKED = "asked"  # the other side's word is to come
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"
    RENEWED = "renewed"  # a new version is published


consultations = Table(
    "consultations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(32), nullable=False, index=True),
    Column("partner_by", String(32), index=True),  # the host of the other side
    Column("state", String(10), nullable=False, index=True),
    Column("group_id", String(32), nullable=False),
    Column("audience", Text, nullable=False),  # JSON of codes
    Column("series", String(32), index=True),
    Column("days", SmallInteger, nullable=False),
    Column("closes_at", Instant),  # once it is open
    Column("words", LargeBinary, nullable=False),  # JSON: title, why
    Column("made_at", Instant, nullable=False),
)

consultation_sections = Table(
    "consultation_sections",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("consultation", String(32), ForeignKey("consultations.id", ondelete="CASCADE"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("text", LargeBinary, nullable=False),  # JSON: heading, text
    Column("renewed", LargeBinary),  # JSON: text ("" where the section goes), why; None where nothing changes
    UniqueConstraint("consultation", "number"),
)


@dataclass(frozen=True)
class Section:
    """One section: as it was put before people, and where it changed ``renewed`` (else None) and ``why``."""

    id: str
    number: int
    heading: str = field(repr=False)
    text: str = field(repr=False)
    renewed: str | None = field(default=None, repr=False)
    why: str = field(default="", repr=False)


@dataclass(frozen=True)
class Consultation:
    """A consultation; ``by`` and ``partner_by`` are its hosts, ``closes_at`` (UTC) is None until it is open."""

    id: str
    by: str = field(repr=False)
    partner_by: str | None = field(repr=False)
    state: State
    group: str
    audience: Audience
    series: str | None
    days: int
    closes_at: datetime | None
    title: str = field(repr=False)
    why: str = field(repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The ids of the two coordinators who see every answer while it is open."""
        return tuple(each for each in (self.by, self.partner_by) if each)


async def propose(
    tx: Tx,
    *,
    by: str,
    group: str,
    title: str,
    why: str,
    parts: Sequence[Sequence[str]],
    audience: Audience,
    days: int,
    series: str | None = None,
) -> dict[str, Any]:
    """Ask the other side to open a consultation with its coordinator; return its ``id``, ``approval``, ``deciders``.

    ``parts`` are pairs of a heading and a text. Raise Forbidden (not a coordinator of the group, or the other side
    has none), Invalid.
    """
    seated = await groups.seated(tx, group=group)
    if by not in {seat.person for seat in seated} or {seat.side for seat in seated} != set(SIDES):
        raise Forbidden
    if days not in DAYS or not 0 < len(parts) <= MOST or any(len(text) > LONGEST for _heading, text in parts):
        raise Invalid
    fresh = new_id()
    row = {"id": fresh, "by": by, "state": State.ASKED.value, "group_id": group, "days": days, "series": series}
    row |= {"audience": json.dumps({name: value for name, value in asdict(audience).items() if value})}
    words = tx.seal.seal_json("consultations.words", fresh, {"title": title, "why": why})
    await tx.run(consultations.insert(), {**row, "words": words, "made_at": tx.now})
    await tx.run(consultation_sections.insert(), [_row(tx, fresh, at, Part(*each)) for at, each in enumerate(parts, 1)])
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    approval = await approvals.ask(tx, kind=KIND, subject=fresh, by=by, group=group, side=other)
    return {"id": fresh, "approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Consultation | None:
    """Return what the other side is to open, None when it is gone."""
    found = await find(tx, consultation=approval.subject)
    return found if found is not None and found.state is State.ASKED else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Open it, or not; return the id of its author, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is not Decision.APPROVED:
        await _set(tx, found.id, state=State.REFUSED.value)
        return found.by
    partner = next((each for each in await approvals.agreed(tx, approval=approval.id) if each != found.by), None)
    closes_at = tx.now + timedelta(days=found.days)
    await _set(tx, found.id, state=State.OPEN.value, partner_by=partner, closes_at=closes_at)
    await due.at(tx, kind=OPENED, subject=found.id, instant=tx.now)
    await due.at(tx, kind=REMIND, subject=found.id, instant=closes_at - BEFORE)
    await due.at(tx, kind=CLOSE, subject=found.id, instant=closes_at)
    return found.by


async def close(tx: Tx, *, consultation: str, by: str = "") -> bool:
    """Take no more answers: at its time, or by one of its hosts before; return whether it was open. Raise Missing."""
    found = await locked(tx, consultation=consultation)
    if by and by not in found.hosts:
        raise Missing
    if found.state is not State.OPEN:
        return False
    await _set(tx, consultation, state=State.CLOSED.value, closes_at=tx.now)
    await due.cancel(tx, kind=REMIND, subject=consultation)
    if by:
        await due.at(tx, kind=CLOSE, subject=consultation, instant=tx.now)
    await audit.record(tx, act="close_consultation", actor=by, subject=consultation)
    return True


async def is_open(tx: Tx, *, found: Consultation, country: str) -> bool:
    """Whether people of a country can answer now: one that was dark meanwhile has that much longer (R084)."""
    if found.state is not State.OPEN or found.closes_at is None:
        return False
    since = found.closes_at - timedelta(days=found.days)
    return tx.now < found.closes_at + await darkness.extension(tx, country=country, since=since)


async def stays_open(tx: Tx, *, consultation: str) -> bool:
    """Whether somebody of a country that was dark can still answer; its close is then put off for them."""
    found = await locked(tx, consultation=consultation)
    if found.state is not State.OPEN or found.closes_at is None:
        return False
    since = found.closes_at - timedelta(days=found.days)
    at = found.closes_at + await darkness.longest(tx, people=meant(found), since=since)
    if at <= tx.now:
        return False
    await due.at(tx, kind=CLOSE, subject=consultation, instant=max(at, tx.now + LOOK_AGAIN))
    return True


async def renew(tx: Tx, *, consultation: str, by: str, section: str, text: str, why: str) -> None:
    """Keep how a section reads in the new version ("" where it goes), and why. Raise Missing, Conflict, Invalid."""
    found = await of_host(tx, consultation=consultation, by=by)
    if found.state is not State.CLOSED:
        raise Conflict
    if len(text) > LONGEST:
        raise Invalid
    sealed = tx.seal.seal_json("consultation_sections.renewed", section, {"text": text, "why": why})
    table = consultation_sections
    here = (table.c.id == section, table.c.consultation == consultation)
    if not await tx.run(update(table).where(*here).values(renewed=sealed)):
        raise Missing


async def publish(tx: Tx, *, consultation: str, by: str) -> None:
    """Publish the new version, for good: who answered hears of it. Raise Missing, Conflict."""
    found = await of_host(tx, consultation=consultation, by=by)
    if found.state is not State.CLOSED:
        raise Conflict
    await _set(tx, consultation, state=State.RENEWED.value)
    await due.at(tx, kind=RENEWED, subject=consultation, instant=tx.now)
    await audit.record(tx, act="publish_consultation", actor=by, subject=consultation)


async def get(tx: Tx, *, consultation: str) -> Consultation:
    """Return a consultation; raise Missing."""
    return _consultation(tx, await tx.one(select(consultations).where(consultations.c.id == consultation)))


async def find(tx: Tx, *, consultation: str) -> Consultation | None:
    """Return a consultation, or None."""
    row = await tx.first(select(consultations).where(consultations.c.id == consultation))
    return None if row is None else _consultation(tx, row)


async def locked(tx: Tx, *, consultation: str) -> Consultation:
    """Return a consultation that nobody else changes meanwhile; raise Missing."""
    row = await tx.one(select(consultations).where(consultations.c.id == consultation).with_for_update())
    return _consultation(tx, row)


async def of_host(tx: Tx, *, consultation: str, by: str) -> Consultation:
    """Return a consultation that one of its hosts changes now; raise Missing for anybody else."""
    found = await locked(tx, consultation=consultation)
    if by not in found.hosts:
        raise Missing
    return found


async def sections(tx: Tx, *, consultation: str) -> list[Section]:
    """Return the sections in their order."""
    table = consultation_sections
    rows = await tx.all(select(table).where(table.c.consultation == consultation).order_by(table.c.number))
    return [_section(tx, row) for row in rows]


async def readable(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Consultation]:
    """Return what somebody hosts or may answer or read, open ones first, the latest first."""
    open_to = consultations.c.state.in_([State.OPEN.value, State.CLOSED.value, State.RENEWED.value])
    hosted = or_(consultations.c.by == person, consultations.c.partner_by == person)
    query = select(consultations).where(open_to | hosted)
    if only is not None:
        query = query.where(consultations.c.id.in_(only))
    rows = await tx.all(query.order_by(consultations.c.made_at.desc(), consultations.c.id))
    every = [_consultation(tx, row) for row in rows]
    found = [each for each in every if await is_meant(tx, found=each, person=person)]
    return sorted(found, key=lambda each: each.state is not State.OPEN)[:LISTED]


async def is_meant(tx: Tx, *, found: Consultation, person: str) -> bool:
    """Whether somebody hosts a consultation, or is among those who may answer it."""
    if person in found.hosts:
        return True
    return await tx.first(meant(found).where(members.members.c.id == person)) is not None


def meant(found: Consultation, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of the members who may answer; with ``hearing_at``, who also want to hear of it."""
    return audiences.query(found.audience, hearing_at=hearing_at)


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody alone put before others; what both sides opened stays with the other host."""
    theirs = (consultations.c.by == person, consultations.c.partner_by.is_(None))
    for row in await tx.all(select(consultations.c.id).where(*theirs)):
        await approvals.withdraw(tx, subject=row.id)
    await tx.run(delete(consultations).where(*theirs))
    handed = update(consultations).where(consultations.c.by == person)
    await tx.run(handed.values(by=consultations.c.partner_by, partner_by=None))
    await tx.run(update(consultations).where(consultations.c.partner_by == person).values(partner_by=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member hosts to another membership of the same human being."""
    for column in (consultations.c.by, consultations.c.partner_by):
        await tx.run(update(consultations).where(column == person).values({column.name: to}))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return the titles of what somebody hosts, to be read by them."""
    hosted = or_(consultations.c.by == person, consultations.c.partner_by == person)
    rows = await tx.all(select(consultations).where(hosted).order_by(consultations.c.made_at))
    return [_consultation(tx, row).title for row in rows]


async def _set(tx: Tx, consultation: str, **values: Any) -> None:
    await tx.run(update(consultations).where(consultations.c.id == consultation).values(**values))


def _row(tx: Tx, consultation: str, number: int, part: Part) -> dict[str, Any]:
    fresh = new_id()
    sealed = tx.seal.seal_json("consultation_sections.text", fresh, {"heading": part.heading, "text": part.text})
    return {"id": fresh, "consultation": consultation, "number": number, "text": sealed}


def _section(tx: Tx, row: Row[Any]) -> Section:
    said = tx.seal.open_json("consultation_sections.text", row.id, row.text)
    new: Mapping[str, str] = {}
    if row.renewed is not None:
        new = tx.seal.open_json("consultation_sections.renewed", row.id, row.renewed)
    return Section(row.id, row.number, said["heading"], said["text"], new.get("text"), new.get("why", ""))


def _consultation(tx: Tx, row: Row[Any]) -> Consultation:
    words = tx.seal.open_json("consultations.words", row.id, row.words)
    given: Mapping[str, list[str]] = json.loads(row.audience)
    return Consultation(
        id=row.id,
        by=row.by,
        partner_by=row.partner_by,
        state=State(row.state),
        group=row.group_id,
        audience=Audience(**{name: tuple(value) for name, value in given.items()}),
        series=row.series,
        days=row.days,
        closes_at=row.closes_at,
        title=words["title"],
        why=words["why"],
    )
