"""Roles: one process does everything, or several share it; SQLite has one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

from bot.app import App, Role, build
from bot.cli import app as commands
from bot.lock import AlreadyRunning, Lock
from bot.settings import Misconfigured, Settings
from network.sealing import KeyRing
from tests.bot.echo_desk import EchoDesk, prepare
from tests.bot.fake_channel import FakeChannel, delivery, headers, message
from tests.conftest import TEMPLATE, administer, finish, postgres_url


@pytest.fixture
def shared(postgres: str) -> Iterator[str]:
    """Return the URL of a fresh migrated PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    finish(administer(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield postgres_url(postgres, name)
    finish(administer(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def start(home: Path, role: Role, channel: FakeChannel, database: str = "") -> App:
    """Build one process of a role around a channel."""
    settings = Settings(home=home, database_url=database, port=0)
    return await build(settings, role=role, channels={(channel.name, channel.account): channel}, desk=EchoDesk())


async def test_web_and_courier_share_the_work(shared: str, tmp_path: Path) -> None:
    """What comes in at a web process goes out from a courier, which has no doors; both say how they are."""
    takes, sends = FakeChannel(), FakeChannel()
    apps = [
        await start(tmp_path, Role.WEB, takes, shared),
        await start(tmp_path, Role.COURIER, sends, shared),
    ]
    await prepare(apps[0].store)
    stop = asyncio.Event()
    running = [asyncio.create_task(app.run(stop)) for app in apps]
    body = delivery([message(1, text="salam")])
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        for app in apps:
            await app.started.wait()
        doors = [f"http://127.0.0.1:{app.port}" for app in apps]
        answers = [await client.post(f"{door}/telegram/main", content=body, headers=headers(body)) for door in doors]
        while not sends.texts:
            await asyncio.sleep(0.01)
        ready = [await client.get(f"{door}/readyz") for door in doors]
        figures = [(await client.get(f"{door}/metrics")).text for door in doors]
    stop.set()
    await asyncio.gather(*running)
    for app in apps:
        await app.close()
    assert [answer.status_code for answer in answers] == [200, 404]
    assert (takes.texts, sends.texts) == ([], ["salam"])
    assert [answer.status_code for answer in ready] == [200, 200]
    assert 'jisr_sends_total{account="main",channel="telegram",outcome="sent"} 1.0' in figures[1]
    assert 'jisr_sends_total{account="main",channel="telegram",outcome="sent"}' not in figures[0]


async def test_other_keys_are_refused(shared: str, tmp_path: Path) -> None:
    """A machine whose key file is not the database's does not start, rather than seal what nobody can open."""
    first = await start(tmp_path / "a", Role.WEB, FakeChannel(), shared)
    await prepare(first.store)
    body = delivery([message(1)])
    await first.ingress.deliver(first.channels["telegram", "main"], headers(body), body)
    await first.processor.step()
    await first.ingress.close()
    await first.close()
    KeyRing.fresh().save(tmp_path / "b" / "keys.json")
    with pytest.raises(Misconfigured, match=r"keys\.json is not the key file"):
        await start(tmp_path / "b", Role.COURIER, FakeChannel(), shared)


@pytest.mark.parametrize("role", Role)
async def test_sqlite_has_one_process(tmp_path: Path, role: Role) -> None:
    """While one program runs on SQLite a second, of whatever role, is refused, and told what to do; then it may."""
    first = await start(tmp_path, Role.RUN, FakeChannel())
    with pytest.raises(AlreadyRunning, match="PostgreSQL"):
        await start(tmp_path, role, FakeChannel())
    await first.close()
    second = await start(tmp_path, role, FakeChannel())
    await second.close()


def test_a_database_that_is_not_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command on a database that was never migrated says what to do."""
    monkeypatch.setenv("JISR_HOME", str(tmp_path))
    answer = _jisr("status")
    assert answer.exit_code == 1
    assert "jisr migrate" in answer.output
    assert _jisr("migrate").exit_code == 0
    assert _jisr("status").exit_code == 0


def test_commands_work_beside_a_running_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A running program on SQLite refuses `jisr run`, and lets `jisr invite` and `jisr status` do their work."""
    monkeypatch.setenv("JISR_HOME", str(tmp_path))
    lock = Lock(tmp_path).take()
    refused = _jisr("run")
    assert refused.exit_code == 2
    assert "Another Jisr runs already" in refused.output
    assert "Code: " in _jisr("invite", "--country", "NE").output
    assert "No account is set up." in _jisr("status").output
    lock.free()


def _jisr(*words: str) -> Any:
    return CliRunner().invoke(commands, words)
