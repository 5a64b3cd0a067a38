from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from handlers.language import _, n_
from handlers.messages import Kind, MediaKind
from handlers.record import BehindAnAct, RepeatedKey
from handlers.registry import ForWhom
from handlers.results import NotRecordable
from handlers.talk import Option, Talk
from handlers.turn import Endless
from network import addresses, conversations, members
from network.errors import Conflict, Forbidden, Missing
from network.store import Tx
from tests.handlers.small_talks import capability
from tests.handlers.transcript import Transcript


@dataclass(frozen=True)
class Note:
    """A thing that the acts of these tests make and find."""

    id: str
    title: str


class Shelf:
    """A small network of notes."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}
        self.calls: list[str] = []

    async def add(self, _tx: Tx, *, title: str) -> Note:
        """Keep a note; refuse one that is there."""
        self.calls.append(title)
        if any(note.title == title for note in self.notes.values()):
            raise Conflict
        note = Note(f"n{len(self.notes) + 1}", title)
        self.notes[note.id] = note
        return note

    async def search(self, _tx: Tx, *, word: str = "", only: list[str] | None = None) -> list[Note]:
        """Find notes."""
        if only is not None:
            return [self.notes[each] for each in only if each in self.notes]
        return [note for note in self.notes.values() if word in note.title]


@pytest.fixture
def shelf() -> Shelf:
    """Return an empty shelf."""
    return Shelf()


async def test_an_act_is_done_once(chat, shelf):
    """However often the conversation runs again, the act is not repeated and its result is the same value."""

    async def add(talk: Talk) -> None:
        title = await talk.text("title", "Title?")
        note = await talk.do("add", shelf.add, title=title)
        await talk.text("a", _("Kept as {id}. A?", id=note.id))
        await talk.number("b", "B?", low=1, high=2)
        await talk.say(f"{note}")

    phone = chat(add)
    for text in ("/add", "Lamps", "x", "wrong", "2"):
        await phone.says(text)
    phone.hears("Note(id='n1', title='Lamps')")
    assert shelf.calls == ["Lamps"]


async def test_a_refused_act_is_undone_and_refused_alike_in_later_runs(chat):
    """What the act had begun is undone; the conversation may go another way, and go back to try again."""

    async def rename(tx: Tx, *, person: str, name: str) -> None:
        await members.change(tx, person=person, name=name)
        if name == "Taken":
            raise Conflict

    async def name(talk: Talk) -> None:
        wanted = await talk.text("name", "Name?")
        try:
            await talk.do("rename", rename, person=talk.person, name=wanted)
        except Conflict:
            await talk.text("why", "That is taken. Why this one?")
        await talk.say(_("You are {name}.", name=(await talk.member()).name))

    phone = chat(name)
    await phone.is_member(name="Amel")
    await phone.says("/name")
    await phone.says("Taken")
    phone.hears("That is taken.")
    await phone.says("Because")
    phone.hears("You are Amel.")
    await phone.says("/name")
    await phone.says("Taken")
    await phone.says("back")
    phone.hears("Name?")
    await phone.says("Free")
    phone.hears("You are Free.")


async def test_a_refusal_that_nobody_expected_ends_kindly(chat):
    """The person is told, and the conversation is over."""

    async def forbidden(tx: Tx) -> None:
        raise Forbidden

    async def try_it(talk: Talk) -> None:
        await talk.text("a", "A?")
        await talk.do("it", forbidden)

    phone = chat(capability(try_it, name="try"))
    await phone.says("/try")
    await phone.says("x")
    phone.hears("That is not possible, or no longer.")
    await phone.says("/try")
    phone.hears("A?")


async def test_what_was_read_stays_and_is_read_again_after_a_new_answer(chat, shelf):
    """The list is the one first found, without what is gone since; a new answer before it finds a new list."""
    for note in (Note("n1", "lamp"), Note("n2", "lamp post"), Note("n3", "radio")):
        shelf.notes[note.id] = note

    async def find(talk: Talk) -> None:
        word = await talk.text("word", "Word?")
        found = await talk.read("found", shelf.search, word=word)
        chosen = await talk.choose("which", _("Found:"), [Option(note.id, note.title) for note in found])
        await talk.say(f"<{chosen}>")

    phone = chat(find)
    await phone.says("/find")
    await phone.says("lamp")
    phone.sees_choices("lamp", "lamp post")
    shelf.notes["n4"] = Note("n4", "lamp new")
    del shelf.notes["n1"]
    await phone.says("1")
    phone.hears("no longer possible")
    phone.sees_choices("lamp post")
    await phone.says("back")
    await phone.says("lamp")
    phone.sees_choices("lamp post", "lamp new")
    await phone.says("2")
    phone.hears("<n4>")


async def test_an_answer_is_revised_and_the_others_are_kept(chat):
    """The review comes again with the new answer; going back gives the revision up."""

    async def share(talk: Talk) -> None:
        title = await talk.text("title", "Title?")
        place = await talk.text("place", "Place?")
        review = [Option("send", "Send"), Option("title", "Change title"), Option("place", "Change place")]
        what = await talk.choose("review", _("{title} in {place}", title=title, place=place), review)
        if what != "send":
            await talk.say("Gladly.")
            await talk.revise(what)
        await talk.say("Sent.")

    phone = chat(share)
    for text in ("/share", "Lamps", "Gao"):
        await phone.says(text)
    phone.hears("Lamps in Gao")
    await phone.taps("Change title")
    phone.hears("Gladly.\n\nTitle?")
    await phone.says("Radios")
    phone.hears("Radios in Gao")
    await phone.taps("Change place")
    phone.hears("Place?")
    await phone.says("back")
    phone.hears("Radios in Gao")
    await phone.taps("Back")
    phone.hears("Place?")
    await phone.says("Kidal")
    phone.hears("Radios in Kidal")
    await phone.taps("Send")
    phone.hears("Sent.")


async def test_an_answer_behind_an_act_cannot_be_revised(chat, shelf):
    """That is a mistake of the conversation, and it is told to its author."""

    async def wrong(talk: Talk) -> None:
        title = await talk.text("title", "Title?")
        await talk.do("add", shelf.add, title=title)
        await talk.revise("title")

    phone = chat(wrong)
    await phone.says("/wrong")
    with pytest.raises(BehindAnAct):
        await phone.says("Lamps")


async def test_mistakes_of_a_conversation_are_errors(chat):
    """A repeated key, a result that cannot be recorded, and a circle without end stop the message."""

    async def twice(talk: Talk) -> None:
        await talk.text("a", "A?")
        await talk.text("a", "A again?")

    async def strange(tx: Tx) -> object:
        return object()

    async def unrecorded(talk: Talk) -> None:
        await talk.do("a", strange)

    async def circle(talk: Talk) -> None:
        await talk.go("circle")

    phone = chat(twice, unrecorded, circle)
    await phone.says("/twice")
    with pytest.raises(RepeatedKey):
        await phone.says("x")
    with pytest.raises(NotRecordable):
        await phone.says("/unrecorded")
    with pytest.raises(Endless):
        await phone.says("/circle")
    await phone.says("/twice")
    phone.hears("A?")


async def test_a_loop_numbers_its_keys(chat):
    """Questions in a loop are told apart by their keys."""

    async def slots(talk: Talk) -> None:
        found = [await talk.text(f"slot[{at}]", _("Slot {number}?", number=at + 1)) for at in range(3)]
        await talk.say(" ".join(found))

    phone = chat(slots)
    for text in ("/slots", "a", "b", "c"):
        await phone.says(text)
    phone.hears("a b c")


async def test_dates_and_files(chat):
    """A date is written as people do, a file is of the right kind and size; both can be skipped."""

    async def report(talk: Talk) -> None:
        today = talk.now.date()
        day = await talk.date("day", "When?", earliest=today, latest=today + timedelta(days=300))
        voice = await talk.media("voice", "Say it.", kinds=[MediaKind.VOICE], at_most=2_000_000, skip=_("Not now"))
        await talk.say(f"{day} {voice.size if voice else '-'}")

    phone = chat(report)
    await phone.says("/report")
    await phone.says("some day")
    phone.hears("I do not see a date", "Please write it like 19/09/2027.")
    await phone.says("1/1/2020")
    phone.hears("Please give a date from 23 November 2026 to 19 September 2027.")
    await phone.says("٤ مارس")
    phone.hears("Say it.")
    await phone.says("I write instead")
    phone.hears("Please send a voice message.")
    await phone.sends(MediaKind.PICTURE)
    phone.hears("Please send a voice message.")
    await phone.sends(MediaKind.VOICE, size=3_000_000)
    phone.hears("too big", "at most 1 MB")
    await phone.sends(MediaKind.VOICE, size=1234)
    phone.hears(f"{date(2027, 3, 4)} 1234")
    for text in ("/report", "demain", "not now"):
        await phone.says(text)
    phone.hears("2026-11-24 -")


async def test_news_reaches_others_in_their_own_language(chat):
    """Each gets it once, where they were last, with a button that starts a command; the stopped get none."""

    async def ask(talk: Talk) -> None:
        others = await talk.read("others", everybody)
        text = n_("{count} request waits.", "{count} requests wait.", 1)
        await talk.tell("news", [each for each in others if each != talk.person], text, [Option("see:42", _("See it"))])
        await talk.text("more", "Told. More?")

    async def everybody(tx: Tx) -> list[str]:
        return sorted(await members.get_many(tx, people=people))

    async def see(talk: Talk) -> None:
        await talk.say(f"<{talk.argument}>")

    amel = chat(ask, see, language="en")
    moussa = Transcript(beside=amel, channel="whatsapp", language="fr")
    away = Transcript(beside=amel, channel="whatsapp", language="ar")
    people = [(await phone.is_member(state=state)).id for phone, state in _states(amel, moussa, away)]
    await amel.says("/ask")
    amel.hears("Told. More?")
    moussa.hears("1 request waits.")
    away.hears_nothing()
    await amel.says("no")
    moussa.hears_nothing()
    await moussa.taps("See it")
    moussa.hears("<42>")


def _states(*phones: Transcript) -> list[tuple[Transcript, str]]:
    return list(zip(phones, ("active", "active", "stopped"), strict=True))


async def test_a_language_chosen_is_spoken_at_once(chat):
    """What is said after the act is already in the new language, right to left."""

    async def speak(tx: Tx, *, address: str) -> None:
        await addresses.set_language(tx, address=address, language="ar")

    async def choose(talk: Talk) -> None:
        await talk.do("speak", speak, address=talk.address)
        await talk.say(_("Hello {name}", name="Amel"))

    phone = chat(choose, language="en")
    await phone.says("/choose")
    assert phone.heard[-1].rtl
    assert "\u2068Amel\u2069" in phone.heard[-1].text


async def test_who_may_start_what(chat):
    """A coordinator's command is refused to others with a word, and a member's to strangers."""

    async def lead(talk: Talk) -> None:
        await talk.say("Leading.")

    async def join(talk: Talk) -> None:
        await talk.text("name", _("Welcome, with “{argument}”. Your name?", argument=talk.argument))

    lead_ = capability(lead, for_whom=ForWhom.COORDINATOR)
    phone = chat(lead_, capability(join))
    await phone.says("JISR ABCDE")
    phone.hears("Welcome, with “JISR ABCDE”.")
    await phone.says("/lead")
    phone.hears("Let us finish this first.", "Your name?")
    await phone.is_member()
    await phone.says("cancel")
    await phone.says("/lead")
    phone.hears("Only coordinators can do that.")
    await phone.says("/unknown")
    phone.hears("I do not know that command.", "What now?")
    other = Transcript(beside=phone)
    await other.says("/start XYZ")
    other.hears("Welcome, with “XYZ”.")


async def test_those_who_stopped_or_are_locked_hear_nothing(chat):
    """Only what was meant for them still answers somebody who stopped; a locked person gets nothing at all."""

    async def back(talk: Talk) -> None:
        await talk.say("Welcome back.")

    async def find(talk: Talk) -> None:
        await talk.text("q", "What?")

    phone = chat(capability(back, name="return", when_stopped=True), find)
    await phone.is_member(state="stopped")
    for text in ("/find", "hello", "what now"):
        await phone.says(text)
        phone.hears_nothing()
    await phone.says("/return")
    phone.hears("Welcome back.")
    await phone.is_member(state="locked")
    await phone.says("/return")
    phone.hears_nothing()


async def test_a_blocked_person_is_not_written_to(chat):
    """Blocking is noted; the next message makes the person reachable again."""
    phone = chat()
    await phone.is_member()

    async def reachable() -> bool:
        async with phone.world.store.reading(phone.world.now) as tx:
            return (await addresses.get(tx, address=phone.address)).reachable

    await phone.does(Kind.BLOCKED)
    phone.hears_nothing()
    assert not await reachable()
    await phone.does(Kind.UNBLOCKED)
    phone.hears_nothing()
    assert await reachable()


async def test_a_member_who_is_none_is_missing(chat):
    """``member`` raises before consent, ``find_member`` returns None."""

    async def look(talk: Talk) -> None:
        assert await talk.find_member() is None
        with pytest.raises(Missing):
            await talk.member()
        await talk.say("No member.")

    phone = chat(look)
    await phone.says("/look")
    phone.hears("No member.")


async def test_typed_words_start_what_they_name(chat):
    """A word of the catalogue starts its capability with what follows it; in a free text it is an answer."""

    async def find(talk: Talk) -> None:
        word = talk.argument or await talk.text("word", "Which word?")
        await talk.say(f"<{word}>")

    async def link(talk: Talk) -> None:
        await talk.say(f"linked {talk.argument}")

    phone = chat(find, capability(link, always=True, lasting=False))
    await phone.is_member()
    await phone.says("FIND community policing")
    phone.hears("<community policing>")
    await phone.says("Find")
    phone.hears("Which word?")
    await phone.says("find")
    phone.hears("<find>")
    await phone.says("find")
    await phone.says("LINK ABCD-EFGH")
    phone.hears("linked ABCD-EFGH", "Which word?")
    await phone.says("link between people")
    phone.hears("<link between people>")


async def test_a_talk_goes_on_in_the_other_app(chat):
    """Begun on WhatsApp, finished on Telegram: the conversation is the person's, not the app's."""

    async def share(talk: Talk) -> None:
        title = await talk.text("title", "Title?")
        place = await talk.text("place", "Place?")
        await talk.say(f"{title} in {place}")

    first = chat(share, channel="whatsapp")
    await first.is_member()
    await first.says("/share")
    await first.says("Lamps")
    second = Transcript(beside=first, channel="telegram")
    await second.says("hello")
    async with first.world.store.transaction(first.world.now) as tx:
        await conversations.end_all(tx, person=second.person)
        await addresses.set_person(tx, person=second.person, to=first.person)
    await second.says("Gao")
    second.hears("Lamps in Gao")
    first.hears_nothing()


async def test_numbers_are_shown_in_the_digits_that_a_person_chose(chat):
    """The list is numbered in Arabic-Indic digits, and typed in either."""

    async def pick(talk: Talk) -> None:
        options = [Option(str(at), f"خيار {letter}") for at, letter in enumerate("ابتثج")]
        await talk.say(_("<{key}>", key=await talk.choose("which", "أيّها؟", options)))

    phone = chat(pick, language="ar")
    await phone.is_member(digits="arab")
    await phone.says("/pick")
    phone.hears("٣. خيار ت")
    assert phone.heard[-1].rtl
    await phone.says("٣")
    phone.hears("<2>")


async def test_a_deadline_that_passed_while_somebody_had_stopped(chat):
    """They hear nothing then; when they come back to it, the question has answered itself."""

    async def quick(talk: Talk) -> None:
        word = await talk.text("word", "Word?", within=timedelta(hours=1))
        await talk.say("late" if word is None else word)

    phone = chat(quick)
    await phone.is_member()
    await phone.says("/quick")
    await phone.is_member(state="stopped")
    await phone.waits(hours=2)
    phone.hears_nothing()
    await phone.is_member()
    await phone.says("/quick")
    phone.hears("late")
