"""Translations by members: offered by one, confirmed by another, sealed until then; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from network import due, erasure, practices, search, texts, topics, translations
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.members import State as Standing
from network.search import Wish
from network.store import Store, Tx
from network.texts import Mark
from network.translations import State
from tests.network.people import enrolled, published, seated

TITLE, PARTS = "مقهى الزيتونة", {"problem": "كان الشباب يتجنبون المركز.", "done": "شاي مشترك كل يوم جمعة."}
OFFERED = ["ar", "fr", "en"]


async def reader(tx: Tx, side: str = "official", country: str = "TD", **fields: Any) -> str:
    """Make a member who follows the practice's topic; in Chad both French and Arabic are worked in."""
    service = {"civil": "association", "official": "police"}[side]
    person = await enrolled(tx, side=side, country=country, service=service, **fields)
    await topics.follow(tx, person=person, topics=["com"])
    return person


async def offered(tx: Tx, practice: str, person: str, **changed: Any) -> dict[str, Any]:
    """Offer an Arabic translation."""
    source = await translations.original(tx, practice=practice)
    assert source is not None
    usual = {"language": "ar", "title": TITLE, "parts": PARTS, "made_from": source.version}
    return await translations.offer(tx, practice=practice, person=person, **(usual | changed))


@pytest.mark.parametrize(("side", "mark"), [("civil", Mark.CIVIL), ("official", Mark.OFFICIAL)])
async def test_a_second_member_confirms(store: Store, now: datetime, side: str, mark: Mark) -> None:
    """What one member translated is sealed until another confirms it; then it is read, with its mark, and found."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        translator, second = await enrolled(tx, side=side), await reader(tx)
        given = await offered(tx, practice, translator)
        assert given["ask"] == [second]
        before = await practices.get(tx, practice=practice, language="ar")
        assert (before.language, before.languages) == ("fr", ("fr",))
        assert await search.find(tx, wish=Wish(words="الزيتونة")) == []
        [waiting] = await translations.to_check(tx, person=second)
        assert (waiting.title, waiting.parts, waiting.original.title) == (TITLE, PARTS, "Café de la paix")
        told = await translations.confirm(tx, translation=given["translation"], by=second)
        assert told == {"fresh": True, "tell": translator, "author": before.author}
        found = await practices.get(tx, practice=practice, language="ar")
        assert (found.title, found.parts, found.mark, found.outdated) == (TITLE, PARTS, mark, False)
        assert (found.written, found.languages) == ("fr", ("ar", "fr"))
        [result] = await search.find(tx, wish=Wish(words="الزيتونة"), language="ar")
        assert (result.id, result.title) == (practice, TITLE)
        assert [each.title for each in await search.find(tx, wish=Wish(words="café"), language="ar")] == [TITLE]
        assert (await practices.get(tx, practice=practice)).title == "Café de la paix"


async def test_it_is_sealed_at_rest(store: Store, now: datetime) -> None:
    """Neither the words of an offered translation nor a remark stand open in the database."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        second = await reader(tx)
        given = await offered(tx, practice, await enrolled(tx))
        await translations.send_back(tx, translation=given["translation"], by=second, remark="كلمة ناقصة")
        [row] = await tx.all(select(translations.translations))
        assert all(word.encode() not in row.text + row.remark for word in (TITLE, "كلمة"))
        found = await translations.find(tx, translation=row.id)
        assert found is not None
        assert (found.title, found.remark, found.state) == (TITLE, "كلمة ناقصة", State.BACK)


async def test_the_other_side_and_those_who_read_both_are_asked_first(store: Store, now: datetime) -> None:
    """Five are asked: who worked in it before, then who lives with both, the other side first; later the next ones."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        translator = await reader(tx, "civil")
        own, other = await reader(tx, "civil"), await reader(tx)
        half = [await reader(tx, country="NG", language="ar") for _ in range(6)]
        neither = await reader(tx, country="NG", language="en")
        await reader(tx, state=Standing.STOPPED)
        elsewhere = await enrolled(tx, country="TD")
        seat = await seated(tx, "NE", "official")
        given = await offered(tx, practice, translator)
        assert given["ask"][:2] == [other, own]
        assert set(given["ask"][2:]) < {*half, seat}
        assert len(given["ask"]) == translations.ASKED
        rest = await translations.ask(tx, translation=given["translation"])
        assert {*given["ask"], *rest} == {own, other, seat, *half}
        assert await translations.ask(tx, translation=given["translation"]) == []
        for person in (neither, elsewhere):
            assert person not in rest
        assert await tx.scalar(select(due.due.c.at).where(due.due.c.kind == translations.ASK)) == now + timedelta(7)


async def test_nobody_confirms_their_own_or_what_does_not_concern_them(store: Store, now: datetime) -> None:
    """The translator, and a member who neither follows its topic nor coordinates its country, cannot decide."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        translator, stranger = await reader(tx), await enrolled(tx, country="TD")
        given = await offered(tx, practice, translator)
        for person in (translator, stranger):
            with pytest.raises(Forbidden):
                await translations.confirm(tx, translation=given["translation"], by=person)
            assert await translations.waiting(tx, practice=practice, person=person) == ""
        volunteer = await reader(tx)
        assert await translations.waiting(tx, practice=practice, person=volunteer) == given["translation"]


