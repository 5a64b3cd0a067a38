"""Insights in conversation: once a quarter they come to whoever follows a topic; anybody reads them at any time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers import people
from handlers.language import Text, Voice
from handlers.registry import Occasion
from handlers.series import insight_cards, insight_news
from network import addresses, erasure, groups, insights, outbox, preparations, regimes, requests, topics
from network.exchanges import Rule
from network.insights import Edition
from network.priorities import Order, Priority, What
from network.problems import LONGEST, Problem
from network.regimes import Standing
from tests.handlers.test_broadcast import goes_through
from tests.network.people import enrolled, published
from tests.network.test_attendance import planned
from tests.network.test_insights import SUMMARY
from tests.network.test_problems import TEXT, TOPIC, named

ROOM = 1024  # characters of a message with buttons on WhatsApp
WEEKS = 6  # from the day of the test until the next quarter, at least


async def said(phone, *, voice=True, **how):
    """Let a quarter say something on a topic; return who gave the voice."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        await tx.run(groups.seats.delete())
        exchange, host = await planned(tx, topics=[TOPIC], **how)
        await preparations.note(tx, exchange=exchange, by=host, name="summary", text=SUMMARY)
        asked = await preparations.publish(tx, exchange=exchange, by=host)
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
        author = await enrolled(tx, name="Canari")
        await named(tx, None, author, shown=voice)
        await published(tx, author, topics=[TOPIC])
        return author


async def follows(phone, *, pace="weekly", **fields):
    """Make somebody a member who follows a topic and has no quiet hours."""
    await phone.is_member(country="ML", **{"quiet_from": "", "quiet_until": "", **fields})
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=[TOPIC])
        await topics.set_pace(tx, person=phone.person, pace=pace)


async def next_quarter(phone):
    """Go to the next quarter, let what it is to tell be set, and wait for it."""
    await phone.waits(weeks=WEEKS)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await insights.tend(tx)
    await phone.waits(weeks=1)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_an_insight_a_voice_and_a_practice_come_once(open_phone, language):
    """In the reader’s language, the words of others as they are; nothing of whoever said them; and never twice."""
    phone, silent = open_phone(language=language, channel="whatsapp"), open_phone()
    await follows(phone)
    await follows(silent, pace="silent")
    author = await said(phone)
    await next_quarter(phone)
    topic = topics.label(TOPIC, language)
    phone.hears(SUMMARY, TEXT, Text("Insights of the quarter: {topic}", {"topic": topic}))
    assert author not in phone.text
    assert "Canari" not in phone.text
    silent.hears_nothing()
    [message] = [each for each in phone.heard if SUMMARY in each.text]
    assert len(message.text) <= ROOM
    phone.sees_choices("Read a practice", "All insights", "How often")
    await phone.taps(Text("All insights"))
    phone.hears(SUMMARY, TEXT)
    async with phone.world.store.transaction(phone.world.now) as tx:
        assert await insights.tend(tx) == 0
    await phone.waits(weeks=1)
    phone.does_not_hear(SUMMARY)


async def test_anybody_reads_them_by_topic(open_phone):
    """By typed numbers; where nothing was published it is said so, and what may not be told is not."""
    phone = open_phone()
    await phone.is_member(country="ML")
    await phone.says("/insights")
    phone.hears("Nothing was published on any topic in these two quarters yet.")
    await said(phone, voice=False, telling=Rule.CLOSED)
    await phone.says("/insights")
    phone.hears("Nothing was published on any topic in these two quarters yet.")
    await said(phone, voice=False)
    await goes_through(phone, "/insights", "1")
    phone.hears("Both sides published", SUMMARY)
    phone.does_not_hear(TEXT)
    await phone.taps("Read a practice")
    phone.hears("Café de la paix")


async def test_a_paused_country_hears_when_it_is_resumed(open_phone):
    """What is due to its members waits."""
    phone = open_phone()
    await follows(phone)
    await said(phone)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await regimes.put(tx, country="ML", to=Standing.PAUSED)
    await next_quarter(phone)
    phone.hears_nothing()
    async with phone.world.store.transaction(phone.world.now) as tx:
        await regimes.put(tx, country="ML", to=Standing.OPEN)
    await phone.waits(hours=1)
    phone.hears(SUMMARY)


async def test_what_waits_for_the_morning_goes_with_the_author_of_its_voice(open_phone, translator):
    """In the quiet hours of its reader it waits; it is known by whose voice it carries, and erased with them."""
    phone = open_phone()
    await follows(phone, quiet_from="20:00", quiet_until="07:00")
    author = await said(phone)
    night = datetime(2027, 1, 5, 23, 0, tzinfo=UTC)
    async with phone.world.store.transaction(night) as tx:
        who = await people.at(tx, await addresses.get(tx, address=phone.address), translator)
        [letter] = await insight_news.send(tx, Occasion(who))
        assert letter.not_before == datetime(2027, 1, 6, 7, 0, tzinfo=UTC)
        assert letter.about == author
        post = outbox.Post(phone.address, "telegram", "main", letter.message.text, about=letter.about)
        await outbox.put(tx, posts=[post])
        assert await outbox.waiting(tx, people=[phone.person])
        await erasure.erase(tx, person=author)
        assert not await outbox.waiting(tx, people=[phone.person])


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_longest_of_them_fits_both_apps(translator, language):
    """An insight, a voice and an order at their longest, with three buttons."""
    voice = Voice(translator, language)
    problem = Problem("p", None, TOPIC, "fr", shown=True, text="é" * LONGEST)
    listed = tuple(Priority(code, code, 9) for code in ("bdr.trafficking", "gov.accountability", "com.selfdefence"))
    order = Order("p", What.TOPICS, 10, listed)
    edition = Edition(TOPIC, ({"": "é" * 3000},) * 2, order, problem, "a", practice="x" * 32)
    parts = [voice.say(each) for each in insight_cards.lines(edition, language, at_most=insight_news.LONGEST)]
    assert len("\n\n".join(parts)) <= ROOM
