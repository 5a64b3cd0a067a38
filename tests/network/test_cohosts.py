"""Cohosts: who hosts an exchange with its author, and what becomes of it when a host goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from network import attendance, cohosts, due, erasure, exchanges, groups, planning
from network.attendance import NO, YES, Standing
from network.errors import Conflict, Invalid, Missing
from network.exchanges import Kind, State
from network.store import Store, Tx
from tests.network.people import enrolled, seated
from tests.network.test_attendance import guests, planned

SECRET = "Le thé que personne d’autre ne connaît"


async def told(tx: Tx) -> list[tuple[str, str | None]]:
    """Return what the clock is to tell of hosts now, and to whom."""
    kinds = {cohosts.NAMED, cohosts.LEFT, exchanges.NEWS}
    return [(row.kind, row.person) for row in await due.take(tx) if row.kind in kinds]


async def test_whoever_is_named_hears_of_it_and_may_say_no(store: Store, now: datetime) -> None:
    """The next coordinator of that side is named then, at last nobody; the author hears each time; nobody else may."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        deputy = await seated(tx, "NE", "official", rank="deputy")
        assert (cohosts.NAMED, partner) in await told(tx)
        [guest] = await guests(tx, 1)
        for person in (host, guest):
            with pytest.raises(Missing):
                await cohosts.decline(tx, exchange=exchange, by=person)
        await cohosts.decline(tx, exchange=exchange, by=partner)
        assert (await exchanges.get(tx, exchange=exchange)).hosts == (host, deputy)
        assert {(cohosts.NAMED, deputy), (cohosts.LEFT, host)} <= set(await told(tx))
        with pytest.raises(Missing):
            await planning.cancel(tx, exchange=exchange, by=partner)
        await cohosts.decline(tx, exchange=exchange, by=deputy)
        assert (await exchanges.get(tx, exchange=exchange)).hosts == (host,)
        assert await told(tx) == [(cohosts.LEFT, host)]


async def test_what_is_over_cannot_be_declined(store: Store, now: datetime) -> None:
    """Whoever hosted it did."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        await planning.cancel(tx, exchange=exchange, by=host)
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        with pytest.raises(Conflict):
            await cohosts.decline(tx, exchange=exchange, by=partner)


@pytest.mark.parametrize("author_goes", [True, False])
async def test_the_other_host_goes_on_with_it(store: Store, now: datetime, *, author_goes: bool) -> None:
    """When a host is erased nothing is lost: places, questions and the time stay, and guests hear nothing of it."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, title=SECRET)
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        [guest] = await guests(tx, 1)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
        await due.take(tx)
        gone, stays = (host, partner) if author_goes else (partner, host)
        await erasure.erase(tx, person=gone)
        found = await exchanges.get(tx, exchange=exchange)
        assert (found.hosts, found.title, found.state) == ((stays,), SECRET, State.SET)
        assert (await attendance.get(tx, exchange=exchange, person=guest)).standing is Standing.IN
        assert await told(tx) == [(cohosts.LEFT, stays)]
        await planning.change(tx, exchange=exchange, by=stays, place="Ailleurs")


