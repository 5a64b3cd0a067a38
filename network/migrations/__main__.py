"""Write a new revision from the difference between the tables in code and the last revision."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from network.migrations import HERE, config, upgrade
from network.store import open_engine

SQLITE_BOOLEAN = re.compile(r"(postgresql_where=sa\.text\([^)]*?) IS 1")  # Alembic writes every condition as SQLite's


async def write(message: str) -> None:
    """Write the revision into ``versions``; its number follows the last one's."""
    last = ScriptDirectory.from_config(config()).get_current_head()
    number = f"{int(last or 0) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{Path(folder) / 'jisr.db'}")
        if last is not None:
            await upgrade(engine)
        async with engine.begin() as connection:
            await connection.run_sync(
                lambda open_connection: command.revision(
                    config(open_connection), message, autogenerate=True, rev_id=number
                )
            )
        await engine.dispose()
    for path in (HERE / "versions").glob(f"{number}_*.py"):
        path.write_text(SQLITE_BOOLEAN.sub(r"\1 IS true", path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
