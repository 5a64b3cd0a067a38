"""My seat: a coordinator hands a seat over to a member of their side who takes it, or leaves it empty."""

from __future__ import annotations

from handlers.groups.group_labels import RANKS
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import charters, handovers, rolls
from network.errors import Conflict, Missing

TAKE = "take:"  # before the id of an offer
NOT_YOURS = _("Only those who hold a seat in a group can do that.")
GONE = _("That offer holds no more. Thank you for coming.")
BARE = _(
    "You are the only one of your side who coordinates it. Without your seat the group can tell nothing to many at "
    "once until somebody takes it."
)


async def seat(talk: Talk) -> None:
    """Offer one's seat in a group, leave it empty, or answer an offer."""
    if talk.argument.startswith(TAKE):
        await _answer(talk, talk.argument.removeprefix(TAKE))
        return
    mine = await talk.read("seat", handovers.rank_of, group=talk.argument, person=talk.person)
    if not mine:
        await talk.say(NOT_YOURS)
        return
    name = (await talk.look(charters.of, group=talk.argument)).name(talk.language)
    await talk.say(_("“{group}”: {rank}", group=name, rank=RANKS[mine[0], mine[1]]))
    if await talk.look(handovers.leaves_bare, group=talk.argument, person=talk.person):
        await talk.say(BARE)
    options = [
        # Translators: button, max:20
        Option("offer", _("Hand it over")),
        # Translators: button, max:20
        Option("empty", _("Leave it empty")),
        # Translators: button, max:20
        Option("keep", _("Keep it")),
    ]
    wish = await talk.choose("wish", _("What would you like to do with your seat?"), options)
    if wish == "offer":
        await _offer(talk, name, RANKS[mine[0], mine[1]])
    elif wish == "empty":
        await _empty(talk)
    else:
        await talk.say(_("Gladly. Nothing has changed."))


async def _offer(talk: Talk, name: str, rank: Text) -> None:
    able = await talk.look(handovers.heirs, group=talk.argument, person=talk.person)
    options = [Option(each.id, each.name) for each in able if rolls.is_shown(each)]
    if not options:
        await talk.say(_("Nobody of your side in this group shows their name, so there is nobody to choose."))
        return
    to = await talk.choose(
        "heir", _("To whom? They are asked, and it stays yours until they say yes."), options, search=True
    )
    which = await talk.do("offer", handovers.offer, group=talk.argument, by=talk.person, to=to)
    me = await talk.member()
    text = _("{name} offers you a seat in “{group}”: {rank}. Would you take it?", name=me.name, group=name, rank=rank)
    if not rolls.is_shown(me):
        text = _("A coordinator offers you a seat in “{group}”: {rank}. Would you take it?", group=name, rank=rank)
    # Translators: button, max:20
    await talk.tell("tell", [to], text, [Option(f"seat:{TAKE}{which}", _("See the offer"))], about=talk.person)
    await talk.say(_("They are asked, and you hear here."))


async def _empty(talk: Talk) -> None:
    question = _("Leave your seat empty?")
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, leave it"), no=_("No, keep it")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    await talk.do("empty", handovers.step_down, group=talk.argument, person=talk.person)
    await talk.say(_("It is empty now, and you stay a member. Thank you for all you did."))


async def _answer(talk: Talk, which: str) -> None:
    """Take a seat that was offered, or not."""
    found = await talk.read("offer", handovers.offered, handover=which, to=talk.person)
    if not found:
        await talk.say(GONE)
        return
    group, side, rank = found
    name = (await talk.look(charters.of, group=group)).name(talk.language)
    question = _(
        "“{group}”: {rank}. Whoever holds it welcomes, moderates, and speaks for one side. Will you take it?",
        group=name,
        rank=RANKS[side, rank],
    )
    # Translators: button, max:20
    takes = await talk.confirm("take", question, yes=_("Yes, I take it"), no=_("No, thank you"))
    try:
        before = await talk.do(
            "answer", handovers.accept if takes else handovers.decline, handover=which, to=talk.person
        )
    except (Missing, Conflict):
        await talk.say(GONE)
        return
    if takes:
        await talk.tell("tell", [before], _("Your seat in “{group}” was taken over. Thank you.", group=name))
        await talk.say(_("Thank you. The seat is yours now; you find it under “My groups”."))
    else:
        await talk.tell("tell", [before], _("Your seat in “{group}” was not taken; it stays yours.", group=name))
        await talk.say(_("Thank you for your answer. It is passed on."))


capability = Capability(
    name="seat",
    command="seat",
    room=Room.PEOPLE,
    title=_("My seat"),
    # Translators: words that start this, separated by |.
    words=_("my seat"),
    converse=seat,
    shown_in_menu=False,
    alone="groups",
)
