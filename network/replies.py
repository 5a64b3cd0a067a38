"""Replies: what passes between an asker and those who answered: thanks, a question back, a wish to publish.

It all goes through the bot: neither learns who the other is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select, update

from network import answers as answers_
from network import approvals, questions
from network.answers import HIDDEN, SIDE_AND_REGION, Answer, Closed, Consent, answers
from network.errors import Conflict, Missing
from network.questions import Question
from network.store import Tx


async def thank(tx: Tx, *, question: str, by: str, ids: Sequence[str]) -> list[str]:
    """Keep that the asker thanks for these answers; return who is to hear so, once. Raise Missing."""
    await questions.asked_by(tx, question=question, person=by)
    which = (answers.c.question == question, answers.c.id.in_(ids), ~answers.c.thanked)
    rows = await tx.all(update(answers).where(*which).values(thanked=True).returning(answers.c.person))
    return sorted(row.person for row in rows)


async def ask_back(tx: Tx, *, answer: str, by: str, text: str) -> str:
    """Ask somebody back about their answer, once; return who is to hear it. Raise Missing, Closed, Conflict."""
    asked, found = await _locked(tx, answer)
    if asked.asker != by:
        raise Missing
    if not asked.is_open(tx.now):
        raise Closed
    if found.back:
        raise Conflict
    await _change(tx, answer, back=tx.seal.seal("answers.back", answer, text))
    return found.person


async def reply(tx: Tx, *, answer: str, person: str, text: str) -> str:
    """Answer what was asked back, or in the place of what one wrote before; return who is to hear it.

    Raise Missing, Closed.
    """
    asked, found = await _locked(tx, answer)
    if found.person != person or not found.back:
        raise Missing
    if not asked.is_open(tx.now) or asked.asker is None:
        raise Closed
    await _change(tx, answer, more=tx.seal.seal("answers.more", answer, text), consent=Consent.UNASKED.value)
    return asked.asker


async def wanted_of(tx: Tx, *, person: str) -> list[Answer]:
    """Return the answers of a person on which a word of theirs is wanted, the newest first.

    They were asked back while the question is open, or whether it may become part of a practice.
    """
    back = and_(answers.c.back.is_not(None), answers.c.more.is_(None))
    wanted = (answers.c.person == person, or_(back, answers.c.consent == Consent.ASKED.value))
    rows = await tx.all(select(answers.c.id).where(*wanted).order_by(answers.c.at.desc(), answers.c.id))
    found = [await answers_.find(tx, answer=row.id) for row in rows]
    return [each for each in found if each and (is_consent_wanted(each) or await _may_reply(tx, each))]


def is_consent_wanted(answer: Answer) -> bool:
    """Whether its author was asked whether it may become part of a practice, and has not said so yet."""
    return answer.consent is Consent.ASKED


async def _may_reply(tx: Tx, answer: Answer) -> bool:
    question = await questions.find(tx, question=answer.question)
    return question is not None and question.is_open(tx.now)


async def report(tx: Tx, *, answer: str, by: str) -> dict[str, Any]:
    """Bring an answer before the coordinators, unless they have looked at it; return as ``questions.report``.

    Raise Missing.
    """
    asked, found = await _locked(tx, answer)
    if asked.asker != by:
        raise Missing
    if await approvals.closed(tx, subject=answer, kind="answer") is not None:
        return {"approval": "", "deciders": []}
    return await questions.put_before(tx, asked, kind="answer", subject=answer, by=by, about=found.person)


async def look_at(tx: Tx, *, answer: str, keep: bool) -> str:
    """Keep a reported answer, or take it away; return the id of its author, "" when it is gone already."""
    found = await answers_.find(tx, answer=answer)
    if found is None:
        return ""
    if not keep:
        await answers_.remove(tx, which=[answer])
    return found.person


async def ask_consent(tx: Tx, *, question: str, by: str, ids: Sequence[str]) -> list[list[str]]:
    """Ask the authors of these answers whether they may become a practice; return answer and person of each.

    Who has said yes or no is not asked again. Raise Missing.
    """
    await questions.asked_by(tx, question=question, person=by)
    open_ones = answers.c.consent.in_((Consent.UNASKED.value, Consent.ASKED.value))
    which = (answers.c.question == question, answers.c.id.in_(ids), open_ones)
    change = update(answers).where(*which).values(consent=Consent.ASKED.value)
    return sorted([row.id, row.person] for row in await tx.all(change.returning(answers.c.id, answers.c.person)))


async def consent(tx: Tx, *, answer: str, person: str, agree: bool, level: int = HIDDEN) -> str:
    """Say whether one's answer may become part of a practice, and what may be said of oneself there.

    Returns the asker's id, "" when they have left. Raise Missing; Conflict when nobody asks (any more).
    """
    asked, found = await _locked(tx, answer)
    if found.person != person:
        raise Missing
    if found.consent is Consent.UNASKED:
        raise Conflict
    word = Consent.YES if agree else Consent.NO
    await _change(tx, answer, consent=word.value, credit=min(level, SIDE_AND_REGION))
    return asked.asker or ""


async def _locked(tx: Tx, answer: str) -> tuple[Question, Answer]:
    """Return an answer and its question, which nobody else changes until this transaction ends; raise Missing.

    The question is locked first, as everywhere.
    """
    found = await answers_.find(tx, answer=answer)
    if found is None:
        raise Missing
    asked = await questions.lock(tx, question=found.question)
    again = await answers_.find(tx, answer=answer)
    if again is None:
        raise Missing
    return asked, again


async def _change(tx: Tx, answer: str, **values: Any) -> None:
    await tx.run(update(answers).where(answers.c.id == answer).values(**values))
