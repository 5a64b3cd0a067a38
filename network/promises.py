"""Promises: what institutions promised, when each is due, and the poll that then asks what became of it (R076)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from network import polls
from network.blueprints import COMMITMENT, PROMISE, get
from network.polls import Poll, State
from network.store import Tx

STATES = (State.SCHEDULED.value, State.OPEN.value, State.CLOSED.value)
LATEST = 30


async def of(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Poll]:
    """Return the polls on promises that ask a member, or that they coordinate, the last to come due first."""
    table = polls.polls.c
    query = select(table.id).where(table.template == COMMITMENT, table.state.in_(STATES))
    rows = await tx.all(query.order_by(table.opens_at.desc(), table.id).limit(LATEST))
    found = [await polls.get(tx, poll=row.id) for row in rows if only is None or row.id in only]
    return [poll for poll in found if await _concerns(tx, poll, person)]


def promise(question: str, language: str) -> str:
    """Return what was promised, of the question that asks about it in a language."""
    before, _blank, after = get(COMMITMENT).question[language].partition(PROMISE)
    return question.removeprefix(before).removesuffix(after)


async def _concerns(tx: Tx, poll: Poll, person: str) -> bool:
    asked = await polls.is_asked(tx, poll=poll, person=person)
    return asked or await polls.is_coordinating(tx, poll=poll, person=person)
