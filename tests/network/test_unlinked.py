"""Who named what: nothing that is read, and nothing written beside the row itself, leads from a problem to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import LargeBinary

from network import (
    board,
    due,
    erasure,
    escalations,
    groups,
    insights,
    polls,
    priorities,
    problems,
    rounds,
    series,
)
from network.errors import NetworkError
from network.ids import new_id
from network.priorities import What
from network.store import Store, Tx, metadata
from tests.network.people import enrolled
from tests.network.test_problems import QUESTION, takers
from tests.network.test_series import opened

TOPICS = ("com.dialogue", "cor.service", "tru.trust", "prv.extremism")
OWN = {"problems", "due"}  # the row itself, and that its author is to hear of it
STEPS, SEEDS, MANY_SEEDS = 30, 1, 60

Reader = Callable[[Tx, str, str], Awaitable[object]]
READERS: tuple[Reader, ...] = (
    lambda tx, found, me: problems.by_topic(tx, series=found, person=me),
    lambda tx, found, me: priorities.ordered(tx, series=found, person=me),
    lambda tx, found, me: escalations.of(tx, series=found, person=me),
    lambda tx, _found, me: escalations.before(tx, person=me),
    lambda tx, found, _me: priorities.order(tx, series=found),
    lambda tx, _found, _me: board.shared(tx),
    lambda tx, _found, _me: board.words(tx, topic=TOPICS[0]),
)


async def test_whatever_happens_nothing_leads_from_a_problem_to_its_author(
    store: Store, now: datetime, *, long: bool
) -> None:
    """After each of many random acts: no id of a member in what is read, no row but its own with both."""
    for seed in range(MANY_SEEDS if long else SEEDS):
        random = Random(seed)
        async with store.transaction(now) as tx:
            await tx.run(groups.seats.delete())
            found, host, other = await opened(tx)
            authors = [*await takers(tx, found, 3), *await takers(tx, found, 3, "official")]
            stranger = await enrolled(tx, country="ML")
        for step in range(STEPS):
            async with store.transaction(now + timedelta(hours=step)) as tx:
                with suppress(NetworkError):
                    await happens(tx, random, found, (host, other), authors)
                for person in (host, other, stranger, authors[0]):
                    await reads_nobody(tx, found, person, {*authors, host, other})
                if step % 10 == 9:
                    await keeps_apart(tx, {*authors, stranger})


async def happens(tx: Tx, random: Random, found: str, hosts: tuple[str, str], authors: list[str]) -> None:
    """Let something happen to problems: most often somebody names one."""
    host, _other = hosts
    what, person = random.random(), random.choice([*authors, host])
    every = [row.id for row in await tx.all(problems.problems.select().order_by(problems.problems.c.id))]
    if what < 0.5 or not every:
        given = {"topic": random.choice(TOPICS), "text": f"Problème {new_id()}", "shown": random.random() < 0.5}
        await problems.name(tx, person=person, series=random.choice([found, found, None]), **given)
    elif what < 0.6:
        await problems.take_back(tx, problem=random.choice(every), person=person)
    elif what < 0.7:
        await problems.hide(tx, problem=random.choice(every), by=random.choice(hosts), reason="Trop précis.")
    elif what < 0.8:
        given = {"by": host, "country": "NE", "text": random.choice(["", "Une règle manque."])}
        await escalations.lift(tx, problem=random.choice(every), **given)
    elif what < 0.9:
        await polled(tx, random, found, host)
    elif what < 0.95:
        await series.advance(tx, series=found, by=host)
    else:
        await erasure.erase(tx, person=person if person != host else authors[-1])


async def polled(tx: Tx, random: Random, found: str, host: str) -> None:
    """Open a poll of what was named, or close the one that is open."""
    running = await priorities.under_way(tx, series=found)
    if running is not None:
        await rounds.close_early(tx, poll=running.id, by=host)
        return
    gathered = await problems.by_topic(tx, series=found, person=host)
    what = random.choice([*What])
    codes = [each.topic for each in gathered]
    if what is What.PROBLEMS:
        codes = [problem.id for each in gathered for problem in each.problems]
    poll = await priorities.ask(tx, series=found, by=host, question=QUESTION, what=what, codes=codes[:6])
    await polls.ask(tx, poll=poll, by=host)
    await rounds.schedule(tx, poll=poll)
    await rounds.open(tx, poll=poll)


async def reads_nobody(tx: Tx, found: str, person: str, people: set[str]) -> None:
    """Assert that nothing that somebody may read has a member in it; of an edition the voice has none."""
    for read in READERS:
        with suppress(NetworkError):
            told = repr(await read(tx, found, person))
            assert not [each for each in people if each in told]
    edition = await insights.latest(tx, topic="com")
    assert not [each for each in people if each in repr(edition)]


async def keeps_apart(tx: Tx, people: set[str]) -> None:
    """Assert that no table but their own has a problem and a member in one row."""
    named = {row.id for row in await tx.all(problems.problems.select())}
    for name, table in metadata.tables.items():
        if name in OWN:
            continue
        for row in await tx.all(table.select()):
            values = [each for each in _plain(table, row) if isinstance(each, str)]
            has_both = any(one in each for one in named for each in values)
            assert not (has_both and people & set(values)), name
    told = [row for row in await tx.all(due.due.select()) if row.subject in named]
    assert all(row.kind == problems.HIDDEN for row in told)


def _plain(table: Any, row: Any) -> list[object]:
    return [row._mapping[each] for each in table.columns if not isinstance(each.type, LargeBinary)]


async def test_exchanged_authors_read_the_same(store: Store, now: datetime) -> None:
    """Two series in which the same is named, but by others of the same sides, read the same to everybody."""
    async with store.transaction(now) as tx:
        seen = []
        for turn in range(2):
            await tx.run(groups.seats.delete())
            found, host, _other = await opened(tx)
            people = await takers(tx, found, 12) + await takers(tx, found, 12, "official")
            order = people if turn == 0 else [*reversed(people[:12]), *reversed(people[12:])]
            for place, person in enumerate(order):
                text = f"Problème {place % 12} de la {'police' if place >= 12 else 'population'}"
                await problems.name(tx, series=found, person=person, topic=TOPICS[place % 2], text=text)
            await series.advance(tx, series=found, by=host)
            gathered = await problems.by_topic(tx, series=found, person=host)
            seen.append([(each.topic, sorted(one.text for one in each.problems), each.sides) for each in gathered])
        assert seen[0] == seen[1]
