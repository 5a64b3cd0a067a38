"""Metrics for Prometheus: counts, depths and ages, of each account. No label ever names a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from network import dispatch, jobs, queues, stops
from network.queues import Queue
from network.store import Store, Tx

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
ITEMS = (1, 2, 5, 10, 20, 50, 100, 200)
ACCOUNT = ("channel", "account")
WAITS = frozenset({"waiting", "queued"})  # the states of a queue that have an age


class Metrics:
    """The figures of one running program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = self._counter("deliveries", "Deliveries of a provider", *ACCOUNT, "outcome")
        self.items = self._counter("items", "Items taken in, repeated ones too", *ACCOUNT)
        self.repeated = self._counter("items_repeated", "Items that had been taken in before")
        self.handled = self._counter("handled", "Items handled", "outcome")
        self.sends = self._counter("sends", "Calls to a provider", *ACCOUNT, "outcome")
        self.errors = self._counter("errors", "What went wrong: sending or handling", *ACCOUNT, "act", "cause")
        self.jobs = self._counter("jobs", "Jobs ended", "kind", "outcome")
        self.accept_s = self._histogram("accept_seconds", "From a delivery to its commit", SECONDS)
        self.batch = self._histogram("batch_items", "Items in one commit", ITEMS)
        self.depth = self._gauge("queue_depth", "Rows of a queue", "queue", "state", *ACCOUNT)
        self.age = self._gauge("queue_age_seconds", "How late the oldest row is", "queue", *ACCOUNT)
        self.paused = self._gauge("account_paused_seconds", "How long nothing goes out yet", *ACCOUNT)
        self.stopped = self._gauge("account_stopped", "1 until a steward resumes the account", *ACCOUNT)
        self.ready = self._gauge("ready", "1 when migrated and started")

    async def page(self, store: Store, now: datetime, *, accounts: Iterable[tuple[str, str]] = ()) -> bytes:
        """Return the page that Prometheus reads, with the queues and the ``accounts`` as they are now."""
        async with store.reading(now) as tx:
            standing = await queues.standing(tx)
            waiting = await jobs.depth(tx)
            stopped = {(stop.channel, stop.account) for stop in await stops.standing(tx)}
            paused = {account: await _paused_s(tx, account) for account in accounts}
        self._set_queues(standing, now, accounts)
        self.depth.labels("jobs", "waiting", "", "").set(waiting)
        for account, seconds in paused.items():
            self.paused.labels(*account).set(seconds)
            self.stopped.labels(*account).set(account in stopped)
        return generate_latest(self.registry)

    def _set_queues(self, standing: Iterable[Queue], now: datetime, accounts: Iterable[tuple[str, str]]) -> None:
        self.depth.clear()
        self.age.clear()
        for account in accounts:
            for name, state in (("inbox", "waiting"), ("inbox", "quarantined"), ("outbox", "queued")):
                self.depth.labels(name, state, *account).set(0)
            for name in ("inbox", "outbox"):
                self.age.labels(name, *account).set(0)
        for queue in standing:
            self.depth.labels(queue.name, queue.state, queue.channel, queue.account).set(queue.many)
            if queue.state in WAITS:
                late = max(0.0, (now - queue.since).total_seconds())
                self.age.labels(queue.name, queue.channel, queue.account).set(late)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"jisr_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"jisr_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"jisr_{name}", what, buckets=buckets, registry=self.registry)


async def _paused_s(tx: Tx, account: tuple[str, str]) -> float:
    until = await dispatch.paused_until(tx, channel=account[0], account=account[1])
    return (until - tx.now).total_seconds() if until else 0.0
