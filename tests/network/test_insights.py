"""Insights: what a quarter said on a topic, of nobody, told once to whoever follows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from network import (
    approvals,
    ballots,
    costs,
    due,
    erasure,
    insights,
    outputs,
    polls,
    practices,
    preparations,
    priorities,
    problems,
    requests,
    rounds,
    series,
    topics,
)
from network.costs import Prices
from network.series import Phase
from network.store import Store, Tx
from tests.network.people import enrolled, published, reached
from tests.network.test_attendance import planned
from tests.network.test_problems import QUESTION, TEXT, TOPIC, named, takers
from tests.network.test_series import opened

SUMMARY = "Les deux côtés veulent un numéro qui répond la nuit."
NEXT = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)  # the first Monday of the quarter after


async def summed_up(tx: Tx, topic: str = TOPIC) -> None:
    """Publish the summary of an exchange of Niger, to which both hosts agree."""
    exchange, host = await planned(tx, topics=[topic])
    await preparations.note(tx, exchange=exchange, by=host, name="summary", text=SUMMARY)
    asked = await preparations.publish(tx, exchange=exchange, by=host)
    await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)


async def follower(tx: Tx, topic: str = TOPIC, pace: str = "") -> str:
    """Make a member who follows a topic and can be reached."""
    person = await reached(tx, country="ML")
    await topics.follow(tx, person=person, topics=[topic])
    if pace:
        await topics.set_pace(tx, person=person, pace=pace)
    return person


async def set_for(tx: Tx) -> set[str]:
    """Return for whom the clock has insights."""
    return {row.person for row in await tx.all(due.due.select()) if row.kind == insights.KIND}


async def test_an_edition_has_an_insight_a_voice_and_a_practice(store: Store, now: datetime) -> None:
    """The voice only of an author who said yes; nothing of a summary to which one side alone agreed."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        await published(tx, person, topics=[TOPIC])
        await named(tx, None, person, text="Rien ne change jamais.")
        assert (await insights.latest(tx, topic=TOPIC)).is_empty
        exchange, host = await planned(tx, topics=[TOPIC])
        await preparations.note(tx, exchange=exchange, by=host, name="summary", text=SUMMARY)
        asked = await preparations.publish(tx, exchange=exchange, by=host)
        assert await insights.there(tx) == []
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
        assert await insights.there(tx) == [TOPIC]
        found = await insights.latest(tx, topic=TOPIC)
        assert (found.texts, found.voice) == (({"": SUMMARY},), None)
        assert TOPIC in await practices.topics_of(tx, practice=found.practice)
        await named(tx, None, person, shown=True)
        voice = (await insights.latest(tx, topic="com")).voice
        assert voice is not None
        assert voice.text == TEXT
        assert (await insights.latest(tx, topic="cor.service")).is_empty


async def test_the_summary_of_a_series_is_one_and_its_other_texts_are_not(store: Store, now: datetime) -> None:
    """Once both sides agree, under the topics of the series; what a workshop leaves stays with those in it."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx, about=[TOPIC], level="national")
        for phase in Phase:
            await outputs.write(tx, series=found, by=civil, text=f"{SUMMARY} {phase}")
            asked = await outputs.publish(tx, series=found, by=civil)
            assert await insights.there(tx) == []
            await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
            if phase is not Phase.REVIEW:
                await series.advance(tx, series=found, by=civil)
        assert (await insights.latest(tx, topic=TOPIC)).texts == ({"": f"{SUMMARY} review"},)


async def test_an_order_counts_from_ten_people_on(store: Store, now: datetime) -> None:
    """The poll of a series is no insight while fewer answered."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        people = await takers(tx, found, 11)
        for topic in (TOPIC, "cor.service"):
            await named(tx, found, people[0], topic)
        closed = []
        for many in (9, 10):
            codes = [TOPIC, "cor.service"]
            poll = await priorities.ask(tx, series=found, by=civil, question=QUESTION, codes=codes)
            await polls.ask(tx, poll=poll, by=civil)
            await rounds.schedule(tx, poll=poll)
            await rounds.open(tx, poll=poll)
            for person in people[:many]:
                await ballots.cast(tx, poll=poll, person=person, choice=[1, 2])
            await rounds.close_early(tx, poll=poll, by=civil)
            closed.append((await insights.latest(tx, topic=TOPIC)).order)
        assert closed[0] is None
        assert closed[1] is not None
        assert (closed[1].answered, closed[1].listed[0].topic) == (10, TOPIC)


async def test_followers_hear_of_a_quarter_once(store: Store, now: datetime) -> None:
    """At the start of the next: not whoever is silent or follows something else, and never twice."""
    async with store.transaction(now) as tx:
        await summed_up(tx)
        hears, field = await follower(tx), await follower(tx, "com")
        await follower(tx, pace="silent")
        await follower(tx, "cor.service")
        assert await insights.tend(tx) == 0
    async with store.transaction(NEXT) as tx:
        await insights.tend(tx)
        assert {hears, field} <= await set_for(tx)
        before = len(await set_for(tx))
        assert await insights.tend(tx) == 0
        [told] = await insights.due_now(tx, person=hears)
        assert told.texts == ({"": SUMMARY},)
        assert await insights.due_now(tx, person=hears) == []
        await due.cancel(tx, kind=insights.KIND, subject=hears)
        assert await insights.tend(tx) == 0
        assert len(await set_for(tx)) == before - 1
        assert (await erasure.export(tx, person=hears))["insights_heard"] == "2026-Q4"
        other = await enrolled(tx)
        await insights.hand_over(tx, person=hears, to=other)
        assert await insights.due_now(tx, person=other) == []
        await erasure.erase(tx, person=hears)
        assert len(await tx.all(insights.insights_told.select())) == 1


async def test_nobody_hears_what_costs_too_much_or_comes_too_late(store: Store, now: datetime) -> None:
    """Where it costs more than is left of the month, and long after the quarter, nobody is set."""
    async with store.transaction(now) as tx:
        await summed_up(tx)
        person = await reached(tx, "whatsapp", country="ML")
        await topics.follow(tx, person=person, topics=[TOPIC])
        await costs.announce(tx, given=Prices("XOF", 50_000_000, monthly_cap=1))
    async with store.transaction(NEXT) as tx:
        assert await insights.tend(tx) == 0
        await costs.announce(tx, given=None)
    async with store.transaction(NEXT + timedelta(days=60)) as tx:
        assert await insights.tend(tx) == 0
    async with store.transaction(NEXT) as tx:
        assert await insights.tend(tx) > 0


async def test_a_voice_goes_with_its_author(store: Store, now: datetime) -> None:
    """Erased, it is in no edition; hidden neither."""
    async with store.transaction(now) as tx:
        await summed_up(tx)
        person = await enrolled(tx)
        await named(tx, None, person, shown=True)
        assert (await insights.latest(tx, topic=TOPIC)).author == person
        await erasure.erase(tx, person=person)
        assert (await insights.latest(tx, topic=TOPIC)).voice is None
        assert await tx.all(problems.problems.select()) == []
        assert await approvals.pending_for(tx, person=person) == []
