"""Search: the published practices that answer somebody's words, best first.

By words it is one query over the index, the same on either store. Where the optional model is installed
(``network.vectors``) what lies near by meaning is found too. Both together, and the topics of what answers best,
say what comes first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import CTE, JSON, ColumnElement, Select, and_, column, exists, func, literal, or_, select

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
NEWEST = (practices.c.published_at.desc(), practices.c.id)  # first
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
    if not wish.words.strip():
        return [row.id for row in await tx.all(shown.order_by(*NEWEST).limit(limit))]
    asked = await vectors.ask(tx, words=wish.words)  # the model reckons while the words are looked up
    wanted = await sought.understood(tx, wish.words)
    most = max(limit, SHOWN_AT_MOST)
    said = await _said(tx, shown, wanted, most if asked is None else most + vectors.NEAR_AT_MOST)
    near = await vectors.near(asked)
    found = await _meant(tx, shown, said, near, most + len(near))
    best = max(found.values(), default=0) or 1
    words = WORDS if near else 1.0
    scores = {practice: words * score / best + near.get(practice, 0.0) for practice, score in found.items()}
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
        asked = await vectors.ask(tx, words=wish.words)
        wanted = await sought.understood(tx, wish.words)
        meant = practices.c.id.in_(_near_enough(await vectors.near(asked)))
        said = practices.c.id.in_(select(_scores(tx, wanted).subquery().c.practice))
        query = query.where(or_(said, meant) if wanted.terms else meant)
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


async def _said(tx: Tx, shown: Select[tuple[str]], wanted: Sought, most: int) -> dict[str, int]:
    """Return the practices that answer a search by what they say, with their scores, the best first."""
    if not wanted.terms:
        return {}
    scores = _scores(tx, wanted).subquery()
    query = shown.add_columns(scores.c.score).join(scores, scores.c.practice == practices.c.id)
    rows = await tx.all(query.order_by(scores.c.score.desc(), *NEWEST).limit(most))
    return {row.id: row.score for row in rows}


async def _meant(
    tx: Tx, shown: Select[tuple[str]], said: dict[str, int], near: dict[str, float], most: int
) -> dict[str, int]:
    """Return ``most`` practices that answer a search: first by what they say, then by what they mean alone."""
    found = dict(islice(said.items(), most))
    alone = [practice for practice in _near_enough(near) if practice not in found]
    if alone and len(found) < most:
        query = shown.where(practices.c.id.in_(alone)).order_by(*NEWEST).limit(most - len(found))
        found |= {row.id: 0 for row in await tx.all(query)}
    return found


def _near_enough(near: dict[str, float]) -> list[str]:
    return sorted(practice for practice, cosine in near.items() if cosine >= NEAR)


def _scores(tx: Tx, wanted: Sought) -> Select[tuple[str, int]]:
    """Return the query of the practices that answer a search, with their scores.

    Of the terms that one word stands for the best counts: what it says itself, or what it means.
    """
    table = _rows(tx, [(each.term, each.place, each.worth, each.least) for each in wanted.terms])
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


def _rows(tx: Tx, rows: Sequence[tuple[str, int, int, int]]) -> CTE:
    """Return a table of these rows, as one parameter: a statement with VALUES is put together anew each time."""
    given = literal(rows, JSON)
    each = (func.json_each(given) if tx.is_sqlite else func.json_array_elements(given)).table_valued(
        column("value", JSON)
    )
    value = each.c.value
    return (
        select(
            value[0].as_string().label("term"),
            value[1].as_integer().label("place"),
            value[2].as_integer().label("worth"),
            value[3].as_integer().label("least"),
        )
        .distinct()  # so that SQLite reads each row once
        .cte("wanted")
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
