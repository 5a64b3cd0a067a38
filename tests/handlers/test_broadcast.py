"""Broadcasts in conversation: what a coordinator goes through before many get something, and after."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.channels import telegram_fitting, whatsapp_fitting
from handlers.broadcasts import broadcast_cards
from handlers.broadcasts.broadcast_cards import REFORM, SECURITY, Notice
from handlers.broadcasts.broadcast_draft import BODY, TEXT
from handlers.language import Text, Voice
from handlers.messages import MediaKind, read
from network import broadcasts, costs, groups, members
from network.contents import contents
from network.costs import Prices
from network.outbox import Post, Stage, outbox, put, ref_index
from tests.handlers import polling_talk
from tests.handlers.people import erases
from tests.handlers.test_supergroup import CHAT, links
from tests.network.people import enrolled, published
from tests.network.polling import opened

WORDS = "Les patrouilles partagées reprennent lundi. Chaque brigade choisit un quartier avec une association."
RIGHT = "Les patrouilles partagées reprennent mardi et non lundi, avec une association dans chaque quartier."
OTHER = "تعود الدوريات المشتركة يوم الاثنين، وتختار كل فرقة حيًّا مع جمعية."


async def coordinators(open_phone, language="fr"):
    """Seat a coordinator of each side in Niger, and put four members of each side beside them."""
    awa, issa = open_phone(language=language), open_phone(channel="whatsapp", language=language)
    await awa.is_member(country="NE", name="Awa", coordinator=True)
    await issa.is_member(side="official", service="police", country="NE", name="Issa", coordinator=True)
    return awa, issa


async def joins(phone, **fields):
    """Make somebody a member in the group of Niger."""
    await phone.is_member(country="NE", **fields)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=phone.person)
    return phone


async def queued(phone, *, sent=True):
    """Return what the outbox holds of mailings for a phone, as messages; with ``sent`` the phone gets them."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        mine = (outbox.c.address == phone.address, outbox.c.mailing.is_not(None), outbox.c.stage == Stage.QUEUED)
        joined = select(outbox.c.seq, contents.c.id, contents.c.body).join(contents, contents.c.id == outbox.c.content)
        rows = await tx.all(joined.where(*mine).order_by(outbox.c.seq))
        messages = [read(tx.seal.open("contents.body", row.id, row.body)) for row in rows]
        if sent:
            moved = outbox.update().where(outbox.c.seq.in_([row.seq for row in rows]))
            await tx.run(moved.values(stage=Stage.SENT, sent_at=tx.now))
    phone.heard = []
    if sent:
        for message in messages:
            phone.receive(message)
    return messages


async def goes_through(phone, *answers):
    """Give these answers, one after the other: a label in brackets is tapped."""
    for answer in answers:
        is_label = isinstance(answer, Text) or answer.startswith("[")
        await (phone.taps(answer if isinstance(answer, Text) else answer[1:-1]) if is_label else phone.says(answer))


async def announces(phone, *, words=WORDS, to="[Niger]", more=()):
    """Go to the review of an announcement in French."""
    await goes_through(phone, "/broadcast", *more, "[An announcement]", "[French]", "Done", words)
    await goes_through(phone, "[Without]", "[Without]", "[Three days]", to, "[That is right]")


