"""The directory, as the chat would read: one's own entry, people, organisations and partnerships."""

from __future__ import annotations

from typing import Any

import pytest

from network import directory
from network.directory import Shown
from tests.handlers.introducing import WHY, accepts
from tests.handlers.questioning import joined
from tests.handlers.transcript import Transcript
from tests.network.people import enrolled

ABOUT = "We bring traders and the brigade to one table."
TOGETHER = "A monthly meeting on the market and its roads."


async def shows(phone: Transcript, *fields: Shown, **values: list[str]) -> None:
    """Say yes to these fields of one's entry."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        for what in fields:
            await directory.show(tx, person=phone.person, what=what.value, values=values.get(what.value, []))


async def enters(phone: Transcript, desk: Transcript, called: str, *, contact: str = "no", **who: Any) -> None:
    """Enter an organisation, and let a coordinator agree."""
    await joined(phone, **who)
    await phone.says("/neworganisation")
    await phone.says(called)
    await phone.says(ABOUT)
    await phone.taps("Niger")
    await phone.taps("Niger – Mali")
    await phone.taps("Community security")
    await phone.taps("Police-public dialogue")
    await phone.taps("No, that is all")
    await phone.says(contact)
    phone.hears(called, ABOUT, "Civil society, Niger", "Border zone: Niger – Mali", "Topics: Police-public dialogue")
    await phone.says("yes")
    phone.hears("A coordinator looks at it")
    await desk.taps("Read and decide")
    desk.hears(called, ABOUT)
    await desk.taps("I agree")


async def test_an_entry_shows_what_was_said_yes_to_and_is_taken_back(open_phone):
    """Nothing at first; each field after a yes that shows exactly what others read; one no takes it back at once."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await joined(amel, country="TN", name="Amel", organisation="Radio Tarka")
    await joined(moussa, "official", "ML", name="Moussa")

    async def looks() -> None:
        await moussa.says("/directory")
        await moussa.taps("People")
        await moussa.taps("Show all")

    await looks()
    moussa.hears("Nobody shows that in the directory now.")
    await amel.says("/directory")
    amel.hears("each shows only what they said yes to")
    await amel.taps("My entry")
    amel.hears("Nobody sees anything of you in the directory now.")
    await amel.taps("My name")
    amel.hears("Every member could read this of you in the directory: “Amel”.")
    await amel.taps("No, keep it")
    await amel.taps("My organisation")
    await amel.taps("Yes, show it")
    amel.hears("This is what others see", "Radio Tarka")
    await amel.says("My border zone")
    await amel.taps("Tunisia – Libya")
    await amel.taps("Yes, show it")
    await looks()
    moussa.hears("1 person.", "1. Radio Tarka · Border zone: Tunisia – Libya")
    await moussa.says("1")
    moussa.hears("Radio Tarka", "Tunisia – Libya")
    moussa.does_not_hear("Amel", "Civil society", "Propose to meet")
    await amel.taps("My organisation")
    amel.hears("It is taken back.")
    await amel.taps("Show nothing of me")
    amel.hears("nobody sees anything of you")
    await moussa.says("1")
    moussa.hears("Nobody shows that in the directory now.")
    await looks()
    moussa.hears("Nobody shows that in the directory now.")


async def test_private_mode_offers_neither_name_nor_service(open_phone):
    """Whoever is in private mode may show another name, and is not asked for what private mode hides."""
    phone = open_phone(language="en")
    await joined(phone, "official", "ML", name="Moussa", organisation="Brigade", visibility="private")
    await phone.says("/entry")
    for label in ("My name", "My service", "My organisation"):
        phone.sees_no_choice(label)
    await phone.taps("Another name")
    await phone.says("Call +223 70 12 34 56")
    phone.hears("please leave out phone numbers")
    await phone.says("Harmattan")
    phone.hears("“Harmattan”")
    await phone.taps("Yes, show it")
    phone.hears("This is what others see", "Harmattan")


@pytest.mark.parametrize(
    ("way", "answers", "found"),
    [
        ("By topic", ("Community security", "Police-public dialogue"), True),
        ("By topic", ("Community security", "Local disputes"), False),
        ("By country", ("Mali",), False),
        ("By side", ("Official",), True),
        ("By border zone", ("Niger – Mali",), False),
    ],
)
async def test_nobody_is_found_by_what_they_do_not_show(open_phone, way, answers, found):
    """Somebody of Mali who shows side and topic is found by these, and not by the country."""
    looks, person = open_phone(language="en"), open_phone(language="en")
    await joined(looks, country="TN")
    await joined(person, "official", "ML")
    await shows(person, Shown.SIDE, Shown.TOPICS, topics=["com.dialogue"])
    await looks.says("/directory people")
    for answer in (way, *answers):
        await looks.taps(answer)
    looks.hears("1 person." if found else "Nobody shows that in the directory now.")


