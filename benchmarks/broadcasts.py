"""How long it takes to queue a broadcast to a hundred thousand, and to take it back, beside a bare INSERT … SELECT."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import text

from benchmarks.database import Database
from benchmarks.program import AT_ONCE, FIRST, crowd
from benchmarks.tables import table
from network import audiences, contents, mailings, migrations
from network.audiences import Audience
from network.outbox import outbox
from network.sealing import KeyRing, Sealer
from network.store import Store, open_engine

PEOPLE = 100_000
LANGUAGES = ("fr", "ar")
NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # the quiet hours of everybody: each waits for their end
URGENCY = 3
LOOK_S = 0.01
MAKE_BARE = "CREATE TABLE bare AS SELECT * FROM outbox WHERE 1 = 0"
BARE = (
    "INSERT INTO bare (seq, id, address, channel, account, mailing, step, content, urgency, again, ready_at, stage, "
    "counts, opener, ambiguous, erases, attempts, created_at, error) "
    "SELECT 1, members.id, addresses.id, addresses.channel, addresses.account, 'bare', 0, addresses.id, 3, true, "
    "members.joined_at, 1, true, false, false, false, 0, members.joined_at, '' "
    "FROM members JOIN addresses ON addresses.person = members.id WHERE members.state = 'active'"
)


@dataclass(frozen=True)
class Fan:
    """What one broadcast took: seconds until it is durable, and the most memory beyond what there was (MB)."""

    queue_s: float
    bare_s: float
    progress_s: float
    stop_s: float
    memory_mb: float


async def report(database: Database, rounds: int) -> str:
    """Return the table of both stores."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/jisr.db", "PostgreSQL": await database.fresh()}
        for name, url in urls.items():
            await _fill(url, keys)
            fans = [await _measured(url, keys, database) for _ in range(rounds)]
            rows.append([name, *_figures(fans)])
    head = ["queued, s", "bare, s", "ratio", "more memory, MB", "progress, s", "taken back, s"]
    return table([f"{PEOPLE:,} people", *head], rows)


def _figures(fans: Sequence[Fan]) -> list[str]:
    def median(name: str) -> float:
        return float(statistics.median(getattr(fan, name) for fan in fans))

    return [
        f"{median('queue_s'):.2f}",
        f"{median('bare_s'):.2f}",
        f"{median('queue_s') / median('bare_s'):.1f}",
        f"{median('memory_mb'):.0f}",
        f"{median('progress_s'):.2f}",
        f"{median('stop_s'):.2f}",
    ]


async def _fill(url: str, keys: Path) -> None:
    """Make the members, of whom each reads French and lives in Niger, half on each app."""
    async with _store(url, keys) as store:
        await migrations.upgrade(store.engine)
        for start in range(0, PEOPLE, AT_ONCE):
            async with store.transaction(NOW) as tx:
                channel = "telegram" if start % (2 * AT_ONCE) else "whatsapp"
                await crowd(tx, range(FIRST + start, FIRST + start + AT_ONCE), channel=channel)
        async with store.engine.begin() as connection:
            await connection.execute(text(MAKE_BARE))
        if not store.is_sqlite:
            async with store.engine.connect() as connection:
                await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def _measured(url: str, keys: Path, database: Database) -> Fan:
    """Measure in a process of its own; to its memory comes what the database's server takes of its own."""
    before, most = _private_mb(database), 0.0
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.broadcasts", url, str(keys), stdout=asyncio.subprocess.PIPE
    )
    printing = asyncio.create_task(child.communicate())
    while url.startswith("postgresql") and not printing.done():
        most = max(most, _private_mb(database) - before)
        await asyncio.sleep(LOOK_S)
    printed, _ = await printing
    said = json.loads(printed.decode().splitlines()[-1])
    return Fan(**(said | {"memory_mb": said["memory_mb"] + most}))


def _private_mb(database: Database) -> float:
    """Return the memory of the server's processes, without its buffers, which it has anyway."""
    total = 0
    for process in (database.server, *database.server.children(recursive=True)):
        with suppress(OSError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            said = status.partition("RssAnon:")[2].split()  # a process that has just ended says nothing
            total += int(said[0]) if said else 0
    return total / 1000


async def _measure(url: str, keys: Path) -> Fan:
    async with _store(url, keys) as store:
        async with store.transaction(NOW) as tx:
            await tx.run(outbox.delete())
            await tx.run(mailings.mailings.delete())
            await tx.run(text("DELETE FROM bare"))
            made = {each: await contents.keep(tx, json.dumps({"text": each * 200})) for each in LANGUAGES}
        at_first = psutil.Process().memory_info().rss
        start = time.perf_counter()
        async with store.transaction(NOW) as tx:
            people = audiences.query(Audience())
            count = await mailings.send(tx, mailing="m", people=people, contents=made, fallback="fr", urgency=URGENCY)
        queue_s = time.perf_counter() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if count != PEOPLE:
            raise SystemExit(f"{count} were queued")
        bare_s = await _bare(store)
        start = time.perf_counter()
        async with store.reading(NOW) as tx:
            await mailings.progress(tx, mailing="m")
        progress_s = time.perf_counter() - start
        start = time.perf_counter()
        async with store.transaction(NOW) as tx:
            await mailings.stop(tx, mailing="m")
        stop_s = time.perf_counter() - start
    return Fan(queue_s, bare_s, progress_s, stop_s, max(0, most - at_first) / 1e6)


async def _bare(store: Store) -> float:
    start = time.perf_counter()
    async with store.transaction(NOW) as tx:
        await tx.run(text(BARE))
    return time.perf_counter() - start


@asynccontextmanager
async def _store(url: str, keys: Path) -> AsyncIterator[Store]:
    store = Store(open_engine(url), Sealer(KeyRing.load_or_create(keys)))
    try:
        yield store
    finally:
        await store.close()


async def _main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(asdict(await _measure(sys.argv[1], Path(sys.argv[2])))))
        return
    from benchmarks.database import postgresql  # noqa: PLC0415 - only when it is run alone

    with postgresql() as database:
        print(await report(database, 1))


if __name__ == "__main__":
    asyncio.run(_main())
