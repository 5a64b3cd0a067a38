"""A radio call-in: planned as an exchange, asked beforehand, answered by its hosts, read by whoever asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.language import Text
from network import callins
from network.errors import Forbidden, Missing
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import PLAN, acts

QUESTION = "Comment la brigade sera-t-elle présente le soir ?"
ANSWER = "Une patrouille passe chaque soir de marché, à pied."


async def asked(open_phone):
    """Plan a call-in in Niger; a member asks. Return the phones of the hosts and of the member."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await goes_through(awa, PLAN[0], "[A radio call-in]", *PLAN[2:])
    await goes_through(awa, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Ask beforehand]", QUESTION, "[No, nothing]")
    return awa, issa, guest


async def test_a_question_is_answered_and_read_by_whoever_asked(open_phone):
    """A host answers by typed numbers and publishes; the one who asked hears of it, and nobody reads who it was."""
    awa, _issa, guest = await asked(open_phone)
    await goes_through(awa, "/callin", "1")
    awa.sees_choices("Comment la brigade sera…", "That is all")
    await goes_through(awa, "1", ANSWER, "2")
    awa.hears("It is kept.")
    await goes_through(awa, "[Publish the answers]")
    awa.hears("Whoever asked, and whoever was invited, hears of it.")
    await queued(guest)
    guest.hears("The answers are there to be read.")
    await guest.taps("Read the answers")
    guest.hears(QUESTION, ANSWER)


async def test_a_sensitive_answer_needs_the_other_host(open_phone):
    """It is not published before the other side's host agrees; others read nothing."""
    awa, issa, guest = await asked(open_phone)
    await goes_through(awa, "/callin", "[Le thé du marché]", "1", ANSWER, "[Yes]")
    awa.hears("The other host is asked")
    awa.sees_no_choice("Publish the answers")
    issa.hears("A sensitive answer for “Le thé du marché” waits for your word.")
    issa.sees_choices("Read and decide")
    exchange = (await _hosted(awa))[0].id
    async with awa.world.store.transaction(awa.world.now) as tx:
        [question] = await callins.questions(tx, exchange=exchange, by=awa.person)
        for person, error in ((awa.person, Forbidden), (guest.person, Missing)):
            try:
                await callins.agree(tx, exchange=exchange, by=person, question=question.id)
            except error:
                continue
            raise AssertionError(person)
    await guest.says(f"/callin {exchange}")
    guest.hears("No answer is published yet.")
    await goes_through(issa, "/callin", "[Le thé du marché]", "1")
    issa.hears(f"The other host would answer: “{ANSWER}”")
    await goes_through(issa, "[Yes]", "[Publish the answers]")
    await guest.says(f"/callin {exchange}")
    guest.hears(QUESTION, ANSWER)


async def _hosted(phone):
    async with phone.world.store.reading(phone.world.now) as tx:
        return await callins.hosted(tx, person=phone.person)


async def test_it_is_announced_reminded_of_and_its_answers_are_posted(open_phone):
    """Whoever is invited hears that they can ask, once more before it if they did not, and that there are answers."""
    awa, _issa, guest = await asked(open_phone)
    other = await joins(open_phone(channel="whatsapp"))
    refuser = await joins(open_phone())
    await goes_through(awa, "/hosting", "1", "[Move it]", "8/12/2026", "10:00")
    await acts(awa)
    for phone in (guest, other, refuser):
        await queued(phone)
    await goes_through(refuser, "[See and answer]", "[No, I cannot]")
    awa.world.now += timedelta(days=12)
    await acts(awa)
    assert await queued(other) == [], "three days before there is time"
    awa.world.now += timedelta(days=1)
    await acts(awa)
    await queued(other)
    other.hears(
        "Soon there is a call-in, “Le thé du marché”: what would you like to ask?", "8 December 2026, 10:00 (Niger)"
    )
    for phone in (guest, refuser):
        assert await queued(phone) == [], "they asked, or said no"
    await goes_through(other, "[See and answer]", "4", "Où appeler la brigade la nuit ?", "2")
    other.hears("It is kept for the hosts; nobody reads your name.")
    await goes_through(awa, "/callin", "1", "1", ANSWER, "2", "[Publish the answers]")
    for phone in (guest, other):
        assert len(await queued(phone)) == 1
    assert await queued(refuser) == []


async def test_everybody_invited_reads_the_answers_from_the_menu(open_phone):
    """Under “My invitations” and under “callin”, by typed numbers, before it is over and long after."""
    awa, _issa, _guest = await asked(open_phone)
    other = await joins(open_phone())
    stranger = open_phone()
    await stranger.is_member(country="TN")
    await other.says("/callin")
    other.hears("You host no call-in, and none has answers for you yet.")
    await goes_through(awa, "/callin", "1", "1", ANSWER, "2", "[Publish the answers]")
    await queued(other)
    other.hears("What was asked of the call-in “Le thé du marché” is answered.")
    for days in (0, 60):
        awa.world.now += timedelta(days=days)
        await goes_through(other, "/callin", "1")
        other.hears(QUESTION, ANSWER)
        await goes_through(other, "/attend", "1", "[Read the answers]")
        other.hears(QUESTION, ANSWER)
    await stranger.says("/callin")
    stranger.hears("none has answers for you yet")


@pytest.mark.parametrize(("language", "channel"), [("ar", "telegram"), ("ar", "whatsapp"), ("fr", "whatsapp")])
async def test_it_speaks_the_language_of_each(open_phone, language, channel):
    """From the announcement to the answers everything is in the words of its reader, by typed digits of any script."""
    awa, _issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel=channel))
    await goes_through(awa, PLAN[0], Text("A radio call-in"), *map(_said, PLAN[2:]))
    await goes_through(awa, Text("Set the time"), "7/12/2026", "10:00")
    await acts(awa)
    await queued(guest)
    guest.hears(Text("You can ask beforehand, with or without your side; nobody reads your name."))
    await goes_through(guest, Text("See and answer"), "٤", QUESTION, "٢")
    guest.hears("Thank you. It is kept for the hosts; nobody reads your name.")
    await goes_through(awa, "/callin", "١", "١", ANSWER, "٢", Text("Publish the answers"))
    awa.hears("The answers are published. Whoever asked, and whoever was invited, hears of it.")
    await queued(guest)
    await guest.taps("Read the answers")
    guest.hears(QUESTION, ANSWER)


def _said(answer):
    """Return an answer of the plan as it is tapped in any language."""
    return Text(answer[1:-1]) if answer.startswith("[") else answer
