"""What sides, services and regions are called in front of people.

The codes are the network's (``network.members.SERVICES``); only the words are here, so that the
catalogues hold them all. Names of countries and topics come with their own data, in each language.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers.language import Place, Text, _
from network import attribution
from network.attribution import Attribution

SIDES: dict[str, Text] = {
    # Translators: button, max:20. One of the two sides of the network.
    "official": _("Official"),
    # Translators: button, max:20. One of the two sides of the network.
    "civil": _("Civil society"),
}

SERVICES: dict[str, Text] = {
    # Translators: button, max:24. A service or function of an official.
    "ministry": _("Ministry"),
    # Translators: button, max:24
    "police": _("Police"),
    # Translators: button, max:24. In Tunisia the same role is that of the National Guard.
    "gendarmerie": _("Gendarmerie"),
    # Translators: button, max:24
    "courts": _("Courts"),
    # Translators: button, max:24
    "prisons": _("Prisons"),
    # Translators: button, max:24
    "parliament": _("Parliament"),
    # Translators: button, max:24. A national human-rights institution.
    "rights_institution": _("Rights institution"),
    # Translators: button, max:24. An inspectorate or an oversight body.
    "oversight": _("Oversight body"),
    # Translators: button, max:24. A town hall, a governor's office.
    "local_authority": _("Local authority"),
    # Translators: button, max:24
    "association": _("Association"),
    # Translators: button, max:24
    "religious_leader": _("Religious leader"),
    # Translators: button, max:24
    "customary_chief": _("Customary chief"),
    # Translators: button, max:24
    "lawyer": _("Lawyer"),
    # Translators: button, max:24
    "media": _("Media"),
    # Translators: button, max:24
    "researcher": _("Researcher"),
    # Translators: button, max:24. A local platform where officials and residents meet.
    "local_platform": _("Local platform"),
}

REGIONS: dict[str, Text] = {
    attribution.MAGHREB: _("Maghreb"),
    attribution.SAHEL: _("Sahel"),
    attribution.COAST: _("coastal West Africa"),
}

BANDS: dict[tuple[str, str], Text] = {  # how a service and the part in it name one of many
    ("police", "command"): _("A police commander"),
    ("police", "serve"): _("A police officer"),
    ("police", ""): _("A member of the police"),
    ("gendarmerie", "command"): _("A gendarmerie commander"),
    ("gendarmerie", "serve"): _("A gendarme"),
    ("gendarmerie", ""): _("A member of the gendarmerie"),
    ("prisons", "command"): _("A prison commander"),
    ("prisons", "serve"): _("A prison officer"),
    ("prisons", ""): _("A member of the prison service"),
    ("ministry", ""): _("A ministry official"),
    ("courts", ""): _("A member of the courts"),
    ("parliament", ""): _("A member of a parliament"),
    ("rights_institution", ""): _("A member of a rights institution"),
    ("oversight", ""): _("A member of an oversight body"),
    ("local_authority", ""): _("A member of a local authority"),
    ("association", ""): _("A member of an association"),
    ("religious_leader", ""): _("A religious leader"),
    ("customary_chief", ""): _("A customary chief"),
    ("lawyer", ""): _("A lawyer"),
    ("media", ""): _("A media professional"),
    ("researcher", ""): _("A researcher"),
    ("local_platform", ""): _("A member of a local platform"),
}

LEVELS: dict[int, Text] = {
    # Translators: in a list, max:24. How much is said of who shared something: nothing.
    attribution.NETWORK: _("Nothing about me"),
    # Translators: in a list, max:24
    attribution.REGION: _("Side and region"),
    # Translators: in a list, max:24
    attribution.ROLE: _("Role and country"),
    # Translators: in a list, max:24
    attribution.ORGANISATION: _("My organisation"),
    # Translators: in a list, max:24
    attribution.PERSON: _("My name"),
}

KINDS: dict[str, Text] = {
    # Translators: button, max:20
    "practice": _("A practice"),
    # Translators: button, max:20. A lesson learnt from what failed.
    "lesson": _("What did not work"),
    # Translators: button, max:20. Something that stands in the way of working together.
    "barrier": _("A barrier"),
}

EVIDENCE: dict[str, Text] = {
    # Translators: in a list, max:24. How well a result is known.
    "told": _("Told by those involved"),
    # Translators: in a list, max:24
    "observed": _("Seen directly"),
    # Translators: in a list, max:24
    "official": _("From an official source"),
    # Translators: in a list, max:24
    "evaluated": _("Evaluated by others"),
}

DECISIONS: dict[str, Text] = {
    # Translators: in a list, max:24. Who must agree before it can be done.
    "unit": _("The head of a unit"),
    # Translators: in a list, max:24
    "command": _("A command"),
    # Translators: in a list, max:24
    "ministry": _("A ministry"),
    # Translators: in a list, max:24
    "law": _("A law is needed"),
}

STAGES: dict[str, Text] = {
    # Translators: in a list, max:24. How far a practice has come.
    "idea": _("An idea"),
    # Translators: in a list, max:24
    "pilot": _("A pilot"),
    # Translators: in a list, max:24
    "expanded": _("Expanded"),
    # Translators: in a list, max:24
    "national": _("National"),
    # Translators: in a list, max:24
    "stopped": _("Stopped"),
}

SCALES: dict[str, Text] = {
    # Translators: in a list, max:24. How large the place is in which it was done.
    "street": _("A street or a district"),
    # Translators: in a list, max:24
    "commune": _("A town or a commune"),
    # Translators: in a list, max:24
    "region": _("A region"),
    # Translators: in a list, max:24
    "national": _("A whole country"),
    # Translators: in a list, max:24
    "border": _("Across borders"),
}

RHYTHMS: dict[str, Text] = {
    # Translators: button, max:20. How often it is done.
    "once": _("Once"),
    # Translators: button, max:20
    "routine": _("As a routine"),
}

REUSES: dict[str, Text] = {
    # Translators: button, max:20. Who may pass a practice on.
    "network": _("Only in the network"),
    # Translators: button, max:20
    "public": _("With anybody"),
}

FILES: dict[str, Text] = {
    "voice": _("a voice message"),
    "picture": _("a picture"),
    "document": _("a document"),
}

PARTS: dict[str, Text] = {
    "problem": _("The problem"),
    "causes": _("Root causes, and who responded"),
    "context": _("The context"),
    "who": _("Who took part, from both sides"),
    "done": _("What was done"),
    "differs": _("What differs here"),  # of an adaptation
    "changed": _("What was changed"),
    "result": _("The result"),
    "figure": _("A figure"),
    "source": _("The source"),
    "convinced": _("What convinced the sceptics"),
    "cost": _("The cost"),
    "risks": _("The risks"),
    "rights": _("Rights and duties"),
    "adapt": _("How to adapt it"),
    "template": _("A protocol, curriculum or checklist"),
}

LANGUAGES: dict[str, Text] = {
    "ar": _("Arabic"),
    "en": _("English"),
    "fr": _("French"),
    "ha": _("Hausa"),
}


def side_label(side: str) -> Text | str:
    """Return what a side is called; an unknown code is shown as it is."""
    return SIDES.get(side, side)


def service_label(service: str) -> Text | str:
    """Return what a service is called; an unknown code is shown as it is."""
    return SERVICES.get(service, service)


def region_label(region: str) -> Text:
    """Return what a region is called (``network.attribution``); an unknown one is the network's whole region."""
    return REGIONS.get(region, _("the whole region"))


