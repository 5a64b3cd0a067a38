"""Erasure, export and tombstones: nothing of a person stays, and it comes not back; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from network import (
    addresses,
    answers,
    appeals,
    approvals,
    attachments,
    attendance,
    audit,
    broadcasts,
    callins,
    calls,
    cohosts,
    commitments,
    consultations,
    contents,
    conversations,
    crossings,
    directory,
    due,
    erasure,
    exchanges,
    extracts,
    feeds,
    files,
    followups,
    groups,
    hearing,
    imports,
    inbox,
    invitations,
    invitees,
    jobs,
    leaving,
    linked,
    links,
    members,
    migrations,
    news,
    organisations,
    outbox,
    outputs,
    passes,
    planning,
    posts,
    practices,
    preparations,
    questions,
    rates,
    reactions,
    recipients,
    remarks,
    replies,
    requests,
    rsvps,
    series,
    slots,
    standings,
    starter,
    tombstones,
    topics,
    traces,
    translations,
    widening,
)
from network.addresses import Address
from network.approvals import Decision
from network.audiences import Audience
from network.broadcasts import Bodies
from network.conversations import Conversation
from network.ids import new_id
from network.inbox import Arrival
from network.members import State
from network.outbox import Post
from network.store import Store, Tx
from tests.network import polling
from tests.network.people import enrolled, handed_in, seated

PHONE, USER, TELEGRAM = "22790112233", "NE.canaryuserid", "7771234567"
NAME, ORGANISATION, LOCALITY = "Canary Awa Maïga", "Canary Radio Tarka", "Canary Village"
DRAFT, WORD, ANSWER, BODY = "canary draft of a title", "canary secret word", "canary answer", "canary body"
CANARIES = (PHONE, USER, TELEGRAM, NAME, ORGANISATION, LOCALITY, DRAFT, WORD, ANSWER, BODY)

GOES_ON = {  # what others host with them, and hear of it
    slots.NEWS,
    exchanges.NEWS,
    cohosts.LEFT,
    cohosts.GONE,
    planning.SIDES_LOOKED_AT,
    callins.REMIND,
    consultations.OPENED,
    consultations.CLOSE,
    commitments.DUE,
}


async def a_full_life(tx: Tx) -> str:
    """Make a coordinator of whom something is kept in every table; return their id."""
    person = await seated(tx, "NE", "civil")
    await members.change(tx, person=person, name=NAME, organisation=ORGANISATION, locality=LOCALITY)
    await members.set_panic_word(tx, person=person, word=WORD)
    await topics.follow(tx, person=person, topics=["com.policing"])
    await imports.invite(tx, contacts=[imports.Contact(PHONE, "NE")], by="steward", days=30)
    for address in (
        await addresses.meet(tx, channel="whatsapp", account="main", external=USER, alias=PHONE),
        await addresses.meet(tx, channel="telegram", account="main", external=TELEGRAM),
    ):
        await addresses.set_person(tx, person=address.person, to=person)
        await _traffic(tx, address)
    await _network_acts(tx, person)
    await polling.lived(tx, person, ANSWER)
    for what in ("name", "organisation"):
        await directory.show(tx, person=person, what=what)
    terms = organisations.Terms(ANSWER, f"{ANSWER}, and more of it", "NE", topics=("com.dialogue",))
    await organisations.enter(tx, by=person, terms=terms, contact=True)
    await due.at(tx, kind="reminder", subject=person, instant=tx.now, person=person)
    await jobs.ask(tx, kind="media", person=person, argument={"note": BODY})
    talk = Conversation(
        new_id(), person, "share", conversations.State.ACTIVE, {"title": ANSWER}, {"text": ANSWER}, None, tx.now
    )
    await conversations.begin(tx, conversation=talk)
    return person


async def _traffic(tx: Tx, address: Address) -> None:
    external, channel = address.external, address.channel
    arrivals = [Arrival(channel, "main", f"{external}:{number}", external, BODY) for number in range(2)]
    await inbox.accept(tx, arrivals=arrivals)
    await outbox.put(tx, posts=[Post(address.id, channel, "main", BODY)])
    await traces.keep(tx, address=address.id, channel=channel, ref=f"{external}/1")
    await rates.save(tx, tats={address.id: 1.0})


async def _network_acts(tx: Tx, person: str) -> None:
    """Share, decide, invite, try a code, offer a link, and ask for something."""
    texts = {"title": DRAFT, "problem": DRAFT, "done": DRAFT}
    await handed_in(tx, person, language="en", topics=["com.policing"], **texts)
    shared = {"title": "A shared title", "problem": "p", "done": "d"}
    known = await handed_in(tx, person, language="en", topics=["com.policing"], **shared)
    await practices.publish(tx, practice=known)
    await _send_files(tx, person, known)
    await _told_later(tx, person, known)
    newcomer = await enrolled(tx, state=State.WAITING)
    asked = await approvals.ask(tx, kind="join", subject=newcomer, by=newcomer, country="NE")
    await approvals.decide(tx, approval=asked, by=person, agree=False, reason=ANSWER)
    await _appeal(tx, person)
    code = await invitations.create(tx, by="steward")
    used = await invitations.find(tx, code=code)
    assert used is not None
    await invitations.use(tx, invitation=used.id, person=person)
    await invitations.create(tx, by=person)
    await invitations.too_many(tx, person=person)
    await links.offer(tx, person=person)
    await _ask_and_answer(tx, person)
    await _translate(tx, person, known)
    await _hear(tx, person)
    await _talk(tx, person)
    await _announce(tx, person)
    await _lead(tx, person)
    await _meet(tx, person)
    await _consult(tx, person)


async def _translate(tx: Tx, person: str, practice: str) -> None:
    """Offer a translation that another asks to change, and confirm one of another."""
    other = await seated(tx, "NE", "official", "deputy")
    said = {"practice": practice, "title": ANSWER, "parts": {"done": BODY}, "made_from": ""}
    given = await translations.offer(tx, person=person, language="fr", **said)
    await translations.send_back(tx, translation=given["translation"], by=other, remark=WORD)
    given = await translations.offer(tx, person=other, language="ar", **{**said, "title": "t", "parts": {"done": "d"}})
    await translations.confirm(tx, translation=given["translation"], by=person)


async def _send_files(tx: Tx, person: str, practice: str) -> None:
    """Send a voice for a part of a published practice, and a picture for a draft that is not handed in."""
    source = {"channel": "telegram", "account": "main", "ref": BODY, "mime": "", "size": 0, "name": ""}
    for kind in ("voice", "picture"):
        file = await files.want(tx, person=person, kind=kind, source=source)
        await files.came(tx, file=file, mime="", size=1)
        if kind == "voice":
            await attachments.put(tx, practice=practice, author=person, given={"result": file})


async def _appeal(tx: Tx, person: str) -> None:
    """Be refused, and say why others should look at it again."""
    judge = await seated(tx, "SN", "official")
    practice = await handed_in(tx, person, country="SN", language="en", title="A refused title", problem="p", done="d")
    asked = await approvals.pending_about(tx, subject=practice, kind="practice")
    assert asked is not None
    await requests.settle(tx, approval=asked.id, by=judge, agree=False, reason="Too short")
    await appeals.ask(tx, practice=practice, by=person, why=ANSWER)


async def _ask_and_answer(tx: Tx, person: str) -> None:
    """Ask a question that another answers, and answer that of another."""
    other = await enrolled(tx, side="official", service="police")
    asked = {"topic": "com.policing", "language": "en", "text": ANSWER}
    for asker, answerer in ((person, other), (other, person)):
        question = (await questions.ask(tx, person=asker, **asked))["question"]
        await calls.keep(tx, question=question, people=[answerer])
        given = await answers.give(tx, question=question, person=answerer, text=BODY, language="en", level=1)
        await replies.ask_back(tx, answer=given["answer"], by=asker, text=ANSWER)
        await replies.reply(tx, answer=given["answer"], person=answerer, text=BODY)
        await replies.report(tx, answer=given["answer"], by=asker)
        await questions.report(tx, question=question, by=answerer)
    await questions.close(tx, question=question, summary=ANSWER)


async def _hear(tx: Tx, person: str) -> None:
    """Hear at once of a practice, get a digest, and leave this week's act."""
    await topics.follow(tx, person=person, topics=["tru"])
    await topics.set_pace(tx, person=person, pace="instant")
    assert await news.announce(tx, practice=starter.practice_id("ne-radio"))
    await topics.unfollow(tx, person=person, topics=["tru"])
    await news.weekly(tx, person=person, language="en")
    await crossings.settle(tx, person=person)


