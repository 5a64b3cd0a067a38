"""Preparations: what is asked before people meet, and what the hosts note of it, decide and publish (R063).

A summary names nobody. It is published when the host who wrote it and the other side both agree (an approval of the
kind ``summary``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, func, select, update

from network import approvals, exchanges, groups, invitees, members
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Missing
from network.exchanges import Exchange, State
from network.ids import new_id
from network.members import SIDES
from network.store import Instant, Tx, metadata

KIND = "summary"  # of its approval
MOST = 5  # questions of one person
FIELDS = ("notes", "decisions", "summary")
RECORDED = (State.SET, State.CHANGED, State.OVER)

exchange_questions = Table(
    "exchange_questions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", String(10), nullable=False),  # "": they did not wish it to be said
    Column("text", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Asked:
    """A question as hosts read it: of whoever asked the side at most."""

    id: str
    side: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Summary:
    """What the other side is to agree to."""

    exchange: Exchange
    text: str = field(repr=False)


async def ask(tx: Tx, *, exchange: str, person: str, text: str, with_side: bool) -> None:
    """Keep a question of somebody who is invited. Raise Missing, Conflict (it began, or they asked enough)."""
    found = await exchanges.get(tx, exchange=exchange)
    if not await invitees.is_invited(tx, found=found, person=person):
        raise Missing
    mine = (exchange_questions.c.exchange == exchange, exchange_questions.c.person == person)
    many = int(await tx.scalar(select(func.count()).where(*mine)) or 0)
    if found.state not in exchanges.OPEN_STATES or many >= MOST or (found.starts_at and found.starts_at <= tx.now):
        raise Conflict
    side = (await members.get(tx, person=person)).side if with_side else ""
    row = new_id()
    values = {"id": row, "exchange": exchange, "person": person, "side": side, "at": tx.now}
    sealed = tx.seal.seal("exchange_questions.text", row, text)
    await tx.run(exchange_questions.insert(), {**values, "text": sealed})


async def questions(tx: Tx, *, exchange: str, by: str) -> list[Asked]:
    """Return what was asked beforehand, in an order that says nothing of who asked when. Raise Forbidden."""
    if by not in (await exchanges.get(tx, exchange=exchange)).hosts:
        raise Forbidden
    table = exchange_questions
    rows = await tx.all(select(table).where(table.c.exchange == exchange).order_by(table.c.id))
    return [Asked(row.id, row.side, tx.seal.open("exchange_questions.text", row.id, row.text)) for row in rows]


async def record(tx: Tx, *, exchange: str, by: str) -> dict[str, str]:
    """Return the notes, decisions and summary that hosts wrote, "" for none. Raise Forbidden."""
    if by not in (await exchanges.get(tx, exchange=exchange)).hosts:
        raise Forbidden
    return await _record(tx, exchange)


async def note(tx: Tx, *, exchange: str, by: str, name: str, text: str) -> None:
    """Write one of FIELDS. Raise Missing, Conflict: a summary that was published, or is being decided on, stays."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    waits = await approvals.is_pending(tx, kind=KIND, subject=exchange)
    if name not in FIELDS or found.state not in RECORDED or (name == "summary" and (found.published or waits)):
        raise Conflict
    written = await _record(tx, exchange) | {name: text}
    await exchanges.set_(tx, exchange, record=tx.seal.seal_json("exchanges.record", exchange, written))


async def publish(tx: Tx, *, exchange: str, by: str) -> dict[str, Any]:
    """Ask the other side for its yes to the summary; return the ``approval`` and the ``deciders``.

    Raise Missing, Conflict (nothing is written, or it is published), Forbidden (the other side has nobody).
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.published or not (await _record(tx, exchange))["summary"]:
        raise Conflict
    if not await groups.has_both_sides(tx, group=found.group):
        raise Forbidden
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    approval = await approvals.ask(tx, kind=KIND, subject=exchange, by=by, group=found.group, side=other)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Summary | None:
    """Return the summary that the other side is to agree to, None when it is gone."""
    found = await exchanges.find(tx, exchange=approval.subject)
    text = (await _record(tx, approval.subject))["summary"] if found else ""
    return Summary(found, text) if found is not None and text else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Publish the summary, or leave it with the hosts; return the one to tell, "" when it is gone."""
    if await asked(tx, approval, "") is None:
        return ""
    if state is Decision.APPROVED:
        await exchanges.set_(tx, approval.subject, published=1)
    return approval.by


async def summary(tx: Tx, *, exchange: str) -> str:
    """Return the summary to which both sides agreed, "" where there is none."""
    found = await exchanges.find(tx, exchange=exchange)
    return (await _record(tx, exchange))["summary"] if found is not None and found.published else ""


async def published(tx: Tx, *, only: Sequence[str] | None = None) -> list[Exchange]:
    """Return the exchanges of which a summary is published, the latest first."""
    table = exchanges.exchanges
    query = select(table.c.id).where(table.c.published == 1)
    if only is not None:
        query = query.where(table.c.id.in_(only))
    rows = await tx.all(query.order_by(table.c.starts_at.desc(), table.c.id).limit(exchanges.LISTED))
    return [await exchanges.get(tx, exchange=row.id) for row in rows]


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member asked to another membership of the same human being."""
    table = exchange_questions
    await tx.run(update(table).where(table.c.person == person).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return what somebody asked beforehand, to be read by them."""
    table = exchange_questions
    rows = await tx.all(select(table).where(table.c.person == person).order_by(table.c.at))
    return [tx.seal.open("exchange_questions.text", row.id, row.text) for row in rows]


async def _record(tx: Tx, exchange: str) -> dict[str, str]:
    table = exchanges.exchanges
    sealed = await tx.scalar(select(table.c.record).where(table.c.id == exchange))
    written = tx.seal.open_json("exchanges.record", exchange, sealed) if sealed is not None else {}
    return {name: written.get(name, "") for name in FIELDS}
