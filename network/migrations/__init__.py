"""Migrations of the store, run from code."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

import network
from network.store import metadata


def tables() -> MetaData:
    """Return the metadata with the tables of every noun, loading them all."""
    for module in iter_modules(network.__path__):
        if not module.ispkg:
            import_module(f"network.{module.name}")
    return metadata


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision."""
    async with engine.begin() as connection:
        await connection.run_sync(tables().create_all)
