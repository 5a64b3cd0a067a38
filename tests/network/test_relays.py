"""Relays: what passes between two, when, and what is left of it; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from network import (
    allies,
    approvals,
    due,
    erasure,
    files,
    links,
    mentoring,
    relayed,
    relays,
    reports,
    requests,
    swaps,
)
from network.errors import Conflict, Invalid, Missing
from network.relays import End, Over, Place
from network.store import Store, Tx
from tests.network.people import enrolled, seated
from tests.network.test_erasure import everything

TOPIC = "com.dialogue"
CANARY = "Canary"


async def talking(tx: Tx, kind: str = "ally", **how: object) -> tuple[Place, Place]:
    """Let two members talk and return where each is."""
    one, other = await enrolled(tx, name=f"{CANARY} Awa"), await enrolled(tx, side="official", service="police")
    ends = (End(one, f"{CANARY} Baobab", 1), End(other, "=dune", 1))
    return await relays.open_up(tx, kind=kind, topic=TOPIC, ends=ends, **how)


async def due_of(tx: Tx, kind: str) -> list[tuple[str, str | None]]:
    """Take what is due, and return the subjects and persons of one kind."""
    return [(row.subject, row.person) for row in await due.take(tx) if row.kind == kind]


async def count(tx: Tx, table) -> int:
    """Return how many rows a table has."""
    return int(await tx.scalar(select(func.count()).select_from(table)))


async def test_a_message_passes_once(store: Store, now: datetime) -> None:
    """It is due to the other at once, is taken once, and waits a day for whoever cannot be reached."""
    async with store.transaction(now) as tx:
        one, other = await talking(tx)
        message = await relayed.pass_on(tx, end=one.end, person=one.person, text="Bonjour")
        assert await due_of(tx, relayed.ON_ITS_WAY) == [(message, other.person)]
        assert await relayed.take(tx, message=message, reachable=False) is None
    async with store.transaction(now + relayed.LATER) as tx:
        assert await due_of(tx, relayed.ON_ITS_WAY) == [(message, other.person)]
        taken = await relayed.take(tx, message=message, reachable=True)
        assert taken is not None
        assert (taken.to, taken.by, taken.text, taken.number) == (other.person, one.person, "Bonjour", 1)
        assert await relayed.take(tx, message=message, reachable=True) is None
        assert (await relayed.see(tx, end=other.end))["messages"] == []
        assert [each.mine for each in await relayed.latest(tx, end=one.end)] == [True]
        assert [each.mine for each in await relayed.latest(tx, end=other.end)] == [False]


async def test_what_is_seen_here_is_not_sent_again(store: Store, now: datetime) -> None:
    """Whoever opens the conversation reads what had not reached them, and gets it no second time."""
    async with store.transaction(now) as tx:
        one, other = await talking(tx)
        message = await relayed.pass_on(tx, end=one.end, person=one.person, text="Bonjour")
        assert await relayed.unread(tx, end=other.end) == 1
        assert (await relayed.see(tx, end=other.end))["messages"] == [message]
        assert await relayed.unread(tx, end=other.end) == 0
        assert await due_of(tx, relayed.ON_ITS_WAY) == []


async def test_a_file_passes_when_it_has_come(store: Store, now: datetime) -> None:
    """Before that nothing is due; of one that does not come the message is forgotten."""
    source = {"channel": "telegram", "account": "main", "ref": "r", "mime": "", "size": 0, "name": ""}
    async with store.transaction(now) as tx:
        one, other = await talking(tx)
        good, bad = [await files.want(tx, person=one.person, kind="document", source=source) for _ in range(2)]
        message = await relayed.pass_on(tx, end=one.end, person=one.person, file=good)
        await relayed.pass_on(tx, end=one.end, person=one.person, file=bad)
        assert await due_of(tx, relayed.ON_ITS_WAY) == []
        assert await relayed.unread(tx, end=other.end) == 0
        await files.came(tx, file=good, mime="application/pdf", size=9)
        await relayed.arrived(tx, file=good)
        assert await due_of(tx, relayed.ON_ITS_WAY) == [(message, other.person)]
        lost = await relayed.lost(tx, file=bad)
        assert lost is not None
        assert (lost.id, await count(tx, relayed.relayed)) == (one.end, 1)
        assert await relayed.lost(tx, file=bad) is None


async def test_nobody_writes_in_the_place_of_another_or_after_the_end(store: Store, now: datetime) -> None:
    """Strangers and the other one are refused at an end; after it both are, and the other hears of it once."""
    async with store.transaction(now) as tx:
        one, other = await talking(tx)
        stranger = await enrolled(tx)
        late = await relayed.pass_on(tx, end=one.end, person=one.person, text="Bonjour")
        for person in (other.person, stranger):
            for act in (
                relayed.pass_on(tx, end=one.end, person=person, text="x"),
                relays.finish(tx, end=one.end, person=person),
                swaps.offer(tx, end=one.end, person=person, contact="x"),
                swaps.take_back(tx, end=one.end, person=person),
                reports.report(tx, end=one.end, by=person, why="x", shown=[]),
                mentoring.answer(tx, end=one.end, person=person, going="well"),
            ):
                with pytest.raises(Missing):
                    await act
        await relays.finish(tx, end=one.end, person=one.person, block=True)
        await relays.close(tx, relay=(await relays.get(tx, end=one.end)).relay)
        for place in (one, other):
            with pytest.raises(Over):
                await relayed.pass_on(tx, end=place.end, person=place.person, text="x")
            with pytest.raises(Over):
                await swaps.offer(tx, end=place.end, person=place.person, contact="x")
            assert await relays.mine(tx, person=place.person) == []
        assert await relayed.take(tx, message=late, reachable=True) is None
        assert await due_of(tx, relays.ENDED) == [(other.end, other.person)]
        assert await count(tx, allies.blocks) == 1


async def test_contacts_pass_to_both_or_to_nobody(store: Store, now: datetime) -> None:
    """Until both offered nothing is due; taken back in time nothing passes; what was given is kept no longer."""
    async with store.transaction(now) as tx:
        one, other = await talking(tx)
        relay = (await relays.get(tx, end=one.end)).relay
        assert await swaps.offer(tx, end=one.end, person=one.person, contact="+216 1") is False
        assert await due_of(tx, swaps.BOTH) == []
        assert await swaps.take(tx, relay=relay) == []
        await swaps.take_back(tx, end=one.end, person=one.person)
        assert await swaps.offer(tx, end=other.end, person=other.person, contact="@x") is False
        assert await swaps.offer(tx, end=one.end, person=one.person, contact="+216 1") is True
        assert await due_of(tx, swaps.BOTH) == [(relay, one.person)]
        assert set(await swaps.people(tx, relay=relay)) == {one.person, other.person}
        given = {each.person: (each.name, each.contact, each.number) for each in await swaps.take(tx, relay=relay)}
        assert given == {one.person: ("=dune", "@x", 1), other.person: (f"{CANARY} Baobab", "+216 1", 1)}
        assert await swaps.take(tx, relay=relay) == []
        assert [row.contact for row in await tx.all(select(relays.ends))] == [None, None]
        assert (await relays.get(tx, end=one.end)).swapped
        with pytest.raises(Conflict):  # what passed is not said to be taken back
            await swaps.take_back(tx, end=one.end, person=one.person)


async def test_a_report_bars_the_other_or_leaves_it_as_it_is(store: Store, now: datetime) -> None:
    """Coordinators see what was chosen of the other's words; neither of the two decides; a yes changes nothing."""
    async with store.transaction(now) as tx:
        judges = [await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")]
        one, other = await talking(tx)
        said = [
            await relayed.pass_on(tx, end=place.end, person=place.person, text=text)
            for place, text in ((other, "Bonjour"), (other, "Traître"), (one, "Pourquoi ?"))
        ]
        for message in said:
            await relayed.take(tx, message=message, reachable=True)
        with pytest.raises(Invalid):
            await reports.report(tx, end=one.end, by=one.person, why="x", shown=[said[1]] * (reports.MOST_SHOWN + 1))
        for agree in (True, False):
            what = {"end": one.end, "by": one.person, "why": "Il m’insulte.", "shown": said[1:]}
            made = await reports.report(tx, **what)
            assert set(made["deciders"]) == set(judges)
            (request,) = await requests.pending(tx, person=judges[0], language="fr")
            assert [each.text for each in request.what.shown] == ["Traître"]
            settled = await requests.settle(
                tx, approval=made["approval"], by=judges[0], agree=agree, reason="Cela ne va pas."
            )
            assert settled["tell"] == (one if agree else other).person
            assert await approvals.wish(tx, approval=made["approval"]) == {}
            assert (await relays.get(tx, end=one.end)).ended is not agree
        assert await allies.is_barred(tx, person=other.person)
        assert not await allies.is_barred(tx, person=one.person)


@pytest.mark.parametrize("who", ["one", "other"])
async def test_erased_means_erased(store: Store, now: datetime, who: str) -> None:
    """Nothing of whoever leaves stays, words of either included; the other keeps a number, and hears that it ended."""
    source = {"channel": "telegram", "account": "main", "ref": CANARY, "mime": "", "size": 0, "name": ""}
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "civil")
        places = dict(zip(("one", "other"), await talking(tx), strict=True))
        gone, stays = places.pop(who), next(iter(places.values()))
        for place in (gone, stays):
            file = await files.want(tx, person=place.person, kind="voice", source=source)
            await relayed.pass_on(tx, end=place.end, person=place.person, text=CANARY, file=file)
            shown = await relayed.pass_on(tx, end=place.end, person=place.person, text=CANARY)
            await relayed.take(tx, message=shown, reachable=True)
            await swaps.offer(tx, end=place.end, person=place.person, contact=CANARY)
            await swaps.take_back(tx, end=place.end, person=place.person)
        await reports.report(tx, end=stays.end, by=stays.person, why=CANARY, shown=[])
        await allies.offer_only(tx, person=gone.person, kind="ally", topics=[TOPIC])
        await allies.block(tx, person=gone.person, other=stays.person)
        await allies.bar(tx, person=gone.person)
        (copied,) = (await erasure.export(tx, person=gone.person))["relays"]
        assert copied["wrote"] == [CANARY, CANARY]
        await erasure.erase(tx, person=gone.person)
        left = await everything(tx)
        assert gone.person not in left
        assert gone.end not in left
        for table in (relayed.relayed, approvals.approvals, allies.blocks, allies.bars):
            assert await count(tx, table) == 0, table.name
        assert await due_of(tx, relays.ENDED) == [(stays.end, stays.person)]
        found = await relays.numbered(tx, person=stays.person, number=stays.number)
        assert found is not None
        assert (found.ended, found.other, found.other_person) == (True, "", "")
        assert [each.kind for each in await files.of(tx, person=stays.person)] == []
    async with store.transaction(now + relays.KEEP + timedelta(seconds=1)) as tx:
        assert await relays.sweep(tx) == 1
        assert stays.end not in await everything(tx)


