"""Before and after: one poll asked twice of those in a series, compared where ten stand behind each number."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import ballots, polls, rounds, series, shifts
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.polls import State
from network.series import Phase
from network.store import Store, Tx
from tests.network.test_series import member, opened

CODE = "trust_pulse"
BEFORE, AFTER = (20, 10, 10, 10), (10, 10, 10, 20)  # votes by step, in Niger; in Tunisia each step has ten
TWO_WEEKS = timedelta(days=14)


async def inside(tx: Tx, found: str, many: int, **who: str) -> list[str]:
    """Make members who take part in a series."""
    people = [await member(tx, **who) for _ in range(many)]
    for person in people:
        await series.take_part(tx, series=found, person=person)
    return people


async def vote(tx: Tx, poll: str, people: list[str], votes: tuple[int, ...]) -> None:
    """Let people choose the steps of a scale, so many each."""
    steps = [step for step, many in enumerate(votes, 1) for _ in range(many)]
    for person, step in zip(people, steps, strict=True):
        await ballots.cast(tx, poll=poll, person=person, choice=[step])


async def asked_before(tx: Tx, found: str, host: str, code: str = CODE) -> str:
    """Ask a poll before, and let it open."""
    poll = await shifts.before(tx, series=found, by=host, code=code)
    assert (await polls.ask(tx, poll=poll, by=host))["approval"] == ""
    await rounds.schedule(tx, poll=poll)
    assert await rounds.open(tx, poll=poll)
    return poll


async def advance(tx: Tx, found: str, host: str, to: Phase) -> None:
    """Go on until a phase begins."""
    while (await series.get(tx, series=found)).phase is not to:
        await series.advance(tx, series=found, by=host)


async def test_the_same_poll_is_compared_per_country(store: Store, now: datetime) -> None:
    """Asked in the first phase and in the last, its means are there for each country that may be shown both times."""
    async with store.transaction(now) as tx:
        found, host, _official = await opened(tx)
        niger, tunisia = await inside(tx, found, 50), await inside(tx, found, 40)
        await tx.run(_moved_to("TN", tunisia))
        poll = await asked_before(tx, found, host)
        await vote(tx, poll, niger, BEFORE)
        await vote(tx, poll, tunisia, (10, 10, 10, 10))
        with pytest.raises(Conflict):
            await shifts.before(tx, series=found, by=host, code=CODE)
    async with store.transaction(now + TWO_WEEKS) as tx:
        await rounds.close(tx, poll=poll)
        with pytest.raises(Conflict):
            await shifts.after(tx, series=found, by=host, poll=poll)
        await advance(tx, found, host, Phase.REVIEW)
        with pytest.raises(Missing):
            await shifts.after(tx, series=found, by=niger[0], poll=poll)
        again = await shifts.after(tx, series=found, by=host, poll=poll)
        with pytest.raises(Conflict):
            await shifts.after(tx, series=found, by=host, poll=poll)
        assert await rounds.open(tx, poll=again)
        await vote(tx, again, niger, AFTER)
        await vote(tx, again, tunisia, (10, 10, 10, 10))
    async with store.transaction(now + 2 * TWO_WEEKS) as tx:
        await rounds.close(tx, poll=again)
        [mine] = await shifts.readable(tx, series=found, person=niger[0])
        assert mine.is_whole
        means = [each.mean for each in mine.results]
        assert means == [pytest.approx(210 / 90), pytest.approx(240 / 90)]
        counted = [{part.country: part.votes for part in each.countries} for each in mine.results]
        assert [each["NE"] for each in counted] == [dict(enumerate(votes, 1)) for votes in (BEFORE, AFTER)]
        assert [set(each) for each in counted] == [{"NE", "TN"}] * 2


async def test_it_is_asked_in_its_phases_only_by_hosts(store: Store, now: datetime) -> None:
    """Before in the first two phases, of the polls that can be asked again; read by nobody outside."""
    async with store.transaction(now) as tx:
        found, host, official = await opened(tx)
        [person] = await inside(tx, found, 1)
        with pytest.raises(Missing):
            await shifts.before(tx, series=found, by=person, code=CODE)
        with pytest.raises(Invalid):
            await shifts.before(tx, series=found, by=host, code="three_problems")
        poll = await shifts.before(tx, series=found, by=official, code="safety")
        assert poll in {each.before.id for each in await shifts.of(tx, series=found)}
        outside = await member(tx)
        with pytest.raises(Missing):
            await shifts.readable(tx, series=found, person=outside)
        await advance(tx, found, host, Phase.PRIORITISE)
        with pytest.raises(Conflict):
            await shifts.before(tx, series=found, by=host, code=CODE)


async def test_what_was_refused_or_taken_back_can_be_asked_anew(store: Store, now: datetime) -> None:
    """Neither counts as asked, before or after."""
    async with store.transaction(now) as tx:
        found, host, _official = await opened(tx)
        first = await asked_before(tx, found, host)
        await rounds.withdraw(tx, poll=first, by=host)
        assert await shifts.of(tx, series=found) == []
        poll = await asked_before(tx, found, host)
        await rounds.close_early(tx, poll=poll, by=host)
        await advance(tx, found, host, Phase.ACT)
        again = await shifts.after(tx, series=found, by=host, poll=poll)
        await rounds.withdraw(tx, poll=again, by=host)
        another = await shifts.after(tx, series=found, by=host, poll=poll)
        [mine] = await shifts.of(tx, series=found)
        assert (mine.after.id, mine.after.state) == (another, State.SCHEDULED)


async def test_a_host_without_a_seat_makes_no_poll(store: Store, now: datetime) -> None:
    """A poll is a coordinator's, in a series too."""
    async with store.transaction(now) as tx:
        found, _host, _official = await opened(tx)
        person = await member(tx)
        await series.set_(tx, found, by=person)
        with pytest.raises(Forbidden):
            await shifts.before(tx, series=found, by=person, code=CODE)


def _moved_to(country: str, people: list[str]) -> object:
    table = series.members.members
    return table.update().where(table.c.id.in_(people)).values(country=country)
