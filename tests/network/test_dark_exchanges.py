"""Exchanges while a country is dark or paused: reminders, offered places and deadlines wait for its people."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import attendance, due, exchanges, groups, planning, regimes, shutdowns
from network.attendance import NO, YES, Standing
from network.regimes import Standing as Regime
from network.store import Store, Tx
from tests.network.people import enrolled
from tests.network.test_attendance import guests, planned

DAY = timedelta(days=1)
WAYS = ("dark", "paused")


async def cut_off(tx: Tx, way: str, *, country: str = "ML", ends: bool = False) -> None:
    """Let a country go dark or be paused, or come back."""
    if way == "paused":
        await regimes.put(tx, country=country, to=Regime.OPEN if ends else Regime.PAUSED)
    elif ends:
        await shutdowns.lighten(tx, country=country, by="steward")
    else:
        await shutdowns.darken(tx, country=country, by="steward")


async def neighbour(tx: Tx) -> str:
    """Make a member of the group of Niger who lives in Mali."""
    person = await enrolled(tx, country="ML", quiet_from="", quiet_until="")
    await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=person)
    return person


@pytest.mark.parametrize("way", WAYS)
async def test_reminders_come_in_time_after_the_dark(store: Store, now: datetime, way: str) -> None:
    """What fell into it comes once it is over, while it is of use; what lies ahead comes when it should, each once."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx)
        starts = (await exchanges.get(tx, exchange=exchange)).starts_at
        guest = await neighbour(tx)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
    async with store.transaction(starts - 11 * DAY) as tx:
        await cut_off(tx, way)
    heard: list[tuple[str, timedelta]] = []
    at = starts - 11 * DAY
    while at < starts:
        at += timedelta(hours=1)
        async with store.transaction(at) as tx:
            if at == starts - 3 * DAY:
                assert heard == []
                await cut_off(tx, way, ends=True)
            await attendance.tend(tx)
            for row in await due.take(tx):
                given = await attendance.reminded(tx, subject=row.subject) if row.kind == attendance.REMIND else None
                heard += [(given[2], starts - at)] if given is not None else []
    assert heard == [("week", 3 * DAY), ("day", DAY), ("hour", timedelta(hours=1))]


@pytest.mark.parametrize("way", WAYS)
async def test_an_offer_that_nobody_could_read_costs_no_turn(store: Store, now: datetime, way: str) -> None:
    """The place goes to the next who can be reached; whoever was in the dark keeps their number, and is asked first."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx, capacity=1)
        first, last = await guests(tx, 2)
        dark = await neighbour(tx)
        for person in (first, dark, last):
            await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
        await attendance.answer(tx, exchange=exchange, person=first, answer=NO)
        offered = await attendance.get(tx, exchange=exchange, person=dark)
        assert offered.standing is Standing.OFFERED
        await cut_off(tx, way)
    async with store.transaction(now + attendance.TO_ANSWER) as tx:
        await attendance.lapse(tx, attending=offered.id)
        waits = await attendance.get(tx, exchange=exchange, person=dark)
        assert (waits.standing, waits.answer, waits.number) == (Standing.WAITING, YES, offered.number)
        assert (await attendance.get(tx, exchange=exchange, person=last)).standing is Standing.OFFERED
        assert dark not in {row.person for row in await due.take(tx)}
    async with store.transaction(now + 15 * DAY) as tx:
        await cut_off(tx, way, ends=True)
        await attendance.answer(tx, exchange=exchange, person=last, answer=NO)
        assert (await attendance.get(tx, exchange=exchange, person=dark)).standing is Standing.OFFERED


@pytest.mark.parametrize("way", WAYS)
async def test_who_is_cut_off_is_not_asked_and_loses_nothing(store: Store, now: datetime, way: str) -> None:
    """A free place is for those who can hear of it; more places go to those in the dark once they can be reached."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, capacity=1)
        [first] = await guests(tx, 1)
        dark = await neighbour(tx)
        for person in (first, dark):
            await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
        await cut_off(tx, way)
        await planning.change(tx, exchange=exchange, by=host, capacity=2)
        assert (await attendance.get(tx, exchange=exchange, person=dark)).standing is Standing.WAITING
        await cut_off(tx, way, ends=True)
    starts = now + 21 * DAY
    async with store.transaction(starts - 7 * DAY) as tx:
        await attendance.tend(tx)
        assert (await attendance.get(tx, exchange=exchange, person=dark)).standing is Standing.OFFERED
