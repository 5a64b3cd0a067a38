"""The commands for keys and copies, as a steward types them, on both databases."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from typer.testing import CliRunner

from bot.cli import app
from bot.keys import RETIRE_AFTER
from network import addresses, audit, inbox, invitations, members, migrations, outbox, presence, starter
from network.ids import new_id
from network.inbox import Arrival
from network.keyring import KeyRing
from network.members import State
from network.outbox import Post, Report, Stage
from network.sealed import columns
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.conftest import finish
from tests.network.people import enrolled

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of an installation, with its ring and a migrated database; the settings name it."""
    folder = tmp_path / "home"
    folder.mkdir()
    KeyRing.fresh().save(folder / "keys.json")
    _points(monkeypatch, folder, database_url)
    monkeypatch.setattr("bot.keys.SETTLE_S", 0.0)
    return folder


def _points(monkeypatch: pytest.MonkeyPatch, home: Path, url: str) -> None:
    monkeypatch.chdir(home)  # no .env there
    monkeypatch.setenv("JISR_HOME", str(home))
    monkeypatch.setenv("JISR_DATABASE_URL", url)


def _jisr(*words: str, code: int = 0) -> str:
    """Run a command; return what it printed."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


async def _people(tx: Tx, many: int) -> None:
    """Make members with an address each, quickly."""
    homes = []
    for number in range(many):
        address, person = new_id(), new_id()
        external = str(10_000_000 + number)
        homes.append(
            {
                "id": address,
                "person": person,
                "channel": "telegram",
                "account": "main",
                "external": tx.seal.seal("addresses.external", address, external),
                "external_index": addresses.index(tx, "telegram", external),
                "language": "fr",
                "reachable": True,
                "created_at": tx.now,
                "last_inbound_at": tx.now,
            }
        )
    await tx.run(insert(addresses.addresses), homes)
    await tx.run(
        insert(members.members),
        [
            {
                "id": each["person"],
                "side": "civil",
                "service": "association",
                "role": "",
                "visibility": "open",
                "country": "NE",
                "name": tx.seal.seal("members.name", each["person"], "Awa"),
                "language": "fr",
                "digits": "latn",
                "quiet_from": "",
                "quiet_until": "",
                "state": State.ACTIVE.value,
                "consent_version": "1",
                "consented_at": tx.now,
            }
            for each in homes
        ],
    )


def _in(home: Path, url: str, act, *, now: datetime | None = None):
    """Run ``act`` in a transaction of the installation; return what it returned."""
    found = []

    async def work() -> None:
        store = Store(open_engine(url), Sealer.following(home / "keys.json"))
        async with store.transaction(now or datetime.now(UTC)) as tx:
            found.append(await act(tx))
        await store.close()

    finish(work())
    return found[0]


def _aged(home: Path) -> None:
    """Let the current key be old enough."""
    ring = KeyRing.load(home / "keys.json")
    assert ring.since is not None
    ring.retired(ring.since).save(home / "other.json")
    aged = KeyRing(**{**ring.__dict__, "since": ring.since - RETIRE_AFTER})
    aged.save(home / "keys.json")


def test_a_key_is_rotated_and_retired(home: Path, database_url: str) -> None:
    """Rotate, then retire: not before a minute, not twice; what was sealed before still opens."""
    _in(home, database_url, lambda tx: _people(tx, 30))
    assert "Nothing" not in _jisr("rotate-key", "--prepare")
    assert "under key 2: 60 values" in _jisr("rotate-key")
    assert "under key 2: 0 values" in _jisr("rotate-key")
    assert "less than a minute" in _jisr("rotate-key", "--retire", code=1)
    _aged(home)
    assert "The old key is gone" in _jisr("rotate-key", "--retire")
    assert KeyRing.load(home / "keys.json").data.keys() == {2}
    assert "no old key" in _jisr("rotate-key", "--retire", code=1)
    found = _in(
        home, database_url, lambda tx: addresses.find(tx, channel="telegram", account="main", external="10000007")
    )
    assert found is not None


def test_a_key_stays_while_something_is_under_it(home: Path, database_url: str) -> None:
    """What a straggler sealed under the old key is sealed anew before it goes; what opens nowhere hinders nothing."""

    async def straggle(tx: Tx) -> None:
        person = await enrolled(tx, name="Late")
        other = await enrolled(tx, name="Swapped")
        late = KeyRing.load(home / "keys.json")
        old = Sealer(KeyRing(**{**late.__dict__, "current": 1}))
        name = old.seal("members.name", person, "Late")
        await tx.run(update(members.members).where(members.members.c.id == person).values(name=name))
        await tx.run(update(members.members).where(members.members.c.id == other).values(name=name))

    _jisr("rotate-key")
    _in(home, database_url, straggle)
    _aged(home)
    _jisr("rotate-key", "--retire")
    assert sorted(KeyRing.load(home / "keys.json").data) == [2]
    assert "1 values do not open" in _jisr("rotate-key")


def test_a_killed_rotation_is_resumed(home: Path, database_url: str) -> None:
    """Killed with -9 in the middle, the command run again does the rest, under the same new key."""
    _in(home, database_url, lambda tx: _people(tx, 800))
    slow = "import network.rotation as r; r.BATCH = r.reseal_step.__kwdefaults__['limit'] = 20; r.PAUSE_S = 0.02"
    child = subprocess.Popen([sys.executable, "-c", f"{slow}; from bot.cli import app; app(['rotate-key'])"], cwd=ROOT)

    def left(column: str) -> int:
        async def count(tx: Tx) -> int:
            sealed = next(each for each in columns(migrations.tables()) if each.field == column)
            rows = await tx.all(select(sealed.column))
            return sum(row[0][1] == 1 for row in rows)

        return _in(home, database_url, count)

    while left("addresses.external") == 800:
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    before = left("addresses.external") + left("members.name")
    assert 0 < before < 1600
    assert f"under key 2: {before} values" in _jisr("rotate-key")
    assert left("addresses.external") + left("members.name") == 0


def test_the_index_key_changes_when_nobody_is_there(home: Path, database_url: str) -> None:
    """Refused while a process runs; after it everybody and everything is found, and the audit log holds."""

    async def fill(tx: Tx) -> str:
        await starter.load(tx)
        for external, alias in (("1", None), ("2", "22")):
            await addresses.meet(tx, channel="whatsapp", account="main", external=external, alias=alias)
        address = await addresses.find(tx, channel="whatsapp", account="main", external="2")
        assert address is not None
        posted = await outbox.put(tx, posts=[Post(address.id, "whatsapp", "main", "{}")])
        await tx.run(
            update(outbox.outbox).values(
                stage=Stage.SENT,
                ref=tx.seal.seal("outbox.ref", posted[0], "wamid.1"),
                ref_index=outbox.ref_index(tx, "whatsapp", "wamid.1"),
            )
        )
        await inbox.accept(tx, arrivals=[_arrival("seen", "1"), _arrival("strange", "9")])
        return await invitations.create(tx, by="steward", country="NE")

    def _arrival(key: str, person: str) -> Arrival:
        return Arrival("whatsapp", "main", key, person, "body")

    async def check(tx: Tx) -> None:
        for external in ("1", "2"):
            assert await addresses.find(tx, channel="whatsapp", account="main", external=external) is not None
        met = await addresses.meet(tx, channel="whatsapp", account="main", external="22")
        assert met.external == "2"
        assert await inbox.accept(tx, arrivals=[_arrival("seen", "1"), _arrival("new", "1")]) == 1
        waiting = await tx.all(select(inbox.inbox.c.person).where(inbox.inbox.c.state == 0))
        assert len({row.person for row in waiting}) == 2
        await inbox.forget(tx, channel="whatsapp", externals=["9"])
        assert len(await inbox.claim(tx, limit=9)) == 2
        await outbox.advance(tx, reports=[Report("whatsapp", Stage.READ, ref="wamid.1")])
        assert await tx.scalar(select(outbox.outbox.c.stage)) == Stage.READ
        assert await invitations.find(tx, code=code) is not None
        assert await audit.verify(tx) > 1

    code = _in(home, database_url, fill)
    ring = KeyRing.load(home / "keys.json")

    async def beside() -> None:
        engine = open_engine(database_url)
        async with presence.present(engine):
            assert "Stop it first" in await asyncio.to_thread(_jisr, "rotate-key", "--index", code=1)
        await engine.dispose()

    finish(beside())
    assert KeyRing.load(home / "keys.json") == ring
    for times in (1, 2):
        assert "indexed anew" in _jisr("rotate-key", "--index")
        anew = KeyRing.load(home / "keys.json")
        assert anew.index != ring.index
        assert len(anew.former) == len(anew.tombstones) == times
    _in(home, database_url, check)
    assert anew.retired(datetime.now(UTC) + timedelta(days=31)).former == ()


@pytest.mark.parametrize("committed", [False, True])
def test_a_killed_change_of_the_index_key_is_ended(
    home: Path, database_url: str, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before or after the commit, nothing starts on the ring until the command has ended what it began."""
    _in(home, database_url, lambda tx: addresses.meet(tx, channel="telegram", account="main", external="1"))
    _in(home, database_url, lambda tx: invitations.create(tx, by="steward"))

    async def killed(tx: Tx) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        if committed:
            patch.setattr(KeyRing, "reindexed", killed)
        else:
            patch.setattr("network.reindexing.reindex", killed)
        CliRunner().invoke(app, ["rotate-key", "--index"])
    assert KeyRing.load(home / "keys.json", half_rotated=True).coming_index
    assert "interrupted" in _jisr("audit", "verify", code=1)
    _jisr("rotate-key", "--index")
    found = _in(home, database_url, lambda tx: addresses.find(tx, channel="telegram", account="main", external="1"))
    assert found is not None
    assert "all in order" in _jisr("audit", "verify")


