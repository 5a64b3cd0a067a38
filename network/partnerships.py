"""Partnerships: two organisations that work together, to what end and since when (R130).

Who speaks for one asks; it is shown once who speaks for the other has said the same, and ends when either says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    Table,
    and_,
    delete,
    or_,
    select,
    update,
)

from network import organisations
from network.directory import LISTED
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.organisations import Organisation, belongings
from network.store import Instant, Tx, metadata

PURPOSE = (10, 300)  # characters, fewest and most
EARLIEST = 1950  # year

partnerships = Table(
    "partnerships",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("one", String(32), ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("other", String(32), ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("purpose", LargeBinary, nullable=False),
    Column("since", SmallInteger, nullable=False),  # year
    Column("is_open", Boolean, nullable=False),  # both have said so
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Partnership:
    """Two organisations that work together: ``one`` asked the ``other``; ``since`` is a year."""

    id: str
    one: Organisation
    other: Organisation
    purpose: str = field(repr=False)
    since: int
    is_open: bool


async def ask(tx: Tx, *, by: str, one: str, other: str, purpose: str, since: int) -> dict[str, Any]:
    """Say for one organisation that it works with another; return its id and the people to ask (``tell``).

    Raise Conflict (it is there, or asked), Forbidden (``by`` does not speak for the one, or does for both), Invalid,
    Missing.
    """
    for each in sorted((one, other)):
        table = organisations.organisations
        await tx.first(select(table.c.id).where(table.c.id == each).with_for_update())
        await organisations.get(tx, organisation=each)
    ours, theirs = [await organisations.speakers(tx, organisation=each) for each in (one, other)]
    if by not in ours or by in theirs:
        raise Forbidden
    if not PURPOSE[0] <= len(purpose.strip()) <= PURPOSE[1] or not EARLIEST <= since <= tx.now.year:
        raise Invalid
    pair = or_(*(and_(partnerships.c.one == a, partnerships.c.other == b) for a, b in ((one, other), (other, one))))
    if await tx.first(select(partnerships.c.id).where(pair)) is not None:
        raise Conflict
    row: dict[str, Any] = {"id": new_id(), "one": one, "other": other, "since": since, "is_open": False, "at": tx.now}
    row["purpose"] = tx.seal.seal("partnerships.purpose", row["id"], purpose.strip())
    await tx.run(partnerships.insert(), row)
    return {"partnership": row["id"], "tell": theirs}


async def answer(tx: Tx, *, partnership: str, by: str, agree: bool) -> list[str]:
    """Say for the other organisation that it is so, or not: then nothing of it stays. Return the people to tell.

    Raise Missing, also for somebody who does not speak for it, or after an answer.
    """
    found = next((each for each in await waiting(tx, person=by) if each.id == partnership), None)
    if found is None:
        raise Missing
    which = (partnerships.c.id == partnership, partnerships.c.is_open.is_(False))
    done = update(partnerships).where(*which).values(is_open=True) if agree else delete(partnerships).where(*which)
    if not await tx.run(done):
        raise Missing
    return await organisations.speakers(tx, organisation=found.one.id)


async def end(tx: Tx, *, partnership: str, by: str) -> None:
    """Let a partnership be shown no more, or ask for it no more, for either of the two; raise Missing."""
    theirs = _spoken_for(by)
    either = or_(partnerships.c.one.in_(theirs), partnerships.c.other.in_(theirs))
    if not await tx.run(delete(partnerships).where(partnerships.c.id == partnership, either)):
        raise Missing


async def find(
    tx: Tx, *, by: str = "", value: str = "", organisation: str = "", only: Sequence[str] | None = None
) -> list[Partnership]:
    """Return the partnerships that are shown, ``LISTED`` at most, the newest first.

    ``by`` and ``value`` as of ``organisations.find``, of either of the two; ``organisation`` is one of the two.
    """
    query = select(partnerships).where(partnerships.c.is_open)
    if by:
        which = organisations.sought(by, value)
        query = query.where(or_(partnerships.c.one.in_(which), partnerships.c.other.in_(which)))
    if organisation:
        query = query.where(or_(partnerships.c.one == organisation, partnerships.c.other == organisation))
    return await _read(tx, query.order_by(partnerships.c.at.desc(), partnerships.c.id).limit(LISTED), only)


async def waiting(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Partnership]:
    """Return the partnerships on which a member's word is wanted, for an organisation for which they speak."""
    asked = (partnerships.c.is_open.is_(False), partnerships.c.other.in_(_spoken_for(person)))
    return await _read(tx, select(partnerships).where(*asked).order_by(partnerships.c.at, partnerships.c.id), only)


async def of_speaker(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Partnership]:
    """Return the partnerships, shown or asked for, that a member can end: of organisations for which they speak."""
    theirs = _spoken_for(person)
    asked = and_(partnerships.c.is_open.is_(False), partnerships.c.one.in_(theirs))
    shown = and_(partnerships.c.is_open, or_(partnerships.c.one.in_(theirs), partnerships.c.other.in_(theirs)))
    query = select(partnerships).where(or_(asked, shown)).order_by(partnerships.c.at, partnerships.c.id)
    return await _read(tx, query, only)


def _spoken_for(person: str) -> Select[Any]:
    return select(belongings.c.organisation).where(belongings.c.person == person, belongings.c.speaks)


async def _read(tx: Tx, query: Select[Any], only: Sequence[str] | None) -> list[Partnership]:
    rows = await tx.all(query)
    if only is not None:
        by_id = {row.id: row for row in rows}
        rows = [by_id[each] for each in only if each in by_id]
    ids = list(dict.fromkeys(each for row in rows for each in (row.one, row.other)))
    bodies = {each.id: each for each in await organisations.find(tx, only=ids)} if ids else {}
    return [
        Partnership(
            row.id,
            bodies[row.one],
            bodies[row.other],
            tx.seal.open("partnerships.purpose", row.id, row.purpose),
            row.since,
            row.is_open,
        )
        for row in rows
        if row.one in bodies and row.other in bodies
    ]
