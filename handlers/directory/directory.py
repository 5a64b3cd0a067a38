"""The directory: people, organisations and partnerships, by topic, country, border zone and side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers.directory import directory_cards as cards
from handlers.labels import SIDES
from handlers.language import _, n_
from handlers.me.about_me import country_options
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from handlers.topic_choice import ask_topic
from network import countries, organisations
from network import directory as directory_
from network.directory import Entry, Shown

GLADLY = _("Gladly. Write “menu” for anything else.")
GONE = _("That is not there any more.")
EVERYTHING, PROPOSE, BACK = "all", "propose", "back"
WAYS = [
    # Translators: in a list, max:24. How to look through the directory.
    Option(Shown.TOPICS, _("By topic")),
    # Translators: in a list, max:24
    Option(Shown.COUNTRY, _("By country")),
    # Translators: in a list, max:24
    Option(Shown.ZONE, _("By border zone")),
    # Translators: in a list, max:24
    Option(Shown.SIDE, _("By side")),
    # Translators: in a list, max:24
    Option(EVERYTHING, _("Show all")),
]


async def directory(talk: Talk) -> None:
    """Lead to people, organisations, partnerships, one's own entry or the figures."""
    wish = talk.argument if talk.argument in {"people", "figures"} else await _wish(talk)
    if wish == "people":
        await _people(talk)
    elif wish == "figures":
        await talk.say(cards.figures(await talk.look(directory_.figures), talk.language))
    elif wish == "end":
        await talk.say(GLADLY)
    else:
        await talk.go(wish)


async def _wish(talk: Talk) -> str:
    await talk.say(
        _(
            "The directory of the network. Nobody is in it who did not say so, and each shows only what they said yes "
            "to. Nobody’s number is here: you reach others through Jisr."
        )
    )
    options = [
        # Translators: in a list, max:24
        Option("people", _("People")),
        # Translators: in a list, max:24
        Option("organisations", _("Organisations")),
        # Translators: in a list, max:24
        Option("partnerships", _("Partnerships")),
        # Translators: in a list, max:24. What others see of me in the directory.
        Option("entry", _("My entry")),
        # Translators: in a list, max:24
        Option("figures", _("Members in figures")),
        Option("end", _("That is all")),
    ]
    return await talk.choose("wish", _("What would you like to see?"), options, cancel=False)


async def ask_sought(talk: Talk) -> tuple[str, str]:
    """Ask how somebody wants to look through the directory; return by what, and its code, both "" for all."""
    by = await talk.choose("by", _("How would you like to look?"), WAYS)
    if by == Shown.TOPICS:
        return by, await ask_topic(talk, _("Which field are you interested in?"))
    if by == Shown.COUNTRY:
        return by, await talk.choose("where", _("Which country?"), country_options(talk.language), search=True)
    if by == Shown.ZONE:
        zones = [Option(zone, countries.zone_name(zone, talk.language)) for zone in countries.zones()]
        return by, await talk.choose("zone", _("Which border zone?"), zones, search=True)
    if by == Shown.SIDE:
        sides = [Option(side, label) for side, label in SIDES.items()]
        return by, await talk.choose("side", _("Which side?"), sides)
    return "", ""


async def _people(talk: Talk) -> None:
    """List the entries that were sought, and open one after the other."""
    by, value = await ask_sought(talk)
    found = await talk.read("found", directory_.find, person=talk.person, by=by, value=value)
    if not found:
        await talk.say(_("Nobody shows that in the directory now."))
        return
    for turn in count():
        question = n_(
            "{count} person. Choose to read more.", "{count} people. Whose entry would you like to read?", len(found)
        )
        options = [Option(each.id, cards.title(each, talk.language), cards.note(each, talk.language)) for each in found]
        chosen = await talk.choose(f"which[{turn}]", question, options, search=True, skip=_("That is all"))
        if not chosen:
            await talk.say(GLADLY)
            return
        await _open(talk, found, chosen, turn)


async def _open(talk: Talk, found: Sequence[Entry], chosen: str, turn: int) -> None:
    """Show one entry, and lead to a proposal where one can be made."""
    shown = next((each for each in found if each.id == chosen), None)
    await talk.say(cards.entry(shown, talk.language) if shown else GONE)
    can: bool = await talk.read(f"can[{turn}]", organisations.can_reach, door=chosen, person=talk.person)
    if shown and can:
        await offer_to_meet(talk, chosen, f"do[{turn}]")


async def offer_to_meet(talk: Talk, door: str, key: str) -> None:
    """Lead to a proposal to meet whom an entry or an organisation leads to, if that is wanted."""
    # Translators: button, max:20. To propose to meet somebody.
    options = [Option(PROPOSE, _("Propose to meet")), Option(BACK, _("Back to the list"))]
    if await talk.choose(key, _("Would you like to meet, through Jisr?"), options) == PROPOSE:
        await talk.go("allies", door)


capability = Capability(
    name="directory",
    command="directory",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Directory"),
    # Translators: words that start this, separated by |.
    words=_("directory|contacts"),
    converse=directory,
    anew=True,
)
