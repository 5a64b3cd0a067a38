"""Detours: a provider stops an account; the others carry on, and nobody gets anything twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.accounts import links_of
from bot.detours import Detours
from handlers.language import Translator
from handlers.messages import Outgoing, read, write
from network import addresses, contents, detours, dispatch, due, mailings, members, outbox, reach, stops
from network.dispatch import Limits
from network.members import State
from network.outbox import Post, Stage
from network.rates import Limit
from network.reach import Reach
from network.store import Store, Tx
from tests.bot.fake_channel import FakeChannel
from tests.network.people import enrolled

NUMBER, SECOND, BOT = ("whatsapp", "main"), ("whatsapp", "tunis"), ("telegram", "main")
WAYS = {NUMBER: "22720000000", SECOND: "21670000000", BOT: "JisrBot"}
FREE = Limit(1_000_000, 1.0, 1_000_000)
LATER = timedelta(minutes=1)


@pytest.fixture
def mover() -> Detours:
    """Return the act, with three accounts."""
    channels = {account: FakeChannel(name=account[0], account=account[1]) for account in WAYS}
    return Detours(channels, Translator.load(), WAYS)


async def person(tx: Tx, *accounts: tuple[str, str]) -> tuple[str, list[str]]:
    """Make a member with an address on each account, the last used first; return them."""
    found = await enrolled(tx, language="fr")
    ids = []
    for place, (channel, account) in enumerate(accounts):
        at = await addresses.meet(tx, channel=channel, account=account, external=f"{channel}-{found}")
        early = addresses.addresses.update().where(addresses.addresses.c.id == at.id)
        await tx.run(early.values(person=found, last_inbound_at=tx.now - timedelta(hours=place)))
        ids.append(at.id)
    return found, ids


async def put(tx: Tx, address: str, account: tuple[str, str], *messages: Outgoing) -> list[str]:
    """Queue messages to an address; return their ids."""
    channel, name = account
    return await outbox.put(tx, posts=[Post(address, channel, name, write(message), urgency=3) for message in messages])


async def waiting(tx: Tx, address: str) -> list[str]:
    """Return the texts that wait for an address, in order."""
    table = outbox.outbox.c
    query = select(table.id, table.body).where(table.address == address, table.stage == Stage.QUEUED)
    rows = await tx.all(query.where(table.body.is_not(None)).order_by(table.seq))
    return [read(tx.seal.open("outbox.body", row.id, row.body)).text for row in rows]


async def test_what_waits_goes_elsewhere(store: Store, now: datetime, mover: Detours) -> None:
    """What waits for a stopped account goes once to where else its person is, cut as that app needs it."""
    async with store.transaction(now) as tx:
        _, (number, bot) = await person(tx, NUMBER, BOT)
        _, (alone,) = await person(tx, NUMBER)
        edit, taken_back = Outgoing("edit", replaces="r1", edit_only=True), Outgoing(deletes=("r2",))
        _, lost, *_ = await put(
            tx,
            number,
            NUMBER,
            Outgoing("one\n\ntwo"),
            Outgoing("lost"),
            edit,
            taken_back,
            Outgoing("new", replaces="r3"),
        )
        await tx.run(outbox.outbox.update().where(outbox.outbox.c.id == lost).values(ambiguous=True))
        await put(tx, alone, NUMBER, Outgoing("alone"))
        assert await stops.stop(tx, channel="whatsapp", account="main", code="131031")
        assert [(row.kind, row.subject) for row in await due.take(tx)] == [(stops.DETOUR, "whatsapp/main")]
    for _ in range(3):
        async with store.transaction(now + LATER) as tx:
            await mover.act(tx, "whatsapp/main")
    async with store.reading(now + LATER) as tx:
        moved = await waiting(tx, bot)
        assert sorted(moved) == ["new", "one", "two"]
        assert moved.index("one") < moved.index("two")
        assert await waiting(tx, number) == ["lost"]
        assert await waiting(tx, alone) == ["alone"]
        gone = select(outbox.outbox.c.error).where(outbox.outbox.c.address == number)
        assert [row.error for row in await tx.all(gone.where(outbox.outbox.c.stage == Stage.FAILED))] == ["moved"] * 2
        assert await detours.cut(tx, account=NUMBER, open_accounts=WAYS) == detours.Cut(elsewhere=1, nowhere=1)


async def test_a_mailing_goes_elsewhere_once(store: Store, now: datetime, mover: Detours) -> None:
    """The rows of a mailing move as they are, stay one for each person, and those sent already stay sent."""
    async with store.transaction(now) as tx:
        people = [await person(tx, NUMBER, BOT) for _ in range(5)]
        content = await contents.keep(tx, write(Outgoing("news")))
        everybody = select(members.members.c.id).where(members.members.c.state == State.ACTIVE.value)
        mailing = {"mailing": "m1", "people": everybody, "contents": {"fr": content}, "fallback": "fr", "urgency": 3}
        assert await mailings.send(tx, **mailing, quiet=False) == 5
        sent = outbox.outbox.update().where(outbox.outbox.c.address == people[0][1][0])
        await tx.run(sent.values(stage=Stage.SENT, sent_at=now))
        await stops.stop(tx, channel="whatsapp", account="main", code="190")
        await mover.act(tx, "whatsapp/main")
        assert await mailings.send(tx, **mailing, quiet=False) == 0
        rows = await tx.all(
            select(outbox.outbox.c.address, outbox.outbox.c.channel).where(outbox.outbox.c.mailing == "m1")
        )
        assert sorted(row.channel for row in rows) == ["telegram"] * 4 + ["whatsapp"]
        limits = Limits(account=FREE, chat=FREE)
        found = await dispatch.claim(tx, channel="telegram", account="main", limits=limits, limit=50)
        assert [read(call.body).text for call in found.calls].count("news") == 4


async def test_told_once(store: Store, now: datetime, mover: Detours) -> None:
    """Whoever used the account and is reached elsewhere hears of a stop once, in their language, with a way in."""
    async with store.transaction(now) as tx:
        _, (_, bot) = await person(tx, NUMBER, BOT)
        await person(tx, NUMBER)
        await person(tx, BOT)
        await stops.stop(tx, channel="whatsapp", account="main", code="190")
    for minutes in (1, 12, 30):
        async with store.transaction(now + timedelta(minutes=minutes)) as tx:
            await mover.act(tx, "whatsapp/main")
    async with store.transaction(now + timedelta(hours=1)) as tx:
        limits = Limits(account=FREE, chat=FREE)
        found = await dispatch.claim(tx, channel="telegram", account="main", limits=limits, limit=50)
        [call] = found.calls
        assert call.address == bot
        assert "WhatsApp" in read(call.body).text
        assert "https://t.me/JisrBot https://wa.me/21670000000" in read(call.body).text


async def test_after_it_is_resumed(store: Store, now: datetime, mover: Detours) -> None:
    """Once a steward resumed the account nothing is moved any more, and it is not looked at again."""
    async with store.transaction(now) as tx:
        _, (number, _) = await person(tx, NUMBER, BOT)
        await put(tx, number, NUMBER, Outgoing("hello"))
        await stops.stop(tx, channel="whatsapp", account="main", code="190")
        await due.take(tx)
        await stops.resume(tx, channel="whatsapp", account="main")
        await mover.act(tx, "whatsapp/main")
        assert await waiting(tx, number) == ["hello"]
        assert await due.next_at(tx) is None


async def test_where_somebody_is_written_to(store: Store, now: datetime) -> None:
    """A person is reached where they wrote last; where that account is stopped, at another; with none, there."""
    async with store.transaction(now) as tx:
        found, (number, bot) = await person(tx, NUMBER, BOT)
        other, (lonely,) = await person(tx, NUMBER)
        assert (await addresses.preferred(tx, people=[found]))[found].id == number
        await stops.stop(tx, channel="whatsapp", account="main", code="190")
        reached = await addresses.preferred(tx, people=[found, other])
        assert (reached[found].id, reached[other].id) == (bot, lonely)
        assert await addresses.preferred(tx, people=[other], among=[BOT]) == {}


async def test_one_person_on_two_numbers(store: Store, now: datetime) -> None:
    """Whoever writes to a second account of an app is known there; an id of another app is not theirs."""
    async with store.transaction(now) as tx:
        first = await addresses.meet(tx, channel="whatsapp", account="main", external="22790000001")
        second = await addresses.meet(tx, channel="whatsapp", account="tunis", external="22790000001")
        third = await addresses.meet(tx, channel="telegram", account="main", external="22790000001")
        assert second.person == first.person != third.person
        assert second.id != first.id
        owner = await addresses.meet(tx, channel="whatsapp", account="dakar", external="NE.9", alias="22790000001")
        assert owner.person != first.person  # a user id of its own: the number may have a new owner


async def test_numbers_of_one_portfolio(store: Store, now: datetime) -> None:
    """Openers of one number count against the reach of another of the same portfolio, and of no other."""
    limits = Limits(account=FREE, chat=FREE, window=timedelta(hours=24), reach=1)
    async with store.transaction(now) as tx:
        given = {NUMBER: Reach("a", 1), SECOND: Reach("a", 1), ("whatsapp", "dakar"): Reach("b", 1)}
        await reach.announce(tx, given=given)
        for channel, account in given:
            _, (at,) = await person(tx, (channel, account))
            old = addresses.addresses.update().where(addresses.addresses.c.id == at)
            await tx.run(old.values(last_inbound_at=now - timedelta(days=3)))
            await put(tx, at, (channel, account), Outgoing("news"))
    opened = []
    for seconds in (1, 2):
        async with store.transaction(now + timedelta(seconds=seconds)) as tx:
            for channel, account in given:
                found = await dispatch.claim(tx, channel=channel, account=account, limits=limits, limit=5)
                opened += [account for call in found.calls if call.opener]
    assert opened == ["main", "dakar"]


def test_links() -> None:
    """People are led to the first account of each app that is not stopped."""
    assert links_of(WAYS).whatsapp == "22720000000"
    assert links_of(WAYS, [NUMBER]).whatsapp == "21670000000"
    assert links_of(WAYS, [NUMBER, SECOND]).whatsapp == ""
    assert links_of(WAYS, [NUMBER]).telegram == "JisrBot"
