"""Keys: how a steward changes them, with the network running (data keys) or stopped (the index key)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.settings import Misconfigured, Settings
from network import audit, migrations, reindexing, rotation
from network.errors import NetworkError
from network.keyring import KeyRing
from network.media import MediaFolder
from network.presence import alone, present
from network.sealing import Sealer
from network.store import Store, open_engine

STEWARD = "steward"
SETTLE_S = 3.0  # processes that run look at the ring every second
PASSES = 20  # at most: more are needed only where a process has not got the new key
RETIRE_AFTER = timedelta(minutes=1)  # by then nobody seals under the old key any more


class NothingOld(NetworkError):
    """There is no old key to remove. `jisr rotate-key` makes a new one first."""


class TooSoon(NetworkError):
    """The new key is in use for less than a minute. Try again then."""


class StillSealed(NetworkError):
    """Something is still sealed under the old key. See that every machine has the key file; run `jisr rotate-key`."""


def prepare(settings: Settings) -> int:
    """Add the next data key without using it, to be copied to every machine first; return its id."""
    ring = ring_of(settings).prepared()
    ring.save(settings.keys)
    return ring.coming or ring.current


async def rotate(settings: Settings, clock: Clock) -> tuple[int, rotation.Pass]:
    """Seal everything anew under a new data key, or go on where a rotation was interrupted.

    Return the id of the key, and what was done.
    """
    async with running(settings) as store:
        ring = ring_of(settings)
        if not ring.old:
            ring.rotated(clock.now()).save(settings.keys)
        store.sealer.refresh()
        media, resealed = MediaFolder(settings.media, store.sealer), 0
        for _ in range(PASSES):
            done = await rotation.reseal(store, media, now=clock.now())
            resealed += done.resealed
            await clock.sleep(SETTLE_S)
            if await _left(store, media, clock.now()) <= done.refused:
                return store.sealer.current, rotation.Pass(resealed, done.refused)
        raise StillSealed


async def retire(settings: Settings, clock: Clock) -> None:
    """Remove the old keys; raise NothingOld, TooSoon or StillSealed."""
    async with running(settings) as store:
        now, ring = clock.now(), ring_of(settings)
        anew = ring.retired(now)
        if anew == ring:
            raise NothingOld
        if ring.since and now < ring.since + RETIRE_AFTER:
            raise TooSoon
        media = MediaFolder(settings.media, store.sealer)
        done = await rotation.reseal(store, media, now=now)
        if await _left(store, media, now) > done.refused:
            raise StillSealed
        anew.save(settings.keys)


async def reindex(settings: Settings, clock: Clock) -> datetime:
    """Change the index key while nobody uses the store, or end a change that was interrupted.

    Return until when the former key is kept. Raise presence.InUse, audit.Broken.
    """
    ring_of(settings)
    engine = open_engine(settings.database)
    try:
        async with alone(engine):
            ring = KeyRing.load(settings.keys, half_rotated=True)
            began = ring.reindexing()
            before, anew = reindexing.sealers(began)
            store, now = Store(engine, before), clock.now()
            if ring.coming_index is None:
                async with store.transaction(now) as tx:
                    await audit.verify(tx)
                began.save(settings.keys)
            async with store.transaction(now) as tx:
                until = await reindexing.former_until(tx)
                if not await reindexing.is_done(tx, anew=anew):
                    await reindexing.reindex(tx, anew=anew, actor=STEWARD)
            began.reindexed(until).save(settings.keys)
            return until
    finally:
        await engine.dispose()


def ring_of(settings: Settings) -> KeyRing:
    """Return the ring that is there; raise Misconfigured when there is none: a new one would open nothing."""
    if not settings.keys.exists():
        raise Misconfigured(f"There is no key file {settings.keys.name}. Put it there, or set JISR_KEY_FILE to it.")
    return KeyRing.load(settings.keys, half_rotated=True)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Store]:
    """Open the store beside the processes that run; raise Misconfigured, or what ``migrations.check`` raises."""
    ring_of(settings)
    store = Store(open_engine(settings.database), Sealer.following(settings.keys))
    try:
        async with present(store.engine):
            await migrations.check(store.engine)
            yield store
    finally:
        await store.close()


async def _left(store: Store, media: MediaFolder, now: datetime) -> int:
    async with store.reading(now) as tx:
        return sum((await rotation.remaining(tx, media)).values())
