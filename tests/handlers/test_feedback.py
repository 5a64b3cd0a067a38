"""Feedback in conversation: asked a day after people met, answered in three steps, read by both hosts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.exchanges import feedback_news
from handlers.language import Text
from network import attendance, due, exchanges, feedback, preparations
from network.attendance import YES
from tests.handlers.test_actions import copied
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import planned
from tests.handlers.test_recurring import AGAIN
from tests.handlers.transcript import ISOLATES
from tests.network.test_attendance import guests

DATE = "2026-12-07T10:00"  # the first, by its name
WORDS = "Commencer par une heure à deux, puis ensemble."


async def passes(phone, **span):
    """Let time pass, and the clock do what is due for feedback."""
    world = phone.world
    world.now += timedelta(**span)
    table = feedback_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        await feedback.tend(tx)
        for row in await due.take(tx):
            if row.kind in table:
                await table[row.kind](tx, row.subject)


async def met(open_phone, language="en", channel="telegram"):
    """Let a guest come to an exchange, and a day pass; return the phones of the hosts and of the guest."""
    awa, issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel=channel), quiet_from="", quiet_until="")
    await planned(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    await guest.waits(days=14, hours=1)
    await passes(guest, hours=1)
    await queued(guest)
    await passes(guest, hours=25)
    return awa, issa, guest


async def test_a_guest_says_how_it_was_and_both_hosts_read_it(open_phone):
    """The question comes once; the hosts read words and no figures of one, and nobody's name."""
    awa, issa, guest = await met(open_phone)
    [message] = await queued(guest)
    assert "You came to “Le thé du marché”." in message.text
    await guest.taps("Say how it was")
    guest.hears("Was it useful to you?")
    guest.sees_choices("Yes, very", "In part", "Not really")
    await goes_through(guest, "1", "[One side more]")
    await guest.says("Appelez le 90 11 22 33 pour la suite, merci")
    guest.hears("What is one thing to do differently next time?")
    await guest.says(WORDS)
    guest.hears("Both hosts read it in a week, without anybody’s name.")
    said = f"You said of “Le thé du marché”: Yes, very · One side more · {WORDS}"
    assert said in (await copied(guest)).translate(ISOLATES)
    await queued(awa)
    exchange = _exchange(message)
    await goes_through(awa, "/hosting", "1", "[How people found it]")
    awa.hears("There is nothing to read yet.")
    await passes(guest, days=7)
    assert await queued(guest) == []
    for host in (awa, issa):
        await queued(host)
        await host.taps("Read what they said")
        host.hears("1 answered.", "Fewer than ten answered", WORDS)
    await guest.says(f"/feedback {exchange}")
    guest.hears("That is not for you to answer, or is over.")


async def test_figures_of_ten_go_into_the_summary(open_phone):
    """A host puts them below what the summary said; ten answers stand behind them."""
    awa, _issa, guest = await met(open_phone)
    [message] = await queued(guest)
    exchange = _exchange(message)
    async with awa.world.store.transaction(awa.world.now) as tx:
        for person in await guests(tx, 10):
            row = {"id": person, "exchange": exchange, "person": person, "standing": "in", "answer": YES}
            await tx.run(attendance.attendance.insert(), {**row, "number": 9, "at": tx.now})
            await feedback.say(tx, subject=exchange, person=person, useful="yes", both="partly")
    await passes(guest, days=7, hours=1)
    await queued(awa)
    await goes_through(awa, "[Read what they said]")
    awa.hears("10 answered.", "Was it useful to you? Yes, very: 10 · In part: 0 · Not really: 0")
    await awa.taps("Yes")
    awa.hears("It stands in the summary.")
    await goes_through(awa, "/hosting", "1", "[Write the summary]")
    awa.hears("Did both sides speak? Yes, both: 0 · One side more: 10 · Only one side: 0")


async def test_figures_of_one_date_go_into_its_summary(open_phone):
    """Of what is held again and again each date is asked about, and its figures stand in the summary of that date."""
    awa, _issa = await coordinators(open_phone, "en")
    await planned(awa)
    await goes_through(awa, *AGAIN, "[Every two weeks]", "[After so many dates]", "3")
    [found] = await _hosted(awa)
    async with awa.world.store.transaction(awa.world.now) as tx:
        came = await guests(tx, 10)
        for person in came:
            row = {"id": person, "exchange": found.id, "person": person, "standing": "in", "answer": YES}
            await tx.run(attendance.attendance.insert(), {**row, "number": 9, "at": tx.now})
    await passes(awa, days=15, hours=3)
    async with awa.world.store.transaction(awa.world.now) as tx:
        for person in came:
            await feedback.say(tx, subject=f"{found.id}:{DATE}", person=person, useful="yes", both="partly")
    await passes(awa, days=7, hours=1)
    await queued(awa)
    await goes_through(awa, "[Read what they said]", "[Yes]")
    awa.hears("It stands in the summary.")
    async with awa.world.store.reading(awa.world.now) as tx:
        given = {"exchange": found.id, "by": awa.person}
        assert "Yes, very: 10" in (await preparations.record(tx, **given, date=DATE))["summary"]
        assert (await preparations.record(tx, **given))["summary"] == ""


async def _hosted(phone):
    async with phone.world.store.reading(phone.world.now) as tx:
        return await exchanges.hosted(tx, person=phone.person)


@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_it_is_asked_and_read_in_the_language_of_each(open_phone, language):
    """Every step by numbers, on WhatsApp, in French and in Arabic."""
    awa, _issa, guest = await met(open_phone, language, "whatsapp")
    await queued(guest)
    text = "You came to “{title}”. Three short questions for the hosts, in half a minute. Nobody reads your name."
    guest.hears(Text(text, {"title": "Le thé du marché"}))
    await goes_through(guest, Text("Say how it was"), "3", "2", WORDS)
    guest.hears("Thank you. Both hosts read it in a week, without anybody’s name.")
    await passes(guest, days=7)
    await queued(awa)
    await awa.taps(Text("Read what they said"))
    awa.hears("Fewer than ten answered: no figures, so that they point at nobody.", WORDS)


def _exchange(message):
    return message.choices[0].token.rpartition(":")[2]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_word_alone_leads_to_it(open_phone, language):
    """Whoever lost the button writes the command; a stranger, and a guest when it is over, learn nothing."""
    _awa, _issa, guest = await met(open_phone, language, "whatsapp")
    stranger = await joins(open_phone())
    await stranger.says("/feedback")
    stranger.hears("No meeting waits for your word now.")
    await goes_through(guest, "/feedback", "1", "2", "0")
    said = (await copied(guest)).translate(ISOLATES)
    assert "Le thé du marché" in said
    await passes(guest, days=7)
    await guest.says("/feedback")
    guest.does_not_hear("Le thé du marché")
