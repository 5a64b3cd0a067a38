"""Rotation of the data keys: everything is sealed anew while people write, and nothing that was swapped is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import network
from network import addresses, inbox, members, migrations, rotation
from network.inbox import Arrival
from network.keyring import FullRing, HalfRotated, KeyRing
from network.media import MediaFolder
from network.sealed import columns
from network.sealing import Sealer, Unsealable
from network.store import Store, open_engine
from tests.network.people import enrolled
from tests.network.test_erasure import a_full_life

OUTSIDE = {"media.file", "copy.chunk"}  # sealed, in files


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return the path of a fresh key ring."""
    path = tmp_path / "ring" / "keys.json"
    KeyRing.fresh().save(path)
    return path


@pytest.fixture
async def running(database_url: str, keys: Path) -> AsyncIterator[Store]:
    """Return a store that follows the ring, as a running process has it."""
    store = Store(open_engine(database_url), Sealer.following(keys))
    yield store
    await store.close()


@pytest.fixture
def media(tmp_path: Path, running: Store) -> MediaFolder:
    """Return the media folder of the running process."""
    return MediaFolder(tmp_path / "media", running.sealer)


async def _turn(keys: Path, now: datetime) -> Sealer:
    """Make a new data key current; return a sealer of the process that rotates."""
    KeyRing.load(keys).rotated(now).save(keys)
    return Sealer.following(keys)


def test_every_column_of_bytes_is_bound_to_its_row_as_it_is_rotated() -> None:
    """What the code seals is exactly the columns that are rotated: none is missing, none has another name."""
    source = "\n".join(path.read_text("utf-8") for path in Path(network.__path__[0]).rglob("*.py"))
    named = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', source))
    named |= {f"members.{field}" for field in members.SEALED}
    for column in columns(migrations.tables()):
        assert column.field in named, column.field
        assert column.row.name == "id"
        assert len(column.table.primary_key) == 1
    sealing = re.findall(r"\.seal(?:_json|_bytes)?\(\s*\"([a-z_.]+)\"", source)
    assert set(sealing) <= {column.field for column in columns(migrations.tables())} | OUTSIDE


async def test_everything_is_sealed_anew_and_the_old_key_can_go(
    running: Store, media: MediaFolder, keys: Path, now: datetime
) -> None:
    """After one walk nothing is under the old key; without it every value and file still opens."""
    async with running.transaction(now) as tx:
        person = await a_full_life(tx)
    ref = await media.save(person, b"a voice")
    async with running.transaction(now) as tx:
        assert await rotation.remaining(tx, media) == {}
    await _turn(keys, now)
    later = now + timedelta(seconds=2)
    async with running.transaction(later) as tx:
        assert {"members.name", "media.file"} <= set(await rotation.remaining(tx, media))
    done = await rotation.reseal(running, media, now=later)
    assert done.resealed > 10
    assert done.refused == 0
    async with running.transaction(later) as tx:
        assert await rotation.remaining(tx, media) == {}
    KeyRing.load(keys).retired(later).save(keys)
    assert KeyRing.load(keys).data.keys() == {2}
    async with running.transaction(later + timedelta(seconds=2)) as tx:
        for column in columns(migrations.tables()):
            for row, sealed in await tx.all(select(column.row, column.column).where(column.column.is_not(None))):
                tx.seal.open_bytes(column.field, row, sealed)
        assert await members.is_panic_word(tx, person=person, text="canary secret word")
    assert await media.open(ref) == b"a voice"


async def test_nobody_fails_to_read_while_keys_change(
    running: Store, database_url: str, keys: Path, media: MediaFolder, now: datetime
) -> None:
    """Two processes read and write all the time while a third rotates twice: no read fails, no write is lost."""
    other = Store(open_engine(database_url), Sealer.following(keys))
    async with running.transaction(now) as tx:
        people = [await enrolled(tx, name="0") for _ in range(40)]
    stop, counted = asyncio.Event(), dict.fromkeys(people, 0)

    async def use(store: Store, mine: list[str]) -> int:
        acts = 0
        while not stop.is_set() or acts < len(mine):
            person = mine[acts % len(mine)]
            async with store.transaction(now + timedelta(seconds=acts)) as tx:
                name = (await members.lock(tx, person=person)).name
                await members.change(tx, person=person, name=str(int(name) + 1))
            counted[person] += 1
            async with store.reading(now) as tx:
                await members.get_many(tx, people=people)
            acts += 1
            await asyncio.sleep(0)
        return acts

    using = [asyncio.create_task(use(running, people[::2])), asyncio.create_task(use(other, people[1::2]))]
    for _ in range(2):
        rotating = Store(open_engine(database_url), await _turn(keys, now))
        folder = MediaFolder(keys.parent / "media", rotating.sealer)
        while (await rotation.reseal(rotating, folder, now=now)).resealed:
            pass
        await rotating.close()
    stop.set()
    assert min([await task for task in using]) >= 20
    async with running.reading(now) as tx:
        kept = await members.get_many(tx, people=people)
    assert {person: int(kept[person].name) for person in people} == counted
    await other.close()


