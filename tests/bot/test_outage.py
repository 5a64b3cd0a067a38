"""Bad days of a provider, by a virtual clock: nothing is lost, and the other channel does not notice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

import pytest
from sqlalchemy import text

from bot import envelopes
from bot.channels import NETWORK, Rates, Remedy, SendError, Sent
from bot.courier import Courier
from bot.outages import WAIT_AT_MOST_S
from handlers.messages import Letter, Outgoing, Urgency
from network import addresses, outbox
from network.outbox import Stage
from network.store import Store
from tests.bot.fake_channel import FakeChannel
from tests.bot.stopped_clock import StoppedClock

RATES = Rates(account=(30, 1.0, 30), chat=(1, 1.0, 3))
STEP_S = 0.5
HOUR_S = 3_600.0

Fault = Callable[[], SendError | None]


@dataclass
class Moody(FakeChannel):
    """A channel that answers after ``slow_s``, and fails as ``mood`` says; it knows when each message arrived."""

    rates: Rates = RATES
    clock: StoppedClock | None = None
    mood: Fault = lambda: None
    slow_s: float = 0.0
    asked: int = 0
    arrived: Counter[str] = field(default_factory=Counter)
    took: dict[str, datetime] = field(default_factory=dict)

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Take a message or not, answer or not."""
        assert self.clock is not None
        self.asked += 1
        if self.slow_s:
            await self.clock.sleep(self.slow_s)
        failure = self.mood()
        if failure is None or failure.ambiguous:
            self.arrived[part.text] += 1
            self.took.setdefault(part.text, self.clock.now())
        if failure is not None:
            raise failure
        return Sent(f"ref-{self.asked}")


@dataclass
class Day:
    """A courier with two accounts, moved through hours in steps."""

    store: Store
    clock: StoppedClock
    bad: Moody
    good: Moody
    courier: Courier
    queued: dict[str, datetime] = field(default_factory=dict)

    async def put(
        self, channel: FakeChannel, person: int, *, again: bool = True, urgency: Urgency = Urgency.REPLY
    ) -> str:
        """Queue one message to a person; return its text."""
        words = f"{channel.name} {len(self.queued)}"
        here = {"channel": channel.name, "account": "main"}
        async with self.store.transaction(self.clock.now()) as tx:
            found = await addresses.meet(tx, external=str(person), **here)
            letter = Letter(found.id, Outgoing(words), urgency=urgency, again=again)
            await outbox.put(tx, posts=envelopes.posts(letter, [letter.message], **here))
        self.queued[words] = self.clock.now()
        self.courier.wake([(channel.name, "main")])
        return words

    async def passes(self, seconds: float, step: float = STEP_S) -> None:
        """Let time pass; the courier does what it does at each step."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < until:
            await self._look()
            self.clock.advance(step)
        await self._look()

    async def stages(self, channel: FakeChannel) -> Counter[Stage]:
        """Count the stages of a channel's messages."""
        async with self.store.engine.connect() as connection:
            query = text("SELECT stage, count(*) FROM outbox WHERE channel = :name GROUP BY stage")
            return Counter({Stage(row[0]): row[1] for row in await connection.execute(query, {"name": channel.name})})

    def waits(self, channel: Moody) -> list[float]:
        """Return how many seconds each message of a channel waited until it arrived."""
        return [(at - self.queued[words]).total_seconds() for words, at in channel.took.items()]

    async def _look(self) -> None:
        """Do what can be done now: calls end only when the clock moves, or at once."""
        await self.courier.renew()
        await self.courier._look_around()
        while not self.courier.is_idle:
            await self.courier.step()
            for _ in range(3):
                await asyncio.sleep(0)


@pytest.fixture
async def day(sqlite_store: Store, now: datetime) -> AsyncIterator[Day]:
    """Return a day with a bad channel and a good one."""
    clock = StoppedClock(now)
    bad, good = Moody(name="telegram", clock=clock), Moody(name="whatsapp", clock=clock)
    channels: dict[tuple[str, str], Any] = {("telegram", "main"): bad, ("whatsapp", "main"): good}
    made = Day(sqlite_store, clock, bad, good, Courier(sqlite_store, clock, channels, chance=lambda: 1.0))
    yield made
    bad.slow_s = good.slow_s = 0.0
    clock.advance(HOUR_S)
    await made.courier.settle()


OUTAGES: dict[str, SendError] = {
    "no connection": SendError(Remedy.RETRY, NETWORK),
    "a broken server": SendError(Remedy.RETRY, "5xx", ambiguous=True),
}


@pytest.mark.parametrize("kind", OUTAGES)
async def test_an_outage_of_six_hours(day: Day, kind: str, long: bool) -> None:
    """After 6 hours without an answer all arrives, soon and in order; the provider was hardly asked meanwhile."""
    many = 2_000 if long else 200
    failure = OUTAGES[kind]
    down = True
    day.bad.mood = lambda: failure if down else None
    for number in range(many):
        await day.put(day.bad, number % 50)
    await day.passes(60, step=2.0)
    await day.passes(6 * HOUR_S, step=30.0)
    assert day.bad.asked <= 100 + 6 * HOUR_S / WAIT_AT_MOST_S + 20
    assert (await day.stages(day.bad)).keys() <= {Stage.QUEUED, Stage.SENDING}
    down = False
    await day.passes(2 * WAIT_AT_MOST_S + many / 15, step=0.2)
    assert await day.stages(day.bad) == {Stage.SENT: many}
    for person in range(50):
        mine = [words for words in day.bad.took if int(words.split()[1]) % 50 == person]
        if failure.code == NETWORK:
            assert mine == sorted(mine, key=lambda words: int(words.split()[1]))


