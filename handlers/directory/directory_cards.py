"""What is shown of an entry, an organisation and a partnership of the directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from handlers.groups.group_labels import below
from handlers.labels import SIDES, service_label, side_label
from handlers.language import Place, Text, Words, _, n_
from network import countries, topics
from network.directory import Entry
from network.organisations import Organisation
from network.partnerships import Partnership

CONTACT = _("Can be asked to meet through Jisr")
NOTHING: Words = ""


def entry(shown: Entry, language: str) -> Words:
    """Return all that somebody lets others see."""
    return together([*_named(shown), *_lines(shown, language), *([CONTACT] if shown.contact else [])])


def title(shown: Entry, language: str) -> Words:
    """Return what an entry is called in a list: the first thing that it shows."""
    return next(iter([*_named(shown), *_lines(shown, language)]), NOTHING)


def note(shown: Entry, language: str) -> Words:
    """Return the line below an entry in a list: the second thing that it shows."""
    return next(iter([*_named(shown), *_lines(shown, language)][1:2]), NOTHING)


def organisation(shown: Organisation, language: str) -> Words:
    """Return all that everybody may read of an organisation."""
    counted: list[Words] = []
    if shown.members:
        counted.append(
            n_(
                "{count} member or more say that they belong to it",
                "{count} members or more belong to it",
                shown.members,
            )
        )
    return together([_("“{title}”", title=shown.name), shown.about, *_places(shown, language), *counted])


def organisation_note(shown: Organisation) -> Text:
    """Return the line below an organisation in a list."""
    return _("{side}, {country}", side=side_label(shown.side), country=Place(shown.country))


def partnership(shown: Partnership) -> Words:
    """Return what is said of a partnership."""
    bodies = _("“{one}” and “{other}”", one=shown.one.name, other=shown.other.name)
    since = _("Together since {year}", year=str(shown.since))
    return together([bodies, shown.purpose, since])


def figures(known: Mapping[str, Mapping[str, int]], language: str) -> Words:
    """Return how many members there are by country and side, as far as it may be told."""
    lines: list[Words] = [
        _("Members by country and side, in whole tens. Fewer than ten are left out, so that nobody stands out.")
    ]
    for country in sorted(known, key=lambda code: countries.name(code, language)):
        for side, many in known[country].items():
            # Translators: {side} is "Official" or "Civil society"; the number is rounded down to ten, twenty and so on.
            lines.append(
                _("{country}, {side}: {number} or more", number=many, country=Place(country), side=SIDES[side])
            )
    return together(lines)


def together(lines: Iterable[Words]) -> Words:
    """Return lines one below the other."""
    return reduce(below, [line for line in lines if line])


def _named(shown: Entry) -> Iterator[Words]:
    if shown.name:
        yield shown.name
    if shown.organisation:
        yield shown.organisation


def _lines(shown: Entry, language: str) -> Iterator[Words]:
    if shown.service:
        yield service_label(shown.service)
    if shown.side:
        yield side_label(shown.side)
    if shown.country:
        yield countries.name(shown.country, language)
    if shown.zone:
        yield _("Border zone: {zone}", zone=countries.zone_name(shown.zone, language))
    if shown.topics:
        yield _topics(shown.topics, language)


def _places(shown: Organisation, language: str) -> Iterator[Words]:
    yield organisation_note(shown)
    if shown.zone:
        yield _("Border zone: {zone}", zone=countries.zone_name(shown.zone, language))
    yield _topics(shown.topics, language)


def _topics(codes: Iterable[str], language: str) -> Text:
    return _("Topics: {topics}", topics=" · ".join(topics.label(code, language) for code in codes))
