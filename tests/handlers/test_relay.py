"""Relays: two write through the bot under names of their own, by text, voice, picture and document, on either app."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from sqlalchemy import func, select

from handlers.messages import Kind as Did
from handlers.messages import Media, MediaKind
from network import audit, members, relayed, relays
from network.store import metadata
from tests.handlers.introducing import accepts, found_on, met, proposes
from tests.handlers.people import erases


async def writes(phone, text: str) -> None:
    """Write in the conversation that is open, and let it arrive."""
    await phone.says(text)
    phone.hears("It is on its way.")
    await phone.waits(seconds=1)


async def sends(phone, kind: MediaKind, mime: str = "audio/ogg") -> None:
    """Send a file of a type."""
    media = Media(kind, "file-1", mime, 1000, "Canary report by Amel.pdf")
    await phone.does(Did.MEDIA, media=media)


async def kept(phone, table) -> int:
    """Return how many rows a table holds."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)))


async def test_what_one_writes_the_other_reads(open_phone):
    """Words go from one app to the other under the names chosen, and back; nothing else of the two is said."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await met(amel, moussa, name="Amel")
    amel.hears("1. Dune · what do you write?")
    amel.sees_choices("Something else")
    await writes(amel, "Good morning. How did you begin?")
    moussa.hears("1. Baobab:\n“Good morning. How did you begin?”")
    moussa.does_not_hear("Amel", "Tunisia")
    await moussa.says("With tea.")
    moussa.hears("It is on its way.", "1. Baobab · what do you write?")
    await moussa.waits(seconds=1)
    amel.hears("1. Dune:\n“With tea.”")
    await moussa.waits(seconds=5)
    amel.hears_nothing()
    await amel.says("/menu")
    await moussa.says("Are you there?")
    await moussa.waits(seconds=1)
    amel.sees_choices("Answer")
    await amel.taps("Answer")
    amel.hears("1. Dune · what do you write?")


@pytest.mark.parametrize(
    ("kind", "mime", "said"),
    [
        (MediaKind.VOICE, "audio/ogg", "a voice message"),
        (MediaKind.PICTURE, "image/jpeg", "a picture"),
        (MediaKind.DOCUMENT, "application/pdf", "a document"),
    ],
)
async def test_files_go_over_once_their_sender_knows_what_they_show(open_phone, kind, mime, said):
    """A voice, a picture, a document goes when it has come, without its name; asked about once, sent once."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await met(amel, moussa)
    await sends(amel, kind, mime)
    amel.hears("may tell the other who you are")
    await amel.says("no")
    await amel.has_sent()
    await amel.waits(seconds=1)
    moussa.hears_nothing()
    await sends(amel, kind, mime)
    await amel.says("yes")
    amel.hears("It is on its way.")
    await amel.waits(seconds=1)
    moussa.hears_nothing()
    await amel.has_sent()
    await amel.waits(seconds=1)
    (message,) = moussa.heard
    assert message.media is not None
    assert (message.media.kind, "Canary" in message.media.name) == (kind, False)
    moussa.hears(f"1. Baobab: {said}")
    await sends(amel, kind, mime)
    amel.hears("It is on its way.")
    await amel.has_sent(error="not_clean")
    amel.hears("What you sent to Dune could not be passed on")
    await amel.waits(days=1)
    moussa.hears_nothing()


