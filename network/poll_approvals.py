"""Polls before the coordinators: what goes beyond one group is asked, and told, when the other side agrees (D8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from network import approvals, groups, polls, rounds
from network.approvals import Approval, Decision
from network.errors import Conflict
from network.polls import Poll, State
from network.store import Tx

OUTCOME = "outcome"  # the kind of the approval for what one side says was done about a poll
NEAR = 4  # coordinators who are told that a member proposes a poll; all of them find it in their list


@dataclass(frozen=True)
class Matter:
    """A poll to decide on, as somebody reads it in ``language``."""

    poll: Poll = field(repr=False)
    language: str


@dataclass(frozen=True)
class Told:
    """What one side would tell of a poll, by language, as somebody reads it in ``language``."""

    poll: Poll = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
    language: str


async def tell_outcome(tx: Tx, *, poll: str, by: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Say what was done about a closed poll; of one that asked more than one group the other side reads it first.

    Returns as ``polls.ask`` does: with an ``approval`` nothing is kept yet. Raise Missing, Forbidden, Invalid,
    OneSided; Conflict when it is not closed, or something waits already.
    """
    found = await polls.get(tx, poll=poll)
    if len(found.plan.audience.groups) == 1:
        await polls.tell_outcome(tx, poll=poll, by=by, words=words)
        return {"approval": "", "deciders": []}
    await polls.check_outcome(tx, poll=poll, by=by, words=words)
    if await approvals.is_pending(tx, kind=OUTCOME, subject=poll):
        raise Conflict
    return await polls.ask_other_side(tx, kind=OUTCOME, poll=poll, by=by, wish=words)


async def outcome(tx: Tx, approval: Approval, language: str) -> Told | None:
    """Return what one side would tell, or None when it is gone."""
    found = await polls.find(tx, poll=approval.subject)
    words = await approvals.wish(tx, approval=approval.id)
    return Told(found, words, language) if found is not None and words else None


async def settle_outcome(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep it or forget it; return who asked, "" when it is gone."""
    found = await outcome(tx, approval, "")
    if found is None:
        return ""
    await approvals.forget_wish(tx, approval=approval.id)
    if state is Decision.APPROVED:
        await polls.keep_outcome(tx, poll=found.poll.id, words=found.words)
    return approval.by


async def asked(tx: Tx, approval: Approval, language: str) -> Matter | None:
    """Return the poll that waits, or None when it is gone."""
    found = await polls.find(tx, poll=approval.subject)
    if found is None or found.by is None or found.state is not State.ASKED:
        return None
    return Matter(found, language)


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let a poll open at its time, give it back to be changed, or refuse it; return its maker, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is Decision.APPROVED:
        await _put_off(tx, found.poll, approval.asked_at)
        await rounds.schedule(tx, poll=found.poll.id)
    elif state is Decision.CHANGE:
        await polls.give_back(tx, poll=found.poll.id)
    else:
        await polls.refuse(tx, poll=found.poll.id)
    return found.poll.by or ""


async def near(tx: Tx, *, person: str, country: str) -> list[str]:
    """Return the ids of the coordinators who are told that this member proposes a poll."""
    seats = [seat.person for seat in await groups.seated(tx) if seat.person != person]
    home = await groups.by_country(tx, country=country)
    own = [seat.person for seat in await groups.seated(tx, group=home.id) if seat.person != person]
    return list(dict.fromkeys(own or seats))[:NEAR]


async def _put_off(tx: Tx, poll: Poll, asked_at: datetime) -> None:
    """Move a poll on by as long as it waited for the coordinators: it stays open as long as was meant."""
    late = tx.now - (poll.plan.opens_at or asked_at)
    if late <= timedelta(0):
        return
    remind_at = poll.plan.remind_at and poll.plan.remind_at + late
    await polls.set_(tx, poll.id, closes_at=poll.plan.closes_at + late, remind_at=remind_at)
