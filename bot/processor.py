"""The processor: what came in, handled in batches, each item whole or not at all, under one commit (D2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot import envelopes, logs, receipts
from bot.channels import Channel
from bot.clock import Clock
from bot.faults import is_passing
from bot.metrics import Metrics
from handlers.messages import ChatMoved, Incoming, Item, Kind, Letter, Receipt
from network import addresses, conversations, dispatch, inbox, linked, members, outbox, regimes, shutdowns
from network.inbox import Inbound, Origin
from network.store import Store, Tx

BATCH = 200
BATCH_AT_MOST = timedelta(seconds=0.25)  # then it is committed: nobody waits long for others, little can be undone
TICK_S = 0.5  # for what waits for its instant, and what other processes took in
FAULT_S = 1.0  # before trying again when the store failed
KNOWN_AT_MOST = 50_000
# No message: it opens no window.
UNSAID = frozenset({Kind.DUE, Kind.DONE, Kind.BLOCKED, Kind.UNBLOCKED, Kind.OPTED_OUT, Kind.OPTED_IN})

Account = tuple[str, str]  # channel, account

log = logs.logger(__name__)


class Desk(Protocol):
    """Where what people do is understood and answered."""

    async def handle(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Do what one message asks for, and return the answers."""
        ...

    async def apologise(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Return a short apology for a message that could not be handled."""
        ...


@dataclass
class _Round:
    """What a batch, or one item of it, is about to write."""

    letters: list[Letter] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    writers: dict[Account, list[str]] = field(default_factory=dict)  # whose windows are open now
    heard: dict[Account, list[str]] = field(default_factory=dict)  # who said something


class Processor:
    """Handles the inbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Mapping[Account, Channel],
        desk: Desk,
        *,
        metrics: Metrics | None = None,
        wake_courier: Callable[[set[Account]], None] = lambda _: None,
        batch: int = BATCH,
    ) -> None:
        self.wake = asyncio.Event()
        self._store = store
        self._clock = clock
        self._channels = channels
        self._desk = desk
        self._metrics = metrics or Metrics()
        self._wake_courier = wake_courier
        self._batch = batch
        self._homes: dict[str, Account] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Handle what comes until ``stop`` is set."""
        while not stop.is_set():
            self.wake.clear()
            try:
                count = await self.step()
            except Exception as error:  # the loop outlives every fault of the store
                log.exception("batch_failed", passing=is_passing(error))
                await self._clock.wait(stop, FAULT_S)
                continue
            if not count or (self._store.is_sqlite and count < self._batch):
                await self._wait(stop)

    async def step(self) -> int:
        """Handle one batch and return how many items it had.

        At first all of it together. When an item fails, everything is undone and done again with
        each item in a savepoint of its own, so that only what is at fault is put back.
        """
        try:
            return await self._handle_batch(self._together)
        except Exception as error:
            if is_passing(error):
                raise
            log.warning("batch_again", exc_info=error)
        return await self._handle_batch(self._one_by_one)

    async def _handle_batch(self, handle: Callable[[Tx, Sequence[Inbound]], object]) -> int:
        posted: set[Account] = set()
        async with self._store.transaction(self._clock.now(), in_turn=True) as tx:
            items = await inbox.claim(tx, limit=self._batch)
            if items:
                posted = await handle(tx, items)  # type: ignore[misc]
        if posted:
            self._wake_courier(posted)
            await asyncio.sleep(0)  # its turn at the store is before ours
        self._metrics.batch.observe(len(items))
        return len(items)

    async def _together(self, tx: Tx, items: Sequence[Inbound]) -> set[Account]:
        work, handled = _Round(), 0
        enough = self._clock.now() + BATCH_AT_MOST
        understood = [self._understand(item) for item in items]
        await _read_ahead(tx, understood)
        while handled < len(items) and (not handled or self._clock.now() < enough):
            await self._handle(tx, understood[handled], work)
            handled += 1
        posted = await self._write(tx, work)
        await inbox.done(tx, items=items[:handled])
        self._metrics.handled.labels("done").inc(handled)
        if handled < len(items):
            self.wake.set()
        return posted

    async def _one_by_one(self, tx: Tx, items: Sequence[Inbound]) -> set[Account]:
        posted: set[Account] = set()
        finished: list[Inbound] = []
        failing: set[str] = set()
        for item in items:
            if item.person in failing:
                continue
            try:
                async with tx.savepoint():
                    work = _Round()
                    await self._handle(tx, self._understand(item), work)
                    posted |= await self._write(tx, work)
                finished.append(item)
            except Exception as error:
                if is_passing(error):
                    raise
                failing.add(item.person)
                posted |= await self._put_back(tx, item, error)
        await inbox.done(tx, items=finished)
        self._metrics.handled.labels("done").inc(len(finished))
        return posted

    async def _put_back(self, tx: Tx, item: Inbound, error: Exception) -> set[Account]:
        """Put a failed item back, or in quarantine with an apology to the person."""
        quarantined = await inbox.failed(tx, item=item, code=type(error).__name__)
        outcome = "quarantined" if quarantined else "put_back"
        log.error("item_failed", exc_info=error, item=item.id, channel=item.channel, outcome=outcome)
        self._metrics.handled.labels(outcome).inc()
        self._metrics.errors.labels(item.channel, item.account, "handle", type(error).__name__).inc()
        if not quarantined:
            return set()
        try:
            async with tx.savepoint():
                incoming = self._understand(item)
                if not isinstance(incoming, Incoming):
                    return set()
                return await self._write(tx, _Round(letters=await self._desk.apologise(tx, incoming)))
        except Exception as second:
            if is_passing(second):
                raise
            log.exception("no_apology", item=item.id)
            return set()

    async def _handle(self, tx: Tx, understood: Item, work: _Round) -> None:
        match understood:
            case Incoming():
                work.letters += await self._desk.handle(tx, understood)
                self._note_writer(understood, work)
            case Receipt():
                work.receipts.append(understood)
            case ChatMoved():
                await addresses.move(
                    tx,
                    channel=understood.channel,
                    account=understood.account,
                    old=understood.old,
                    new=understood.new,
                )
                here = {"channel": understood.channel, "account": understood.account}
                await linked.moved(tx, new=understood.new, **here)
            case _:
                pass

    def _understand(self, item: Inbound) -> Item:
        if item.origin is Origin.WIRE:
            return self._channels[item.channel, item.account].parse(item.body)
        value = json.loads(item.body)
        return Incoming(
            channel=item.channel,
            account=item.account,
            external=value["external"],
            kind=Kind.DUE if item.origin is Origin.DUE else Kind.DONE,
            at=self._clock.now(),
            text=value["text"],
            argument=value["argument"],
        )

    def _note_writer(self, incoming: Incoming, work: _Round) -> None:
        """Remember who wrote: what was held for them may go now."""
        here = (incoming.channel, incoming.account)
        if incoming.kind in UNSAID:
            return
        ids = [incoming.external, *([incoming.alias] if incoming.alias else [])]
        work.heard.setdefault(here, []).extend(ids)
        if self._channels[here].rates.window_h is not None:
            work.writers.setdefault(here, []).extend(ids)

    async def _write(self, tx: Tx, work: _Round) -> set[Account]:
        """Write what a round decided; return the accounts that have something to send."""
        if work.heard:
            await shutdowns.heard(tx, writers=work.heard)
        posted = await self._post(tx, work.letters)
        for (channel, account), externals in work.writers.items():
            if await outbox.release(tx, channel=channel, account=account, externals=externals):
                posted.add((channel, account))
        if work.receipts:
            posted |= await receipts.apply(tx, work.receipts, self._channels)
        return posted

    async def _post(self, tx: Tx, letters: Sequence[Letter]) -> set[Account]:
        if not letters:
            return set()
        homes = await self._find_homes(tx, {letter.address_id for letter in letters})
        posts = [
            post
            for letter in letters
            if (home := homes.get(letter.address_id)) is not None
            for post in envelopes.posts(
                letter, self._channels[home].fit(letter.message), channel=home[0], account=home[1]
            )
        ]
        if len(homes) < len({letter.address_id for letter in letters}):
            log.warning("no_account", letters=sum(letter.address_id not in homes for letter in letters))
        await outbox.put(tx, posts=posts)
        return {homes[letter.address_id] for letter in letters if letter.address_id in homes}

    async def _find_homes(self, tx: Tx, which: set[str]) -> dict[str, Account]:
        """Return the account of each address. It never changes, so it is remembered."""
        if len(self._homes) > KNOWN_AT_MOST:
            self._homes.clear()
        unknown = [address for address in which if address not in self._homes]
        if unknown:
            found = await dispatch.homes(tx, which=unknown)
            self._homes |= {address: home for address, home in found.items() if home in self._channels}
        return {address: self._homes[address] for address in which if address in self._homes}

    async def _wait(self, stop: asyncio.Event) -> None:
        """Wait until something came, or the instant came that something waits for."""
        while not (stop.is_set() or await self._clock.wait(self.wake, TICK_S)):
            now = self._clock.now()
            try:
                async with self._store.reading(now) as tx:
                    ready_at = await inbox.next_at(tx)
            except Exception as error:  # the step will say more
                log.warning("store_unread", exc_info=error)
                return
            if ready_at is not None and ready_at <= now:
                return


async def _read_ahead(tx: Tx, items: Sequence[Item]) -> None:
    """Read for a whole batch what each message begins with."""
    writers: dict[Account, list[str]] = {}
    for item in items:
        if isinstance(item, Incoming) and item.kind not in UNSAID:
            writers.setdefault((item.channel, item.account), []).append(item.external)
    for (channel, account), externals in sorted(writers.items()):
        people = await addresses.meet_ahead(tx, channel=channel, account=account, externals=externals)
        await members.find_ahead(tx, people=people)
        await conversations.of_ahead(tx, people=people)
    if writers:
        await regimes.standings(tx)  # read later, it would run what is put off until then by itself
