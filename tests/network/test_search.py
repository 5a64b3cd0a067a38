"""Search: across languages, scripts and slips, the same on both stores; and the index, kept in step."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from network import erasure, index, jobs, practices, search, starter, texts, vectors
from network.facts import EVIDENCE, KINDS, STAGES
from network.index import search_done, search_terms, search_words
from network.sealing import Sealer
from network.search import Wish
from network.store import Store, Tx, open_engine
from network.texts import Mark
from tests.conftest import TEMPLATE, administer, postgres_url
from tests.network import search_set
from tests.network.people import enrolled, published

CORRIDOR = {
    "title": "Un couloir à bétail balisé",
    "problem": "Les troupeaux des éleveurs traversaient les champs.",
    "done": "Des bornes peintes marquent le passage des animaux.",
}
PRISON = {
    "language": "ar",
    "title": "زيارات عائلية في السجن",
    "problem": "كان السجناء بلا أخبار من أهلهم.",
    "done": "خصصت الإدارة قاعة للزيارة.",
}
MARKET = {
    "language": "en",
    "title": "Lamps for the night market",
    "problem": "Traders feared theft after dark.",
    "done": "The town hall put up solar lights.",
}


@pytest.fixture(autouse=True)
def _by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search without the optional model, installed or not."""
    monkeypatch.setattr(vectors, "installed", lambda: False)


FINDS = [
    ("couloir bétail", CORRIDOR),
    ("COULOIRS A BETAILS", CORRIDOR),
    ("cattle route", CORRIDOR),
    ("ممرات الماشية", CORRIDOR),
    ("للرعاة والمزارعين", CORRIDOR),
    ("makiyaya da manoma", CORRIDOR),
    ("pastoralism", CORRIDOR),  # a synonym of its topic
    ("visite parloir détenus", PRISON),
    ("prisoners' families", PRISON),
    ("السُّجُون", PRISON),
    ("بالسجن", PRISON),
    ("centre de détention", PRISON),
    ("éclairage public", MARKET),
    ("إنارة السوق", MARKET),
    ("vols la nuit", MARKET),
    ("couloire betaill", CORRIDOR),  # slips
    ("cattel ruote", CORRIDOR),
    ("pirson vists", PRISON),
    ("السجنا", PRISON),
    ("lihgting of markts", MARKET),
    ("Niger", CORRIDOR),  # where it was done
    ("النيجر", CORRIDOR),
]


@pytest.fixture
async def found_first(store: Store, now: datetime) -> dict[str, str]:
    """Publish three practices in three languages; return their ids by title."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        made = {}
        for fields, country, topic in (
            (CORRIDOR, "NE", "prv.resources"),
            (PRISON, "TN", "cor.humane"),
            (MARKET, "SN", "com.publicspace"),
        ):
            made[fields["title"]] = await published(tx, author, **fields, country=country, topics=[topic])
    return made


async def test_words_of_any_language_find(store: Store, now: datetime, found_first: dict[str, str]) -> None:
    """French finds Arabic and the reverse: by stems, concepts, the synonyms of topics, country, and despite slips."""
    async with store.reading(now) as tx:
        for words, fields in FINDS:
            found = await _ids(tx, words)
            assert found[:1] == [found_first[fields["title"]]], words


@pytest.mark.parametrize("words", ["xylophone", "% _ ' \" -- \\", "de la et pour", "و في من", "ض", "  "])
async def test_what_says_nothing_finds_nothing(store: Store, now: datetime, words: str) -> None:
    """An unknown word, signs and words of any sentence find nothing; no words at all find everything."""
    async with store.transaction(now) as tx:
        await published(tx, await enrolled(tx))
        assert len(await _ids(tx, words)) == (0 if words.strip() else 1)


async def test_narrowing_counts_what_it_finds(store: Store, now: datetime) -> None:
    """For each field, as many remain as were announced, with words and without."""
    async with store.transaction(now) as tx:
        civil, official = await enrolled(tx), await enrolled(tx, side="official", service="police")
        for number in range(12):
            facts = {
                "kind": KINDS[number % 3],
                "stage": STAGES[number % 4],
                "evidence": ["", *EVIDENCE][number % 5],
                "zone": ["", "NE-ML"][number % 2],
                "country": ["NE", "ML"][number % 2],
            }
            title = ["Marché de nuit", "Radio du soir"][number % 2]
            topics = ["com.dialogue", "tru.media"][: 1 + number % 2]
            await published(tx, [civil, official][number % 3 == 0], title=title, topics=topics, **facts)
    async with store.reading(now) as tx:
        for wish in (Wish(), Wish(words="radio"), Wish(words="radio", countries=("ML",)), Wish(words="introuvable")):
            for by in search.FIELDS:
                counted = await search.narrower(tx, wish=wish, by=by)
                for value, number in counted.items():
                    narrowed = await search.ranked(tx, wish=wish.narrowed(by, value))
                    assert len(narrowed) == number, (wish, by, value)
                assert list(counted.values()) == sorted(counted.values(), reverse=True)


async def test_a_side_is_found_only_where_it_is_said(store: Store, now: datetime) -> None:
    """Neither a search nor a count by side tells of an author who said nothing, has left, or never was (D9)."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        author = await enrolled(tx, side="official", service="police")
        said, unsaid, left = [await published(tx, author) for _ in range(3)]
        table = practices.practices
        await tx.run(update(table).where(table.c.id == unsaid).values(level=0))
        await tx.run(update(table).where(table.c.id == left).values(author=None))
        assert await search.ranked(tx, wish=Wish(sides=("official",))) == [said]
        assert await search.narrower(tx, wish=Wish(), by="sides") == {"official": 1}
        assert await search.ranked(tx, wish=Wish(sides=("civil",))) == []