async def _announce(tx: Tx, person: str) -> None:
    """Tell many something, in one's group and beyond it; be reported for it, and answer an invitation."""
    group = (await groups.by_country(tx, country="NE")).id
    other = await enrolled(tx)
    for audience in (Audience(groups=(group,)), Audience()):
        told = {"notice": {"texts": {"fr": ANSWER}}, "audience": audience, "confirmed": 100}
        made = await broadcasts.draft(tx, by=person, group=group, **told)
        bodies = Bodies(texts={"fr": BODY}, instead={"fr": BODY}, fallback="fr")
        await broadcasts.hand_in(tx, broadcast=made, bodies=bodies)
        await recipients.report(tx, broadcast=made, by=other)
        await rsvps.give(tx, broadcast=made, person=person, answer="yes")


async def _lead(tx: Tx, person: str) -> None:
    """Ask for a dialogue of a year, lead another one, write its text, and ask to link it."""
    group = (await groups.by_country(tx, country="NE")).id
    how = {"group": group, "title": ANSWER, "purpose": BODY, "places": ["NE"]}
    await series.open_one(tx, by=person, **how)
    opened = []
    for level in ("local", "national"):
        asked = await series.open_one(tx, by=person, level=level, **how)
        await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
        opened.append(str(asked["id"]))
        await due.cancel(tx, kind=series.STANDS, subject=opened[-1])  # nothing of anybody: they stay
        await due.cancel(tx, kind=series.NEWS, subject=f"{opened[-1]}:gather")
    await outputs.write(tx, series=opened[1], by=person, text=ANSWER * 2)
    await outputs.publish(tx, series=opened[1], by=person)
    await widening.ask(tx, series=opened[0], by=person, national=opened[1])


