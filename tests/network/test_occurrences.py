"""Occurrences: an exchange held again and again keeps its wall time, its guests and its reminders, date by date."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

import pytest

from network import attendance, due, exchanges, feeds, jobs, occurrences, planning, recurrence
from network.attendance import NO, YES, Standing
from network.errors import Conflict, Forbidden, Invalid, Missing, NetworkError
from network.exchanges import State
from network.recurrence import Every
from network.store import Store, Tx
from tests.network.people import enrolled
from tests.network.test_attendance import STARTS, guests, planned

WEEK = timedelta(days=7)
NAMES = [recurrence.named(STARTS + number * WEEK) for number in range(6)]  # Mondays at ten in Niamey


async def repeated(tx: Tx, *, every: Every = Every.WEEK, times: int = 6, **how: object) -> tuple[str, str]:
    """Plan an exchange that is held again and again; return it and its host."""
    exchange, host = await planned(tx, **how)
    await occurrences.repeat(tx, exchange=exchange, by=host, rule=recurrence.wish(every, times=times))
    return exchange, host


async def at_hand(tx: Tx, exchange: str) -> str:
    """Return the wall time of the date at hand, as it is held."""
    return recurrence.named((await exchanges.get(tx, exchange=exchange)).starts_local)


async def test_the_next_date_is_at_hand_when_one_is_over(store: Store, now: datetime) -> None:
    """The clock turns at the end of each, back when it was wrong, and not beyond the last."""
    async with store.transaction(now) as tx:
        exchange, _host = await repeated(tx, minutes=90)
        assert await at_hand(tx, exchange) == NAMES[0]
    ends_at = datetime.fromisoformat("2026-12-14T10:30Z")
    for at, number in (
        (ends_at - timedelta(minutes=1), 0),
        (ends_at, 1),
        (ends_at + timedelta(days=1), 1),
        (ends_at - timedelta(hours=3), 0),
        (ends_at + 2 * WEEK, 3),
        (ends_at + 52 * WEEK, 5),
    ):
        async with store.transaction(at) as tx:
            await occurrences.tend(tx)
            assert await at_hand(tx, exchange) == NAMES[number], at
    async with store.transaction(ends_at + 3 * WEEK) as tx:
        await occurrences.tend(tx)
        found = await exchanges.get(tx, exchange=exchange)
        assert found.takes_place
        assert found.follows == ends_at + 3 * WEEK
        turns = [row for row in await due.take(tx, limit=500) if row.kind == occurrences.TURN]
    assert turns == []  # it is set for the end of the next date
    async with store.transaction(ends_at + 4 * WEEK) as tx:
        assert [row.subject for row in await due.take(tx) if row.kind == occurrences.TURN] == [exchange]


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [  # UTC, over the Moroccan Ramadan clock and Egyptian summer time (tzdata 2026)
        ("Africa/Casablanca", "2027-01-25T10:00", [9, 9, 10, 10, 10, 10, 10, 9, 9]),
        ("Africa/Cairo", "2027-04-14T10:00", [8, 8, 8, 7, 7, 7]),
        ("Africa/Niamey", "2027-04-14T10:00", [9, 9, 9]),
    ],
)
async def test_each_date_keeps_its_wall_time(
    store: Store, now: datetime, zone: str, first: str, hours: list[int]
) -> None:
    """Ten o'clock stays ten o'clock where clocks change; the instant is another one."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, set_=False)
        rule = recurrence.wish(Every.WEEK, times=len(hours))
        await occurrences.repeat(tx, exchange=exchange, by=host, rule=rule)
        await planning.set_time(tx, exchange=exchange, by=host, local=datetime.fromisoformat(first), zone=zone)
        found = await exchanges.get(tx, exchange=exchange)
    assert [at.hour for at, _each in found.standing] == hours
    assert {each.local.hour for _at, each in found.standing} == {10}
    assert found.sequence == 0  # everybody hears of it once


