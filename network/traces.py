"""Traces: the provider's ids of what a person wrote, kept two days so that it can be taken back.

Only where the provider lets a bot delete (Telegram: messages younger than 48 hours,
https://core.telegram.org/bots/api#deletemessage). What the bot sent is known by the outbox.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, LargeBinary, String, Table, delete, insert, select

from network import outbox
from network.ids import new_id
from network.store import Instant, Tx, metadata

KEEP = timedelta(hours=48)
CHANNELS = frozenset({"telegram"})

traces = Table(
    "traces",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("address", String(32), nullable=False, index=True),
    Column("ref", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)


_KEEP = insert(traces)  # built once: it runs for every message


async def keep(tx: Tx, *, address: str, channel: str, ref: str) -> None:
    """Note a message that came from an address, where it could be taken back."""
    if ref and channel in CHANNELS:
        row = new_id()
        sealed = tx.seal.seal("traces.ref", row, ref)
        tx.later(_KEEP, {"id": row, "address": address, "ref": sealed, "at": tx.now})


async def of(tx: Tx, *, address: str) -> list[str]:
    """Return the ids of every message of the last 48 hours, in both directions, oldest first."""
    since = tx.now - KEEP
    rows = await tx.all(
        select(traces.c.id, traces.c.ref).where(traces.c.address == address, traces.c.at >= since).order_by(traces.c.at)
    )
    came = [tx.seal.open("traces.ref", row.id, row.ref) for row in rows]
    return list(dict.fromkeys([*came, *await outbox.refs(tx, address=address, since=since)]))


async def forget(tx: Tx, *, which: list[str]) -> None:
    """Delete every trace of these addresses."""
    await tx.run(delete(traces).where(traces.c.address.in_(which)))


async def sweep(tx: Tx) -> int:
    """Forget traces that are too old to be of use; return how many."""
    return await tx.run(delete(traces).where(traces.c.at < tx.now - KEEP))
