"""Polls in the chat: made, answered, counted and told, on both apps, in three languages, by typed numbers alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from handlers.language import Translator, Voice
from handlers.polls import poll_figures, poll_pictures, poll_results
from network import ballots, jobs, poll_files, polls, results
from network.members import SIDES
from network.polls import Kind, Shown
from tests.handlers.polling_talk import ANSWERS, QUESTION, coordinators, makes, passes
from tests.handlers.test_supergroup import CHAT, links
from tests.network import polling


async def test_a_poll_is_settled_step_by_step(open_phone):
    """Its words are screened and given side by side, all of it is shown as others and each app will see it."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    civil.sees_choices("A ready-made one", "My own words")
    await civil.taps("My own words")
    civil.hears("One choice · each person picks one answer", "Put in order")
    await civil.taps("One choice")
    await civil.says("Call me on 90 12 34 56 and tell me")
    civil.hears("phone number")
    await civil.says(QUESTION)
    civil.hears("Which answers can be chosen?")
    await civil.says("Roads")
    civil.hears("from 2 to 12 answers")
    await civil.says(ANSWERS)
    civil.hears("And in Arabic?")
    await civil.taps("Leave it out")
    civil.hears("And in French?")
    await civil.says("Par quoi commencer cette année ?")
    civil.hears("Now the answers in French", "1. Roads")
    await civil.says("Routes ; Radios")
    civil.hears("exactly 3 lines")
    await civil.says("Routes ; Radios ; Formation")
    await civil.taps("Niger")
    civil.hears("exactly 2 members")
    for label in ("That is right", "Now", "7 days"):
        await civil.taps(label)
    civil.hears("the key that leads to it is destroyed", "Your app, and whoever holds your phone, can read this chat")
    await civil.taps("Open")
    await civil.taps("At once")
    civil.hears(QUESTION, "1. Roads", "For: Niger", "Closes on", "Not written in Arabic")
    await civil.taps("As each app shows")
    civil.hears("On Telegram and WhatsApp:", "[ Roads ]")
    await civil.taps("Yes, start it")
    civil.hears("It opens now")
    await passes(civil, seconds=1)
    for phone in (civil, official):
        phone.hears("A poll of the network, ten seconds", QUESTION)


async def test_a_poll_goes_from_its_opening_to_what_was_done(open_phone):
    """Two sides answer on two apps, change their mind, read the results, and hear later what was done."""
    civil, official = await coordinators(open_phone)
    await makes(civil)
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    official.hears(QUESTION, "Others see only numbers, never who chose what")
    official.sees_choice("Prefer not to say")
    await official.taps("Radios")
    official.hears("Thank you, your answer counts. You can change it until")
    await official.taps("Results so far")
    official.hears("So far:", "Radios: 1 of 1", "1 member took part.", "not those of the population")
    await official.taps("That is all")
    await official.says("/poll " + _id(civil))
    official.hears("You have answered: “Radios”.")
    await official.taps("Roads")
    official.hears("your new answer counts")
    await passes(civil, days=7)
    official.hears("A poll that you answered is closed.", "Roads: 1 of 1")
    civil.hears_nothing()
    await civil.says("polls")
    await civil.taps(QUESTION)
    civil.hears("Roads: 1 of 1")
    await civil.taps("By side and country")
    civil.hears("fewer than ten people answered")
    await civil.taps("Say what was done")
    await civil.says("The road to the market is mended, and the patrols pass there now.")
    await civil.taps("Yes")
    await passes(civil, seconds=1)
    official.hears("What was done about it", "The road to the market is mended")


def _id(phone) -> str:
    tokens = [choice.token for message in phone.log for choice in message.choices]
    return next(token.removeprefix("/poll:") for token in reversed(tokens) if token.startswith("/poll:"))


async def test_a_poll_can_be_made_and_answered_by_numbers(open_phone):
    """Making, answering and reading results take nothing but typed numbers and words, in digits of any script."""
    _civil, official = await coordinators(open_phone)
    await official.says("/newpoll")
    for typed in ("2", "1", QUESTION, ANSWERS, "leave it out", "leave it out", "1", "1", "1", "2", "2", "1", "1"):
        await official.says(typed)
    official.hears("It opens now")
    await passes(official, seconds=1)
    await official.says("polls")
    await official.says("1")
    official.hears(QUESTION)
    await official.says("٤")
    official.hears("your answer counts")
    await official.says("1")
    official.hears("1 preferred not to say.")


@pytest.mark.parametrize(
    ("share", "votes", "answered", "said"),
    [
        (0.4, 2, 5, ["2 of 5", "2 of 5"]),
        (0.0, 0, 0, ["0 of 0", "0 of 0"]),
        (1.0, 9, 9, ["9 of 9", "9 of 9"]),
        (0.5, 5, 10, ["50% (5)", "50%"]),
        (0.333, 4, 12, ["33% (4)", "33%"]),
    ],
)
def test_of_few_the_numbers_are_said_and_no_percentages(share, votes, answered, said):
    """Below ten who answered, a share is so many of so many: in the results, by part and through time."""
    translator = Translator.load()
    figures = [poll_figures.counted(share, votes, answered), poll_figures.figure(share, votes, answered)]
    assert [re.sub("[\u2066-\u2069]", "", translator.render(each, "en")) for each in figures] == said
    for language in ("fr", "ar"):
        assert ("%" in translator.render(figures[0], language)) is (answered >= poll_figures.FEW)


