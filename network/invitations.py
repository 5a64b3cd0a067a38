"""Invitations: codes by which members bring others in, stored only as a keyed index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from network import addresses, audit, codes, jobs
from network.errors import Conflict, Missing
from network.ids import new_id
from network.store import Instant, Tx, metadata

CODE_LENGTH = 10  # letters and digits: 50 bits, tried at most ten times an hour
CODE = "invitations.code"  # the field of its keyed index
TRIES = 10
TRIES_WITHIN = timedelta(hours=1)
DRAW = "invitation"  # kind of job: {"text": str, "sheet": what is drawn}
SHOWN = 50  # invitations in a list, at most
PRESSED = 200  # wrong tries on one account within the hour: somebody is guessing with many phones
TRIES_PRESSED = 2  # for a person of that account meanwhile: a code, and one slip

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

wrong_codes = Table(
    "wrong_codes",  # who tried is not kept: only on which account
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_wrong_codes_account_at", wrong_codes.c.account, wrong_codes.c.at)


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
    where = {"country": country or "", "side": side or "", "group_id": group or None}
    row = drafted(tx, code, {"by": by, "seat": seat, "uses_left": uses, **where}, days=days)
    await tx.run(invitations.insert(), row)
    await audit.record(tx, act="invite", actor=by, subject=row["id"], detail=seat)
    return codes.shown(code)


def drafted(tx: Tx, code: str, terms: Mapping[str, Any], *, days: int) -> dict[str, Any]:
    """Return the row of an invitation with this code, not written yet."""
    ends = tx.now + timedelta(days=days)
    return {"id": new_id(), "code_index": tx.seal.index(CODE, code), "created_at": tx.now, "expires_at": ends, **terms}


async def find(tx: Tx, *, code: str) -> Invitation | None:
    """Return the invitation with this code if it still holds, else None."""
    bare = typed(code)
    if bare is None:
        return None
    return await _holding(tx, invitations.c.code_index.in_(tx.seal.indexes(CODE, bare)))


async def get(tx: Tx, *, invitation: str) -> Invitation | None:
    """Return the invitation with this id if it still holds, else None."""
    return await _holding(tx, invitations.c.id == invitation)


async def draw(tx: Tx, *, person: str, text: str, sheet: Mapping[str, Any]) -> None:
    """Ask for the picture of an invitation; with ``text`` it is sent to the person when it is drawn."""
    await jobs.ask(tx, kind=DRAW, person=person, argument={"text": text, "sheet": dict(sheet)})


async def holding(tx: Tx, *, by: str, only: Sequence[str] | None = None) -> list[Invitation]:
    """Return the invitations of ``by`` that still hold, the first to end before the others; never their codes.

    With ``only`` those, whether or not they hold.
    """
    which = _holds(tx) if only is None else (invitations.c.id.in_(only),)
    mine = select(invitations).where(invitations.c.by == by, *which)
    rows = await tx.all(mine.order_by(invitations.c.expires_at, invitations.c.id).limit(SHOWN))
    return [_invitation(row) for row in rows]


async def revoke(tx: Tx, *, invitation: str, by: str) -> None:
    """End an invitation of one's own: nobody joins by it any more. Raise Missing when it holds no more. Audited."""
    mine = update(invitations).where(invitations.c.id == invitation, invitations.c.by == by, *_holds(tx))
    if not await tx.run(mine.values(uses_left=0)):
        raise Missing
    await audit.record(tx, act="revoke", actor=by, subject=invitation)


async def use(tx: Tx, *, invitation: str, person: str) -> None:
    """Take one use for ``person``; a second time it takes none. Raise Conflict when none is left."""
    if not await tx.add(invitation_uses, key=("invitation", "person"), invitation=invitation, person=person, at=tx.now):
        return
    take = update(invitations).where(invitations.c.id == invitation, *_holds(tx))
    if not await tx.run(take.values(uses_left=invitations.c.uses_left - 1)):
        await tx.run(delete(invitation_uses).where(*_same(invitation, person)))
        raise Conflict
    await audit.record(tx, act="join", actor=person, subject=invitation)


async def too_many(tx: Tx, *, person: str) -> bool:
    """Count one try of a code, and say whether the person had more than ten in an hour.

    While many wrong codes come in on their account it is two: whoever has the right one is let in,
    a guesser needs five times as many phones.
    """
    fresh = code_tries.c.since > tx.now - TRIES_WITHIN
    more = update(code_tries).where(code_tries.c.person == person, fresh).values(tries=code_tries.c.tries + 1)
    row = await tx.first(more.returning(code_tries.c.tries))
    if row is None:
        await tx.put(code_tries, key=("person",), person=person, tries=1, since=tx.now)
        return False
    return bool(row.tries > TRIES_PRESSED) and (row.tries > TRIES or await _is_pressed(tx, person))


async def wrong(tx: Tx, *, person: str) -> None:
    """Count a wrong code on the account that the person wrote to."""
    account = await _account(tx, person)
    if account:
        await tx.run(wrong_codes.insert(), {"id": new_id(), "account": account, "at": tx.now})


async def purge(tx: Tx, *, before: datetime) -> int:
    """Forget invitations that expired before an instant, and tries as old; return how many invitations."""
    await tx.run(delete(code_tries).where(code_tries.c.since < before))
    await tx.run(delete(wrong_codes).where(wrong_codes.c.at <= tx.now - TRIES_WITHIN))
    return await tx.run(delete(invitations).where(invitations.c.expires_at < before))


async def brought(tx: Tx, *, by: str) -> int:
    """Return how many people came by the invitations of ``by``."""
    joined = invitation_uses.join(invitations, invitations.c.id == invitation_uses.c.invitation)
    return int(await tx.scalar(select(func.count()).select_from(joined).where(invitations.c.by == by)))


def _same(invitation: str, person: str) -> tuple[ColumnElement[bool], ...]:
    return invitation_uses.c.invitation == invitation, invitation_uses.c.person == person


async def _account(tx: Tx, person: str) -> str:
    """Return the account that a person wrote to last, "" when they wrote to none."""
    theirs = await addresses.of(tx, person=person)
    return f"{theirs[0].channel}/{theirs[0].account}" if theirs else ""


async def _is_pressed(tx: Tx, person: str) -> bool:
    account = await _account(tx, person)
    fresh = (wrong_codes.c.account == account, wrong_codes.c.at > tx.now - TRIES_WITHIN)
    found = select(wrong_codes.c.id).where(*fresh).limit(PRESSED).subquery()
    return int(await tx.scalar(select(func.count()).select_from(found))) >= PRESSED


def _holds(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    return invitations.c.uses_left > 0, invitations.c.expires_at > tx.now


async def _holding(tx: Tx, condition: ColumnElement[bool]) -> Invitation | None:
    row = await tx.first(select(invitations).where(condition, *_holds(tx)))
    return None if row is None else _invitation(row)


def _invitation(row: Row[Any]) -> Invitation:
    group = row.group_id or ""
    return Invitation(row.id, row.by, row.country, row.side, group, row.seat, row.uses_left, row.expires_at)
