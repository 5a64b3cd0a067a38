"""Topics in the chat: browse, follow, unfollow, and how often news comes."""

from __future__ import annotations

import re

from network import digests, due, topics
from network.digests import Pace
from tests.handlers.transcript import Transcript


async def followed(phone: Transcript) -> dict[str, str]:
    """Return what the person follows, each with its own pace."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await topics.paces(tx, person=phone.person)


async def test_topics_are_browsed_followed_and_left(open_phone):
    """A member sees how many practices each topic has, follows a topic and a field, and leaves one."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member(country="NE")
    await phone.says("topics")
    phone.hears("You follow no topic yet.")
    phone.sees_choices("Browse topics", "That is all")
    await phone.taps("Browse topics")
    phone.hears("Which field are you interested in?")
    assert phone.choices[0].label == "Community security"  # what is everyday comes first (R114)
    assert re.fullmatch(r"[1-9]\d* practices", phone.choices[0].note)
    await phone.says("1")
    assert [choice.label for choice in phone.choices if not choice.optional][-1] == "The whole field"
    await phone.says("community policing")
    phone.hears("Community policing\n")
    phone.sees_choices("Follow", "Read practices", "Go back")
    await phone.taps("Follow")
    phone.hears("You follow “Community policing” now.", "• Community policing", "News of them comes: Once a week")
    for answer in ("Browse topics", "Prisons", "The whole field", "Follow"):
        await phone.says(answer)
    assert await followed(phone) == {"com.policing": "", "cor": ""}
    for answer in ("Change one", "Community policing", "Unfollow"):
        await phone.says(answer)
    phone.hears("You do not follow “Community policing” any more.", "You follow:\n• Prisons")
    await phone.says("That is all")
    assert await followed(phone) == {"cor": ""}


async def test_the_pace_of_all_and_of_one(open_phone):
    """How often news comes is chosen for everything, and otherwise for one topic; numbers of any script do."""
    phone = open_phone(language="ar")
    await phone.is_member(country="NE")
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=["com.policing", "jus"])
    await phone.says("/topics pace")
    phone.hears("How often shall news of your topics come?")
    await phone.says("١")
    phone.hears("It is kept.")
    await phone.says("٢")
    await phone.says("٢")
    await phone.says("٢")
    await phone.says("٣")
    assert await followed(phone) == {"com.policing": "", "jus": "silent"}
    async with phone.world.store.reading(phone.world.now) as tx:
        kept = await digests.of(tx, person=phone.person)
        assert kept is not None
        assert kept.pace is Pace.INSTANT


async def test_the_button_of_a_notice_asks_for_the_pace_at_once(open_phone):
    """Even when topics were being browsed: nothing of that is lost, and nothing is taken up again."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member(country="NE")
    for answer in ("/topics", "Browse topics", "Justice"):
        await phone.says(answer)
    await phone.presses("/topics:pace")
    phone.hears("How often shall news of your topics come?")
    await phone.says("At once")
    phone.hears("It is kept.", "You follow no topic yet.")


async def test_whoever_wants_silence_gets_no_digest_set(open_phone):
    """Silent, nothing is set any more; weekly again, it is."""
    phone = open_phone()
    await phone.is_member(country="NE")
    for answer in ("/topics", "Browse topics", "Justice", "Access to justice", "Follow"):
        await phone.says(answer)
    for pace, is_set in (("Never", False), ("Once a week", True)):
        for answer in ("How often", pace):
            await phone.says(answer)
        async with phone.world.store.reading(phone.world.now) as tx:
            assert bool(await tx.all(due.due.select())) is is_set


async def test_a_topic_leads_to_its_practices(open_phone):
    """From a topic one reads what there is on it."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE")
    for answer in ("/topics", "1", "Prisons", "Prisons", "La lire"):
        await phone.says(answer)
