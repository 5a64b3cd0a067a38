"""Copying: a whole installation into a sealed file, and back into an empty one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from alembic.util import CommandError
from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from network import audit, migrations, secrecy, tombstones
from network.copies import Header, Reader, Writer
from network.errors import Missing, NetworkError
from network.keyring import KeyRing
from network.media import MediaFolder
from network.reindexing import reindex
from network.restoring import NotEmpty, Quiet, count_on, is_empty, load, mark, quiet, sealer_of, tables_of
from network.sealing import Sealer
from network.store import READING, Store, Tx

ROWS = 500  # in one value
ACT = "restore"


class AlreadyThere(NetworkError):
    """A file with this name exists. Choose another name: a copy never replaces another."""


class Expired(NetworkError):
    """The copy is older than 30 days: it may hold what should be forgotten. Destroy it, or use --expired-anyway."""


class NewerCopy(NetworkError):
    """The copy was made by a newer release. Install that release first."""


@dataclass(frozen=True)
class Place:
    """What of an installation stands outside its database: media, tombstones."""

    media: MediaFolder
    tombstones: Path


@dataclass(frozen=True)
class Restored:
    """What a restore did. ``forgotten`` people were erased after the copy was made, and are again."""

    quiet: Quiet
    forgotten: int


async def backup(store: Store, place: Place, file: Path, *, now: datetime) -> Header:
    """Write a sealed copy of everything as it is at one instant, while others write; return its header."""
    if await asyncio.to_thread(file.exists):
        raise AlreadyThere
    draft = file.with_name(file.name + ".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            header = await _write(store, place, opened, now)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return header


async def restore(
    engine: AsyncEngine, ring: KeyRing, place: Place, file: Path, *, now: datetime, actor: str, expired: bool = False
) -> Restored:
    """Fill an empty installation from a copy, or leave it empty, or such that nothing starts on it. Audited.

    Who was erased stays erased; nothing is sent twice; an older copy is brought to this release, and
    to the present index key. ``expired``: even one that is past its time. Raise NetworkError.
    """
    with file.open("rb") as opened:
        reader = Reader(opened)
        if reader.header.expires <= now and not expired:
            raise Expired
        theirs, ours = sealer_of(ring, reader.header), Sealer(ring)
        async with migrations.altering(engine) as connection:
            await _fill(connection, place, reader, ours)
            await mark(connection, migrations.RESTORING)
    async with Store(engine, ours).transaction(now) as tx:
        if theirs.index("", "") != ours.index("", ""):
            await reindex(Tx(tx.connection, theirs, now), anew=ours, actor=actor)
        silenced = await quiet(tx)
        forgotten = await tombstones.apply(tx, place.tombstones)
        await audit.record(tx, act=ACT, actor=actor, subject=reader.header.id)
        await mark(tx.connection, migrations.head())
    await _forget_media(place, ours)
    return Restored(silenced, len(forgotten))


async def _write(store: Store, place: Place, file: IO[bytes], now: datetime) -> Header:
    async with _snapshot(store) as connection:
        revision = await connection.run_sync(migrations.revision_of)
        if revision != migrations.head():
            raise migrations.NotMigrated
        header = Header.fresh(store.sealer, now, revision)
        writer = Writer(file, store.sealer, header)
        for table in migrations.tables().sorted_tables:
            async for value in _dump(connection, table):
                writer.add(value)
    for ref in place.media.refs():
        try:
            writer.add({"media": ref, "sealed": await asyncio.to_thread(place.media.sealed, ref)})
        except Missing:  # deleted meanwhile
            continue
    writer.add({"tombstones": tombstones.lines(place.tombstones)})
    writer.end()
    return header


async def _fill(connection: AsyncConnection, place: Place, reader: Reader, sealer: Sealer) -> None:
    """Put everything of a copy in its place, and bring the tables to this release."""
    if not await is_empty(connection):
        raise NotEmpty
    values = reader.values(sealer)
    first = next(values, {})  # opens the copy before anything is made
    try:
        await connection.run_sync(migrations.upgrade_to, reader.header.revision)
    except CommandError as error:
        raise NewerCopy from error
    tables = await tables_of(connection)
    for value in (first, *values):
        if "table" in value:
            await load(connection, tables, value)
        elif "media" in value:
            await asyncio.to_thread(place.media.put, value["media"], value["sealed"])
        elif "tombstones" in value:
            known = tombstones.lines(place.tombstones)
            if missing := [line for line in value["tombstones"] if line not in known]:
                tombstones.append(place.tombstones, missing)
    await count_on(connection, tables)
    await connection.run_sync(migrations.upgrade_to)


async def _forget_media(place: Place, sealer: Sealer) -> None:
    """Delete the files of those who are remembered as erased."""
    gone = {line.partition(" ")[0] for line in tombstones.lines(place.tombstones)}
    for person in {ref.partition("/")[0] for ref in place.media.refs()}:
        if gone.intersection(sealer.tombstones(person)):
            await place.media.forget(person)


@asynccontextmanager
async def _snapshot(store: Store) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that sees the store as it is at one instant, whoever writes meanwhile."""
    options: dict[str, Any] = {READING: True} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    async with store.engine.connect() as connection:
        yield await connection.execution_options(**options)


async def _dump(connection: AsyncConnection, table: Table) -> AsyncIterator[dict[str, Any]]:
    """Return every row of a table that goes into a copy, in values for ``load``."""
    columns, key = [column.name for column in table.columns], list(table.primary_key)
    query = select(table).where(secrecy.copied(table)).order_by(*key).limit(ROWS)
    rows = (await connection.execute(query)).all()
    while rows:
        yield {"table": table.name, "columns": columns, "rows": [list(row) for row in rows]}
        last = [getattr(rows[-1], column.name) for column in key]
        rows = (await connection.execute(query.where(tuple_(*key) > tuple_(*last)))).all()
