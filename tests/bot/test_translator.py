"""The machine translator over real HTTP: what it is given, what it answers, and what comes of it."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.settings import Misconfigured, Settings
from bot.translator import Away, Translator
from bot.workers import Housekeeping, Impossible, NotYet, Workers
from bot.works import Works
from network import jobs, machine, practices, texts
from network.machine import Nonsense, Published
from network.media import MediaFolder
from network.store import Store, Tx
from network.texts import Mark
from tests.bot.stopped_clock import StoppedClock
from tests.network.people import enrolled, handed_in, published

TEXT = Published("p" * 32, "fr", "ar", "v1", ("title", "problem", "done"), ("Titre", "Le problème.", "Fait."))


@dataclass
class StandIn:
    """A service that translates by turning words around, or answers as it is told to."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], web.StreamResponse] | None = None

    async def translate(self, request: web.Request) -> web.StreamResponse:
        """Answer as LibreTranslate does: one text for one, a list for a list."""
        asked = await request.json()
        self.asked.append(asked)
        if self.answer is not None:
            return self.answer(asked)
        return web.json_response({"translatedText": [f"{asked['target']} {text[::-1]}" for text in asked["q"]]})


@pytest.fixture
async def service() -> AsyncIterator[tuple[StandIn, str]]:
    """Run the stand-in; give it and its address."""
    standing, app = StandIn(), web.Application()
    app.router.add_post("/translate", standing.translate)
    async with TestServer(app) as server:
        yield standing, str(server.make_url(""))


async def test_each_text_is_translated_in_its_place(service: tuple[StandIn, str]) -> None:
    """Title and parts go as one list with the key, and come back in their order; long ones in several calls."""
    standing, url = service
    assert await Translator(url, "k3y").translate(TEXT) == ["ar ertiT", "ar .emèlborp eL", "ar .tiaF"]
    [asked] = standing.asked
    assert asked == {"q": list(TEXT.said), "source": "fr", "target": "ar", "format": "text", "api_key": "k3y"}
    names = tuple(f"part {number}" for number in range(20))
    long = Published("p" * 32, "fr", "ar", "v1", names, tuple(f"{number} " + "x" * 900 for number in range(20)))
    said = await Translator(url).translate(long)
    assert [text[::-1].split()[0] for text in said] == [str(number) for number in range(20)]
    assert all(len(asked["q"]) <= 8 and sum(map(len, asked["q"])) <= 4000 for asked in standing.asked[1:])
    assert "api_key" not in standing.asked[-1]


def _says(body: Any, status: int = 200, **headers: str) -> Callable[[dict[str, Any]], web.Response]:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda _asked: web.Response(text=text, status=status, headers=headers, content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_says({"translatedText": "one"}), Nonsense),
        (_says({"translatedText": ["one", "two"]}), Nonsense),
        (_says({"translatedText": ["one", "two", 3]}), Nonsense),
        (_says({"translatedText": ["one", None, "three"]}), Nonsense),
        (_says({"error": "no"}), Nonsense),
        (_says(["one", "two", "three"]), Nonsense),
        (_says("<html>hello</html>"), Nonsense),
        (_says({"translatedText": ["x" * 300_000, "two", "three"]}), Nonsense),
        (_says({"error": "Slowdown"}, 429), NotYet),
        (_says({"error": "loading"}, 503), NotYet),
        (_says({"error": "Invalid API key"}, 403), Impossible),
        (_says({"error": "ar is not supported"}, 400), Impossible),
        (_says("", 500), Away),
        (_says("", 302, Location="http://127.0.0.1:9/"), Away),
    ],
)
async def test_what_is_no_translation_is_refused(service: tuple[StandIn, str], answer: Any, error: type) -> None:
    """Another shape, another type, too much, a refusal: each is told apart, and no redirect is followed."""
    standing, url = service
    standing.answer = answer
    with pytest.raises(error):
        await Translator(url).translate(TEXT)
    assert len(standing.asked) == 1


@pytest.mark.parametrize(("said", "seconds"), [("120", 120.0), ("999999", 3600.0), ("0", 1.0), ("soon", 60.0)])
async def test_it_waits_as_long_as_it_is_asked_to(service: tuple[StandIn, str], said: str, seconds: float) -> None:
    """A busy service says for how long it is to be left alone; never more than an hour."""
    standing, url = service
    standing.answer = _says("{}", 429, **{"Retry-After": said})
    with pytest.raises(NotYet) as caught:
        await Translator(url).translate(TEXT)
    assert caught.value.seconds == seconds