async def _meet(tx: Tx, person: str) -> None:
    """Host exchanges alone and with another, come to one, ask, vote, answer a call-in, write a summary, give codes."""
    group = (await groups.by_country(tx, country="NE")).id
    other = next(seat.person for seat in await groups.seated(tx, group=group) if seat.side == "official")
    how = {"kind": "callin", "group": group, "title": ANSWER, "purpose": BODY, "place": LOCALITY, "link": WORD}
    how |= {"audience": Audience(groups=(group,)), "host": ORGANISATION}
    hosted = {}
    for name, host in (("alone", person), ("both", person), ("other", other)):
        hosted[name] = await exchanges.draft(tx, by=host, **how)
        await planning.propose(tx, exchange=hosted[name], by=host)
    await cohosts.decline(tx, exchange=hosted["alone"], by=other)
    await slots.propose(tx, exchange=hosted["both"], by=person, at=[(tx.now + timedelta(days=20)).isoformat()])
    [slot] = await slots.grid(tx, exchange=hosted["both"])
    await slots.vote(tx, exchange=hosted["both"], person=person, answers={slot.id: slots.YES})
    local = (tx.now + timedelta(days=20)).replace(tzinfo=None)
    for name, exchange in hosted.items():
        host = other if name == "other" else person
        await planning.set_time(tx, exchange=exchange, by=host, local=local, zone="Africa/Niamey")
        await preparations.ask(tx, exchange=exchange, person=person, text=ANSWER, with_side=True)
        [asked] = await callins.questions(tx, exchange=exchange, by=person)
        await callins.answer(tx, exchange=exchange, by=person, question=asked.id, text=BODY, sensitive=True)
        await attendance.answer(tx, exchange=exchange, person=person, answer="yes")
        await preparations.note(tx, exchange=exchange, by=person, name="summary", text=ANSWER)
        await preparations.publish(tx, exchange=exchange, by=person)
        await passes.invite(tx, exchange=exchange, by=person)
        await passes.delegate(tx, exchange=exchange, person=person)
        await invitees.invite(tx, exchange=exchange, person=person)
    await feeds.open_for(tx, person=person)


