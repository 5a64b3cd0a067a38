"""Approvals: what waits for a yes from the people who hold the seats (D8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Row, String, Table, UniqueConstraint, select, update

from network import audit, due, regimes
from network.bench import REMIND_AFTER, WIDEN_AFTER, Bench
from network.errors import Forbidden
from network.ids import new_id
from network.members import SIDES, members
from network.store import Instant, Tx, batches, metadata

APPEAL = "appeal"  # the kind that those who refused do not decide
WRITER = "writer"  # in a wish: the id of who wrote what was reported by another
SHARED = frozenset({"practice", "question", "post", "broadcast"})  # kinds that both sides read on quiet days
ABOUT_PEOPLE = ("join", "side")  # kinds about the one who asks, and so about this membership only
REMINDER = "decide"  # the kind of the due row that reminds those who decide


class Decision(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    CHANGE = "change"  # given back to be changed: handed in again, it is asked for anew


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
    Column("group_id", String(32), nullable=False, server_default=""),  # whose seats decide, before the country's
    Column("side", String(10), nullable=False, server_default=""),  # the one side whose word counts, "" for any
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
    ``both_sides``. ``group`` is the one whose seats decide, "" for the country's. ``apart`` are people
    who refused the subject before, of an appeal.
    """

    id: str
    kind: str
    subject: str
    by: str
    country: str
    needs: tuple[str, ...]
    asked_at: datetime
    both_sides: bool = False
    apart: frozenset[str] = frozenset()
    writer: str = ""  # who wrote what was reported by another
    group: str = ""


@dataclass(frozen=True)
class Outcome:
    """Where an approval stands after a decision; ``fresh``, when it was this word that brought it there."""

    state: Decision
    subject: str
    kind: str
    fresh: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Closed:
    """The last final word on a subject."""

    id: str
    state: Decision
    decided_at: datetime


async def ask(
    tx: Tx,
    *,
    kind: str,
    subject: str,
    by: str,
    country: str | None = None,
    both_sides: bool = False,
    wish: Mapping[str, str] | None = None,
    group: str = "",
    side: str = "",
) -> str:
    """Ask for an approval and return its id; while one is pending for this subject, return that one.

    ``wish`` is what a yes would change, sealed until then. ``group`` is the one whose seats decide, where
    it is not the country's; ``side`` the one side whose word is asked for, where it is not either's. On quiet
    days of a country what is shared there, or by somebody of it, needs both. With a ``side`` the other one
    has spoken by asking.
    """
    same = (approvals.c.kind == kind) & (approvals.c.subject == subject)
    pending = select(approvals.c.id).where(same, approvals.c.state == Decision.PENDING.value)
    if asked := await tx.scalar(pending):
        return str(asked)
    row = {"id": new_id(), "kind": kind, "subject": subject, "by": by, "country": country or ""}
    row |= {"group_id": group, "side": side}
    state = Decision.PENDING.value
    sealed = tx.seal.seal_json("approvals.wish", row["id"], wish) if wish else None
    both_sides = both_sides or (kind in SHARED and not side and await _is_quiet(tx, country or "", by))
    values = {**row, "both_sides": both_sides, "state": state, "asked_at": tx.now, "wish": sealed}
    await tx.run(approvals.insert(), values)
    await due.at(tx, kind=REMINDER, subject=row["id"], instant=tx.now + REMIND_AFTER, person=by)
    await audit.record(tx, act=f"ask_{kind}", actor=by, subject=subject)
    return row["id"]


async def get(tx: Tx, *, approval: str) -> Approval:
    """Return an approval, pending or not; raise Missing."""
    row = await tx.one(select(approvals).where(approvals.c.id == approval))
    return (await _approvals(tx, [row]))[0]


async def wish(tx: Tx, *, approval: str) -> dict[str, str]:
    """Return what a yes would change; nothing where nothing was said of it."""
    sealed = await tx.scalar(select(approvals.c.wish).where(approvals.c.id == approval))
    return {} if sealed is None else dict(tx.seal.open_json("approvals.wish", approval, sealed))


