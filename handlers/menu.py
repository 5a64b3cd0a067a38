"""The menu: what a person can do now, one tap away."""

from __future__ import annotations

from handlers.language import Text, _
from handlers.registry import Capability, ForWhom
from handlers.talk import Option, Talk
from network.members import State


async def menu(talk: Talk) -> None:
    """Show what this person may start, and start what they choose."""
    options = [Option(one.command, one.title) for one in await talk.capabilities()]
    await talk.go(await talk.choose("what", await _greeting(talk), options))


async def _greeting(talk: Talk) -> Text:
    me = await talk.member()
    if me.state is State.WAITING:
        return _("Your request is with the coordinators. Kindly wait: the answer comes here. Meanwhile:")
    if me.state is State.JOINING:
        return _("You are nearly there. Write “join” to go on. Or:")
    if me.state is State.STOPPED:
        return _("You get no messages now. Write “return” to come back. Or:")
    return _("What would you like to do, {name}?", name=me.name)


capability = Capability(
    name="menu",
    command="menu",
    # Translators: in the menu, max:24
    title=_("Menu"),
    # Translators: words that start this, separated by |.
    words=_("menu|home|hello"),
    converse=menu,
    for_whom=ForWhom.CONSENTED,
    shown_in_menu=False,
    when_stopped=True,
    lasting=False,
    anew=True,
)
