"""Assessments: a checklist in every language, a result for oneself alone, kept sealed or not at all."""

from __future__ import annotations

from datetime import datetime

import pytest

from handlers.language import OFFERED
from network import assessments, erasure, topics
from network.assessments import Answer
from network.errors import Invalid
from network.store import Store
from tests.network.people import enrolled


def test_every_statement_is_there_in_every_language_and_has_a_topic() -> None:
    """Each is said in all offered languages, fits a message, and belongs to a topic that is known."""
    known = {child.code for root in topics.roots() for child in topics.children(root.code)}
    for each in assessments.statements():
        assert set(each.words) >= set(OFFERED), each.code
        assert all(20 < len(words) < 200 for words in each.words.values()), each.code
        assert each.topic in known, each.code
    assert len({each.code for each in assessments.statements()}) == len(assessments.statements())


def test_gaps_are_the_widest_first() -> None:
    """What is not so comes before what is so in part; what is so, or is no concern, is no gap."""
    first, second, third, fourth, *_rest = [each.code for each in assessments.statements()]
    answers = {first: Answer.PARTLY, second: Answer.YES, third: Answer.NONE, fourth: Answer.NO}
    assert [each.code for each in assessments.gaps(answers)] == [fourth, first]


async def test_what_is_kept_is_sealed_and_goes_when_wished(store: Store, now: datetime) -> None:
    """The last result counts; it is in no column in the clear, and forgotten or erased it is gone."""
    code = assessments.statements()[0].code
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        with pytest.raises(Invalid):
            await assessments.keep(tx, person=person, answers={"other": Answer.NO})
        for answer in (Answer.NO, Answer.YES):
            await assessments.keep(tx, person=person, answers={code: answer})
        kept = await assessments.of(tx, person=person)
        assert kept is not None
        assert (kept.answers, kept.at) == ({code: "yes"}, now)
        [row] = await tx.all(assessments.assessments.select())
        assert code.encode() not in bytes(row.answers)
        assert (await erasure.export(tx, person=person))["assessment"] == [{"code": code, "answer": "yes"}]
        await assessments.forget(tx, person=person)
        assert await assessments.of(tx, person=person) is None
        await assessments.keep(tx, person=person, answers={code: Answer.NO})
        await erasure.erase(tx, person=person)
        assert await tx.all(assessments.assessments.select()) == []


async def test_two_memberships_keep_one(store: Store, now: datetime) -> None:
    """Linked, the result goes along, unless the other membership has its own."""
    code = assessments.statements()[0].code
    async with store.transaction(now) as tx:
        old, new, third = [await enrolled(tx) for _ in range(3)]
        await assessments.keep(tx, person=old, answers={code: Answer.NO})
        await assessments.hand_over(tx, person=old, to=new)
        await assessments.keep(tx, person=third, answers={code: Answer.YES})
        await assessments.hand_over(tx, person=third, to=new)
        kept = await assessments.of(tx, person=new)
        assert kept is not None
        assert kept.answers == {code: "no"}
