"""Shutdowns: when a country goes dark and comes back, and what that means for what waits for its people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from network import audit, countries, due
from network.darkness import darknesses, is_dark
from network.store import Tx

OBSERVED = "observed"  # who marked it, in the audit log: nobody did


async def darken(tx: Tx, *, country: str, by: str = OBSERVED, since: datetime | None = None) -> bool:
    """Mark a country as dark, ``since`` an instant (None: now); return whether it was not. Audited.

    Raise Missing for a country that the network does not have.
    """
    countries.get(country)
    if await is_dark(tx, country=country):
        return False
    theirs = select(darknesses.c.until).where(darknesses.c.country == country)
    last = await tx.scalar(theirs.order_by(darknesses.c.until.desc()).limit(1))
    began = min(tx.now, max(since or tx.now, last or since or tx.now))
    await tx.add(darknesses, key=("country", "since"), country=country, since=began, until=None)
    await audit.record(tx, act="country_dark", actor=by, subject=country)
    return True


async def lighten(tx: Tx, *, country: str, by: str = OBSERVED) -> bool:
    """Mark a country as light again, and put off what is due to its people by the time it was dark. Audited.

    Return whether it was dark.
    """
    here = (darknesses.c.country == country) & darknesses.c.until.is_(None)
    found = await tx.first(update(darknesses).where(here).values(until=tx.now).returning(darknesses.c.since))
    if found is None:
        return False
    await due.put_off(tx, country=country, by=tx.now - found.since)
    await audit.record(tx, act="country_light", actor=by, subject=country)
    return True
