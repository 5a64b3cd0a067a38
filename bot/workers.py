"""Workers: time and slow work, both turned into ordinary input (D2b), and the housekeeping."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot import logs
from bot.clock import Clock
from bot.metrics import Metrics
from network import (
    addresses,
    attendance,
    contents,
    due,
    erasure,
    feedback,
    files,
    inbox,
    index,
    insights,
    introductions,
    invitations,
    jobs,
    leaving,
    linked,
    machine,
    mailings,
    news,
    occurrences,
    outbox,
    posts,
    rates,
    relayed,
    relays,
    secrecy,
    shutdowns,
    traces,
    vouches,
)
from network.inbox import Arrival, Origin
from network.jobs import Job
from network.store import Store, Tx

TICK_S = 1.0
RENEW_S = 3.0  # how often the leases of the jobs at hand are renewed
TIDY_EVERY = timedelta(minutes=10)
UNCONSENTED = timedelta(hours=24)
EXPIRED = timedelta(days=30)  # for so long an expired invitation may still be asked about
FOREVER = frozenset({leaving.ERASE, secrecy.SCRUB})  # kinds of job that are never given up
DUE_AT_ONCE = 200
JOBS_AT_ONCE = 4
JOB_AT_MOST_S = 100.0

Act = Callable[[Tx, str], Awaitable[None]]
Work = Callable[[Job], Awaitable[dict[str, Any] | None]]
Undo = Callable[[Job, dict[str, Any]], Awaitable[None]]

log = logs.logger(__name__)


async def _nothing(_job: Job, _result: dict[str, Any]) -> None:
    """Leave the result where it is."""


class NotYet(Exception):
    """What the job waits for has not happened."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Impossible(Exception):
    """The job can never be done."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Timekeeper:
    """Turns what is due into input; ``acts`` are the kinds that concern the network, not one person."""

    store: Store
    clock: Clock
    wake: Callable[[], None] = lambda: None
    acts: Mapping[str, Act] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Keep time until ``stop`` is set."""
        while not await self.clock.wait(stop, TICK_S):
            try:
                while await self._is_due() and await self.step():
                    pass
            except Exception:  # the clock outlives every fault of the store
                log.exception("clock_failed")

    async def step(self) -> int:
        """Turn what is due now into input, each once; return how many there were."""
        async with self.store.transaction(self.clock.now()) as tx:
            rows = await due.take(tx, limit=DUE_AT_ONCE)
            theirs = [row for row in rows if row.person is not None]
            arrivals = await _arrivals(
                tx, Origin.DUE, [(row.id, row.person or "", row.kind, row.subject) for row in theirs]
            )
            await inbox.accept(tx, arrivals=arrivals)
            for row in rows:
                if row.person is None and row.kind in self.acts:
                    await self.acts[row.kind](tx, row.subject)
                elif row.person is None:
                    log.error("nobody_does_this", kind=row.kind)
        if rows:
            self.wake()
        return len(rows)

    async def _is_due(self) -> bool:
        now = self.clock.now()
        async with self.store.reading(now) as tx:
            at = await due.next_at(tx)
        return at is not None and at <= now


