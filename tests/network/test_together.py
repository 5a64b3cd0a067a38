"""What several people do at the same instant happens once each; on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime

from network import addresses, approvals, audit, groups, invitations, members
from network.approvals import Decision
from network.errors import Conflict
from network.ids import new_id
from network.members import State
from network.store import Store
from tests.network.people import enrolled, handed_in, seated

CROWD = 20


async def test_a_first_contact_that_comes_twice_is_one_address(store: Store, now: datetime) -> None:
    """Twenty messages of a new person, handled at once, make one address and one person."""

    async def meet() -> str:
        async with store.transaction(now) as tx:
            return (await addresses.meet(tx, channel="telegram", account="main", external="1")).person

    assert len(set(await asyncio.gather(*(meet() for _ in range(CROWD))))) == 1


async def test_the_last_use_of_an_invitation_is_taken_once(store: Store, now: datetime) -> None:
    """Of twenty people with an invitation for seven, seven come in."""
    async with store.transaction(now) as tx:
        code = await invitations.create(tx, by="steward", uses=7)
        invitation = await invitations.find(tx, code=code)
    assert invitation is not None

    async def use() -> bool:
        async with store.transaction(now) as tx:
            try:
                await invitations.use(tx, invitation=invitation.id, person=new_id())
            except Conflict:
                return False
            return True

    assert sum(await asyncio.gather(*(use() for _ in range(CROWD)))) == 7
    async with store.reading(now) as tx:
        assert await invitations.brought(tx, by="steward") == 7


async def test_an_approval_is_decided_once(store: Store, now: datetime) -> None:
    """When both sides' coordinators answer at once and differ, one of them decides and both learn the same."""
    async with store.transaction(now) as tx:
        official, civil = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        asked = []
        for _ in range(CROWD):
            person = await enrolled(tx, state=State.WAITING)
            asked.append(await approvals.ask(tx, kind="join", subject=person, by=person, country="NE"))

    async def decide(approval: str, by: str, *, agree: bool) -> Decision:
        async with store.transaction(now) as tx:
            return (await approvals.decide(tx, approval=approval, by=by, agree=agree)).state

    for approval in asked:
        words = await asyncio.gather(decide(approval, official, agree=True), decide(approval, civil, agree=False))
        assert words[0] is words[1]
        assert words[0] is not Decision.PENDING


async def test_the_audit_chain_is_whole_after_a_crowd(store: Store, now: datetime) -> None:
    """Acts recorded by twenty steps at once make one whole chain."""

    async def act() -> None:
        async with store.transaction(now) as tx:
            await audit.record(tx, act="seat", actor=new_id(), subject=new_id())

    await asyncio.gather(*(act() for _ in range(CROWD)))
    async with store.reading(now) as tx:
        assert await audit.verify(tx) == CROWD


async def test_people_who_do_everything_at_once_disturb_nobody(store: Store, now: datetime) -> None:
    """Twenty people who write, change their profile, join a group and share at once all succeed."""
    async with store.transaction(now) as tx:
        group = await groups.create(tx, code="one")

    async def live(number: int) -> str:
        async with store.transaction(now) as tx:
            address = await addresses.meet(tx, channel="whatsapp", account="main", external=f"227{number}")
            await members.enrol(tx, person=address.person, language="fr", consent_version="1")
            await members.change(tx, person=address.person, name=f"N{number}", side="civil", country="NE")
            await members.set_state(tx, person=address.person, state=State.ACTIVE)
            await groups.join(tx, group=group, person=address.person)
        async with store.transaction(now) as tx:
            return await handed_in(tx, address.person)

    assert len(set(await asyncio.gather(*(live(number) for number in range(CROWD))))) == CROWD
    async with store.reading(now) as tx:
        assert len(await groups.members_of(tx, group=group)) == CROWD
        assert await members.count(tx) == CROWD
        assert await audit.verify(tx) == CROWD
