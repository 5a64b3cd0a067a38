"""My groups: those that one is in, those that one can come into, and a code that opens one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce

from handlers.groups import group_labels
from handlers.groups.group_labels import below
from handlers.labels import SIDES
from handlers.language import Text, _, n_
from handlers.me.about_me import country_options
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import charters, countries, moderation, rolls
from network import groups as groups_
from network.charters import Charter
from network.moderation import Figures

FIND, CODE, BEGIN = "find", "code", "begin"
EVERYWHERE = "everywhere"


async def groups(talk: Talk) -> None:
    """Show the group of the member's country and the others that they are in, and lead to one or to more."""
    found = await talk.look(rolls.of, person=talk.person)
    if not found:
        await talk.say(_("You are in no group yet."))
    for roll in found[:1]:
        await talk.say(group_labels.whole(roll, talk.language))
        if len(roll.counts) < len(SIDES):
            await talk.say(_("A number of members is shown once a side has at least ten."))
    figures = await talk.look(moderation.figures)
    if figures is not None:
        await talk.say(reduce(below, _moderation(figures)))
    options = [_option(roll.charter, talk.language) for roll in found]
    # Translators: in a list, max:24
    options += [Option(FIND, _("Find a group")), Option(CODE, _("I have a code"))]
    if await talk.look(groups_.is_coordinator, person=talk.person):
        # Translators: in a list, max:24
        options.append(Option(BEGIN, _("Begin a group")))
    chosen = await talk.choose("which", _("Which group would you like to look at?"), options)
    if chosen == CODE:
        await talk.go("enter")
    if chosen == BEGIN:
        await talk.go("charter")
    await talk.go("group", await _find(talk) if chosen == FIND else chosen)


async def _find(talk: Talk) -> str:
    """Let the member browse the groups that are not of a country, by where they are; return the id of one."""
    every = [group for group in await talk.look(groups_.every) if not group.is_home]
    if not every:
        await talk.say(_("There are no regional groups yet. Coordinators can begin one."))
        await talk.go("menu")
    places = {group.country for group in every}
    here = [option for option in country_options(talk.language) if option.key in places]
    # Translators: in a list, max:24
    where = [Option(EVERYWHERE, _("All groups")), *here]
    chosen = await talk.choose("where", _("Where should it be?"), where, search=True) if here else EVERYWHERE
    near = [group for group in every if chosen in {EVERYWHERE, group.country}]
    listed = sorted(await talk.look(charters.many, found=near), key=lambda each: each.name(talk.language))
    options = [_option(each, talk.language) for each in listed]
    return await talk.choose("found", _("Which group would you like to look at?"), options, search=True)


def _option(charter: Charter, language: str) -> Option:
    if charter.group.is_home:
        return Option(charter.id, countries.name(charter.group.country, language))
    return Option(charter.id, charter.name(language), group_labels.note(charter))


def _moderation(figures: Figures) -> Iterator[Text]:
    """Yield how the practices of the network were decided on: figures that point at nobody."""
    yield _(
        "What became of practices in the whole network: {approved} published, {changed} given back for a change, "
        "{refused} refused, {appealed} looked at again.",
        approved=figures.approved,
        changed=figures.changed,
        refused=figures.refused,
        appealed=figures.appealed,
    )
    days = max(1, -(-figures.half_within // timedelta(days=1)))
    yield n_("Half of them were decided within {count} day.", "Half of them were decided within {count} days.", days)
    for side, words in figures.by_side.items():
        # Translators: {side} is "Official" or "Civil society".
        yield n_(
            "Answers of coordinators, {side}: {count}",
            "Answers of coordinators, {side}: {count}",
            words,
            side=SIDES[side],
        )


capability = Capability(
    name="groups",
    command="groups",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("My groups"),
    # Translators: words that start this, separated by |.
    words=_("groups|my groups"),
    converse=groups,
    lasting=False,
    anew=True,
)
