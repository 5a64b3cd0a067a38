"""Crossings: once a week, one small thing to do with the other side (R019)."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, exists, select

from network import attribution, inquiries, members, practices, questions
from network.marks import marks
from network.store import Tx, metadata

LOOKED_AT = 20  # of the newest practices, and as many open questions
QUESTION, PRACTICE, VOICE = "question", "practice", "voice"

crossings = Table(
    "crossings",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("week", String(8), nullable=False),  # ISO 8601 of the last one taken up or left: "2026-W48"
)


async def is_open(tx: Tx, *, person: str) -> bool:
    """Whether this week's is still to be offered."""
    return bool(await tx.scalar(select(crossings.c.week).where(crossings.c.person == person)) != _week(tx))


async def settle(tx: Tx, *, person: str) -> None:
    """Offer nothing more this week."""
    await tx.put(crossings, key=("person",), person=person, week=_week(tx))


async def pick(tx: Tx, *, person: str) -> dict[str, Any]:
    """Return this week's: ``kind`` (a question to answer, a practice to read, or a voice), and its ``id``.

    The same all week as long as it is possible. Only what shows the other side by the choice of its author
    is picked, so that nobody's side is told by it. Raise Missing.
    """
    me = await members.get(tx, person=person)
    possible = {QUESTION: await _asked(tx, me), PRACTICE: await _shared(tx, me)}
    kinds = [kind for kind, ids in possible.items() if ids]
    if not kinds:
        return {"kind": VOICE, "id": ""}
    lot = int.from_bytes(hashlib.sha256(f"{person} {_week(tx)}".encode()).digest()[:8])
    chosen = kinds[lot % len(kinds)]
    return {"kind": chosen, "id": possible[chosen][lot // len(kinds) % len(possible[chosen])]}


async def _asked(tx: Tx, me: members.Member) -> list[str]:
    """Return the open questions from the other side that a member may answer."""
    found = await questions.open_for(tx, person=me.id, limit=LOOKED_AT)
    shown = [(each.id, await inquiries.shown(tx, question=each)) for each in found]
    return [question for question, said in shown if said.side and said.side != me.side]


async def _shared(tx: Tx, me: members.Member) -> list[str]:
    """Return the newest practices from the other side that a member has not marked."""
    table = practices.practices
    marked = exists().where(marks.c.person == me.id, marks.c.practice == table.c.id)
    query = select(table.c.id).where(table.c.state == practices.State.PUBLISHED.value, table.c.author.is_not(None))
    rows = await tx.all(query.where(~marked).order_by(table.c.published_at.desc(), table.c.id).limit(LOOKED_AT))
    found = await practices.read(tx, [row.id for row in rows], me.language)
    said = await attribution.of_many(tx, found.values())
    return [row.id for row in rows if said[row.id].side and said[row.id].side != me.side]


def _week(tx: Tx) -> str:
    year, week, _day = tx.now.isocalendar()
    return f"{year}-W{week:02}"