async def test_a_sensitive_topic_takes_both_sides(store: Store, now: datetime) -> None:
    """Where a topic is sensitive the second member is of the other side: nobody else is asked, or can confirm it."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx), topics=["com.selfdefence", "com.dialogue"])
        same, other = await reader(tx, "civil"), await reader(tx)
        given = await offered(tx, practice, await enrolled(tx))
        assert given["ask"] == [other]
        with pytest.raises(Forbidden):
            await translations.confirm(tx, translation=given["translation"], by=same)
        assert (await translations.confirm(tx, translation=given["translation"], by=other))["fresh"]


async def test_one_answer_is_enough(store: Store, now: datetime) -> None:
    """After the first word a second one changes nothing, and nobody finds it in their list any more."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        first, second = await reader(tx), await reader(tx)
        given = await offered(tx, practice, await enrolled(tx))
        await translations.confirm(tx, translation=given["translation"], by=first)
        for act in (translations.confirm, translations.send_back):
            remark = {"remark": "Non."} if act is translations.send_back else {}
            late: Any = await act(tx, translation=given["translation"], by=second, **remark)
            assert late == {"fresh": False, "tell": "", "author": ""}
        assert await translations.to_check(tx, person=second) == []
        assert (await practices.get(tx, practice=practice, language="ar")).title == TITLE
        assert not await tx.all(select(due.due).where(due.due.c.kind == translations.ASK))


async def test_what_was_sent_back_is_handed_in_again(store: Store, now: datetime) -> None:
    """Its translator changes it and the same members may be asked again; it is one translation all the time."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        translator, second = await enrolled(tx), await reader(tx)
        given = await offered(tx, practice, translator)
        await translations.send_back(tx, translation=given["translation"], by=second, remark="Le titre ?")
        assert [each.remark for each in await translations.mine(tx, person=translator)] == ["Le titre ?"]
        again = await offered(tx, practice, translator, title="مقهى للسلام")
        assert again == given
        [waiting] = await translations.to_check(tx, person=second)
        assert (waiting.title, waiting.remark) == ("مقهى للسلام", "")


async def test_only_one_offer_is_open_at_a_time(store: Store, now: datetime) -> None:
    """While one waits nobody else offers; one that was sent back and forgotten gives way after two weeks."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        first, other, second = await enrolled(tx), await enrolled(tx), await reader(tx)
        given = await offered(tx, practice, first)
        here: Any = {"practice": practice, "languages": OFFERED}
        assert await translations.wanted(tx, person=first, **here) == ["ar", "en"]
        assert await translations.wanted(tx, person=other, **here) == ["en"]
        with pytest.raises(Conflict):
            await offered(tx, practice, other)
        await translations.send_back(tx, translation=given["translation"], by=second, remark="Non.")
        with pytest.raises(Conflict):
            await offered(tx, practice, other)
    async with store.transaction(now + translations.HELD) as tx:
        later = await offered(tx, practice, other)
        assert [each.id for each in await translations.to_check(tx, person=second)] == [later["translation"]]
        assert await translations.mine(tx, person=first) == []


async def test_what_says_nothing_new_is_not_taken(store: Store, now: datetime) -> None:
    """A translation that is the original, or of what is not published, is refused; parts of its own are dropped."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        person, second = await enrolled(tx), await reader(tx)
        source = await translations.original(tx, practice=practice)
        assert source is not None
        with pytest.raises(Invalid):
            await offered(tx, practice, person, title=source.title, parts=source.parts)
        given = await offered(tx, practice, person, parts={**PARTS, "cost": "لا شيء"})
        [waiting] = await translations.to_check(tx, person=second)
        assert waiting.parts == PARTS
        await practices.withdraw(
            tx, person=(await practices.get(tx, practice=practice)).author or "", practice=practice
        )
        assert await translations.find(tx, translation=given["translation"]) is None
        with pytest.raises(Missing):
            await translations.offer(
                tx, practice=practice, person=person, language="en", title="T", parts={}, made_from=""
            )


async def test_a_corrected_original_outdates_its_translations(store: Store, now: datetime) -> None:
    """When the author changes the original the translation is marked as older, and may be made anew."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        translator, second = await enrolled(tx), await reader(tx)
        given = await offered(tx, practice, translator)
        await translations.confirm(tx, translation=given["translation"], by=second)
        here: Any = {"practice": practice, "person": translator, "languages": OFFERED}
        assert await translations.wanted(tx, **here) == ["en"]
        original = await practices.get(tx, practice=practice)
        changed = {**original.parts, "done": "Un thé partagé chaque mardi."}
        await texts.put(tx, practice=practice, language="fr", title=original.title, parts=changed)
        assert (await practices.get(tx, practice=practice, language="ar")).outdated
        assert not (await practices.get(tx, practice=practice, language="fr")).outdated
        assert await translations.wanted(tx, **here) == ["ar", "en"]
        anew = await offered(tx, practice, translator, parts={**PARTS, "done": "شاي كل ثلاثاء."})
        await translations.confirm(tx, translation=anew["translation"], by=second)
        assert not (await practices.get(tx, practice=practice, language="ar")).outdated


