"""Organisations of the directory: read of them, enter one, say that one belongs to it, or speak for it no more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from handlers.directory import directory_cards as cards
from handlers.directory.directory import GLADLY, GONE, ask_sought
from handlers.directory.entry import ask_several_topics
from handlers.language import _, n_
from handlers.me.about_me import country_options
from handlers.names import refuse_contact
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import countries, partnerships
from network import organisations as organisations_
from network.errors import Conflict, NetworkError
from network.organisations import ABOUT, AT_MOST, NAME, Organisation, Terms

LOOK, ENTER, END = "look", "enter", "end"
NEW = "neworganisation"  # the command


async def organisations(talk: Talk) -> None:
    """Let a member read of organisations, enter one, or look after those for which they speak."""
    mine = await talk.look(organisations_.spoken_for, person=talk.person)
    options = [
        # Translators: in a list, max:24
        Option(LOOK, _("Look for one")),
        # Translators: in a list, max:24. To enter an organisation in the directory.
        *([Option(ENTER, _("Enter one"))] if len(mine) < AT_MOST else []),
        *(Option(each.id, each.name, _("you speak for it")) for each in mine),
        Option(END, _("That is all")),
    ]
    wish = await talk.choose("wish", _("Organisations. What would you like to do?"), options, cancel=False)
    if wish == END:
        await talk.say(GLADLY)
    elif wish == LOOK:
        await _look(talk)
    elif wish == ENTER:
        await talk.go(NEW)
    else:
        await _look_after(talk, wish)


async def _look(talk: Talk) -> None:
    """List the organisations that were sought, and open one after the other."""
    by, value = await ask_sought(talk)
    found = await talk.read("found", organisations_.find, by=by, value=value)
    if not found:
        await talk.say(_("No organisation of that kind is in the directory yet."))
        return
    question = n_("{count} organisation. Choose it to read more.", "{count} organisations. Which one?", len(found))
    options = [Option(each.id, each.name, cards.organisation_note(each)) for each in found]
    for turn in count():
        chosen = await talk.choose(f"which[{turn}]", question, options, search=True, skip=_("That is all"))
        if not chosen:
            await talk.say(GLADLY)
            return
        await _open(talk, found, chosen, turn)


async def _open(talk: Talk, found: Sequence[Organisation], chosen: str, turn: int) -> None:
    """Show an organisation with its partnerships, and what can be done there."""
    shown = next((each for each in found if each.id == chosen), None)
    if shown is None:
        await talk.say(GONE)
        return
    await talk.say(cards.organisation(shown, talk.language))
    for each in await talk.look(partnerships.find, organisation=chosen):
        await talk.say(cards.partnership(each))
    mine = {"organisation": chosen, "person": talk.person}
    stands = await talk.read(f"stands[{turn}]", organisations_.belongs, **mine)
    if stands == "speaks":
        return
    can = await talk.read(f"can[{turn}]", organisations_.can_reach, door=chosen, person=talk.person)
    # Translators: button, max:20. To be counted among the members of an organisation, without one's name, or no more.
    belonging = Option("leave", _("No longer mine")) if stands else Option("belong", _("I belong to it"))
    # Translators: button, max:20
    meeting = [Option("meet", _("Propose to meet"))] if can else []
    options = [*meeting, belonging, Option("back", _("Back to the list"))]
    wish = await talk.choose(f"do[{turn}]", _("What would you like to do?"), options)
    if wish == "meet":
        await talk.go("allies", chosen)
    elif wish == "leave":
        await talk.do(f"left[{turn}]", organisations_.leave, **mine)
        await talk.say(_("You are not counted there any more."))
    elif wish == "belong":
        await _belong(talk, chosen, turn)


async def _belong(talk: Talk, organisation: str, turn: int) -> None:
    try:
        await talk.do(f"belongs[{turn}]", organisations_.belong, organisation=organisation, person=talk.person)
    except NetworkError:
        await talk.say(GONE)
        return
    await talk.say(_("You are counted there, in whole tens only. Nobody reads your name there."))


async def enter(talk: Talk) -> None:
    """Ask for what is said of an organisation, and put it before the coordinators."""
    terms = await _terms(talk)
    contact = await talk.confirm(
        "contact",
        _("May members propose to meet you, as somebody who speaks for it? They do not learn who you are."),
    )
    me = await talk.member()
    shown = Organisation("", terms.name, terms.about, me.side, terms.country, terms.zone, terms.topics, is_open=False)
    await talk.say(cards.organisation(shown, talk.language))
    question = _("This is what every member would read, once a coordinator has looked at it. Shall I hand it in?")
    if not await talk.confirm("sure", question):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    try:
        asked = await talk.do("enter", organisations_.enter, by=talk.person, terms=terms, contact=contact)
    except Conflict:
        await talk.say(_("You speak for as many organisations as one may. Please take one out first."))
        return
    # Translators: button, max:20
    options = [Option(f"decide:{asked['approval']}", _("Read and decide"))]
    news = _("A member enters an organisation in the directory. It waits for a coordinator.")
    await talk.tell("tell", asked["deciders"], news, options, about=talk.person)
    await talk.say(_("Thank you. A coordinator looks at it, and you hear here."))


async def _terms(talk: Talk) -> Terms:
    low, high = NAME
    name = await talk.text("name", _("What is it called?"), at_least=low, at_most=high, check=refuse_contact)
    low, high = ABOUT
    question = _("What does it do? One or two sentences that every member may read. Please name no person.")
    about = await talk.text("about", question, at_least=low, at_most=high, check=screen)
    country = await talk.choose("country", _("Which country?"), country_options(talk.language), search=True)
    zone = await _zone(talk, country)
    return Terms(name, about, country, zone, tuple(await ask_several_topics(talk)))


async def _zone(talk: Talk, country: str) -> str:
    zones = [Option(zone, countries.zone_name(zone, talk.language)) for zone in countries.zones(country)]
    if not zones:
        return ""
    return await talk.choose("border", _("Is it at home in a border zone?"), zones, skip=_("Skip"))


async def _look_after(talk: Talk, organisation: str) -> None:
    """Show an organisation to who speaks for it, and let them take it out or say a partnership."""
    mine = await talk.look(organisations_.spoken_for, person=talk.person, only=[organisation])
    for each in mine:
        await talk.say(cards.organisation(each, talk.language))
    waits = not any(each.is_open for each in mine)
    if waits:
        await talk.say(_("It waits for a coordinator. Until then nobody else reads it."))
    options = [
        # Translators: button, max:20. To say that this organisation works together with another.
        *([] if waits else [Option("partner", _("Add a partnership"))]),
        # Translators: button, max:20. To take an organisation out of the directory.
        Option("out", _("Take it out")),
        Option(END, _("That is all")),
    ]
    wish = await talk.choose("after", _("What would you like to do?"), options)
    if wish == "partner":
        await talk.go("partner", f"of:{organisation}")
    if wish == "out" and await talk.confirm("sure out", _("Its partnerships go with it. Take it out?")):
        how: dict[str, Any] = {"organisation": organisation, "person": talk.person}
        await talk.do("out", organisations_.leave, **how)
        await talk.say(_("It is taken out of the directory."))
        return
    await talk.say(GLADLY)


capability = Capability(
    name="organisations",
    command="organisations",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Organisations"),
    # Translators: words that start this, separated by |.
    words=_("organisations|organizations"),
    converse=organisations,
    shown_in_menu=False,
    anew=True,
)

new_capability = Capability(
    name=NEW,
    command=NEW,
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Enter an organisation"),
    # Translators: words that start this, separated by |.
    words=_("enter an organisation"),
    converse=enter,
    shown_in_menu=False,
    contributes=True,
)
