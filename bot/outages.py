"""Outages: whether a provider answers at all, judged by the calls that it left unanswered.

One call without an answer is that call's own matter. Several in a row are the provider's: then the
account waits, one call at a time asks whether it is back, and no message is failed for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels import SendError

IN_A_ROW = 5  # calls without an answer: of independent losses of 5%, one such row in three million
WAIT_S = 2.0  # doubled with each question that was not answered
WAIT_AT_MOST_S = 60.0


@dataclass
class Health:
    """How an account's provider does, as one courier sees it."""

    unanswered: int = 0  # in a row
    asked: int = 0  # times that we waited and asked again
    until: datetime | None = None  # nothing is asked before

    @property
    def is_down(self) -> bool:
        """Whether the provider seems not to answer at all."""
        return self.unanswered >= IN_A_ROW

    def answered(self) -> None:
        """Note an answer, be it a refusal."""
        self.unanswered, self.asked, self.until = 0, 0, None

    def failed(self, failure: SendError, now: datetime) -> None:
        """Note a call that failed; wait longer when the provider is down still."""
        if not failure.unanswered:
            self.answered()
            return
        self.unanswered += 1
        if self.is_down and (self.until is None or self.until <= now):
            self.until = now + timedelta(seconds=min(WAIT_AT_MOST_S, WAIT_S * 2.0**self.asked))
            self.asked += 1
