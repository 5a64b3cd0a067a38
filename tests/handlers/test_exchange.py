"""Exchanges in conversation: planned, proposed, set, answered, held and summed up."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from handlers import topic_choice
from handlers.exchanges import callin_news, exchange, exchange_news
from handlers.exchanges.exchange_cards import IN_ROUNDS, ground
from handlers.language import Voice
from network import due, exchanges, invitees, members
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued

PURPOSE = "Parler de la sécurité du marché, entre la brigade et les associations."
PLACE, LINK = "La maison des jeunes", "https://meet.example.org/abc"
SUMMARY = "On a parlé des horaires du soir et du besoin d’un numéro de la brigade affiché au marché."
PLAN = (
    "/exchange", "[A dialogue]", "Le thé du marché", PURPOSE, "[Nothing]", "[Nothing]", "[French]", "Done",
    "3", "1", "[No, that is all]", "2", "[What, never who]", "[Rounds]", "[Official]", "[Civil society]", "Done",
    PLACE, LINK, "1", "2", "[Yes, propose it]",
)  # fmt: skip
MORE = ("[Add a topic]", "4", "2", "[Add a topic]", "5", "1")
NAMED = "Topics: Trust & perceptions · Police-justice chain · Human rights"


async def acts(phone):
    """Let the clock do what is due for the network now."""
    world = phone.world
    table = {**callin_news.acts(world.desk.translator), **exchange_news.acts(world.desk.translator)}
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx):
            if row.kind in table:
                await table[row.kind](tx, row.subject)


async def planned(phone):
    """Plan an exchange and set its time: a fortnight after the test begins, at ten in Niamey."""
    await goes_through(phone, *PLAN)
    await goes_through(phone, "[Set the time]", "7/12/2026", "10:00")
    said = phone.heard
    await acts(phone)
    phone.heard = said


async def test_everybody_reads_the_usual_ground_rules_in_their_own_language(open_phone):
    """The rules of talking in rounds are chosen in English, read in French and Arabic; one's own stay as they are."""
    awa, _issa = await coordinators(open_phone, "en")
    guests = {language: await joins(open_phone(language=language)) for language in ("fr", "ar")}
    await goes_through(awa, *PLAN, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    for language, guest in guests.items():
        await guest.says("/attend")
        await guest.says("1")
        guest.hears(Voice(awa.world.desk.translator, language).say(IN_ROUNDS))
    assert ground("Chacun parle à son tour.") == "Chacun parle à son tour."


async def test_an_exchange_goes_from_the_plan_to_the_answer(open_phone):
    """A coordinator plans it and sets its time; members are invited, answer, and read where it is once they accept."""
    awa, _issa = await coordinators(open_phone, "en")
    first, second = await joins(open_phone()), await joins(open_phone(channel="whatsapp"))
    third = await joins(open_phone())
    await goes_through(awa, *PLAN)
    awa.hears("a time is to be agreed on")
    await goes_through(awa, "[Set the time]", "7/12/2026", "midi")
    awa.hears("Please write a time such as 10:30.")
    await awa.says("10:00")
    awa.hears("When: 7 December 2026, 10:00 (Niger)", "Everybody who is invited hears of it")
    await acts(awa)
    for phone in (first, second, third):
        [message] = await queued(phone)
        phone.hears("You are invited.", "Le thé du marché", "When: 7 December 2026, 10:00 (Niger)")
        assert LINK not in message.text
        assert PLACE not in message.text
    await first.taps("See and answer")
    first.hears("2 places are free.", "Ground rules: We speak in rounds", "never who said it")
    await first.taps("Yes, I come")
    first.hears("You have a place.", PLACE, LINK, "We remind you a week, a day and an hour before.")
    await goes_through(second, "[See and answer]", "[Yes, I come]")
    await goes_through(third, "[See and answer]")
    third.hears("No place is free, 0 wait.")
    await third.taps("Yes, I come")
    third.hears("You wait for a place.")
    assert LINK not in third.text
    await goes_through(first, "/attend", "[Le thé du marché]", "[No, I cannot]")
    first.hears("You can change it at any time")
    await third.waits(seconds=1)
    third.hears("A place has become free for you", "It is yours if you take it in time.", "Until ")
    await third.taps("I take it")
    third.hears("You have a place.", LINK)
    await goes_through(awa, "/hosting", "[Le thé du marché]")
    awa.hears("2 come.", "nobody of this side comes yet: Official")


async def test_an_exchange_has_up_to_three_topics(open_phone):
    """All of them stand in what is proposed, are read by who decides and who is invited, and lead to it."""
    awa, _issa = await coordinators(open_phone, "en")
    author, guest = await joins(open_phone(language="en")), await joins(open_phone(language="en"))
    await goes_through(author, *PLAN[:10])
    author.hears("Does it touch another topic?")
    await goes_through(author, *MORE)
    author.hears("How long does it last?")
    await goes_through(author, *PLAN[11:-2], "[No limit]")
    author.hears(NAMED)
    await author.taps("Yes, propose it")
    await awa.taps("Read and decide")
    awa.hears(NAMED)
    await goes_through(awa, *PLAN[:10], *MORE, *PLAN[11:], "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    [invitation] = await queued(guest)
    assert NAMED in invitation.text
    for field in ("Trust & communication", "Justice", "Rights & inclusion"):
        await goes_through(guest, "/calendar", "[By topic]")
        guest.sees_choices("Trust & communication", "Justice", "Rights & inclusion")
        await goes_through(guest, f"[{field}]", "[Le thé du marché]")
        guest.hears(NAMED)


async def test_each_is_invited_by_the_clock_of_their_country(open_phone):
    """The invitation, and the news of a change, give the time as the opened card does; where no clock is known, UTC."""
    awa, _issa = await coordinators(open_phone, "en")
    abroad = {"ML": "7 December 2026, 09:00 (Mali)", "EG": "7 December 2026, 11:00 (Egypt)", "": "09:00 UTC"}
    phones = {country: open_phone(language="en") for country in abroad}
    await goes_through(awa, *PLAN)
    for country, phone in phones.items():
        await phone.is_member(country=country or "NE")
        async with phone.world.store.transaction(phone.world.now) as tx:
            await invitees.invite(
                tx, exchange=(await exchanges.hosted(tx, person=awa.person))[0].id, person=phone.person
            )
            await tx.run(update(members.members).where(members.members.c.id == phone.person).values(country=country))
    neighbour = await joins(open_phone(language="ar"))
    await goes_through(awa, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    for country, when in abroad.items():
        [message] = await queued(phones[country])
        assert when in message.text
        await phones[country].taps("See and answer")
        phones[country].hears(when)
    [message] = await queued(neighbour)
    assert "10:00" in message.text
    assert "النيجر" in message.text
    await goes_through(awa, "/hosting", "1", "[Move it]", "8/12/2026", "12:00")
    await acts(awa)
    [message] = await queued(phones["EG"])
    assert "8 December 2026, 13:00 (Egypt)" in message.text


async def test_the_same_topic_twice_is_one(open_phone):
    """Whoever names a topic again is not asked for a third in its place, and it is listed once."""
    awa, _issa = await coordinators(open_phone, "en")
    await goes_through(awa, *PLAN[:10], "[Add a topic]", "3", "1", "[No, that is all]", *PLAN[11:-1])
    awa.hears("Topics: Trust & perceptions\n")


async def test_a_plan_begun_when_there_was_one_topic_goes_on(open_phone, monkeypatch):
    """Only whether there is another topic is asked; what was answered, and is being answered, stays."""

    async def ask_one(talk, question, *, known=()):
        return (await topic_choice.ask_topic(talk, question),)

    awa, _issa = await coordinators(open_phone, "en")
    with monkeypatch.context() as before:
        before.setattr(exchange, "ask_topics", ask_one)
        await goes_through(awa, *PLAN[:10], PLAN[11])
        awa.hears("What may those who come tell of it?")
    await goes_through(awa, "[What, never who]")
    awa.hears("Does it touch another topic?")
    await goes_through(awa, "[No, that is all]")
    awa.hears("Which ground rules go with it?")
    await goes_through(awa, *PLAN[13:-1])
    awa.hears("“Le thé du marché”", PURPOSE, "Topics: Trust & perceptions\n", "It lasts 1 hour.", "never who said it")


async def test_reminders_come_a_week_a_day_and_an_hour_before(open_phone):
    """Each comes once, with the place for whoever has one; nothing comes of what was called off."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(), quiet_from="", quiet_until="")
    await planned(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    heard = []
    for _hour in range(24 * 14):
        await guest.waits(hours=1)
        heard += [message.text for message in await queued(guest)]
    assert ["a week" in text or "within a day" in text or "It begins soon" in text for text in heard] == [True] * 3
    assert all(LINK in text for text in heard)


async def test_somebody_is_late_without_a_name(open_phone):
    """The hosts hear that somebody is late, and who only if that was wished."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(), name="Fati")
    await planned(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    await guest.waits(days=13, hours=22, minutes=30)
    await goes_through(guest, "/attend", "[Le thé du marché]", "[I am late]", "[No, without]")
    for host in (awa, issa):
        host.hears("Somebody comes late to “Le thé du marché”.")
    await goes_through(guest, "/attend", "[Le thé du marché]", "[I cannot connect]", "[Yes, my name]")
    awa.hears("Fati cannot connect to “Le thé du marché”.")


async def test_what_was_asked_and_noted_becomes_a_summary_of_both_sides(open_phone):
    """Questions come without who asked; the summary is published when the other side agrees."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await planned(awa)
    await queued(guest)
    question = "Comment la brigade sera-t-elle présente le soir ?"
    await goes_through(guest, "[See and answer]", "[Ask beforehand]", question, "[No, nothing]")
    guest.hears("nobody reads your name")
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Questions so far]")
    awa.hears(question)
    assert "Side" not in awa.text
    await awa.waits(days=15)
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Write the summary]", SUMMARY)
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Publish the summary]")
    issa.hears("waits for your side’s word")
    await goes_through(issa, "[Read and decide]")
    issa.hears(SUMMARY)
    await goes_through(issa, "[I agree]")
    awa.hears("Both sides agree: the summary of “Le thé du marché” is published.")
    await goes_through(awa, "/hosting", "1", "[It took place]")
    awa.hears("can still be written")
    await goes_through(guest, "/attend", "1")
    guest.hears("The summary, to which both sides agree:", SUMMARY)


async def test_a_guest_sends_another_member(open_phone):
    """A code gives over one place, once."""
    awa, _issa = await coordinators(open_phone, "en")
    guest, other, late = await joins(open_phone()), await joins(open_phone()), await joins(open_phone())
    await planned(awa)
    await queued(guest)
    await goes_through(
        guest, "[See and answer]", "[Yes, I come]", "/attend", "[Le thé du marché]", "[Send somebody else]"
    )
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", guest.text)[0]
    await other.says(f"attend {code}")
    other.hears("You have a place.", LINK)
    await goes_through(guest, "/attend", "[Le thé du marché]")
    guest.hears("You have no place now.")
    await late.says(f"attend {code}")
    late.hears("That is not for you to answer, or is over.")


async def test_beyond_the_group_the_other_side_agrees_first(open_phone):
    """A member's proposal needs both sides; nobody is invited before."""
    awa, issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await goes_through(member, *PLAN)
    member.hears("nobody is invited before")
    for coordinator, word in ((awa, ["[No word]"]), (issa, [])):
        await goes_through(coordinator, "/decide", "1")
        coordinator.hears("A dialogue: “Le thé du marché”", "There are 2 places.")
        assert LINK not in coordinator.text
        await goes_through(coordinator, "[I agree]", *word)
    member.hears("Coordinators agree to your exchange")
    await member.taps("Go on")
    member.hears("a time is to be agreed on")


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_it_speaks_the_language_of_each(open_phone, language, channel):
    """Host and guest read everything in French and in Arabic, on both apps, and nothing is too long for them."""
    awa, _issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel=channel))
    await planned(awa)
    awa.hears("It is set. Everybody who is invited hears of it, each in their own language.")
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    guest.hears(
        "You have a place.", LINK, "We remind you a week, a day and an hour before. Only the hosts see who comes."
    )
    await goes_through(guest, "/attend", "1", "[Ask beforehand]", "Qui ouvre la salle le matin ?", "[Yes, my side]")
    guest.hears("Thank you. It is kept for the hosts; nobody reads your name.")
    await goes_through(awa, "/hosting", "1", "[Call it off]", "[Yes, call it off]")
    awa.hears("It is called off. Whoever was invited hears of it.")
    await acts(awa)
    [message] = await queued(guest)
    assert "Le thé du marché" in message.text
    assert LINK not in message.text
    await goes_through(guest, "/attend")
    guest.hears("Nothing is planned for you yet. Invitations come to you here.")