async def _consult(tx: Tx, person: str) -> None:
    """Put drafts before both sides, one of which opens, answer it, promise something of it, and ask for its words."""
    group = (await groups.by_country(tx, country="NE")).id
    how = {"group": group, "title": ANSWER, "why": BODY, "parts": [["1", ANSWER]], "days": 7}
    how |= {"audience": Audience(groups=(group,))}
    await consultations.propose(tx, by=person, **how)
    asked = await consultations.propose(tx, by=person, **how)
    await requests.settle(tx, approval=asked["approval"], by=asked["deciders"][0], agree=True)
    [section] = await consultations.sections(tx, consultation=asked["id"])
    await remarks.say(tx, section=section.id, person=person, stance="comment", text=ANSWER)
    await consultations.close(tx, consultation=asked["id"], by=person)
    until = (tx.now + timedelta(days=90)).date().isoformat()
    given = {"what": ANSWER, "who": ORGANISATION, "due_on": until}
    await commitments.add(tx, consultation=asked["id"], by=person, **given)
    await extracts.ask(tx, consultation=asked["id"], by=person)


async def _talk(tx: Tx, person: str) -> None:
    """Post, react to a post, mute and report its author, read on, and enter the linked Telegram group."""
    group = (await groups.by_country(tx, country="NE")).id
    await posts.set_talk(tx, group=group, by=person, talk="open")
    other = await enrolled(tx)
    await groups.join(tx, group=group, person=other)
    post = (await posts.write(tx, group=group, person=other, text="Bonjour.", language="fr"))["post"]
    await posts.write(tx, group=group, person=person, text=ANSWER, language="fr", to=post)
    await reactions.react(tx, post=post, person=person, kind="useful")
    await reactions.mute(tx, post=post, person=person)
    await reactions.report(tx, post=post, by=person)
    await hearing.read(tx, group=group, person=person)
    here = {"channel": "telegram", "account": "main"}
    code = await linked.offer(tx, group=group, by=person)
    chat = await linked.accept(tx, chat="-1007", code=code, **here)
    assert chat is not None
    await linked.made(tx, which=chat.id, invite="https://t.me/+abc")
    await linked.agree(tx, which=chat.id, person=person)
    home = await addresses.find(tx, external=TELEGRAM, **here)
    found = await linked.get(tx, which=chat.id)
    assert home is not None
    assert found is not None
    assert await linked.knock(tx, at=found, guest=home) == linked.ADMIT
    await linked.offer(tx, group=group, by=person)


async def _told_later(tx: Tx, person: str, practice: str) -> None:
    """Be asked how a practice is doing, tell it, enter an official act for it, and mark another one."""
    await followups.begin(tx, practice=practice)
    followup = await followups.answer(tx, practice=practice, person=person, answer="changed")
    await followups.add_note(tx, followup=followup, person=person, note=ANSWER)
    await standings.endorse(
        tx, practice=practice, person=person, act="law", institution="ministry", country="NE", on=tx.now.date()
    )
    await followups.mark(tx, practice=starter.practice_id("ne-radio"), person=person, kind="trying")


async def everything(tx: Tx) -> str:
    """Return every value of every table but the audit log's opaque ids, as one text."""
    kept = [table for table in migrations.tables().sorted_tables if table.name != "audit"]
    return "\n".join([repr(tuple(row)) for table in kept for row in await tx.all(select(table))])


