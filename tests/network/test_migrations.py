"""Migrations make the tables that the code has, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from network import exchanges, links, members, migrations, preparations
from network.ids import new_id
from network.restoring import mark
from network.sealing import Sealer
from network.store import Store, open_engine
from tests.conftest import sqlite_url
from tests.network.people import enrolled


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine on an empty database."""
    engine = open_engine(empty_url)
    yield engine
    await engine.dispose()


async def test_a_migrated_database_has_the_tables_of_the_code(empty: AsyncEngine) -> None:
    """After the upgrade of an empty database nothing differs from the tables in code."""
    await migrations.upgrade(empty)
    async with empty.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_revision_is_known(empty: AsyncEngine) -> None:
    """An empty database has no revision; after the upgrade it has the newest, and another upgrade does nothing."""
    assert await migrations.current(empty) is None
    await migrations.upgrade(empty)
    await migrations.upgrade(empty)
    assert await migrations.current(empty) == migrations.head()


async def test_a_database_of_a_newer_release_is_refused(store: Store) -> None:
    """A program never starts on a database of which it does not know the revision."""
    async with store.engine.begin() as connection:
        await mark(connection, "9999")
    for act in (migrations.upgrade, migrations.check):
        with pytest.raises(migrations.NewerDatabase):
            await act(store.engine)


async def test_what_was_recorded_before_dates_had_records_stays(empty_url: str, sealer: Sealer, now: datetime) -> None:
    """The summary of an exchange of 0.3.0 is read as it was, and written on, by this release."""
    store = Store(open_engine(empty_url), sealer)
    async with migrations.altering(store.engine) as connection:
        await connection.run_sync(migrations.upgrade_to, "0003")
    async with store.transaction(now) as tx:
        row = dict.fromkeys(("by", "id"), new_id()) | {"kind": "dialogue", "state": "over", "group_id": new_id()}
        row |= dict.fromkeys(("audience", "starts_local", "rule"), "") | {"zone": "UTC", "telling": "said"}
        row |= dict.fromkeys(("capacity", "minutes", "sequence"), 1) | dict.fromkeys(("sides", "languages"), "[]")
        sealed = {"words": {}, "door": {"place": "", "link": ""}, "record": {"summary": "On se revoit en mars."}}
        row |= {name: tx.seal.seal_json(f"exchanges.{name}", row["id"], value) for name, value in sealed.items()}
        await tx.run(exchanges.exchanges.insert(), {**row, "topics": "[]", "published": 1, "made_at": now})
    await migrations.upgrade(store.engine)
    async with store.transaction(now) as tx:
        given = {"exchange": row["id"], "by": row["by"]}
        assert await preparations.summary(tx, exchange=row["id"]) == "On se revoit en mars."
        await preparations.note(tx, **given, name="notes", text="En avril, plutôt.")
        assert (await preparations.record(tx, **given))["notes"] == "En avril, plutôt."
        assert [each.id for each in await preparations.published(tx)] == [row["id"]]
    await store.close()


async def test_processes_that_start_together_upgrade_once(empty_url: str) -> None:
    """Several processes may upgrade at once: one does it, the others wait and find it done."""
    engines = [open_engine(empty_url) for _ in range(4)]
    await asyncio.gather(*(migrations.upgrade(engine) for engine in engines))
    assert await migrations.current(engines[0]) == migrations.head()
    for engine in engines:
        await engine.dispose()


async def test_a_new_file_is_opened_by_several_at_once(tmp_path: Path) -> None:
    """SQLite refuses, without waiting, all but one who make the same new file a WAL one: they try again."""
    for number in range(60):
        engines = [open_engine(sqlite_url(tmp_path / f"{number}.db")) for _ in range(4)]
        assert await asyncio.gather(*(migrations.current(engine) for engine in engines)) == [None] * 4
        for engine in engines:
            await engine.dispose()


async def test_a_table_made_anew_keeps_what_hangs_on_it(store: Store, now: datetime) -> None:
    """SQLite changes a table by dropping it: the rows that refer to it stay; a row left hanging is refused."""
    async with store.transaction(now) as tx:
        await links.offer(tx, person=await enrolled(tx))
    async with migrations.altering(store.engine) as connection:
        await connection.run_sync(_make_anew, "members")
    async with store.transaction(now) as tx:
        assert await tx.scalar(select(func.count()).select_from(links.links)) == 1
    if store.is_sqlite:
        with pytest.raises(migrations.BrokenLinks):
            async with migrations.altering(store.engine) as connection:
                await connection.execute(delete(members.members))
        async with store.transaction(now) as tx:
            assert await members.count(tx) == 1
            await tx.run(delete(members.members))
            assert await tx.scalar(select(func.count()).select_from(links.links)) == 0


def _make_anew(connection: Connection, table: str) -> None:
    context = MigrationContext.configure(connection)
    with Operations(context).batch_alter_table(table, recreate="auto") as batch:
        batch.alter_column("side", type_=String(12))


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, migrations.tables()))
