"""Digests: when they are due, what is in them, and that there is one, not many; on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from network import addresses, digests, due, erasure, leaving, links, news, outbox, practices, starter, texts, topics
from network.digests import Pace
from network.ids import new_id
from network.outbox import Post, Stage
from network.store import Store, Tx
from tests.network.people import enrolled, published

WEEK = timedelta(weeks=1)
MINUTE = timedelta(minutes=1)
STATEMENTS_EACH = 17  # of one digest, whatever there is to tell
NIAMEY, CAIRO = ZoneInfo("Africa/Niamey"), ZoneInfo("Africa/Cairo")


async def reader(tx: Tx, *codes: str, **fields: str) -> str:
    """Make a member who follows these topics, weekly; return their id."""
    person = await enrolled(tx, **fields)
    await topics.follow(tx, person=person, topics=codes or ["com"])
    return person


async def set_for(tx: Tx, person: str) -> datetime | None:
    """Return when a member's digest is due."""
    return await tx.scalar(select(due.due.c.at).where(due.due.c.kind == digests.KIND, due.due.c.subject == person))


def test_digests_come_on_workday_mornings_spread_over_them(now: datetime) -> None:
    """Monday to Thursday, from half past eight to eleven local time, within a week, hardly two in one second."""
    for zone in (NIAMEY, CAIRO):
        at = [digests.next_at(new_id(), now, zone) for _ in range(1000)]
        local = [instant.astimezone(zone) for instant in at]
        assert all(now < instant <= now + WEEK + timedelta(hours=1) for instant in at)
        assert {each.weekday() for each in local} == {0, 1, 2, 3}
        assert all(time(8, 30) <= each.time() < time(11) for each in local)
        assert max(Counter(at).values()) <= 5


def test_a_member_has_a_time_of_the_week_of_their_own(now: datetime) -> None:
    """The next one is due at the same wall time a week later, over a change of summer time too."""
    person = new_id()
    at = digests.next_at(person, now, CAIRO)
    for _ in range(40):
        following = digests.next_at(person, at, CAIRO)
        assert following.astimezone(CAIRO).time() == at.astimezone(CAIRO).time()
        assert following.astimezone(CAIRO).weekday() == at.astimezone(CAIRO).weekday()
        assert timedelta(days=6) < following - at < timedelta(days=8)
        at = following


async def test_it_is_set_by_the_first_topic_and_goes_with_the_last(store: Store, now: datetime) -> None:
    """Following sets the digest once; silence, stopping and following nothing take it away; back again, it is set."""
    async with store.transaction(now) as tx:
        person = await reader(tx)
        first = await set_for(tx, person)
        assert first is not None
        await topics.follow(tx, person=person, topics=["jus"])
        assert await set_for(tx, person) == first
        await topics.set_pace(tx, person=person, pace=Pace.SILENT)
        assert await set_for(tx, person) is None
        await topics.set_pace(tx, person=person, pace=Pace.WEEKLY, topic="jus")
        assert await set_for(tx, person) == first
        await leaving.stop(tx, person=person)
        assert await set_for(tx, person) is None
        await leaving.come_back(tx, person=person)
        assert await set_for(tx, person) == first
        await topics.unfollow(tx, person=person, topics=["com", "jus"])
        assert await set_for(tx, person) is None


