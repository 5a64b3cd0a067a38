"""Quiet hours: when news may reach a person, by the wall clock of their country."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

FRIDAY = 4
NOON_PRAYER = (time(11, 30), time(15, 0))


def news_at(now: datetime, *, zone: ZoneInfo, quiet_from: str, quiet_until: str) -> datetime:
    """Return when news that is ready ``now`` may arrive: now, or when the quiet hours end.

    ``quiet_from`` and ``quiet_until`` are wall times ``HH:MM``; without them nothing is quiet. Who has
    quiet hours has them at Friday's noon prayer too.
    """
    if not quiet_from or not quiet_until:
        return now
    night = (time.fromisoformat(quiet_from), time.fromisoformat(quiet_until))
    local = now.astimezone(zone)
    for _ in range(2):  # the end of one may lie within the other
        local = _after(local, night)
        if local.weekday() == FRIDAY:
            local = _after(local, NOON_PRAYER)
    return local.astimezone(now.tzinfo)


def _after(local: datetime, hours: tuple[time, time]) -> datetime:
    """Return ``local``, or the end of ``hours`` when they are running; they may go over midnight."""
    start, end = hours
    wall = local.time()
    running = start <= wall < end if start < end else wall >= start or wall < end
    if not running:
        return local
    ends = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return ends if wall < end else ends + timedelta(days=1)