async def test_a_coordinator_announces_to_the_group(open_phone):
    """From the first question to the figures: before whom, how many, in which language; then the members get it."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone(language="ar", channel="whatsapp"))
    await awa.says("/broadcast")
    awa.hears("Nothing is sent before you have seen it", "What is it?")
    await goes_through(awa, "[An announcement]", "[French]", "Done")
    awa.hears("In French:")
    await goes_through(awa, WORDS, "[Without]", "[Without]", "[Three days]")
    awa.sees_choices("Niger", "Other groups", "The whole network")
    await awa.taps("Niger")
    awa.hears("For: Niger", "That is exactly 3 members.")
    await awa.taps("That is right")
    awa.hears("From the coordinators, Niger:", WORDS, "Among them: ", "An official, Sahel")
    awa.hears("1 of them reads Arabic and gets the text in French.")
    awa.hears("2 of them read English and get the text in French.")
    await awa.taps("Yes, send it")
    awa.hears("Send it to 3 members now?")
    assert await queued(member, sent=False) == []
    await awa.taps("Yes, send it")
    awa.hears("on its way, or arrived", "For 3 members", "Still to go to 3")
    [message] = await queued(member)
    assert "لغة هذا النص: الفرنسية" in member.text
    assert WORDS in message.text
    assert len(await queued(awa)) == 1, "its author gets it as everybody does"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_an_invitation_is_made_and_answered_by_typed_numbers(open_phone, language):
    """Every step by numbers: an event names its convener, partner, day and both aims; who comes is counted."""
    awa, issa = await coordinators(open_phone, language)
    member = await joins(open_phone(language=language, channel="whatsapp"))
    await goes_through(awa, "/broadcast", "2", "1 2", "Done", OTHER, WORDS, Text("Without"), Text("Without"))
    awa.hears("Who convenes it? The name of an organisation or a service, no person.")
    await goes_through(awa, "Maison des jeunes", "Fonds régional", "2", "1", "12/12/2026", "1", "1")
    awa.hears("Maison des jeunes", "Fonds régional", Text("Preventing violence"), Text("Accountability"))
    await goes_through(awa, "1", "1")
    awa.hears(Text("on its way, or arrived"))
    [message] = await queued(member)
    assert [choice.token.split(":")[1] for choice in message.choices] == ["yes", "maybe", "no"]
    await member.says("/announcements")
    await member.says("1")
    coming = ("I will come", "Perhaps", "I cannot come")
    member.sees_choices(*coming, "It should not be here", "Silence the group", "That is all")
    await member.says("2")
    member.hears("Thank you, it is noted: perhaps. Coordinators see only how many come.")
    await queued(issa)
    await issa.taps("I will come")
    await member.presses(message.choices[0].token)
    await goes_through(awa, "/announced", "1", Text("Who comes"))
    awa.hears(
        Text("{count} will come", {"count": 2}, "{count} will come", 2), "Sides are shown where both have at least ten."
    )
    awa.does_not_hear("Official", "Civil society", "Issa")


async def test_a_look_at_it_comes_to_its_author_alone(open_phone):
    """Before anything is sent: the file and the words of each language, to each app; its buttons do nothing."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone(language="fr"))
    await goes_through(awa, "/broadcast", "1", "1 2", "Done", OTHER, WORDS)
    await awa.says("not a file")
    awa.hears("Please send a picture or a PDF document.")
    await awa.sends(MediaKind.PICTURE)
    await goes_through(awa, "[Without]", "[One day]", "[Niger]", "[That is right]", "[Send it to me first]")
    awa.hears("The file is still on its way here.")
    await awa.taps("Yes, send it")
    awa.hears("The file is still on its way here.")
    await awa.has_sent()
    await awa.taps("Send it to me first")
    texts = [message.text for message in awa.heard]
    assert [message.media.kind for message in awa.heard if message.media] == ["picture"]
    assert any(WORDS in text for text in texts)
    assert any(OTHER in text for text in texts)
    assert not member.heard
    awa.hears("It comes to you alone", "Shall it be sent like this to all of them?")
    await awa.taps("Signaler ou couper")
    awa.hears("This was only a look at it: here your members can answer.")
    await awa.says("/broadcast")
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    first, then = await queued(member)
    assert (first.media.kind, WORDS in then.text) == ("picture", True)


async def test_mass_powers_are_off_until_both_sides_have_a_seat(open_phone):
    """A coordinator alone is told why nothing can be sent to many, and a member that it is not for them."""
    alone, member = open_phone(), open_phone()
    await alone.is_member(country="NE", coordinator=True)
    await member.is_member(country="NE")
    await alone.says("/broadcast")
    alone.hears("Messages to many are off until your group has a coordinator or a deputy from each side.")
    await member.says("/broadcast")
    member.hears("Only coordinators can do that.")


