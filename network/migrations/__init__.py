"""Migrations of the store, run from code: no ``alembic.ini``, no second command.

After a change of tables: ``python -m network.migrations "what changes"``, then read what it wrote.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

import network
from network.store import metadata

HERE = Path(__file__).parent
UPGRADE_LOCK = 0x4A49_0002  # one process at a time on PostgreSQL; SQLite has one writer anyway


def tables() -> MetaData:
    """Return the metadata with the tables of every noun, loading them all."""
    for module in iter_modules(network.__path__):
        if not module.ispkg:
            import_module(f"network.{module.name}")
    return metadata


def head() -> str:
    """Return the newest revision that this program has."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


async def current(engine: AsyncEngine) -> str | None:
    """Return the revision of the database, or None for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current)


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision, in one transaction; several processes may ask at once."""
    if await current(engine) == head():
        return
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; ``env.py`` works on ``connection``."""
    made = Config()
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    command.upgrade(config(connection), "head")
