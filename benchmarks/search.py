"""How well and how fast practices are found: recall on the labelled set, and latency at 10,000 practices.

By words, and by meaning where the extra ``semantic`` is installed.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import insert, text

from benchmarks.database import Database
from benchmarks.tables import table
from network import index, migrations, search, vectors
from network.sealing import KeyRing, Sealer
from network.search import Wish
from network.store import Store, open_engine
from tests.network import search_set
from tests.network.search_set import Query

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PRACTICES = 10_000
AT_ONCE = 50  # texts of one step of the model
GOAL_MS = 50
NOT_INSTALLED = "By meaning: not measured, the extra `semantic` is not installed."
PLACED = (
    "By meaning: with the real model, which also read the records; the vector of each copy lies in the middle between "
    "two records of its language, since it has parts of two. CPU is that of the process, the model's thread included."
)
HEAD = (
    *("store", "by", "practices", "p50, ms", "p95, ms", "CPU p50, ms", "CPU p95, ms"),
    *("bare p50, ms", "bare p95, ms", "p95, ratio"),
)
BARE = {  # the reference: the database's own full-text search, over the same texts, ranked, the first sixty
    True: (
        "CREATE VIRTUAL TABLE bare USING fts5(practice UNINDEXED, words, tokenize='unicode61')",
        "INSERT INTO bare SELECT practice, title || ' ' || parts FROM practice_texts",
        "SELECT practice FROM bare WHERE bare MATCH :words ORDER BY rank LIMIT 60",
        " OR ",
    ),
    False: (
        "CREATE TABLE bare (practice text, words tsvector)",
        "INSERT INTO bare SELECT practice, to_tsvector('simple', title || ' ' || parts) FROM practice_texts",
        (
            "SELECT practice FROM bare, to_tsquery('simple', :words) sought WHERE words @@ sought "
            "ORDER BY ts_rank(words, sought) DESC LIMIT 60"
        ),
        " | ",
    ),
}


async def recall_report() -> str:
    """Return the table of recall@5, by words alone and by meaning, on the tuned and on the held-out half."""
    with tempfile.TemporaryDirectory() as folder:
        async with _store(f"sqlite+aiosqlite:///{Path(folder) / 'jisr.db'}", copies=1) as store:
            with patch.object(vectors, "installed", lambda: False):
                plain = await _recall(store)
            if not vectors.installed():
                return _recall_table(plain, None) + "\n\n" + NOT_INSTALLED
            await _read_all(store)
            return _recall_table(plain, await _recall(store))


async def latency_report(database: Database) -> str:
    """Return the table of latency at 10,000 practices on each store, beside the bare full-text search."""
    copies = PRACTICES // search_set.size() + 1
    ways = {"words": False, "meaning": True} if vectors.installed() else {"words": False}
    rows: list[list[str]] = []
    known: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, url in (
            ("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'jisr.db'}"),
            ("PostgreSQL", await database.fresh()),
        ):
            async with _store(url, copies=copies) as store:
                await _make_bare(store)
                if vectors.installed():
                    await _place(store, known)
                for way, meant in ways.items():
                    with patch.object(vectors, "installed", return_value=meant):
                        rows.append([name, way, *await _latency(store)])
    return table(HEAD, rows) + "\n\n" + (PLACED if vectors.installed() else NOT_INSTALLED)


async def _recall(store: Store) -> dict[Query, float]:
    async with store.reading(NOW) as tx:
        return {query: await search_set.recall(tx, query) for query in search_set.queries()}


def _recall_table(plain: dict[Query, float], meaning: dict[Query, float] | None) -> str:
    rows = []
    for by in ((), ("language",), ("kind",)):
        counted = search_set.means(plain, "half", *by)
        near = search_set.means(meaning, "half", *by) if meaning is not None else {}
        for group in sorted({key[1:] for key in counted}):
            halves = [("tune", *group), ("held", *group)]
            numbers = [str(sum(_group(query, by) == key for query in plain)) for key in halves]
            figures = [_share(scores, key) for scores in (counted, near) for key in halves]
            rows.append([*(group or ("all",)), "/".join(numbers), *figures])
    head = ["searches", "tune/held", "words: tune", "words: held", "meaning: tune", "meaning: held"]
    return table(head, rows)


def _group(query: Query, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(getattr(query, field) for field in ("half", *by))


def _share(scores: dict[tuple[str, ...], float], key: tuple[str, ...]) -> str:
    return f"{scores[key]:.2f}" if key in scores else "-"


async def _read_all(store: Store) -> None:
    """Give every text its vector, as the job does."""
    while True:
        async with store.reading(NOW) as tx:
            texts = await vectors.unread(tx, limit=AT_ONCE)
        if not texts:
            return
        read = await vectors.read(texts)
        async with store.transaction(NOW) as tx:
            await vectors.keep(tx, texts=texts, vectors=read)


async def _place(store: Store, known: dict[str, bytes]) -> None:
    """Give each record the model's vector (kept in ``known``), and each of its copies one between two of them."""
    numpy = import_module("numpy")
    async with store.reading(NOW) as tx:
        unread = await vectors.unread(tx, limit=2 * PRACTICES)
    new = [each for each in unread if "-" not in each.key[0] and each.key[2] not in known]
    for start in range(0, len(new), AT_ONCE):
        batch = new[start : start + AT_ONCE]
        known |= zip((each.key[2] for each in batch), await vectors.read(batch), strict=True)
    read = {each.key[:2]: numpy.frombuffer(known[each.key[2]], "<f2") for each in unread if each.key[2] in known}
    alike: dict[str, list[Any]] = {}
    for (_, language), vector in read.items():
        alike.setdefault(language, []).append(vector)
    rows = []
    for number, (practice, language, digest) in enumerate(each.key for each in unread):
        vector = read.get((practice, language))
        if vector is None:
            between = read[practice.partition("-")[0], language] + alike[language][number % len(alike[language])]
            vector = between / numpy.linalg.norm(between)
        values = {"practice": practice, "language": language, "digest": digest, "written_at": NOW}
        rows.append({**values, "vector": vector.astype("<f2").tobytes()})
    async with store.transaction(NOW) as tx:
        await tx.run(insert(vectors.search_vectors), rows)


