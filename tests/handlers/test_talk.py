from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.talk import Option, Talk
from tests.handlers.small_talks import FRUITS, capability, other, share


async def test_a_conversation_runs_from_its_first_question_to_its_end(chat):
    """Buttons, words and digits of any script answer; what is said joins the next question."""
    phone = chat(share)
    await phone.says("/share")
    phone.hears("What is it?")
    phone.sees_choices("A practice of mine", "A lesson of ours")
    await phone.taps("A lesson of ours")
    phone.sees_edit("What is it?", "✓ A lesson of ours")
    phone.hears("Give it a title.")
    await phone.says("  Evening\n patrols ")
    assert len(phone.heard) == 1
    phone.hears("Good title.\n\nWhich year?")
    await phone.says("٢٠٢٤")
    phone.does_not_hear("Good title.")
    phone.sees_choices("Yes", "No")
    await phone.says("ok")
    phone.hears("Sent lesson: Evening patrols, 2024.")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("1", True), ("٢", True), ("۲", True), ("2.", True), ("a les", True),
        ("a practice of mine", True), ("A PRÁCTICE OF MINE", True),
        ("a", False), ("3", False), ("0", False), ("", False), ("1 2", False), ("something else", False),
    ],
)  # fmt: skip
async def test_a_choice_is_typed_by_number_or_by_words(chat, typed, title):
    """Numbers in any digits, folded words and a unique beginning are understood; nothing else is."""
    phone = chat(share)
    await phone.says("/share")
    await phone.says(typed)
    phone.hears("Give it a title." if title else "Please choose")


async def test_arabic_labels_are_typed_as_people_type_them(chat):
    """Hamza, tashkeel, tatweel and final forms do not stand in the way of a word."""

    async def pick(talk: Talk) -> None:
        key = await talk.choose("what", "؟", [Option("a", "الإدارة"), Option("b", "أُخرى")])
        await talk.say(f"<{key}>")

    for typed, key in (("الادارة", "a"), ("اخري", "b"), ("الإداره", "a")):
        phone = chat(pick, external=typed)
        await phone.says("/pick")
        await phone.says(typed)
        phone.hears(f"<{key}>")


async def test_nothing_of_a_list_and_nothing_more_are_typed_as_zero(chat):
    """Where a choice can be skipped, or is of several, 0 stands below the numbers and does so in any digits."""

    async def pick(talk: Talk) -> None:
        listed = [Option(each, f"The {each} colour") for each in "abcd"]
        one = await talk.choose("one", "Which one?", listed, skip="None of these")
        some = await talk.choose_several("some", "Which ones?", listed)
        note = await talk.text("note", "A word on it?", at_least=5, skip="Nothing")
        places = await talk.number("places", "How many places?", low=2, high=9, skip="No limit")
        left = await talk.number("left", "How many are left?", low=0, high=9, skip="Unknown")
        await talk.say(f"<{one}|{some}|{note}|{places}|{left}>")

    phone = chat(pick)
    await phone.says("/pick")
    phone.hears("4. The d colour\n0. None of these")
    await phone.says("0")
    phone.hears("4. The d colour\n0. Done")
    await phone.taps("The b colour")
    await phone.says("٠")
    phone.hears("A word on it?")
    await phone.says("0")
    phone.hears("How many places?")
    await phone.says("٠")
    phone.hears("How many are left?")
    await phone.says("0")
    phone.hears("<|['b']||None|0>")


async def test_what_is_chosen_on_another_page_is_named(chat):
    """Whoever writes a word that chooses something further on sees that it is chosen."""

    async def pick(talk: Talk) -> None:
        some = await talk.choose_several("some", "Which?", [Option(f"k{n}", f"Colour {n:02}") for n in range(20)])
        await talk.say(f"<{some}>")

    phone = chat(pick)
    await phone.says("/pick")
    phone.does_not_hear("Chosen too")
    await phone.says("Colour 17")
    phone.hears("Chosen too: Colour 17")
    await phone.says("0")
    phone.hears("<['k17']>")


