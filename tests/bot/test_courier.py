"""The courier: every rate, every failure, every receipt."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import envelopes
from bot.channels import Rates, Remedy, SendError
from bot.courier import Courier
from handlers.messages import Letter, Outgoing, Urgency
from network import addresses, dispatch, stops
from network import outbox as boxes
from network.outbox import Stage, outbox
from network.store import Tx
from tests.bot.conftest import World
from tests.bot.fake_channel import FAST, SentCall, message

WINDOW = Rates(account=(1000, 1.0, 1000), chat=(1, 6.0, 45), window_h=24, reach_per_day=3)


async def put(world: World, person: str, *letters: Letter | str) -> str:
    """Queue letters to a person whose last message is as old as the person; return the address."""
    async with world.store.transaction(world.clock.now()) as tx:
        here = {"channel": world.channel.name, "account": "main"}
        found = await addresses.find(tx, external=person, **here)
        address = found or await addresses.meet(tx, external=person, **here)
        for letter in letters:
            made = Letter("", Outgoing(letter)) if isinstance(letter, str) else letter
            made = replace(made, address_id=address.id)
            await boxes.put(tx, posts=envelopes.posts(made, [made.message], **here))
    return address.id


def urgent(text: str, urgency: Urgency, *, again: bool = True) -> Letter:
    """Return a letter of an urgency."""
    return Letter("", Outgoing(text), urgency=urgency, again=again)


async def column(world: World, name: str) -> Sequence[object]:
    """Return a column of the outbox, in order."""
    async with world.store.engine.connect() as connection:
        rows = await connection.execute(select(outbox.c[name]).order_by(outbox.c.seq))
        return [row[0] for row in rows]


async def write_in(world: World, number: int, person: str) -> None:
    """Let a person write, and handle it without sending."""
    await world.deliver(message(number, person, f"in {number}"))
    await world.process()


async def test_urgent_ones_go_first(build_world: Callable[..., World]) -> None:
    """When a rate is short, replies go before notices, reminders and broadcasts, each in their order."""
    world = build_world(rates=replace(FAST, account=(1, 1.0, 1)))
    order = (Urgency.BROADCAST, Urgency.REMINDER, Urgency.NOTICE, Urgency.REPLY)
    for number in range(8):
        await put(world, str(number), urgent(f"{order[number % 4].value} {number}", order[number % 4]))
    for _ in range(8):
        await world.send()
        world.clock.advance(1)
    assert [text.split()[0] for text in world.channel.texts] == [
        urgency.value for urgency in reversed(order) for _ in range(2)
    ]


async def test_the_parts_of_one_chat_stay_in_order(world: World) -> None:
    """While a call to a chat waits to be made again, those after it wait too; other chats go on."""
    world.channel.faults = [SendError(Remedy.RETRY, "500")]
    await put(world, "1", "a", "b", "c")
    await put(world, "2", "x")
    await world.send()
    assert world.channel.texts == ["x"]
    world.clock.advance(2)
    await world.send()
    assert world.channel.texts == ["x", "a", "b", "c"]
    assert await column(world, "attempts") == [2, 1, 1, 1]


async def test_what_waits_behind_a_call_goes_when_that_ends(world: World) -> None:
    """A message to a chat to which a call is under way is taken once the answer is there, before any look around."""
    gate = asyncio.Event()

    async def wait(_external: str) -> None:
        await gate.wait()

    world.channel.on_send = wait
    taken = []
    for text in ("a", "b"):
        await put(world, "1", text)
        world.courier.wake()
        taken.append(await world.courier.step())
    gate.set()
    await world.courier.settle()
    assert [*taken, await world.courier.step()] == [1, 0, 1]
    await world.courier.settle()
    assert world.channel.texts == ["a", "b"]


async def test_an_answer_behind_which_nothing_waits_is_only_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is not asked for more to send when all that was queued went."""
    asked = []

    async def claim(tx: Tx, **how: Any) -> dispatch.Claim:
        asked.append(how["account"])
        return await take(tx, **how)

    take = dispatch.claim
    monkeypatch.setattr(dispatch, "claim", claim)
    await put(world, "1", "a")
    await put(world, "2", "b")
    await world.send()
    assert (await world.stages(), asked) == ([Stage.SENT, Stage.SENT], ["main"])


