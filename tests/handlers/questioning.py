"""What the tests of questions and answers have people do, said shortly."""

from __future__ import annotations

from typing import Any

from network import questions, topics
from tests.handlers.transcript import Transcript

TOPIC = "com.dialogue"
ASKED = "How do you begin a dialogue where nobody trusts anybody?"
GIVEN = "We began with tea after the Friday market, without uniforms."


async def joined(
    phone: Transcript, side: str = "civil", country: str = "NE", topic: str = TOPIC, **fields: Any
) -> None:
    """Make somebody a member who follows a topic and has no quiet hours."""
    service = {"civil": "association", "official": "police"}[side]
    await phone.is_member(side=side, service=service, country=country, quiet_from="", quiet_until="", **fields)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=[topic])


async def asks(phone: Transcript, **how: str) -> str:
    """Ask in a few taps; return the question's id once it went out."""
    await phone.says("/ask")
    await phone.taps("Community security")
    await phone.taps("Police-public dialogue")
    await phone.says(ASKED)
    await phone.taps(how.get("scope", "Everywhere"))
    await phone.taps(how.get("sides", "Both sides"))
    await phone.taps(how.get("name", "Openly"))
    if how.get("sides", "Both sides") == "Both sides":
        await phone.taps(how.get("when", "As they come"))
    await phone.taps("Yes, ask it")
    return await question_of(phone)


async def question_of(phone: Transcript) -> str:
    """Return the id of somebody's newest question."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return (await questions.mine(tx, person=phone.person))[0].id


async def answers(phone: Transcript, text: str = GIVEN, level: str = "Side and region") -> None:
    """Answer the question that just came."""
    await phone.taps("Answer it")
    await phone.says(text)
    await phone.taps(level)
    await phone.taps("Yes, send it")


async def count_of(phone: Transcript) -> int:
    """Return how many questions somebody has asked."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return len(await questions.mine(tx, person=phone.person))
