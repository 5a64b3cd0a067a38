"""Search by meaning: of published texts only, beside the rest, in time or not at all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from network import index, practices, search, texts, vectors
from network.search import Wish
from network.store import Store, Tx
from network.texts import Mark
from network.vectors import search_vectors
from tests.network import search_set
from tests.network.people import enrolled, handed_in, published

numpy = pytest.importorskip("numpy", reason="comes with the extra: make semantic")
MEANINGS = ("chat", "félin", "minet"), ("chien", "toutou", "molosse")


class Model:
    """Knows two animals: a vector has a number for each, and one for all the rest."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.wait = threading.Event()
        self.wait.set()

    def query(self, texts: str) -> Any:
        """Return the vector of a search, once it may."""
        self.wait.wait(5)
        return self._vector(texts)

    def passage(self, texts: Sequence[str]) -> Any:
        """Return the vectors of texts, and remember them."""
        self.read += texts
        return numpy.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Any:
        numbers = [float(any(word in text.lower() for word in words)) for words in MEANINGS]
        return numpy.array([*numbers, 0.1], "f4")


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a vector however busy the machine is, and be content with few texts."""
    monkeypatch.setattr(vectors, "LATE_S", 30)
    monkeypatch.setattr(vectors, "FEWEST", 1)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """Put a small model in the place of the real one."""
    made = Model()
    monkeypatch.setattr(vectors, "_model", lambda _use: made)
    monkeypatch.setattr(vectors, "installed", lambda: True)
    return made


async def test_what_is_near_by_meaning_is_found(store: Store, now: datetime, model: Model) -> None:
    """A practice that has none of the words but their meaning is found once it was read; words still count."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        cat, dog = [await published(tx, author, title=f"Le {one}", problem=one) for one in ("minet", "molosse")]
        assert await _ids(tx, "félin") == []
        assert await _read(tx) == 2
        assert await _ids(tx, "félin") == [cat]
        assert await _ids(tx, "molosse") == [dog]
        assert await _ids(tx, "girafe") == []


async def test_only_published_texts_are_read(store: Store, now: datetime, model: Model) -> None:
    """The model is given no text before it is published; what is taken back leaves no vector."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        await handed_in(tx, author, title="Le chat secret")
        assert await _read(tx) == 0
        shown = await published(tx, author, title="Le chat public")
        assert await _read(tx) == 1
        assert not any("secret" in text for text in model.read)
        await practices.withdraw(tx, person=author, practice=shown)
        assert await tx.all(select(search_vectors)) == []
        assert await _ids(tx, "félin") == []


async def test_a_changed_text_is_read_anew(store: Store, now: datetime, model: Model) -> None:
    """A text that changes loses its vector at once; one that changed while it was read gets none of its old words."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx), title="Le chat")
        await _read(tx)
        await _put(tx, practice, "ar", "chien")
        unread = await vectors.unread(tx, limit=9)
        assert [text.key[:2] for text in unread] == [(practice, "ar")]
        read = await vectors.read(unread)
        await _put(tx, practice, "ar", "chat")
        await vectors.keep(tx, texts=unread, vectors=read)
        assert {row.language for row in await tx.all(select(search_vectors))} == {"fr"}
        await _read(tx)
        assert {row.language for row in await tx.all(select(search_vectors))} == {"fr", "ar"}
        await _put(tx, practice, "ar", "chien")
        assert {row.language for row in await tx.all(select(search_vectors))} == {"fr"}


async def test_what_changed_is_read_again(store: Store, now: datetime, model: Model) -> None:
    """A search knows the vectors that came and went since the last one, with whatever instant they were written."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        cat, dog = [await published(tx, author, title=f"Le {one}", problem=one) for one in ("minet", "molosse")]
        await _read(tx)
        assert await _near(tx) == {cat, dog}
        await practices.withdraw(tx, person=author, practice=cat)
        assert await _near(tx) == {dog}
        other = await published(tx, author, title="Le félin", problem="félin")
        await _read(tx)
        assert await _near(tx) == {dog, other}
        await practices.withdraw(tx, person=author, practice=dog)
        assert await _near(tx) == {other}
        late = await published(tx, author, title="Le chien", problem="chien")
        await _read(replace(tx, now=now - timedelta(hours=1)))
        assert await _near(tx) == {other, late}


async def test_a_late_vector_is_not_waited_for(
    store: Store, now: datetime, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the model is busy a search answers by words alone."""
    monkeypatch.setattr(vectors, "LATE_S", 0.05)
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        cat = await published(tx, author, title="Le minet")
        await _read(tx)
        model.wait.clear()
        try:
            assert await _ids(tx, "félin") == []
            assert await _ids(tx, "minet") == [cat]
        finally:
            model.wait.set()


async def test_without_the_extra_nothing_is_asked(
    store: Store, now: datetime, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not installed, vectors that are there from before change nothing."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        cat = await published(tx, author, title="Le minet")
        await _read(tx)
        monkeypatch.setattr(vectors, "installed", lambda: False)
        assert await _ids(tx, "félin") == []
        assert await _ids(tx, "minet") == [cat]


async def test_the_real_model_crosses_languages(store: Store, now: datetime) -> None:
    """The installed model finds an Arabic practice by English words that no concept has."""
    pytest.importorskip(vectors.LIBRARY, reason="make semantic")
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        bees = {"title": "خلايا النحل والعسل", "problem": "النحل يلسع المارة.", "done": "نقلت الخلايا بعيدا عن الطريق."}
        wanted = await published(tx, author, language="ar", **bees)
        for title in ("نظافة الشوارع", "تدريب الحراس", "إصلاح السيارات"):
            await published(tx, author, language="ar", title=title, problem=title, done=title)
        await _read(tx)
        near = await vectors.near(await vectors.ask(tx, words="honey bees stinging passers-by"))
        assert next(iter(near)) == wanted


async def test_the_labelled_searches_find_what_is_meant(sqlite_store: Store, now: datetime, *, long: bool) -> None:
    """Of the good answers at least nine in ten are among the first five with the installed model, on either half."""
    pytest.importorskip(vectors.LIBRARY, reason="make semantic")
    if not long:
        pytest.skip("the model reads for a minute: make long")
    async with sqlite_store.transaction(now) as tx:
        await search_set.fill(tx)
        while await _read(tx):
            pass
        scores = {query: await search_set.recall(tx, query) for query in search_set.queries()}
    assert min(search_set.means(scores, "half").values()) >= 0.9


async def _ids(tx: Tx, words: str) -> list[str]:
    return await search.ranked(tx, wish=Wish(words=words))


async def _near(tx: Tx) -> set[str]:
    return set(await vectors.near(await vectors.ask(tx, words="chat")))


async def _read(tx: Tx) -> int:
    """Read what has no vector yet, as the job does; return how many texts there were."""
    unread = await vectors.unread(tx, limit=99)
    await vectors.keep(tx, texts=unread, vectors=await vectors.read(unread) if unread else [])
    return len(unread)


async def _put(tx: Tx, practice: str, language: str, word: str) -> None:
    await texts.put(tx, practice=practice, language=language, title=word, parts={"done": word}, mark=Mark.CIVIL)
    await index.write(tx, practice=practice)