async def test_wrong_answers_are_met_with_what_would_fit(chat):
    """Each kind of question says, kindly and exactly, what it takes; then it asks again."""
    phone = chat(share)
    await phone.says("/share")
    await phone.taps("A practice of mine")
    await phone.says("x" * 61)
    phone.hears("That is too long: 61 characters. Please use at most 60.", "Give it a title.")
    await phone.says("\u200b\u202e \u2066")
    phone.hears("nothing to read in that", "Give it a title.")
    await phone.says("y" * 100_000)
    phone.hears("That is too long (100,000 characters).", "Give it a title.")
    await phone.says("Fine")
    await phone.says("long ago")
    phone.hears("Please write a number from 1990 to 2030.", "Which year?")
    phone.does_not_hear("Good title.")
    await phone.says("1989")
    phone.hears("Please write a number from 1990 to 2030.")


async def test_hostile_text_is_shown_inert(chat):
    """Bidi overrides, control characters and zero-width signs are gone from what is kept and said."""
    phone = chat(share)
    for text in ("/share", "1", "a\u202eb\u200bc\x00d <b>{title}</b>\ufeff", "2024", "1"):
        await phone.says(text)
    phone.hears("Sent practice: abcd <b>{title}</b>, 2024.")


async def test_back_takes_answers_back_one_by_one(chat):
    """Back, pressed or typed, asks the former question again, down to the first."""
    phone = chat(share)
    await phone.says("/share")
    phone.sees_no_choice("Back")
    await phone.says("back")
    phone.hears("This is the first question", "What is it?")
    await phone.says("1")
    await phone.says("Title")
    await phone.taps("Back")
    phone.hears("Give it a title.")
    await phone.says("GO BACK")
    phone.hears("What is it?")
    await phone.says("2")
    phone.hears("Give it a title.")


async def test_cancel_ends_at_once(chat):
    """Nothing is left of a conversation that was cancelled; the next one begins afresh."""
    phone = chat(share)
    await phone.says("/share")
    await phone.says("1")
    await phone.says("cancel")
    phone.hears("Cancelled.")
    await phone.says("/share")
    phone.hears("What is it?")


async def test_another_command_parks_and_the_person_can_continue(chat):
    """A conversation that was interrupted is offered again when the other one is over."""
    phone = chat(share, other)
    await phone.says("/share")
    await phone.says("1")
    await phone.says("/other")
    phone.hears("Other question?")
    await phone.says("x")
    phone.hears("Other done.", "You had begun: Share.")
    await phone.taps("Continue")
    phone.hears("Give it a title.")
    phone.does_not_hear("What is it?")


async def test_a_conversation_that_only_speaks_returns_to_the_question_at_once(chat):
    """After help the question that was interrupted is put again in the same message."""
    phone = chat(share)
    await phone.says("/share")
    await phone.says("1")
    await phone.says("hello")
    phone.hears("Hello there.", "Give it a title.")
    await phone.says("Still here")
    phone.hears("Which year?")


async def test_a_button_of_an_earlier_question_asks_the_present_one(chat):
    """A stale button never answers another question."""
    phone = chat(share)
    await phone.is_member()
    await phone.says("/share")
    old = phone.button("A practice of mine")
    await phone.taps("A lesson of ours")
    await phone.presses(old)
    phone.hears("earlier question", "Give it a title.")
    await phone.says("cancel")
    await phone.presses(old)
    phone.hears("no longer in use", "What now?")


async def test_a_button_of_a_parked_conversation_answers_it(chat):
    """Scrolling up to the last question of a parked conversation and answering takes it up again."""
    phone = chat(share, other)
    await phone.says("/share")
    await phone.says("1")
    await phone.says("T")
    await phone.says("2020")
    yes = phone.button("Yes")
    await phone.says("/other")
    await phone.presses(yes)
    phone.hears("Sent practice: T, 2020.")


async def test_at_most_five_conversations_are_parked(chat):
    """The oldest one gives way to the sixth."""

    async def two(talk: Talk) -> None:
        await talk.text("a", "A?")
        await talk.text("b", "B?")

    talks = [capability(two, name=f"talk{i}") for i in range(8)]
    phone = chat(*talks)
    for each in talks:
        await phone.says(f"/{each.command}")
        await phone.says("a")
    await phone.says("b")
    for left in ("Talk6", "Talk5", "Talk4", "Talk3", "Talk2"):
        phone.hears(f"You had begun: {left}")
        await phone.says("continue")
        await phone.says("b")
    phone.hears_nothing()


