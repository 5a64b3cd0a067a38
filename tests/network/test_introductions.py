"""Offers, introductions and who can be found: how often, by whom, and what nobody learns; on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from network import allies, due, erasure, introductions, links, members, regimes, relays
from network.allies import Kind, Wanted
from network.attribution import REGION, ROLE
from network.errors import Invalid, Missing
from network.introductions import AGAIN_AFTER, AT_MOST, HOLDS, MOST_A_WHILE, OVER, State, TooMany
from network.store import Store, Tx
from tests.network.people import enrolled

TOPIC = "com.dialogue"
SECOND = timedelta(seconds=1)


async def offering(tx: Tx, kind: Kind = Kind.ALLY, topic: str = TOPIC, level: int = REGION, **who: str) -> str:
    """Make a member who can be found on a topic, and return their id."""
    person = await enrolled(tx, **{"side": "official", "service": "police", "country": "ML", **who})
    await allies.offer_only(tx, person=person, kind=kind, topics=[topic], level=level)
    return person


async def offer_of(tx: Tx, person: str) -> str:
    """Return the id of somebody's offer."""
    return str(await tx.scalar(select(allies.offers.c.id).where(allies.offers.c.person == person)))


async def proposed(tx: Tx, seeker: str, peer: str, **how: object) -> str:
    """Propose a meeting and return its id."""
    usual = {"kind": "ally", "name": "=baobab", "why": "Comment avez-vous commencé ?", "level": REGION}
    made = await introductions.propose(tx, person=seeker, offer=await offer_of(tx, peer), **(usual | how))
    assert made["tell"] == peer
    return made["introduction"]


async def found(tx: Tx, seeker: str, **wanted: str) -> set[str]:
    """Return who can be found, by the ids of the offers."""
    kind = Kind(wanted.pop("kind", "ally"))
    given = {"topic": TOPIC, **wanted}
    return {each.id for each in await introductions.candidates(tx, person=seeker, wanted=Wanted(kind, **given))}


async def test_who_can_be_found(store: Store, now: datetime) -> None:
    """Active members by topic, side and place, once each; no others, and in a country only where nobody stands out."""
    async with store.transaction(now) as tx:
        seeker = await enrolled(tx, country="TN")
        police = await offer_of(tx, await offering(tx))
        civil = await offer_of(tx, await offering(tx, side="civil", service="association", country="MA"))
        field = await offer_of(tx, await offering(tx, topic="com"))
        for other in (
            await offering(tx, topic="jus.access"),
            await offering(tx, kind=Kind.MENTOR),
            await offering(tx, state=members.State.STOPPED),
        ):
            assert await offer_of(tx, other)
        assert await found(tx, seeker) == {police, civil, field}
        assert await found(tx, seeker, side="civil") == {civil}
        assert await found(tx, seeker, place="sahel") == {police, field}
        assert await found(tx, seeker, place="ML") == set()
        assert await allies.places(tx) == []
        for _number in range(8):
            await enrolled(tx, side="official", service="police", country="ML")
        assert await allies.places(tx) == await allies.places(tx, side="official") == ["ML"]
        assert await allies.places(tx, side="civil") == []
        assert await found(tx, seeker, place="ML") == {police, field}


async def test_the_line_says_no_more_than_ten_hide(store: Store, now: datetime) -> None:
    """Role and country are said where ten are like them, side and region else, whatever was chosen."""
    async with store.transaction(now) as tx:
        seeker = await enrolled(tx, country="TN")
        await offering(tx, level=ROLE)
        (alone,) = await introductions.candidates(tx, person=seeker, wanted=Wanted(Kind.ALLY, TOPIC))
        assert (alone.line.side, alone.line.region, alone.line.country) == ("official", "sahel", "")
        for _number in range(9):
            await enrolled(tx, side="official", service="police", country="ML")
        (among,) = await introductions.candidates(tx, person=seeker, wanted=Wanted(Kind.ALLY, TOPIC))
        assert (among.line.service, among.line.country) == ("police", "ML")


async def test_neither_side_has_more_than_three_open(store: Store, now: datetime) -> None:
    """The fourth proposal of one, and to one, waits a week, whether the others were declined or not."""
    async with store.transaction(now) as tx:
        seeker, peers = await enrolled(tx), [await offering(tx) for _ in range(AT_MOST + 1)]
        made = [await proposed(tx, seeker, peer) for peer in peers[:AT_MOST]]
        await introductions.decline(tx, introduction=made[0], person=peers[0])
        assert len(await introductions.mine(tx, person=seeker)) == AT_MOST
        with pytest.raises(TooMany):
            await proposed(tx, seeker, peers[-1])
        for number in range(AT_MOST):
            one = await proposed(tx, await enrolled(tx), peers[-1])
            if number:
                await introductions.decline(tx, introduction=one, person=peers[-1])
        last = await enrolled(tx)
        offer = await offer_of(tx, peers[-1])
        assert offer not in await found(tx, last)
        with pytest.raises(Missing):
            await proposed(tx, last, peers[-1])
    async with store.transaction(now + HOLDS) as tx:
        assert offer in await found(tx, last)
        await proposed(tx, seeker, peers[-1])