async def _latency(store: Store) -> list[str]:
    """Return the figures of one store: each search in turn with the bare one."""
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    searches = [query.text for query in search_set.queries()]
    async with store.reading(NOW) as tx:
        number = await index.size(tx)
        _, _, statement, joined = BARE[store.is_sqlite]

        async def ask_bare(words: str) -> None:
            await tx.all(text(statement), {"words": joined.join(f'"{word}"' for word in _words(words))})

        async def ask_ours(words: str) -> None:
            await search.ranked(tx, wish=Wish(words=words))

        for words in searches:  # the first time everything is read from the disk
            await ask_ours(words)
            await ask_bare(words)
        for words in searches:
            ours.append(await _timed(ask_ours, words))
            bare.append(await _timed(ask_bare, words))
    waits, cpu = zip(*ours, strict=True)
    bare_waits, _ = zip(*bare, strict=True)
    figures = [_quantile(values, share) for values in (waits, cpu, bare_waits) for share in (0.5, 0.95)]
    return [f"{number:,}", *(f"{figure:.1f}" for figure in figures), f"{figures[1] / figures[-1]:.2f}"]


async def _timed(ask: Callable[[str], Awaitable[None]], words: str) -> tuple[float, float]:
    """Return how long a search took, and the CPU of this process meanwhile, both in milliseconds."""
    start, used = time.perf_counter(), time.process_time()
    await ask(words)
    return (time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _words(words: str) -> list[str]:
    return ["".join(letter for letter in word if letter.isalnum()) or "x" for word in words.split()]


@asynccontextmanager
async def _store(url: str, *, copies: int) -> AsyncIterator[Store]:
    """Open a store that holds the labelled set, the records in so many copies."""
    store = Store(open_engine(url), Sealer(KeyRing.fresh()))
    await migrations.upgrade(store.engine)
    async with store.transaction(NOW) as tx:
        await search_set.fill(tx, copies=copies)
    if not store.is_sqlite:
        async with store.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    try:
        yield store
    finally:
        await store.close()


async def _make_bare(store: Store) -> None:
    make, fill, _, _ = BARE[store.is_sqlite]
    async with store.transaction(NOW) as tx:
        await tx.run(text(make))
        await tx.run(text(fill))
        if not store.is_sqlite:
            await tx.run(text("CREATE INDEX bare_words ON bare USING gin (words)"))


async def _main() -> None:
    from benchmarks.database import postgresql  # noqa: PLC0415 - only when it is run alone

    print(await recall_report())
    with postgresql() as database:
        print(await latency_report(database))


if __name__ == "__main__":
    asyncio.run(_main())
