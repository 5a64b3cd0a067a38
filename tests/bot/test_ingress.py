"""Ingress: authentic, then durable, then acknowledged."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

import pytest
from sqlalchemy import event

from network import inbox
from network.inbox import State
from network.rates import Paces
from network.store import Store, Tx
from tests.bot.conftest import World, make_world
from tests.bot.echo_desk import effects, prepare
from tests.bot.fake_channel import delivery, headers, message


async def test_forged_and_truncated_deliveries_are_refused(sqlite_world: World, long: bool) -> None:
    """Ten thousand forged or truncated deliveries get 401 or 403 and leave no row; a forged one is not even parsed."""
    world = sqlite_world
    good = delivery([message(1)])
    chance = random.Random(5)
    for number in range(10_000 if long else 1_000):
        if number % 3 == 0:  # a wrong or missing signature
            status = await world.ingress.deliver(world.channel, {"x-signature": "0" * 64} if number % 2 else {}, good)
            assert status is HTTPStatus.UNAUTHORIZED
        elif number % 3 == 1:  # cut on its way: the signature is of the whole
            cut = good[: chance.randrange(len(good))]
            status = await world.ingress.deliver(world.channel, headers(good), cut)
            assert status is HTTPStatus.UNAUTHORIZED
        else:  # cut before it was signed
            cut = good[: chance.randrange(len(good))]
            status = await world.ingress.deliver(world.channel, headers(cut), cut)
            assert status is HTTPStatus.FORBIDDEN
    assert world.channel.parsed == 0
    assert await world.rows() == 0


async def test_a_delivery_of_another_shape_is_refused(sqlite_world: World) -> None:
    """JSON that is no delivery, or is nested without end, is refused and leaves no row."""
    for body in (b"[]", b"null", b'"text"', b'{"other": 1}', b"[" * 100_000, b"\xff\xfe"):
        status = await sqlite_world.ingress.deliver(sqlite_world.channel, headers(body), body)
        assert status is HTTPStatus.FORBIDDEN
    assert await sqlite_world.rows() == 0


async def test_a_replay_is_acknowledged_without_effect(world: World) -> None:
    """The same delivery again gets 2xx, and what it says is done once, also 8 days later in other bytes."""
    assert await world.deliver(message(1)) is HTTPStatus.OK
    assert await world.deliver(message(1)) is HTTPStatus.OK
    await world.turn()
    world.clock.advance(days=8)
    assert await world.deliver(message(1, text="hello, in other bytes")) is HTTPStatus.OK
    await world.turn()
    assert await effects(world.store) == ["hello"]
    assert world.channel.texts == ["hello"]


async def test_a_batch_of_a_thousand(world: World) -> None:
    """A batch of 1,000 mixed items and 3 MB is taken in one commit, and each is handled once, whoever repeats it."""
    items = [message(n, person=str(n % 50), text=f"{n:04d} " + "x" * 100) for n in range(700)]
    items += [{"update_id": n, "from": "", "state": "delivered", "tracker": "0" * 32} for n in range(700, 990)]
    items += [{"update_id": n, "from": "1", "moved": [f"old{n}", f"new{n}"]} for n in range(990, 1000)]
    for item in items:
        item["padding"] = "y" * 2_800
    random.Random(3).shuffle(items)
    body = delivery(items)
    assert len(body) > 2_900_000
    assert await world.ingress.deliver(world.channel, headers(body), body) is HTTPStatus.OK
    assert await world.rows() == 1000
    assert await world.ingress.deliver(world.channel, headers(body), body) is HTTPStatus.OK
    assert await world.process() == 1000
    world.clock.advance(days=8)
    assert await world.deliver(*items) is HTTPStatus.OK
    assert await world.process() == 0
    assert len(await effects(world.store)) == 700
    assert await world.rows(State.DONE) == 1000


async def test_concurrent_deliveries_share_commits(sqlite_world: World) -> None:
    """A hundred deliveries at once take a few commits, and each is answered after its own."""
    commits = 0

    @event.listens_for(sqlite_world.store.engine.sync_engine, "commit")
    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    statuses = await asyncio.gather(*(sqlite_world.deliver(message(n)) for n in range(100)))
    assert statuses == [HTTPStatus.OK] * 100
    assert await sqlite_world.rows() == 100
    assert commits <= 4


async def test_what_comes_while_the_store_is_busy_shares_a_commit(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a batch is handled the first delivery waits for the store, and those after it join it."""
    world, groups, accept = sqlite_world, list[int](), inbox.accept

    async def counted(tx: Tx, *, arrivals: Sequence[inbox.Arrival], paces: Paces | None = None) -> int:
        groups.append(len(arrivals))
        return await accept(tx, arrivals=arrivals, paces=paces)

    monkeypatch.setattr(inbox, "accept", counted)
    async with world.store.transaction(world.clock.now()):
        deliveries = []
        for number in range(5):
            deliveries.append(asyncio.create_task(world.deliver(message(number))))
            async with world.store.reading(world.clock.now()) as tx:
                assert await inbox.next_at(tx) is None
    assert set(await asyncio.gather(*deliveries)) == {HTTPStatus.OK}
    assert groups == [5]


