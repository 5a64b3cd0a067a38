"""Actions of a series: recorded by hosts, taken on by members, reminded of until somebody says what became of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from network import actions, due, erasure, mailings, members, problems, series
from network.actions import State
from network.errors import Conflict, Invalid, Missing, NetworkError
from network.store import Store, Tx, open_engine
from tests.network.test_series import member, opened

DUE_ON = "2027-01-20"
DAY = timedelta(days=1)
DAYS = ["2027-01-13", "2027-01-20", "2027-02-20", "2027-03-20"]  # of the reminders


async def recorded(tx: Tx, **how: str) -> tuple[str, str, str, str]:
    """Record an action of a series in Niger; return it, the series and its hosts."""
    found, civil, official = await opened(tx)
    given = {"text": "Une patrouille à pied le soir du marché", "owner_role": "Le commissariat", "due_on": DUE_ON} | how
    return await actions.record(tx, series=found, by=civil, **given), found, civil, official


async def inside(tx: Tx, found: str) -> str:
    """Make a member who takes part in a series."""
    person = await member(tx)
    await series.take_part(tx, series=found, person=person)
    return person


async def test_hosts_record_and_mark_and_a_note_tells_what_changed(store: Store, now: datetime) -> None:
    """Members of the series record nothing; each mark stays in the history, and the progress counts the last one."""
    async with store.transaction(now) as tx:
        action, found, civil, official = await recorded(tx)
        person = await inside(tx, found)
        with pytest.raises(Missing):
            await actions.record(tx, series=found, by=person, text="x", owner_role="y", due_on=DUE_ON)
        with pytest.raises(Missing):
            await actions.mark(tx, action=action, by=person, state=State.DONE)
        with pytest.raises(Invalid):
            await actions.record(tx, series=found, by=civil, text="x", owner_role="y", due_on=now.date().isoformat())
        with pytest.raises(Invalid):
            await actions.mark(tx, action=action, by=civil, state=State.CHANGED)
        await actions.mark(tx, action=action, by=official, state=State.CHANGED, note="Deux soirs", due_on="2027-03-01")
        [mine] = await actions.of(tx, series=found)
        assert (mine.state, mine.due_on) == (State.CHANGED, date(2027, 3, 1))
    async with store.transaction(datetime(2027, 3, 2, tzinfo=UTC)) as tx:
        assert (await actions.progress(tx, series=found)).late == 1
        await actions.mark(tx, action=action, by=civil, state=State.DONE)
        told = await actions.history(tx, action=action)
        assert [(each.state, each.note) for each in told] == [(State.CHANGED, "Deux soirs"), (State.DONE, "")]
        assert await actions.progress(tx, series=found) == actions.Progress(total=1, done=1)
        await series.end(tx, series=found, by=civil)
        with pytest.raises(Conflict):
            await actions.record(tx, series=found, by=civil, text="x", owner_role="y", due_on="2028-01-01")


async def test_a_member_takes_one_on_without_a_name(store: Store, now: datetime) -> None:
    """Only those in the series may, one each; their name stands with it if they wish, and goes with them."""
    async with store.transaction(now) as tx:
        action, found, _civil, _official = await recorded(tx)
        first, second, outside = await inside(tx, found), await inside(tx, found), await member(tx)
        with pytest.raises(Missing):
            await actions.take_on(tx, action=action, person=outside)
        await actions.take_on(tx, action=action, person=first)
        assert (await actions.get(tx, action=action)).name == ""
        with pytest.raises(Conflict):
            await actions.take_on(tx, action=action, person=second)
        with pytest.raises(Missing):
            await actions.hand_back(tx, action=action, person=second)
        await actions.mark(tx, action=action, by=first, state=State.CHANGED, note="Un soir seulement")
        await actions.hand_back(tx, action=action, person=first)
        await actions.take_on(tx, action=action, person=second, named=True)
        assert (await actions.get(tx, action=action)).name == "Awa"
        assert len(await actions.copy(tx, person=second)) == 1
        await actions.hand_over(tx, person=second, to=first)
        await erasure.erase(tx, person=first)
        left = await actions.get(tx, action=action)
        assert (left.owner, left.name, left.text != "") == (None, "", True)


async def test_hosts_and_the_owner_are_reminded_and_nobody_else(store: Store, now: datetime) -> None:
    """Who takes one on hears of it while they are in the series, as both hosts do."""
    async with store.transaction(now) as tx:
        action, found, civil, official = await recorded(tx)
        owner, _other = await inside(tx, found), await inside(tx, found)
        await actions.take_on(tx, action=action, person=owner)

        async def told() -> set[str]:
            mine = await actions.get(tx, action=action)
            return {row.id for row in await tx.all(await actions.concerned(tx, action=mine, hearing_at=now))}

        assert await told() == {civil, official, owner}
        await series.take_part(tx, series=found, person=owner, yes=False)
        assert await told() == {civil, official}
        await members.set_state(tx, person=official, state=members.State.STOPPED)
        assert await told() == {civil}


async def test_what_is_agreed_together_is_told_once(store: Store, now: datetime) -> None:
    """Three actions within half an hour make one piece of news; the fourth makes another."""
    async with store.transaction(now) as tx:
        _action, found, civil, _official = await recorded(tx)
        for _number in range(2):
            await actions.record(tx, series=found, by=civil, text="x", owner_role="y", due_on=DUE_ON)
    async with store.transaction(now + actions.TOGETHER) as tx:
        assert [row.subject for row in await due.take(tx) if row.kind == actions.NEWS] == [found]
        assert len(await actions.untold(tx, series=found)) == 3
        assert await actions.untold(tx, series=found) == []
        await actions.record(tx, series=found, by=civil, text="x", owner_role="y", due_on=DUE_ON)
        assert len(await actions.untold(tx, series=found)) == 1


async def test_an_action_follows_from_a_problem_of_its_series(store: Store, now: datetime) -> None:
    """It says so as long as the problem is shown; one of another series is none."""
    async with store.transaction(now) as tx:
        _action, found, civil, _official = await recorded(tx)
        person = await inside(tx, found)
        given = {"person": person, "topic": "com.dialogue", "text": "La nuit, personne ne vient"}
        here = await problems.name(tx, series=found, **given)
        elsewhere = await problems.name(tx, **given)
        assert await actions.answerable(tx, series=found, person=civil) == [here]
        how = {"series": found, "by": civil, "text": "x", "owner_role": "y", "due_on": DUE_ON}
        with pytest.raises(Invalid):
            await actions.record(tx, **how, problem=elsewhere)
        action = await actions.get(tx, action=await actions.record(tx, **how, problem=here))
        assert await actions.cause(tx, action=action) == given["text"]
        await erasure.erase(tx, person=person)
        assert await actions.cause(tx, action=await actions.get(tx, action=action.id)) == ""


def test_the_days_of_reminders() -> None:
    """A week before, the day, then every month on that day, or on the last of a shorter month."""
    found = actions.days(date(2027, 1, 31))
    said = [next(found).isoformat() for _number in range(5)]
    assert said == ["2027-01-24", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


async def test_what_waits_for_the_morning_goes_when_it_is_done(store: Store, now: datetime) -> None:
    """Marked between midnight and nine, nobody is reminded any more; opened again, the next day counts."""
    async with store.transaction(now) as tx:
        action, _found, civil, _official = await recorded(tx)
    day = datetime(2027, 1, 20, tzinfo=UTC)
    async with store.transaction(day) as tx:
        given = await actions.reminded(tx, action=action)
        assert given is not None
        mailing = actions.mailing(action, given[1])
        await tx.add(mailings.mailings, key=("id",), id=mailing, at=tx.now)
        await actions.mark(tx, action=action, by=civil, state=State.DONE)
        stopped = mailings.mailings.select().where(mailings.mailings.c.id == mailing)
        assert [row.stopped_at for row in await tx.all(stopped)] == [day]
        assert await actions.reminded(tx, action=action) is None
        await actions.mark(tx, action=action, by=civil, state=State.OPEN)
    async with store.transaction(day + 40 * DAY) as tx:
        given = await actions.reminded(tx, action=action)
        assert given is not None
        assert given[1] == date(2027, 2, 20)


@pytest.mark.parametrize("seed", range(4))
async def test_no_reminder_is_doubled_or_missed(database_url: str, store: Store, now: datetime, seed: int) -> None:
    """Clocks that jump a day and back, restarts, a long sleep: each day's reminder comes once, or a later one does."""
    random, sent, at, away, settled = Random(seed), [], now, 0, False
    async with store.transaction(now) as tx:
        action, _found, civil, _official = await recorded(tx)
    while at.date() < date(2027, 3, 25):
        at += timedelta(hours=random.choice((3, 6, 12, 20)))
        chance = random.random()
        if chance < 0.1 and away < 1:
            at, away = at + DAY, away + 1
        elif chance < 0.2 and away > -1:
            at, away = at - DAY, away - 1
        elif chance < 0.23:
            await store.close()
            store = Store(open_engine(database_url), store.sealer)
        elif chance < 0.25:
            at += 9 * DAY
        async with store.transaction(at) as tx:
            if seed == 3 and at.date() > date(2027, 2, 1) and not settled:
                await actions.mark(tx, action=action, by=civil, state=State.NOT_DONE)
                settled = True
            for row in await due.take(tx):
                if row.kind == actions.REMIND and (given := await actions.reminded(tx, action=row.subject)):
                    assert given[1] <= at.date()
                    assert not settled
                    sent.append(given[1].isoformat())
            passed = [day for day in DAYS if day <= at.date().isoformat()]
            if passed and not settled:
                assert max(sent, default="") >= passed[-1], (sent, at)
    assert sent == sorted(set(sent))
    assert set(sent) <= set(DAYS)
    await store.close()


async def test_nothing_is_recorded_beyond_what_one_can_follow(store: Store, now: datetime) -> None:
    """A series has so many actions and no more; one that is gone takes its actions along."""
    async with store.transaction(now) as tx:
        _action, found, civil, _official = await recorded(tx)
        given = {"series": found, "by": civil, "text": "x", "owner_role": "y", "due_on": DUE_ON}
        for _number in range(actions.MOST - 1):
            await actions.record(tx, **given)
        with pytest.raises(NetworkError):
            await actions.record(tx, **given)
        await tx.run(series.dialogues.delete())
        assert await tx.all(actions.actions.select()) == []
