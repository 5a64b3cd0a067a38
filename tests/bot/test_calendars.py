"""Calendar files: read by two other programs' parsers, and an address that holds only for its owner."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import httpx
import ics
import pytest
import vobject

from bot import calendars
from bot.metrics import Metrics
from bot.web import Doors
from bot.works import Works
from network import attendance, feeds, jobs, members, planning
from network.attendance import MAYBE, NO, YES
from network.feeds import Entry
from network.jobs import Job
from network.media import MediaFolder
from network.members import State
from network.store import Store
from tests.bot.conftest import World
from tests.network.test_attendance import guests, planned

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENTRY = Entry(
    id="ab" * 16,
    title="Thé ; au marché, \\ شاي",
    purpose="Parler de la sécurité du marché, entre la brigade et les associations. " * 5,
    starts=datetime(2027, 2, 22, 10),  # noqa: DTZ001 - a wall time
    zone="Africa/Casablanca",
    minutes=90,
    sequence=0,
    cancelled=False,
    sure=True,
    place="La maison, salle 2",
    link="https://meet.example.org/abc?x=1",
)


def lines(data: bytes) -> list[str]:
    """Return the lines of a file, unfolded, after checking what RFC 5545 (3.1) asks of them."""
    assert data.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    return data.decode().replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize(
    ("zone", "starts", "begins"),
    [
        ("Africa/Casablanca", "2027-02-22T10:00", "2027-02-22T10:00Z"),  # in Ramadan UTC+0
        ("Africa/Casablanca", "2027-03-22T10:00", "2027-03-22T09:00Z"),
        ("Africa/Cairo", "2027-06-07T10:00", "2027-06-07T07:00Z"),  # summer time
        ("Africa/Cairo", "2026-12-07T10:00", "2026-12-07T08:00Z"),
        ("Africa/Niamey", "2026-12-07T10:00", "2026-12-07T09:00Z"),
    ],
)
def test_other_programs_read_the_file(zone: str, starts: str, begins: str) -> None:
    """Both parsers find the words, the instant by the zone in the file, the length, the place; one validates it."""
    data = calendars.invite(replace(ENTRY, zone=zone, starts=datetime.fromisoformat(starts)), NOW)
    at = datetime.fromisoformat(begins)
    read = vobject.readOne(data.decode())
    assert read.validate(raiseException=True)
    assert read.vtimezone.tzid.value == zone
    event = read.vevent
    assert (event.summary.value, event.location.value) == (ENTRY.title, ENTRY.place)
    assert (event.dtstart.value, event.duration.value) == (at, timedelta(minutes=90))
    [other] = ics.Calendar(data.decode()).events
    assert (other.name, other.description, other.location) == (ENTRY.title, ENTRY.purpose, ENTRY.place)
    assert (other.begin.datetime, other.end.datetime) == (at, at + timedelta(minutes=90))
    assert other.url == ENTRY.link


def test_a_change_and_a_cancellation_are_of_the_same_event() -> None:
    """Its id stays, its number grows; what is cancelled says so. Nobody is named, and nothing is later than now."""
    files = [
        calendars.invite(each, NOW)
        for each in (ENTRY, replace(ENTRY, sequence=1), replace(ENTRY, sequence=2, cancelled=True, place="", link=""))
    ]
    kept = {}
    for data in files:  # as a calendar program does
        read = vobject.readOne(data.decode())
        event = read.vevent
        assert int(event.sequence.value) >= int(kept[event.uid.value].sequence.value if kept else 0)
        kept[event.uid.value] = event
        assert "ATTENDEE" not in data.decode()
        assert "DTSTAMP:20261123T090000Z" in lines(data)
    assert [event.status.value for event in kept.values()] == ["CANCELLED"]
    assert [re.findall(r"METHOD:(\w+)", data.decode()) for data in files] == [["PUBLISH"], ["PUBLISH"], ["CANCEL"]]


def test_a_feed_holds_several_and_may_be_empty() -> None:
    """Both parsers read a feed of events in several zones, and one without any."""
    several = [replace(ENTRY, id=f"{number:032x}", zone=zone) for number, zone in enumerate(ZONES)]
    data = calendars.feed(several, NOW)
    lines(data)
    assert len(ics.Calendar(data.decode()).events) == len(ZONES)
    assert {zone.tzid.value for zone in vobject.readOne(data.decode()).vtimezone_list} == set(ZONES)
    assert ics.Calendar(calendars.feed([], NOW).decode()).events == set()


ZONES = ("Africa/Casablanca", "Africa/Niamey", "Africa/Cairo")


@pytest.fixture
async def web(sqlite_world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the web application."""
    doors = Doors(
        ingress=sqlite_world.ingress,
        channels={},
        store=sqlite_world.store,
        clock=sqlite_world.clock,
        metrics=Metrics(),
        is_ready=lambda: True,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(doors.app()), base_url="http://jisr") as client:
        yield client


