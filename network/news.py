"""News: who hears at once of a practice that was just published; the others hear of it in their digest."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, ColumnElement, ForeignKey, String, Table, exists, func, insert, select, update

from network import practices, topics
from network.digests import Pace, digests
from network.members import State, members
from network.store import Instant, Tx, metadata
from network.topics import follows

AT_MOST_A_DAY = 3  # notices at once to one member; what is over comes in the digest
AT_ONCE = 1000  # members told in one step
DAY = timedelta(days=1)

told = Table(
    "told",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False, index=True),
)


async def announce(tx: Tx, *, practice: str) -> dict[str, list[str]]:
    """Return who is to hear of a published practice now, by the language they read, and keep that they heard.

    They are active, follow one of its topics or its field at once, are not its author, did not hear of it
    before, and had fewer than three such notices within a day. Raise Missing.
    """
    found = await practices.get(tx, practice=practice)
    if found.state is not practices.State.PUBLISHED:
        return {}
    meant = {code for topic in found.topics for code in (topic, topic.partition(".")[0])}
    query = (
        select(members.c.id, members.c.language)
        .where(
            members.c.state == State.ACTIVE.value,
            members.c.id != (found.author or ""),
            _follows_at_once(meant),
            ~exists().where(told.c.person == members.c.id, told.c.practice == practice),
            _today(tx) < AT_MOST_A_DAY,
        )
        .order_by(members.c.id)
        .limit(AT_ONCE)
    )
    heard: dict[str, list[str]] = {}
    for row in await tx.all(query):
        heard.setdefault(row.language, []).append(row.id)
    rows = [{"person": person, "practice": practice, "at": tx.now} for people in heard.values() for person in people]
    if rows:
        await tx.run(insert(told), rows)
    return heard


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member have heard of what another heard: two memberships of one human being."""
    both = select(told.c.practice).where(told.c.person == to)
    await tx.run(update(told).where(told.c.person == person, told.c.practice.not_in(both)).values(person=to))


def _follows_at_once(meant: set[str]) -> ColumnElement[bool]:
    return exists().where(
        follows.c.person == members.c.id,
        digests.c.person == members.c.id,
        follows.c.topic.in_(sorted(meant)),
        topics.pace_of() == Pace.INSTANT.value,
    )


def _today(tx: Tx) -> ColumnElement[int]:
    """Return the expression for how many notices a member had within a day."""
    count = select(func.count()).where(told.c.person == members.c.id, told.c.at > tx.now - DAY)
    return count.scalar_subquery()
