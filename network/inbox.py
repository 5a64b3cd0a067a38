"""The inbox: what came in, durable before it is acknowledged, handled once and in order.

An item is found again by the keyed index of its provider id for 30 days, longer than any
provider retries (WhatsApp: 7 days). Its body is sealed, and emptied once it is handled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from network.among import among
from network.ids import new_id
from network.rates import Paces
from network.store import Instant, Tx, batches, metadata

SHARDS = 64
SHARDS_AT_ONCE = 32  # half of them: two processes share the work, more take what is left
KEEP = timedelta(days=30)
TRIES = 3
BACK_OFF_S = (0.25, 0.75)  # after the first try, after the second: a secret word may stand behind it
LOCKS = 0x4A49  # our space of PostgreSQL's advisory locks for shards


class State(IntEnum):
    """What became of an item."""

    WAITING = 0
    DONE = 1
    QUARANTINED = 2


class Origin(IntEnum):
    """Where an item came from: a provider, the clock, or a job that ended."""

    WIRE = 0
    DUE = 1
    DONE = 2


inbox = Table(
    "inbox",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False),
    Column("origin", SmallInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(32), nullable=False),
    Column("key", String(32), nullable=False, unique=True),  # keyed index of the provider's id
    Column("person", String(32), nullable=False),  # keyed index of the sender's id; empty once handled
    Column("shard", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("ready_at", Instant, nullable=False),
    Column("body", LargeBinary),
    Column("error", String(64), nullable=False),
)
_IS_WAITING = inbox.c.state == literal_column("0")
Index("ix_inbox_waiting", inbox.c.ready_at, inbox.c.seq, sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING)
Index("ix_inbox_person", inbox.c.person, inbox.c.seq, sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING)
Index("ix_inbox_received_at", inbox.c.received_at)


@dataclass(frozen=True)
class Arrival:
    """One item to take in. ``person`` is the sender's id on the channel, empty for nobody's."""

    channel: str
    account: str
    key: str = field(repr=False)
    person: str = field(repr=False)
    body: str = field(repr=False)
    origin: Origin = Origin.WIRE


@dataclass(frozen=True)
class Inbound:
    """One item to handle."""

    seq: int
    id: str
    origin: Origin
    channel: str
    account: str
    person: str = field(repr=False)
    body: str = field(repr=False)
    tries: int = 0


@dataclass(frozen=True)
class Quarantined:
    """An item that failed too often, as a steward sees it: no text, nobody's id."""

    id: str
    channel: str
    account: str
    error: str
    received_at: datetime


async def accept(tx: Tx, *, arrivals: Sequence[Arrival], paces: Paces | None = None) -> int:
    """Take in the items that were not seen in 30 days, and return how many those are."""
    if not arrivals:
        return 0
    rows = [_row(tx, arrival, paces) for arrival in await _unseen(tx, arrivals)]
    if not rows:
        return 0
    if tx.is_sqlite:
        return await tx.run(_ACCEPT_SQLITE, rows)
    return await tx.run(_ACCEPT_POSTGRESQL, {name: [row[name] for row in rows] for name in rows[0]})


async def claim(tx: Tx, *, limit: int) -> list[Inbound]:
    """Return items whose time has come, in each person's order, to be handled in this transaction.

    An item waits for the earlier ones of its person. On PostgreSQL the shards of the items stay
    locked until the transaction ends, so that no other process takes the same person's items.
    """
    values: dict[str, Any] = {"now": tx.now, "limit": limit}
    if tx.is_sqlite:
        rows = await tx.all(_CLAIM, values)
    else:
        shards = [row[0] for row in await tx.all(_LOCK_SHARDS, {"now": tx.now})]
        rows = await tx.all(_CLAIM_SHARDS, {**values, "shards": shards}) if shards else ()
    claimed = (
        Inbound(
            seq=row.seq,
            id=row.id,
            origin=Origin(row.origin),
            channel=row.channel,
            account=row.account,
            person=row.person,
            body=tx.seal.open("inbox.body", row.id, row.body),
            tries=row.tries,
        )
        for row in rows
    )
    return sorted(claimed, key=lambda item: item.seq)


