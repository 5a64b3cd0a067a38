"""The audit log: whole, or seen to be changed; on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Executable, delete, update

from network import audit
from network.audit import Broken
from network.ids import new_id
from network.store import Store, Tx


async def three(tx: Tx) -> None:
    """Record three acts."""
    for act in ("invite", "invite", "seat"):
        await audit.record(tx, act=act, actor=new_id(), subject=new_id(), detail="deputy")


async def test_a_whole_chain_is_verified_and_counted(store: Store, now: datetime) -> None:
    """An untouched log verifies, across transactions, and its counts can be shown."""
    async with store.transaction(now) as tx:
        assert await audit.verify(tx) == 0
        await three(tx)
    async with store.transaction(now) as tx:
        await three(tx)
        assert await audit.verify(tx) == 6
        assert await audit.counts(tx) == {"invite": 4, "seat": 2}


TAMPERED = {
    "a changed act": update(audit.audit).where(audit.audit.c.seq == 2).values(act="join"),
    "a changed actor": update(audit.audit).where(audit.audit.c.seq == 1).values(actor="0" * 32),
    "a removed entry": delete(audit.audit).where(audit.audit.c.seq == 2),
    "a removed beginning": delete(audit.audit).where(audit.audit.c.seq == 1),
    "a moved entry": update(audit.audit).where(audit.audit.c.seq == 3).values(seq=9),
    "another hash": update(audit.audit).where(audit.audit.c.seq == 3).values(hash="0" * 32),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
async def test_tampering_is_seen(store: Store, now: datetime, change: Executable) -> None:
    """An entry that was changed, removed or moved breaks the chain."""
    async with store.transaction(now) as tx:
        await three(tx)
        await tx.run(change)
        with pytest.raises(Broken):
            await audit.verify(tx)
