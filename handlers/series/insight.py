"""Insights: what a quarter said on a topic: what came of it, one voice, and a practice to read."""

from __future__ import annotations

from handlers.language import _
from handlers.practices import pages
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.series.insight_cards import lines
from handlers.talk import Talk
from network import insights, topics


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
