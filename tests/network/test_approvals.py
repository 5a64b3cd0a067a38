"""Approvals: one word for each side, on both databases (D8)."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import approvals, audit, groups, members
from network.approvals import Decision
from network.errors import Forbidden, Missing
from network.ids import new_id
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, seated


async def waiting(tx: Tx, country: str = "NE", *, both_sides: bool = False) -> str:
    """Ask for the approval of somebody who wants to join."""
    person = await enrolled(tx, state=State.WAITING)
    return await approvals.ask(tx, kind="join", subject=person, by=person, country=country, both_sides=both_sides)


async def test_one_word_decides_where_one_is_enough(store: Store, now: datetime) -> None:
    """The first word of either side decides, and later ones change nothing."""
    async with store.transaction(now) as tx:
        official, civil = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        asked = await waiting(tx)
        assert await approvals.deciders(tx, approval=asked) == [civil, official]
        outcome = await approvals.decide(tx, approval=asked, by=official, agree=True)
        assert (outcome.state, outcome.kind) == (Decision.APPROVED, "join")
        late = await approvals.decide(tx, approval=asked, by=civil, agree=False)
        assert late == outcome
        assert await approvals.pending_for(tx, person=civil) == []
        assert (await audit.counts(tx))["agree_join"] == 1


async def test_both_sides_are_needed_where_it_is_sensitive(store: Store, now: datetime) -> None:
    """With both sides needed, each side gives one word; the same side's second word changes nothing."""
    async with store.transaction(now) as tx:
        official = await seated(tx, "NE", "official")
        deputy = await seated(tx, "NE", "official", "deputy")
        civil = await seated(tx, "NE", "civil")
        asked = await waiting(tx, both_sides=True)
        for _ in range(2):
            outcome = await approvals.decide(tx, approval=asked, by=official, agree=True)
            assert outcome.state is Decision.PENDING
        with pytest.raises(Forbidden):
            await approvals.decide(tx, approval=asked, by=deputy, agree=True)
        assert await approvals.pending_for(tx, person=deputy) == []
        assert await approvals.deciders(tx, approval=asked) == [civil]
        assert (await approvals.get(tx, approval=asked)).needs == ("civil",)
        assert (await approvals.decide(tx, approval=asked, by=civil, agree=True)).state is Decision.APPROVED


async def test_nobody_gives_the_word_of_both_sides(store: Store, now: datetime) -> None:
    """Somebody who changes side after their word does not give the other side's word too."""
    async with store.transaction(now) as tx:
        person = await seated(tx, "NE", "official")
        asked = await waiting(tx, both_sides=True)
        await approvals.decide(tx, approval=asked, by=person, agree=True)
        await members.change(tx, person=person, side="civil")
        group = (await groups.by_country(tx, country="NE")).id
        await groups.seat(tx, group=group, person=person, rank="coordinator")
        assert (await approvals.decide(tx, approval=asked, by=person, agree=True)).state is Decision.PENDING


async def test_one_refusal_refuses_with_its_reason(store: Store, now: datetime) -> None:
    """One side's refusal is enough; its reason is kept, sealed, without a name."""
    async with store.transaction(now) as tx:
        official, civil = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        asked = await waiting(tx, both_sides=True)
        await approvals.decide(tx, approval=asked, by=civil, agree=True)
        outcome = await approvals.decide(tx, approval=asked, by=official, agree=False, reason="Not a real name")
        assert outcome.state is Decision.REFUSED
        assert await approvals.reasons(tx, approval=asked) == ["Not a real name"]


async def test_only_seats_of_the_country_decide_while_there_are_any(store: Store, now: datetime) -> None:
    """Another country's coordinator decides only where this one has nobody, for each needed side."""
    async with store.transaction(now) as tx:
        near, far = await seated(tx, "NE", "official"), await seated(tx, "SN", "civil")
        one, both = await waiting(tx), await waiting(tx, both_sides=True)
        nowhere = await waiting(tx, "TD")
        assert await approvals.deciders(tx, approval=one) == [near]
        assert await approvals.deciders(tx, approval=both) == [near, far]
        assert set(await approvals.deciders(tx, approval=nowhere)) == {near, far}
        assert {found.id for found in await approvals.pending_for(tx, person=far)} == {both, nowhere}
        with pytest.raises(Forbidden):
            await approvals.decide(tx, approval=one, by=far, agree=True)


async def test_nobody_decides_on_their_own(store: Store, now: datetime) -> None:
    """Who asked, or who it is about, has no word in it; a stranger has none either."""
    async with store.transaction(now) as tx:
        author, other = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        asked = await approvals.ask(tx, kind="practice", subject=new_id(), by=author, country="NE")
        assert await approvals.pending_for(tx, person=author) == []
        for person in (author, await enrolled(tx)):
            with pytest.raises(Forbidden):
                await approvals.decide(tx, approval=asked, by=person, agree=True)
        assert [found.id for found in await approvals.pending_for(tx, person=other)] == [asked]


async def test_asking_again_while_pending_is_the_same_request(store: Store, now: datetime) -> None:
    """A second request about the same subject is the first one, until that is decided."""
    async with store.transaction(now) as tx:
        decider = await seated(tx, "NE", "official")
        person = await enrolled(tx, state=State.WAITING)
        first = await approvals.ask(tx, kind="join", subject=person, by=person, country="NE")
        assert await approvals.ask(tx, kind="join", subject=person, by=person, country="NE") == first
        await approvals.decide(tx, approval=first, by=decider, agree=False)
        assert await approvals.ask(tx, kind="join", subject=person, by=person, country="NE") != first
        with pytest.raises(Missing):
            await approvals.decide(tx, approval=new_id(), by=decider, agree=True)
        with pytest.raises(Missing):
            await approvals.deciders(tx, approval=new_id())


async def test_what_was_found_is_found_again_in_its_order(store: Store, now: datetime) -> None:
    """``only`` returns those of the ids that are still to be decided, in the order given."""
    async with store.transaction(now) as tx:
        decider = await seated(tx, "NE", "official")
        asked = [await waiting(tx) for _ in range(3)]
        await approvals.decide(tx, approval=asked[1], by=decider, agree=True)
        found = await approvals.pending_for(tx, person=decider, only=[asked[2], new_id(), asked[1], asked[0]])
        assert [approval.id for approval in found] == [asked[2], asked[0]]
        await approvals.withdraw(tx, subject=found[0].subject)
        assert [approval.id for approval in await approvals.pending_for(tx, person=decider)] == [asked[0]]