async def test_an_exchange_that_nobody_hosts_does_not_take_place(store: Store, now: datetime) -> None:
    """Its guests are still known, so that they hear; not a word of the host stays, and after a while nothing."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, title=SECRET, place=SECRET)
        await cohosts.decline(tx, exchange=exchange, by=(await exchanges.get(tx, exchange=exchange)).partner_by or "")
        one, two = await guests(tx, 2)
        await attendance.answer(tx, exchange=exchange, person=one, answer=YES)
        await attendance.answer(tx, exchange=exchange, person=two, answer=NO)
        await due.take(tx)
        await erasure.erase(tx, person=host)
        found = await exchanges.get(tx, exchange=exchange)
        assert (found.hosts, found.title, found.state, found.sequence) == ((), "", State.CANCELLED, 1)
        assert await exchanges.opened(tx, exchange=exchange) == {"place": "", "link": ""}
        heard = {row.id for row in await tx.all(attendance.concerned(found))}
        assert one in heard
        assert two not in heard
        assert await told(tx) == [(exchanges.NEWS, None)]
    async with store.transaction(now + cohosts.KEPT) as tx:
        [row] = [row for row in await due.take(tx) if row.kind == cohosts.GONE]
        await cohosts.sweep(tx, exchange=row.subject)
        assert await exchanges.find(tx, exchange=exchange) is None
        assert await attendance.of(tx, exchange=exchange, person=one) is None


async def test_what_somebody_planned_goes_with_them_when_they_wish_it(store: Store, now: datetime) -> None:
    """Then the other host and the guests hear that it does not take place; what they only co-hosted goes on."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, title=SECRET)
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        group = (await exchanges.get(tx, exchange=exchange)).group
        other = await exchanges.draft(tx, by=partner, kind=Kind.VISIT, group=group, title="Thé", purpose="Parler")
        await planning.propose(tx, exchange=other, by=partner)
        [guest] = await guests(tx, 1)
        await attendance.answer(tx, exchange=exchange, person=guest, answer=YES)
        await erasure.erase(tx, person=host, keep_practices=False)
        found = await exchanges.get(tx, exchange=exchange)
        assert (found.hosts, found.title, found.state) == ((), "", State.CANCELLED)
        assert {guest, partner} <= {row.id for row in await tx.all(attendance.concerned(found))}
        assert (await exchanges.get(tx, exchange=other)).hosts == (partner,)


async def test_what_nobody_was_invited_to_goes_at_once(store: Store, now: datetime) -> None:
    """A draft, and what is over, go with the only host."""
    async with store.transaction(now) as tx:
        over, host = await planned(tx)
        group = (await groups.by_country(tx, country="NE")).id
        draft = await exchanges.draft(tx, by=host, kind=Kind.VISIT, group=group, title="Thé", purpose="Parler")
        await cohosts.decline(tx, exchange=over, by=(await exchanges.get(tx, exchange=over)).partner_by or "")
    async with store.transaction(now + timedelta(days=60)) as tx:
        await erasure.erase(tx, person=host)
        assert await exchanges.find(tx, exchange=draft) is None
        assert await exchanges.find(tx, exchange=over) is None
        assert exchanges.NEWS not in {kind for kind, _person in await told(tx)}


async def test_sweeping_spares_what_somebody_hosts(store: Store, now: datetime) -> None:
    """Only what is left of an exchange without hosts goes."""
    async with store.transaction(now) as tx:
        exchange, _host = await planned(tx)
        await cohosts.sweep(tx, exchange=exchange)
        assert await exchanges.find(tx, exchange=exchange) is not None


