"""Search: the published practices that answer somebody's words, best first.

By words it is one query over the index, the same on either store. Where the optional model is installed
(``network.vectors``) what lies near by meaning is found too. Both together, and the topics of what answers best,
say what comes first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    values,
)

from network import practices as practices_
from network import sought, topics, vectors
from network.index import search_terms
from network.members import members
from network.practices import Practice, State, practice_topics, practices
from network.sought import Sought
from network.store import Tx

AT_LEAST = 0.1  # of the best that a search could find: what has less answers too little of it
THOUSANDTHS = 1000  # of a weight in the index
NEAR = 0.3  # a cosine from which on a text means something like the search
WORDS = 0.6  # what the best match of words adds to a cosine
LEADING = 3  # the best results, whose topics speak for others
TOPICS = 0.4  # what is added to a practice whose only topic all of them have
SHOWN_AT_MOST = 60
SAYS_SIDE = practices_.SIDE_AND_REGION  # the level of attribution from which on the side is said on each card


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; empty fields do not narrow. A root topic stands for all below it.

    ``sides`` are those of the authors, where their attribution says them: what is found so tells no more than
    its card shows.
    """

    words: str = ""
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()

    def narrowed(self, by: str, value: str) -> Wish:
        """Return it with one value in one of its fields."""
        fields: dict[str, Any] = {by: (value,)}
        return replace(self, **fields)


FIELDS: dict[str, ColumnElement[str]] = {  # of Wish, that a list can be narrowed by
    "topics": practice_topics.c.topic,
    "countries": practices.c.country,
    "zones": practices.c.zone,
    "kinds": practices.c.kind,
    "stages": practices.c.stage,
    "evidence": practices.c.evidence,
    "sides": members.c.side,
}


@dataclass(frozen=True)
class Said:
    """What answers the words of a search: the scores by practice, who has one or is near by meaning, and how near."""

    scores: Subquery
    answers: ColumnElement[bool]
    near: dict[str, float]


async def find(
    tx: Tx, *, wish: Wish, language: str = "", limit: int = SHOWN_AT_MOST, only: Sequence[str] | None = None
) -> list[Practice]:
    """Return published practices, the best match first and then the newest; ``only`` returns these, in their order.

    ``language`` is the one to read in where a text has it.
    """
    if only is not None:
        return await practices_.published(tx, only, language=language)
    ids = await ranked(tx, wish=wish, limit=limit)
    return await practices_.published(tx, ids, language=language)


async def ranked(tx: Tx, *, wish: Wish, limit: int = SHOWN_AT_MOST) -> list[str]:
    """Return the ids of what ``find`` finds."""
    shown = select(practices.c.id).where(practices.c.state == State.PUBLISHED.value, *_narrowed(wish))
    newest = (practices.c.published_at.desc(), practices.c.id)
    if not wish.words.strip():
        return [row.id for row in await tx.all(shown.order_by(*newest).limit(limit))]
    said = await _said(tx, wish.words)
    if said is None:
        return []
    score = func.coalesce(said.scores.c.score, 0)
    query = shown.add_columns(score.label("score")).where(said.answers)
    query = query.outerjoin(said.scores, said.scores.c.practice == practices.c.id)
    rows = await tx.all(query.order_by(score.desc(), *newest).limit(max(limit, SHOWN_AT_MOST) + len(said.near)))
    best = max((row.score for row in rows), default=0) or 1
    words = WORDS if said.near else 1.0
    scores = {row.id: words * row.score / best + said.near.get(row.id, 0.0) for row in rows}
    return _best_first(await _by_topic(tx, scores))[:limit]


