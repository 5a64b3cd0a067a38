"""Costs: what it takes to open chats with a template, by how many people and in money, and what a month may cost.

Whoever has not written for a day gets a template first, which the provider may charge for, by country
(https://developers.facebook.com/docs/whatsapp/pricing). The prices are what the installation says: an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Row, Select, String, Table, and_, delete, exists, func, or_, select

from network import reach
from network.addresses import addresses
from network.errors import Conflict
from network.hearing import WINDOWS
from network.members import members
from network.outbox import outbox
from network.store import Tx, metadata

REST = ""  # the row of every country that is not named; what a month may cost stands in it too

prices = Table(
    "prices",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("micros", BigInteger, nullable=False),  # of one template, in millionths of the currency
    Column("currency", String(3), nullable=False),
    Column("monthly_cap", BigInteger),  # in millionths
)


class OverBudget(Conflict):
    """It would cost more than is left of what this month may cost: it was not sent."""


@dataclass(frozen=True)
class Prices:
    """What a template costs, in millionths of a currency, and what a month may cost (None: anything)."""

    currency: str
    template: int
    by_country: Mapping[str, int] = field(default_factory=dict)
    monthly_cap: int | None = None


@dataclass(frozen=True)
class Estimate:
    """What it takes to reach people: how many get a template first, and how many people on which days.

    Money is in millionths of ``currency``, None where no price or no cap is known; ``left`` is what this month
    may cost still.
    """

    templates: int
    days: list[tuple[date, int]]
    currency: str = ""
    cost: int | None = None
    left: int | None = None

    @property
    def is_too_much(self) -> bool:
        """Whether it costs more than is left."""
        return self.cost is not None and self.left is not None and self.cost > self.left


async def announce(tx: Tx, *, given: Prices | None) -> None:
    """Keep what the installation says of prices, in the place of what it said before."""
    await tx.run(delete(prices))
    if given is None:
        return
    row = {"country": REST, "micros": given.template, "currency": given.currency, "monthly_cap": given.monthly_cap}
    rows = [row, *(row | {"country": code, "micros": micros} for code, micros in sorted(given.by_country.items()))]
    await tx.run(prices.insert(), rows)


async def estimate(tx: Tx, *, people: Select[tuple[str]]) -> Estimate:
    """Return what it takes to reach the members whom ``people`` selects."""
    rows = await tx.all(_outside(tx.now, people))
    wanted: dict[tuple[str, str], int] = {}
    for row in rows:
        wanted[row.channel, row.account] = wanted.get((row.channel, row.account), 0) + row.many
    days: dict[date, int] = {}
    for account, many in sorted(wanted.items()):
        for day, reached in await reach.plan(tx, account=account, wanted=many):
            days[day] = days.get(day, 0) + reached
    found = Estimate(sum(wanted.values()), sorted(days.items()))
    return await _priced(tx, found, rows)


async def check(tx: Tx, *, people: Select[tuple[str]]) -> None:
    """Raise OverBudget where reaching these members costs more than is left of the month."""
    if (await estimate(tx, people=people)).is_too_much:
        raise OverBudget


async def _priced(tx: Tx, found: Estimate, rows: Sequence[Row[Any]]) -> Estimate:
    """Return the estimate with what so many templates in each country cost."""
    known = {row.country: row for row in await tx.all(select(prices))}
    rest = known.get(REST)
    if rest is None:
        return found
    cost = sum(row.many * known.get(row.country, rest).micros for row in rows)
    left = None
    if rest.monthly_cap is not None:
        spent = sum(row.many * known.get(row.country, rest).micros for row in await tx.all(_spent(tx.now)))
        left = max(0, rest.monthly_cap - spent)
    return replace(found, currency=rest.currency, cost=cost, left=left)


def _outside(now: datetime, people: Select[tuple[str]]) -> Select[Any]:
    """Return the query for how many are reached only by a template, by account and country, where they wrote last."""
    other, meant = addresses.alias("other"), people.subquery()
    newer = or_(
        other.c.last_inbound_at > addresses.c.last_inbound_at,
        and_(other.c.last_inbound_at == addresses.c.last_inbound_at, other.c.id < addresses.c.id),
    )
    better = exists().where(other.c.person == addresses.c.person, other.c.reachable, newer)
    closed = or_(
        *(
            and_(addresses.c.channel == channel, addresses.c.last_inbound_at <= now - window)
            for channel, window in WINDOWS.items()
        )
    )
    joined = addresses.join(meant, meant.c[0] == addresses.c.person).join(members, members.c.id == addresses.c.person)
    kinds = (addresses.c.channel, addresses.c.account, members.c.country)
    counted = select(*kinds, func.count().label("many")).select_from(joined)
    return counted.where(addresses.c.reachable, ~better, closed).group_by(*kinds)


def _spent(now: datetime) -> Select[Any]:
    """Return the query for how many templates were sent this month (UTC), by country."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    home = outbox.join(addresses, addresses.c.id == outbox.c.address)
    known = home.outerjoin(members, members.c.id == addresses.c.person)
    counted = select(members.c.country, func.count().label("many")).select_from(known)
    return counted.where(outbox.c.opener.is_(True), outbox.c.sent_at >= month).group_by(members.c.country)
