"""Agreeing on a time in conversations, by typed numbers, on both apps and in three languages."""

from __future__ import annotations

import pytest

from handlers.exchanges import agreeing_news, exchange_news
from network import due, exchanges
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import PLAN


async def tells(phone):
    """Let the clock do what is due for the network."""
    world = phone.world
    table = {**agreeing_news.acts(world.desk.translator), **exchange_news.acts(world.desk.translator)}
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx):
            if row.kind in table:
                await table[row.kind](tx, row.subject)


async def test_a_time_is_found(open_phone):
    """A host takes suggestions, members of both apps say what suits by numbers, and the best is taken."""
    awa, _issa = await coordinators(open_phone, "en")
    first, second = await joins(open_phone()), await joins(open_phone(channel="whatsapp", language="fr"))
    await goes_through(awa, *PLAN, "[Agree on a time]")
    awa.hears("A time for “Le thé du marché”", "No time is proposed yet.")
    await awa.taps("Suggest times")
    awa.hears("These are working days everywhere")
    await goes_through(awa, "1, 2")
    awa.hears("Proposed. Whoever is invited hears of it")
    await tells(awa)
    for phone in (first, second):
        [message] = await queued(phone)
        assert message.text.count("10:00 (Niger)") == 2
    first.hears("A time is looked for. Which one suits you?")
    await goes_through(first, "[Say what suits me]", "1")
    first.hears("Does this suit you?", "10:00 (Niger)")
    await goes_through(first, "2", "1")
    first.hears("others see how many, not who")
    await goes_through(second, "[Say what suits me]", "1", "٣", "1")
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Agree on a time]")
    awa.hears("Yes: 0 · If needed: 1 · No: 1", "Yes: 2 · If needed: 0 · No: 0")
    await awa.taps("Take one of them")
    await awa.says("1")
    awa.hears("It is set.")
    await tells(awa)
    [message] = await queued(first)
    assert "You are invited." in message.text


async def test_guests_add_a_time_where_they_may(open_phone):
    """A time that does not suit is warned of; it can be proposed all the same, once the hosts let guests add."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(), quiet_from="", quiet_until="")
    await goes_through(awa, *PLAN, "[Agree on a time]", "[Add a time]", "18/12/2026", "25:00")
    awa.hears("Please write a time such as 10:30.")
    await awa.says("12:00")
    awa.hears("Mind: It touches the Friday prayer", "Shall it be proposed?")
    await goes_through(awa, "no")
    awa.hears("Nothing was proposed.")
    exchange = await _only(awa)
    await guest.says(f"/agree {exchange}")
    assert "Add a time" not in [choice.label for choice in guest.choices]
    await goes_through(awa, f"/agree {exchange}", "[Let others add times]")
    await goes_through(guest, f"/agree {exchange}", "[Add a time]", "14/12/2026", "10:00", "1")
    guest.hears("Proposed.")
    await goes_through(awa, f"/agree {exchange}")
    awa.hears("1. When: 14 December 2026, 10:00 (Niger)")
    await goes_through(awa, "[As a picture]")
    awa.hears("The picture comes in a moment.")


async def test_who_is_not_invited_sees_nothing(open_phone):
    """Of another country, or with an id that is none, nothing is told."""
    awa, _issa = await coordinators(open_phone, "en")
    stranger = open_phone()
    await stranger.is_member(country="TN")
    await goes_through(awa, *PLAN)
    for given in (await _only(awa), "x"):
        await stranger.says(f"/agree {given}")
        stranger.hears("That is not possible any more, or not for you.")
    await stranger.says("/agree")
    stranger.hears("Nothing is planned for you yet.")


@pytest.mark.parametrize(
    ("language", "seen"),
    [("fr", "14 décembre 2026"), ("ar", "ديسمبر")],
)
async def test_each_reads_the_times_in_their_language(open_phone, language, seen):
    """The grid is in the words and by the clock of its reader."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(language=language))
    await goes_through(awa, *PLAN, "[Agree on a time]", "[Add a time]", "14/12/2026", "10:00", "1")
    await goes_through(guest, f"/agree {await _only(awa)}")
    assert seen in guest.text


async def _only(phone):
    """Return the id of the one exchange that somebody hosts."""
    async with phone.world.store.reading(phone.world.now) as tx:
        [found] = await exchanges.hosted(tx, person=phone.person)
    return found.id
