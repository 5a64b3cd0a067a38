"""What hangs on a series: who is missing, the texts of its phases, its link to a national one, its sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import (
    approvals,
    due,
    erasure,
    exchanges,
    gaps,
    groups,
    invitees,
    leads,
    outputs,
    planning,
    requests,
    series,
    sessions,
    widening,
)
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Kind
from network.gaps import Gaps
from network.outputs import Name
from network.series import Level, Phase
from network.store import Store, Tx
from tests.network.people import seated
from tests.network.test_series import WORDS, group_of, member, opened

TEXT = "Residents and the police see each other too rarely; both ask for an evening each month."


async def advanced(tx: Tx, found: str, by: str, to: Phase) -> None:
    """Lead a series to a phase."""
    while (await series.get(tx, series=found)).phase is not to:
        await series.advance(tx, series=found, by=by)


async def written(tx: Tx, found: str, by: str, agreed_by: str) -> outputs.Output:
    """Write the text of the phase and have it published."""
    kept = await outputs.write(tx, series=found, by=by, text=TEXT)
    asked = await outputs.publish(tx, series=found, by=by)
    await requests.settle(tx, approval=asked["approval"], by=agreed_by, agree=True)
    return kept


async def test_hosts_see_who_is_missing(store: Store, now: datetime) -> None:
    """A side or a group is missing while only hosts of it are there, a kind of body while nobody shows to be of it."""
    async with store.transaction(now) as tx:
        await seated(tx, "ML", "civil")
        neighbours = await group_of(tx, "ML")
        found, civil, official = await opened(tx, invited=[neighbours], services=["police", "courts"])
        home = await group_of(tx)
        everything = Gaps(("official", "civil"), tuple(sorted([home, neighbours])), ("police", "courts"))
        assert await gaps.of(tx, series=found, by=civil) == everything
        officer = await member(tx, side="official")
        await series.take_part(tx, series=found, person=officer)
        assert await gaps.of(tx, series=found, by=official) == Gaps(("civil",), (neighbours,), ("courts",))
        guest = await member(tx, country="ML")
        await series.take_part(tx, series=found, person=guest)
        assert await gaps.of(tx, series=found, by=official) == Gaps(services=("courts",))
        with pytest.raises(Missing):
            await gaps.of(tx, series=found, by=officer)


async def test_who_hides_their_service_does_not_show_by_what_is_missing(store: Store, now: datetime) -> None:
    """A judge whose service others do not see may say yes, and hosts read no sign of it."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx, services=["courts"])
        judge = await member(tx, side="official", service="courts")
        await series.take_part(tx, series=found, person=judge)
        assert (await gaps.of(tx, series=found, by=civil)).services == ()
        hidden = groups.members.update().where(groups.members.c.id == judge).values(visibility="private")
        await tx.run(hidden)
        assert (await gaps.of(tx, series=found, by=civil)).services == ("courts",)


async def test_each_workshop_leaves_a_text_of_both_sides(store: Store, now: datetime) -> None:
    """One plus four workshops: each text is kept, published once the other side agrees, and then stays."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx, level=Level.NATIONAL)
        for phase, name in outputs.WORKSHOPS.items():
            await advanced(tx, found, civil, phase)
            assert (await gaps.of(tx, series=found, by=civil)).output is name
            with pytest.raises(Conflict):
                await outputs.publish(tx, series=found, by=civil)
            kept = await written(tx, found, civil, official)
            assert (kept.name, (await gaps.of(tx, series=found, by=civil)).output) == (name, None)
            for act in (
                outputs.write(tx, series=found, by=civil, text=TEXT),
                outputs.publish(tx, series=found, by=civil),
            ):
                with pytest.raises(Conflict):
                    await act
        assert [each.name for each in await outputs.published(tx, series=found)] == [*Name]


async def test_nothing_is_published_by_one_side(store: Store, now: datetime) -> None:
    """The other side's no leaves the text with the hosts; while it decides nobody changes what it reads."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx, level=Level.NATIONAL)
        await outputs.write(tx, series=found, by=civil, text=TEXT)
        asked = await outputs.publish(tx, series=found, by=civil)
        assert asked["deciders"] == [official]
        with pytest.raises(Conflict):
            await outputs.write(tx, series=found, by=official, text=TEXT + TEXT)
        await requests.settle(tx, approval=asked["approval"], by=official, agree=False, reason="Too early.")
        assert await outputs.published(tx, series=found) == []
        again = await outputs.write(tx, series=found, by=official, text=TEXT + TEXT)
        assert (await outputs.draft(tx, series=found, by=civil)) == again
        with pytest.raises(Missing):
            await outputs.draft(tx, series=found, by=await member(tx))


