from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

import handlers
from handlers.desk import Desk
from handlers.invite import Links
from network import groups, invitations, starter
from tests.handlers.transcript import Transcript


async def test_a_coordinator_invites_and_gets_the_links_of_both_apps(sqlite_store, translator, now):
    """Country, side, number and days make an invitation that presets them; its links are for both apps."""
    async with sqlite_store.transaction(now) as tx:
        await starter.load(tx)
    links = Links(telegram="jisr_bot", whatsapp="+221 77 000 00 00")
    chat = Transcript(sqlite_store, Desk(handlers.capabilities(links), translator), now, language="fr")
    await chat.is_member(country="SN", coordinator=True)
    await chat.says("inviter")
    chat.sees_choices("Sénégal", "Un autre pays")
    await chat.taps("Un autre pays")
    await chat.says("tunisie")
    chat.sees_choices("Services de l’État", "Société civile")
    await chat.taps("Société civile")
    await chat.taps("5 personnes")
    await chat.taps("14 jours")
    chat.hears("5 personnes", "14 jours", "https://t.me/jisr_bot?start=", "https://wa.me/221770000000?text=JISR%20")
    chat.hears("ne l’envoyer qu’à des personnes que vous connaissez")
    code = re.search(r"Code\u202f: (\S+)", chat.text)
    assert code
    async with sqlite_store.transaction(now) as tx:
        made = await invitations.find(tx, code=code.group(1))
    assert made
    assert (made.country, made.side, made.uses_left) == ("TN", "civil", 5)


async def test_whoever_lost_the_seat_meanwhile_invites_nobody(open_phone):
    """A talk begun with a seat ends without it: what a person may is asked at every step."""
    chat = open_phone()
    await chat.is_member(country="SN", coordinator=True)
    for answer in ("/invite", "Senegal", "Official", "50 people"):
        await chat.says(answer)
    async with chat.world.store.transaction(chat.world.now) as tx:
        group = await groups.by_country(tx, country="SN")
        await groups.unseat(tx, group=group.id, person=chat.person)
    await chat.says("30 days")
    chat.hears("That is not possible, or no longer. Nothing was changed.")
    chat.does_not_hear("Code")
    async with chat.world.store.transaction(chat.world.now) as tx:
        assert await tx.scalar(select(func.count()).select_from(invitations.invitations)) == 0


async def test_an_invitation_in_arabic_has_arabic_plurals(open_phone):
    """One, few and many take their own forms in Arabic; without links the code stands alone."""
    chat = open_phone(language="ar")
    await chat.is_member(coordinator=True)
    await chat.says("دعوة")
    await chat.says("١")
    await chat.says("٢")
    chat.sees_choices("شخص واحد", "5 أشخاص", "20 شخصًا", "50 شخصًا")
    await chat.says("١")
    chat.sees_choices("7 أيام", "14 يومًا", "30 يومًا")
    await chat.says("٢")
    chat.hears("شخص واحد", "14 يومًا", "الرمز: ")
    chat.does_not_hear("https://")


async def test_only_coordinators_invite(open_phone):
    """A member without a seat is told that this is for coordinators."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/invite")
    chat.hears("Cela est réservé à la coordination.")


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (Links(), []),
        (Links(telegram="@jisr_bot"), ["https://t.me/jisr_bot?start=ABCDE-FGHJK"]),
        (Links(whatsapp="+221 77"), ["https://wa.me/22177?text=JISR%20ABCDE-FGHJK"]),
    ],
)
def test_links_are_of_the_apps_that_there_are(links, expected):
    """Each configured app has its link, and no other."""
    assert links.of("ABCDE-FGHJK") == expected
