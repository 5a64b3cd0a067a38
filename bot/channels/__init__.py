"""The channels: each turns a provider's payloads into ``Incoming`` and an ``Outgoing`` into calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from handlers.messages import Item, Media, Outgoing

NETWORK = "network"  # the code of a connection that broke, or was never made


@dataclass(frozen=True)
class RawItem:
    """One item of a provider's delivery, before it is understood.

    ``key`` is the provider's own id of the item (``update_id``, ``wamid``, wamid and status):
    it decides whether the item was seen before. ``person`` is the sender's id, which decides the
    order and the shard; empty when the item belongs to nobody. ``body`` is the item alone, as JSON.
    ``press`` is the provider's id of a button press that the app waits for an answer to, else empty.
    """

    key: str
    person: str
    body: str
    press: str = ""


class Remedy(StrEnum):
    """The one thing the courier does about a failed send."""

    RETRY = "retry"  # this message again, later
    PAUSE = "pause"  # the whole account waits, then this message again
    STOP = "stop"  # the account is unusable until a steward acts
    TEMPLATE = "template"  # the window is closed: hold it, send the opener
    UNREACHABLE = "unreachable"  # final for this person
    OPTED_OUT = "opted_out"  # the person wants no more messages
    NEXT_DAY = "next_day"  # wait 24 h
    COUNTRY = "country"  # the provider does not serve this country
    MOVED = "moved"  # the chat has a new id: ``moved_to``
    REJECTED = "rejected"  # this message can never be sent as it is
    DONE = "done"  # the provider refuses because nothing is left to do: success


class SendError(Exception):
    """The provider did not take a message."""

    def __init__(
        self,
        remedy: Remedy,
        code: str,
        *,
        retry_after_s: float | None = None,
        ambiguous: bool = False,
        moved_to: str | None = None,
    ) -> None:
        """``code`` is the provider's own, never its text; ``ambiguous``: it may have arrived."""
        super().__init__(f"{remedy.value} ({code})")
        self.remedy = remedy
        self.code = code
        self.retry_after_s = retry_after_s
        self.ambiguous = ambiguous
        self.moved_to = moved_to

    @property
    def retryable(self) -> bool:
        """Whether the same message may still arrive."""
        return self.remedy not in {Remedy.UNREACHABLE, Remedy.OPTED_OUT, Remedy.COUNTRY, Remedy.REJECTED, Remedy.DONE}

    @property
    def unanswered(self) -> bool:
        """Whether the provider said nothing about the message: no connection, no answer, a server that broke."""
        return self.remedy is Remedy.RETRY and (self.ambiguous or self.code == NETWORK)


@dataclass(frozen=True)
class Rates:
    """What a provider lets one account send. Cited where each channel sets them.

    Rates are (messages, seconds, burst): one message each ``seconds / messages`` on average,
    ``burst`` at once at most.
    """

    account: tuple[int, float, int]
    chat: tuple[int, float, int]
    group: tuple[int, float, int] | None = None
    window_h: int | None = None  # hours that a person's message opens free-form sends
    reach_per_day: int | None = None  # different people per moving 24 h outside the window
    undelivered: tuple[str, ...] | None = None  # late codes of what could not arrive; None where nothing tells what did


@dataclass(frozen=True)
class Sent:
    """The provider took a message: ``ref`` is its id there."""

    ref: str


class Channel(Protocol):
    """One account of one provider."""

    name: str  # "telegram", "whatsapp"
    account: str
    rates: Rates

    def authentic(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the delivery is really the provider's (secret token, or HMAC of the raw body)."""
        ...

    def split(self, payload: Mapping[str, Any]) -> list[RawItem]:
        """Cut one delivery into items; raise ValueError when it is no delivery of this provider."""
        ...

    def parse(self, body: str) -> Item:
        """Understand one item (``RawItem.body``)."""
        ...

    def fit(self, message: Outgoing) -> list[Outgoing]:
        """Cut a message into parts that are each exactly one call within the provider's limits."""
        ...

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Make the one call of ``part`` (``media``: the opened bytes of its file); raise SendError."""
        ...

    async def open_window(self, external: str, *, language: str, waiting: int, tracker: str) -> Sent:
        """Send the template that asks the person to reply; raise SendError. Unused without a window."""
        ...

    def remedy(self, code: str) -> Remedy:
        """Return what to do about a failure that a receipt reports (``Receipt.error``)."""
        ...

    async def deep_link(self, code: str) -> str:
        """Return the link that begins a chat with ``code``; raise SendError."""
        ...

    async def acknowledge(self, item: RawItem) -> None:
        """Answer a button press (``item.press``), so that the app stops waiting. Best effort; never raises."""
        ...

    async def download(self, media: Media, *, at_most: int) -> bytes:
        """Fetch a file of at most ``at_most`` bytes; raise SendError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class Gate(Protocol):
    """The door of group chats, of a channel that has them (``channel.gate``). Each raises SendError."""

    async def invite(self, chat: str) -> str:
        """Return a link by which people ask to enter."""
        ...

    async def admit(self, chat: str, guest: str) -> None:
        """Let in somebody who asked."""
        ...

    async def decline(self, chat: str, guest: str) -> None:
        """Do not let in somebody who asked; they may ask again."""
        ...

    async def remove(self, chat: str, guest: str) -> None:
        """Take somebody out; they may ask again."""
        ...


Commands = Sequence[tuple[str, str]]
