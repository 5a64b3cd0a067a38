"""Relays: conversations of two members through the bot, each under a name they chose, until either ends it.

Neither learns who the other is. What passes is in ``network.relayed``, how the two may at last exchange
how they can be reached in ``network.swaps``, what mentoring adds in ``network.mentoring``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from network import allies, conversations, due, members
from network.attribution import Attribution
from network.errors import Conflict, Missing
from network.ids import new_id
from network.store import Instant, Tx, metadata

ENDED = "relay.ended"  # kind of due row: somebody is to hear that it has ended; the subject is their end
TALK = "relay"  # the conversation in which people write to each other
KEEP = timedelta(days=30)
THANKS = timedelta(days=14)  # a mentoring stays open so long after its time, for thanks


class Over(Conflict):
    """This conversation has ended."""


relays = Table(
    "relays",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("topic", String(32), nullable=False),
    Column("goal", LargeBinary),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant),  # of mentoring
    Column("ended_at", Instant),
    Column("swapped_at", Instant),  # both gave how they can be reached
)

ends = Table(
    "ends",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("relay", String(32), ForeignKey("relays.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person", String(32), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("contact", LargeBinary),  # what they would give, until the other would too
    Column("files_known", Boolean, nullable=False),  # they know that a voice or a picture may give them away
    Column("seen_at", Instant, nullable=False),
    Column("going", String(8), nullable=False),  # how a mentoring went, by their last word
    UniqueConstraint("person", "number"),
)


@dataclass(frozen=True)
class End:
    """One of two who begin to talk: a person id, never shown, the name they chose, how much is said of them."""

    person: str = field(repr=False)
    name: str = field(repr=False)
    level: int


@dataclass(frozen=True)
class Place:
    """Where somebody is in a conversation: the id of their end, the person, the number it has for them."""

    end: str
    person: str = field(repr=False)
    number: int


@dataclass(frozen=True)
class Relay:
    """A conversation as one of the two sees it.

    ``id`` is that of their own end, ``number`` its number for them, ``name`` theirs; ``other`` is the name of the
    other, ``other_person`` who that is (never shown; "" once they have left), ``other_number`` its number for that
    one, and ``line`` what may be said of them.
    ``contact`` is what they would give of themselves; ``offered``: the other would do so too; ``swapped``: both did.
    ``going`` is how a mentoring goes, by their last word.
    """

    id: str
    relay: str
    kind: str
    topic: str
    number: int
    name: str = field(repr=False)
    other: str = field(repr=False)
    other_person: str = field(repr=False)
    other_number: int
    line: Attribution
    goal: str = field(repr=False)
    until: datetime | None
    ended: bool
    contact: str = field(repr=False)
    offered: bool
    swapped: bool
    files_known: bool
    seen_at: datetime
    going: str


async def open_up(
    tx: Tx, *, kind: str, topic: str, ends: Sequence[End], goal: str = "", until: datetime | None = None
) -> tuple[Place, Place]:
    """Open a conversation for two; return where each is in it. A mentoring has a ``goal``, and lasts ``until``."""
    relay = new_id()
    sealed = tx.seal.seal("relays.goal", relay, goal) if goal else None
    row = {"id": relay, "kind": kind, "topic": topic, "goal": sealed, "opened_at": tx.now, "until": until}
    await tx.run(relays.insert(), row)
    first, second = [await _join(tx, relay, end) for end in ends]
    return first, second


async def mine(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Relay]:
    """Return the open conversations of a member, by their numbers; ``only`` keeps these ids, in their order."""
    query = select(ends.c.id).join(relays, relays.c.id == ends.c.relay)
    query = query.where(ends.c.person == person, relays.c.ended_at.is_(None)).order_by(ends.c.number)
    found = {row.id: await get(tx, end=row.id) for row in await tx.all(query)}
    return list(found.values()) if only is None else [found[wanted] for wanted in only if wanted in found]


async def numbered(tx: Tx, *, person: str, number: int) -> Relay | None:
    """Return the conversation that has this number for a member, ended or not, or None."""
    row = await tx.first(select(ends.c.id).where(ends.c.person == person, ends.c.number == number))
    return await get(tx, end=row.id) if row else None


async def find(tx: Tx, *, end: str) -> Relay | None:
    """Return a conversation as the one at this end sees it, or None."""
    try:
        return await get(tx, end=end)
    except Missing:
        return None


async def get(tx: Tx, *, end: str) -> Relay:
    """Return a conversation as the one at this end sees it; raise Missing."""
    me = await at_end(tx, end)
    relay = await tx.one(select(relays).where(relays.c.id == me.relay))
    other = await other_end(tx, me)
    line = await allies.line(tx, person=other.person, level=other.level) if other else Attribution("")
    return Relay(
        id=me.id,
        relay=me.relay,
        kind=relay.kind,
        topic=relay.topic,
        number=me.number,
        name=tx.seal.open("ends.name", me.id, me.name),
        other=tx.seal.open("ends.name", other.id, other.name) if other else "",
        other_person=other.person if other else "",
        other_number=other.number if other else 0,
        line=line,
        goal=tx.seal.open("relays.goal", relay.id, relay.goal) if relay.goal is not None else "",
        until=relay.until,
        ended=relay.ended_at is not None,
        contact=tx.seal.open("ends.contact", me.id, me.contact) if me.contact is not None else "",
        offered=other is not None and other.contact is not None,
        swapped=relay.swapped_at is not None,
        files_known=me.files_known,
        seen_at=me.seen_at,
        going=me.going,
    )


async def finish(tx: Tx, *, end: str, person: str, block: bool = False) -> None:
    """End a conversation at once; the other hears that it has ended, and no more. Raise Missing.

    With ``block`` the two are never proposed to each other again.
    """
    me = await lock(tx, end)
    if me.person != person:
        raise Missing
    other = await other_end(tx, me)
    if block and other is not None:
        await allies.block(tx, person=person, other=other.person)
    await close(tx, relay=me.relay, but=end)


async def close(tx: Tx, *, relay: str, but: str = "") -> None:
    """End a conversation; everybody in it hears so, ``but`` whoever is at this end. Again, it changes nothing."""
    open_ = update(relays).where(relays.c.id == relay, relays.c.ended_at.is_(None))
    if not await tx.run(open_.values(ended_at=tx.now, goal=None)):
        return
    for row in await tx.all(select(ends.c.id, ends.c.person).where(ends.c.relay == relay)):
        if row.id != but:
            await due.at(tx, kind=ENDED, subject=row.id, instant=tx.now, person=row.person)
    await tx.run(update(ends).where(ends.c.relay == relay).values(contact=None))


async def forget(tx: Tx, *, person: str) -> None:
    """End the conversations of somebody who leaves, and erase them but for the number that the other knows."""
    for row in await tx.all(select(ends).where(ends.c.person == person)):
        await close(tx, relay=row.relay, but=row.id)
        others = [each.id for each in await tx.all(select(ends.c.id).where(ends.c.relay == row.relay))]
        await conversations.end_about(tx, name=TALK, ids=others)
        await tx.run(delete(ends).where(ends.c.id == row.id))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member the conversations of another, with numbers of their own: two of one human being."""
    for row in await tx.all(select(ends).where(ends.c.person == person).order_by(ends.c.number)):
        twin = select(ends.c.id).where(ends.c.relay == row.relay, ends.c.person == to)
        if await tx.first(twin):  # they were talking with themselves
            await close(tx, relay=row.relay)
        await tx.run(update(ends).where(ends.c.id == row.id).values(person=to, number=await _next(tx, to)))
    await due.hand_over(tx, kind=ENDED, person=person, to=to)