async def test_half_a_surrogate_pair_is_stored(world: World) -> None:
    """Text that JSON can say and UTF-8 cannot is taken in all the same, and blocks nothing."""
    assert await world.deliver(message(1, "\ud800", "half \ud800"), message(2, "2", "whole")) is HTTPStatus.OK
    await world.turn()
    assert "whole" in world.channel.texts
    assert await world.rows() == 2


async def test_one_bad_item_does_not_harm_the_others(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that no store can take is refused alone: those that came at the same time are stored."""
    accept = inbox.accept

    async def picky(tx: Tx, *, arrivals: Sequence[inbox.Arrival], paces: Paces | None = None) -> int:
        new = await accept(tx, arrivals=arrivals, paces=paces)
        if any(arrival.person == "bad" for arrival in arrivals):
            raise ValueError
        return new

    monkeypatch.setattr(inbox, "accept", picky)
    bad = message(1, "bad")
    first, *others = await asyncio.gather(
        sqlite_world.deliver(bad), *(sqlite_world.deliver(message(n)) for n in range(2, 12))
    )
    assert first is HTTPStatus.SERVICE_UNAVAILABLE
    assert others == [HTTPStatus.OK] * 10
    assert await sqlite_world.rows() == 10


async def test_a_full_disk_is_never_acknowledged(sqlite_world: World) -> None:
    """Whatever commit meets a full disk, nothing is acknowledged that is not stored; with room again all goes on."""
    world = sqlite_world
    taken: set[int] = set()
    refused: set[int] = set()
    async with world.store.engine.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.rollback()
    number = 0
    for extra in range(1, 40, 2):
        await _limit_pages(world.store, pages + extra)
        for _ in range(6):
            number += 1
            status = await world.deliver(message(number, person=str(number), text=f"{number:05d}" + "z" * 900))
            (taken if status is HTTPStatus.OK else refused).add(number)
            if number % 4 == 0:
                try:
                    await world.process()
                except Exception as error:  # noqa: BLE001 - the disk is full here too
                    assert "full" in str(error)  # noqa: PT017
    assert taken
    assert refused
    await _limit_pages(world.store, 1_000_000)
    for again in sorted(refused):
        assert await world.deliver(message(again, person=str(again), text=f"{again:05d}")) is HTTPStatus.OK
    await world.turn()
    assert [int(what[:5]) for what in await effects(world.store)] == sorted(taken | refused)


async def test_cancelled_at_every_await(sqlite_store: Store, now: datetime) -> None:
    """A delivery and a batch cancelled at any await are stored and done wholly or not at all, and go on after it."""
    await prepare(sqlite_store)
    world = make_world(sqlite_store, now)
    for at in range(0, 120, 3):
        items = [message(10 * at + n, person=str(at), text=f"{at}-{n}") for n in range(3)]
        before = await world.rows()
        await _cancel_after(at, world.deliver(*items))
        await world.ingress.close()
        assert await world.rows() - before in {0, 3}
        await _cancel_after(at, world.processor.step())
        done = [what for what in await effects(sqlite_store) if what.startswith(f"{at}-")]
        assert len(done) in {0, 3}
        assert len(await world.stages()) == len(await effects(sqlite_store))
        assert await world.deliver(*items) is HTTPStatus.OK
        await world.process()
        done = [what for what in await effects(sqlite_store) if what.startswith(f"{at}-")]
        assert done == [f"{at}-{n}" for n in range(3)]


async def test_presses_are_answered_after_the_commit(sqlite_world: World) -> None:
    """The channel is asked to answer each item once it is stored, and not before it can be lost no more."""
    assert await sqlite_world.deliver(message(1), message(2)) is HTTPStatus.OK
    await sqlite_world.ingress.close()
    assert sqlite_world.channel.answered == ["1", "2"]
    await _limit_pages(sqlite_world.store, 1)
    assert await sqlite_world.deliver(message(3, text="q" * 50_000)) is HTTPStatus.SERVICE_UNAVAILABLE
    assert sqlite_world.channel.answered == ["1", "2"]


async def test_nothing_of_a_message_is_readable_in_the_store(sqlite_world: World, log_lines: io.StringIO) -> None:
    """Neither the text, nor the sender, nor the provider's id of an item stands in the database or its log."""
    sqlite_world.desk.notes_effects = False
    await sqlite_world.deliver(message(987654321, person="22790123456", text="a canary sings"))
    await sqlite_world.process()
    path = str(sqlite_world.store.engine.url.database)
    for name in (path, path + "-wal"):
        with open(name, "rb") as file:  # noqa: ASYNC230, PTH123 - a test may block
            content = file.read()
        for canary in ("canary", "22790123456", "987654321"):
            assert canary.encode() not in content
    await sqlite_world.send()
    assert sqlite_world.channel.texts == ["a canary sings"]
    assert "canary" not in log_lines.getvalue()


async def _limit_pages(store: Store, pages: int) -> None:
    """Let the file of the database, on every connection, have at most ``pages`` pages."""
    await store.engine.dispose()

    @event.listens_for(store.engine.sync_engine, "connect")
    def limit(raw: object, _record: object) -> None:
        cursor = raw.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.close()


async def _cancel_after(steps: int, work: object) -> None:
    """Run ``work`` for so many turns of the loop, then cancel it."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    for _ in range(steps):
        if task.done():
            break
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
