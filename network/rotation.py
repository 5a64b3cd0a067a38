"""Rotation: sealing everything anew under the current data key, in small steps, while people write.

A step is one short transaction. What it changed stays changed when the process is killed; the next
run goes on with what is not under the current key. Nothing is sealed anew that does not open in its
place: a value that was swapped stays refused.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Row, and_, bindparam, func, select, update

from network.media import MediaFolder
from network.migrations import tables
from network.sealed import SealedColumn, columns
from network.sealing import Unsealable
from network.store import Store, Tx

BATCH = 100
PAUSE_S = 0.005  # between two steps, for those who write


@dataclass(frozen=True)
class Step:
    """What one step did: ``last`` is where it ended in the order of the table, None at its end."""

    last: Any
    resealed: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Pass:
    """What one walk over everything did. ``refused`` values do not open in their place."""

    resealed: int = 0
    refused: int = 0


async def reseal(store: Store, media: MediaFolder, *, now: datetime) -> Pass:
    """Walk once over every sealed column and file, and seal anew what is not under the current key."""
    resealed, refused = await media.reseal()
    for column in columns(tables()):
        last: Any = None
        while True:
            async with store.transaction(now) as tx:
                step = await reseal_step(tx, column, after=last)
            resealed, refused, last = resealed + step.resealed, refused + step.refused, step.last
            if last is None:
                break
            await asyncio.sleep(PAUSE_S)
    return Pass(resealed, refused)


async def reseal_step(tx: Tx, column: SealedColumn, *, after: Any, limit: int = BATCH) -> Step:
    """Seal anew up to ``limit`` values of a column that come after ``after`` (None: from the beginning).

    Rows that somebody holds are passed over, for the next walk: nobody waits for this, nor this for others.
    """
    query = select(column.order.label("at"), column.row.label("row"), column.column.label("sealed"))
    query = query.where(_is_old(tx, column)).order_by(column.order).limit(limit)
    if after is not None:
        query = query.where(column.order > after)
    rows = await tx.all(query.with_for_update(skip_locked=True))
    changes = [change for row in rows if (change := _anew(tx, column, row))]
    if changes:
        same = and_(column.order == bindparam("the_key"), column.column == bindparam("old"))
        await tx.run(update(column.table).where(same).values({column.column.name: bindparam("anew")}), changes)
    return Step(rows[-1].at if len(rows) == limit else None, len(changes), len(rows) - len(changes))


async def remaining(tx: Tx, media: MediaFolder) -> dict[str, int]:
    """Return how many values of each field are not sealed under the current key; fields without any are left out."""
    found = {"media.file": await media.stale()}
    for column in columns(tables()):
        found[column.field] = int(await tx.scalar(select(func.count()).where(_is_old(tx, column))) or 0)
    return {field: count for field, count in found.items() if count}


def _anew(tx: Tx, column: SealedColumn, row: Row[Any]) -> dict[str, Any] | None:
    """Return the change that seals one value anew, if it is still the same; None when it does not open."""
    try:
        value = tx.seal.open_bytes(column.field, row.row, row.sealed)
    except Unsealable:
        return None
    return {"the_key": row.at, "old": row.sealed, "anew": tx.seal.seal_bytes(column.field, row.row, value)}


def _is_old(tx: Tx, column: SealedColumn) -> ColumnElement[bool]:
    key_id = func.substr(column.column, 2, 1, type_=LargeBinary)
    return and_(column.column.is_not(None), key_id != bytes([tx.seal.current]))
