"""Step cards: the steps of a scenario and the rounds of a dialogue as people read them, and what both sides replied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from handlers.audience_choice import below
from handlers.labels import SIDES
from handlers.language import Text, Words, _
from handlers.prompts import cut_to
from network.members import SIDES as BOTH
from network.steps import Kind, Reply, State, Step

SHORT = 24  # characters in a list
ROUNDS: dict[str, Text] = {
    # Translators: in a list, max:24. Of a dialogue.
    Kind.OPENING: _("The opening round"),
    # Translators: in a list, max:24. Of a dialogue.
    Kind.LISTENING: _("The listening round"),
    # Translators: in a list, max:24. Of a dialogue.
    Kind.JOINT: _("The joint round"),
}
SITUATIONS: dict[str, Text] = {
    Kind.OPENING: _(
        "Each in turn, from one side and then the other, two minutes at most: what brings you here? Nobody answers "
        "yet, and whoever wishes passes."
    ),
    Kind.LISTENING: _(
        "One side says what is difficult for it. The other side first repeats what it heard, and only then answers. "
        "Then the sides change."
    ),
    Kind.JOINT: _("Both sides together: what can change, who does it by role, and until when?"),
}
QUESTIONS: dict[str, Text] = {
    Kind.LISTENING: _("What is difficult for your side, and should be understood by the other?"),
    Kind.JOINT: _("What is one thing that both sides can do together?"),
}
STATES: dict[str, Text] = {
    State.WRITTEN: _("not sent yet"),
    State.SENT: _("sent"),
    State.SHOWN: _("sent, the replies are shown"),
}


def name(found: Step) -> Text:
    """Return what a step is called."""
    return ROUNDS[found.kind] if found.kind in ROUNDS else _("Step {number}", number=found.number)


def listed(found: Step) -> Words:
    """Return what a step is called in a list."""
    return ROUNDS[found.kind] if found.kind in ROUNDS else cut_to(f"{found.number}. {found.situation}", SHORT)


def question(found: Step) -> Words:
    """Return what is asked in a step, "" where nothing is."""
    return QUESTIONS.get(found.kind, found.question)


def situation(found: Step, facilitators: Mapping[str, str]) -> Text:
    """Return what a step puts before people, and who facilitates by their role."""
    text = below(name(found), _("{one}", one=SITUATIONS.get(found.kind, found.situation)))
    for side, role in facilitators.items():
        text = below(text, _("Facilitator, {side}: {role}", side=SIDES[side], role=role))
    return text


def card(found: Step, facilitators: Mapping[str, str]) -> Text:
    """Return a step with its question."""
    text, asked = situation(found, facilitators), question(found)
    return _("{above}\n\n{line}", above=text, line=asked) if asked else text


def side_by_side(found: Step, said: Sequence[Reply]) -> Iterator[Text]:
    """Yield what was replied to a step, one of each side together."""
    sides = ([each for each in said if each.side == side] for side in BOTH)
    for at, pair in enumerate(zip_longest(*sides)):
        lines = [_("{side}: “{words}”", side=SIDES[each.side], words=each.text) for each in pair if each is not None]
        text = lines[0] if len(lines) == 1 else below(*lines)
        yield text if at else below(_("What was replied. {name}", name=name(found)), text)