async def narrower(tx: Tx, *, wish: Wish, by: str) -> dict[str, int]:
    """Return how many of what ``find`` finds would remain for each value of one field of ``Wish``, the most first."""
    value = FIELDS[by]
    query = select(value.label("value"), func.count().label("number")).select_from(practices)
    query = query.where(practices.c.state == State.PUBLISHED.value, *_narrowed(wish))
    if by == "topics":
        query = query.join(practice_topics, practice_topics.c.practice == practices.c.id)
    if by == "sides":
        query = query.join(members, members.c.id == practices.c.author).where(practices.c.level >= SAYS_SIDE)
    if wish.words.strip():
        said = await _said(tx, wish.words)
        if said is None:
            return {}
        query = query.outerjoin(said.scores, said.scores.c.practice == practices.c.id).where(said.answers)
    counted = {row.value: row.number for row in await tx.all(query.group_by(value)) if row.value}
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


async def _by_topic(tx: Tx, scores: dict[str, float]) -> dict[str, float]:
    """Return the scores, the higher the more a practice shares topics with those that answer best.

    What answers a search is about one thing, whatever the words and the language that it is said in.
    """
    chosen = await practices_.topics_of_each(tx, list(scores))
    leading = [topic for practice in _best_first(scores)[:LEADING] for topic in chosen.get(practice, ())]
    shared = {practice: sum(leading.count(topic) for topic in codes) for practice, codes in chosen.items()}
    parts = {practice: number / (LEADING * math.sqrt(len(chosen[practice]))) for practice, number in shared.items()}
    return {practice: score + TOPICS * parts.get(practice, 0.0) for practice, score in scores.items()}


def _best_first(scores: dict[str, float]) -> list[str]:
    """Return the practices by their scores; of equal ones the newest, as they came, is first."""
    return sorted(scores, key=lambda practice: -scores[practice])


async def _said(tx: Tx, words: str) -> Said | None:
    """Return what answers ``words``, by what they say and by what they mean; None when nothing does."""
    wanted = await sought.understood(tx, words)
    near = await vectors.near(tx, words=words, languages=wanted.languages)
    meant = sorted(practice for practice, cosine in near.items() if cosine >= NEAR)
    if wanted.terms:
        scores = _scores(wanted).subquery()
        answers = scores.c.practice.is_not(None)
        return Said(scores, or_(answers, practices.c.id.in_(meant)) if meant else answers, near)
    if meant:
        nobody = select(search_terms.c.practice, literal(0).label("score")).where(false())
        return Said(nobody.subquery(), practices.c.id.in_(meant), near)
    return None


def _scores(wanted: Sought) -> Select[tuple[str, int]]:
    """Return the query of the practices that answer a search, with their scores.

    Of the terms that one word stands for the best counts: what it says itself, or what it means.
    """
    names = (column("term", String), column("place", Integer), column("worth", Integer), column("least", Integer))
    rows = [(each.term, each.place, each.worth, each.least) for each in wanted.terms]
    table = values(*names, name="wanted").data(rows).cte("wanted")
    found = and_(search_terms.c.term == table.c.term, search_terms.c.weight >= table.c.least)
    by_word = (
        select(search_terms.c.practice, func.max(search_terms.c.weight * table.c.worth).label("score"))
        .select_from(table.join(search_terms, found))
        .group_by(search_terms.c.practice, table.c.place)
        .subquery()
    )
    score = func.sum(by_word.c.score)
    return (
        select(by_word.c.practice, score.label("score"))
        .group_by(by_word.c.practice)
        .having(score >= round(THOUSANDTHS * wanted.best * AT_LEAST))
    )


def _narrowed(wish: Wish) -> list[ColumnElement[bool]]:
    facts = ("countries", "zones", "kinds", "stages", "evidence")
    narrowed: list[ColumnElement[bool]] = [FIELDS[by].in_(getattr(wish, by)) for by in facts if getattr(wish, by)]
    if wish.topics:
        meant = sorted(topics.spread(wish.topics))
        narrowed.append(
            exists().where(practice_topics.c.practice == practices.c.id, practice_topics.c.topic.in_(meant))
        )
    if wish.sides:
        theirs = exists().where(members.c.id == practices.c.author, members.c.side.in_(wish.sides))
        narrowed += [practices.c.level >= SAYS_SIDE, theirs]
    return narrowed
