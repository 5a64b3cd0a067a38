"""A state machine lets people do anything at random in groups; who sits and who is in keeps to the rules of both sides.

All happens in one transaction that is never committed, on both databases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from network import approvals, charters, entries, groups, handovers, members, removals, requests, starter, vouches
from network.errors import NetworkError
from network.groups import BOTH, RANKS, Policy
from network.members import SIDES, State
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.network.people import enrolled

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = st.integers(0, 100)  # somebody or something: the remainder chooses
PEOPLE = 4  # of each side


class Undone(Exception):
    """Ends the transaction without a commit."""


class GroupMachine(RuleBasedStateMachine):
    """People found, change, enter and leave groups, are taken out, vouch, hand seats over, and change sides."""

    url = ""
    sealer: Sealer

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = Store(open_engine(self.url), self.sealer)
        self.opened = self.store.transaction(NOW)
        self.tx: Tx = self.run(self.opened.__aenter__())
        self.people: list[str] = []
        self.things: dict[str, list[str]] = {"vouch": [], "handover": [], "removal": []}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a step to its end."""
        return self.runner.run(work)

    def teardown(self) -> None:
        """Undo everything and close the store."""
        with suppress(Undone):
            self.run(self.opened.__aexit__(Undone, Undone(), None))
        self.run(self.store.close())
        self.runner.close()

    @initialize()
    def begin(self) -> None:
        """There are people of both sides in Niger, two of them seated, and one group of each kind."""
        self.run(self._begin())

    @rule(
        by=ONE, composition=st.sampled_from([BOTH, *SIDES]), policy=st.sampled_from(list(Policy)), vouched=st.booleans()
    )
    def found(self, by: int, composition: str, policy: Policy, vouched: bool) -> None:
        """Somebody proposes a group."""
        terms = {"name.fr": "Un groupe", "purpose.fr": "Pour se parler.", "country": "NE", "composition": composition}
        terms |= {"policy": policy.value, "vouched": "yes" if vouched else ""}
        self.tries(charters.propose, by=self.person(by), terms=terms)

    @rule(by=ONE, group=ONE, policy=st.sampled_from(list(Policy)))
    def amend(self, by: int, group: int, policy: Policy) -> None:
        """Somebody proposes to change how one comes into a group."""
        self.tries(charters.propose, by=self.person(by), group=self.group(group), terms={"policy": policy.value})

    @rule(by=ONE, which=ONE, agree=st.booleans())
    def settle(self, by: int, which: int, agree: bool) -> None:
        """Somebody gives a word on something that waits; only whoever may is heard."""
        waiting = self.run(self._waiting())
        if waiting:
            asked = waiting[which % len(waiting)]
            able = self.run(approvals.deciders(self.tx, approval=asked)) if by % 4 else []
            judge = able[by % len(able)] if able else self.person(by)
            self.tries(requests.settle, approval=asked, by=judge, agree=agree)
            self.run(self._check_words(asked))

    @rule(who=ONE, group=ONE)
    def join(self, who: int, group: int) -> None:
        """Somebody joins a group."""
        self.tries(entries.join, group=self.group(group), person=self.person(who))

    @rule(who=ONE, group=ONE, vouch=ONE, coded=st.booleans())
    def ask(self, who: int, group: int, vouch: int, coded: bool) -> None:
        """Somebody asks to come into a group, with a code or without."""
        code = self.thing("vouch", vouch) if coded else ""
        self.tries(entries.ask, group=self.group(group), person=self.person(who), vouch=code)

    @rule(who=ONE, group=ONE)
    def vouch(self, who: int, group: int) -> None:
        """Somebody makes a code."""
        made = self.tries(vouches.offer, group=self.group(group), by=self.person(who))
        if made:
            taker = self.person(who + 1)
            found = self.tries(vouches.typed, person=taker, code=made)
            self.things["vouch"] += [found["vouch"]] if found and "vouch" in found else []

    @rule(who=ONE, group=ONE)
    def leave(self, who: int, group: int) -> None:
        """Somebody leaves a group."""
        self.tries(entries.leave, group=self.group(group), person=self.person(who))

    @rule(by=ONE, who=ONE, group=ONE)
    def remove(self, by: int, who: int, group: int) -> None:
        """Somebody takes somebody out of a group."""
        done = self.tries(
            removals.remove, group=self.group(group), person=self.person(who), by=self.person(by), reason="Non"
        )
        self.things["removal"] += [done] if done else []

    @rule(which=ONE, who=ONE)
    def contest(self, which: int, who: int) -> None:
        """Somebody asks to undo a removal."""
        self.tries(removals.contest, removal=self.thing("removal", which), person=self.person(who), why="Si")

    @rule(by=ONE, to=ONE, group=ONE)
    def offer(self, by: int, to: int, group: int) -> None:
        """Somebody offers a seat."""
        made = self.tries(handovers.offer, group=self.group(group), by=self.person(by), to=self.person(to))
        self.things["handover"] += [made] if made else []

    @rule(which=ONE, to=ONE, takes=st.booleans())
    def answer(self, which: int, to: int, takes: bool) -> None:
        """Somebody takes a seat that was offered, or not."""
        act = handovers.accept if takes else handovers.decline
        self.tries(act, handover=self.thing("handover", which), to=self.person(to))

    @rule(who=ONE, group=ONE)
    def step_down(self, who: int, group: int) -> None:
        """Somebody leaves a seat empty."""
        self.tries(handovers.step_down, group=self.group(group), person=self.person(who))

    @rule(who=ONE, group=ONE, rank=st.sampled_from(RANKS))
    def seat(self, who: int, group: int, rank: str) -> None:
        """A steward seats somebody."""
        self.tries(groups.seat, group=self.group(group), person=self.person(who), rank=rank)

    @rule(who=ONE, state=st.sampled_from([State.ACTIVE, State.ACTIVE, State.STOPPED]))
    def stop(self, who: int, state: State) -> None:
        """Somebody stops, or comes back."""
        self.tries(members.set_state, person=self.person(who), state=state)

    @rule(who=ONE, side=st.sampled_from(SIDES))
    def cross(self, who: int, side: str) -> None:
        """Somebody changes sides, with the coordinators' yes."""
        self.tries(_cross, person=self.person(who), side=side)

    @rule(who=ONE)
    def vanish(self, who: int) -> None:
        """Somebody is erased, and somebody else comes."""
        self.run(self._replace(who % len(self.people)))

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        """Time passes."""
        self.tx = replace(self.tx, now=self.tx.now + days * DAY)

    @invariant()
    def seats_and_members_keep_the_rules(self) -> None:
        """A seat that counts is of an active member who is in the group; nobody is where their side cannot be."""
        if self.people:
            self.run(self._check())

    def person(self, number: int) -> str:
        """Return one of the people."""
        return self.people[number % len(self.people)]

    def group(self, number: int) -> str:
        """Return one of the groups; that of Niger is as likely as one of two others."""
        found = self.run(self._groups())
        return str(found[number % len(found)])

    def thing(self, kind: str, number: int) -> str:
        """Return something that was made before, perhaps long gone, or nothing."""
        made = self.things[kind]
        return made[number % len(made)] if made else "0" * 32

    def tries(self, act: Callable[..., Awaitable[Any]], **what: Any) -> Any:
        """Do something that may be refused; what is refused changes nothing."""
        return self.run(self._try(act, what))

    async def _try(self, act: Callable[..., Awaitable[Any]], what: dict[str, Any]) -> Any:
        with suppress(NetworkError):
            async with self.tx.savepoint():
                return await act(self.tx, **what)
        return None

    async def _begin(self) -> None:
        tx = self.tx
        await starter.load(tx)
        home = (await groups.by_country(tx, country="NE")).id
        for number in range(2 * PEOPLE):
            person = await enrolled(tx, side=SIDES[number % 2])
            self.people.append(person)
            await groups.join(tx, group=home, person=person)
        for person in self.people[:2]:
            await groups.seat(tx, group=home, person=person, rank="coordinator")
        for composition, policy, vouched in ((BOTH, "request", ""), ("civil", "invitation", "yes")):
            terms = {"name.fr": "Un groupe", "purpose.fr": "Pour se parler.", "country": "NE"}
            terms |= {"composition": composition, "policy": policy, "vouched": vouched}
            asked = await charters.propose(tx, by=self.people[1], terms=terms)
            await requests.settle(tx, approval=asked["approval"], by=self.people[0], agree=True)

    async def _groups(self) -> list[str]:
        every = await groups.every(self.tx)
        return [group.id for group in every if group.code == "NE" or not group.is_home]

    async def _waiting(self) -> list[str]:
        table = approvals.approvals
        query = select(table.c.id).where(table.c.state == approvals.Decision.PENDING.value)
        return [row.id for row in await self.tx.all(query.order_by(table.c.asked_at, table.c.id))]

    async def _replace(self, place: int) -> None:
        gone = self.people[place]
        await self.tx.run(delete(approvals.approvals).where(approvals.approvals.c.by == gone))
        await self.tx.run(delete(members.members).where(members.members.c.id == gone))
        self.people[place] = await enrolled(self.tx, side=SIDES[place % 2])

    async def _check_words(self, approval: str) -> None:
        """An official came in by a word of the official side, and nobody by their own."""
        asked = await approvals.get(self.tx, approval=approval)
        table = approvals.decisions
        rows = await self.tx.all(select(table).where(table.c.approval == approval))
        known = await members.get_many(self.tx, people=[asked.by])
        for row in rows:
            assert row.person != asked.by
            if asked.kind == entries.KIND and asked.by in known and known[asked.by].side == "official" and row.agree:
                assert row.side == "official"

    async def _check(self) -> None:
        tx = self.tx
        every = {group.id: group for group in await groups.every(tx)}
        known = await members.get_many(tx, people=self.people)
        inside = {(row.group_id, row.person) for row in await tx.all(select(groups.memberships))}
        for group, person in inside:
            assert every[group].fits(known[person].side), "a member where their side cannot be"
        held = await groups.seated(tx)
        assert len({(seat.group, seat.side, seat.rank) for seat in held}) == len(held), "two on one seat"
        assert len({(seat.group, seat.person) for seat in held}) == len(held), "one on two seats"
        for seat in held:
            assert (seat.group, seat.person) in inside, "a coordinator who is not in the group"
            assert known[seat.person].state is State.ACTIVE
            assert known[seat.person].side == seat.side
            assert every[seat.group].fits(seat.side)
        for row in await tx.all(select(removals.removals)):
            assert (row.group_id, row.person) not in inside, "taken out, and in"
        for row in await tx.all(select(entries.entries)):
            waits = await entries.find(tx, entry=row.id) is not None
            assert not waits or (row.group_id, row.person) not in inside, "waiting, and in"


async def _cross(tx: Tx, *, person: str, side: str) -> None:
    await members.change(tx, person=person, side=side, service=members.SERVICES[side][0])
    await groups.refit(tx, person=person)


def test_groups_keep_to_their_rules(database_url: str, sealer: Sealer, long: bool) -> None:
    """Whatever people do in whatever order, seats and memberships stay within the rules."""
    machine = type("Machine", (GroupMachine,), {"url": database_url, "sealer": sealer})
    examples = 300 if long else 8
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=40, deadline=None))
