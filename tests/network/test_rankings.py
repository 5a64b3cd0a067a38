"""Rankings and choices: added up as a reference written apart does it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from network import rankings, results
from network.poll_options import Choice
from network.polls import Kind, Plan, Poll, State
from network.rankings import Place

OPTIONS = (1, 2, 3, 4)
orders = st.permutations(OPTIONS).flatmap(lambda order: st.integers(1, 4).map(lambda many: tuple(order[:many])))
votes = st.lists(orders, max_size=30)
threes = st.sets(st.sampled_from(OPTIONS), min_size=1, max_size=3).map(tuple)


def reference(ballots: list[tuple[int, ...]], places: int) -> list[tuple[int, int, bool]]:
    """Rank by duels: how often an option stands before each possible place, counted ballot by ballot."""
    points = dict.fromkeys(OPTIONS, 0)
    for ballot in ballots:
        for option in OPTIONS:
            below = [place for place in range(places) if option in ballot[: place + 1]]
            points[option] += len([place for place in below if place < places])
    found = []
    for option in OPTIONS:
        better = [other for other in OPTIONS if points[other] > points[option]]
        same = [other for other in OPTIONS if other != option and points[other] == points[option]]
        found.append((len(better) + 1, option, bool(same)))
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(ballots=votes, places=st.integers(1, 4))
def test_a_ranking_agrees_with_the_reference(ballots: list[tuple[int, ...]], places: int) -> None:
    """Ranks and ties are those of a count written another way, whatever the ballots."""
    found = rankings.ranked(Counter(ballots), options=OPTIONS, places=places)
    assert [(place.rank, place.number, place.tied) for place in found] == reference(
        [ballot[:places] for ballot in ballots], places
    )
    assert sum(place.firsts for place in found) == len(ballots)


@settings(max_examples=50, deadline=None)
@given(one=votes, other=votes)
def test_points_of_two_groups_add_up(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> None:
    """What two groups gave an option is what they gave it together, in whatever order they are counted."""

    def points(ballots: list[tuple[int, ...]]) -> dict[int, int]:
        return {each.number: each.points for each in rankings.ranked(Counter(ballots), options=OPTIONS, places=4)}

    together = points([*other, *one])
    assert all(together[option] == points(one)[option] + points(other)[option] for option in OPTIONS)


def test_ties_are_stated() -> None:
    """Options with as many points share a rank, which the next one does not take."""
    found = rankings.ranked({(1, 2): 1, (2, 1): 1, (3,): 1}, options=OPTIONS, places=2)
    tied = [Place(1, 1, 3, 1, tied=True), Place(2, 1, 3, 1, tied=True)]
    assert found == [*tied, Place(3, 3, 2, 1, tied=False), Place(4, 4, 0, 0, tied=False)]
    assert {place.rank for place in rankings.ranked({}, options=OPTIONS, places=4)} == {1}


@settings(max_examples=100, deadline=None)
@given(
    picked=st.lists(
        st.one_of(st.just(()), st.sets(st.sampled_from(OPTIONS), min_size=1, max_size=3).map(tuple)), max_size=40
    ),
    kind=st.sampled_from([Kind.SEVERAL, Kind.SCALE]),
)
def test_choices_agree_with_the_reference(picked: list[tuple[int, ...]], kind: Kind) -> None:
    """Three picked of many, and one step of a scale: votes, shares, mean and those who rather said nothing."""
    if kind is Kind.SCALE:
        picked = [choice[:1] for choice in picked]
    poll = _poll(kind)
    counts = Counter(",".join(map(str, sorted(choice))) or "-" for choice in picked)
    found = results.tallied(poll, {("civil", "NE"): counts})
    answered = [choice for choice in picked if choice]
    assert (found.voters, found.answered, found.declined) == (len(picked), len(answered), len(picked) - len(answered))
    assert [line.votes for line in found.lines] == [sum(option in choice for choice in picked) for option in OPTIONS]
    assert all(line.share == (line.votes / len(answered) if answered else 0) for line in found.lines)
    steps = [choice[0] for choice in answered if choice[0] != 4]
    if kind is Kind.SCALE:
        assert found.mean == (sum(steps) / len(steps) if steps else None)


def _poll(kind: Kind) -> Poll:
    """Return a poll of four options, the last of which is no step of the scale."""
    choices = tuple(Choice(number, {}, apart=kind is Kind.SCALE and number == 4) for number in OPTIONS)
    plan = Plan(closes_at=datetime(2026, 12, 1, tzinfo=UTC), kind=kind, most=3)
    return Poll("p", None, None, State.OPEN, plan, {}, {}, choices, "p", 1, None, None, "")
