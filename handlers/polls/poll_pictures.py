"""Pictures of polls: the same figures as in words, as bars or as lines through time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.labels import SIDES
from handlers.language import Voice, _
from handlers.polls import poll_cards, poll_figures
from network.members import SIDES as BOTH
from network.polls import Kind, Poll
from network.results import Part, Results

FEWEST_TIMES = 2  # before that there is no trend
MOST_TIMES = 8  # the latest rounds
LINES = 3  # options whose share is followed through time

Round = tuple[Poll, Results]


def sheet(poll: Poll, found: Results, rounds: Sequence[Round], voice: Voice) -> dict[str, Any]:
    """Return the picture of a poll as it is drawn: its results, by side where that may be said, and the trend."""
    charts = [_bars(poll, found, voice)]
    sides = {part.side: part for part in found.sides}
    if all(side in sides for side in BOTH):
        charts.append(_by_side(poll, sides, voice))
    if len(rounds) >= FEWEST_TIMES:
        charts.append(_trend(rounds[-MOST_TIMES:], voice))
    below = [poll_figures.VIEWS, *([poll_figures.method(poll.places)] if found.places else [])]
    if found.final and not found.sides:
        below.append(poll_figures.HIDDEN)
    return {
        "title": poll_cards.in_language(poll.question, voice.language)[0],
        "subtitle": voice.say(poll_figures.took_part(poll, found)),
        "cards": [],
        "lines": [voice.say(line) for line in below],
        "source": voice.say(_("Source: the Jisr network.")),
        "rtl": voice.rtl,
        "charts": charts,
    }


def _bars(poll: Poll, found: Results, voice: Voice) -> dict[str, Any]:
    bars = [
        {"label": voice.say(row.label), "shares": [row.share], "figures": [voice.say(row.figure)]}
        for row in poll_figures.rows(poll, found, voice.language)
    ]
    return {"head": "", "bars": bars}


def _by_side(poll: Poll, sides: dict[str, Part], voice: Voice) -> dict[str, Any]:
    labels = poll_figures.named(poll, voice.language)
    bars = []
    for number in [number for number in labels if any(number in part.votes for part in sides.values())]:
        shares = [_share(sides[side], number) for side in BOTH]
        behind = [(sides[side].votes.get(number, 0), sides[side].answered) for side in BOTH]
        said = [poll_figures.figure(share, *of) for share, of in zip(shares, behind, strict=True)]
        bars.append({"label": labels[number], "shares": shares, "figures": [voice.say(each) for each in said]})
    return {
        "head": voice.say(poll_figures.heading(poll, poll_figures.BY_SIDE)),
        "series": [voice.say(SIDES[side]) for side in BOTH],
        "bars": bars,
    }


def _share(part: Part, number: int) -> float:
    return part.votes.get(number, 0) / part.answered if part.answered else 0.0


def _trend(rounds: Sequence[Round], voice: Voice) -> dict[str, Any]:
    """Return a poll through time: of a scale the mean, of others the share of the options that lead now."""
    times = [poll_figures.month(poll, voice) for poll, _found in rounds]
    last, head = rounds[-1][0], _("Through time")
    series = _shares(rounds, voice)
    if last.plan.kind is Kind.SCALE:
        head = _("Through time, on average from 1 to {steps}", steps=poll_figures.steps(last))
        series = _means(rounds, voice)
    return {"head": voice.say(head), "series": list(series), "lines": list(series.values()), "times": times}


def in_words(rounds: Sequence[Round], voice: Voice) -> list[str]:
    """Return the trend as lines, a time on each; nothing of a poll that was asked once."""
    if len(rounds) < FEWEST_TIMES:
        return []
    drawn = _trend(rounds[-MOST_TIMES:], voice)
    said = [drawn["head"]]
    for place, time in enumerate(drawn["times"]):
        figures = [(name, line["figures"][place]) for name, line in zip(drawn["series"], drawn["lines"], strict=True)]
        said.append(f"{time}: " + " · ".join(f"{name} {figure}" for name, figure in figures if figure))
    return said


def _means(rounds: Sequence[Round], voice: Voice) -> dict[str, dict[str, Any]]:
    """Return the means of both sides where they may ever be said, else those of everybody."""
    both = {
        voice.say(SIDES[side]): [
            next((poll_figures.mean_of(poll, part) for part in found.sides if part.side == side), None)
            for poll, found in rounds
        ]
        for side in BOTH
    }
    everybody = {voice.say(_("Everybody")): [found.mean for _poll, found in rounds]}
    shown = both if all(any(mean is not None for mean in means) for means in both.values()) else everybody
    return {name: _line(means, rounds[-1][0], voice) for name, means in shown.items()}


def _line(means: Sequence[float | None], poll: Poll, voice: Voice) -> dict[str, Any]:
    """Return means between the lowest and the highest step as heights between 0 and 1."""
    span = max(1, poll_figures.steps(poll) - 1)
    values = [None if mean is None else (mean - 1) / span for mean in means]
    figures = ["" if mean is None else voice.say(_("{number}", number=round(mean, 1))) for mean in means]
    return {"values": values, "figures": figures}


def _shares(rounds: Sequence[Round], voice: Voice) -> dict[str, dict[str, Any]]:
    """Return the shares of the options that lead now, in every round."""
    poll, last = rounds[-1]
    labels = poll_figures.named(poll, voice.language)
    found: dict[str, dict[str, Any]] = {}
    for number in [line.number for line in sorted(last.lines, key=lambda line: -line.votes)[:LINES]]:
        values: list[float | None] = []
        figures: list[str] = []
        for _poll, past in rounds:
            line = next((each for each in past.lines if each.number == number), None)
            values.append(line.share if line else None)
            said = poll_figures.figure(line.share, line.votes, past.answered) if line else ""
            figures.append(voice.say(said))
        found[labels[number]] = {"values": values, "figures": figures}
    return found
