"""Feedback: asked once, a day after people met; read by the hosts, of nobody in particular, under the rule of ten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import attendance, due, erasure, exchanges, feedback, occurrences, planning, recurrence, shutdowns
from network.attendance import NO, YES
from network.errors import Conflict, Forbidden
from network.feedback import Answer
from network.recurrence import Every
from network.store import Store, Tx
from tests.network.test_attendance import guests, planned
from tests.network.test_dark_exchanges import neighbour

ENDED = datetime.fromisoformat("2026-12-14T10:00+00:00")  # it begins at 9:00 UTC and lasts an hour
DAY = timedelta(days=1)


async def held(tx: Tx, many: int, *, officials: int = 0) -> tuple[str, str, list[str]]:
    """Plan an exchange to which so many of each side come; return it, its host, and who comes."""
    exchange, host = await planned(tx, capacity=0)
    people = await guests(tx, many) + await guests(tx, officials, "official")
    for person in people:
        await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
    return exchange, host, people


async def passes(store: Store, now: datetime) -> list[str]:
    """Do what is due for feedback, as the clock would; return what was done."""
    done = []
    async with store.transaction(now) as tx:
        await feedback.tend(tx)
        for row in await due.take(tx):
            if row.kind == feedback.ASK and await feedback.open(tx, subject=row.subject):
                done.append("asked")
            if row.kind == feedback.CLOSE and await feedback.close(tx, subject=row.subject):
                done.append("closed")
    return done


async def says(tx: Tx, exchange: str, person: str, *, text: str = "") -> None:
    """Let somebody say that it was useful and that one side spoke more."""
    given = {"useful": Answer.YES, "both": Answer.PARTLY, "text": text}
    await feedback.say(tx, subject=exchange, person=person, **given)


async def test_ten_answers_make_figures_and_leave_no_name(store: Store, now: datetime) -> None:
    """Before it closes hosts read nothing; then figures and words, by side only where ten stand behind each."""
    async with store.transaction(now) as tx:
        exchange, host, people = await held(tx, 10, officials=10)
    assert await passes(store, ENDED) == []
    async with store.transaction(ENDED) as tx:
        with pytest.raises(Conflict):
            await says(tx, exchange, people[0])
    assert await passes(store, ENDED + DAY) == ["asked"]
    async with store.transaction(ENDED + DAY) as tx:
        [stranger] = await guests(tx, 1)
        with pytest.raises(Forbidden):
            await says(tx, exchange, stranger)
        for person in people:
            await says(tx, exchange, person)
        await says(tx, exchange, people[0], text="Plus de temps.")
        assert await feedback.said(tx, subject=exchange, by=host) is None
        with pytest.raises(Forbidden):
            await feedback.said(tx, subject=exchange, by=people[0])
        assert [each["text"] for each in await feedback.copy(tx, person=people[0])] == ["Plus de temps."]
    assert await passes(store, ENDED + 8 * DAY) == ["closed"]
    async with store.transaction(ENDED + 9 * DAY) as tx:
        said = await feedback.said(tx, subject=exchange, by=host)
        assert said is not None
        assert (said.answered, said.texts) == (20, ("Plus de temps.",))
        assert said.total["useful"] == {"yes": 20, "partly": 0, "no": 0}
        assert {side: figures["both"]["partly"] for side, figures in said.by_side.items()} == {
            "civil": 10,
            "official": 10,
        }
        assert [row.person for row in await tx.all(feedback.feedback.select())] == [None] * 20
        assert await feedback.copy(tx, person=people[0]) == []
        with pytest.raises(Conflict):
            await says(tx, exchange, people[0])


async def test_fewer_than_ten_make_no_figures(store: Store, now: datetime) -> None:
    """Of nine the hosts read words only, without a side."""
    async with store.transaction(now) as tx:
        exchange, host, people = await held(tx, 9)
    assert await passes(store, ENDED + DAY) == ["asked"]
    async with store.transaction(ENDED + DAY) as tx:
        for person in people:
            await says(tx, exchange, person)
    await passes(store, ENDED + 8 * DAY)
    async with store.reading(ENDED + 8 * DAY) as tx:
        said = await feedback.said(tx, subject=exchange, by=host)
        assert said is not None
        assert (said.answered, said.total, said.by_side) == (9, {}, {})


async def test_whoever_was_cut_off_can_answer_that_much_later(store: Store, now: datetime) -> None:
    """Where a country of those who came was dark for four of the seven days, it closes four days later, once."""
    async with store.transaction(now) as tx:
        exchange, host, _people = await held(tx, 1)
        cut_off = await neighbour(tx)
        await attendance.answer(tx, exchange=exchange, person=cut_off, answer=YES)
    assert await passes(store, ENDED + DAY) == ["asked"]
    async with store.transaction(ENDED + 2 * DAY) as tx:
        await shutdowns.darken(tx, country="ML", by="steward")
    async with store.transaction(ENDED + 6 * DAY) as tx:
        await shutdowns.lighten(tx, country="ML", by="steward")
    assert await passes(store, ENDED + 8 * DAY) == []
    async with store.transaction(ENDED + 11 * DAY) as tx:
        await says(tx, exchange, cut_off, text="Enfin du réseau.")
    assert [await passes(store, ENDED + days * DAY) for days in (12, 13)] == [["closed"], []]
    async with store.reading(ENDED + 12 * DAY) as tx:
        said = await feedback.said(tx, subject=exchange, by=host)
        assert said is not None
        assert said.texts == ("Enfin du réseau.",)


async def test_what_moved_is_asked_about_a_day_after_its_true_end(store: Store, now: datetime) -> None:
    """What was moved is asked about a day after its true end, once; a clock that was wrong changes nothing."""
    async with store.transaction(now) as tx:
        moved, host, people = await held(tx, 1)
    assert await passes(store, ENDED + timedelta(hours=1)) == []
    async with store.transaction(ENDED - timedelta(hours=4)) as tx:  # the clock was wrong, and is set right
        local = datetime.fromisoformat("2026-12-16T10:00")
        await planning.set_time(tx, exchange=moved, by=host, local=local, zone="Africa/Niamey")
    for hours in range(0, 24 * 20, 5):
        at = ENDED + timedelta(hours=hours)
        assert await passes(store, at) == (["asked"] if hours == 75 else ["closed"] if hours == 245 else []), hours
    async with store.transaction(ENDED + 30 * DAY) as tx:
        assert not await feedback.may_say(tx, subject=moved, person=people[0])


async def test_what_moved_to_an_earlier_time_is_asked_about_in_time(store: Store, now: datetime) -> None:
    """The question was set when it was to be later; a program that slept for days asks all the same."""
    async with store.transaction(now) as tx:
        exchange, host, _people = await held(tx, 1)
        assert await feedback.tend(tx) == 1
        local = datetime.fromisoformat("2026-12-04T10:00")
        await planning.set_time(tx, exchange=exchange, by=host, local=local, zone="Africa/Niamey")
    assert await passes(store, ENDED - 9 * DAY) == ["asked"]
    assert await passes(store, ENDED + 30 * DAY) == ["closed"]


async def test_nobody_is_asked_about_what_was_called_off(store: Store, now: datetime) -> None:
    """Called off before, or after somebody set the question: it did not take place."""
    async with store.transaction(now) as tx:
        exchange, host, _people = await held(tx, 1)
    await passes(store, ENDED)
    async with store.transaction(ENDED) as tx:
        await planning.cancel(tx, exchange=exchange, by=host)
    assert [await passes(store, ENDED + number * DAY) for number in range(12)] == [[]] * 12


async def test_clocks_that_go_back_ask_nobody_twice(store: Store, now: datetime) -> None:
    """A day forward, a day back, and again: one question, one close."""
    async with store.transaction(now) as tx:
        await held(tx, 1)
    done = []
    for hours in (2, 26, 1, 25, 49, 24, 7 * 24 + 25, 24, 8 * 24 + 25, 9 * 24 + 25):
        done += await passes(store, ENDED + timedelta(hours=hours))
    assert done == ["asked", "closed"]


async def test_each_date_of_what_is_held_again_is_asked_about(store: Store, now: datetime) -> None:
    """Those who came to a date are asked about it, whoever said no to it is not; a cancelled one is left out."""
    async with store.transaction(now) as tx:
        exchange, host, (first, second) = await held(tx, 2)
        await occurrences.repeat(tx, exchange=exchange, by=host, rule=recurrence.wish(Every.WEEK, times=3))
        names = [each.name for each in (await exchanges.get(tx, exchange=exchange)).dates]
        await occurrences.answer(tx, exchange=exchange, person=second, name=names[0], answer=NO)
        await occurrences.change(tx, exchange=exchange, by=host, name=names[1], local=None)
    subjects = [f"{exchange}:{name}" for name in names]
    done = {}
    for hours in range(0, 24 * 30, 6):
        async with store.transaction(ENDED + timedelta(hours=hours)) as tx:
            await occurrences.turn(tx, exchange=exchange)
        if said := await passes(store, ENDED + timedelta(hours=hours)):
            done[hours // 24] = said
        if hours == 30:
            async with store.transaction(ENDED + timedelta(hours=hours)) as tx:
                await says(tx, subjects[0], first, text="La première")
                with pytest.raises(Forbidden):
                    await says(tx, subjects[0], second)
    assert done == {1: ["asked"], 8: ["closed"], 15: ["asked"], 22: ["closed"]}
    async with store.reading(ENDED + 30 * DAY) as tx:
        found = [await feedback.said(tx, subject=subject, by=host) for subject in subjects]
        assert [each.texts if each else None for each in found] == [("La première",), None, ()]


async def test_what_somebody_said_goes_with_them_while_it_is_theirs(store: Store, now: datetime) -> None:
    """Erased before the close, a word is gone; two memberships of one human being hold one word."""
    async with store.transaction(now) as tx:
        exchange, _host, people = await held(tx, 3)
    await passes(store, ENDED + DAY)
    async with store.transaction(ENDED + DAY) as tx:
        first, second, third = people
        for person in people:
            await says(tx, exchange, person, text=f"De {people.index(person)}")
        await erasure.erase(tx, person=first)
        await feedback.hand_over(tx, person=second, to=third)
        rows = await tx.all(feedback.feedback.select())
        assert sorted(row.person for row in rows) == sorted([second, third])
        assert [each["text"] for each in await feedback.copy(tx, person=third)] == ["De 2"]
        assert (await exchanges.get(tx, exchange=exchange)).title == "Thé"
