"""Adaptations: a practice taken to another place, linked to the one that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from network.errors import Missing
from network.practices import State, practices
from network.store import Tx, batches

MOST = 200  # practices of one tree that are shown
READ = 1000  # rows of one tree that are read
CARRIED = (  # parts that an adaptation begins with; a result is proven anew
    "problem",
    "causes",
    "context",
    "who",
    "done",
    "cost",
    "risks",
    "rights",
    "adapt",
    "template",
)
NOTES = ("differs", "changed")  # parts that only an adaptation has


@dataclass(frozen=True)
class Node:
    """One practice of a tree: where, at which stage and since which year; nothing more once it is ``withdrawn``.

    ``depth`` is 0 for the practice that the others come from.
    """

    id: str
    depth: int
    country: str = ""
    stage: str = ""
    year: int = 0
    withdrawn: bool = False


async def tree(tx: Tx, *, practice: str) -> list[Node]:
    """Return every published practice that comes from the same one, each below its source, the oldest first.

    What is not open to the network any more stands there, as withdrawn, where something published comes
    from it; else it is left out, as drafts are. 200 at most. Raise Missing when ``practice`` is not published.
    """
    first = await _row(tx, practice)
    if first is None or not _is_open(first):
        raise Missing
    root = practice
    row: Row[Any] | None = first
    above = {practice}
    while row is not None and row.origin and row.origin not in above:
        root = row.origin
        above.add(root)
        row = await _row(tx, root)
    rows, below = await _below(tx, root)
    if row is not None:
        rows[root] = row
    return _pruned(list(_walk(root, rows, below)))[:MOST]


async def count(tx: Tx, *, practice: str) -> int:
    """Return how many published practices were adapted straight from this one, 200 at most."""
    query = select(practices.c.id).where(practices.c.origin == practice, practices.c.state == State.PUBLISHED.value)
    return len(await tx.all(query.limit(MOST)))


async def author_to_tell(tx: Tx, *, practice: str) -> tuple[str, str]:
    """Return the author of what a published practice adapts, and that source's id; "" where nobody is to be told.

    Nobody is told of what they adapted from themselves, or of an editorial practice.
    """
    child = await _row(tx, practice)
    source = await _row(tx, child.origin) if child is not None and child.origin and _is_open(child) else None
    if child is None or source is None or source.author in {None, child.author}:
        return "", ""
    return str(source.author), str(source.id)


async def _row(tx: Tx, practice: str) -> Row[Any] | None:
    return await tx.first(select(*_COLUMNS).where(practices.c.id == practice))


async def _below(tx: Tx, root: str) -> tuple[dict[str, Row[Any]], dict[str, list[str]]]:
    """Return what comes from ``root``, at any distance: the rows, and the ids by their source."""
    rows: dict[str, Row[Any]] = {}
    below: dict[str, list[str]] = {}
    layer: Sequence[str] = [root]
    while layer and len(rows) < READ:
        found: list[str] = []
        for batch in batches(layer):
            query = select(*_COLUMNS).where(practices.c.origin.in_(batch))
            for row in await tx.all(query.order_by(practices.c.published_at, practices.c.id).limit(READ)):
                if row.id not in rows and row.id != root:
                    rows[row.id] = row
                    below.setdefault(row.origin, []).append(row.id)
                    found.append(row.id)
        layer = found
    return rows, below


def _walk(root: str, rows: dict[str, Row[Any]], below: dict[str, list[str]]) -> Iterator[Node]:
    waiting = [(root, 0)]
    while waiting:
        practice, depth = waiting.pop()
        yield _node(practice, depth, rows.get(practice))
        waiting += [(child, depth + 1) for child in reversed(below.get(practice, []))]


def _pruned(nodes: list[Node]) -> list[Node]:
    """Leave out what is withdrawn and has nothing published below it."""
    kept: list[Node] = []
    for node in reversed(nodes):
        if not node.withdrawn or (kept and kept[-1].depth > node.depth):
            kept.append(node)
    return kept[::-1]


def _node(practice: str, depth: int, row: Row[Any] | None) -> Node:
    if row is None or not _is_open(row):
        return Node(practice, depth, withdrawn=True)
    return Node(practice, depth, row.country, row.stage, row.published_at.year)


def _is_open(row: Row[Any]) -> bool:
    return bool(row.state == State.PUBLISHED.value)


_COLUMNS = [practices.c[name] for name in ("id", "author", "state", "country", "stage", "origin", "published_at")]
