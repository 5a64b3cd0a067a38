"""Calendar files of what is held again and again: two other programs find the very same instants in them.

``vobject`` and ``ical`` read them, each with a parser and an expansion of rules of its own. ``vobject`` validates which
properties each component must and may have, and how often (RFC 5545, 3.6); ``ical`` refuses what its strict models of
components and values do not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import vobject
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

from bot import calendars
from network import recurrence
from network.errors import Invalid
from network.feeds import Date, Entry
from network.recurrence import Every
from tests.bot.test_calendars import ENTRY, NOW, lines

ZONES = ("Africa/Casablanca", "Africa/Cairo", "Africa/Tunis", "Africa/Niamey", "Africa/Nouakchott")
YEARS = range(2026, 2031)
FIRST = datetime.fromisoformat("2027-01-25T10:00")
PLACES = ((ENTRY.place, ENTRY.link), ("La mairie", ""))


def entry(zone: str, rule: str, exceptions: dict[str, str], *, away: tuple[int, ...] = ()) -> Entry:
    """Return an exchange by a rule, as somebody has it who does not come to some of its dates."""
    known = recurrence.occurrences(rule, exceptions)
    dates = [
        Date(each.original, each.local, each.cancelled or number in away, *PLACES[each.moved and number % 2])
        for number, each in enumerate(known)
    ]
    return replace(
        ENTRY, zone=zone, rule=recurrence.written(rule), dates=tuple(dates), starts=known[0].original, minutes=60
    )


def ours(given: Entry) -> list[datetime]:
    """Return the instants at which it is held, by our own count."""
    zone = ZoneInfo(given.zone)
    return sorted(each.local.replace(tzinfo=zone).astimezone(UTC) for each in given.dates if not each.out)


def by_vobject(data: bytes) -> list[datetime]:
    """Return the instants that vobject finds, after validating the file."""
    vars(vobject.icalendar)["__tzidMap"].clear()  # it keeps the zones of the file before, by their names
    vobject.icalendar.registerTzid("UTC", vobject.icalendar.utc)
    read = vobject.readOne(data.decode())
    assert read.validate(raiseException=True)
    events = read.vevent_list
    [whole] = [each for each in events if not hasattr(each, "recurrence_id")]
    others = {_utc(each.recurrence_id.value): _utc(each.dtstart.value) for each in events if each is not whole}
    held = [_utc(at) for at in whole.getrruleset(addRDate=True)]
    assert set(others) <= set(held)  # each is of a date of the rule
    return sorted(others.get(at, at) for at in held)


def by_ical(data: bytes) -> list[datetime]:
    """Return the instants that ical finds, once its strict models took the file."""
    return sorted(_utc(each.dtstart) for each in read_strictly(data).timeline)


def read_strictly(data: bytes) -> Calendar:
    """Return a calendar as ical reads it."""
    return IcsCalendarStream.calendar_from_ics(data.decode())


def _utc(at: datetime) -> datetime:
    assert at.tzinfo is not None
    return at.astimezone(UTC)


def drawn(random: Random) -> Entry:
    """Return any exchange by a rule, with some of its dates moved, cancelled, or not for its reader."""
    year, zone = random.choice(YEARS), random.choice(ZONES)
    first = datetime(year, 1, 1, random.randrange(24), random.choice((0, 30))) + timedelta(days=random.randrange(365))  # noqa: DTZ001
    rule = recurrence.begin(
        recurrence.wish(random.choice(list(Every)), times=random.randint(2, recurrence.MOST)), first
    )
    exceptions: dict[str, str] = {}
    for _turn in range(random.randrange(4)):
        known = recurrence.occurrences(rule, exceptions)
        chosen = random.choice(known)
        local = random.choice((None, chosen.original + timedelta(hours=random.randint(-60, 60))))
        try:
            exceptions = recurrence.changed(known, chosen.name, local, following=local is not None and year % 2 == 0)
        except Invalid:
            continue  # cancelled already, or another date is then
    away = (
        tuple(random.sample(range(1, len(known)), min(2, len(known) - 1)))
        if random.random() < 0.3 and exceptions
        else ()
    )
    return entry(zone, rule, exceptions, away=away)


def test_two_programs_find_the_very_same_instants(*, long: bool) -> None:
    """Over five zones, the years 2026 to 2030, every hour and rule, with dates moved, cancelled and left out."""
    seen = set()
    for seed in range(1_500 if long else 80):
        given = drawn(Random(seed))
        data = calendars.invite(given, NOW)
        lines(data)
        assert by_vobject(data) == by_ical(data) == ours(given), seed
        seen.add(given.zone)
    assert seen == set(ZONES)


@pytest.mark.parametrize("find", [by_vobject, by_ical])
@pytest.mark.parametrize(
    ("zone", "first"),
    [  # the night in which the clock goes forward: there is no such hour (RFC 5545, 3.3.5: as by the clock before)
        ("Africa/Casablanca", "2028-02-20T02:30"),
        ("Africa/Cairo", "2028-04-14T00:30"),
    ],
)
def test_an_hour_that_a_clock_skips_is_the_one_after(
    find: Callable[[bytes], list[datetime]], zone: str, first: str
) -> None:
    """Both programs have it where we have it, once by itself and once among the dates of a rule."""
    start = datetime.fromisoformat(first)
    given = entry(zone, recurrence.begin(recurrence.wish(Every.WEEK, times=5), start), {})
    skipped = [each for each in given.dates if calendars.held(each.local, zone) != each.local]
    assert len(skipped) == 1
    assert find(calendars.invite(given, NOW)) == ours(given)
    once = replace(ENTRY, zone=zone, starts=skipped[0].local)
    [event] = read_strictly(calendars.invite(once, NOW)).events
    assert _utc(event.dtstart) == skipped[0].local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Program:
    """A calendar program: it keeps events by their ids, and takes what is newer (RFC 5546, 2.1.5)."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[int, datetime], bytes]] = {}

    def opens(self, data: bytes) -> None:
        """Open a file: its event takes the place of the earlier one, or is taken out."""
        read = read_strictly(data)
        event = read.events[0]
        assert event.uid is not None
        age = (event.sequence or 0, _utc(event.dtstamp))
        if age < self._kept.get(event.uid, (age, b""))[0]:
            return
        self._kept[event.uid] = (age, b"" if read.method == calendars.CANCEL else data)

    @property
    def instants(self) -> list[datetime]:
        """The instants of all that is in it."""
        return sorted(at for _age, data in self._kept.values() if data for at in by_ical(data))


