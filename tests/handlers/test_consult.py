"""Consultations in conversation: a draft pasted, opened by both sides, answered, closed, renewed, and promised of."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from handlers.consultations import consult_news
from handlers.language import Text
from network import consultations, due, groups, jobs, poll_files, requests, series, shutdowns
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.transcript import bare

DRAFT = "1. But\nLa brigade et les habitants se voient chaque mois.\n2. Moyens\nUne salle et deux heures."
PLAN = (
    "/newconsult", "Charte du quartier", "Les deux côtés l’ont écrite ; la mairie en fera un arrêté.", DRAFT,
    "[That is all of it]", "[Yes, go on]", "1", "[That is right]", "2", "[Yes, ask them]",
)  # fmt: skip
WORDS = "Toutes les deux semaines, et le soir."


async def acts(phone):
    """Let the clock do what is due for the network now."""
    world = phone.world
    table = consult_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx):
            if row.person is None and row.kind in table:
                await table[row.kind](tx, row.subject)


async def opens(phone, *, language="en"):
    """Put a draft before both sides in Niger; return the phones of its hosts."""
    awa, issa = await coordinators(phone, language)
    await goes_through(awa, *PLAN)
    await goes_through(issa, "[Read and decide]", "[I agree]")
    await acts(awa)
    return awa, issa


async def test_a_draft_goes_from_the_paste_to_the_commitments(open_phone):
    """Both sides open it, answer section by section, read each other's words, and see what came of them."""
    awa, issa = await coordinators(open_phone, "en")
    first, second = await joins(open_phone()), await joins(open_phone(channel="whatsapp"), side="official")
    await goes_through(awa, *PLAN[:5])
    awa.hears("1. But", "2. Moyens", "It has 2 sections. Is that right?")
    await goes_through(awa, *PLAN[5:])
    awa.hears("It opens when they agree")
    issa.hears("waits for your side’s word")
    await issa.taps("Read and decide")
    issa.hears("A draft: “Charte du quartier”", "Une salle et deux heures.", "For: Niger")
    await issa.taps("I agree")
    awa.hears("“Charte du quartier” is open")
    await acts(awa)
    for phone in (first, second):
        await queued(phone)
        phone.hears("Both sides are asked about a draft: “Charte du quartier”", "never your name")
    await goes_through(first, "[Open the draft]", "[Answer in turn]")
    first.hears("Section 1", "But", "chaque mois")
    await goes_through(first, "[Change it]", WORDS)
    first.hears("It is kept.", "Section 2")
    await goes_through(first, "[I agree]")
    first.hears("That was the last section.")
    await goes_through(second, "[Open the draft]", "[Choose a section]", "1", "[Comment]", "Une fois par mois suffit.")
    await goes_through(awa, "/consult", "[Charte du quartier]", "[What both sides say]")
    awa.hears("Official, a comment: “Une fois par mois suffit.”", f"Civil society, a change: “{WORDS}”")
    await goes_through(awa, "[Close it now]", "[Yes]")
    await acts(awa)
    await queued(first)
    first.hears("“Charte du quartier” is closed.")
    await goes_through(first, "[Open the draft]", "[What both sides say]")
    first.hears("Section 1: But", "Une fois par mois suffit.")
    await goes_through(first, "[The figures]")
    first.hears("Fewer than ten answered")
    await goes_through(awa, "[Change a section]", "1", WORDS, "Les deux côtés voulaient plus souvent.")
    await goes_through(awa, "[Publish new version]", "[Yes]")
    await goes_through(awa, "[Add a commitment]", "Imprimer la charte en trois langues.", "La mairie", "1/2/2027")
    awa.hears("You are reminded a week before, and on the day.")
    await acts(awa)
    await queued(first)
    first.hears("Here is the new version, with what changed and why.")
    await goes_through(first, "[Open the draft]", "[The new version]")
    first.hears("(changed) Les deux côtés voulaient plus souvent.", WORDS, "(as it was)")
    await first.taps("Commitments")
    first.hears("Imprimer la charte en trois langues.", "La mairie, until 1 February 2027", "under way")
    awa.world.now += timedelta(days=64)
    await acts(awa)
    await queued(issa)
    issa.hears("A commitment of “Charte du quartier” falls due.", "Imprimer la charte")
    await goes_through(issa, "[Open the draft]", "[Mark a commitment]", "1", "[Done]")
    issa.hears("everybody who can read it sees it")


