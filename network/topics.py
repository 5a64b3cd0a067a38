"""Topics: what the network talks about, in each language, and who follows what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Column, ColumnElement, ForeignKey, String, Table, delete, func, select, update

from network import digests
from network.digests import Pace
from network.errors import Invalid, Missing
from network.folding import fold_words
from network.stems import stem
from network.store import Instant, Tx, metadata

follows = Table(
    "follows",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(32), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
    Column("pace", String(8), nullable=False, server_default=""),  # empty: as the member chose for all
)

Stem = tuple[str, str]  # of a word in a language


@dataclass(frozen=True)
class Topic:
    """One topic. ``labels`` and ``synonyms`` are by language; a sensitive one needs both sides' approval."""

    code: str
    labels: dict[str, str]
    sensitive: bool = False
    synonyms: dict[str, tuple[str, ...]] | None = None


def all() -> tuple[Topic, ...]:  # noqa: A001 - read as topics.all()
    """Return every topic, each root before its own."""
    return tuple(_topics().values())


def roots() -> tuple[Topic, ...]:
    """Return the topics at the top, in their order."""
    return tuple(topic for topic in _topics().values() if "." not in topic.code)


def children(code: str) -> tuple[Topic, ...]:
    """Return the topics below a root, in their order."""
    return tuple(topic for topic in _topics().values() if topic.code.startswith(f"{code}."))


def get(code: str) -> Topic:
    """Return one topic; raise Missing."""
    try:
        return _topics()[code]
    except KeyError:
        raise Missing from None


def label(code: str, language: str) -> str:
    """Return a topic's name, of at most 24 characters, in ``language`` or else in English; raise Missing."""
    labels = get(code).labels
    return labels.get(language, labels["en"])


def check(codes: Iterable[str]) -> tuple[str, ...]:
    """Return ``codes`` without doubles if all of them are topics; raise Invalid."""
    given = tuple(dict.fromkeys(codes))
    if not set(given) <= _topics().keys():
        raise Invalid
    return given


def spread(codes: Iterable[str]) -> set[str]:
    """Return ``codes`` with every topic below them."""
    given = tuple(codes)
    return {code for code in _topics() if code in given or code.partition(".")[0] in given}


def any_sensitive(codes: Iterable[str]) -> bool:
    """Whether one of these topics needs the approval of both sides."""
    return any(_topics()[code].sensitive for code in codes if code in _topics())


def named_by(words: Iterable[str]) -> dict[str, set[str]]:
    """Return, for each folded word of a search, the codes of the topics that it helps to name.

    A word names a topic when it stands in one of its labels, is one of its synonyms, or when a
    whole synonym is among the words, in any language.
    """
    given = {word: {(language, stem(word, language)) for language in _languages()} for word in words}
    stems = frozenset[Stem]().union(*given.values())
    found: dict[str, set[str]] = {word: set() for word in given}
    for code, phrases in _phrases().items():
        named = {part for phrase, is_label in phrases if is_label or phrase <= stems for part in phrase}
        for word, roots in given.items():
            if roots & named:
                found[word].add(code)
    return found


async def follow(tx: Tx, *, person: str, topics: Iterable[str]) -> None:
    """Follow these topics too; raise Invalid for an unknown one."""
    for code in check(topics):
        await tx.add(follows, key=("person", "topic"), person=person, topic=code, at=tx.now)
    await arrange(tx, person=person)


async def follow_only(tx: Tx, *, person: str, topics: Iterable[str]) -> None:
    """Follow exactly these topics; raise Invalid for an unknown one."""
    chosen = check(topics)
    await tx.run(delete(follows).where(follows.c.person == person, follows.c.topic.not_in(chosen)))
    await follow(tx, person=person, topics=chosen)


async def unfollow(tx: Tx, *, person: str, topics: Iterable[str]) -> None:
    """Follow these topics no more."""
    await tx.run(delete(follows).where(follows.c.person == person, follows.c.topic.in_(list(topics))))
    await arrange(tx, person=person)


async def followed(tx: Tx, *, person: str) -> list[str]:
    """Return the codes of the topics that a person follows, in the order of the data file."""
    return list(await paces(tx, person=person))


async def paces(tx: Tx, *, person: str) -> dict[str, str]:
    """Return the codes of the topics that a person follows, each with its own pace or "", in the order of the file."""
    rows = await tx.all(select(follows.c.topic, follows.c.pace).where(follows.c.person == person))
    chosen = {row.topic: row.pace for row in rows}
    return {code: chosen[code] for code in _topics() if code in chosen}


async def set_pace(tx: Tx, *, person: str, pace: Pace | str, topic: str = "") -> None:
    """Change how often a member hears of what they follow; of one ``topic``, "" is as of the others again."""
    if topic:
        theirs = (follows.c.person == person) & (follows.c.topic == topic)
        await tx.run(update(follows).where(theirs).values(pace=Pace(pace).value if pace else ""))
    else:
        await digests.set_pace(tx, person=person, pace=pace)
    await arrange(tx, person=person)


def pace_of() -> ColumnElement[str]:
    """Return the expression for how often news of a followed topic comes, where ``digests`` is joined."""
    return func.coalesce(func.nullif(follows.c.pace, ""), digests.digests.c.pace, Pace.WEEKLY.value)


async def arrange(tx: Tx, *, person: str) -> None:
    """Let digests come to a member who follows something and is not silent, and none to anybody else."""
    joined = select(follows.c.topic).outerjoin(digests.digests, digests.digests.c.person == follows.c.person)
    if await tx.first(joined.where(follows.c.person == person, pace_of() != Pace.SILENT.value).limit(1)):
        await digests.begin(tx, person=person)
        await digests.arm(tx, person=person)
    else:
        await digests.disarm(tx, person=person)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member follow what another did, at the pace of both: two memberships of one human being."""
    for code, pace in (await paces(tx, person=person)).items():
        await tx.add(follows, key=("person", "topic"), person=to, topic=code, at=tx.now, pace=pace)
    theirs = await digests.of(tx, person=person)
    if theirs is not None and await digests.of(tx, person=to) is None:
        await digests.set_pace(tx, person=to, pace=theirs.pace)
    await arrange(tx, person=to)


@cache
def _topics() -> dict[str, Topic]:
    data = json.loads(resources.files("network").joinpath("data/topics.json").read_text("utf-8"))
    return {row["code"]: _topic(row) for root in data for row in (root, *root["children"])}


def _topic(row: dict[str, Any]) -> Topic:
    synonyms = {language: tuple(words) for language, words in row.get("synonyms", {}).items()}
    return Topic(row["code"], row["label"], sensitive=row.get("sensitive", False), synonyms=synonyms)


@cache
def _phrases() -> dict[str, list[tuple[frozenset[Stem], bool]]]:
    """Return each topic's labels (True) and synonyms (False) as sets of stems."""
    found: dict[str, list[tuple[frozenset[Stem], bool]]] = {}
    for topic in _topics().values():
        synonyms = [(language, text) for language, texts in (topic.synonyms or {}).items() for text in texts]
        texts = [(*each, True) for each in topic.labels.items()] + [(*each, False) for each in synonyms]
        found[topic.code] = [
            (frozenset((language, stem(word, language)) for word in fold_words(text)), is_label)
            for language, text, is_label in texts
        ]
    return found


@cache
def _languages() -> frozenset[str]:
    return frozenset(language for topic in _topics().values() for language in (*topic.labels, *(topic.synonyms or {})))
