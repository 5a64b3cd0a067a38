"""Follow-ups: who is asked when whether a practice is still in use, and what their word does; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from network import due, erasure, followups, links, marks, members, practices, standings, starter
from network.errors import Invalid, Missing
from network.followups import Question
from network.ids import new_id
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, published


async def followed(tx: Tx, author: str) -> str:
    """Publish a practice whose author will be asked; return its id."""
    practice = await published(tx, author, stage="pilot")
    await followups.begin(tx, practice=practice)
    return practice


async def asked(store: Store, instant: datetime) -> list[tuple[str, Question]]:
    """Let what is due by an instant come; return who is asked what."""
    found = []
    async with store.transaction(instant) as tx:
        for row in await due.take(tx):
            if row.kind != followups.KIND:
                continue
            coming = await followups.come(tx, followup=row.subject)
            if coming.question:
                found.append((row.person or "", coming.question))
    return found


@pytest.mark.parametrize(
    ("instant", "months", "expected"),
    [
        (datetime(2026, 1, 15, 9, tzinfo=UTC), 6, datetime(2026, 7, 15, 9, tzinfo=UTC)),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), 6, datetime(2027, 2, 28, 9, tzinfo=UTC)),
        (datetime(2027, 8, 31, 9, tzinfo=UTC), 6, datetime(2028, 2, 29, 9, tzinfo=UTC)),  # a leap year
        (datetime(2028, 2, 29, 9, tzinfo=UTC), 12, datetime(2029, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), 24, datetime(2028, 12, 31, 9, tzinfo=UTC)),
        (datetime(2026, 9, 30, 9, tzinfo=UTC), 3, datetime(2026, 12, 30, 9, tzinfo=UTC)),
    ],
)
def test_months_later(instant: datetime, months: int, expected: datetime) -> None:
    """So many months later is the same day and hour, or the last day of a shorter month."""
    assert followups.later(instant, months) == expected


async def test_an_author_is_asked_three_times(store: Store, now: datetime) -> None:
    """After 6, 12 and 24 months to the second, each time with one reminder two weeks later, and then no more."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await followed(tx, author)
        await followups.begin(tx, practice=practice)  # twice is once
    for months in followups.MONTHS:
        instant = followups.later(now, months)
        assert await asked(store, instant - timedelta(seconds=1)) == []
        assert await asked(store, instant) == [(author, Question.FIRST)]
        assert await asked(store, instant + timedelta(days=14, seconds=-1)) == []
        assert await asked(store, instant + timedelta(days=14)) == [(author, Question.AGAIN)]
        assert await asked(store, instant + timedelta(days=60)) == []
    async with store.reading(now) as tx:
        assert await tx.all(select(due.due).where(due.due.c.kind == followups.KIND)) == []


async def test_an_answer_ends_the_asking_and_stands_on_the_card(store: Store, now: datetime) -> None:
    """Who answered is not reminded; the latest word comes first, its sentence stands sealed."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await followed(tx, author)
    for months, word, note in ((6, "in_use", ""), (12, "changed", "Deux fois par mois.")):
        instant = followups.later(now, months)
        assert await asked(store, instant) == [(author, Question.FIRST)]
        async with store.transaction(instant + timedelta(days=1)) as tx:
            assert await followups.is_waiting(tx, practice=practice, person=author)
            followup = await followups.answer(tx, practice=practice, person=author, answer=word)
            if note:
                await followups.add_note(tx, followup=followup, person=author, note=note)
            assert not await followups.is_waiting(tx, practice=practice, person=author)
        assert await asked(store, instant + timedelta(days=30)) == []
    async with store.transaction(now) as tx:
        told = await followups.told(tx, practice=practice, author=author)
        assert [(one.answer, one.note) for one in told] == [("changed", "Deux fois par mois."), ("in_use", "")]
        assert "mois" not in repr([tuple(row) for row in await tx.all(select(followups.followups))])
        assert [one["note"] for one in await followups.all_of(tx, person=author)] == ["", "Deux fois par mois."]


async def test_after_years_of_silence_one_question_is_asked(store: Store, now: datetime) -> None:
    """When three questions come due at once, after a long outage, the last of them is asked."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        await followed(tx, author)
    assert await asked(store, now + timedelta(days=3 * 366)) == [(author, Question.FIRST)]


@pytest.mark.parametrize("case", ["withdrawn", "stopped", "erased", "locked", "editorial"])
async def test_who_is_not_asked(store: Store, now: datetime, case: str) -> None:
    """Nobody is asked about what they withdrew, while they are stopped or leave, or for an editorial practice."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        author = await enrolled(tx)
        practice = await followed(tx, author)
        if case == "withdrawn":
            await practices.withdraw(tx, person=author, practice=practice)
        elif case in {"stopped", "locked"}:
            await members.set_state(tx, person=author, state=State(case))
        else:
            await erasure.erase(tx, person=author)
            await followups.begin(tx, practice=starter.practice_id("ne-radio"))
            assert await tx.all(select(due.due).where(due.due.c.kind == followups.KIND)) == []
    for months in followups.MONTHS:
        assert await asked(store, followups.later(now, months)) == []


async def test_who_comes_back_is_asked_the_next_time(store: Store, now: datetime) -> None:
    """A member who was stopped after 6 months and is back is asked after 12."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx, state=State.STOPPED)
        await followed(tx, author)
    assert await asked(store, followups.later(now, 6)) == []
    async with store.transaction(now) as tx:
        await members.set_state(tx, person=author, state=State.ACTIVE)
    assert await asked(store, followups.later(now, 12)) == [(author, Question.FIRST)]


