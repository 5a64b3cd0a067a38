"""Jobs: slow work outside the transaction (media, documents), leased, whose result is input too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from network.ids import new_id
from network.store import Instant, Tx, metadata

TRIES = 8
LEASE_S = 15.0  # renewed while a job is done: what a dead process did is given out again that soon
BACK_OFF_S = 2.0  # doubled after each try
BACK_OFF_AT_MOST_S = 600.0
MOST_DOUBLED = 16
KEEP = timedelta(days=1)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("person", String(32), index=True),
    Column("argument", LargeBinary, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ready_at", Instant),  # None: failed for good
    Column("lease_until", Instant),
    Column("error", String(64), nullable=False),
)
Index("ix_jobs_ready_at", jobs.c.ready_at)


@dataclass(frozen=True)
class Job:
    """One piece of slow work, for a person or for the network."""

    id: str
    kind: str
    person: str | None
    argument: dict[str, Any] = field(repr=False)
    tries: int
    asked_at: datetime


async def ask(tx: Tx, *, kind: str, person: str | None, argument: dict[str, Any], after_s: float = 0.0) -> str:
    """Ask for a job, to begin ``after_s`` seconds from now at the earliest; return its id."""
    row = new_id()
    values = {
        "id": row,
        "kind": kind,
        "person": person,
        "argument": tx.seal.seal_json("jobs.argument", row, argument),
        "tries": 0,
        "asked_at": tx.now,
        "ready_at": tx.now + timedelta(seconds=after_s),
        "error": "",
    }
    await tx.run(jobs.insert().values(**values))
    return row


async def claim(tx: Tx, *, kinds: Sequence[str], limit: int = 8, lease_s: float = LEASE_S) -> list[Job]:
    """Take jobs whose time has come, under a lease: one that is not ended in time is given out again."""
    free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= tx.now)
    ready = and_(jobs.c.ready_at <= tx.now, free, jobs.c.kind.in_(kinds))
    query = select(jobs).where(ready).order_by(jobs.c.ready_at, jobs.c.id).limit(limit)
    rows = await tx.all(query.with_for_update(skip_locked=True))
    if rows:
        taken = update(jobs).where(jobs.c.id.in_([row.id for row in rows]))
        await tx.run(taken.values(lease_until=tx.now + timedelta(seconds=lease_s), tries=jobs.c.tries + 1))
    return [
        Job(
            id=row.id,
            kind=row.kind,
            person=row.person,
            argument=tx.seal.open_json("jobs.argument", row.id, row.argument),
            tries=row.tries + 1,
            asked_at=row.asked_at,
        )
        for row in rows
    ]


async def renew(tx: Tx, *, doing: Sequence[Job], lease_s: float = LEASE_S) -> None:
    """Hold jobs that are being done for ``lease_s`` seconds from now."""
    until = tx.now + timedelta(seconds=lease_s)
    for job in sorted(doing, key=lambda job: job.id):
        await tx.run(update(jobs).where(_is_held(job)).values(lease_until=until))


async def done(tx: Tx, *, job: str) -> bool:
    """Forget a job that ended; return whether it was still there (its person may have been erased)."""
    return await tx.run(delete(jobs).where(jobs.c.id == job)) == 1


async def failed(tx: Tx, *, job: Job, code: str, final: bool = False, forever: bool = False) -> bool:
    """Put a job back for another try, or end it; return whether it is ended. With ``forever`` it is tried for good.

    ``code`` says what went wrong in at most 64 characters, and names nobody. What another process
    has taken up meanwhile stays as it is.
    """
    ended = final or (job.tries >= TRIES and not forever)
    ready_at = None if ended else tx.now + timedelta(seconds=back_off_s(job.tries))
    values = {"ready_at": ready_at, "lease_until": None, "error": code[:64]}
    return await tx.run(update(jobs).where(_is_held(job)).values(**values)) == 1 and ended


async def put_off(tx: Tx, *, job: Job, seconds: float) -> None:
    """Put a job back without counting the try: what it waits for has not happened yet."""
    values = {"ready_at": tx.now + timedelta(seconds=seconds), "lease_until": None, "tries": jobs.c.tries - 1}
    await tx.run(update(jobs).where(_is_held(job)).values(**values))


async def next_at(tx: Tx) -> datetime | None:
    """Return the earliest instant at which a job may begin or a lease ends, or None."""
    begin = func.coalesce(jobs.c.lease_until, jobs.c.ready_at)
    found = await tx.first(
        select(jobs.c.ready_at, jobs.c.lease_until).where(jobs.c.ready_at.is_not(None)).order_by(begin).limit(1)
    )
    return None if found is None else found.lease_until or found.ready_at


async def depth(tx: Tx) -> int:
    """Return how many jobs wait or are being done."""
    return int(await tx.scalar(select(func.count()).where(jobs.c.ready_at.is_not(None))) or 0)


async def sweep(tx: Tx) -> int:
    """Forget jobs that failed for good a day ago; return how many."""
    return await tx.run(delete(jobs).where(jobs.c.ready_at.is_(None), jobs.c.asked_at < tx.now - KEEP))


def _is_held(job: Job) -> ColumnElement[bool]:
    """Whether a job was not taken up again since ``job`` was claimed."""
    return and_(jobs.c.id == job.id, jobs.c.tries == job.tries)


def back_off_s(tries: int) -> float:
    """Return the seconds to wait after ``tries`` tries: 2, 4, 8, ... at most 600."""
    return min(BACK_OFF_AT_MOST_S, BACK_OFF_S * 2.0 ** min(tries - 1, MOST_DOUBLED))
