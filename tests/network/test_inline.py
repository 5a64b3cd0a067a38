"""SQLite's statements run where they are called; only what may wait has a thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from aiosqlite import Connection

from network import addresses, members
from network.store import Store


async def test_a_step_hands_two_calls_to_a_thread(
    sqlite_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a writing step does, only its BEGIN and its COMMIT wait in a thread."""
    hops: list[str] = []
    hand_over = Connection._execute

    async def counted(self: Connection, call: Any, *arguments: Any, **named: Any) -> Any:
        hops.append(str(arguments[0]) if arguments else call.__name__)
        return await hand_over(self, call, *arguments, **named)

    monkeypatch.setattr(Connection, "_execute", counted)
    async with sqlite_store.transaction(now) as tx:
        for number in range(20):
            here = await addresses.meet(tx, channel="telegram", account="main", external=str(number))
            async with tx.savepoint():
                await members.enrol(tx, person=here.person, language="fr", consent_version="1")
    assert [hop for hop in hops if not hop.startswith("PRAGMA")] == ["BEGIN IMMEDIATE", "commit"]