async def test_a_killed_rotation_goes_on(running: Store, media: MediaFolder, keys: Path, now: datetime) -> None:
    """Steps that were done stay done; the next run does the rest, and does none twice."""
    async with running.transaction(now) as tx:
        for _ in range(7):
            await enrolled(tx)
    await _turn(keys, now)
    running.sealer.refresh()
    names = next(column for column in columns(migrations.tables()) if column.field == "members.name")
    async with running.transaction(now) as tx:
        first = await rotation.reseal_step(tx, names, after=None, limit=3)
    assert (first.resealed, first.last is None) == (3, False)
    with suppress(ZeroDivisionError):
        async with running.transaction(now) as tx:
            await rotation.reseal_step(tx, names, after=first.last, limit=3)
            raise ZeroDivisionError
    async with running.transaction(now) as tx:
        assert (await rotation.remaining(tx, media))["members.name"] == 4
    assert (await rotation.reseal(running, media, now=now)).resealed == 4


async def test_a_swapped_value_is_not_made_good(running: Store, media: MediaFolder, keys: Path, now: datetime) -> None:
    """A value that was moved to another row is refused before, during and after the rotation."""
    async with running.transaction(now) as tx:
        one, two = await enrolled(tx, name="One"), await enrolled(tx, name="Two")
        stolen = await tx.scalar(select(members.members.c.name).where(members.members.c.id == one))
        await tx.run(update(members.members).where(members.members.c.id == two).values(name=stolen))
    await _turn(keys, now)
    later = now + timedelta(seconds=2)
    done = await rotation.reseal(running, media, now=later)
    assert (done.resealed, done.refused) == (1, 1)
    async with running.transaction(later) as tx:
        assert (await members.get(tx, person=one)).name == "One"
        with pytest.raises(Unsealable):
            await members.get(tx, person=two)


async def test_a_file_that_was_deleted_does_not_come_back(
    media: MediaFolder, running: Store, keys: Path, now: datetime, tmp_path: Path
) -> None:
    """Files are sealed anew in place; one that is gone meanwhile stays gone, one that was altered is counted."""
    kept, gone, altered = [await media.save("a" * 32, text) for text in (b"kept", b"gone", b"altered")]
    await _turn(keys, now)
    running.sealer.refresh()
    *body, last = media.sealed(altered)
    media.put(altered, bytes([*body, last ^ 1]))
    assert await media.stale() == 3
    await media.delete([gone])
    (tmp_path / "media" / kept).with_suffix(".new").write_bytes(b"left by a kill")
    assert await media.reseal() == (1, 1)
    assert media.refs() == sorted([kept, altered])
    assert await media.open(kept) == b"kept"
    await media.delete([kept])
    assert [path.name for path in (tmp_path / "media").glob("*/*")] == [altered.partition("/")[2]]


async def test_a_key_of_another_machine_can_come_first(running: Store, keys: Path, now: datetime) -> None:
    """A prepared key opens and does not seal yet, so that it can be copied to every machine before."""
    KeyRing.load(keys).prepared().save(keys)
    running.sealer.refresh()
    assert running.sealer.current == 1
    ring = KeyRing.load(keys)
    assert (ring.prepared(), ring.old) == (ring, [])
    assert ring.rotated(now).current == ring.coming == 2
    assert ring.rotated(now).old == [1]


def test_a_ring_has_255_places(now: datetime) -> None:
    """Key ids go round; a ring without a free one says so."""
    ring = replace(KeyRing.fresh(), data={key_id: bytes(32) for key_id in range(1, 255)}, current=254)
    ring = ring.rotated(now)
    assert ring.current == 255
    with pytest.raises(FullRing):
        ring.rotated(now)
    assert ring.retired(now).rotated(now).current == 1


def test_a_half_changed_ring_is_refused(keys: Path) -> None:
    """While the index key is being changed no process starts, and none that runs takes the ring."""
    sealer = Sealer.following(keys)
    KeyRing.load(keys).reindexing().save(keys)
    with pytest.raises(HalfRotated):
        KeyRing.load(keys)
    with pytest.raises(HalfRotated):
        sealer.refresh()


async def test_a_ring_that_cannot_be_read_stops_nobody(running: Store, keys: Path, now: datetime) -> None:
    """While the key file is replaced by hand the known keys stay; the whole file is taken a second later."""
    ring = KeyRing.load(keys).rotated(now)
    await asyncio.to_thread(keys.write_text, "{")
    async with running.transaction(now) as tx:
        person = await enrolled(tx, name="Awa")
    await asyncio.to_thread(keys.unlink)
    async with running.transaction(now + timedelta(seconds=1)) as tx:
        assert (await members.get(tx, person=person)).name == "Awa"
    ring.save(keys)
    async with running.transaction(now + timedelta(seconds=2)) as tx:
        assert (await members.get(tx, person=person)).name == "Awa"
        assert tx.seal.current == ring.current


async def test_messages_are_handled_across_a_rotation(running: Store, keys: Path, now: datetime) -> None:
    """What was taken in under the old key is handled under the new one, and known again."""
    arrival = Arrival("telegram", "main", "1", "7771234567", "body")
    async with running.transaction(now) as tx:
        await addresses.meet(tx, channel="telegram", account="main", external="7771234567")
        await inbox.accept(tx, arrivals=[arrival])
    await _turn(keys, now)
    async with running.transaction(now + timedelta(seconds=2)) as tx:
        assert await inbox.accept(tx, arrivals=[arrival]) == 0
        assert [item.body for item in await inbox.claim(tx, limit=9)] == ["body"]