@pytest.mark.parametrize("text", ["", "Too short.", "x" * 3001])
async def test_a_text_has_a_length(store: Store, now: datetime, text: str) -> None:
    """Neither a word nor a book is kept."""
    async with store.transaction(now) as tx:
        found, civil, _official = await opened(tx, level=Level.NATIONAL)
        with pytest.raises(Invalid):
            await outputs.write(tx, series=found, by=civil, text=text)


async def test_a_local_one_leaves_a_summary_only(store: Store, now: datetime) -> None:
    """Before the review of a local series there is nothing to write; its summary is what is missing then."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        with pytest.raises(Conflict):
            await outputs.write(tx, series=found, by=civil, text=TEXT)
        await advanced(tx, found, civil, Phase.REVIEW)
        assert (await gaps.of(tx, series=found, by=civil)).output is Name.SUMMARY
        assert (await written(tx, found, civil, official)).name is Name.SUMMARY


async def test_what_both_published_outlives_who_wrote_it(store: Store, now: datetime) -> None:
    """Erased, a host takes along what only they wrote; the text of both sides stays without them."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx, level=Level.NATIONAL)
        await written(tx, found, civil, official)
        await advanced(tx, found, official, Phase.UNDERSTAND)
        kept = await outputs.write(tx, series=found, by=civil, text=TEXT)
        await outputs.publish(tx, series=found, by=civil)
        assert await approvals.is_any_pending(tx, subject=kept.id)
        assert await outputs.copy(tx, person=civil) == [TEXT, TEXT]
        await erasure.erase(tx, person=civil)
        assert [(each.name, each.by) for each in await outputs.published(tx, series=found)] == [(Name.OPENING, "")]
        assert await outputs.draft(tx, series=found, by=official) is None
        assert not await approvals.is_any_pending(tx, subject=kept.id)


async def national(tx: Tx) -> tuple[str, str, str]:
    """Open a national series of Niger in the group of Mali; return it and its hosts."""
    civil, official = await seated(tx, "ML", "civil"), await seated(tx, "ML", "official")
    how = {"level": Level.NATIONAL, "places": ["NE"], **WORDS}
    asked = await series.open_one(tx, by=civil, group=await group_of(tx, "ML"), **how)
    await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
    return asked["id"], civil, official


async def test_a_local_series_is_linked_to_a_national_one(store: Store, now: datetime) -> None:
    """A local host asks, both sides of the national one agree, and a host of either takes it back."""
    async with store.transaction(now) as tx:
        local, here, _other = await opened(tx, places=["NE"])
        wide, civil, official = await national(tx)
        assert [each.id for each in await widening.candidates(tx, series=local, by=here)] == [wide]
        asked = await widening.ask(tx, series=local, by=here, national=wide)
        assert set(asked["deciders"]) == {civil, official}
        await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        assert (await series.get(tx, series=local)).parent is None
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        assert (await series.get(tx, series=local)).parent == wide
        assert [each.id for each in await series.locals_of(tx, national=wide)] == [local]
        with pytest.raises(Conflict):
            await widening.ask(tx, series=local, by=here, national=wide)
        with pytest.raises(Missing):
            await widening.undo(tx, local=local, by=await member(tx))
        await widening.undo(tx, local=local, by=official)
        assert (await series.get(tx, series=local)).parent is None


async def test_only_hosts_link_and_only_what_fits(store: Store, now: datetime) -> None:
    """Nobody but a host asks; a series of other countries, or one that is over, is no candidate."""
    async with store.transaction(now) as tx:
        local, here, _other = await opened(tx, places=["BF"])
        wide, civil, _official = await national(tx)
        assert await widening.candidates(tx, series=local, by=here) == []
        with pytest.raises(Missing):
            await widening.ask(tx, series=local, by=civil, national=wide)
        with pytest.raises(Conflict):
            await widening.ask(tx, series=wide, by=civil, national=wide)
        await series.end(tx, series=wide, by=civil)
        with pytest.raises(Conflict):
            await widening.ask(tx, series=local, by=here, national=wide)


