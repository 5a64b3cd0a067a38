from __future__ import annotations

import pytest

from network import approvals, groups, members, requests
from tests.network.people import handed_in


async def fill(phone, number: int, *, country: str, side: str) -> None:
    """Put ``number`` members of one side in the group of a country."""
    service = members.SERVICES[side][0]
    async with phone.world.store.transaction(phone.world.now) as tx:
        group = await groups.by_country(tx, country=country)
        for place in range(number):
            person = f"{side}-{place}".ljust(32, "0")
            await members.enrol(tx, person=person, language="fr", consent_version="test")
            await members.change(tx, person=person, side=side, service=service, country=country, name="X")
            await members.set_state(tx, person=person, state="active")
            await groups.join(tx, group=group.id, person=person)


async def test_a_member_sees_who_coordinates(open_phone):
    """Names of seats are shown, but of a coordinator in private mode only the seat."""
    chat, open_seat, private = open_phone(language="fr"), open_phone(), open_phone()
    await open_seat.is_member(country="TN", name="Boubacar", coordinator=True)
    await private.is_member(
        side="official", service="police", country="TN", name="Salma", visibility="private", coordinator=True
    )
    await chat.is_member(country="TN")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="TN")).id, person=chat.person)
    await chat.says("mes groupes")
    chat.hears(
        "Groupe\u202f: Tunisie", "Coordination, société civile\u202f: Boubacar", "Coordination, services de l’État"
    )
    chat.does_not_hear("Salma")


@pytest.mark.parametrize(
    ("number", "shown"), [(8, ""), (9, "المجتمع المدني: 10 أعضاء"), (10, "المجتمع المدني: 11 عضوًا")]
)
async def test_numbers_are_shown_from_ten(open_phone, number, shown):
    """A side's number is shown once it has at least ten members, in the right Arabic plural, and never below."""
    chat = open_phone(language="ar")
    await chat.is_member(country="TN")
    await fill(chat, number, country="TN", side="civil")
    await fill(chat, 3, country="TN", side="official")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="TN")).id, person=chat.person)
    await chat.says("/groups")
    chat.hears("المجموعة: تونس", "لم يتولَّ أحد تنسيقها بعد", "يظهر عدد الأعضاء", *([shown] if shown else []))
    chat.does_not_hear("الجهات الرسمية:")


async def test_a_member_without_a_group(open_phone):
    """Somebody in no group is told so."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/groups")
    chat.hears("You are in no group yet.")


async def test_members_see_what_became_of_practices(open_phone):
    """From ten decisions on, the groups say how many were published, changed, refused and heard again, and how fast."""
    author, judge = open_phone(language="fr"), open_phone(language="ar")
    await author.is_member(country="NE")
    await judge.is_member(country="NE", coordinator=True)
    for count in range(10):
        await author.says("/groups")
        author.does_not_hear("Ce que sont devenues les pratiques")
        async with author.world.store.transaction(author.world.now) as tx:
            practice = await handed_in(tx, author.person)
            asked = await approvals.pending_about(tx, subject=practice, kind="practice")
            await requests.settle(tx, approval=asked.id, by=judge.person, agree=count > 0, reason="Non")
    await author.says("/groups")
    author.hears("publiées\u202f: 9", "refusées\u202f: 1", "La moitié a reçu une réponse en 1 jour.")
    author.does_not_hear("Avis de la coordination")
    await judge.says("/groups")
    judge.hears("المنشورة 9", "تم البت في نصفها خلال يوم واحد.")
