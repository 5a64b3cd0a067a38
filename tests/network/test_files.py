"""Files of practices: waited for, handed over, forgotten when they should be; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from network import appeals, approvals, attachments, due, files, jobs, leaving, links, practices, requests
from network.errors import Conflict, Invalid, Missing
from network.facts import Facts
from network.files import FETCH, PICTURE, VOICE
from network.ids import new_id
from network.media import MediaFolder
from network.practices import State
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, seated

SOURCE = {"channel": "telegram", "account": "main", "ref": "f-1", "mime": "audio/ogg", "size": 9, "name": ""}


async def sent(tx: Tx, person: str, kind: str = VOICE, *, ready: bool = True) -> str:
    """Let a person send a file, and let it come; return its id."""
    file = await files.want(tx, person=person, kind=kind, source=SOURCE)
    if ready:
        await files.came(tx, file=file, mime="audio/ogg", size=900)
    return file


async def forgotten(tx: Tx) -> set[str]:
    """Return the refs of the files whose bytes are to be deleted."""
    return {job.argument["ref"] for job in await jobs.claim(tx, kinds=[leaving.FORGET], limit=100, lease_s=0)}


async def test_a_file_is_fetched_at_once(store: Store, now: datetime) -> None:
    """What was sent is asked for with all that its app needs; it is ready once, whatever comes after."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        file = await sent(tx, person, ready=False)
        (job,) = await jobs.claim(tx, kinds=[FETCH])
        assert (job.person, job.argument) == (
            person,
            {**SOURCE, "subject": file, "kind": VOICE, "at_most": 16_000_000},
        )
        found = await files.find(tx, file=file)
        assert not files.is_lost(found, now + timedelta(hours=1))
        assert files.is_lost(found, now + timedelta(hours=1, seconds=1))
        ready = await files.came(tx, file=file, mime="audio/ogg", size=900)
        assert await files.failed(tx, file=file) == ready
        assert ready is not None
        assert (ready.state, ready.mime, ready.size, ready.ref) == ("ready", "audio/ogg", 900, f"{file}/{file}")
        assert not files.is_lost(ready, now + timedelta(days=20))
        bad = await files.failed(tx, file=await sent(tx, person, PICTURE, ready=False))
        assert files.is_lost(bad, now)
        assert files.is_lost(await files.came(tx, file=new_id(), mime="", size=1), now)
        with pytest.raises(Invalid):
            await files.want(tx, person=person, kind="video", source=SOURCE)


async def test_a_practice_waits_for_its_files(store: Store, now: datetime) -> None:
    """While a file is on its way nobody decides; with the last one it is put before those who do, once."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "official"), await enrolled(tx)
        voice, picture = await sent(tx, author, ready=False), await sent(tx, author, PICTURE, ready=False)
        given = {"topics": ["com.dialogue"], "title": "Café de la paix", "parts": {"done": "Un thé partagé."}}
        handed = await requests.share(
            tx,
            author=author,
            language="fr",
            facts=Facts("NE"),
            files={"problem": voice, "result": picture},
            **given,
        )
        assert handed == {"practice": handed["practice"], "approval": "", "deciders": []}
        practice = handed["practice"]
        assert await approvals.pending_for(tx, person=judge) == []
        with pytest.raises(Conflict):
            await practices.publish(tx, practice=practice)
        for file, deciders in ((picture, []), (voice, [judge]), (voice, [])):
            await files.came(tx, file=file, mime="audio/ogg", size=900)
            assert (await requests.complete(tx, practice=practice))["deciders"] == deciders
        assert [asked.subject for asked in await approvals.pending_for(tx, person=judge)] == [practice]
        assert [(one.part, one.kind) for one in await attachments.of(tx, practice=practice)] == [
            ("problem", VOICE),
            ("result", PICTURE),
        ]
        assert (await attachments.of_many(tx, [practice, new_id()])).keys() == {practice}
        await practices.publish(tx, practice=practice)
        (shown,) = await practices.published(tx, [practice])
        assert shown.parts == {"done": "Un thé partagé."}


async def test_a_practice_goes_back_when_a_file_is_of_no_use(store: Store, now: datetime) -> None:
    """Its author hands it in again with another file, or with words."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "official"), await enrolled(tx)
        practice = await handed_in(tx, author, files={"result": await sent(tx, author, ready=False)})
        assert await practices.lack(tx, practice=practice)
        assert not await practices.lack(tx, practice=practice)
        (mine,) = await practices.mine(tx, author=author)
        assert mine.state is State.CHANGES
        other = await sent(tx, author)
        given = {"facts": Facts("NE"), "topics": ["com.dialogue"], "title": "Café de la paix", "parts": {"done": "D."}}
        await requests.again(tx, author=author, practice=practice, files={"result": other}, **given)
        assert len(await approvals.pending_for(tx, person=judge)) == 1
        assert [one.id for one in await attachments.of(tx, practice=practice)] == [other]


