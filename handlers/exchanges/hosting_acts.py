"""What a host does to an exchange, in values that a conversation can record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from network import planning
from network.store import Tx


async def moved(tx: Tx, *, exchange: str, by: str, local: str, zone: str) -> None:
    """Set or move the time of an exchange (as ``planning.set_time``; ``local`` is ISO 8601 without a zone)."""
    await planning.set_time(tx, exchange=exchange, by=by, local=datetime.fromisoformat(local), zone=zone)


async def placed(tx: Tx, *, exchange: str, by: str, place: str, link: str) -> None:
    """Change where an exchange is."""
    await planning.change(tx, exchange=exchange, by=by, place=place, link=link)


async def changed(tx: Tx, *, exchange: str, by: str, **given: Any) -> None:
    """Change what an exchange is, but where (as ``planning.change``)."""
    await planning.change(tx, exchange=exchange, by=by, **given)


async def called_off(tx: Tx, *, exchange: str, by: str) -> None:
    """Call an exchange off."""
    await planning.cancel(tx, exchange=exchange, by=by)
