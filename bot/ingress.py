"""Ingress: what providers deliver, proved authentic, then durable, then acknowledged (D1).

Deliveries that come at the same time share one commit: durability costs one disk write for all
of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bot import logs
from bot.channels import Channel, RawItem
from bot.clock import Clock
from bot.faults import is_passing
from bot.metrics import Metrics
from network import inbox
from network.inbox import Arrival
from network.rates import Paces
from network.store import Store

BODY_AT_MOST = 4 * 1024 * 1024  # bytes; WhatsApp sends up to 3 MB
GROUP_AT_MOST = 2_000  # items in one commit

log = logs.logger(__name__)


class NotStored(Exception):
    """The items could not be made durable, and must not be acknowledged."""


@dataclass
class _Pending:
    arrivals: list[Arrival] = field(repr=False)
    stored: asyncio.Future[None]


class Ingress:
    """Takes in the deliveries of every account."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        paces: Paces | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._paces = paces or Paces()
        self._wake = wake
        self._pending: list[_Pending] = []
        self._committing: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def deliver(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        """Take in one webhook delivery and return what to answer: 2xx only once it is durable.

        Nothing of it is parsed before it is proved to be the provider's.
        """
        status = await self._deliver(channel, headers, body)
        self._metrics.deliveries.labels(channel.name, channel.account, status.phrase.lower().replace(" ", "_")).inc()
        return status

    async def accept(self, channel: Channel, items: Sequence[RawItem]) -> None:
        """Return once ``items`` are durable; raise NotStored. Those seen before change nothing."""
        if not items:
            return
        arrivals = [
            Arrival(channel.name, channel.account, _whole(item.key), _whole(item.person), _whole(item.body))
            for item in items
        ]
        with self._metrics.accept_s.time():
            await self._stored(arrivals)
        self._metrics.items.labels(channel.name, channel.account).inc(len(items))
        self._wake()
        self._answer(channel, items)

    async def close(self) -> None:
        """Wait for the commits and answers under way."""
        while self._committing or self._answering:
            await asyncio.gather(*filter(None, (self._committing, *self._answering)), return_exceptions=True)

    async def _deliver(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        if not channel.authentic(headers, body):
            return HTTPStatus.UNAUTHORIZED
        try:
            items = channel.split(_parsed(body))
        except ValueError:  # cut short on its way, or not of this provider
            return HTTPStatus.FORBIDDEN
        try:
            await self.accept(channel, items)
        except NotStored:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    async def _stored(self, arrivals: list[Arrival]) -> None:
        waiting = _Pending(arrivals, asyncio.get_running_loop().create_future())
        self._pending.append(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await waiting.stored

    async def _commit(self) -> None:
        """Commit what waits, in groups, until nothing waits."""
        try:
            while self._pending:
                group: list[_Pending] = []
                error = await self._commit_group(group)
                if error is not None and len(group) > 1 and not is_passing(error):
                    for one in group:  # one of them is at fault: the others must not suffer
                        _settle([one], await self._commit_group([one]))
                else:
                    _settle(group, error)
        finally:
            self._committing = None
            _settle(self._pending, NotStored())  # only when this task was cancelled
            self._pending = []

    async def _commit_group(self, group: list[_Pending]) -> Exception | None:
        """Commit a group; an empty one is filled when its turn has come, with what came until then."""
        try:
            async with self._store.transaction(self._clock.now(), one=True) as tx:
                group += [] if group else self._next_group()
                new = await inbox.accept(tx, arrivals=_arrivals(group), paces=self._paces)
        except Exception as error:  # whatever it is, nothing was stored and nothing is acknowledged
            group += [] if group else self._next_group()
            log.exception("not_stored", items=len(_arrivals(group)))
            return error
        self._metrics.repeated.inc(len(_arrivals(group)) - new)
        return None

    def _next_group(self) -> list[_Pending]:
        group: list[_Pending] = []
        size = 0
        for one in self._pending:
            if group and size + len(one.arrivals) > GROUP_AT_MOST:
                break
            group.append(one)
            size += len(one.arrivals)
        del self._pending[: len(group)]
        return group

    def _answer(self, channel: Channel, items: Sequence[RawItem]) -> None:
        """Let the channel answer button presses at once, without making the provider wait."""
        presses = [item for item in items if item.press]
        if not presses:
            return
        task = asyncio.create_task(_acknowledge(channel, presses))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)


async def _acknowledge(channel: Channel, presses: Sequence[RawItem]) -> None:
    for press in presses:
        await channel.acknowledge(press)


def _arrivals(group: Sequence[_Pending]) -> list[Arrival]:
    return [arrival for one in group for arrival in one.arrivals]


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(payload, dict):
        raise ValueError  # noqa: TRY004 - the caller asks only whether it is a delivery
    return payload


def _whole(text: str) -> str:
    """Return text that can be stored: JSON may hold halves of surrogate pairs, UTF-8 may not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _settle(group: Sequence[_Pending], error: Exception | None) -> None:
    for one in group:
        if one.stored.done():
            continue
        if error is None:
            one.stored.set_result(None)
        else:
            failure = NotStored()
            failure.__cause__ = error
            one.stored.set_exception(failure)
