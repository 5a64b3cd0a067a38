"""Organisations and partnerships: who may enter, confirm and end them, and what is left of them; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from network import approvals, erasure, groups, members, organisations, partnerships, requests
from network.errors import Conflict, Forbidden, Invalid, Missing, NetworkError
from network.members import State
from network.organisations import AT_MOST, Terms
from network.store import Store, Tx
from tests.network.people import enrolled, reached, seated

TERMS = Terms("Radio Tarka", "Canary: we bring traders and the brigade to one table.", "NE", "NE-ML", ("com.dialogue",))
WHAT: dict[str, Any] = {"purpose": "Canary: a monthly meeting on the market.", "since": 2019}


async def entered(tx: Tx, by: str, *, contact: bool = False, agree: bool = True, **terms: Any) -> str:
    """Enter an organisation, and let a coordinator say yes or no; return its id."""
    there = [seat.person for seat in await groups.seated(tx) if seat.person != by]
    desk = there[0] if there else await seated(tx, "NE", "official")
    asked = await organisations.enter(tx, by=by, terms=replace(TERMS, **terms), contact=contact)
    assert desk in asked["deciders"]
    assert by not in asked["deciders"]
    found = (await approvals.get(tx, approval=asked["approval"])).subject
    settled = await requests.settle(tx, approval=asked["approval"], by=desk, agree=agree, reason="")
    assert settled["tell"] == by
    return found


async def count(tx: Tx, table: Any) -> int:
    """Return how many rows a table has."""
    return int(await tx.scalar(select(func.count()).select_from(table)))


async def test_an_organisation_is_shown_once_a_coordinator_agrees(store: Store, now: datetime) -> None:
    """Before that only who entered it reads it; refused, nothing of it stays."""
    async with store.transaction(now) as tx:
        by = await enrolled(tx)
        asked = await organisations.enter(tx, by=by, terms=TERMS, contact=False)
        assert await organisations.find(tx) == []
        (mine,) = await organisations.spoken_for(tx, person=by)
        assert (mine.name, mine.side, mine.is_open) == ("Radio Tarka", "civil", False)
        with pytest.raises(Missing):
            await organisations.belong(tx, organisation=mine.id, person=await enrolled(tx))
        await organisations.leave(tx, organisation=mine.id, person=by)
        with pytest.raises(Missing):
            await approvals.get(tx, approval=asked["approval"])
        shown = await entered(tx, by)
        refused = await entered(tx, by, name="Radio Air", agree=False)
        assert [each.id for each in await organisations.find(tx)] == [shown]
        with pytest.raises(Missing):
            await organisations.get(tx, organisation=refused)
        assert await count(tx, organisations.belongings) == 1


@pytest.mark.parametrize(
    ("by", "value", "found"),
    [
        ("topics", "com.dialogue", True),
        ("topics", "com", True),
        ("topics", "jus.access", False),
        ("country", "NE", True),
        ("country", "ML", False),
        ("zone", "NE-ML", True),
        ("zone", "NE-NG", False),
        ("side", "civil", True),
        ("side", "official", False),
    ],
)
async def test_organisations_and_partnerships_are_found(
    store: Store,
    now: datetime,
    by: str,
    value: str,
    found: bool,
) -> None:
    """By topic, country, border zone and side, and in no other way; a partnership by either of the two."""
    async with store.transaction(now) as tx:
        one, two = await enrolled(tx), await enrolled(tx)
        first = await entered(tx, one)
        second = await entered(tx, two, name="Radio Air", country="TN", zone="", topics=("jus.chain",))
        made = await partnerships.ask(tx, by=two, one=second, other=first, **WHAT)
        await partnerships.answer(tx, partnership=made["partnership"], by=one, agree=True)
        assert (first in {each.id for each in await organisations.find(tx, by=by, value=value)}) is found
        assert bool(await partnerships.find(tx, by=by, value=value)) is (found or (by, value) == ("side", "civil"))
        with pytest.raises(Invalid):
            await organisations.find(tx, by="name", value="Radio Air")


@pytest.mark.parametrize(
    "terms",
    [{"name": "x"}, {"about": "short"}, {"country": "XX"}, {"zone": "TN-LY"}, {"topics": ()}, {"topics": ("no.such",)}],
)
async def test_what_cannot_be_entered(store: Store, now: datetime, terms: dict[str, Any]) -> None:
    """Nothing is kept of an organisation that cannot be shown."""
    async with store.transaction(now) as tx:
        with pytest.raises(Invalid):
            await organisations.enter(tx, by=await enrolled(tx), terms=replace(TERMS, **terms), contact=False)
        assert await count(tx, organisations.organisations) == 0


async def test_members_of_an_organisation_are_told_in_whole_tens(store: Store, now: datetime) -> None:
    """Nine are not told, of ten and nineteen ten are; who stopped is not counted, who leaves neither."""
    async with store.transaction(now) as tx:
        by = await enrolled(tx)
        body = await entered(tx, by)
        people = [await enrolled(tx) for _ in range(18)]
        for number, expected in ((8, 0), (9, 10), (18, 10)):
            for person in people[:number]:
                await organisations.belong(tx, organisation=body, person=person)
            assert (await organisations.get(tx, organisation=body)).members == expected
        for person in people[:5]:
            await members.set_state(tx, person=person, state=State.STOPPED)
        for person in people[5:10]:
            await organisations.leave(tx, organisation=body, person=person)
        assert (await organisations.get(tx, organisation=body)).members == 0


async def test_who_speaks_is_reached_only_by_their_yes(store: Store, now: datetime) -> None:
    """An organisation leads to whoever speaks for it if they said so, never to who only belongs to it."""
    async with store.transaction(now) as tx:
        looks, by, belongs = await enrolled(tx, country="TN"), await enrolled(tx), await enrolled(tx)
        silent, open_ = await entered(tx, by), await entered(tx, by, name="Radio Air", contact=True)
        await organisations.belong(tx, organisation=silent, person=belongs)
        assert not await organisations.can_reach(tx, door=silent, person=looks)
        assert await organisations.can_reach(tx, door=open_, person=looks)
        assert not await organisations.can_reach(tx, door=open_, person=by)
        how: dict[str, Any] = {"topic": "com.dialogue", "name": "=baobab", "why": "Comment faites-vous ?", "level": 1}
        made = await organisations.propose(tx, person=looks, door=open_, **how)
        assert made["tell"] == by
        with pytest.raises(Missing):
            await organisations.propose(tx, person=looks, door=open_, **how)


async def test_a_partnership_needs_both(store: Store, now: datetime) -> None:
    """Only who speaks for one asks, only who speaks for the other answers, and either ends it."""
    async with store.transaction(now) as tx:
        one, two, third = await enrolled(tx), await enrolled(tx), await enrolled(tx)
        first, second = await entered(tx, one), await entered(tx, two, name="Radio Air")
        mine = await entered(tx, one, name="Radio Ténéré")
        for by, pair, error in (
            (third, (first, second), Forbidden),
            (two, (first, second), Forbidden),
            (one, (first, mine), Forbidden),  # one alone cannot say so for both
            (one, (first, first), Forbidden),
            (one, (first, "0" * 32), Missing),
        ):
            with pytest.raises(error):
                await partnerships.ask(tx, by=by, one=pair[0], other=pair[1], **WHAT)
        for wrong in ({"since": now.year + 1}, {"since": 1900}, {"purpose": "short"}):
            with pytest.raises(Invalid):
                await partnerships.ask(tx, by=one, one=first, other=second, **WHAT | wrong)
        made = await partnerships.ask(tx, by=one, one=first, other=second, **WHAT)
        assert made["tell"] == [two]
        for by, ours, theirs in ((one, first, second), (two, second, first)):
            with pytest.raises(Conflict):
                await partnerships.ask(tx, by=by, one=ours, other=theirs, **WHAT)
        assert await partnerships.find(tx) == []
        for nobody in (one, third):
            with pytest.raises(Missing):
                await partnerships.answer(tx, partnership=made["partnership"], by=nobody, agree=True)
        assert await partnerships.answer(tx, partnership=made["partnership"], by=two, agree=True) == [one]
        (shown,) = await partnerships.find(tx, organisation=second)
        assert (shown.one.id, shown.other.id, shown.purpose, shown.since) == (first, second, *WHAT.values())
        with pytest.raises(Missing):
            await partnerships.end(tx, partnership=shown.id, by=third)
        await partnerships.end(tx, partnership=shown.id, by=two)
        assert await partnerships.find(tx) == []
        again = await partnerships.ask(tx, by=one, one=first, other=second, **WHAT)
        await partnerships.answer(tx, partnership=again["partnership"], by=two, agree=False)
        assert await count(tx, partnerships.partnerships) == 0


async def test_two_who_ask_at_once_make_one(store: Store, now: datetime) -> None:
    """Each asks for the other in the same moment: one asks, the other is told that it is asked."""
    async with store.transaction(now) as tx:
        one, two = await enrolled(tx), await enrolled(tx)
        first, second = await entered(tx, one), await entered(tx, two, name="Radio Air")

    async def ask(by: str, mine: str, other: str) -> bool:
        try:
            async with store.transaction(now) as tx:
                await partnerships.ask(tx, by=by, one=mine, other=other, **WHAT)
        except NetworkError:
            return False
        return True

    assert sorted(await asyncio.gather(ask(one, first, second), ask(two, second, first))) == [False, True]


async def test_a_member_speaks_for_three_at_most(store: Store, now: datetime) -> None:
    """The fourth is refused until one is taken out."""
    async with store.transaction(now) as tx:
        by = await enrolled(tx)
        bodies = [await entered(tx, by, name=f"Radio {number}") for number in range(AT_MOST)]
        with pytest.raises(Conflict):
            await entered(tx, by)
        await organisations.leave(tx, organisation=bodies[0], person=by)
        assert await entered(tx, by)


async def test_erased_means_erased_and_linked_stays(store: Store, now: datetime) -> None:
    """With who alone speaks for it an organisation goes, and its partnerships; of two of one human being it stays."""
    async with store.transaction(now) as tx:
        one, two, belongs = await enrolled(tx), await reached(tx), await enrolled(tx)
        first, second = await entered(tx, one), await entered(tx, two, name="Radio Air")
        await organisations.belong(tx, organisation=first, person=belongs)
        made = await partnerships.ask(tx, by=one, one=first, other=second, **WHAT)
        await partnerships.answer(tx, partnership=made["partnership"], by=two, agree=True)
        assert (await erasure.export(tx, person=one))["organisations"][0]["speaks"]
        new = await enrolled(tx)
        await organisations.hand_over(tx, person=two, to=new)
        await erasure.erase(tx, person=two)
        assert await organisations.belongs(tx, organisation=second, person=new) == "speaks"
        assert len(await partnerships.find(tx)) == 1
        await erasure.erase(tx, person=one)
        assert [each.id for each in await organisations.find(tx)] == [second]
        assert await partnerships.find(tx) == []
        await erasure.erase(tx, person=new)
        tables = (organisations.organisations, organisations.belongings, organisations.organisation_topics)
        for table in (*tables, partnerships.partnerships):
            assert await count(tx, table) == 0
