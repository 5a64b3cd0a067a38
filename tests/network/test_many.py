"""Many rows written with one statement stand as if each had been written by itself; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Column, Integer, LargeBinary, String, Table, select

from network.many import inserting, updating
from network.store import Instant, Store, Tx, metadata

SEVERAL = (1, 2, 50)

notes = Table(
    "test_notes",
    type(metadata)(),
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("at", Instant),
    Column("body", LargeBinary),
    Column("kind", String(8), nullable=False, server_default="plain"),
)
ADD = inserting(notes, "id", "at", "body")
ADD_NEW = inserting(notes, "id", otherwise=lambda insert: insert.on_conflict_do_nothing(index_elements=["id"]))
CHANGE = updating(notes, "body", kind=notes.c.kind + "!")


@pytest.fixture
async def noting(store: Store) -> Store:
    """Return a store with a table that only the tests know."""
    async with store.engine.begin() as connection:
        await connection.run_sync(notes.create)
    return store


async def kept(tx: Tx) -> list[tuple[str, datetime | None, bytes | None, str]]:
    """Return the rows in the order in which they were written."""
    return [
        tuple(row)
        for row in await tx.all(select(notes.c.id, notes.c.at, notes.c.body, notes.c.kind).order_by(notes.c.seq))
    ]


@pytest.mark.parametrize("many", SEVERAL)
async def test_rows_come_in_their_order(noting: Store, now: datetime, many: int) -> None:
    """Each row has its own values, those left out the table's, and none is counted twice."""
    async with noting.transaction(now) as tx:
        given = [
            {"id": f"{n:02d}", "at": now + timedelta(hours=n) if n % 2 else None, "body": bytes([n]) if n % 3 else None}
            for n in reversed(range(many))
        ]
        assert await tx.run(ADD, given) == many
        assert await kept(tx) == [(row["id"], row["at"], row["body"], "plain") for row in given]


async def test_what_is_there_already_is_left(noting: Store, now: datetime) -> None:
    """Of rows given again, and of two given at once, one is written, and only new ones are counted."""
    async with noting.transaction(now) as tx:
        assert await tx.run(ADD_NEW, [{"id": "a"}, {"id": "b"}]) == 2
        assert await tx.run(ADD_NEW, [{"id": "b"}, {"id": "c"}, {"id": "c"}]) == 1
        assert [row[0] for row in await kept(tx)] == ["a", "b", "c"]


async def test_the_last_change_of_a_row_holds(noting: Store, now: datetime) -> None:
    """Rows are changed each as it is said; one that is named twice is as it was said last, and others stay."""
    async with noting.transaction(now) as tx:
        await tx.run(ADD, [{"id": each, "at": None, "body": b"old"} for each in "abc"])
        tx.later(CHANGE, {"of_id": "c", "body": b"first"})
        tx.later(CHANGE, {"of_id": "a", "body": None})
        tx.later(CHANGE, {"of_id": "c", "body": b"last"})
        assert [row[2] for row in await kept(tx)] == [None, b"old", b"last"]
        assert {row[0] for row in await kept(tx) if row[3] == "plain"} == {"b"}
