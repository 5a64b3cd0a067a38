"""Invitations: codes by which members bring others in, stored only as a keyed index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, ForeignKey, Integer, String, Table, delete, func, select, update

from network import audit, codes
from network.errors import Conflict
from network.ids import new_id
from network.store import Instant, Tx, metadata

CODE_LENGTH = 10  # letters and digits: 50 bits, tried at most ten times an hour
CODE = "invitations.code"  # the field of its keyed index
TRIES = 10
TRIES_WITHIN = timedelta(hours=1)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code_index", String(32), nullable=False, unique=True),
    Column("by", String(32), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("side", String(10), nullable=False),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE")),
    Column("seat", String(12), nullable=False),  # the rank that whoever comes is seated at, "" for none
    Column("uses_left", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

invitation_uses = Table(
    "invitation_uses",
    metadata,
    Column("invitation", String(32), ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
)

code_tries = Table(
    "code_tries",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", Instant, nullable=False),
)


@dataclass(frozen=True)
class Invitation:
    """An invitation that holds. What it does not decide is empty."""

    id: str
    by: str
    country: str
    side: str
    group: str
    seat: str
    uses_left: int
    expires_at: datetime


def typed(text: str) -> str | None:
    """Return the code in ``text``, or None when it looks like none."""
    return codes.typed(text, CODE_LENGTH)


async def create(
    tx: Tx,
    *,
    by: str,
    country: str | None = None,
    side: str | None = None,
    group: str | None = None,
    seat: str = "",
    uses: int = 1,
    days: int = 14,
) -> str:
    """Make an invitation for ``uses`` people within ``days``; return its code, shown only now. Audited.

    ``seat`` is the rank (coordinator, deputy) that a steward gives to whoever comes by it.
    """
    code = codes.fresh(CODE_LENGTH)
    invitation = new_id()
    row = {
        "id": invitation,
        "code_index": tx.seal.index(CODE, code),
        "by": by,
        "country": country or "",
        "side": side or "",
        "group_id": group or None,
        "seat": seat,
        "uses_left": uses,
        "created_at": tx.now,
        "expires_at": tx.now + timedelta(days=days),
    }
    await tx.run(invitations.insert(), row)
    await audit.record(tx, act="invite", actor=by, subject=invitation, detail=seat)
    return codes.shown(code)


async def find(tx: Tx, *, code: str) -> Invitation | None:
    """Return the invitation with this code if it still holds, else None."""
    bare = typed(code)
    if bare is None:
        return None
    return await _holding(tx, invitations.c.code_index.in_(tx.seal.indexes(CODE, bare)))


async def get(tx: Tx, *, invitation: str) -> Invitation | None:
    """Return the invitation with this id if it still holds, else None."""
    return await _holding(tx, invitations.c.id == invitation)


async def use(tx: Tx, *, invitation: str, person: str) -> None:
    """Take one use for ``person``; a second time it takes none. Raise Conflict when none is left."""
    if not await tx.add(invitation_uses, key=("invitation", "person"), invitation=invitation, person=person, at=tx.now):
        return
    holds = (invitations.c.uses_left > 0) & (invitations.c.expires_at > tx.now)
    take = update(invitations).where(invitations.c.id == invitation, holds)
    if not await tx.run(take.values(uses_left=invitations.c.uses_left - 1)):
        await tx.run(delete(invitation_uses).where(*_same(invitation, person)))
        raise Conflict
    await audit.record(tx, act="join", actor=person, subject=invitation)


async def too_many(tx: Tx, *, person: str) -> bool:
    """Count one try of a code, and say whether the person had more than ten in an hour."""
    fresh = code_tries.c.since > tx.now - TRIES_WITHIN
    more = update(code_tries).where(code_tries.c.person == person, fresh).values(tries=code_tries.c.tries + 1)
    row = await tx.first(more.returning(code_tries.c.tries))
    if row is None:
        await tx.put(code_tries, key=("person",), person=person, tries=1, since=tx.now)
        return False
    return bool(row.tries > TRIES)


async def purge(tx: Tx, *, before: datetime) -> int:
    """Forget invitations that expired before an instant, and tries as old; return how many invitations."""
    await tx.run(delete(code_tries).where(code_tries.c.since < before))
    return await tx.run(delete(invitations).where(invitations.c.expires_at < before))


async def brought(tx: Tx, *, by: str) -> int:
    """Return how many people came by the invitations of ``by``."""
    joined = invitation_uses.join(invitations, invitations.c.id == invitation_uses.c.invitation)
    return int(await tx.scalar(select(func.count()).select_from(joined).where(invitations.c.by == by)))


def _same(invitation: str, person: str) -> tuple[ColumnElement[bool], ...]:
    return invitation_uses.c.invitation == invitation, invitation_uses.c.person == person


async def _holding(tx: Tx, condition: ColumnElement[bool]) -> Invitation | None:
    holds = (invitations.c.uses_left > 0) & (invitations.c.expires_at > tx.now)
    row = await tx.first(select(invitations).where(condition, holds))
    if row is None:
        return None
    group = row.group_id or ""
    return Invitation(row.id, row.by, row.country, row.side, group, row.seat, row.uses_left, row.expires_at)
