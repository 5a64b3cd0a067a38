"""Copies: sealed, whole, of one instant; restored once, with the erased erased and nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from network import (
    addresses,
    audit,
    copying,
    due,
    groups,
    inbox,
    invitations,
    jobs,
    leaving,
    members,
    migrations,
    outbox,
    tombstones,
)
from network.copies import DamagedCopy, Header, NotACopy, WrongKeys
from network.copying import AlreadyThere, Expired, NewerCopy, Place, Restored
from network.inbox import Arrival
from network.keyring import KeyRing
from network.media import MediaFolder
from network.outbox import Post, Stage
from network.reindexing import former_until, reindex, sealers
from network.restoring import NotEmpty
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.network.people import enrolled
from tests.network.test_erasure import CANARIES, a_full_life, everything

MONTH = timedelta(days=30)


@dataclass
class Drill:
    """One installation to copy, another (on either database) to fill."""

    store: Store
    engine: AsyncEngine
    ring: KeyRing
    place: Place
    there: Place
    file: Path
    now: datetime

    async def backup(self) -> Header:
        """Copy the one."""
        return await copying.backup(self.store, self.place, self.file, now=self.now)

    async def restore(self, **other: Any) -> Restored:
        """Fill the other."""
        usual = {"ring": self.ring, "place": self.there, "file": self.file, "now": self.now, "actor": "steward"}
        return await copying.restore(self.engine, **{**usual, **other})

    @property
    def restored(self) -> Store:
        """The store that was filled."""
        return Store(self.engine, self.store.sealer)


@pytest.fixture
async def drill(store: Store, empty_url: str, ring: KeyRing, tmp_path: Path, now: datetime) -> AsyncIterator[Drill]:
    """Return a drill from each database to each."""
    engine = open_engine(empty_url)
    place, there = [
        Place(MediaFolder(tmp_path / name / "media", store.sealer), tmp_path / name / "tombstones")
        for name in ("home", "there")
    ]
    yield Drill(store, engine, ring, place, there, tmp_path / "jisr.copy", now)
    await engine.dispose()


async def _rows(store: Store, now: datetime) -> dict[str, int]:
    async with store.reading(now) as tx:
        tables = migrations.tables().sorted_tables
        return {table.name: int(await tx.scalar(select(func.count()).select_from(table))) for table in tables}


async def test_a_copy_restored_is_the_same_network(drill: Drill) -> None:
    """Every row and every file is there again, from either database into the same, and opens; new rows follow on.

    But for what could join a voter to a ballot while a secret poll is open: its key, and what nobody has handled yet.
    """
    async with drill.store.transaction(drill.now) as tx:
        person = await a_full_life(tx)
        before = (await everything(tx)).splitlines()
    ref = await drill.place.media.save(person, b"a voice")
    header = await drill.backup()
    assert header.expires == drill.now + MONTH
    assert drill.file.stat().st_mode & 0o777 == 0o600
    counts = await _rows(drill.store, drill.now)
    await drill.restore()
    restored = drill.restored
    after = await _rows(restored, drill.now)
    async with drill.store.reading(drill.now) as tx:
        stands = due.due.c.person.is_(None) | (due.due.c.at > tx.now)  # what a person missed is past
        coming = int(await tx.scalar(select(func.count()).where(stands)))
    assert min(counts["ballot_keys"], counts["inbox"]) > 0
    assert {**counts, "audit": counts["audit"] + 1, "due": coming, "ballot_keys": 0, "inbox": 0} == after
    async with restored.transaction(drill.now) as tx:
        assert (await members.get(tx, person=person)).organisation == "Canary Radio Tarka"
        assert await audit.verify(tx) == after["audit"]
        assert len(set(before) & set((await everything(tx)).splitlines())) > len(before) / 2
        assert await inbox.accept(tx, arrivals=[Arrival("telegram", "main", "new", "1", "body")]) == 1
    assert await drill.there.media.open(ref) == b"a voice"


async def test_a_copy_shows_nothing(drill: Drill) -> None:
    """No identifier, no text, no row id and no key is in the bytes of a copy."""
    async with drill.store.transaction(drill.now) as tx:
        person = await a_full_life(tx)
    await drill.place.media.save(person, b"canary voice")
    await drill.backup()
    data = drill.file.read_bytes()
    for canary in (*CANARIES, "canary", person, "NE", "coordinator"):
        assert canary.encode() not in data or len(canary) < 3
    for key in (drill.ring.index, *drill.ring.data.values()):
        assert key not in data


async def test_a_copy_is_of_one_instant(drill: Drill) -> None:
    """While people join, a copy has for each of them all rows or none."""
    stop = asyncio.Event()

    async def join() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            async with drill.store.transaction(drill.now) as tx:
                address = await addresses.meet(tx, channel="telegram", account="main", external=str(number))
                person = await enrolled(tx)
                await addresses.set_person(tx, person=address.person, to=person)
            await asyncio.sleep(0)

    joining = asyncio.create_task(join())
    while (await _rows(drill.store, drill.now))["members"] < 30:
        await asyncio.sleep(0)
    await drill.backup()
    stop.set()
    await joining
    await drill.restore()
    counts = await _rows(drill.restored, drill.now)
    assert counts["members"] == counts["addresses"] >= 30


async def test_the_erased_stay_erased(drill: Drill) -> None:
    """Who left after the copy was made is erased again, with their files; an earlier tombstone travels along."""
    async with drill.store.transaction(drill.now) as tx:
        person, other = await a_full_life(tx), await enrolled(tx)
    await drill.place.media.save(person, b"a voice")
    kept = await drill.place.media.save(other, b"kept")
    earlier = tombstones.mark(drill.store.sealer, "f" * 32, keep_practices=True)
    tombstones.append(drill.place.tombstones, [earlier])
    await drill.backup()
    tombstones.append(drill.there.tombstones, [tombstones.mark(drill.store.sealer, person, keep_practices=False)])
    assert (await drill.restore()).forgotten == 1
    assert drill.there.media.refs() == [kept]
    assert earlier in tombstones.lines(drill.there.tombstones)
    async with drill.restored.transaction(drill.now) as tx:
        assert await members.find(tx, person=person) is None
        assert await members.find(tx, person=other) is not None


async def test_nothing_is_sent_twice(drill: Drill) -> None:
    """What waited when the copy was made is not sent again, and says why; the network's own dates still come."""
    async with drill.store.transaction(drill.now) as tx:
        home = await addresses.meet(tx, channel="telegram", account="main", external="1")
        person = await enrolled(tx)
        await outbox.put(tx, posts=[Post(home.id, "telegram", "main", "{}", again=again) for again in (True, False)])
        await inbox.accept(tx, arrivals=[Arrival("telegram", "main", "1", "1", "body")])
        await due.at(tx, kind="reminder", subject="past", instant=drill.now, person=person)
        await due.at(tx, kind="reminder", subject="coming", instant=drill.now + MONTH, person=person)
        await due.at(tx, kind="close", subject="network", instant=drill.now)
        for kind in (leaving.EXPORT, leaving.ERASE):
            await jobs.ask(tx, kind=kind, person=person, argument={})
        await jobs.claim(tx, kinds=[leaving.ERASE], limit=1)
    await drill.backup()
    quiet = (await drill.restore()).quiet
    assert (quiet.unsent, quiet.quarantined, quiet.jobs, quiet.reminders) == (2, 1, 1, 1)
    async with drill.restored.transaction(drill.now) as tx:
        rows = await tx.all(select(outbox.outbox))
        assert {(row.stage, row.ambiguous, row.error, row.body) for row in rows} == {
            (Stage.FAILED, True, "restored", None)
        }
        assert [item.error for item in await inbox.quarantined(tx)] == ["restored"]
        assert [row.subject for row in await due.take(tx)] == ["network"]
        assert [job.kind for job in await jobs.claim(tx, kinds=["media.fetch", leaving.ERASE], limit=9)] == ["erase"]


