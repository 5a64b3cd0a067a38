"""Regimes: what a country may do for now, decided by both sides or a steward; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from network import (
    addresses,
    approvals,
    audiences,
    audit,
    broadcasts,
    digests,
    dispatch,
    due,
    groups,
    outbox,
    regimes,
    requests,
    resolutions,
    seasons,
    topics,
)
from network.audiences import Audience
from network.dispatch import Limits
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.outbox import Post
from network.rates import Limit
from network.regimes import Standing
from network.store import Store
from tests.network.people import enrolled, handed_in, seated

FREE = Limit(1_000_000, 1.0, 1_000_000)
HERE = {"channel": "whatsapp", "account": "main"}
ELECTION = (date(2026, 12, 1), date(2026, 12, 2))  # in Niger, an hour ahead of UTC


@pytest.mark.parametrize(
    ("instant", "until"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), ELECTION[1]),
        (datetime(2026, 12, 2, 22, 59, 59, tzinfo=UTC), ELECTION[1]),
        (datetime(2026, 12, 2, 23, 0, tzinfo=UTC), None),
    ],
)
async def test_quiet_days_are_those_of_the_country(store: Store, instant: datetime, until: date | None) -> None:
    """A spell begins and ends at the country's own midnight; its neighbour is not quiet."""
    async with store.transaction(instant) as tx:
        await regimes.quieten(tx, country="NE", begins=ELECTION[0], ends=ELECTION[1])
        assert (await regimes.of(tx, "NE")).quiet_until == until
        assert not (await regimes.of(tx, "ML")).is_quiet


async def test_a_standing_is_put_and_taken_back(store: Store, now: datetime) -> None:
    """A country is open until it is held back, and open again after; what is no country is open, and cannot be put."""
    async with store.transaction(now) as tx:
        for standing in (Standing.PAUSED, Standing.OBSERVING):
            await regimes.put(tx, country="NE", to=standing)
            here = await regimes.of(tx, "NE")
            assert (here.standing, here.is_paused) == (standing, standing is Standing.PAUSED)
            assert not here.may_contribute
            assert await regimes.standings(tx) == {"NE": standing}
        await regimes.put(tx, country="NE", to="open")
        assert (await regimes.of(tx, "NE")).may_contribute
        assert (await regimes.of(tx, "")).may_contribute
        with pytest.raises(Missing):
            await regimes.put(tx, country="FR", to="paused")
        with pytest.raises(Invalid):
            await regimes.quieten(tx, country="NE", begins=ELECTION[1], ends=ELECTION[0])
        assert (await audit.counts(tx))["regime"] == 3


async def test_nothing_goes_to_a_paused_country_but_answers(store: Store, now: datetime) -> None:
    """What is no answer stays queued, and what is due stays due; both go on when the country does."""
    async with store.transaction(now) as tx:
        people = {country: await enrolled(tx, country=country) for country in ("NE", "TN")}
        for country, person in people.items():
            home = await addresses.meet(tx, external=country, **HERE)
            await addresses.set_person(tx, person=home.person, to=person)
            posts = [Post(home.id, body=f"{country}{urgency}", urgency=urgency, **HERE) for urgency in (3, 0)]
            await outbox.put(tx, posts=posts)
            await due.at(tx, kind="digest", subject=country, instant=now, person=person)
        await regimes.put(tx, country="NE", to="paused")
        limits = Limits(account=FREE, chat=FREE)
        assert await _claimed(tx, limits) == {"NE0", "TN0", "TN3"}
        assert [row.subject for row in await due.take(tx)] == ["TN"]
        assert await due.next_at(tx) is None
        meant = Audience(countries=("NE", "TN"))
        assert await audiences.count(tx, audience=meant, hearing=True) == 1
        await regimes.put(tx, country="NE", to="observing")
        assert [row.subject for row in await due.take(tx)] == ["NE"]
        assert await audiences.count(tx, audience=meant, hearing=True) == 2
    async with store.transaction(now + timedelta(hours=1)) as tx:
        await dispatch.recover(tx, everything=True)
        assert "NE3" in await _claimed(tx, limits)


async def _claimed(tx: Any, limits: Limits) -> set[str]:
    found = await dispatch.claim(tx, limits=limits, limit=10, **HERE)
    return {call.body for call in found.calls}


async def test_members_of_a_country_that_is_held_back_cannot_post(store: Store, now: datetime) -> None:
    """In a group of several countries those of an open one post; whoever is not in it never does."""
    async with store.transaction(now) as tx:
        group = await groups.create(tx, code="lake")
        here, there, outside = await enrolled(tx), await enrolled(tx, country="TD"), await enrolled(tx)
        for person in (here, there):
            await groups.join(tx, group=group, person=person)
        await regimes.put(tx, country="NE", to="observing")
        may = {person: await groups.may_post(tx, group=group, person=person) for person in (here, there, outside)}
    assert may == {here: False, there: True, outside: False}