async def forget_wish(tx: Tx, *, approval: str) -> None:
    """Forget what was wished: it was done, or will not be."""
    await tx.run(update(approvals).where(approvals.c.id == approval).values(wish=None))


async def is_pending(tx: Tx, *, kind: str, subject: str) -> bool:
    """Whether a decision about a subject is still to come."""
    about = (approvals.c.kind == kind) & (approvals.c.subject == subject)
    return await tx.first(_pending().where(about)) is not None


async def is_any_pending(tx: Tx, *, subject: str) -> bool:
    """Whether any decision about a subject is still to come."""
    return await tx.first(_pending().where(approvals.c.subject == subject)) is not None


async def pending_for(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Approval]:
    """Return what this person may decide now, the oldest first; ``only`` keeps these ids, in their order."""
    pending = await _approvals(tx, await tx.all(_pending().order_by(approvals.c.asked_at, approvals.c.id)))
    table = await Bench.load(tx)
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
    table = await Bench.load(tx)
    return list(dict.fromkeys(seat.person for seat in table.deciding(wanted)))


async def decide(tx: Tx, *, approval: str, by: str, agree: bool, change: bool = False, reason: str = "") -> Outcome:
    """Give one side's word: yes, no or, with ``change``, not as it is. Raise Forbidden, Missing.

    One no refuses, one wish for a change gives it back. What was decided stays decided: a later word,
    or the same one again, changes nothing and returns where it stands. The caller acts on the
    outcome. Audited.
    """
    locked = await tx.one(select(approvals).where(approvals.c.id == approval).with_for_update())
    if locked.state != Decision.PENDING.value or await _has_decided(tx, approval, by):
        return Outcome(Decision(locked.state), locked.subject, locked.kind, fresh=False)
    side = await _side(tx, locked, by)
    await _write(tx, approval, side, by, agree=agree, reason=reason)
    state = Decision.REFUSED
    if agree:
        state = _agreed(both_sides=locked.both_sides, given=await _given(tx, approval))
    elif change:
        state = Decision.CHANGE
    if state is not Decision.PENDING:
        await _close(tx, approval, state)
    act = "agree" if agree else state.value.removesuffix("d")
    await audit.record(tx, act=f"{act}_{locked.kind}", actor=by, subject=locked.subject, detail=side)
    return Outcome(state, locked.subject, locked.kind)


async def reasons(tx: Tx, *, approval: str, agree: bool = False) -> list[str]:
    """Return the reasons that were given for refusing, or for agreeing, without who gave them."""
    words = (decisions.c.approval == approval, decisions.c.agree == agree)
    query = select(decisions.c.id, decisions.c.reason).where(*words)
    rows = await tx.all(query.where(decisions.c.reason.is_not(None)).order_by(decisions.c.at))
    return [tx.seal.open("decisions.reason", row.id, row.reason) for row in rows]


async def agreed(tx: Tx, *, approval: str) -> list[str]:
    """Return the ids of those who said yes."""
    query = select(decisions.c.person).where(decisions.c.approval == approval, decisions.c.agree)
    return [row.person for row in await tx.all(query.order_by(decisions.c.at))]


async def withdraw(tx: Tx, *, subject: str) -> None:
    """Forget what is pending about a subject: it is no more, or something else is wished now."""
    pending = (approvals.c.subject == subject) & (approvals.c.state == Decision.PENDING.value)
    for row in await tx.all(approvals.delete().where(pending).returning(approvals.c.id)):
        await due.cancel(tx, kind=REMINDER, subject=row.id)


async def remind(tx: Tx, *, approval: str) -> Approval | None:
    """Return what is to be decided, if it still is, and set the reminder of the day on which the bench widens."""
    row = await tx.first(_pending().where(approvals.c.id == approval))
    if row is None:
        return None
    if row.asked_at + WIDEN_AFTER > tx.now:
        await due.at(tx, kind=REMINDER, subject=row.id, instant=row.asked_at + WIDEN_AFTER, person=row.by)
    return (await _approvals(tx, [row]))[0]


