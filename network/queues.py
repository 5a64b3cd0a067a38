"""Queues, as a steward sees them: how much waits, since when, what failed and why. Nobody's name or words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from network.inbox import State, inbox
from network.outbox import Stage, outbox
from network.store import Tx


@dataclass(frozen=True)
class Queue:
    """The rows of an account that are in one state: how many, and the earliest instant one was ready."""

    name: str  # "inbox", "outbox"
    channel: str
    account: str
    state: str
    many: int
    since: datetime


@dataclass(frozen=True)
class Failures:
    """How often something went wrong on an account: a code of the provider's, or the name of an error."""

    name: str
    channel: str
    account: str
    code: str
    many: int


async def standing(tx: Tx) -> list[Queue]:
    """Return what waits, is in quarantine, held or being sent; nothing for an account that has none."""
    coming = await tx.all(_INBOX)
    going = await tx.all(_OUTBOX)
    return [
        *(
            Queue("inbox", row.channel, row.account, State(row.state).name.lower(), row.many, row.since)
            for row in coming
        ),
        *(
            Queue("outbox", row.channel, row.account, Stage(row.stage).name.lower(), row.many, row.since)
            for row in going
        ),
    ]


async def failures(tx: Tx, *, since: datetime) -> list[Failures]:
    """Return what is in quarantine, and what could not be sent or may have gone twice of what was queued since."""
    quarantined = await tx.all(_QUARANTINED)
    failed = await tx.all(_FAILED.where(outbox.c.created_at > since))
    lost = await tx.all(_LOST.where(outbox.c.created_at > since))
    return [
        *(Failures("inbox", *tuple(row)) for row in quarantined),
        *(Failures("outbox", *tuple(row)) for row in failed),
        *(Failures("ambiguous", row.channel, row.account, "", row.many) for row in lost),
    ]


_MANY = func.count().label("many")
_INBOX = (
    select(inbox.c.channel, inbox.c.account, inbox.c.state, _MANY, func.min(inbox.c.ready_at).label("since"))
    .where(inbox.c.state.in_((State.WAITING, State.QUARANTINED)))
    .group_by(inbox.c.channel, inbox.c.account, inbox.c.state)
    .order_by(inbox.c.channel, inbox.c.account, inbox.c.state)
)
_OUTBOX = (
    select(outbox.c.channel, outbox.c.account, outbox.c.stage, _MANY, func.min(outbox.c.ready_at).label("since"))
    .where(outbox.c.stage.in_((Stage.HELD, Stage.QUEUED, Stage.SENDING)))
    .group_by(outbox.c.channel, outbox.c.account, outbox.c.stage)
    .order_by(outbox.c.channel, outbox.c.account, outbox.c.stage)
)
_QUARANTINED = (
    select(inbox.c.channel, inbox.c.account, inbox.c.error, _MANY)
    .where(inbox.c.state == State.QUARANTINED)
    .group_by(inbox.c.channel, inbox.c.account, inbox.c.error)
    .order_by(inbox.c.channel, inbox.c.account, _MANY.desc())
)
_FAILED = (
    select(outbox.c.channel, outbox.c.account, outbox.c.error, _MANY)
    .where(outbox.c.stage == Stage.FAILED)
    .group_by(outbox.c.channel, outbox.c.account, outbox.c.error)
    .order_by(outbox.c.channel, outbox.c.account, _MANY.desc())
)
_LOST = (
    select(outbox.c.channel, outbox.c.account, _MANY)
    .where(outbox.c.ambiguous.is_(True))
    .group_by(outbox.c.channel, outbox.c.account)
    .order_by(outbox.c.channel, outbox.c.account)
)
