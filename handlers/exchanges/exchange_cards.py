"""Exchange cards: what people read of an exchange, in their own time. Where it is stands in none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from zoneinfo import ZoneInfo

from handlers.audience_choice import below, joined
from handlers.exchanges import rhythm
from handlers.labels import LANGUAGES
from handlers.language import Place, Text, Words, _, n_
from handlers.questions import Option
from network import countries, topics
from network.exchanges import Exchange, Kind, Rule, State

HOUR = 60  # minutes

KINDS: dict[str, Text] = {
    # Translators: in a list, max:24. What people do together.
    Kind.DIALOGUE: _("A dialogue"),
    # Translators: in a list, max:24
    Kind.VISIT: _("A visit"),
    # Translators: in a list, max:24
    Kind.JOINT: _("A joint activity"),
    # Translators: in a list, max:24
    Kind.TRAINING: _("Training among peers"),
    # Translators: in a list, max:24
    Kind.SCENARIO: _("A scenario exercise"),
    # Translators: in a list, max:24
    Kind.CALL_IN: _("A radio call-in"),
    # Translators: in a list, max:24
    Kind.FORUM: _("A policy forum"),
    # Translators: in a list, max:24
    Kind.OPEN_DAY: _("An open day"),
    # Translators: in a list, max:24
    Kind.CAMPAIGN: _("A campaign"),
    # Translators: in a list, max:24
    Kind.LAUNCH: _("A launch by ministers"),
    # Translators: in a list, max:24. A few people are asked before the public consultation.
    Kind.PRECONSULTATION: _("A pre-consultation"),
    # Translators: in a list, max:24. Of several services of the State.
    Kind.CROSS_SERVICE: _("Across services"),
}
TELLING: dict[str, Text] = {
    Rule.UNATTRIBUTED: _("What is said may be told, never who said it."),
    Rule.CLOSED: _("Nothing of what is said leaves the room."),
    Rule.OPEN: _("What is said may be told, and who said it."),
}
STATES: dict[str, Text] = {
    State.DRAFT: _("not proposed yet"),
    State.PROPOSED: _("waits for the coordinators’ word"),
    State.REFUSED: _("the coordinators did not agree"),
    State.AGREEING: _("a time is to be agreed on"),
    State.SET: _("its time is set"),
    State.CHANGED: _("it was changed"),
    State.CANCELLED: _("cancelled"),
    State.OVER: _("over"),
}
ROUNDS = "rounds"  # the ground rules of whoever writes none of their own
# Translators: the ground rules of a talk in rounds, in at most 400 characters.
IN_ROUNDS = _(
    "We speak in rounds: each in turn, two minutes, nobody interrupts, whoever wishes passes. First what we see, then "
    "what we need, then what each can do. We speak of roles, never of persons or cases."
)


def card(found: Exchange, country: str, language: str) -> Text:
    """Return what an exchange is, and when by the clock of a country."""
    return reduce(below, lines(found, country, language))


def lines(found: Exchange, country: str, language: str) -> Iterator[Text]:
    """Yield what an exchange is, line by line."""
    yield _("{kind}: “{title}”", kind=KINDS[found.kind], title=found.title)
    yield _("{one}", one=found.purpose)
    if found.host:
        yield _("Host: {body}", body=found.host)
    if found.partner:
        yield _("Partner: {body}", body=found.partner)
    if found.topics:
        yield about(found.topics, language)
    if found.languages:
        yield _("Languages: {languages}", languages=joined(LANGUAGES[each] for each in found.languages))
    if found.starts_at is not None:
        yield when(found.starts_at, country)
        yield lasts(found.minutes)
    yield from rhythm.lines(found, lambda at: when(at, country))
    if found.state in {State.CHANGED, State.CANCELLED, State.OVER}:
        yield _("How it stands: {state}", state=STATES[found.state])


def about(codes: Iterable[str], language: str) -> Text:
    """Return what something is about."""
    return _("Topics: {topics}", topics=joined(topics.label(code, language) for code in codes))


def when(at: datetime, country: str) -> Text:
    """Return an instant by the clock of a country, of UTC where there is none."""
    if not countries.known(country):
        return utc(at)
    local = at.astimezone(countries.get(country).zone)
    day, hour = local.date(), local.time()
    return _("When: {day}, {hour} ({country})", day=day, hour=hour, country=Place(country))


def zone(country: str) -> ZoneInfo:
    """Return the clock of a country, UTC where there is none."""
    return countries.get(country).zone if countries.known(country) else ZoneInfo("UTC")


def short(at: datetime, country: str) -> Text:
    """Return an instant as the label of an option, by the clock of a country, of UTC where there is none."""
    local = at.astimezone(zone(country))
    return _("{day}, {hour}", day=local.date(), hour=local.time())


def utc(at: datetime) -> Text:
    """Return an instant for readers whose clock is not known."""
    local = at.astimezone(ZoneInfo("UTC"))
    return _("When: {day}, {hour} UTC", day=local.date(), hour=local.time())


def until(at: datetime, country: str) -> Text:
    """Return the end of a delay by the clock of a country, of UTC where there is none."""
    local = at.astimezone(zone(country))
    clock = Place(country) if countries.known(country) else "UTC"
    return _("Until {day}, {hour} ({clock})", day=local.date(), hour=local.time(), clock=clock)


def lasts(minutes: int) -> Text:
    """Return how long something lasts."""
    if minutes % HOUR:
        return n_("It lasts {count} minute.", "It lasts {count} minutes.", minutes)
    return n_("It lasts {count} hour.", "It lasts {count} hours.", minutes // HOUR)


def ground(rules: str) -> Words:
    """Return ground rules as they are read: those of talking in rounds in the language of their reader."""
    return IN_ROUNDS if rules == ROUNDS else rules


def rules(found: Exchange) -> Text:
    """Return what everybody who comes agrees to: what may be told of it, and the ground rules."""
    said = TELLING[found.telling]
    if not found.rules:
        return said
    return _("{above}\n{line}", above=said, line=_("Ground rules: {rules}", rules=ground(found.rules)))


def door(place: str, link: str) -> Text:
    """Return where it is, for those who come."""
    said = _("Where: {place}", place=place) if place else _("It takes place online.")
    return below(said, _("The link, for you alone: {link}", link=link)) if link else said


def attend(exchange: str) -> Option:
    """Return the button that opens an exchange."""
    # Translators: button, max:20. It opens an exchange, to answer the invitation.
    return Option(f"attend:{exchange}", _("See and answer"))
