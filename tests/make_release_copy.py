"""Keep a copy of this release's database, so that every later release proves that it can upgrade it.

``python -m tests.make_release_copy`` writes ``tests/data/release-<version>/``: a small SQLite
database (compressed), the same as a sealed copy, and the key ring of both. The ring is test data and
protects nobody. Run it last before a release; those of earlier releases stay as they are.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from network import copying, invitations, migrations, starter
from network.copying import Place
from network.keyring import KeyRing
from network.media import MediaFolder
from network.sealing import Sealer
from network.store import Store, open_engine
from tests.conftest import sqlite_url
from tests.network.test_erasure import a_full_life

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def make(folder: Path) -> None:
    """Write the copies of this release into ``folder``, which is empty."""
    with tempfile.TemporaryDirectory() as place:
        ring, path = KeyRing.fresh(), Path(place) / "jisr.db"
        store = Store(open_engine(sqlite_url(path)), Sealer(ring))
        await migrations.upgrade(store.engine)
        async with store.transaction(NOW) as tx:
            await starter.load(tx)
            person = await a_full_life(tx)
            await invitations.create(tx, by="steward", country="ML")
        home = Place(MediaFolder(Path(place) / "media", store.sealer), Path(place) / "tombstones")
        await home.media.save(person, b"a voice")
        await copying.backup(store, home, folder / "jisr.copy", now=NOW)
        async with store.engine.connect() as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.execute(text("VACUUM"))
        await store.scrub()
        await store.close()
        (folder / "jisr.db.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        ring.save(folder / "keys.json")


if __name__ == "__main__":
    where = DATA / f"release-{version('jisr')}"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    asyncio.run(make(where))
    sys.stdout.write(f"{where}: {sum(file.stat().st_size for file in where.iterdir()) // 1024} kB\n")
