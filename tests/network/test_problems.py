"""Problems: named by those who are in a series, read by topic without who, and put in an order by a secret poll."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from network import ballots, due, erasure, polls, priorities, problems, rounds, series
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.polls import Kind
from network.priorities import What
from network.problems import Gathered, Problem
from network.store import Store, Tx
from tests.network.people import enrolled, seated
from tests.network.test_series import inside, member, opened

TEXT = "La nuit, personne ne répond à la brigade du marché."
TOPIC, OTHER = "com.dialogue", "cor.service"
QUESTION = {"en": "What comes first?", "fr": "Qu’est-ce qui vient d’abord ?", "ar": "ما الذي يأتي أولا؟"}


async def takers(tx: Tx, found: str, many: int, side: str = "civil") -> list[str]:
    """Make members of the group of Niger who take part in a series."""
    people = [await member(tx, side) for _ in range(many)]
    for person in people:
        await series.take_part(tx, series=found, person=person)
    return people


async def named(tx: Tx, found: str | None, person: str, topic: str = TOPIC, **how: object) -> str:
    """Name a problem."""
    given = {"text": TEXT, **how}
    return await problems.name(tx, series=found, person=person, topic=topic, **given)


async def test_it_is_named_by_whoever_is_in_it_a_few_times_a_phase(store: Store, now: datetime) -> None:
    """Five in a phase, then five in the next; nobody from outside, and nothing of an unknown topic."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        [person] = await takers(tx, found, 1)
        stranger = await member(tx)
        with pytest.raises(Missing):
            await named(tx, found, stranger)
        with pytest.raises(Invalid):
            await named(tx, found, person, "no.such")
        for left in range(problems.MOST, 0, -1):
            assert await problems.left(tx, person=person, series=found) == left
            await named(tx, found, person)
        with pytest.raises(Conflict):
            await named(tx, found, person)
        await series.advance(tx, series=found, by=civil)
        await named(tx, found, person)
        with pytest.raises(Missing):
            await problems.by_topic(tx, series=found, person=stranger)
        [gathered] = await problems.by_topic(tx, series=found, person=person)
        assert (gathered.topic, len(gathered.problems)) == (TOPIC, problems.MOST + 1)
        await series.end(tx, series=found, by=civil)
        with pytest.raises(Conflict):
            await named(tx, found, civil)


async def test_nothing_that_is_returned_says_who(store: Store, now: datetime) -> None:
    """Hosts and others read the same, without a person, a side, a country or a time; the words are sealed."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        [person] = await takers(tx, found, 1)
        await named(tx, found, person)
        assert not {each.name for each in (*fields(Problem), *fields(Gathered))} & {"person", "side", "country", "at"}
        seen = [await problems.by_topic(tx, series=found, person=each) for each in (civil, official, person)]
        assert seen[0] == seen[1] == seen[2]
        assert person not in repr(seen)
        row = await tx.first(problems.problems.select())
        assert row is not None
        assert TEXT.encode() not in bytes(row.text)


@pytest.mark.parametrize(
    ("civil", "official", "shown"),
    [(10, 10, {"civil": 10, "official": 10}), (13, 10, {"civil": 10, "official": 10}), (10, 9, {}), (25, 0, {})],
)
async def test_sides_are_told_of_ten_each_and_when_the_phase_is_over(
    store: Store, now: datetime, civil: int, official: int, shown: dict[str, int]
) -> None:
    """While a phase lasts nothing is said of sides: whoever looked twice would see whose word came in between."""
    async with store.transaction(now) as tx:
        found, host, _other = await opened(tx)
        people = [*await takers(tx, found, civil), *await takers(tx, found, official, "official")]
        for person in people:
            await named(tx, found, person)
        assert [each.sides for each in await problems.by_topic(tx, series=found, person=host)] == [{}]
        await series.advance(tx, series=found, by=host)
        await named(tx, found, people[0])
        assert [each.sides for each in await problems.by_topic(tx, series=found, person=host)] == [shown]
        await series.end(tx, series=found, by=host)
        assert [each.sides for each in await problems.by_topic(tx, series=found, person=host)] == [shown]


async def test_a_harmful_one_is_hidden_and_its_author_hears_why(store: Store, now: datetime) -> None:
    """Only a host hides; the reason waits for the author alone."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        first, second = await takers(tx, found, 2)
        one = await named(tx, found, first)
        with pytest.raises(Forbidden):
            await problems.hide(tx, problem=one, by=second, reason="Cela vise quelqu’un.")
        await problems.hide(tx, problem=one, by=civil, reason="Cela vise quelqu’un.")
        with pytest.raises(Missing):
            await problems.hide(tx, problem=one, by=civil, reason="Encore.")
        assert await problems.by_topic(tx, series=found, person=first) == []
        [told] = [each for each in await due.take(tx) if each.kind == problems.HIDDEN]
        assert (told.person, told.subject) == (first, one)
        assert await problems.why_hidden(tx, problem=one) == (TEXT, "Cela vise quelqu’un.")


