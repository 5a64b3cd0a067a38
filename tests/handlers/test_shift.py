"""Before and after in conversation: a host asks in the first phase and in the last, all in the series compare."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.language import Text, Voice
from handlers.series import shift
from network import jobs, poll_files, rounds, series, shifts
from network.series import Phase
from tests.handlers.test_actions import led
from tests.handlers.test_broadcast import goes_through, joins
from tests.network.test_shifts import _moved_to, inside, vote

QUESTION = "In your area, how far do the public and the police or gendarmerie trust each other?"


async def closed(awa, found, votes, people=()):
    """Let forty of Niger and forty of Tunisia answer the poll that is open, and close it; return who answered."""
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        [mine] = await shifts.of(tx, series=found)
        poll = (mine.after or mine.before).id
        await rounds.open(tx, poll=poll)
        if not people:
            people = [await inside(tx, found, 50), await inside(tx, found, 50)]
            await tx.run(_moved_to("TN", people[1]))
        for several, each in zip(people, (votes, (10, 10, 10, 20)), strict=True):
            await vote(tx, poll, several, each)
    world.now += timedelta(days=15)
    async with world.store.transaction(world.now) as tx:
        await rounds.close(tx, poll=poll)
    return people


async def to_the_end(awa, found):
    """Lead a series to its last phase."""
    async with awa.world.store.transaction(awa.world.now) as tx:
        while (await series.get(tx, series=found)).phase is not Phase.REVIEW:
            await series.advance(tx, series=found, by=awa.person)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_both_times_are_compared_and_drawn(open_phone, language):
    """Asked before and after by typed numbers, compared by country in words and as a picture, in each language."""
    found, awa, _issa, member = await led(open_phone, language, "whatsapp")
    await member.says(f"/shift {found}")
    member.hears("Nothing was asked yet. What the hosts ask comes to you here.")
    await member.says("1")
    await goes_through(awa, f"/shift {found}", "1", "1")
    awa.hears("Shall it open now? It is secret, and asks those who take part, for two weeks.")
    await awa.says("1")
    awa.hears("It opens now. In the last phase you can ask the same again.", "asked now")
    people = await closed(awa, found, (20, 10, 10, 10))
    await goes_through(member, f"/shift {found}", "1")
    member.hears("asked before")
    member.does_not_hear("Shall the same be asked again now? Then both can be compared.")
    await to_the_end(awa, found)
    await goes_through(awa, Text("That is all"), f"/shift {found}", "1", Text("Yes, ask again"))
    awa.hears("It opens now, for two weeks. When it closes, both can be compared here.")
    await closed(awa, found, (10, 10, 10, 20), people)
    await goes_through(member, Text("That is all"), f"/shift {found}", "1")
    if language == "en":
        member.hears("Everybody: 2.5 before, 2.8 after", "Niger: 2.2 before, 2.8 after", "Tunisia: 2.8 before")
        member.hears("Before: 100 answered. After: 100 answered.", "from 1 (“Not at all”) to 4 (“A lot”)")
    await member.says("1")
    member.hears("The picture comes in a moment.")
    async with awa.world.store.transaction(awa.world.now) as tx:
        [job] = await jobs.claim(tx, kinds=[poll_files.DRAW])
    [chart] = job.argument["sheet"]["charts"]
    assert len(chart["series"]) == 2
    assert len(chart["bars"]) == 3
    assert all(0 <= share <= 1 for bar in chart["bars"] for share in bar["shares"])


async def test_what_may_not_be_said_is_not_drawn(open_phone):
    """With few answers there is the mean of everybody, and nothing of sides and countries."""
    found, awa, _issa, _member = await led(open_phone)
    await goes_through(awa, f"/shift {found}", "1", "1", "1")
    world = awa.world
    for step in (1, 4):
        if step == 4:
            await to_the_end(awa, found)
            await goes_through(awa, "1", "[Yes, ask again]")
        async with world.store.transaction(world.now) as tx:
            [mine] = await shifts.of(tx, series=found)
            poll = (mine.after or mine.before).id
            await rounds.open(tx, poll=poll)
            await vote(tx, poll, [awa.person], tuple(int(each == step) for each in range(1, 5)))
            await rounds.close_early(tx, poll=poll, by=awa.person)
    async with world.store.reading(world.now) as tx:
        [mine] = await shifts.of(tx, series=found)
    drawn = shift.sheet(mine, Voice(world.desk.translator, "en"))
    assert [bar["label"] for bar in drawn["charts"][0]["bars"]] == ["Everybody"]
    await goes_through(awa, "1")
    awa.hears("Everybody: 1 before, 4 after", "so small a number could point at somebody")


async def test_nobody_outside_the_series_reads_it(open_phone):
    """Somebody who takes no part, and somebody without a series, read nothing of it."""
    found, awa, _issa, member = await led(open_phone)
    outside = await joins(open_phone())
    await outside.says(f"/shift {found}")
    outside.hears("That is not possible any more, or not for you.")
    await outside.says("/shift")
    outside.hears("You take part in no dialogue series yet.")
    await goes_through(member, "/shift", "[Le marché du soir]")
    member.sees_choices("That is all")
    await goes_through(awa, f"/shift {found}", "1", "1")
    awa.hears(QUESTION)
