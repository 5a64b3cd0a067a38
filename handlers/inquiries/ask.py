"""Ask the network: a question that goes to the members whom it may concern."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handlers import topic_choice
from handlers.groups import country
from handlers.inquiries import question_cards
from handlers.labels import attribution_label
from handlers.language import Text, _
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import attribution, practices, questions, scopes, topics, waves
from network.attribution import NETWORK, Attribution
from network.practices import Practice
from network.questions import BOTH, PAST, TooMany

ABOUT = "about:"  # stands before the id of the practice that a question is about
TEXT = (20, 500)  # characters of a question, fewest and most
FORGOTTEN = {"sides": ["together"], topic_choice.FIRST: topic_choice.keys(1)}  # asked again with a revised answer

SCOPES: dict[str, Text] = {
    # Translators: in a list, max:24. How far a question goes.
    "country": _("My country"),
    # Translators: in a list, max:24
    "neighbours": _("With our neighbours"),
    # Translators: in a list, max:24. The Maghreb, the Sahel or coastal West Africa.
    "region": _("My whole region"),
    # Translators: in a list, max:24
    "all": _("Everywhere"),
}
SIDES: dict[str, Text] = {
    # Translators: button, max:20. Who is asked.
    BOTH: _("Both sides"),
    # Translators: button, max:20
    "official": _("Officials"),
    # Translators: button, max:20
    "civil": _("Civil society"),
}


@dataclass(frozen=True)
class Draft:
    """A question before it is asked."""

    topic: str
    text: str = field(repr=False)
    scope: str
    sides: str
    openly: bool
    together: bool


async def ask(talk: Talk) -> None:
    """Ask for a question and whom it is for, show it as others will read it, and let it go out."""
    practice = await _practice(talk)
    if await talk.read("under way", questions.under_way, person=talk.person) >= questions.MOST_OPEN:
        await talk.say(_too_many())
        return
    await country.note(talk)
    draft = await _draft(talk, practice)
    await talk.say(_("This is what others will read:"))
    await talk.say(await _card(talk, draft, practice))
    await talk.say(_("{scope} · {sides}", scope=SCOPES[draft.scope], sides=SIDES[draft.sides]))
    wish = await talk.choose("review", _("Shall it go out like this?"), _review(practice))
    if wish != "send":
        await talk.revise(wish, forget=FORGOTTEN.get(wish, ()))
    await _send(talk, draft, practice)


async def _practice(talk: Talk) -> Practice | None:
    """Return the published practice that the question is about."""
    if not talk.argument.startswith(ABOUT):
        return None
    wanted = talk.argument.removeprefix(ABOUT)
    found = await talk.look(practices.published, ids=[wanted], language=talk.language)
    return found[0] if found else None


async def _draft(talk: Talk, practice: Practice | None) -> Draft:
    topic = await _topic(talk, practice)
    text = await talk.text("text", _question(topic), at_least=TEXT[0], at_most=TEXT[1], check=screen)
    scope = await talk.choose(
        "scope", _("How far shall it go?"), [Option(key, SCOPES[key]) for key in reversed(scopes.SCOPES)]
    )
    whom = _("Whom do you want to ask? Two sides see more than one.")
    sides = await talk.choose("sides", whom, [Option(key, label) for key, label in SIDES.items()])
    return Draft(topic, text, scope, sides, await _openly(talk), sides == BOTH and await _together(talk))


async def _topic(talk: Talk, practice: Practice | None) -> str:
    if practice is not None and len(practice.topics) == 1:
        return practice.topics[0]
    if practice is not None and practice.topics:
        options = [Option(code, topics.label(code, talk.language)) for code in practice.topics]
        return await talk.choose("topic of it", _("Which topic?"), options)
    return await topic_choice.ask_topic(talk, _("Which field is your question about?"))


def _question(topic: str) -> Text:
    words = _(
        "What do you want to ask? A good question is short, and says what you want to do with the answers.\n\n"
        "Please name no person, no precise place, and nothing secret."
    )
    return question_cards.below(question_cards.CARE, words) if topic == PAST else words


async def _openly(talk: Talk) -> bool:
    me = await talk.member()
    line = attribution_label(attribution.of_member(me))
    options = [
        # Translators: button, max:20. The asker's side and region are shown.
        Option("openly", _("Openly"), line),
        # Translators: button, max:20. Nothing of the asker is shown.
        Option("unnamed", _("Unattributed"), _("nothing about me is shown")),
    ]
    return await talk.choose("openly", _("How do you want to ask?"), options) == "openly"


async def _together(talk: Talk) -> bool:
    options = [
        # Translators: button, max:20. Each answer is read when it comes.
        Option("once", _("As they come")),
        # Translators: button, max:20. Answers are read when both sides have answered.
        Option("both", _("Both sides together")),
    ]
    return await talk.choose("together", _("When do you want to read the answers?"), options) == "both"


async def _card(talk: Talk, draft: Draft, practice: Practice | None) -> Text:
    """Return the question as others will read it."""
    me = await talk.member()
    shown = attribution.of_member(me) if draft.openly else Attribution("", level=NETWORK)
    return question_cards.card(
        draft.topic, draft.text, shown, talk.language, practice=practice.title if practice else ""
    )


def _review(practice: Practice | None) -> list[Option]:
    topic = [] if practice is not None else [Option(topic_choice.FIRST, _("Change the topic"))]
    return [
        Option("send", _("Yes, ask it")),
        Option("text", _("Change the question")),
        *topic,
        Option("scope", _("Change how far it goes")),
        Option("sides", _("Change whom I ask")),
        Option("openly", _("Change how I ask")),
    ]


async def _send(talk: Talk, draft: Draft, practice: Practice | None) -> None:
    what: dict[str, Any] = {**vars(draft), "about": practice.id if practice else ""}
    try:
        asked = await talk.do("ask", questions.ask, person=talk.person, language=talk.language, **what)
    except TooMany:
        await talk.say(_too_many())
        return
    if asked["approval"]:
        # Translators: button, max:20
        option = Option(f"decide:{asked['approval']}", _("Read and decide"))
        await talk.tell(
            "tell", asked["deciders"], _("A question waits for your decision."), [option], about=talk.person
        )
        await talk.say(_sensitive(asked_of=draft.topic))
        return
    await talk.say(_sent(await talk.read("reach", waves.reach, question=asked["question"])))


def _sensitive(asked_of: str) -> Text:
    if topics.any_sensitive([asked_of]):
        return _("Thank you. Its topic is sensitive: a coordinator from each side reads it first.")
    return _("Thank you. These are quiet days: a coordinator from each side reads it first.")


def _sent(reach: int) -> Text:
    whom = _("It goes to the members there who follow this topic.")
    if reach:
        whom = _("At least {count} members there follow this topic. It goes to them little by little.", count=reach)
    return _("Thank you. {whom} Their answers come to you here, and stand under “My questions”.", whom=whom)


def _too_many() -> Text:
    return _("You have three questions under way. Please close one of them under “My questions”, then ask the next.")


capability = Capability(
    name="ask",
    command="ask",
    # Translators: in the menu, max:24
    title=_("Ask the network"),
    # Translators: words that start this, separated by |.
    words=_("ask|ask the network|question"),
    converse=ask,
    by_link=True,
    contributes=True,
)
