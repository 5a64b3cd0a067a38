"""Groups and their seats, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import audit, groups, members, starter
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.members import State
from network.store import Store
from tests.network.people import enrolled, seated


async def test_there_is_a_group_for_each_country(store: Store, now: datetime) -> None:
    """The starter content makes a group for each country, once, however often it is loaded."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        first = await groups.by_country(tx, country="NE")
        await starter.load(tx)
        assert await groups.by_country(tx, country="NE") == first
        assert await groups.get(tx, group=first.id) == first
        with pytest.raises(Missing):
            await groups.by_country(tx, country="FR")
        with pytest.raises(Missing):
            await groups.get(tx, group=new_id())


async def test_members_join_and_leave(store: Store, now: datetime) -> None:
    """A member joins a group once and leaves it; only active ones are listed."""
    async with store.transaction(now) as tx:
        group = await groups.create(tx, code="lake-chad")
        active, waiting = await enrolled(tx), await enrolled(tx, state=State.WAITING)
        for person in (active, active, waiting):
            await groups.join(tx, group=group, person=person)
        assert await groups.members_of(tx, group=group) == [active]
        assert [found.code for found in await groups.of(tx, person=active)] == ["lake-chad"]
        await groups.leave(tx, group=group, person=active)
        assert await groups.of(tx, person=active) == []


async def test_a_group_has_both_sides_only_with_a_seat_on_each(store: Store, now: datetime) -> None:
    """Both sides need a seat whose holder is active and still on that side."""
    async with store.transaction(now) as tx:
        official = await seated(tx, "NE", "official")
        group = (await groups.by_country(tx, country="NE")).id
        assert not await groups.has_both_sides(tx, group=group)
        civil = await seated(tx, "NE", "civil", "deputy")
        assert await groups.has_both_sides(tx, group=group)
        assert await groups.is_coordinator(tx, person=civil)
        assert [found.id for found in await groups.coordinated_by(tx, person=official)] == [group]
        assert {(seat.person, seat.side, seat.rank) for seat in await groups.seated(tx, group=group)} == {
            (official, "official", "coordinator"),
            (civil, "civil", "deputy"),
        }
        await members.change(tx, person=civil, side="official")
        assert not await groups.has_both_sides(tx, group=group)
        assert not await groups.is_coordinator(tx, person=civil)
        await members.set_state(tx, person=official, state=State.STOPPED)
        assert await groups.seated(tx) == []


async def test_a_seat_is_taken_once(store: Store, now: datetime) -> None:
    """A seat that somebody holds is not given again; an emptied one, or one whose holder stopped, is."""
    async with store.transaction(now) as tx:
        first = await seated(tx, "NE", "civil")
        group = (await groups.by_country(tx, country="NE")).id
        second, third = await enrolled(tx), await enrolled(tx)
        with pytest.raises(Conflict):
            await groups.seat(tx, group=group, person=second, rank="coordinator")
        await groups.unseat(tx, group=group, person=first)
        await groups.seat(tx, group=group, person=second, rank="coordinator")
        await members.set_state(tx, person=second, state=State.STOPPED)
        await groups.seat(tx, group=group, person=third, rank="coordinator")
        assert [seat.person for seat in await groups.seated(tx, group=group)] == [third]
        with pytest.raises(Invalid):
            await groups.seat(tx, group=group, person=third, rank="king")
        with pytest.raises(Missing):
            await groups.seat(tx, group=group, person=new_id(), rank="deputy")
        assert (await audit.counts(tx))["seat"] == 3
        assert (await audit.counts(tx))["unseat"] == 1


async def test_staffing_counts_active_members_and_seats_that_count(store: Store, now: datetime) -> None:
    """Each group says how many active members it has and from which sides a seat counts."""
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "official")
        leaving = await seated(tx, "NE", "civil")
        await groups.join(tx, group=await groups.create(tx, code="lake-chad"), person=leaving)
        await members.set_state(tx, person=leaving, state=State.STOPPED)
        found = {one.code: one for one in await groups.staffing(tx)}
    assert found["NE"] == groups.Staffing("NE", 1, frozenset({"official"}))
    assert found["lake-chad"] == groups.Staffing("lake-chad", 0, frozenset())
