"""Costs: who gets a template first, on which days that reaches them, what it costs and whether that is too much."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from network import addresses, costs, members, reach
from network.costs import Estimate, OverBudget, Prices
from network.dispatch import opener_row
from network.members import State
from network.outbox import Stage, outbox
from network.reach import Reach
from network.store import Store, Tx

EVERYBODY = select(members.members.c.id)
NAMES = {"NE": 40_000, "TN": 20_000}  # millionths, by country
SECOND = timedelta(seconds=1)


async def wrote(tx: Tx, channel: str, country: str, *, ago: timedelta, external: str) -> str:
    """Make a member who wrote so long ago in an app; return the address."""
    found = await addresses.meet(tx, channel=channel, account="main", external=external)
    await members.enrol(tx, person=found.person, language="fr", consent_version="1")
    await members.change(tx, person=found.person, side="civil", service="association", country=country)
    await members.set_state(tx, person=found.person, state=State.ACTIVE)
    at = tx.now - ago
    await tx.run(addresses.addresses.update().where(addresses.addresses.c.id == found.id).values(last_inbound_at=at))
    return found.id


@pytest.mark.parametrize(
    ("channel", "ago", "templates"),
    [
        ("telegram", timedelta(days=30), 0),
        ("whatsapp", timedelta(hours=24) - SECOND, 0),
        ("whatsapp", timedelta(hours=24), 1),
    ],
)
async def test_a_template_is_for_whom_the_window_is_closed(
    store: Store, now: datetime, channel: str, ago: timedelta, templates: int
) -> None:
    """Only where an app has a window, and from the second on at which it closes."""
    async with store.transaction(now) as tx:
        await wrote(tx, channel, "NE", ago=ago, external="1")
        assert (await costs.estimate(tx, people=EVERYBODY)).templates == templates


async def test_where_somebody_wrote_last_decides(store: Store, now: datetime) -> None:
    """Whoever wrote in another app since, or cannot be reached, costs nothing."""
    async with store.transaction(now) as tx:
        old = await wrote(tx, "whatsapp", "NE", ago=timedelta(days=3), external="1")
        gone = await wrote(tx, "whatsapp", "NE", ago=timedelta(days=3), external="2")
        newer = await addresses.meet(tx, channel="telegram", account="main", external="3")
        person = (await addresses.get(tx, address=old)).person
        await addresses.set_person(tx, person=newer.person, to=person)
        await addresses.set_reachable(tx, address=gone, reachable=False)
        assert await costs.estimate(tx, people=EVERYBODY) == Estimate(0, [])


async def test_prices_are_by_country_and_what_was_spent_counts(store: Store, now: datetime) -> None:
    """A country's own price or that of the others; this month's templates are taken from what it may cost."""
    async with store.transaction(now) as tx:
        await costs.announce(tx, given=Prices("EUR", 30_000, NAMES, monthly_cap=200_000))
        sent = [
            await wrote(tx, "whatsapp", country, ago=timedelta(days=2), external=country)
            for country in ("NE", "TN", "SN")
        ]
        for place, at in enumerate((now, now - timedelta(days=31))):
            row = opener_row(tx, address=sent[place], channel="whatsapp", account="main", urgency=1)
            await tx.run(outbox.insert(), row | {"stage": Stage.SENT, "sent_at": at})
        found = await costs.estimate(tx, people=EVERYBODY)
        assert (found.templates, found.cost, found.left) == (3, 90_000, 160_000)
        assert found.days == [(now.date(), 3)]
        await costs.announce(tx, given=Prices("EUR", 30_000, NAMES, monthly_cap=129_999))
        with pytest.raises(OverBudget):
            await costs.check(tx, people=EVERYBODY)
        await costs.announce(tx, given=None)
        await costs.check(tx, people=EVERYBODY)
        assert (await costs.estimate(tx, people=EVERYBODY)).cost is None


async def test_the_days_are_those_on_which_the_account_may_reach_them(store: Store, now: datetime) -> None:
    """More people than an account may open a chat with in a day are planned over days."""
    async with store.transaction(now) as tx:
        await reach.announce(tx, given={("whatsapp", "main"): Reach("main", 2)})
        for place in range(5):
            await wrote(tx, "whatsapp", "NE", ago=timedelta(days=2), external=str(place))
        days = [now.date() + timedelta(days=place) for place in range(3)]
        assert (await costs.estimate(tx, people=EVERYBODY)).days == list(zip(days, (2, 2, 1), strict=True))
