"""Search: the published practices that answer somebody's words, best first."""

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
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    values,
)

from network import concepts, index, spelling, topics, vectors
from network import practices as practices_
from network.index import search_terms
from network.members import members
from network.practices import Practice, State, practice_topics, practices
from network.stems import stem, stems
from network.store import Tx

CONCEPT, FAMILY, TOPIC, COUNTRY = 1.0, 1.0, 0.5, 0.6  # what a term is worth beside a word that was said as it stands
PHRASE = 0.3  # what each further word of a phrase adds to its concept
MISSPELT = 0.7
BLEND = 0.8  # how far a word counts as its concept does: words of the less used languages seem rarer than they are
FEW = 100  # practices: in a smaller network the rarity of words is reckoned as in one of so many
AT_LEAST = 0.1  # of the best that a search could find: what has less answers too little of it
PRECISION = 100  # steps in one unit of worth: scores are whole numbers, the same on every store
NEAR = 0.3  # a cosine from which on a text means something like the search
WORDS = 0.6  # what the best match of words adds to a cosine
MOST_WORDS = 16
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
class Term:
    """A term that is looked for: how much it is worth where it stands, and by which word of the search."""

    term: str
    worth: float
    place: int


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
    if said.near:
        best = max(1, *(row.score for row in rows)) if rows else 1
        rows = sorted(rows, key=lambda row: -(WORDS * row.score / best + said.near.get(row.id, 0.0)))
    return [row.id for row in rows[:limit]]


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


async def _said(tx: Tx, words: str) -> Said | None:
    """Return what answers ``words``, by what they say and by what they mean; None when nothing does."""
    near = await vectors.near(tx, words=words, languages=concepts.languages_of(words))
    meant = sorted(practice for practice, cosine in near.items() if cosine >= NEAR)
    matched = await _matched(tx, words)
    if matched is None and not meant:
        return None
    if matched is None:
        nobody = select(search_terms.c.practice, literal(0).label("score")).where(false())
        return Said(nobody.subquery(), practices.c.id.in_(meant), near)
    scores = matched.subquery()
    answers = scores.c.practice.is_not(None)
    return Said(scores, or_(answers, practices.c.id.in_(meant)) if meant else answers, near)


async def _matched(tx: Tx, words: str) -> Select[tuple[str, int]] | None:
    """Return the query of the practices that answer ``words``, with their scores; None when nothing can.

    Of the terms that one word stands for the best counts: what it says itself, or what it means.
    """
    wanted = await _wanted(tx, words)
    if not wanted:
        return None
    given = values(column("term", String), column("place", Integer), column("boost", Integer), name="wanted")
    table = given.data(sorted(wanted)).cte("wanted")
    worth = func.max(search_terms.c.weight * table.c.boost).label("worth")
    by_word = (
        select(search_terms.c.practice, worth)
        .select_from(table.join(search_terms, search_terms.c.term == table.c.term))
        .group_by(search_terms.c.practice, table.c.place)
        .subquery()
    )
    best = sum(max(boost for _, at, boost in wanted if at == place) for place in {place for _, place, _ in wanted})
    score = func.sum(by_word.c.worth)
    return (
        select(by_word.c.practice, score.label("score"))
        .group_by(by_word.c.practice)
        .having(score >= round(1000 * best * AT_LEAST))
    )


async def _wanted(tx: Tx, words: str) -> list[tuple[str, int, int]]:
    """Return the terms of a search, each with the place of its word and what it is worth: more where it is rare."""
    sought = await _sought(tx, words)
    counted = await _counted(tx, [each.term for each in sought])
    total = max(await index.size(tx), FEW)
    rare = {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counted.items()}
    meant: dict[int, float] = {}  # by place, the rarest concept
    for each in sought:
        if each.term.startswith(concepts.MARK) and each.term in rare:
            meant[each.place] = max(meant.get(each.place, 0.0), rare[each.term])
    found: dict[tuple[str, int], int] = {}
    for each in sought:
        if each.term in counted:
            alike = meant.get(each.place, rare[each.term])
            usual = (
                rare[each.term]
                if each.term.startswith(concepts.MARK)
                else BLEND * alike + (1 - BLEND) * rare[each.term]
            )
            key = (each.term, each.place)
            found[key] = max(found.get(key, 0), round(PRECISION * usual * each.worth))
    return [(term, place, boost) for (term, place), boost in found.items()]


async def _sought(tx: Tx, words: str) -> list[Term]:
    """Return the terms that ``words`` stand for: their stems, the concepts that they name, and how they are spelt."""
    said = concepts.meaningful(words)[:MOST_WORDS]
    languages = concepts.languages_of(words)
    roots = [stems(word, languages) for word in said]
    known = await _counted(tx, [root for each in roots for root in each])
    found: list[Term] = []
    for place, word in enumerate(said):
        meant = [word]
        if not any(root in known for root in roots[place]) and not concepts.knows(word, languages):
            meant = await _respelt(tx, word)
            said[place] = meant[0] if meant else word
        worth = 1.0 if meant == [word] else MISSPELT
        found += [Term(root, worth, place) for each in meant for root in stems(each, languages)]
    for each in concepts.named(said, languages):
        worth = _worth(each.term) * (1 + PHRASE * (each.length - 1)) / each.length
        found += [Term(each.term, worth, each.place + word) for word in range(each.length)]
    return found


def _worth(term: str) -> float:
    if term.startswith(concepts.of_topic("")):
        return TOPIC
    if term.startswith(concepts.FAMILY):
        return FAMILY
    return COUNTRY if term.startswith(concepts.of_country("")) else CONCEPT


async def _respelt(tx: Tx, word: str) -> list[str]:
    """Return the known words that a word nobody knows may be meant for."""
    written = _spelling(word)
    within = spelling.forgiven(written)
    if not within:
        return []
    known = await index.spelt_like(tx, [written], within=within)
    known |= {each for each in map(_spelling, concepts.known_words()) if _begins_or_ends_as(written, each)}
    return spelling.nearest(written, known)


def _spelling(word: str) -> str:
    return index.spelling(word, stem(word, "ar"))


def _begins_or_ends_as(word: str, other: str) -> bool:
    return word[: index.ENDS] == other[: index.ENDS] or word[-index.ENDS :] == other[-index.ENDS :]


async def _counted(tx: Tx, terms: Sequence[str]) -> dict[str, int]:
    """Return in how many practices each term stands; a term in none is left out."""
    number = func.count().label("number")
    query = select(search_terms.c.term, number).where(search_terms.c.term.in_(sorted(set(terms))))
    return {row.term: row.number for row in await tx.all(query.group_by(search_terms.c.term))}


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