async def test_nobody_hands_in_the_file_of_another(store: Store, now: datetime) -> None:
    """A file of somebody else, of another practice, of no use or of no part is refused."""
    async with store.transaction(now) as tx:
        author, other = await enrolled(tx), await enrolled(tx)
        used = await sent(tx, author)
        await handed_in(tx, author, files={"result": used})
        bad = await sent(tx, author, ready=False)
        await files.failed(tx, file=bad)
        fine = await sent(tx, author)
        for given in ({"done": await sent(tx, other)}, {"done": used}, {"done": bad}, {"face": fine}, {"done": "x"}):
            with pytest.raises(Invalid):
                async with tx.savepoint():
                    await handed_in(tx, author, files=given)


@pytest.mark.parametrize(("keep", "stays"), [(True, {PICTURE}), (False, set())])
async def test_voices_go_with_their_author(store: Store, now: datetime, keep: bool, stays: set[str]) -> None:
    """A voice is a person: it goes always. Pictures of published practices that are kept are nobody's then."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        shown = {"problem": await sent(tx, author), "done": await sent(tx, author, PICTURE)}
        draft, loose = await sent(tx, author, PICTURE), await sent(tx, author, PICTURE)
        published = await handed_in(tx, author, files=shown)
        await practices.publish(tx, practice=published)
        await handed_in(tx, author, files={"done": draft})
        await practices.forget_author(tx, author=author, keep=keep)
        await files.forget_person(tx, person=author)
        left = await attachments.of(tx, practice=published)
        assert {one.kind for one in left} == stays
        assert [one.person for one in left] == [None] * len(stays)
        gone = {shown["problem"], draft, loose, *([] if keep else [shown["done"]])}
        assert await forgotten(tx) == {files.ref(file) for file in gone}
        assert await files.of(tx, person=author) == []


async def test_the_files_of_a_refused_practice_go_when_no_appeal_can_come(store: Store, now: datetime) -> None:
    """For 72 hours an appeal may need them; while one is heard they stay; then they go."""
    kept, heard = timedelta(hours=72), timedelta(hours=144)
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "official"), await enrolled(tx)
        refused = {}
        for title in ("Accepté", "Contesté"):
            handed = await requests.share(
                tx,
                author=author,
                language="fr",
                facts=Facts("NE"),
                topics=["com.dialogue"],
                title=title,
                parts={"problem": "P.", "done": "D."},
                files={"result": await sent(tx, author)},
            )
            await requests.settle(tx, approval=handed["approval"], by=judge, agree=False, reason="Trop court")
            refused[title] = handed["practice"]
        await appeals.ask(tx, practice=refused["Contesté"], by=author, why="Tout est là.")
    for span, left in ((kept, {"Contesté"}), (heard, {"Contesté"})):
        async with store.transaction(now + span) as tx:
            for row in await due.take(tx):
                if row.kind == practices.REFUSED_FILES:
                    await practices.forget_refused_files(tx, row.subject)
            still = {title for title, practice in refused.items() if await attachments.of(tx, practice=practice)}
            assert still == left
    async with store.transaction(now + heard) as tx:
        await approvals.withdraw(tx, subject=refused["Contesté"])
        await practices.forget_refused_files(tx, refused["Contesté"])
        assert await attachments.of(tx, practice=refused["Contesté"]) == []
        assert len(await forgotten(tx)) == 2
        await practices.forget_refused_files(tx, new_id())


async def test_what_is_part_of_nothing_goes_after_a_month(store: Store, now: datetime) -> None:
    """A file that was sent for a draft which was never handed in is forgotten; one in use is not."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        loose, used = await sent(tx, author), await sent(tx, author)
        await handed_in(tx, author, files={"done": used})
    async with store.transaction(now + timedelta(days=30)) as tx:
        assert await files.sweep(tx) == 0
    async with store.transaction(now + timedelta(days=31)) as tx:
        assert await files.sweep(tx) == 1
        assert await forgotten(tx) == {files.ref(loose)}
        assert [one.id for one in await files.of(tx, person=author)] == [used]


async def test_two_apps_of_one_person_keep_their_files(store: Store, now: datetime) -> None:
    """Joined to another membership, files and what is still fetched go along."""
    async with store.transaction(now) as tx:
        old, new = await enrolled(tx), await enrolled(tx)
        file = await sent(tx, old, ready=False)
        await links._hand_over(tx, old, new)
        assert [one.id for one in await files.of(tx, person=new)] == [file]
        (job,) = await jobs.claim(tx, kinds=[FETCH])
        assert job.person == new


async def test_the_bytes_lie_where_copies_and_rotation_find_them(store: Store, tmp_path: Path) -> None:
    """A file has a folder of its own, named after itself; put again it replaces, deleted it leaves nothing."""
    media, file = MediaFolder(tmp_path / "media", store.sealer), new_id()
    for data in (b"a voice", b"the same voice"):
        await media.keep(files.ref(file), data)
    assert media.refs() == [files.ref(file)]
    assert await media.open(files.ref(file)) == b"the same voice"
    assert b"voice" not in media.sealed(files.ref(file))
    await media.delete([files.ref(file)])
    await media.delete([files.ref(file)])
    assert not (tmp_path / "media" / file).exists()
    with pytest.raises(Missing):
        await media.keep("../../etc/passwd", b"")
