"""What the tests of polls have people do, and how the clock and the mailings reach their phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from handlers.messages import read
from handlers.polls import poll_news
from network import due, groups, polls
from network.contents import contents
from network.outbox import Stage, outbox
from tests.handlers.transcript import Transcript, World

QUESTION = "What should come first this year?"
ANSWERS = "Roads\nRadios\nTraining"


async def joined(phone: Transcript, side: str = "civil", country: str = "NE", **fields: Any) -> None:
    """Make somebody a member of their country's group, who has no quiet hours."""
    service = {"civil": "association", "official": "police"}[side]
    fields = {"quiet_from": "", "quiet_until": "", "name": "Amel", **fields}
    await phone.is_member(side=side, service=service, country=country, **fields)
    async with phone.world.store.transaction(phone.world.now) as tx:
        group = await groups.by_country(tx, country=country)
        await groups.join(tx, group=group.id, person=phone.person)


async def coordinators(open_phone: Any, language: str = "en", country: str = "NE") -> tuple[Transcript, Transcript]:
    """Seat a coordinator of each side; return their phones, civil society’s on Telegram first."""
    civil, official = open_phone(language=language), open_phone(language=language, channel="whatsapp")
    await joined(civil, "civil", country, coordinator=True)
    await joined(official, "official", country, coordinator=True)
    return civil, official


async def passes(phone: Transcript, **span: float) -> None:
    """Let time pass: polls open, remind and close, and what is mailed reaches the phones."""
    world = phone.world
    for each in world.phones:
        each.heard = []
    world.now += timedelta(**span)
    acts = poll_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx, limit=100):
            if row.person is None and row.kind in acts:
                await acts[row.kind](tx, row.subject)
    await mailed(world)


async def mailed(world: World) -> None:
    """Hand what was mailed to the phones."""
    async with world.store.transaction(world.now) as tx:
        waiting = (outbox.c.stage == Stage.QUEUED) & outbox.c.content.is_not(None)
        query = select(outbox.c.id, outbox.c.address, contents.c.id.label("content"), contents.c.body)
        for row in await tx.all(query.join(contents, contents.c.id == outbox.c.content).where(waiting)):
            message = read(tx.seal.open("contents.body", row.content, row.body))
            for phone in world.phones:
                if phone.address == row.address:
                    phone.receive(message)
            await tx.run(outbox.update().where(outbox.c.id == row.id).values(stage=Stage.SENT, sent_at=world.now))


async def makes(
    phone: Transcript, *, kind: str = "One choice", secret: bool = False, shown: str = "At once", group: str = "Niger"
) -> str:
    """Make a poll of one’s own words in one’s own group, open for a week; return its id once it is asked."""
    await phone.says("/newpoll")
    await phone.taps("My own words")
    await phone.taps(kind)
    await phone.says(QUESTION)
    if kind not in {"A short text", "Yes, no or abstain"}:
        await phone.says(ANSWERS)
    for _language in range(2):
        await phone.taps("Leave it out")
    if kind in {"Several choices", "Put in order"}:
        await phone.says("2")
    for label in (group, "That is right", "Now", "7 days", "Secret" if secret else "Open"):
        await phone.taps(label)
    if not secret:
        await phone.taps(shown)
    await phone.taps("Yes, start it")
    return await poll_of(phone)


async def poll_of(phone: Transcript) -> str:
    """Return the id of somebody’s newest poll."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return (await polls.mine(tx, by=phone.person))[0].id
