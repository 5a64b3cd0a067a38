"""Invitations, and the codes that join two apps; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from network import (
    addresses,
    approvals,
    audit,
    erasure,
    groups,
    imports,
    invitations,
    joining,
    links,
    members,
    practices,
    starter,
    topics,
)
from network.errors import Conflict, Missing
from network.ids import new_id
from network.keyring import Former, KeyRing
from network.members import State
from network.sealing import Sealer
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


async def test_guessing_with_many_phones_is_slowed(store: Store, now: datetime) -> None:
    """After 200 wrong codes on an account within the hour each person there has two tries; other accounts have ten."""
    async with store.transaction(now) as tx:
        code = await invitations.create(tx, by="steward", uses=5)
        phones = [(await newcomer(tx, str(number))).person for number in range(1000, 1100)]
        for person in phones:
            for _ in range(2):
                assert (await joining.check(tx, person=person, code="ZZZZZ-ZZZZZ"))["state"] == joining.WRONG
        assert (await joining.check(tx, person=phones[0], code="ZZZZZ-ZZZZZ"))["state"] == joining.SLOW
        slips = (await newcomer(tx, "7")).person
        assert (await joining.check(tx, person=slips, code="ZZZZZ-ZZZZZ"))["state"] == joining.WRONG
        assert (await joining.check(tx, person=slips, code=code))["state"] == joining.GOOD
        elsewhere = await addresses.meet(tx, channel="whatsapp", account="main", external="7")
        states = [(await joining.check(tx, person=elsewhere.person, code="ZZZZZ-ZZZZZ"))["state"] for _ in range(11)]
        assert states == [joining.WRONG] * 10 + [joining.SLOW]
    async with store.transaction(now + timedelta(hours=1)) as tx:
        states = [(await joining.check(tx, person=slips, code="ZZZZZ-ZZZZZ"))["state"] for _ in range(11)]
        assert states == [joining.WRONG] * 10 + [joining.SLOW]
        await invitations.purge(tx, before=now)
        assert await tx.scalar(select(func.count()).select_from(invitations.wrong_codes)) == 10


async def test_one_who_is_not_guessing_keeps_ten_tries(store: Store, now: datetime) -> None:
    """One wrong code fewer, and nobody is slowed yet; the codes that join two apps are counted as well."""
    async with store.transaction(now) as tx:
        for number in range(198):
            await invitations.wrong(tx, person=(await newcomer(tx, str(1000 + number))).person)
        person = (await newcomer(tx, "7")).person
        for _ in range(3):
            assert not await invitations.too_many(tx, person=person)
        await invitations.wrong(tx, person=person)
        assert not await invitations.too_many(tx, person=person)
        assert await links.accept(tx, code="ZZZZZ-ZZZZZ", address=(await newcomer(tx, "7")).id) is None
        assert await invitations.too_many(tx, person=person)


async def test_one_sees_and_revokes_only_ones_own(store: Store, now: datetime) -> None:
    """Those that hold, without their code; what is revoked lets nobody in, and whoever came stays counted."""
    async with store.transaction(now) as tx:
        me, other = await enrolled(tx), await enrolled(tx)
        code = await invitations.create(tx, by=me, country="NE", uses=2)
        await invitations.create(tx, by=other)
        await invitations.create(tx, by=me, days=1)
    async with store.transaction(now + timedelta(days=1)) as tx:
        [mine] = await invitations.holding(tx, by=me)
        assert (mine.country, mine.uses_left) == ("NE", 2)
        assert code not in repr(mine)
        with pytest.raises(Missing):
            await invitations.revoke(tx, invitation=mine.id, by=other)
        await invitations.use(tx, invitation=mine.id, person=other)
        await invitations.revoke(tx, invitation=mine.id, by=me)
        assert await invitations.find(tx, code=code) is None
        assert await invitations.holding(tx, by=me) == []
        assert [found.id for found in await invitations.holding(tx, by=me, only=[mine.id])] == [mine.id]
        assert await invitations.brought(tx, by=me) == 1
        with pytest.raises(Missing):
            await invitations.revoke(tx, invitation=mine.id, by=me)
        assert (await audit.counts(tx))["revoke"] == 1


NUMBERS = ("22790112233", "22790112244", "22790112255")


async def listed(tx: Tx, *numbers: str) -> list[str]:
    """Import these numbers; return what became of each."""
    contacts = [imports.Contact(number, "NE") for number in numbers]
    return [each.state for each in await imports.invite(tx, contacts=contacts, by="steward", days=30)]


async def test_whoever_is_a_member_already_gets_no_link(store: Store, now: datetime) -> None:
    """A number from which a member writes on WhatsApp, first or second id, is known; a stranger's is not."""
    async with store.transaction(now) as tx:
        for external, alias, state in (
            (NUMBERS[0], None, State.ACTIVE),
            ("NE.user", NUMBERS[1], State.STOPPED),
            (NUMBERS[2], None, State.JOINING),
        ):
            here = await addresses.meet(tx, channel="whatsapp", account="main", external=external, alias=alias)
            await addresses.set_person(tx, person=here.person, to=await enrolled(tx, state=state))
        assert await listed(tx, *NUMBERS) == [imports.JOINED, imports.JOINED, imports.NEW]


