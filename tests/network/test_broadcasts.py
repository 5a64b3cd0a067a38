"""Broadcasts: whatever happens after a number was confirmed, it never goes to more than that and who joined since."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from network import addresses, approvals, audiences, broadcasts, groups, members, topics
from network.approvals import Decision
from network.audiences import Audience
from network.broadcasts import Bodies, Grown
from network.errors import Forbidden
from network.groups import Mode
from network.members import State
from network.outbox import outbox
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.network.people import reached

COUNTRIES, TOPICS = ("NE", "TN", "SN"), ("com.dialogue", "jus.access")
EVENTS = ("enrol", "join", "leave", "follow", "unfollow", "move", "stop", "return", "silence", "hear")
BODIES = Bodies(texts={"fr": "{}"}, instead={"fr": "{}"}, fallback="fr")
PEOPLE = 16
LATER = timedelta(hours=1)


@dataclass
class Crowd:
    """Some members and two groups, and what happens to them."""

    groups: list[str]
    people: list[str]
    joined: set[str] = field(default_factory=set)  # the network, or one of the groups, since

    async def happens(self, tx: Tx, event: str, number: int) -> None:
        """Let one thing happen to one of them."""
        person, group = self.people[number % len(self.people)], self.groups[number % 2]
        match event:
            case "enrol":
                person = await reached(tx, country=COUNTRIES[number % 3], side=members.SIDES[number % 2])
                await topics.follow(tx, person=person, topics={TOPICS[number % 2]})
                self.joined.add(person)
            case "join":
                await groups.join(tx, group=group, person=person)
                self.joined.add(person)
            case "leave":
                await groups.leave(tx, group=group, person=person)
            case "follow" | "unfollow":
                await topics.follow(tx, person=person, topics=set(TOPICS) if event == "follow" else set())
            case "move":
                await members.change(tx, person=person, country=COUNTRIES[number % 3])
            case "stop" | "return":
                await members.set_state(tx, person=person, state=State.STOPPED if event == "stop" else State.ACTIVE)
            case _ if await groups.membership(tx, group=group, person=person):
                mode = Mode.SILENT if event == "silence" else Mode.INSTANT
                await groups.set_mode(tx, group=group, person=person, mode=mode)


async def crowd(tx: Tx) -> Crowd:
    """Make members of every kind, of whom two coordinate the first group."""
    chance = random.Random(11)
    made = [await groups.create(tx, code=code) for code in ("one", "two")]
    people = []
    for number in range(PEOPLE):
        side, country = members.SIDES[number % 2], chance.choice(COUNTRIES)
        state = State.ACTIVE if number < 10 else State.STOPPED
        people.append(await reached(tx, side=side, country=country))
        await members.set_state(tx, person=people[-1], state=state)
        for group in made:
            if chance.random() < 0.5:
                await groups.join(tx, group=group, person=people[-1])
        await topics.follow(tx, person=people[-1], topics={each for each in TOPICS if chance.random() < 0.5})
    for person in people[:2]:
        await groups.seat(tx, group=made[0], person=person, rank="coordinator")
    return Crowd(made, people)


@dataclass
class Guarded:
    """One installation, and what an audience confirmed before some events gets after them."""

    store: Store
    crowd: Crowd
    now: datetime

    async def told(self, audience: Audience, off: int, events: list[tuple[str, int]]) -> tuple[int, int, int]:
        """Return how many were confirmed, got it, and got it who joined since; ``off``: how far the number is off."""
        since = Crowd(self.crowd.groups, self.crowd.people)
        async with self.store.reading(self.now) as tx:  # nothing is kept of it
            confirmed = max(0, await audiences.count(tx, audience=audience, hearing=True) + off)
            author, group = since.people[0], since.groups[0]
            given: dict[str, Any] = {"notice": {}, "audience": audience, "confirmed": confirmed}
            broadcast = await broadcasts.draft(tx, by=author, group=group, **given)
            later = Tx(tx.connection, tx.seal, self.now + LATER)
            for event, number in events:
                await since.happens(later, event, number)
            got = await self._send(later, broadcast)
        return confirmed, len(got), len(got & since.joined)

    async def _send(self, tx: Tx, broadcast: str) -> set[str]:
        """Hand in, with the other side's word where it is asked; return who gets it."""
        try:
            async with tx.savepoint():
                asked = await broadcasts.hand_in(tx, broadcast=broadcast, bodies=BODIES)
                if asked["approval"]:
                    approval = await approvals.get(tx, approval=asked["approval"])
                    await broadcasts.decided(tx, approval, Decision.APPROVED, "")
        except (Grown, Forbidden):
            pass
        mailed = select(addresses.addresses.c.person).join(outbox, outbox.c.address == addresses.addresses.c.id)
        return {row.person for row in await tx.all(mailed.where(outbox.c.mailing == broadcast))}


def some(values: list[str] | tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw some of the values."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def test_never_more_than_were_confirmed(database_url: str, sealer: Sealer, now: datetime, *, long: bool) -> None:
    """100 audiences (long: 500), right and wrong numbers, and whatever happens before they go out: the guard holds.

    With the right number and nothing in between exactly those go out who were counted.
    """
    with asyncio.Runner() as runner:
        store = Store(open_engine(database_url), sealer)
        made = runner.run(_crowd(store, now))
        guarded, sent = Guarded(store, made, now), []

        @settings(
            max_examples=500 if long else 100,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given(
            st.builds(
                Audience,
                groups=st.sampled_from([(), (made.groups[0],), (made.groups[1],), tuple(made.groups)]),
                countries=some(COUNTRIES),
                sides=some(members.SIDES),
                topics=some(TOPICS),
                excluded=some(made.people),
            ),
            st.sampled_from([0, 0, 0, -1, -3, 2]),
            st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 1000)), max_size=6),
        )
        def check(audience: Audience, off: int, events: list[tuple[str, int]]) -> None:
            confirmed, got, joined = runner.run(guarded.told(audience, off, events))
            assert got <= confirmed + joined
            if not events and off == 0:
                assert got == confirmed
            sent.append(got > 0 and bool(events))

        check()
        assert sum(sent) > len(sent) // 10  # it is no guard that lets nothing through
        runner.run(store.close())


async def _crowd(store: Store, now: datetime) -> Crowd:
    async with store.transaction(now) as tx:
        return await crowd(tx)