async def done(tx: Tx, *, items: Sequence[Inbound]) -> None:
    """Mark items as handled: only the memory of their provider ids stays."""
    if items:
        await tx.run(_DONE, {"seqs": [item.seq for item in items]})


async def failed(tx: Tx, *, item: Inbound, code: str) -> bool:
    """Put an item back for another try, or in quarantine; return whether it is quarantined.

    ``code`` says what went wrong in at most 64 characters, and names nobody.
    """
    tries = item.tries + 1
    quarantined = tries >= TRIES
    wait = 0.0 if quarantined else BACK_OFF_S[tries - 1]
    values = {
        "tries": tries,
        "state": State.QUARANTINED if quarantined else State.WAITING,
        "ready_at": tx.now + timedelta(seconds=wait),
        "error": code[:64],
    }
    await tx.run(update(inbox).where(inbox.c.seq == item.seq).values(**values))
    return quarantined


async def quarantined(tx: Tx, *, limit: int = 100) -> list[Quarantined]:
    """Return the items in quarantine, oldest first."""
    rows = await tx.all(
        select(inbox.c.id, inbox.c.channel, inbox.c.account, inbox.c.error, inbox.c.received_at)
        .where(inbox.c.state == State.QUARANTINED)
        .order_by(inbox.c.seq)
        .limit(limit)
    )
    return [Quarantined(*tuple(row)) for row in rows]


async def replay(tx: Tx, *, item: str) -> bool:
    """Let an item out of quarantine to be tried again; return whether it was there."""
    values = {"state": State.WAITING, "tries": 0, "ready_at": tx.now}
    return await tx.run(_in_quarantine(item).values(**values)) == 1


async def drop(tx: Tx, *, item: str) -> bool:
    """Empty an item in quarantine for good; return whether it was there."""
    return await tx.run(_in_quarantine(item).values(state=State.DONE, body=None, person="")) == 1


async def forget(tx: Tx, *, channel: str, externals: Sequence[str]) -> None:
    """Empty every item of the person with these ids on a channel."""
    people = [index for external in externals for index in tx.seal.indexes(f"inbox.person:{channel}", external)]
    await tx.run(
        update(inbox).where(inbox.c.person.in_(people)).values(state=State.DONE, body=None, person="", error="")
    )


async def next_at(tx: Tx) -> datetime | None:
    """Return the earliest instant at which an item waits to be handled."""
    found = await tx.first(_NEXT)
    return found.ready_at if found else None


async def depths(tx: Tx) -> dict[str, int]:
    """Return how many items wait and how many are in quarantine."""
    rows = await tx.all(
        select(inbox.c.state, func.count().label("many")).where(inbox.c.state != State.DONE).group_by(inbox.c.state)
    )
    counts = {row.state: row.many for row in rows}
    return {state.name.lower(): counts.get(state, 0) for state in (State.WAITING, State.QUARANTINED)}


async def sweep(tx: Tx) -> int:
    """Forget items received more than 30 days ago, those in quarantine too; return how many."""
    old = inbox.c.received_at < tx.now - KEEP
    return await tx.run(delete(inbox).where(old, inbox.c.state != State.WAITING))


def person_index(tx: Tx, channel: str, external: str) -> str:
    """Return the keyed index by which the items of one person on a channel are found."""
    return tx.seal.index(f"inbox.person:{channel}", external)


def shard_of(person: str) -> int:
    """Return the shard of a person, given their index."""
    return int(person[:4], 16) % SHARDS


def due_body(*, external: str, text: str, argument: str) -> str:
    """Return the body of an item that the clock or a job puts in for a person."""
    return json.dumps({"external": external, "text": text, "argument": argument})


