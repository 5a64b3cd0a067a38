"""Addresses and members, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from network import addresses, links, members
from network.errors import Invalid, Missing
from network.ids import new_id
from network.members import State
from network.sealing import Unsealable
from network.store import Store
from tests.network.people import enrolled

PHONE = "22790112233"
USER = "NE.9f8e7d6c"


async def test_a_first_contact_makes_an_address_and_a_person(store: Store, now: datetime) -> None:
    """The first message from an id makes an address of a new person; the next ones find it and renew its window.

    On a second account of the app it is another address of the same person.
    """
    async with store.transaction(now) as tx:
        first = await addresses.meet(tx, channel="telegram", account="main", external="42", language="ar")
    later = now + timedelta(hours=3)
    async with store.transaction(later) as tx:
        again = await addresses.meet(tx, channel="telegram", account="main", external="42", language="fr")
        other = await addresses.meet(tx, channel="telegram", account="second", external="42")
        assert await addresses.get(tx, address=first.id) == again
    assert (again.id, again.person, again.language) == (first.id, first.person, "ar")
    assert (first.last_inbound_at, again.last_inbound_at) == (now, later)
    assert (other.id == first.id, other.person) == (False, first.person)


@pytest.mark.parametrize(
    ("seen", "then"),
    [((PHONE, None), (USER, PHONE)), ((USER, PHONE), (PHONE, None)), ((USER, PHONE), (USER, None))],
)
async def test_a_phone_number_and_a_user_id_are_one_address(
    store: Store, now: datetime, seen: tuple[str, str | None], then: tuple[str, str | None]
) -> None:
    """WhatsApp may give the phone number, the user id or both: whichever comes, it is the same address."""
    async with store.transaction(now) as tx:
        first = await addresses.meet(tx, channel="whatsapp", account="main", external=seen[0], alias=seen[1])
        second = await addresses.meet(tx, channel="whatsapp", account="main", external=then[0], alias=then[1])
        assert second.id == first.id
        assert {second.external, second.alias} >= {value for value in then if value}


async def test_an_alias_of_somebody_else_is_not_taken(store: Store, now: datetime) -> None:
    """An id that already stands on another address stays there."""
    async with store.transaction(now) as tx:
        one = await addresses.meet(tx, channel="whatsapp", account="main", external=PHONE)
        two = await addresses.meet(tx, channel="whatsapp", account="main", external=USER)
        same = await addresses.meet(tx, channel="whatsapp", account="main", external=USER, alias=PHONE)
    assert (same.id, same.alias) == (two.id, None)
    assert one.id != two.id


async def test_a_number_with_a_new_owner_opens_nobodys_membership(store: Store, now: datetime) -> None:
    """The same phone number under another user id is another account: a stranger, who reaches nothing of the former."""
    async with store.transaction(now) as tx:
        former = await addresses.meet(tx, channel="whatsapp", account="main", external=USER, alias=PHONE)
        stranger = await addresses.meet(tx, channel="whatsapp", account="main", external="NE.other", alias=PHONE)
        assert stranger.person != former.person
        assert (stranger.external, stranger.alias) == ("NE.other", PHONE)
        again = await addresses.meet(tx, channel="whatsapp", account="main", external=USER)
        assert (again.person, again.alias) == (former.person, None)


async def test_a_changed_number_is_followed_by_either_id(store: Store, now: datetime) -> None:
    """WhatsApp names the old and the new phone number, also where the user id was written to; that one has ended."""
    async with store.transaction(now) as tx:
        before = await addresses.meet(tx, channel="whatsapp", account="main", external=USER, alias=PHONE)
        await addresses.move(tx, channel="whatsapp", account="main", old=PHONE, new="22790999999")
        moved = await addresses.get(tx, address=before.id)
        assert (moved.external, moved.alias) == ("22790999999", None)
        after = await addresses.meet(tx, channel="whatsapp", account="main", external="NE.new", alias="22790999999")
        assert (after.id, after.external, after.alias) == (before.id, "NE.new", "22790999999")


async def test_a_block_opens_no_window(store: Store, now: datetime) -> None:
    """Blocking and letting in again are no messages: the 24 hours do not begin, and strangers leave no row."""
    async with store.transaction(now) as tx:
        home = await addresses.meet(tx, channel="whatsapp", account="main", external=USER, alias=PHONE)
    async with store.transaction(now + timedelta(hours=30)) as tx:
        for reachable in (False, True):
            await addresses.let_in(tx, channel="whatsapp", account="main", externals=[PHONE, "?"], reachable=reachable)
            found = await addresses.get(tx, address=home.id)
            assert (found.reachable, found.last_inbound_at) == (reachable, now)
        assert await addresses.find(tx, channel="whatsapp", account="main", external="?") is None


@pytest.mark.parametrize("member_by", [PHONE, USER])
async def test_a_number_and_a_user_id_met_apart_become_one_person(store: Store, now: datetime, member_by: str) -> None:
    """When the app says that both are one account, the stranger's address is the member's: the membership is kept."""
    async with store.transaction(now) as tx:
        here = {"channel": "whatsapp", "account": "main"}
        homes = {external: await addresses.meet(tx, external=external, **here) for external in (PHONE, USER)}
        member = homes[member_by].person
        await members.enrol(tx, person=member, language="fr", consent_version="1")
        met = await addresses.meet(tx, external=USER, alias=PHONE, **here)
        one = await links.recognise(tx, address=met, alias=PHONE)
        assert (one.person, one.external, one.alias) == (member, USER, PHONE)
        assert await addresses.of(tx, person=member) == [one]


async def test_two_members_are_never_joined_by_an_app(store: Store, now: datetime) -> None:
    """Two memberships become one by a code only."""
    async with store.transaction(now) as tx:
        here = {"channel": "whatsapp", "account": "main"}
        for external in (PHONE, USER):
            home = await addresses.meet(tx, external=external, **here)
            await members.enrol(tx, person=home.person, language="fr", consent_version="1")
        met = await addresses.meet(tx, external=USER, alias=PHONE, **here)
        assert await links.recognise(tx, address=met, alias=PHONE) == met
        assert await members.count(tx, state=members.State.JOINING) == 2


async def test_the_preferred_address_is_the_last_used_that_is_reachable(store: Store, now: datetime) -> None:
    """Of a person's addresses the last used one is preferred, unless the bot is blocked there."""
    async with store.transaction(now) as tx:
        old = await addresses.meet(tx, channel="telegram", account="main", external="1")
    async with store.transaction(now + timedelta(minutes=1)) as tx:
        new = await addresses.meet(tx, channel="whatsapp", account="main", external="2")
        await addresses.set_person(tx, person=new.person, to=old.person)
        assert [found.id for found in await addresses.of(tx, person=old.person)] == [new.id, old.id]
        assert (await addresses.preferred(tx, people=[old.person, new_id()]))[old.person].id == new.id
        await addresses.set_reachable(tx, address=new.id, reachable=False)
        assert (await addresses.preferred(tx, people=[old.person]))[old.person].id == old.id
        await addresses.meet(tx, channel="whatsapp", account="main", external="2")
        assert (await addresses.preferred(tx, people=[old.person]))[old.person].id == new.id