async def sealed_and_indexed(tx: Tx, person: str) -> list[bytes]:
    """Return what stands in the rows of a person: sealed values and keyed indexes, to be looked for in bytes."""
    found: list[bytes] = [person.encode()]
    for table, column in (
        (addresses.addresses, "person"),
        (members.members, "id"),
        (conversations.conversations, "person"),
        (jobs.jobs, "person"),
    ):
        for row in await tx.all(select(table).where(table.c[column] == person)):
            found += [value for value in row if isinstance(value, bytes)]
            found += [value.encode() for key, value in row._mapping.items() if value and key.endswith("_index")]
    found += [row.number_index.encode() for row in await tx.all(select(imports.imports))]
    for row in await tx.all(select(outbox.outbox.c.body, outbox.outbox.c.id)):
        found += [row.id.encode(), *([row.body] if row.body else [])]
    for row in await tx.all(select(broadcasts.broadcasts)):
        found += [row.notice, row.bodies]
    found += [row.body for row in await tx.all(select(contents.contents.c.body))]
    for row in await tx.all(select(practices.practices.c.draft).where(practices.practices.c.author == person)):
        found += [row.draft] if row.draft else []
    return found


async def test_nothing_of_a_person_stays_in_any_table(store: Store, now: datetime) -> None:
    """After the erasure no row of any table holds the person; what they published stays, without its author."""
    async with store.transaction(now) as tx:
        person = await a_full_life(tx)
        assert person in await everything(tx)
    async with store.transaction(now) as tx:
        await erasure.erase(tx, person=person)
        await erasure.erase(tx, person=person)
        left = await everything(tx)
        assert person not in left
        assert "A shared title" in left
        assert await audit.verify(tx) > 0
        assert await tx.scalar(select(func.count()).select_from(addresses.addresses)) == 1  # the linked chat's
        for table in (
            outbox.outbox,
            traces.traces,
            conversations.conversations,
            files.files,
        ):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0, table.name
        assert {row.kind for row in await tx.all(select(due.due.c.kind))} <= GOES_ON
        assert await tx.first(select(imports.imports)) is None
        assert await tx.scalar(select(func.count()).where(inbox.inbox.c.body.is_not(None))) == 0
        asked = [row.kind for row in await tx.all(select(jobs.jobs.c.kind))]
        assert sorted(asked) == [linked.GATE] + [leaving.FORGET] * 2  # out of the linked chat, and the two files


async def test_published_practices_go_when_that_is_wished(store: Store, now: datetime) -> None:
    """With ``keep_practices=False`` what the person published goes too."""
    async with store.transaction(now) as tx:
        person = await a_full_life(tx)
        await erasure.erase(tx, person=person, keep_practices=False)
        assert "A shared title" not in await everything(tx)


async def test_no_byte_of_a_person_stays_in_the_files(sqlite_store: Store, tmp_path: Path, now: datetime) -> None:
    """In clear nothing ever stands in the files; after erasure and scrub neither do the sealed values and indexes."""
    files = [tmp_path / "sqlite.db", tmp_path / "sqlite.db-wal"]
    store = sqlite_store
    async with store.transaction(now) as tx:
        await starter.load(tx)
    async with store.transaction(now) as tx:
        person = await a_full_life(tx)
    async with store.transaction(now) as tx:
        kept = await sealed_and_indexed(tx, person)
    before = b"".join(path.read_bytes() for path in files)
    assert len(kept) > 15
    assert all(value in before for value in kept)
    assert not [canary for canary in CANARIES if canary.encode() in before]
    async with store.transaction(now) as tx:
        await tx.run(audit.audit.delete())  # its opaque ids stay by design: away, to look for the person's id elsewhere
        await erasure.erase(tx, person=person, keep_practices=False)
    await store.scrub()
    after = b"".join(path.read_bytes() for path in files if path.exists())
    assert [value for value in kept if value in after] == []


