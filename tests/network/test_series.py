"""Series: opened by both sides, taken part in by those invited, led through six phases to their end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import approvals, audit, due, erasure, groups, regimes, requests, series
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.series import Level, Phase, State
from network.store import Store, Tx
from tests.network.people import enrolled, seated

WORDS = {"title": "Evenings with the police", "purpose": "That both sides decide together what changes."}


async def group_of(tx: Tx, country: str = "NE") -> str:
    """Return the id of the group of a country."""
    return (await groups.by_country(tx, country=country)).id


async def asked_for(tx: Tx, **how: object) -> tuple[dict[str, object], str, str]:
    """Ask for a series in the group of Niger; return it and the coordinators, civil society's first."""
    civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
    asked = await series.open_one(tx, by=civil, group=await group_of(tx), **{**WORDS, **how})
    return asked, civil, official


async def opened(tx: Tx, **how: object) -> tuple[str, str, str]:
    """Open a series in the group of Niger; return it and its hosts."""
    asked, civil, official = await asked_for(tx, **how)
    await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=True)
    return str(asked["id"]), civil, official


async def member(tx: Tx, side: str = "civil", service: str = "", country: str = "NE") -> str:
    """Make a member of the group of a country."""
    usual = {"civil": "association", "official": "police"}[side]
    person = await enrolled(tx, side=side, service=service or usual, country=country)
    await groups.join(tx, group=await group_of(tx, country), person=person)
    return person


async def inside(tx: Tx, found: str, **how: datetime) -> set[str]:
    """Return the ids of those who are in a series."""
    return {row.id for row in await tx.all(series.members_of(found, **how))}


async def test_a_coordinator_opens_one_with_the_other_side(store: Store, now: datetime) -> None:
    """Only the other side's coordinator opens it; then both host it and its first phase begins."""
    async with store.transaction(now) as tx:
        asked, civil, official = await asked_for(tx)
        assert asked["deciders"] == [official]
        waiting = await series.get(tx, series=str(asked["id"]))
        assert (waiting.state, waiting.begins_at, waiting.phase_until) == (State.ASKED, None, None)
        assert await series.mine(tx, person=official) == []
        await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=True)
        found = await series.get(tx, series=str(asked["id"]))
        assert (found.state, found.phase, found.hosts) == (State.OPEN, Phase.GATHER, (civil, official))
        assert (found.begins_at, found.began) == (now, {Phase.GATHER: now})
        assert await inside(tx, found.id) == {civil, official}
        taken = [(each.kind, each.subject) for each in await due.take(tx)]
        assert (series.NEWS, f"{found.id}:gather") in taken