async def test_a_silent_service_is_given_up() -> None:
    """One that does not answer in time, or is not there, is away; the error names neither address nor text."""
    never = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/translate", wait)
    async with TestServer(app) as slow:
        with pytest.raises(Away):
            await Translator(str(slow.make_url("")), patience_s=0.1).translate(TEXT)
        never.set()
    with pytest.raises(Away) as caught:
        await Translator("http://127.0.0.1:9").translate(TEXT)
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.__cause__ is None


@dataclass
class House:
    """The workers and the housekeeping of an installation with a machine translator."""

    store: Store
    clock: StoppedClock
    workers: Workers
    housekeeping: Housekeeping

    async def goes_on(self, span: timedelta = timedelta(minutes=10)) -> None:
        """Let time pass: tidy once, and do every job that is ready then."""
        self.clock.advance(span.total_seconds())
        await self.housekeeping.step()
        while await self.workers.step():
            pass

    async def reads(self, practice: str, language: str = "ar") -> practices.Practice:
        """Return a practice as somebody with this language reads it."""
        async with self.store.reading(self.clock.now()) as tx:
            return await practices.get(tx, practice=practice, language=language)


@pytest.fixture
def house(store: Store, now: datetime, tmp_path: Path, service: tuple[StandIn, str]) -> House:
    """Return an installation that translates into Arabic and French."""
    clock = StoppedClock(now)
    media, translator = MediaFolder(tmp_path, store.sealer), Translator(service[1])
    works = Works(store, clock, {}, media, tmp_path / "tombstones", translator=translator)
    keeping = Housekeeping(store, clock, machine_into=("ar", "fr"))
    return House(store, clock, Workers(store, clock, works.table()), keeping)


async def test_what_is_published_is_translated_later(house: House, service: tuple[StandIn, str]) -> None:
    """A published practice gets a text in the language it lacks, marked as a machine's, once; nothing else is sent."""
    async with house.store.transaction(house.clock.now()) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author, cost="-")
        draft = await handed_in(tx, author, title="Un brouillon secret")
    await house.goes_on()
    await house.goes_on()
    found = await house.reads(practice)
    assert (found.mark, found.title, found.language) == (Mark.MACHINE, "ar xiap al ed éfaC", "ar")
    assert found.parts == {"problem": "ar .edagirb al tneiativé senuej seL", "done": found.done, "cost": "-"}
    assert "secret" not in json.dumps(service[0].asked)
    assert len(service[0].asked) == 1
    assert (await house.reads(draft)).languages in {(), ("fr",)}


async def test_no_word_of_others_can_be_given_to_it(store: Store, now: datetime) -> None:
    """The port takes a ``Published`` alone, and one is made of nothing but what is published."""
    taken = inspect.signature(machine.Machine.translate).parameters
    assert [each.annotation for each in taken.values()][1:] == ["Published"]
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        shown = await published(tx, author)
        states = {
            "submitted": await handed_in(tx, author),
            "refused": await handed_in(tx, author),
            "changes": await handed_in(tx, author),
            "withdrawn": await published(tx, author),
        }
        await practices.refuse(tx, practice=states["refused"], reason="Non.")
        await practices.ask_change(tx, practice=states["changes"], reason="Non.")
        await practices.withdraw(tx, person=author, practice=states["withdrawn"])
        assert await machine.ask(tx, languages=["ar"]) == 1
        text = await machine.published(tx, practice=shown, language="ar")
        assert text is not None
        assert text.said[0] == "Café de la paix"
        for state, practice in states.items():
            assert (await practices.get(tx, practice=practice)).state == state
            assert await machine.published(tx, practice=practice, language="ar") is None
        assert await machine.published(tx, practice="0" * 32, language="ar") is None


async def test_what_was_taken_back_meanwhile_is_not_shown(house: House, service: tuple[StandIn, str]) -> None:
    """A practice withdrawn while the machine was at work gets no text."""
    async with house.store.transaction(house.clock.now()) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author)
        text = await machine.published(tx, practice=practice, language="ar")
        assert text is not None
        await practices.withdraw(tx, person=author, practice=practice)
        assert not await machine.keep(tx, text=text, said=["أ", "ب", "ج"])
        assert (await texts.of(tx, [practice])) == {}