async def test_hosts_change_one_date_or_all_that_follow(store: Store, now: datetime) -> None:
    """One is moved, one cancelled, the rest moved; each time those invited hear of it, and guests keep their places."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx)
        [guest] = await guests(tx, 1)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
        given = {"exchange": exchange, "by": host}
        await occurrences.change(tx, **given, name=NAMES[0], local=None)
        assert await at_hand(tx, exchange) == NAMES[1]
        moved = STARTS + WEEK + timedelta(days=1)
        await occurrences.change(tx, **given, name=NAMES[1], local=moved)
        assert await at_hand(tx, exchange) == recurrence.named(moved)
        later = STARTS + 3 * WEEK + timedelta(hours=5)
        await occurrences.change(tx, **given, name=NAMES[3], local=later, following=True)
        found = await exchanges.get(tx, exchange=exchange)
        assert (found.state, found.sequence) == (State.CHANGED, 4)
        assert [recurrence.named(each.local) for _at, each in found.standing] == [
            "2026-12-22T10:00", "2026-12-28T10:00", "2027-01-04T15:00", "2027-01-11T15:00", "2027-01-18T15:00"
        ]  # fmt: skip
        news = [row.subject for row in await due.take(tx) if row.kind == exchanges.NEWS]
        assert sorted(news) == [f"{exchange}:{number}" for number in range(5)]  # only the last is still said
        assert (await attendance.get(tx, exchange=exchange, person=guest)).standing is Standing.IN
        for refused in (NAMES[0], "2026-12-15T10:00"):  # cancelled, and no date at all
            with pytest.raises(Conflict):
                await occurrences.change(tx, **given, name=refused, local=None)
        for taken in ("2026-12-28T10:00", "2026-11-20T10:00"):  # another date is then; it has passed
            with pytest.raises(Invalid):
                await occurrences.change(tx, **given, name=NAMES[3], local=datetime.fromisoformat(taken))
        with pytest.raises(Missing):
            await occurrences.change(tx, exchange=exchange, by=guest, name=NAMES[2], local=None)
        with pytest.raises(Conflict):
            await planning.set_time(tx, **given, local=moved, zone="Africa/Niamey")
        await occurrences.change(tx, **given, name=NAMES[1], local=None, following=True)
        assert (await exchanges.get(tx, exchange=exchange)).state is State.CANCELLED


async def test_a_rule_is_given_before_the_time_or_after_it(store: Store, now: datetime) -> None:
    """It can be taken back while the time is open; once people know of it, it stays."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, set_=False)
        given = {"exchange": exchange, "by": host}
        await occurrences.repeat(tx, **given, rule=recurrence.wish(Every.MONTH, until=date(2027, 3, 1)))
        await occurrences.repeat(tx, **given, rule="")
        await planning.set_time(tx, **given, local=STARTS, zone="Africa/Niamey")
        assert (await exchanges.get(tx, exchange=exchange)).dates == ()
        with pytest.raises(Invalid):  # there would be no second one
            await occurrences.repeat(tx, **given, rule=recurrence.wish(Every.WEEK, until=date(2026, 12, 15)))
        await occurrences.repeat(tx, **given, rule=recurrence.wish(Every.MONTH, until=date(2027, 3, 1)))
        assert len((await exchanges.get(tx, exchange=exchange)).dates) == 3
        with pytest.raises(Conflict):
            await occurrences.repeat(tx, **given, rule=recurrence.wish(Every.WEEK, times=3))


