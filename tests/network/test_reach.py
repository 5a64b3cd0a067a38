"""Reach: how many people an account may reach on which day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from network import addresses, outbox, reach
from network.dispatch import open_later
from network.reach import Reach, days
from network.store import Store

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
TODAY, TOMORROW, LATER = (date(2026, 11, 23) + timedelta(days=number) for number in range(3))
HOUR = timedelta(hours=1)
MAIN, TUNIS = ("whatsapp", "main"), ("whatsapp", "tunis")

# per day, spent (hours ago, how many), ahead, wanted: on which days how many
TABLE = {
    "nothing spent": (2000, [], 0, 1430, [(TODAY, 1430)]),
    "1,000 today, 430 tomorrow": (1000, [], 0, 1430, [(TODAY, 1000), (TOMORROW, 430)]),
    "three days": (250, [], 0, 600, [(TODAY, 250), (TOMORROW, 250), (LATER, 100)]),
    "spent yesterday at 10: free again at 10": (250, [(23, 250)], 0, 100, [(TODAY, 100)]),
    "spent today at 8: free again tomorrow": (250, [(1, 250)], 0, 100, [(TOMORROW, 100)]),
    "some spent, some left": (250, [(1, 200)], 0, 100, [(TODAY, 50), (TOMORROW, 50)]),
    "others wait before": (250, [], 240, 20, [(TODAY, 10), (TOMORROW, 10)]),
    "older than a day counts no more": (250, [(24, 250)], 0, 100, [(TODAY, 100)]),
    "the limit was lowered": (50, [(1, 250)], 0, 60, [(TOMORROW, 50), (LATER, 10)]),
    "nobody": (250, [], 0, 0, []),
}


@pytest.mark.parametrize("name", TABLE)
def test_days(name: str) -> None:
    """Whoever was reached counts for 24 hours, those who wait go before, and the rest comes day by day."""
    per_day, spent, ahead, wanted, expected = TABLE[name]
    at = [(NOW - HOUR * ago, many) for ago, many in spent]
    assert days(per_day, at, ahead=ahead, wanted=wanted, now=NOW) == expected


def test_days_of_a_zone() -> None:
    """A day is a day where the coordinator lives: 23:30 UTC is tomorrow in Tunis."""
    late = NOW.replace(hour=23, minute=30)
    assert days(250, [], ahead=0, wanted=1, now=late, zone=ZoneInfo("Africa/Tunis")) == [(TOMORROW, 1)]


@pytest.mark.parametrize("per_day", [1, 7, 250])
def test_no_day_is_over(per_day: int) -> None:
    """Whatever was spent, no 24 hours hold more than the limit, and everybody is reached."""
    spent = [(NOW - HOUR * ago, per_day // 3) for ago in (2, 9, 20)]
    found = days(per_day, spent, ahead=2 * per_day, wanted=5 * per_day, now=NOW)
    assert sum(many for _, many in found) == 5 * per_day
    assert all(many <= per_day for _, many in found)


async def test_plan(store: Store, now: datetime) -> None:
    """The numbers of a portfolio share their reach: what one spent and what waits at another count for both."""
    shared = Reach("house", 10)
    async with store.transaction(now) as tx:
        await reach.announce(tx, given={MAIN: shared, TUNIS: shared, ("whatsapp", "other"): Reach("other", 10)})
        for number, (channel, account) in enumerate([MAIN] * 3 + [TUNIS] * 2):
            found = await addresses.meet(tx, channel=channel, account=account, external=str(number))
            await open_later(tx, channel=channel, account=account, which=[found.id])
        sent = outbox.outbox.c.account == "main"
        await tx.run(outbox.outbox.update().where(sent).values(stage=outbox.Stage.SENT, sent_at=now - 2 * HOUR))
    async with store.reading(now) as tx:
        assert await reach.plan(tx, account=MAIN, wanted=7) == [(now.date(), 5), (now.date() + timedelta(days=1), 2)]
        assert await reach.plan(tx, account=TUNIS, wanted=5) == [(now.date(), 5)]
        assert await reach.plan(tx, account=("whatsapp", "other"), wanted=7) == [(now.date(), 7)]
        assert await reach.plan(tx, account=("telegram", "main"), wanted=7_000) == [(now.date(), 7_000)]
        assert await reach.plan(tx, account=MAIN, wanted=0) == []


async def test_announced_anew(store: Store, now: datetime) -> None:
    """What the accounts may reach is what was announced last."""
    async with store.transaction(now) as tx:
        await reach.announce(tx, given={MAIN: Reach("main", 10)})
        await reach.announce(tx, given={TUNIS: Reach("main", 20)})
        assert await reach.plan(tx, account=MAIN, wanted=30) == [(now.date(), 30)]
        assert (await reach.plan(tx, account=TUNIS, wanted=30))[0] == (now.date(), 20)