@dataclass
class Workers:
    """Does the jobs, each outside any transaction; the result comes back as input of its person.

    ``undo`` takes back the result of a job that nobody waits for any more: its person was erased meanwhile.
    """

    store: Store
    clock: Clock
    works: Mapping[str, Work]
    metrics: Metrics = field(default_factory=Metrics)
    wake: Callable[[], None] = lambda: None
    undo: Undo = _nothing

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set."""
        while not await self.clock.wait(stop, TICK_S):
            try:
                while await self._is_due() and await self.step():
                    pass
            except Exception:  # the workers outlive every fault of the store
                log.exception("workers_failed")

    async def step(self) -> int:
        """Take the jobs whose time has come, and do them; return how many there were."""
        async with self.store.transaction(self.clock.now()) as tx:
            taken = await jobs.claim(tx, kinds=list(self.works), limit=JOBS_AT_ONCE)
        holding = asyncio.create_task(self._hold(taken))
        try:
            await asyncio.gather(*(self._do(job) for job in taken))
        finally:
            holding.cancel()
        return len(taken)

    async def _hold(self, taken: Sequence[Job]) -> None:
        """Renew the leases of jobs until cancelled; those that ended have none."""
        never = asyncio.Event()
        while taken and not await self.clock.wait(never, RENEW_S):
            try:
                async with self.store.transaction(self.clock.now()) as tx:
                    await jobs.renew(tx, doing=taken)
            except Exception as error:  # they are renewed next time, or end
                log.warning("not_renewed", exc_info=error)

    async def _do(self, job: Job) -> None:
        try:
            async with asyncio.timeout(JOB_AT_MOST_S):
                result = await self.works[job.kind](job)
        except NotYet as error:
            async with self.store.transaction(self.clock.now()) as tx:
                await jobs.put_off(tx, job=job, seconds=error.seconds)
        except Impossible as error:
            await self._fail(job, error.code, final=True)
        except Exception as error:  # whatever broke, the job is tried again
            log.exception("job_failed", job=job.id, kind=job.kind)
            await self._fail(job, type(error).__name__, final=False)
        else:
            self.metrics.jobs.labels(job.kind, "done").inc()
            async with self.store.transaction(self.clock.now()) as tx:
                wanted = await jobs.done(tx, job=job.id)
                if wanted:
                    await _tell(tx, job, result)
            if not wanted and result is not None:
                await self.undo(job, result)
            self.wake()

    async def _fail(self, job: Job, code: str, *, final: bool) -> None:
        async with self.store.transaction(self.clock.now()) as tx:
            if await jobs.failed(tx, job=job, code=code, final=final, forever=job.kind in FOREVER):
                self.metrics.jobs.labels(job.kind, "failed").inc()
                await _tell(tx, job, {"error": code, "subject": job.argument.get("subject", "")})
        self.wake()

    async def _is_due(self) -> bool:
        now = self.clock.now()
        async with self.store.reading(now) as tx:
            at = await jobs.next_at(tx)
        return at is not None and at <= now


@dataclass
class Housekeeping:
    """Forgets what need not be kept: bodies, old rows, people who never consented.

    Where there is a machine translator it asks for what is to be translated into the languages of ``machine_into``.
    ``undelivered``: the channels that say what arrived, with their codes of what could not.
    """

    store: Store
    clock: Clock
    machine_into: Sequence[str] = ()
    undelivered: Mapping[str, Sequence[str]] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Tidy every ten minutes until ``stop`` is set."""
        while True:
            try:
                await self.step()
            except Exception:  # tried again in ten minutes
                log.exception("housekeeping_failed")
            if await self.clock.wait(stop, TIDY_EVERY.total_seconds()):
                return

    async def step(self) -> None:
        """Tidy once."""
        forgotten = {}
        for name, sweep in (
            ("inbox", inbox.sweep),
            ("outbox", outbox.sweep),
            ("jobs", jobs.sweep),
            ("rates", rates.sweep),
            ("traces", traces.sweep),
            ("files", files.sweep),
            ("guests", linked.tend),
            ("posts", posts.sweep),
            ("vouches", vouches.purge),
            ("invitations", _forget_invitations),
            ("digests", news.sweep),
            ("insights", insights.tend),
            ("contents", contents.sweep),
            ("mailings", mailings.sweep),
            ("introductions", introductions.sweep),
            ("relayed", relayed.sweep),
            ("relays", relays.sweep),
            ("dates", occurrences.tend),
            ("exchanges", attendance.tend),
            ("feedback", feedback.tend),
        ):
            async with self.store.transaction(self.clock.now()) as tx:
                forgotten[name] = await sweep(tx)
        forgotten["strangers"] = await self._purge()
        if forgotten["strangers"]:
            await self.store.scrub()
        async with self.store.transaction(self.clock.now()) as tx:
            asked = await machine.ask(tx, languages=self.machine_into)
            await index.ask(tx)
        log.info("tidied", **forgotten, machine_asked=asked)
        await self._watch()

    async def _watch(self) -> None:
        """Look whether a country was cut off, or came back."""
        if not self.undelivered:
            return
        async with self.store.transaction(self.clock.now()) as tx:
            codes = {code for known in self.undelivered.values() for code in known}
            turned = await shutdowns.observe(tx, channels=list(self.undelivered), undelivered=codes)
        for country, is_dark in turned.items():
            log.warning("country_dark" if is_dark else "country_light", country=country)

    async def _purge(self) -> int:
        """Erase everyone who never consented, a group in each transaction; return how many."""
        count = 0
        while True:
            async with self.store.transaction(self.clock.now()) as tx:
                group = await erasure.purge_unconsented(tx, before=tx.now - UNCONSENTED)
            count += group
            if group < erasure.AT_ONCE:
                return count


async def _forget_invitations(tx: Tx) -> int:
    return await invitations.purge(tx, before=tx.now - EXPIRED)


async def _tell(tx: Tx, job: Job, result: dict[str, Any] | None) -> None:
    """Give a result to the job's person, as input."""
    if job.person is not None and result is not None:
        told = await _arrivals(tx, Origin.DONE, [(job.id, job.person, job.kind, json.dumps(result))])
        await inbox.accept(tx, arrivals=told)


async def _arrivals(tx: Tx, origin: Origin, given: Sequence[tuple[str, str, str, str]]) -> list[Arrival]:
    """Return input for people at the address they used last; those who cannot be reached get none.

    ``given``: an id that makes it happen once, the person, the text and the argument.
    """
    if not given:
        return []
    homes = await addresses.preferred(tx, people={person for _, person, _, _ in given})
    return [
        Arrival(
            channel=homes[person].channel,
            account=homes[person].account,
            key=key,
            person=homes[person].external,
            body=inbox.due_body(external=homes[person].external, text=text, argument=argument),
            origin=origin,
        )
        for key, person, text, argument in given
        if person in homes
    ]
