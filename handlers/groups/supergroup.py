"""The Telegram group of a group: a coordinator links it, a member enters it knowing what is seen of them there."""

from __future__ import annotations

from handlers.groups import doors
from handlers.language import Text, _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import charters, groups, linked
from network.errors import Forbidden
from network.linked import Door

GONE = _("That Telegram group is not linked any more.")


async def supergroup(talk: Talk) -> None:
    """Link a Telegram group to a group that one coordinates, or end that."""
    group = talk.argument or await _which(talk)
    mine = {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}
    if group not in mine:
        await talk.say(_("Only those who hold a seat in a group can link a Telegram group to it."))
        return
    name = (await talk.look(charters.of, group=group)).name(talk.language)
    found = await talk.look(linked.of_group, group=group)
    if found is not None and found.state is not Door.SHUT:
        wish = await talk.choose("wish", _("A Telegram group is linked to “{group}”.", group=name), _wishes())
        if wish == "leave":
            await talk.say(_("It stays as it is."))
            return
        if wish == "unlink":
            await talk.do("unlink", linked.unlink, group=group, by=talk.person)
            await talk.say(_("It is not linked any more. I let nobody in there now; who is in it stays."))
            return
    code = await talk.do("offer", linked.offer, group=group, by=talk.person)
    await talk.say(_steps(name, code))


def _wishes() -> list[Option]:
    return [
        # Translators: button, max:20
        Option("leave", _("Leave it so")),
        # Translators: button, max:20
        Option("again", _("Link it anew")),
        # Translators: button, max:20
        Option("unlink", _("Unlink it")),
    ]


def _steps(name: str, code: str) -> Text:
    return _(
        "To link a Telegram group to “{group}”:\n\n"
        "1. Make a group in Telegram, without members.\n"
        "2. Add me, and make me an admin who may invite users and ban users.\n"
        "3. Write this line there within half an hour:\n\n/jisr {code}\n\n"
        "I tell you here when it is linked. Then I let in members of “{group}” who know what Telegram shows of "
        "them, take out those who leave, and post announcements. Of what is said there I read and keep nothing.\n\n"
        "If nothing comes within a minute, ask me for a new code.",
        group=name,
        code=code,
    )


async def _which(talk: Talk) -> str:
    """Ask for which of the groups that one coordinates."""
    mine = await talk.look(groups.coordinated_by, person=talk.person)
    if len(mine) == 1:
        return mine[0].id
    found = await talk.look(charters.many, found=mine)
    options = [Option(each.id, each.name(talk.language)) for each in found]
    return await talk.choose("group", _("For which group?"), options)


async def entrance(talk: Talk) -> None:
    """Say what Telegram shows of whoever enters, and give the link or open the door to whoever agrees."""
    wish, _colon, which = talk.argument.rpartition(":")
    found = await talk.look(linked.get, which=which)
    if found is None or not await talk.look(linked.may_enter, group=found.group, person=talk.person):
        await talk.say(GONE)
        return
    if not wish:
        charter = await talk.look(charters.of, group=found.group)
        options = [Option("in", doors.IN), Option("out", doors.OUT)]
        wish = await talk.choose("wish", doors.shown(charter, talk.language), options)
    if wish != "in":
        await talk.do("decline", linked.decline, which=which, person=talk.person)
        await talk.say(_("Gladly. What the group says in Jisr reaches you here."))
        return
    try:
        came_to = await talk.do("agree", linked.agree, which=which, person=talk.person)
    except Forbidden:
        await talk.say(GONE)
        return
    await _open(talk, came_to)


async def _open(talk: Talk, came_to: dict[str, object]) -> None:
    if came_to["admitted"]:
        await talk.say(_("I am opening the door."))
    elif came_to["invite"]:
        await talk.say(
            _("Here is the door:\n{link}\n\nAsk to enter there, and I open at once.", link=str(came_to["invite"]))
        )
    else:
        await talk.say(
            _(
                "I do not know your Telegram account yet, so I could not let you in. Link it first: write “link”. Or "
                "stay here: what the group says in Jisr reaches you in this app."
            )
        )


link_capability = Capability(
    name="supergroup",
    command="supergroup",
    # Translators: in the menu, max:24
    title=_("Link a Telegram group"),
    # Translators: words that start this, separated by |.
    words=_("telegram group|link a telegram group"),
    converse=supergroup,
    for_whom=ForWhom.COORDINATOR,
    room=Room.LEAD,
)

entrance_capability = Capability(
    name="entrance",
    command="entrance",
    title=_("Enter a Telegram group"),
    words=_("enter the telegram group"),
    converse=entrance,
    shown_in_menu=False,
    alone="groups",
)
