"""Swaps: two who talk through the bot exchange how they can be reached, when both want to, at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from network import audit, due, relays
from network.errors import Conflict, Missing
from network.relays import Over, ends
from network.store import Tx

BOTH = "relay.swap"  # kind of due row: both want to; the subject is the relay
LATER = timedelta(days=1)  # when one of them cannot be reached now, it is tried again after that time


@dataclass(frozen=True)
class Given:
    """What one of the two is told: who (a person id), in which conversation of theirs, by whom, and what they gave."""

    person: str = field(repr=False)
    number: int
    name: str = field(repr=False)
    contact: str = field(repr=False)


async def offer(tx: Tx, *, end: str, person: str, contact: str) -> bool:
    """Offer to give how one can be reached, sealed until the other does too; return whether both do now.

    Raise Missing, Over.
    """
    me = await relays.lock(tx, end)
    if me.person != person or not contact:
        raise Missing
    if await relays.has_ended(tx, me.relay):
        raise Over
    await _keep(tx, end, tx.seal.seal("ends.contact", end, contact))
    if not await _both(tx, me.relay):
        return False
    await due.at(tx, kind=BOTH, subject=me.relay, instant=tx.now, person=person)
    return True


async def take_back(tx: Tx, *, end: str, person: str) -> None:
    """Give nothing after all, as long as it did not pass to the other. Raise Missing, Conflict once it did."""
    me = await relays.lock(tx, end)
    if me.person != person:
        raise Missing
    if await tx.scalar(select(relays.relays.c.swapped_at).where(relays.relays.c.id == me.relay)) is not None:
        raise Conflict
    await _keep(tx, end, None)


async def people(tx: Tx, *, relay: str) -> list[str]:
    """Return the two who both want to exchange how they can be reached; nobody where one does not any more."""
    return [row.person for row in await _both(tx, relay)]


async def put_off(tx: Tx, *, relay: str, person: str) -> None:
    """Exchange nothing today: one of the two cannot be reached, and neither is to have it without the other."""
    await due.at(tx, kind=BOTH, subject=relay, instant=tx.now + LATER, person=person)


async def take(tx: Tx, *, relay: str) -> list[Given]:
    """Return what each of the two is told, when both want to, and keep it no longer. Audited, as an act alone."""
    await tx.first(select(relays.relays.c.id).where(relays.relays.c.id == relay).with_for_update())
    both = await _both(tx, relay)
    if not both:
        return []
    await tx.run(update(ends).where(ends.c.relay == relay).values(contact=None))
    await tx.run(update(relays.relays).where(relays.relays.c.id == relay).values(swapped_at=tx.now))
    await audit.record(tx, act="swap_contacts", actor="", subject=relay)
    first, second = both
    return [_given(tx, first, second), _given(tx, second, first)]


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let what one member waits for be for another: two of one human being."""
    await due.hand_over(tx, kind=BOTH, person=person, to=to)


async def _both(tx: Tx, relay: str) -> Sequence[Row[Any]]:
    """Return the rows of both ends when both offered, and the conversation goes on; else none."""
    rows = await tx.all(select(ends).where(ends.c.relay == relay).order_by(ends.c.id))
    offered = all(row.contact is not None for row in rows) and len(rows) > 1
    return rows if offered and not await relays.has_ended(tx, relay) else []


def _given(tx: Tx, to: Row[Any], by: Row[Any]) -> Given:
    name, contact = tx.seal.open("ends.name", by.id, by.name), tx.seal.open("ends.contact", by.id, by.contact)
    return Given(to.person, to.number, name, contact)


async def _keep(tx: Tx, end: str, contact: bytes | None) -> None:
    await tx.run(update(ends).where(ends.c.id == end).values(contact=contact))
