"""What the tests of introductions and relays have people do, said shortly."""

from __future__ import annotations

from typing import Any

from network import allies, introductions
from tests.handlers.questioning import TOPIC, joined
from tests.handlers.transcript import Transcript

WHY = "We want to begin a dialogue on the market, and would like to hear how you began."
GOAL = "A monthly dialogue between the brigade and the traders within half a year."


async def found_on(phone: Transcript, side: str = "official", country: str = "ML", **fields: Any) -> None:
    """Make somebody a member without quiet hours who can be found on a topic, and offers to be a mentor there."""
    await joined(phone, side, country, **fields)
    async with phone.world.store.transaction(phone.world.now) as tx:
        for kind in allies.Kind:
            await allies.offer_only(tx, person=phone.person, kind=kind, topics=[TOPIC])


async def proposes(phone: Transcript, name: str = "Baobab", why: str = WHY) -> None:
    """Propose to meet the first who can be found."""
    await phone.says("/allies find")
    await phone.taps("Community security")
    await phone.taps("Police-public dialogue")
    await phone.taps("Either side")
    await phone.taps("Anywhere")
    await phone.says("1")
    await phone.says(why)
    await phone.taps(name)
    await phone.taps("Yes, send it")


async def accepts(phone: Transcript, name: str = "Dune") -> None:
    """Read the proposal that just came, and meet."""
    await phone.taps("Read and answer")
    await phone.taps("Yes, gladly")
    await phone.taps(name)


async def met(one: Transcript, other: Transcript, **who: Any) -> None:
    """Let two members meet: the first writes as Baobab, the other as Dune; both are in the conversation."""
    await joined(one, country="TN", **who)
    await found_on(other)
    await proposes(one)
    await accepts(other)
    await one.taps("Write to them")


async def open_proposals(phone: Transcript) -> int:
    """Return how many proposals somebody has on their way."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return len(await introductions.mine(tx, person=phone.person))