async def test_a_member_needs_both_sides(store: Store, now: datetime) -> None:
    """What a member proposes opens with the second yes, and is led with the coordinator of the other side."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await member(tx)
        asked = await series.open_one(tx, by=author, group=await group_of(tx), **WORDS)
        assert set(asked["deciders"]) == {civil, official}
        await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        assert (await series.get(tx, series=asked["id"])).state is State.ASKED
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        found = await series.get(tx, series=asked["id"])
        assert (found.state, found.hosts) == (State.OPEN, (author, official))


async def test_a_no_ends_it(store: Store, now: datetime) -> None:
    """A refused series stays refused, and nobody is in it but who asked."""
    async with store.transaction(now) as tx:
        asked, civil, official = await asked_for(tx)
        await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=False, reason="Not now.")
        found = await series.get(tx, series=str(asked["id"]))
        assert (found.state, found.hosts) == (State.REFUSED, (civil,))
        with pytest.raises(Conflict):
            await series.advance(tx, series=found.id, by=civil)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"months": 5}, Invalid),
        ({"months": 37}, Invalid),
        ({"about": ["no.topic"]}, Invalid),
        ({"places": ["XX"]}, Invalid),
        ({"zone": "XX-YY"}, Invalid),
        ({"services": ["pirates"]}, Invalid),
    ],
)
async def test_what_cannot_be_is_refused(store: Store, now: datetime, how: dict, error: type[Exception]) -> None:
    """A series lasts 6 to 36 months, and is about known topics, countries, zones and kinds of bodies."""
    async with store.transaction(now) as tx:
        with pytest.raises(error):
            await asked_for(tx, **how)


async def test_who_may_ask(store: Store, now: datetime) -> None:
    """A stranger to the group asks for none, a member for no national one, and nobody where a side has no seat."""
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "civil")
        home = await group_of(tx)
        early, stranger = await member(tx), await enrolled(tx)
        for by in (early, stranger):
            with pytest.raises(Forbidden):
                await series.open_one(tx, by=by, group=home, **WORDS)
        await seated(tx, "NE", "official")
        with pytest.raises(Forbidden):
            await series.open_one(tx, by=early, group=home, level=Level.NATIONAL, **WORDS)
        await series.open_one(tx, by=early, group=home, **WORDS)


async def test_those_who_say_yes_are_in_it(store: Store, now: datetime) -> None:
    """Members of the groups that it invites say yes or no; who leaves the group, or stops, is in it no more."""
    async with store.transaction(now) as tx:
        neighbours = await seated(tx, "ML", "civil")
        found, civil, official = await opened(tx, invited=[await group_of(tx, "ML")])
        here, there, other = await member(tx), await member(tx, country="ML"), await member(tx, country="BF")
        for person in (here, there):
            await series.take_part(tx, series=found, person=person)
        with pytest.raises(Missing):
            await series.take_part(tx, series=found, person=other)
        with pytest.raises(Conflict):
            await series.take_part(tx, series=found, person=civil, yes=False)
        assert await inside(tx, found) == {civil, official, here, there}
        asked = {row.id for row in await tx.all(series.invited(found))}
        assert asked == {civil, official, here, there, neighbours}
        assert [len(await series.mine(tx, person=each)) for each in (here, there, neighbours, other)] == [1, 1, 1, 0]
        await series.take_part(tx, series=found, person=here, yes=False)
        assert await series.answer_of(tx, series=found, person=here) is False
        await groups.leave(tx, group=await group_of(tx, "ML"), person=there)
        assert await inside(tx, found) == {civil, official}
        assert await series.mine(tx, person=there) == []


async def test_who_wants_to_hear_nothing_hears_nothing(store: Store, now: datetime) -> None:
    """Who paused the group that invites them is in the series and hears nothing of it meanwhile."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        quiet = await member(tx)
        await series.take_part(tx, series=found, person=quiet)
        await groups.pause(tx, group=await group_of(tx), person=quiet, until=now + timedelta(days=2))
        assert await inside(tx, found) == {civil, official, quiet}
        assert await inside(tx, found, hearing_at=now) == {civil, official}
        assert await inside(tx, found, hearing_at=now + timedelta(days=3)) == {civil, official, quiet}


async def test_hosts_lead_it_through_its_phases(store: Store, now: datetime) -> None:
    """Either host lets the next phase begin, nobody else; after the last one it ends, and is over."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        person = await member(tx)
        with pytest.raises(Missing):
            await series.advance(tx, series=found, by=person)
        for turn, phase in enumerate([*Phase][1:]):
            moved = await series.advance(tx, series=found, by=(civil, official)[turn % 2], to=phase)
            assert (moved.phase, moved.began[phase]) == (phase, now)
        with pytest.raises(Conflict):
            await series.advance(tx, series=found, by=civil)
        await series.end(tx, series=found, by=official)
        assert (await series.get(tx, series=found)).state is State.OVER
        for act in (series.end(tx, series=found, by=civil), series.take_part(tx, series=found, person=person)):
            with pytest.raises(Conflict):
                await act
        assert await series.mine(tx, person=person) == []
        assert len(await series.mine(tx, person=civil)) == 1


async def test_two_taps_move_it_once(store: Store, now: datetime) -> None:
    """The other host's tap for the same step comes too late and moves nothing."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        await series.advance(tx, series=found, by=civil, to=Phase.UNDERSTAND)
        with pytest.raises(Conflict):
            await series.advance(tx, series=found, by=official, to=Phase.UNDERSTAND)
        assert (await series.get(tx, series=found)).phase is Phase.UNDERSTAND


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-01", 12, "2027-12-01"),
        ("2026-11-22", 36, "2029-11-22"),
        ("2026-06-30", 6, "2026-12-30"),
    ],
)
def test_months_are_those_of_the_calendar(begins: str, months: int, ends: str) -> None:
    """So many months later it is the same day, or the last one of a shorter month."""
    assert series.later(datetime.fromisoformat(begins), months) == datetime.fromisoformat(ends)


