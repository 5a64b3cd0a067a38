"""Stops: accounts that their provider refuses altogether, until a steward acts.

A stop outlives every restart of the program: trying again with a token that was withdrawn, or
from a number that was blocked, only makes it worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, bindparam, delete, exists, literal_column, select

from network.store import Instant, Tx, metadata

stops = Table(
    "stops",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("code", String(64), nullable=False),  # the provider's own
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Stop:
    """An account that sends nothing, since when, and the provider's code that says why."""

    channel: str
    account: str
    code: str
    at: datetime


async def stop(tx: Tx, *, channel: str, account: str, code: str) -> bool:
    """Let an account send nothing until it is resumed; return whether it still did."""
    return await tx.add(stops, key=("channel", "account"), channel=channel, account=account, code=code[:64], at=tx.now)


async def resume(tx: Tx, *, channel: str, account: str) -> bool:
    """Let an account send again, for a steward has acted; return whether it was stopped."""
    return await tx.run(delete(stops).where(stops.c.channel == channel, stops.c.account == account)) == 1


async def standing(tx: Tx) -> list[Stop]:
    """Return the accounts that are stopped, in order of their names."""
    rows = await tx.all(select(stops).order_by(stops.c.channel, stops.c.account))
    return [Stop(row.channel, row.account, row.code, row.at) for row in rows]


# Of the account in the parameters ``channel`` and ``account``.
IS_STOPPED = exists(
    select(literal_column("1")).where(stops.c.channel == bindparam("channel"), stops.c.account == bindparam("account"))
)
