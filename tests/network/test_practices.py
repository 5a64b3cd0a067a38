"""Practices: handed in, decided, found; on both databases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from network import approvals, practices, search, starter, texts
from network.errors import Conflict, Invalid, Missing
from network.facts import Facts
from network.ids import new_id
from network.practices import Practice, State
from network.search import Wish
from network.store import Store, Tx
from network.texts import Mark
from tests.network.people import enrolled, handed_in, published, seated


async def _found(tx: Tx, *, language: str = "", limit: int = 50, **wish: Any) -> list[Practice]:
    return await search.find(tx, wish=Wish(**wish), language=language, limit=limit)


async def test_a_draft_is_sealed_until_it_is_published(store: Store, now: datetime) -> None:
    """What is handed in is sealed and not found; published, it is plain and found."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await handed_in(tx, author)
        draft = await practices.get(tx, practice=practice)
        assert (draft.state, draft.title, draft.published_at) == (State.SUBMITTED, "Café de la paix", None)
        rows = await tx.all(select(practices.practices))
        assert "paix" not in repr([tuple(row) for row in rows])
        assert await _found(tx, words="café") == []
        await practices.publish(tx, practice=practice)
        await practices.publish(tx, practice=practice)
        found = await _found(tx, words="CAFE")
        assert [(one.id, one.author, one.published_at, one.topics) for one in found] == [
            (practice, author, now, ("com.dialogue",))
        ]
        assert await practices.count(tx) == 1
        with pytest.raises(Conflict):
            await practices.refuse(tx, practice=practice, reason="late")


