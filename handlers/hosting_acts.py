"""What a host does to an exchange, in values that a conversation can record."""

from __future__ import annotations

from datetime import datetime

from network import exchanges
from network.store import Tx


async def moved(tx: Tx, *, exchange: str, by: str, local: str, zone: str) -> None:
    """Set or move the time of an exchange (as ``exchanges.set_time``; ``local`` is ISO 8601 without a zone)."""
    await exchanges.set_time(tx, exchange=exchange, by=by, local=datetime.fromisoformat(local), zone=zone)


async def placed(tx: Tx, *, exchange: str, by: str, place: str, link: str) -> None:
    """Change where an exchange is."""
    await exchanges.change(tx, exchange=exchange, by=by, place=place, link=link)


async def called_off(tx: Tx, *, exchange: str, by: str) -> None:
    """Call an exchange off."""
    await exchanges.cancel(tx, exchange=exchange, by=by)
