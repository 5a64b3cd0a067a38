"""Polls before the coordinators: what goes beyond one group is asked, and told, when the other side agrees (D8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from network import groups, polls, rounds
from network.approvals import Approval, Decision
from network.polls import Poll, State
from network.store import Tx

NEAR = 4  # coordinators who are told that a member proposes a poll; all of them find it in their list


@dataclass(frozen=True)
class Matter:
    """A poll to decide on, as somebody reads it in ``language``."""

    poll: Poll = field(repr=False)
    language: str


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
