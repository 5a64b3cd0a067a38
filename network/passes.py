"""Passes: one-time codes to an exchange. A host hands one on, also through a relay; a guest sends another member."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, String, Table, delete, select

from network import attendance, codes, exchanges, invitees
from network.attendance import Standing
from network.errors import Conflict, Missing
from network.ids import new_id
from network.store import Instant, Tx, metadata

LENGTH = 8  # letters and digits: 40 bits, until it begins
MOST = 100  # codes of one exchange that nobody used yet
KEPT = timedelta(days=60)  # a code of an exchange without a time

passes = Table(
    "passes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code_index", String(32), nullable=False, unique=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("by", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("until", Instant, nullable=False),
)


def typed(text: str) -> str | None:
    """Return the code that somebody typed, or None when the text is none."""
    return codes.typed(text, LENGTH)


async def invite(tx: Tx, *, exchange: str, by: str) -> str:
    """Return a new code, as it is shown, with which one member is invited. Raise Missing, Conflict."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.state not in exchanges.OPEN_STATES:
        raise Conflict
    return await _make(tx, exchange, by, found.starts_at)


async def delegate(tx: Tx, *, exchange: str, person: str) -> str:
    """Return a new code with which another member takes somebody's place. Raise Missing, Conflict."""
    found = await exchanges.locked(tx, exchange=exchange)
    mine = await attendance.get(tx, exchange=exchange, person=person)
    if mine.standing is not Standing.IN or not found.takes_place:
        raise Conflict
    await tx.run(delete(passes).where(passes.c.exchange == exchange, passes.c.by == person))
    return await _make(tx, exchange, person, found.starts_at)


async def use(tx: Tx, *, code: str, person: str) -> str:
    """Take a code, once; return the exchange. Raise Missing (no such code), Conflict (one's own).

    A host's code invites. A guest's one gives over the guest's place, where they still have it.
    """
    holds = (passes.c.code_index == tx.seal.index("passes.code", code), passes.c.until > tx.now)
    row = await tx.one(select(passes).where(*holds))
    if row.by == person:
        raise Conflict
    found = await exchanges.locked(tx, exchange=row.exchange)
    if not await tx.run(delete(passes).where(passes.c.id == row.id)):
        raise Missing
    await invitees.invite(tx, exchange=found.id, person=person)
    if row.by not in found.hosts:
        await attendance.give_over(tx, found=found, person=row.by, to=person)
    return found.id


async def sweep(tx: Tx) -> int:
    """Forget the codes that hold no more; return how many."""
    return await tx.run(delete(passes).where(passes.c.until <= tx.now))


async def _make(tx: Tx, exchange: str, by: str, starts_at: datetime | None) -> str:
    await sweep(tx)
    if len(await tx.all(select(passes.c.id).where(passes.c.exchange == exchange, passes.c.by == by))) >= MOST:
        raise Conflict
    code = codes.fresh(LENGTH)
    row = {"id": new_id(), "code_index": tx.seal.index("passes.code", code), "exchange": exchange, "by": by}
    await tx.run(passes.insert(), {**row, "until": starts_at or tx.now + KEPT})
    return codes.shown(code)
