"""Restoring: a copy loaded into an empty database, and made quiet, so that nothing is sent twice.

After the copy was made the network went on: what waited then was most likely sent. Whether it was
is not known, so nothing of it is sent again, and each such row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, Table, delete, insert, inspect, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from network.copies import RING, Header, WrongKeys
from network.due import due
from network.errors import NetworkError
from network.files import FETCH
from network.inbox import State, inbox
from network.jobs import jobs
from network.keyring import KeyRing
from network.leaving import ERASE, FORGET
from network.outbox import Stage, outbox
from network.sealing import Sealer
from network.store import Tx

RESTORED = "restored"  # the reason, in each row that was made quiet
SAFE_JOBS = (ERASE, FORGET, FETCH)  # they send nothing, and may be done twice
WAITING = (Stage.HELD, Stage.QUEUED, Stage.SENDING)


class NotEmpty(NetworkError):
    """A copy is restored into an empty installation. Move the present database and media away first."""


@dataclass(frozen=True)
class Quiet:
    """What was not done again: calls not sent, messages put in quarantine, jobs and reminders ended."""

    unsent: int
    quarantined: int
    jobs: int
    reminders: int


async def is_empty(connection: AsyncConnection) -> bool:
    """Whether the database has no table yet."""
    return not await connection.run_sync(lambda sync: inspect(sync).get_table_names())


async def mark(connection: AsyncConnection, revision: str) -> None:
    """Write the revision: ``RESTORING`` until people are erased and nothing waits, so that no program starts."""
    await connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


async def tables_of(connection: AsyncConnection) -> MetaData:
    """Return the tables that the database has, in whatever revision."""
    found = MetaData()
    await connection.run_sync(found.reflect)
    return found


async def load(connection: AsyncConnection, tables: MetaData, value: Mapping[str, Any]) -> None:
    """Put rows into their table, as ``copying.dump`` gave them."""
    stored = _naive if connection.dialect.name == "sqlite" else _zoned
    rows = [dict(zip(value["columns"], map(stored, row), strict=True)) for row in value["rows"]]
    await connection.execute(insert(tables.tables[value["table"]]), rows)


async def count_on(connection: AsyncConnection, tables: MetaData) -> None:
    """Let PostgreSQL number new rows after those that were loaded; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table, column in _numbered(tables):
        name = f"pg_get_serial_sequence('{table.name}', '{column}')"
        last = f"(SELECT max({column}) FROM {table.name})"  # noqa: S608 - names of our own tables
        await connection.execute(text(f"SELECT setval({name}, {last}) WHERE {name} IS NOT NULL AND {last} > 0"))


def sealer_of(ring: KeyRing, header: Header) -> Sealer:
    """Return a sealer with the index key that the copy is under; raise WrongKeys."""
    for index in (ring.index, *(former.index for former in ring.former)):
        sealer = Sealer(replace(ring, index=index, former=()))
        if sealer.index(RING, header.id) == header.index:
            return sealer
    raise WrongKeys


async def quiet(tx: Tx) -> Quiet:
    """Let nothing that waited when the copy was made happen again.

    Calls fail as ambiguous; messages taken in and not handled go to quarantine, where a steward
    replays or drops them; jobs that send end; reminders whose time is over are dropped. What is to
    happen to the network itself at an instant (``due`` without a person) still happens.
    """
    lost = {"stage": Stage.FAILED, "ambiguous": True, "error": RESTORED, "body": None, "lease_until": None}
    unsent = await tx.run(update(outbox).where(outbox.c.stage.in_(WAITING)).values(**lost))
    aside = {"state": State.QUARANTINED, "error": RESTORED}
    quarantined = await tx.run(update(inbox).where(inbox.c.state == State.WAITING).values(**aside))
    await tx.run(update(jobs).values(lease_until=None))
    sending = (jobs.c.kind.not_in(SAFE_JOBS), jobs.c.ready_at.is_not(None))
    ended = await tx.run(update(jobs).where(*sending).values(ready_at=None, error=RESTORED))
    past = await tx.run(delete(due).where(due.c.person.is_not(None), due.c.at <= tx.now))
    return Quiet(unsent, quarantined, ended, past)


def _numbered(tables: MetaData) -> list[tuple[Table, str]]:
    """Return the tables whose key is one number, with its name."""
    keys = [(table, list(table.primary_key)) for table in tables.sorted_tables]
    return [(table, key[0].name) for table, key in keys if len(key) == 1 and key[0].type.python_type is int]


def _zoned(value: Any) -> Any:
    return value


def _naive(value: Any) -> Any:
    """SQLite keeps no zone."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
