"""Times put to the choice: who may add them, what is said to them, and the one that is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from network import cohosts, due, erasure, exchanges, groups, members, planning, slots, timing
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Kind, State
from network.slots import NEEDED, NO, YES
from network.store import Store, Tx
from tests.network.people import enrolled, seated
from tests.network.test_attendance import guests

MONDAY = datetime(2026, 12, 14, 9, tzinfo=UTC)
TIMES = [(MONDAY + timedelta(days=day)).isoformat() for day in range(3)]


async def looked_for(tx: Tx) -> tuple[str, str]:
    """Plan an exchange of the group of Niger whose time is to be agreed on; return it and its host."""
    host = await seated(tx, "NE", "civil")
    await seated(tx, "NE", "official")
    group = (await groups.by_country(tx, country="NE")).id
    exchange = await exchanges.draft(
        tx,
        by=host,
        group=group,
        kind=Kind.DIALOGUE,
        title="Thé",
        purpose="Parler",
        audience=Audience(groups=(group,)),
        zone="Africa/Niamey",
    )
    await planning.propose(tx, exchange=exchange, by=host)
    return exchange, host


async def test_a_time_is_proposed_voted_and_taken(store: Store, now: datetime) -> None:
    """Votes are counted, changed by their own author alone, and the slot that is taken becomes the wall time."""
    async with store.transaction(now) as tx:
        exchange, host = await looked_for(tx)
        first, second = await guests(tx, 2)
        await slots.propose(tx, exchange=exchange, by=host, at=TIMES)
        one, two, three = [each.id for each in await slots.grid(tx, exchange=exchange)]
        await slots.vote(tx, exchange=exchange, person=first, answers={one: YES, two: NO, three: NEEDED})
        await slots.vote(tx, exchange=exchange, person=second, answers={one: NO, two: YES})
        await slots.vote(tx, exchange=exchange, person=second, answers={one: NEEDED})
        found = await slots.grid(tx, exchange=exchange, person=second)
        assert [(each.counts, each.mine) for each in found] == [
            ({YES: 1, NEEDED: 1, NO: 0}, NEEDED),
            ({YES: 1, NEEDED: 0, NO: 1}, YES),
            ({YES: 0, NEEDED: 1, NO: 0}, ""),
        ]
        assert len(await slots.copy(tx, person=second)) == 2
        await slots.confirm(tx, slot=one, by=host)
        taken = await exchanges.get(tx, exchange=exchange)
        assert (taken.state, taken.starts_at) == (State.SET, MONDAY)
        assert taken.starts_local == datetime(2026, 12, 14, 10)  # noqa: DTZ001 - the wall in Niamey
        with pytest.raises(Conflict):
            await slots.vote(tx, exchange=exchange, person=first, answers={one: NO})
        with pytest.raises(Conflict):
            await slots.confirm(tx, slot=two, by=host)
    async with store.transaction(now) as tx:
        assert {row.kind for row in await due.take(tx)} == {exchanges.NEWS, cohosts.NAMED}


async def test_only_those_who_may_change_it(store: Store, now: datetime) -> None:
    """Guests add times where the hosts let them; strangers do nothing; only hosts take one, and only one to come."""
    async with store.transaction(now) as tx:
        exchange, host = await looked_for(tx)
        [guest] = await guests(tx, 1)
        stranger = await enrolled(tx, country="TN")
        with pytest.raises(Forbidden):
            await slots.propose(tx, exchange=exchange, by=guest, at=TIMES[:1])
        with pytest.raises(Missing):
            await slots.let_add(tx, exchange=exchange, by=guest)
        await slots.let_add(tx, exchange=exchange, by=host)
        await slots.propose(tx, exchange=exchange, by=guest, at=TIMES[:1])
        await slots.propose(tx, exchange=exchange, by=host, at=TIMES[:1])
        [slot] = await slots.grid(tx, exchange=exchange)
        with pytest.raises(Missing):
            await slots.propose(tx, exchange=exchange, by=stranger, at=TIMES)
        with pytest.raises(Missing):
            await slots.vote(tx, exchange=exchange, person=stranger, answers={slot.id: YES})
        with pytest.raises(Missing):
            await slots.confirm(tx, slot=slot.id, by=guest)
        for answers in ({slot.id: "perhaps"}, {"other": YES}):
            with pytest.raises(Invalid):
                await slots.vote(tx, exchange=exchange, person=guest, answers=answers)
        with pytest.raises(Invalid):
            await slots.propose(tx, exchange=exchange, by=host, at=[now.isoformat()])
        many = [(MONDAY + timedelta(days=7 + day)).isoformat() for day in range(slots.MOST)]
        with pytest.raises(Conflict):
            await slots.propose(tx, exchange=exchange, by=host, at=many)


async def test_suggestions_suit_everybody_who_is_invited(store: Store, now: datetime) -> None:
    """A guest's own night counts, what is proposed already is left out, and where nothing suits it says why."""
    async with store.transaction(now) as tx:
        exchange, host = await looked_for(tx)
        early, late = await guests(tx, 2)
        await members.change(tx, person=early, quiet_from="14:00", quiet_until="09:30")
        said = await slots.suggest(tx, exchange=exchange)
        whose = await slots.clocks(tx, found=await exchanges.get(tx, exchange=exchange))
        for each in said["times"]:
            at = datetime.fromisoformat(each)
            assert not timing.in_the_way(at, whose, minutes=60, now=now)
            assert await slots.obstacles(tx, exchange=exchange, at=each) == []
        await slots.propose(tx, exchange=exchange, by=host, at=said["times"][:2])
        assert not set(said["times"][:2]) & set((await slots.suggest(tx, exchange=exchange))["times"])
        await members.change(tx, person=late, quiet_from="09:00", quiet_until="15:00")
        assert await slots.suggest(tx, exchange=exchange) == {"times": [], "why": ["night"]}


async def test_votes_go_with_whoever_leaves_or_is_one_with_another(store: Store, now: datetime) -> None:
    """Erasure takes them along; of two memberships of one human being one answer is left."""
    async with store.transaction(now) as tx:
        exchange, host = await looked_for(tx)
        first, second = await guests(tx, 2)
        await slots.propose(tx, exchange=exchange, by=host, at=TIMES[:2])
        one, two = [each.id for each in await slots.grid(tx, exchange=exchange)]
        await slots.vote(tx, exchange=exchange, person=first, answers={one: YES, two: YES})
        await slots.vote(tx, exchange=exchange, person=second, answers={one: NO})
        await slots.hand_over(tx, person=first, to=second)
        assert [each.mine for each in await slots.grid(tx, exchange=exchange, person=second)] == [NO, YES]
        for person in (first, second):
            await erasure.erase(tx, person=person)
        assert [sum(each.counts.values()) for each in await slots.grid(tx, exchange=exchange)] == [0, 0]
