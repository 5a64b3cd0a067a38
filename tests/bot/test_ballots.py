"""A secret poll through the whole program: nothing that is kept tells two voters of one cell apart (D10)."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, delete, select, text
from sqlalchemy.exc import OperationalError

import handlers
from bot.processor import Processor
from handlers.desk import Desk
from handlers.language import Translator
from handlers.polls import poll_news
from network import addresses, ballots, copying, migrations, results, rounds, secrecy, starter
from network.ballots import BALLOT, RECEIPT, ballot_keys
from network.conversations import conversations
from network.copies import Reader
from network.copying import Place
from network.keyring import KeyRing
from network.media import MediaFolder
from network.polls import Kind, Poll
from network.sealing import Unsealable
from network.store import Store, Tx, open_engine
from tests.bot.conftest import World, make_world
from tests.bot.fake_channel import message
from tests.conftest import sqlite_url
from tests.network import polling

VOTERS = ("Awa", "Binta", "Chaibou", "Djibril")
ANSWERS = {
    "Awa": ("Roads", "Radios"),
    "Binta": ("Training", "Roads"),
    "Chaibou": ("Radios", "Training"),
    "Djibril": ("Radios", "Roads"),  # and then the other way round
}
RANDOM = re.compile(r"\b[0-9a-f]{8,64}(?:\.\d+)?\b|\b[2-9A-HJ-NP-Z]{8}-[2-9A-HJ-NP-Z]{8}\b")
Answers = dict[str, tuple[str, ...]]
Dump = dict[str, list[str]]


class Run:
    """One secret poll of four voters, from its opening to its end, in an empty installation."""

    def __init__(
        self, store: Store, now: datetime, translator: Translator, answers: dict[str, tuple[str, ...]]
    ) -> None:
        self.store, self.now, self.translator, self.answers = store, now, translator, answers
        self.world: World = make_world(store, now)
        desk = Desk(handlers.capabilities(), translator)
        self.world.processor = Processor(store, self.world.clock, {("telegram", "main"): self.world.channel}, desk)
        self.people: dict[str, str] = {}
        self.poll = ""
        self.items = 0

    async def begin(self) -> None:
        """Empty the store, and open a ranking."""
        async with self.store.transaction(self.now) as tx:
            for table in reversed(migrations.tables().sorted_tables):
                await tx.run(delete(table))
            await starter.load(tx)
            plan: dict[str, Any] = {"kind": Kind.RANKING, "most": 2, "secret": True, "shuffled": False}
            self.poll = await polling.opened(tx, **plan)
            for name in VOTERS:
                person = await polling.voter(tx)
                home = await addresses.meet(tx, channel="telegram", account="main", external=name)
                await addresses.set_person(tx, person=home.person, to=person)
                self.people[name] = person

    async def says(self, name: str, *said: str) -> None:
        """Let a voter write, a minute after the other."""
        for words in said:
            self.items += 1
            self.world.clock.advance(60)
            await self.world.deliver(message(self.items, name, words))
            await self.world.turn()

    async def vote(self) -> None:
        """Let all vote, the last one twice; and the first begin again, and stop halfway."""
        for name in VOTERS:
            await self.says(name, f"/poll {self.poll}", *self.answers[name])
        await self.says("Djibril", f"/poll {self.poll}", *reversed(self.answers["Djibril"]))
        await self.says("Awa", f"/poll {self.poll}", self.answers["Awa"][0])
        await self.says("Binta", f"/poll {self.poll}", self.answers["Binta"][0])
        broken = message(99, "Awa", self.answers["Awa"][0])
        broken["vote"] = broken.pop("text")
        await self.world.deliver(broken)
        for _try in range(4):
            await self.world.process()
            self.world.clock.advance(60)

    async def close(self) -> None:
        """Let the time of the poll pass."""
        later = self.now + timedelta(days=7)
        async with self.store.transaction(later) as tx:
            await poll_news.acts(self.translator)[rounds.CLOSE](tx, self.poll)
        await secrecy.scrub(self.store)
        await self.world.ingress.close()
        await self.world.courier.settle()

    async def whole(self) -> Run:
        """Do it all."""
        await self.begin()
        await self.vote()
        await self.close()
        return self

    async def compared(self, log: io.StringIO) -> Dump:
        """Do it all; return every row and line as who has the keys reads it: see ``read``."""
        start = log.tell()
        await self.whole()
        log.seek(start)
        lines = [re.sub(r'"timestamp": "[^"]*"', "", line) for line in log]
        async with self.store.reading(self.now) as tx:
            linked = await self._voters(tx)
            tables = migrations.tables().sorted_tables
            found = {table.name: sorted(self.read(table, await _all(tx, table), linked)) for table in tables}
        return found | {"log": [self._known(line, {}) for line in lines]}

    def read(self, table: Table, rows: Sequence[Any], linked: dict[str, str]) -> list[str]:
        """Return rows opened, known ids and what leads to them by what they stand for, random ones as a star.

        Rows that are only numbered have their place for a number.
        """
        order = next(iter(table.primary_key))
        found = []
        for at, row in enumerate(rows):
            values = {name: self._opened(table, row, name) for name in table.c.keys()}  # noqa: SIM118 - of columns
            if order.type.python_type is int:
                values[order.name] = at
            found.append(self._known(repr(values), linked))
        return found

    async def _voters(self, tx: Tx) -> dict[str, str]:
        """Return whom a key that is still there leads to."""
        found = {}
        for row in await tx.all(select(ballot_keys)):
            key = tx.seal.open_bytes("ballot_keys.secret", row.id, row.secret)
            for name, person in self.people.items():
                found |= {ballots.index(key, purpose, person): name for purpose in (BALLOT, RECEIPT)}
        return found

    def _opened(self, table: Table, row: Any, name: str) -> Any:
        value = getattr(row, name)
        if not isinstance(table.c[name].type, LargeBinary) or value is None:
            return value
        try:
            return self.store.sealer.open(f"{table.name}.{name}", row.id, value)
        except (Unsealable, UnicodeDecodeError):
            return "*"

    def _known(self, said: str, linked: dict[str, str]) -> str:
        for known, name in {
            **{person: name for name, person in self.people.items()},
            self.poll: "poll",
            **linked,
        }.items():
            said = said.replace(known, name)
        return RANDOM.sub("*", said)


def swapped(answers: Answers) -> Answers:
    """Return the answers with those of two voters of one cell exchanged."""
    return answers | {"Awa": answers["Binta"], "Binta": answers["Awa"]}


async def _all(tx: Tx, table: Table) -> Sequence[Any]:
    return await tx.all(select(table).order_by(*table.primary_key))


@pytest.fixture(scope="module")
def translator() -> Translator:
    """Return the catalogues, read once."""
    return Translator.load()


@pytest.fixture
def run(store: Store, now: datetime, translator: Translator) -> Callable[..., Run]:
    """Return a function that prepares a run with these answers."""
    return lambda answers: Run(store, now, translator, answers)


async def test_who_voted_what_makes_no_difference(run: Callable[..., Run], log_lines: io.StringIO) -> None:
    """Two voters of one cell exchange their choices: after the close all that is kept, opened, is the same."""
    dumps = []
    for answers in (ANSWERS, swapped(ANSWERS)):
        one = run(answers)
        dumps.append(await one.compared(log_lines))
        async with one.store.reading(one.now) as tx:
            found = await results.published(tx, poll=one.poll)
            assert [(place.number, place.points) for place in found.places] == [(1, 5), (2, 4), (3, 3)]
            assert found.voters == len(await secrecy.hashes(tx, poll=one.poll)) == len(VOTERS)
    for name, rows in dumps[0].items():
        assert rows == dumps[1][name], name


def _no_purge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget to purge."""

    async def nothing(*_: Any, **__: Any) -> None: ...

    monkeypatch.setattr(secrecy, "purge", nothing)


