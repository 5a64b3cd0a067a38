"""Preparations: what is held again and again has notes, decisions and a summary for each of its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from network import approvals, cohosts, erasure, exchanges, insights, occurrences, planning, preparations, requests
from network.errors import Conflict, Forbidden, Missing
from network.exchanges import Rule
from network.store import Store, Tx
from tests.network.test_attendance import STARTS, guests, planned
from tests.network.test_occurrences import NAMES, WEEK, repeated
from tests.network.test_problems import TOPIC

FIRST, SECOND = NAMES[:2]
AFTER = datetime.fromisoformat("2026-12-21T12:00+00:00")  # two dates are over
TEXT = "Le marché a besoin d’un numéro qui répond la nuit."
OTHER = "Le numéro répond; les agents notent qui appelle quand."


async def twice(store: Store, now: datetime, **how: object) -> tuple[str, str]:
    """Plan an exchange of which two dates are over at ``AFTER``; return it and its host."""
    async with store.transaction(now) as tx:
        return await repeated(tx, **how)


async def writes(tx: Tx, exchange: str, host: str, date: str, text: str, *, name: str = "summary") -> None:
    """Let a host write something of a date."""
    await preparations.note(tx, exchange=exchange, by=host, name=name, text=text, date=date)


async def agreed(tx: Tx, exchange: str, host: str, date: str) -> None:
    """Publish the summary of a date, to which the other side says yes."""
    asked = await preparations.publish(tx, exchange=exchange, by=host, date=date)
    await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)


async def test_two_dates_keep_what_is_written_apart(store: Store, now: datetime) -> None:
    """What is written of one is not read under another, and the exchange as a whole has nothing."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        for name in preparations.FIELDS:
            await writes(tx, exchange, host, FIRST, f"{TEXT} {name}", name=name)
        await writes(tx, exchange, host, SECOND, OTHER)
        await writes(tx, exchange, host, SECOND, f"{OTHER} {OTHER}")
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        first = await preparations.record(tx, exchange=exchange, by=partner, date=FIRST)
        assert first == {name: f"{TEXT} {name}" for name in preparations.FIELDS}
        found = await preparations.records(tx, exchange=exchange, by=partner)
        assert [*found] == [SECOND, FIRST]
        assert found[SECOND].texts == {"notes": "", "decisions": "", "summary": f"{OTHER} {OTHER}"}
        assert not any((await preparations.record(tx, exchange=exchange, by=host)).values())


async def test_one_summary_is_published_and_the_other_stays_a_draft(store: Store, now: datetime) -> None:
    """The other side agrees to one date; that one stays as it is, and the other is read by the hosts alone."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        await writes(tx, exchange, host, FIRST, TEXT)
        await writes(tx, exchange, host, SECOND, OTHER)
        assert await preparations.published(tx) == []
        asked = await preparations.publish(tx, exchange=exchange, by=host, date=FIRST)
        with pytest.raises(Conflict):
            await writes(tx, exchange, host, FIRST, OTHER)
        await writes(tx, exchange, host, SECOND, f"{OTHER} {OTHER}")
        [request] = await requests.pending(tx, person=asked["deciders"][0], language="fr")
        assert (request.what.date, request.what.text, request.what.local) == (FIRST, TEXT, STARTS)
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
        [said] = await preparations.summaries(tx, exchange=exchange)
        assert (said.date, said.text, said.at) == (FIRST, TEXT, datetime.fromisoformat("2026-12-14T09:00Z"))
        assert await preparations.summary(tx, exchange=exchange, date=SECOND) == ""
        assert [each.id for each in await preparations.published(tx, only=[exchange])] == [exchange]
        for again in (writes(tx, exchange, host, FIRST, OTHER), agreed(tx, exchange, host, FIRST)):
            with pytest.raises(Conflict):
                await again
        await writes(tx, exchange, host, FIRST, "Rappeler la mairie.", name="notes")
        assert await preparations.summary(tx, exchange=exchange, date=FIRST) == TEXT
        await agreed(tx, exchange, host, SECOND)
        assert [each.date for each in await preparations.summaries(tx, exchange=exchange)] == [SECOND, FIRST]


async def test_a_refusal_leaves_the_summary_with_the_hosts(store: Store, now: datetime) -> None:
    """It can be written anew, and asked for again."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        await writes(tx, exchange, host, FIRST, TEXT)
        asked = await preparations.publish(tx, exchange=exchange, by=host, date=FIRST)
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=False, reason="Trop long.")
        assert await preparations.summaries(tx, exchange=exchange) == []
        await writes(tx, exchange, host, FIRST, OTHER)
        await agreed(tx, exchange, host, FIRST)
        assert await preparations.summary(tx, exchange=exchange, date=FIRST) == OTHER


@pytest.mark.parametrize("date", ["", NAMES[2], "2026-12-15T10:00"])
async def test_only_a_date_that_has_begun_has_a_record(store: Store, now: datetime, date: str) -> None:
    """Nothing is written of the whole, of a date to come, or of a day that is none of its dates."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        for name in preparations.FIELDS:
            with pytest.raises(Conflict):
                await writes(tx, exchange, host, date, TEXT, name=name)
        with pytest.raises(Conflict):
            await preparations.publish(tx, exchange=exchange, by=host, date=date)


async def test_what_is_held_once_has_no_dates(store: Store, now: datetime) -> None:
    """Its record is that of the exchange, as it was, and a date of it is none."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        with pytest.raises(Conflict):
            await writes(tx, exchange, host, FIRST, TEXT)
        await writes(tx, exchange, host, "", TEXT)
        await agreed(tx, exchange, host, "")
        [said] = await preparations.summaries(tx, exchange=exchange)
        assert (said.date, said.at, said.text) == ("", None, TEXT)
        assert (await exchanges.get(tx, exchange=exchange)).published
        assert await tx.first(select(preparations.exchange_records)) is None


