"""A channel by hand: what it is given and what it gives goes through JSON, as on a real wire."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot import envelopes
from bot.channels import Rates, RawItem, Remedy, SendError, Sent
from handlers.messages import ChatMoved, DeliveryState, Incoming, Item, Kind, Media, Outgoing, Receipt

SECRET = "a-shared-secret"
FAST = Rates(account=(10**9, 1.0, 10**9), chat=(10**9, 1.0, 10**9))
REMEDIES = {"131047": Remedy.TEMPLATE, "131026": Remedy.UNREACHABLE, "131049": Remedy.NEXT_DAY}


@dataclass(frozen=True)
class SentCall:
    """One call that the provider took."""

    external: str
    text: str
    tracker: str
    opener: bool = False
    waiting: int = 0


@dataclass
class FakeChannel:
    """An account whose sends succeed, unless ``faults`` holds errors to raise first."""

    name: str = "telegram"
    account: str = "main"
    rates: Rates = FAST
    calls: list[SentCall] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    parsed: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    on_send: Callable[[str], Any] | None = None

    def authentic(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body is signed with the secret."""
        return hmac.compare_digest(headers.get("x-signature", ""), sign(body))

    def split(self, payload: Mapping[str, Any]) -> list[RawItem]:
        """Cut a delivery, of one item (an update) or of many."""
        self.parsed += 1
        items = payload.get("items", [payload] if "update_id" in payload else None)
        if not isinstance(items, list):
            raise ValueError  # noqa: TRY004 - as a channel does
        return [
            RawItem(str(item["update_id"]), str(item.get("from", "")), json.dumps(item), press=str(item["update_id"]))
            for item in items
        ]

    def parse(self, body: str) -> Item:
        """Understand one item."""
        item = json.loads(body)
        at = datetime.fromtimestamp(0, UTC)
        if "state" in item:
            return Receipt(
                self.name,
                self.account,
                ref=item.get("ref", ""),
                tracker=item.get("tracker", ""),
                state=DeliveryState(item["state"]),
                at=at,
                error=item.get("error", ""),
            )
        if "moved" in item:
            return ChatMoved(self.name, self.account, old=item["moved"][0], new=item["moved"][1])
        return Incoming(
            self.name, self.account, external=str(item["from"]), kind=Kind.TEXT, at=at, text=item["text"], ref="7"
        )

    def fit(self, message: Outgoing) -> list[Outgoing]:
        """Cut a message at blank lines."""
        return [Outgoing(text=part, replaces=message.replaces) for part in message.text.split("\n\n")]

    async def send(self, external: str, part: Outgoing, *, tracker: str, media: bytes | None = None) -> Sent:
        """Take a message, or raise the next fault."""
        if self.on_send is not None:
            await self.on_send(external)
        if self.faults:
            raise self.faults.pop(0)
        self.calls.append(SentCall(external, envelopes.read(envelopes.write(part)).text, tracker))
        return Sent(f"ref-{len(self.calls)}")

    async def open_window(self, external: str, *, language: str, waiting: int, tracker: str) -> Sent:
        """Take the template."""
        self.calls.append(SentCall(external, "", tracker, opener=True, waiting=waiting))
        return Sent(f"ref-{len(self.calls)}")

    def remedy(self, code: str) -> Remedy:
        """Return what to do about a late failure."""
        return REMEDIES.get(code, Remedy.REJECTED)

    async def deep_link(self, code: str) -> str:
        """Return a link."""
        return f"https://example.org/jisr?start={code}"

    async def acknowledge(self, item: RawItem) -> None:
        """Note that a press was answered."""
        self.answered.append(item.key)

    async def download(self, media: Media, *, at_most: int) -> bytes:
        """Return a file that was put there."""
        if media.ref not in self.files:
            raise SendError(Remedy.REJECTED, "gone")
        return self.files[media.ref]

    async def close(self) -> None:
        """Close nothing."""

    @property
    def texts(self) -> list[str]:
        """The texts that the provider took, in order."""
        return [call.text for call in self.calls]


def sign(body: bytes) -> str:
    """Return the signature of a body."""
    return hmac.digest(SECRET.encode(), body, "sha256").hex()


def headers(body: bytes) -> dict[str, str]:
    """Return the headers of an authentic delivery."""
    return {"x-signature": sign(body)}


def message(update_id: int, person: str = "4711", text: str = "hello", **more: Any) -> dict[str, Any]:
    """Return one item: what a person wrote."""
    return {"update_id": update_id, "from": person, "text": text, **more}


def delivery(items: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the body of a delivery."""
    return json.dumps({"items": list(items)}).encode()
