"""Envelopes: a letter made ready for the outbox, and read again when it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.messages import DeliveryState, Letter, Outgoing, Receipt, Urgency, read, write
from network.outbox import Post, Report, Stage

__all__ = ["RANK", "posts", "read", "report", "write"]

RANK = {Urgency.REPLY: 0, Urgency.NOTICE: 1, Urgency.REMINDER: 2, Urgency.BROADCAST: 3}

_STAGES = {
    DeliveryState.QUEUED: Stage.QUEUED,
    DeliveryState.SENDING: Stage.SENDING,
    DeliveryState.SENT: Stage.SENT,
    DeliveryState.DELIVERED: Stage.DELIVERED,
    DeliveryState.READ: Stage.READ,
    DeliveryState.FAILED: Stage.FAILED,
}


def posts(letter: Letter, parts: Sequence[Outgoing], *, channel: str, account: str) -> list[Post]:
    """Return the calls that a letter becomes, one for each part of its message."""
    return [
        Post(
            address=letter.address_id,
            channel=channel,
            account=account,
            body=write(part),
            urgency=RANK[letter.urgency],
            again=letter.again,
            counts=not (part.replaces or part.deletes),
            ready_at=letter.not_before,
            about=letter.about,
        )
        for part in parts
    ]


def report(receipt: Receipt) -> Report:
    """Return a receipt as the outbox takes it."""
    return Report(
        channel=receipt.channel,
        stage=_STAGES[receipt.state],
        tracker=receipt.tracker,
        ref=receipt.ref,
        error=receipt.error,
    )