async def test_the_picture_of_few_has_no_percentages(open_phone):
    """Nor has the trend of its rounds, in words and in the picture."""
    civil, _official = await coordinators(open_phone)
    async with civil.world.store.transaction(civil.world.now) as tx:
        poll = await polls.get(tx, poll=await polling.opened(tx, by=civil.person, options=2, shown=Shown.AT_ONCE))
        for number in (1, 2, 2):
            await ballots.cast(tx, poll=poll.id, person=await polling.voter(tx), choice=[str(number)])
        found = await results.counted(tx, poll=poll)
    voice = Voice(civil.world.desk.translator, "en")
    drawn = poll_pictures.sheet(poll, found, [(poll, found), (poll, found)], voice)
    assert "%" not in str(drawn)
    assert str(drawn).count("2 of 3") == 3  # the bar, and twice in the trend
    assert "Roads 1 of 3" in "\n".join(poll_pictures.in_words([(poll, found), (poll, found)], voice))


async def test_a_linked_telegram_group_shows_a_card(open_phone):
    """Its button opens the poll in private, where each person counts once; without a linked group nothing is shown."""
    civil, _official = await coordinators(open_phone, country="TN")
    chat = open_phone(external=CHAT, language="en")
    await links(civil, chat)
    await makes(civil, group="Tunisia")
    await passes(civil, seconds=1)
    await civil.waits(seconds=1)
    chat.hears("A poll for this group", QUESTION, "Please answer in private")
    chat.sees_choices("Have your say")
    await civil.says("/start poll-" + _id(civil))
    civil.hears(QUESTION)
    civil.sees_choice("Prefer not to say")


async def test_parts_are_told_where_ten_stand_behind_each_number(open_phone):
    """By side and country in words, in the picture and in the table, with the trend of the rounds; and no person."""
    civil, _official = await coordinators(open_phone)
    async with civil.world.store.transaction(civil.world.now) as tx:
        poll = await polling.opened(tx, by=civil.person, options=2, shown=Shown.AT_ONCE, kind=Kind.SCALE)
        for side in SIDES:
            for number in range(24):
                voter = await polling.voter(tx, side)
                await ballots.cast(tx, poll=poll, person=voter, choice=[str(1 + number % 2)])
    await passes(civil, days=8)
    await civil.says(f"/results {poll}")
    civil.hears("48 members took part.", "Official: at least 20", "On average 1.5")
    await civil.taps("By side and country")
    civil.hears("Official, 24 answers\nRoads: 50%")
    await civil.taps("As a picture")
    await civil.taps("As a table")
    async with civil.world.store.transaction(civil.world.now) as tx:
        found = {job.kind: job.argument for job in await jobs.claim(tx, kinds=[poll_files.DRAW, poll_files.TABLE])}
    heads = [chart["head"] for chart in found[poll_files.DRAW]["sheet"]["charts"]]
    assert heads == ["", "By side"]
    rows = found[poll_files.TABLE]["text"].split("\r\n")
    assert rows[0] == "of,side,country,option,label,votes,answered,points"
    assert "all,,,1,Roads,24,48," in rows
    assert "part,civil,,2,Radios,12,24," in rows


async def test_a_table_says_who_was_first_and_holds_no_formula(open_phone):
    """Of a ranking the votes are those that put an option first, with the points; no spreadsheet reckons with words."""
    civil, official = await coordinators(open_phone)
    async with civil.world.store.transaction(civil.world.now) as tx:
        made = await polling.opened(tx, by=civil.person, options=3, kind=Kind.RANKING, shown=Shown.AT_ONCE)
        for phone, choice in ((civil, ["2", "1"]), (official, ["2", "3"])):
            await ballots.cast(tx, poll=made, person=phone.person, choice=choice)
        found = await results.of(tx, poll=made, person=civil.person)
        poll = await polls.get(tx, poll=made)
    bad = replace(poll, choices=(replace(poll.choices[0], words={"en": "=cmd(1)"}), *poll.choices[1:]))
    rows = poll_results.table(bad, found, "en").split("\r\n")
    assert rows[1] == "all,,,1,'=cmd(1),0,2,2"
    assert rows[2] == "all,,,2,Radios,2,2,6"


async def test_what_is_hidden_is_said_part_by_part(open_phone):
    """Where sides may be shown and countries not, each stands under its name, and why the other is missing."""
    civil, _official = await coordinators(open_phone)
    async with civil.world.store.transaction(civil.world.now) as tx:
        poll = await polls.get(tx, poll=await polling.opened(tx, by=civil.person, options=2))
        empty = results.tallied(poll, {}, final=True)
    part = results.Part("civil", "", 20, {1: 10, 2: 10})
    said = poll_figures.parts(poll, replace(empty, sides=(part, replace(part, side="official"))), "en")
    voice = Voice(civil.world.desk.translator, "en")
    words = [voice.say(each) for each in said]
    assert words[0] == "By side"
    assert words[3].startswith("By country: not shown. Such figures are shown where")
    assert words[4].startswith("By country and side: not shown.")
    assert len(words) == 5
    assert [voice.say(each) for each in poll_figures.parts(poll, empty, "en")] == [voice.say(poll_figures.HIDDEN)]
