"""Coming into groups: who can how, by whose word, and what is forgotten; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from network import approvals, charters, entries, erasure, groups, handovers, regimes, removals, requests, vouches
from network.entries import Unvouched, Way
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.groups import Mode
from network.store import Store, Tx
from tests.network.people import enrolled, seated

WORDS = {"name.fr": "Lac Tchad", "purpose.fr": "Les marchés du lac.", "country": "NE"}
DAY = timedelta(days=1)


async def begun(tx: Tx, **terms: str) -> tuple[str, str, str]:
    """Begin a group; return it and its coordinators, of civil society and of the official side."""
    civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
    asked = await charters.propose(tx, by=civil, terms={**WORDS, **terms})
    settled = await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
    assert settled["state"] == "approved"
    (group,) = [each for each in await groups.every(tx) if not each.is_home]
    return group.id, civil, official


async def asks(tx: Tx, group: str, person: str, **what: str) -> dict[str, Any]:
    """Ask to come into a group."""
    return await entries.ask(tx, group=group, person=person, **what)


@pytest.mark.parametrize(
    ("terms", "side", "way"),
    [
        ({"policy": "open"}, "civil", Way.JOIN),
        ({"policy": "open", "vouched": "yes"}, "civil", Way.ASK),
        ({"policy": "request"}, "official", Way.ASK),
        ({"policy": "invitation"}, "official", Way.CODE),
        ({"policy": "open", "composition": "civil"}, "civil", Way.JOIN),
        ({"policy": "open", "composition": "civil"}, "official", Way.OTHER_SIDE),
        ({"policy": "invitation", "composition": "official"}, "civil", Way.OTHER_SIDE),
    ],
)
async def test_how_one_comes_in(store: Store, now: datetime, terms: dict[str, str], side: str, way: Way) -> None:
    """The policy, the composition and the wish for a vouch decide together; a country held back waits."""
    async with store.transaction(now) as tx:
        group, _civil, _official = await begun(tx, **terms)
        person = await enrolled(tx, side=side, country="TD")
        assert await entries.way(tx, group=group, person=person) is way
        home = (await groups.by_country(tx, country="NE")).id
        assert await entries.way(tx, group=home, person=person) is Way.ELSEWHERE
        await regimes.put(tx, country="TD", to="observing")
        held = way if way is Way.OTHER_SIDE else Way.HELD
        assert await entries.way(tx, group=group, person=person) is held


async def test_the_seats_follow_the_composition(store: Store, now: datetime) -> None:
    """Both who began a group are seated where their side can be in it; nobody of the other side is, by anybody."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, composition="official")
        assert [seat.person for seat in await groups.seated(tx, group=group)] == [official]
        with pytest.raises(Invalid):
            await groups.seat(tx, group=group, person=civil, rank="deputy")
        assert not await groups.join(tx, group=group, person=civil)
        with pytest.raises(Forbidden):
            await charters.propose(tx, by=civil, group=group, terms={"policy": "open"})


async def test_a_vouch_is_needed_where_a_group_asks_for_it(store: Store, now: datetime) -> None:
    """No coordinator lets somebody in without it; a no counts for nothing and is nowhere to be seen."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, policy="request", vouched="yes")
        member, person = await enrolled(tx), await enrolled(tx)
        await groups.join(tx, group=group, person=member)
        asked = await asks(tx, group, person, words="Radio du lac")
        entry = (await approvals.get(tx, approval=asked["approval"])).subject
        with pytest.raises(Forbidden):
            await vouches.ask(tx, entry=entry, group=group, person=member, by=person)
        first = await vouches.ask(tx, entry=entry, group=group, person=member, by=civil)
        with pytest.raises(Conflict):
            await vouches.ask(tx, entry=entry, group=group, person=member, by=civil)
        await vouches.answer(tx, vouch=first, person=member, give=False)
        with pytest.raises(Unvouched):
            async with tx.savepoint():
                await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        found = await entries.find(tx, entry=entry)
        assert found is not None
        assert (found.vouched, found.words) == (0, "Radio du lac")
        second = await vouches.ask(tx, entry=entry, group=group, person=official, by=civil)
        with pytest.raises(Missing):
            await vouches.answer(tx, vouch=second, person=member, give=True)
        await vouches.answer(tx, vouch=second, person=official, give=True)
        await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        assert await entries.way(tx, group=group, person=person) is Way.MEMBER
        assert await entries.find(tx, entry=entry) is None


@pytest.mark.parametrize(
    ("giver", "side", "state"),
    [
        ("civil", "civil", Way.MEMBER),
        ("official", "civil", Way.MEMBER),
        ("official", "official", Way.MEMBER),
        ("civil", "official", Way.WAITING),  # an official is confirmed by an official
        ("member", "civil", Way.WAITING),
    ],
)
async def test_whose_code_opens_a_group(store: Store, now: datetime, giver: str, side: str, state: Way) -> None:
    """A coordinator's code is a yes, for an official only that of an official; a member's is a vouch. Once each."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, policy="invitation", vouched="yes")
        member, person, other = await enrolled(tx), await enrolled(tx, side=side), await enrolled(tx, side=side)
        await groups.join(tx, group=group, person=member)
        who = {"civil": civil, "official": official, "member": member}[giver]
        code = await vouches.offer(tx, group=group, by=who)
        typed = await vouches.typed(tx, person=person, code=code.lower())
        assert typed["group"] == group
        asked = await asks(tx, group, person, vouch=typed["vouch"])
        assert asked["state"] == state
        if giver == "civil" and side == "official":
            assert asked["deciders"] == [official]
        if giver == "member":
            assert asked["deciders"] == [civil, official]
        with pytest.raises(Conflict):
            async with tx.savepoint():
                await asks(tx, group, other, vouch=typed["vouch"])
        assert (await vouches.typed(tx, person=other, code=code))["state"] == vouches.WRONG


