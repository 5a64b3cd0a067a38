"""The figures of a poll in words: what came out, of how many, and what of it may not be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel.dates import format_date

from handlers.labels import SIDES
from handlers.language import Place, Text, Voice, Words, _, n_, to_digits
from handlers.polls import poll_cards
from network.polls import Kind, Poll
from network.results import Part, Results

VIEWS = _("These are the views of the members who answered, not those of the population.")
HIDDEN = _(
    "By side and by country: not shown. Somewhere fewer than ten people answered, and so small a number could point "
    "at somebody. It stays hidden for good, also where it could be worked out from other figures."
)


FEW = 10  # who answered: of fewer no percentages are said
BY_SIDE, BY_COUNTRY, BY_BOTH = "side", "country", "both"  # ways to part the voters
_HEADINGS = {BY_SIDE: _("By side"), BY_COUNTRY: _("By country"), BY_BOTH: _("By country and side")}
_RANKED = {
    BY_SIDE: _("By side: how many put it first"),
    BY_COUNTRY: _("By country: how many put it first"),
    BY_BOTH: _("By country and side: how many put it first"),
}
_WHERE = _(
    "Such figures are shown where there is more than one part, at least ten people stand behind each number, and no "
    "smaller one can be worked out from other figures."
)
_NOT_SHOWN = {
    BY_SIDE: _("By side: not shown. {where}", where=_WHERE),
    BY_COUNTRY: _("By country: not shown. {where}", where=_WHERE),
    BY_BOTH: _("By country and side: not shown. {where}", where=_WHERE),
}


@dataclass(frozen=True)
class Row:
    """An option and how it did: ``share`` of the longest bar (0 to 1), and what is written beside it."""

    label: Words
    share: float
    figure: Text


def rows(poll: Poll, found: Results, language: str) -> list[Row]:
    """Return how each option did: a scale in its order, everything else the most chosen first."""
    labels = named(poll, language)
    if found.places:
        most = max((place.points for place in found.places), default=0) or 1
        return [
            Row(
                # Translators: a place in a ranking: "1. Integrity".
                _("{number}. {answer}", number=place.rank, answer=labels[place.number]),
                place.points / most,
                n_("{count} point", "{count} points", place.points),
            )
            for place in found.places
        ]
    lines = list(found.lines)
    if poll.is_shuffled:
        lines.sort(key=lambda line: (-line.votes, line.number))
    return [Row(labels[line.number], line.share, counted(line.share, line.votes, found.answered)) for line in lines]


def counted(share: float, votes: int, answered: int) -> Text:
    """Return a share with the number behind it; of few who answered the numbers alone."""
    if answered < FEW:
        return figure(share, votes, answered)
    # Translators: a share and the number behind it, such as 45% (9). No dot between them: it reads as an Arabic zero.
    return _("{percent} ({count})", percent=percent(share), count=votes)


def figure(share: float, votes: int, answered: int) -> Text:
    """Return a share, or of few who answered how many of them: "50%" of four sounds like more than two people."""
    if answered < FEW:
        # Translators: how many of those who answered chose something, such as 2 of 5.
        return _("{votes} of {answered}", votes=votes, answered=answered)
    return percent(share)


def percent(share: float) -> Text:
    """Return a share in whole hundredths."""
    # Translators: a share, such as 45%.
    return _("{number}%", number=round(share * 100))


def named(poll: Poll, language: str) -> dict[int, str]:
    """Return the options by their numbers, as somebody reads them."""
    return {each.number: poll_cards.in_language(each.words, language)[0] for each in poll.choices}


def lines(poll: Poll, found: Results, language: str) -> Iterator[Words]:
    """Yield the results, the parts in the order in which they are said."""
    yield _("“{question}”", question=poll_cards.in_language(poll.question, language)[0])
    if not found.final:
        yield _("So far:")
    yield from ([together(rows(poll, found, language))] if found.answered and found.lines else [])
    if found.mean is not None:
        scale = {"mean": round(found.mean, 1), "steps": steps(poll)}
        yield _("On average {mean}, on the scale from 1 to {steps}.", **scale)
    if found.places:
        yield method(poll.places)
    yield _below_each(list(_took_part(found)))
    yield VIEWS


def steps(poll: Poll) -> int:
    """Return how many steps a scale has; “do not know” is none."""
    return len([each for each in poll.choices if not each.apart])


def mean_of(poll: Poll, part: Part) -> float | None:
    """Return the mean step of a part of the voters on a scale, from 1; None without an answer on it."""
    scale = [each.number for each in poll.choices if not each.apart]
    many = sum(part.votes.get(number, 0) for number in scale)
    return sum(step * part.votes.get(number, 0) for step, number in enumerate(scale, 1)) / many if many else None


def took_part(poll: Poll, found: Results) -> Text:
    """Return in one line how many took part, and when."""
    many = n_("{count} member took part.", "{count} members took part.", found.voters)
    day = (poll.closed_at or poll.plan.closes_at).date()
    return _("{took_part} {day}", took_part=many, day=day)


def month(poll: Poll, voice: Voice) -> str:
    """Return the month in which a poll closed, as short as may be."""
    day = (poll.closed_at or poll.plan.closes_at).date()
    return to_digits(format_date(day, "MMM y", locale=voice.language), voice.digits)


def together(found: Sequence[Row]) -> Words:
    """Return rows as one block."""
    return _below_each([_("{label}: {figure}", label=row.label, figure=row.figure) for row in found])


def method(places: int) -> Text:
    """Return how a ranking is counted, in a member’s words."""
    return _(
        "Counted by points: with {places} places the first gives {places} points, each next one point less. Whoever "
        "has the same points shares a place.",
        places=places,
    )


def _took_part(found: Results) -> Iterator[Text]:
    yield n_("{count} member took part.", "{count} members took part.", found.voters)
    if found.declined:
        yield n_("{count} preferred not to say.", "{count} preferred not to say.", found.declined)
    for side, many in found.turnout.items():
        if many:
            # Translators: {side} is such as "Civil society"; the number is rounded down to tens.
            yield _("{side}: at least {count}", side=SIDES[side], count=many)
    for each in found.quorum:
        reached = _("reached") if each.reached else _("not reached")
        yield _("Wanted of {side}: {count}, {reached}.", side=SIDES[each.side], count=each.wanted, reached=reached)
    if not found.has_quorum:
        yield _("So it does not count as the word of both sides.")


def parts(poll: Poll, found: Results, language: str) -> list[Words]:
    """Return the results by side and by country, as far as they may be said; else why not."""
    if not found.final:
        return [_("By side and by country: when it closes, where at least ten people stand behind each number.")]
    shown = ((BY_SIDE, found.sides), (BY_COUNTRY, found.countries), (BY_BOTH, found.cells))
    if not any(some for _name, some in shown):
        return [HIDDEN]
    said: list[Words] = []
    for name, some in shown:
        said.append(heading(poll, name) if some else _NOT_SHOWN[name])
        said += [_part(poll, part, language) for part in some]
    return said


def heading(poll: Poll, name: str) -> Text:
    """Return what the figures of parts are: of a ranking, who put an option first."""
    return _RANKED[name] if poll.plan.kind is Kind.RANKING else _HEADINGS[name]


def part_label(part: Part) -> Words:
    """Return what a part of the voters is called."""
    if part.side and part.country:
        return _("{side}, {country}", side=SIDES[part.side], country=Place(part.country))
    if part.side:
        return SIDES[part.side]
    return _("{country}", country=Place(part.country)) if part.country else _("Other countries")


def _part(poll: Poll, part: Part, language: str) -> Words:
    labels = named(poll, language)
    heading = n_("{part}, {count} answer", "{part}, {count} answers", part.answered, part=part_label(part))
    given = [
        Row(labels[number], 0, figure(votes / part.answered if part.answered else 0, votes, part.answered))
        for number, votes in part.votes.items()
        if number in labels
    ]
    return _("{heading}\n{rows}", heading=heading, rows=together(given))


def _below_each(said: Sequence[Words]) -> Words:
    whole: Words = ""
    for line in said:
        whole = _("{above}\n{line}", above=whole, line=line) if whole else line
    return whole
