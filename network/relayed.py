"""What is relayed: the messages of two who talk through the bot, each passed on once and forgotten a month later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from network import due, files, relays
from network.errors import Missing
from network.files import State
from network.ids import new_id
from network.relays import KEEP, Over, Relay, ends
from network.store import Instant, Tx, metadata

ON_ITS_WAY = "relay.pass"  # kind of due row; the subject is the message
LATER = timedelta(days=1)  # whoever takes no messages now is looked for again after that time
COPIED = 1000  # messages in a person's own copy
SEEN = 3  # messages that are shown at once; what else waits comes by itself

relayed = Table(
    "relayed",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("relay", String(32), ForeignKey("relays.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("by", String(32), ForeignKey("ends.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", LargeBinary),
    Column("file", String(32), nullable=False, index=True),
    Column("at", Instant, nullable=False, index=True),
    Column("passed_at", Instant),  # None until it is on its way to the other, or was read by them here
)


@dataclass(frozen=True)
class Message:
    """Something that was written or sent. ``to`` and ``by`` are person ids, never to be shown.

    ``number`` is that of the conversation for whom it is ``to``, ``name`` that of the one who wrote it, ``mine``
    whether whoever looks at it did.
    """

    id: str
    to: str = field(repr=False)
    by: str = field(repr=False)
    number: int
    name: str = field(repr=False)
    text: str = field(repr=False)
    file: str
    at: datetime
    mine: bool = False


async def pass_on(tx: Tx, *, end: str, person: str, text: str = "", file: str = "") -> str:
    """Let something go to the other, at once or when its file has come; return the id of the message.

    Raise Missing when it is not this person's to write there, Over when it has ended.
    """
    me = await relays.lock(tx, end)
    if me.person != person or not (text or file):
        raise Missing
    other = await relays.other_end(tx, me)
    if other is None or await relays.has_ended(tx, me.relay):
        raise Over
    message = new_id()
    sealed = tx.seal.seal("relayed.text", message, text) if text else None
    row = {"id": message, "relay": me.relay, "by": end, "text": sealed, "file": file, "at": tx.now}
    await tx.run(relayed.insert(), row)
    if file:
        await tx.run(update(ends).where(ends.c.id == end).values(files_known=True))
    sent = await files.find(tx, file=file) if file else None
    if sent is None or sent.state is State.READY:
        await due.at(tx, kind=ON_ITS_WAY, subject=message, instant=tx.now, person=other.person)
    return message


async def arrived(tx: Tx, *, file: str) -> None:
    """Let the message of a file that has come go to the other."""
    for row in await tx.all(select(relayed).where(relayed.c.file == file, relayed.c.passed_at.is_(None))):
        found = await _message(tx, row)
        if found.to and not await relays.has_ended(tx, row.relay):
            await due.at(tx, kind=ON_ITS_WAY, subject=row.id, instant=tx.now, person=found.to)


async def lost(tx: Tx, *, file: str) -> Relay | None:
    """Forget the message of a file that did not come; return the conversation of whoever sent it, or None."""
    row = await tx.first(delete(relayed).where(relayed.c.file == file).returning(relayed.c.by))
    return None if row is None else await relays.find(tx, end=row.by)


async def take(tx: Tx, *, message: str, reachable: bool) -> Message | None:
    """Return a message whose turn it is, and keep that it is passed; None when it is over, was seen, or is no more.

    Where the other is not ``reachable`` now it waits a day.
    """
    row = await tx.first(select(relayed).where(relayed.c.id == message).with_for_update())
    if row is None or row.passed_at is not None or await relays.has_ended(tx, row.relay):
        return None
    found = await _message(tx, row)
    if not found.to:
        return None
    if not reachable:
        await due.at(tx, kind=ON_ITS_WAY, subject=message, instant=tx.now + LATER, person=found.to)
        return None
    await tx.run(update(relayed).where(relayed.c.id == message).values(passed_at=tx.now))
    return found


async def see(tx: Tx, *, end: str) -> dict[str, Any]:
    """Keep that somebody looks at a conversation now; return some ``messages`` that had not reached them, the oldest.

    The ``end`` is returned with them, for what is said there holds what is known of the other (``relays.forget``).
    """
    me = await relays.lock(tx, end)
    waiting = and_(relayed.c.relay == me.relay, relayed.c.by != end, relayed.c.passed_at.is_(None), _is_whole())
    rows = await tx.all(select(relayed.c.id).where(waiting).order_by(relayed.c.at, relayed.c.id).limit(SEEN))
    ids = [row.id for row in rows]
    await tx.run(update(relayed).where(relayed.c.id.in_(ids)).values(passed_at=tx.now))
    for message in ids:
        await due.cancel(tx, kind=ON_ITS_WAY, subject=message)
    await tx.run(update(ends).where(ends.c.id == end).values(seen_at=tx.now))
    return {"end": end, "messages": ids}


async def unread(tx: Tx, *, end: str) -> int:
    """Return how many messages wait for the one at this end."""
    me = await relays.at_end(tx, end)
    waiting = and_(relayed.c.relay == me.relay, relayed.c.by != end, relayed.c.passed_at.is_(None), _is_whole())
    return int(await tx.scalar(select(func.count()).select_from(relayed).where(waiting)))


async def latest(tx: Tx, *, end: str, only: Sequence[str] | None = None, limit: int = 10) -> list[Message]:
    """Return the latest messages that passed in a conversation, the oldest of them first; ``only`` keeps these."""
    me = await relays.at_end(tx, end)
    passed = and_(relayed.c.relay == me.relay, or_(relayed.c.by == end, relayed.c.passed_at.is_not(None)))
    query = select(relayed).where(passed).order_by(relayed.c.at.desc(), relayed.c.id.desc())
    query = query.limit(limit) if only is None else query.where(relayed.c.id.in_(only))
    return [await _message(tx, row, end) for row in reversed(await tx.all(query))]


async def spoke_meanwhile(tx: Tx, *, person: str, end: str) -> list[Relay]:
    """Return the other open conversations of a member in which something came since they last wrote in this one."""
    me = await relays.get(tx, end=end)
    found = []
    for each in await relays.mine(tx, person=person):
        came = and_(relayed.c.relay == each.relay, relayed.c.by != each.id, relayed.c.passed_at > me.seen_at)
        if each.id != end and await tx.first(select(relayed.c.id).where(came).limit(1)):
            found.append(each)
    return found


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what was written in every conversation of somebody who leaves, by the others too."""
    theirs = select(ends.c.relay).where(ends.c.person == person)
    await _forget(tx, relayed.c.relay.in_(theirs))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let what is on its way to one member go to another: two of one human being."""
    await due.hand_over(tx, kind=ON_ITS_WAY, person=person, to=to)


async def sweep(tx: Tx) -> int:
    """Forget messages a month after they were written or, on their way till then, passed on; return how many."""
    since = func.coalesce(relayed.c.passed_at, relayed.c.at)
    return await _forget(tx, since < tx.now - KEEP)


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return somebody's conversations with what they wrote there, as JSON to be read by them."""
    found = []
    for row in await tx.all(select(ends.c.id).where(ends.c.person == person).order_by(ends.c.number)):
        relay = await relays.get(tx, end=row.id)
        said = await latest(tx, end=row.id, limit=COPIED)
        facts = {"topic": relay.topic, "kind": relay.kind, "name": relay.name, "contact": relay.contact}
        found.append({**facts, "wrote": [each.text for each in said if each.mine and each.text], "ended": relay.ended})
    return found


async def _forget(tx: Tx, which: ColumnElement[bool]) -> int:
    gone = await tx.all(select(relayed.c.id, relayed.c.file).where(which))
    await files.forget(tx, [row.file for row in gone if row.file])
    await tx.run(delete(relayed).where(which))
    return len(gone)


def _is_whole() -> ColumnElement[bool]:
    """Return the condition that a message has no file, or one that has come."""
    ready = select(files.files.c.id).where(files.files.c.state == State.READY.value)
    return or_(relayed.c.file == "", relayed.c.file.in_(ready))


async def _message(tx: Tx, row: Row[Any], seen_from: str = "") -> Message:
    author = await relays.at_end(tx, row.by)
    other = await relays.other_end(tx, author)
    return Message(
        id=row.id,
        to=other.person if other else "",
        by=author.person,
        number=other.number if other else 0,
        name=tx.seal.open("ends.name", author.id, author.name),
        text=tx.seal.open("relayed.text", row.id, row.text) if row.text is not None else "",
        file=row.file,
        at=row.at,
        mine=row.by == seen_from,
    )
