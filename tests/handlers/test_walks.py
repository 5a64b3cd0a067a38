"""Walks: people who type their way through everything, in a network where all is as long and as many as may be."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import handlers
from handlers.desk import Desk
from handlers.language import OFFERED
from network import members
from network.members import State
from network.store import Store, open_engine
from tests.conftest import finish, sqlite_url
from tests.handlers.crowd import COORDINATORS, Who, fill
from tests.handlers.walker import Walker
from tests.handlers.wires import Wires

TYPED, STRAY = "test_whoever_types_gets_everywhere_and_out_again", "test_whoever_does_what_nobody_should_is_answered"
SHORT, LONG = {TYPED: 60, STRAY: 15}, {TYPED: 1200, STRAY: 600}  # walks
TURNS = 3  # fillings of the network
STEPS = 30  # things done in one walk
STORY = 60  # lines of it that are shown when it fails


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each walk its seed."""
    if "seed" in metafunc.fixturenames:
        number = LONG if metafunc.config.getoption("--long") else SHORT
        metafunc.parametrize("seed", range(number[metafunc.function.__name__]))


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
async def walkers(request, crowds, sealer, translator, tmp_path):
    """Return the people of one walk, in a network of their own."""
    seed, now = request.getfixturevalue("seed"), request.getfixturevalue("now")
    shutil.copy(crowds(seed % TURNS, now), tmp_path / "walk.db")
    store = Store(open_engine(sqlite_url(tmp_path / "walk.db")), sealer)
    dice, wires = random.Random(seed), Wires()
    found: list[Walker] = []
    for who in people(seed % TURNS):
        beside = {"beside": found[0]} if found else {}
        given = () if found else (store, Desk(handlers.capabilities(), translator), now)
        phone = {"channel": who.channel, "language": who.language, "external": who.external}
        found.append(Walker(*given, dice=dice, wires=wires, **beside, **phone))
    yield found
    await store.close()


async def test_whoever_types_gets_everywhere_and_out_again(seed, walkers):
    """Numbers, words and the longest texts lead everywhere: nothing raises, and neither app refuses anything.

    No word of the program's own shows, each number leads to what stands beside it, and everything can be left.
    """
    await _told(seed, _walk, walkers)


async def test_whoever_does_what_nobody_should_is_answered(seed, walkers):
    """Old buttons, those of others, pressed twice, invisible and endless words, people who come and go: none raises."""
    await _told(seed, _stray, walkers)


async def _told(seed: int, walk, walkers: list[Walker]) -> None:
    """Do a walk; when it fails, say its seed and how it went."""
    try:
        for walker in walkers:
            await walker.learns()
        await walk(walkers)
    except Exception as error:
        story = "\n".join(line for walker in walkers for line in walker.story[-STORY:])
        raise AssertionError(f"seed {seed}: {error!r}\n{story}") from error


async def _walk(walkers: list[Walker]) -> None:
    dice = walkers[0].dice
    for _part in range(3):
        walker = dice.choice(walkers)
        await walker.walks(STEPS // 3)
        if dice.random() < 0.3:
            await walker.waits(hours=dice.choice([1, 30, 200]))
            await walker.looks()
    for walker in walkers:
        await walker.leaves()


async def _stray(walkers: list[Walker]) -> None:
    dice = walkers[0].dice
    for _step in range(STEPS):
        walker = dice.choice(walkers)
        await (walker.pesters() if dice.random() < 0.5 else walker.walks(1))
        if dice.random() < 0.05:
            await _changes(walker, dice)


async def _changes(walker: Walker, dice: random.Random) -> None:
    """Let somebody be locked, stopped, let in again, or of the other side, whatever they are at."""
    state, side = dice.choice([State.LOCKED, State.STOPPED, State.ACTIVE, State.ACTIVE]), dice.choice(members.SIDES)
    walker.story.append(f"{walker.external} ! {state} {side}")
    async with walker.world.store.transaction(walker.world.now) as tx:
        if await members.find(tx, person=walker.person) is not None:
            await members.set_state(tx, person=walker.person, state=state)
            await members.change(tx, person=walker.person, side=side, service=COORDINATORS[side])
