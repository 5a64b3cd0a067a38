"""Quiet hours: when news may arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from network import quiet

TUNIS, CAIRO = ZoneInfo("Africa/Tunis"), ZoneInfo("Africa/Cairo")  # UTC+1; UTC+2, in summer UTC+3


@pytest.mark.parametrize(
    ("zone", "hours", "now", "then"),
    [
        (TUNIS, ("21:00", "07:00"), "2026-11-23 09:00", "2026-11-23 09:00"),  # a Monday morning
        (TUNIS, ("21:00", "07:00"), "2026-11-23 19:59", "2026-11-23 19:59"),  # 20:59 there
        (TUNIS, ("21:00", "07:00"), "2026-11-23 20:00", "2026-11-24 06:00"),
        (TUNIS, ("21:00", "07:00"), "2026-11-24 05:59", "2026-11-24 06:00"),
        (TUNIS, ("21:00", "07:00"), "2026-11-24 06:00", "2026-11-24 06:00"),
        (TUNIS, ("13:00", "14:00"), "2026-11-23 12:30", "2026-11-23 13:00"),  # not over midnight
        (TUNIS, ("21:00", "07:00"), "2026-11-27 11:00", "2026-11-27 14:00"),  # Friday 12:00 there
        (TUNIS, ("21:00", "12:00"), "2026-11-27 10:00", "2026-11-27 14:00"),  # one ends within the other
        (TUNIS, ("14:00", "18:00"), "2026-11-27 11:00", "2026-11-27 17:00"),
        (TUNIS, ("", ""), "2026-11-27 11:00", "2026-11-27 11:00"),
        (CAIRO, ("21:00", "07:00"), "2026-07-01 18:00", "2026-07-02 04:00"),
        (CAIRO, ("21:00", "07:00"), "2026-12-01 18:00", "2026-12-01 18:00"),
    ],
)
def test_news_waits_for_the_end_of_quiet_hours(zone: ZoneInfo, hours: tuple[str, str], now: str, then: str) -> None:
    """By the wall clock of the country, summer time included; Friday's noon prayer is quiet too."""
    at = quiet.news_at(_utc(now), zone=zone, quiet_from=hours[0], quiet_until=hours[1])
    assert at == _utc(then)


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
