"""Rates: never over what is published, whatever the traffic and however often the program restarts."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.limits import never_over
from network import rates
from network.rates import Limit, Paces, decide
from network.store import Store

LIMITS = some.builds(
    Limit,
    messages=some.integers(1, 30),
    seconds=some.sampled_from([1.0, 6.0, 60.0]),
    burst=some.integers(1, 45),
)


@settings(max_examples=200, deadline=None)
@given(limit=LIMITS, gaps=some.lists(some.floats(0, 10), min_size=1, max_size=120))
def test_no_window_holds_more_than_published(limit: Limit, gaps: list[float]) -> None:
    """In any window as long as the limit's, at most its messages and its burst less one go."""
    tat, asked, sent = 0.0, 1_700_000_000.0, []
    for gap in gaps:
        asked += gap
        verdict = decide(limit, tat, max(asked, sent[-1] if sent else asked))
        tat = verdict.tat
        sent.append(verdict.at)
    for first, start in enumerate(sent):
        within = [at for at in sent[first:] if at < start + limit.seconds - 1e-6]
        assert len(within) <= limit.messages + limit.burst - 1


@settings(max_examples=100, deadline=None)
@given(limit=LIMITS, count=some.integers(1, 200))
def test_an_account_is_never_over(limit: Limit, count: int) -> None:
    """However much waits, no window of an account holds more than is published, burst included."""
    strict, tat, sent = never_over(limit), 0.0, []
    for _ in range(count):
        verdict = decide(strict, tat, sent[-1] if sent else 1_000.0)
        tat = verdict.tat
        sent.append(verdict.at)
    for first, start in enumerate(sent):
        assert sum(at < start + limit.seconds - 1e-6 for at in sent[first:]) <= limit.messages


def test_whatsapp_pair() -> None:
    """45 at once to one person, then one each 6 s (developers.facebook.com, pair rate limit)."""
    pair, tat, waits = Limit(1, 6.0, 45), 0.0, []
    for _ in range(47):
        verdict = decide(pair, tat, 1000.0)
        tat = verdict.tat
        waits.append(verdict.at - 1000.0)
    assert waits == [0.0] * 45 + [6.0, 12.0]


async def test_remembered_across_restarts(store: Store, now: datetime) -> None:
    """What a limit let through before a restart counts after it."""
    limit = Limit(1, 6.0, 3)
    went = []
    for step in range(30):  # each time read anew, as after a restart
        instant = now + timedelta(seconds=step)
        async with store.transaction(instant) as tx:
            known = await rates.load(tx, keys=("chat",))
            verdict = decide(limit, known.get("chat", 0.0), instant.timestamp())
            if verdict.at <= instant.timestamp():
                await rates.save(tx, tats={"chat": verdict.tat})
                went.append(step)
    assert went == [0, 1, 2, 6, 12, 18, 24]


async def test_old_rows_are_forgotten(store: Store, now: datetime) -> None:
    """A key that decides nothing any more is swept; one that still does stays."""
    async with store.transaction(now) as tx:
        await rates.save(tx, tats={"old": now.timestamp() - 90_000, "new": now.timestamp() + 5})
        assert await rates.sweep(tx) == 1
        assert set(await rates.load(tx, keys=("old", "new"))) == {"new"}


def test_paces_spread_a_flood(now: datetime) -> None:
    """Thirty messages are handled at once, those after them two a second; another person's at once."""
    paces = Paces(Limit(messages=2, seconds=1.0, burst=30))
    waits = [(paces.next("flooder", now) - now).total_seconds() for _ in range(34)]
    assert waits == [0.0] * 30 + [0.5, 1.0, 1.5, 2.0]
    assert paces.next("other", now) == now
