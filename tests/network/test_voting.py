"""Voting at once: twenty people, on two apps each, on both databases; no vote is lost, and none counts twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from network import ballots, results, rounds, secrecy
from network.ballots import BALLOT, participations, receipts
from network.polls import Poll, Shown, get
from network.store import Store, Tx
from tests.network import polling

PEOPLE, SHORT, LONG = 20, 12, 1000


@pytest.mark.parametrize("secret", [False, True])
async def test_everybody_votes_at_once(store: Store, now: datetime, long: bool, secret: bool) -> None:
    """In each round each votes on one app or on both at once, while counts are folded: one ballot each, the last."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, secret=secret, shown=Shown.AT_CLOSE if secret else Shown.AT_ONCE)
        people = [await polling.voter(tx, ("civil", "official")[number % 2]) for number in range(PEOPLE)]
    chance = Random(0)
    for number in range(LONG if long else SHORT):
        said = {person: [chance.choice("123") for _app in range(chance.choice((1, 1, 2)))] for person in people}
        calls = [(person, choice) for person, choices in said.items() for choice in choices]
        chance.shuffle(calls)
        at = now + timedelta(seconds=number)
        await asyncio.gather(_fold(store, at, poll), *(_vote(store, at, poll, *call) for call in calls))
        async with store.reading(at) as tx:
            held = await _held(tx, await get(tx, poll=poll), people)
            assert all(held[person] in choices for person, choices in said.items())
            assert await _numbers(tx) == [PEOPLE, PEOPLE, PEOPLE if secret else 0]
            if not secret:
                assert await results.counts(tx, poll=poll) == await results.recount(tx, poll=poll)
    await _close(store, now, poll, held)


async def _vote(store: Store, at: datetime, poll: str, person: str, choice: str) -> None:
    async with store.transaction(at) as tx:
        await ballots.cast(tx, poll=poll, person=person, choice=[choice])


async def _fold(store: Store, at: datetime, poll: str) -> None:
    async with store.transaction(at) as tx:
        await rounds.fold(tx, poll=poll)


async def _held(tx: Tx, poll: Poll, people: list[str]) -> dict[str, str]:
    """Return what the ballot of each person holds."""
    key = await ballots.key_of(tx, poll) if poll.plan.secret else None
    rows = {row.voter: row for row in await tx.all(select(ballots.ballots))}
    theirs = {person: rows[ballots.index(key, BALLOT, person) if key else person] for person in people}
    if key is None:
        return {person: row.choice for person, row in theirs.items()}
    opened = {person: tx.seal.open("ballots.words", row.id, row.words) for person, row in theirs.items()}
    return {person: json.loads(said)[0] for person, said in opened.items()}


async def _numbers(tx: Tx) -> list[int]:
    query = [select(func.count()).select_from(table) for table in (ballots.ballots, participations, receipts)]
    return [int(await tx.scalar(each)) for each in query]


async def _close(store: Store, now: datetime, poll: str, held: dict[str, str]) -> None:
    """Close, and find in the results, and in the ballots that stay, exactly what everybody held."""
    async with store.transaction(now + timedelta(days=7)) as tx:
        assert await rounds.close(tx, poll=poll)
        found = await results.published(tx, poll=poll)
        wanted = Counter(held.values())
        assert [line.votes for line in found.lines] == [wanted[number] for number in "123"]
        kept = Counter[str]()
        for choices in (await results.recount(tx, poll=poll)).values():
            kept.update(choices)
        assert kept == wanted
        closed = await get(tx, poll=poll)
        assert len(await secrecy.hashes(tx, poll=poll)) == (PEOPLE if closed.plan.secret else 0)