async def test_codes_end(store: Store, now: datetime) -> None:
    """A code ends after two weeks, with its giver's membership, and after ten tries; five are open at once at most."""
    async with store.transaction(now) as tx:
        group, civil, _official = await begun(tx, policy="invitation")
        giver, person, guesser = await enrolled(tx), await enrolled(tx), await enrolled(tx)
        await groups.join(tx, group=group, person=giver)
        made = [await vouches.offer(tx, group=group, by=giver) for _ in range(vouches.MOST_OPEN)]
        with pytest.raises(vouches.Enough):
            await vouches.offer(tx, group=group, by=giver)
        with pytest.raises(Missing):
            await vouches.offer(tx, group=group, by=person)
        assert (await vouches.typed(tx, person=giver, code=made[0]))["state"] == vouches.WRONG  # one's own
        for _ in range(10):
            assert (await vouches.typed(tx, person=guesser, code="ABCD-EFGH"))["state"] == vouches.WRONG
        assert (await vouches.typed(tx, person=guesser, code=made[0]))["state"] == vouches.SLOW
        await entries.leave(tx, group=group, person=giver)
        assert (await vouches.typed(tx, person=person, code=made[0]))["state"] == vouches.WRONG
        late = await vouches.offer(tx, group=group, by=civil)
    async with store.transaction(now + vouches.HOLDS) as tx:
        assert (await vouches.typed(tx, person=person, code=late))["state"] == vouches.WRONG
        assert await vouches.purge(tx) == vouches.MOST_OPEN + 1


async def test_a_removal_stands_until_it_is_undone(store: Store, now: datetime) -> None:
    """Taken out of an open group one asks like anybody; the other side may undo it, once, within 72 hours."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, policy="open")
        person = await enrolled(tx)
        home = (await groups.by_country(tx, country="NE")).id
        await groups.join(tx, group=home, person=person)
        await entries.join(tx, group=group, person=person)
        for by, whom, where in ((person, civil, group), (civil, official, group), (civil, person, home)):
            with pytest.raises(Forbidden):
                await removals.remove(tx, group=where, person=whom, by=by, reason="Non")
        removal = await removals.remove(tx, group=group, person=person, by=civil, reason="Hors sujet")
        assert await entries.way(tx, group=group, person=person) is Way.ASK
        with pytest.raises(Missing):
            await removals.contest(tx, removal=removal, person=official, why="Pourquoi")
        asked = await removals.contest(tx, removal=removal, person=person, why="Deux fois seulement")
        assert asked["deciders"] == [official]
        with pytest.raises(Conflict):
            await removals.contest(tx, removal=removal, person=person, why="Encore")
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        assert await entries.way(tx, group=group, person=person) is Way.MEMBER
        removal = await removals.remove(tx, group=group, person=person, by=official, reason="Encore")
    for late, fits in ((removals.WINDOW, True), (removals.WINDOW + timedelta(seconds=1), False)):
        async with store.transaction(now + late) as tx:
            found = await removals.find(tx, removal=removal, person=person)
            assert found is not None
            if not fits:
                with pytest.raises(Conflict):
                    await removals.contest(tx, removal=removal, person=person, why="Trop tard")


async def test_a_seat_goes_only_to_who_takes_it(store: Store, now: datetime) -> None:
    """It goes to a member of the side who says yes while it is still the giver's; the deputy's place is then empty."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx)
        deputy, stranger = await enrolled(tx), await enrolled(tx)
        await groups.seat(tx, group=group, person=deputy, rank="deputy")
        for whom in (official, stranger, civil):
            with pytest.raises(Missing):
                await handovers.offer(tx, group=group, by=civil, to=whom)
        with pytest.raises(Forbidden):
            await handovers.offer(tx, group=group, by=stranger, to=deputy)
        assert not await handovers.leaves_bare(tx, group=group, person=civil)
        assert await handovers.leaves_bare(tx, group=group, person=official)
        offer = await handovers.offer(tx, group=group, by=civil, to=deputy)
        with pytest.raises(Missing):
            await handovers.accept(tx, handover=offer, to=stranger)
        assert await handovers.accept(tx, handover=offer, to=deputy) == civil
        held = {(seat.side, seat.rank): seat.person for seat in await groups.seated(tx, group=group)}
        assert held == {("civil", "coordinator"): deputy, ("official", "coordinator"): official}
        assert civil in await groups.members_of(tx, group=group)
        offer = await handovers.offer(tx, group=group, by=deputy, to=civil)
        await handovers.step_down(tx, group=group, person=deputy)
        assert await handovers.find(tx, handover=offer, to=civil) is None