async def test_a_chat_that_moves_keeps_its_address(store: Store, now: datetime) -> None:
    """After a chat has a new id, the address is found and answered under it."""
    async with store.transaction(now) as tx:
        before = await addresses.meet(tx, channel="telegram", account="main", external="-5")
        await addresses.move(tx, channel="telegram", account="main", old="-5", new="-1005")
        after = await addresses.meet(tx, channel="telegram", account="main", external="-1005")
        assert (after.id, after.external) == (before.id, "-1005")
        await addresses.move(tx, channel="telegram", account="main", old="unknown", new="-7")


async def test_language_and_invitation_wait_on_the_address(store: Store, now: datetime) -> None:
    """Before consent the language and the invitation are kept on the address; a detached one is gone."""
    async with store.transaction(now) as tx:
        address = (await addresses.meet(tx, channel="telegram", account="main", external="1")).id
        await addresses.set_language(tx, address=address, language="ar")
        await addresses.set_invitation(tx, address=address, invitation="i" * 32)
        kept = await addresses.get(tx, address=address)
        assert (kept.language, kept.invitation) == ("ar", "i" * 32)
        await addresses.detach(tx, address=address)
        with pytest.raises(Missing):
            await addresses.get(tx, address=address)


async def test_identifiers_are_sealed_and_bound_to_their_row(store: Store, now: datetime) -> None:
    """The row holds no identifier in clear, and a sealed one swapped into another row does not open."""
    async with store.transaction(now) as tx:
        one = await addresses.meet(tx, channel="whatsapp", account="main", external=PHONE)
        two = await addresses.meet(tx, channel="whatsapp", account="main", external="22790999999")
        row = await tx.first(select(addresses.addresses).where(addresses.addresses.c.id == one.id))
        assert row is not None
        assert PHONE not in repr(tuple(row))
        assert PHONE not in repr(one)
        table = addresses.addresses
        await tx.run(update(table).where(table.c.id == two.id).values(external=row.external))
        with pytest.raises(Unsealable):
            await addresses.get(tx, address=two.id)


