"""Returning: after a shutdown one message says what waited."""

from __future__ import annotations

from handlers import people
from handlers.language import Place, Voice, _, n_
from handlers.messages import Letter, Outgoing, Urgency, read
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Occasion
from network import shutdowns
from network.members import State
from network.store import Tx

FEW = 3  # messages come by themselves; of more there is a digest
NAMED = 6  # messages, by their first lines
LINE = 100  # characters


async def welcome(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell somebody whose country is back what waited for them; a few messages just come."""
    who = occasion.who
    if who.member is None or who.state is not State.ACTIVE:
        return []
    waiting = await shutdowns.withheld(tx, person=who.id)
    if len(waiting) <= FEW:
        await shutdowns.let_go(tx, person=who.id)
        return []
    text = n_(
        "Good to be in touch again. While {country} was cut off, {count} message waited for you:",
        "Good to be in touch again. While {country} was cut off, {count} messages waited for you:",
        len(waiting),
        country=Place(who.member.country),
    )
    said = "\n\n".join((who.voice.say(text), _lines(waiting, who.voice)))
    deadlines = _("Your deadlines were moved by the days that were lost. Write “missed” to read it all.")
    # Translators: button, max:20. The messages that waited.
    message = people.notice(who.voice, f"{said}\n\n{who.voice.say(deadlines)}", [Option("missed", _("Read them"))])
    at = people.news_at(tx, who.member)
    return [Letter(who.address.id, message, urgency=Urgency.NOTICE, not_before=at)]


def _lines(waiting: list[str], voice: Voice) -> str:
    """Return the first lines of the first messages, and how many more there are."""
    messages = [read(body) for body in waiting]
    lines = [f"• {_first_line(message, voice)}" for message in messages[:NAMED]]
    rest = len(waiting) - len(lines)
    return "\n".join([*lines, *([voice.say(n_("And {count} more.", "And {count} more.", rest))] if rest else [])])


def _first_line(message: Outgoing, voice: Voice) -> str:
    line = next((line.strip() for line in message.text.splitlines() if line.strip()), "")
    if not line:
        return voice.say(_("A file"))
    return cut_to(line, LINE)
