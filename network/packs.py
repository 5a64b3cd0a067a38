"""Packs: the evidence on a topic that a member can send to anybody, for a country (R024, R026).

It leaves the network. So only what its authors let anybody have goes into it, and nobody is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from network import attribution, countries, jobs, marks, polls, practices, results, topics
from network.attribution import Attribution
from network.errors import Invalid
from network.facts import EVIDENCE
from network.practices import Practice, State, practice_topics
from network.store import Tx

MOST = 3  # practices of a pack
FEWEST = 10  # a smaller number is not told outside the network
READ_POLLS = 5  # closed polls that are looked at, the newest
READ = 400  # practices that are looked at, the newest
DRAW = "pack"  # kind of job: {"text": str, "sheet": what is drawn}


@dataclass(frozen=True)
class Evidence:
    """One practice of a pack, and what is said of its author."""

    practice: Practice
    attribution: Attribution


@dataclass(frozen=True)
class Figure:
    """What most chose in a poll, by language; ``share`` (0 to 1) of the members who ``answered``."""

    question: Mapping[str, str]
    answer: Mapping[str, str]
    share: float
    answered: int
    on: date


@dataclass(frozen=True)
class Pack:
    """What is known on a topic, seen from a country ("" for the whole region).

    ``elsewhere`` are further countries that do it. ``shared`` counts the practices of the network on the topic,
    ``trying`` the members who try one: 0 where it is fewer than ``FEWEST``. ``figures`` are those of polls.
    """

    topic: str
    country: str
    on: date
    evidence: tuple[Evidence, ...]
    elsewhere: tuple[str, ...] = ()
    shared: int = 0
    trying: int = 0
    figures: tuple[Figure, ...] = ()


async def gather(tx: Tx, *, topic: str, country: str, language: str) -> Pack:
    """Return the pack on a topic for a country, its texts in ``language`` where they have it. Raise Invalid.

    The practices are those nearest and best evidenced, of both sides where there are any.
    """
    topics.check([topic])
    if country and not countries.known(country):
        raise Invalid
    found = await _open_to_all(tx, topic, language)
    said = await _lines(tx, found)
    chosen = choose(ranked(found, topic=topic, country=country, language=language), said)
    shown = {each.country for each in chosen}
    return Pack(
        topic=topic,
        country=country,
        on=tx.now.date(),
        evidence=tuple(Evidence(each, said[each.id]) for each in chosen),
        elsewhere=_elsewhere([each for each in found if _is_on(each, topic)], shown),
        shared=await _shared(tx, topic),
        trying=await _trying(tx, topic),
        figures=await figures(tx, topic=topic, country=country),
    )


async def figures(tx: Tx, *, topic: str, country: str) -> tuple[Figure, ...]:
    """Return what the newest poll on a topic says: of the country where that may be said, else of all who answered."""
    for poll in await polls.closed_on(tx, topics=sorted(topics.spread([topic])), limit=READ_POLLS):
        found = await results.published(tx, poll=poll.id)
        near = [(part.answered, part.votes) for part in found.countries if country and part.country == country]
        answered, votes = near[0] if near else (found.answered, {line.number: line.votes for line in found.lines})
        said = [choice for choice in poll.choices if votes.get(choice.number) and not choice.apart]
        if answered >= FEWEST and said:
            first = max(said, key=lambda choice: (votes[choice.number], -choice.number))
            on = (poll.closed_at or tx.now).date()
            return (Figure(poll.question, first.words, votes[first.number] / answered, answered, on),)
    return ()


async def draw(tx: Tx, *, person: str, text: str, sheet: Mapping[str, Any]) -> None:
    """Ask for the picture of a pack; with ``text`` it is sent to the person when it is drawn."""
    await jobs.ask(tx, kind=DRAW, person=person, argument={"text": text, "sheet": dict(sheet)})


def ranked(found: Sequence[Practice], *, topic: str, country: str, language: str) -> list[Practice]:
    """Return practices, the best for a pack first.

    First what is on the topic itself and not only in its field; then what is of the country or across its
    borders; then the better evidenced, the country's own, what the reader can read, and the newest.
    """
    near = countries.get(country).neighbours if countries.known(country) else ()

    def worth(practice: Practice) -> tuple[Any, ...]:
        evidence = EVIDENCE.index(practice.facts.evidence) if practice.facts.evidence else -1
        own = practice.country == country
        newest = -practice.published_at.timestamp() if practice.published_at else 0.0
        return (
            not _is_on(practice, topic),
            not (own or practice.country in near),
            -evidence,
            not own,
            practice.language != language,
            newest,
            practice.id,
        )

    return sorted(found, key=worth)


def choose(found: Sequence[Practice], said: Mapping[str, Attribution]) -> list[Practice]:
    """Return the first three; where they are all of one side, the last gives way to the best of the other."""
    chosen = list(found[:MOST])
    sides = {said[each.id].side for each in chosen} - {""}
    if len(chosen) == MOST and len(sides) == 1:
        other = next((each for each in found[MOST:] if said[each.id].side not in sides | {""}), None)
        if other is not None:
            chosen[-1] = other
    return chosen


async def _lines(tx: Tx, found: Sequence[Practice]) -> dict[str, Attribution]:
    """Return what is said of the authors: side, role and country at most, for a name was given to the network.

    Whoever chose to be named and now is not, for want of a name, is shown as everywhere: by side and region.
    """
    held = await attribution.of_many(tx, found)
    named = [replace(each, level=attribution.ROLE) for each in found if held[each.id].level > attribution.ROLE]
    return held | await attribution.of_many(tx, named)


async def _open_to_all(tx: Tx, topic: str, language: str) -> list[Practice]:
    """Return what may leave the network, of a topic's whole field: no failed lesson, and nothing that was stopped."""
    table = practices.practices
    wanted = (
        table.c.state == State.PUBLISHED.value,
        table.c.kind == "practice",
        table.c.stage != "stopped",
        or_(table.c.editorial, table.c.reuse == "public"),
        table.c.id.in_(_on(topic.partition(".")[0])),
    )
    query = select(table.c.id).where(*wanted).order_by(table.c.published_at.desc(), table.c.id).limit(READ)
    ids = [row.id for row in await tx.all(query)]
    found = await practices.published(tx, ids, language=language)
    return [each for each in found if each.parts]


def _is_on(practice: Practice, topic: str) -> bool:
    return not topics.spread([topic]).isdisjoint(practice.topics)


def _elsewhere(found: Sequence[Practice], shown: set[str]) -> tuple[str, ...]:
    known = [country.code for country in countries.all()]
    there = {each.country for each in found} - shown
    return tuple(code for code in known if code in there)


async def _shared(tx: Tx, topic: str) -> int:
    table = practices.practices
    query = select(func.count()).select_from(table).where(table.c.state == State.PUBLISHED.value)
    return _enough(int(await tx.scalar(query.where(table.c.id.in_(_on(topic))))))


async def _trying(tx: Tx, topic: str) -> int:
    tried = (marks.marks.c.kind == marks.TRYING, marks.marks.c.practice.in_(_on(topic)))
    return _enough(int(await tx.scalar(select(func.count(marks.marks.c.person.distinct())).where(*tried))))


def _on(topic: str) -> Any:
    return select(practice_topics.c.practice).where(practice_topics.c.topic.in_(sorted(topics.spread([topic]))))


def _enough(number: int) -> int:
    return number if number >= FEWEST else 0
