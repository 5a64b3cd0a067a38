"""Migrations of the store, run from code: no ``alembic.ini``, no second command.

After a change of tables: ``python -m network.migrations "what changes"``, then read what it wrote.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import network
from network.errors import NetworkError
from network.store import metadata

HERE = Path(__file__).parent
CHECK = "PRAGMA foreign_key_check"
RESTORING = "restoring"  # in the place of the revision, until a copy is wholly restored
UPGRADE_LOCK = 0x4A49_0002  # one process at a time on PostgreSQL; SQLite has one writer anyway


class BrokenLinks(NetworkError):
    """The upgrade would leave rows that hang on nothing: it was not done. Restore a copy, and report it."""


class NotMigrated(NetworkError):
    """The database is not at this program's revision. Run jisr migrate, then this again."""


class NewerDatabase(NetworkError):
    """The database is of a newer release. Install that release: this one would harm what it does not know."""


class HalfRestored(NetworkError):
    """A copy was being restored here, and that was interrupted. Remove this database, and restore again."""


def tables() -> MetaData:
    """Return the metadata with the tables of every noun, loading them all."""
    for module in iter_modules(network.__path__):
        if not module.ispkg:
            import_module(f"network.{module.name}")
    return metadata


def head() -> str:
    """Return the newest revision that this program has."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def revisions() -> set[str]:
    """Return every revision that this program knows."""
    return {str(one.revision) for one in ScriptDirectory.from_config(config()).walk_revisions()}


async def current(engine: AsyncEngine) -> str | None:
    """Return the revision of the database, or None for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(revision_of)


async def check(engine: AsyncEngine) -> None:
    """Raise NotMigrated, NewerDatabase or HalfRestored unless the database is at the newest revision."""
    if not await _is_newest(engine):
        raise NotMigrated


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision, in one transaction; several processes may ask at once.

    Raise NewerDatabase, HalfRestored or BrokenLinks.
    """
    if await _is_newest(engine):
        return
    async with altering(engine) as connection:
        await connection.run_sync(_upgrade)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the database, or None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


@asynccontextmanager
async def altering(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which tables may be made anew.

    SQLite changes a table by making another and dropping the first, which would delete all that
    hangs on its rows: so foreign keys rest meanwhile, and are checked at the end
    (https://sqlite.org/lang_altertable.html). Raise BrokenLinks.
    """
    async with engine.connect() as connection:
        await connection.run_sync(_foreign_keys, "OFF")
        try:
            async with connection.begin():
                yield connection
                if engine.dialect.name == "sqlite" and (await connection.execute(text(CHECK))).first():
                    raise BrokenLinks
        finally:
            await connection.run_sync(_foreign_keys, "ON")


def upgrade_to(connection: Connection, revision: str = "head") -> None:
    """Bring the database to a revision, in the open transaction."""
    command.upgrade(config(connection), revision)


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; ``env.py`` works on ``connection``."""
    made = Config()
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def _is_newest(engine: AsyncEngine) -> bool:
    found = await current(engine)
    if found == RESTORING:
        raise HalfRestored
    if found is not None and found not in revisions():
        raise NewerDatabase
    return found == head()


def _foreign_keys(connection: Connection, state: str) -> None:
    """Set what SQLite lets nobody set inside a transaction."""
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={state}")
        cursor.close()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    upgrade_to(connection)