async def test_secrets_of_others_stay_out_and_contacts_pass_when_both_want_to(open_phone):
    """A number is refused until both exchanged contacts, at the same moment; a name of a third never passes."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await met(amel, moussa)
    await amel.says("Call me on +216 20 123 456")
    amel.hears("There seems to be a phone number")
    await amel.taps("Something else")
    await amel.taps("Exchange contacts")
    amel.hears("They read it only once they give you theirs")
    await amel.says("+216 20 123 456")
    amel.hears("Nothing of it was shown.")
    moussa.hears("1. Baobab would like to exchange contacts.")
    moussa.does_not_hear("216")
    await amel.says("/to 1")
    await amel.taps("Something else")
    await amel.taps("Give no contact")
    amel.hears("It is taken back")
    await amel.waits(days=2)
    await moussa.taps("See and decide")
    await moussa.says("@moussa on Telegram")
    moussa.hears("It waits here until they want to as well.")
    amel.hears("1. Dune would like to exchange contacts.")
    await amel.taps("See and decide")
    await amel.says("+216 20 123 456")
    amel.hears("in a moment both of you read it")
    amel.does_not_hear("@moussa")
    await amel.waits(seconds=1)
    amel.hears("Dune can be reached so: @moussa on Telegram")
    moussa.hears("Baobab can be reached so: +216 20 123 456")
    await amel.says("/to 1")
    await writes(amel, "My other number is +216 20 123 457")
    moussa.hears("+216 20 123 457")
    await amel.says("Ask Captain Diallo of the gendarmerie about it")
    amel.hears("There seems to be the name of a person")
    async with amel.world.store.reading(amel.world.now) as tx:
        assert (await audit.counts(tx))["swap_contacts"] == 1
        assert not [row for row in await tx.all(select(relays.ends)) if row.contact is not None]


async def test_several_conversations_are_chosen_by_number(open_phone):
    """Each has its number; an answer written while another wrote is asked whom it is for."""
    amel, moussa, awa = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await met(amel, moussa)
    await found_on(awa, "civil", "SN")
    await proposes(amel, name="Star")
    await accepts(awa, name="River")
    await amel.says("/to")
    amel.hears("1. 1. Dune · Police-public dialogue\n2. 2. River · Police-public dialogue")
    await amel.says("2")
    amel.hears("2. River · what do you write?")
    await writes(amel, "Good morning")
    awa.hears("1. Star:\n“Good morning”")
    await amel.says("/to ١")
    amel.hears("1. Dune · what do you write?")
    await awa.says("Good morning to you")
    await awa.waits(seconds=1)
    amel.hears("2. River:\n“Good morning to you”")
    await amel.says("I was told so in confidence.")
    amel.hears("For whom is this?")
    amel.sees_choices("Dune", "River")
    await amel.taps("River")
    amel.hears("It is on its way.", "2. River")
    await amel.waits(seconds=1)
    awa.hears("in confidence")
    moussa.hears_nothing()
    await amel.says("/to 7")
    amel.hears("This conversation has ended.")


@pytest.mark.parametrize("way", ["End it", "End it and block", "erased"])
async def test_either_ends_it_at_once_and_the_other_hears_it_kindly(open_phone, way):
    """Whatever ended it, the other reads the same words, and nothing passes any more."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await met(amel, moussa)
    await writes(amel, "Good morning. How did you begin?")
    if way == "erased":
        await amel.says("/delete")
        await amel.says("1")
        await amel.says("yes")
        await erases(amel)
    else:
        await amel.taps("Something else")
        await amel.taps(way)
        await amel.taps("End it")
        amel.hears("It has ended.")
    await moussa.waits(seconds=1)
    moussa.hears("Your conversation number 1 on the topic Police-public dialogue has ended. Thank you")
    amel.hears_nothing()
    await moussa.says("Are you still there?")
    await moussa.waits(seconds=1)
    amel.hears_nothing()
    await moussa.says("/to 1")
    moussa.hears("This conversation has ended.")
    assert (await kept(moussa, relays.ends), await kept(moussa, relayed.relayed)) == (
        (1, 0) if way == "erased" else (2, 1)
    )


