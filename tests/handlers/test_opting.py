"""Opting out: honoured at once and everywhere, however it is said; only the person opts in again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot import receipts
from bot.channels import Remedy
from handlers.messages import DeliveryState, Kind, Outgoing, Receipt, write
from network import addresses, audiences, leaving, members, outbox
from network.audiences import Audience
from network.members import State
from network.outbox import Post, Stage
from tests.bot.fake_channel import FakeChannel

WORDS = ["STOP", "stop", "Stop !", "Arrêt", "arreter", "me désabonner", "توقف", "إيقاف", "أوقفوا", "Tsaya", "DAINA"]


async def queued(phone, *, urgency=3):
    """Queue a broadcast and an answer to somebody; return the id of the broadcast."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        here = await addresses.get(tx, address=phone.address)
        post = Post(here.id, here.channel, here.account, write(Outgoing("news")), urgency=urgency)
        return (await outbox.put(tx, posts=[post]))[0]


async def stage(phone, row):
    """Return how far a call got."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return Stage(await tx.scalar(select(outbox.outbox.c.stage).where(outbox.outbox.c.id == row)))


async def state(phone):
    """Return how a member takes part, and whether a broadcast would mean them."""
    async with phone.world.store.reading(phone.world.now) as tx:
        person = (await addresses.get(tx, address=phone.address)).person
        meant = await audiences.count(tx, audience=Audience())
        return (await members.get(tx, person=person)).state, meant


async def test_a_word_is_enough(open_phone):
    """One word in any of four languages takes back what is queued, and leaves the person out of what comes."""
    phones = [open_phone() for _ in WORDS]
    for many, (phone, word) in enumerate(zip(phones, WORDS, strict=True)):
        await phone.is_member()
        row = await queued(phone)
        await phone.says(word)
        phone.hears("You get no more messages from Jisr.")
        assert (many, await stage(phone, row)) == (many, Stage.FAILED)
        assert await state(phone) == (State.STOPPED, 0)


async def test_the_app_says_so(open_phone):
    """Who tells WhatsApp that they want no more is stopped without a word, and comes back the same way."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member()
    row = await queued(phone)
    await phone.does(Kind.OPTED_OUT)
    phone.hears_nothing()
    assert await stage(phone, row) is Stage.FAILED
    assert await state(phone) == (State.STOPPED, 0)
    await phone.does(Kind.OPTED_IN)
    phone.hears_nothing()
    assert await state(phone) == (State.ACTIVE, 1)


async def test_nobody_else_brings_them_back(open_phone):
    """Who opted out in the app stays out when they only write something, until they write that they return."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member()
    await phone.does(Kind.OPTED_OUT)
    await phone.says("/find")
    phone.hears_nothing()
    assert (await state(phone))[0] is State.STOPPED
    await phone.says("return")
    phone.hears("Welcome back.")
    assert (await state(phone))[0] is State.ACTIVE


async def test_a_block_takes_back_what_waits(open_phone):
    """Who blocks the bot gets nothing of what was on its way there; held messages do not come when they unblock it."""
    phone = open_phone()
    await phone.is_member()
    row = await queued(phone)
    await phone.does(Kind.BLOCKED)
    assert await stage(phone, row) is Stage.FAILED
    await phone.does(Kind.UNBLOCKED)
    assert await stage(phone, row) is Stage.FAILED
    assert (await state(phone))[0] is State.ACTIVE


async def test_a_stranger_who_opts_out(open_phone):
    """Before first contact and before consent there is nothing to stop, and nothing breaks."""
    phone = open_phone(channel="whatsapp")
    await phone.does(Kind.OPTED_OUT)
    await phone.says("Bonjour")
    await phone.does(Kind.OPTED_OUT)
    await phone.does(Kind.OPTED_IN)


async def test_every_app_of_theirs(store, now):
    """131050 on one number, late, stops the person on their other app too."""
    async with store.transaction(now) as tx:
        number = await addresses.meet(tx, channel="whatsapp", account="main", external="22790000001")
        other = await addresses.meet(tx, channel="telegram", account="main", external="77")
        await members.enrol(tx, person=number.person, language="fr", consent_version="1")
        await members.set_state(tx, person=number.person, state=State.ACTIVE)
        await addresses.set_person(tx, person=other.person, to=number.person)
        posts = [Post(one.id, one.channel, one.account, "{}", urgency=3) for one in (number, number, other)]
        sent, *waiting = await outbox.put(tx, posts=posts)
        gone = outbox.outbox.update().where(outbox.outbox.c.id == sent)
        await tx.run(gone.values(stage=Stage.SENT, sent_at=now))
    channel = FakeChannel(name="whatsapp")
    channel.remedy = lambda _code: Remedy.OPTED_OUT
    refused = Receipt("whatsapp", "main", "", sent, DeliveryState.FAILED, now, "131050")
    async with store.transaction(now + timedelta(minutes=1)) as tx:
        await receipts.apply(tx, [refused], {("whatsapp", "main"): channel})
        stages = {row.id: row.stage for row in await tx.all(select(outbox.outbox.c.id, outbox.outbox.c.stage))}
        assert [stages[row] for row in waiting] == [Stage.FAILED, Stage.FAILED]
        assert (await members.get(tx, person=number.person)).state is State.STOPPED
        assert (await addresses.get(tx, address=number.id)).reachable
        await leaving.opt_in(tx, address=other.id)
        assert (await members.get(tx, person=number.person)).state is State.ACTIVE
