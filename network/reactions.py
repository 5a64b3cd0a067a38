"""Reactions: what readers say to a post with one tap, whom they mute, and what they report."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, delete, func, select, update

from network import posts as posts_
from network.errors import Missing
from network.store import Instant, Tx, metadata

KINDS = ("useful", "same", "thanks")
SHOWN_FROM = 3  # reactions of a kind: fewer could point at somebody
HIDDEN_AT = 3  # reports

reactions = Table(
    "reactions",
    metadata,
    Column("post", String(32), ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("kind", String(8), nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("muted", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("named", Boolean, primary_key=True),  # what was posted so: a name must not tell who wrote without one
)

reports = Table(
    "reports",
    metadata,
    Column("post", String(32), ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
)


async def react(tx: Tx, *, post: str, person: str, kind: str) -> None:
    """Say something to a post with one tap, in the place of what one said before; "" takes it back. Raise Missing."""
    await _readable(tx, post, person)
    if kind in KINDS:
        await tx.put(reactions, key=("post", "person"), post=post, person=person, kind=kind)
    else:
        await tx.run(delete(reactions).where(reactions.c.post == post, reactions.c.person == person))


async def mine(tx: Tx, *, post: str, person: str) -> str:
    """Return what somebody said to a post, or ""."""
    query = select(reactions.c.kind).where(reactions.c.post == post, reactions.c.person == person)
    return str(await tx.scalar(query) or "")


async def counts(tx: Tx, *, post: str) -> dict[str, int]:
    """Return how many said what to a post, of those kinds that at least three chose."""
    query = select(reactions.c.kind, func.count().label("many")).where(reactions.c.post == post)
    found = {row.kind: row.many for row in await tx.all(query.group_by(reactions.c.kind))}
    return {kind: found[kind] for kind in KINDS if found.get(kind, 0) >= SHOWN_FROM}


async def mute(tx: Tx, *, post: str, person: str) -> None:
    """Hear no more of whoever wrote a post, as far as they write as they did there. Raise Missing."""
    found = await _readable(tx, post, person)
    if found.person == person:
        raise Missing
    await tx.add(mutes, key=("person", "muted", "named"), person=person, muted=found.person, named=found.named)


async def unmute(tx: Tx, *, person: str) -> int:
    """Hear everybody again; return how many were muted."""
    return await tx.run(delete(mutes).where(mutes.c.person == person))


async def muted(tx: Tx, *, person: str) -> int:
    """Return how many authors somebody has muted."""
    return int(await tx.scalar(select(func.count()).where(mutes.c.person == person)) or 0)


async def report(tx: Tx, *, post: str, by: str) -> dict[str, Any]:
    """Report a post, once for each member; return the ``approval`` and the ``deciders`` as ``posts.report``.

    At the third report it is hidden until somebody has decided. Raise Missing.
    """
    asked = await posts_.report(tx, post=post, by=by)
    if not asked["approval"]:
        return asked
    await tx.add(reports, key=("post", "person"), post=post, person=by, at=tx.now)
    if int(await tx.scalar(select(func.count()).where(reports.c.post == post)) or 0) >= HIDDEN_AT:
        await posts_.hide(tx, post=post)
    return asked


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another said to posts and muted, where they have not themselves."""
    await tx.run(delete(mutes).where(mutes.c.muted == person, mutes.c.person == to))
    also = mutes.alias()
    has = select(also.c.person).where(also.c.muted == to, also.c.named == mutes.c.named)
    await tx.run(delete(mutes).where(mutes.c.muted == person, mutes.c.person.in_(has)))
    await tx.run(update(mutes).where(mutes.c.muted == person).values(muted=to))
    for table, keys in ((reactions, ("post",)), (reports, ("post",)), (mutes, ("muted", "named"))):
        for row in await tx.all(delete(table).where(table.c.person == person).returning(table)):
            values = {**row._mapping, "person": to}  # noqa: SLF001 - how a row is read as a mapping
            if values.get("muted") != to:
                await tx.add(table, key=("person", *keys), **values)


async def copy(tx: Tx, *, person: str) -> dict[str, int]:
    """Return how often somebody reacted and reported, and how many they muted."""
    found = {}
    for table in (reactions, mutes, reports):
        found[table.name] = int(await tx.scalar(select(func.count()).where(table.c.person == person)) or 0)
    return found


async def _readable(tx: Tx, post: str, person: str) -> posts_.Post:
    found = await posts_.readable(tx, post=post, person=person)
    if found is None:
        raise Missing
    return found
