"""The commands that keep an installation safe: its keys and its copies. See docs/keys-and-copies.md."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot import keys
from bot.clock import Clock
from bot.settings import Misconfigured, Settings
from network import copying
from network.copies import Header
from network.copying import Place, Restored
from network.errors import NetworkError
from network.media import MediaFolder
from network.presence import alone
from network.sealing import Sealer
from network.store import open_engine

_T = TypeVar("_T")


def rotate_key(
    *,
    prepare: Annotated[bool, typer.Option(help="Only add the next key, to copy it to every machine.")] = False,
    retire: Annotated[bool, typer.Option(help="Remove the old key: older copies open no more.")] = False,
    index: Annotated[bool, typer.Option(help="Change the index key, with everything stopped.")] = False,
) -> None:
    """Seal everything anew under a new key, while the network runs. Interrupted, run it again."""
    if prepare + retire + index > 1:
        raise typer.BadParameter("one of --prepare, --retire and --index at a time")
    settings, clock = Settings(), Clock()
    if prepare:
        key = _finish(_at_once(lambda: keys.prepare(settings)))
        typer.echo(f"Key {key} is in the ring. Copy the key file to every machine, then run jisr rotate-key on one.")
    elif retire:
        _finish(keys.retire(settings, clock))
        typer.echo("The old key is gone. Copies made under it open no more: make a new one now (jisr backup).")
    elif index:
        until = _finish(keys.reindex(settings, clock))
        typer.echo(f"Everything is indexed anew. The former index key is kept until {until:%Y-%m-%d}.")
        typer.echo("Copy the key file to its safe place, and to every machine, before anything is started.")
    else:
        _rotated(settings, clock)


def backup(file: Annotated[Path, typer.Argument(help="The copy to write; it must not exist.")]) -> None:
    """Write a sealed copy of the database and the media, while the network runs. It holds for 30 days."""
    header = _finish(_backup(Settings(), file))
    typer.echo(f"{file}: whole, sealed. Destroy it on {header.expires:%Y-%m-%d}.")
    typer.echo("It opens only with the key file. Keep copies of that and of the tombstones, apart from this one.")


def restore(
    file: Annotated[Path, typer.Argument(help="The copy to restore.", exists=True, dir_okay=False)],
    *,
    expired_anyway: Annotated[bool, typer.Option(help="Even one older than 30 days.")] = False,
) -> None:
    """Fill an empty installation from a copy. Who was erased stays erased; nothing is sent twice."""
    settings = Settings()
    if not settings.tombstones.exists():
        typer.echo(f"There is no {settings.tombstones}: who was erased after the copy was made comes back.", err=True)
    done = _finish(_restore(settings, file, expired=expired_anyway))
    quiet = done.quiet
    typer.echo(f"Restored. {done.forgotten} people who were erased since are erased again.")
    typer.echo(f"Not sent, for it may have been: {quiet.unsent}. Not handled, in quarantine: {quiet.quarantined}.")
    typer.echo(f"Ended: {quiet.jobs} jobs, {quiet.reminders} reminders. Start with jisr run; see jisr quarantine list.")


def _rotated(settings: Settings, clock: Clock) -> None:
    key, done = _finish(keys.rotate(settings, clock))
    typer.echo(f"Everything is sealed under key {key}: {done.resealed} values and files anew.")
    if done.refused:
        typer.echo(f"{done.refused} values do not open where they stand: altered, or moved. They were left.", err=True)
    typer.echo("Copy the key file to its safe place now. The old key opens the copies made before: remove it")
    typer.echo("with jisr rotate-key --retire when those have expired (30 days), or at once if it may be known.")


async def _backup(settings: Settings, file: Path) -> Header:
    async with keys.running(settings) as store:
        place = Place(MediaFolder(settings.media, store.sealer), settings.tombstones)
        return await copying.backup(store, place, file, now=Clock().now())


async def _restore(settings: Settings, file: Path, *, expired: bool) -> Restored:
    ring = keys.ring_of(settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = Place(MediaFolder(settings.media, Sealer(ring)), settings.tombstones)
    engine = open_engine(settings.database)
    try:
        async with alone(engine):
            now = Clock().now()
            return await copying.restore(engine, ring, place, file, now=now, actor=keys.STEWARD, expired=expired)
    finally:
        await engine.dispose()


async def _at_once(act: Any) -> Any:
    return act()


def _finish(work: Coroutine[Any, Any, _T]) -> _T:
    """Run ``work`` to its end; what went wrong is said, not shown as a traceback."""
    try:
        return asyncio.run(work)
    except (Misconfigured, NetworkError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2 if isinstance(error, Misconfigured) else 1) from error
    except OSError as error:
        typer.echo(f"A file cannot be used: {error.strerror}.", err=True)
        raise typer.Exit(2) from error