async def test_a_link_that_came_too_late_is_gone(store: Store, now: datetime) -> None:
    """Where the national one ended before its hosts decided, their yes links nothing."""
    async with store.transaction(now) as tx:
        local, here, _other = await opened(tx, places=["NE"])
        wide, civil, official = await national(tx)
        asked = await widening.ask(tx, series=local, by=here, national=wide)
        await requests.settle(tx, approval=asked["approval"], by=civil, agree=True)
        await series.end(tx, series=wide, by=civil)
        settled = await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        assert settled["state"] == requests.GONE
        assert (await series.get(tx, series=local)).parent is None


async def test_a_session_is_for_those_who_are_in_it(store: Store, now: datetime) -> None:
    """A host plans it with no other word; the other one hosts it too, and who says yes later is invited as well."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx, rules="We speak in turn.", about=["com.dialogue"])
        given = {"kind": Kind.DIALOGUE, "zone": "Africa/Niamey"}
        session = await sessions.plan(tx, series=found, by=civil, **given)
        planned = await exchanges.get(tx, exchange=session)
        assert (planned.state, planned.series) == (exchanges.State.AGREEING, found)
        assert set(planned.hosts) == {civil, official}
        assert (planned.purpose, planned.rules, planned.topics) == (
            WORDS["purpose"],
            "We speak in turn.",
            ("com.dialogue",),
        )
        late, never = await member(tx), await member(tx)
        assert not await invitees.is_invited(tx, found=planned, person=late)
        await series.take_part(tx, series=found, person=late)
        assert await invitees.is_invited(tx, found=planned, person=late)
        assert not await invitees.is_invited(tx, found=planned, person=never)
        with pytest.raises(Missing):
            await sessions.plan(tx, series=found, by=late, **given)
        local = (now + timedelta(days=9)).replace(tzinfo=None)
        await planning.set_time(tx, exchange=session, by=civil, local=local, zone="Africa/Niamey")
        seen = [len(await sessions.upcoming(tx, series=found, person=each)) for each in (late, never, official)]
        assert seen == [1, 0, 1]
        await series.end(tx, series=found, by=official)
        with pytest.raises(Conflict):
            await sessions.plan(tx, series=found, by=civil, **given)


async def test_a_host_passes_the_lead_on(store: Store, now: datetime) -> None:
    """The next seat of their side leads it then and hears of it; with nobody else there, a host stays."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        with pytest.raises(Forbidden):
            await leads.pass_on(tx, series=found, by=civil)
        deputy = await seated(tx, "NE", "civil", rank="deputy")
        with pytest.raises(Missing):
            await leads.pass_on(tx, series=found, by=deputy)
        await leads.pass_on(tx, series=found, by=civil)
        assert (await series.get(tx, series=found)).hosts == (deputy, official)
        assert await series.is_in(tx, series=found, person=civil)
        assert (leads.NAMED, found, deputy) in {(each.kind, each.subject, each.person) for each in await due.take(tx)}


async def test_a_vacant_lead_is_taken_up_by_that_side(store: Store, now: datetime) -> None:
    """Where a host was erased with nobody to follow, whoever is seated later takes it up, and only for their side."""
    async with store.transaction(now) as tx:
        found, civil, official = await opened(tx)
        await erasure.erase(tx, person=civil)
        deputy, other = await seated(tx, "NE", "official", rank="deputy"), await member(tx)
        later = await seated(tx, "NE", "civil")
        vacant = [await leads.is_vacant(tx, series=found, person=each) for each in (deputy, other, official, later)]
        assert vacant == [False, False, False, True]
        for person in (deputy, other, official):
            with pytest.raises(Conflict):
                await leads.take_up(tx, series=found, by=person)
        await leads.take_up(tx, series=found, by=later)
        assert (await series.get(tx, series=found)).hosts == (later, official)
        with pytest.raises(Conflict):
            await leads.take_up(tx, series=found, by=later)
