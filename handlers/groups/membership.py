"""Membership: how a group's messages come to a member, a pause until a day, and leaving it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from handlers.groups.group_labels import MODES
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import charters, countries, entries, groups, handovers, recipients
from network.charters import Charter
from network.entries import Way

LONGEST_PAUSE = timedelta(days=366)
NOTES: dict[str, Text] = {
    groups.Mode.INSTANT: _("each one when it is posted"),
    groups.Mode.DAILY: _("all of a day together"),
    groups.Mode.SILENT: _("nothing comes; you can read it here"),
}


async def membership(talk: Talk) -> None:
    """Let a member choose how messages of a group come, pause or leave it; or take back a request to join."""
    charter = await talk.look(charters.of, group=talk.argument)
    way = await talk.read("way", entries.way, group=charter.id, person=talk.person)
    if way == Way.WAITING:
        await _take_back(talk, charter)
        return
    if way != Way.MEMBER:
        await talk.go("group", charter.id)
    question = _("How shall the messages of “{group}” come to you?", group=charter.name(talk.language))
    wish = await talk.choose("wish", question, _ways(charter))
    if wish == "pause":
        await _pause(talk, charter)
    elif wish == "leave":
        await _leave(talk, charter)
    else:
        await talk.do("mode", recipients.hear, group=charter.id, person=talk.person, mode=wish)
        await talk.say(_("It is noted: {mode}.", mode=MODES[wish]))


def _ways(charter: Charter) -> list[Option]:
    modes = [Option(mode, label, NOTES[mode]) for mode, label in MODES.items()]
    # Translators: in a list, max:24
    pause = Option("pause", _("Pause until a day"))
    # Translators: in a list, max:24
    leave = Option("leave", _("Leave the group"))
    return [*modes, pause, *([] if charter.group.is_home else [leave])]


async def _pause(talk: Talk, charter: Charter) -> None:
    """Let nothing come until the morning of a day in the member's country."""
    zone = countries.get((await talk.member()).country).zone
    today = talk.now.astimezone(zone).date()
    question = _("Until which day shall nothing of it come?")
    day = await talk.date("until", question, earliest=today + timedelta(days=1), latest=today + LONGEST_PAUSE)
    if day is None:
        return
    until = datetime.combine(day, time(), tzinfo=zone)
    await talk.do("pause", groups.pause, group=charter.id, person=talk.person, until=until)
    await talk.say(_("Nothing of it comes until {day}. You can end the pause here at any time.", day=day))


async def _leave(talk: Talk, charter: Charter) -> None:
    who = {"group": charter.id, "person": talk.person}
    if await talk.read("bare", handovers.leaves_bare, **who):
        await talk.say(
            _("You are the last of your side who coordinates it. Please hand your seat over first, if you can.")
        )
    question = _("Leave “{group}”?", group=charter.name(talk.language))
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, leave it"), no=_("No, stay")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    await talk.do("leave", entries.leave, **who)
    await talk.say(_("You have left it. Thank you for having been there."))


async def _take_back(talk: Talk, charter: Charter) -> None:
    question = _("Take back your request to join “{group}”?", group=charter.name(talk.language))
    if await talk.confirm("sure", question):
        await talk.do("take back", entries.take_back, group=charter.id, person=talk.person)
        await talk.say(_("It is taken back."))
    else:
        await talk.say(_("Gladly. Nothing has changed."))


capability = Capability(
    name="membership",
    command="membership",
    room=Room.PEOPLE,
    title=_("Messages of a group"),
    # Translators: words that start this, separated by |.
    words=_("messages of a group"),
    converse=membership,
    shown_in_menu=False,
    alone="groups",
)