async def test_a_list_of_sections_numbers_them_once_and_says_which_are_changed(open_phone):
    """The number that its author gave a section stands nowhere beside its place, and a host finds what they changed."""
    awa, issa = await coordinators(open_phone, "en")
    await goes_through(awa, *PLAN[:5])
    awa.does_not_hear("1. 1. But")
    await goes_through(awa, *PLAN[5:])
    await issa.taps("Read and decide")
    issa.does_not_hear("waits for the other side")
    await issa.taps("I agree")
    await goes_through(awa, "/consult", "[Charte du quartier]", "[Close it now]", "[Yes]", "[Change a section]")
    awa.does_not_hear("1. 1. But", "changed")
    await goes_through(awa, "1", WORDS, "Les deux côtés voulaient plus souvent.", "[Change a section]")
    awa.hears("1. But · (changed) Les deux côtés voulaient plus souvent.", "2. Moyens")
    await goes_through(awa, "[Back]", "[The figures]")
    awa.hears("Fewer than ten answered")
    awa.does_not_hear("Section 1")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_every_step_can_be_typed(open_phone, language):
    """By numbers alone, on WhatsApp, in every offered language."""
    awa, _issa = await opens(open_phone, language=language)
    guest = await joins(open_phone(language=language, channel="whatsapp"))
    await goes_through(guest, "/consult", "1", "1", "1", "2", WORDS)
    guest.hears("That was the last section. Thank you. You can change what you said until it closes.")
    await goes_through(guest, "2", "1", "1")
    guest.hears("It is kept.")
    async with awa.world.store.reading(awa.world.now) as tx:
        assert [each.title for each in await consultations.readable(tx, person=guest.person)] == ["Charte du quartier"]


async def test_who_said_nothing_is_reminded_once(open_phone):
    """Two days before it closes, those who answered hear nothing more."""
    awa, _issa = await opens(open_phone)
    silent, heard = await joins(open_phone()), await joins(open_phone())
    await goes_through(heard, "/consult", "[Charte du quartier]", "[Answer in turn]", "[I agree]", "[Enough for now]")
    await awa.waits(days=12, hours=1)
    for phone in (silent, heard):
        await queued(phone)
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        found = (await consultations.readable(tx, person=silent.person))[0]
        await consult_news.tell_reminder(tx, found, world.desk.translator)
        await consult_news.tell_reminder(tx, found, world.desk.translator)
    assert [len(await queued(phone)) for phone in (silent, heard)] == [1, 0]
    silent.hears("your word is missing: “Charte du quartier”")


async def test_the_table_names_nobody_and_is_no_formula(open_phone):
    """Once both sides let it out a host gets what was written, with the side; what a sheet would run is made inert."""
    awa, issa = await opens(open_phone)
    guest = await joins(open_phone())
    await goes_through(guest, "/consult", "[Charte du quartier]", "[Choose a section]", "1", "[Comment]", "=1+1 non")
    await goes_through(issa, "/consult", "[Charte du quartier]")
    issa.sees_no_choice("As a table")
    await goes_through(issa, "[Close it now]", "[Yes]", "[As a table]")
    issa.hears("A file needs the yes of both sides.")
    async with issa.world.store.transaction(issa.world.now) as tx:
        assert await jobs.claim(tx, kinds=[poll_files.TABLE]) == []
    awa.hears("A file of all that was written on “Charte du quartier” waits for your side’s word.")
    await goes_through(awa, "[Read and decide]")
    awa.hears("the other host asks for one file", "It has the words and the side of whoever wrote them, no name.")
    await goes_through(awa, "[I agree]")
    issa.hears("Both sides agree: you can take the table of “Charte du quartier”.")
    await goes_through(issa, "[Open the draft]", "[As a table]")
    issa.hears("The table comes in a moment.")
    async with issa.world.store.transaction(issa.world.now) as tx:
        [job] = await jobs.claim(tx, kinds=[poll_files.TABLE])
    rows = list(csv.DictReader(io.StringIO(job.argument["text"])))
    assert rows == [{"section": "1", "heading": "1. But", "side": "civil", "says": "comment", "words": "'=1+1 non"}]
    assert awa.person not in job.argument["text"]


async def test_a_table_that_the_other_side_keeps_in_is_not_made(open_phone):
    """A no is told with its reason; the chat shows the same words all the while."""
    awa, issa = await opens(open_phone)
    await goes_through(issa, "/consult", "1", "[Close it now]", "[Yes]", "[As a table]")
    await goes_through(awa, "[Read and decide]", "[I refuse]", "Un fichier circule trop vite.")
    issa.hears("does not let the table of “Charte du quartier” out", "Un fichier circule trop vite.")
    await goes_through(issa, "/consult", "1", "[As a table]")
    async with issa.world.store.transaction(issa.world.now) as tx:
        assert await jobs.claim(tx, kinds=[poll_files.TABLE]) == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_all_that_was_written_can_be_read_in_the_chat(open_phone, language):
    """Long comments of many come page by page, side by side, for a host and for whoever was asked; for nobody else."""
    awa, issa = await opens(open_phone, language=language)
    long = "assez longue pour remplir une page entière. " * 9
    said = [f"Remarque numéro {letter}, {long}" for letter in "ABCDEFGHIJKLMN"]
    for each in said:
        guest = await joins(open_phone(), side="official" if each[16] in "AEI" else "civil")
        await goes_through(guest, "/consult", "1", "2", "1", "3", each.strip())
    reader = await joins(open_phone(language=language, channel="whatsapp"))
    await goes_through(awa, "/consult", "1", Text("Close it now"), "1")
    for phone in (issa, reader):
        await goes_through(phone, "/consult", "1", Text("What both sides say"))
        read, pages = phone.text, 1
        while any(bare(choice.label) in phone.forms(Text("Read on")) for choice in phone.choices):
            await phone.taps(Text("Read on"))
            read, pages = read + phone.text, pages + 1
        assert pages > 1
        assert [each for each in said if each[:18] not in read] == []