async def test_rates_hold_across_restarts(build_world: Callable[..., World]) -> None:
    """The account's and the chat's rates are kept when the program is started anew before every message."""
    world = build_world(rates=Rates(account=(10, 1.0, 1), chat=(1, 1.0, 2)))
    for number in range(12):
        await put(world, str(number % 3), f"{number:02d}")
    went: list[tuple[float, str]] = []
    start = world.clock.now()
    while len(went) < 12:
        world.courier = Courier(world.store, world.clock, {("telegram", "main"): world.channel})
        before = len(world.channel.calls)
        await world.send()
        seconds = (world.clock.now() - start).total_seconds()
        went += [(round(seconds, 2), call.external) for call in world.channel.calls[before:]]
        world.clock.advance(0.05)
    times = [at for at, _ in went]
    assert all(later - earlier >= 0.0999 for earlier, later in pairwise(times))
    for person in "012":
        mine = [at for at, to in went if to == person]
        assert all(sum(at <= other < at + 0.999 for other in mine) <= 2 for at in mine)
    assert world.clock.now() - start < timedelta(seconds=4)


async def test_rates_hold_over_couriers(build_world: Callable[..., World]) -> None:
    """Three couriers on one store send no more than one account and one chat may, and nothing twice."""
    world = build_world(rates=Rates(account=(10, 1.0, 1), chat=(1, 1.0, 1)))
    couriers = [Courier(world.store, world.clock, {("telegram", "main"): world.channel}) for _ in range(3)]
    for number in range(20):
        await put(world, str(number % 15), f"{number:02d}")
    counts = []
    for _ in range(30):
        for courier in couriers:
            courier.wake()
        await asyncio.gather(*(courier.step() for courier in couriers))
        for courier in couriers:
            await courier.settle()
        counts.append(len(world.channel.calls))
        world.clock.advance(0.1)
    for courier in couriers:
        await courier.step()
    assert all(later - earlier <= 1 for earlier, later in pairwise([0, *counts]))
    assert sorted(world.channel.texts) == [f"{number:02d}" for number in range(20)]
    assert await world.stages() == [Stage.SENT] * 20


async def test_a_call_under_way_is_held(world: World) -> None:
    """While a call takes long its lease is renewed, and nobody makes it again; when its courier dies, another does."""
    go_on = asyncio.Event()

    async def hold(_external: str) -> None:
        await go_on.wait()

    world.channel.on_send = hold
    await put(world, "1", "slow")
    world.courier.wake()
    await world.courier.step()
    for _ in range(12):
        world.clock.advance(dispatch.LEASE_S / 4)
        await world.courier.renew()
        async with world.store.transaction(world.clock.now()) as tx:
            assert await dispatch.recover(tx) == 0
    world.clock.advance(dispatch.LEASE_S)
    await world.courier.renew()
    async with world.store.transaction(world.clock.now()) as tx:
        assert await dispatch.recover(tx) == 1, "it was not renewed in time"
    go_on.set()
    await world.courier.settle()
    await world.courier.step()
    assert await world.stages() == [Stage.SENT]
    assert await column(world, "ambiguous") == [True]


async def test_a_late_failure_changes_nothing(world: World) -> None:
    """A courier whose lease ran out does not put back a call that another one makes meanwhile."""
    late, go_on = Courier(world.store, world.clock, {("telegram", "main"): world.channel}), asyncio.Event()

    async def fail(_external: str) -> None:
        await go_on.wait()
        raise SendError(Remedy.RETRY, "500")

    world.channel.on_send = fail
    await put(world, "1", "a")
    await late.step()
    world.clock.advance(dispatch.LEASE_S)
    async with world.store.transaction(world.clock.now()) as tx:
        await dispatch.recover(tx)
        claim = await dispatch.claim(
            tx, channel="telegram", account="main", limits=dispatch.Limits(*_free(), group=None), limit=5
        )
    assert len(claim.calls) == 1
    go_on.set()
    await late.settle()
    await late.step()
    assert await world.stages() == [Stage.SENDING]