async def _join(tx: Tx, relay: str, end: End) -> Place:
    """Make one end of a conversation; return where it is."""
    await members.lock(tx, person=end.person)
    row, number = new_id(), await _next(tx, end.person)
    sealed = tx.seal.seal("ends.name", row, end.name)
    values = {"id": row, "relay": relay, "person": end.person, "number": number, "level": end.level, "name": sealed}
    await tx.run(ends.insert(), {**values, "files_known": False, "seen_at": tx.now, "going": ""})
    return Place(row, end.person, number)


async def _next(tx: Tx, person: str) -> int:
    """Return the next number for a conversation of somebody: none is used twice while it is remembered."""
    return int(await tx.scalar(select(func.coalesce(func.max(ends.c.number), 0)).where(ends.c.person == person))) + 1


async def at_end(tx: Tx, end: str) -> Row[Any]:
    """Return the row of an end; raise Missing."""
    return await tx.one(select(ends).where(ends.c.id == end))


async def lock(tx: Tx, end: str) -> Row[Any]:
    """Return an end whose conversation nobody else changes until this transaction ends; raise Missing."""
    me = await at_end(tx, end)
    await tx.first(select(relays.c.id).where(relays.c.id == me.relay).with_for_update())
    return await at_end(tx, end)


async def has_ended(tx: Tx, relay: str) -> bool:
    """Whether a conversation is over."""
    return await tx.scalar(select(relays.c.ended_at).where(relays.c.id == relay)) is not None


async def other_end(tx: Tx, me: Row[Any]) -> Row[Any] | None:
    """Return the row of the other end, or None once they have left."""
    return await tx.first(select(ends).where(ends.c.relay == me.relay, ends.c.id != me.id))


async def sweep(tx: Tx) -> int:
    """End the mentorings whose time was over a while ago, forget what ended a month ago; return how many."""
    overdue = select(relays.c.id).where(relays.c.ended_at.is_(None), relays.c.until < tx.now - THANKS)
    for row in await tx.all(overdue):
        await close(tx, relay=row.id)
    return await tx.run(delete(relays).where(relays.c.ended_at < tx.now - KEEP))
