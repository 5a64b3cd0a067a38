from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

import handlers
from handlers.desk import Desk
from handlers.groups.invite import Links
from handlers.messages import Kind, MediaKind
from network import groups, invitations, jobs, starter
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


async def made(chat, *answers):
    """Go through the questions with these answers."""
    for answer in ("/invite", *answers):
        await chat.says(answer)


@pytest.fixture
def inviting(sqlite_store, translator, now):
    """Return a function that opens the phone of a coordinator of Senegal, where both apps have links."""
    links = Links(telegram="jisr_bot", whatsapp="+221 77 000 00 00")

    async def open_(language):
        async with sqlite_store.transaction(now) as tx:
            await starter.load(tx)
        chat = Transcript(sqlite_store, Desk(handlers.capabilities(links), translator), now, language=language)
        await chat.is_member(country="SN", coordinator=True)
        return chat

    return open_


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_an_invitation_comes_as_a_picture(inviting, language):
    """By typed numbers: one code to scan for each app, with its caption, sent when it is drawn."""
    chat = await inviting(language)
    await made(chat, "1", "2", "2", "2")
    chat.hears("To be scanned with a phone, it can come as a picture too.")
    chat.sees_choices("As a picture", "That is enough")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", chat.text).group()
    await chat.says("1")
    chat.hears("The picture comes in a moment.")
    async with chat.world.store.transaction(chat.world.now) as tx:
        [job] = await jobs.claim(tx, kinds=[invitations.DRAW])
        await jobs.done(tx, job=job.id)
    drawn = job.argument["sheet"]
    assert drawn["rtl"] is (language == "ar")
    assert [each["caption"] for each in drawn["codes"]] == ["Telegram", "WhatsApp"]
    assert [each["text"] for each in drawn["codes"]] == [
        f"https://t.me/jisr_bot?start={code}",
        f"https://wa.me/221770000000?text=JISR%20{code}",
    ]
    assert code in drawn["lines"][1]
    file = {"kind": "picture", "ref": f"{chat.person}/{'0' * 32}", "mime": "image/png", "size": 9, "name": "jisr.png"}
    for result in ({"text": job.argument["text"], **file}, {"text": ""}, {"error": "x"}):
        await chat.does(Kind.DONE, text=invitations.DRAW, argument=json.dumps(result))
        [message] = chat.heard
        if "ref" in result:
            assert message.media.kind is MediaKind.PICTURE
            assert message.text == job.argument["text"]
        else:
            chat.hears("The picture could not be drawn. The invitation itself holds.")


async def test_the_picture_may_be_declined(inviting):
    """Whoever has enough gets no picture."""
    chat = await inviting("en")
    await made(chat, "1", "1", "1", "1", "That is enough")
    chat.hears("Gladly.")
    async with chat.world.store.transaction(chat.world.now) as tx:
        assert await jobs.claim(tx, kinds=[invitations.DRAW]) == []


async def test_an_invitation_is_found_again_and_revoked(inviting):
    """For whom, how many, until when, and never the code; revoked, it is shown no more."""
    chat = await inviting("fr")
    await made(chat, "1", "2", "2", "2", "2")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", " ".join(each.text for each in chat.log)).group()
    await chat.says("/invite")
    chat.sees_choices("Nouvelle invitation", "Celles en cours")
    await chat.taps("Celles en cours")
    chat.sees_choices("Sénégal, 5")
    await chat.says("1")
    chat.hears("Sénégal, Société civile, 5 personnes, jusqu’au 7 décembre 2026")
    chat.does_not_hear(code)
    await chat.taps("Non, laisser ainsi")
    chat.hears("Nothing has changed.")
    for answer in ("/invite", "2", "1"):
        await chat.says(answer)
    chat.sees_choices("Oui, la retirer", "Non, laisser ainsi")
    await chat.taps("Oui, la retirer")
    chat.hears("It is revoked.")
    async with chat.world.store.transaction(chat.world.now) as tx:
        assert await invitations.find(tx, code=code) is None
    await chat.says("/invite")
    chat.hears("For which country?")


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