@pytest.mark.parametrize(("word", "state"), [("I agree", "on its way, or arrived"), ("I refuse", "not agreed to")])
async def test_beyond_one_group_the_other_side_decides(open_phone, word, state):
    """Its coordinator, and nobody of one's own side, sees all of it and the number; without the yes nobody gets it."""
    awa, issa = await coordinators(open_phone, "en")
    other = open_phone(language="en", channel="whatsapp")
    await other.is_member(country="TN")
    await announces(awa, to="[The whole network]")
    awa.hears("It goes beyond your group: a coordinator of the other side must agree before it is sent.")
    await goes_through(awa, "[Yes, ask the other side]", "[Yes, send it]")
    awa.hears("A coordinator of the other side reads it now.")
    assert await queued(other, sent=False) == []
    issa.hears("An announcement to many waits for your side’s decision.")
    await issa.taps("Read and decide")
    issa.hears(WORDS, "For the whole network", "That is exactly 3 members.", "It goes at once")
    await issa.taps(word)
    if word == "I refuse":
        await issa.says("Le moment est mal choisi, merci.")
        awa.hears("Le moment est mal choisi, merci.")
    await goes_through(awa, "[Look at it]")
    awa.hears(state)
    assert len(await queued(other)) == (word == "I agree")


async def test_nobody_of_ones_own_side_decides(open_phone):
    """The deputy of the author's own side has nothing to decide on, even after a week."""
    awa, _issa = await coordinators(open_phone, "en")
    deputy = open_phone()
    await deputy.is_member(country="NE", name="Zeinabou")
    async with deputy.world.store.transaction(deputy.world.now) as tx:
        group = await groups.by_country(tx, country="NE")
        await groups.seat(tx, group=group.id, person=deputy.person, rank="deputy")
    await announces(awa, to="[The whole network]")
    await goes_through(awa, "[Yes, ask the other side]", "[Yes, send it]")
    await deputy.waits(days=8)
    await deputy.says("/decide")
    deputy.hears("Nothing waits for your decision now.")


async def test_many_are_confirmed_by_their_number(open_phone):
    """Above two hundred nothing but the exact number sends it, in any digits."""
    awa, _issa = await coordinators(open_phone, "en")
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = await groups.by_country(tx, country="NE")
        for _ in range(203):
            await groups.join(tx, group=group.id, person=await enrolled(tx))
    await announces(awa)
    awa.hears("That is exactly 205 members.")
    await awa.taps("Yes, send it")
    awa.hears("please write the number of members, 205.")
    await awa.says("204")
    awa.hears("Nothing was sent.", "Shall it be sent like this to all of them?")
    await goes_through(awa, "[Yes, send it]", "٢٠٥")
    awa.hears("on its way, or arrived", "For 205 members")


async def test_two_taps_on_the_last_word_send_once(open_phone):
    """Whoever presses the last button again, or types it, sends nothing again."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await announces(awa)
    await awa.taps("Yes, send it")
    token = awa.button("Yes, send it")
    await awa.presses(token)
    await awa.presses(token)
    assert len(await queued(member)) == 1
    async with awa.world.store.reading(awa.world.now) as tx:
        assert len(await broadcasts.of_coordinator(tx, person=awa.person)) == 1


async def test_back_and_cancel_work_to_the_last_word(open_phone):
    """One step back from the last word leads to the review; cancelled, nothing is kept or sent."""
    awa, _issa = await coordinators(open_phone, "en")
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "back")
    awa.hears("Shall it be sent like this to all of them?")
    await awa.says("cancel")
    awa.hears("Cancelled.")
    async with awa.world.store.reading(awa.world.now) as tx:
        assert await tx.all(select(broadcasts.broadcasts)) == []


async def test_an_audience_that_grew_is_confirmed_anew(open_phone):
    """More than were confirmed and joined since: it waits, its author is told, and the new number sends it."""
    awa, issa = await coordinators(open_phone, "en")
    abroad = [open_phone(channel="whatsapp") for _ in range(3)]
    for phone in abroad:
        await phone.is_member(country="TN", language="ar")
    await goes_through(awa, "/broadcast", "1", "2", "Done", WORDS, "[Without]", "[Without]", "[One day]")
    await goes_through(awa, "[The whole network]", "[Only some languages]", "1", "Done", "[That is right]")
    await goes_through(awa, "[Yes, ask the other side]", "[Yes, send it]")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await members.change(tx, person=issa.person, language="ar")
    joined = open_phone(channel="whatsapp")
    await joined.is_member(country="TN", language="ar")
    await goes_through(issa, "/decide", "1", "1")
    awa.hears("More people are meant now than you confirmed, so it was not sent.")
    await awa.taps("Look at it")
    awa.hears("waits for your word on the number")
    await goes_through(awa, "[Confirm the number]")
    awa.hears("Send it to 5 members now?")
    await awa.taps("Yes, send it")
    awa.hears("on its way, or arrived", "For 5 members")
    assert len(await queued(joined)) == 1


async def test_refreshed_figures_come_in_the_place_of_the_old(open_phone):
    """On Refresh the same message shows what is true now; on typing it, a new one does."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    await queued(member)
    await awa.taps("Refresh")
    [message] = awa.heard
    assert (message.replaces, message.edit_only) == ("1", False)
    awa.hears("Sent to 1", "Still to go to 2")
    await awa.says("refresh")
    assert [message.replaces for message in awa.heard] == [""]


