"""The providers' rates, as they count them: from when a call arrives, give or take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

GRACE_S = 0.2  # calls that left in time may arrive closer together


@dataclass
class Bucket:
    """``burst`` at once, then one each ``every`` seconds, for each key apart."""

    every: float
    burst: int
    _next: dict[str, datetime] = field(default_factory=dict)

    def wait(self, key: str, now: datetime) -> float:
        """Return the seconds until ``key`` may send; 0 takes one."""
        due = max(self._next.get(key, now), now)
        early = (due - now).total_seconds() - self.every * (self.burst - 1)
        if early > GRACE_S:
            return early
        self._next[key] = due + timedelta(seconds=self.every)
        return 0.0
