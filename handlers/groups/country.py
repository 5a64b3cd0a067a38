"""A country held back: its coordinators pause it, let it only observe, or make days quiet; each with the other side.

Whoever lives there is told kindly what that means for what they are about to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from handlers.language import Place, Text, _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import countries, groups, regimes, requests, resolutions
from network.approvals import Approval
from network.errors import Conflict
from network.regimes import Regime, Standing
from network.resolutions import LONGEST_SPELL, Resolution

AHEAD = timedelta(days=366)  # how long before they begin quiet days can be set
STANDINGS: dict[str, Text] = {
    Standing.OPEN: _("It takes part in everything."),
    Standing.OBSERVING: _("It observes: its members read, and share, post, ask and answer nothing."),
    Standing.PAUSED: _(
        "It is paused: nothing goes out to its members, who can still see and erase what is kept about them."
    ),
}
TO: dict[str, Text] = {
    # Translators: in a list, max:24. What a country may do.
    Standing.OPEN: _("Take part again"),
    # Translators: in a list, max:24
    Standing.OBSERVING: _("Only observe"),
    # Translators: in a list, max:24
    Standing.PAUSED: _("Pause"),
}

ASKED_ALREADY = _("Something is asked already, and waits for a coordinator of the other side.")


async def country(talk: Talk) -> None:
    """Let a coordinator of a country ask the other side to hold it back, or to let it take part again."""
    home = await _home(talk)
    if home is None:
        await talk.say(_("Only those who hold a seat in the group of a country can do that."))
        return
    here = await talk.look(regimes.of, country=home)
    await talk.say(_("{country}: {standing}", country=Place(home), standing=STANDINGS[here.standing]))
    for spell in await talk.look(regimes.spells, country=home):
        await talk.say(_("Quiet days: from {begins} to {ends}.", begins=spell.begins, ends=spell.ends))
    waiting = await talk.look(resolutions.pending, country=home)
    if waiting is not None:
        await _answer(talk, waiting)
        return
    await _ask(talk, home, here)


async def _home(talk: Talk) -> str | None:
    """Return the country whose group the person coordinates."""
    mine = [group for group in await talk.look(groups.coordinated_by, person=talk.person) if group.is_home]
    return mine[0].country if mine else None


async def _ask(talk: Talk, home: str, here: Regime) -> None:
    wishes = [Option(standing, label) for standing, label in TO.items() if standing != here.standing]
    # Translators: in a list, max:24. Days on which both sides read all that is shared, such as those of an election.
    wishes.append(Option("quiet", _("Quiet days")))
    if await talk.look(regimes.spells, country=home):
        # Translators: in a list, max:24
        wishes.append(Option("loud", _("No more quiet days")))
    # Translators: in a list, max:24
    wishes.append(Option("leave", _("Leave it so")))
    chosen = await talk.choose("wish", _("What shall I ask the other side’s coordinator?"), wishes)
    if chosen == "leave":
        await talk.say(_("Gladly. Nothing has changed."))
        return
    wish = (
        await _spell(talk, home) if chosen == "quiet" else {"loud": "yes"} if chosen == "loud" else {"standing": chosen}
    )
    try:
        asked = await talk.do("propose", resolutions.propose, country=home, by=talk.person, wish=wish)
    except Conflict:
        await talk.say(ASKED_ALREADY)
        return
    news = _("A coordinator of the other side asks you to decide on your country: {country}.", country=Place(home))
    # Translators: button, max:20
    await talk.tell("tell", asked["deciders"], news, [Option("country", _("Read and decide"))], about=talk.person)
    await talk.say(_("It is asked. It holds once a coordinator of the other side agrees, here or under the same name."))


async def _spell(talk: Talk, home: str) -> Mapping[str, str]:
    """Ask for the first and the last of some quiet days."""
    today = talk.now.astimezone(countries.get(home).zone).date()
    begins = await talk.date("begins", _("Which day is the first quiet one?"), earliest=today, latest=today + AHEAD)
    first = begins or today
    latest = first + timedelta(days=LONGEST_SPELL - 1)
    ends = await talk.date("ends", _("And which is the last?"), earliest=first, latest=latest)
    return {"begins": first.isoformat(), "ends": (ends or first).isoformat()}


async def _answer(talk: Talk, waiting: Approval) -> None:
    """Take the other side's word on what waits; whoever asked is told that it waits."""
    found = await talk.look(requests.pending, person=talk.person, language=talk.language, only=[waiting.id])
    if not found:
        await talk.say(ASKED_ALREADY)
        return
    await talk.say(shown(found[0].what))
    options = [
        # Translators: button, max:20
        Option("agree", _("I agree")),
        # Translators: button, max:20
        Option("refuse", _("I refuse")),
        # Translators: button, max:20
        Option("later", _("Later")),
    ]
    word = await talk.choose(f"word {waiting.id}", _("What do you say?"), options)
    if word == "later":
        await talk.say(_("Gladly. It waits for you."))
        return
    what: dict[str, Any] = {"approval": waiting.id, "by": talk.person, "agree": word == "agree"}
    settled: dict[str, Any] = await talk.do(f"settle {waiting.id}", requests.settle, **what)
    if settled["tell"]:
        await talk.tell("tell", [settled["tell"]], told(agreed=word == "agree", country=waiting.country))
    await talk.say(_("Thank you. It is done, and the person is told."))


def shown(wanted: Resolution) -> Text:
    """Return what one side's coordinator wishes for a country."""
    where = Place(wanted.country)
    if wanted.standing is not None:
        # Translators: what is wished for a country.
        return _("{country}, so it would be: {standing}", country=where, standing=STANDINGS[wanted.standing])
    if wanted.loud:
        return _("{country}, so it would be: no more quiet days.", country=where)
    return _(
        "{country}, so it would be: quiet days from {begins} to {ends}. All that is shared there is then read by one "
        "from each side first, and nobody is prompted.",
        country=where,
        begins=wanted.begins or date.min,
        ends=wanted.ends or date.min,
    )


def told(*, agreed: bool, country: str) -> Text:
    """Return what whoever asked is told of the other side's word."""
    if agreed:
        return _("The other side agrees on your country: {country}. It holds from now on.", country=Place(country))
    return _("The other side does not agree on your country for now: {country}.", country=Place(country))


async def note(talk: Talk) -> None:
    """Say to somebody who is about to share that these are quiet days, where they are."""
    me = await talk.member()
    here = await talk.look(regimes.of, country=me.country)
    if here.quiet_until is not None:
        await talk.say(
            _(
                "These are quiet days in your country, until {day}. One from each side reads what you share before "
                "others do, so it may take longer. Thank you for your patience.",
                day=here.quiet_until,
            )
        )


capability = Capability(
    name="country",
    command="country",
    room=Room.LEAD,
    # Translators: in the menu, max:24
    title=_("Calm or pause"),
    # Translators: words that start this, separated by |.
    words=_("my country|calm or pause"),
    converse=country,
    for_whom=ForWhom.COORDINATOR,
    by_right=True,
)
