"""Reindexing: every keyed index under a new index key, in one transaction, while nobody else is there.

What is kept sealed is indexed anew. What is not (provider ids for the dedupe, codes of invitations, numbers
that were invited) stays under the key that was replaced, and is found by both until the later of 30 days and the
end of the last invitation. Tombstones keep a key of their own for good.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, select, update

from network import audit, inbox
from network.addresses import addresses
from network.invitations import invitations
from network.keyring import KeyRing
from network.links import links
from network.outbox import outbox
from network.sealing import Sealer, Unsealable
from network.store import Tx

BATCH = 1000
ACT = "reindex"

FATES = {
    "addresses.external_index": "anew",
    "addresses.alias_index": "anew",
    "outbox.ref_index": "anew",
    "inbox.person": "anew",  # for those who have an address; a stranger's stay until they are handled
    "audit.hash": "anew",
    "inbox.key": "former",
    "invitations.code_index": "former",
    "imports.number_index": "former",  # no number is kept; each row ends with its invitation
    "links.code_index": "dropped",  # they hold for a quarter of an hour
}


def sealers(ring: KeyRing) -> tuple[Sealer, Sealer]:
    """Return a sealer with the present index key and one with the coming."""
    return Sealer(ring), Sealer(replace(ring, index=ring.coming_index or ring.index))


async def reindex(tx: Tx, *, anew: Sealer, actor: str) -> None:
    """Index everything anew; raise audit.Broken when the audit log does not hold before. Audited."""
    await audit.verify(tx)
    senders = await _addresses(tx, anew)
    await _inbox(tx, senders)
    await _outbox(tx, anew)
    await tx.run(delete(links))
    await audit.relink(tx, anew=anew)
    await audit.record(Tx(tx.connection, anew, tx.now), act=ACT, actor=actor, subject="")


async def is_done(tx: Tx, *, anew: Sealer) -> bool:
    """Whether the store is under the new index key already: the audit log follows from it."""
    try:
        return await audit.verify(Tx(tx.connection, anew, tx.now)) > 0
    except audit.Broken:
        return False


async def former_until(tx: Tx) -> datetime:
    """Return until when the key that is replaced is needed."""
    last: datetime | None = await tx.scalar(select(func.max(invitations.c.expires_at)))
    dedupe = tx.now + inbox.KEEP
    return max(dedupe, last) if last else dedupe


async def _addresses(tx: Tx, anew: Sealer) -> dict[str, str]:
    """Index addresses anew; return the new index of each sender in the inbox by the old one."""
    senders: dict[str, str] = {}
    changes = []
    query = select(addresses.c.id, addresses.c.channel, addresses.c.external, addresses.c.alias)
    for row in await tx.all(query):
        try:
            known = {name: _opened(tx, "addresses", row, name) for name in ("external", "alias")}
        except Unsealable:  # altered: it was found by nobody's id before
            continue
        field, sender = f"addresses.external:{row.channel}", f"inbox.person:{row.channel}"
        change = {f"{name}_index": None if value is None else anew.index(field, value) for name, value in known.items()}
        changes.append({"the_id": row.id, **change})
        senders |= {tx.seal.index(sender, value): anew.index(sender, value) for value in known.values() if value}
    await _write(tx, addresses, ("external_index", "alias_index"), changes)
    return senders


async def _inbox(tx: Tx, senders: dict[str, str]) -> None:
    rows = await tx.all(select(inbox.inbox.c.id, inbox.inbox.c.person).where(inbox.inbox.c.person != ""))
    found = [(row.id, senders[row.person]) for row in rows if row.person in senders]
    changes = [{"the_id": row, "person": person, "shard": inbox.shard_of(person)} for row, person in found]
    await _write(tx, inbox.inbox, ("person", "shard"), changes)


async def _outbox(tx: Tx, anew: Sealer) -> None:
    rows = await tx.all(select(outbox.c.id, outbox.c.channel, outbox.c.ref).where(outbox.c.ref.is_not(None)))
    changes = []
    for row in rows:
        with suppress(Unsealable):
            ref = _opened(tx, "outbox", row, "ref") or ""
            changes.append({"the_id": row.id, "ref_index": anew.index(f"outbox.ref:{row.channel}", ref)})
    await _write(tx, outbox, ("ref_index",), changes)


def _opened(tx: Tx, table: str, row: Row[Any], name: str) -> str | None:
    sealed = getattr(row, name)
    return None if sealed is None else tx.seal.open(f"{table}.{name}", row.id, sealed)


async def _write(tx: Tx, table: Table, columns: tuple[str, ...], changes: list[dict[str, Any]]) -> None:
    statement = update(table).where(table.c.id == bindparam("the_id"))
    statement = statement.values({name: bindparam(name) for name in columns})
    for start in range(0, len(changes), BATCH):
        await tx.run(statement, changes[start : start + BATCH])
