"""What coordinators decide on: one file for each kind of request, and this table of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from handlers.deciding import (
    appeal,
    body,
    broadcast,
    consultation,
    country,
    dialogue,
    endorsement,
    exchange,
    group,
    joining,
    poll,
    post,
    practice,
    question,
    relay,
    side,
)
from handlers.deciding.kind import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(  # by the names of network.requests.KINDS
    {
        "join": joining.kind,
        "side": side.kind,
        "practice": practice.kind,
        "poll": poll.kind,
        "outcome": poll.outcome,
        "appeal": appeal.kind,
        "question": question.kind,
        "report": question.report,
        "answer": question.answer,
        "endorsement": endorsement.kind,
        "post": post.kind,
        "posted": post.reported,
        "relay": relay.kind,
        "group": group.charter,
        "entry": group.entry,
        "removal": group.removal,
        "regime": country.kind,
        "consultation": consultation.kind,
        "extract": consultation.extract,
        "exchange": exchange.kind,
        "series": dialogue.kind,
        "output": dialogue.text,
        "widen": dialogue.link,
        "summary": exchange.summary,
        "body": body.kind,
        "broadcast": broadcast.kind,
        "announcement": broadcast.reported,
    }
)
