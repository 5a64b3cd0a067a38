"""Reach: how many different people an account may open a chat with in a day, and how many days a mailing takes.

WhatsApp counts whoever gets a template outside the service window, over any 24 hours, for all the numbers
of one business portfolio together (https://developers.facebook.com/docs/whatsapp/messaging-limits).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Integer, Row, Select, String, Table, bindparam, case, delete, func, select

from network.outbox import Stage, outbox
from network.store import Tx, metadata

DAY = timedelta(hours=24)
STEP = timedelta(hours=1)  # what was sent within it counts as free again together, at its end
STEPS = 24

reaches = Table(
    "reaches",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("portfolio", String(32), nullable=False),  # accounts of one share what they may reach
    Column("per_day", Integer, nullable=False),
)


@dataclass(frozen=True)
class Reach:
    """How many different people the accounts of a portfolio may reach in 24 hours, together."""

    portfolio: str
    per_day: int


async def announce(tx: Tx, *, given: Mapping[tuple[str, str], Reach]) -> None:
    """Keep what the accounts that are set up may reach; an account that is not named has no limit."""
    await tx.run(delete(reaches))
    rows = [
        {"channel": channel, "account": account, "portfolio": reach.portfolio, "per_day": reach.per_day}
        for (channel, account), reach in sorted(given.items())
    ]
    if rows:
        await tx.run(reaches.insert(), rows)


async def plan(
    tx: Tx, *, account: tuple[str, str], wanted: int, zone: ZoneInfo | None = None
) -> list[tuple[date, int]]:
    """Return how many of ``wanted`` people outside the window an account reaches on each day, from today on.

    ``account`` is a channel and a name, the days are those of ``zone`` (UTC when None). What waits already
    goes before. An account without a limit reaches all of them today.
    """
    found = await tx.first(select(reaches).where(_is(account)))
    if wanted <= 0:
        return []
    if found is None:
        return [(tx.now.astimezone(zone or UTC).date(), wanted)]
    spent = await _spent(tx, found)
    ahead = await _ahead(tx, found)
    return days(found.per_day, spent, ahead=ahead, wanted=wanted, now=tx.now, zone=zone)


def days(
    per_day: int,
    spent: Iterable[tuple[datetime, int]],
    *,
    ahead: int,
    wanted: int,
    now: datetime,
    zone: ZoneInfo | None = None,
) -> list[tuple[date, int]]:
    """Return the days on which ``wanted`` people are reached, and how many on each.

    ``spent``: how many were reached at which instants within the last 24 hours; they count until 24 hours
    later. ``ahead`` wait before ours.
    """
    free = _free(per_day, [(at + DAY, many) for at, many in spent if at + DAY > now], now)
    found: dict[date, int] = {}
    while wanted > 0:
        at, room = heapq.heappop(free)
        before = min(room, ahead)
        ours = min(room - before, wanted)
        ahead, wanted = ahead - before, wanted - ours
        if ours:
            day = at.astimezone(zone or UTC).date()
            found[day] = found.get(day, 0) + ours
        if room:
            heapq.heappush(free, (at + DAY, room))
    return sorted(found.items())


def _free(per_day: int, used: Iterable[tuple[datetime, int]], now: datetime) -> list[tuple[datetime, int]]:
    """Return when there is room for how many, the latest first to be used up where the limit was lowered since."""
    free, left = [], per_day
    for at, many in sorted(used, reverse=True):
        free.append((at, min(many, left)))
        left -= min(many, left)
    return sorted([(now, left), *free])


async def _spent(tx: Tx, reach: Row[Any]) -> list[tuple[datetime, int]]:
    """Return how many people were reached in each hour of the last 24, at the hour's end."""
    first = (
        select(outbox.c.address, func.max(outbox.c.sent_at).label("at"))
        .where(_of_portfolio(reach), outbox.c.opener.is_(True), outbox.c.sent_at > tx.now - DAY)
        .group_by(outbox.c.address)
        .subquery()
    )
    edges = [tx.now - DAY + STEP * step for step in range(STEPS + 1)]
    hours = list(pairwise(edges))
    within = [func.sum(case(((first.c.at > low) & (first.c.at <= high), 1), else_=0)) for low, high in hours]
    row = await tx.first(select(*within))
    return [] if row is None else [(high, int(many or 0)) for (_, high), many in zip(hours, row, strict=True)]


async def _ahead(tx: Tx, reach: Row[Any]) -> int:
    """Return how many templates wait already."""
    waiting = (outbox.c.opener.is_(True), outbox.c.stage.in_((Stage.QUEUED, Stage.SENDING)))
    query = select(func.count()).where(_of_portfolio(reach), *waiting, outbox.c.sent_at.is_(None))
    return int(await tx.scalar(query) or 0)


def partners(channel: str, account: str) -> Select[tuple[str]]:
    """Return the select of the accounts that share their reach with the one in these two parameters, itself too."""
    mine, other = reaches.alias("mine"), reaches.alias("other")
    same = (other.c.channel == mine.c.channel) & (other.c.portfolio == mine.c.portfolio)
    here = (mine.c.channel == bindparam(channel)) & (mine.c.account == bindparam(account))
    return select(other.c.account).join(mine, same).where(here)


def _is(account: tuple[str, str]) -> Any:
    return (reaches.c.channel == account[0]) & (reaches.c.account == account[1])


def _of_portfolio(reach: Row[Any]) -> Any:
    shared = (reaches.c.channel == reach.channel) & (reaches.c.portfolio == reach.portfolio)
    return (outbox.c.channel == reach.channel) & outbox.c.account.in_(select(reaches.c.account).where(shared))
