"""Darkness: countries that are cut off, and what waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import audit, darkness, due, shutdowns
from network.errors import Missing
from network.store import Store
from tests.network.people import enrolled

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_dark_and_light(store: Store, now: datetime) -> None:
    """A country goes dark once and light once; both are in the audit log, and others are not concerned."""
    async with store.transaction(now) as tx:
        assert await shutdowns.darken(tx, country="NE", by="steward")
        assert not await shutdowns.darken(tx, country="NE")
        assert await darkness.standing(tx) == [darkness.Darkness("NE", now)]
        assert not await darkness.is_dark(tx, country="ML")
    async with store.transaction(now + HOUR) as tx:
        assert await shutdowns.lighten(tx, country="NE", by="steward")
        assert not await shutdowns.lighten(tx, country="NE")
        assert await darkness.standing(tx) == []
        assert await audit.counts(tx) == {"country_dark": 1, "country_light": 1}


async def test_a_country_that_is_none(store: Store, now: datetime) -> None:
    """Only a country of the network goes dark."""
    async with store.transaction(now) as tx:
        with pytest.raises(Missing):
            await shutdowns.darken(tx, country="XX")


async def test_extension(store: Store, now: datetime) -> None:
    """Deadlines are later by the dark time since they were set, and move on while it lasts."""
    for begin, end in ((now, now + DAY), (now + 3 * DAY, now + 5 * DAY)):
        async with store.transaction(begin) as tx:
            await shutdowns.darken(tx, country="NE")
        async with store.transaction(end) as tx:
            await shutdowns.lighten(tx, country="NE")
    async with store.transaction(now + 9 * DAY) as tx:
        assert await darkness.extension(tx, country="NE") == 3 * DAY
        assert await darkness.extension(tx, country="NE", since=now + 4 * DAY) == DAY
        assert await darkness.extension(tx, country="NE", since=now + 6 * DAY) == timedelta(0)
        assert await darkness.extension(tx, country="ML") == timedelta(0)
        await shutdowns.darken(tx, country="NE", since=now + 8 * DAY)
        assert await darkness.extension(tx, country="NE", since=now + 6 * DAY) == DAY


async def test_no_time_counts_twice(store: Store, now: datetime) -> None:
    """A darkness that is said to have begun within the last one begins when that ended."""
    async with store.transaction(now) as tx:
        await shutdowns.darken(tx, country="NE")
    async with store.transaction(now + HOUR) as tx:
        await shutdowns.lighten(tx, country="NE")
    async with store.transaction(now + 2 * HOUR) as tx:
        await shutdowns.darken(tx, country="NE", since=now + HOUR / 2)
        assert await darkness.extension(tx, country="NE") == 2 * HOUR


async def test_what_was_due_comes_later(store: Store, now: datetime) -> None:
    """What is due to the people of a dark country comes later by the time it was dark; to others, on time."""
    async with store.transaction(now) as tx:
        here, there = await enrolled(tx), await enrolled(tx, country="ML")
        for person in (here, there):
            await due.at(tx, kind="digest", subject=person, instant=now + 2 * DAY, person=person)
        await shutdowns.darken(tx, country="NE")
    async with store.transaction(now + 3 * DAY) as tx:
        assert [row.person for row in await due.take(tx)] == [there]
        assert await due.next_at(tx) is None
        await shutdowns.lighten(tx, country="NE")
        assert await due.next_at(tx) == now + 5 * DAY
    async with store.transaction(now + 5 * DAY) as tx:
        assert [row.person for row in await due.take(tx)] == [here]
