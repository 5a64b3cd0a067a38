"""Attendance: places in order, doors for those who accepted, and nothing of it for others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from network import (
    attendance,
    cohosts,
    due,
    erasure,
    exchanges,
    feeds,
    groups,
    invitees,
    members,
    passes,
    planning,
    preparations,
    requests,
)
from network.attendance import MAYBE, NO, YES, Standing
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Invalid, Missing, NetworkError
from network.exchanges import Exchange, Kind, State
from network.store import Store, Tx
from tests.network.people import enrolled, seated

CROWD = 20
MOST_PLACES = 2  # of the exchange to which anything may happen
STARTS = datetime.fromisoformat("2026-12-14T10:00")  # wall time in Niamey: 9:00 UTC


async def planned(tx: Tx, *, local: datetime = STARTS, set_: bool = True, **how: object) -> tuple[str, str]:
    """Plan an exchange of the group of Niger whose time is set, or open; return it and its host."""
    host = await seated(tx, "NE", "civil")
    await seated(tx, "NE", "official")
    group = (await groups.by_country(tx, country="NE")).id
    usual = {"kind": Kind.DIALOGUE, "title": "Thé", "purpose": "Parler", "place": "Maison", "link": "https://x.example"}
    usual |= {"audience": Audience(groups=(group,)), "capacity": 3} | how
    exchange = await exchanges.draft(tx, by=host, group=group, **usual)
    assert (await planning.propose(tx, exchange=exchange, by=host))["state"] is State.AGREEING
    if set_:
        await planning.set_time(tx, exchange=exchange, by=host, local=local, zone="Africa/Niamey")
    return exchange, host


async def guests(tx: Tx, many: int, side: str = "civil") -> list[str]:
    """Make members of the group of Niger."""
    group = (await groups.by_country(tx, country="NE")).id
    people = [await enrolled(tx, side=side, service=members.SERVICES[side][0]) for _ in range(many)]
    for person in people:
        await groups.join(tx, group=group, person=person)
    return people


async def test_a_free_place_goes_to_the_first_who_waits(store: Store, now: datetime) -> None:
    """They are told, have a deadline, and when it passes the place goes to the next."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx, capacity=1)
        first, second, third = await guests(tx, 3)
        said = [
            await attendance.answer(tx, exchange=exchange, person=one, answer=YES) for one in (first, second, third)
        ]
        assert said == [Standing.IN, Standing.WAITING, Standing.WAITING]
        await attendance.answer(tx, exchange=exchange, person=first, answer=NO)
        offered = await attendance.get(tx, exchange=exchange, person=second)
        assert (offered.standing, offered.until) == (Standing.OFFERED, now + attendance.TO_ANSWER)
    async with store.transaction(now + attendance.TO_ANSWER) as tx:
        await attendance.lapse(tx, attending=offered.id)
        assert (await attendance.get(tx, exchange=exchange, person=third)).standing is Standing.OFFERED
        assert await attendance.answer(tx, exchange=exchange, person=third, answer=YES) is Standing.IN
        assert await attendance.answer(tx, exchange=exchange, person=second, answer=YES) is Standing.WAITING


async def test_twenty_at_once_for_the_last_three_places(store: Store, now: datetime, *, long: bool) -> None:
    """However many press at once: three come, the others wait, each with their own number."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        people = await guests(tx, CROWD)
    for turn in range(1_000 if long else 20):
        async with store.transaction(now) as tx:
            await tx.run(attendance.attendance.delete())

        async def press(person: str) -> Standing:
            async with store.transaction(now) as tx:
                return await attendance.answer(tx, exchange=exchange, person=person, answer=YES)

        said = await asyncio.gather(*(press(person) for person in people))
        assert sorted(said) == [Standing.IN] * 3 + [Standing.WAITING] * (CROWD - 3), turn
        async with store.transaction(now) as tx:
            found = [await attendance.get(tx, exchange=exchange, person=person) for person in people]
            assert sorted(each.number for each in found) == list(range(1, CROWD + 1))
            assert {each.number for each in found if each.standing is Standing.IN} == {1, 2, 3}
            coming = await attendance.who(tx, exchange=exchange, by=host)
            await attendance.answer(tx, exchange=exchange, person=coming[0].person, answer=NO)
            fourth = next(each for each in found if each.number == 4)
            assert (await attendance.find(tx, attending=fourth.id)).standing is Standing.OFFERED


async def test_a_place_is_for_those_who_accepted(store: Store, now: datetime) -> None:
    """The door opens for hosts and for those who come, and closes again; who comes is for hosts."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, capacity=1)
        one, two, three = await guests(tx, 3)
        stranger = await enrolled(tx, country="ML")
        await attendance.answer(tx, exchange=exchange, person=one, answer=YES)
        await attendance.answer(tx, exchange=exchange, person=two, answer=YES)
        await attendance.answer(tx, exchange=exchange, person=three, answer=MAYBE)
        for person in (two, three, stranger):
            with pytest.raises(Forbidden):
                await attendance.door(tx, exchange=exchange, person=person)
        for person in (one, two, three, stranger):
            with pytest.raises(Forbidden):
                await attendance.who(tx, exchange=exchange, by=person)
        assert (await attendance.door(tx, exchange=exchange, person=one))["place"] == "Maison"
        assert (await attendance.door(tx, exchange=exchange, person=host))["link"] == "https://x.example"
        with pytest.raises(Missing):
            await attendance.answer(tx, exchange=exchange, person=stranger, answer=YES)
        await planning.cancel(tx, exchange=exchange, by=host)
        with pytest.raises(Forbidden):
            await attendance.door(tx, exchange=exchange, person=one)