async def test_two_memberships_talk_as_one_and_never_with_themselves(store: Store, now: datetime) -> None:
    """Conversations get numbers of their own for the one who stays; one between the two ends."""
    async with store.transaction(now) as tx:
        (old, friend), (new, stranger) = await talking(tx), await talking(tx)
        ends = (End(old.person, "=star", 1), End(new.person, "=dune", 1))
        await relays.open_up(tx, kind="ally", topic=TOPIC, ends=ends)
        await links._hand_over(tx, old.person, new.person)
        await erasure.erase(tx, person=old.person)
        mine = await relays.mine(tx, person=new.person)
        assert min(each.number for each in mine) == 1
        assert {each.other_person for each in mine} == {friend.person, stranger.person}
        message = await relayed.pass_on(tx, end=old.end, person=new.person, text="Bonjour")
        taken = await relayed.take(tx, message=message, reachable=True)
        assert taken is not None
        assert taken.to == friend.person


async def test_a_mentoring_is_asked_every_month_and_ends(store: Store, now: datetime) -> None:
    """Both are asked after each month, told at its end, and two weeks later it ends by itself."""
    async with store.transaction(now) as tx:
        places = await talking(tx, "mentor", goal="But", until=mentoring.until(now, 3))
        await mentoring.begin(tx, places=places, months=3)
        with pytest.raises(Invalid):
            await mentoring.answer(tx, end=places[0].end, person=places[0].person, going="thanked")
    people = sorted(place.person for place in places)
    for days, kind in ((31, mentoring.CHECK), (62, mentoring.CHECK), (93, mentoring.TIME)):
        async with store.transaction(now + timedelta(days=days)) as tx:
            told = await due_of(tx, kind)
            assert sorted(person or "" for _subject, person in told) == people
            for subject, _person in told:
                asked = await mentoring.asked(tx, subject=subject)
                assert asked is not None
                assert asked.goal == "But"
    async with store.transaction(now + timedelta(days=92) + relays.THANKS) as tx:
        assert await relays.sweep(tx) == 0
        assert (await relays.get(tx, end=places[0].end)).ended is False
    async with store.transaction(now + timedelta(days=93) + relays.THANKS) as tx:
        await relays.sweep(tx)
        assert (await relays.get(tx, end=places[0].end)).ended
        assert await mentoring.asked(tx, subject=places[0].end) is None


async def test_messages_go_a_month_after_they_passed(store: Store, now: datetime) -> None:
    """What waited for long is kept a month from when it passed; a file goes with its message."""
    async with store.transaction(now) as tx:
        one, _other = await talking(tx)
        message = await relayed.pass_on(tx, end=one.end, person=one.person, text="Bonjour")
    async with store.transaction(now + timedelta(days=20)) as tx:
        assert await relayed.take(tx, message=message, reachable=True)
    for days, left in ((49, 1), (51, 0)):
        async with store.transaction(now + timedelta(days=days)) as tx:
            await relayed.sweep(tx)
            assert await count(tx, relayed.relayed) == left
