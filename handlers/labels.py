"""What sides, services and regions are called in front of people.

The codes are the network's (``network.members.SERVICES``); only the words are here, so that the
catalogues hold them all. Names of countries and topics come with their own data, in each language.
"""

from __future__ import annotations

from handlers.language import Text, _
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


def attribution_label(shown: Attribution) -> Text:
    """Return who shared, as far as the author lets it be said."""
    if shown.side == "official":
        return _("An official, {region}", region=region_label(shown.region))
    if shown.side == "civil":
        return _("A member of civil society, {region}", region=region_label(shown.region))
    return _("From the starter collection") if shown.editorial else _("A former member")