async def test_whoever_is_erased_leaves_their_place(store: Store, now: datetime) -> None:
    """Erased means erased, and the next on the list hears of it."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx, capacity=1)
        one, two = await guests(tx, 2)
        for person in (one, two):
            await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
        await erasure.erase(tx, person=one)
        assert (await attendance.get(tx, exchange=exchange, person=two)).standing is Standing.OFFERED
        rows = [row.kind for row in await due.take(tx)]
        assert rows.count(attendance.OFFER) == 1


async def test_nothing_is_answered_once_it_began(store: Store, now: datetime) -> None:
    """What began or was cancelled takes no answer any more."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx)
        [one] = await guests(tx, 1)
    async with store.transaction(now + timedelta(days=60)) as tx:
        with pytest.raises(Conflict):
            await attendance.answer(tx, exchange=exchange, person=one, answer=YES)


async def test_whatever_happens_doors_and_lists_keep_to_their_people(
    store: Store, now: datetime, *, long: bool
) -> None:
    """After each of many random acts: no more guests than places, the door for guests and hosts, the list for hosts.

    The door is what somebody asks for, and what stands in their calendar; a guest is who said yes last.
    """
    doors = 0
    for seed in range(60 if long else 3):
        random = Random(seed)
        async with store.transaction(now) as tx:
            await tx.run(groups.seats.delete())
            exchange, _host = await planned(tx, capacity=2, kind=random.choice((Kind.DIALOGUE, Kind.OPEN_DAY)))
            people = [*await guests(tx, 6), await enrolled(tx, country="ML")]
            said: dict[str, str] = {}
        for step in range(40):
            async with store.transaction(now + timedelta(hours=8 * step)) as tx:
                await happens(tx, random, exchange, people, said)
                found = await exchanges.get(tx, exchange=exchange)
                for person in people:
                    doors += await keeps_to(tx, found, person, said)
                places = select(func.count()).where(attendance.attendance.c.standing.in_(attendance.HELD))
                held = places.where(attendance.attendance.c.exchange == exchange)
                assert int(await tx.scalar(held) or 0) <= MOST_PLACES
                for each in found.hosts:
                    assert await opens(attendance.door, tx, exchange=exchange, person=each)
                    assert await opens(attendance.who, tx, exchange=exchange, by=each)
    assert doors > 40, "it must not be that nobody ever had a place"


async def keeps_to(tx: Tx, found: Exchange, person: str, said: dict[str, str]) -> bool:
    """Hold what one who hosts nothing may have against what they said; return whether the door is theirs."""
    mine = await attendance.of(tx, exchange=found.id, person=person)
    is_in = mine is not None and mine.standing is Standing.IN and found.takes_place
    assert not is_in or said.get(person) == YES
    assert await opens(attendance.door, tx, exchange=found.id, person=person) is is_in
    own = await feeds.entry(tx, exchange=found.id, person=person)
    assert is_in is (own is not None and bool(own.place and own.link))
    for entry in await feeds.entries(tx, person=person):
        assert entry.id != found.id or bool(entry.place or entry.link) is is_in
    for what in (attendance.who, preparations.questions, preparations.record):
        assert not await opens(what, tx, exchange=found.id, by=person)
    return is_in


