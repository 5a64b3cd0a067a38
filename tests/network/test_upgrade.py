"""Every release that ever was can be brought to this one: its database, and its sealed copies."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from network import addresses, audit, copying, members, migrations, practices, starter
from network.copying import Place
from network.keyring import KeyRing
from network.media import MediaFolder
from network.sealed import columns
from network.sealing import Sealer
from network.store import Store, open_engine
from tests.conftest import sqlite_url
from tests.make_release_copy import DATA
from tests.network.test_erasure import NAME, TELEGRAM

RELEASES = sorted(DATA.glob("release-*"))


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    """Return the folder of a release."""
    folder: Path = request.param
    return folder


def _ring(release: Path, tmp_path: Path) -> KeyRing:
    """Return its ring, by way of a file that only its owner reads: a checkout does not keep modes."""
    path = tmp_path / "keys.json"
    path.write_bytes((release / "keys.json").read_bytes())
    path.chmod(0o600)
    return KeyRing.load(path)


async def _holds(store: Store, now: datetime) -> None:
    """Everything that was sealed opens, everybody is found, the audit log holds."""
    async with store.transaction(now) as tx:
        address = await addresses.find(tx, channel="telegram", account="main", external=TELEGRAM)
        assert address is not None
        assert (await members.get(tx, person=address.person)).name == NAME
        assert await members.is_panic_word(tx, person=address.person, text="canary secret word")
        assert await audit.verify(tx) > 0
        opened = 0
        for column in columns(migrations.tables()):
            for row, sealed in await tx.all(select(column.row, column.column).where(column.column.is_not(None))):
                tx.seal.open_bytes(column.field, row, sealed)
                opened += 1
        assert opened > 10


async def test_the_database_of_a_release_is_upgraded(release: Path, tmp_path: Path, now: datetime) -> None:
    """``jisr migrate`` brings the stored database to the newest revision with everything in it.

    It fails after a change of the tables before their first release: run python -m tests.make_release_copy.
    """
    path, ring = tmp_path / "jisr.db", _ring(release, tmp_path)
    _unpack(release, path)
    store = Store(open_engine(sqlite_url(path)), Sealer(ring))
    async with _closing(store):
        await migrations.upgrade(store.engine)
        assert await migrations.current(store.engine) == migrations.head()
        await _holds(store, now)


async def test_the_copy_of_a_release_is_restored(release: Path, empty_url: str, tmp_path: Path, now: datetime) -> None:
    """The stored copy is restored into either database of this release, and brought to it."""
    ring = _ring(release, tmp_path)
    store = Store(open_engine(empty_url), Sealer(ring))
    place = Place(MediaFolder(tmp_path / "media", store.sealer), tmp_path / "tombstones")
    async with _closing(store):
        await copying.restore(store.engine, ring, place, release / "jisr.copy", now=now, actor="steward", expired=True)
        assert await migrations.current(store.engine) == migrations.head()
        await _holds(store, now)
        assert [await place.media.open(ref) for ref in place.media.refs()] == [b"a voice"]


async def test_the_starter_practices_are_completed(release: Path, tmp_path: Path, now: datetime) -> None:
    """The collection that a release came with gets what it did not have then, once the program starts."""
    path = tmp_path / "jisr.db"
    _unpack(release, path)
    store = Store(open_engine(sqlite_url(path)), Sealer(_ring(release, tmp_path)))
    async with _closing(store):
        await migrations.upgrade(store.engine)
        async with store.transaction(now) as tx:
            await starter.load(tx)
            radio = await practices.get(tx, practice=starter.practice_id("ne-radio"), language="ar")
            assert {"problem", "done", "result", "who", "source", "context"} <= set(radio.parts)
            assert (radio.facts.evidence, radio.editorial) == ("told", True)
            assert await practices.count(tx) == 12


def test_this_release_is_kept() -> None:
    """There is a release to upgrade from."""
    assert RELEASES


@asynccontextmanager
async def _closing(store: Store) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await store.close()


def _unpack(release: Path, path: Path) -> None:
    path.write_bytes(gzip.decompress((release / "jisr.db.gz").read_bytes()))
