"""Missed: what waited while a country was cut off comes when its reader wants it."""

from __future__ import annotations

from handlers.language import _, n_
from handlers.registry import Capability
from handlers.talk import Talk
from network import shutdowns


async def missed(talk: Talk) -> None:
    """Let what waited come now."""
    many = await talk.do("come", shutdowns.let_go, person=talk.person)
    if many:
        await talk.say(n_("{count} message comes now.", "{count} messages come now.", many))
    else:
        await talk.say(_("No message waits for you."))


capability = Capability(
    name="missed",
    command="missed",
    # Translators: in the menu, max:24. What waited during a shutdown.
    title=_("What I missed"),
    # Translators: words that start this, separated by |.
    words=_("missed|what i missed|what did i miss"),
    converse=missed,
    shown_in_menu=False,
    lasting=False,
)
