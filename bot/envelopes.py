"""Envelopes: a letter made ready for the outbox, and read again when it is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

from handlers.messages import Choice, DeliveryState, Letter, Media, MediaKind, Outgoing, Receipt, Style, Urgency
from network.outbox import Post, Report, Stage

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


def write(message: Outgoing) -> str:
    """Return a message as JSON, without what stands at its default."""
    value: dict[str, Any] = {
        field.name: getattr(message, field.name)
        for field in fields(message)
        if getattr(message, field.name) != field.default
    }
    if message.choices:
        value["choices"] = [[choice.token, choice.label, choice.note, choice.optional] for choice in message.choices]
    if message.media:
        value["media"] = astuple(message.media)
    return json.dumps(value)


def read(body: str) -> Outgoing:
    """Return the message that ``write`` wrote."""
    value = json.loads(body)
    if "choices" in value:
        value["choices"] = tuple(Choice(*choice) for choice in value["choices"])
    if "media" in value:
        kind, *rest = value["media"]
        value["media"] = Media(MediaKind(kind), *rest)
    if "style" in value:
        value["style"] = Style(value["style"])
    return Outgoing(**{**value, "deletes": tuple(value.get("deletes", ()))})
