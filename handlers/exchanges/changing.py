"""Changing: a host changes what an exchange is, from its title to how many can come."""

from __future__ import annotations

from typing import Any

from handlers.exchanges import hosting_acts
from handlers.exchanges.exchange import PURPOSE, TITLE, ask_languages, ask_places, ask_rules, lengths, written
from handlers.language import Text, _
from handlers.talk import Option, Talk
from network.exchanges import Exchange

FIELDS: dict[str, Text] = {
    # Translators: in a list, max:24. What of an exchange is changed.
    "title": _("Its title"),
    # Translators: in a list, max:24. What of an exchange is changed.
    "purpose": _("What it is for"),
    # Translators: in a list, max:24. What of an exchange is changed.
    "capacity": _("How many can come"),
    # Translators: in a list, max:24. What of an exchange is changed.
    "minutes": _("How long it lasts"),
    # Translators: in a list, max:24. What of an exchange is changed.
    "languages": _("Its languages"),
    # Translators: in a list, max:24. What of an exchange is changed.
    "rules": _("Its ground rules"),
}


async def change(talk: Talk, found: Exchange) -> None:
    """Ask what changes and how it is then, and keep it; who hears of it is said."""
    options = [Option(name, label) for name, label in FIELDS.items()]
    name = await talk.choose("what", _("What changes?"), options)
    given = {name: await _ask(talk, found, name)}
    await talk.do("change", hosting_acts.changed, exchange=found.id, by=talk.person, **given)
    if not found.takes_place:
        await talk.say(_("It is kept."))
    elif name == "capacity":
        await talk.say(_("It is kept. Whoever waits and gets a place by it hears of it now."))
    else:
        await talk.say(_("It is kept. Whoever was invited hears that something has changed."))


async def _ask(talk: Talk, found: Exchange, name: str) -> Any:
    if name == "title":
        return await written(talk, name, _("What is it called, in a few words?"), TITLE)
    if name == "purpose":
        return await written(talk, name, _("What is it for? Please name no person and no place."), PURPOSE)
    if name == "capacity":
        return await ask_places(talk, found.kind)
    if name == "minutes":
        return int(await talk.choose(name, _("How long does it last?"), lengths()))
    return await (ask_languages(talk) if name == "languages" else ask_rules(talk))