async def test_it_is_stopped_in_mid_flight_by_any_coordinator_of_the_group(open_phone):
    """The other side's coordinator follows it too; whoever has it keeps it, the others never get it."""
    awa, issa = await coordinators(open_phone, "en")
    got, late = await joins(open_phone()), await joins(open_phone())
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    await queued(got)
    await goes_through(issa, "/announced", "1", "[Stop it now]")
    issa.hears("Stopped: 3 members do not get it.", "Sent to 1", "Stopped for 3")
    issa.sees_no_choice("Stop it now")
    assert await queued(late) == []


async def test_it_goes_at_an_hour_of_each_country(open_phone):
    """On a chosen day, at a wall time: each member gets it when their own clock shows it."""
    awa, _issa = await coordinators(open_phone, "en")
    far = open_phone(channel="whatsapp")
    await far.is_member(country="SN")
    await announces(awa, to="[The whole network]")
    await goes_through(awa, "[Choose when it goes]", "[On a day I choose]", "24/11/2026", "14")
    awa.hears("It goes on 24 November 2026 at 14:00, by the clock of each country")
    await goes_through(awa, "[Yes, ask the other side]", "[Yes, send it]", "/cancel")
    await goes_through(_issa, "/decide", "1", "1")
    async with awa.world.store.reading(awa.world.now) as tx:
        rows = await tx.all(select(outbox.c.address, outbox.c.ready_at).where(outbox.c.mailing.is_not(None)))
    ready = {row.address: row.ready_at.hour for row in rows}
    assert (ready[awa.address], ready[far.address]) == (13, 14)


async def test_a_member_reports_and_others_than_its_author_decide(open_phone):
    """It comes before the other coordinators, stopped or not; refused, it is taken back and its author hears why."""
    awa, issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    await queued(member)
    await goes_through(member, "[Report or silence]", "[It should not be here]")
    member.hears("Thank you for taking care.")
    issa.hears("A member asks you to look at an announcement.")
    assert not awa.heard
    await goes_through(awa, "/announced", "1", "[Stop it now]")
    await goes_through(issa, "[Read and decide]")
    issa.hears("A member thinks that this announcement should not be here.", WORDS)
    await goes_through(issa, "[I refuse]", "Ceci ne concerne pas le réseau.")
    awa.hears("Coordinators took your announcement", "Ceci ne concerne pas le réseau.")
    await member.says("/announcements")
    member.hears("No announcement has come to you in the last weeks.")


