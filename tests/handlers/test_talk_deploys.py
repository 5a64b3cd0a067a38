from __future__ import annotations

from typing import Any

import pytest

from handlers.language import _
from handlers.registry import Converse
from handlers.talk import Option, Talk
from network import conversations, due
from network.conversations import Conversation, State
from network.ids import new_id
from tests.handlers.small_talks import capability
from tests.handlers.transcript import Transcript

# A conversation as the program of an earlier day stored it: two answers, and the third prompt out.
BEFORE: dict[str, Any] = {
    "v": 1,
    "entries": [["kind", "choose", "lesson"], ["title", "text", "Evening patrols"]],
    "reached": 2,
    "questions": 3,
}
PROMPT: dict[str, Any] = {
    "key": "problem",
    "form": "text",
    "nonce": "0ld.3",
    "question": "Which problem?",
    "cancel": True,
}


async def resumed(
    chat, converse: Converse, *, answers: dict[str, Any] = BEFORE, prompt: dict[str, Any] = PROMPT
) -> Transcript:
    """Return a chat in which ``converse``, named ``share``, was under way before the deploy."""
    phone: Transcript = chat(capability(converse, name="share"))
    await phone.is_member()
    world = phone.world
    stored = Conversation(new_id(), phone.person, "share", State.ACTIVE, answers, prompt, None, world.now)
    async with world.store.transaction(world.now) as tx:
        await conversations.begin(tx, conversation=stored)
    return phone


KINDS = [Option("practice", "A practice"), Option("lesson", "A lesson")]


async def test_nothing_changed(chat):
    """What was stored is taken up where it stood."""

    async def share(talk: Talk) -> None:
        kind = await talk.choose("kind", "Kind?", KINDS)
        title = await talk.text("title", "Title?")
        problem = await talk.text("problem", "Problem?")
        await talk.say(f"{kind}, {title}, {problem}")

    phone = await resumed(chat, share)
    await phone.says("Fear at night")
    phone.hears("lesson, Evening patrols, Fear at night")


async def test_an_inserted_question_alone_is_asked(chat):
    """The answer that was on its way is kept for its own question, and no other answer is lost."""

    async def share(talk: Talk) -> None:
        kind = await talk.choose("kind", "Kind?", KINDS)
        where = await talk.text("where", "Where?")
        title = await talk.text("title", "Title?")
        problem = await talk.text("problem", "Problem?")
        await talk.say(f"{kind}, {where}, {title}, {problem}")

    phone = await resumed(chat, share)
    await phone.says("Fear at night")
    phone.hears("Where?")
    await phone.says("Agadez")
    phone.hears("lesson, Agadez, Evening patrols, Fear at night")


async def test_a_removed_question_is_not_missed(chat):
    """The answer to a question that is gone goes to no other one."""

    async def share(talk: Talk) -> None:
        kind = await talk.choose("kind", "Kind?", KINDS)
        done = await talk.text("done", "What was done?")
        await talk.say(f"{kind}, {done}")

    phone = await resumed(chat, share)
    await phone.says("Fear at night")
    phone.hears("What was done?")
    phone.does_not_hear("Fear at night")
    await phone.says("Lamps")
    phone.hears("lesson, Lamps")


async def test_a_renamed_question_is_asked_again(chat):
    """A new key is a new question: neither the recorded answer nor the one on its way is used for it."""

    async def share(talk: Talk) -> None:
        await talk.choose("kind", "Kind?", KINDS)
        headline = await talk.text("headline", "Headline?")
        issue = await talk.text("issue", "Issue?")
        await talk.say(f"{headline}, {issue}")

    phone = await resumed(chat, share)
    await phone.says("Fear at night")
    phone.hears("Headline?")
    await phone.says("Lamps")
    phone.hears("Issue?")
    await phone.says("Dark streets")
    phone.hears("Lamps, Dark streets")


async def test_questions_in_another_order_keep_their_answers(chat):
    """Answers are found by key, wherever their questions stand now."""

    async def share(talk: Talk) -> None:
        problem = await talk.text("problem", "Problem?")
        title = await talk.text("title", "Title?")
        kind = await talk.choose("kind", "Kind?", KINDS)
        await talk.say(f"{kind}, {title}, {problem}")

    phone = await resumed(chat, share)
    await phone.says("Fear")
    phone.hears("lesson, Evening patrols, Fear")


