"""Problem cards: what people read of problems that were named, by topic, and of what went up to the country."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.audience_choice import below, joined
from handlers.labels import SIDES
from handlers.language import Place, Text, _, n_
from handlers.prompts import cut_to
from handlers.questions import Option
from network import topics
from network.board import Shared
from network.escalations import Escalation, State
from network.problems import Gathered, Problem

SHORT = 24  # characters of a text in a list
STATES: dict[str, Text] = {
    State.OPEN: _("before the country’s coordinators"),
    State.ANSWERED: _("answered"),
    State.HANDED: _("handed to a national series"),
    State.CLOSED: _("closed"),
}


def listed(gathered: Sequence[Gathered], language: str) -> Iterator[Text]:
    """Yield what was named: each topic with its problems, one text each so that long lists come in pages."""
    for place, each in enumerate(gathered, 1):
        yield _topic(place, each, language)
        for problem in each.problems:
            yield quoted(problem.text)


def quoted(text: str) -> Text:
    """Return the words of a problem."""
    return _("– {text}", text=text)


def choices(gathered: Sequence[Gathered]) -> list[Option]:
    """Return every problem as an option, its words in full below its beginning."""
    return [option(problem) for each in gathered for problem in each.problems]


def option(problem: Problem) -> Option:
    """Return a problem as an option."""
    return Option(problem.id, cut_to(problem.text, SHORT), problem.text)


def lifted(found: Escalation, language: str) -> Text:
    """Return a problem that needs a national answer, and where it stands."""
    topic, state = topics.label(found.topic, language), STATES[found.state]
    said = below(
        _("Needs a national answer, on {topic}: {state}", topic=topic, state=state),
        _("“{text}”", text=found.text),
    )
    if not found.reply:
        return said
    reply = _("The answer: {text}", text=found.reply)
    return below(said, _("Why: {text}", text=found.reply) if found.state is State.CLOSED else reply)


def shared(found: Shared, language: str) -> Text:
    """Return in which countries a topic is named, as far as that may be said."""
    topic = topics.label(found.topic, language)
    if not found.countries:
        return _("{topic}: several countries", topic=topic)
    places = joined(map(Place, found.countries))
    if found.others:
        return _("{topic}: {countries}, and others", topic=topic, countries=places)
    return _("{topic}: {countries}", topic=topic, countries=places)


def _topic(place: int, found: Gathered, language: str) -> Text:
    said = n_(
        "{place}. {topic}: {count} problem",
        "{place}. {topic}: {count} problems",
        len(found.problems),
        place=place,
        topic=topics.label(found.topic, language),
    )
    for side, many in sorted(found.sides.items()):
        # Translators: {side} is such as "Civil society"; {count} is rounded down to tens.
        said = below(
            said, n_("{side}: at least {count} person", "{side}: at least {count} people", many, side=SIDES[side])
        )
    return said
