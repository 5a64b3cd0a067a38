"""A state machine drives the store at random beside a plain dictionary, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, delete, select

from network.sealing import Sealer
from network.store import Store, Tx, open_engine

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
CHANGES = st.lists(st.tuples(KEYS, TEXTS | st.none()), max_size=4)  # None deletes
notes = Table(
    "test_notes",
    MetaData(),
    Column("id", String(32), primary_key=True),
    Column("text", LargeBinary, nullable=False),
    Column("changes", Integer, nullable=False),
)

Change = tuple[str, str | None]
Kept = dict[str, str]


class Undone(Exception):
    """Ends a transaction without a commit."""


class StoreMachine(RuleBasedStateMachine):
    """Changes notes in whole steps, failed steps, savepoints, cancelled steps, many at once, and after reopening."""

    url = ""
    sealer: Sealer

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = Store(open_engine(self.url), self.sealer)
        self.model: Kept = {}
        self.run(self._clear())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a step to its end."""
        return self.runner.run(work)

    def teardown(self) -> None:
        """Close the store."""
        self.run(self.store.close())
        self.runner.close()

    @rule(changes=CHANGES)
    def commit(self, changes: list[Change]) -> None:
        """Every change of a step that ends stays."""
        self.run(self._step(changes))
        self.model = _after(self.model, changes)

    @rule(changes=CHANGES)
    def fail(self, changes: list[Change]) -> None:
        """No change of a step that raises stays."""
        self.run(self._undone(changes))

    @rule(before=CHANGES, inside=CHANGES, after=CHANGES)
    def fail_inside(self, before: list[Change], inside: list[Change], after: list[Change]) -> None:
        """Only the changes of a failed savepoint are undone."""
        self.run(self._nested(before, inside, after))
        self.model = _after(_after(self.model, before), after)

    @rule(changes=CHANGES, waits=st.integers(0, 12))
    def cancel(self, changes: list[Change], waits: int) -> None:
        """A cancelled step did everything or nothing."""
        self.run(self._cancelled(changes, waits))
        kept = self.run(self._read())
        assert kept in (self.model, _after(self.model, changes))
        self.model = kept

    @rule(keys=st.lists(KEYS, min_size=2, max_size=6), text=TEXTS)
    def together(self, keys: list[str], text: str) -> None:
        """Steps that run at the same time all take effect."""
        self.run(self._together([[(key, text + key)] for key in keys]))
        self.model = _after(self.model, [(key, text + key) for key in keys])

    @rule()
    def reopen(self) -> None:
        """What was committed is there after the store is opened anew."""
        self.run(self.store.close())
        self.store = Store(open_engine(self.url), self.sealer)

    @invariant()
    def holds_what_was_committed(self) -> None:
        """The store holds exactly what the model holds, and every sealed text opens."""
        assert self.run(self._read()) == self.model

    async def _clear(self) -> None:
        async with self.store.engine.begin() as connection:
            await connection.run_sync(lambda sync: notes.create(sync, checkfirst=True))
            await connection.execute(delete(notes))

    async def _step(self, changes: list[Change]) -> None:
        async with self.store.transaction(NOW) as tx:
            await _apply(tx, changes)

    async def _undone(self, changes: list[Change]) -> None:
        with suppress(Undone):
            async with self.store.transaction(NOW) as tx:
                await _apply(tx, changes)
                raise Undone

    async def _nested(self, before: list[Change], inside: list[Change], after: list[Change]) -> None:
        async with self.store.transaction(NOW) as tx:
            await _apply(tx, before)
            with suppress(Undone):
                async with tx.savepoint():
                    await _apply(tx, inside)
                    raise Undone
            await _apply(tx, after)

    async def _cancelled(self, changes: list[Change], waits: int) -> None:
        task = asyncio.ensure_future(self._step(changes))
        for _ in range(waits):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _together(self, steps: list[list[Change]]) -> None:
        await asyncio.gather(*(self._step(step) for step in steps))

    async def _read(self) -> Kept:
        async with self.store.reading(NOW) as tx:
            rows = await tx.all(select(notes))
            return {row.id: tx.seal.open("test_notes.text", row.id, row.text) for row in rows}


async def _apply(tx: Tx, changes: list[Change]) -> None:
    for key, text in changes:
        if text is None:
            await tx.run(delete(notes).where(notes.c.id == key))
        else:
            await tx.put(notes, key=("id",), id=key, text=tx.seal.seal("test_notes.text", key, text), changes=1)


def _after(kept: Kept, changes: list[Change]) -> Kept:
    result = dict(kept)
    for key, text in changes:
        if text is None:
            result.pop(key, None)
        else:
            result[key] = text
    return result


def test_the_store_is_what_its_model_is(database_url: str, sealer: Sealer, long: bool) -> None:
    """Whatever happens to steps, the store holds what was committed and nothing else."""
    machine = type("Machine", (StoreMachine,), {"url": database_url, "sealer": sealer})
    examples = 200 if long else 8
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None))
