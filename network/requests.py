"""Requests: what waits for a coordinator's word, as the coordinator sees it, and what the word does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from network import (
    appeals,
    approvals,
    attribution,
    broadcasts,
    charters,
    consultations,
    entries,
    extracts,
    followups,
    groups,
    inquiries,
    joining,
    members,
    organisations,
    outputs,
    planning,
    poll_approvals,
    poll_outcomes,
    polls,
    posts,
    practices,
    preparations,
    recipients,
    removals,
    reports,
    resolutions,
    series,
    standings,
    widening,
)
from network.approvals import APPEAL, Approval, Decision
from network.attribution import Attribution
from network.errors import Missing
from network.members import Member, State
from network.practices import Practice
from network.practices import State as PracticeState
from network.standings import Endorsement
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
    ``steps``: who asked is also told when one side has agreed and the other has not yet.
    """

    find: Find
    settle: Settle
    steps: bool = False


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
    """A practice as those who decide see it: of its author only what the author lets everybody see.

    ``words`` are what the side that agreed already says to the other, without who. Of an appeal,
    ``why`` is what its author says, ``refused`` what was said against it.
    """

    practice: Practice
    attribution: Attribution
    words: tuple[str, ...] = field(default=(), repr=False)
    why: str = field(default="", repr=False)
    refused: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Standing:
    """Where a practice stands on its way, for its author.

    ``state`` is waiting, agreed (by one side, the other's word is to come), change, published,
    refused, appealed, final (an appeal was heard) or withdrawn; ``since`` when it came there.
    ``reason`` is what was said, ``until`` until when a refusal can be appealed (UTC).
    """

    state: str
    since: datetime
    reason: str = field(default="", repr=False)
    until: datetime | None = None


@dataclass(frozen=True)
class OfficialAct:
    """An official act for a practice, as those who decide see it: never who entered it."""

    act: Endorsement
    practice: Practice


async def pending(
    tx: Tx, *, person: str, language: str, only: Sequence[str] | None = None, most: int | None = None
) -> list[Request]:
    """Return what this person may decide now, the oldest first; texts in ``language`` where they have it.

    ``only`` keeps these ids, ``most`` so many.
    """
    found: list[Request] = []
    for approval in await approvals.pending_for(tx, person=person, only=only):
        request = await _request(tx, approval, language)
        found += [] if request is None else [request]
        if len(found) == most:
            break
    return found


async def share(tx: Tx, *, author: str, **practice: Any) -> dict[str, Any]:
    """Hand a practice in (fields as ``practices.submit``); return its id, its ``approval`` and the ``deciders``.

    Of one that waits for a file these are empty: they come with the file, by ``complete``.
    """
    submitted = await practices.submit(tx, author=author, **practice)
    return await _put_before(tx, submitted, author)


async def complete(tx: Tx, *, practice: str) -> dict[str, Any]:
    """Go on with a practice whose file has come; return the same as ``share``, empty when nothing follows."""
    if not await practices.complete(tx, practice=practice):
        return {"practice": practice, "approval": "", "deciders": []}
    found = await practices.get(tx, practice=practice)
    return await _put_before(tx, practice, found.author or "")


async def again(tx: Tx, *, author: str, practice: str, **changed: Any) -> dict[str, Any]:
    """Hand a practice in again, changed (fields as ``practices.resubmit``); return the same as ``share``.

    An appeal that was not heard yet is taken back: what it was about is no more.
    """
    await approvals.withdraw(tx, subject=practice)
    await practices.resubmit(tx, practice=practice, author=author, **changed)
    return await _put_before(tx, practice, author)


async def settle(
    tx: Tx, *, approval: str, by: str, agree: bool, change: bool = False, reason: str = ""
) -> dict[str, str | bool]:
    """Give a coordinator's word (as ``approvals.decide``) and do what follows from it. Raise Forbidden.

    Returns ``state`` (pending, approved, refused, change or gone), whether this word was still
    ``fresh``, and the person to ``tell`` of it ("" for nobody).
    """
    try:
        asked = await approvals.get(tx, approval=approval)
        await _hold(tx, asked)
        outcome = await approvals.decide(tx, approval=approval, by=by, agree=agree, change=change, reason=reason)
    except Missing:
        return {"state": GONE, "fresh": False, "tell": ""}
    kind = KINDS[asked.kind]
    if not outcome.fresh:
        return {"state": outcome.state.value, "fresh": False, "tell": ""}
    if outcome.state is Decision.PENDING:
        return {"state": outcome.state.value, "fresh": True, "tell": asked.by if kind.steps else ""}
    told = await kind.settle(tx, asked, outcome.state, reason)
    return {"state": outcome.state.value if told else GONE, "fresh": True, "tell": told}


async def standing(tx: Tx, *, practice: str) -> Standing:
    """Return where a practice stands; raise Missing."""
    found = await practices.get(tx, practice=practice)
    if found.state is PracticeState.PUBLISHED:
        return Standing("published", found.published_at or found.submitted_at)
    if found.state is PracticeState.REFUSED:
        return await _after_refusal(tx, found)
    if found.state is PracticeState.CHANGES:
        last = await approvals.closed(tx, subject=practice, kind="practice")
        return Standing("change", last.decided_at if last else found.submitted_at, found.reason)
    if found.state is PracticeState.WITHDRAWN:
        return Standing("withdrawn", found.submitted_at)
    asked = await approvals.pending_about(tx, subject=practice, kind="practice")
    half = asked is not None and asked.both_sides and len(asked.needs) == 1
    return Standing("agreed" if half else "waiting", found.submitted_at)