async def test_a_busy_courier_looks_around(build_world: Callable[..., World]) -> None:
    """However much one account has to send, leases that ran out are ended within a tick."""
    world = build_world()
    await put(world, "1", "of a dead courier")
    async with world.store.transaction(world.clock.now()) as tx:
        await dispatch.claim(
            tx, channel="telegram", account="main", limits=dispatch.Limits(*_free(), group=None), limit=5
        )
    world.clock.advance(dispatch.LEASE_S)
    stop = asyncio.Event()

    async def more(_external: str) -> None:
        world.clock.advance(0.1)
        if len(world.channel.calls) > 200 or "of a dead courier" in world.channel.texts:
            stop.set()
        await put(world, str(len(world.channel.calls) + 10), "more")
        world.courier.wake()

    world.channel.on_send = more
    await put(world, "2", "first")
    await asyncio.wait_for(world.courier.run(stop), 30)
    assert "of a dead courier" in world.channel.texts[:100]


async def test_edits_do_not_count_against_a_chat(build_world: Callable[..., World]) -> None:
    """A prompt that is replaced and the next question go together, though the chat's rate is one a second."""
    world = build_world(rates=Rates(account=(100, 1.0, 100), chat=(1, 1.0, 1)))
    await put(world, "1", Letter("", Outgoing("chosen", replaces="7")), "next", "later")
    await world.send()
    assert world.channel.texts == ["chosen", "next"]
    world.clock.advance(1)
    await world.send()
    assert world.channel.texts == ["chosen", "next", "later"]


async def test_groups_have_their_own_rate(build_world: Callable[..., World]) -> None:
    """A group chat gets no more than the group rate."""
    world = build_world(rates=Rates(account=(100, 1.0, 100), chat=(1, 1.0, 9), group=(20, 60.0, 1)))
    await put(world, "-100", "a", "b")
    await world.send()
    world.clock.advance(2.9)
    await world.send()
    assert world.channel.texts == ["a"]
    world.clock.advance(0.1)
    await world.send()
    assert world.channel.texts == ["a", "b"]


async def test_a_closed_window(build_world: Callable[..., World]) -> None:
    """Outside 24 hours what is due is held, one template asks for a reply, and the reply lets all of it go."""
    world = build_world(rates=WINDOW, name="whatsapp")
    await write_in(world, 1, "1")
    await world.send()
    world.clock.advance(hours=24)
    await put(world, "1", "first", "second")
    await world.send()
    await put(world, "1", "third")
    await world.send()
    assert await world.stages() == [Stage.SENT, Stage.HELD, Stage.HELD, Stage.SENT, Stage.HELD]
    assert [(call.opener, call.waiting) for call in world.channel.calls[1:]] == [(True, 2)]
    world.clock.advance(hours=30)
    await write_in(world, 2, "1")
    await world.send()
    assert world.channel.texts[2:] == ["first", "second", "third", "in 2"]
    world.clock.advance(hours=25)
    await put(world, "1", "fourth")
    await world.send()
    assert world.channel.calls[-1].opener, "a window that closed again has its own template"


async def test_what_is_held_while_its_person_writes_is_not_forgotten(build_world: Callable[..., World]) -> None:
    """When a row is held just after its person wrote, dropping the template lets it go: nothing waits for good."""
    world = build_world(rates=WINDOW, name="whatsapp")
    await write_in(world, 1, "1")
    await world.send()
    world.clock.advance(hours=25)
    await put(world, "1", "late")
    async with world.store.transaction(world.clock.now()) as tx:
        await tx.run(update(outbox).where(outbox.c.stage == Stage.QUEUED).values(stage=Stage.HELD))
        home = await tx.first(select(outbox.c.address))
        assert home is not None
        await dispatch.open_later(tx, channel="whatsapp", account="main", which=[home.address])
    world.clock.advance(1)
    async with world.store.transaction(world.clock.now()) as tx:
        await addresses.meet(tx, channel="whatsapp", account="main", external="1")
    await world.send()
    await world.send()
    assert world.channel.texts[-1] == "late"