async def test_what_became_of_a_promise_is_told_to_those_who_answered(open_phone):
    """Whoever commented and both hosts hear it, once for each word; who said nothing does not."""
    awa, issa = await opens(open_phone)
    guest, silent = await joins(open_phone()), await joins(open_phone())
    await goes_through(guest, "/consult", "1", "[Choose a section]", "1", "[Comment]", "Le soir, plutôt.")
    await goes_through(awa, "/consult", "1", "[Close it now]", "[Yes]")
    await goes_through(awa, "[Add a commitment]", "Imprimer la charte en trois langues.", "La mairie", "1/2/2027")
    await acts(awa)
    for phone in (awa, issa, guest, silent):
        await queued(phone)
    for outcome, heard in (("[Not done]", 1), ("[Not done]", 0), ("[Done]", 1)):
        await goes_through(issa, "/consult", "1", "[Mark a commitment]", "1", outcome)
        issa.hears("Whoever answered the draft hears of it")
        await acts(awa)
        assert [len(await queued(phone)) for phone in (awa, issa, guest, silent)] == [heard, heard, heard, 0]
    guest.hears("This was promised of it:", "Imprimer la charte", "How it stands: Done")


async def test_whoever_was_in_the_dark_answers_for_as_much_longer(open_phone):
    """A draft closes for the rest at its time, and for everybody when those who were cut off have had theirs."""
    awa, _issa = await opens(open_phone)
    near, cut = await joins(open_phone()), open_phone()
    await cut.is_member(country="ML")
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=cut.person)
    world.now += timedelta(days=5)
    async with world.store.transaction(world.now) as tx:
        await shutdowns.darken(tx, country="ML", by="steward")
    world.now += timedelta(days=10)
    await acts(awa)
    async with world.store.transaction(world.now) as tx:
        await shutdowns.lighten(tx, country="ML", by="steward")
    await goes_through(near, "/consult", "1", "[Choose a section]", "1", "[I agree]")
    near.hears("That is not possible any more, or not for you.")
    await goes_through(cut, "/consult", "1", "[Choose a section]", "1", "[I agree]")
    cut.hears("It is kept.")
    world.now += timedelta(days=9, hours=2)
    await acts(awa)
    async with world.store.reading(world.now) as tx:
        [found] = await consultations.readable(tx, person=cut.person)
    assert found.state is consultations.State.CLOSED


async def test_what_leads_to_a_person_is_not_taken(open_phone):
    """A draft, and what is said of it, hold no number and no complaint."""
    await opens(open_phone)
    guest = await joins(open_phone())
    await goes_through(guest, "/consult", "[Charte du quartier]", "[Answer in turn]", "[Comment]")
    await guest.says("Appelez le +227 90 12 34 56")
    guest.hears("For everybody’s safety")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_draft_of_a_dialogue_asks_those_who_take_part(open_phone, language):
    """Who hosts a dialogue of a year is asked whether the draft belongs to it; then it is for who is in it alone."""
    awa, issa = await coordinators(open_phone, language)
    inside, outside = await joins(open_phone()), await joins(open_phone())
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        asked = await series.open_one(tx, by=awa.person, group=group, title="Soirées du quartier", purpose="Parler.")
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
        await series.take_part(tx, series=asked["id"], person=inside.person)
    await goes_through(awa, *PLAN[:4], Text("That is all of it"), Text("Yes, go on"))
    awa.hears("Does it belong to a dialogue? Then those who take part in it are asked.")
    await goes_through(awa, "1", "2", "1")
    await goes_through(issa, Text("Read and decide"), Text("I agree"))
    await acts(awa)
    assert [len(await queued(phone)) for phone in (inside, outside)] == [1, 0]
    await goes_through(inside, "/consult", "1")
    async with world.store.reading(world.now) as tx:
        [found] = await consultations.readable(tx, person=inside.person)
        assert found.series == asked["id"]
        assert await consultations.readable(tx, person=outside.person) == []
