"""Search: the published practices that answer somebody's words, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, literal, or_, select

from network import practices as practices_
from network import topics
from network.folding import fold_words
from network.practices import Practice, State, practice_topics, practices
from network.store import Tx
from network.texts import practice_texts

TEXT_SCORE = 3  # a word that stands in the text
TOPIC_SCORE = 1  # a word that only names one of its topics
SHORTEST_WORD = 3  # Latin letters: shorter ones are articles and prepositions


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; empty fields do not narrow. A root topic stands for all below it."""

    words: str = ""
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()


async def find(
    tx: Tx, *, wish: Wish, language: str = "", limit: int = 50, only: Sequence[str] | None = None
) -> list[Practice]:
    """Return published practices, the best match first and then the newest; ``only`` returns these, in their order.

    A word matches where it begins a word of any of the texts, or where it names one of the
    topics, in any language; ``language`` is the one to read in where a text has it.
    """
    if only is not None:
        return await practices_.published(tx, only, language=language)
    sought = _sought(wish.words)
    if wish.words.strip() and not sought:
        return []
    score = _score(sought)
    query = select(practices.c.id).where(practices.c.state == State.PUBLISHED.value, *_narrowed(wish))
    if sought:
        query = query.where(score > 0)
    rows = await tx.all(query.order_by(score.desc(), practices.c.published_at.desc(), practices.c.id).limit(limit))
    return await practices_.published(tx, [row.id for row in rows], language=language)


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


def _narrowed(wish: Wish) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if wish.topics:
        meant = sorted(topics.spread(wish.topics))
        narrowed.append(
            exists().where(practice_topics.c.practice == practices.c.id, practice_topics.c.topic.in_(meant))
        )
    if wish.countries:
        narrowed.append(or_(*(practices.c.country == code for code in wish.countries)))
    return narrowed