async def test_a_clock_that_is_set_back_stops_nobody(build_world: Callable[..., World]) -> None:
    """An hour set back costs no hour of silence: rates count from the new time."""
    world = build_world(rates=Rates(account=(10, 1.0, 10), chat=(1, 1.0, 1)))
    await put(world, "1", "before")
    await world.send()
    world.clock.advance(hours=-1)
    await put(world, "1", "after")
    await world.send()
    world.clock.advance(5)
    await world.send()
    assert "after" in world.channel.texts


async def test_reach_per_day(build_world: Callable[..., World]) -> None:
    """Templates reach no more different people in a moving day than the account may, also after a restart."""
    world = build_world(rates=WINDOW, name="whatsapp")
    for person in range(5):
        await put(world, str(person))
    world.clock.advance(hours=25)
    for person in range(5):
        await put(world, str(person), "news")
    await world.send()
    assert len([call for call in world.channel.calls if call.opener]) == 3
    world.courier = Courier(world.store, world.clock, {("whatsapp", "main"): world.channel})
    world.clock.advance(hours=23)
    await world.send()
    assert len(world.channel.calls) == 3
    world.clock.advance(hours=1)
    await world.send()
    assert sorted(call.external for call in world.channel.calls) == ["0", "1", "2", "3", "4"]


async def test_a_window_that_the_provider_says_is_closed(build_world: Callable[..., World]) -> None:
    """A refusal for a closed window, at once or by a later receipt, holds the message and sends the template."""
    world = build_world(rates=WINDOW, name="whatsapp")
    await put(world, "1", "now refused")
    await put(world, "2", "later refused")
    world.channel.faults = [SendError(Remedy.TEMPLATE, "131047")]
    await world.send()
    trackers = await column(world, "id")
    late = {"update_id": 1, "state": "failed", "error": "131047", "tracker": trackers[1]}
    await world.deliver(late)
    await world.process()
    await world.send()
    assert (await world.stages())[:2] == [Stage.HELD, Stage.HELD]
    assert sorted(call.external for call in world.channel.calls if call.opener) == ["1", "2"]
    world.clock.advance(60)
    await world.deliver(message(2, "1", "here"), message(3, "2", "here"))
    await world.turn()
    assert {"now refused", "later refused"} <= set(world.channel.texts)


async def test_an_address_that_cannot_be_reached(world: World) -> None:
    """After a final refusal nothing more is sent there, until the person writes again."""
    world.channel.faults = [SendError(Remedy.UNREACHABLE, "403")]
    await put(world, "1", "a", "b")
    await world.send()
    await put(world, "1", "c")
    await world.send()
    assert world.channel.calls == []
    assert await world.stages() == [Stage.FAILED] * 3
    assert await column(world, "error") == ["403", "403", "unreachable"]
    await world.deliver(message(1, "1", "I am back"))
    await world.turn()
    assert world.channel.texts == ["I am back"]


async def test_a_pause_holds_the_account_across_restarts(world: World) -> None:
    """When the provider asks an account to wait, nothing goes out until then, also after a restart."""
    world.channel.faults = [SendError(Remedy.PAUSE, "429", retry_after_s=30)]
    await put(world, "1", "a")
    await world.send()
    await put(world, "2", "b")
    world.courier = Courier(world.store, world.clock, {("telegram", "main"): world.channel})
    await world.courier.start()
    world.clock.advance(29.9)
    await world.send()
    assert world.channel.calls == []
    world.clock.advance(0.1)
    await world.send()
    assert sorted(world.channel.texts) == ["a", "b"]


async def test_a_stopped_account_waits_for_a_steward(world: World) -> None:
    """An account whose token is refused sends nothing, however often the program is started, until a steward acts."""
    world.channel.faults = [SendError(Remedy.STOP, "401")]
    await put(world, "1", "a")
    await world.send()
    world.clock.advance(days=3)
    await world.send()
    assert world.channel.calls == []
    world.courier = Courier(world.store, world.clock, {("telegram", "main"): world.channel})
    await world.courier.start()
    await world.send()
    assert world.channel.calls == []
    async with world.store.transaction(world.clock.now()) as tx:
        (stop,) = await stops.standing(tx)
        assert (stop.channel, stop.account, stop.code) == ("telegram", "main", "401")
        assert await stops.resume(tx, channel="telegram", account="main")
        assert not await stops.resume(tx, channel="telegram", account="main")
    await world.send()
    assert world.channel.texts == ["a"]