async def test_a_member_silences_the_group(open_phone):
    """Whoever silenced it is meant no more, and can hear of it again."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]", "[That is all]")
    await queued(member)
    await goes_through(member, "/announcements", "1", "[Silence the group]")
    member.hears("It is silent now.")
    await announces(awa, more=["[A new one]"])
    awa.hears("That is exactly 2 members.")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("event", [True, False])
def test_the_longest_message_is_one_call_on_either_app(translator, language, event):
    """Whatever was written, words with buttons stay within 1,024 characters, and buttons within their width."""
    facts = {"convener": "C" * BODY[1], "partner": "P" * BODY[1], "day": date(2026, 12, 12)} if event else {}
    for security, reform in zip(SECURITY, REFORM, strict=True):
        for country in ("BF", "CI", ""):
            aims = {"security": security, "reform": reform} if event else {}
            notice = Notice(
                event=event, group=country, texts={"en": "x" * TEXT[1]}, practice="p", poll="p", **facts, **aims
            )
            message = broadcast_cards.message(notice, "0" * 32, Voice(translator, language))
            assert len(message.text) <= 1024
            for fit in (telegram_fitting.fit, whatsapp_fitting.fit):
                assert len(fit(message)) == 1


async def test_what_it_takes_is_shown_and_never_more_than_is_left(open_phone):
    """Who needs a template first, what that costs, what is left of the month; over it nothing is sent."""
    awa, _issa = await coordinators(open_phone, "en")
    for _ in range(2):
        await joins(open_phone(channel="whatsapp"))
    await awa.waits(hours=25)
    async with awa.world.store.transaction(awa.world.now) as tx:
        await costs.announce(tx, given=Prices("EUR", 30_000, monthly_cap=90_000))
    await announces(awa)
    awa.hears("3 have not written for a day: they get a short message first, and this when they answer.")
    awa.hears("That costs about 0.09 EUR.", "Of this month’s money 0.09 EUR is left.")
    awa.does_not_hear("That costs more than is left")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await costs.announce(tx, given=Prices("EUR", 30_000, monthly_cap=80_000))
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    awa.hears("That costs more than is left of this month’s money, so it cannot be sent.")
    awa.hears("Shall it be sent like this to all of them?")
    async with awa.world.store.reading(awa.world.now) as tx:
        assert await tx.all(select(broadcasts.broadcasts)) == []


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_it_is_corrected_tried_again_and_taken_back(open_phone, language):
    """By typed numbers: right words follow the wrong ones, what failed goes again, and all of it is taken back."""
    awa, _issa = await coordinators(open_phone, language)
    got, failed = await joins(open_phone()), await joins(open_phone())
    await goes_through(awa, "/broadcast", "1", "2", "Done", WORDS, Text("Without"), Text("Without"), "1", "1", "1")
    await goes_through(awa, "1", "1")
    await queued(got)
    async with awa.world.store.transaction(awa.world.now) as tx:
        theirs = (outbox.c.address == failed.address, outbox.c.mailing.is_not(None))
        await tx.run(outbox.update().where(*theirs).values(stage=Stage.FAILED, error="400"))
    await goes_through(awa, Text("Refresh"))
    awa.sees_choices("Refresh", "Stop it now", "Correct it", "Take it back", "Try again", "That is all")
    await awa.says("5")
    awa.hears(Text("It is tried again for {count} member.", {"count": 1}, "It is tried again for {count} members.", 1))
    await goes_through(awa, Text("Correct it"), RIGHT)
    awa.hears(RIGHT, Text("Is it right like this?"))
    await awa.says("1")
    awa.hears("The right words are on their way to everybody who got the others.")
    assert [RIGHT in message.text for message in await queued(got)] == [True]
    assert [RIGHT in message.text for message in await queued(failed)] == [True]
    await goes_through(awa, Text("Take it back"), "2")
    awa.hears("Nothing has changed.")
    await goes_through(awa, Text("Take it back"), "1")
    awa.hears("It is being taken back.", Text("taken back"))
    awa.sees_choices("That is all")
    await got.says("/announcements")
    got.hears("No announcement has come to you in the last weeks.")


@pytest.mark.parametrize("word", ["I agree", "I refuse"])
async def test_what_the_other_side_agreed_to_is_corrected_with_its_yes(open_phone, word):
    """Beyond one group nobody puts other words in the place of those that were agreed to, until the other side has."""
    awa, issa = await coordinators(open_phone, "en")
    other = open_phone(language="en", channel="whatsapp")
    await other.is_member(country="TN")
    await announces(awa, to="[The whole network]")
    await goes_through(awa, "[Yes, ask the other side]", "[Yes, send it]")
    await goes_through(issa, "[Read and decide]", "[I agree]")
    await queued(other)
    await goes_through(awa, "[Look at it]", "[Correct it]", RIGHT, "[Yes, correct it]")
    awa.hears("A coordinator of the other side reads the new words now.")
    issa.hears("Other words for an announcement wait for your side’s decision.")
    assert await queued(other, sent=False) == []
    await goes_through(awa, "[Correct it]")
    awa.hears("Something is asked already, and waits for a coordinator of the other side.")
    await goes_through(issa, "/decide", "1")
    issa.hears("It was sent already; these words are to take the place of the others:", RIGHT)
    await goes_through(issa, f"[{word}]", *(["Les premiers mots étaient justes."] if word == "I refuse" else []))
    agreed = word == "I agree"
    awa.hears("the right words are on their way" if agreed else "Les premiers mots étaient justes.")
    assert [RIGHT in message.text for message in await queued(other)] == [True] * agreed


async def test_what_an_erased_coordinator_sent_is_nowhere_any_more(open_phone):
    """Erased means erased: what was not sent never is, and its words are in no table."""
    awa, issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    await announces(awa)
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    await goes_through(awa, "/delete", "2", "1")
    await erases(awa)
    assert await queued(member) == []
    async with issa.world.store.reading(issa.world.now) as tx:
        assert await tx.all(select(broadcasts.broadcasts)) == []
        assert await tx.all(select(contents)) == []
    await issa.says("/announced")
    issa.hears("Nothing was announced for your group yet.")


async def test_it_leads_to_a_practice_and_to_an_open_poll(open_phone):
    """What is found by words of its title is one button, a poll that is open another; both open what they name."""
    awa, _issa = await coordinators(open_phone, "en")
    member = await joins(open_phone())
    async with awa.world.store.transaction(awa.world.now) as tx:
        shared = await published(tx, member.person, title="Un café de la paix à la brigade")
        asked = await opened(tx, by=awa.person)
    await goes_through(awa, "/broadcast", "1", "2", "Done", WORDS, "[Without]", "zzz")
    awa.hears("Nothing found yet. Fewer or other words may help.", "Shall it lead to a practice to read?")
    await goes_through(awa, "café de la paix", "[Un café de la paix à la brigade]")
    awa.hears("Shall it lead to a poll? Only who is asked can answer.")
    await goes_through(
        awa, "[What first?]", "[One day]", "[Niger]", "[That is right]", "[Yes, send it]", "[Yes, send it]"
    )
    [message] = await queued(member)
    assert [choice.token for choice in message.choices][:2] == [f"/practice:{shared}", f"/poll:{asked}"]
    await member.taps("Read more")
    member.hears("Un café de la paix à la brigade")
    await member.taps("Have your say")
    member.hears("What first?")


async def test_a_linked_telegram_group_shows_what_is_for_all_its_members(open_phone):
    """A card with a button that opens it in private; what is taken back does not stand there any more."""
    awa, _issa = await polling_talk.coordinators(open_phone, country="TN")
    chat = open_phone(external=CHAT, language="en")
    await links(awa, chat)
    await announces(awa, to="[Tunisia]")
    awa.hears("It is shown in the linked Telegram group too.")
    await goes_through(awa, "[Yes, send it]", "[Yes, send it]")
    await awa.waits(seconds=1)
    chat.hears("The coordinators tell all members of this group:", WORDS)
    [card] = chat.choices
    await awa.says("/start " + card.token.removeprefix("/").replace(":", "-"))
    awa.hears(WORDS)
    awa.sees_choices("It should not be here", "Silence the group", "That is all")
    await was_sent(chat, about=card.token.partition(":")[2], ref="77")
    await goes_through(awa, "/announced", "1", "[Take it back]", "[Yes, take it back]")
    await awa.waits(seconds=1)
    assert [message.deletes for message in chat.heard] == [("77",)]


async def was_sent(chat, *, about, ref):
    """Let a message about something have gone to a chat, under this id of its provider."""
    async with chat.world.store.transaction(chat.world.now) as tx:
        post = Post(address=chat.address, channel=chat.channel, account="main", body="{}", about=about)
        [row] = await put(tx, posts=[post])
        sealed = {"ref": tx.seal.seal("outbox.ref", row, ref), "ref_index": ref_index(tx, chat.channel, ref)}
        await tx.run(outbox.update().where(outbox.c.id == row).values(stage=Stage.SENT, sent_at=tx.now, **sealed))
