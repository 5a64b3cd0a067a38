from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from network import conversations
from network.conversations import Conversation, State
from network.ids import new_id


def conversation(person: str, now, *, state: State = State.ACTIVE, name: str = "share") -> Conversation:
    """Return a conversation with one answer."""
    return Conversation(
        new_id(), person, name, state, {"entries": [["title", "text", "canary"]]}, {"key": "next"}, None, now
    )


async def test_a_conversation_comes_back_as_it_was_kept(store, now):
    """Answers, prompt and deadline survive the store; keeping again changes them."""
    person = new_id()
    first = replace(conversation(person, now), deadline=now + timedelta(hours=1))
    async with store.transaction(now) as tx:
        await conversations.begin(tx, conversation=first)
        assert await conversations.of(tx, person=person) == [first]
        changed = replace(first, prompt={"key": "later"}, deadline=None)
        await conversations.keep(tx, conversation=changed)
        assert await conversations.find(tx, conversation=first.id) == changed
        await conversations.end(tx, conversation=first.id)
        assert await conversations.find(tx, conversation=first.id) is None


async def test_the_active_one_comes_first_then_the_latest_parked(store, now):
    """The order is the one in which a person would take them up again."""
    person = new_id()
    parked = [conversation(person, now, state=State.PARKED, name=f"p{at}") for at in range(2)]
    for at, each in enumerate(parked):
        async with store.transaction(now + timedelta(minutes=at)) as tx:
            await conversations.begin(tx, conversation=each)
    async with store.transaction(now) as tx:
        await conversations.begin(tx, conversation=conversation(person, now))
        assert [each.name for each in await conversations.of(tx, person=person)] == ["share", "p1", "p0"]
        await conversations.end_all(tx, person=person)
        assert await conversations.of(tx, person=person) == []


async def test_a_person_has_one_active_conversation(store, now):
    """The database itself refuses a second one; a parked one may be beside it."""
    person = new_id()
    first = conversation(person, now)
    async with store.transaction(now) as tx:
        await conversations.begin(tx, conversation=first)
    with pytest.raises(IntegrityError):
        async with store.transaction(now) as tx:
            await conversations.begin(tx, conversation=conversation(person, now))
    async with store.transaction(now) as tx:
        await conversations.set_state(tx, conversation=first.id, state=State.PARKED)
        await conversations.begin(tx, conversation=conversation(person, now))


async def test_answers_are_sealed(store, now):
    """No answer stands in the stored bytes, and nothing of it in a repr."""
    each = conversation(new_id(), now)
    async with store.transaction(now) as tx:
        await conversations.begin(tx, conversation=each)
        row = await tx.first(conversations.conversations.select())
    assert b"canary" not in row.answers + row.prompt
    assert "canary" not in repr(each)
