"""Inquiries: a question on a sensitive topic, and one that was reported, as coordinators decide on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from network import answers, approvals, members, questions, replies
from network.answers import Answer
from network.approvals import Approval, Decision
from network.attribution import NETWORK, REGION, Attribution, of_member
from network.questions import Question, State
from network.store import Tx


@dataclass(frozen=True)
class Inquiry:
    """A question, with as much of its asker as everybody may see.

    ``words`` are what the side that agreed already says to the other, without who.
    """

    question: Question = field(repr=False)
    attribution: Attribution
    words: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Objection:
    """An answer that its asker reported, with as much of its author as the asker may see."""

    question: Question = field(repr=False)
    answer: Answer = field(repr=False)
    attribution: Attribution
    words: tuple[str, ...] = field(default=(), repr=False)


async def shown(tx: Tx, *, question: Question) -> Attribution:
    """Return what may be said of who asks: side and region where they ask openly, else nothing."""
    asker = await members.find(tx, person=question.asker) if question.asker and question.openly else None
    return Attribution("", level=NETWORK) if asker is None else of_member(asker, level=REGION)


async def asked(tx: Tx, approval: Approval, _language: str) -> Inquiry | None:
    """Return the question that waits, or None when it is gone."""
    return await _inquiry(tx, approval, State.WAITING)


async def reported(tx: Tx, approval: Approval, _language: str) -> Inquiry | None:
    """Return the open question that was reported, or None when it is over."""
    return await _inquiry(tx, approval, State.OPEN)


async def reported_answer(tx: Tx, approval: Approval, _language: str) -> Objection | None:
    """Return the answer that its asker reported, or None when it is gone."""
    given = await answers.find(tx, answer=approval.subject)
    if given is None:
        return None
    found = await questions.get(tx, question=given.question)
    line = (await answers.shown(tx, given=[given]))[given.id]
    words = await approvals.reasons(tx, approval=approval.id, agree=True)
    return Objection(found, given, line, tuple(words))


async def pass_on(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let a question go out, or keep it back; return its asker, "" when it is gone."""
    if await asked(tx, approval, "") is None:
        return ""
    act = questions.open_up if state is Decision.APPROVED else questions.refuse
    await act(tx, question=approval.subject)
    return (await questions.get(tx, question=approval.subject)).asker or ""


async def look_at(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep a reported question open, or close it; return whom to tell: who reported it, or its asker."""
    keep = state is Decision.APPROVED
    await approvals.forget_wish(tx, approval=approval.id)
    asker = await questions.looked_at(tx, question=approval.subject, keep=keep)
    return asker if not keep else asker and approval.by


async def look_at_answer(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep a reported answer, or take it away; return whom to tell: who reported it, or its author."""
    keep = state is Decision.APPROVED
    await approvals.forget_wish(tx, approval=approval.id)
    author = await replies.look_at(tx, answer=approval.subject, keep=keep)
    return author if not keep else author and approval.by


async def _inquiry(tx: Tx, approval: Approval, state: State) -> Inquiry | None:
    found = await questions.find(tx, question=approval.subject)
    if found is None or found.asker is None or found.state is not state:
        return None
    words = await approvals.reasons(tx, approval=approval.id, agree=True)
    return Inquiry(found, await shown(tx, question=found), tuple(words))