@pytest.mark.parametrize("again", [True, False])
async def test_a_lost_answer(world: World, again: bool) -> None:
    """A call cut off by a crash is made again if its message may come twice, else failed; both say so."""
    await put(world, "1", urgent("once?", Urgency.REPLY, again=again))
    async with world.store.transaction(world.clock.now()) as tx:
        claim = await dispatch.claim(
            tx, channel="telegram", account="main", limits=dispatch.Limits(*_free(), group=None), limit=5
        )
    assert len(claim.calls) == 1
    world.clock.advance(dispatch.LEASE_S - 1)
    async with world.store.transaction(world.clock.now()) as tx:
        assert await dispatch.recover(tx) == 0
    world.clock.advance(1)
    async with world.store.transaction(world.clock.now()) as tx:
        assert await dispatch.recover(tx) == 1
    await world.send()
    assert world.channel.texts == (["once?"] if again else [])
    assert await world.stages() == [Stage.SENT if again else Stage.FAILED]
    assert await column(world, "ambiguous") == [True]


async def test_a_broken_connection_is_ambiguous(world: World) -> None:
    """An answer lost on its way, or a fault of ours, is recorded as ambiguous and tried again."""
    world.channel.faults = [SendError(Remedy.RETRY, "network", ambiguous=True), RuntimeError("a secret text")]
    await put(world, "1", "a")
    for _ in range(3):
        await world.send()
        world.clock.advance(10)
    assert world.channel.texts == ["a"]
    assert await column(world, "ambiguous") == [True]


async def test_a_message_that_never_succeeds_is_failed(world: World) -> None:
    """After 8 attempts a message is failed with the provider's code, and what waits behind it goes."""
    world.channel.faults = [SendError(Remedy.RETRY, "500") for _ in range(8)]
    await put(world, "1", "a", "b")
    for _ in range(10):
        await world.send()
        world.clock.advance(700)
    assert world.channel.texts == ["b"]
    assert await world.stages() == [Stage.FAILED, Stage.SENT]
    assert await column(world, "error") == ["500", ""]


@pytest.mark.parametrize("seed", range(20))
async def test_receipts_in_any_order(sqlite_world: World, seed: int) -> None:
    """However receipts are shuffled and repeated, each message ends where it got furthest, and never goes back."""
    world = sqlite_world
    chance = random.Random(seed)
    await put(world, "1", *(f"{n}" for n in range(6)))
    await world.send()
    trackers = await column(world, "id")
    refs = {call.tracker: f"ref-{number}" for number, call in enumerate(world.channel.calls, 1)}
    ends = [["sent", "delivered", "read"], ["sent", "failed"], ["sent", "delivered"], ["read"], ["sent"], []]
    receipts = [
        {"update_id": 0, "state": state, "ref": refs[str(tracker)], **({"tracker": tracker} if seed % 2 else {})}
        for tracker, states in zip(trackers, ends, strict=True)
        for state in states
    ]
    receipts += chance.sample(receipts, 4)
    chance.shuffle(receipts)
    furthest = [Stage.SENT] * 6
    for number, receipt in enumerate(receipts):
        await world.deliver({**receipt, "update_id": number})
        await world.process()
        stages = await world.stages()
        assert all(new >= old for new, old in zip(stages, furthest, strict=True))
        furthest = stages
    assert furthest == [Stage.READ, Stage.FAILED, Stage.DELIVERED, Stage.READ, Stage.SENT, Stage.SENT]