async def happens(tx: Tx, random: Random, exchange: str, people: list[str], said: dict[str, str]) -> None:
    """Let something happen that may change who has a place, and who hosts it."""
    what, hosts = random.random(), (await exchanges.get(tx, exchange=exchange)).hosts
    person = random.choice(people)
    with suppress(NetworkError):
        if what < 0.7:
            answer = random.choice((YES, YES, YES, MAYBE, NO))
            await attendance.answer(tx, exchange=exchange, person=person, answer=answer)
            said[person] = answer
        elif what < 0.78:
            person = random.choice([each for each in people if said.get(each) == YES] or people)
            code = await passes.delegate(tx, exchange=exchange, person=person)
            [other] = await guests(tx, 1)
            await passes.use(tx, code=passes.typed(code) or "", person=other)
            said[person] = NO
            await attendance.answer(tx, exchange=exchange, person=other, answer=NO)
        elif what < 0.9:
            for row in await due.take(tx):
                if row.kind == attendance.LAPSE:
                    await attendance.lapse(tx, attending=row.subject)
        elif what < 0.97:
            await planning.change(tx, exchange=exchange, by=random.choice(hosts), place="Ailleurs")
        elif what < 0.995:
            await cohosts.decline(tx, exchange=exchange, by=hosts[-1])
        else:
            await planning.cancel(tx, exchange=exchange, by=hosts[0])


async def opens(what: Callable[..., Awaitable[object]], tx: Tx, **how: str) -> bool:
    """Whether somebody may have what is asked for."""
    try:
        await what(tx, **how)
    except Forbidden:
        return False
    return True


async def test_a_copy_and_another_membership_have_what_was_said(store: Store, now: datetime) -> None:
    """What somebody answered, asked and hosts is in their copy, and goes to the membership that stays."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        one, two = await guests(tx, 2)
        await attendance.answer(tx, exchange=exchange, person=one, answer=YES)
        await preparations.ask(tx, exchange=exchange, person=one, text="Pourquoi si tard ?", with_side=True)
        copied = await erasure.export(tx, person=one)
        assert copied["exchanges_answered"] == [{"exchange": exchange, "answer": "yes", "place": "in"}]
        assert copied["exchange_questions"] == ["Pourquoi si tard ?"]
        assert (await erasure.export(tx, person=host))["exchanges"][0]["title"] == "Thé"
        for noun in (exchanges, invitees, attendance, preparations):
            await noun.hand_over(tx, person=one, to=two)
            await noun.hand_over(tx, person=host, to=one)
        assert (await attendance.get(tx, exchange=exchange, person=two)).standing is Standing.IN
        assert (await exchanges.get(tx, exchange=exchange)).by == one
        await erasure.erase(tx, person=two)
        assert await preparations.questions(tx, exchange=exchange, by=one) == []
        await erasure.erase(tx, person=one)
        assert one not in (await exchanges.get(tx, exchange=exchange)).hosts


async def test_a_code_holds_once_and_a_small_list_is_never_sent_to_many(store: Store, now: datetime) -> None:
    """A pre-consultation has no audience: whoever comes was handed a code, and each code serves one."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, kind=Kind.PRECONSULTATION, audience=None)
        one, two = await guests(tx, 2)
        assert await tx.all(attendance.concerned(await exchanges.get(tx, exchange=exchange))) == []
        with pytest.raises(Missing):
            await attendance.answer(tx, exchange=exchange, person=one, answer=YES)
        code = passes.typed(await passes.invite(tx, exchange=exchange, by=host)) or ""
        assert await passes.use(tx, code=code, person=one) == exchange
        with pytest.raises(Missing):
            await passes.use(tx, code=code, person=two)
        assert await attendance.answer(tx, exchange=exchange, person=one, answer=YES) is Standing.IN
        group = (await exchanges.get(tx, exchange=exchange)).group
        how = {"group": group, "title": "Thé", "purpose": "Parler", "audience": Audience(groups=(group,))}
        with pytest.raises(Invalid):
            await exchanges.draft(tx, by=host, kind=Kind.PRECONSULTATION, capacity=9, **how)


async def test_a_summary_is_published_when_both_hosts_agree(store: Store, now: datetime) -> None:
    """Until the other side agrees nobody reads it; afterwards it stays as it is."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        await preparations.note(tx, exchange=exchange, by=host, name="summary", text="On se revoit en mars.")
        asked = await preparations.publish(tx, exchange=exchange, by=host)
        assert await preparations.summary(tx, exchange=exchange) == ""
        [other] = asked["deciders"]
        await requests.settle(tx, approval=asked["approval"], by=other, agree=True)
        assert await preparations.summary(tx, exchange=exchange) == "On se revoit en mars."
        with pytest.raises(Conflict):
            await preparations.note(tx, exchange=exchange, by=host, name="summary", text="Autre chose.")
