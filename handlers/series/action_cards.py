"""Action cards: what people read of the actions of a series, and of how far they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from handlers.audience_choice import below
from handlers.language import Text, _, n_
from network.actions import Action, Progress, State, Turn

SHORT = 24  # characters in a list
TURNS = 3  # of the history, the latest
STATES: dict[str, Text] = {
    State.OPEN: _("under way"),
    State.CHANGED: _("under way, changed"),
    State.DONE: _("done"),
    State.NOT_DONE: _("not done"),
}


def card(found: Action, said: Sequence[Turn], *, cause: str, reader: str, today: date) -> Text:
    """Return what is to be done, by whose role and until when, how it stands, and what was said of it lately.

    ``cause`` is the problem from which it follows, "" for none.
    """
    text = _("{what}\n{who}, until {day}", what=found.text, who=found.role, day=found.due_on)
    if cause:
        text = below(text, _("It answers the problem “{problem}”", problem=cause))
    for line in (*_owner(found, reader), _("How it stands: {state}", state=standing(found, today))):
        text = below(text, line)
    for turn in said[-TURNS:]:
        text = below(text, _turn(turn))
    return text


def standing(found: Action, today: date) -> Text:
    """Return how it stands, in a word or two."""
    if not found.is_settled and found.due_on < today:
        return _("late")
    return STATES[found.state]


def note(found: Action, today: date) -> Text:
    """Return what stands beside it in a list."""
    return _("{state}, {day}", state=standing(found, today), day=found.due_on)


def progress(found: Progress) -> Text:
    """Return how far the actions are."""
    if not found.total:
        return _("No action is agreed yet.")
    said = n_("{done} of {count} action done.", "{done} of {count} actions done.", found.total, done=found.done)
    if found.not_done:
        said = below(said, n_("{count} was not done.", "{count} were not done.", found.not_done))
    return below(said, n_("{count} is late.", "{count} are late.", found.late)) if found.late else said


def reminder(found: Action, title: str, today: date) -> Text:
    """Return what those who do it, and the hosts, are reminded of."""
    said = _("An action of “{title}” falls due.", title=title)
    if found.due_on < today:
        said = _("The day of an action of “{title}” has passed. What became of it?", title=title)
    return below(said, _("{what}\n{who}, until {day}", what=found.text, who=found.role, day=found.due_on))


def _owner(found: Action, reader: str) -> Iterator[Text]:
    if found.owner == reader:
        yield _("You have taken it on.")
    elif found.name:
        yield _("Taken on by: {name}", name=found.name)
    elif found.owner:
        yield _("A member has taken it on.")


def _turn(turn: Turn) -> Text:
    said = _("{day}: {state}", day=turn.at.date(), state=STATES[turn.state])
    return _("{said}. “{note}”", said=said, note=turn.note) if turn.note else said
