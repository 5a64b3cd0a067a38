"""SQLite's statements run where they are called; only what may wait has a thread."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from network import addresses, members
from network.store import Store


async def test_a_step_hands_two_calls_to_a_thread(
    sqlite_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a writing step does, only its BEGIN and its COMMIT wait in a thread; one that reads has none."""
    hops: list[str] = []
    loop: Any = asyncio.get_running_loop()
    hand_over = loop.run_in_executor

    def counted(executor: Any, call: Any, *arguments: Any) -> Any:
        hops.append(call.__name__)
        return hand_over(executor, call, *arguments)

    monkeypatch.setattr(loop, "run_in_executor", counted)
    async with sqlite_store.transaction(now) as tx:
        for number in range(20):
            here = await addresses.meet(tx, channel="telegram", account="main", external=str(number))
            async with tx.savepoint():
                await members.enrol(tx, person=here.person, language="fr", consent_version="1")
    assert hops == ["execute", "commit"]
    async with sqlite_store.reading(now) as tx:
        assert await members.find(tx, person=here.person) is not None
    assert hops == ["execute", "commit"]
