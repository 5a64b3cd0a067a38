"""The audit log: a chain of opaque ids and codes, so that no powerful act is done unseen (D8).

It names nobody, so erasing a person leaves it whole. Each entry is bound to the one before by
a keyed hash: who holds only the database can neither change an entry nor write the chain anew.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, bindparam, func, select, text, update

from network.errors import NetworkError
from network.sealing import Sealer
from network.store import Instant, Tx, metadata

APPEND_LOCK = 0x4A697372  # one appender at a time on PostgreSQL; SQLite has one writer anyway
BEGINNING = ""
PAGE = 1000

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("act", String(40), nullable=False, index=True),
    Column("actor", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("detail", String(40), nullable=False),
    Column("hash", String(32), nullable=False),
)


class Broken(NetworkError):
    """The audit log was changed: an entry does not follow from the one before it."""


async def record(tx: Tx, *, act: str, actor: str, subject: str, detail: str = "") -> None:
    """Append an act. ``actor`` and ``subject`` are ids, ``act`` and ``detail`` codes: never text or names.

    Call it last: on PostgreSQL appenders wait for each other until the transaction ends.
    """
    if not tx.is_sqlite:
        await tx.run(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})
    last = await tx.first(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
    seq, before = (1, BEGINNING) if last is None else (last.seq + 1, last.hash)
    entry = {"seq": seq, "at": tx.now, "act": act, "actor": actor, "subject": subject, "detail": detail}
    await tx.run(audit.insert(), entry | {"hash": _link(tx, before, entry)})


async def verify(tx: Tx) -> int:
    """Check the whole chain and return the number of entries; raise Broken.

    Entries cut off the end leave a shorter chain that is whole: keep the number elsewhere.
    """
    seq, before = 0, BEGINNING
    while rows := await tx.all(select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(PAGE)):
        for row in rows:
            if row.seq != seq + 1 or not hmac.compare_digest(row.hash, _link(tx, before, _entry(row))):
                raise Broken
            seq, before = row.seq, row.hash
    return seq


async def relink(tx: Tx, *, anew: Sealer) -> None:
    """Bind the chain again under another index key. Verify it before: what was broken would be whole after."""
    after, seq, before = Tx(tx.connection, anew, tx.now), 0, BEGINNING
    while rows := await tx.all(select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(PAGE)):
        changes = []
        for row in rows:
            seq, before = row.seq, _link(after, before, _entry(row))
            changes.append({"the_seq": seq, "the_hash": before})
        relinked = update(audit).where(audit.c.seq == bindparam("the_seq"))
        await tx.run(relinked.values(hash=bindparam("the_hash")), changes)


async def counts(tx: Tx) -> dict[str, int]:
    """Return how often each act was done: the figures that members may see."""
    rows = await tx.all(select(audit.c.act, func.count().label("times")).group_by(audit.c.act).order_by(audit.c.act))
    return {row.act: row.times for row in rows}


def _entry(row: Row[Any]) -> dict[str, Any]:
    return {key: value for key, value in row._mapping.items() if key != "hash"}  # noqa: SLF001 - SQLAlchemy's public name


def _link(tx: Tx, before: str, entry: dict[str, Any]) -> str:
    body = json.dumps([before, {**entry, "at": entry["at"].isoformat()}], sort_keys=True)
    return tx.seal.index("audit.chain", body)
