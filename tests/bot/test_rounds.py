"""Polls in time: opened, reminded of, closed and asked again on time, whatever becomes of the process and its clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.workers import Timekeeper
from network import polls, rounds
from network.polls import Plan, State
from network.store import Store, Tx
from tests.bot.stopped_clock import StoppedClock
from tests.network import polling

RUNS = 12
STEPS = [timedelta(seconds=1), timedelta(minutes=7), timedelta(hours=5), timedelta(days=1), timedelta(days=-1)]
Act = Callable[[Tx, str], Awaitable[None]]


class Times:
    """A poll under a clock that is moved at random, and a process that is begun anew at random."""

    def __init__(self, store: Store, clock: StoppedClock) -> None:
        self.store, self.clock = store, clock
        self.done: list[tuple[str, datetime]] = []
        self.seen: list[datetime] = []

    async def tick(self) -> None:
        """Let a process that has just started do what is due."""
        acts: dict[str, Act] = {kind: partial(self._act, kind) for kind in rounds.KINDS}
        self.seen.append(self.clock.now())
        await Timekeeper(self.store, self.clock, acts=acts).step()

    async def _act(self, kind: str, tx: Tx, poll: str) -> None:
        did = {rounds.OPEN: rounds.open, rounds.REMIND: rounds.remind, rounds.CLOSE: rounds.close}
        if kind not in did:
            await rounds.fold(tx, poll=poll)
        elif await did[kind](tx, poll=poll):
            self.done.append((kind, tx.now))

    def first(self, instant: datetime, *, after: int = 0) -> int:
        """Return which tick was the first at or after an instant, of those from ``after`` on."""
        return next(at for at in range(after, len(self.seen)) if self.seen[at] >= instant)


async def test_everything_happens_at_its_time_and_once(store: Store, now: datetime) -> None:
    """At the first look at a clock that has reached it, after restarts and steps of a day either way; and only once."""
    chance = Random(7)
    async with store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
    for _run in range(RUNS):
        times = Times(store, StoppedClock(now))
        opens, reminds, closes = [now + timedelta(hours=chance.randrange(1, 60) + 60 * part) for part in range(3)]
        async with store.transaction(now) as tx:
            poll = await polling.asked(tx, by=maker, opens_at=opens, remind_at=reminds, closes_at=closes)
            await rounds.schedule(tx, poll=poll)
        while times.clock.now() < closes or len(times.seen) < 10:
            await times.tick()
            times.clock.advance(chance.choice(STEPS).total_seconds())
        await times.tick()
        at_open = times.first(opens)
        at_close = times.first(closes, after=at_open)
        wanted = [(rounds.OPEN, times.seen[at_open]), (rounds.CLOSE, times.seen[at_close])]
        assert [each for each in times.done if each[0] != rounds.REMIND] == wanted
        at_reminder = times.first(reminds, after=at_open)
        reminded = [each for each in times.done if each[0] == rounds.REMIND]
        assert reminded == ([(rounds.REMIND, times.seen[at_reminder])] if times.seen[at_reminder] < closes else [])
        await times.tick()
        assert max(Counter(kind for kind, _at in times.done).values()) == 1


WALL = [
    # zone, first opening there, months, the next one there
    ("Africa/Cairo", "2026-11-23T09:00", 6, "2027-05-23T09:00"),  # summer time begins in April
    ("Africa/Casablanca", "2027-01-10T09:00", 1, "2027-02-10T09:00"),  # Ramadan: an hour back in February
    ("Africa/Niamey", "2026-08-31T18:00", 6, "2027-02-28T18:00"),
    ("Africa/Tunis", "2026-12-31T23:59", 12, "2027-12-31T23:59"),
    ("Africa/Cairo", "2026-10-24T00:30", 6, "2027-04-24T00:30"),
]


@pytest.mark.parametrize(("zone", "opens", "months", "then"), WALL)
def test_the_next_round_keeps_its_wall_time(zone: str, opens: str, months: int, then: str) -> None:
    """Months later it opens and closes at the same hour there, across every change of the clocks."""
    there = ZoneInfo(zone)
    opens_at, wanted = (datetime.fromisoformat(at).replace(tzinfo=there).astimezone(UTC) for at in (opens, then))
    plan = Plan(closes_at=opens_at + timedelta(days=7), opens_at=opens_at, months=months, zone=zone)
    coming = rounds.again(plan)
    assert coming.opens_at == wanted
    assert coming.closes_at.astimezone(there).time() == plan.closes_at.astimezone(there).time()
    assert (coming.remind_at, coming.kind) == (None, plan.kind)


async def test_a_round_that_was_slept_through_is_not_asked(store: Store, now: datetime) -> None:
    """A poll whose whole time passed while nothing ran is not opened; the round after it comes at its time."""
    async with store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        poll = await polling.opened(tx, by=maker, months=6, opens_at=now)
    clock = StoppedClock(now + timedelta(days=400))
    times = Times(store, clock)
    await times.tick()
    async with store.reading(now) as tx:
        first, coming = sorted(await polls.mine(tx, by=maker), key=lambda each: each.round)
    assert (first.id, first.state, coming.state) == (poll, State.CLOSED, State.SCHEDULED)
    assert coming.plan.opens_at is not None
    assert clock.now() < coming.plan.closes_at
    assert coming.plan.opens_at > now + timedelta(days=500)
