"""Requests: what waits for a coordinator's word, as the coordinator sees it, and what the word does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from network import approvals, attribution, joining, members, practices
from network.approvals import Approval, Decision
from network.attribution import Attribution
from network.errors import Missing
from network.members import Member, State
from network.practices import Practice
from network.store import Tx

GONE = "gone"  # the applicant or the author took it back meanwhile

Find = Callable[[Tx, Approval, str], Awaitable[Any]]
Settle = Callable[[Tx, Approval, Decision, str], Awaitable[str]]


@dataclass(frozen=True)
class Kind:
    """One kind of request.

    ``await find(tx, approval, language)`` returns what is decided on, in that language where it has
    it, or None when it is gone. ``await settle(tx, approval, state, reason)`` does what follows from
    a final word and returns the id of the person to tell, "" when there is nobody or it is gone.
    """

    find: Find
    settle: Settle


@dataclass(frozen=True)
class Request:
    """Something to decide: ``what`` is what ``find`` of its kind returned."""

    id: str
    approval: Approval
    what: Any = field(repr=False)

    @property
    def kind(self) -> str:
        """Its kind, one of ``KINDS``."""
        return self.approval.kind


@dataclass(frozen=True)
class Submission:
    """A practice as those who decide see it: of its author only what the author lets everybody see."""

    practice: Practice
    attribution: Attribution


async def pending(tx: Tx, *, person: str, language: str) -> list[Request]:
    """Return what this person may decide now, the oldest first; texts in ``language`` where they have it."""
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
        asked = await approvals.get(tx, approval=approval)
        fresh = bool(await approvals.pending_for(tx, person=by, only=[approval]))
        outcome = await approvals.decide(tx, approval=approval, by=by, agree=agree, reason=reason)
    except Missing:
        return {"state": GONE, "fresh": False, "tell": ""}
    if not fresh or outcome.state is Decision.PENDING:
        return {"state": outcome.state.value, "fresh": fresh, "tell": ""}
    told = await KINDS[asked.kind].settle(tx, asked, outcome.state, reason)
    return {"state": outcome.state.value if told else GONE, "fresh": True, "tell": told}


async def _request(tx: Tx, approval: Approval, language: str) -> Request | None:
    kind = KINDS.get(approval.kind)
    what = await kind.find(tx, approval, language) if kind else None
    return None if what is None else Request(approval.id, approval, what)


async def _applicant(tx: Tx, approval: Approval, _language: str) -> Member | None:
    """Return the applicant as they would be after a yes."""
    applicant = await members.find(tx, person=approval.subject)
    if applicant is None or applicant.state is State.LOCKED:
        return None
    wish: dict[str, Any] = await approvals.wish(tx, approval=approval.id)
    return replace(applicant, **wish)


async def _let_in(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let the applicant in, or leave them where they can ask again or come with an invitation.

    No word of others unlocks somebody who is about to be erased, or ends the silence that somebody asked for.
    """
    applicant = await _applicant(tx, approval, "")
    if applicant is None:
        return ""
    if state is Decision.APPROVED:
        await joining.activate(tx, person=applicant.id)
    elif applicant.state is not State.STOPPED:
        await members.set_state(tx, person=applicant.id, state=State.JOINING)
    return applicant.id


async def _change_side(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let a member change sides; refused, they stay who they were."""
    if await _applicant(tx, approval, "") is None:
        return ""
    if state is Decision.APPROVED:
        await members.change(tx, person=approval.subject, **await approvals.wish(tx, approval=approval.id))
    return approval.subject


async def _submission(tx: Tx, approval: Approval, language: str) -> Submission | None:
    try:
        practice = await practices.get(tx, practice=approval.subject, language=language)
    except Missing:
        return None
    return Submission(practice, await attribution.of(tx, practice=practice.id))


async def _publish(tx: Tx, approval: Approval, state: Decision, reason: str) -> str:
    found = await practices.get(tx, practice=approval.subject)
    if state is Decision.APPROVED:
        await practices.publish(tx, practice=found.id)
    else:
        await practices.refuse(tx, practice=found.id, reason=reason)
    return found.author or ""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "join": Kind(_applicant, _let_in),
        "side": Kind(_applicant, _change_side),
        "practice": Kind(_submission, _publish),
    }
)
