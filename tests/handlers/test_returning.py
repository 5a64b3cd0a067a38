"""After a shutdown: one digest instead of a flood, and everything when it is wanted."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from handlers.messages import Kind, Outgoing, write
from network import addresses, outbox, shutdowns
from network.outbox import DARK, Post, Stage

TEXTS = ["Meeting in Agadez on Thursday.\nBring the list.", "A practice on your topics", "", "x" * 300, "Poll closes"]


async def waits(phone, texts):
    """Let a member live in a country that was dark for a day, while these messages waited for them."""
    await phone.is_member(country="NE")
    async with phone.world.store.transaction(phone.world.now) as tx:
        here = await addresses.get(tx, address=phone.address)
        posts = [Post(here.id, here.channel, here.account, write(Outgoing(text)), urgency=3) for text in texts]
        ids = await outbox.put(tx, posts=posts)
        await shutdowns.darken(tx, country="NE")
        held = outbox.outbox.update().where(outbox.outbox.c.id.in_(ids))
        await tx.run(held.values(stage=Stage.HELD, error=DARK))
    async with phone.world.store.transaction(phone.world.now + timedelta(seconds=1)) as tx:
        await shutdowns.lighten(tx, country="NE")


async def queued(phone):
    """Return how many of the messages may go now."""
    async with phone.world.store.reading(phone.world.now) as tx:
        query = select(func.count()).where(outbox.outbox.c.stage == Stage.QUEUED, outbox.outbox.c.urgency == 3)
        return await tx.scalar(query)


async def test_a_digest(open_phone):
    """Many messages become one, with their first lines; all come when the reader asks for them."""
    phone = open_phone()
    await waits(phone, TEXTS)
    await phone.does(Kind.DUE, text=shutdowns.RETURN, argument=phone.person)
    phone.hears("While Niger was cut off, 5 messages waited for you:", "• Meeting in Agadez on Thursday.", "• A file")
    phone.does_not_hear("Bring the list.")
    assert await queued(phone) == 0
    await phone.taps("Read them")
    phone.hears("5 messages come now.")
    assert await queued(phone) == 5
    await phone.says("missed")
    phone.hears("No message waits for you.")


async def test_a_few_just_come(open_phone):
    """Three messages are no flood."""
    phone = open_phone()
    await waits(phone, TEXTS[:3])
    await phone.does(Kind.DUE, text=shutdowns.RETURN, argument=phone.person)
    phone.hears_nothing()
    assert await queued(phone) == 3


async def test_who_stopped_hears_nothing(open_phone):
    """Who stopped meanwhile is not told what waited."""
    phone = open_phone()
    await waits(phone, TEXTS)
    await phone.says("stop")
    await phone.does(Kind.DUE, text=shutdowns.RETURN, argument=phone.person)
    phone.hears_nothing()
    assert await queued(phone) == 0
