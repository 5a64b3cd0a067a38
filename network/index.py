"""The index: the terms that each published practice is found by, with their weights.

A term is a stem or a concept. It is written here and not by the database's own full-text search, so
that SQLite and PostgreSQL find the same in the same order, and so that a word of one language finds what is
said in another. A weight is BM25F's share of a term in a text (Robertson and Zaragoza: The Probabilistic
Relevance Framework, 2009), in thousandths; what a term is worth in a search is ``network.search``'s.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    and_,
    column,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    table,
)
from sqlalchemy.dialects import postgresql, sqlite

from network import concepts, jobs, texts, vectors
from network.store import Tx, batches, metadata
from network.texts import Wording

REFRESH = "search.refresh"  # the kind of the job
RULES = 2  # raise it when what is written here changes: every practice is then indexed again
LONGEST = 40  # characters of a word
SATURATION = 2.5  # BM25's k1
LENGTH_MATTERS = 0.4  # BM25's b
USUAL_LENGTH = 80.0  # words of a text, each as often as its part counts
TITLE, MAIN, OTHER = 3.0, 1.5, 1.0  # how much a word counts by where it stands
MAIN_PARTS = ("problem", "done")
TOPIC_WEIGHT, FIELD_WEIGHT, COUNTRY_WEIGHT = 720, 520, 520  # thousandths
STEP = 40  # thousandths: weights are its multiples, so that they can be counted by weight
ENDS = 2  # letters by which a misspelt word is looked for

search_terms = Table(
    "search_terms",
    metadata,
    Column("term", String(64), primary_key=True),
    Column("weight", Integer, primary_key=True),  # in the key, before the practice: the heaviest are read alone
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

search_words = Table(
    "search_words",
    metadata,
    Column("word", String(LONGEST), primary_key=True),  # as it is spelt, folded
    Column("term", String(64), primary_key=True, index=True),
    Column("head", String(ENDS), nullable=False),
    Column("tail", String(ENDS), nullable=False),
    Column("size", SmallInteger, nullable=False),
)
Index("ix_search_words_head_size", search_words.c.head, search_words.c.size)
Index("ix_search_words_tail_size", search_words.c.tail, search_words.c.size)

search_done = Table(
    "search_done",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("version", String(16), nullable=False),
)

# Of the nouns that call this one, no more than is read here.
_practices = table("practices", column("id"), column("state"), column("country"), column("zone"))
_topics = table("practice_topics", column("practice"), column("topic"))


@dataclass(frozen=True)
class Terms:
    """What one practice is found by: the weight of each term, and the words as they are spelt, with their terms."""

    weights: dict[str, int]
    words: set[tuple[str, str]]


async def write(tx: Tx, *, practice: str) -> None:
    """Write what a practice is found by: from its published texts, its topics and its country; without texts, nothing.

    Called by whatever changes one of them.
    """
    wordings = (await texts.of(tx, [practice])).get(practice, {})
    if not wordings:
        await forget(tx, practices=[practice])
        return
    await _replace(tx, practice, await _terms(tx, practice, list(wordings.values())))
    await tx.put(search_done, key=("practice",), practice=practice, version=version())
    await vectors.forget_others(tx, practice=practice, wordings=wordings.values())


async def forget(tx: Tx, *, practices: Sequence[str]) -> None:
    """Let nobody find these practices; a word that only they had is forgotten too."""
    for practice in practices:
        await _replace(tx, practice, Terms({}, set()))
        await vectors.forget_others(tx, practice=practice, wordings=())
    await tx.run(delete(search_done).where(search_done.c.practice.in_(practices)))


async def behind(tx: Tx, *, limit: int) -> list[str]:
    """Return published practices that are not indexed yet, or by other rules or concepts than today's."""
    up_to_date = exists().where(search_done.c.practice == _practices.c.id, search_done.c.version == version())
    query = select(_practices.c.id).where(_practices.c.state == "published", ~up_to_date).limit(limit)
    return [row.id for row in await tx.all(query)]


async def ask(tx: Tx) -> None:
    """Ask for the job that brings all this up to date, where it is not and none waits already.

    That is so after an upgrade to other rules or concepts, and where texts have no vector yet.
    """
    waiting = select(jobs.jobs.c.id).where(jobs.jobs.c.kind == REFRESH, jobs.jobs.c.ready_at.is_not(None))
    is_behind = await behind(tx, limit=1) or (vectors.installed() and await vectors.unread(tx, limit=1))
    if is_behind and await tx.first(waiting.limit(1)) is None:
        await jobs.ask(tx, kind=REFRESH, person=None, argument={})


async def size(tx: Tx) -> int:
    """Return how many practices are in the index."""
    return int(await tx.scalar(select(func.count()).select_from(search_done)))


