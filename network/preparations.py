"""Preparations: what is asked before people meet, and what the hosts note of it, decide and publish (R063).

A summary names nobody. It is published when the host who wrote it and the other side both agree (an approval of the
kind ``summary``). Of what is held again and again each date has a record of its own, under the name of the date; what
is held once has the one of its exchange, under "".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
    func,
    or_,
    select,
    update,
)

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
NEVER = datetime.min.replace(tzinfo=UTC)  # before every date
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

exchange_records = Table(
    "exchange_records",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("date", String(16), nullable=False),  # the name of a date
    Column("record", LargeBinary, nullable=False),  # JSON by FIELDS
    Column("published", Boolean, nullable=False),  # both sides agree to the summary
    UniqueConstraint("exchange", "date"),
)


@dataclass(frozen=True)
class Asked:
    """A question as hosts read it: of whoever asked the side at most."""

    id: str
    side: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Record:
    """What hosts wrote of an exchange or of one ``date`` of it, "" for none; ``id`` is what its approval is about."""

    id: str
    date: str
    texts: Mapping[str, str] = field(repr=False)
    published: bool

    @property
    def has_summary(self) -> bool:
        """Whether there is something to publish."""
        return bool(self.texts["summary"])


@dataclass(frozen=True)
class Summary:
    """What the other side is to agree to, or both agreed to; ``date`` is the name of one, "" of what is held once."""

    exchange: Exchange
    date: str
    text: str = field(repr=False)

    @property
    def at(self) -> datetime | None:
        """When its date began (UTC), None of what is held once."""
        held = self.exchange.date(self.date)
        return held[0] if held else None

    @property
    def local(self) -> datetime | None:
        """When its date began, by the clock where it is held; None of what is held once."""
        held = self.exchange.date(self.date)
        return held[1].local if held else None


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


async def record(tx: Tx, *, exchange: str, by: str, date: str = "") -> Mapping[str, str]:
    """Return the notes, decisions and summary that hosts wrote of a date, "" for none. Raise Forbidden."""
    found = await exchanges.get(tx, exchange=exchange)
    if by not in found.hosts:
        raise Forbidden
    return (await _record(tx, found, date)).texts


async def records(tx: Tx, *, exchange: str, by: str) -> dict[str, Record]:
    """Return what hosts wrote of each date that has begun, by its name, the latest first. Raise Forbidden."""
    found = await exchanges.get(tx, exchange=exchange)
    if by not in found.hosts:
        raise Forbidden
    rows = await tx.all(select(exchange_records).where(exchange_records.c.exchange == exchange))
    kept = {row.date: _opened(tx, row) for row in rows}
    return {each.name: kept.get(each.name) or _empty(each.name) for _at, each in found.begun(tx.now)}


async def note(tx: Tx, *, exchange: str, by: str, name: str, text: str, date: str = "") -> None:
    """Write one of FIELDS, of what is held again and again for a ``date`` that has begun.

    Raise Missing, Conflict: a summary that was published, or is being decided on, stays.
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    kept = await _record(tx, found, date)
    waits = await approvals.is_pending(tx, kind=KIND, subject=kept.id)
    dates = [each.name for _at, each in found.begun(tx.now)] if found.dates else [""]
    if name not in FIELDS or found.state not in RECORDED or date not in dates:
        raise Conflict
    if name == "summary" and (kept.published or waits):
        raise Conflict
    written = {**kept.texts, name: text}
    if not date:
        await exchanges.set_(tx, exchange, record=tx.seal.seal_json("exchanges.record", exchange, written))
        return
    row = {"id": kept.id, "exchange": exchange, "date": date, "published": kept.published}
    sealed = tx.seal.seal_json("exchange_records.record", kept.id, written)
    await tx.put(exchange_records, key=("id",), **row, record=sealed)


