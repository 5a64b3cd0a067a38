"""Time and slow work: each becomes input once, whatever breaks on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels import Remedy, SendError
from bot.workers import Housekeeping, Impossible, NotYet, Timekeeper, Workers
from bot.works import Works
from network import addresses, due, erasure, files, inbox, invitations, jobs, leaving, outbox
from network.errors import Missing
from network.inbox import Origin
from network.jobs import Job
from network.media import MediaFolder
from network.outbox import Post
from network.store import Tx
from tests.bot.conftest import World
from tests.bot.echo_desk import effects
from tests.bot.fake_channel import message


async def known(world: World, external: str = "1") -> str:
    """Let somebody write once; return the person."""
    await world.deliver(message(int(external), external, "hello"))
    await world.turn()
    async with world.store.reading(world.clock.now()) as tx:
        address = await addresses.find(tx, channel=world.channel.name, account="main", external=external)
    assert address is not None
    return address.person


async def ask(world: World, person: str | None, kind: str = "work", **argument: Any) -> str:
    """Ask for a job."""
    async with world.store.transaction(world.clock.now()) as tx:
        return await jobs.ask(tx, kind=kind, person=person, argument=argument)


async def test_what_is_due_becomes_input_once(world: World) -> None:
    """At its instant a due row reaches its person's conversation once; set twice, the last word counts."""
    person = await known(world)
    now = world.clock.now()
    async with world.store.transaction(now) as tx:
        for hours in (5, 2):
            instant = now.replace(hour=now.hour + hours)
            await due.at(tx, kind="remind", subject="s1", instant=instant, person=person)
        await due.at(tx, kind="remind", subject="gone", instant=now, person=person)
        assert await due.cancel(tx, kind="remind", subject="gone")
    keepers = [Timekeeper(world.store, world.clock) for _ in range(3)]
    assert await keepers[0].step() == 0
    world.clock.advance(hours=2)
    assert sum(await asyncio.gather(*(keeper.step() for keeper in keepers))) == 1
    await world.turn()
    assert world.desk.seen[-1] == ("due", "remind")
    assert len(world.desk.seen) == 2


async def test_what_the_network_does_by_itself(world: World) -> None:
    """A due row of nobody is an act of the network, in the transaction that takes it."""
    done: list[str] = []

    async def act(tx: Tx, subject: str) -> None:
        done.append(subject)
        if len(done) == 1:
            message = "not yet"
            raise RuntimeError(message)
        await tx.scalar(outbox.outbox.select().limit(1))

    async with world.store.transaction(world.clock.now()) as tx:
        await due.at(tx, kind="close", subject="poll1", instant=world.clock.now())
    keeper = Timekeeper(world.store, world.clock, acts={"close": act})
    with pytest.raises(RuntimeError):
        await keeper.step()
    assert await keeper.step() == 1
    assert await keeper.step() == 0
    assert done == ["poll1", "poll1"]


async def test_a_job_is_done_and_told(world: World) -> None:
    """A job's result is input of its person; a job that fails is tried again later, and told at last."""
    person = await known(world)
    tries = 0

    async def work(job: Job) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if job.argument["fails"] >= tries:
            raise SendError(Remedy.RETRY, "500")
        return {"tries": tries}

    workers = Workers(world.store, world.clock, {"work": work})
    await ask(world, person, fails=2)
    for _ in range(3):
        await workers.step()
        world.clock.advance(10)
    assert tries == 3
    await world.process()
    assert world.desk.seen[-1] == ("done", "work")
    await ask(world, person, fails=1_000)
    for _ in range(jobs.TRIES + 2):
        await workers.step()
        world.clock.advance(700)
    assert tries == 3 + jobs.TRIES
    assert await world.process() == 1


