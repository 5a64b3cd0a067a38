"""Status: what a steward sees in the terminal, and in the figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import status
from bot.channels import Remedy, SendError
from bot.cli import app
from network import addresses, shutdowns, stops
from network.keyring import KeyRing
from tests.bot.conftest import World
from tests.bot.fake_channel import message
from tests.network.people import enrolled

ACCOUNTS = [("telegram", "main"), ("whatsapp", "dakar")]


async def said(world: World) -> str:
    """Return the report as it is shown."""
    async with world.store.reading(world.clock.now()) as tx:
        return "\n".join(status.lines(await status.report(tx, ACCOUNTS), tx.now))


async def test_nothing_waits(world: World) -> None:
    """Every account that is set up is shown, also when nothing waits for it."""
    assert await said(world) == (
        "telegram/main: sending\n"
        "  in   0 waiting; 0 in quarantine\n"
        "  out  0 queued; 0 being sent; 0 held until the person writes\n"
        "  24 h 0 failed; 0 whose answer was lost\n"
        "whatsapp/dakar: sending\n"
        "  in   0 waiting; 0 in quarantine\n"
        "  out  0 queued; 0 being sent; 0 held until the person writes\n"
        "  24 h 0 failed; 0 whose answer was lost\n"
        "jobs: 0 waiting"
    )


async def test_what_waits_and_what_failed(world: World) -> None:
    """Queues with their ages, failures by their codes, quarantine by its errors; no person and no text."""
    await world.deliver(message(1, "22790123456", "poison canary"), message(2, "4711", "hello canary"))
    for _ in range(4):
        await world.process()
        world.clock.advance(5)
    world.channel.faults = [SendError(Remedy.REJECTED, "400"), SendError(Remedy.PAUSE, "429", retry_after_s=90)]
    await world.send()
    await world.deliver(message(3, "4711", "later canary"))
    world.clock.advance(75)
    shown = await said(world)
    assert "telegram/main: paused until 09:01:50 UTC" in shown
    assert "  in   1 waiting, the oldest for 1 min; 1 in quarantine (Poison: 1)" in shown
    assert "1 queued" in shown
    assert "  24 h 1 failed (400: 1); 0 whose answer was lost" in shown
    assert not any(word in shown for word in ("22790123456", "4711", "canary"))


async def test_a_stopped_account(world: World) -> None:
    """A stopped account says since when, why, and what to do after it is mended."""
    async with world.store.transaction(world.clock.now()) as tx:
        await stops.stop(tx, channel="whatsapp", account="dakar", code="190")
    expected = "whatsapp/dakar: STOPPED by its provider since 2026-11-23 09:00 UTC (190); then: "
    assert expected + "jisr account resume whatsapp/dakar" in await said(world)
    page = (await world.courier._metrics.page(world.store, world.clock.now(), accounts=ACCOUNTS)).decode()
    assert 'jisr_account_stopped{account="dakar",channel="whatsapp"} 1.0' in page
    assert 'jisr_account_stopped{account="main",channel="telegram"} 0.0' in page


async def test_whom_a_stop_concerns(world: World) -> None:
    """Of a stopped account it is said how many are written to elsewhere, and how many are not reached at all."""
    now = world.clock.now()
    async with world.store.transaction(now) as tx:
        for external in ("1", "2"):
            person = await enrolled(tx)
            number = await addresses.meet(tx, channel="whatsapp", account="dakar", external=external)
            await addresses.set_person(tx, person=number.person, to=person)
        bot = await addresses.meet(tx, channel="telegram", account="main", external="77")
        await addresses.set_person(tx, person=bot.person, to=person)
        await stops.stop(tx, channel="whatsapp", account="dakar", code="131031")
    expected = "  its people: 1 are written to elsewhere meanwhile; 1 have no other app here"
    assert expected in await said(world)


async def test_a_country_in_the_dark(world: World) -> None:
    """A country that is cut off is named, with for how long, and how to end it."""
    async with world.store.transaction(world.clock.now()) as tx:
        await shutdowns.darken(tx, country="NE", by="steward")
    world.clock.advance(7_200)
    assert "NE: cut off for 2 h; news is held" in await said(world)
    assert "jisr country light NE" in await said(world)


async def test_errors_by_cause(world: World) -> None:
    """The figures count what went wrong by account and cause, and how long an account is paused yet."""
    world.channel.faults = [SendError(Remedy.PAUSE, "429", retry_after_s=90)]
    await world.deliver(message(1))
    await world.turn()
    page = (await world.courier._metrics.page(world.store, world.clock.now(), accounts=ACCOUNTS)).decode()
    assert 'jisr_errors_total{account="main",act="send",cause="429",channel="telegram"} 1.0' in page
    assert 'jisr_account_paused_seconds{account="main",channel="telegram"} 90.0' in page


def test_a_steward_says_so(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A steward says that a country is cut off and that it is back, each once; another word is refused."""
    shutil.copy(sqlite_template, tmp_path / "jisr.db")
    KeyRing.fresh().save(tmp_path / "keys.json")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JISR_HOME", str(tmp_path))
    monkeypatch.delenv("JISR_DATABASE_URL", raising=False)
    said = [("dark ne", 0), ("dark NE", 1), ("light ML", 1), ("dark XX", 2), ("light NE", 0), ("light NE", 1)]
    for words, code in said:
        assert (words, CliRunner().invoke(app, ["country", *words.split()]).exit_code) == (words, code)
        shown = CliRunner().invoke(app, ["status"]).output
        assert ("NE: cut off" in shown) is (words in {"dark ne", "dark NE", "light ML", "dark XX"})
    assert "2 entries, all in order." in CliRunner().invoke(app, ["audit", "verify"]).output


def test_spans() -> None:
    """A span of time is said in the largest unit that fits."""
    assert [status.span(seconds) for seconds in (-1, 4.9, 60, 3_599, 7_200)] == ["0 s", "4 s", "1 min", "59 min", "2 h"]
