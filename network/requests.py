"""Requests: what waits for a coordinator's word, as the coordinator sees it, and what the word does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from network import approvals, joining, members, practices
from network.approvals import Approval, Decision
from network.attribution import Attribution, of
from network.errors import Missing
from network.members import Member, State
from network.practices import Practice
from network.store import Tx

GONE = "gone"  # the applicant or the author took it back meanwhile


@dataclass(frozen=True)
class Request:
    """Something to decide. ``applicant`` is set for a wish to join or to change sides, ``practice`` for a practice.

    An applicant is shown as they would be after a yes. The author of a practice is not shown to those
    who decide: only side and region are.
    """

    id: str
    approval: Approval
    applicant: Member | None = field(default=None, repr=False)
    practice: Practice | None = field(default=None, repr=False)
    attribution: Attribution | None = None


async def pending(tx: Tx, *, person: str, language: str) -> list[Request]:
    """Return what this person may decide now, the oldest first; practices in ``language`` where they have it."""
    found = [await _request(tx, approval, language) for approval in await approvals.pending_for(tx, person=person)]
    return [request for request in found if request is not None]


async def share(tx: Tx, *, author: str, **practice: Any) -> dict[str, Any]:
    """Hand a practice in (fields as ``practices.submit``); return its id, its ``approval`` and the ``deciders``."""
    submitted = await practices.submit(tx, author=author, **practice)
    approval = await approvals.ask(tx, kind="practice", subject=submitted, by=author)  # the one that submitting opened
    return {"practice": submitted, "approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def settle(tx: Tx, *, approval: str, by: str, agree: bool, reason: str = "") -> dict[str, str | bool]:
    """Give a coordinator's word and do what follows from it. Raise Forbidden.

    Returns ``state`` (pending, approved, refused or gone), whether this word was still ``fresh``,
    and the person to ``tell`` ("" for nobody) when the state is final by it.
    """
    try:
        fresh = bool(await approvals.pending_for(tx, person=by, only=[approval]))
        outcome = await approvals.decide(tx, approval=approval, by=by, agree=agree, reason=reason)
    except Missing:
        return {"state": GONE, "fresh": False, "tell": ""}
    if not fresh or outcome.state is Decision.PENDING:
        return {"state": outcome.state.value, "fresh": fresh, "tell": ""}
    agreed = outcome.state is Decision.APPROVED
    if outcome.kind == "side":
        told = await _settle_side(tx, outcome.subject, await approvals.wish(tx, approval=approval), agree=agreed)
    elif outcome.kind == "join":
        told = await _settle_join(tx, outcome.subject, agree=agreed)
    else:
        told = await _settle_practice(tx, outcome.subject, reason, agree=agreed)
    return {"state": outcome.state.value if told else GONE, "fresh": True, "tell": told}


async def _settle_join(tx: Tx, person: str, *, agree: bool) -> str:
    """Let the applicant in, or leave them where they can ask again or come with an invitation.

    No word of others unlocks somebody who is about to be erased, or ends the silence that somebody asked for.
    """
    applicant = await members.find(tx, person=person)
    if applicant is None or applicant.state is State.LOCKED:
        return ""
    if agree:
        await joining.activate(tx, person=person)
    elif applicant.state is not State.STOPPED:
        await members.set_state(tx, person=person, state=State.JOINING)
    return person


async def _settle_side(tx: Tx, person: str, wish: dict[str, str], *, agree: bool) -> str:
    """Let a member change sides; refused, they stay who they were."""
    member = await members.find(tx, person=person)
    if member is None or member.state is State.LOCKED:
        return ""
    if agree:
        await members.change(tx, person=person, **wish)
    return person


async def _settle_practice(tx: Tx, practice: str, reason: str, *, agree: bool) -> str:
    found = await practices.get(tx, practice=practice)
    if agree:
        await practices.publish(tx, practice=practice)
    else:
        await practices.refuse(tx, practice=practice, reason=reason)
    return found.author or ""


async def _request(tx: Tx, approval: Approval, language: str) -> Request | None:
    if approval.kind != "practice":
        applicant = await members.find(tx, person=approval.subject)
        if applicant is None or applicant.state is State.LOCKED:
            return None
        wish: dict[str, Any] = await approvals.wish(tx, approval=approval.id)
        return Request(approval.id, approval, applicant=replace(applicant, **wish))
    try:
        practice = await practices.get(tx, practice=approval.subject, language=language)
    except Missing:
        return None
    attribution = await of(tx, practice=practice.id)
    return Request(approval.id, approval, practice=practice, attribution=attribution)
