"""Removing: a coordinator takes somebody out of a group and says why; they can ask the other side to undo it."""

from __future__ import annotations

from handlers.groups import group_labels
from handlers.language import Text, _
from handlers.registry import Capability, ForWhom, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import groups, removals, rolls
from network.errors import Conflict
from network.removals import Removal

REASON, WHY = (5, 300), (10, 500)  # characters, fewest and most


async def remove(talk: Talk) -> None:
    """Take a member out of a group, with a reason that they read."""
    group = talk.argument
    if group not in {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}:
        await talk.say(_("Only those who hold a seat in a group can do that."))
        return
    roll = await talk.look(rolls.one, group=group)
    seated = {seat.person for seat in await talk.look(groups.seated, group=group)}
    able = [each for each in await talk.look(rolls.fellows, group=group, person=talk.person) if each.id not in seated]
    if roll.charter.group.is_home or not able:
        await talk.say(_("There is nobody here whom you can take out. Who is in private mode is not named."))
        return
    name = roll.charter.name(talk.language)
    options = [Option(each.id, each.name) for each in able]
    member = await talk.choose("member", _("Who shall leave “{group}”?", group=name), options, search=True)
    question = _("For what reason? A short and kind sentence: they will read it, without your name.")
    reason = await talk.text("reason", question, at_least=REASON[0], at_most=REASON[1], check=screen)
    if not await talk.confirm("sure", _("They can ask the other side’s coordinator to undo it. Shall it be done?")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    which = await talk.do("remove", removals.remove, group=group, person=member, by=talk.person, reason=reason)
    text = _(
        "The coordinators took you out of “{group}”. What they say: {reason}\n\nIf you think otherwise, you can ask a "
        "coordinator of the other side to look at it, within 72 hours.",
        group=name,
        reason=reason,
    )
    # Translators: button, max:20
    await talk.tell("tell", [member], text, [Option(f"contest:{which}", _("Ask to undo it"))])
    await talk.say(_("It is done, and the person is told."))


async def contest(talk: Talk) -> None:
    """Take the words of somebody who was taken out of a group, and put them before the other side."""
    found = await talk.look(removals.find, removal=talk.argument, person=talk.person)
    if found is None or found.heard or talk.now > found.at + removals.WINDOW:
        await talk.say(_("That can be asked once, within 72 hours; it is not possible here, or no longer."))
        return
    question = _("Why should you be in “{group}”? A coordinator of the other side reads it.", group=_name(talk, found))
    why = await talk.text("why", question, at_least=WHY[0], at_most=WHY[1], check=screen)
    try:
        asked = await talk.do("contest", removals.contest, removal=found.id, person=talk.person, why=why)
    except Conflict:
        await talk.say(_("That can be asked once, within 72 hours; it is not possible here, or no longer."))
        return
    news = _("Somebody who was taken out of “{group}” asks you to look at it.", group=_name(talk, found))
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. A coordinator of the other side looks at it, and the answer comes here."))


def shown(found: Removal, language: str) -> Text:
    """Return what was decided and what is said against it, as the other side's coordinator reads it."""
    return _(
        "Was taken out of “{group}”:\n\n{who}\n\nWhat was said: {reason}\n\nWhat they say: {why}",
        group=found.charter.name(language),
        who=group_labels.person(found.member),
        reason=found.reason,
        why=found.why,
    )


def _name(talk: Talk, found: Removal) -> str:
    return found.charter.name(talk.language)


capability = Capability(
    name="remove",
    command="remove",
    room=Room.LEAD,
    title=_("Take somebody out"),
    # Translators: words that start this, separated by |.
    words=_("take somebody out"),
    converse=remove,
    for_whom=ForWhom.COORDINATOR,
    shown_in_menu=False,
    alone="groups",
)
contest_capability = Capability(
    name="contest",
    command="contest",
    room=Room.PEOPLE,
    title=_("Ask to undo a removal"),
    words=_("contest"),
    converse=contest,
    shown_in_menu=False,
    alone="groups",
)
