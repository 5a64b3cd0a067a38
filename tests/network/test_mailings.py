"""Mailings: one message for many, each once, where they wrote last, and never after it was taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.messages import Outgoing, write
from network import addresses, audiences, contents, dispatch, erasure, mailings, members, outbox, stops
from network.audiences import Audience
from network.dispatch import Call, Limits, Outcome
from network.errors import Conflict
from network.ids import new_id
from network.mailings import Progress
from network.outbox import EXPIRED, Report, Stage
from network.rates import Limit
from network.store import Store, Tx
from tests.network.people import reached

FREE = Limit(messages=1_000_000, seconds=1.0, burst=1_000_000)
BROADCAST = 3
DAY = timedelta(days=1)
WINDOW = timedelta(hours=24)
EVERYBODY = Audience()


async def keep(tx: Tx, *languages: str, about: str = "", text: str = "Texte") -> dict[str, str]:
    """Keep a text in each of these languages; return the contents by language."""
    return {
        each: await contents.keep(tx, write(Outgoing(f"{text} {each}")), about=about) for each in languages or ("fr",)
    }


async def send(tx: Tx, audience: Audience = EVERYBODY, *, mailing: str = "m", **more: Any) -> int:
    """Queue a mailing for an audience; in French unless ``contents`` are given."""
    made = more.pop("contents", None) or await keep(tx)
    given: dict[str, Any] = {"contents": made, "fallback": next(iter(made)), "urgency": BROADCAST} | more
    return await mailings.send(tx, mailing=mailing, people=audiences.query(audience), **given)


async def rows(tx: Tx, *columns: Any) -> list[tuple[Any, ...]]:
    """Return these columns of the outbox, with the person, in the order of sending."""
    table = outbox.outbox
    query = select(addresses.addresses.c.person, *columns).join(table, table.c.address == addresses.addresses.c.id)
    return [tuple(row) for row in await tx.all(query.order_by(table.c.seq))]


async def claim(tx: Tx, channel: str = "telegram", *, window: timedelta | None = None, limit: int = 100) -> list[Call]:
    """Take the calls of an account that may be made now."""
    limits = Limits(account=FREE, chat=FREE, window=window)
    return (await dispatch.claim(tx, channel=channel, account="main", limits=limits, limit=limit)).calls


async def sent(tx: Tx, calls: Sequence[Call], channel: str = "telegram") -> None:
    """Note that the provider took these calls."""
    outcomes = [Outcome(call, Stage.SENT, ref=f"ref {call.id}") for call in calls]
    await dispatch.record(tx, channel=channel, outcomes=outcomes, keep_bodies=channel == "whatsapp")


async def test_each_once_where_they_wrote_last(store: Store, now: datetime) -> None:
    """One row for each person, at the app used last of those that can be reached on an account that sends."""
    c = outbox.outbox.c
    async with store.transaction(now) as tx:
        first = await reached(tx, "telegram", "whatsapp")
        other = await reached(tx, "whatsapp", "telegram")
        await reached(tx, state=members.State.STOPPED)
        blocked = await reached(tx, "telegram", "whatsapp")
        latest = (await addresses.of(tx, person=blocked))[0]
        await addresses.set_reachable(tx, address=latest.id, reachable=False)
        refused = await reached(tx, "whatsapp/second", "telegram")
        await stops.stop(tx, channel="whatsapp", account="second", code="368")
        gone = await reached(tx)
        await addresses.set_reachable(tx, address=(await addresses.of(tx, person=gone))[0].id, reachable=False)
        assert await send(tx) == 4
        assert dict(await rows(tx, c.channel)) == {
            first: "telegram",
            other: "whatsapp",
            blocked: "whatsapp",
            refused: "telegram",
        }


@pytest.mark.parametrize(
    ("language", "country", "given"),
    [
        ("fr", "NE", "fr@NE"),
        ("fr", "ML", "fr"),
        ("ar", "NE", "ar"),  # their language comes before their country
        ("ha", "NE", "fr@NE"),  # none of these languages: the usual one, of their country
        ("ha", "TN", "fr"),
        ("ar", "TN", "ar@TN"),
    ],
)
async def test_a_content_can_be_for_a_country(
    store: Store, now: datetime, language: str, country: str, given: str
) -> None:
    """Each gets the content of their language that is for their country, or else for all others."""
    async with store.transaction(now) as tx:
        person = await reached(tx, language=language, country=country)
        made = await keep(tx, "fr@NE", "fr", "ar", mailings.variant("ar", "TN"))
        assert await send(tx, contents=made, fallback="fr") == 1
        assert await rows(tx, outbox.outbox.c.content) == [(person, made[given])]
        assert await members.places(tx, people=audiences.query(EVERYBODY)) == [country]


async def test_nobody_gets_it_twice(store: Store, now: datetime) -> None:
    """Sent again, it goes only to those who joined since, even where others have come to another app."""
    async with store.transaction(now) as tx:
        people = [await reached(tx) for _ in range(3)]
        made = await keep(tx)
        assert await send(tx, contents=made) == 3
        assert await send(tx, contents=made) == 0
        late = await reached(tx)
        met = await addresses.meet(tx, channel="whatsapp", account="main", external="1")
        await addresses.set_person(tx, person=met.person, to=people[0])
    async with store.transaction(now + timedelta(minutes=1)) as tx:
        await addresses.meet(tx, channel="whatsapp", account="main", external="1")
        assert await send(tx, contents=made) == 1
        assert sorted(person for (person,) in await rows(tx)) == sorted([*people, late])


async def test_languages(store: Store, now: datetime) -> None:
    """Each reads it in their language, or else in the one it falls back to; the file goes just before the text."""
    c = outbox.outbox.c
    async with store.transaction(now) as tx:
        french, arab, english = [await reached(tx, language=code) for code in ("fr", "ar", "en")]
        made, file = await keep(tx, "ar", "fr"), await keep(tx, "fr", text="Carte")
        assert await send(tx, contents=made, fallback="fr", before=file) == 3
        texts = {person: content for person, content, step in await rows(tx, c.content, c.step) if step == 0}
        assert texts == {french: made["fr"], arab: made["ar"], english: made["fr"]}
        assert [step for _, step in await rows(tx, c.step)] == [1, 0] * 3
        calls = await claim(tx)
        assert {call.body for call in calls[::2]} == {write(Outgoing("Carte fr"))}
        assert [a.address for a in calls[::2]] == [b.address for b in calls[1::2]]
        assert (await mailings.progress(tx, mailing="m")).total == 3


HOURS = [  # country, quiet hours, at (UTC, or a wall time without a zone), when it may reach them, UTC
    ("NE", ("", ""), None, "23T21:30"),
    ("NE", ("21:00", "07:00"), None, "24T06:00"),
    ("SN", ("22:00", "06:00"), None, "23T21:30"),
    ("TN", ("21:00", "06:30"), None, "24T05:30"),
    ("NE", ("", ""), "24T10:00Z", "24T10:00"),
    ("NE", ("", ""), "23T10:00Z", "23T21:30"),
    ("NE", ("21:00", "07:00"), "24T22:00Z", "25T06:00"),
    ("NE", ("", ""), "24T10:00", "24T09:00"),
    ("SN", ("", ""), "24T10:00", "24T10:00"),
    ("SN", ("21:00", "07:00"), "24T06:00", "24T07:00"),
    ("NE", ("", ""), "23T09:00", "23T21:30"),
]


@pytest.mark.parametrize(("country", "quiet", "at", "expected"), HOURS)
async def test_when(store: Store, country: str, quiet: tuple[str, str], at: str | None, expected: str) -> None:
    """It waits for the end of the reader's quiet hours, and for its instant, or its hour by the reader's clock."""

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-{text.removesuffix('Z')}:00")

    asked = None if at is None else instant(at).replace(tzinfo=UTC) if at.endswith("Z") else instant(at)
    async with store.transaction(instant("23T21:30").replace(tzinfo=UTC)) as tx:
        person = await reached(tx, country=country, quiet_from=quiet[0], quiet_until=quiet[1])
        await reached(tx, country="ML", quiet_from="20:00", quiet_until="08:00")
        await send(tx, Audience(countries=(country,)), at=asked)
        assert await rows(tx, outbox.outbox.c.ready_at) == [(person, instant(expected).replace(tzinfo=UTC))]


async def test_progress_and_stop(store: Store, now: datetime) -> None:
    """Progress counts each person once; a stop takes back all that is not sent, also what comes back later."""
    async with store.transaction(now) as tx:
        for _ in range(8):
            await reached(tx)
        await send(tx)
        assert await mailings.progress(tx, mailing="m") == Progress(waiting=8)
        done = await claim(tx, limit=4)
        await sent(tx, done[:2])
        failed = Outcome(done[2], Stage.FAILED, error="400 chat", ambiguous=True)
        await dispatch.record(tx, channel="telegram", outcomes=[failed])
        await outbox.advance(tx, reports=[Report("telegram", Stage.READ, tracker=done[0].id)])
    async with store.transaction(now + timedelta(seconds=1)) as tx:
        assert await mailings.stop(tx, mailing="m") == 4
        counts = await mailings.progress(tx, mailing="m")
        assert counts == Progress(waiting=1, sent=1, read=1, failed={"400 chat": 1}, ambiguous=1, stopped=4)
        assert (counts.total, counts.reached, counts.unsent) == (8, 2, 1)
        await dispatch.record(tx, channel="telegram", outcomes=[Outcome(done[3], Stage.QUEUED, error="500")])
        assert await claim(tx) == []
        assert (await mailings.progress(tx, mailing="m")).stopped == 5
        assert await send(tx, mailing="other") == 8
        assert len(await claim(tx)) == 8


async def test_what_is_over_is_not_sent(store: Store, now: datetime) -> None:
    """After its expiry a call is dropped, and what is held of it asks for no template."""
    async with store.transaction(now) as tx:
        people = [await reached(tx, "whatsapp"), await reached(tx, "whatsapp")]
        await tx.run(update(addresses.addresses).values(last_inbound_at=now - WINDOW))
        await send(tx, Audience(excluded=(people[1],)), expires_at=now + DAY)
        assert [call.opener for call in await claim(tx, "whatsapp", window=WINDOW)] == []  # held; its opener is queued
        await send(tx, Audience(excluded=(people[0],)), mailing="late", expires_at=now + DAY)
    async with store.transaction(now + DAY) as tx:
        assert await claim(tx, "whatsapp", window=WINDOW) == []
        assert await mailings.progress(tx, mailing="m") == Progress(expired=1)
        assert await mailings.progress(tx, mailing="late") == Progress(expired=1)
        errors = [error for _, error in await rows(tx, outbox.outbox.c.error)]
        assert errors == ["", EXPIRED]  # the held one, never asked for; no template is left


@pytest.mark.parametrize(("seconds", "free"), [(-1, True), (0, False), (1, False)])
async def test_a_closed_window_gets_no_free_text(store: Store, now: datetime, seconds: int, *, free: bool) -> None:
    """From 24 hours after their last message on, a person gets the template, and the content when they reply."""
    async with store.transaction(now) as tx:
        person = await reached(tx, "whatsapp")
        home = (await addresses.of(tx, person=person))[0]
        await send(tx)
    at = home.last_inbound_at + WINDOW + timedelta(seconds=seconds)
    async with store.transaction(at) as tx:
        calls = await claim(tx, "whatsapp", window=WINDOW)
    if free:
        assert [call.body for call in calls] == [write(Outgoing("Texte fr"))]
        return
    async with store.transaction(at) as tx:
        (opener,) = await claim(tx, "whatsapp", window=WINDOW)
        assert (opener.opener, opener.waiting, opener.body) == (True, 1, "")
        await sent(tx, [opener], "whatsapp")
        assert await mailings.progress(tx, mailing="m") == Progress(held=1)
    async with store.transaction(at + timedelta(hours=1)) as tx:
        await addresses.meet(tx, channel="whatsapp", account="main", external=home.external)
        assert await outbox.release(tx, channel="whatsapp", account="main", externals=[home.external]) == 1
        (content,) = await claim(tx, "whatsapp", window=WINDOW)
        assert content.body == write(Outgoing("Texte fr"))


async def test_no_template_for_what_was_stopped(store: Store, now: datetime) -> None:
    """A template that waits for its turn is not sent when what it asks for was taken back."""
    async with store.transaction(now) as tx:
        await reached(tx, "whatsapp")
        await tx.run(update(addresses.addresses).values(last_inbound_at=now - WINDOW))
        await send(tx)
        assert await claim(tx, "whatsapp", window=WINDOW) == []
        assert await mailings.stop(tx, mailing="m") == 1
        assert await claim(tx, "whatsapp", window=WINDOW) == []
        assert await mailings.progress(tx, mailing="m") == Progress(stopped=1)


async def test_other_words(store: Store, now: datetime) -> None:
    """What is not sent goes out with the new words; what was sent is edited, once, however often it is corrected."""
    async with store.transaction(now) as tx:
        for language in ("fr", "ar", "fr"):
            await reached(tx, language=language)
        await send(tx)
        first = (await claim(tx, limit=1))[0]
        await sent(tx, [first])
        for text in ("Deux", "Trois"):
            new = await keep(tx, "fr", "ar", text=text)
            assert await mailings.replace(tx, mailing="m", contents=new) == 1
        calls = await claim(tx)
        assert (
            sorted(call.body for call in calls)
            == sorted([write(Outgoing("Trois ar")), write(Outgoing("Trois fr")), write(Outgoing("Trois fr"))])
            or len({call.address for call in calls}) == 3
        )
        assert {call.target for call in calls} == {"", f"ref {first.id}"}
        await sent(tx, calls)
        assert await mailings.progress(tx, mailing="m") == Progress(sent=3)
        assert await claim(tx) == []


async def test_withdrawn(store: Store, now: datetime) -> None:
    """What was sent is taken back, with its file; what was under way too, when it arrived; the rest never goes."""
    async with store.transaction(now) as tx:
        people = [await reached(tx) for _ in range(3)]
        await send(tx, before=await keep(tx, text="Carte"))
        file, text, lost = await claim(tx, limit=3)
        await sent(tx, [file, text])
        instead = await keep(tx, text="Oubliez")
        assert await mailings.withdraw(tx, mailing="m", contents=instead) == 1
        back = await claim(tx)
        assert [(call.target, call.erases, call.body) for call in back] == [
            (f"ref {file.id}", True, ""),
            (f"ref {text.id}", True, write(Outgoing("Oubliez fr"))),
        ]
        await dispatch.record(tx, channel="telegram", outcomes=[Outcome(lost, Stage.QUEUED, error="500")])
        assert await claim(tx) == []
        assert await mailings.progress(tx, mailing="m") == Progress(sent=1, stopped=len(people) - 1)


async def test_withdrawn_too_late_to_delete(store: Store, now: datetime) -> None:
    """Two days later Telegram deletes nothing: the words are replaced."""
    async with store.transaction(now) as tx:
        await reached(tx)
        await send(tx)
        await sent(tx, await claim(tx))
    async with store.transaction(now + 2 * DAY) as tx:
        assert await mailings.withdraw(tx, mailing="m", contents=await keep(tx, text="Oubliez")) == 1
        (call,) = await claim(tx)
        assert (call.erases, call.target != "", call.body) == (False, True, write(Outgoing("Oubliez fr")))


async def test_again_what_failed(store: Store, now: datetime) -> None:
    """What failed with a code is sent again to those who can be reached, with the attempts of a new call."""
    async with store.transaction(now) as tx:
        people = [await reached(tx) for _ in range(4)]
        await send(tx)
        calls = await claim(tx)
        codes = ["500", "500", "400 chat", "500"]
        failed = [Outcome(call, Stage.FAILED, error=code) for call, code in zip(calls, codes, strict=True)]
        await dispatch.record(tx, channel="telegram", outcomes=failed)
        await addresses.set_reachable(tx, address=calls[0].address, reachable=False)
        assert await mailings.retry(tx, mailing="m", codes=["500", "502"]) == 2
        assert [(call.address, call.attempts) for call in await claim(tx)] == [
            (calls[1].address, 1),
            (calls[3].address, 1),
        ]
        assert (await mailings.progress(tx, mailing="m")).failed == {"500": 1, "400 chat": 1}
        assert len(people) == 4


async def test_after_an_erasure(store: Store, now: datetime) -> None:
    """Who is erased gets nothing more; of what speaks of somebody who is erased, nothing more is sent, or readable."""
    async with store.transaction(now) as tx:
        speaker, reader, other = [await reached(tx) for _ in range(3)]
        await send(tx, Audience(excluded=(speaker,)), contents=await keep(tx, about=speaker))
        await send(tx, Audience(excluded=(speaker,)), mailing="n")
        await erasure.erase(tx, person=reader)
        calls = await claim(tx, limit=1)
        assert [person for (person,) in await rows(tx)] == [other, other]
        await erasure.erase(tx, person=speaker)
        await dispatch.record(tx, channel="telegram", outcomes=[Outcome(calls[0], Stage.QUEUED, error="500")])
        assert len(await claim(tx)) == 1
        assert await mailings.progress(tx, mailing="m") == Progress(failed={dispatch.GONE: 1})
        assert len(await tx.all(select(contents.contents))) == 1


async def test_contents_are_swept(store: Store, now: datetime) -> None:
    """A body is kept while a call waits for it, was sent within a day, or failed within three; then it is gone."""
    async with store.transaction(now) as tx:
        await reached(tx, "whatsapp")
        await send(tx)
        await keep(tx)  # of a mailing that never was
    for days, left in ((1.1, 1), (20, 1)):
        async with store.transaction(now + days * DAY) as tx:
            await contents.sweep(tx)
            assert len(await tx.all(select(contents.contents))) == left
    for days, left in ((21, 1), (22.1, 0)):
        async with store.transaction(now + days * DAY) as tx:
            await sent(tx, await claim(tx, "whatsapp"), "whatsapp")
            await contents.sweep(tx)
            assert len(await tx.all(select(contents.contents))) == left
    async with store.transaction(now + 60 * DAY) as tx:
        await outbox.sweep(tx)
        assert await mailings.sweep(tx) == 1
        assert await tx.all(select(mailings.mailings)) == []


async def test_a_content_is_of_one_mailing(store: Store, now: datetime) -> None:
    """What belongs to another mailing, or is gone, is refused."""
    async with store.transaction(now) as tx:
        await reached(tx)
        made = await keep(tx)
        await send(tx, contents=made)
        for wrong in (made, {"fr": new_id()}):
            with pytest.raises(Conflict):
                async with tx.savepoint():
                    await send(tx, mailing="other", contents=wrong)


async def test_texts_are_sealed(sqlite_store: Store, now: datetime, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No text of a mailing stands in clear in the database, nor in its log."""
    async with sqlite_store.transaction(now) as tx:
        await reached(tx)
        await send(tx, contents=await keep(tx, text="CANARY"), before=await keep(tx, text="CANARY"))
        await mailings.replace(tx, mailing="m", contents=await keep(tx, text="CANARY"))
        await sent(tx, await claim(tx))
    path = sqlite_store.engine.url.database
    assert path is not None
    for end in ("", "-wal"):
        with open(path + end, "rb") as file:  # noqa: ASYNC230, PTH123 - a test may block
            assert b"CANARY" not in file.read()


