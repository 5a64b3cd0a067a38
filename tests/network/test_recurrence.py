"""Recurrence: dates by a rule keep their wall time, and each can be moved or cancelled by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from network import exchanges, recurrence
from network.errors import Invalid
from network.recurrence import Every, Occurrence

FIRST = datetime.fromisoformat("2027-01-12T10:00")  # the second Tuesday


@pytest.mark.parametrize(
    ("every", "first", "dates"),
    [
        (Every.WEEK, "2027-01-12T10:00", ["2027-01-12", "2027-01-19", "2027-01-26", "2027-02-02"]),
        (Every.FORTNIGHT, "2027-01-12T10:00", ["2027-01-12", "2027-01-26", "2027-02-09", "2027-02-23"]),
        (Every.MONTH, "2027-01-12T10:00", ["2027-01-12", "2027-02-09", "2027-03-09", "2027-04-13"]),
        (Every.MONTH, "2027-01-29T10:00", ["2027-01-29", "2027-02-26", "2027-03-26", "2027-04-30"]),  # the last Friday
        (Every.WEEK, "2026-12-28T23:30", ["2026-12-28", "2027-01-04", "2027-01-11", "2027-01-18"]),
    ],
)
def test_plain_choices_become_dates(every: Every, first: str, dates: list[str]) -> None:
    """Every week, every two weeks, or on the same weekday of the month, always at the same wall time."""
    start = datetime.fromisoformat(first)
    rule = recurrence.begin(recurrence.wish(every, times=4), start)
    assert [each.date().isoformat() for each in recurrence.dates(rule)] == dates
    assert {each.time() for each in recurrence.dates(rule)} == {start.time()}
    assert recurrence.every(rule) is every
    until = recurrence.wish(every, until=date.fromisoformat(dates[-1]))
    assert recurrence.dates(recurrence.begin(until, start)) == recurrence.dates(rule)
    assert len(rule) <= exchanges.exchanges.c.rule.type.length


@pytest.mark.parametrize("end", [{}, {"times": 1}, {"times": 53}, {"times": 3, "until": date(2027, 3, 1)}])
def test_an_end_is_one_of_two_and_near(end: dict[str, object]) -> None:
    """It ends after some times, 52 at most, or with a day: not both, not never."""
    with pytest.raises(Invalid):
        recurrence.wish(Every.WEEK, **end)


def test_a_day_far_away_gives_no_more_than_a_year_of_weeks() -> None:
    """Up to a day there are at most 52 dates; with a day before the second date it is held once."""
    far = recurrence.begin(recurrence.wish(Every.WEEK, until=date(2031, 1, 1)), FIRST)
    assert len(recurrence.dates(far)) == recurrence.MOST
    assert recurrence.begin(recurrence.wish(Every.WEEK, until=date(2027, 1, 18)), FIRST) == ""
    assert recurrence.dates(recurrence.wish(Every.WEEK, times=3)) == ()


def known(exceptions: dict[str, str]) -> tuple[Occurrence, ...]:
    """Return four Tuesdays as they stand."""
    return recurrence.occurrences(recurrence.begin(recurrence.wish(Every.WEEK, times=4), FIRST), exceptions)


def test_single_dates_and_all_that_follow() -> None:
    """One is moved, then it and all after it by as much as the rule has it; cancelled ones stay cancelled."""
    second, third = "2027-01-19T10:00", "2027-01-26T10:00"
    one = recurrence.changed(known({}), second, datetime.fromisoformat("2027-01-20T09:00"))
    assert one == {second: "2027-01-20T09:00"}
    less = recurrence.changed(known(one), third, None)
    all_ = recurrence.changed(known(less), second, datetime.fromisoformat("2027-01-21T10:00"), following=True)
    assert all_ == {second: "2027-01-21T10:00", third: "", "2027-02-02T10:00": "2027-02-04T10:00"}
    back = recurrence.changed(known(all_), second, FIRST + timedelta(days=7), following=True)
    assert back == {third: ""}
    ended = recurrence.changed(known(back), second, None, following=True)
    assert [each.cancelled for each in known(ended)] == [False, True, True, True]


@pytest.mark.parametrize(("name", "to"), [("2027-01-19T10:00", "2027-01-26T10:00"), ("2027-01-20T10:00", None)])
def test_two_dates_are_never_at_one_time(name: str, to: str | None) -> None:
    """A date goes not where another one is, and what is no date is not changed."""
    with pytest.raises(Invalid):
        recurrence.changed(known({}), name, datetime.fromisoformat(to) if to else None)