def test_each_file_takes_the_place_of_the_one_before() -> None:
    """A move, a cancellation, a date one does not come to, a yes taken back and given again, the end: of one event."""
    rule = recurrence.begin(recurrence.wish(Every.WEEK, times=5), FIRST)
    known = recurrence.occurrences(rule, {})
    moved = recurrence.changed(known, known[1].name, known[1].local + timedelta(days=1))
    less = recurrence.changed(recurrence.occurrences(rule, moved), known[3].name, None)
    whole = entry("Africa/Casablanca", rule, {})
    other = replace(ENTRY, id="cd" * 16, zone="Africa/Cairo")
    program, now = Program(), NOW
    program.opens(calendars.invite(other, NOW))
    alone = program.instants
    steps = [
        whole,
        replace(entry(whole.zone, rule, moved), sequence=1),
        replace(entry(whole.zone, rule, less), sequence=2),
        replace(entry(whole.zone, rule, less, away=(0,)), sequence=2),
        replace(entry(whole.zone, rule, less), sequence=2, cancelled=True, sure=False, place="", link=""),
        replace(entry(whole.zone, rule, less), sequence=2),
        replace(whole, sequence=3, cancelled=True),
    ]
    older = calendars.invite(whole, NOW)
    for step in steps:
        now += timedelta(minutes=5)
        program.opens(calendars.invite(step, now))
        program.opens(older)  # which was lost on its way
        assert program.instants == sorted(alone + ([] if step.cancelled else ours(step)))


def test_of_what_is_taken_back_nothing_tells_where_it_was() -> None:
    """The file that takes an event out has its id, its dates, and no place."""
    rule = recurrence.begin(recurrence.wish(Every.MONTH, times=3), FIRST)
    given = replace(entry("Africa/Tunis", rule, {}), cancelled=True, sure=False, place="", link="")
    dates = tuple(replace(each, place="", link="") for each in given.dates)
    said = lines(calendars.invite(replace(given, dates=dates), NOW))
    assert "METHOD:CANCEL" in said
    assert "STATUS:CANCELLED" in said
    assert not any(line.startswith(("LOCATION", "URL", "ATTENDEE")) for line in said)


def test_a_feed_holds_what_is_held_once_and_again() -> None:
    """One calendar with single exchanges and those by a rule, in several zones, is taken by both programs."""
    rule = recurrence.begin(recurrence.wish(Every.FORTNIGHT, times=6), FIRST)
    known = recurrence.occurrences(rule, {})
    moved = recurrence.changed(known, known[2].name, known[2].local + timedelta(hours=3), following=True)
    given = [replace(entry(zone, rule, moved), id=f"{number:032x}") for number, zone in enumerate(ZONES)]
    once = replace(ENTRY, zone="Africa/Nouakchott")
    data = calendars.feed([*given, once], NOW)
    lines(data)
    assert vobject.readOne(data.decode()).validate(raiseException=True)
    at = once.starts.replace(tzinfo=ZoneInfo(once.zone)).astimezone(UTC)
    assert by_ical(data) == sorted([at, *(each for one in given for each in ours(one))])
