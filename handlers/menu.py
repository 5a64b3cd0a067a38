"""The menu: what a person can do now, one tap away; what belongs together stands behind one more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from handlers.language import Text, _
from handlers.practices.library import shelf_options
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import crossings
from network.members import Member, State

NEW = timedelta(days=14)  # for so long after joining the first steps are offered
ROOMS = {
    # Translators: in the menu, max:24
    Room.SHELF: (_("News and tools"), _("What would you like to read or take along?")),
    # Translators: in the menu, max:24
    Room.PEOPLE: (_("Groups and people"), _("What would you like to do with others?")),
    # Translators: in the menu, max:24
    Room.LEAD: (_("Coordination"), _("What would you like to do for your groups?")),
    # Translators: in the menu, max:24
    Room.ME: (_("My space"), _("What would you like to see or change?")),
}


async def menu(talk: Talk) -> None:
    """Show what this person may start, and start what they choose."""
    me = await talk.member()
    stopped = me.state is State.STOPPED
    offered = [one for one in await talk.capabilities() if one.when_stopped or not stopped]
    options = _door(offered, Room.TOP)
    for room in ROOMS:
        inside = _door(offered, room)
        as_it_is = len(inside) == 1 or me.state is not State.ACTIVE
        options += inside if as_it_is else [Option(room, ROOMS[room][0])]
    if me.state is State.ACTIVE:
        options = [*await _for_now(talk, me), *options]
    chosen = await talk.choose("what", await _greeting(talk), options)
    if chosen in ROOMS:
        chosen = await talk.choose(chosen, ROOMS[Room(chosen)][1], _door(offered, Room(chosen)))
    command, _colon, argument = chosen.partition(":")
    await talk.go(command, argument)


def _door(offered: Iterable[Capability], room: Room) -> list[Option]:
    return [Option(one.command, one.title) for one in offered if one.room is room]


async def _for_now(talk: Talk, me: Member) -> list[Option]:
    """Return what is offered for a time only: first steps to newcomers, and once a week an act with the other side."""
    options = []
    if me.joined_at is not None and talk.now - me.joined_at < NEW:
        options += shelf_options(["first_steps"])
    if await talk.look(crossings.is_open, person=talk.person):
        # Translators: in the menu, max:24
        options.append(Option("across", _("This week’s act"), _("two minutes with the other side")))
    return options


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
