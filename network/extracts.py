"""Extracts: everything that was written to the sections of a draft, as one file, which both sides let out (D8).

One host asks, a coordinator of the other side agrees (approvals of the kind ``extract``). In the chat whoever may read
it reads the same, without asking.
"""

from __future__ import annotations

from typing import Any

from network import approvals, consultations, members
from network.approvals import Approval, Decision
from network.consultations import Consultation, State
from network.errors import Conflict
from network.members import SIDES
from network.store import Tx

KIND = "extract"  # of its approval
OVER = (State.CLOSED, State.RENEWED)


async def ask(tx: Tx, *, consultation: str, by: str) -> dict[str, Any]:
    """Ask the other side to let the file out; return the ``approval`` and the ``deciders``.

    Raise Missing (not a host), Conflict (people still answer).
    """
    found = await consultations.of_host(tx, consultation=consultation, by=by)
    if found.state not in OVER:
        raise Conflict
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    approval = await approvals.ask(tx, kind=KIND, subject=consultation, by=by, group=found.group, side=other)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def is_let_out(tx: Tx, *, consultation: str) -> bool:
    """Whether both sides agree that the hosts have the file."""
    closed = await approvals.closed(tx, subject=consultation, kind=KIND)
    return closed is not None and closed.state is Decision.APPROVED


async def asked(tx: Tx, approval: Approval, _language: str) -> Consultation | None:
    """Return the draft of whose words the file is made, None when it is gone."""
    return await consultations.find(tx, consultation=approval.subject)


async def decided(tx: Tx, approval: Approval, _state: Decision, _reason: str) -> str:
    """Return the one to tell, "" when the draft is gone: the word itself is what counts."""
    return approval.by if await asked(tx, approval, "") is not None else ""
