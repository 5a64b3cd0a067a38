"""Removals: a coordinator takes a member out of a group and says why; the other side can undo it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint, delete, select, update

from network import approvals, audit, charters, groups, members, recipients
from network.approvals import Approval, Decision
from network.charters import Charter
from network.errors import Conflict, Forbidden, Missing
from network.ids import new_id
from network.members import SIDES, Member, State
from network.store import Instant, Tx, metadata

KIND = "removal"  # the kind of request: an appeal against it
WINDOW = timedelta(hours=72)  # from the removal; its last instant counts
FIELD = "removals.reason"

removals = Table(
    "removals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", String(10), nullable=False),  # of the coordinator who did it
    Column("reason", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("heard", Boolean, nullable=False),  # the other side was asked already
    UniqueConstraint("group_id", "person"),
)


@dataclass(frozen=True)
class Removal:
    """Somebody was taken out of a group; ``why`` is what they say against it."""

    id: str
    charter: Charter
    member: Member = field(repr=False)
    side: str
    reason: str = field(repr=False)
    at: datetime
    heard: bool
    why: str = field(default="", repr=False)


async def remove(tx: Tx, *, group: str, person: str, by: str, reason: str) -> str:
    """Take a member out of a group and return the id of the removal. Audited.

    Raise Forbidden unless ``by`` coordinates it, for the group of a country, and of somebody who holds a seat:
    that is handed over, or taken back by a steward. Raise Missing when they are not in it.
    """
    held = {seat.person: seat.side for seat in await groups.seated(tx, group=group)}
    if by not in held or person in held or (await groups.get(tx, group=group)).is_home:
        raise Forbidden
    if await groups.membership(tx, group=group, person=person) is None:
        raise Missing
    await groups.leave(tx, group=group, person=person)
    await recipients.spare(tx, person=person)
    await forget(tx, group=group, person=person)
    row = {"id": new_id(), "group_id": group, "person": person, "side": held[by], "at": tx.now, "heard": False}
    await tx.run(removals.insert(), {**row, "reason": tx.seal.seal(FIELD, str(row["id"]), reason)})
    await audit.record(tx, act="remove_member", actor=by, subject=str(row["id"]))
    return str(row["id"])


async def find(tx: Tx, *, removal: str, person: str = "") -> Removal | None:
    """Return a removal, of this person where one is given; None when there is none, or its member is gone."""
    row = await tx.first(select(removals).where(removals.c.id == removal))
    member = await members.find(tx, person=row.person) if row else None
    if row is None or member is None or member.state is State.LOCKED or person not in {"", row.person}:
        return None
    charter = await charters.of(tx, group=row.group_id)
    return Removal(row.id, charter, member, row.side, tx.seal.open(FIELD, row.id, row.reason), row.at, row.heard)


async def stands(tx: Tx, *, group: str, person: str) -> bool:
    """Whether somebody was taken out of a group, so that they come back only with a coordinator's word."""
    theirs = (removals.c.group_id == group, removals.c.person == person)
    return await tx.first(select(removals.c.id).where(*theirs)) is not None


async def contest(tx: Tx, *, removal: str, person: str, why: str) -> dict[str, Any]:
    """Ask the other side's coordinators to undo it, once, within 72 hours; return the ``approval`` and ``deciders``.

    Raise Missing, Conflict when it was asked already or is too late.
    """
    found = await find(tx, removal=removal, person=person)
    if found is None:
        raise Missing
    if found.heard or tx.now > found.at + WINDOW:
        raise Conflict
    await tx.run(update(removals).where(removals.c.id == removal).values(heard=True))
    side = next(each for each in SIDES if each != found.side)
    group = found.charter.group
    asked: dict[str, Any] = {"subject": removal, "by": person, "country": group.country, "group": group.id}
    approval = await approvals.ask(tx, kind=KIND, **asked, side=side, wish={"why": why})
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def contested(tx: Tx, approval: Approval, _language: str) -> Removal | None:
    """Return what is decided on, or None when it is gone."""
    found = await find(tx, removal=approval.subject)
    if found is None:
        return None
    why = (await approvals.wish(tx, approval=approval.id)).get("why", "")
    return Removal(found.id, found.charter, found.member, found.side, found.reason, found.at, found.heard, why)


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let the member back in, or not; return whom to tell, "" when it is gone."""
    found = await find(tx, removal=approval.subject)
    if found is None:
        return ""
    await approvals.forget_wish(tx, approval=approval.id)
    if state is Decision.APPROVED:
        if not await groups.join(tx, group=found.charter.id, person=found.member.id):
            return ""
        await forget(tx, group=found.charter.id, person=found.member.id)
    return found.member.id


async def forget(tx: Tx, *, group: str, person: str) -> None:
    """Forget that somebody was taken out of a group."""
    await tx.run(delete(removals).where(removals.c.group_id == group, removals.c.person == person))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let what was decided on one member hold for another: two memberships of one human being."""
    there = select(removals.c.group_id).where(removals.c.person == to)
    theirs = (removals.c.person == person, removals.c.group_id.not_in(there))
    await tx.run(update(removals).where(*theirs).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return the groups that a person was taken out of, and why, for their copy."""
    rows = await tx.all(select(removals.c.id).where(removals.c.person == person).order_by(removals.c.at))
    found = [await find(tx, removal=row.id) for row in rows]
    return [
        {"group": each.charter.name(each.member.language), "reason": each.reason} for each in found if each is not None
    ]