def _no_destruction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget to destroy the key and to write the ballots anew."""

    async def nothing(*_: Any, **__: Any) -> str:
        return ""

    monkeypatch.setattr(secrecy, "seal_up", nothing)


def _a_word_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write what was chosen into the log."""
    true = ballots.written

    def told(poll: Poll, choice: Sequence[str | int], words: str) -> str:
        logging.getLogger("leak").warning("chosen %s", true(poll, choice, words))
        return true(poll, choice, words)

    monkeypatch.setattr(ballots, "written", told)


@pytest.mark.parametrize(
    ("plant", "where"), [(_no_purge, "conversations"), (_no_destruction, "ballots"), (_a_word_in_the_log, "log")]
)
async def test_a_leak_would_be_seen(
    run: Callable[..., Run],
    log_lines: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[..., None],
    where: str,
) -> None:
    """The comparison finds each of the leaks that are planted: what it proves, it can also refute."""
    plant(monkeypatch)
    one, other = [await run(answers).compared(log_lines) for answers in (ANSWERS, swapped(ANSWERS))]
    assert where in {name for name, rows in one.items() if rows != other[name]}


async def test_no_byte_leads_back(run: Callable[..., Run], store: Store, tmp_path: Path) -> None:
    """After the close neither the key nor what it found, nor what was recorded of a vote, stands in the files.

    On PostgreSQL the write-ahead log holds votes, under a key that was never in it.
    """
    one = run(ANSWERS)
    await one.begin()
    await one.vote()
    async with store.reading(one.now) as tx:
        keys = [row.secret for row in await tx.all(select(ballot_keys))]
        held = [row.answers for row in await tx.all(select(conversations).where(conversations.c.about == one.poll))]
        found = [
            row.voter.encode() for table in (ballots.ballots, ballots.receipts) for row in await tx.all(select(table))
        ]
    assert (len(keys), len(held), len(found)) == (1, 2, 2 * len(VOTERS))
    before = await _bytes(store, tmp_path)
    assert all(value in before for value in [*found, *([*keys, *held] if store.is_sqlite else [])])
    await one.close()
    after = await _bytes(store, tmp_path)
    assert [value for value in [*keys, *held, *found] if value in after] == []
    if not store.is_sqlite:
        log = await _write_ahead_log(store)
        assert keys[0] not in log
        assert found[0] in log, "the control: what is logged is seen"