async def test_the_index_follows_the_texts(store: Store, now: datetime) -> None:
    """Nothing is found before it is published or after it is taken back; a translation is found by its own words."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author, title="Zébrure", problem="Girafe.", done="Xylophone.")
        assert await _ids(tx, "zebrure") == await _ids(tx, "xylophone") == [practice]
        parts = {"problem": "حمامة", "done": "ياسمين"}
        await texts.put(tx, practice=practice, language="ar", title="مشمش", parts=parts, mark=Mark.CIVIL)
        await index.write(tx, practice=practice)
        assert await _ids(tx, "الياسمين") == [practice]
        await texts.put(tx, practice=practice, language="ar", title="مشمش", parts={"done": "زيتون"}, mark=Mark.CIVIL)
        await index.write(tx, practice=practice)
        assert await _ids(tx, "الياسمين") == []
        await practices.withdraw(tx, person=author, practice=practice)
        assert await _ids(tx, "zebrure") == await _ids(tx, "مشمش") == []
        await _nothing_is_left(tx)


@pytest.mark.parametrize("keep", [True, False])
async def test_erasure_reaches_the_index(store: Store, now: datetime, keep: bool) -> None:
    """What goes with its author leaves no word in the index; what stays is found as before."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author, title="Zébrure")
        await erasure.erase(tx, person=author, keep_practices=keep)
        assert await _ids(tx, "zebrure") == ([practice] if keep else [])
        if not keep:
            await _nothing_is_left(tx)


async def test_a_word_stays_known_while_a_practice_has_it(store: Store, now: datetime) -> None:
    """A word that two practices share is forgotten with the second of them."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        first, second = [await published(tx, author, title="Zébrure") for _ in range(2)]
        await practices.withdraw(tx, person=author, practice=first)
        assert await _ids(tx, "zebbrure") == [second]
        await practices.withdraw(tx, person=author, practice=second)
        await _nothing_is_left(tx)


async def test_other_rules_index_everything_once(store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """What release 0.1.0 published, and everything after a change of the concepts, is indexed by one job."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx), title="Zébrure")
        assert await index.behind(tx, limit=9) == []
        for table in (search_terms, search_words, search_done):
            await tx.run(delete(table))
        assert await index.behind(tx, limit=9) == [practice]
        await index.ask(tx)
        await index.ask(tx)
        assert [job.kind for job in await jobs.claim(tx, kinds=[index.REFRESH])] == [index.REFRESH]
        await index.write(tx, practice=practice)
        assert await _ids(tx, "zebrure") == [practice]
        monkeypatch.setattr(index, "version", lambda: "another")
        assert await index.behind(tx, limit=9) == [practice]


async def test_topics_of_the_best_speak(store: Store, now: datetime) -> None:
    """Of equal answers the one is first that shares topics with the best; what has no topic is found all the same."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        alike = {"title": "Thé", "problem": "Une zébrure.", "done": "Une girafe."}
        herds, radio, none = [
            await published(tx, author, **alike, topics=topics) for topics in (["prv.resources"], ["tru.media"], [])
        ]
        for word, topic, order in (
            ("zébrure", "prv.resources", [herds, radio, none]),
            ("girafe", "tru.media", [radio, herds, none]),
        ):
            best = [await published(tx, author, title=word, problem=word, done=word, topics=[topic]) for _ in range(2)]
            found = await _ids(tx, word)
            assert sorted(found[:2]) == sorted(best)
            assert found[2] == order[0]
            assert set(found[3:]) == set(order[1:])


async def test_the_labelled_searches_find_what_is_meant(store: Store, now: datetime) -> None:
    """Of the good answers more than eight in ten are among the first five, by words alone: less means it broke."""
    async with store.transaction(now) as tx:
        await search_set.fill(tx)
    async with store.reading(now) as tx:
        scores = {query: await search_set.recall(tx, query) for query in search_set.queries()}
    assert min(search_set.means(scores, "half").values()) >= 0.85


async def test_both_stores_find_the_same(
    sqlite_store: Store, postgres: str, sealer: Sealer, now: datetime, tmp_path: Path
) -> None:
    """Every labelled search has the same results, in the same order, on SQLite and on PostgreSQL."""
    await administer(postgres, f"CREATE DATABASE search_same TEMPLATE {TEMPLATE}")
    other = Store(open_engine(postgres_url(postgres, "search_same")), sealer)
    found = []
    for store in (sqlite_store, other):
        async with store.transaction(now) as tx:
            await search_set.fill(tx)
        async with store.reading(now) as tx:
            found.append([await search.ranked(tx, wish=Wish(words=query.text)) for query in search_set.queries()])
            found[-1] += [await search.ranked(tx, wish=Wish(countries=("NE",)))]
    await other.close()
    await administer(postgres, "DROP DATABASE search_same WITH (FORCE)")
    assert found[0] == found[1]


async def _ids(tx: Tx, words: str) -> list[str]:
    return await search.ranked(tx, wish=Wish(words=words))


async def _nothing_is_left(tx: Tx) -> None:
    for table in (search_terms, search_words, search_done, vectors.search_vectors):
        assert await tx.all(select(table)) == [], table.name