async def test_a_job_that_was_cut_off_is_given_out_again(world: World) -> None:
    """A job whose worker died comes back when its lease ends; two workers never have it at once."""
    await ask(world, None)
    async with world.store.transaction(world.clock.now()) as tx:
        (job,) = await jobs.claim(tx, kinds=["work"])
        assert await jobs.claim(tx, kinds=["work"]) == []
    async with world.store.transaction(world.clock.advance(jobs.LEASE_S)) as tx:
        (again,) = await jobs.claim(tx, kinds=["work"])
        assert (again.id, again.tries) == (job.id, 2)
        assert await jobs.done(tx, job=job.id)
        assert not await jobs.done(tx, job=job.id)


async def test_what_waits_and_what_is_impossible(world: World) -> None:
    """A job that must wait is put off without counting; one that is impossible is ended at once."""
    waits = [NotYet(1.0), NotYet(1.0), Impossible("gone")]
    seen: list[int] = []

    async def work(job: Job) -> None:
        seen.append(job.tries)
        raise waits.pop(0)

    workers = Workers(world.store, world.clock, {"work": work})
    await ask(world, None)
    for _ in range(5):
        await workers.step()
        world.clock.advance(1)
    assert seen == [1, 1, 1]


async def test_a_file_is_fetched(world: World, works: Works) -> None:
    """A file comes from its app cleaned into a sealed file, and the result says which; what is none is refused."""
    person = await known(world)
    sample = Path(__file__).parents[1] / "data" / "files" / "canary.jpg"
    world.channel.files |= {"file1": sample.read_bytes(), "file2": b"MZ canary"}
    home = {"channel": "telegram", "account": "main", "kind": "picture", "mime": "image/jpeg", "size": 0, "name": ""}

    async def fetched(ref: str) -> tuple[str, dict[str, Any]]:
        async with world.store.transaction(world.clock.now()) as tx:
            file = await files.want(tx, person=person, kind="picture", source={**home, "ref": ref})
            (job,) = await jobs.claim(tx, kinds=[files.FETCH])
        return file, await _do(works.fetch, job)

    file, result = await fetched("file1")
    assert (result["subject"], result["ref"], result["mime"]) == (file, files.ref(file), "image/jpeg")
    kept = await works.media.open(files.ref(file))
    assert kept.startswith(b"\xff\xd8")
    assert len(kept) == result["size"]
    assert b"anary" not in kept
    (path,) = [path for path in (works.tombstones.parent / "media").rglob("*") if path.is_file() and path.name == file]
    assert b"JFIF" not in path.read_bytes()
    for ref in ("file2", "other"):
        with pytest.raises(Impossible):
            await fetched(ref)
    assert len(works.media.refs()) == 1


async def test_a_file_that_failed_says_which(world: World, works: Works) -> None:
    """When a file cannot come, its person's input says which one, so that it can be asked for again."""
    person = await known(world)
    source = {"channel": "telegram", "account": "main", "ref": "gone", "mime": "", "size": 0, "name": ""}
    async with world.store.transaction(world.clock.now()) as tx:
        file = await files.want(tx, person=person, kind="voice", source=source)
    await Workers(world.store, world.clock, works.table()).step()
    async with world.store.reading(world.clock.now()) as tx:
        (row,) = await tx.all(select(inbox.inbox).where(inbox.inbox.c.origin == Origin.DONE))
        body = tx.seal.open("inbox.body", row.id, row.body)
    assert file in body
    assert "gone" in body


async def test_a_person_is_erased_within_a_minute(world: World, works: Works) -> None:
    """Erasure waits for the last words, then takes everything: rows, files and the log; and a tombstone stays."""
    person = await known(world)
    ref = await works.media.save(person, b"a voice")
    async with world.store.transaction(world.clock.now()) as tx:
        (address,) = await addresses.of(tx, person=person)
        await outbox.put(tx, posts=[Post(address.id, "telegram", "main", '{"text": "farewell"}')])
        await jobs.ask(tx, kind=leaving.ERASE, person=person, argument={"keep_practices": False})
    workers = Workers(world.store, world.clock, works.table())
    await workers.step()
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.of(tx, person=person), "the farewell is not sent yet"
    await world.send()
    assert world.channel.texts[-1] == "farewell"
    world.clock.advance(2)
    await workers.step()
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.of(tx, person=person) == []
        assert await jobs.depth(tx) == 0
    with pytest.raises(Missing):
        await works.media.open(ref)
    assert len(works.tombstones.read_text().split()) == 2


