"""Standing: how an account stands with its provider, as the provider itself says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Webhook:
    """Where a provider delivers ("" for nowhere), and how that goes."""

    url: str
    waiting: int = 0  # updates that nobody took yet
    error: str = ""  # of the last delivery that failed, in the provider's words
    failed_at: datetime | None = None


@dataclass(frozen=True)
class Number:
    """A WhatsApp number: ``reach`` is the different people a day it may open a chat with, None when not told."""

    webhook: str
    status: str = ""
    quality: str = ""
    reach: int | None = None


@dataclass(frozen=True)
class Template:
    """One language of a message template; ``numbers`` is how many parameters its body has.

    ``reason`` is the code of why it was rejected, "" where it was not.
    """

    language: str
    status: str
    category: str
    numbers: int
    name: str = ""
    reason: str = ""