async def test_many_options_come_in_pages_and_can_be_searched(chat):
    """More turns the page, typed numbers run on, and a word narrows the list."""

    async def fruit(talk: Talk) -> None:
        key = await talk.choose("which", "Which fruit?", FRUITS, search=True)
        await talk.say(f"<{key}>")

    phone = chat(fruit)
    await phone.says("/fruit")
    phone.hears("1. Fruit A", "8. Fruit H")
    await phone.taps("More")
    phone.hears("9. Fruit I")
    await phone.says("more")
    phone.sees_no_choice("More")
    await phone.says("fruit")
    phone.hears("1. Fruit A")
    await phone.says("w")
    phone.hears("1. Fruit W")
    phone.sees_choices("Fruit W", "Show all")
    phone.hears("0. Show all")
    await phone.says("0")
    phone.hears("8. Fruit H")
    await phone.says("quince")
    phone.hears("Nothing found for “quince”", "0. Show all")
    await phone.says("٠")
    phone.hears("8. Fruit H")
    await phone.says("quince")
    await phone.taps("Show all")
    await phone.says("22")
    phone.hears("<f21>")


async def test_several_options_are_toggled_or_typed(chat):
    """Boxes are ticked in place, numbers are typed at once, and bounds are kept."""

    async def fruits(talk: Talk) -> None:
        keys = await talk.choose_several("which", "Which fruits?", FRUITS[:5], at_least=1, at_most=3)
        await talk.say(" ".join(keys))

    phone = chat(fruits)
    await phone.says("/fruits")
    await phone.taps("Done")
    phone.hears("Please choose at least 1.")
    await phone.taps("Fruit C")
    phone.sees_edit("Which fruits?")
    phone.sees_choice("☑ Fruit C")
    await phone.taps("Fruit A")
    await phone.taps("Fruit C")
    phone.sees_choice("☐ Fruit C")
    await phone.says("٢, ٣ و 4")
    phone.hears("Please choose at most 3.")
    await phone.says("2,3")
    phone.hears("f0 f1 f2")


async def test_a_deadline_answers_by_itself(chat):
    """When the time is over the answer is None; asking again does not put it off."""

    async def quick(talk: Talk) -> None:
        word = await talk.text("word", "Word?", at_most=5, within=timedelta(hours=2))
        await talk.say("late" if word is None else f"<{word}>")

    phone = chat(quick)
    await phone.says("/quick")
    await phone.waits(hours=1)
    phone.hears_nothing()
    await phone.says("too long")
    await phone.waits(hours=1, minutes=1)
    phone.hears("late")
    await phone.says("/quick")
    await phone.says("soon")
    phone.hears("<soon>")
    await phone.waits(hours=3)
    phone.hears_nothing()


async def test_a_deadline_of_a_parked_conversation_waits_for_it(chat):
    """The late answer is there when the person comes back."""

    async def quick(talk: Talk) -> None:
        await talk.text("first", "First?")
        word = await talk.text("word", "Word?", within=timedelta(hours=2))
        await talk.say("late" if word is None else f"<{word}>")

    phone = chat(quick, other)
    for text in ("/quick", "a", "/other"):
        await phone.says(text)
    await phone.waits(hours=3)
    phone.hears_nothing()
    await phone.says("x")
    await phone.taps("Continue")
    phone.hears("late")


async def test_an_edited_message_changes_the_last_answer_only(chat):
    """Editing the message of the last answer, or of one that did not fit, counts as answering again."""
    phone = chat(share)
    await phone.says("/share")
    await phone.says("1", ref="r1")
    await phone.says("Titel", ref="r2")
    await phone.edits("r2", "Title")
    phone.hears("Which year?")
    await phone.edits("r1", "2")
    phone.hears("changes when you choose Back", "Which year?")
    await phone.says("20244", ref="r3")
    await phone.edits("r3", "2024")
    phone.hears("Send it?")
    await phone.says("yes")
    phone.hears("Sent practice: Title, 2024.")


async def test_the_menu_leads_on(chat):
    """Anything that is not understood brings the menu, whose choices start the others."""
    phone = chat(share)
    await phone.is_member()
    await phone.says("what is this?")
    phone.hears("What now?")
    phone.sees_choices("Share", "Hello")
    await phone.says("1")
    phone.hears("What is it?")
    await phone.says("cancel")
    phone.hears("Cancelled.")
    phone.does_not_hear("You had begun")