async def test_the_job_that_asked_stays_to_be_ended(store: Store, now: datetime) -> None:
    """Erasing a person removes their jobs but the erasure's own, which ends only when the files are clean too."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        await leaving.leave(tx, person=person, keep_practices=True)
        await erasure.erase(tx, person=person)
        assert await tx.all(select(jobs.jobs.c.kind)) == [(leaving.ERASE,)]


async def test_those_who_never_consented_are_purged(store: Store, now: datetime) -> None:
    """An address older than the limit whose person is no member goes, with its traffic; members and newcomers stay."""
    async with store.transaction(now) as tx:
        stranger = await addresses.meet(tx, channel="telegram", account="main", external=TELEGRAM)
        await _traffic(tx, stranger)
        member = await addresses.meet(tx, channel="telegram", account="main", external="2")
        await addresses.set_person(tx, person=member.person, to=await enrolled(tx))
    async with store.transaction(now + timedelta(hours=24)) as tx:
        newcomer = await addresses.meet(tx, channel="telegram", account="main", external="3")
        assert await erasure.purge_unconsented(tx, before=tx.now) == 1
        assert await erasure.purge_unconsented(tx, before=tx.now) == 0
        rows = await tx.all(select(addresses.addresses.c.id))
        assert {row.id for row in rows} == {member.id, newcomer.id}
        assert await tx.scalar(select(func.count()).where(inbox.inbox.c.body.is_not(None))) == 0


async def test_a_person_reads_everything_that_is_kept(store: Store, now: datetime) -> None:
    """The export opens every sealed value of the person, and nobody else's."""
    async with store.transaction(now) as tx:
        other = await enrolled(tx, name="Somebody Else")
        person = await a_full_life(tx)
        kept = await erasure.export(tx, person=person)
        text = repr(kept)
        for value in (PHONE, USER, TELEGRAM, NAME, ORGANISATION, LOCALITY, DRAFT, ANSWER, "A shared title"):
            assert value in text
        assert (kept["groups"], kept["coordinates"], kept["topics"]) == (["NE"], ["NE"], ["com.policing"])
        assert (kept["invitations_made"], kept["decisions_made"]) == (1, 1)
        assert kept["was_on_a_list"] is True
        assert kept["reminders_set"] == await tx.scalar(select(func.count()).where(due.due.c.person == person))
        assert (len(kept["questions"]), len(kept["answers"]), kept["questions_received"]) == (1, 1, 1)
        assert "Somebody" not in text
        assert (await erasure.export(tx, person=other))["addresses"] == []
        assert (await erasure.export(tx, person=new_id()))["profile"] == {}


@pytest.mark.parametrize("keep", [True, False])
async def test_a_restored_backup_forgets_the_erased_again(
    store: Store,
    now: datetime,
    tmp_path: Path,
    keep: bool,
) -> None:
    """Tombstones erase who is back after a restore, with the fate of their practices; a torn line harms nothing."""
    path = tmp_path / "home" / "tombstones"
    async with store.transaction(now) as tx:
        assert await tombstones.apply(tx, path) == []
        person, other = await a_full_life(tx), await enrolled(tx)
        tombstones.append(path, [tombstones.mark(tx.seal, new_id(), keep_practices=True)])
        with path.open("a") as file:
            file.write("0123456789abcdef")
        tombstones.append(path, [tombstones.mark(tx.seal, person, keep_practices=keep)])
        assert await tombstones.apply(tx, path) == [person]
        assert await members.find(tx, person=person) is None
        assert await members.find(tx, person=other) is not None
        assert ("A shared title" in await everything(tx)) is keep
    assert person not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_erasing_a_moderator_keeps_what_was_decided(store: Store, now: datetime) -> None:
    """Decisions of somebody who left stand, without who and why."""
    async with store.transaction(now) as tx:
        moderator, civil = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        newcomer = await enrolled(tx, state=State.WAITING)
        asked = await approvals.ask(tx, kind="join", subject=newcomer, by=newcomer, country="NE", both_sides=True)
        await approvals.decide(tx, approval=asked, by=moderator, agree=True)
        await erasure.erase(tx, person=moderator)
        assert (await approvals.decide(tx, approval=asked, by=civil, agree=True)).state is Decision.APPROVED
        group = await groups.by_country(tx, country="NE")
        assert [seat.person for seat in await groups.seated(tx, group=group.id)] == [civil]