async def test_an_unreachable_person_is_erased_all_the_same(world: World, works: Works) -> None:
    """When the last words cannot be sent, the erasure waits 30 seconds for them and not longer."""
    person = await known(world)
    async with world.store.transaction(world.clock.now()) as tx:
        (address,) = await addresses.of(tx, person=person)
        await outbox.put(tx, posts=[Post(address.id, "telegram", "main", '{"text": "farewell"}')])
        await jobs.ask(tx, kind=leaving.ERASE, person=person, argument={})
    workers = Workers(world.store, world.clock, works.table())
    for _ in range(31):
        await workers.step()
        world.clock.advance(1)
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.of(tx, person=person) == []


async def test_an_erasure_is_never_given_up(world: World, works: Works) -> None:
    """However long the disk is full or the log in use, the person is erased at last."""
    person = await known(world)
    faults = 40
    erase = works.erase

    async def failing(job: Job) -> None:
        nonlocal faults
        faults -= 1
        if faults >= 0:
            raise OSError
        await erase(job)

    workers = Workers(world.store, world.clock, {leaving.ERASE: failing})
    async with world.store.transaction(world.clock.now()) as tx:
        await leaving.leave(tx, person=person, keep_practices=False)
    for _ in range(42):
        world.clock.advance(700)
        await workers.step()
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.of(tx, person=person) == []


async def test_a_copy_written_while_its_person_was_erased_is_deleted(world: World, works: Works) -> None:
    """A file that a job saves after the erasure of its person does not stay."""
    person = await known(world)

    async def export(job: Job) -> dict[str, Any]:
        async with world.store.transaction(world.clock.now()) as tx:
            await erasure.erase(tx, person=person)
        return await works.export(job)

    workers = Workers(world.store, world.clock, {leaving.EXPORT: export}, undo=works.undo)
    async with world.store.transaction(world.clock.now()) as tx:
        await leaving.ask_copy(tx, person=person, text="all about me")
    assert await workers.step() == 1
    assert works.media.refs() == []


async def test_a_crowd_of_strangers_is_forgotten_too(sqlite_world: World) -> None:
    """More people than one transaction erases are gone in the same round; so are expired invitations."""
    world = sqlite_world
    async with world.store.transaction(world.clock.now()) as tx:
        for number in range(2 * erasure.AT_ONCE + 1):
            await addresses.meet(tx, channel="telegram", account="main", external=str(number))
        await invitations.create(tx, by="steward", uses=1, days=1)
    world.clock.advance(hours=24 * 32)
    await Housekeeping(world.store, world.clock).step()
    async with world.store.engine.connect() as connection:
        for table in ("addresses", "invitations"):
            assert (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one() == 0


async def test_strangers_are_forgotten_after_a_day(world: World) -> None:
    """Who wrote and did not consent is gone after 24 hours, with what they wrote and what waits for them."""
    await known(world)
    await world.deliver(message(77, "1", "poison"))
    keeping = Housekeeping(world.store, world.clock)
    world.clock.advance(hours=23)
    await keeping.step()
    async with world.store.reading(world.clock.now()) as tx:
        assert await addresses.find(tx, channel="telegram", account="main", external="1")
    world.clock.advance(hours=1, seconds=1)
    await keeping.step()
    async with world.store.engine.connect() as connection:
        for table in ("addresses", "outbox", "inbox WHERE body IS NOT NULL"):
            assert (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert await effects(world.store) == ["hello"]


@pytest.fixture
def works(world: World, tmp_path: Path) -> Works:
    """Return the works around the runtime."""
    folder = MediaFolder(tmp_path / "media", world.store.sealer)
    channels = {("telegram", "main"): world.channel}
    return Works(world.store, world.clock, channels, folder, tmp_path / "tombstones")


async def _do(work: Callable[[Job], Awaitable[dict[str, Any]]], job: Job) -> dict[str, Any]:
    return await work(job)
