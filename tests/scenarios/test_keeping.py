"""Keys and copies while the network runs: nobody notices, and nothing betrays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import keys
from bot.sandbox import samples
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from network import copying, members
from network.copying import Place
from network.keyring import KeyRing
from network.media import MediaFolder
from network.store import open_engine
from tests.conftest import sqlite_url
from tests.scenarios.acts import invitation, join_in_french, talk

NAME = "Zarafacanari"
TITLE = "Le canari du marché central"


async def test_keys_change_and_copies_are_made_while_people_talk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """During a rotation everybody is answered; no canary and no key is in a copy; the old key is not needed after."""
    monkeypatch.setattr(keys, "SETTLE_S", 0.1)
    async with Sandbox(tmp_path / "home", telegram="webhook") as sandbox:
        issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Canarissa")
        awa = sandbox.phone(app="telegram", country="NE", language="fr", name="Canariawa")
        await _joins(sandbox, issa)
        rotating = asyncio.create_task(keys.rotate(sandbox.settings, sandbox.clock))
        await _joins(sandbox, awa)
        key, done = await rotating
        assert (key, done.refused) == (2, 0)
        assert done.resealed > 0
        store, folder = sandbox.app.store, sandbox.settings
        place = Place(MediaFolder(folder.media, store.sealer), folder.tombstones)
        copy = tmp_path / "jisr.copy"
        await _have_come(place.media, 2)
        await copying.backup(store, place, copy, now=sandbox.clock.now())
        await sandbox.passes(minutes=2)
        await keys.retire(folder, sandbox.clock)
        for phone in (issa, awa):
            await talk(phone, ("profil", "Votre profil"))
        ring = KeyRing.load(folder.keys)
        assert list(ring.data) == [2]
        canaries = [NAME, TITLE, issa.number, issa.user_id, issa.name, awa.user_id, awa.name]
        people = await _count(sandbox)
    _shows_nothing(copy.read_bytes(), canaries, ring)
    engine = open_engine(sqlite_url(tmp_path / "there.db"))
    there = Place(MediaFolder(tmp_path / "there", store.sealer), tmp_path / "tombstones")
    later = sandbox.clock.now() + timedelta(hours=1)
    await copying.restore(engine, ring, there, copy, now=later, actor="steward")
    await engine.dispose()
    assert people == 2
    assert there.media.refs() == MediaFolder(folder.media, store.sealer).refs()


async def _joins(sandbox: Sandbox, phone: Phone) -> None:
    """Join, begin a draft and send a file."""
    code = await invitation(sandbox, country="NE", side="official")
    await join_in_french(phone, code, service="Police", name=NAME, official=True)
    await talk(phone, ("partager", "souhaitez-vous partager"), ("1", "titre court"))
    await talk(phone, (TITLE, "Quel était le problème"))
    await phone.sends(samples.voice())
    await phone.hears()


async def _have_come(media: MediaFolder, number: int) -> None:
    """Wait until so many files were fetched, cleaned and sealed: another process does that."""
    async with asyncio.timeout(60):
        while len(media.refs()) < number:
            await asyncio.sleep(0.05)


async def _count(sandbox: Sandbox) -> int:
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        return await members.count(tx)


def _shows_nothing(copy: bytes, canaries: list[str], ring: KeyRing) -> None:
    for canary in filter(None, canaries):
        for shape in (canary, canary.casefold()):
            assert shape.encode() not in copy
    for key in (ring.index, *ring.data.values()):
        assert key not in copy