async def test_a_receipt_faster_than_the_answer(world: World) -> None:
    """A receipt that comes while the call is still under way is not undone when the call ends."""
    tracker: list[str] = []
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_external: str) -> None:
        under_way.set()
        await go_on.wait()

    world.channel.on_send = hold
    await put(world, "1", "a")
    world.courier.wake()
    await world.courier.step()
    await under_way.wait()
    tracker = [str(one) for one in await column(world, "id")]
    await world.deliver({"update_id": 1, "state": "delivered", "tracker": tracker[0]})
    await world.process()
    go_on.set()
    await world.courier.settle()
    await world.courier.step()
    assert await world.stages() == [Stage.DELIVERED]
    assert (await column(world, "ref_index"))[0]


async def test_the_loop_sends_and_stops(world: World) -> None:
    """Running, the courier sends what it is woken for, waits for a rate by the clock, and stops when told."""
    world.channel.rates = FAST
    stop = asyncio.Event()
    running = asyncio.create_task(world.courier.run(stop))
    await put(world, "1", "a")
    world.courier.wake([("telegram", "main")])
    async with asyncio.timeout(10):
        while not world.channel.calls:
            await asyncio.sleep(0.01)
    stop.set()
    world.courier.wake()
    await asyncio.wait_for(running, 10)
    assert await world.stages() == [Stage.SENT]
    assert world.channel.calls == [SentCall("1", "a", str((await column(world, "id"))[0]))]


def _free() -> tuple[object, object]:
    from network.rates import Limit  # noqa: PLC0415

    return Limit(1000, 1.0, 1000), Limit(1000, 1.0, 1000)


@dataclass
class Gates:
    """Lets the calls to each person end when the test says so, and counts how many were written at a time."""

    written: list[int] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    async def pass_through(self, external: str) -> None:
        """Wait until the call to a person may end."""
        await self.gates[external].wait()

    async def record(self, tx: Tx, *, outcomes: Sequence[dispatch.Outcome], **more: Any) -> None:
        """Count what is written, and write it."""
        self.written.append(len(outcomes))
        await record(tx, outcomes=outcomes, **more)


record = dispatch.record


@pytest.fixture
async def gated(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gates]:
    """Return the gates of a courier at work on calls to 1 and 2, which waits for others as long as it may."""
    gates = Gates()
    monkeypatch.setattr(dispatch, "record", gates.record)
    monkeypatch.setattr("bot.courier.TOGETHER_S", 3600.0)
    world.channel.on_send = gates.pass_through
    await put(world, "1", "a")
    await put(world, "2", "b")
    stop = asyncio.Event()
    running = asyncio.create_task(world.courier.run(stop))
    async with asyncio.timeout(60):
        await staged(world, Stage.SENDING, Stage.SENDING)
        yield gates
        stop.set()
        for gate in gates.gates.values():
            gate.set()
        world.courier.wake()
        await running


async def staged(world: World, *stages: Stage) -> None:
    """Wait until the calls are at these stages."""
    while await world.stages() != list(stages):
        await asyncio.sleep(0)


async def test_what_ends_about_the_same_time_is_written_together(world: World, gated: Gates) -> None:
    """While another call is under way and nothing waits to go, an answer waits for the other's."""
    gated.gates["1"].set()
    while not world.channel.texts:
        await asyncio.sleep(0)
    for _ in range(20):
        assert await world.stages() == [Stage.SENDING, Stage.SENDING]
    gated.gates["2"].set()
    await staged(world, Stage.SENT, Stage.SENT)
    assert gated.written == [2]


async def test_what_is_queued_waits_for_no_answer(world: World, gated: Gates) -> None:
    """A new message goes at once, whatever is under way, and what ended before is written with its taking."""
    gated.gates["1"].set()
    gated.gates["3"].set()
    await put(world, "3", "c")
    world.courier.wake()
    await staged(world, Stage.SENT, Stage.SENDING, Stage.SENDING)
    while len(world.channel.texts) < 2:  # at once: nothing else happens before
        await asyncio.sleep(0)
    assert world.channel.texts == ["a", "c"]


async def test_an_answer_waits_only_a_moment_for_others(
    world: World, gated: Gates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that takes long keeps no other from being written."""
    monkeypatch.setattr("bot.courier.TOGETHER_S", 0.001)
    gated.gates["1"].set()
    await staged(world, Stage.SENT, Stage.SENDING)
    assert gated.written == [1]
