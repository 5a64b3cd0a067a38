"""Approvals: what waits for a yes from the people who hold the seats (D8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Row, String, Table, UniqueConstraint, select, update

from network import audit, groups
from network.errors import Forbidden, Missing
from network.groups import Seat
from network.ids import new_id
from network.members import SIDES
from network.store import Instant, Tx, batches, metadata


class Decision(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


approvals = Table(
    "approvals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(32), nullable=False, index=True),
    Column("by", String(32), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("both_sides", Boolean, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("asked_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("wish", LargeBinary),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("approval", String(32), ForeignKey("approvals.id", ondelete="CASCADE"), nullable=False),
    Column("side", String(10), nullable=False),
    Column("person", String(32), nullable=False, index=True),
    Column("agree", Boolean, nullable=False),
    Column("reason", LargeBinary),
    Column("at", Instant, nullable=False),
    UniqueConstraint("approval", "side"),
)


@dataclass(frozen=True)
class Approval:
    """Something that waits for a decision; ``kind`` is one of ``network.requests.KINDS``.

    ``subject`` is the id of the person or practice it is about, ``by`` of the person who asked.
    ``needs`` names the sides that may still decide: one word of either is enough, unless
    ``both_sides``.
    """

    id: str
    kind: str
    subject: str
    by: str
    country: str
    needs: tuple[str, ...]
    asked_at: datetime
    both_sides: bool = False


@dataclass(frozen=True)
class Outcome:
    """Where an approval stands after a decision. ``state`` is pending, approved or refused."""

    state: Decision
    subject: str
    kind: str


async def ask(
    tx: Tx,
    *,
    kind: str,
    subject: str,
    by: str,
    country: str | None = None,
    both_sides: bool = False,
    wish: Mapping[str, str] | None = None,
) -> str:
    """Ask for an approval and return its id; while one is pending for this subject, return that one.

    ``wish`` is what a yes would change, sealed until then.
    """
    same = (approvals.c.kind == kind) & (approvals.c.subject == subject)
    pending = select(approvals.c.id).where(same, approvals.c.state == Decision.PENDING.value)
    if asked := await tx.scalar(pending):
        return str(asked)
    row = {"id": new_id(), "kind": kind, "subject": subject, "by": by, "country": country or ""}
    state = Decision.PENDING.value
    sealed = tx.seal.seal_json("approvals.wish", row["id"], wish) if wish else None
    values = {**row, "both_sides": both_sides, "state": state, "asked_at": tx.now, "wish": sealed}
    await tx.run(approvals.insert(), values)
    await audit.record(tx, act=f"ask_{kind}", actor=by, subject=subject)
    return row["id"]


async def get(tx: Tx, *, approval: str) -> Approval:
    """Return an approval, pending or not; raise Missing."""
    row = await tx.first(select(approvals).where(approvals.c.id == approval))
    if row is None:
        raise Missing
    return (await _approvals(tx, [row]))[0]


async def wish(tx: Tx, *, approval: str) -> dict[str, str]:
    """Return what a yes would change; nothing where nothing was said of it."""
    sealed = await tx.scalar(select(approvals.c.wish).where(approvals.c.id == approval))
    return {} if sealed is None else dict(tx.seal.open_json("approvals.wish", approval, sealed))


async def is_pending(tx: Tx, *, kind: str, subject: str) -> bool:
    """Whether a decision about a subject is still to come."""
    about = (approvals.c.kind == kind) & (approvals.c.subject == subject)
    return await tx.first(_pending().where(about)) is not None


async def pending_for(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Approval]:
    """Return what this person may decide now, the oldest first; ``only`` keeps these ids, in their order."""
    pending = await _approvals(tx, await tx.all(_pending().order_by(approvals.c.asked_at, approvals.c.id)))
    table = await _Seats.load(tx)
    found = [approval for approval in pending if person in {seat.person for seat in table.deciding(approval)}]
    if only is None:
        return found
    by_id = {approval.id: approval for approval in found}
    return [by_id[wanted] for wanted in only if wanted in by_id]


async def deciders(tx: Tx, *, approval: str) -> list[str]:
    """Return the ids of the people who may decide.

    They hold seats of the country's group, on a side whose word is still needed; where there is
    nobody, seats of every group. Nobody decides on what they asked themselves, or on themselves.
    """
    wanted = await get(tx, approval=approval)
    table = await _Seats.load(tx)
    return list(dict.fromkeys(seat.person for seat in table.deciding(wanted)))


async def decide(tx: Tx, *, approval: str, by: str, agree: bool, reason: str = "") -> Outcome:
    """Give one side's word. One refusal refuses; raise Forbidden, Missing.

    What was decided stays decided: a later word, or the same one again, changes nothing and
    returns where it stands. The caller acts on the outcome. Audited.
    """
    locked = await tx.first(select(approvals).where(approvals.c.id == approval).with_for_update())
    if locked is None:
        raise Missing
    if locked.state != Decision.PENDING.value or await _has_decided(tx, approval, by):
        return Outcome(Decision(locked.state), locked.subject, locked.kind)
    side = await _side(tx, locked, by)
    await _write(tx, approval, side, by, agree=agree, reason=reason)
    state = _state(both_sides=locked.both_sides, agree=agree, given=await _given(tx, approval))
    if state is not Decision.PENDING:
        closed = update(approvals).where(approvals.c.id == approval)
        await tx.run(closed.values(state=state.value, decided_at=tx.now))
    await audit.record(
        tx, act=f"{'agree' if agree else 'refuse'}_{locked.kind}", actor=by, subject=locked.subject, detail=side
    )
    return Outcome(state, locked.subject, locked.kind)


async def reasons(tx: Tx, *, approval: str) -> list[str]:
    """Return the reasons that were given for refusing, without who gave them."""
    query = select(decisions.c.id, decisions.c.reason).where(decisions.c.approval == approval, ~decisions.c.agree)
    rows = await tx.all(query.where(decisions.c.reason.is_not(None)).order_by(decisions.c.at))
    return [tx.seal.open("decisions.reason", row.id, row.reason) for row in rows]


async def withdraw(tx: Tx, *, subject: str) -> None:
    """Forget what is pending about a subject: it is no more, or something else is wished now."""
    await tx.run(approvals.delete().where(approvals.c.subject == subject, approvals.c.state == Decision.PENDING.value))


def _state(*, both_sides: bool, agree: bool, given: set[str]) -> Decision:
    if not agree:
        return Decision.REFUSED
    if both_sides and given != set(SIDES):
        return Decision.PENDING
    return Decision.APPROVED


@dataclass(frozen=True)
class _Seats:
    """Every seat that counts, and the country of its group: a small table, read once."""

    seats: list[Seat]
    countries: dict[str, str]

    @classmethod
    async def load(cls, tx: Tx) -> _Seats:
        rows = await tx.all(select(groups.groups.c.id, groups.groups.c.country))
        return cls(await groups.seated(tx), {row.id: row.country for row in rows})

    def deciding(self, approval: Approval) -> list[Seat]:
        """Return the seats that may decide; for both sides each side is looked for by itself."""
        if not approval.both_sides:
            return self._of(approval, approval.needs)
        return [seat for side in approval.needs for seat in self._of(approval, (side,))]

    def _of(self, approval: Approval, sides: tuple[str, ...]) -> list[Seat]:
        partial = {approval.by, approval.subject}
        able = [seat for seat in self.seats if seat.side in sides and seat.person not in partial]
        near = [seat for seat in able if approval.country and self.countries[seat.group] == approval.country]
        return near or able


def _pending() -> Any:
    return select(approvals).where(approvals.c.state == Decision.PENDING.value)


async def _approvals(tx: Tx, rows: Sequence[Row[Any]]) -> list[Approval]:
    given: dict[str, set[str]] = {row.id: set() for row in rows}
    for batch in batches(given):
        query = select(decisions.c.approval, decisions.c.side).where(decisions.c.approval.in_(batch))
        for row in await tx.all(query):
            given[row.approval].add(row.side)
    return [
        Approval(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            by=row.by,
            country=row.country,
            needs=tuple(side for side in SIDES if side not in given[row.id]),
            asked_at=row.asked_at,
            both_sides=row.both_sides,
        )
        for row in rows
    ]


async def _has_decided(tx: Tx, approval: str, person: str) -> bool:
    query = select(decisions.c.id).where(decisions.c.approval == approval, decisions.c.person == person)
    return await tx.first(query) is not None


async def _side(tx: Tx, row: Row[Any], person: str) -> str:
    """Return the side for which a person may decide; raise Forbidden."""
    approval = (await _approvals(tx, [row]))[0]
    table = await _Seats.load(tx)
    for seat in table.deciding(approval):
        if seat.person == person:
            return seat.side
    raise Forbidden


async def _write(tx: Tx, approval: str, side: str, by: str, *, agree: bool, reason: str) -> None:
    row_id = new_id()
    sealed = tx.seal.seal("decisions.reason", row_id, reason) if reason else None
    row = {"id": row_id, "approval": approval, "side": side, "person": by, "agree": agree}
    await tx.run(decisions.insert(), {**row, "reason": sealed, "at": tx.now})


async def _given(tx: Tx, approval: str) -> set[str]:
    return {row.side for row in await tx.all(select(decisions.c.side).where(decisions.c.approval == approval))}
