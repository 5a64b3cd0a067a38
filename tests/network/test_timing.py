"""When people of several countries can meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import countries, timing
from network.timing import Clock, Obstacle

CODES = [country.code for country in countries.all()]
NIGHTS = st.sampled_from([("", ""), ("21:00", "07:00"), ("20:00", "08:00"), ("00:30", "05:30"), ("06:00", "20:00")])
CLOCKS = st.builds(lambda code, night: Clock(code, *night), st.sampled_from(CODES), NIGHTS)
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2031))
NOWS = st.floats(0, 1).map(lambda share: (FIRST + share * (LAST - FIRST)).replace(microsecond=0))


def suits(at: datetime, clock: Clock, minutes: int) -> bool:
    """Whether somebody can meet, looked at minute by minute on their own wall: another way than the program's."""
    start, end = clock.night
    for minute in range(minutes):
        local = (at + timedelta(minutes=minute)).astimezone(clock.zone)
        wall = local.time()
        asleep = start <= wall < end if start < end else wall >= start or wall < end
        prays = local.weekday() == 4 and time(11, 30) <= wall < time(15)
        if asleep or prays or local.weekday() in countries.get(clock.country).weekend:
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(st.lists(CLOCKS, min_size=1, max_size=8), st.sampled_from([30, 60, 90, 180, 480]), NOWS)
def test_what_is_suggested_suits_everybody(clocks: list[Clock], minutes: int, now: datetime) -> None:
    """Each time suits each clock and leaves days to prepare; where there is none, it is true and a reason is given."""
    said = timing.suggest(clocks, minutes=minutes, now=now)
    for each in said.candidates:
        assert all(suits(each.at, clock, minutes) for clock in clocks)
        assert now < each.at <= now + timing.NOTICE + timing.WITHIN
    days = [each.at.date() for each in said.candidates]
    assert days == sorted(set(days))
    assert bool(said.candidates) != bool(said.why)
    if not said.candidates:
        week = [now.replace(hour=0, minute=0) + timing.NOTICE + number * timing.STEP for number in range(7 * 48)]
        assert not any(all(suits(at, clock, minutes) for clock in clocks) for at in week[48:-48])


def test_a_region_meets_from_monday_to_thursday_in_the_morning() -> None:
    """Of countries with both weekends the common workdays are left, and the first guess is taken."""
    now = datetime(2026, 11, 5, 12, tzinfo=UTC)
    said = timing.suggest([Clock(code) for code in CODES], minutes=60, now=now, many=12)
    assert {each.at.weekday() for each in said.candidates} == {0, 1, 2, 3}
    assert {each.at.time() for each in said.candidates} == {time(9)}


@pytest.mark.parametrize(
    ("clock", "at", "minutes", "obstacles"),
    [
        (Clock("TN"), "2026-12-04T09:30", 60, set()),  # a Friday, until 11:30 in Tunis
        (Clock("TN"), "2026-12-04T10:00", 60, {"friday"}),
        (Clock("DZ"), "2026-12-04T08:00", 60, {"weekend"}),
        (Clock("NE"), "2026-12-05T09:00", 60, {"weekend"}),
        (Clock("NE"), "2026-12-07T04:30", 60, {"night"}),  # 5:30 in Niamey
        (Clock("NE", "08:00", "16:00"), "2026-12-07T09:00", 60, {"night"}),  # who works by night
        (Clock("MA"), "2026-12-07T05:00", 60, set()),  # UTC+1
        (Clock("MA"), "2027-02-22T05:00", 60, {"night"}),  # UTC+0 in Ramadan
        (Clock("EG"), "2026-12-07T19:30", 60, {"night"}),  # until 22:30, UTC+2
        (Clock("EG"), "2027-06-07T18:00", 60, set()),  # until 22:00, UTC+3
        (Clock("EG"), "2027-06-07T18:30", 60, {"night"}),
        (Clock("SN"), "2026-11-01T09:00", 60, {"past", "weekend"}),
    ],
)
def test_what_stands_in_the_way(clock: Clock, at: str, minutes: int, obstacles: set[str]) -> None:
    """Weekends, Friday noon and nights by each country's own clock, those of summer and of Ramadan too."""
    now = datetime(2026, 11, 5, 12, tzinfo=UTC)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert timing.in_the_way(moment, [clock], minutes=minutes, now=now) == obstacles


@pytest.mark.parametrize(
    ("clocks", "minutes", "why"),
    [
        ([Clock("NE")], 24 * 60, {Obstacle.NIGHT}),
        ([Clock("NE", "06:00", "20:00"), Clock("ML", "19:00", "06:00")], 60, {Obstacle.NIGHT}),
    ],
)
def test_why_there_is_no_time(clocks: list[Clock], minutes: int, why: set[Obstacle]) -> None:
    """What lasts over night, or for people who are never awake together, has no time, and the reason is told."""
    said = timing.suggest(clocks, minutes=minutes, now=datetime(2026, 11, 5, 12, tzinfo=UTC))
    assert (said.candidates, set(said.why)) == ((), why)


def test_ramadan_is_warned_of_by_a_day_more_or_less() -> None:
    """The day before the first of the table and the day after its last may be of Ramadan too."""
    days = {"2027-02-06": False, "2027-02-07": True, "2027-02-20": True, "2027-03-10": True, "2027-03-11": False}
    assert {day: timing.in_ramadan(date.fromisoformat(day)) for day in days} == days


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029, 2030, 2031])
def test_the_table_agrees_with_the_clock_of_morocco(year: int) -> None:
    """Each day on which Morocco's clock is back at UTC+0 lies within a week of Ramadan, and Ramadan in those days."""
    zone = ZoneInfo("Africa/Casablanca")
    for number in range(365):
        day = date(year, 1, 1) + timedelta(days=number)
        back = datetime.combine(day, time(12), zone).utcoffset() == timedelta(0)
        near = any(timing.in_ramadan(day + timedelta(days=shift)) for shift in range(-7, 8))
        within = all(timing.in_ramadan(day + timedelta(days=shift)) for shift in (-2, 0, 2))
        assert not back or near
        assert not within or back
