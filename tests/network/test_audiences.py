"""Audiences: exactly those who are meant, whatever is asked; on both databases."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network import audiences, groups, members, topics
from network.audiences import Audience
from network.groups import Mode
from network.members import State
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.network.people import enrolled

COUNTRIES, LANGUAGES = ("NE", "TN", "SN"), ("fr", "ar", "en")
TOPICS = ("com", "com.policing", "com.dialogue", "cor.humane", "jus.access")
PEOPLE = 60
ROOTS = {code: topics.spread([code]) for code in TOPICS}

Person = dict[str, object]


async def population(tx: Tx) -> tuple[dict[str, Person], list[str]]:
    """Make people of every kind; return what they are, by id, and the ids of two groups."""
    chance = random.Random(5)
    made = [await groups.create(tx, code=code) for code in ("one", "two")]
    people: dict[str, Person] = {}
    for _ in range(PEOPLE):
        side, country = chance.choice(members.SIDES), chance.choice(COUNTRIES)
        state = chance.choice([State.ACTIVE, State.ACTIVE, State.ACTIVE, State.STOPPED, State.WAITING])
        language = chance.choice(LANGUAGES)
        person = await enrolled(tx, state=state, side=side, country=country, language=language)
        follows = {code for code in TOPICS if chance.random() < 0.3}
        joined = {group for group in made if chance.random() < 0.4}
        await topics.follow(tx, person=person, topics=follows)
        for group in joined:
            await groups.join(tx, group=group, person=person)
        people[person] = {
            "state": state,
            "side": side,
            "country": country,
            "language": language,
            "topics": follows,
            "groups": joined,
        }
    return people, made


def is_meant(person: str, kind: Person, audience: Audience) -> bool:
    """Decide as naively as can be whether somebody is meant."""
    wanted = {code for topic in audience.topics for code in (*ROOTS[topic], topic.partition(".")[0])}
    return (
        kind["state"] is State.ACTIVE
        and (not audience.countries or kind["country"] in audience.countries)
        and (not audience.sides or kind["side"] in audience.sides)
        and (not audience.languages or kind["language"] in audience.languages)
        and (not audience.groups or bool(set(audience.groups) & kind["groups"]))  # type: ignore[operator]
        and (not audience.topics or bool(wanted & kind["topics"]))  # type: ignore[operator]
        and person not in audience.excluded
        and not set(audience.without_groups) & kind["groups"]  # type: ignore[operator]
        and kind["country"] not in audience.without_countries
    )


def some(values: list[str] | tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw some of the values."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def test_the_count_is_exact(database_url: str, sealer: Sealer, now: datetime) -> None:
    """For any audience the count and the ids are those of a naive filter over everybody."""
    with asyncio.Runner() as runner:
        store = Store(open_engine(database_url), sealer)
        people, made = runner.run(_populate(store, now))

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(
            st.builds(
                Audience,
                groups=some(made),
                countries=some(COUNTRIES),
                sides=some(members.SIDES),
                topics=some(TOPICS),
                languages=some(LANGUAGES),
                excluded=some(list(people)),
                without_groups=some(made),
                without_countries=some(COUNTRIES),
            )
        )
        def check(audience: Audience) -> None:
            meant = {person for person, kind in people.items() if is_meant(person, kind, audience)}
            assert runner.run(_found(store, now, audience)) == (len(meant), meant)

        check()
        runner.run(store.close())


async def _populate(store: Store, now: datetime) -> tuple[dict[str, Person], list[str]]:
    async with store.transaction(now) as tx:
        return await population(tx)


async def _found(store: Store, now: datetime, audience: Audience) -> tuple[int, set[str]]:
    async with store.reading(now) as tx:
        rows = await tx.all(audiences.query(audience))
        assert len(rows) == len({row.id for row in rows})
        return await audiences.count(tx, audience=audience), {row.id for row in rows}


@pytest.mark.parametrize("audience", [Audience(), Audience(excluded=("nobody",))])
async def test_an_empty_audience_means_everybody_active(store: Store, now: datetime, audience: Audience) -> None:
    """Where nothing is asked, every active member is meant."""
    async with store.transaction(now) as tx:
        people = [await enrolled(tx) for _ in range(3)]
        await members.set_state(tx, person=people[0], state=State.STOPPED)
        assert await audiences.count(tx, audience=audience) == 2


@pytest.mark.parametrize(("group", "hears"), [("NE", 2), ("TN", 3), ("", 2)])
async def test_who_silenced_or_paused_a_group_does_not_hear_of_it(
    store: Store, now: datetime, group: str, hears: int
) -> None:
    """Of a group that is named its own silence counts; where none is, that of the country's; a pause ends."""
    async with store.transaction(now) as tx:
        made = {code: await groups.create(tx, code=code, country=code) for code in ("NE", "TN")}
        people = [await enrolled(tx, country="NE") for _ in range(4)]
        for person in people:
            for code in made.values():
                await groups.join(tx, group=code, person=person)
        await groups.set_mode(tx, group=made["NE"], person=people[0], mode=Mode.SILENT)
        await groups.pause(tx, group=made["NE"], person=people[1], until=now + timedelta(days=1))
        await groups.pause(tx, group=made["NE"], person=people[2], until=now)
        await groups.set_mode(tx, group=made["TN"], person=people[3], mode=Mode.SILENT)
        meant = Audience(groups=(made[group],) if group else ())
        assert await audiences.count(tx, audience=meant) == len(people)
        assert await audiences.count(tx, audience=meant, hearing=True) == hears
