"""Shutdowns: how a country is seen to be cut off, what is held meanwhile, and what comes later."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from network import (
    addresses,
    appeals,
    audit,
    contents,
    conversations,
    darkness,
    dispatch,
    due,
    mailings,
    outbox,
    questions,
    shutdowns,
)
from network.conversations import Conversation
from network.dispatch import Limits, Outcome
from network.members import members
from network.outbox import DARK, Post, Stage
from network.rates import Limit
from network.shutdowns import Sample, came_back, went_dark
from network.store import Store, Tx
from tests.network.people import enrolled

FREE = Limit(1_000_000, 1.0, 1_000_000)
HERE = {"channel": "whatsapp", "account": "main"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNDELIVERED = ("131026",)

GOOD = Sample(100, 95)
# here: written, reached, heard; elsewhere: written, reached; is it dark?
TABLE = {
    "nothing arrives": (Sample(10, 0), GOOD, True),
    "six of ten do not": (Sample(10, 4), GOOD, True),
    "five of ten do not": (Sample(10, 5), GOOD, False),
    "too few to say": (Sample(9, 0), GOOD, False),
    "somebody writes from there": (Sample(50, 0, heard=True), GOOD, False),
    "nothing arrives anywhere: our fault": (Sample(50, 0), Sample(50, 5), False),
    "elsewhere a third is lost": (Sample(50, 0), Sample(100, 66), False),
    "elsewhere three of ten are lost": (Sample(50, 0), Sample(10, 7), True),
    "nobody elsewhere to compare with": (Sample(50, 0), Sample(9, 9), False),
    "nothing was sent": (Sample(), GOOD, False),
}


@pytest.mark.parametrize("name", TABLE)
def test_went_dark(name: str) -> None:
    """A country is cut off when most there are not reached, nobody writes from there, and elsewhere all is well."""
    here, elsewhere, expected = TABLE[name]
    assert went_dark(here, elsewhere) is expected


@pytest.mark.parametrize(
    ("here", "expected"), [(Sample(10, 7), True), (Sample(10, 6), False), (Sample(1, 1), True), (Sample(), False)]
)
def test_came_back(here: Sample, expected: bool) -> None:
    """A dark country is back when seven of ten messages since have arrived."""
    assert came_back(here) is expected


async def reached(tx: Tx, country: str, *, stages: list[Stage], sent_at: datetime, error: str = "") -> list[str]:
    """Let people of a country have been written to, with what became of it; return their ids."""
    people = []
    for stage in stages:
        person = await enrolled(tx, country=country)
        at = await addresses.meet(tx, external=person, **HERE)
        early = update(addresses.addresses).where(addresses.addresses.c.id == at.id)
        await tx.run(early.values(person=person, last_inbound_at=sent_at - DAY))
        [row] = await outbox.put(tx, posts=[Post(at.id, body="{}", urgency=3, **HERE)])
        gone = update(outbox.outbox).where(outbox.outbox.c.id == row)
        await tx.run(gone.values(stage=stage, sent_at=sent_at, error=error if stage is Stage.FAILED else ""))
        people.append(person)
    return people


async def look(tx: Tx) -> dict[str, bool]:
    """Look whether a country went dark or came back."""
    return await shutdowns.observe(tx, channels=["whatsapp"], undelivered=UNDELIVERED)


async def test_a_country_goes_dark_and_comes_back(store: Store, now: datetime) -> None:
    """What does not arrive in one country, and does elsewhere, marks it dark, until it arrives after all."""
    sent_at = now - 30 * MINUTE
    async with store.transaction(now) as tx:
        await reached(tx, "NE", stages=[Stage.SENT] * 9 + [Stage.FAILED], sent_at=sent_at, error="131026")
        await reached(tx, "SN", stages=[Stage.DELIVERED] * 8 + [Stage.READ] * 4, sent_at=sent_at)
        assert await look(tx) == {"NE": True}
        assert await look(tx) == {}
        assert await darkness.standing(tx) == [darkness.Darkness("NE", sent_at)]
    async with store.transaction(now + 5 * HOUR) as tx:
        assert await look(tx) == {}
        late = update(outbox.outbox).where(outbox.outbox.c.stage == Stage.SENT)
        await tx.run(late.values(stage=Stage.DELIVERED))
        assert await look(tx) == {"NE": False}
        assert await audit.counts(tx) == {"country_dark": 1, "country_light": 1}


async def test_what_says_nothing(store: Store, now: datetime) -> None:
    """A message of the last quarter of an hour, an opt-out, and a channel that tells nothing are no signs."""
    async with store.transaction(now) as tx:
        await reached(tx, "SN", stages=[Stage.DELIVERED] * 12, sent_at=now - 30 * MINUTE)
        await reached(tx, "NE", stages=[Stage.SENT] * 12, sent_at=now - 10 * MINUTE)
        await reached(tx, "ML", stages=[Stage.FAILED] * 12, sent_at=now - 30 * MINUTE, error="131050")
        await reached(tx, "TD", stages=[Stage.SENT] * 12, sent_at=now - 30 * MINUTE)
        of_chad = select(members.c.id).where(members.c.country == "TD")
        theirs = select(addresses.addresses.c.id).where(addresses.addresses.c.person.in_(of_chad))
        await tx.run(update(outbox.outbox).where(outbox.outbox.c.address.in_(theirs)).values(channel="telegram"))
        assert await look(tx) == {}


async def test_a_word_brings_it_back(store: Store, now: datetime) -> None:
    """The first message from a dark country makes it light; one from elsewhere does not."""
    async with store.transaction(now) as tx:
        [awa] = await reached(tx, "NE", stages=[Stage.SENT], sent_at=now - HOUR)
        [moussa] = await reached(tx, "ML", stages=[Stage.SENT], sent_at=now - HOUR)
        await shutdowns.darken(tx, country="NE", by="steward")
    async with store.transaction(now + DAY) as tx:
        await shutdowns.heard(tx, writers={("whatsapp", "main"): [moussa], ("telegram", "main"): [awa]})
        assert await darkness.is_dark(tx, country="NE")
        await shutdowns.heard(tx, writers={("whatsapp", "main"): [moussa, awa]})
        assert not await darkness.is_dark(tx, country="NE")


async def test_what_is_held(store: Store, now: datetime) -> None:
    """In the dark answers go and news is held; back in the light each hears once what waited, and lets it come."""
    limits = Limits(account=FREE, chat=FREE)
    async with store.transaction(now) as tx:
        people = {
            country: (await reached(tx, country, stages=[Stage.READ], sent_at=now))[0] for country in ("NE", "ML")
        }
        for person in people.values():
            [at] = await addresses.of(tx, person=person)
            posts = [Post(at.id, body=body, urgency=rank, **HERE) for rank, body in ((0, "answer"), (3, "news"))]
            soon = Post(at.id, body="soon over", urgency=3, **HERE)
            *_, short = await outbox.put(tx, posts=[*posts, soon])
            brief = update(outbox.outbox).where(outbox.outbox.c.id == short)
            await tx.run(brief.values(expires_at=now + HOUR))
        await shutdowns.darken(tx, country="NE")
    async with store.transaction(now) as tx:
        taken = (await dispatch.claim(tx, limits=limits, limit=50, **HERE)).calls
        assert sorted(call.body for call in taken) == ["answer", "answer", "news", "soon over"]
        await dispatch.record(tx, channel="whatsapp", outcomes=[Outcome(call, Stage.SENT) for call in taken])
        [at] = await addresses.of(tx, person=people["NE"])
        await outbox.release(tx, externals=[people["NE"]], **HERE)
        held = select(outbox.outbox.c.id).where(outbox.outbox.c.address == at.id, outbox.outbox.c.error == DARK)
        assert len(await tx.all(held.where(outbox.outbox.c.stage == Stage.HELD))) == 2
    async with store.transaction(now + 2 * DAY) as tx:
        assert await shutdowns.withheld(tx, person=people["NE"]) == ["news"]
        await shutdowns.lighten(tx, country="NE")
        assert [(row.kind, row.person) for row in await due.take(tx)] == [(shutdowns.RETURN, people["NE"])]
        assert await shutdowns.let_go(tx, person=people["NE"]) == 1
        assert await shutdowns.withheld(tx, person=people["NE"]) == []
        [call] = (await dispatch.claim(tx, limits=limits, limit=50, **HERE)).calls
        assert (call.body, call.address) == ("news", at.id)


async def test_what_was_stopped_does_not_wait(store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a mailing that was stopped nothing is told on return, also where so many are held that a stop leaves some."""
    monkeypatch.setattr(mailings, "AT_ONCE", 0)
    limits = Limits(account=FREE, chat=FREE)
    async with store.transaction(now) as tx:
        person = (await reached(tx, "NE", stages=[Stage.READ], sent_at=now))[0]
        which = [await contents.keep(tx, body) for body in ("stopped", "news")]
        for mailing, content in zip(("m", "n"), which, strict=True):
            people = select(members.c.id).where(members.c.id == person)
            texts = {"contents": {"fr": content}, "fallback": "fr"}
            assert await mailings.send(tx, mailing=mailing, people=people, urgency=3, quiet=False, **texts) == 1
        await shutdowns.darken(tx, country="NE")
    async with store.transaction(now) as tx:
        assert (await dispatch.claim(tx, limits=limits, limit=50, **HERE)).calls == []
        assert sorted(await shutdowns.withheld(tx, person=person)) == ["news", "stopped"]
        await mailings.stop(tx, mailing="m")
        assert await shutdowns.withheld(tx, person=person) == ["news"]


