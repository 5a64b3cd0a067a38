"""Insights: what a quarter said on a topic: what came of it, one voice, and a practice to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from handlers import pages, people
from handlers.audience_choice import joined
from handlers.language import Text, _
from handlers.messages import Letter, Outgoing, Urgency
from handlers.poll_cards import in_language
from handlers.questions import Option
from handlers.registry import Capability, Occasion, Room
from handlers.talk import Talk
from network import insights, topics
from network.insights import Edition
from network.members import State
from network.priorities import Order
from network.store import Tx

LONGEST = 350  # characters of an insight in a message that comes by itself
FIRST = 3  # of an order


async def read(talk: Talk) -> None:
    """Show the latest insights on a topic."""
    there = await talk.look(insights.there)
    if not there:
        await talk.say(_("Nothing was published on any topic in these two quarters yet."))
        return
    topic = talk.argument
    if topic not in there:
        options = [Option(code, topics.label(code, talk.language)) for code in there]
        topic = await talk.choose("topic", _("Insights of this quarter and the last. On which topic?"), options)
    found = await talk.look(insights.latest, topic=topic)
    await pages.read_through(talk, pages.packed(talk, list(lines(found, talk.language))), place="insights")
    if not found.practice:
        return
    # Translators: button, max:20
    yes, no = _("Read a practice"), _("That is all")
    if await talk.confirm("wish", _("Would you like to read a practice on it?"), yes=yes, no=no):
        await talk.go("practice", found.practice)
    await talk.say(_("Gladly. Write “menu” for anything else."))


async def send(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return what the last quarter said, a message for each topic, for somebody who follows them."""
    who = occasion.who
    if who.member is None or who.state is not State.ACTIVE:
        return []
    letter = Letter(who.address.id, Outgoing(), urgency=Urgency.BROADCAST, not_before=people.news_at(tx, who.member))
    letters = []
    for found in await insights.due_now(tx, person=who.id):
        parts = [who.voice.say(each) for each in lines(found, who.voice.language, at_most=LONGEST)]
        message = people.notice(who.voice, "\n\n".join(parts), _buttons(found))
        letters.append(replace(letter, message=message, about=found.author))
    return letters


def lines(found: Edition, language: str, *, at_most: int = 0) -> Iterator[Text]:
    """Yield the insights on a topic, its voice, and nothing of whoever said it; ``at_most`` characters of a text."""
    yield _("Insights of the quarter: {topic}", topic=topics.label(found.topic, language))
    for words in found.texts[: 1 if at_most else None]:
        text = words.get("") or in_language(words, language)[0]
        yield _("Both sides published: “{text}”", text=_cut(text, at_most) if at_most else text)
    if found.order is not None:
        yield _order(found.order, language)
    if found.voice is not None:
        yield _("A voice, as from “a member”: “{text}”", text=found.voice.text)


def _order(found: Order, language: str) -> Text:
    """Return what comes first for those who answered, by topic: the words of problems stay in their dialogue."""
    first = list(dict.fromkeys(each.topic for each in found.listed if each.topic))[:FIRST]
    said = joined(topics.label(code, language) for code in first)
    return _("For ten people or more of a dialogue this comes first: {topics}", topics=said)


def _buttons(found: Edition) -> list[Option]:
    options = []
    if found.practice:
        # Translators: button, max:20
        options.append(Option(f"practice:{found.practice}", _("Read a practice")))
    # Translators: button, max:20. What was published on a topic.
    options.append(Option(f"insights:{found.topic}", _("All insights")))
    # Translators: button, max:20. How often news comes.
    return [*options, Option("topics:pace", _("How often"))]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


capability = Capability(
    name="insights",
    command="insights",
    room=Room.SHELF,
    # Translators: in the menu, max:24. What dialogues came to, by topic.
    title=_("Insights"),
    # Translators: words that start this, separated by |.
    words=_("insights|insight"),
    converse=read,
    anew=True,
)