async def test_messages_of_a_group_are_paused(store: Store, now: datetime) -> None:
    """A pause is silence until its instant; choosing how messages come ends it."""
    async with store.transaction(now) as tx:
        group, civil, _official = await begun(tx)
        who = {"group": group, "person": civil}
        await groups.set_mode(tx, mode="daily", **who)
        await groups.pause(tx, until=now + DAY, **who)
        assert await groups.mode_of(tx, **who) is Mode.SILENT
        with pytest.raises(Missing):
            await groups.mode_of(tx, group=group, person=await enrolled(tx))
    async with store.transaction(now + DAY) as tx:
        assert await groups.mode_of(tx, **who) is Mode.DAILY
        await groups.pause(tx, until=now + 2 * DAY, **who)
        await groups.set_mode(tx, mode="instant", **who)
        assert await groups.mode_of(tx, **who) is Mode.INSTANT


async def test_whoever_changes_sides_leaves_what_is_not_theirs(store: Store, now: datetime) -> None:
    """With a yes to a change of sides one leaves the groups of the former side, and the seat in them."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, composition="civil")
        person = await enrolled(tx)
        await groups.join(tx, group=group, person=person)
        await groups.seat(tx, group=group, person=person, rank="deputy")
        wish = {"side": "official", "service": "courts", "role": "", "visibility": "open"}
        asked = await approvals.ask(tx, kind="side", subject=person, by=person, country="NE", wish=wish)
        await requests.settle(tx, approval=asked, by=official, agree=True)
        assert await entries.way(tx, group=group, person=person) is Way.OTHER_SIDE
        assert [seat.person for seat in await groups.seated(tx, group=group)] == [civil]


async def test_what_is_kept_of_a_wish_goes_with_its_person(store: Store, now: datetime) -> None:
    """The copy names groups, words and reasons; erased, nothing of them is left, nor of what was asked about them."""
    async with store.transaction(now) as tx:
        group, civil, official = await begun(tx, policy="request")
        person = await enrolled(tx)
        asked = await asks(tx, group, person, words="Radio du lac")
        entry = (await approvals.get(tx, approval=asked["approval"])).subject
        await vouches.ask(tx, entry=entry, group=group, person=official, by=civil)
        kept = await erasure.export(tx, person=person)
        assert kept["groups_asked"] == [{"group": "Lac Tchad", "words": "Radio du lac"}]
        assert set((await erasure.export(tx, person=civil))["coordinates"]) == {"Lac Tchad", "NE"}
        await erasure.erase(tx, person=person)
        for table in (entries.entries, vouches.vouches):
            assert not await tx.all(table.select())
        assert await approvals.pending_for(tx, person=civil) == []
        other = await enrolled(tx)
        await groups.join(tx, group=group, person=other)
        await removals.remove(tx, group=group, person=other, by=civil, reason="Hors sujet")
        kept = await erasure.export(tx, person=other)
        assert kept["groups_removed"] == [{"group": "Lac Tchad", "reason": "Hors sujet"}]
        await erasure.erase(tx, person=other)
        assert not await tx.all(removals.removals.select())


async def test_a_removal_follows_whoever_links_two_memberships(store: Store, now: datetime) -> None:
    """Whoever was taken out of an open group does not come back by another membership that is joined to theirs."""
    async with store.transaction(now) as tx:
        group, civil, _official = await begun(tx, policy="open")
        old, new = await enrolled(tx), await enrolled(tx)
        await groups.join(tx, group=group, person=old)
        await removals.remove(tx, group=group, person=old, by=civil, reason="Hors sujet")
        await entries.hand_over(tx, person=old, to=new)
        assert await entries.way(tx, group=group, person=new) is Way.ASK
