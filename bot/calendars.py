"""Calendars: exchanges as iCalendar files (RFC 5545), which every calendar program reads.

A file is published (RFC 5546, section 3.2.1), not a request: a request must name who attends, and nobody is named
here. With the same UID and a higher SEQUENCE, or the same one and a later DTSTAMP, it takes the place of the earlier
one; CANCEL takes the event out. What is held again and again is one event with its rule (RRULE), without the dates
that are cancelled (EXDATE), and one more event for each date that was moved or is elsewhere (RECURRENCE-ID).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vRecur,
    vText,
)

from network.feeds import Entry

MIME = "text/calendar"
NAME = "jisr.ics"
PUBLISH, CANCEL = "PUBLISH", "CANCEL"
PRODUCER = "-//Jisr//Jisr//EN"
NOBODY = "mailto:noreply@jisr.invalid"  # an organiser is wanted; this one is nobody (RFC 2606)
REFRESH = "PT6H"  # how often programs look again
HOUR = timedelta(hours=1)
ASKED = 60  # times an hour at which one address is read at most; no program asks so often
LATER = {"retry-after": "3600"}


class Visits:
    """How often each address was read within the hour. Only those that hold are counted: what is guessed takes no room.

    It is of one process and forgotten when that ends. An address has 192 random bits, so guesses need no count.
    """

    def __init__(self, at_most: int = ASKED) -> None:
        self._at_most = at_most
        self._hour, self._seen = datetime.min.replace(tzinfo=UTC), Counter[str]()

    def too_many(self, token: str, now: datetime) -> bool:
        """Count a visit; return whether there were too many of this address."""
        if not self._hour <= now < self._hour + timedelta(hours=1):
            self._hour, self._seen = now, Counter()
        self._seen[token] += 1
        return self._seen[token] > self._at_most


def invite(entry: Entry, now: datetime) -> bytes:
    """Return the file of one exchange: to enter it, to change it, or to take it out where it is cancelled."""
    return _written([entry], CANCEL if entry.cancelled else PUBLISH, now)


def feed(entries: Sequence[Entry], now: datetime) -> bytes:
    """Return a calendar of several exchanges, which programs look at again and again."""
    return _written(entries, PUBLISH, now, refreshed=True)


def _written(entries: Sequence[Entry], method: str, now: datetime, *, refreshed: bool = False) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if refreshed:
        calendar.add("x-wr-calname", "Jisr")
        calendar.add("x-published-ttl", REFRESH)
    for entry in entries:
        for event in _events(entry, now):
            calendar.add_component(event)
    for zone in sorted({entry.zone for entry in entries}):
        years = [at.year for entry in entries if entry.zone == zone for at in entry.times]
        calendar.add_component(_timezone(zone, min(years), max(years)))
    written: bytes = calendar.to_ical()
    return written


def _events(entry: Entry, now: datetime) -> Iterator[Event]:
    """Yield the event of an exchange, then one for each date that is not as the rule has it."""
    whole = _event(entry, now)
    if entry.rule:
        whole.add("rrule", vRecur.from_ical(entry.rule))
        for each in entry.dates:
            if each.out:
                _at(whole, "exdate", each.original, entry.zone)
    yield whole
    for each in [] if entry.cancelled else entry.dates:
        as_is = (held(each.local, entry.zone), each.place, each.link) == (each.original, entry.place, entry.link)
        if not each.out and not as_is:
            event = _event(replace(entry, starts=each.local, place=each.place, link=each.link), now)
            _at(event, "recurrence-id", each.original, entry.zone)
            yield event


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.id}@jisr")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    _at(event, "dtstart", held(entry.starts, entry.zone), entry.zone)
    event.add("duration", timedelta(minutes=entry.minutes))
    event.add("summary", entry.title)
    event.add("description", entry.purpose)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED" if entry.sure else "TENTATIVE")
    organiser = vCalAddress(NOBODY)
    organiser.params["cn"] = vText("Jisr")
    event.add("organizer", organiser)
    if entry.place:
        event.add("location", entry.place)
    if entry.link:
        event.add("url", entry.link)
    return event


def _at(event: Event, name: str, local: datetime, zone: str) -> None:
    """Write a wall time with its zone, also where the library would write that zone as UTC."""
    event.add(name, local, parameters={"TZID": zone})


def held(local: datetime, zone: str) -> datetime:
    """Return a wall time; of one that a clock change skips, the one at which it really is (RFC 5545, 3.3.5)."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _timezone(name: str, first: int, last: int) -> Timezone:
    """Return the clock changes of a zone in these years and a year around, each by itself.

    Not as lists of dates (RDATE), which is shorter: vobject 0.9 reads the first date of a list alone.
    """
    zone, found = ZoneInfo(name), Timezone()
    found.add("tzid", name)
    at, end = datetime(first - 1, 1, 1, tzinfo=UTC), datetime(last + 2, 1, 1, tzinfo=UTC)
    before = _offset(at, zone)
    found.add_component(_observance(datetime(1970, 1, 1), before, before, at.astimezone(zone).tzname()))  # noqa: DTZ001
    while at < end:
        at += HOUR
        after = _offset(at, zone)
        if after != before:
            wall = (at + before).replace(tzinfo=None)
            found.add_component(_observance(wall, before, after, at.astimezone(zone).tzname()))
            before = after
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _observance(wall: datetime, before: timedelta, after: timedelta, name: str | None) -> Component:
    """Return one clock change, at a wall time by the clock as it was before."""
    found = TimezoneDaylight() if after > before else TimezoneStandard()
    found.add("dtstart", wall)
    found.add("tzoffsetfrom", before)
    found.add("tzoffsetto", after)
    found.add("tzname", name or "")
    return found