async def test_hosts_hear_when_a_phase_takes_long(store: Store, now: datetime) -> None:
    """Each phase has a sixth of the whole: a due row stands at its end, moves with the next one, and goes last."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        first = await series.get(tx, series=found)
        assert first.phase_until == now + (series.later(now, 12) - now) / 6
        assert await due.cancel(tx, kind=series.STANDS, subject=found)
    async with store.transaction(now + timedelta(days=70)) as tx:
        moved = await series.advance(tx, series=found, by=civil)
        assert moved.phase_until is not None
        assert moved.phase_until - tx.now == first.phase_until - now
        await series.end(tx, series=found, by=civil)
        assert not await due.cancel(tx, kind=series.STANDS, subject=found)


async def test_a_series_outlives_its_hosts(store: Store, now: datetime) -> None:
    """Erased, a host leaves it to the next seat of their side, else to the other host; what waits is gone with them."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        deputy = await seated(tx, "NE", "civil", rank="deputy")
        await erasure.erase(tx, person=civil)
        assert (await series.get(tx, series=found)).hosts == (deputy, official)
        await erasure.erase(tx, person=official)
        assert (await series.get(tx, series=found)).hosts == (deputy,)
        await erasure.erase(tx, person=deputy)
        assert (await series.get(tx, series=found)).hosts == ()
    async with store.transaction(now) as tx:
        asked, civil, _official = await asked_for(tx)
        await erasure.erase(tx, person=civil)
        assert await series.find(tx, series=str(asked["id"])) is None
        assert not await approvals.is_any_pending(tx, subject=str(asked["id"]))


async def test_it_goes_to_another_membership_of_the_same_person(store: Store, now: datetime) -> None:
    """Who links two apps keeps what they host and what they said yes to."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        person, again, host = await member(tx), await member(tx), await member(tx)
        await series.take_part(tx, series=found, person=person)
        await series.hand_over(tx, person=person, to=again)
        await series.hand_over(tx, person=civil, to=host)
        assert await inside(tx, found) == {host, official, again}
        assert (await series.get(tx, series=found)).by == host


async def test_one_human_being_leads_for_one_side(store: Store, now: datetime) -> None:
    """Where both hosts turn out to be one, the place of the other side is free again."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        await series.hand_over(tx, person=official, to=civil)
        assert (await series.get(tx, series=found)).hosts == (civil,)


async def test_a_copy_says_what_one_hosts_and_takes_part_in(store: Store, now: datetime) -> None:
    """A person's own copy names the series that they lead, and to which they said yes or no."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        person = await member(tx)
        await series.take_part(tx, series=found, person=person, yes=False)
        title = WORDS["title"]
        assert await series.copy(tx, person=civil) == [{"title": title, "hosts": True, "takes_part": True}]
        assert await series.copy(tx, person=person) == [{"title": title, "hosts": False, "takes_part": False}]


async def test_what_both_sides_did_stands_in_the_log(store: Store, now: datetime) -> None:
    """Asked, agreed to, led on and ended: each is counted in the audit log."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        await series.advance(tx, series=found, by=civil)
        await series.end(tx, series=found, by=civil)
        counted = await audit.counts(tx)
        acts = ("ask_series", "agree_series", "advance_series", "end_series")
        assert [counted.get(act) for act in acts] == [1, 1, 1, 1]
        assert await audit.verify(tx) > 0


async def test_a_paused_country_hears_nothing(store: Store, now: datetime) -> None:
    """While a country is paused its people stay in a series, and no news of it is meant for them."""
    async with store.transaction(now) as tx:
        await seated(tx, "ML", "civil")
        found, civil, official = await opened(tx, invited=[await group_of(tx, "ML")])
        there = await member(tx, country="ML")
        await series.take_part(tx, series=found, person=there)
        await regimes.put(tx, country="ML", to=regimes.Standing.PAUSED)
        assert await inside(tx, found) == {civil, official, there}
        assert await inside(tx, found, hearing_at=now) == {civil, official}
        assert there not in {row.id for row in await tx.all(series.invited(found, hearing_at=now))}
