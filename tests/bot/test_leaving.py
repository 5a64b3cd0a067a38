"""Copies, farewells and the secret word through the whole runtime: inbox, desk, outbox, jobs, files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import handlers
from bot.courier import Courier
from bot.processor import Processor
from bot.workers import Workers
from bot.works import Works
from handlers.desk import Desk
from handlers.language import Translator
from network import addresses, joining, members, starter
from network.media import MediaFolder
from network.store import Store, metadata
from tests.bot.conftest import World, make_world
from tests.bot.fake_channel import message
from tests.handlers.people import STARTER

MINUTE = timedelta(seconds=60)
WITHOUT_NAMES = {"inbox", "rates"}  # keyed marks of what was seen, emptied; rates of accounts


@dataclass
class House:
    """The runtime with every capability and worker, and one member on Telegram."""

    world: World
    workers: Workers
    folder: Path
    person: str
    count: int = 0

    async def hears(self, text: str) -> list[str]:
        """Deliver one message from the member, and return what is sent in answer."""
        self.count += 1
        before = len(self.world.channel.calls)
        await self.world.deliver(message(self.count, text=text))
        await self.world.turn()
        return self.world.channel.texts[before:]

    async def state(self) -> str | None:
        """Return how the member stands; None when they are no more."""
        async with self.world.store.reading(self.world.clock.now()) as tx:
            found = await members.find(tx, person=self.person)
            return found.state.value if found else None

    async def works_for(self, span: timedelta) -> None:
        """Let the workers run as that time passes, second by second."""
        for _second in range(int(span.total_seconds())):
            self.world.clock.advance(1)
            await self.workers.step()
            await self.world.turn()

    async def left(self) -> set[str]:
        """Return the tables that still hold something of somebody."""
        async with self.world.store.engine.connect() as connection:
            counts = {
                name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for name, table in metadata.tables.items()
                if name not in STARTER
            }
        return {name for name, count in counts.items() if count}

    def files(self) -> list[Path]:
        """Return the files of people."""
        return [path for path in (self.folder / "media").rglob("*") if path.is_file() and path.name != ".lock"]


@pytest.fixture
async def house(store: Store, now: datetime, tmp_path: Path) -> AsyncIterator[House]:
    """Return a house on each database."""
    world = make_world(store, now)
    channels = {("telegram", "main"): world.channel}
    media = MediaFolder(tmp_path / "media", store.sealer)
    world.processor = Processor(store, world.clock, channels, Desk(handlers.capabilities(), Translator.load()))
    world.courier = Courier(store, world.clock, channels, media=media, chance=lambda: 1.0)
    works = Works(store, world.clock, channels, media, tmp_path / "tombstones")
    async with store.transaction(now) as tx:
        await starter.load(tx)
        home = await addresses.meet(tx, channel="telegram", account="main", external="4711")
        await members.enrol(tx, person=home.person, language="en", consent_version="1")
        about = {"side": "civil", "service": "association", "country": "TN", "name": "Amel"}
        await members.change(tx, person=home.person, **about)
        await members.set_state(tx, person=home.person, state="active")
    yield House(world, Workers(store, world.clock, works.table()), tmp_path, home.person)
    await world.ingress.close()
    await world.courier.settle()


async def test_a_secret_word_locks_at_once_and_leaves_nothing_within_a_minute(house):
    """Locked by the step that took the word in, an answer like any bot's, and soon no row of the person."""
    for text in ("/panic", "1", "baobab 99", "menu"):
        await house.hears(text)
    assert await house.hears("BAOBAB-99") == ["Sorry, this service is not available right now."]
    assert await house.state() == "locked"
    assert await house.hears("menu") == []
    await house.works_for(MINUTE)
    assert await house.state() is None
    assert await house.left() <= WITHOUT_NAMES


async def test_whoever_leaves_hears_farewell_first_and_is_gone_within_a_minute(house):
    """The last words are sent, then rows and files go, and the tombstone stands."""
    await house.hears("privacy")
    await house.hears("1")
    await house.works_for(timedelta(seconds=3))
    assert house.files()
    for text in ("delete me", "2"):
        await house.hears(text)
    assert "Farewell" in (await house.hears("1"))[-1]
    await house.works_for(MINUTE)
    assert await house.left() <= WITHOUT_NAMES
    assert house.files() == []
    assert (house.folder / "tombstones").read_text()


async def test_a_refusal_leaves_nothing_either(house):
    """Somebody new who says no to the first card: a kind word, and soon no row."""
    world = house.world
    for number, text in enumerate(("hello", "3", "2"), start=100):
        await world.deliver(message(number, person="4712", text=text))
        await world.turn()
    assert "Nothing about you is kept" in world.channel.texts[-1]
    await house.works_for(MINUTE)
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.find(tx, channel="telegram", account="main", external="4712") is None


async def test_a_copy_comes_as_a_sealed_file_that_is_gone_a_day_later(house):
    """The file is written sealed, sent as a document, and deleted here after a day."""
    await house.hears("privacy")
    await house.hears("1")
    await house.works_for(timedelta(seconds=3))
    assert "Here is your copy" in house.world.channel.texts[-1]
    [file] = house.files()
    assert b"Amel" not in file.read_bytes()
    house.world.clock.advance(days=1)
    await house.workers.step()
    assert house.files() == []


async def test_whoever_refuses_and_thinks_better_of_it_is_kept(house):
    """Consent given after a refusal, before its erasure, counts: nobody is erased in the middle of joining."""
    clock, store = house.world.clock, house.world.store
    async with store.transaction(clock.now()) as tx:
        home = await addresses.meet(tx, channel="telegram", account="main", external="5000")
        await joining.refuse(tx, person=home.person)
    clock.advance(3)
    async with store.transaction(clock.now()) as tx:
        await joining.agree(tx, person=home.person, language="fr")
    await house.works_for(MINUTE)
    async with store.reading(clock.now()) as tx:
        assert await members.find(tx, person=home.person) is not None


async def test_a_pack_comes_as_a_message_and_a_picture_that_is_gone_a_day_later(house):
    """The evidence is sent as text and as a picture drawn meanwhile; its sealed file is deleted here after a day."""
    for text in ("evidence pack", "1", "1", "1"):
        await house.hears(text)
    assert "A message and a picture come" in house.world.channel.texts[-1]
    await house.works_for(timedelta(seconds=5))
    *message_, caption = house.world.channel.texts[-5:]  # this channel cuts what is long
    assert caption == "Practices and results: Community policing\nFor Tunisia, 23 November 2026"
    assert message_[-1].endswith("Source: the Jisr network. It may be passed on to anybody.")
    [file] = house.files()
    assert not file.read_bytes().startswith(b"\x89PNG")
    house.world.clock.advance(days=1)
    await house.workers.step()
    assert house.files() == []