async def test_a_human_text_takes_its_place(house: House) -> None:
    """A member's text replaces the machine's and is never replaced by it; a corrected original is translated anew."""
    async with house.store.transaction(house.clock.now()) as tx:
        practice = await published(tx, await enrolled(tx))
    await house.goes_on()
    async with house.store.transaction(house.clock.now()) as tx:
        original = await practices.get(tx, practice=practice)
        corrected = {**original.parts, "done": "Un thé le mardi."}
        await texts.put(tx, practice=practice, language="fr", title=original.title, parts=corrected)
    assert (await house.reads(practice)).outdated
    await house.goes_on()
    anew = await house.reads(practice)
    assert (anew.done, anew.outdated, anew.mark) == ("ar .idram el éht nU", False, Mark.MACHINE)
    async with house.store.transaction(house.clock.now()) as tx:
        await texts.put(
            tx, practice=practice, language="ar", title="عنوان", parts={"done": "شاي"}, mark=Mark.CIVIL, made_from="old"
        )
    await house.goes_on()
    assert (await house.reads(practice)).mark is Mark.CIVIL


@pytest.mark.parametrize(
    "answer",
    [_says({"translatedText": ["", " ", ""]}), _says({"translatedText": ["x" * 900] * 3}), _says("", 403)],
)
async def test_nonsense_is_tried_again_another_day(house: House, service: tuple[StandIn, str], answer: Any) -> None:
    """What is empty or far too long is shown to nobody; the service is asked once a day, five times."""
    service[0].answer = answer
    async with house.store.transaction(house.clock.now()) as tx:
        practice = await published(tx, await enrolled(tx))
    for day in range(8):
        for _turn in range(2):
            await house.goes_on()
        assert len(service[0].asked) == min(day + 1, machine.TRIES)
        house.clock.advance(machine.AGAIN.total_seconds())
    assert (await house.reads(practice)).language == "fr"


async def test_a_busy_service_is_asked_later(house: House, service: tuple[StandIn, str]) -> None:
    """While it says 429 nothing is lost and no try is counted; then the text comes."""
    service[0].answer = _says("", 429, **{"Retry-After": "300"})
    async with house.store.transaction(house.clock.now()) as tx:
        practice = await published(tx, await enrolled(tx))
    await house.goes_on()
    house.clock.advance(299)
    assert await house.workers.step() == 0
    service[0].answer = None
    house.clock.advance(2)
    await house.workers.step()
    assert (await house.reads(practice)).mark is Mark.MACHINE


async def test_it_is_off_by_default(store: Store, now: datetime, tmp_path: Path) -> None:
    """Without an address no job is asked for and none would be done; a wrong address does not start."""
    clock = StoppedClock(now)
    async with store.transaction(now) as tx:
        await published(tx, await enrolled(tx))
    await Housekeeping(store, clock).step()
    async with store.reading(now) as tx:
        assert not await tx.all(select(jobs.jobs).where(jobs.jobs.c.kind == machine.TRANSLATE))
    works = Works(store, clock, {}, MediaFolder(tmp_path, store.sealer), tmp_path / "tombstones")
    assert machine.TRANSLATE not in works.table()
    assert not Settings(_env_file=None).translator_url
    for url in ("ftp://here", "https://user:word@here", "here"):
        with pytest.raises(Misconfigured):
            Settings(_env_file=None, translator_url=url)


async def test_a_title_that_people_chose_stays(store: Store, now: datetime) -> None:
    """Where a language has a title of people's but no text, the machine's text stands below that title."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        await texts.put(tx, practice=practice, language="ar", title="عنوان", parts={}, mark=Mark.EDITORIAL)
        await _machine_says(tx, practice, ["أ", "ب", "ج"])
        found = await practices.get(tx, practice=practice, language="ar")
    assert (found.title, found.mark, found.done) == ("عنوان", Mark.MACHINE, "ج")


async def _machine_says(tx: Tx, practice: str, said: list[str]) -> None:
    text = await machine.published(tx, practice=practice, language="ar")
    assert text is not None
    assert await machine.keep(tx, text=text, said=said)