async def test_an_answer_holds_for_all_dates_but_those_one_speaks_of(store: Store, now: datetime) -> None:
    """A guest is away once, another comes once in their place; who comes, and where it is, goes by the date at hand."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx, capacity=1)
        one, other, third = await guests(tx, 3)
        assert await attendance.answer(tx, exchange=exchange, person=one, answer=YES) is Standing.IN
        given = {"exchange": exchange, "name": NAMES[0]}
        with pytest.raises(Invalid):  # no place is free
            await occurrences.answer(tx, **given, person=other, answer=YES)
        await occurrences.answer(tx, **given, person=one, answer=NO)
        await occurrences.answer(tx, **given, person=other, answer=YES)
        with pytest.raises(Invalid):  # it was given away
            await occurrences.answer(tx, **given, person=one, answer=YES)
        assert [each.person for each in await attendance.who(tx, exchange=exchange, by=host)] == [other]
        assert (await attendance.door(tx, exchange=exchange, person=other))["place"] == "Maison"
        with pytest.raises(Forbidden):
            await attendance.door(tx, exchange=exchange, person=third)
        assert (await attendance.counts(tx, exchange=exchange, by=host)).coming == 1
    async with store.transaction(datetime.fromisoformat("2026-12-14T10:00Z")) as tx:
        await occurrences.tend(tx)
        assert await attendance.coming(tx, exchange=exchange) == [one]
        with pytest.raises(Forbidden):
            await attendance.door(tx, exchange=exchange, person=other)


async def test_capacity_holds_at_every_date_whatever_is_said(store: Store, now: datetime, *, long: bool) -> None:
    """After each of many random answers no date has more guests than places, also when places are given over."""
    async with store.transaction(now) as tx:
        exchange, _host = await repeated(tx, capacity=2, times=3)
        people = await guests(tx, 5)
    for seed in range(40 if long else 3):
        random = Random(seed)
        for _step in range(40):
            async with store.transaction(now) as tx:
                await _says(tx, random, exchange, people)
                found = await exchanges.get(tx, exchange=exchange)
                known = [await attendance.of(tx, exchange=exchange, person=person) for person in people]
                for name in NAMES[:3]:
                    offered = sum(each is not None and each.standing is Standing.OFFERED for each in known)
                    assert offered + sum(each is not None and each.comes(name) for each in known) <= found.capacity


async def _says(tx: Tx, random: Random, exchange: str, people: list[str]) -> None:
    person, name = random.choice(people), random.choice(NAMES[:3])
    with suppress(NetworkError):
        if random.random() < 0.6:
            await occurrences.answer(tx, exchange=exchange, person=person, name=name, answer=random.choice((YES, NO)))
        elif random.random() < 0.8:
            await attendance.answer(tx, exchange=exchange, person=person, answer=random.choice(attendance.ANSWERS))
        else:
            found = await exchanges.locked(tx, exchange=exchange)
            await attendance.give_over(tx, found=found, person=person, to=random.choice(people))


async def test_each_date_is_reminded_of_once_and_not_a_week_ahead_of_a_weekly_one(store: Store, now: datetime) -> None:
    """For the first date all three, then a day and an hour before each; none of one that was cancelled or refused.

    All of it by the due rows alone, without anybody who looks after them.
    """
    heard: list[tuple[str, str]] = []
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx, times=5)
        [guest] = await guests(tx, 1)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
        await occurrences.change(tx, exchange=exchange, by=host, name=NAMES[1], local=None)
        await occurrences.answer(tx, exchange=exchange, person=guest, name=NAMES[3], answer=NO)
    at = now
    while at < now + timedelta(days=70):
        at += timedelta(minutes=30)
        async with store.transaction(at) as tx:
            for row in await due.take(tx):
                if row.kind == occurrences.TURN:
                    await occurrences.turn(tx, exchange=row.subject)
                given = await attendance.reminded(tx, subject=row.subject) if row.kind == attendance.REMIND else None
                if given is not None:
                    found, mine, which = given
                    assert (mine.person, mine.comes(found.at_hand)) == (guest, True)
                    heard.append((recurrence.named(found.starts_local), which))
    assert heard == [
        (NAMES[0], "week"), (NAMES[0], "day"), (NAMES[0], "hour"),
        (NAMES[2], "week"), (NAMES[2], "day"), (NAMES[2], "hour"),
        (NAMES[4], "day"), (NAMES[4], "hour"),
    ]  # fmt: skip


async def test_calendars_hold_the_dates_to_which_somebody_comes(store: Store, now: datetime) -> None:
    """Cancelled and refused dates are out, one elsewhere says so, and whoever takes back a yes has it taken out."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx, times=4)
        one, other = await guests(tx, 2)
        await attendance.answer(tx, exchange=exchange, person=one, answer=YES)
        await occurrences.answer(tx, exchange=exchange, person=one, name=NAMES[1], answer=NO)
        await occurrences.answer(tx, exchange=exchange, person=other, name=NAMES[2], answer=YES)
        await occurrences.change(tx, exchange=exchange, by=host, name=NAMES[3], local=None)
        given = {"exchange": exchange, "by": host, "name": NAMES[2]}
        await occurrences.place(tx, **given, place="La mairie", link="")
        mine, theirs = [await feeds.entry(tx, exchange=exchange, person=person) for person in (one, other)]
        assert [each.out for each in mine.dates] == [False, True, False, True]
        assert [each.out for each in theirs.dates] == [True, True, False, True]
        assert [each.place for each in theirs.dates] == ["Maison", "Maison", "La mairie", "Maison"]
        assert (await attendance.door(tx, exchange=exchange, person=other))["place"] == "La mairie"
        assert (await attendance.door(tx, exchange=exchange, person=one))["place"] == "Maison"
        await jobs.claim(tx, kinds=[feeds.FILE], limit=50)
        await attendance.answer(tx, exchange=exchange, person=one, answer=NO)
        await occurrences.answer(tx, exchange=exchange, person=other, name=NAMES[2], answer=NO)
        asked = await jobs.claim(tx, kinds=[feeds.FILE])
        assert {job.person: job.argument["gone"] for job in asked} == {one: True, other: True}
        gone = await feeds.entry(tx, exchange=exchange, person=one, gone=True)
        assert (gone.cancelled, gone.place, gone.link, gone.id) == (True, "", "", exchange)
        assert await feeds.entry(tx, exchange=exchange, person=one) is None
        assert await feeds.entries(tx, person=one) == []
        stranger = await enrolled(tx, country="ML")
        with pytest.raises(Missing):
            await occurrences.answer(tx, exchange=exchange, person=stranger, name=NAMES[2], answer=YES)


