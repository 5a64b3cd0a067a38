"""What the program asked of the stand-ins, call by call."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call: what was asked, what was answered, when.

    ``to`` is the chat or number it was for, "" when for nobody. ``fault`` names the fault that was
    laid on it, "" when it was answered as the provider would.
    """

    channel: str
    method: str
    parameters: Mapping[str, Any] = field(repr=False)
    status: int
    answer: Any = field(repr=False)
    at: datetime
    to: str = field(default="", repr=False)
    fault: str = ""


class Recorder:
    """Every call, oldest first; ``keep`` bounds how many are remembered (None: all)."""

    def __init__(self, keep: int | None = None) -> None:
        self.calls: deque[Call] = deque(maxlen=keep)

    def add(self, call: Call) -> None:
        """Remember one call."""
        self.calls.append(call)

    def of(self, method: str = "", *, channel: str = "", to: str = "") -> list[Call]:
        """Return the calls of a method, a channel, a recipient; an empty filter matches all."""
        return [
            call
            for call in self.calls
            if (not method or call.method.casefold() == method.casefold())
            and (not channel or call.channel == channel)
            and (not to or call.to == to)
        ]

    def refused(self) -> list[Call]:
        """Return the calls that the provider's own rules refused, rates included (faults are not)."""
        return [call for call in self.calls if call.status >= 400 and not call.fault]  # noqa: PLR2004 - HTTP