async def test_quiet_days_need_both_sides_and_prompt_nobody(store: Store, now: datetime) -> None:
    """What is from a quiet country, or by somebody of it, waits for both sides; nobody is invited to share."""
    async with store.transaction(now) as tx:
        here, there = await enrolled(tx), await enrolled(tx, country="TN")
        await regimes.quieten(tx, country="NE", begins=now.date(), ends=now.date())
        for author, country, both in (
            (here, "NE", True),
            (there, "NE", True),
            (here, "TN", True),
            (there, "TN", False),
        ):
            practice = await handed_in(tx, author, country=country)
            asked = await approvals.pending_about(tx, subject=practice, kind="practice")
            assert asked is not None
            assert asked.both_sides is both
        join = await approvals.ask(tx, kind="join", subject=here, by=here, country="NE")
        assert not (await approvals.get(tx, approval=join)).both_sides


async def test_no_season_invites_on_quiet_days(store: Store) -> None:
    """A season that would invite a member to share does not while their country is quiet."""
    instant = next(
        datetime(2026, month, 15, 12, tzinfo=UTC)
        for month in range(1, 13)
        if seasons.fitting("NE", date(2026, month, 15), topics.spread(root.code for root in topics.roots()))
    )
    async with store.transaction(instant) as tx:
        person = await enrolled(tx)
        await topics.follow(tx, person=person, topics=[root.code for root in topics.roots()])
        await digests.arm(tx, person=person)
        await regimes.quieten(tx, country="NE", begins=instant.date(), ends=instant.date())
        assert await seasons.invite(tx, person=person) is None
        await regimes.end_spells(tx, country="NE")
        assert await seasons.invite(tx, person=person) is not None


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"standing": "closed"},
        {"standing": "paused", "loud": "yes"},
        {"begins": "2026-12-01"},
        {"begins": "2026-12-02", "ends": "2026-12-01"},
        {"begins": "2026-12-01", "ends": "2027-12-01"},
        {"standing": "paused", "other": "x"},
    ],
)
async def test_a_wish_is_one_thing_that_can_be_done(store: Store, now: datetime, wish: dict[str, str]) -> None:
    """Nothing, two things at once, unknown words and endless spells are refused."""
    async with store.transaction(now) as tx:
        civil = await seated(tx, "NE", "civil")
        with pytest.raises(Invalid):
            await resolutions.propose(tx, country="NE", by=civil, wish=wish)


async def test_both_coordinators_decide_on_their_country(store: Store, now: datetime) -> None:
    """Only a seat of that country asks, one thing at a time; only the other side's answers, and then it holds."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        stranger = await seated(tx, "TN", "official")
        with pytest.raises(Forbidden):
            await resolutions.propose(tx, country="NE", by=stranger, wish={"standing": "paused"})
        asked = await resolutions.propose(tx, country="NE", by=civil, wish={"standing": "paused"})
        assert asked["deciders"] == [official]
        with pytest.raises(Conflict):
            await resolutions.propose(tx, country="NE", by=official, wish={"standing": "observing"})
        for nobody in (civil, stranger):
            with pytest.raises(Forbidden):
                await requests.settle(tx, approval=asked["approval"], by=nobody, agree=True)
        assert await regimes.standing(tx, country="NE") is Standing.OPEN
        settled = await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        assert (settled["state"], settled["tell"]) == ("approved", civil)
        assert await regimes.standing(tx, country="NE") is Standing.PAUSED
        assert await resolutions.pending(tx, country="NE") is None


async def test_on_quiet_days_a_group_is_told_with_the_yes_of_both(store: Store, now: datetime) -> None:
    """What a coordinator tells one group goes at once, on quiet days after the other side's one word."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        home = (await groups.by_country(tx, country="NE")).id
        bodies = broadcasts.Bodies(texts={"fr": "{}"}, instead={"fr": "{}"}, fallback="fr")
        states = []
        for quiet in (False, True):
            if quiet:
                await regimes.quieten(tx, country="NE", begins=now.date(), ends=now.date())
            what = {"by": civil, "group": home, "notice": {}, "audience": Audience(groups=(home,)), "confirmed": 2}
            broadcast = await broadcasts.draft(tx, **what)
            handed = await broadcasts.hand_in(tx, broadcast=broadcast, bodies=bodies)
            states.append((handed["state"], handed["deciders"]))
        assert states == [("sent", []), ("asked", [official])]
        settled = await requests.settle(tx, approval=handed["approval"], by=official, agree=True)
        assert settled["state"] == "approved"
