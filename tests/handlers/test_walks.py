"""Walks: people who type their way through everything, in a network where all is as long and as many as may be."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import handlers
from handlers.desk import Desk
from handlers.language import OFFERED
from network.store import Store, open_engine
from tests.conftest import finish, sqlite_url
from tests.handlers.crowd import Who, fill
from tests.handlers.walker import Walker
from tests.handlers.wires import Wires

SHORT, LONG = 60, 1500  # walks
STEPS = 36  # things done in one walk
STORY = 60  # lines of it that are shown when it fails


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each walk its seed."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(LONG if metafunc.config.getoption("--long") else SHORT))


def people(turn: int) -> list[Who]:
    """Return a member, and a coordinator of each side; the languages and the apps change with ``turn``."""
    languages = [OFFERED[(turn + place) % len(OFFERED)] for place in range(3)]
    apps = ["telegram" if (turn + place) % 2 else "whatsapp" for place in range(3)]
    parts = [("civil", False), ("official", True), ("civil", True)]
    return [
        Who(f"walker-{place}", app, language, side, seated=seated)
        for place, (app, language, (side, seated)) in enumerate(zip(apps, languages, parts, strict=True))
    ]


@pytest.fixture(scope="module")
def crowds(sqlite_template, sealer, tmp_path_factory):
    """Return filled databases to copy, one for each turn of the languages and apps, filled when first asked for."""
    made: dict[int, Path] = {}

    def crowd(turn: int, now) -> Path:
        if turn not in made:
            made[turn] = tmp_path_factory.mktemp("crowd") / "jisr.db"
            shutil.copy(sqlite_template, made[turn])
            finish(_filled(made[turn], sealer, turn, now))
        return made[turn]

    return crowd


async def _filled(path: Path, sealer, turn: int, now) -> None:
    store = Store(open_engine(sqlite_url(path)), sealer)
    async with store.transaction(now) as tx:
        await fill(tx, people(turn))
    await store.close()


@pytest.fixture
async def open_store(sealer, tmp_path):
    """Return a function that opens a copy of a database."""
    opened: list[Store] = []

    def open_copy(path: Path) -> Store:
        shutil.copy(path, tmp_path / "walk.db")
        opened.append(Store(open_engine(sqlite_url(tmp_path / "walk.db")), sealer))
        return opened[0]

    yield open_copy
    for store in opened:
        await store.close()


async def test_whoever_types_gets_everywhere_and_out_again(seed, crowds, open_store, translator, now):
    """Numbers, words and the longest texts lead everywhere: nothing raises, and neither app refuses anything.

    No word of the program's own shows, each number leads to what stands beside it, and everything can be left.
    """
    turn = seed % 3
    store, dice, wires = open_store(crowds(turn, now)), random.Random(seed), Wires()
    walkers: list[Walker] = []
    for who in people(turn):
        beside = {"beside": walkers[0]} if walkers else {}
        given = () if walkers else (store, Desk(handlers.capabilities(), translator), now)
        phone = {"channel": who.channel, "language": who.language, "external": who.external}
        walkers.append(Walker(*given, dice=dice, wires=wires, **beside, **phone))
    try:
        await _walk(walkers, dice)
    except Exception as error:
        story = "\n".join(line for walker in walkers for line in walker.story[-STORY:])
        raise AssertionError(f"seed {seed}: {error!r}\n{story}") from error


async def _walk(walkers: list[Walker], dice: random.Random) -> None:
    for walker in walkers:
        await walker.learns()
    for _part in range(3):
        walker = dice.choice(walkers)
        await walker.walks(STEPS // 3)
        if dice.random() < 0.3:
            await walker.waits(hours=dice.choice([1, 30, 200]))
            await walker.looks()
    for walker in walkers:
        await walker.leaves()
