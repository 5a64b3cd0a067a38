"""``jisr demo``: the whole network on one machine, on a page of phones."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.harness import Sandbox

HOME = Path("var") / "demo"
PORT = 8080  # where the page is, unless another program has it
MARK = "demo"  # a file that says that a folder is the demo's own, and may be emptied


class NotOurs(Exception):
    """The data folder holds something else than a demo's data."""


def main(*, port: int | None = None, browser: bool = True, keep: bool = False) -> None:
    """Run the demo until it is interrupted, on ``port`` (None: the usual one, or any that is free).

    ``keep`` goes on with the data of the last time.
    """
    gc.disable()  # nothing that the libraries build while they load is garbage
    home = Path(os.environ.get("JISR_HOME", HOME))
    prepare(home, keep=keep)
    try:
        asyncio.run(_show(home, usual_port() if port is None else port, browser=browser, keep=keep))
    except OSError as error:
        raise SystemExit(f"Port {port} cannot be used ({error.strerror or error}). Leave --port out.") from error


def usual_port() -> int:
    """Return the usual port, or 0 (any free one) where another program has it."""
    from bot.sandbox.serving import free_port  # noqa: PLC0415 - with the harness

    try:
        free_port(PORT).close()
    except OSError:
        return 0
    return PORT


def prepare(home: Path, *, keep: bool) -> None:
    """Make the demo's own folder, empty unless ``keep``; raise NotOurs rather than empty another."""
    if home.exists() and not keep:
        if any(home.iterdir()) and not (home / MARK).exists():
            raise NotOurs(f"{home} holds something else than the demo's data: set JISR_HOME to another folder.")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARK).touch()


async def _show(home: Path, port: int, *, browser: bool, keep: bool) -> None:
    from bot.sandbox.harness import Sandbox  # noqa: PLC0415 - after the garbage collector was told

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Sandbox(home, port=port, page=True, thinking=0) as sandbox:
        gc.enable()
        await people(sandbox, again=keep)
        print(f"Jisr's phones are at {sandbox.url}  (Ctrl-C stops)", flush=True)  # noqa: T201 - for the person
        if browser:
            await asyncio.to_thread(_open, sandbox.url)
        await stop.wait()


async def people(sandbox: Sandbox, *, again: bool = False) -> None:
    """Put the three people on the page, members already (``again``: known from last time), and greeted."""
    from bot.sandbox.seed import PEOPLE, settle  # noqa: PLC0415 - with the harness

    phones = [
        sandbox.phone(app=each.app, country=each.country, language=each.language, name=each.name, role=each.role)
        for each in PEOPLE
    ]
    if not again:
        async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
            await settle(tx, phones)
    for phone in phones:
        await phone.says("/start" if phone.app == "telegram" else "Bonjour")
    await asyncio.gather(*(phone.hears() for phone in phones))


def _open(url: str) -> None:
    """Open a browser where there is one; say nothing where there is none."""
    if (
        os.environ.get("DISPLAY")
        or os.environ.get("WAYLAND_DISPLAY")
        or os.name == "nt"
        or os.uname().sysname == "Darwin"
    ):
        webbrowser.open(url)
