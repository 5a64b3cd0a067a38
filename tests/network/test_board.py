"""The boards: what several countries share, within what may be said, and what goes up from a series to its country."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import approvals, board, due, erasure, escalations, groups, problems, requests, series, topics
from network.disclosure import FEWEST
from network.errors import Conflict, Forbidden, Missing
from network.escalations import State
from network.series import Level
from network.store import Store, Tx
from tests.network.people import enrolled, seated
from tests.network.test_problems import TEXT, TOPIC, named, takers
from tests.network.test_series import WORDS, opened

ANSWER = "Une instruction du ministère est en préparation."


async def said_in(tx: Tx, people: dict[str, int], *, topic: str = TOPIC, **how: object) -> None:
    """Let so many people of each country name a problem for the board."""
    for country, many in people.items():
        for _ in range(many):
            await named(tx, None, await enrolled(tx, country=country), topic, **how)


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"NE": 30}, None),
        ({"NE": 8, "ML": 1}, None),
        ({"NE": 9, "ML": 1}, ((), True)),
        ({"NE": 12, "ML": 3}, ((), True)),
        ({"NE": 12, "ML": 10}, (("ML", "NE"), False)),
        ({"NE": 12, "ML": 6, "TN": 5}, (("NE",), True)),
        ({"NE": 12, "ML": 10, "TN": 1}, (("NE",), True)),
    ],
)
async def test_a_country_is_named_where_nobody_can_be_counted_out(
    store: Store, now: datetime, people: dict[str, int], shown: tuple[tuple[str, ...], bool] | None
) -> None:
    """Two countries and ten people at least; of each that is named, and of the others together, ten."""
    async with store.transaction(now) as tx:
        await said_in(tx, people)
        found = [(each.countries, each.others) for each in await board.shared(tx)]
        assert found == ([] if shown is None else [shown])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["NE", "ML", "TN", "MA", "SN"]), st.integers(1, 25)))
def test_whatever_is_named_no_part_is_smaller_than_ten(people: dict[str, int]) -> None:
    """Each country that is said, and those that are not said together, has ten people at least, or none."""
    found = board._shared(TOPIC, people)
    if found is None:
        assert len(people) < 2 or sum(people.values()) < FEWEST
        return
    rest = [country for country in people if country not in found.countries]
    assert all(people[country] >= FEWEST for country in found.countries)
    assert found.others == bool(rest)
    assert sum(people[country] for country in rest) >= FEWEST or not rest


async def test_words_are_read_where_their_author_lets_them(store: Store, now: datetime) -> None:
    """Of a topic that is not shared nothing is read; else what is shown and not hidden, never of a sensitive one."""
    async with store.transaction(now) as tx:
        open_one = await named(tx, None, await enrolled(tx), shown=True)
        assert await board.words(tx, topic=TOPIC) == []
        await said_in(tx, {"NE": 9, "ML": 10})
        assert [each.id for each in await board.words(tx, topic=TOPIC)] == [open_one]
        with pytest.raises(Forbidden):
            await problems.hide(tx, problem=open_one, by=await enrolled(tx), reason="Non.")
        await problems.hide(tx, problem=open_one, by=await seated(tx, "NE", "civil"), reason="Cela vise quelqu’un.")
        assert await board.words(tx, topic=TOPIC) == []
        sensitive = next(each.code for each in topics.all() if each.sensitive)
        await said_in(tx, {"NE": 10, "ML": 10}, topic=sensitive, shown=True)
        assert await board.words(tx, topic=sensitive) == []


async def test_an_exchange_is_suggested_once_a_quarter_to_the_countries_that_are_said(
    store: Store, now: datetime
) -> None:
    """The seats of both sides in those countries; nobody where the countries are not said."""
    async with store.transaction(now) as tx:
        seats = {await seated(tx, country, side) for country in ("NE", "ML") for side in ("civil", "official")}
        await seated(tx, "TN", "civil")
        await said_in(tx, {"NE": 10, "ML": 3, "TN": 2})
        assert await board.suggest(tx, topic=TOPIC) is None
        await said_in(tx, {"ML": 7, "TN": 8})
        await said_in(tx, {"SN": 10}, topic="cor.service")
        found = await board.suggest(tx, topic=TOPIC)
        assert found is not None
        assert found[0].countries == ("ML", "NE", "TN")
        assert seats < set(found[1])
        assert await board.suggest(tx, topic=TOPIC) is None
        assert await board.suggest(tx, topic="cor.service") is None
    async with store.transaction(now + timedelta(days=60)) as tx:
        assert await board.suggest(tx, topic=TOPIC) is not None


async def lifted(tx: Tx, **how: object) -> tuple[str, str, str, str]:
    """Put a problem before Niger; return the series, the escalation, the host who did, and its author."""
    found, civil, _official = await opened(tx)
    [author] = await takers(tx, found, 1)
    one = await named(tx, found, author, shown=True)
    given = {"text": "Il manque une règle nationale.", **how}
    raised = await escalations.lift(tx, problem=one, by=civil, country="NE", **given)
    return found, str(raised["id"]), civil, author


async def test_it_goes_up_and_an_answer_comes_back(store: Store, now: datetime) -> None:
    """Only a host lifts it, only the country’s other seats settle it, once, and the hosts are told."""
    async with store.transaction(now) as tx:
        found, one, civil, author = await lifted(tx)
        official = (await series.get(tx, series=found)).partner_by or ""
        with pytest.raises(Missing):
            await escalations.lift(tx, problem=await named(tx, found, author), by=author, country="NE", text="Non.")
        with pytest.raises(Forbidden):
            await escalations.lift(tx, problem=await named(tx, found, author), by=civil, country="NE")
        assert [each.id for each in await escalations.before(tx, person=official)] == [one]
        assert await escalations.before(tx, person=await seated(tx, "ML", "civil")) == []
        assert await escalations.before(tx, person=author) == []
        with pytest.raises(Conflict):
            await escalations.answer(tx, escalation=one, by=civil, text=ANSWER)
        with pytest.raises(Missing):
            await escalations.answer(tx, escalation=one, by=author, text=ANSWER)
        assert await escalations.answer(tx, escalation=one, by=official, text=ANSWER) == [civil]
        with pytest.raises(Conflict):
            await escalations.close(tx, escalation=one, by=official, reason="Encore.")
        [read] = await escalations.of(tx, series=found, person=author)
        assert (read.state, read.reply, read.text) == (State.ANSWERED, ANSWER, "Il manque une règle nationale.")


@pytest.mark.parametrize("outcome", ["waits", "answered", "gone"])
async def test_what_waits_for_an_answer_comes_up_once_more(store: Store, now: datetime, outcome: str) -> None:
    """Two weeks later, for the country’s other seats and nobody else; not where it was settled, or is gone."""
    async with store.transaction(now) as tx:
        found, one, civil, _author = await lifted(tx)
        official = (await series.get(tx, series=found)).partner_by or ""
        await seated(tx, "ML", "civil")
        assert await escalations.waiting(tx, escalation=one) == [official]
        if outcome == "answered":
            await escalations.answer(tx, escalation=one, by=official, text=ANSWER)
        if outcome == "gone":
            await erasure.erase(tx, person=civil)
    for days, many in ((13.9, 0), (14, 1), (60, 0)):
        async with store.transaction(now + timedelta(days=days)) as tx:
            taken = [each for each in await due.take(tx) if each.kind == escalations.REMIND]
            assert [(each.subject, each.person) for each in taken] == [(one, None)] * many
            assert await escalations.waiting(tx, escalation=one) == ([official] if outcome == "waits" else [])


async def test_it_is_handed_to_a_national_series(store: Store, now: datetime) -> None:
    """To one that is open for that country; those in it read it from then on."""
    async with store.transaction(now) as tx:
        found, one, civil, _author = await lifted(tx)
        official = (await series.get(tx, series=found)).partner_by or ""
        assert await escalations.nationals(tx, escalation=one) == []
        group = (await groups.by_country(tx, country="NE")).id
        asked = await series.open_one(tx, by=official, group=group, level=Level.NATIONAL, places=["NE"], **WORDS)
        await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        with pytest.raises(Missing):
            await escalations.hand_on(tx, escalation=one, by=official, series=found)
        told = await escalations.hand_on(tx, escalation=one, by=official, series=asked["id"])
        assert told == {"local": [civil], "national": [civil]}
        assert [each.id for each in await escalations.of(tx, series=asked["id"], person=civil)] == [one]
        assert not await approvals.is_any_pending(tx, subject=one)


async def test_what_somebody_wrote_goes_with_them(store: Store, now: datetime) -> None:
    """The problem’s own words with its author, the host’s with the host, an answer with whoever gave it."""
    async with store.transaction(now) as tx:
        found, one, civil, author = await lifted(tx, text="")
        assert (await escalations.get(tx, escalation=one)).text == TEXT
        await erasure.erase(tx, person=author)
        assert await tx.all(escalations.escalations.select()) == []
        [other] = await takers(tx, found, 1)
        raised = await escalations.lift(
            tx, problem=await named(tx, found, other), by=civil, country="NE", text="Il manque une règle."
        )
        official = (await series.get(tx, series=found)).partner_by or ""
        await escalations.answer(tx, escalation=raised["id"], by=official, text=ANSWER)
        assert (await erasure.export(tx, person=official))["escalations"] == [ANSWER]
        await erasure.erase(tx, person=other)
        await erasure.erase(tx, person=official)
        [kept] = await escalations.before(tx, person=civil)
        assert (kept.text, kept.reply) == ("Il manque une règle.", "")
        await erasure.erase(tx, person=civil)
        assert await tx.all(escalations.escalations.select()) == []
        assert not [each for each in await due.take(tx) if each.kind == problems.HIDDEN]