async def test_deadlines_come_later(store: Store, now: datetime) -> None:
    """A question stays open, and a prompt waits, longer by the dark time of whoever it concerns."""
    async with store.transaction(now) as tx:
        here, there = await enrolled(tx), await enrolled(tx, country="ML")
        for person in (here, there):
            talk = Conversation(person, person, "ask", conversations.State.ACTIVE, {}, {}, now + 2 * DAY, now)
            await conversations.begin(tx, conversation=talk)
        await shutdowns.darken(tx, country="NE")
    async with store.transaction(now + 10 * DAY) as tx:
        await shutdowns.lighten(tx, country="NE")
        deadlines = [(await conversations.of(tx, person=person))[0].deadline for person in (here, there)]
        assert deadlines == [now + 12 * DAY, now + 2 * DAY]
        await questions.put_off(tx, country="NE", by=DAY)  # nobody asked anything: nothing breaks
        assert appeals.WINDOW == 3 * DAY


async def test_later(store: Store, now: datetime) -> None:
    """Only what was dark before a deadline puts it off, one darkness after the other; what came after does not."""
    for begin, end in ((0, 1), (3, 5), (20, 30)):
        async with store.transaction(now + begin * DAY) as tx:
            await shutdowns.darken(tx, country="NE")
        async with store.transaction(now + end * DAY) as tx:
            await shutdowns.lighten(tx, country="NE")
    async with store.transaction(now + 40 * DAY) as tx:
        for since, wanted, expected in ((0, 2.5, 5.5), (2, 3, 3), (2, 4, 6), (4, 6, 7), (0, 18, 31), (31, 32, 32)):
            at = {"since": now + since * DAY, "instant": now + wanted * DAY}
            assert await darkness.later(tx, country="NE", **at) == now + expected * DAY