async def test_a_report_shows_only_what_was_chosen(open_phone):
    """Coordinators read the messages that were chosen and why, not who; a refusal ends it and bars the other."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    judge = open_phone(language="en")
    await judge.is_member(country="SN", coordinator=True, quiet_from="", quiet_until="")
    await met(amel, moussa, name="Amel")
    await writes(amel, "My own words stay with me.")
    for text in ("Good morning to you", "You are a fool and a traitor"):
        await moussa.says(text)
        await moussa.waits(seconds=1)
    await amel.taps("Something else")
    await amel.taps("Report it")
    amel.hears("Which messages may the coordinators see?")
    await amel.taps("You are a fool and a traitor")
    await amel.taps("Done")
    await amel.says("They insult me, and I would like it to stop.")
    amel.hears("Coordinators look at what you chose")
    moussa.hears_nothing()
    await amel.taps("Not yet")
    await judge.taps("Read and decide")
    judge.hears("They insult me", "The other: You are a fool and a traitor", "What do you say?")
    judge.does_not_hear("Good morning", "My own words", "Amel", "Baobab", "Dune")
    await judge.taps("I refuse")
    await judge.says("Insults have no place here.")
    moussa.hears("ended it. What they say: Insults have no place here.")
    await amel.waits(seconds=1)
    amel.hears("has ended")
    await moussa.says("/allies offer")
    moussa.hears("Nobody can find you now.")


async def test_whoever_is_away_gets_it_later_and_whoever_sleeps_in_the_morning(open_phone):
    """Nothing goes to somebody who stopped until they are back; at night it waits, unless they are writing."""
    amel, moussa = open_phone(language="en"), open_phone(language="en")
    await met(amel, moussa)
    await moussa.says("/stop")
    await moussa.says("1")
    await amel.says("Where are you?")
    await amel.waits(seconds=1)
    moussa.hears_nothing()
    await moussa.says("/return")
    await moussa.waits(days=1, seconds=5)
    moussa.hears("“Where are you?”")
    await amel.says("/to 1")
    await amel.says("And now?")
    await moussa.says("/to 1")
    moussa.hears("Baobab: And now?")
    await moussa.waits(days=2)
    moussa.hears_nothing()


async def test_at_night_a_message_waits_unless_the_other_is_writing(open_phone, monkeypatch):
    """In the quiet hours of the reader it is kept till they end; whoever wrote a moment ago gets it at once."""
    amel, moussa = open_phone(language="en"), open_phone(language="en")
    await met(amel, moussa)
    world, letters = amel.world, []
    async with world.store.transaction(world.now) as tx:
        await members.change(tx, person=moussa.person, quiet_from="21:00", quiet_until="07:00")
    monkeypatch.setattr(world, "deliver", letters.extend)
    await world.pass_time(timedelta(hours=13, minutes=30))
    for text, waits in (("Good evening", True), ("Are you awake?", False)):
        letters.clear()
        await amel.says(text)
        await world.pass_time(timedelta(seconds=1))
        (letter,) = [letter for letter in letters if text in letter.message.text]
        assert (letter.address_id, letter.about, letter.again) == (moussa.address, amel.person, True)
        until = letter.not_before and letter.not_before.astimezone(UTC).hour
        assert until == (7 if waits else None)
        await moussa.says("/menu")


async def test_a_conversation_is_left_and_taken_up_again(open_phone):
    """Another command parks it; when that is over it is offered again, and what is written goes to the same person."""
    amel, moussa = open_phone(language="en"), open_phone(language="en")
    await met(amel, moussa)
    await amel.says("/ask")
    amel.hears("Which field is your question about?")
    await amel.says("cancel")
    amel.sees_choice("Continue")
    await amel.taps("Continue")
    amel.hears("1. Dune · what do you write?")
    await writes(amel, "Here I am again.")
    moussa.hears("1. Baobab:\n“Here I am again.”")


async def test_messages_are_forgotten_a_month_after_they_passed(open_phone):
    """The sweep takes messages and files thirty days later, and ended conversations too."""
    amel, moussa = open_phone(language="en"), open_phone(language="en")
    await met(amel, moussa)
    await writes(amel, "Good morning. How did you begin?")
    world = amel.world
    for days, left in ((29, 1), (2, 0)):
        await amel.waits(days=days)
        async with world.store.transaction(world.now) as tx:
            await relayed.sweep(tx)
        assert await kept(amel, relayed.relayed) == left
    await amel.says("/to 1")
    await amel.taps("Something else")
    await amel.taps("End it")
    await amel.taps("End it")
    await amel.waits(days=31)
    async with world.store.transaction(world.now) as tx:
        await relays.sweep(tx)
    assert {await kept(amel, metadata.tables[name]) for name in ("relays", "ends", "relayed")} == {0}