def language_label(language: str) -> Text | str:
    """Return the name of a language, for the mark on a text that is not in the reader's."""
    return LANGUAGES.get(language, language)


def part_label(part: str, kind: str = "practice") -> Text:
    """Return the heading of a part of a practice; of a barrier "what was done" is what was tried."""
    return _("What was tried") if (part, kind) == ("done", "barrier") else PARTS[part]


def attribution_label(shown: Attribution) -> Text:
    """Return who shared, as far as the author lets it be said."""
    if shown.editorial:
        return _("From the starter collection")
    if shown.level == attribution.NETWORK:
        return _("Shared in the network")
    return _AUTHORS[shown.level](shown)


def _side_and_region(shown: Attribution) -> Text:
    if shown.side == "official":
        return _("An official, {region}", region=region_label(shown.region))
    if shown.side == "civil":
        return _("A member of civil society, {region}", region=region_label(shown.region))
    return _("A former member")


def _role_and_country(shown: Attribution) -> Text:
    band = BANDS.get((shown.service, shown.role)) or BANDS.get((shown.service, "")) or side_label(shown.side)
    # Translators: who shared something, where and when: "A gendarmerie commander, Niger, 2026".
    return _("{role}, {country}, {year}", role=band, country=Place(shown.country), year=shown.year)


def _organisation(shown: Attribution) -> Text:
    return _("{organisation}, {country}", organisation=shown.organisation, country=Place(shown.country))


def _person(shown: Attribution) -> Text:
    country = Place(shown.country)
    if not shown.organisation:
        return _("{name}, {country}", name=shown.name, country=country)
    named = {"name": shown.name, "organisation": shown.organisation}
    return _("{name}, {organisation}, {country}", country=country, **named)


_AUTHORS: dict[int, Callable[[Attribution], Text]] = {
    attribution.REGION: _side_and_region,
    attribution.ROLE: _role_and_country,
    attribution.ORGANISATION: _organisation,
    attribution.PERSON: _person,
}