async def test_a_practice_taken_back_takes_its_translations_along(store: Store, now: datetime) -> None:
    """Withdrawn, it is read in no language; published anew, its translator begins with what they had before."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author)
        translator, second = await enrolled(tx), await reader(tx)
        given = await offered(tx, practice, translator)
        await translations.confirm(tx, translation=given["translation"], by=second)
        former = await practices.get(tx, practice=practice)
        await practices.withdraw(tx, person=author, practice=practice)
        assert await search.find(tx, wish=Wish(words="الزيتونة")) == []
        assert await translations.mine(tx, person=translator) == []
        changed = {**former.parts, "done": "Un thé partagé chaque mardi."}
        again: Any = {"facts": former.facts, "topics": former.topics, "title": former.title, "parts": changed}
        await practices.resubmit(tx, practice=practice, author=author, **again)
        await practices.publish(tx, practice=practice)
        assert (await practices.get(tx, practice=practice, language="ar")).language == "fr"
        assert [each.state for each in await translations.mine(tx, person=translator)] == [State.BACK]
        sheet = await translations.sheet(tx, practice=practice, person=translator, language="ar")
        assert (sheet["parts"], sheet["former"]) == (changed, {"title": TITLE, **PARTS})
        anew = await offered(tx, practice, translator)
        await translations.confirm(tx, translation=anew["translation"], by=second)
        assert (await practices.get(tx, practice=practice, language="ar")).title == TITLE


async def test_what_nobody_translated_any_more_is_not_kept(store: Store, now: datetime) -> None:
    """When translator and text are gone nothing of the translation stays."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author)
        translator, second = await enrolled(tx), await reader(tx)
        given = await offered(tx, practice, translator)
        await translations.confirm(tx, translation=given["translation"], by=second)
        await erasure.erase(tx, person=translator)
        await practices.withdraw(tx, person=author, practice=practice)
        assert not await tx.all(select(translations.translations))


async def test_who_leaves_takes_what_is_not_confirmed(store: Store, now: datetime) -> None:
    """Erased, a translator's pending text goes and the published one stays, unlinked; so does who confirmed it."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        known, open_ = await published(tx, author), await published(tx, author, title="Une autre")
        translator, second = await enrolled(tx), await reader(tx)
        given = await offered(tx, known, translator)
        await translations.confirm(tx, translation=given["translation"], by=second)
        await offered(tx, open_, translator)
        states = {each["state"] for each in await translations.copy(tx, person=translator)}
        assert states == {"waiting", "confirmed"}
        for person in (translator, second):
            await erasure.erase(tx, person=person)
        [row] = await tx.all(select(translations.translations))
        assert (row.translator, row.checker, row.practice) == (None, None, known)
        assert not await tx.all(select(translations.translation_asks))
        assert (await practices.get(tx, practice=known, language="ar")).mark is Mark.CIVIL


async def test_two_memberships_become_one(store: Store, now: datetime) -> None:
    """What one membership offered, and was asked, is the other's after they are joined."""
    async with store.transaction(now) as tx:
        practice, other = await published(tx, await enrolled(tx)), await published(tx, await enrolled(tx))
        old, new = await reader(tx), await reader(tx)
        await offered(tx, practice, old)
        asked = await offered(tx, other, await enrolled(tx))
        assert set(asked["ask"]) == {old, new}
        await translations.hand_over(tx, person=old, to=new)
        assert [each.practice for each in await translations.mine(tx, person=new)] == [practice]
        assert [each.practice for each in await translations.to_check(tx, person=new)] == [other]
        [own] = await translations.mine(tx, person=new)
        with pytest.raises(Forbidden):
            await translations.confirm(tx, translation=own.id, by=new)