def test_nobody_comes_in_while_a_store_is_closed(home: Path, database_url: str) -> None:
    """While one works alone no command starts; there is one who works alone at a time."""

    async def alone() -> None:
        engine = open_engine(database_url)
        async with presence.alone(engine):
            assert "closed for a while" in await asyncio.to_thread(_jisr, "audit", "verify", code=1)
            assert "Stop it first" in await asyncio.to_thread(_jisr, "rotate-key", "--index", code=1)
        await engine.dispose()

    finish(alone())
    _jisr("audit", "verify")


def test_a_drill(  # noqa: PLR0917 - two installations
    home: Path, database_url: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    """Back up, lose the machine, restore, serve: within ten minutes at 20,000 members (300 in the short form)."""
    many = 20_000 if long else 300
    _in(home, database_url, lambda tx: _people(tx, many))
    assert "whole, sealed" in _jisr("backup", str(tmp_path / "jisr.copy"))
    assert "exists" in _jisr("backup", str(tmp_path / "jisr.copy"), code=1)
    began = time.monotonic()
    there = tmp_path / "there"
    there.mkdir()
    _points(monkeypatch, there, empty_url)
    assert "no key file" in _jisr("restore", str(tmp_path / "jisr.copy"), code=2)
    KeyRing.load(home / "keys.json").save(there / "keys.json")
    assert "Restored. 0 people" in _jisr("restore", str(tmp_path / "jisr.copy"))
    serving = subprocess.Popen([sys.executable, "-c", "from bot.cli import app; app(['audit', 'verify'])"], cwd=ROOT)
    assert serving.wait() == 0
    last = str(10_000_000 + many - 1)
    found = _in(there, empty_url, lambda tx: addresses.meet(tx, channel="telegram", account="main", external=last))
    assert _in(there, empty_url, lambda tx: members.get(tx, person=found.person)).name == "Awa"
    assert time.monotonic() - began < (600 if long else 60)


def test_a_restore_that_was_killed_lets_nothing_start(
    home: Path, database_url: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until who was erased is erased again and nothing waits to be sent, no program takes the database."""
    _in(home, database_url, lambda tx: _people(tx, 3))
    _jisr("backup", str(tmp_path / "jisr.copy"))
    _points(monkeypatch, home, empty_url)

    async def killed(tx: Tx) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("network.copying.quiet", killed)
        CliRunner().invoke(app, ["restore", str(tmp_path / "jisr.copy")])
    for words in (("run",), ("migrate",), ("backup", str(tmp_path / "other.copy")), ("rotate-key",)):
        assert "that was interrupted" in _jisr(*words, code=1)
    assert "empty installation" in _jisr("restore", str(tmp_path / "jisr.copy"), code=1)
