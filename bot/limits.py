"""Limits: what a channel publishes, as the outbox counts it."""

from __future__ import annotations

from datetime import timedelta

from bot.channels import Rates
from network.dispatch import Limits
from network.rates import Limit

BURST_AT_MOST = 20  # of an account or a group
BURST_SHARE = 1 / 25  # of what a window may hold: the more at once, the slower what follows it


def limits(rates: Rates) -> Limits:
    """Return what a channel publishes, as the outbox counts it.

    The rates of an account and of a group hold in every window; that of a chat is published with
    the burst that it lets through.
    """
    return Limits(
        account=never_over(Limit(*rates.account)),
        chat=Limit(*rates.chat),
        group=never_over(Limit(*rates.group)) if rates.group else None,
        window=timedelta(hours=rates.window_h) if rates.window_h else None,
        reach=rates.reach_per_day,
    )


def never_over(limit: Limit) -> Limit:
    """Return a limit under which no window of ``limit.seconds`` holds more than ``limit.messages``.

    A burst and what follows it at the full rate would be nearly twice as many. A burst of two lets a courier that
    wakes a little late still use 95% of the rate.
    """
    burst = min(limit.burst, 1 + int(limit.messages * BURST_SHARE), BURST_AT_MOST)
    return Limit(limit.messages - burst + 1, limit.seconds, burst)
