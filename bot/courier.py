"""The courier: takes from the outbox what every rate lets go, sends it, and writes what became of it (D3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import envelopes, logs
from bot.channels import Channel, Remedy, SendError, Sent
from bot.clock import Clock
from bot.faults import is_passing
from bot.limits import limits
from bot.metrics import Metrics
from bot.outages import Health
from bot.remedies import Next, after, during_outage
from handlers.messages import Media, Outgoing
from network import addresses, dispatch, leaving, outbox, stops
from network.dispatch import Call, Outcome
from network.errors import NetworkError
from network.media import MediaFolder
from network.outbox import Stage
from network.store import Store, Tx

IN_FLIGHT = 100  # of one account: one that answers slowly takes no room from another
SEND_AT_MOST_S = 50.0
RENEW_S = 3.0  # how often the leases of calls under way are renewed
TOGETHER_S = 0.02  # how long what became of a call waits for others about to end, while nothing waits to go
LEFT_AT_LEAST_S = 8.0  # of the lease of a call that begins: else another process could make it too
TICK_S = 0.5  # for what waits for its instant, and what other processes queued
FAULT_S = 1.0
FAREWELL_S = 10.0  # for the calls under way when the program stops

Account = tuple[str, str]

log = logs.logger(__name__)


@dataclass(frozen=True)
class _Made:
    """A call that ended, and what follows from it beyond the call itself."""

    account: Account
    outcome: Outcome
    step: Next | None = None


class Courier:
    """Sends what the outbox holds for some accounts."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Mapping[Account, Channel],
        *,
        media: MediaFolder | None = None,
        metrics: Metrics | None = None,
        in_flight: int = IN_FLIGHT,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._limits = {account: limits(channel.rates) for account, channel in channels.items()}
        self._media = media
        self._metrics = metrics or Metrics()
        self._in_flight = in_flight
        self._under_way = dict.fromkeys(channels, 0)
        self._leases: dict[str, datetime] = {}  # of the calls under way
        self._health = {account: Health() for account in channels}
        self._chance = chance
        self._event = asyncio.Event()
        self._hungry: set[Account] = set(channels)
        self._presses = True  # something may be waiting to go: no time is lost
        self._passed_over: set[Account] = set()  # something may wait behind a call under way
        self._made: list[_Made] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._more_at: dict[Account, datetime] = {}
        self._looked_at = clock.now()

    def wake(self, accounts: Iterable[Account] = ()) -> None:
        """Look at these accounts (all of them when none is given): there may be something to send."""
        self._press(set(accounts) & set(self._channels) or set(self._channels))
        self._event.set()

    @property
    def is_idle(self) -> bool:
        """Whether a step now would write nothing and take nothing."""
        return not (self._made or any(self._room(account) for account in self._hungry))

    async def start(self) -> None:
        """Take over from the last run: on SQLite no other process can hold a lease."""
        async with self._store.transaction(self._clock.now()) as tx:
            await dispatch.recover(tx, everything=self._store.is_sqlite)
            for stop in await stops.standing(tx):
                log.error("account_stopped", channel=stop.channel, account=stop.account, code=stop.code)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop`` is set, then let the calls under way end."""
        holding = asyncio.create_task(self._hold())
        try:
            await self._run(stop)
            await self.close()
        finally:
            holding.cancel()

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._event.clear()
            try:
                await self._look_around()
                await self.step()
            except Exception as error:  # the loop outlives every fault of the store
                log.exception("courier_failed", passing=is_passing(error))
                await self._clock.wait(stop, FAULT_S)
                continue
            if self.is_idle:
                await self._wait(stop)
            await self._gather(stop)

    async def step(self) -> int:
        """Write what ended, take what may go now, and begin to send it; return how many were taken."""
        made: list[_Made] = []
        hungry: set[Account] = set()
        claims: dict[Account, list[Call]] = {}
        now = self._clock.now()
        try:
            async with self._store.transaction(now, in_turn=True) as tx:
                made, self._made = self._made, []  # what ended while this waited for its turn, too
                await self._record(tx, made)
                hungry = self._hungry | {account for account, at in self._more_at.items() if at <= now}
                self._hungry, self._presses = set(), False
                for account in sorted(hungry):
                    claims[account] = await self._claim(tx, account)
        except BaseException:
            self._made = made + self._made
            self._hungry |= hungry
            raise
        for account, calls in claims.items():
            self._launch(account, calls, now)
        return sum(map(len, claims.values()))

    async def renew(self) -> None:
        """Hold the calls under way a while longer; one whose lease ran out is another's."""
        now = self._clock.now()
        held = [call for call, until in self._leases.items() if until > now]
        if not held:
            return
        async with self._store.transaction(now) as tx:
            until = await dispatch.renew(tx, calls=held)
        self._leases |= {call: until for call in held if call in self._leases}

    async def settle(self) -> None:
        """Wait until no call is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Let the calls under way end, and write what became of them."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=FAREWELL_S)
        for task in set(self._tasks):
            task.cancel()
        self._hungry.clear()
        self._more_at.clear()  # nothing is taken any more
        try:
            await self.step()
        except Exception:  # their leases will end, and say that their answers were lost
            log.exception("courier_failed")

    async def _hold(self) -> None:
        """Renew the leases until cancelled."""
        never = asyncio.Event()
        while not await self._clock.wait(never, RENEW_S):
            try:
                await self.renew()
            except Exception as error:  # they are renewed next time, or end
                log.warning("not_renewed", exc_info=error)

    def _press(self, accounts: set[Account]) -> None:
        """Look at these accounts without losing time: something of theirs may wait to go."""
        self._hungry |= accounts
        self._presses = self._presses or bool(accounts)

    def _room(self, account: Account) -> int:
        """Return how many calls may be begun: one at a time while the provider is down."""
        at_most = 1 if self._health[account].is_down else self._in_flight
        return max(0, at_most - self._under_way[account])

    async def _claim(self, tx: Tx, account: Account) -> list[Call]:
        self._more_at.pop(account, None)
        room = self._room(account)
        if not room:
            self._press({account})  # when there is room again
            return []
        if self._under_way[account]:
            self._passed_over.add(account)
        channel, name = account
        found = await dispatch.claim(tx, channel=channel, account=name, limits=self._limits[account], limit=room)
        if found.more_at is not None and found.more_at <= tx.now:
            self._press({account})
        elif found.more_at is not None:
            self._more_at[account] = found.more_at
        return found.calls

    def _launch(self, account: Account, calls: Sequence[Call], now: datetime) -> None:
        """Send to different addresses at the same time, and to one address in order."""
        by_address: dict[str, list[Call]] = {}
        for call in calls:
            by_address.setdefault(call.address, []).append(call)
        self._under_way[account] += len(calls)
        until = now + timedelta(seconds=dispatch.LEASE_S)
        self._leases |= {call.id: until for call in calls}
        for group in by_address.values():
            task = asyncio.create_task(self._deliver(account, group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, account: Account, calls: Sequence[Call]) -> None:
        """Make the calls to one address; the first that must wait makes those after it wait."""
        ready_at: datetime | None = None
        for call in calls:
            if ready_at is not None or not self._is_held(call):
                self._end(account, Outcome(call, Stage.QUEUED, ready_at=ready_at, tried=False))
                continue
            outcome, step = await self._send(account, call)
            if outcome.stage is Stage.QUEUED:
                ready_at = outcome.ready_at
            elif step is not None and (step.unreachable or step.opted_out or step.opener):
                ready_at = self._clock.now()
            self._end(account, outcome, step)

    def _is_held(self, call: Call) -> bool:
        """Whether enough is left of the lease of a call to begin it."""
        return self._leases[call.id] >= self._clock.now() + timedelta(seconds=LEFT_AT_LEAST_S)

    def _end(self, account: Account, outcome: Outcome, step: Next | None = None) -> None:
        self._made.append(_Made(account, outcome, step))
        self._under_way[account] -= 1
        self._leases.pop(outcome.call.id, None)
        if len(self._made) == 1 or not any(self._under_way.values()) or self._presses:
            self._event.set()
        if step is not None and step.stage is Stage.QUEUED:
            return
        if account in self._passed_over or outcome.stage is Stage.QUEUED:
            self._passed_over.discard(account)
            self._hungry.add(account)  # what waited behind this call may go, or the call itself

    async def _send(self, account: Account, call: Call) -> tuple[Outcome, Next | None]:
        """Make one call, and decide what follows when it fails."""
        channel = self._channels[account]
        try:
            async with asyncio.timeout(SEND_AT_MOST_S):
                sent = await self._call(channel, call)
        except SendError as error:
            failure = error
        except TimeoutError:
            failure = SendError(Remedy.RETRY, "timeout", ambiguous=True)
        except Exception as error:  # a fault of ours: nothing is known of the message
            log.exception("send_broke", row=call.id, channel=channel.name)
            failure = SendError(Remedy.RETRY, type(error).__name__, ambiguous=True)
        else:
            self._health[account].answered()
            self._metrics.sends.labels(*account, "sent").inc()
            return Outcome(call, Stage.SENT, ref=sent.ref), None
        self._metrics.sends.labels(*account, failure.remedy.value).inc()
        self._metrics.errors.labels(*account, "send", failure.code).inc()
        log.warning("send_failed", row=call.id, channel=channel.name, code=failure.code, remedy=failure.remedy.value)
        step = self._next(account, call, failure)
        outcome = Outcome(
            call,
            step.stage,
            ready_at=step.ready_at,
            error=step.code,
            ambiguous=step.ambiguous,
            tried=step.counted,
        )
        return outcome, step

    def _next(self, account: Account, call: Call, failure: SendError) -> Next:
        now, health = self._clock.now(), self._health[account]
        health.failed(failure, now)
        if health.until is not None and (call.again or not failure.ambiguous):
            return during_outage(failure, now, health.until)
        return after(failure, call.attempts, now, again=call.again, chance=self._chance())

    async def _call(self, channel: Channel, call: Call) -> Sent:
        if call.opener:
            return await channel.open_window(
                call.external, language=call.language, waiting=call.waiting, tracker=call.id
            )
        part = _fitted(channel, call) if call.shared or call.erases else envelopes.read(call.body)
        if part is None:
            return Sent("")
        return await channel.send(call.external, part, tracker=call.id, media=await self._file(part.media))

    async def _file(self, media: Media | None) -> bytes | None:
        if media is None or self._media is None:
            return None
        try:
            return await self._media.open(media.ref)
        except NetworkError as error:
            raise SendError(Remedy.REJECTED, "media_gone") from error

    async def _record(self, tx: Tx, made: Sequence[_Made]) -> None:
        by_account: dict[Account, list[Outcome]] = {}
        for one in made:
            by_account.setdefault(one.account, []).append(one.outcome)
        for account, outcomes in by_account.items():
            keep = self._limits[account].window is not None
            await dispatch.record(tx, channel=account[0], outcomes=outcomes, keep_bodies=keep)
        for one in made:
            if one.step is not None:
                await self._follow(tx, one.account, one.outcome.call, one.step)

    async def _follow(self, tx: Tx, account: Account, call: Call, step: Next) -> None:
        """Do what a failed call means for its address and its account."""
        channel, name = account
        if step.pause_until is not None:
            await dispatch.pause(tx, channel=channel, account=name, until=step.pause_until)
        if step.stopped and await stops.stop(tx, channel=channel, account=name, code=step.code):
            log.error("account_stopped", channel=channel, account=name, code=step.code)
        if step.moved_to is not None:
            await addresses.move(tx, channel=channel, account=name, old=call.external, new=step.moved_to)
        if step.unreachable:
            await addresses.set_reachable(tx, address=call.address, reachable=False)
            await outbox.fail_all(tx, address=call.address, code=step.code)
        if step.opted_out:
            await leaving.opt_out(tx, address=call.address)
        if step.opener:
            await dispatch.open_later(tx, channel=channel, account=name, which=[call.address])

    async def _gather(self, stop: asyncio.Event) -> None:
        """Let those about to end join those that ended, to be written together, where nobody waits for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TOGETHER_S):
                while any(self._under_way.values()) and not (self._presses or stop.is_set()):
                    self._event.clear()
                    await self._event.wait()

    async def _wait(self, stop: asyncio.Event) -> None:
        """Wait until there is something to write or to take."""
        now = self._clock.now()
        soonest = min(self._more_at.values(), default=now + timedelta(seconds=TICK_S))
        seconds = min(TICK_S, max(0.0, (soonest - now).total_seconds()))
        while not (stop.is_set() or await self._clock.wait(self._event, seconds)):
            await self._look_around()
            if self._hungry:
                return
            seconds = TICK_S

    async def _look_around(self) -> None:
        """Look, at each tick however busy, whether a row's instant came, another queued one, a lease ran out."""
        now = self._clock.now()
        self._press({account for account, at in self._more_at.items() if at <= now})
        if now < self._looked_at + timedelta(seconds=TICK_S):
            return
        self._looked_at = now
        try:
            async with self._store.reading(now) as tx:
                ready_at, lease_until = await outbox.next_at(tx), await outbox.next_lease(tx)
            if lease_until is not None and lease_until <= now:
                await self._recover(now)
        except Exception as error:  # the step will say more
            log.warning("store_unread", exc_info=error)
            self._press(set(self._channels))
            return
        if ready_at is not None and ready_at <= now:
            self._press(set(self._channels) - set(self._more_at))

    async def _recover(self, now: datetime) -> None:
        async with self._store.transaction(now) as tx:
            count = await dispatch.recover(tx)
        log.warning("answers_lost", rows=count)


def _fitted(channel: Channel, call: Call) -> Outgoing | None:
    """Return what a shared body is on this channel; None when there is nothing to do there."""
    if call.erases and call.target and (taken_back := channel.fit(Outgoing(deletes=(call.target,)))):
        return taken_back[0]
    parts = channel.fit(replace(envelopes.read(call.body), replaces=call.target)) if call.body else []
    if len(parts) > 1:
        raise SendError(Remedy.REJECTED, "too_long")
    return parts[0] if parts else None