async def test_a_refusal_tells_its_author_why(store: Store, now: datetime) -> None:
    """A refused practice stays with its author, with the reason, and is never published."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await handed_in(tx, author)
        await practices.refuse(tx, practice=practice, reason="Names a person")
        mine = await practices.mine(tx, author=author)
        assert [(one.id, one.state, one.reason) for one in mine] == [(practice, State.REFUSED, "Names a person")]
        with pytest.raises(Conflict):
            await practices.publish(tx, practice=practice)
        with pytest.raises(Missing):
            await practices.get(tx, practice=new_id())
        with pytest.raises(Missing):
            await practices.publish(tx, practice=new_id())


async def test_a_change_is_asked_and_made(store: Store, now: datetime) -> None:
    """Asked for a change, the author reads why and hands in again: it is put before those who decide, once more."""
    async with store.transaction(now) as tx:
        decider, author = await seated(tx, "NE", "official"), await enrolled(tx)
        practice = await handed_in(tx, author)
        await practices.ask_change(tx, practice=practice, reason="Say who took part")
        await practices.ask_change(tx, practice=practice, reason="Say who took part")
        await approvals.withdraw(tx, subject=practice)  # as the decision did
        (mine,) = await practices.mine(tx, author=author)
        assert (mine.state, mine.reason) == (State.CHANGES, "Say who took part")
        with pytest.raises(Conflict):
            await practices.publish(tx, practice=practice)
        anew = {"title": "Café de la paix", "parts": {"problem": "P.", "done": "D.", "who": "Tous"}}
        given = {"practice": practice, "facts": Facts(country="NE", stage="pilot"), "topics": ["com.policing"], **anew}
        with pytest.raises(Missing):
            await practices.resubmit(tx, author=await enrolled(tx), **given)
        assert await practices.resubmit(tx, author=author, **given) == practice
        with pytest.raises(Conflict):
            await practices.resubmit(tx, author=author, **given)
        (again,) = await practices.mine(tx, author=author)
        assert (again.state, again.reason, again.topics) == (State.SUBMITTED, "", ("com.policing",))
        assert (again.parts["who"], again.facts.stage) == ("Tous", "pilot")
        assert [asked.subject for asked in await approvals.pending_for(tx, person=decider)] == [practice]


async def test_what_was_refused_is_decided_anew(store: Store, now: datetime) -> None:
    """After an appeal a refused practice can be published; one that was not refused is not reopened."""
    async with store.transaction(now) as tx:
        practice = await handed_in(tx, await enrolled(tx))
        await practices.refuse(tx, practice=practice, reason="Unclear")
        await practices.reopen(tx, practice=practice)
        await practices.reopen(tx, practice=practice)
        await practices.publish(tx, practice=practice)
        assert (await practices.get(tx, practice=practice)).reason == ""
        with pytest.raises(Conflict):
            await practices.reopen(tx, practice=practice)


async def test_an_author_takes_a_practice_back(store: Store, now: datetime) -> None:
    """Withdrawn, it is found by nobody, sealed again, decided by nobody; its author can hand it in anew."""
    async with store.transaction(now) as tx:
        decider, author = await seated(tx, "NE", "official"), await enrolled(tx)
        waiting, shown = await handed_in(tx, author), await published(tx, author)
        await approvals.withdraw(tx, subject=shown)  # as the decision did
        with pytest.raises(Missing):
            await practices.withdraw(tx, person=await enrolled(tx), practice=shown)
        for practice in (waiting, shown, shown):
            await practices.withdraw(tx, person=author, practice=practice)
        mine = await practices.mine(tx, author=author)
        assert {(one.state, one.title, one.published_at) for one in mine} == {
            (State.WITHDRAWN, "Café de la paix", None)
        }
        assert await approvals.pending_for(tx, person=decider) == []
        assert author not in {one.author for one in await _found(tx, words="café")}
        assert await practices.published(tx, [shown]) == []
        for table in (practices.practices, texts.practice_texts):
            rows = await tx.all(select(table).where((table.c.id if "id" in table.c else table.c.practice) == shown))
            assert "paix" not in repr([tuple(row) for row in rows])
        again = {"facts": Facts(country="NE"), "topics": ["com.dialogue"], "title": "Thé de la paix"}
        await practices.resubmit(tx, practice=shown, author=author, parts={"done": "D."}, **again)
        await practices.publish(tx, practice=shown)
        assert [one.title for one in await practices.published(tx, [shown])] == ["Thé de la paix"]


@pytest.mark.parametrize(("codes", "both"), [(["com.dialogue"], False), (["com.dialogue", "gov.accountability"], True)])
async def test_a_sensitive_topic_needs_both_sides(
    store: Store,
    now: datetime,
    codes: list[str],
    both: bool,
) -> None:
    """Handing in opens an approval: of both sides when a topic is sensitive, of either side when none is."""
    async with store.transaction(now) as tx:
        decider = await seated(tx, "NE", "official")
        practice = await handed_in(tx, await enrolled(tx), topics=codes)
        (asked,) = await approvals.pending_for(tx, person=decider)
        assert (asked.kind, asked.subject, asked.both_sides) == ("practice", practice, both)
        with pytest.raises(Invalid):
            await handed_in(tx, await enrolled(tx), topics=["secret"])


async def test_search_puts_more_matching_words_first(store: Store, now: datetime) -> None:
    """What has more of the words comes first; a word in the text weighs more than one that names a topic."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        texts = ["le marché calme", "le marché de nuit", "la nuit"]
        made = [await handed_in(tx, author, title=text, problem="", done="", topics=["cor.humane"]) for text in texts]
    for hours, practice in enumerate(made):
        async with store.transaction(now + timedelta(hours=hours)) as tx:
            await practices.publish(tx, practice=practice)
    async with store.reading(now) as tx:
        for words, first in (("marché nuit", made[1]), ("calme prisons", made[0])):
            found = [one.id for one in await _found(tx, words=words)]
            assert (found[0], set(found)) == (first, set(made))
        assert [one.id for one in await _found(tx)] == [made[2], made[1], made[0]]
        assert [one.id for one in await _found(tx, limit=1)] == [made[2]]
        assert await _found(tx, words="introuvable") == []
        assert await _found(tx, words="% _ ' \" --") == []
        again = await practices.published(tx, [made[0], new_id(), made[2]])
        assert [one.id for one in again] == [made[0], made[2]]