async def test_an_answer_that_no_longer_fits_is_asked_again(chat):
    """An option that is gone, a text that is too long today, or another kind of question: asked again, once."""

    async def share(talk: Talk) -> None:
        kind = await talk.choose("kind", "Kind?", [Option("practice", "A practice"), Option("barrier", "A barrier")])
        title = await talk.text("title", "Title?", at_most=10)
        year = await talk.number("problem", "Year?", low=2000, high=2030)
        await talk.say(f"{kind}, {title}, {year}")

    phone = await resumed(chat, share)
    await phone.says("Fear at night")
    phone.hears("Kind?")
    await phone.says("A barrier")
    phone.hears("Title?")
    await phone.says("Patrols")
    phone.hears("Year?", "Please write a number from 2000 to 2030.")
    await phone.says("2020")
    phone.hears("barrier, Patrols, 2020")


async def test_what_an_act_has_used_is_not_asked_again(chat):
    """After a ``do`` the answers before it stand, even if today they would not fit."""
    answers = {**BEFORE, "entries": [*BEFORE["entries"], ["submit", "do", "id-1"]], "reached": 3}

    async def share(talk: Talk) -> None:
        kind = await talk.choose("kind", "Kind?", [Option("barrier", "A barrier")])
        await talk.text("title", "Title?", at_most=3)
        practice = await talk.do("submit", never, kind=kind)
        problem = await talk.text("problem", "Problem?")
        await talk.say(f"{kind}, {practice}, {problem}")

    phone = await resumed(chat, share, answers=answers)
    await phone.says("back")
    phone.hears("cannot be taken back", "Which problem?")
    await phone.says("Fear")
    phone.hears("lesson, id-1, Fear")


async def never(tx: object, **arguments: object) -> str:
    """Fail: this was done already."""
    raise AssertionError(arguments)


async def test_a_choice_is_held_against_the_list_that_was_shown(chat):
    """The third option is the third of that list, not of today's; one that is gone is asked again."""
    shown = [["ML", "Mali"], ["NE", "Niger"], ["TN", "Tunisia"]]
    prompt = {"key": "country", "form": "choose", "nonce": "0ld.3", "question": "Where?", "options": shown}

    async def share(talk: Talk) -> None:
        today = [Option("TD", "Chad"), Option("TN", "Tunisia"), Option("NE", "Niger")]
        await talk.say(await talk.choose("country", "Where now?", today))

    phone = await resumed(chat, share, prompt=prompt)
    await phone.says("1")
    phone.hears("no longer possible", "Where now?")
    phone.sees_choices("Chad", "Tunisia", "Niger")
    await phone.presses("a:0ld.3:2")
    phone.hears("earlier question")
    await phone.says("2")
    phone.hears("TN")


async def test_a_button_of_before_the_deploy_still_answers(chat):
    """Its mark is that of the stored prompt."""
    prompt = {
        "key": "country",
        "form": "choose",
        "nonce": "0ld.3",
        "question": "?",
        "options": [["ML", "M"], ["NE", "N"]],
    }

    async def share(talk: Talk) -> None:
        await talk.say(await talk.choose("country", "Where?", [Option("NE", "Niger"), Option("ML", "Mali")]))

    phone = await resumed(chat, share, prompt=prompt)
    await phone.presses("a:0ld.3:0")
    phone.hears("ML")


async def test_a_capability_that_is_gone_leaves_nothing(chat):
    """Its conversation is forgotten, and the person is led on."""
    phone = await resumed(chat, nothing)
    world = phone.world
    async with world.store.transaction(world.now) as tx:
        stored = (await conversations.of(tx, person=phone.person))[0]
        await conversations.end(tx, conversation=stored.id)
        await conversations.begin(
            tx, conversation=Conversation(new_id(), phone.person, "gone", State.ACTIVE, BEFORE, PROMPT, None, world.now)
        )
    await phone.says("Fear at night")
    phone.hears("What now?")
    async with world.store.reading(world.now) as tx:
        assert [each.name for each in await conversations.of(tx, person=phone.person)] == ["menu"]


async def nothing(talk: Talk) -> None:
    """Ask nothing."""
    await talk.say(_("Nothing."))


@pytest.mark.parametrize("more", [{"later": 1}, {"held": [["x", "words", "y"]], "revised": ["z", "text", "w"]}])
async def test_fields_of_another_version_do_no_harm(chat, more):
    """What this version does not know, or a later one left, is carried or left out."""

    async def share(talk: Talk) -> None:
        await talk.say(await talk.text("problem", "Problem?"))

    phone = await resumed(chat, share, answers={**BEFORE, **more}, prompt={**PROMPT, "colour": "blue"})
    await phone.says("Fear")
    phone.hears("Fear")
    async with phone.world.store.reading(phone.world.now) as tx:
        assert await due.next_at(tx) is None