async def test_what_waits_for_its_hour_keeps_nothing_back(store: Store, now: datetime) -> None:
    """One for tomorrow does not hold up another of today; the text of one still waits for its own file."""
    async with store.transaction(now) as tx:
        await reached(tx)
        await send(tx, mailing="later", at=now + DAY)
        await send(tx, before=await keep(tx, text="Carte"))
        slow = Limits(account=FREE, chat=Limit(messages=1, seconds=1.0))
        first = await dispatch.claim(tx, channel="telegram", account="main", limits=slow, limit=10)
        assert [call.body for call in first.calls] == [write(Outgoing("Carte fr"))]
        back = Outcome(first.calls[0], Stage.QUEUED, error="500", ready_at=now + timedelta(seconds=9))
        await dispatch.record(tx, channel="telegram", outcomes=[back])
    async with store.transaction(now + timedelta(seconds=5)) as tx:
        assert await claim(tx) == []
    async with store.transaction(now + timedelta(seconds=9)) as tx:
        assert [call.body for call in await claim(tx)] == [write(Outgoing(text)) for text in ("Carte fr", "Texte fr")]
    async with store.transaction(now + DAY) as tx:
        assert len(await claim(tx)) == 0  # those of the day before are still being sent


async def test_stopped_while_couriers_take(store: Store, now: datetime) -> None:
    """A stop and couriers at work get in nobody's way: each call was sent or taken back, none after the stop."""
    async with store.transaction(now) as tx:
        for _ in range(60):
            await reached(tx)
        await send(tx)
    stopped, late = asyncio.Event(), []

    async def courier() -> None:
        while True:
            was_stopped = stopped.is_set()
            async with store.transaction(now) as tx:
                calls = await claim(tx, limit=4)
            if not calls:
                return
            late.extend(calls if was_stopped else [])
            async with store.transaction(now) as tx:
                await sent(tx, calls)

    couriers = [asyncio.create_task(courier()) for _ in range(3)]
    await asyncio.sleep(0)
    async with store.transaction(now) as tx:
        await mailings.stop(tx, mailing="m")
    stopped.set()
    await asyncio.wait_for(asyncio.gather(*couriers), 30)
    async with store.reading(now) as tx:
        counts = await mailings.progress(tx, mailing="m")
    assert late == []
    assert counts == Progress(sent=counts.sent, stopped=60 - counts.sent)