async def closed(tx: Tx, *, subject: str, kind: str) -> Closed | None:
    """Return the last final word of a kind on a subject, or None."""
    table = approvals.c
    query = select(table.id, table.state, table.decided_at).where(table.subject == subject, table.kind == kind)
    row = await tx.first(query.where(table.decided_at.is_not(None)).order_by(table.decided_at.desc()).limit(1))
    return None if row is None else Closed(row.id, Decision(row.state), row.decided_at)


async def pending_about(tx: Tx, *, subject: str, kind: str) -> Approval | None:
    """Return what is to be decided about a subject, or None."""
    row = await tx.first(_pending().where(approvals.c.subject == subject, approvals.c.kind == kind))
    return None if row is None else (await _approvals(tx, [row]))[0]


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give another membership of the same human being what they decided, and what they asked for but joining."""
    await tx.run(update(decisions).where(decisions.c.person == person).values(person=to))
    theirs = (approvals.c.by == person) & approvals.c.kind.not_in(ABOUT_PEOPLE)
    await tx.run(update(approvals).where(theirs).values(by=to))
    await due.hand_over(tx, kind=REMINDER, person=person, to=to)


async def _is_quiet(tx: Tx, country: str, by: str) -> bool:
    """Whether these are quiet days where something is from, or where whoever shares it lives."""
    home = await tx.scalar(select(members.c.country).where(members.c.id == by)) or ""
    return any([(await regimes.of(tx, each)).is_quiet for each in {country, home}])


def _agreed(*, both_sides: bool, given: set[str]) -> Decision:
    return Decision.PENDING if both_sides and given != set(SIDES) else Decision.APPROVED


async def _close(tx: Tx, approval: str, state: Decision) -> None:
    closing = update(approvals).where(approvals.c.id == approval)
    await tx.run(closing.values(state=state.value, decided_at=tx.now))
    await due.cancel(tx, kind=REMINDER, subject=approval)


def _pending() -> Any:
    return select(approvals).where(approvals.c.state == Decision.PENDING.value)


async def _approvals(tx: Tx, rows: Sequence[Row[Any]]) -> list[Approval]:
    given: dict[str, set[str]] = {row.id: set() for row in rows}
    for batch in batches(given):
        query = select(decisions.c.approval, decisions.c.side).where(decisions.c.approval.in_(batch))
        for row in await tx.all(query):
            given[row.approval].add(row.side)
    apart = await _refusers(tx, [row.subject for row in rows if row.kind == APPEAL])
    return [
        Approval(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            by=row.by,
            country=row.country,
            needs=tuple(side for side in SIDES if side not in given[row.id] and row.side in {"", side}),
            asked_at=row.asked_at,
            both_sides=row.both_sides,
            apart=apart.get(row.subject, frozenset()) if row.kind == APPEAL else frozenset(),
            writer=_writer(tx, row),
            group=row.group_id,
        )
        for row in rows
    ]


def _writer(tx: Tx, row: Row[Any]) -> str:
    wish = tx.seal.open_json("approvals.wish", row.id, row.wish) if row.wish is not None else {}
    return str(wish.get(WRITER, ""))


async def _refusers(tx: Tx, subjects: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return who refused each of these subjects before."""
    found: dict[str, frozenset[str]] = {}
    for batch in batches(subjects):
        refused = (approvals.c.subject.in_(batch), approvals.c.state == Decision.REFUSED.value, ~decisions.c.agree)
        joined = select(approvals.c.subject, decisions.c.person).join(decisions, decisions.c.approval == approvals.c.id)
        for row in await tx.all(joined.where(*refused)):
            found[row.subject] = found.get(row.subject, frozenset()) | {row.person}
    return found


async def _has_decided(tx: Tx, approval: str, person: str) -> bool:
    query = select(decisions.c.id).where(decisions.c.approval == approval, decisions.c.person == person)
    return await tx.first(query) is not None


async def _side(tx: Tx, row: Row[Any], person: str) -> str:
    """Return the side for which a person may decide; raise Forbidden."""
    approval = (await _approvals(tx, [row]))[0]
    table = await Bench.load(tx)
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