async def test_it_goes_with_whoever_named_it(store: Store, now: datetime) -> None:
    """Taken back or erased it is gone, from the poll too; linked, it goes along, and it stands in the copy."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx)
        first, second = await takers(tx, found, 2)
        ones = [await named(tx, found, first), await named(tx, found, second, text="La file est longue au poste.")]
        third = await named(tx, found, first, OTHER, text="Les femmes attendent seules le soir.")
        poll = await priorities.ask(
            tx, series=found, by=civil, question=QUESTION, codes=[*ones, third], what=What.PROBLEMS
        )
        assert list((await polls.get(tx, poll=poll)).choices[0].words.values()) == [TEXT]
        await problems.hand_over(tx, person=second, to=first)
        assert len((await erasure.export(tx, person=first))["problems"]) == 3
        with pytest.raises(Missing):
            await problems.take_back(tx, problem=third, person=second)
        await problems.take_back(tx, problem=third, person=first)
        await erasure.erase(tx, person=first)
        assert await tx.all(problems.problems.select()) == []
        labels = [each.words for each in (await polls.get(tx, poll=poll)).choices]
        assert labels == [problems.called(TOPIC), problems.called(TOPIC), problems.called(OTHER)]


@pytest.mark.parametrize("kind", [Kind.RANKING, Kind.SEVERAL])
async def test_a_poll_of_those_in_it_puts_topics_in_order(store: Store, now: datetime, kind: Kind) -> None:
    """Only they are asked; one poll at a time; what it comes to orders the list from then on."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        people = await takers(tx, found, 3)
        outside = await member(tx)
        for topic, many in ((TOPIC, 3), (OTHER, 1)):
            for person in people[:many]:
                await named(tx, found, person, topic)
        given = {"series": found, "question": QUESTION, "codes": [TOPIC, OTHER], "kind": kind}
        with pytest.raises(Missing):
            await priorities.ask(tx, by=people[0], **given)
        with pytest.raises(Invalid):
            await priorities.ask(tx, by=civil, **{**given, "codes": [TOPIC, "pub.radio"]})
        poll = await priorities.ask(tx, by=civil, **given)
        with pytest.raises(Conflict):
            await priorities.ask(tx, by=official, **given)
        assert (await polls.ask(tx, poll=poll, by=civil))["approval"] == ""
        await rounds.schedule(tx, poll=poll)
        assert await rounds.open(tx, poll=poll)
        asked = await polls.get(tx, poll=poll)
        assert {row.id for row in await tx.all(polls.asked(asked))} == await inside(tx, found)
        assert not await polls.is_asked(tx, poll=asked, person=outside)
        assert not await polls.is_coordinating(tx, poll=asked, person=await seated(tx, "NE", "civil", "deputy"))
        for person in people:
            choice = [2, 1] if kind is Kind.RANKING else [2]
            await ballots.cast(tx, poll=poll, person=person, choice=choice)
        assert [each.topic for each in await priorities.ordered(tx, series=found, person=civil)] == [TOPIC, OTHER]
    async with store.transaction(now + timedelta(days=8)) as tx:
        assert await rounds.close(tx, poll=poll)
        order = await priorities.order(tx, series=found)
        assert order is not None
        assert ([each.code for each in order.listed], order.answered) == ([OTHER, TOPIC], 3)
        assert [each.topic for each in await priorities.ordered(tx, series=found, person=people[0])] == [OTHER, TOPIC]
        assert await priorities.under_way(tx, series=found) is None
        with pytest.raises(Missing):
            await priorities.ordered(tx, series=found, person=await enrolled(tx))
