"""An operator's five minutes: from a token in `.env` to a network in which a coordinator joins."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SandboxClock
from bot.sandbox.standins import TOKEN, StandIns

STARTED = "import bot.cli; bot.cli.app()"
KEEPER = '[keeper]\nname = { en = "The Example House in Dakar" }\nplace = { en = "in Dakar" }\n'


@pytest.fixture
async def standins() -> AsyncIterator[StandIns]:
    """Telegram on loopback."""
    async with StandIns(SandboxClock()) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path, standins: StandIns) -> Path:
    """Return a folder as the manual has it: `.env` with the token, and who runs it."""
    (tmp_path / ".env").write_text(f"JISR_TELEGRAM_TOKEN={TOKEN}\nJISR_TELEGRAM_API_URL={standins.url}\nJISR_PORT=0\n")
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "jisr.toml").write_text(KEEPER)
    (tmp_path / "var" / "jisr.toml").chmod(0o600)
    return tmp_path


async def begin(folder: Path, *command: str) -> Process:
    """Start a command of the program in the operator's folder, with nothing else set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JISR_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTED, *command, cwd=folder, env=clean, stdout=PIPE, stderr=PIPE
    )


async def jisr(folder: Path, *command: str) -> tuple[int | None, str]:
    """Run a command to its end; return its exit code and what it said."""
    process = await begin(folder, *command)
    said, faults = await process.communicate()
    return process.returncode, (said + faults).decode()


async def test_from_a_token_to_a_coordinator(folder: Path, standins: StandIns) -> None:
    """Migrated, examined and started as the manual says, it answers; whoever comes by a seat's invitation may join."""
    assert (await jisr(folder, "doctor"))[0] == 1
    assert (await jisr(folder, "migrate"))[0] == 0
    code, said = await jisr(folder, "doctor")
    assert (code, "All is well." in said) == (0, True), said
    code, said = await jisr(folder, "invite", "--country", "SN", "--side", "civil", "--seat", "coordinator")
    [link] = [line for line in said.splitlines() if line.startswith("https://t.me/")]
    running = await begin(folder, "run")
    try:
        fatou = standins.phone(app="telegram", country="SN", language="en", name="Fatou")
        await fatou.starts(link.rpartition("start=")[2])
        await fatou.hears(timeout=60)
        await fatou.taps("English")
        assert "The Example House in Dakar runs it" in (await fatou.hears("1 of 3", timeout=60)).text
        assert (await jisr(folder, "status"))[0] == 0
    finally:
        running.send_signal(signal.SIGTERM)
        _, faults = await running.communicate()
    assert (running.returncode, TOKEN in faults.decode()) == (0, False)