async def test_the_order_of_rows_tells_nothing(run: Callable[..., Run], store: Store) -> None:
    """Who took part is stored in no order of arrival, and no row says in which step it was written."""
    one = await run(ANSWERS).whole()
    async with store.reading(one.now) as tx:
        if store.is_sqlite:
            for name in ("participations", "ballots", "receipts", "ballot_counts"):
                with pytest.raises(OperationalError, match="no such column: rowid"):
                    await tx.all(text(f"SELECT rowid FROM {name}"))
            return
        people = [row.person for row in await tx.all(text("SELECT person FROM participations ORDER BY ctid"))]
        assert people == sorted(one.people.values())
        for name in ("participations", "ballots", "receipts"):
            assert await tx.scalar(text(f"SELECT count(DISTINCT xmin::text) FROM {name}")) == 1


async def _bytes(store: Store, folder: Path) -> bytes:
    """Return the bytes of the database, its log included on SQLite; on PostgreSQL of the tables of ballots."""
    if store.is_sqlite:
        return b"".join(path.read_bytes() for path in (folder / "jisr.db", folder / "jisr.db-wal"))
    tables = (*secrecy.REWRITTEN, "participations")
    async with store.engine.connect() as connection:
        bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await bare.execute(text("CHECKPOINT"))
        files = [f"pg_read_binary_file(pg_relation_filepath('{name}'))" for name in tables]
        return b"".join([(await bare.execute(text(f"SELECT {file}"))).scalar_one() for file in files])


async def _write_ahead_log(store: Store) -> bytes:
    query = "SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"
    async with store.engine.connect() as connection:
        return b"".join((await connection.execute(text(query))).scalars())


async def test_a_copy_links_nothing(
    run: Callable[..., Run], store: Store, tmp_path: Path, ring: KeyRing, log_lines: io.StringIO
) -> None:
    """A copy made before the close, opened with every key, is the same whoever of two voters chose what.

    Restored, all votes count; those who voted cannot change theirs, and nobody votes twice.
    """
    copies = []
    for number, answers in enumerate((ANSWERS, swapped(ANSWERS))):
        one = run(answers)
        await one.begin()
        await one.vote()
        copies.append(await _copied(one, tmp_path / f"{number}.copy"))
    assert copies[0] == copies[1]
    assert len(copies[0]["ballots"]) == len(VOTERS)
    assert "ballot_keys" not in copies[0]
    engine = open_engine(sqlite_url(tmp_path / "restored.db"))
    place = Place(MediaFolder(tmp_path / "there", store.sealer), tmp_path / "marks")
    await copying.restore(engine, ring, place, tmp_path / "1.copy", now=one.now, actor="steward")
    async with Store(engine, store.sealer).transaction(one.now + timedelta(days=1)) as tx:
        with pytest.raises(ballots.CannotChange):
            await ballots.cast(tx, poll=one.poll, person=one.people["Awa"], choice=["1"])
        late = await polling.voter(tx)
        for choice in ("1", "2"):
            await ballots.cast(tx, poll=one.poll, person=late, choice=[choice])
    async with Store(engine, store.sealer).transaction(one.now + timedelta(days=7)) as tx:
        assert await rounds.close(tx, poll=one.poll)
        assert (await results.published(tx, poll=one.poll)).voters == len(VOTERS) + 1
    await engine.dispose()


async def _copied(one: Run, file: Path) -> Dump:
    """Make a copy; return what who has the key ring reads in it."""
    place = Place(MediaFolder(file.parent / "media", one.store.sealer), file.parent / "tombstones")
    await copying.backup(one.store, place, file, now=one.now)
    tables, found = migrations.tables().tables, {}
    with file.open("rb") as opened:
        for value in Reader(opened).values(one.store.sealer):
            if "table" in value:
                rows = [SimpleNamespace(**dict(zip(value["columns"], row, strict=True))) for row in value["rows"]]
                found[value["table"]] = sorted(one.read(tables[value["table"]], rows, {}))
    return found
