"""How fast a large poll is counted: option by side by country from the kept counts, beside one grouped query."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, insert, literal, select, text

from benchmarks.database import Database
from benchmarks.tables import table
from network import ballots, migrations, polls, results
from network.audiences import Audience
from network.ids import new_id, random_id
from network.polls import Plan, State
from network.sealing import KeyRing, Sealer
from network.store import Store, Tx, open_engine

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BALLOTS = 1_000_000
QUICK = 50_000
UNFOLDED = 5_000  # votes since the counts were last folded, five minutes ago at most
GOAL_MS = 300
OPTIONS = 6
_VALUES = (  # six options, two sides, ten countries
    "n + 1000000000, CASE WHEN n / 7 % 2 = 0 THEN 'civil' ELSE 'official' END, "
    "substr('MADZTNMRMLNEBFTDSNLY', CAST(n / 3 % 10 * 2 + 1 AS integer), 2), n % 6 + 1"
)
_INTO = "INSERT INTO ballots (id, poll, voter, side, country, choice)"
FILL = {  # by whether it is SQLite; of our own constants
    True: (
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :many) "  # noqa: S608
        f"{_INTO} SELECT lower(hex(randomblob(16))), :poll, {_VALUES} FROM numbers"
    ),
    False: (
        f"{_INTO} SELECT replace(gen_random_uuid()::text, '-', ''), CAST(:poll AS varchar), {_VALUES} "  # noqa: S608
        "FROM generate_series(0, CAST(:many AS integer) - 1) n"
    ),
}


async def report(database: Database, rounds: int, *, quick: bool = False) -> str:
    """Return the table of both stores."""
    many = QUICK if quick else BALLOTS
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, url in (
            ("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'jisr.db'}"),
            ("PostgreSQL", await database.fresh()),
        ):
            async with _store(url, many) as (store, poll):
                kept = await _timed(store, rounds, lambda tx, poll=poll: results.counts(tx, poll=poll))
                whole = await _timed(store, rounds, lambda tx, poll=poll: _results(tx, poll))
                scan = await _timed(store, rounds, lambda tx, poll=poll: results.recount(tx, poll=poll))
                rows.append([name, f"{many:,}", f"{kept:.1f}", f"{whole:.1f}", f"{scan:.1f}", f"{kept / scan:.3f}"])
    return table(["store", "ballots", "counts, ms", "results, ms", "grouped query, ms", "ratio"], rows)


async def _results(tx: Tx, poll: str) -> None:
    await results.counted(tx, poll=await polls.get(tx, poll=poll))


async def _timed(store: Store, rounds: int, ask: Callable[[Tx], Awaitable[Any]]) -> float:
    """Return the median time in ms, the first time left out."""
    found = []
    for _round in range(rounds + 1):
        async with store.reading(NOW) as tx:
            start = time.perf_counter()
            await ask(tx)
            found.append((time.perf_counter() - start) * 1000)
    return median(found[1:])


@asynccontextmanager
async def _store(url: str, many: int) -> AsyncIterator[tuple[Store, str]]:
    """Open a store that holds one open poll with so many ballots."""
    store = Store(open_engine(url), Sealer(KeyRing.fresh()))
    await migrations.upgrade(store.engine)
    try:
        poll = await _fill(store, many)
        yield store, poll
    finally:
        await store.close()


async def _fill(store: Store, many: int) -> str:
    """Make the poll and its ballots as votes and folding leave them, without the people; return its id."""
    async with store.transaction(NOW) as tx:
        plan = Plan(closes_at=NOW + timedelta(days=7), audience=Audience())
        words = [{"en": str(number)} for number in range(OPTIONS)]
        poll = await polls.draft(tx, by=new_id(), question={"en": "Q"}, options=words, plan=plan, proposed=True)
        await polls.set_(tx, poll, state=State.OPEN.value, opened_at=NOW)
        await tx.run(text(FILL[store.is_sqlite]), {"many": many, "poll": poll})
        cell = (ballots.ballots.c.choice, ballots.ballots.c.side, ballots.ballots.c.country)
        summed = select(random_id(tx), literal(poll), *cell, func.count()).group_by(*cell)
        names = ["id", "poll", "choice", "side", "country", "number"]
        await tx.run(insert(ballots.ballot_counts).from_select(names, summed))
        moved = [{"poll": poll, "choice": "1", "side": "civil", "country": "NE", "number": n} for n in (1, -1)]
        rows = [{"id": new_id(), **each} for each in moved * (UNFOLDED // 2)]
        await tx.run(insert(ballots.ballot_counts), rows)
    if not store.is_sqlite:
        async with store.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    return poll


async def _main() -> None:
    from benchmarks.database import postgresql  # noqa: PLC0415 - only when it is run alone

    with postgresql() as database:
        print(await report(database, 3))


if __name__ == "__main__":
    asyncio.run(_main())