async def test_what_is_no_whole_copy_is_refused(drill: Drill) -> None:
    """A file cut short, altered, with another header, past its time or of other keys leaves the database empty."""
    async with drill.store.transaction(drill.now) as tx:
        await a_full_life(tx)
    await drill.backup()
    with pytest.raises(AlreadyThere):
        await drill.backup()
    whole = drill.file.read_bytes()
    for broken in (whole[:-1], whole + b"?", whole.replace(b'"made_at": "2026', b'"made_at": "2025')):
        drill.file.write_bytes(broken)
        with pytest.raises((DamagedCopy, WrongKeys)):
            await drill.restore()
    drill.file.write_bytes(b"JISR COPY 1\nno header\n")
    with pytest.raises(NotACopy):
        await drill.restore()
    drill.file.write_bytes(whole)
    with pytest.raises(Expired):
        await drill.restore(now=drill.now + MONTH)
    with pytest.raises(WrongKeys):
        await drill.restore(ring=KeyRing.fresh())
    assert await migrations.current(drill.engine) is None
    late = await drill.restore(now=drill.now + MONTH, expired=True)
    assert late.forgotten == 0
    with pytest.raises(NotEmpty):
        await drill.restore()


async def test_a_copy_of_another_release(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a newer release is refused; a database of an older one is not copied before it is migrated."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "head", lambda: "9999")
        with pytest.raises(migrations.NotMigrated):
            await drill.backup()
        patch.setattr(migrations, "revision_of", lambda _: "9999")
        await drill.backup()
    with pytest.raises(NewerCopy):
        await drill.restore()


async def _reindexed(store: Store, ring: KeyRing, now: datetime) -> KeyRing:
    began = ring.reindexing()
    before, anew = sealers(began)
    async with store.transaction(now) as tx:
        await reindex(Tx(tx.connection, before, now), anew=anew, actor="steward")
        return began.reindexed(await former_until(tx))


async def test_a_copy_from_before_the_index_key_changed(drill: Drill) -> None:
    """It is indexed anew while it is restored; who was erased before the change is erased again."""
    async with drill.store.transaction(drill.now) as tx:
        person, other = await a_full_life(tx), await enrolled(tx)
        await addresses.meet(tx, channel="telegram", account="main", external="555")
        code = await invitations.create(tx, by="steward", country="NE")
    await drill.backup()
    tombstones.append(drill.there.tombstones, [tombstones.mark(drill.store.sealer, person, keep_practices=False)])
    later = await _reindexed(drill.store, drill.ring, drill.now)
    assert (await drill.restore(ring=later)).forgotten == 1
    async with Store(drill.engine, Sealer(later)).transaction(drill.now) as tx:
        assert await addresses.find(tx, channel="telegram", account="main", external="555") is not None
        assert await invitations.find(tx, code=code) is not None
        assert await members.find(tx, person=person) is None
        assert await members.find(tx, person=other) is not None
        assert await audit.verify(tx) > 0
        group = await groups.by_country(tx, country="NE")
        assert person not in {seat.person for seat in await groups.seated(tx, group=group.id)}
    with pytest.raises(NotEmpty):
        await drill.restore(ring=later)
    with pytest.raises(WrongKeys):
        await drill.restore(ring=replace(later, former=()))
