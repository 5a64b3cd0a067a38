"""Reading ahead for a batch, and putting statements off: neither may be noticed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select

from network import addresses, conversations, members, regimes, traces
from network.conversations import Conversation, State
from network.errors import Missing
from network.ids import new_id
from network.regimes import Standing
from network.store import Store, Tx


async def _member(tx: Tx, external: str) -> str:
    address = await addresses.meet(tx, channel="telegram", account="main", external=external)
    await members.enrol(tx, person=address.person, language="fr", consent_version="1")
    return address.person


async def _read_ahead(tx: Tx, *externals: str) -> None:
    people = await addresses.meet_ahead(tx, channel="telegram", account="main", externals=externals)
    await members.find_ahead(tx, people=people)
    await conversations.of_ahead(tx, people=people)


async def _meet(tx: Tx, external: str) -> addresses.Address:
    return await addresses.meet(tx, channel="telegram", account="main", external=external)


async def _undone(tx: Tx, address: str) -> None:
    async with tx.savepoint():
        await traces.keep(tx, address=address, channel="telegram", ref="8")
        await members.get(tx, person="nobody")


async def _paused_in_vain(tx: Tx) -> None:
    async with tx.savepoint():
        await regimes.put(tx, country="ML", to=Standing.PAUSED)
        assert await regimes.standing(tx, country="ML") is Standing.PAUSED
        await members.get(tx, person="nobody")


def _counted(tx: Tx) -> list[str]:
    """Return the statements that this transaction runs from now on."""
    found: list[str] = []

    def note(*given: Any) -> None:
        found.append(given[2])

    event.listen(tx.connection.sync_connection, "before_cursor_execute", note)
    return found


def _conversation(person: str, now: datetime, prompt: str = "first") -> Conversation:
    return Conversation(new_id(), person, "share", State.ACTIVE, {}, {"key": prompt}, None, now)


async def test_what_is_read_ahead_is_what_would_be_read(store: Store, now: datetime) -> None:
    """A batch read ahead gives each message the same address, member and conversations, newcomers included."""
    async with store.transaction(now) as tx:
        ada = await _member(tx, "1")
        await conversations.begin(tx, conversation=_conversation(ada, now))
    async with store.transaction(now) as tx:
        plain = [await _meet(tx, "1"), await members.find(tx, person=ada), await conversations.of(tx, person=ada)]
        await _read_ahead(tx, "1", "2")
        assert [
            await _meet(tx, "1"),
            await members.find(tx, person=ada),
            await conversations.of(tx, person=ada),
        ] == plain
        newcomer = await _meet(tx, "2")
        assert await members.find(tx, person=newcomer.person) is None


async def test_nothing_read_ahead_outlives_a_write(store: Store, now: datetime) -> None:
    """After somebody's membership was changed, even by another's message of the batch, the change is seen."""
    async with store.transaction(now) as tx:
        ada = await _member(tx, "1")
    async with store.transaction(now) as tx:
        await _read_ahead(tx, "1")
        await members.set_state(tx, person=ada, state=members.State.ACTIVE)
        found = await members.find(tx, person=ada)
        assert found is not None
        assert found.state is members.State.ACTIVE


async def test_two_messages_of_one_person_follow_each_other(store: Store, now: datetime) -> None:
    """The second message of a person in a batch finds the conversation as the first one left it."""
    async with store.transaction(now) as tx:
        ada = await _member(tx, "1")
        await conversations.begin(tx, conversation=_conversation(ada, now))
    async with store.transaction(now) as tx:
        await _read_ahead(tx, "1", "1")
        (first,) = await conversations.of(tx, person=ada)
        moved = Conversation(first.id, ada, "share", State.ACTIVE, {}, {"key": "second"}, None, now)
        await conversations.keep(tx, conversation=moved)
        (second,) = await conversations.of(tx, person=ada)
        assert second.prompt == {"key": "second"}


async def test_what_was_put_off_is_done_before_it_can_be_missed(store: Store, now: datetime) -> None:
    """A trace kept in a step is read in that step, and is there after it."""
    async with store.transaction(now) as tx:
        here = await _meet(tx, "1")
        await traces.keep(tx, address=here.id, channel="telegram", ref="7")
        assert await traces.of(tx, address=here.id) == ["7"]
        await traces.keep(tx, address=here.id, channel="telegram", ref="8")
    async with store.reading(now) as tx:
        assert sorted(await traces.of(tx, address=here.id)) == ["7", "8"]


async def test_what_was_put_off_is_undone_with_its_savepoint(store: Store, now: datetime) -> None:
    """Of a savepoint that is undone nothing is written later; what was put off before it is."""
    async with store.transaction(now) as tx:
        here = await _meet(tx, "1")
        await traces.keep(tx, address=here.id, channel="telegram", ref="7")
        with pytest.raises(Missing):
            await _undone(tx, here.id)
    async with store.reading(now) as tx:
        assert await tx.scalar(select(func.count()).select_from(traces.traces)) == 1
        assert await traces.of(tx, address=here.id) == ["7"]


async def test_what_holds_for_everybody_is_asked_once(store: Store, now: datetime) -> None:
    """In one transaction any number of people learn with one statement what holds where they live."""
    async with store.transaction(now) as tx:
        await regimes.put(tx, country="ML", to=Standing.PAUSED)
        await regimes.quieten(tx, country="NE", begins=now.date(), ends=now.date())
    async with store.transaction(now) as tx:
        asked = _counted(tx)
        for _again in range(3):
            assert (await regimes.of(tx, "ML")).is_paused
            assert (await regimes.of(tx, "NE")).is_quiet
            assert await regimes.standing(tx, country="BF") is Standing.OPEN
        assert len(asked) == 1


async def test_what_holds_for_everybody_is_asked_again_after_it_changed(store: Store, now: datetime) -> None:
    """A country that is paused in a transaction is so for whoever asks next; when that is undone, it is open again."""
    async with store.transaction(now) as tx:
        assert await regimes.standing(tx, country="ML") is Standing.OPEN
        await regimes.put(tx, country="ML", to=Standing.OBSERVING)
        assert await regimes.standing(tx, country="ML") is Standing.OBSERVING
        with pytest.raises(Missing):
            await _paused_in_vain(tx)
        assert await regimes.standing(tx, country="ML") is Standing.OBSERVING
    async with store.transaction(now) as tx:
        await regimes.put(tx, country="ML", to=Standing.PAUSED)
    async with store.transaction(now) as tx:
        assert await regimes.standing(tx, country="ML") is Standing.PAUSED