async def test_an_entry_leads_to_a_meeting_through_jisr(open_phone):
    """Who may be asked is asked by the usual proposal, and stays unknown beyond the entry; after that, no more."""
    looks, person = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await joined(looks, country="TN", name="Amel")
    await joined(person, "official", "ML", name="Moussa")
    await shows(person, Shown.SIDE, Shown.CONTACT)
    await looks.says("/directory people")
    await looks.taps("Show all")
    await looks.says("1")
    looks.hears("Official", "Can be asked to meet through Jisr")
    await looks.taps("Propose to meet")
    await looks.taps("Community security")
    await looks.taps("Police-public dialogue")
    await looks.says(WHY)
    await looks.taps("Baobab")
    looks.sees_choices("Yes, send it", "Change the words")
    await looks.taps("Yes, send it")
    looks.hears("It is on its way.")
    await accepts(person)
    looks.hears("Good news", "They write as “Dune”, you as “Baobab”.")
    looks.does_not_hear("Moussa", "Mali")
    await looks.says("/directory people")
    await looks.taps("Show all")
    await looks.says("1")
    looks.hears("Official")
    looks.sees_no_choice("Propose to meet")


async def test_organisations_and_their_partnership(open_phone):
    """Two organisations are let in; one says that they work together, and it is shown once the other says so too."""
    desk, one, other, reader = (open_phone(language="en") for _ in range(4))
    await desk.is_member(side="official", service="police", country="NE", coordinator=True)
    await enters(one, desk, "Traders of the river", country="NE", name="Awa")
    one.hears("Good news: “Traders of the river” is in the directory now.")
    await enters(other, desk, "Radio of the dunes", contact="yes", country="NE", name="Zeinab")
    await one.says("/organisations")
    await one.taps("Traders of the river")
    await one.taps("Add a partnership")
    await one.taps("Radio of the dunes")
    await one.says("They call +227 90 12 34 56 when roads close.")
    one.hears("There seems to be a phone number")
    await one.says(TOGETHER)
    await one.says("2019")
    one.hears("shown once whoever speaks for the other says the same")
    await joined(reader, country="TN")
    await reader.says("/partnerships look")
    await reader.taps("Show all")
    reader.hears("No partnership of that kind")
    await other.taps("Read and answer")
    other.hears("“Traders of the river” and “Radio of the dunes”", TOGETHER, "Together since 2019")
    await other.taps("Yes, it is so")
    one.hears("is in the directory now.")
    await reader.says("/partnerships look")
    await reader.taps("By country")
    await reader.taps("Niger")
    await reader.says("1")
    reader.hears(TOGETHER, "Together since 2019")
    await reader.says("/organisations")
    await reader.taps("Look for one")
    await reader.taps("By border zone")
    await reader.taps("Niger – Mali")
    await reader.taps("Radio of the dunes")
    reader.hears(ABOUT, TOGETHER)
    reader.sees_choices("Propose to meet", "I belong to it", "Back to the list")
    reader.does_not_hear("Zeinab", "Awa")
    await reader.taps("I belong to it")
    reader.hears("in whole tens only")


async def test_what_was_entered_is_taken_out_at_once(open_phone):
    """Either of the two ends a partnership; who speaks for an organisation takes it out of the directory."""
    desk, one, other, reader = (open_phone(language="en") for _ in range(4))
    await desk.is_member(side="official", service="police", country="NE", coordinator=True)
    await enters(one, desk, "Traders of the river", country="NE")
    await enters(other, desk, "Radio of the dunes", country="NE")
    await joined(reader, country="TN")
    await one.says("/partner")
    for answer in ("1", "1", TOGETHER, "2019"):
        await one.says(answer)
    await other.says("/partnerships")
    other.hears("Traders of the river · asks for your word")
    await other.taps("Traders of the river")
    await other.taps("Yes, it is so")
    await other.says("/partnerships")
    await other.says("3")
    await other.taps("Take it out")
    other.hears("It is taken out of the directory.")
    await reader.says("/partnerships look")
    await reader.taps("Show all")
    reader.hears("No partnership of that kind")
    await one.says("/organisations")
    await one.taps("Traders of the river")
    await one.taps("Take it out")
    await one.says("yes")
    await reader.says("/organisations")
    await reader.taps("Look for one")
    await reader.taps("Show all")
    reader.does_not_hear("Traders of the river")
    reader.hears("Radio of the dunes")


async def test_an_organisation_that_is_refused_is_forgotten(open_phone):
    """Who entered it hears why, and nobody reads of it."""
    desk, phone = open_phone(language="en"), open_phone(language="en")
    await desk.is_member(side="official", service="police", country="NE", coordinator=True)
    await joined(phone, country="NE")
    await phone.says("/neworganisation")
    for answer in ("Traders of the river", ABOUT, "Niger"):
        await phone.says(answer)
    await phone.taps("Skip")
    await phone.taps("Community security")
    await phone.taps("Police-public dialogue")
    await phone.taps("No, that is all")
    await phone.says("yes")
    await phone.says("yes")
    await desk.taps("Read and decide")
    await desk.taps("I refuse")
    await desk.says("We could not find out that it exists.")
    phone.hears("did not take it into the directory", "We could not find out that it exists.")
    await phone.says("/organisations")
    phone.sees_no_choice("Traders of the river")


async def test_figures_are_whole_tens(open_phone):
    """A side of ten in a country is told, of nine it is not."""
    phone = open_phone(language="en")
    await joined(phone, country="TN")
    async with phone.world.store.transaction(phone.world.now) as tx:
        for _number in range(12):
            await enrolled(tx, country="ML")
        for _number in range(9):
            await enrolled(tx, country="ML", side="official", service="police")
    await phone.says("/directory figures")
    phone.hears("Mali, Civil society: 10 or more")
    phone.does_not_hear("Official", "Tunisia")
