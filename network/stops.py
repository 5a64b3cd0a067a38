"""Stops: accounts that their provider refuses altogether, until a steward acts.

A stop outlives every restart of the program: trying again with a token that was withdrawn, or
from a number that was blocked, only makes it worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, bindparam, delete, exists, literal_column, select

from network import due
from network.store import Instant, Tx, metadata

DETOUR = "detour"  # the kind of the due row, about the account that was stopped

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
    """Let an account send nothing until it is resumed; return whether it still did.

    What waits for it is then brought to its people elsewhere (``detours.py``).
    """
    row = {"channel": channel, "account": account, "code": code[:64], "at": tx.now}
    is_new = await tx.add(stops, key=("channel", "account"), **row)
    if is_new:
        await due.at(tx, kind=DETOUR, subject=f"{channel}/{account}", instant=tx.now)
    return is_new


async def resume(tx: Tx, *, channel: str, account: str) -> bool:
    """Let an account send again, for a steward has acted; return whether it was stopped."""
    return await tx.run(delete(stops).where(stops.c.channel == channel, stops.c.account == account)) == 1


async def standing(tx: Tx) -> list[Stop]:
    """Return the accounts that are stopped, in order of their names."""
    rows = await tx.all(select(stops).order_by(stops.c.channel, stops.c.account))
    return [Stop(row.channel, row.account, row.code, row.at) for row in rows]


def of(channel: ColumnElement[Any], account: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that the account in these columns is stopped."""
    same = (stops.c.channel == channel) & (stops.c.account == account)
    return exists(select(literal_column("1")).select_from(stops).where(same))


# Of the account in the parameters ``channel`` and ``account``.
IS_STOPPED = exists(
    select(literal_column("1")).where(stops.c.channel == bindparam("channel"), stops.c.account == bindparam("account"))
)
