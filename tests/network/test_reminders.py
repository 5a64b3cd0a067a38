"""Reminders: none doubled, none missed, none of what has moved or passed, whatever the clock does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from network import (
    attendance,
    countries,
    due,
    exchanges,
    groups,
    invitees,
    members,
    occurrences,
    planning,
    quiet,
    recurrence,
    reminders,
)
from network.attendance import NO, YES
from network.audiences import Audience
from network.errors import NetworkError
from network.store import Store, open_engine
from tests.network.people import enrolled, seated

HOMES = (("NE", "21:00", "07:00"), ("MA", "22:00", "08:30"), ("EG", "23:00", "06:00"), ("TN", "", ""))
CHANGES = (  # where the clock changes while people wait (tzdata 2025b): Egypt falls back, Morocco back and forth
    (datetime(2026, 10, 24, tzinfo=UTC), "Africa/Cairo", "2026-10-30T09:00"),
    (datetime(2027, 2, 1, tzinfo=UTC), "Africa/Casablanca", "2027-02-08T10:00"),
    (datetime(2027, 3, 8, tzinfo=UTC), "Africa/Casablanca", "2027-03-15T08:00"),
    (datetime(2027, 4, 24, tzinfo=UTC), "Africa/Cairo", "2027-04-30T10:00"),
)
DAY = timedelta(days=1)


@dataclass
class World:
    """Some guests of one exchange, a clock that is not to be trusted, and what went out."""

    url: str
    store: Store
    now: datetime
    random: Random
    exchange: str = ""
    host: str = ""
    guests: list[str] = field(default_factory=list)
    sent: list[tuple[str, str, datetime]] = field(default_factory=list)
    armed: set[tuple[str, str, datetime]] = field(default_factory=set)
    dates: list[str] | None = None  # of what is held again and again

    async def restart(self) -> None:
        """Let the process die between two steps, and begin again on the same database."""
        await self.store.close()
        self.store = Store(open_engine(self.url), self.store.sealer)

    async def tick(self) -> None:
        """Do what is due; hold what goes out against what is true now."""
        async with self.store.transaction(self.now) as tx:
            await occurrences.tend(tx)
            await attendance.tend(tx)
            for row in await due.take(tx):
                if row.kind == exchanges.NEWS:
                    found = await exchanges.get(tx, exchange=self.exchange)
                    await attendance.remind_all(tx, found=found)
                elif row.kind == occurrences.TURN:
                    await occurrences.turn(tx, exchange=row.subject)
                elif row.kind == attendance.REMIND:
                    await self._remind(tx, row.subject)
        await self._check()

    async def _remind(self, tx, subject: str) -> None:
        given = await attendance.reminded(tx, subject=subject)
        if given is None:
            return
        found, mine, which = given
        truly = await exchanges.get(tx, exchange=self.exchange)
        assert truly.takes_place
        assert (found.starts_at, mine.comes(truly.at_hand)) == (truly.starts_at, True)
        assert self.now < truly.starts_at
        planned = reminders.instants(truly.starts_at, await members.get(tx, person=mine.person))
        assert planned[which] > (truly.follows or planned[which] - DAY)  # one hears of one date at a time
        key = (mine.person, which, truly.starts_at)
        assert key not in self.sent
        self.sent.append(key)

    async def _check(self) -> None:
        """Every reminder that was ahead, and whose time is now, went out."""
        async with self.store.reading(self.now) as tx:
            found = await exchanges.get(tx, exchange=self.exchange)
            ahead = [at for at, _each in found.standing if at + timedelta(minutes=found.minutes) > self.now]
            assert not found.takes_place or not ahead or found.starts_at == ahead[0]
            for guest in self.guests:
                mine = await attendance.of(tx, exchange=self.exchange, person=guest)
                if not found.takes_place or mine is None or not mine.comes(found.at_hand):
                    self.armed = {key for key in self.armed if key[0] != guest}
                    continue
                member = await members.get(tx, person=guest)
                for which, at in reminders.instants(found.starts_at, member).items():
                    key = (guest, which, found.starts_at)
                    if at <= (found.follows or at - DAY):
                        continue  # the date before was not over then: one hears of one date at a time
                    if at > self.now:
                        self.armed.add(key)
                    elif key in self.armed and self.now < reminders.ends_at(which, found.starts_at):
                        assert key in self.sent, (which, at, self.now)

    async def happens(self, zone: str) -> None:
        """Let something happen that may change what is to be said."""
        what = self.random.random()
        guest = self.random.choice(self.guests)
        try:
            async with self.store.transaction(self.now) as tx:
                answered = 0.5 if self.dates is None else 0.2
                if what < answered:
                    answer = YES if what < 0.7 * answered else NO
                    await attendance.answer(tx, exchange=self.exchange, person=guest, answer=answer)
                elif what < 0.6 and self.dates is not None:
                    await self._changes(tx, guest)
                elif what < 0.6:
                    found = await exchanges.get(tx, exchange=self.exchange)
                    local = found.starts_local + timedelta(hours=self.random.choice((-20, -3, 2, 26, 24 * 6)))
                    await planning.set_time(tx, exchange=self.exchange, by=self.host, local=local, zone=zone)
                elif what < 0.61:
                    await planning.cancel(tx, exchange=self.exchange, by=self.host)
        except NetworkError:
            return  # it has begun, or is called off

    async def _changes(self, tx, guest: str) -> None:
        """Let something become of a single date, or of it and all after it."""
        name = self.random.choice(self.dates)
        what = self.random.random()
        if what < 0.5:
            await occurrences.answer(
                tx, exchange=self.exchange, person=guest, name=name, answer=self.random.choice((YES, NO))
            )
            return
        found = await exchanges.get(tx, exchange=self.exchange)
        local = next(each.local for each in found.dates if each.name == name)
        local = None if what < 0.65 else local + timedelta(hours=self.random.choice((-20, -3, 2, 26)))
        await occurrences.change(
            tx, exchange=self.exchange, by=self.host, name=name, local=local, following=local is not None and what > 0.9
        )


async def begun(url: str, store: Store, seed: int, *, again: bool = False) -> tuple[World, str]:
    """Invite four people of four countries to an exchange eight days before a clock change or so, once or weekly."""
    start, zone, local = CHANGES[seed % len(CHANGES)]
    random, at = Random(seed), datetime.fromisoformat(local)
    world = World(url, store, start - timedelta(days=random.randrange(2)), random)
    async with store.transaction(world.now) as tx:
        for table in (due.due, exchanges.exchanges, groups.seats):  # of the seed before
            await tx.run(table.delete())
        world.host = await seated(tx, "NE", "civil")
        await seated(tx, "NE", "official")
        for country, quiet_from, quiet_until in HOMES:
            quiet_hours = {"quiet_from": quiet_from, "quiet_until": quiet_until}
            world.guests.append(await enrolled(tx, country=country, **quiet_hours))
        group = (await groups.by_country(tx, country="NE")).id
        how = {"title": "Thé", "purpose": "Parler", "audience": Audience(groups=(group,))}
        world.exchange = await exchanges.draft(tx, by=world.host, kind="dialogue", group=group, **how)
        await planning.propose(tx, exchange=world.exchange, by=world.host)
        if again:
            rule = recurrence.wish(recurrence.Every.WEEK, times=4)
            await occurrences.repeat(tx, exchange=world.exchange, by=world.host, rule=rule)
        await planning.set_time(tx, exchange=world.exchange, by=world.host, local=at, zone=zone)
        if again:
            world.dates = [each.name for each in (await exchanges.get(tx, exchange=world.exchange)).dates]
        for guest in world.guests:
            await invitees.invite(tx, exchange=world.exchange, person=guest)
            await attendance.answer(tx, exchange=world.exchange, person=guest, answer=YES)
    return world, zone


@pytest.mark.parametrize("again", [False, True])
async def test_no_reminder_is_doubled_missed_or_false(
    database_url: str, store: Store, *, again: bool, long: bool
) -> None:
    """Restarts, clocks that jump a day and back, daylight saving, moves, answers: each reminder comes once, in time.

    So it is with what is held once, and with each date of what is held again and again.
    """
    whole = 0
    for seed in range(200 if long else 2 if again else 4):
        world, zone = await begun(database_url, store, seed, again=again)
        away = 0
        for _step in range(330 if again else 130):
            world.now += timedelta(minutes=world.random.choice((10, 30, 60, 90, 180)))
            chance = world.random.random()
            if chance < 0.12 and away < 1:
                world.now, away = world.now + DAY, away + 1
            elif chance < 0.24 and away > -1:
                world.now, away = world.now - DAY, away - 1
            elif chance < 0.27:
                await world.restart()
            elif chance < 0.33:
                await world.happens(zone)
            await world.tick()
        whole += len(world.sent)
        store = world.store
    assert whole > 30 if long else whole > 10
    await store.close()


@pytest.mark.parametrize("home", HOMES)
def test_reminders_come_out_of_quiet_hours(home: tuple[str, str, str]) -> None:
    """At every hour of a year's starts each reminder comes before the start, and in no quiet hours."""
    country, quiet_from, quiet_until = home
    member = type("M", (), {"country": country, "quiet_from": quiet_from, "quiet_until": quiet_until})()
    zone = countries.get(country).zone
    for hours in range(0, 365 * 24, 7):
        starts_at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        found = reminders.instants(starts_at, member)
        assert "hour" in found
        times = list(found.values())
        assert times == sorted(times)
        for at in times:
            assert at < starts_at
            assert quiet.news_at(at, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until) == at
