"""Metrics for Prometheus: counts, depths and ages. No label ever names a person."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from network import inbox, jobs, outbox
from network.store import Store

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one running program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "jisr_deliveries", "Deliveries of a provider", ["channel", "outcome"], registry=self.registry
        )
        self.items = Counter("jisr_items", "Items taken in", ["channel", "outcome"], registry=self.registry)
        self.handled = Counter("jisr_handled", "Items handled", ["outcome"], registry=self.registry)
        self.sends = Counter("jisr_sends", "Calls to a provider", ["channel", "outcome"], registry=self.registry)
        self.jobs = Counter("jisr_jobs", "Jobs ended", ["kind", "outcome"], registry=self.registry)
        self.accept_s = Histogram(
            "jisr_accept_seconds", "From a delivery to its commit", buckets=SECONDS, registry=self.registry
        )
        self.batch = Histogram(
            "jisr_batch_items", "Items in one commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200), registry=self.registry
        )
        self.depth = Gauge("jisr_queue_depth", "Rows of a queue", ["queue", "state"], registry=self.registry)
        self.age = Gauge("jisr_queue_age_seconds", "How late the oldest row is", ["queue"], registry=self.registry)
        self.ready = Gauge("jisr_ready", "1 when migrated and started", registry=self.registry)

    async def page(self, store: Store, now: datetime) -> bytes:
        """Return the page that Prometheus reads, with the queues as they are now."""
        async with store.reading(now) as tx:
            depths = {"inbox": await inbox.depths(tx), "outbox": await outbox.depths(tx)}
            depths["jobs"] = {"waiting": await jobs.depth(tx)}
            oldest = {"inbox": await inbox.next_at(tx), "outbox": await outbox.next_at(tx)}
        for queue, states in depths.items():
            for state, depth in states.items():
                self.depth.labels(queue, state).set(depth)
        for queue, instant in oldest.items():
            late = (now - instant).total_seconds() if instant else 0.0
            self.age.labels(queue).set(max(0.0, late))
        return generate_latest(self.registry)