async def test_who_tries_it_is_asked_once(store: Store, now: datetime) -> None:
    """Three months after they began; not when they gave up before, and their word shows only as a number from three."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        readers = [await enrolled(tx) for _ in range(4)]
        for reader in readers:
            assert await followups.mark(tx, practice=practice, person=reader, kind=marks.TRYING) is True
        assert await followups.mark(tx, practice=practice, person=readers[3], kind=marks.TRYING) is False
    instant = followups.later(now, 3)
    assert set(await asked(store, instant)) == {(reader, Question.FIRST) for reader in readers[:3]}
    for number, reader in enumerate(readers[:3], 1):
        async with store.transaction(instant) as tx:
            await followups.answer(tx, practice=practice, person=reader, answer="in_use")
            shown = await followups.counts_of_tries(tx, practice=practice)
            assert shown == ({"in_use": 3} if number == 3 else {})
            assert await followups.told(tx, practice=practice, author=reader) != []
    async with store.transaction(instant) as tx:
        found = await practices.get(tx, practice=practice)
        assert await followups.told(tx, practice=practice, author=found.author) == []
        with pytest.raises(Missing):
            await followups.answer(tx, practice=practice, person=readers[3], answer="in_use")


async def test_stopped_by_its_author_is_a_stage(store: Store, now: datetime) -> None:
    """An author's "stopped" is the stage from that day; a reader's changes nothing of the practice."""
    async with store.transaction(now) as tx:
        author, reader = await enrolled(tx), await enrolled(tx)
        practice = await followed(tx, author)
        await followups.mark(tx, practice=practice, person=reader, kind=marks.TRYING)
    later = followups.later(now, 3)
    await asked(store, later)
    async with store.transaction(later) as tx:
        await followups.answer(tx, practice=practice, person=reader, answer="stopped")
        assert (await practices.get(tx, practice=practice)).facts.stage == "pilot"
        await followups.answer(tx, practice=practice, person=author, answer="stopped")
        assert (await practices.get(tx, practice=practice)).facts.stage == "stopped"
        assert [(one.stage, one.at) for one in await standings.history(tx, practice=practice)] == [
            ("pilot", now),
            ("stopped", later),
        ]


async def test_a_word_that_nobody_asked_for(store: Store, now: datetime) -> None:
    """An author may tell what happened at any time; others, drafts and unknown words may not."""
    async with store.transaction(now) as tx:
        author, other = await enrolled(tx), await enrolled(tx)
        practice, draft = await followed(tx, author), await handed_in(tx, author)
        followup = await followups.answer(tx, practice=practice, person=author, answer="changed")
        await followups.add_note(tx, followup=followup, person=author, note="Un second quartier.")
        assert [one.note for one in await followups.told(tx, practice=practice, author=author)] == [
            "Un second quartier."
        ]
        with pytest.raises(Invalid):
            await followups.answer(tx, practice=practice, person=author, answer="perhaps")
        for person, subject in ((other, practice), (author, draft), (author, new_id())):
            with pytest.raises(Missing):
                await followups.answer(tx, practice=subject, person=person, answer="in_use")
        with pytest.raises(Missing):
            await followups.add_note(tx, followup=followup, person=other, note="x")
    assert await asked(store, followups.later(now, 6)) == [(author, Question.FIRST)]


async def test_linked_members_are_asked_as_one(store: Store, now: datetime) -> None:
    """After two memberships are joined, the one that is left is asked, once for each practice."""
    async with store.transaction(now) as tx:
        other, old, new = await enrolled(tx), await enrolled(tx), await enrolled(tx)
        await followed(tx, old)
        tried = await published(tx, other)
        for person in (old, new):
            await followups.mark(tx, practice=tried, person=person, kind=marks.TRYING)
        await links._hand_over(tx, old, new)
        await erasure.erase(tx, person=old)
    assert await asked(store, followups.later(now, 3)) == [(new, Question.FIRST)]
    assert (new, Question.FIRST) in await asked(store, followups.later(now, 6))


async def test_an_author_who_leaves_takes_their_words_along(store: Store, now: datetime) -> None:
    """What an erased author told later is gone, though the practice stays; its stage stays what it became."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await followed(tx, author)
        followup = await followups.answer(tx, practice=practice, person=author, answer="stopped")
        await followups.add_note(tx, followup=followup, person=author, note="Plus de salle.")
        await erasure.erase(tx, person=author)
        assert await tx.all(select(followups.followups)) == []
        assert await followups.told(tx, practice=practice, author=None) == []
        assert (await practices.get(tx, practice=practice)).facts.stage == "stopped"
