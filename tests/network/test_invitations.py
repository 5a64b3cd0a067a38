"""Invitations, and the codes that join two apps; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from network import addresses, approvals, groups, invitations, joining, links, members, practices, starter, topics
from network.errors import Conflict, Missing
from network.ids import new_id
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, seated


async def test_a_code_is_found_however_it_is_typed(store: Store, now: datetime) -> None:
    """A code holds with or without its hyphen, in any case, with any digits; and it is stored nowhere in clear."""
    async with store.transaction(now) as tx:
        code = await invitations.create(tx, by="steward", country="NE", side="civil")
        found = await invitations.find(tx, code=code)
        assert found is not None
        assert (found.country, found.side, found.group, found.uses_left) == ("NE", "civil", "", 1)
        arabic = code.translate(str.maketrans("23456789", "٢٣٤٥٦٧٨٩"))
        for typed in (code.lower(), code.replace("-", " "), arabic, f" {code} "):
            assert await invitations.find(tx, code=typed) == found
        for wrong in ("", "hello", code[:-1], code[:-1] + "0", "ZZZZZ-ZZZZZ"):
            assert await invitations.find(tx, code=wrong) is None
        row = await tx.first(select(invitations.invitations))
        assert code.replace("-", "") not in repr(tuple(row or ()))
        assert await invitations.get(tx, invitation=found.id) == found


async def test_an_invitation_is_used_up(store: Store, now: datetime) -> None:
    """Each person takes one use however often they ask; after the last one the invitation holds no more."""
    async with store.transaction(now) as tx:
        code = await invitations.create(tx, by="steward", uses=2)
        invitation = await invitations.find(tx, code=code)
        assert invitation is not None
        one, two, three = new_id(), new_id(), new_id()
        for person in (one, one, two):
            await invitations.use(tx, invitation=invitation.id, person=person)
        assert await invitations.find(tx, code=code) is None
        with pytest.raises(Conflict):
            await invitations.use(tx, invitation=invitation.id, person=three)
        assert await invitations.brought(tx, by="steward") == 2


async def test_an_invitation_expires(store: Store, now: datetime) -> None:
    """After its days an invitation holds no more, and is forgotten."""
    async with store.transaction(now) as tx:
        code = await invitations.create(tx, by="steward", days=3)
    async with store.transaction(now + timedelta(days=3)) as tx:
        assert await invitations.find(tx, code=code) is None
        assert await invitations.purge(tx, before=tx.now + timedelta(seconds=1)) == 1


async def test_trying_codes_is_slowed(store: Store, now: datetime) -> None:
    """Ten tries in an hour are allowed to a person; after the hour they may try again."""
    async with store.transaction(now) as tx:
        person = new_id()
        assert [await invitations.too_many(tx, person=person) for _ in range(12)] == [False] * 10 + [True] * 2
        assert not await invitations.too_many(tx, person=new_id())
    async with store.transaction(now + timedelta(hours=1)) as tx:
        assert not await invitations.too_many(tx, person=person)


async def newcomer(tx: Tx, external: str) -> addresses.Address:
    """Meet somebody on Telegram."""
    return await addresses.meet(tx, channel="telegram", account="main", external=external)


async def test_a_code_joins_a_second_app(store: Store, now: datetime) -> None:
    """The app in which the code is written becomes the member's; the code works once."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        other = await newcomer(tx, "7")
        code = await links.offer(tx, person=person)
        assert await links.accept(tx, code=code.lower(), address=other.id) == person
        assert (await newcomer(tx, "7")).person == person
        assert await links.accept(tx, code=code, address=(await newcomer(tx, "8")).id) is None


async def test_a_code_for_two_apps_expires_and_is_replaced(store: Store, now: datetime) -> None:
    """A code holds 15 minutes, and only the last one offered; strangers and the locked cannot use one."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        with pytest.raises(Missing):
            await links.offer(tx, person=new_id())
        old = await links.offer(tx, person=person)
        new = await links.offer(tx, person=person)
        here = (await newcomer(tx, "7")).id
        assert await links.accept(tx, code=old, address=here) is None
        assert await links.accept(tx, code="nothing", address=here) is None
    async with store.transaction(now + timedelta(minutes=15)) as tx:
        assert await links.accept(tx, code=new, address=here) is None
        newest = await links.offer(tx, person=person)
        await members.set_state(tx, person=person, state=State.LOCKED)
        assert await links.accept(tx, code=newest, address=here) is None


async def test_two_members_who_are_one_become_one(store: Store, now: datetime) -> None:
    """A second membership of the same human being hands everything over and is erased."""
    async with store.transaction(now) as tx:
        kept, merged = await enrolled(tx), await seated(tx, "SN", "civil")
        here = await newcomer(tx, "7")
        await addresses.set_person(tx, person=here.person, to=merged)
        await topics.follow(tx, person=merged, topics=["com.policing"])
        practice = await handed_in(tx, merged, country="SN")
        decider = await seated(tx, "SN", "official")
        code = await links.offer(tx, person=kept)
        assert await links.accept(tx, code=code, address=here.id) == kept
        assert await members.find(tx, person=merged) is None
        assert [found.id for found in await practices.mine(tx, author=kept)] == [practice]
        assert [group.code for group in await groups.coordinated_by(tx, person=kept)] == ["SN"]
        assert await topics.followed(tx, person=kept) == ["com.policing"]
        assert [found.by for found in await approvals.pending_for(tx, person=decider)] == [kept]
        own = await links.offer(tx, person=kept)
        assert await links.accept(tx, code=own, address=here.id) == kept


async def test_an_invitation_of_a_steward_can_carry_a_seat(store: Store, now: datetime) -> None:
    """Whoever joins by it takes the seat of their country and side; a seat that is taken stays where it is."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        people = []
        for _ in range(2):
            code = await invitations.create(tx, by="steward", country="NE", side="official", seat="coordinator")
            found = await invitations.find(tx, code=code)
            people.append(await enrolled(tx, side="official", service="police", state=State.JOINING))
            assert await joining.admit(tx, person=people[-1], invitation=found.id)
        group = await groups.by_country(tx, country="NE")
        assert [(seat.person, seat.rank) for seat in await groups.seated(tx, group=group.id)] == [
            (people[0], "coordinator")
        ]
