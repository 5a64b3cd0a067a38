"""The set that the search is judged by (``tests/data/search``), and a network that holds its records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from network import index, practices, search, starter, texts
from network.search import Wish
from network.store import Tx

FOLDER = Path(__file__).parent.parent / "data" / "search"
FIRST = 5  # results that count


@dataclass(frozen=True)
class Query:
    """One labelled search: ``relevant`` are the ids of its good answers in a network filled by ``fill``."""

    id: str
    language: str
    text: str
    kind: str
    half: str
    relevant: frozenset[str]


def queries() -> Iterator[Query]:
    """Walk the labelled searches."""
    records = {record["id"] for record in _lines("records.jsonl")}
    for row in _lines("queries.jsonl"):
        relevant = frozenset(one if one in records else starter.practice_id(one) for one in row["relevant"])
        yield Query(row["id"], row["language"], row["text"], row["kind"], row["half"], relevant)


async def fill(tx: Tx, *, copies: int = 1) -> None:
    """Publish the starter practices and the records, each as often as ``copies`` says: the first by its own id.

    The others take some of their parts from other records of the same language.
    """
    await starter.load(tx)
    records = _lines("records.jsonl")
    for copy in range(copies):
        for number, record in enumerate(records):
            others = [each for each in records if each["language"] == record["language"]]
            other = others[(number + copy * 7) % len(others)]
            varied = record | {part: other[part] for part in ("context", "done", "result")} if copy else record
            await _publish(tx, varied, record["id"] if copy == 0 else f"{record['id']}-{copy}", number)


def size() -> int:
    """Return how many records there are."""
    return len(_lines("records.jsonl"))


async def recall(tx: Tx, query: Query) -> float:
    """Return the share of the good answers, at most five of them, that are among the first five results."""
    found = await search.ranked(tx, wish=Wish(words=query.text), limit=FIRST)
    return len(query.relevant & set(found)) / min(FIRST, len(query.relevant))


def means(scores: dict[Query, float], *by: str) -> dict[tuple[str, ...], float]:
    """Return the mean score of the searches that have the same values in the fields ``by``."""
    groups: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for query, score in scores.items():
        groups[tuple(getattr(query, field) for field in by)].append(score)
    return {key: sum(group) / len(group) for key, group in sorted(groups.items())}


async def _publish(tx: Tx, record: dict[str, Any], practice: str, minutes: int) -> None:
    values = {
        "id": practice,
        "state": practices.State.PUBLISHED.value,
        "language": record["language"],
        "country": record["country"],
        "kind": record["kind"],
        "editorial": True,
        "submitted_at": tx.now,
        "published_at": tx.now + timedelta(minutes=minutes),
    }
    await tx.run(insert(practices.practices), values)
    await practices.classify(tx, practice=practice, topics=record["topics"])
    await texts.put(tx, practice=practice, language=record["language"], title=record["title"], parts=record)
    await index.write(tx, practice=practice)


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines() if line.strip()]