async def test_it_is_over_after_its_last_date(store: Store, now: datetime) -> None:
    """Hosts close it once the last date began, not before."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx, times=2)
    for weeks, closes in ((0, False), (2, True)):
        async with store.transaction(now + (weeks + 3) * WEEK) as tx:
            await occurrences.tend(tx)
            if closes:
                await planning.close(tx, exchange=exchange, by=host)
                continue
            with pytest.raises(Conflict):
                await planning.close(tx, exchange=exchange, by=host)


async def test_whoever_came_to_a_date_alone_hears_that_it_is_called_off(store: Store, now: datetime) -> None:
    """It is taken out of their calendar; who came to a date that is over, or said no, gets no file any more."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx)
        once, before, away = await guests(tx, 3)
        for person, name, answer in ((once, NAMES[2], YES), (before, NAMES[0], YES), (away, NAMES[2], NO)):
            await occurrences.answer(tx, exchange=exchange, person=person, name=name, answer=answer)
        asked = await jobs.claim(tx, kinds=[feeds.FILE])
        assert {job.person for job in asked} == {once, before}
    async with store.transaction(datetime.fromisoformat("2026-12-15T10:00Z")) as tx:
        await occurrences.tend(tx)
        for job in asked:
            await jobs.done(tx, job=job.id)
        await occurrences.change(tx, exchange=exchange, by=host, name=NAMES[2], local=None)
        await attendance.remind_all(tx, found=await exchanges.get(tx, exchange=exchange))
        asked = await jobs.claim(tx, kinds=[feeds.FILE])
        assert [(job.person, job.argument.get("gone")) for job in asked] == [(once, True)]
        assert (await feeds.entry(tx, exchange=exchange, person=once, gone=True)).cancelled