async def test_an_outage_and_what_may_not_come_twice(day: Day) -> None:
    """What may not come twice waits while it surely was not taken, and is failed once it may have been."""
    day.bad.mood = lambda: OUTAGES["no connection"]
    for person in range(20):
        await day.put(day.bad, person, again=False)
    await day.passes(HOUR_S, step=20.0)
    assert await day.stages(day.bad) == {Stage.QUEUED: 20}
    day.bad.mood = lambda: OUTAGES["a broken server"]
    await day.passes(HOUR_S, step=20.0)
    assert await day.stages(day.bad) == {Stage.FAILED: 20}
    assert set(day.bad.arrived.values()) == {1}


async def test_a_message_that_breaks_the_server(day: Day) -> None:
    """One message that the provider cannot answer fails after its attempts, and holds up nobody else for long."""
    poison = await day.put(day.bad, 1)
    failing = SendError(Remedy.RETRY, "5xx", ambiguous=True)
    order: list[str] = []

    async def note(external: str) -> None:
        order.append(external)

    day.bad.on_send = note
    real = day.bad.send

    async def send(external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        day.bad.mood = lambda: failing if part.text == poison else None
        return await real(external, part, tracker=tracker, media=media)

    day.bad.send = send  # type: ignore[method-assign]
    for minute in range(30):
        await day.put(day.bad, 100 + minute)
        await day.passes(60, step=4.0)
    assert await day.stages(day.bad) == {Stage.SENT: 30, Stage.FAILED: 1}
    assert max(wait for words, wait in zip(day.bad.took, day.waits(day.bad), strict=True) if words != poison) <= 60


async def test_lost_answers(day: Day) -> None:
    """With 5% of the answers lost every message arrives; those that may have come twice, and only those, say so."""
    chance = random.Random(5)
    day.bad.mood = lambda: SendError(Remedy.RETRY, NETWORK, ambiguous=True) if chance.random() < 0.05 else None
    for number in range(300):
        await day.put(day.bad, number)
    await day.passes(15, step=0.1)
    await day.passes(120, step=2.0)
    assert await day.stages(day.bad) == {Stage.SENT: 300}
    assert len(day.bad.arrived) == 300
    twice = sum(count - 1 for count in day.bad.arrived.values())
    async with day.store.engine.connect() as connection:
        row = await connection.execute(text("SELECT count(*), sum(attempts - 1) FROM outbox WHERE ambiguous"))
        lost, again = row.one()
    assert 5 < twice <= again
    assert lost == sum(count > 1 for count in day.bad.arrived.values())


async def test_slow_answers(day: Day) -> None:
    """Answers that take 40 seconds, far longer than a lease, are waited for: nothing is made again or in doubt."""
    day.bad.slow_s = 40.0
    for number in range(50):
        await day.put(day.bad, number % 25)
    await day.passes(110)
    assert await day.stages(day.bad) == {Stage.SENT: 50}
    assert day.bad.asked == 50
    async with day.store.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM outbox WHERE ambiguous"))).scalar_one() == 0


async def test_a_storm_of_refusals(day: Day) -> None:
    """When the provider asks to wait again and again, nothing is asked before its time, and nothing is failed."""
    asked_at: list[datetime] = []
    storm = 30

    def mood() -> SendError | None:
        nonlocal storm
        asked_at.append(day.clock.now())
        storm -= 1
        return SendError(Remedy.PAUSE, "429", retry_after_s=7.0) if storm >= 0 else None

    day.bad.mood = mood
    for number in range(60):
        await day.put(day.bad, number)
    await day.passes(300, step=1.0)
    assert await day.stages(day.bad) == {Stage.SENT: 60}
    rounds = sorted(set(asked_at))[:2]
    assert (rounds[1] - rounds[0]).total_seconds() >= 7.0
    assert set(day.bad.arrived.values()) == {1}


BAD_DAYS: dict[str, Callable[[Moody], None]] = {
    "no connection": lambda bad: _set(bad, lambda: OUTAGES["no connection"]),
    "429": lambda bad: _set(bad, lambda: SendError(Remedy.PAUSE, "429", retry_after_s=3.0)),
    "slow": lambda bad: _set(bad, lambda: None, slow_s=40.0),
    "lost": lambda bad: _set(bad, lambda: SendError(Remedy.RETRY, NETWORK, ambiguous=True)),
    "stopped": lambda bad: _set(bad, lambda: SendError(Remedy.STOP, "401")),
}


@pytest.mark.parametrize("kind", BAD_DAYS)
async def test_the_other_channel_does_not_notice(day: Day, kind: str) -> None:
    """Whatever one provider does, the p95 of the other channel's waits is what it is on a good day."""
    usual = await _p95(day)
    BAD_DAYS[kind](day.bad)
    for number in range(200):
        await day.put(day.bad, number)
    await day.passes(10)
    assert await _p95(day) <= usual + STEP_S


async def _p95(day: Day) -> float:
    """Send 60 messages over a minute on the good channel; return the p95 of how long they waited."""
    day.good.took.clear()
    for number in range(60):
        await day.put(day.good, 1_000 + number)
        await day.passes(1.0)
    await day.passes(5)
    assert len(day.good.took) == 60
    return quantiles(day.waits(day.good), n=20)[-1]


def _set(bad: Moody, mood: Fault, *, slow_s: float = 0.0) -> None:
    bad.mood, bad.slow_s = mood, slow_s