async def test_a_member_is_what_they_said(store: Store, now: datetime) -> None:
    """What a member says is kept, changed and emptied; texts are sealed in the row."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx, name="Awa", organisation="Radio Tarka")
        await members.change(tx, person=person, organisation=None, quiet_from="22:30", digits="arab")
        member = await members.get(tx, person=person)
        assert (member.name, member.organisation, member.quiet_from, member.digits) == ("Awa", "", "22:30", "arab")
        assert (member.state, member.joined_at, member.has_panic_word) == (State.ACTIVE, now, False)
        row = await tx.first(select(members.members).where(members.members.c.id == person))
        assert "Awa" not in repr(tuple(row or ()))
        assert "Awa" not in repr(member)
        assert await members.get_many(tx, people=[person, new_id()]) == {person: member}
        assert await members.lock(tx, person=person) == member


async def test_consent_again_changes_nothing_else(store: Store, now: datetime) -> None:
    """Enrolling a member again renews the consent and keeps the rest."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx, name="Awa")
        await members.enrol(tx, person=person, language="ar", consent_version="2")
        member = await members.get(tx, person=person)
        assert (member.name, member.language, member.state) == ("Awa", "fr", State.ACTIVE)


@pytest.mark.parametrize(
    ("key", "value"),
    [("side", "army"), ("service", ""), ("country", "ZZ"), ("digits", "roman"), ("quiet_from", "25:00"), ("id", "x")],
)
async def test_a_field_takes_only_what_it_allows(store: Store, now: datetime, key: str, value: str) -> None:
    """A value outside its list, or a field that is not the member's to change, is refused."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        with pytest.raises(Invalid):
            await members.change(tx, person=person, **{key: value})


async def test_somebody_unknown_is_missing(store: Store, now: datetime) -> None:
    """Reading or changing a person who is no member says so."""
    async with store.transaction(now) as tx:
        nobody = new_id()
        assert await members.find(tx, person=nobody) is None
        for act in (
            members.get(tx, person=nobody),
            members.lock(tx, person=nobody),
            members.change(tx, person=nobody, name="x"),
            members.set_state(tx, person=nobody, state=State.ACTIVE),
            members.set_panic_word(tx, person=nobody, word="abcdef"),
        ):
            with pytest.raises(Missing):
                await act


async def test_the_panic_word_is_known_however_it_is_typed(store: Store, now: datetime) -> None:
    """The secret word is found with other case and accents, only for its person, and can be removed."""
    async with store.transaction(now) as tx:
        person, other = await enrolled(tx), await enrolled(tx)
        await members.set_panic_word(tx, person=person, word="Été à Agadès")
        assert await members.is_panic_word(tx, person=person, text="ete a AGADES")
        assert not await members.is_panic_word(tx, person=person, text="ete a agade")
        assert not await members.is_panic_word(tx, person=other, text="ete a agades")
        assert not await members.is_panic_word(tx, person=new_id(), text="")
        assert (await members.get(tx, person=person)).has_panic_word
        await members.set_panic_word(tx, person=person, word=None)
        assert not await members.is_panic_word(tx, person=person, text="ete a agades")
        for weak in ("abc", "!!!!!!!!", "x" * 61):
            with pytest.raises(Invalid):
                await members.set_panic_word(tx, person=person, word=weak)


async def test_members_are_counted(store: Store, now: datetime) -> None:
    """Members are counted by state, country and side."""
    async with store.transaction(now) as tx:
        await enrolled(tx)
        stopped = await enrolled(tx, country="TN", side="official")
        await members.set_state(tx, person=stopped, state=State.STOPPED)
        assert await members.count(tx) == 1
        assert await members.count(tx, state=State.STOPPED, country="TN", side="official") == 1
        assert await members.count(tx, country="TN") == 0
