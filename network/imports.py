"""Imports: people whom a coordinator has on a list, each invited once by a link of their own.

Of a number only the keyed index is kept, beside the invitation that was made for it; no number, no name.
Both go thirty days after the invitation ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, delete, or_, select, text

from network import addresses, audit, codes, invitations, members
from network.ids import new_id
from network.members import State
from network.store import Instant, Tx, batches, metadata

NUMBER = "imports.number"  # the field of its keyed index
LOCK = 0x4A49_0004  # our name among PostgreSQL's advisory locks: one import at a time
NEW, AGAIN, JOINED, EXPIRED = "new", "invited already", "joined", "expired: a new link"
INSIDE = (State.ACTIVE.value, State.STOPPED.value, State.LOCKED.value)
WRITTEN_AT_ONCE = 1000  # rows

imports = Table(
    "imports",
    metadata,
    Column("number_index", String(32), primary_key=True),
    Column("invitation", String(32), ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Contact:
    """Somebody to invite. ``number`` is E.164 without its plus; ``group`` the id of one that is no country's."""

    number: str
    country: str = ""
    side: str = ""
    group: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a contact: NEW, AGAIN, JOINED or EXPIRED; ``code`` of NEW and EXPIRED, shown only now."""

    state: str
    code: str = ""


async def standing(tx: Tx, *, contacts: Sequence[Contact]) -> list[str]:
    """Return, for each contact, what an import would make of them; it changes nothing."""
    return [_state(tx, found) for found in await _known(tx, contacts)]


async def invite(tx: Tx, *, contacts: Sequence[Contact], by: str, days: int, note: str = "") -> list[Outcome]:
    """Make a single-use invitation for each contact who has none that holds and is no member. Audited as one act.

    No number may stand twice in ``contacts``. ``note`` is a short code for the log, never a name.
    """
    if not tx.is_sqlite:
        await tx.run(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    outcomes, made, kept = [], [], []
    for contact, state in zip(contacts, await standing(tx, contacts=contacts), strict=True):
        code = codes.fresh(invitations.CODE_LENGTH) if state in {NEW, EXPIRED} else ""
        outcomes.append(Outcome(state, codes.shown(code) if code else ""))
        if code:
            made.append(invitations.drafted(tx, code, _terms(contact, by), days=days))
            index = tx.seal.index(NUMBER, contact.number)
            kept.append({"number_index": index, "invitation": made[-1]["id"], "at": tx.now})
    await _forget(tx, [each.number for each, outcome in zip(contacts, outcomes, strict=True) if outcome.code])
    for table, rows in ((invitations.invitations, made), (imports, kept)):
        for start in range(0, len(rows), WRITTEN_AT_ONCE):
            await tx.run(table.insert(), rows[start : start + WRITTEN_AT_ONCE])
    detail = f"{note}:{len(made)}" if note else str(len(made))
    await audit.record(tx, act="import", actor=by, subject=new_id(), detail=detail)
    return outcomes


async def was_made(tx: Tx, *, code: str) -> bool:
    """Whether there is an invitation with this code, whether or not it still holds."""
    bare = invitations.typed(code)
    if bare is None:
        return False
    indexes = tx.seal.indexes(invitations.CODE, bare)
    table = invitations.invitations
    return await tx.first(select(table.c.id).where(table.c.code_index.in_(indexes))) is not None


async def forget(tx: Tx, *, person: str) -> None:
    """Forget that a person's number was on a list, or the number that they were invited for."""
    await _forget(tx, await _numbers(tx, person))
    used = invitations.invitation_uses
    theirs = select(used.c.invitation).where(used.c.person == person)
    await tx.run(delete(imports).where(imports.c.invitation.in_(theirs)))


async def was_on_a_list(tx: Tx, *, person: str) -> bool:
    """Whether the number of a person, as far as an app shows it, was on a list of people to invite."""
    indexes = [index for number in await _numbers(tx, person) for index in tx.seal.indexes(NUMBER, number)]
    return await tx.first(select(imports.c.at).where(imports.c.number_index.in_(indexes))) is not None


@dataclass(frozen=True)
class _Found:
    """What is known of a number."""

    row: Row[Any] | None  # of its invitation
    is_used: bool
    is_member: bool


def _state(tx: Tx, found: _Found) -> str:
    if found.is_member or found.is_used:
        return JOINED
    if found.row is None:
        return NEW
    holds = found.row.uses_left > 0 and found.row.expires_at > tx.now
    return AGAIN if holds else EXPIRED


def _terms(contact: Contact, by: str) -> dict[str, Any]:
    where = {"country": contact.country, "side": contact.side, "group_id": contact.group or None}
    return {"by": by, "seat": "", "uses_left": 1, **where}


async def _known(tx: Tx, contacts: Sequence[Contact]) -> list[_Found]:
    rows = await _invited(tx, [each.number for each in contacts])
    used = await _used(tx, [row.id for row in rows.values()])
    inside = await _inside(tx, [each.number for each in contacts])
    found = []
    for contact in contacts:
        row = rows.get(contact.number)
        found.append(_Found(row, row is not None and row.id in used, contact.number in inside))
    return found


async def _invited(tx: Tx, numbers: Iterable[str]) -> Mapping[str, Row[Any]]:
    """Return the invitation made for each number that had one."""
    number_of = {index: number for number in numbers for index in tx.seal.indexes(NUMBER, number)}
    table, found = invitations.invitations, {}
    query = select(imports.c.number_index, table.c.id, table.c.uses_left, table.c.expires_at)
    query = query.join(table, table.c.id == imports.c.invitation)
    for batch in batches(number_of):
        for row in await tx.all(query.where(imports.c.number_index.in_(batch))):
            found[number_of[row.number_index]] = row
    return found


async def _used(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Return which invitations somebody came by, from whatever number."""
    column, found = invitations.invitation_uses.c.invitation, set()
    for batch in batches(ids):
        found |= {row.invitation for row in await tx.all(select(column).where(column.in_(batch)))}
    return found


async def _inside(tx: Tx, numbers: Iterable[str]) -> set[str]:
    """Return the numbers from which members write on WhatsApp."""
    number_of = {addresses.index(tx, "whatsapp", number): number for number in numbers}
    here, who, found = addresses.addresses, members.members, set()
    query = select(here.c.external_index, here.c.alias_index).join(who, who.c.id == here.c.person)
    query = query.where(here.c.channel == "whatsapp", who.c.state.in_(INSIDE))
    for batch in batches(number_of):
        either = or_(here.c.external_index.in_(batch), here.c.alias_index.in_(batch))
        for row in await tx.all(query.where(either)):
            found |= {number_of[index] for index in row if index in number_of}
    return found


async def _numbers(tx: Tx, person: str) -> list[str]:
    """Return the ids of a person on WhatsApp: one of them may be their number."""
    theirs = [each for each in await addresses.of(tx, person=person) if each.channel == "whatsapp"]
    return [value for each in theirs for value in (each.external, each.alias) if value]


async def _forget(tx: Tx, numbers: Iterable[str]) -> None:
    for batch in batches(index for number in numbers for index in tx.seal.indexes(NUMBER, number)):
        await tx.run(delete(imports).where(imports.c.number_index.in_(batch)))
