"""What was done about a closed poll, told to those whom it asked; beyond one group the other side agrees first (D8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from network import approvals, polls
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Invalid
from network.polls import Poll, State
from network.store import Tx

KIND = "outcome"  # of its approval


@dataclass(frozen=True)
class Told:
    """What one side would tell of a poll, by language, as somebody reads it in ``language``."""

    poll: Poll = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
    language: str


async def tell(tx: Tx, *, poll: str, by: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Say what was done about a closed poll; of one that asked more than one group the other side reads it first.

    Returns as ``polls.ask`` does: with an ``approval`` nothing is kept yet. Raise Missing, Forbidden, Invalid,
    OneSided; Conflict when it is not closed, or something waits already.
    """
    found = await _checked(tx, poll=poll, by=by, words=words)
    if len(found.plan.audience.groups) == 1:
        await _keep(tx, poll=poll, words=words)
        return {"approval": "", "deciders": []}
    if await approvals.is_pending(tx, kind=KIND, subject=poll):
        raise Conflict
    return await polls.ask_other_side(tx, kind=KIND, poll=poll, by=by, wish=words)


async def asked(tx: Tx, approval: Approval, language: str) -> Told | None:
    """Return what one side would tell, or None when it is gone."""
    found = await polls.find(tx, poll=approval.subject)
    words = await approvals.wish(tx, approval=approval.id)
    return Told(found, words, language) if found is not None and words else None


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep it or forget it; return who asked, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    await approvals.forget_wish(tx, approval=approval.id)
    if state is Decision.APPROVED:
        await _keep(tx, poll=found.poll.id, words=found.words)
    return approval.by


async def _checked(tx: Tx, *, poll: str, by: str, words: Mapping[str, str]) -> Poll:
    """Return a closed poll of which somebody may say this. Raise Forbidden, Missing, Conflict, Invalid."""
    await polls.check_maker(tx, by)
    found = await polls.lock(tx, poll=poll)
    if not await polls.is_coordinating(tx, poll=found, person=by):
        raise Forbidden
    if found.state is not State.CLOSED:
        raise Conflict
    if not any(text.strip() for text in words.values()):
        raise Invalid
    return found


async def _keep(tx: Tx, *, poll: str, words: Mapping[str, str]) -> None:
    await polls.set_(tx, poll, outcome=tx.seal.seal_json("polls.outcome", poll, dict(words)))
