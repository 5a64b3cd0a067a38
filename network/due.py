"""Due rows: what is to happen at an instant. The clock turns each into ordinary input, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, String, Table, UniqueConstraint, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from network import darkness, regimes
from network.ids import new_id
from network.members import members
from network.store import Instant, Tx, batches, metadata

CLOCK = 0x4A49_0001  # our name among PostgreSQL's advisory locks for the clock

due = Table(
    "due",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("person", String(32), index=True),
    Column("at", Instant, nullable=False, index=True),
    UniqueConstraint("kind", "subject"),
)


@dataclass(frozen=True)
class Due:
    """Something whose time has come: for a person, or for the network when ``person`` is None."""

    id: str
    kind: str
    subject: str
    person: str | None
    at: datetime


async def at(tx: Tx, *, kind: str, subject: str, instant: datetime, person: str | None = None) -> None:
    """Set what is to happen at ``instant``; a kind and subject stand once, and the last word counts."""
    values = {"id": new_id(), "kind": kind, "subject": subject, "person": person, "at": instant}
    make: Any = sqlite.insert if tx.is_sqlite else postgresql.insert
    statement = make(due).values(**values)
    change = {name: statement.excluded[name] for name in ("id", "person", "at")}
    await tx.run(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=change))


async def at_first(tx: Tx, *, kind: str, subject: str, instant: datetime, person: str | None = None) -> bool:
    """Set what is to happen at ``instant``, unless that kind and subject stand already; return whether it is new."""
    row = {"id": new_id(), "kind": kind, "subject": subject, "person": person, "at": instant}
    return await tx.add(due, key=("kind", "subject"), **row)


async def at_latest(tx: Tx, *, kind: str, subject: str, instant: datetime, person: str | None = None) -> None:
    """Set what is to happen at ``instant``, unless that kind and subject stand for an earlier one already."""
    if not await at_first(tx, kind=kind, subject=subject, instant=instant, person=person):
        here = (due.c.kind == kind, due.c.subject == subject, due.c.at > instant)
        await tx.run(update(due).where(*here).values(at=instant))


async def for_all(tx: Tx, *, kind: str, people: Sequence[str], instant: datetime) -> None:
    """Set something that is about each of these people for ``instant``; the last word counts."""
    for some in batches(people):
        await tx.run(delete(due).where(due.c.kind == kind, due.c.subject.in_(some)))
        rows = [{"id": new_id(), "kind": kind, "subject": one, "person": one, "at": instant} for one in some]
        await tx.run(due.insert(), rows)


async def cancel(tx: Tx, *, kind: str, subject: str) -> bool:
    """Let it not happen; return whether it was still to come."""
    return await tx.run(delete(due).where(due.c.kind == kind, due.c.subject == subject)) > 0


async def take(tx: Tx, *, limit: int = 200) -> list[Due]:
    """Remove and return what is due, oldest first; nothing while another process does so.

    What is due to the people of a dark country waits until it is light, of a paused one until it is resumed.
    """
    if not tx.is_sqlite and not await tx.scalar(_LOCK):
        return []
    rows = [Due(*tuple(row)) for row in await tx.all(_DUE, {"now": tx.now, "limit": limit})]
    if rows:
        await tx.run(delete(due).where(due.c.id.in_([row.id for row in rows])))
    return rows


async def next_at(tx: Tx) -> datetime | None:
    """Return the earliest instant that is set, or None; what waits for a dark country counts not."""
    found = await tx.first(select(due.c.at).where(_IN_THE_LIGHT).order_by(due.c.at).limit(1))
    return found.at if found else None


async def hand_over(tx: Tx, *, kind: str, person: str, to: str) -> None:
    """Let what is set for one person be for another: two memberships of one human being."""
    await tx.run(update(due).where(due.c.kind == kind, due.c.person == person).values(person=to))


async def put_off(tx: Tx, *, country: str, by: timedelta) -> int:
    """Let what is set for the people of a country happen later by a span of time; return how much there was."""
    theirs = due.c.person.in_(select(members.c.id).where(members.c.country == country))
    rows = await tx.all(select(due.c.id, due.c.at).where(theirs))
    if rows:
        await tx.run(_LATER, [{"the_id": row.id, "later": row.at + by} for row in rows])
    return len(rows)


async def forget(tx: Tx, *, people: Sequence[str]) -> int:
    """Remove what is set for these people; return how many."""
    return await tx.run(delete(due).where(due.c.person.in_(people)))


_IN_THE_LIGHT = ~darkness.has(due.c.person) & ~regimes.holds(due.c.person)
_LATER = update(due).where(due.c.id == bindparam("the_id")).values(at=bindparam("later", type_=Instant))
_LOCK = text(f"SELECT pg_try_advisory_xact_lock({CLOCK})")
_DUE = (
    select(due.c.id, due.c.kind, due.c.subject, due.c.person, due.c.at)
    .where(due.c.at <= bindparam("now", type_=Instant), _IN_THE_LIGHT)
    .order_by(due.c.at, due.c.id)
    .limit(bindparam("limit"))
)
