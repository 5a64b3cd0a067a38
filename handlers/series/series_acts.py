"""What a host does to a series, in values that a conversation can record."""

from __future__ import annotations

from typing import Any

from network import outputs, series, sessions
from network.store import Tx


async def advanced(tx: Tx, *, found: str, by: str, to: str) -> None:
    """Let the next phase begin (as ``series.advance``)."""
    await series.advance(tx, series=found, by=by, to=to)


async def written(tx: Tx, *, found: str, by: str, text: str) -> None:
    """Keep the text of the phase (as ``outputs.write``)."""
    await outputs.write(tx, series=found, by=by, text=text)


async def planned(tx: Tx, *, found: str, by: str, **given: Any) -> str:
    """Plan a session; return its id (as ``sessions.plan``)."""
    return await sessions.plan(tx, series=found, by=by, **given)
