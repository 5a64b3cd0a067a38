"""Crossings: this week's act with the other side, and that it tells nobody's side; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from network import crossings, marks, practices, questions, starter, topics
from network.store import Store, Tx
from tests.network.people import enrolled, published

WEEK = timedelta(weeks=1)


async def two_sides(tx: Tx) -> tuple[str, str]:
    """Make a member of civil society who follows a field, and an official; return their ids."""
    person, official = await enrolled(tx), await enrolled(tx, side="official", service="police")
    await topics.follow(tx, person=person, topics=["com"])
    return person, official


async def test_without_anything_from_the_other_side_there_are_voices(store: Store, now: datetime) -> None:
    """What one's own side shared, and the starter collection, are not of the other side."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        person, _official = await two_sides(tx)
        await published(tx, await enrolled(tx))
        assert await crossings.pick(tx, person=person) == {"kind": crossings.VOICE, "id": ""}


async def test_a_practice_of_the_other_side_is_picked_until_it_is_marked(store: Store, now: datetime) -> None:
    """It is the same all week; what was marked is not offered again, nor what hides its author's side."""
    async with store.transaction(now) as tx:
        person, official = await two_sides(tx)
        await published(tx, official, level=0)
        shown = await published(tx, official)
        picked = {"kind": crossings.PRACTICE, "id": shown}
        assert await crossings.pick(tx, person=person) == picked
    async with store.transaction(now + timedelta(days=3)) as tx:
        assert await crossings.pick(tx, person=person) == picked
        await marks.toggle(tx, person=person, practice=shown, kind=marks.USEFUL)
        assert (await crossings.pick(tx, person=person))["kind"] == crossings.VOICE


async def test_only_an_open_question_is_picked(store: Store, now: datetime) -> None:
    """A question whose asker's side is not shown would tell it by being picked: it is not."""
    async with store.transaction(now) as tx:
        person, official = await two_sides(tx)
        for openly in (False, True):
            asked = await questions.ask(
                tx, person=official, topic="com.dialogue", text="Que faites-vous ?", language="fr", openly=openly
            )
            wanted = {"kind": crossings.QUESTION, "id": asked["question"]} if openly else {"kind": "voice", "id": ""}
            assert await crossings.pick(tx, person=person) == wanted


async def test_everybody_gets_something_else(store: Store, now: datetime) -> None:
    """Of several practices each is picked for somebody; over the weeks the pick changes."""
    async with store.transaction(now) as tx:
        _person, official = await two_sides(tx)
        shared = {await published(tx, official) for _ in range(4)}
        people = [await enrolled(tx) for _ in range(60)]
        assert {(await crossings.pick(tx, person=person))["id"] for person in people} == shared
    picked = set()
    for week in range(12):
        async with store.transaction(now + week * WEEK) as tx:
            picked.add((await crossings.pick(tx, person=people[0]))["id"])
    assert len(picked) > 1
    assert await _published(store, now) == shared


async def _published(store: Store, now: datetime) -> set[str]:
    async with store.reading(now) as tx:
        return {row.id for row in await tx.all(practices.practices.select())}


async def test_it_is_offered_until_it_is_settled_and_again_next_week(store: Store, now: datetime) -> None:
    """Taken up or left, this week's is over; the next week has its own."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        assert await crossings.is_open(tx, person=person)
        await crossings.settle(tx, person=person)
        await crossings.settle(tx, person=person)
        assert not await crossings.is_open(tx, person=person)
    async with store.transaction(now + WEEK) as tx:
        assert await crossings.is_open(tx, person=person)