async def spelt_like(tx: Tx, words: Iterable[str], *, within: int) -> set[str]:
    """Return known words that begin or end as one of ``words``, longer or shorter by ``within`` letters at most."""
    known = search_words.c
    alike = [
        and_(or_(known.head == word[:ENDS], known.tail == word[-ENDS:]), _within(len(word), within)) for word in words
    ]
    return {row.word for row in await tx.all(select(known.word).where(or_(*alike)))} if alike else set()


@cache
def version() -> str:
    """Return what changes whenever a practice would be indexed otherwise."""
    return hashlib.sha256(f"{RULES} {concepts.version()}".encode()).hexdigest()[:16]


def spelling(word: str, root: str) -> str:
    """Return how a word is kept to be found misspelt: an Arabic one without what is written onto it."""
    return (word if word.isascii() else root)[:LONGEST]


async def _terms(tx: Tx, practice: str, wordings: Sequence[Wording]) -> Terms:
    found = Terms({}, set())
    for wording in wordings:
        for term, weight in _of_text(wording, found.words).items():
            found.weights[term] = max(weight, found.weights.get(term, 0))
    for row in await tx.all(select(_topics.c.topic).where(_topics.c.practice == practice)):
        found.weights[concepts.of_topic(row.topic.partition(".")[0])] = FIELD_WEIGHT
        found.weights[concepts.of_topic(row.topic)] = TOPIC_WEIGHT
    place = await tx.first(select(_practices.c.country, _practices.c.zone).where(_practices.c.id == practice))
    for code in {place.country, *place.zone.split("-")} - {""} if place else ():
        found.weights[concepts.of_country(code)] = COUNTRY_WEIGHT
    return found


def _of_text(wording: Wording, words: set[tuple[str, str]]) -> dict[str, int]:
    """Return the terms of one text with their weights; put its words into ``words``."""
    counts: defaultdict[str, float] = defaultdict(float)
    length = 0.0
    for counted, text in _parts(wording):
        said = [word[:LONGEST] for word in concepts.meaningful(text)]
        roots = [concepts.root(word, wording.language) for word in said]
        length += counted * len(said)
        for word, root in zip(said, roots, strict=True):
            counts[root] += counted
            words.add((spelling(word, root), root))
        for found in concepts.named(said, [wording.language]):
            counts[found.term] += counted
    usual = 1 - LENGTH_MATTERS + LENGTH_MATTERS * length / USUAL_LENGTH
    return {term: _stepped(count / (count + SATURATION * usual)) for term, count in counts.items()}


def _stepped(share: float) -> int:
    return max(STEP, STEP * round(1000 * share / STEP))


def _parts(wording: Wording) -> list[tuple[float, str]]:
    rest = [(MAIN if part in MAIN_PARTS else OTHER, text) for part, text in wording.parts.items()]
    return [(TITLE, wording.title), *rest]


async def _replace(tx: Tx, practice: str, wanted: Terms) -> None:
    """Change what is kept of a practice to ``wanted``: only the rows that differ."""
    mine = search_terms.c.practice == practice
    rows = await tx.all(select(search_terms.c.term, search_terms.c.weight).where(mine))
    before = {(row.term, row.weight) for row in rows}
    after = set(wanted.weights.items())
    for batch in batches(sorted({term for term, _ in before - after})):
        await tx.run(delete(search_terms).where(mine, search_terms.c.term.in_(batch)))
    new = sorted(after - before)
    if new:
        values = [{"term": term, "practice": practice, "weight": weight} for term, weight in new]
        await tx.run(insert(search_terms), values)
    await _forget_words(tx, {term for term, _ in before} - wanted.weights.keys())
    await _learn(tx, wanted.words)


async def _learn(tx: Tx, words: set[tuple[str, str]]) -> None:
    """Keep the words that were not known."""
    known = set()
    for batch in batches(sorted({word for word, _ in words})):
        rows = await tx.all(select(search_words.c.word, search_words.c.term).where(search_words.c.word.in_(batch)))
        known |= {(row.word, row.term) for row in rows}
    new = sorted(words - known)
    if new:
        values = [
            {"word": word, "term": term, "head": word[:ENDS], "tail": word[-ENDS:], "size": len(word)}
            for word, term in new
        ]
        one_of = sqlite.insert if tx.is_sqlite else postgresql.insert
        await tx.run(one_of(search_words).on_conflict_do_nothing(), values)


async def _forget_words(tx: Tx, terms: Iterable[str]) -> None:
    """Forget the words of terms that no practice has any more."""
    for batch in batches(sorted(terms)):
        used = exists().where(search_terms.c.term == search_words.c.term)
        await tx.run(delete(search_words).where(search_words.c.term.in_(batch), ~used))


def _within(length: int, letters: int) -> ColumnElement[bool]:
    return search_words.c.size.between(length - letters, length + letters)