async def test_an_imported_link_joins_from_any_number(store: Store, now: datetime) -> None:
    """Whoever comes by it, from another number or app, is let in; the list then says joined."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        [made] = await imports.invite(tx, contacts=[imports.Contact(NUMBERS[0], "NE")], by="steward", days=30)
        person = (await newcomer(tx, "7")).person
        found = await joining.check(tx, person=person, code=made.code)
        await members.enrol(tx, person=person, language="fr", consent_version="1")
        await members.change(tx, person=person, country=found["country"], side="civil", service="association")
        assert await joining.admit(tx, person=person, invitation=found["id"])
        assert await listed(tx, NUMBERS[0]) == [imports.JOINED]


async def test_an_erased_number_is_on_no_list_any_more(store: Store, now: datetime) -> None:
    """By their number or by the link they used; of a stranger who never consented the list stays as it was."""
    async with store.transaction(now) as tx:
        assert await listed(tx, *NUMBERS) == [imports.NEW] * 3
        people = []
        for number in NUMBERS[:2]:
            here = await addresses.meet(tx, channel="whatsapp", account="main", external=number)
            assert (await erasure.export(tx, person=here.person))["was_on_a_list"]
            people.append(here.person)
        await erasure.erase(tx, person=people[0])
        ids = [row.invitation for row in await tx.all(select(imports.imports.c.invitation))]
        assert len(ids) == 2
        assert await listed(tx, NUMBERS[0]) == [imports.NEW]
        await erasure.purge_unconsented(tx, before=tx.now + timedelta(seconds=1))
        assert await listed(tx, *NUMBERS) == [imports.AGAIN] * 3
        by_link = await enrolled(tx)
        await invitations.use(tx, invitation=ids[0], person=by_link)
        await erasure.erase(tx, person=by_link)
        assert ids[0] not in [row.invitation for row in await tx.all(select(imports.imports.c.invitation))]
        assert not (await erasure.export(tx, person=await enrolled(tx)))["was_on_a_list"]


async def test_a_list_is_forgotten_with_its_invitations(store: Store, now: datetime) -> None:
    """What expired is swept with the invitation: of the number nothing stays."""
    async with store.transaction(now) as tx:
        await listed(tx, *NUMBERS)
        await invitations.purge(tx, before=now + timedelta(days=31))
        assert await tx.first(select(imports.imports)) is None


async def test_a_list_is_known_under_the_former_index_key(store: Store, now: datetime, ring: KeyRing) -> None:
    """After a change of the index key nobody gets a second link; a new link is kept under the new key alone."""
    async with store.transaction(now) as tx:
        await listed(tx, *NUMBERS[:2])
        former = Former(ring.index, now + timedelta(days=30))
        anew = Tx(tx.connection, Sealer(replace(ring, index=b"n" * 32, former=(former,))), tx.now)
        assert await listed(anew, *NUMBERS) == [imports.AGAIN, imports.AGAIN, imports.NEW]
        await tx.run(update(invitations.invitations).values(uses_left=0))
        assert await listed(anew, *NUMBERS) == [imports.EXPIRED] * 3
        assert await tx.scalar(select(func.count()).select_from(imports.imports)) == 3


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
