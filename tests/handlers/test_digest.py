"""News in the chat: the notice at once, the digest of the week, and the list that one opens by number."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handlers
from handlers.desk import Desk
from handlers.language import Text
from handlers.messages import Incoming, Kind
from handlers.practices import news
from handlers.registry import Registry
from handlers.talk import Talk
from network import digests, due, questions, topics
from network.members import State
from tests.handlers.small_talks import capability
from tests.handlers.transcript import Transcript
from tests.network.people import enrolled, published

TITLES = [f"Une pratique dont le titre est aussi long que permis, nº {number}" for number in range(9)]


async def follows(phone: Transcript, *codes: str, pace: str = "weekly") -> None:
    """Let the person follow these topics."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=codes)
        await topics.set_pace(tx, person=phone.person, pace=pace)


async def share(phone: Transcript, *titles: str, **given: object) -> list[str]:
    """Let somebody else share practices with these titles; return their ids."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        author = await enrolled(tx, side="official", service="gendarmerie")
        return [await published(tx, author, title=title, **given) for title in titles]


async def set_for(phone: Transcript) -> timedelta:
    """Return how long from now the person's digest is due."""
    async with phone.world.store.reading(phone.world.now) as tx:
        at = await tx.scalar(due.due.select().with_only_columns(due.due.c.at).where(due.due.c.kind == digests.KIND))
    return at - phone.world.now


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_the_digest_comes_in_the_morning_and_opens_by_number(open_phone, language):
    """One message below 900 characters names what is new; a tap, or a number after “news”, opens one of them."""
    phone = open_phone(language=language, channel="whatsapp")
    await phone.is_member(country="NE")
    await follows(phone, "com.dialogue")
    await share(phone, *TITLES)
    await phone.waits(seconds=(await set_for(phone)).total_seconds())
    phone.hears("New on the topics you follow", "1. ", "5. ", TITLES[0][:50])
    phone.hears(Text("And {count} more.", {"count": 4}, "And {count} more.", 4))
    assert len(phone.heard) == 1
    assert len(phone.heard[0].text) <= 900
    assert len(phone.choices) <= 6
    assert 6 < (await set_for(phone)).total_seconds() / 86400 < 8
    await phone.presses(phone.choices[0].token)
    phone.hears("Les jeunes évitaient la brigade.")
    await phone.says("news" if language == "en" else {"fr": "nouveautés", "ar": "الجديد"}[language])
    await phone.says("2")
    phone.hears("Les jeunes évitaient la brigade.")


async def test_no_news_is_no_message(open_phone):
    """In a week without news nothing comes, and the next digest is set."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE")
    await follows(phone, "com.dialogue")
    await phone.waits(seconds=(await set_for(phone)).total_seconds())
    phone.hears_nothing()
    assert (await set_for(phone)).days >= 6
    await phone.says("/news")
    phone.hears("Nothing new on your topics yet.")


async def test_quiet_hours_hold_for_the_digest(open_phone):
    """Who rests in the morning gets it when their quiet hours end."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE", quiet_from="06:00", quiet_until="13:00")
    await follows(phone, "com.dialogue")
    await share(phone, "Le comité du marché")
    world, later = phone.world, phone.world.now + await set_for(phone)
    incoming = Incoming(
        phone.channel, "main", phone.external, Kind.DUE, later, text=digests.KIND, argument=phone.person
    )
    async with world.store.transaction(later) as tx:
        letters = await world.desk.handle(tx, incoming)
    assert [(at.hour, at.minute) for letter in letters if (at := letter.not_before)] == [(12, 0)]  # UTC


async def test_questions_that_wait_are_counted_and_not_told(open_phone):
    """The digest says on which topics questions wait, and leads to them; what they ask is read in the chat."""
    phone = open_phone(language="fr", channel="whatsapp")
    await phone.is_member(country="NE")
    await follows(phone, "com.dialogue")
    async with phone.world.store.transaction(phone.world.now) as tx:
        asker = await enrolled(tx, country="NE")
        text = "Comment saluez-vous les visiteurs"
        await questions.ask(tx, person=asker, topic="com.dialogue", text=text, language="fr")
    await phone.waits(seconds=(await set_for(phone)).total_seconds())
    phone.hears("1 nouvelle question attend\u202f: Dialogue police-public")
    phone.does_not_hear(text)
    await phone.taps("Répondre à une question")
    phone.hears(text)


async def test_a_season_invites_to_share_what_prevents(open_phone):
    """When the herds move, who follows land and water is invited once, kindly, and may share at once."""
    phone = open_phone(language="ar")
    await phone.is_member(country="NE")
    await follows(phone, "prv.resources")
    await phone.waits(seconds=(await set_for(phone)).total_seconds())
    phone.hears("تعود القطعان إلى طريق الجنوب", "لا حوادث ولا أسماء ولا أماكن")
    assert len(phone.heard) == 1
    phone.sees_choices("Share it", "How often")
    await phone.taps("Share it")
    phone.hears("شكرًا لمشاركتكم")
    await phone.waits(seconds=(await set_for(phone)).total_seconds())
    phone.hears_nothing()


async def test_whoever_stopped_gets_no_digest(open_phone):
    """A digest that was on its way when somebody stopped is not made."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE", state=State.STOPPED)
    await follows(phone, "com.dialogue")
    await share(phone, "Le comité du marché")
    await phone.waits(weeks=2)
    phone.hears_nothing()


async def test_news_at_once_comes_once_and_leads_on(open_phone):
    """Who follows at once is told in their language, with the author's line; once, and the weekly ones not at all."""
    moderator, reader, other = open_phone(language="fr"), open_phone(language="ar"), open_phone(language="fr")
    await moderator.is_member(country="NE", side="official", service="police", coordinator=True)
    await reader.is_member(country="TN")
    await other.is_member(country="TN")
    await follows(reader, "com.dialogue", pace="instant")
    await follows(other, "com.dialogue", pace="weekly")
    (practice,) = await share(moderator, "Le comité du marché")
    with_announcing(moderator)
    await moderator.says(f"/announce {practice}")
    reader.hears("Le comité du marché", "من الجهات الرسمية")
    reader.sees_choices("Read it", "How often")
    other.hears_nothing()
    await reader.taps("How often")
    reader.hears("How often shall news of your topics come?")
    await moderator.says(f"/announce {practice}")
    reader.hears_nothing()


def with_announcing(phone: Transcript) -> None:
    """Give the desk one more command, which does what a decision does after it has published."""

    async def announce(talk: Talk) -> None:
        await news.published(talk, talk.argument)

    every = Registry([*handlers.capabilities(), capability(announce)])
    phone.world.desk = Desk(every, phone.world.desk.translator)
