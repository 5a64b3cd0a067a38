"""Begin a dialogue of a year or longer: what it is for, where, for how long, with whom; then the coordinators agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.audience_choice import able_group, joined, names
from handlers.exchanges import exchange_cards
from handlers.exchanges.exchange import OWN
from handlers.labels import SERVICES
from handlers.language import Text, _
from handlers.me.about_me import country_options
from handlers.questions import Option
from handlers.registry import Capability
from handlers.screening import screen
from handlers.series import series_cards
from handlers.talk import Talk
from handlers.topic_choice import ask_topics
from network import countries, groups, series
from network.errors import Forbidden
from network.groups import Group
from network.series import Level

TITLE, PURPOSE, RULES = (5, 60), (20, 400), (10, 400)  # characters
MONTHS = (12, 18, 24, 36, 6)  # a year is usual
NO_GROUP = _("Your groups have no coordinator from each side yet. Until then no dialogue begins in them.")


async def begin(talk: Talk) -> None:
    """Ask for what a series needs, show it, and ask the coordinators."""
    mine = await talk.look(groups.of, person=talk.person)
    group = await able_group(talk, "group", mine, _("In which group does it live?"), none=NO_GROUP)
    if group is None:
        return
    leads = group.id in {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}
    given = {"group": group.id, **await _aim(talk, leads=leads), **await _place(talk, group)}
    given |= await _people(talk, group, given["places"], leads=leads)
    given["rules"] = await _rules(talk)
    await _preview(talk, given)
    # Translators: button, max:20
    yes = _("Yes, propose it")
    if not await talk.confirm("sure", _("Shall it be proposed like this?"), yes=yes):
        await talk.say(_("Nothing was proposed."))
        return
    await _propose(talk, given)


async def _aim(talk: Talk, *, leads: bool) -> dict[str, Any]:
    """Ask how wide it reaches, what it is called, what it is for, and how long it lasts."""
    level = Level.LOCAL.value
    if leads:
        levels = [Option(each, label) for each, label in series_cards.LEVELS.items()]
        question = _("A dialogue lasts a year or longer, in six phases. A national series has one plus four workshops.")
        level = await talk.choose("level", question, levels)
    title = await _written(talk, "title", _("What is it called, in a few words?"), TITLE)
    purpose = await _written(talk, "purpose", _("What is it for? Please name no person and no place."), PURPOSE)
    about = list(await ask_topics(talk, _("What is it about?")))
    lengths = [Option(str(months), series_cards.lasts(months)) for months in MONTHS]
    months = int(await talk.choose("months", _("How long is it to last? Trust takes a year or longer."), lengths))
    return {"level": level, "title": title, "purpose": purpose, "about": about, "months": months}


async def _place(talk: Talk, group: Group) -> dict[str, Any]:
    """Ask for the countries, where the group spans several, and for a border zone, where there is one."""
    places = [group.country] if group.country else []
    if not places:
        offered = country_options(talk.language)
        places = await talk.choose_several("places", _("Which countries is it about?"), offered, search=True)
    zones = [zone for zone in countries.zones() if set(zone.split("-")) & set(places)]
    if not zones:
        return {"places": places}
    options = [Option(zone, countries.zone_name(zone, talk.language)) for zone in zones]
    # Translators: button, max:20. A dialogue of a year.
    skip = _("Not at a border")
    zone = await talk.choose("zone", _("Is it about a border zone?"), options, skip=skip)
    return {"places": sorted({*places, *(zone.split("-") if zone else [])}), "zone": zone}


async def _people(talk: Talk, group: Group, places: Sequence[str], *, leads: bool) -> dict[str, Any]:
    """Ask which groups are invited, whose countries it is about too, and who is to be there."""
    called = await names(talk)
    options = [
        Option("mine", called.get(group.id, group.code)),
        # Translators: in a list, max:24
        Option("others", _("Other groups too")),
    ]
    invited: list[str] = []
    if leads and await talk.choose("whom", _("Who is invited?"), options) == "others":
        others = [Option(each, name) for each, name in called.items() if each != group.id]
        invited = await talk.choose_several("groups", _("Which other groups?"), others, at_least=1, search=True)
    every = await talk.look(groups.every) if invited else []
    theirs = [each.country for each in every if each.id in invited and each.country]
    bodies = [Option(service, label) for service, label in SERVICES.items()]
    question = _("Who is to be there, for all to be heard? You are warned as long as nobody of them takes part.")
    services = await talk.choose_several("services", question, bodies, search=True)
    return {"invited": invited, "services": services, "places": sorted({*places, *theirs})}


async def _rules(talk: Talk) -> str:
    options = [
        # Translators: button, max:20. People speak in turn.
        Option(exchange_cards.ROUNDS, _("Rounds")),
        # Translators: button, max:20
        Option(OWN, _("My own words")),
    ]
    question = _(
        "Which ground rules go with it? Those of talking in rounds are: {rules}", rules=exchange_cards.IN_ROUNDS
    )
    if await talk.choose("rules", question, options) == exchange_cards.ROUNDS:
        return exchange_cards.ROUNDS
    return await _written(talk, "own rules", _("Write the ground rules."), RULES)


async def _preview(talk: Talk, given: dict[str, Any]) -> None:
    """Show what is proposed."""
    await talk.say(_("{kind}: “{title}”", kind=series_cards.LEVELS[given["level"]], title=given["title"]))
    await talk.say(exchange_cards.about(given["about"], talk.language))
    await talk.say(series_cards.lasts(given["months"]))
    called = await names(talk)
    whom = joined(called.get(each, "") for each in [given["group"], *given["invited"]])
    await talk.say(_("For: {whom}", whom=whom))
    if given["services"]:
        await talk.say(_("To be there: {bodies}", bodies=joined(SERVICES[each] for each in given["services"])))


async def _propose(talk: Talk, given: dict[str, Any]) -> None:
    try:
        asked = await talk.do("open", series.open_one, by=talk.person, **given)
    except Forbidden:
        await talk.say(NO_GROUP)
        return
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("A dialogue of a year or longer is proposed and waits for your side’s decision.")
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators read it now, and you hear from them here; nobody is invited before."))


async def _written(talk: Talk, key: str, question: Text, within: tuple[int, int]) -> str:
    return await talk.text(key, question, at_least=within[0], at_most=within[1], check=screen)


capability = Capability(
    name="newseries",
    command="newseries",
    # Translators: in the menu, max:24. A dialogue of a year or longer.
    title=_("Begin a dialogue"),
    # Translators: words that start this, separated by |.
    words=_("newseries|begin a dialogue"),
    converse=begin,
    contributes=True,
    shown_in_menu=False,
)