async def test_an_address_shows_where_only_of_what_was_accepted(sqlite_world: World, web: httpx.AsyncClient) -> None:
    """Of an invitation it shows no place and no link until there is a place; of one refused, nothing."""
    store, now = sqlite_world.store, sqlite_world.clock.now()
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx)
        [guest] = await guests(tx, 1)
        token = await feeds.open_for(tx, person=guest)
    seen = {}
    for answer in (MAYBE, YES, NO):
        async with store.transaction(now) as tx:
            await attendance.answer(tx, exchange=exchange, person=guest, answer=answer)
        got = await web.get(f"/calendar/{token}.ics")
        assert (got.status_code, got.headers["content-type"]) == (HTTPStatus.OK, "text/calendar; charset=utf-8")
        assert got.headers["cache-control"] == "private, no-store"
        seen[answer] = got.text
    assert [("Maison" in seen[each], "x.example" in seen[each]) for each in seen] == [
        (False, False), (True, True), (False, False)
    ]  # fmt: skip
    assert ["Thé" in seen[each] for each in seen] == [True, True, False]
    assert "TENTATIVE" in seen[MAYBE]
    assert "CONFIRMED" in seen[YES]


async def test_an_address_that_holds_not_tells_nothing(sqlite_world: World, web: httpx.AsyncClient) -> None:
    """A guess, one that was taken back and one that was replaced are not found; of who left it is gone."""
    store, now = sqlite_world.store, sqlite_world.clock.now()
    async with store.transaction(now) as tx:
        _exchange, host = await planned(tx)
        first = await feeds.open_for(tx, person=host)
        second = await feeds.open_for(tx, person=host)
    found = {each: (await web.get(f"/calendar/{each}.ics")).status_code for each in (first, second, "x", "../x")}
    assert [found[first], found[second], found["x"]] == [HTTPStatus.NOT_FOUND, HTTPStatus.OK, HTTPStatus.NOT_FOUND]
    async with store.transaction(now) as tx:
        await members.set_state(tx, person=host, state=State.STOPPED)
    assert "VEVENT" not in (await web.get(f"/calendar/{second}.ics")).text
    async with store.transaction(now) as tx:
        await feeds.close(tx, person=host)
    assert (await web.get(f"/calendar/{second}.ics")).status_code == HTTPStatus.NOT_FOUND


async def test_an_address_is_not_read_all_the_time(sqlite_world: World, web: httpx.AsyncClient) -> None:
    """Beyond its number in an hour it is refused for a while; the next hour it is read again, and others always."""
    async with sqlite_world.store.transaction(sqlite_world.clock.now()) as tx:
        _exchange, host = await planned(tx)
        [guest] = await guests(tx, 1)
        one, other = [await feeds.open_for(tx, person=person) for person in (host, guest)]
    for _turn in range(calendars.ASKED):
        assert (await web.get(f"/calendar/{one}.ics")).status_code == HTTPStatus.OK
    assert (await web.get(f"/calendar/{one}.ics")).status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert (await web.get(f"/calendar/{other}.ics")).status_code == HTTPStatus.OK
    sqlite_world.clock.advance(3601)
    assert (await web.get(f"/calendar/{one}.ics")).status_code == HTTPStatus.OK


async def test_whoever_comes_gets_the_file_and_each_change_of_it(store: Store, now: datetime, tmp_path: Path) -> None:
    """A yes asks for a file with the place; a move and a cancellation ask for it again, of the same event."""
    works = Works(store, StoppedAt(now), {}, MediaFolder(tmp_path, store.sealer), tmp_path / "tombstones")
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        [guest] = await guests(tx, 1)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=MAYBE)
        assert await jobs.claim(tx, kinds=[feeds.FILE]) == []
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
    first = await written(works, now)
    async with store.transaction(now) as tx:
        found = await planning.set_time(
            tx, exchange=exchange, by=host, local=datetime(2026, 12, 15, 10), zone="Africa/Niamey"  # noqa: DTZ001
        )  # fmt: skip
        await attendance.remind_all(tx, found=found)
    second = await written(works, now)
    async with store.transaction(now) as tx:
        await attendance.remind_all(tx, found=await planning.cancel(tx, exchange=exchange, by=host))
    third = await written(works, now)
    assert [("Maison" in each, "CANCELLED" in each) for each in (first, second, third)] == [
        (True, False), (True, False), (False, True)
    ]  # fmt: skip
    assert [re.findall(r"SEQUENCE:(\d)", each) for each in (first, second, third)] == [["0"], ["1"], ["2"]]
    assert len({re.findall(r"UID:(\S+)", each)[0] for each in (first, second, third)}) == 1


class StoppedAt:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant at which it stands."""
        return self._now


async def written(works: Works, now: datetime) -> str:
    """Do the one job that waits, and return the file that it wrote."""
    async with works.store.transaction(now) as tx:
        claimed: list[Job] = await jobs.claim(tx, kinds=[feeds.FILE])
        [job] = claimed
        await jobs.done(tx, job=job.id)
    result = await works.calendar(job)
    assert (result["mime"], result["name"]) == ("text/calendar", "jisr.ics")
    return (await works.media.open(result["ref"])).decode()