async def test_search_narrows_by_topic_and_country(store: Store, now: datetime) -> None:
    """A topic, a root above it, and countries narrow what is found."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        niger = await handed_in(tx, author)
        chad = await handed_in(tx, author, country="TD", topics=["cor.humane"])
        for practice in (niger, chad):
            await practices.publish(tx, practice=practice)

        async def ids(**narrow: Any) -> set[str]:
            return {one.id for one in await _found(tx, **narrow)}

        assert await ids(topics=["com"]) == {niger}
        assert await ids(topics=["cor.humane", "com.dialogue"]) == {niger, chad}
        assert await ids(countries=["TD", "ML"]) == {chad}
        assert await ids(countries=["TD"], topics=["com"]) == set()


async def test_the_starter_practices_are_found_across_languages(store: Store, now: datetime) -> None:
    """Loaded once, the starter practices are found by words of any language, shown in the reader's if they can be."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        await starter.load(tx)
        assert await practices.count(tx) == 11
        radio = starter.practice_id("ne-radio")
        for words in ("la radio", "الإذاعة", "callers", "وسائل إعلام شرطة إذاعه"):
            assert radio in [one.id for one in await _found(tx, words=words)], words
        english = await practices.get(tx, practice=radio, language="en")
        assert (english.language, english.title) == ("en", "Police answer callers live on radio")
        arabic = await practices.get(tx, practice=radio, language="ar")
        assert (arabic.language, arabic.title[:6], arabic.editorial) == ("ar", "الشرطة", True)
        assert arabic.problem.startswith("كانت لدى السكان")
        for language in ("fr", "ar", "en"):
            for one in await _found(tx, language=language):
                assert one.language == language
                assert one.done
                assert 0 < len(one.title) <= 60
        community = await _found(tx, words="police de proximité")
        assert starter.practice_id("ne-commpol") == community[0].id


async def test_the_starter_practices_have_their_whole_record(store: Store, now: datetime) -> None:
    """Facts, source and every part are there; in a network that an earlier release filled, what is missing comes."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        radio = starter.practice_id("ne-radio")
        whole = {
            language: await practices.get(tx, practice=radio, language=language) for language in ("fr", "ar", "en")
        }
        for one in whole.values():
            assert set(one.parts) == {
                "problem", "context", "who", "done", "result", "source", "cost", "risks", "adapt"
            }  # fmt: skip
            assert (one.facts.evidence, one.facts.decision, one.facts.rhythm) == ("told", "command", "once")
            assert one.mark is Mark.EDITORIAL
        pilot = await practices.get(tx, practice=starter.practice_id("ne-commpol"))
        assert (pilot.facts.stage, pilot.facts.months, pilot.facts.evidence) == ("expanded", 18, "official")
        table, words = practices.practices, texts.practice_texts
        await tx.run(update(table).values(evidence="", scale="", decision="", rhythm="", stage="pilot", months=None))
        as_before = {"parts": json.dumps({"problem": "P.", "done": "D."}), "mark": "original"}
        await tx.run(update(words).where(words.c.language != "ar").values(**as_before))
        await tx.run(update(words).where(words.c.language == "ar").values(mark="civil", parts='{"done": "D."}'))
        for _again in range(2):
            await starter.load(tx)
            filled = await practices.get(tx, practice=radio, language="fr")
            assert filled.parts == {**whole["fr"].parts, "problem": "P.", "done": "D."}
            assert (filled.facts.evidence, filled.facts.stage, filled.mark) == ("told", "pilot", Mark.EDITORIAL)
            assert (await practices.get(tx, practice=radio, language="ar")).parts == {"done": "D."}


async def test_what_an_author_shared_stays_or_goes_as_they_wish(store: Store, now: datetime) -> None:
    """Leaving keeps published texts without their author, or erases them; drafts always go."""
    async with store.transaction(now) as tx:
        for keep, left in ((True, 1), (False, 1)):
            author = await enrolled(tx)
            published, draft = await handed_in(tx, author), await handed_in(tx, author, title="draft")
            await practices.publish(tx, practice=published)
            await practices.forget_author(tx, author=author, keep=keep)
            assert await practices.count(tx) == left
            assert await practices.mine(tx, author=author) == []
            with pytest.raises(Missing):
                await practices.get(tx, practice=draft)
