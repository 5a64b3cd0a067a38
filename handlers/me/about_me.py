"""What a member may tell of themselves at leisure: organisation, locality, topics to follow."""

from __future__ import annotations

from handlers.labels import SERVICES
from handlers.language import _
from handlers.names import refuse_contact
from handlers.talk import Option, Talk
from network import countries, members, topics

FORCES = ("police", "gendarmerie", "prisons")
LONGEST = 60  # characters


def country_options(language: str) -> list[Option]:
    """Return every country of the network, in its order, named in ``language``."""
    return [Option(country.code, countries.name(country.code, language)) for country in countries.all()]


def service_options(side: str) -> list[Option]:
    """Return the services of one side."""
    return [Option(service, SERVICES[service]) for service in members.SERVICES[side]]


async def ask_role(talk: Talk, service: str, key: str = "role") -> str:
    """Ask whether somebody of a force commands a unit; "" where there is nothing to ask."""
    if service not in FORCES:
        return ""
    roles = [
        # Translators: button, max:20
        Option("command", _("I command a unit")),
        # Translators: button, max:20
        Option("serve", _("I serve in a unit")),
    ]
    return await talk.choose(key, _("What is your part in this service?"), roles)


async def ask_visibility(talk: Talk, key: str = "visibility") -> str:
    """Ask an official to check the rules of the service, and offer private mode."""
    question = _(
        "Some countries limit contact between services and the public. Please check that you are allowed to take "
        "part.\n\n"
        "If you are not sure yet, choose private mode: members see neither your name nor your service."
    )
    # Translators: button, max:20. "I am allowed to take part."
    allowed = Option("open", _("I am allowed"))
    # Translators: button, max:20
    return await talk.choose(key, question, [allowed, Option("private", _("Private mode"))])


async def ask_organisation(talk: Talk, turn: str = "") -> None:
    """Ask for the organisation, and keep it; skipped, nothing is kept."""
    question = _("What is the name of your organisation or unit? Other members do not see it.")
    words = await talk.text(f"organisation{turn}", question, at_most=LONGEST, skip=_("Skip"), check=refuse_contact)
    await talk.do(f"organisation kept{turn}", members.change, person=talk.person, organisation=words)


async def ask_locality(talk: Talk, turn: str = "") -> None:
    """Ask for the town or district, and keep it; skipped, nothing is kept."""
    question = _("In which town or district do you work? Please write no address.")
    words = await talk.text(f"locality{turn}", question, at_most=LONGEST, skip=_("Skip"), check=refuse_contact)
    await talk.do(f"locality kept{turn}", members.change, person=talk.person, locality=words)


async def ask_topics(talk: Talk, turn: str = "") -> None:
    """Ask which fields to follow, and follow exactly these."""
    fields = [Option(topic.code, topics.label(topic.code, talk.language)) for topic in topics.roots()]
    chosen = await talk.choose_several(f"topics{turn}", _("Which fields do you want to follow?"), fields)
    await talk.do(f"topics kept{turn}", topics.follow_only, person=talk.person, topics=chosen)
