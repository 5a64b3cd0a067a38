"""Calendar: what is on for a member, by group, topic and country; a file for their calendar, and an address of it."""

from __future__ import annotations

from functools import partial

from handlers.audience_choice import joined
from handlers.exchanges import exchange_cards, rhythm
from handlers.language import Place, Text, _
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.talk import Talk
from network import charters, feeds, invitees, recurrence, topics
from network.charters import Charter
from network.errors import Missing
from network.exchanges import Exchange

SHORT = 24  # characters of a title in a list
PATH = "calendar"
SAFE = ("https://", "http://127.0.0.1:")  # an address that tells where people meet goes over nothing else
NOT_YOURS = _("That is not for your calendar: it is for those who have a place.")
MEANS = _(
    "A calendar program on your phone can read your exchanges from a private address. Mind: whoever opens your "
    "phone, your calendar or your mail account can then see them, and where they are once you said yes. "
    "Without it nothing of this is on your device but our chat."
)
MADE = _(
    "Add it in your calendar program as a calendar by link. It is for you alone: we keep no copy and cannot "
    "show it again. An earlier one holds no more. You can end it here at any time."
)
ENDED = _("It holds no more. What your program has read already stays there until you delete it.")
WAYS: dict[str, Text] = {
    # Translators: in a list, max:24. Everything that is planned.
    "all": _("Everything"),
    # Translators: in a list, max:24
    "group": _("By group"),
    # Translators: in a list, max:24
    "topic": _("By topic"),
    # Translators: in a list, max:24
    "country": _("By country"),
    # Translators: in a list, max:24. A link from which one's own calendar program reads.
    "address": _("My private address"),
    # Translators: in a list, max:24
    "end": _("That is all"),
}


async def calendar(site: str, talk: Talk) -> None:
    """Send the file of one exchange, or show what is on; ``site`` is where the web server is reached, "" for no."""
    if talk.argument:
        await _file(talk)
        return
    offered = [Option(way, label) for way, label in WAYS.items() if way != "address" or site.startswith(SAFE)]
    await talk.say(_("Open days and campaigns are for every member."))
    way = await talk.choose("way", _("What is on? You see what you are invited to."), offered)
    if way == "address":
        await _address(talk, site)
    elif way == "end":
        await talk.say(_("Gladly. Write “menu” for anything else."))
    else:
        await _list(talk, way)


async def _file(talk: Talk) -> None:
    try:
        await talk.do("file", feeds.ask, exchange=talk.argument, person=talk.person)
    except Missing:
        await talk.say(NOT_YOURS)
        return
    await talk.say(_("The file comes in a moment: open it, and it is in your calendar."))


async def _list(talk: Talk, way: str) -> None:
    """Show what is to come, narrowed as was wished, and open one of it."""
    listed = await talk.look(invitees.upcoming, person=talk.person, public=True)
    homes = {each.group: await talk.look(charters.of, group=each.group) for each in listed}
    narrowing = {"group": _by_group, "topic": _by_topic, "country": _by_country}
    if listed and way in narrowing:
        listed = await narrowing[way](talk, listed, homes)
    if not listed:
        await talk.say(_("Nothing is planned for you yet. Invitations come to you here."))
        return
    country = (await talk.member()).country
    options = [Option(each.id, cut_to(each.title, SHORT), _when(each, country)) for each in listed]
    question = _("This is to come. Which one would you like to see?")
    await talk.go("attend", await talk.choose("which", question, options))


def _when(found: Exchange, country: str) -> Text | str:
    """Return when it is next, and how often it is held."""
    if found.starts_at is None:
        return ""
    at = exchange_cards.short(found.starts_at, country)
    return joined([at, rhythm.OFTEN[recurrence.every(found.rule)]]) if found.dates else at


Homes = dict[str, Charter]


async def _by_group(talk: Talk, listed: list[Exchange], homes: Homes) -> list[Exchange]:
    options = [Option(group, home.name(talk.language)) for group, home in homes.items()]
    chosen = await talk.choose("group", _("Which group?"), options, search=True)
    return [each for each in listed if each.group == chosen]


async def _by_topic(talk: Talk, listed: list[Exchange], _homes: Homes) -> list[Exchange]:
    roots = {code.split(".")[0] for each in listed for code in each.topics}
    options = [
        Option(root.code, topics.label(root.code, talk.language)) for root in topics.roots() if root.code in roots
    ]
    if not options:
        return []
    chosen = await talk.choose("topic", _("Which topic?"), options)
    return [each for each in listed if any(code.split(".")[0] == chosen for code in each.topics)]


async def _by_country(talk: Talk, listed: list[Exchange], homes: Homes) -> list[Exchange]:
    known = sorted({home.group.country for home in homes.values()})
    options = [Option(code or "all", _("{country}", country=Place(code))) for code in known]
    chosen = await talk.choose("country", _("Which country?"), options)
    return [each for each in listed if (homes[each.group].group.country or "all") == chosen]


async def _address(talk: Talk, site: str) -> None:
    """Make or end a private address; say plainly what having it on a device means."""
    is_open = await talk.look(feeds.is_open, person=talk.person)
    await talk.say(MEANS)
    # Translators: in a list, max:24. A private address of one's calendar.
    options = [Option("new", _("Make a new address") if is_open else _("Make an address"))]
    # Translators: in a list, max:24. The address holds no more.
    options += [Option("close", _("End the address"))] if is_open else []
    # Translators: in a list, max:24
    options.append(Option("no", _("Leave it so")))
    wish = await talk.choose("address", _("What would you like to do?"), options)
    if wish == "new":
        token = await talk.do("open", feeds.open_for, person=talk.person)
        await talk.say(_("{link}", link=f"{site.rstrip('/')}/{PATH}/{token}.ics"))
        await talk.say(MADE)
    elif wish == "close":
        await talk.do("close", feeds.close, person=talk.person)
        await talk.say(ENDED)
    else:
        await talk.say(_("Gladly. Write “menu” for anything else."))


def capability(site: str = "") -> Capability:
    """Return the capability for an installation whose web server is reached at ``site``."""
    return Capability(
        name="calendar",
        command="calendar",
        room=Room.PEOPLE,
        # Translators: in the menu, max:24. Meetings that are to come.
        title=_("What is on"),
        # Translators: words that start this, separated by |.
        words=_("calendar|what is on"),
        converse=partial(calendar, site),
        anew=True,
    )
