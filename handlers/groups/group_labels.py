"""What is said of a group: who can be in it, how one comes in, how its posts come, and whoever coordinates it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from handlers.labels import SIDES, service_label, side_label
from handlers.language import Place, Text, Words, _, n_
from network import rolls, topics
from network.charters import Charter
from network.groups import BOTH, Mode, Policy
from network.members import Member
from network.rolls import Coordinator, Roll

POLICIES: dict[str, Text] = {
    # Translators: button, max:20. How one comes into a group.
    Policy.OPEN: _("Open to all"),
    # Translators: button, max:20
    Policy.REQUEST: _("On request"),
    # Translators: button, max:20
    Policy.INVITATION: _("By invitation"),
}
COMPOSITIONS: dict[str, Text] = {
    # Translators: button, max:20. Who can be in a group.
    BOTH: _("Both sides"),
    # Translators: button, max:20
    "official": _("Officials only"),
    # Translators: button, max:20
    "civil": _("Civil society only"),
}
MODES: dict[str, Text] = {
    # Translators: button, max:20. How posts of a group come.
    Mode.INSTANT: _("Right away"),
    # Translators: button, max:20
    Mode.DAILY: _("Once a day"),
    # Translators: button, max:20
    Mode.SILENT: _("Silent"),
}
RANKS: dict[tuple[str, str], Text] = {
    ("official", "coordinator"): _("Coordinator, official side"),
    ("official", "deputy"): _("Deputy, official side"),
    ("civil", "coordinator"): _("Coordinator, civil society"),
    ("civil", "deputy"): _("Deputy, civil society"),
}


def whole(roll: Roll, language: str) -> Text:
    """Return all that everybody may know of a group."""
    return _together(_lines(roll, language))


def terms(charter: Charter, language: str) -> Text:
    """Return what a group is, where, and how one comes in."""
    return _together(_terms(charter, language))


def note(charter: Charter) -> Text:
    """Return the line below a group in a list."""
    group = charter.group
    # Translators: {who} is such as "Officials only", {how} such as "On request".
    return _("{who}, {how}", who=COMPOSITIONS[group.composition], how=POLICIES[group.policy])


def person(member: Member) -> Text:
    """Return what other members may know of somebody: in private mode neither name nor service."""
    country = Place(member.country)
    if not rolls.is_shown(member):
        # Translators: {side} is "Official" or "Civil society".
        return _("A member in private mode\n{side}\n{country}", side=side_label(member.side), country=country)
    shown = {"name": member.name, "side": side_label(member.side), "service": service_label(member.service)}
    return _("{name}\n{side}, {service}\n{country}", country=country, **shown)


def below(above: Words, line: Words) -> Text:
    """Return two texts, one below the other."""
    return _("{above}\n{line}", above=above, line=line)


def _together(lines: Iterator[Words]) -> Text:
    first, second, *others = lines
    return reduce(below, others, below(first, second))


def _lines(roll: Roll, language: str) -> Iterator[Words]:
    yield from _terms(roll.charter, language)
    if not roll.coordinators:
        yield _("Nobody coordinates it yet.")
    for coordinator in roll.coordinators:
        yield _coordinator(coordinator)
    for side, count in roll.counts.items():
        # Translators: {side} is "Official" or "Civil society".
        yield n_("{side}: {count} member", "{side}: {count} members", count, side=SIDES[side])


def _terms(charter: Charter, language: str) -> Iterator[Words]:
    group = charter.group
    yield _("Group: {name}", name=charter.name(language))
    if group.is_home:
        yield _("Everybody of this country is in it.")
        return
    yield charter.purpose(language)
    yield _("Where: {place}", place=_place(charter))
    if group.topic:
        yield _("Field: {topic}", topic=topics.label(group.topic, language))
    yield note(charter)
    if group.vouched:
        yield _("Whoever asks to join needs the word of a member.")


def _place(charter: Charter) -> Text | Place:
    country = Place(charter.group.country)
    if not charter.locality:
        return country
    # Translators: a town or district, and its country.
    return _("{locality}, {country}", locality=charter.locality, country=country)


def _coordinator(coordinator: Coordinator) -> Text:
    rank = RANKS[coordinator.side, coordinator.rank]
    return _("{rank}: {name}", rank=rank, name=coordinator.name) if coordinator.name else rank
