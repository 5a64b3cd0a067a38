"""Sending: a message to many, planned by a coordinator, is handed in with its words in each language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from handlers.broadcasts import broadcast_cards
from handlers.broadcasts.broadcast_cards import Notice
from handlers.language import Voice
from network import broadcasts
from network.audiences import Audience
from network.store import Tx


@dataclass(frozen=True)
class Plan:
    """What goes to whom, and when: ``at`` is a wall time in the country of each, None for at once."""

    notice: Notice
    group: str  # the id of the one that speaks
    audience: Audience
    at: datetime | None = None

    @property
    def needs_approval(self) -> bool:
        """Whether a coordinator of the other side must agree."""
        return self.audience.groups != (self.group,)


async def send(tx: Tx, *, plan: Plan, by: str, confirmed: int, voice: Voice) -> dict[str, Any]:
    """Hand a message in, in the words of each language; return as ``broadcasts.hand_in``, and its ``broadcast`` id."""
    broadcast = await broadcasts.draft(
        tx,
        by=by,
        group=plan.group,
        notice=plan.notice.to_json(),
        audience=plan.audience,
        confirmed=confirmed,
        at=plan.at,
        expires_at=expires(plan, tx.now),
    )
    bodies = broadcast_cards.bodies(plan.notice, broadcast, voice.translator)
    return {"broadcast": broadcast, **await broadcasts.hand_in(tx, broadcast=broadcast, bodies=bodies)}


def expires(plan: Plan, now: datetime) -> datetime:
    """Return when it is of no use any more: at the end of the day of an event, or so many days after it goes.

    The day of an event is over everywhere in the network a day after it begins at UTC.
    """
    if plan.notice.day:
        return datetime.combine(plan.notice.day, time(), UTC) + timedelta(days=1)
    goes = now if plan.at is None else max(now, plan.at.replace(tzinfo=UTC))
    return goes + timedelta(days=plan.notice.kept_days)
