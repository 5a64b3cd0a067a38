"""The processor: each item whole or not at all, in each person's order, whatever the others do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from network import inbox
from network.inbox import State
from network.outbox import Stage
from network.rates import Limit, Paces
from tests.bot.conftest import World
from tests.bot.echo_desk import effects
from tests.bot.fake_channel import message


async def test_each_message_is_answered_in_order(world: World) -> None:
    """Messages of several people are handled once, each person's in the order they came."""
    for number in range(20):
        await world.deliver(message(number, person=str(number % 3), text=f"{number:02d}"))
    await world.turn()
    for person in range(3):
        texts = [call.text for call in world.channel.calls if call.external == str(person)]
        assert texts == [f"{number:02d}" for number in range(20) if number % 3 == person]
    assert await world.rows(State.DONE) == 20
    assert set(await world.stages()) == {Stage.SENT}


async def test_poison_is_quarantined_and_excused(world: World) -> None:
    """A message that breaks its handler is tried 3 times, leaves no trace, is quarantined and excused.

    The person's next one is handled within seconds, and those of others are not touched.
    """
    await world.deliver(message(1, "1", "poison"), message(2, "1", "after it"), message(3, "2", "of another"))
    await world.turn()
    assert world.channel.texts == ["of another"]
    for seconds in inbox.BACK_OFF_S:
        world.clock.advance(seconds)
        await world.turn()
    assert await effects(world.store) == ["after it", "of another"]
    assert world.channel.texts == ["of another", "sorry", "after it"]
    assert sum(inbox.BACK_OFF_S) <= 1, "a secret word behind it locks within two seconds"
    assert await world.rows(State.QUARANTINED) == 1


async def test_quarantine_can_be_replayed_or_dropped(world: World) -> None:
    """A steward sees a code and no text, and lets a message be tried again or empties it."""
    await world.deliver(message(1, "1", "poison one"))
    await world.deliver(message(2, "2", "poison two"))
    for seconds in (0.0, *inbox.BACK_OFF_S):
        world.clock.advance(seconds)
        await world.process()
    async with world.store.transaction(world.clock.now()) as tx:
        first, second = await inbox.quarantined(tx)
        assert (first.error, first.channel) == ("Poison", "telegram")
        assert await inbox.replay(tx, item=first.id)
        assert await inbox.drop(tx, item=second.id)
        assert not await inbox.drop(tx, item=second.id)
    assert await world.process() == 1
    assert await world.rows(State.DONE) == 1


async def test_an_item_nobody_understands_is_quarantined(world: World) -> None:
    """An item that the channel cannot parse blocks nothing and ends in quarantine, without an apology."""
    broken = message(1, "1")
    del broken["text"]
    await world.deliver(broken, message(2, "2", "fine"))
    for seconds in (0.0, *inbox.BACK_OFF_S):
        world.clock.advance(seconds)
        await world.turn()
    assert world.channel.texts == ["fine"]
    assert await world.rows(State.QUARANTINED) == 1


async def test_a_flood_harms_nobody_else(build_world: Callable[..., World]) -> None:
    """One person's flood is spread over time; another's message is handled at once, behind a batch at most."""
    world = build_world(paces=Paces(Limit(messages=2, seconds=1.0, burst=30)))
    for start in range(0, 3_000, 500):
        await world.deliver(*(message(n, "flooder", f"{n:04d}") for n in range(start, start + 500)))
    await world.deliver(message(9_999, "patient", "mine"))
    await world.process()
    assert "mine" in await effects(world.store)
    assert len(await effects(world.store)) == 31
    world.clock.advance(10)
    await world.process()
    flood = [what for what in await effects(world.store) if what != "mine"]
    assert flood == [f"{n:04d}" for n in range(50)]


async def test_a_failed_batch_is_done_again_one_by_one(world: World) -> None:
    """When one item of a batch fails, the others of the batch still leave exactly one effect and one answer."""
    items = [message(n, str(n), "poison" if n == 7 else f"{n:02d}") for n in range(20)]
    await world.deliver(*items)
    await world.turn()
    expected = [f"{n:02d}" for n in range(20) if n != 7]
    assert await effects(world.store) == expected
    assert sorted(world.channel.texts) == expected


async def test_several_processes_keep_each_persons_order(build_world: Callable[..., World]) -> None:
    """Processors that share a store handle each item once, and one person's in order."""
    worlds = [build_world() for _ in range(4)]
    await worlds[0].deliver(*(message(n, str(n % 40), f"{n % 40:02d}-{n:04d}") for n in range(800)))

    async def work(world: World) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if await world.processor.step() else idle + 1
            await asyncio.sleep(0)

    await asyncio.gather(*map(work, worlds))
    await worlds[0].process()
    assert len(await effects(worlds[0].store)) == 800
    await worlds[0].send()
    for person in range(40):
        mine = [text for text in worlds[0].channel.texts if text.startswith(f"{person:02d}-")]
        assert mine == sorted(mine)
        assert len(mine) == 20


async def test_a_moved_chat_is_followed(world: World) -> None:
    """When a chat has a new id, the next answer goes there."""
    await world.deliver(message(1, "1", "before"))
    await world.turn()
    await world.deliver({"update_id": 2, "moved": ["1", "-1001"]}, message(3, "-1001", "after"))
    await world.turn()
    assert [(call.external, call.text) for call in world.channel.calls] == [("1", "before"), ("-1001", "after")]


async def test_bodies_are_emptied(world: World) -> None:
    """What was handled and sent keeps no body; the memory of provider ids lasts 30 days and then goes."""
    await world.deliver(message(1))
    await world.turn()
    async with world.store.engine.connect() as connection:
        for table in ("inbox", "outbox"):
            kept = await connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE body IS NOT NULL")
            assert kept.scalar_one() == 0
    async with world.store.transaction(world.clock.advance(days=29)) as tx:
        assert await inbox.sweep(tx) == 0
    async with world.store.transaction(world.clock.advance(days=2)) as tx:
        assert await inbox.sweep(tx) == 1