async def test_hosts_change_what_it_is(store: Store, now: datetime) -> None:
    """Everything can be changed within its limits, by either host; everybody hears of it but of the places."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        partner = (await exchanges.get(tx, exchange=exchange)).partner_by or ""
        await planning.change(tx, exchange=exchange, by=partner, title="Café", purpose="Écouter", rules="Un par un")
        await planning.change(tx, exchange=exchange, by=host, languages=["fr", "ar"], minutes=90)
        found = await exchanges.get(tx, exchange=exchange)
        assert (found.title, found.purpose, found.rules, found.minutes) == ("Café", "Écouter", "Un par un", 90)
        assert (found.languages, found.sequence) == (("fr", "ar"), 2)
        await planning.change(tx, exchange=exchange, by=host, capacity=9)
        assert (await exchanges.get(tx, exchange=exchange)).sequence == 2
        for wrong in ({"minutes": 0}, {"capacity": -1}, {"capacity": 10**6}, {"languages": []}, {"series": "x"}):
            with pytest.raises(Invalid):
                await planning.change(tx, exchange=exchange, by=host, **wrong)
        [guest] = await guests(tx, 1)
        with pytest.raises(Missing):
            await planning.change(tx, exchange=exchange, by=guest, title="Le mien")


async def test_nothing_changes_while_coordinators_read_it(store: Store, now: datetime) -> None:
    """What they agree to is what they read."""
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "civil")
        await seated(tx, "NE", "official")
        group = (await groups.by_country(tx, country="NE")).id
        member = await enrolled(tx)
        await groups.join(tx, group=group, person=member)
        exchange = await exchanges.draft(tx, by=member, kind="visit", group=group, title="Thé", purpose="Parler")
        await planning.change(tx, exchange=exchange, by=member, title="Café")
        await planning.propose(tx, exchange=exchange, by=member)
        with pytest.raises(Conflict):
            await planning.change(tx, exchange=exchange, by=member, title="Thé")


async def test_more_places_go_to_those_who_wait_in_their_order(store: Store, now: datetime) -> None:
    """They are offered at once, and no more than there are; fewer places take nobody's away."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, capacity=1)
        people = await guests(tx, 4)
        for person in people:
            await attendance.answer(tx, exchange=exchange, person=person, answer=YES)
        await due.take(tx)
        await planning.change(tx, exchange=exchange, by=host, capacity=3)
        stood = [(await attendance.get(tx, exchange=exchange, person=person)).standing for person in people]
        assert stood == [Standing.IN, Standing.OFFERED, Standing.OFFERED, Standing.WAITING]
        rows = [row for row in await due.take(tx) if row.kind == attendance.OFFER]
        assert {row.person for row in rows} == set(people[1:3])
        await planning.change(tx, exchange=exchange, by=host, capacity=2)
        assert (await attendance.get(tx, exchange=exchange, person=people[2])).standing is Standing.OFFERED
        await planning.change(tx, exchange=exchange, by=host, capacity=0)
        assert (await attendance.get(tx, exchange=exchange, person=people[3])).standing is Standing.OFFERED


async def test_a_training_names_both_who_convene_it(store: Store, now: datetime) -> None:
    """Without either of them it is not planned (R067)."""
    async with store.transaction(now) as tx:
        host = await seated(tx, "NE", "civil")
        group = (await groups.by_country(tx, country="NE")).id
        how = {"by": host, "kind": Kind.TRAINING, "group": group, "title": "Thé", "purpose": "Parler"}
        for given in ({}, {"host": "Une association"}, {"partner": "La brigade"}):
            with pytest.raises(Invalid):
                await exchanges.draft(tx, **how, **given)
        assert await exchanges.draft(tx, **how, host="Une association", partner="La brigade")


async def test_sides_are_looked_at_before_it_begins(store: Store, now: datetime) -> None:
    """Two days before, anew when it moves; soon, where it begins sooner than that."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx)
        found = await exchanges.get(tx, exchange=exchange)
        assert await _looked_at(tx, exchange) == found.starts_at - planning.BEFORE
        soon = (now + timedelta(hours=30)).replace(tzinfo=None)
        await planning.set_time(tx, exchange=exchange, by=host, local=soon, zone="UTC")
        assert await _looked_at(tx, exchange) == now + planning.SHORTEST


async def test_sides_are_looked_at_before_each_date(store: Store, now: datetime) -> None:
    """Of what is held every week, two days before each; of what is held once, once."""
    async with store.transaction(now) as tx:
        for rule, again in (("FREQ=WEEKLY;COUNT=3", timedelta(days=7)), ("", None)):
            await tx.run(groups.seats.delete())
            exchange, _host = await planned(tx, rule=rule)
            found = await exchanges.get(tx, exchange=exchange)
            await due.cancel(tx, kind=planning.SIDES_LOOKED_AT, subject=exchange)
            store_at = found.starts_at - planning.BEFORE
            later = replace(tx, now=store_at)
            await planning.look_again(later, found=found)
            expected = None if again is None else store_at + again
            assert await _looked_at(tx, exchange) == expected


async def _looked_at(tx: Tx, exchange: str) -> datetime | None:
    here = (due.due.c.kind == planning.SIDES_LOOKED_AT, due.due.c.subject == exchange)
    return await tx.scalar(select(due.due.c.at).where(*here))
