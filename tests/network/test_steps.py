"""Steps: written by hosts, sent one after the other while people meet, replied to without a name, shown together."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import attendance, erasure, exchanges, occurrences, recurrence, steps
from network.attendance import NO, YES
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Kind
from network.recurrence import Every
from network.steps import Kind as Is
from network.steps import State
from network.store import Store, Tx
from tests.network.test_attendance import guests, planned

STARTS = datetime.fromisoformat("2026-12-14T09:00+00:00")


async def met(tx: Tx, kind: Kind, many: int = 2) -> tuple[str, str, list[str]]:
    """Plan an exchange to which a few of each side come; return it, its host, and who comes."""
    exchange, host = await planned(tx, kind=kind, capacity=0)
    people = await guests(tx, many) + await guests(tx, many, "official")
    for person in people:
        await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
    return exchange, host, people


async def test_a_scenario_goes_on_step_by_step(store: Store, now: datetime) -> None:
    """Nobody reads a step before it is sent; replies are read together once they are shown, of whom the side."""
    async with store.transaction(now) as tx:
        exchange, host, (first, second, third, fourth) = await met(tx, Kind.SCENARIO)
        [stranger] = await guests(tx, 1)
        for number in range(3):
            words = {"situation": f"La foule grandit {number}", "question": "Que faites-vous ?"}
            await steps.write(tx, exchange=exchange, by=host, **words)
        with pytest.raises(Missing):
            await steps.write(tx, exchange=exchange, by=first, situation="x", question="y")
        one, two, three = [each.id for each in await steps.of(tx, exchange=exchange, person=host)]
        assert await steps.of(tx, exchange=exchange, person=first) == []
        with pytest.raises(Conflict):
            await steps.send_next(tx, exchange=exchange, by=host)
        await steps.take_out(tx, step=two, by=host)
    async with store.transaction(STARTS) as tx:
        assert [each.title for each in await steps.running(tx, person=first)] == ["Thé"]
        assert await steps.running(tx, person=stranger) == []
        assert (await steps.send_next(tx, exchange=exchange, by=host)).id == one
        with pytest.raises(Missing):
            await steps.send_next(tx, exchange=exchange, by=first)
        await steps.reply(tx, step=one, person=first, text="On parle")
        await steps.reply(tx, step=one, person=first, text="On attend")
        await steps.reply(tx, step=one, person=third, text="On se retire")
        for person, step, error in ((stranger, one, Forbidden), (first, three, Conflict)):
            with pytest.raises(error):
                await steps.reply(tx, step=step, person=person, text="Non")
        with pytest.raises(Invalid):
            await steps.reply(tx, step=one, person=second, text="  ")
        assert len(await steps.replies(tx, step=one, person=host)) == 2
        with pytest.raises(Missing):
            await steps.replies(tx, step=one, person=first)
        await steps.show(tx, step=one, by=host)
        said = {(each.side, each.text) for each in await steps.replies(tx, step=one, person=second)}
        assert said == {("civil", "On attend"), ("official", "On se retire")}
        with pytest.raises(Missing):
            await steps.replies(tx, step=one, person=stranger)
        assert await steps.unanswered(tx, exchange=exchange, person=fourth) == [one]
        sent = await steps.send_next(tx, exchange=exchange, by=host)
        assert (sent.id, sent.number) == (three, 2)
        with pytest.raises(Conflict):
            await steps.send_next(tx, exchange=exchange, by=host)
    async with store.transaction(STARTS + timedelta(days=1)) as tx:
        with pytest.raises(Conflict):
            await steps.reply(tx, step=three, person=second, text="Trop tard")
        assert [each.state for each in await steps.of(tx, exchange=exchange, person=second)] == [
            State.SHOWN,
            State.SENT,
        ]


async def test_a_dialogue_has_three_rounds_and_a_facilitator_of_each_side(store: Store, now: datetime) -> None:
    """In their order, once each; the opening round takes no replies."""
    async with store.transaction(now) as tx:
        exchange, host, (first, *_others) = await met(tx, Kind.DIALOGUE)
        with pytest.raises(Conflict):
            await steps.write(tx, exchange=exchange, by=host, situation="x", question="y")
        for side, role in (("official", "Commissaire"), ("civil", "Animatrice"), ("official", "Préfète")):
            await steps.name_facilitator(tx, exchange=exchange, by=host, side=side, role=role)
        with pytest.raises(Missing):
            await steps.name_facilitator(tx, exchange=exchange, by=first, side="civil", role="Moi")
        assert await steps.facilitated_by(tx, exchange=exchange) == {"official": "Préfète", "civil": "Animatrice"}
    async with store.transaction(STARTS) as tx:
        sent = [await steps.send_next(tx, exchange=exchange, by=host) for _round in range(3)]
        assert [each.kind for each in sent] == [Is.OPENING, Is.LISTENING, Is.JOINT]
        assert await steps.upcoming(tx, exchange=exchange) is None
        with pytest.raises(Conflict):
            await steps.send_next(tx, exchange=exchange, by=host)
        with pytest.raises(Conflict):
            await steps.reply(tx, step=sent[0].id, person=first, text="Bonjour")
        with pytest.raises(Conflict):
            await steps.show(tx, step=sent[0].id, by=host)
        await steps.reply(tx, step=sent[1].id, person=first, text="La nuit")


async def test_each_date_has_steps_of_its_own(store: Store, now: datetime) -> None:
    """The rounds begin anew on the next date; until then those of the last one are read, by who came to it."""
    async with store.transaction(now) as tx:
        exchange, host, (first, second, *_others) = await met(tx, Kind.DIALOGUE)
        await occurrences.repeat(tx, exchange=exchange, by=host, rule=recurrence.wish(Every.WEEK, times=3))
        [one, *_rest] = [each.name for each in (await exchanges.get(tx, exchange=exchange)).dates]
        await occurrences.answer(tx, exchange=exchange, person=second, name=one, answer=NO)
    async with store.transaction(STARTS) as tx:
        sent = [await steps.send_next(tx, exchange=exchange, by=host) for _round in range(2)]
        await steps.reply(tx, step=sent[1].id, person=first, text="La nuit")
        with pytest.raises(Forbidden):
            await steps.reply(tx, step=sent[1].id, person=second, text="Le jour")
        with pytest.raises(Missing):
            await steps.of(tx, exchange=exchange, person=second)
    async with store.transaction(STARTS + timedelta(hours=2)) as tx:
        await occurrences.turn(tx, exchange=exchange)
        assert await steps.of(tx, exchange=exchange, person=first) == [
            await steps.get(tx, step=each.id) for each in sent
        ]
    async with store.transaction(STARTS + timedelta(days=7)) as tx:
        again = await steps.send_next(tx, exchange=exchange, by=host)
        assert (again.kind, again.number) == (Is.OPENING, 1)
        assert [each.kind for each in await steps.of(tx, exchange=exchange, person=second)] == [Is.OPENING]
        with pytest.raises(Conflict):
            await steps.reply(tx, step=sent[1].id, person=first, text="Le soir")


async def test_what_somebody_replied_goes_with_them(store: Store, now: datetime) -> None:
    """Erased, or handed over to another membership of the same human being, where it said nothing itself."""
    async with store.transaction(now) as tx:
        exchange, host, people = await met(tx, Kind.SCENARIO)
        await steps.write(tx, exchange=exchange, by=host, situation="x", question="y")
    async with store.transaction(STARTS) as tx:
        step = (await steps.send_next(tx, exchange=exchange, by=host)).id
        for person in people[:3]:
            await steps.reply(tx, step=step, person=person, text=f"De {people.index(person)}")
        await steps.hand_over(tx, person=people[0], to=people[1])
        await steps.hand_over(tx, person=people[2], to=people[3])
        await erasure.erase(tx, person=people[0])
        assert await steps.copy(tx, person=people[1]) == ["De 1"]
        assert await steps.copy(tx, person=people[3]) == ["De 2"]
        assert len(await steps.replies(tx, step=step, person=host)) == 2