async def test_only_hosts_write_and_read_what_is_not_published(store: Store, now: datetime) -> None:
    """Whoever comes reads neither, and writes nothing."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        [guest] = await guests(tx, 1)
        await writes(tx, exchange, host, FIRST, TEXT)
        with pytest.raises(Missing):
            await writes(tx, exchange, guest, FIRST, OTHER)
        with pytest.raises(Missing):
            await preparations.publish(tx, exchange=exchange, by=guest, date=FIRST)
        with pytest.raises(Forbidden):
            await preparations.record(tx, exchange=exchange, by=guest, date=FIRST)
        with pytest.raises(Forbidden):
            await preparations.records(tx, exchange=exchange, by=guest)


@pytest.mark.parametrize(("telling", "many"), [(Rule.UNATTRIBUTED, 2), (Rule.CLOSED, 0)])
async def test_a_quarter_reads_each_date_that_is_published(
    store: Store, now: datetime, telling: Rule, many: int
) -> None:
    """Two dates are two insights on its topics, a draft is none; nothing of a closed room is one."""
    exchange, host = await twice(store, now, topics=[TOPIC], telling=telling)
    async with store.transaction(AFTER) as tx:
        for date, text in ((FIRST, TEXT), (SECOND, OTHER)):
            await writes(tx, exchange, host, date, text)
            texts = (await insights.latest(tx, topic=TOPIC)).texts
            assert {"": text} not in texts
            await agreed(tx, exchange, host, date)
    async with store.transaction(AFTER + timedelta(hours=1)) as tx:
        texts = (await insights.latest(tx, topic=TOPIC)).texts
        assert sorted(each[""] for each in texts) == sorted([TEXT, OTHER])[:many]


@pytest.mark.parametrize("alone", [True, False])
async def test_erased_means_erased(store: Store, now: datetime, *, alone: bool) -> None:
    """What one host wrote alone goes with them, and what was asked of the other side; two hosts: the other keeps it."""
    exchange, host = await twice(store, now)
    async with store.transaction(now) as tx:
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        if alone:
            await cohosts.decline(tx, exchange=exchange, by=partner)
    async with store.transaction(AFTER) as tx:
        for date in (FIRST, SECOND):
            await writes(tx, exchange, host, date, TEXT)
        await preparations.publish(tx, exchange=exchange, by=host, date=FIRST)
    async with store.transaction(AFTER) as tx:
        await erasure.erase(tx, person=host)
        kept = await tx.scalar(select(func.count()).select_from(preparations.exchange_records))
        assert kept == (0 if alone else 2)
        assert await tx.first(select(approvals.approvals.c.id).where(approvals.approvals.c.kind == "summary")) is None
        if not alone:
            assert (await preparations.record(tx, exchange=exchange, by=partner, date=SECOND))["summary"] == TEXT


async def test_what_one_host_asked_for_goes_with_what_was_written(store: Store, now: datetime) -> None:
    """A request of the host who went before, for a date of an exchange that nobody hosts any more, is no more."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        await writes(tx, exchange, partner, FIRST, TEXT)
        await preparations.publish(tx, exchange=exchange, by=partner, date=FIRST)
        await cohosts.decline(tx, exchange=exchange, by=partner)
        await erasure.erase(tx, person=host)
        assert await tx.first(select(preparations.exchange_records)) is None
        assert await tx.first(select(approvals.approvals.c.id).where(approvals.approvals.c.kind == "summary")) is None


async def test_another_membership_goes_on_with_the_records(store: Store, now: datetime) -> None:
    """What a host wrote of a date is written and published on by the membership that stays."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        [other] = await guests(tx, 1)
        await writes(tx, exchange, host, FIRST, TEXT)
        await exchanges.hand_over(tx, person=host, to=other)
        assert (await preparations.record(tx, exchange=exchange, by=other, date=FIRST))["summary"] == TEXT
        await writes(tx, exchange, other, FIRST, OTHER)
        with pytest.raises(Forbidden):
            await preparations.record(tx, exchange=exchange, by=host, date=FIRST)


async def test_a_date_that_was_moved_keeps_its_record(store: Store, now: datetime) -> None:
    """It goes by its name, and is told at the time at which it was held."""
    async with store.transaction(now) as tx:
        exchange, host = await repeated(tx)
        moved = {FIRST: (STARTS + timedelta(hours=5)).isoformat("T", "minutes")}
        await exchanges.set_(tx, exchange, exceptions=f'{{"{FIRST}": "{moved[FIRST]}"}}')
    async with store.transaction(AFTER) as tx:
        await writes(tx, exchange, host, FIRST, TEXT)
        await agreed(tx, exchange, host, FIRST)
        [said] = await preparations.summaries(tx, exchange=exchange)
        assert said.local == STARTS + timedelta(hours=5)
        found = await exchanges.get(tx, exchange=exchange)
        assert replace(said, exchange=found).at == datetime.fromisoformat("2026-12-14T14:00Z")


async def test_calling_off_what_is_to_come_leaves_what_was_held(store: Store, now: datetime) -> None:
    """A summary that was asked for is still agreed to, and read, when no further date takes place."""
    exchange, host = await twice(store, now)
    async with store.transaction(AFTER) as tx:
        await occurrences.tend(tx)
        await writes(tx, exchange, host, FIRST, TEXT)
        asked = await preparations.publish(tx, exchange=exchange, by=host, date=FIRST)
        await planning.cancel(tx, exchange=exchange, by=host)
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
    async with store.transaction(AFTER + WEEK) as tx:
        assert await preparations.summary(tx, exchange=exchange, date=FIRST) == TEXT