async def _unseen(tx: Tx, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """Return the arrivals that were not taken in under an index key that was replaced since."""
    if not tx.seal.has_former:
        return arrivals
    former = {key: arrival for arrival in arrivals for key in tx.seal.former(*_provider_id(arrival))}
    rows = [row for keys in batches(former) for row in await tx.all(select(inbox.c.key).where(inbox.c.key.in_(keys)))]
    seen = {former[row.key] for row in rows}
    return [arrival for arrival in arrivals if arrival not in seen]


def _provider_id(arrival: Arrival) -> tuple[str, str]:
    """Return the field and the value by which an arrival is known."""
    return f"inbox.key:{arrival.channel}", f"{arrival.origin}|{arrival.account}|{arrival.key}"


def _row(tx: Tx, arrival: Arrival, paces: Paces | None) -> dict[str, Any]:
    row = new_id()
    key = tx.seal.index(*_provider_id(arrival))
    person = person_index(tx, arrival.channel, arrival.person) if arrival.person else key
    paced = paces is not None and arrival.person
    return {
        "id": row,
        "origin": arrival.origin,
        "channel": arrival.channel,
        "account": arrival.account,
        "key": key,
        "person": person,
        "shard": shard_of(person),
        "state": State.WAITING,
        "tries": 0,
        "received_at": tx.now,
        "ready_at": paces.next(person, tx.now) if paced and paces else tx.now,
        "body": tx.seal.seal("inbox.body", row, arrival.body),
        "error": "",
    }


def _in_quarantine(item: str) -> Any:
    return update(inbox).where(inbox.c.id == item, inbox.c.state == State.QUARANTINED)


_ACCEPT_SQLITE = sqlite.insert(inbox).on_conflict_do_nothing(index_elements=["key"])
_GIVEN = [column for column in inbox.c if column.name != "seq"]
_ARRIVING = (  # one statement however many there are, that says how many of them are new
    func.unnest(*[bindparam(each.name, type_=postgresql.ARRAY(each.type)) for each in _GIVEN])
    .table_valued(*[each.name for each in _GIVEN], name="arriving")
    .render_derived()
)
_ACCEPT_POSTGRESQL = (
    postgresql.insert(inbox)
    .from_select([each.name for each in _GIVEN], select(*[_ARRIVING.c[each.name] for each in _GIVEN]))
    .on_conflict_do_nothing(index_elements=["key"])
)

_earlier = inbox.alias("earlier")
_IS_READY = (_IS_WAITING, inbox.c.ready_at <= bindparam("now", type_=Instant))
_CLAIM = (
    select(
        inbox.c.seq,
        inbox.c.id,
        inbox.c.origin,
        inbox.c.channel,
        inbox.c.account,
        inbox.c.person,
        inbox.c.body,
        inbox.c.tries,
    )
    .where(
        *_IS_READY,
        ~exists(
            select(literal_column("1")).where(
                _earlier.c.person == inbox.c.person,
                _earlier.c.state == literal_column("0"),
                _earlier.c.seq < inbox.c.seq,
                _earlier.c.ready_at > inbox.c.ready_at,
            )
        ),
    )
    .order_by(inbox.c.ready_at, inbox.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
_CLAIM_SHARDS = _CLAIM.where(among(inbox.c.shard, "shards"))
_LOCK_SHARDS = text(
    f"""
    WITH ready AS MATERIALIZED (
        SELECT DISTINCT shard FROM inbox WHERE state = 0 AND ready_at <= :now
    ), picked AS MATERIALIZED (
        SELECT shard FROM ready ORDER BY random() LIMIT {SHARDS_AT_ONCE}
    )
    SELECT shard FROM picked WHERE pg_try_advisory_xact_lock({LOCKS}, shard)
    """  # noqa: S608 - our own constants
)
_DONE = update(inbox).where(among(inbox.c.seq, "seqs")).values(state=State.DONE, body=None, person="", error="")
_NEXT = select(inbox.c.ready_at).where(_IS_WAITING).order_by(inbox.c.ready_at, inbox.c.seq).limit(1)
