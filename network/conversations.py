"""Conversations: how far each dialogue has come, sealed, so that any message can resume it (D5).

At most one conversation of a person is active; the others are parked. One that has ended is
gone: nothing of what was answered in it stays here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Row, String, Table, bindparam, delete, insert, select, text, update

from network.among import among
from network.members import members
from network.store import Instant, Tx, batches, metadata

ACTIVE_ONLY = text("state = 'active'")

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("state", String(8), nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("prompt", LargeBinary, nullable=False),
    Column("deadline", Instant),
    Column("about", String(32), index=True),  # the secret poll whose ballot is being filled in
    Column("updated_at", Instant, nullable=False),
    Index("uq_conversations_active", "person", unique=True, sqlite_where=ACTIVE_ONLY, postgresql_where=ACTIVE_ONLY),
)

# Built once: a message runs one or two of them.
_BEGIN = insert(conversations)
_END = delete(conversations).where(conversations.c.id == bindparam("of_id"))
_ALL = (
    select(conversations)
    .order_by(conversations.c.state, conversations.c.updated_at.desc(), conversations.c.id)
    .with_for_update()
)
_OF = _ALL.where(conversations.c.person == bindparam("of_person"))
_OF_MANY = _ALL.where(among(conversations.c.person, "people"))
_KEEP = (
    update(conversations)
    .where(conversations.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("state", "answers", "prompt", "deadline", "about", "updated_at")})
)


class State(StrEnum):
    """Where a conversation stands."""

    ACTIVE = "active"
    PARKED = "parked"


@dataclass(frozen=True)
class Conversation:
    """One dialogue of one person.

    ``answers`` and ``prompt`` are JSON that only the engine of ``handlers/`` reads. ``deadline`` is
    when the present question answers itself. One ``about`` a secret poll is in no copy, and ends with the poll.
    """

    id: str
    person: str
    name: str
    state: State
    answers: Mapping[str, Any] = field(repr=False)
    prompt: Mapping[str, Any] = field(repr=False)
    deadline: datetime | None
    updated_at: datetime
    about: str = ""


async def of(tx: Tx, *, person: str) -> list[Conversation]:
    """Return the conversations of a person, locked: the active one first, then the latest parked."""
    known = tx.ahead.take("conversations", person)
    rows = await tx.all(_OF, {"of_person": person}) if known is None else known
    return [_conversation(tx, row) for row in rows]


async def of_ahead(tx: Tx, *, people: Iterable[str]) -> None:
    """Read for many messages at once what ``of`` will ask for."""
    for batch in batches(people):
        found: dict[str, list[Row[Any]]] = {}
        for row in await tx.all(_OF_MANY, {"people": batch}):
            found.setdefault(row.person, []).append(row)
        tx.ahead.keep("conversations", batch, found)


async def find(tx: Tx, *, conversation: str) -> Conversation | None:
    """Return one conversation, or None when it has ended."""
    row = await tx.first(select(conversations).where(conversations.c.id == conversation))
    return _conversation(tx, row) if row else None


async def begin(tx: Tx, *, conversation: Conversation) -> None:
    """Keep a new conversation. A person has one active at most: park or end the other first."""
    rest = {"id": conversation.id, "person": conversation.person, "name": conversation.name}
    await tx.run(_BEGIN, {**rest, **_values(tx, conversation)}, apart=True)


async def keep(tx: Tx, *, conversation: Conversation) -> None:
    """Keep how far a conversation has come."""
    tx.later(_KEEP, {"of_id": conversation.id, **_values(tx, conversation)})


async def set_state(tx: Tx, *, conversation: str, state: State) -> None:
    """Park a conversation, or make it the active one."""
    change = update(conversations).where(conversations.c.id == conversation)
    await tx.run(change.values(state=state.value, updated_at=tx.now))


async def end(tx: Tx, *, conversation: str) -> None:
    """Forget a conversation and what was answered in it."""
    await tx.run(_END, {"of_id": conversation}, apart=True)


async def end_all(tx: Tx, *, person: str) -> None:
    """Forget every conversation of a person."""
    await tx.run(delete(conversations).where(conversations.c.person == person))


async def end_about(tx: Tx, *, name: str, ids: Sequence[str]) -> None:
    """Forget the conversations called ``name`` that hold one of these ids: what they are about is no more."""
    for row in await tx.all(select(conversations).where(conversations.c.name == name)):
        found = _conversation(tx, row)
        held = json.dumps([found.answers, found.prompt])
        if any(each in held for each in ids):
            await end(tx, conversation=found.id)


async def put_off(tx: Tx, *, country: str, by: timedelta) -> None:
    """Let the questions that the people of a country were asked answer themselves later by a span of time."""
    theirs = conversations.c.person.in_(select(members.c.id).where(members.c.country == country))
    waiting = select(conversations.c.id, conversations.c.deadline).where(conversations.c.deadline.is_not(None), theirs)
    for row in await tx.all(waiting):
        later = update(conversations).where(conversations.c.id == row.id)
        await tx.run(later.values(deadline=row.deadline + by))


def _values(tx: Tx, conversation: Conversation) -> dict[str, Any]:
    seal = tx.seal.seal_json
    return {
        "state": conversation.state.value,
        "answers": seal("conversations.answers", conversation.id, conversation.answers),
        "prompt": seal("conversations.prompt", conversation.id, conversation.prompt),
        "deadline": conversation.deadline,
        "about": conversation.about or None,
        "updated_at": tx.now,
    }


def _conversation(tx: Tx, row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.id,
        person=row.person,
        name=row.name,
        state=State(row.state),
        answers=tx.seal.open_json("conversations.answers", row.id, row.answers),
        prompt=tx.seal.open_json("conversations.prompt", row.id, row.prompt),
        deadline=row.deadline,
        updated_at=row.updated_at,
        about=row.about or "",
    )
