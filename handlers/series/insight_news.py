"""News of insights: at the start of a quarter, what the last one said comes to whoever follows the topic."""

from __future__ import annotations

from dataclasses import replace

from handlers import people
from handlers.language import _
from handlers.messages import Letter, Outgoing, Urgency
from handlers.questions import Option
from handlers.registry import Occasion
from handlers.series.insight_cards import lines
from network import insights
from network.insights import Edition
from network.members import State
from network.store import Tx

LONGEST = 350  # characters of a text that comes by itself


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


def _buttons(found: Edition) -> list[Option]:
    options = []
    if found.practice:
        # Translators: button, max:20
        options.append(Option(f"practice:{found.practice}", _("Read a practice")))
    # Translators: button, max:20. What was published on a topic.
    options.append(Option(f"insights:{found.topic}", _("All insights")))
    # Translators: button, max:20. How often news comes.
    return [*options, Option("topics:pace", _("How often"))]