async def _after_refusal(tx: Tx, practice: Practice) -> Standing:
    asked = await approvals.pending_about(tx, subject=practice.id, kind=APPEAL)
    if asked is not None:
        return Standing("appealed", asked.asked_at, practice.reason)
    refused = await approvals.closed(tx, subject=practice.id, kind="practice")
    heard = await approvals.closed(tx, subject=practice.id, kind=APPEAL)
    if heard is not None and (refused is None or heard.decided_at >= refused.decided_at):
        said = await approvals.reasons(tx, approval=heard.id)
        return Standing("final", heard.decided_at, "\n".join(said))
    since = refused.decided_at if refused else practice.submitted_at
    last = await appeals.until(tx, practice=practice.id)
    return Standing("refused", since, practice.reason, last if last and tx.now <= last else None)


async def _put_before(tx: Tx, practice: str, author: str) -> dict[str, Any]:
    """Return the approval that handing in opened, and who decides; nobody yet while a file is on its way."""
    if not await approvals.is_pending(tx, kind="practice", subject=practice):
        return {"practice": practice, "approval": "", "deciders": []}
    approval = await approvals.ask(tx, kind="practice", subject=practice, by=author)
    return {"practice": practice, "approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def _hold(tx: Tx, approval: Approval) -> None:
    """Lock a practice before what is asked about it, in the order of an author who takes it back."""
    if approval.kind in {"practice", APPEAL}:
        table = practices.practices
        await tx.first(select(table.c.id).where(table.c.id == approval.subject).with_for_update())


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
        await groups.refit(tx, person=approval.subject)
    return approval.subject


async def _submission(tx: Tx, approval: Approval, language: str) -> Submission | None:
    try:
        practice = await practices.get(tx, practice=approval.subject, language=language)
    except Missing:
        return None
    words = await approvals.reasons(tx, approval=approval.id, agree=True)
    return Submission(practice, await attribution.of(tx, practice=practice.id), tuple(words))


async def _appeal(tx: Tx, approval: Approval, language: str) -> Submission | None:
    found = await _submission(tx, approval, language)
    if found is None or found.practice.state is not PracticeState.REFUSED:
        return None
    wish = await approvals.wish(tx, approval=approval.id)
    said = await appeals.reasons(tx, practice=approval.subject)
    return replace(found, why=wish.get("why", ""), refused=tuple(said))


async def _publish(tx: Tx, approval: Approval, state: Decision, reason: str) -> str:
    found = await practices.get(tx, practice=approval.subject)
    if state is Decision.APPROVED:
        await practices.publish(tx, practice=found.id)
        await followups.begin(tx, practice=found.id)
    elif state is Decision.CHANGE:
        await practices.ask_change(tx, practice=found.id, reason=reason)
    else:
        await practices.refuse(tx, practice=found.id, reason=reason)
    return found.author or ""


async def _hear(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Publish what was refused when both sides agree to; else the refusal stays, for good."""
    found = await practices.get(tx, practice=approval.subject)
    if state is Decision.APPROVED:
        await practices.reopen(tx, practice=found.id)
        await practices.publish(tx, practice=found.id)
        await followups.begin(tx, practice=found.id)
    return found.author or ""


async def _official_act(tx: Tx, approval: Approval, language: str) -> OfficialAct | None:
    try:
        act, _by = await standings.endorsement(tx, endorsement=approval.subject)
        return OfficialAct(act, await practices.get(tx, practice=act.practice, language=language))
    except Missing:
        return None


async def _endorse(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Show an official act with its practice, or forget it."""
    if await _official_act(tx, approval, "") is None:
        return ""
    if state is Decision.APPROVED:
        await standings.approve(tx, endorsement=approval.subject)
    else:
        await standings.drop(tx, endorsement=approval.subject)
    return approval.by


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "join": Kind(_applicant, _let_in),
        "side": Kind(_applicant, _change_side),
        "practice": Kind(_submission, _publish, steps=True),
        APPEAL: Kind(_appeal, _hear, steps=True),
        "question": Kind(inquiries.asked, inquiries.pass_on),
        "report": Kind(inquiries.reported, inquiries.look_at),
        "answer": Kind(inquiries.reported_answer, inquiries.look_at_answer),
        standings.KIND: Kind(_official_act, _endorse),
        posts.KIND: Kind(posts.waiting, posts.settle),
        posts.REPORTED: Kind(posts.reported, posts.look_at),
        broadcasts.KIND: Kind(broadcasts.asked, broadcasts.decided),
        recipients.REPORT: Kind(recipients.reported, recipients.looked_at),
        polls.APPROVAL: Kind(poll_approvals.asked, poll_approvals.settle),
        poll_outcomes.KIND: Kind(poll_outcomes.asked, poll_outcomes.settle),
        reports.KIND: Kind(reports.find, reports.settle),
        charters.KIND: Kind(charters.proposal, charters.settle),
        entries.KIND: Kind(entries.wished, entries.settle),
        consultations.KIND: Kind(consultations.asked, consultations.decided),
        extracts.KIND: Kind(extracts.asked, extracts.decided),
        planning.KIND: Kind(planning.asked, planning.decided),
        preparations.KIND: Kind(preparations.asked, preparations.decided),
        series.KIND: Kind(series.asked, series.decided),
        outputs.KIND: Kind(outputs.asked, outputs.decided),
        widening.KIND: Kind(widening.asked, widening.decided),
        removals.KIND: Kind(removals.contested, removals.settle),
        resolutions.KIND: Kind(resolutions.wished, resolutions.settle),
        organisations.KIND: Kind(organisations.asked, organisations.settle),
    }
)
