"""A group: what it is for and who coordinates it, and what one can do there."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.groups import group_labels
from handlers.groups.group_labels import MODES
from handlers.labels import SIDES
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import countries, entries, groups, handovers, rolls
from network.entries import Way
from network.rolls import Fellow, Roll

MOST_NAMES = 60  # in a list of members
CLOSED: dict[str, Text] = {
    Way.LATER: _("Coordinators could not welcome you there for now. You can ask again a month after their word."),
    Way.HELD: _("Your country only observes for now, so you cannot join groups. What you have stays as it is."),
    Way.OTHER_SIDE: _("This group is for the other side only."),
    Way.ELSEWHERE: _("This is the group of another country: whoever belongs to that country is in it."),
}


async def group(talk: Talk) -> None:
    """Show a group, and lead to what the member can do there."""
    roll = await talk.look(rolls.one, group=talk.argument)
    await talk.say(group_labels.whole(roll, talk.language))
    if len(roll.counts) < len(SIDES):
        await talk.say(_("A number of members is shown once a side has at least ten."))
    way = await talk.look(entries.way, group=roll.charter.id, person=talk.person)
    if way in CLOSED:
        await talk.say(CLOSED[way])
        return
    options = await _inside(talk, roll) if way is Way.MEMBER else _outside(way)
    # Translators: in a list, max:24
    options.append(Option("groups", _("Other groups")))
    wish = await talk.choose("wish", await _standing(talk, roll, way), options)
    if wish == "members":
        await _say_members(talk, roll)
        return
    await talk.go(wish, "" if wish == "groups" else roll.charter.id)


def _outside(way: Way) -> list[Option]:
    """Return what somebody can do who is not in the group; the keys are commands."""
    if way is Way.WAITING:
        # Translators: in a list, max:24
        return [Option("membership", _("Take back my request"))]
    labels = {
        # Translators: in a list, max:24
        Way.JOIN: _("Join"),
        # Translators: in a list, max:24
        Way.ASK: _("Ask to join"),
        # Translators: in a list, max:24
        Way.CODE: _("I have a code"),
    }
    return [Option("enter", labels[way])]


async def _inside(talk: Talk, roll: Roll) -> list[Option]:
    """Return what a member can do, and then what its coordinators can; the keys are commands."""
    home = roll.charter.group.is_home
    seat = await talk.look(handovers.seat_of, group=roll.charter.id, person=talk.person)
    offered = [
        # Translators: in a list, max:24. How posts of a group come, to pause, or to leave.
        (True, Option("membership", _("Its messages, leaving") if not home else _("Its messages"))),
        # Translators: in a list, max:24
        (True, Option("posts", _("Group talk"))),
        # Translators: in a list, max:24
        (True, Option("members", _("Who is in it"))),
        # Translators: in a list, max:24
        (not home, Option("vouch", _("Vouch for somebody"))),
        # Translators: in a list, max:24
        (seat is not None, Option("seat", _("My seat"))),
        # Translators: in a list, max:24
        (seat is not None and not home, Option("charter", _("Change the group"))),
        # Translators: in a list, max:24
        (seat is not None and not home, Option("remove", _("Take somebody out"))),
        # Translators: in a list, max:24
        (seat is not None and home, Option("country", _("Calm or pause"))),
    ]
    return [option for here, option in offered if here]


async def _standing(talk: Talk, roll: Roll, way: Way) -> Text:
    """Return where the member stands with the group, above what they can do."""
    if way is Way.WAITING:
        return _("You have asked to join it, and the coordinators will answer here.")
    if way is not Way.MEMBER:
        return _("What would you like to do?")
    mine = await talk.look(groups.membership, group=roll.charter.id, person=talk.person)
    if mine is not None and mine.paused_until is not None and mine.paused_until > talk.now:
        me = await talk.member()
        day = mine.paused_until.astimezone(countries.get(me.country).zone).date()
        return _("You are in it. Nothing of it comes until {day}.", day=day)
    mode = MODES[mine.mode if mine else groups.Mode.INSTANT]
    # Translators: {mode} is "Right away", "Once a day" or "Silent".
    return _("You are in it. Its messages: {mode}.", mode=mode)


async def _say_members(talk: Talk, roll: Roll) -> None:
    """Name those who let members see their name, and nobody else."""
    found = await talk.look(rolls.fellows, group=roll.charter.id, person=talk.person)
    for side, label in SIDES.items():
        names = [each for each in found if each.side == side]
        if names:
            await talk.say(_("{side}: {names}", side=label, names=_names(names)))
    if not found:
        await talk.say(_("Nobody else in it shows their name."))
    await talk.say(_("Those in private mode are not named here."))


def _names(found: Sequence[Fellow]) -> str:
    names = " · ".join(each.name for each in found[:MOST_NAMES])
    return f"{names} …" if len(found) > MOST_NAMES else names


capability = Capability(
    name="group",
    command="group",
    room=Room.PEOPLE,
    title=_("A group"),
    # Translators: words that start this, separated by |.
    words=_("see a group"),
    converse=group,
    shown_in_menu=False,
    lasting=False,
    anew=True,
    by_link=True,
    alone="groups",
)
