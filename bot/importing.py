"""The command that invites everybody on a list, each by a link of their own: ``jisr import``."""

from __future__ import annotations

import asyncio
import csv
import fcntl
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Annotated

import typer

from bot import contacts, keys
from bot.clock import Clock
from bot.contacts import Contacts, Row
from bot.settings import Settings
from handlers.groups import invite
from handlers.groups.invite import Links
from handlers.language import Translator, Voice
from network import groups, imports
from network.errors import NetworkError
from network.groups import Group
from network.imports import Outcome
from network.store import Store

DAYS = 30
COLUMNS = ("line", "name", "number", "group", "standing", "code", "telegram", "whatsapp", "message")
FAULTS_SHOWN = 200
_BY = re.compile(r"[A-Za-z0-9-]{1,24}")
_FORMULA = ("=", "+", "-", "@")  # a spreadsheet would reckon what begins so


class Refused(Exception):
    """The list was not imported; the message says why, and what to do."""


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file: name, number, language, group; and side.", exists=True)],
    *,
    by: Annotated[
        str, typer.Option(help="Whose list it is, for the audit log: a code, such as list-12; no name.")
    ] = "",
    output: Annotated[Path | None, typer.Option(help="Where the links go; it must not exist.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long each link holds.")] = DAYS,
    encoding: Annotated[str, typer.Option(help="Of the file, where it is not plain: utf-8, windows-1256, …")] = "",
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
) -> None:
    """Invite the people on a list: one link for each of them, to be sent by whoever knows them.

    Of a number only a keyed index is kept, and no name. Run again, nobody gets a second link.
    """
    if by and not _BY.fullmatch(by):
        raise typer.BadParameter("letters, digits and hyphens, 24 at most: a code, no name", param_hint="--by")
    how = _How(by, days, encoding, dry_run=dry_run)
    target = output or file.with_name(f"{file.stem}-links.csv")
    try:
        if target.exists() and not dry_run:
            message = f"{target} exists, and links are shown only once: keep it, and name another one with --output."
            raise Refused(message)  # noqa: TRY301 - it is said below as the others are
        whole = asyncio.run(_import(Settings(), file.read_bytes(), target, how))
    except (Refused, contacts.Unreadable, NetworkError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"A file cannot be used: {error.strerror}.", err=True)
        raise typer.Exit(2) from error
    if not whole:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _How:
    """What was asked for."""

    by: str
    days: int
    encoding: str
    dry_run: bool


async def _import(settings: Settings, data: bytes, target: Path, how: _How) -> bool:
    """Do it; return whether every row could be taken."""
    async with keys.running(settings) as store:
        found = contacts.read(data, await _groups(store), encoding=how.encoding)
        _report(found)
        if how.dry_run:
            await _foretell(store, found)
        elif found.rows:
            await _write(store, await _links(settings), found, target, how)
    return not found.faults


def _report(found: Contacts) -> None:
    for fault in found.faults[:FAULTS_SHOWN]:
        typer.echo(str(fault), err=True)
    if len(found.faults) > FAULTS_SHOWN:
        typer.echo(f"and {len(found.faults) - FAULTS_SHOWN} more", err=True)
    if found.faults:
        lines = len({fault.line for fault in found.faults})
        typer.echo(f"{lines} rows left out. Correct them and run it again: nobody gets a second link.", err=True)
    if not found.rows:
        typer.echo("There is nobody to invite in this file.", err=True)


async def _foretell(store: Store, found: Contacts) -> None:
    async with store.reading(Clock().now()) as tx:
        states = await imports.standing(tx, contacts=[row.contact for row in found.rows])
    _count(states)
    typer.echo("Nothing was changed.")


async def _write(store: Store, links: Links, found: Contacts, target: Path, how: _How) -> None:
    """Make the invitations, and put their links where they were asked for.

    The links are on the disk before the invitations hold, in a file of their own; so an interruption
    loses neither, and the next run takes up that file.
    """
    now, part = Clock().now(), target.with_name(f"{target.name}.part")
    with _alone(part) as file:
        if await _is_whole(store, file, now):
            part.rename(target)
            typer.echo(f"{target}: the links of an import that was interrupted. Run it again for anybody new.")
            return
        file.seek(0)
        file.truncate()
        async with store.transaction(now) as tx:
            people = [row.contact for row in found.rows]
            outcomes = await imports.invite(tx, contacts=people, by=keys.STEWARD, days=how.days, note=how.by)
            _put(file, found.rows, outcomes, links, now + timedelta(days=how.days))
        is_any = any(outcome.code for outcome in outcomes)
        if is_any:
            part.rename(target)
        else:
            part.unlink()
    _count([outcome.state for outcome in outcomes])
    if is_any:
        typer.echo(f"{target}: one link for each who is new. Send each to its person only, then destroy the file.")


@contextmanager
def _alone(part: Path) -> Iterator[IO[str]]:
    """Open the file that links are written to first, for us alone; an empty one goes."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8-sig", newline="") as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"Another import is writing {part}."
            raise Refused(message) from error
        os.fchmod(handle, 0o600)
        yield file


async def _is_whole(store: Store, file: IO[str], now: datetime) -> bool:
    """Whether an interrupted import left its links here after its invitations were made: all, or none were."""
    try:
        code = next((row["code"] for row in csv.DictReader(file) if row.get("code")), "")
    except (UnicodeDecodeError, csv.Error):  # cut short: what it says never came to hold
        return False
    async with store.reading(now) as tx:
        return await imports.was_made(tx, code=code)


def _put(file: IO[str], rows: Sequence[Row], outcomes: Sequence[Outcome], links: Links, until: datetime) -> None:
    """Write one line for each row, and have it on the disk."""
    translator, sheet = Translator.load(), csv.writer(file)
    sheet.writerow(COLUMNS)
    for row, outcome in zip(rows, outcomes, strict=True):
        ways = links.by_app(outcome.code) if outcome.code else {}
        letter = invite.letter(links, outcome.code, until, Voice(translator, row.language)) if outcome.code else ""
        number = f"'+{row.contact.number}"  # a spreadsheet would reckon it
        name = f"'{row.name}" if row.name.startswith(_FORMULA) else row.name
        group = row.contact.country or row.contact.group
        app = (ways.get("telegram", ""), ways.get("whatsapp", ""))
        sheet.writerow((row.line, name, number, group, outcome.state, outcome.code, *app, letter))
    file.flush()
    os.fsync(file.fileno())


def _count(states: Sequence[str]) -> None:
    counts = Counter(states)
    for state in (imports.NEW, imports.EXPIRED, imports.AGAIN, imports.JOINED):
        if counts[state]:
            typer.echo(f"{counts[state]:>6}  {state}")


async def _groups(store: Store) -> list[Group]:
    async with store.reading(Clock().now()) as tx:
        return await groups.every(tx)


async def _links(settings: Settings) -> Links:
    """Return where people come in; raise Refused where no account says it, for links are made only once."""
    from bot.accounts import look_up  # noqa: PLC0415 - brings the channels' libraries

    accounts = settings.accounts()
    links = await look_up(accounts)
    if not links.telegram and not links.whatsapp:
        message = "No account says where people find it: nothing was done. See jisr doctor."
        raise Refused(message)
    if len(accounts) > 1 and not (links.telegram and links.whatsapp):
        typer.echo("Only one of the apps could be reached: the links are for that one.", err=True)
    return links