async def publish(tx: Tx, *, exchange: str, by: str, date: str = "") -> dict[str, Any]:
    """Ask the other side for its yes to the summary; return the ``approval`` and the ``deciders``.

    Raise Missing, Conflict (nothing is written, or it is published), Forbidden (the other side has nobody).
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    kept = await _record(tx, found, date)
    if kept.published or not kept.has_summary:
        raise Conflict
    if not await groups.has_both_sides(tx, group=found.group):
        raise Forbidden
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    approval = await approvals.ask(tx, kind=KIND, subject=kept.id, by=by, group=found.group, side=other)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Summary | None:
    """Return the summary that the other side is to agree to, None when it is gone."""
    of = exchange_records.c
    row = await tx.first(select(of.exchange, of.date).where(of.id == approval.subject))
    found = await exchanges.find(tx, exchange=row.exchange if row else approval.subject)
    if found is None:
        return None
    kept = await _record(tx, found, row.date if row else "")
    return Summary(found, kept.date, kept.texts["summary"]) if kept.has_summary else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Publish the summary, or leave it with the hosts; return the one to tell, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is Decision.APPROVED and found.date:
        mine = exchange_records.c.id == approval.subject
        await tx.run(update(exchange_records).where(mine).values(published=True))
    elif state is Decision.APPROVED:
        await exchanges.set_(tx, approval.subject, published=1)
    return approval.by


async def summary(tx: Tx, *, exchange: str, date: str = "") -> str:
    """Return the summary, of a date, to which both sides agreed, "" where there is none."""
    return next((each.text for each in await summaries(tx, exchange=exchange) if each.date == date), "")


async def summaries(tx: Tx, *, exchange: str) -> list[Summary]:
    """Return the summaries to which both sides agreed, of what is held again and again the latest date first."""
    found = await exchanges.find(tx, exchange=exchange)
    if found is None:
        return []
    here = (exchange_records.c.exchange == exchange, exchange_records.c.published)
    kept = [_opened(tx, row) for row in await tx.all(select(exchange_records).where(*here))]
    kept += [await _record(tx, found, "")] if found.published else []
    said = [Summary(found, each.date, each.texts["summary"]) for each in kept]
    return sorted(said, key=lambda each: each.at or NEVER, reverse=True)


async def published(tx: Tx, *, only: Sequence[str] | None = None) -> list[Exchange]:
    """Return the exchanges of which a summary is published, the latest first."""
    table = exchanges.exchanges
    dated = select(exchange_records.c.exchange).where(exchange_records.c.published)
    query = select(table.c.id).where(or_(table.c.published == 1, table.c.id.in_(dated)))
    if only is not None:
        query = query.where(table.c.id.in_(only))
    rows = await tx.all(query.order_by(table.c.starts_at.desc(), table.c.id).limit(exchanges.LISTED))
    return [await exchanges.get(tx, exchange=row.id) for row in rows]


async def withdraw(tx: Tx, *, exchange: str) -> None:
    """Forget what is asked about the summaries of single dates: the exchange is no more."""
    of = exchange_records.c
    for row in await tx.all(select(of.id).where(of.exchange == exchange)):
        await approvals.withdraw(tx, subject=row.id)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member asked to another membership of the same human being."""
    table = exchange_questions
    await tx.run(update(table).where(table.c.person == person).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return what somebody asked beforehand, to be read by them."""
    table = exchange_questions
    rows = await tx.all(select(table).where(table.c.person == person).order_by(table.c.at))
    return [tx.seal.open("exchange_questions.text", row.id, row.text) for row in rows]


async def _record(tx: Tx, found: Exchange, date: str) -> Record:
    """Return what hosts wrote of a date, "" for what they wrote of the exchange."""
    if date:
        of = exchange_records.c
        row = await tx.first(select(exchange_records).where(of.exchange == found.id, of.date == date))
        return _empty(date) if row is None else _opened(tx, row)
    table = exchanges.exchanges
    sealed = await tx.scalar(select(table.c.record).where(table.c.id == found.id))
    written = tx.seal.open_json("exchanges.record", found.id, sealed) if sealed is not None else {}
    return Record(found.id, "", _whole(written), published=found.published)


def _empty(date: str) -> Record:
    """Return the record of a date of which nothing is written yet, with the id that it would have."""
    return Record(new_id(), date, _whole({}), published=False)


def _opened(tx: Tx, row: Row[Any]) -> Record:
    written = tx.seal.open_json("exchange_records.record", row.id, row.record)
    return Record(row.id, row.date, _whole(written), published=row.published)


def _whole(written: Mapping[str, str]) -> dict[str, str]:
    return {name: written.get(name, "") for name in FIELDS}
