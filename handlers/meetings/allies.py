"""Allies: find somebody who has done a thing, let oneself be found, and answer proposals to meet (R023)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import topic_choice
from handlers.labels import attribution_label
from handlers.language import Text, _, n_
from handlers.meetings import seeking
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import allies as allies_
from network import introductions, topics
from network.allies import Kind
from network.errors import Missing

MOST_TOPICS = 5
GLADLY = _("Gladly. Write “menu” for anything else.")
INTROS: dict[Kind, Text] = {
    Kind.ALLY: _(
        "Here members meet who do the same work elsewhere. You see a line of others, never who they are; you meet "
        "only when both want to, and write through Jisr under names that you choose."
    ),
    Kind.MENTOR: _(
        "A mentor goes along with you for one to six months towards a goal of yours. You meet only when both want to, "
        "and write through Jisr under names that you choose."
    ),
}
FINDS: dict[Kind, Text] = {
    # Translators: in a list, max:24
    Kind.ALLY: _("Find somebody"),
    # Translators: in a list, max:24
    Kind.MENTOR: _("Find a mentor"),
}
OFFERS: dict[Kind, Text] = {
    # Translators: in a list, max:24
    Kind.ALLY: _("Let me be found"),
    # Translators: in a list, max:24
    Kind.MENTOR: _("Offer to be a mentor"),
}
FOUND: dict[Kind, tuple[Text, Text]] = {
    Kind.ALLY: (
        _("Nobody can find you now. You can be found on topics that you choose, and on no others."),
        _("You can be found on these topics:"),
    ),
    Kind.MENTOR: (
        _("You do not offer to be a mentor now. You can offer it on topics that you choose."),
        _("You offer to be a mentor on these topics:"),
    ),
}


async def find_allies(talk: Talk) -> None:
    """Find somebody who has done this, or be found."""
    await home(talk, Kind.ALLY)


async def home(talk: Talk, kind: Kind) -> None:
    """Ask what somebody wants, unless a button said so, and do it."""
    if kind is Kind.ALLY and talk.argument and talk.argument not in _ACTS:
        await seeking.reach(talk, talk.argument)
        return
    wish = talk.argument if talk.argument in _ACTS else await _wish(talk, kind)
    if wish == "end":
        await talk.say(GLADLY)
        return
    await _ACTS[wish](talk, kind)


async def _wish(talk: Talk, kind: Kind) -> str:
    waiting = await talk.look(introductions.waiting_for, person=talk.person)
    mine = await talk.look(introductions.mine, person=talk.person)
    await talk.say(INTROS[kind])
    options = [Option("find", FINDS[kind]), Option("offer", OFFERS[kind])]
    if waiting:
        # Translators: in a list, max:24. Proposals to meet, made to this person.
        options.append(Option("waiting", _("Proposals to answer"), str(len(waiting))))
    if mine:
        # Translators: in a list, max:24. Proposals to meet, made by this person.
        options.append(Option("mine", _("My proposals"), str(len(mine))))
    return await talk.choose("wish", _("What would you like to do?"), [*options, Option("end", _("That is all"))])


async def _offer(talk: Talk, kind: Kind) -> None:
    """Let a member choose the topics on which they can be found, and what is said of them."""
    known = await talk.look(allies_.offered, person=talk.person, kind=kind.value)
    nothing, some = FOUND[kind]
    await talk.say(nothing if not known else _("{these}\n{topics}", these=some, topics=_named(known, talk)))
    options = [
        # Translators: button, max:20
        *([Option("add", _("Choose topics"))] if len(known) < MOST_TOPICS else []),
        # Translators: button, max:20. To be found no more on some topics.
        *([Option("take", _("Take topics away"))] if known else []),
        Option("end", _("That is all")),
    ]
    wish = await talk.choose("change", _("What would you like to do?"), options)
    if wish == "end":
        await talk.say(GLADLY)
        return
    if wish == "take":
        options = [Option(code, topics.label(code, talk.language)) for code in known]
        gone = await talk.choose_several("gone", _("On which topics no longer?"), options, at_least=1)
        chosen = [code for code in known if code not in gone]
    else:
        chosen = list(dict.fromkeys([*known, *await _more(talk, MOST_TOPICS - len(known))]))
    level = await seeking.ask_level(talk) if chosen else allies_.LEVELS[0]
    await talk.do("offer", allies_.offer_only, person=talk.person, kind=kind.value, topics=chosen, level=level)
    await talk.say(_("Thank you. It holds from now on, and you can change it here at any time."))


async def _more(talk: Talk, most: int) -> list[str]:
    """Ask for topics, one after the other."""
    chosen: list[str] = []
    for place in range(most):
        chosen.append(await topic_choice.ask_topic(talk, _("On which topic do you know something?"), place=place))
        # Translators: button, max:20
        more, enough = _("Add a topic"), _("No, that is all")
        if place + 1 == most or not await talk.confirm(f"another[{place}]", _("One more?"), yes=more, no=enough):
            break
    return chosen


async def _waiting(talk: Talk, _kind: Kind) -> None:
    """Let somebody choose which of the proposals made to them they want to read."""
    waiting = await talk.look(introductions.waiting_for, person=talk.person)
    if not waiting:
        await talk.say(_("No proposal waits for you now."))
        return
    options = [
        Option(each.id, topics.label(each.topic, talk.language), attribution_label(each.line)) for each in waiting
    ]
    await talk.go("meet", await talk.choose("which", _("Which proposal?"), options))


async def _mine(talk: Talk, _kind: Kind) -> None:
    """Show what somebody proposed, all as waiting, and let them take it back."""
    mine = await talk.look(introductions.mine, person=talk.person)
    if not mine:
        await talk.say(_("You have no proposal on its way."))
        return
    options = [Option(each.id, topics.label(each.topic, talk.language), _("waits for an answer")) for each in mine]
    question = n_("{count} proposal is on its way.", "{count} proposals are on their way. Which one?", len(mine))
    chosen = await talk.choose("which", question, options)
    found = next(each for each in mine if each.id == chosen)
    how: dict[str, Any] = {"why": found.why, "months": found.months, "language": talk.language}
    await talk.say(seeking.card(found.kind, found.topic, line=attribution_label(found.line), **how))
    # Translators: button, max:20
    if not await talk.confirm("back", _("Take it back?"), yes=_("Take it back"), no=_("Leave it")):
        await talk.say(GLADLY)
        return
    try:
        await talk.do("take back", introductions.take_back, introduction=chosen, person=talk.person)
    except Missing:
        await talk.say(_("That is not possible any more."))
        return
    await talk.say(_("It is taken back."))


def _named(codes: Sequence[str], talk: Talk) -> str:
    return " · ".join(topics.label(code, talk.language) for code in codes)


_ACTS = {"find": seeking.seek, "offer": _offer, "waiting": _waiting, "mine": _mine}

capability = Capability(
    name="allies",
    command="allies",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Who has done this"),
    # Translators: words that start this, separated by |.
    words=_("allies|who has done this|find somebody"),
    converse=find_allies,
    contributes=True,
)
