"""Practices: what was tried, shared by members, read by both sides before anyone sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from network import approvals, topics
from network.errors import Conflict, Missing
from network.folding import fold_words
from network.ids import new_id
from network.store import Instant, Tx, batches, metadata

TEXTS = ("title", "problem", "done")
TEXT_SCORE = 3  # a word that stands in the text
TOPIC_SCORE = 1  # a word that only names one of its topics
SHORTEST_WORD = 3  # Latin letters: shorter ones are articles and prepositions


class State(StrEnum):
    """Where a practice stands."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REFUSED = "refused"


practices = Table(
    "practices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("author", String(32), index=True),
    Column("state", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("country", String(2), nullable=False, index=True),
    Column("editorial", Boolean, nullable=False),
    Column("draft", LargeBinary),
    Column("reason", LargeBinary),
    Column("submitted_at", Instant, nullable=False),
    Column("published_at", Instant, index=True),
)

practice_texts = Table(
    "practice_texts",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("title", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("done", Text, nullable=False),
    Column("words", Text, nullable=False),
)

practice_topics = Table(
    "practice_topics",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(32), primary_key=True, index=True),
)


@dataclass(frozen=True)
class Practice:
    """A practice as one reader sees it; ``language`` is that of ``problem`` and ``done``.

    ``author`` is a person id, never to be shown: None once unlinked, and for editorial records.
    ``country`` is empty for one of the whole region.
    """

    id: str
    author: str | None = field(repr=False)
    state: State
    language: str
    country: str
    topics: tuple[str, ...]
    title: str = field(repr=False)
    problem: str = field(repr=False)
    done: str = field(repr=False)
    published_at: datetime | None
    editorial: bool
    reason: str = field(default="", repr=False)


async def submit(
    tx: Tx,
    *,
    author: str,
    language: str,
    country: str,
    topics: Sequence[str],
    title: str,
    problem: str,
    done: str,
) -> str:
    """Hand a practice in and return its id. It stays sealed until it is approved.

    It is put before the seats of its country: of both sides when a topic is sensitive. Raise Invalid.
    """
    codes = _checked(topics)
    practice = new_id()
    row = {"id": practice, "author": author, "state": State.SUBMITTED.value, "language": language}
    draft = tx.seal.seal_json("practices.draft", practice, {"title": title, "problem": problem, "done": done})
    await tx.run(
        insert(practices), {**row, "country": country, "editorial": False, "draft": draft, "submitted_at": tx.now}
    )
    await classify(tx, practice=practice, topics=codes)
    await approvals.ask(
        tx, kind="practice", subject=practice, by=author, country=country, both_sides=_any_sensitive(codes)
    )
    return practice


async def publish(tx: Tx, *, practice: str) -> None:
    """Show a submitted practice to the network. Raise Missing; Conflict when it was decided before."""
    row = await _locked(tx, practice)
    if row.state == State.PUBLISHED.value:
        return
    if row.state != State.SUBMITTED.value:
        raise Conflict
    draft = tx.seal.open_json("practices.draft", practice, row.draft)
    await put_text(tx, practice=practice, language=row.language, **draft)
    change = update(practices).where(practices.c.id == practice)
    await tx.run(change.values(state=State.PUBLISHED.value, draft=None, published_at=tx.now))


async def refuse(tx: Tx, *, practice: str, reason: str) -> None:
    """Keep a submitted practice from the network, with a reason for its author. Raise Missing, Conflict."""
    row = await _locked(tx, practice)
    if row.state == State.REFUSED.value:
        return
    if row.state != State.SUBMITTED.value:
        raise Conflict
    sealed = tx.seal.seal("practices.reason", practice, reason) if reason else None
    await tx.run(update(practices).where(practices.c.id == practice).values(state=State.REFUSED.value, reason=sealed))


async def put_text(tx: Tx, *, practice: str, language: str, title: str, problem: str, done: str) -> None:
    """Write the published text of one language, with its words to be found by."""
    words = "".join(f" {word}" for word in fold_words(f"{title} {problem} {done}"))
    await tx.put(
        practice_texts,
        key=("practice", "language"),
        practice=practice,
        language=language,
        title=title,
        problem=problem,
        done=done,
        words=words,
    )


async def classify(tx: Tx, *, practice: str, topics: Sequence[str]) -> None:
    """Give a practice exactly these topics."""
    await tx.run(delete(practice_topics).where(practice_topics.c.practice == practice))
    for code in topics:
        await tx.run(insert(practice_topics), {"practice": practice, "topic": code})


async def search(
    tx: Tx,
    *,
    words: str = "",
    topics: Sequence[str] = (),
    countries: Sequence[str] = (),
    language: str = "",
    limit: int = 50,
    only: Sequence[str] | None = None,
) -> list[Practice]:
    """Return published practices, the best match first and then the newest.

    A word matches where it begins a word of any of the texts, or where it names one of the
    topics, in any language. ``topics`` (a root stands for all below it) and ``countries`` narrow;
    ``language`` is the one to read in where a text has it. ``only`` returns these, in their order.
    """
    if only is not None:
        found = await _read(tx, only, language)
        return [found[wanted] for wanted in only if wanted in found and found[wanted].state is State.PUBLISHED]
    sought = _sought(words)
    if words.strip() and not sought:
        return []
    score = _score(sought)
    query = select(practices.c.id).where(practices.c.state == State.PUBLISHED.value, *_narrowed(topics, countries))
    if sought:
        query = query.where(score > 0)
    rows = await tx.all(query.order_by(score.desc(), practices.c.published_at.desc(), practices.c.id).limit(limit))
    found = await _read(tx, [row.id for row in rows], language)
    return [found[row.id] for row in rows]


async def get(tx: Tx, *, practice: str, language: str = "") -> Practice:
    """Return a practice, published or not, in ``language`` where it has it; raise Missing."""
    found = await _read(tx, [practice], language)
    if practice not in found:
        raise Missing
    return found[practice]


async def mine(tx: Tx, *, author: str, only: Sequence[str] | None = None) -> list[Practice]:
    """Return everything that a person shared, the newest first; ``only`` keeps these ids, in their order."""
    query = select(practices.c.id).where(practices.c.author == author)
    ids = [row.id for row in await tx.all(query.order_by(practices.c.submitted_at.desc(), practices.c.id))]
    if only is not None:
        ids = [wanted for wanted in only if wanted in ids]
    found = await _read(tx, ids, "")
    return [found[practice] for practice in ids]


async def count(tx: Tx) -> int:
    """Return how many practices are published."""
    query = select(func.count()).select_from(practices).where(practices.c.state == State.PUBLISHED.value)
    return int(await tx.scalar(query))


async def hand_over(tx: Tx, *, author: str, to: str) -> None:
    """Give everything that one person shared to another: two memberships of one human being."""
    await tx.run(update(practices).where(practices.c.author == author).values(author=to))


async def forget_author(tx: Tx, *, author: str, keep: bool) -> None:
    """Erase what a person handed in; of what is published, ``keep`` the text and forget whose it is."""
    published = practices.c.state == State.PUBLISHED.value
    if keep:
        await tx.run(update(practices).where(practices.c.author == author, published).values(author=None))
    rows = await tx.all(select(practices.c.id).where(practices.c.author == author))
    for row in rows:
        await approvals.withdraw(tx, subject=row.id)
    await tx.run(delete(practices).where(practices.c.author == author))


def _checked(codes: Sequence[str]) -> tuple[str, ...]:
    return topics.check(codes)


def _any_sensitive(codes: Sequence[str]) -> bool:
    return topics.any_sensitive(codes)


def _sought(words: str) -> dict[str, set[str]]:
    """Return the words of a search that can find something, and the topics that each names."""
    given = [word for word in fold_words(words) if len(word) >= SHORTEST_WORD or not word.isascii() or word.isdigit()]
    return topics.named_by(given)


def _score(sought: dict[str, set[str]]) -> ColumnElement[int]:
    """Return how well a practice matches: each word counts once, more in the text than by a topic."""
    total: ColumnElement[int] = literal(0)
    for word, codes in sought.items():
        in_text = exists().where(
            practice_texts.c.practice == practices.c.id, practice_texts.c.words.like(f"% {topics.stem(word)}%")
        )
        by_topic = exists().where(
            practice_topics.c.practice == practices.c.id, practice_topics.c.topic.in_(sorted(topics.spread(codes)))
        )
        total = total + case((in_text, TEXT_SCORE), (by_topic, TOPIC_SCORE), else_=0)
    return total


def _narrowed(codes: Sequence[str], countries: Sequence[str]) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if codes:
        meant = sorted(topics.spread(codes))
        narrowed.append(
            exists().where(practice_topics.c.practice == practices.c.id, practice_topics.c.topic.in_(meant))
        )
    if countries:
        narrowed.append(or_(*(practices.c.country == code for code in countries)))
    return narrowed


async def _locked(tx: Tx, practice: str) -> Row[Any]:
    row = await tx.first(select(practices).where(practices.c.id == practice).with_for_update())
    if row is None:
        raise Missing
    return row


async def _read(tx: Tx, ids: Sequence[str], language: str) -> dict[str, Practice]:
    """Return the practices with these ids, each in the best language for the reader."""
    found: dict[str, Practice] = {}
    for batch in batches(ids):
        of_batch = practice_texts.c.practice.in_(batch)
        texts: dict[str, dict[str, Row[Any]]] = {}
        for row in await tx.all(select(practice_texts).where(of_batch)):
            texts.setdefault(row.practice, {})[row.language] = row
        chosen = await _topics_of(tx, batch)
        for row in await tx.all(select(practices).where(practices.c.id.in_(batch))):
            found[row.id] = _practice(tx, row, texts.get(row.id, {}), chosen.get(row.id, ()), language)
    return found


async def _topics_of(tx: Tx, batch: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    query = select(practice_topics).where(practice_topics.c.practice.in_(batch)).order_by(practice_topics.c.topic)
    for row in await tx.all(query):
        found[row.practice] = (*found.get(row.practice, ()), row.topic)
    return found


def _practice(tx: Tx, row: Row[Any], texts: dict[str, Row[Any]], codes: tuple[str, ...], language: str) -> Practice:
    shown, texts_shown = _shown(tx, row, texts, language)
    return Practice(
        id=row.id,
        author=row.author,
        state=State(row.state),
        language=shown,
        country=row.country,
        topics=codes,
        published_at=row.published_at,
        editorial=row.editorial,
        reason="" if row.reason is None else tx.seal.open("practices.reason", row.id, row.reason),
        **texts_shown,
    )


def _shown(tx: Tx, row: Row[Any], texts: dict[str, Row[Any]], language: str) -> tuple[str, dict[str, str]]:
    """Return the language and the texts to show; a language may have a title only."""
    if row.draft is not None:
        return row.language, tx.seal.open_json("practices.draft", row.id, row.draft)
    original = texts[row.language]
    wanted = texts.get(language, original)
    body = wanted if wanted.done else original
    return body.language, {"title": wanted.title, "problem": body.problem, "done": body.done}