async def test_what_is_in_it(store: Store, now: datetime) -> None:
    """New practices of others on the topics one follows, the newest first, in one's language; the rest is counted."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        person, author = await reader(tx, "com", language="ar"), await enrolled(tx)
        await topics.follow(tx, person=person, topics=["jus", "prv.crime"])
        await topics.set_pace(tx, person=person, pace=Pace.SILENT, topic="jus")
    wanted = []
    for minute in range(7):
        async with store.transaction(now + minute * MINUTE) as tx:
            wanted.insert(0, await published(tx, author, topics=["com.dialogue", "prv.crime"]))
            await published(tx, author, topics=["jus.access"])
            await published(tx, person)
    async with store.transaction(now + WEEK) as tx:
        found, letter = await news.weekly(tx, person=person, language="ar")
        assert [each.id for each in found.practices] == wanted[: news.SHOWN]
        assert (found.more, found.adaptations, bool(letter)) == (7 - news.SHOWN, (), True)


async def test_titles_come_in_the_language_of_the_reader(store: Store, now: datetime) -> None:
    """Where a practice has a text in it; else in its own."""
    async with store.transaction(now) as tx:
        person, author = await reader(tx, language="ar"), await enrolled(tx)
        translated, other = await published(tx, author), await published(tx, author)
        await texts.put(tx, practice=translated, language="ar", title="مقهى السلام", parts={"done": "شاي"})
    async with store.transaction(now + WEEK) as tx:
        found, _letter = await news.weekly(tx, person=person, language="ar")
        assert {each.id: each.title for each in found.practices} == {
            translated: "مقهى السلام",
            other: "Café de la paix",
        }


async def test_adaptations_of_what_one_shared_are_in_it(store: Store, now: datetime) -> None:
    """Whoever follows anything reads which practices of others came from theirs, on whatever topic."""
    async with store.transaction(now) as tx:
        person, other = await reader(tx, "cor"), await enrolled(tx, country="ML")
        source = await published(tx, person)
        adapted = await published(tx, other, origin=source)
        heard = await published(tx, other, origin=source)
        await news.heard(tx, person=person, practice=heard)
    async with store.transaction(now + WEEK) as tx:
        found, _letter = await news.weekly(tx, person=person, language="fr")
        assert [each.id for each in found.adaptations] == [adapted]
        assert (found.practices, found.more) == ((), 0)


async def test_nothing_is_told_twice(store: Store, now: datetime) -> None:
    """What came at once, and what was in a digest, is in no digest again; with nothing new there is none."""
    async with store.transaction(now) as tx:
        person, author = await reader(tx), await enrolled(tx)
        await topics.set_pace(tx, person=person, pace=Pace.INSTANT)
        heard, later = await published(tx, author), await published(tx, author)
        await news.announce(tx, practice=heard)
    async with store.transaction(now + WEEK) as tx:
        found, _letter = await news.weekly(tx, person=person, language="fr")
        assert [each.id for each in found.practices] == [later]
        assert await news.announce(tx, practice=later) == {}
    async with store.transaction(now + 2 * WEEK) as tx:
        found, letter = await news.weekly(tx, person=person, language="fr")
        assert (found.is_empty, letter) == (True, "")
        assert await set_for(tx, person) is not None
        assert set(await news.latest(tx, person=person)) == set()


async def test_what_was_published_in_the_last_minute_waits_for_the_next(store: Store, now: datetime) -> None:
    """A practice whose commit may still be under way is not lost between two digests."""
    async with store.transaction(now) as tx:
        person, author = await reader(tx), await enrolled(tx)
    async with store.transaction(now + WEEK) as tx:
        practice = await published(tx, author)
        assert (await news.weekly(tx, person=person, language="fr"))[0].is_empty
    async with store.transaction(now + 2 * WEEK) as tx:
        found, _letter = await news.weekly(tx, person=person, language="fr")
        assert [each.id for each in found.practices] == [practice]


async def test_after_an_absence_there_is_one_digest(store: Store, now: datetime) -> None:
    """One that could not be sent is taken back, and the next tells of everything since."""
    async with store.transaction(now) as tx:
        person, author = await reader(tx), await enrolled(tx)
        address = await addresses.meet(tx, channel="whatsapp", account="main", external="22790112233")
        await addresses.set_person(tx, person=address.person, to=person)
    shared = []
    for week in range(1, 4):
        async with store.transaction(now + week * WEEK - 2 * MINUTE) as tx:
            shared.insert(0, await published(tx, author))
        async with store.transaction(now + week * WEEK) as tx:
            found, letter = await news.weekly(tx, person=person, language="fr")
            await outbox.put(tx, posts=[Post(address.id, "whatsapp", "main", "a digest", about=letter)])
            assert [each.id for each in found.practices] == shared
            assert await tx.all(select(outbox.outbox.c.about)) == [(letter,)]
    async with store.transaction(now + 3 * WEEK) as tx:
        await tx.run(outbox.outbox.update().values(stage=Stage.SENT))
    async with store.transaction(now + 4 * WEEK) as tx:
        assert (await news.weekly(tx, person=person, language="fr"))[0].is_empty


@pytest.mark.parametrize("how", ["erased", "withdrawn"])
async def test_what_is_gone_is_named_in_no_unsent_news(store: Store, now: datetime, how: str) -> None:
    """Notice and digest are taken back when a practice goes, and what else the digest told comes in the next one."""
    async with store.transaction(now) as tx:
        person, author, other = await reader(tx), await enrolled(tx), await enrolled(tx)
        address = await addresses.meet(tx, channel="whatsapp", account="main", external="22790112233")
        await addresses.set_person(tx, person=address.person, to=person)
        gone, kept = await published(tx, author), await published(tx, other)
    async with store.transaction(now + WEEK) as tx:
        _found, letter = await news.weekly(tx, person=person, language="fr")
        posts = [Post(address.id, "whatsapp", "main", "news", about=about) for about in (letter, gone, kept)]
        await outbox.put(tx, posts=posts)
        if how == "erased":
            await erasure.erase(tx, person=author, keep_practices=False)
        else:
            await news.take_back(tx, practice=gone)
            await practices.withdraw(tx, person=author, practice=gone)
        assert await tx.all(select(outbox.outbox.c.about)) == [(kept,)]
    async with store.transaction(now + 2 * WEEK) as tx:
        found, _letter = await news.weekly(tx, person=person, language="fr")
        assert [each.id for each in found.practices] == [kept]


async def test_the_sweep_sets_what_got_lost(store: Store, now: datetime) -> None:
    """Members of an earlier release, and those who could not be reached at their time, get a digest again."""
    async with store.transaction(now) as tx:
        lost, stopped, silent = await reader(tx), await reader(tx), await reader(tx)
        await topics.set_pace(tx, person=silent, pace=Pace.SILENT)
        await leaving.stop(tx, person=stopped)
        await tx.run(due.due.delete())
        await tx.run(digests.digests.delete().where(digests.digests.c.person == lost))
        assert await news.sweep(tx) == 1
        assert [await set_for(tx, person) is not None for person in (lost, stopped, silent)] == [True, False, False]
        assert await news.sweep(tx) == 0


async def test_two_memberships_become_one(store: Store, now: datetime) -> None:
    """Linked, somebody follows what either followed, at the pace they had, and has one digest."""
    async with store.transaction(now) as tx:
        kept, gone = await enrolled(tx), await reader(tx, "com", "jus")
        await topics.set_pace(tx, person=gone, pace=Pace.SILENT)
        await topics.set_pace(tx, person=gone, pace=Pace.WEEKLY, topic="jus")
        here = await addresses.meet(tx, channel="telegram", account="main", external="77")
        await addresses.set_person(tx, person=here.person, to=gone)
        code = await links.offer(tx, person=kept)
        assert await links.accept(tx, code=code, address=here.id) == kept
        assert await topics.paces(tx, person=kept) == {"com": "", "jus": "weekly"}
        known = await digests.of(tx, person=kept)
        assert known is not None
        assert known.pace is Pace.SILENT
        assert [row.subject for row in await tx.all(select(due.due.c.subject))] == [kept]


async def test_the_work_of_a_digest_is_bounded(sqlite_store: Store, now: datetime) -> None:
    """A thousand members in one batch: each takes at most so many statements, however much there is to tell."""
    store = sqlite_store
    async with store.transaction(now) as tx:
        people = [await reader(tx, "com", "jus", "prv.crime") for _ in range(1000)]
        author = await enrolled(tx)
    async with store.transaction(now + MINUTE) as tx:
        for _ in range(40):
            await published(tx, author)
    statements = 0

    def note(*_: object) -> None:
        nonlocal statements
        statements += 1

    async with store.transaction(now + WEEK) as tx:
        event.listen(store.engine.sync_engine, "before_cursor_execute", note)
        for person in people:
            found, _letter = await news.weekly(tx, person=person, language="fr")
            assert (len(found.practices), found.more) == (news.SHOWN, 40 - news.SHOWN)
        event.remove(store.engine.sync_engine, "before_cursor_execute", note)
    assert statements <= STATEMENTS_EACH * len(people)
