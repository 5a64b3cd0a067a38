"""Polls: made, asked for, opened, answered, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from network import ballots, due, results, rounds
from network.errors import Forbidden
from network.polls import Shown
from tests.network import polling


async def test_one_person_has_one_vote_that_can_change(store, now):
    """A vote given again takes the place of the first, and the counts follow."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, shown=Shown.AT_ONCE)
        people = [await polling.voter(tx, side) for side in ("civil", "official", "civil")]
        for person, choice in zip(people, ("1", "2", "1"), strict=True):
            assert not (await ballots.cast(tx, poll=poll, person=person, choice=[choice])).changed
        assert (await ballots.cast(tx, poll=poll, person=people[0], choice=["3"])).changed
        found = await results.of(tx, poll=poll, person=people[0])
        assert [line.votes for line in found.lines] == [1, 1, 1]
        assert (found.voters, found.answered, found.declined, found.final) == (3, 3, 0, False)
        await ballots.cast(tx, poll=poll, person=people[1], choice=[ballots.PREFER_NOT])
        found = await results.of(tx, poll=poll, person=people[0])
        assert (found.voters, found.answered, found.declined) == (3, 2, 1)
        assert await results.counts(tx, poll=poll) == await results.recount(tx, poll=poll)


async def test_a_poll_opens_and_closes_by_the_clock(store, now):
    """It takes votes from its opening to its end, and its results stay as they were published."""
    async with store.transaction(now) as tx:
        poll = await polling.asked(tx, opens_at=now + timedelta(hours=1))
        person = await polling.voter(tx)
        await rounds.schedule(tx, poll=poll)
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])
        assert not await rounds.open(tx, poll=poll)
    async with store.transaction(now + timedelta(hours=1)) as tx:
        (row,) = [each for each in await due.take(tx) if each.kind == rounds.OPEN]
        assert await rounds.open(tx, poll=row.subject)
        await ballots.cast(tx, poll=poll, person=person, choice=["2"])
        with pytest.raises(Forbidden):
            await results.of(tx, poll=poll, person=person)
    async with store.transaction(now + timedelta(days=7)) as tx:
        assert await rounds.close(tx, poll=poll)
        assert not await rounds.close(tx, poll=poll)
        found = await results.of(tx, poll=poll, person=person)
        assert found.final
        assert [line.votes for line in found.lines] == [0, 1, 0]
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])