async def test_a_member_proposes_at_most_six_times_in_thirty_days(store: Store, now: datetime) -> None:
    """After six a member waits until thirty days after the first."""
    async with store.transaction(now) as tx:
        seeker, peers = await enrolled(tx), [await offering(tx) for _ in range(MOST_A_WHILE + 1)]
    for at, peer in enumerate(peers[:MOST_A_WHILE]):
        async with store.transaction(now + at // AT_MOST * HOLDS) as tx:
            await proposed(tx, seeker, peer)
    async with store.transaction(now + introductions.WHILE - SECOND) as tx:
        assert not await introductions.may_propose(tx, person=seeker)
        with pytest.raises(TooMany):
            await proposed(tx, seeker, peers[-1])
    async with store.transaction(now + introductions.WHILE) as tx:
        await proposed(tx, seeker, peers[-1])


@pytest.mark.parametrize("way", ["declined", "unanswered", "erased", "stopped"])
async def test_nothing_tells_a_no_from_no_answer(store: Store, now: datetime, way: str) -> None:
    """What the seeker can see, and when, is the same; the two are not proposed to each other for half a year."""
    async with store.transaction(now) as tx:
        seeker, peer = await enrolled(tx), await offering(tx)
        made = await proposed(tx, seeker, peer)
        if way == "declined":
            await introductions.decline(tx, introduction=made, person=peer)
        elif way == "erased":
            await erasure.erase(tx, person=peer)
        elif way == "stopped":
            await members.set_state(tx, person=peer, state=members.State.STOPPED)
        (shown,) = await introductions.mine(tx, person=seeker)
        assert (shown.why, shown.topic) == ("Comment avez-vous commencé ?", TOPIC)
        assert await found(tx, seeker) == set()
    async with store.transaction(now + HOLDS - SECOND) as tx:
        assert [row for row in await due.take(tx) if row.kind == OVER] == []
    async with store.transaction(now + HOLDS) as tx:
        (row,) = [row for row in await due.take(tx) if row.kind == OVER]
        assert (row.subject, row.person) == (made, seeker)
        ended = await introductions.end(tx, introduction=made)
        assert ended is not None
        assert await introductions.end(tx, introduction=made) is None
        assert await introductions.mine(tx, person=seeker) == []
        kept = await tx.first(select(introductions.introductions))
        assert (kept.state, kept.why, kept.name) == (State.OVER.value, None, None)
        assert await found(tx, seeker) == set()
    async with store.transaction(now + AGAIN_AFTER) as tx:
        assert await introductions.sweep(tx) == 1
        assert len(await found(tx, seeker)) == (way in {"declined", "unanswered"})


async def test_only_the_one_asked_can_answer_and_only_in_time(store: Store, now: datetime) -> None:
    """Others, the seeker, a second answer and one after the week change nothing."""
    async with store.transaction(now) as tx:
        seeker, peer, other = await enrolled(tx), await offering(tx), await enrolled(tx)
        made, late = await proposed(tx, seeker, peer), await proposed(tx, other, peer)
        for person in (seeker, other):
            with pytest.raises(Missing):
                await introductions.accept(tx, introduction=made, person=person, name="=dune")
            with pytest.raises(Missing):
                await introductions.decline(tx, introduction=made, person=person)
        with pytest.raises(Missing):
            await introductions.take_back(tx, introduction=made, person=other)
        met = await introductions.accept(tx, introduction=made, person=peer, name="=dune")
        assert met == {"tell": seeker, "theirs": 1, "number": 1}
        with pytest.raises(Missing):
            await introductions.accept(tx, introduction=made, person=peer, name="=dune")
        (relay,) = await relays.mine(tx, person=seeker)
        assert (relay.name, relay.other, relay.other_person) == ("=baobab", "=dune", peer)
    async with store.transaction(now + HOLDS) as tx:
        with pytest.raises(Missing):
            await introductions.accept(tx, introduction=late, person=peer, name="=dune")
        assert await introductions.waiting_for(tx, person=peer) == []


async def test_a_mentor_needs_a_goal_and_months(store: Store, now: datetime) -> None:
    """One to six months; an ally takes none, and no level beyond role and country is known."""
    async with store.transaction(now) as tx:
        seeker, peer = await enrolled(tx), await offering(tx, kind=Kind.MENTOR)
        for wrong in ({"months": 0}, {"months": 7}, {"months": 2, "level": 3}, {"months": 2, "why": ""}):
            with pytest.raises(Invalid):
                await proposed(tx, seeker, peer, **({"kind": "mentor"} | wrong))
        with pytest.raises(Missing):
            await proposed(tx, seeker, peer)
        await proposed(tx, seeker, peer, kind="mentor", months=6)


async def test_whoever_is_blocked_or_barred_is_met_no_more(store: Store, now: datetime) -> None:
    """Neither finds the other after a block; whom coordinators barred neither finds nor is found for half a year."""
    async with store.transaction(now) as tx:
        one, other, third = await offering(tx), await offering(tx), await offering(tx)
        await allies.block(tx, person=one, other=other)
        assert await offer_of(tx, other) not in await found(tx, one)
        assert await offer_of(tx, one) not in await found(tx, other)
        await allies.bar(tx, person=third)
        assert await found(tx, third) == set()
        await allies.offer_only(tx, person=third, kind=Kind.ALLY, topics=[TOPIC])
        assert await found(tx, one) == set()
    async with store.transaction(now + allies.BARRED) as tx:
        assert await found(tx, one) == {await offer_of(tx, third)}
        assert await found(tx, third) == {await offer_of(tx, one), await offer_of(tx, other)}


async def test_no_proposal_of_before_brings_together_whom_coordinators_barred(store: Store, now: datetime) -> None:
    """What they proposed, and what was proposed to them, can be accepted no more; the other sees it wait as before."""
    async with store.transaction(now) as tx:
        barred, seeker, peer = await offering(tx), await offering(tx), await offering(tx)
        to_them, by_them = await proposed(tx, seeker, barred), await proposed(tx, barred, peer)
        await introductions.bar(tx, person=barred)
        for introduction, person in ((to_them, barred), (by_them, peer)):
            assert await introductions.waiting_for(tx, person=person) == []
            with pytest.raises(Missing):
                await introductions.accept(tx, introduction=introduction, person=person, name="=dune")
        assert [each.id for each in await introductions.mine(tx, person=seeker)] == [to_them]
        assert await introductions.candidates(tx, person=barred, wanted=Wanted(Kind.ALLY, TOPIC)) == []


async def test_two_memberships_of_one_person_become_one(store: Store, now: datetime) -> None:
    """What either offered and proposed is the other's, and they are not proposed to themselves."""
    async with store.transaction(now) as tx:
        old, new, peer = await offering(tx), await offering(tx, topic="jus.access"), await offering(tx)
        await allies.offer_only(tx, person=new, kind=Kind.ALLY, topics=[TOPIC, "jus.access"])
        mine = await proposed(tx, old, peer)
        theirs = await introductions.propose(
            tx,
            person=peer,
            kind="ally",
            name="=dune",
            why="Comment faites-vous ?",
            level=REGION,
            offer=await tx.scalar(
                select(allies.offers.c.id).where(allies.offers.c.person == new, allies.offers.c.topic == "jus.access")
            ),
        )
        await allies.block(tx, person=old, other=await enrolled(tx))
        await links._hand_over(tx, old, new)
        await erasure.erase(tx, person=old)
        assert sorted(await allies.offered(tx, person=new, kind="ally")) == [TOPIC, "jus.access"]
        assert [each.id for each in await introductions.mine(tx, person=new)] == [mine]
        assert [each.id for each in await introductions.waiting_for(tx, person=new)] == [theirs["introduction"]]
        assert [row.person for row in await tx.all(select(allies.blocks))] == [new]


async def test_proposals_made_at_once_are_counted_one_after_the_other(store: Store, now: datetime) -> None:
    """Of many proposals of one member, or to one, at the same moment, three are made."""
    async with store.transaction(now) as tx:
        seeker, peers = await enrolled(tx), [await offering(tx) for _ in range(6)]
        seekers, peer = [await enrolled(tx) for _ in range(6)], await offering(tx)

    async def propose(one: str, other: str) -> bool:
        try:
            async with store.transaction(now) as tx:
                await proposed(tx, one, other)
        except (TooMany, Missing):
            return False
        return True

    made = await asyncio.gather(*(propose(seeker, each) for each in peers))
    assert sum(made) == AT_MOST
    made = await asyncio.gather(*(propose(each, peer) for each in seekers))
    assert sum(made) == AT_MOST


async def test_whose_country_only_observes_is_not_found(store: Store, now: datetime) -> None:
    """Who may not answer now is not proposed to anybody."""
    async with store.transaction(now) as tx:
        seeker, peer = await enrolled(tx), await offering(tx)
        for standing, there in (("observing", False), ("paused", False), ("open", True)):
            await regimes.put(tx, country="ML", to=standing)
            assert bool(await found(tx, seeker)) is there
            assert await offer_of(tx, peer)
