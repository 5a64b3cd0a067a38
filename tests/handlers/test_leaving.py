"""Seeing, copying, stopping and leaving, as the chat would read."""

from __future__ import annotations

import json

import pytest

from handlers.messages import Kind, MediaKind
from network import jobs, joining, leaving, practices, search
from network.members import State
from network.search import Wish
from tests.handlers.people import erases, filled, member
from tests.network.people import handed_in


async def shares(phone, title):
    """Hand in a practice and return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        practice = await handed_in(
            tx, phone.person, language="en", country="TN", topics=["gov"], title=title, problem="P.", done="D."
        )
        await practices.publish(tx, practice=practice)
        return practice


async def copy_of(phone):
    """Ask for a copy and return its text, as the worker gets it."""
    await phone.says("privacy")
    await phone.taps("A copy of everything")
    phone.hears("Your copy is being written. It comes here as a file in a moment.")
    async with phone.world.store.transaction(phone.world.now) as tx:
        [job] = await jobs.claim(tx, kinds=[leaving.EXPORT])
        await jobs.done(tx, job=job.id)
    return job.argument["text"]


async def test_privacy_shows_what_is_kept_and_what_can_be_done(open_phone):
    """The card, what is kept besides, and the ways to copy, correct and erase."""
    phone = open_phone()
    await phone.is_member(locality="Sfax")
    await phone.says("what you know about me")
    phone.hears(
        "Name: Amel", "Town or district: Sfax", "the address of each app", "Nobody in the network sees your number"
    )
    phone.sees_choices("A copy of everything", "Correct something", "Delete me", "Nothing, thank you")
    await phone.taps("Correct something")
    phone.hears("Your profile")


async def test_the_copy_holds_everything_kept_and_nothing_of_others(open_phone):
    """Profile, address, group, practice and an unfinished talk are in it; what others gave is not."""
    other = open_phone(channel="telegram", external="777000111")
    await other.is_member(name="Bilal", organisation="Barreau")
    await shares(other, "Somebody else's title")
    phone = open_phone(channel="whatsapp", external="21650123456")
    await phone.is_member(organisation="Voix", locality="Sfax")
    await shares(phone, "A title of mine")
    await phone.says("quiet")
    await phone.says("Other hours")
    await phone.says("20")
    text = await copy_of(phone)
    for mine in (
        "Amel", "Tunisia", "Civil society", "Association", "Voix", "Sfax", "WhatsApp", "21650123456", "A title of mine",
        "P.", "D.", "Governance & oversight", "21:00-07:00", "Answer: 20",
        "Consent given: 23 November 2026", "Not finished: Quiet hours",
    ):  # fmt: skip
        assert mine in text, mine
    for theirs in ("Bilal", "Barreau", "777000111", "Somebody else's title"):
        assert theirs not in text


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_copy_is_in_the_language_of_the_person(open_phone, language):
    """Labels and names of countries are said as the person reads them, and it is a text of lines."""
    phone = open_phone(language=language)
    await phone.is_member()
    text = await copy_of(phone)
    assert {"en": "Tunisia", "fr": "Tunisie", "ar": "تونس"}[language] in text
    assert "{" not in text
    assert len(text.splitlines()) > 20


async def test_the_copy_comes_as_a_file_and_is_deleted_here_a_day_later(open_phone):
    """The job's result becomes a document in the chat; its file is of no use after a day."""
    phone = open_phone()
    await phone.is_member()
    result = {"kind": "document", "ref": "r/1", "mime": "text/plain", "size": 10, "name": "jisr.txt"}
    await phone.does(Kind.DONE, text=leaving.EXPORT, argument=json.dumps(result))
    phone.hears("Here is your copy.")
    assert phone.heard[0].media is not None
    assert phone.heard[0].media.kind is MediaKind.DOCUMENT
    world = phone.world
    async with world.store.transaction(world.now) as tx:
        assert await jobs.claim(tx, kinds=[leaving.FORGET]) == []
    await phone.waits(hours=24)
    async with world.store.transaction(world.now) as tx:
        [job] = await jobs.claim(tx, kinds=[leaving.FORGET])
    assert job.argument == {"ref": "r/1"}


async def test_whoever_stops_hears_nothing_until_they_return(open_phone):
    """One word stops, nothing else is answered, one word brings back, and nothing is lost."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("stop")
    phone.hears("You get no more messages from Jisr.", "return")
    await phone.says("find")
    phone.hears_nothing()
    await phone.says("/start")
    phone.hears("You get no messages now. Write “return” to come back.")
    await phone.says("return")
    phone.hears("Welcome back.")
    assert (await member(phone)).state is State.ACTIVE


async def test_whoever_waited_waits_again_after_a_stop(open_phone):
    """Coming back is no way around the coordinators."""
    phone = open_phone()
    await phone.is_member(state="joining")
    async with phone.world.store.transaction(phone.world.now) as tx:
        await joining.ask(tx, person=phone.person)
        await leaving.stop(tx, person=phone.person)
    await phone.says("return")
    assert (await member(phone)).state is State.WAITING


@pytest.mark.parametrize(("choice", "left"), [("Keep what I shared", 1), ("Erase that too", 0)])
async def test_whoever_leaves_is_erased(open_phone, choice, left):
    """A choice, a question whether they are sure, a farewell; then only what they left without a trace remains."""
    phone = open_phone()
    await phone.is_member()
    practice = await shares(phone, "A title of mine")
    await phone.says("delete me")
    await phone.taps(choice)
    phone.hears("Are you sure?")
    await phone.taps("Yes, delete me")
    phone.hears("Farewell")
    await phone.says("hello?")
    phone.hears_nothing()
    await erases(phone)
    assert await filled(phone) == set()
    async with phone.world.store.reading(phone.world.now) as tx:
        found = [one for one in await search.find(tx, wish=Wish(words="title of mine")) if one.id == practice]
    assert len(found) == left
    assert not any(one.author for one in found)


async def test_nobody_leaves_by_a_slip(open_phone):
    """Either no keeps everything as it was."""
    phone = open_phone()
    await phone.is_member()
    for answers in (["I stay"], ["Erase that too", "No, I stay"]):
        await phone.says("delete me")
        for answer in answers:
            await phone.taps(answer)
        phone.hears("Nothing has changed.")
    assert (await member(phone)).state is State.ACTIVE


@pytest.mark.parametrize("payload", ["stop-now", "delete-me", "stop_x", "link-ABCD-EFGH"])
async def test_a_link_silences_and_joins_nobody(open_phone, payload):
    """Anybody can send a deep link: one that names a grave act leads to the menu."""
    phone = open_phone()
    await phone.is_member()
    await phone.says(f"/start {payload}")
    phone.hears("What would you like to do, Amel?")
    assert (await member(phone)).state is State.ACTIVE
