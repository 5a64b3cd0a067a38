"""Seasons: who is invited to share what prevents, where, when, and how seldom; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from network import countries, seasons, topics
from network.digests import Pace
from network.members import State
from network.store import Store
from tests.network.people import enrolled

NOVEMBER = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_the_table_names_countries_months_and_topics_that_there_are() -> None:
    """Every season has countries of the network, one to three months, topics of the tree, and three languages."""
    for season in seasons.all():
        assert all(countries.known(code) for code in season.countries)
        assert topics.check(season.topics) == season.topics
        assert 1 <= len(season.months) <= 3
        assert [(month - season.months[0]) % 12 for month in season.months] == list(range(len(season.months)))
        assert set(season.words) == {"en", "fr", "ar"}
        assert all(20 < len(words) <= 260 for words in season.words.values())


FITTING = [  # country, day, followed topics; the seasons that run
    ("NE", date(2026, 11, 5), {"prv.resources"}, ["transhumance-2026"]),
    ("NE", date(2026, 9, 30), {"prv.resources"}, []),
    ("TN", date(2026, 11, 5), {"prv.resources"}, []),
    ("NE", date(2026, 11, 5), {"jus.access"}, []),
    ("NG", date(2027, 1, 5), {"prv.elections"}, ["elections-2026"]),  # over the end of the year
    ("NG", date(2028, 1, 5), {"prv.elections"}, []),
    ("TN", date(2027, 5, 31), {"rgt.youth"}, ["exams-2027"]),
]


@pytest.mark.parametrize(("country", "day", "followed", "wanted"), FITTING)
def test_when_a_season_fits(country: str, day: date, followed: set[str], wanted: list[str]) -> None:
    """Country, month, year and a followed topic must all be those of the season."""
    assert [season.key(day) for season in seasons.fitting(country, day, followed)] == wanted


INVITED = [  # the field or topic that is followed, its own pace, the state; whether an invitation comes
    ("prv", "", "active", True),
    ("com.disputes", "", "active", True),
    ("com.disputes", "silent", "active", False),
    ("jus", "", "active", False),
    ("prv", "", "stopped", False),
]


@pytest.mark.parametrize(("topic", "pace", "state", "comes"), INVITED)
async def test_who_is_invited(store: Store, topic: str, pace: str, state: str, comes: bool) -> None:
    """Only active members who follow a fitting topic that they have not silenced."""
    async with store.transaction(NOVEMBER) as tx:
        person = await enrolled(tx, country="NE", state=State(state))
        await topics.follow(tx, person=person, topics=[topic])
        await topics.set_pace(tx, person=person, pace=pace or "", topic=topic)
        assert (await seasons.invite(tx, person=person) is not None) is comes


async def test_once_a_season_and_once_a_quarter(store: Store) -> None:
    """The same season invites once, another one within ninety days not at all, the next year's again."""
    days = [(0, "transhumance"), (1, ""), (31, ""), (60, ""), (365, "transhumance"), (365 + 200, "rains")]
    async with store.transaction(NOVEMBER) as tx:
        person = await enrolled(tx, country="NE")
        await topics.follow(tx, person=person, topics=["prv"])
        await topics.set_pace(tx, person=person, pace=Pace.WEEKLY)
    for day, wanted in days:
        async with store.transaction(NOVEMBER + timedelta(days=day)) as tx:
            season = await seasons.invite(tx, person=person)
            assert (season.id if season else "") == wanted, day
