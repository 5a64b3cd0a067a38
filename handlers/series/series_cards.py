"""Series cards: what people read of a dialogue of a year or longer, where it stands and what its phase asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import reduce

from handlers.audience_choice import below, joined
from handlers.exchanges import exchange_cards
from handlers.labels import SERVICES, SIDES
from handlers.language import Place, Text, _, n_
from network import countries, outputs
from network.gaps import Gaps
from network.outputs import Name
from network.series import Level, Phase, Series, State

DONE, LEFT = "●", "○"  # of the bar, a mark for each phase

PHASES: dict[str, Text] = {
    # Translators: a phase of a dialogue of a year: those whom it concerns are brought together.
    Phase.GATHER: _("Gather"),
    # Translators: a phase of a dialogue of a year.
    Phase.UNDERSTAND: _("Understand"),
    # Translators: a phase of a dialogue of a year: what comes first is chosen.
    Phase.PRIORITISE: _("Prioritise"),
    # Translators: a phase of a dialogue of a year: steps are agreed on.
    Phase.AGREE: _("Agree"),
    # Translators: a phase of a dialogue of a year: the steps are done.
    Phase.ACT: _("Act"),
    # Translators: a phase of a dialogue of a year: what changed is looked at.
    Phase.REVIEW: _("Review"),
}
ASKS: dict[str, Text] = {
    Phase.GATHER: _("All whom it concerns are invited, from both sides, and agree on the ground rules."),
    Phase.UNDERSTAND: _("Each names problems, without a name, and hears how the others see them."),
    Phase.PRIORITISE: _("Together we choose the few problems to work on first."),
    Phase.AGREE: _("We agree on practical steps: which role does what, and until when."),
    Phase.ACT: _("The steps are done, and each is marked: done, not done or changed."),
    Phase.REVIEW: _("We look at what changed, and sum it up without naming anybody."),
}
WORKSHOPS: dict[str, Text] = {
    Phase.GATHER: _("The opening workshop: who takes part, and what is to be reached."),
    Phase.UNDERSTAND: _("A workshop on the barriers: what stands in the way, seen from both sides."),
    Phase.PRIORITISE: _("A workshop on models: what works in this country and in others."),
    Phase.AGREE: _("A workshop on a draft that both sides can answer."),
    Phase.ACT: _("A workshop on the recommendation, and on who takes it further."),
    Phase.REVIEW: ASKS[Phase.REVIEW],
}
INSIGHTS = _("It also stands in the insights of the quarter, which members read by topic.")
OUTPUTS: dict[str, Text] = {
    # Translators: in a list, max:24. The text that the opening workshop leaves.
    Name.OPENING: _("The opening"),
    # Translators: in a list, max:24. The text of a workshop on what stands in the way.
    Name.BARRIERS: _("The barriers"),
    # Translators: in a list, max:24. The text of a workshop on what works elsewhere.
    Name.MODELS: _("The models"),
    # Translators: in a list, max:24. The text of a workshop.
    Name.DRAFT: _("The draft"),
    # Translators: in a list, max:24. The text of a workshop.
    Name.RECOMMENDATION: _("The recommendation"),
    # Translators: in a list, max:24. What a dialogue of a year leaves.
    Name.SUMMARY: _("The summary"),
}
LEVELS: dict[str, Text] = {
    # Translators: in a list, max:24. A dialogue of a year in one place.
    Level.LOCAL: _("A dialogue series"),
    # Translators: in a list, max:24. A dialogue of a year for a whole country.
    Level.NATIONAL: _("A national series"),
}
STATES: dict[str, Text] = {
    State.ASKED: _("waits for the coordinators’ word"),
    State.REFUSED: _("the coordinators did not agree"),
    State.OPEN: _("under way"),
    State.OVER: _("over"),
}


def bar(found: Series) -> Text:
    """Return a mark for each phase, those that are over or under way filled.

    It is said as it is, not isolated: its marks run with the sentence, from the right in Arabic (UAX 9).
    """
    filled = len(Phase) if found.state is State.OVER else found.phase.number
    return Text(DONE * filled + LEFT * (len(Phase) - filled))


def progress(found: Series) -> Text:
    """Return how far a series has come, in a line."""
    if found.state is not State.OPEN:
        return _("How it stands: {state}", state=STATES[found.state])
    return _(
        "Phase {number} of {all}: {phase} {bar}",
        number=found.phase.number,
        all=len(Phase),
        phase=PHASES[found.phase],
        bar=bar(found),
    )


def card(found: Series, now: datetime, language: str) -> Text:
    """Return what those who are in a series read of it."""
    return reduce(below, lines(found, now, language))


def lines(found: Series, now: datetime, language: str) -> Iterator[Text]:
    """Yield what a series is and where it stands, line by line."""
    yield from about(found, language)
    yield progress(found)
    if found.state is not State.OPEN:
        return
    yield asks(found)
    if found.phase_until is not None and found.ends_at is not None:
        yield left(found.phase_until, now)
        yield _("The whole is planned until {day}.", day=found.ends_at.date())


def about(found: Series, language: str) -> Iterator[Text]:
    """Yield what a series is, as those who are invited read it too."""
    yield _("{kind}: “{title}”", kind=LEVELS[found.level], title=found.title)
    yield _("{one}", one=found.purpose)
    if found.topics:
        yield exchange_cards.about(found.topics, language)
    if found.zone:
        yield _("Border zone: {zone}", zone=countries.zone_name(found.zone, language))
    elif found.countries:
        yield _("Countries: {countries}", countries=joined(map(Place, found.countries)))
    yield lasts(found.months)


def lasts(months: int) -> Text:
    """Return how long a series lasts."""
    return n_("It lasts {count} month.", "It lasts {count} months.", months)


def asks(found: Series) -> Text:
    """Return what the phase asks for."""
    table = WORKSHOPS if found.level is Level.NATIONAL else ASKS
    return table[found.phase]


def phases(found: Series) -> Iterator[Text]:
    """Yield every phase, with the day on which it began; of a national series with the workshop that it holds."""
    for phase in Phase:
        began = found.began.get(phase)
        told = _("began on {day}", day=began.date()) if began else _("is to come")
        name = PHASES[phase]
        if found.level is Level.NATIONAL:
            name = _("{phase} ({text})", phase=name, text=OUTPUTS[outputs.WORKSHOPS[phase]])
        yield _("{number}. {phase}: {told}", number=phase.number, phase=name, told=told)


def left(until: datetime, now: datetime) -> Text:
    """Return how long the phase is planned to last from now, or for how long it has stood beyond that."""
    days = (until.date() - now.date()).days
    if days < 0:
        return n_("{count} day longer than planned.", "{count} days longer than planned.", -days)
    return n_("{count} day is left of this phase.", "{count} days are left of this phase.", days)


def rules(found: Series) -> Text:
    """Return the ground rules, and what may be told of what is said."""
    said = _("What is said may be told, never who said it.")
    return below(said, _("Ground rules: {rules}", rules=exchange_cards.ground(found.rules))) if found.rules else said


def short(found: Series) -> Text:
    """Return what is said of a series that is linked to another: what it is called, and where it stands."""
    return _("“{title}”. {progress}", title=found.title, progress=progress(found))


def missing(found: Gaps, called: Mapping[str, str]) -> Iterator[Text]:
    """Yield who is not there yet, and which text; ``called`` are the names of the groups, by id."""
    if found.sides:
        yield _("Nobody but the hosts yet of this side: {side}", side=joined(SIDES[each] for each in found.sides))
    if found.services:
        bodies = joined(SERVICES[each] for each in found.services)
        yield _("Nobody yet who shows to be of: {bodies}", bodies=bodies)
    if found.groups:
        yield _("Nobody yet of the group: {groups}", groups=joined(called.get(each, "") for each in found.groups))
    if found.output:
        yield _("Not published yet: {text}", text=OUTPUTS[found.output])
