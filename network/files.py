"""Files: voice messages, pictures and documents that members sent; their bytes lie sealed in the media folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, delete, insert, select, update

from network import jobs
from network.errors import Invalid
from network.ids import new_id
from network.leaving import FORGET
from network.store import Instant, Tx, batches, metadata

FETCH = (
    "media.fetch"  # kind of job: {"subject", "channel", "account", "kind", "ref", "mime", "size", "name", "at_most"}
)
VOICE, PICTURE, DOCUMENT = "voice", "picture", "document"
AT_MOST = {VOICE: 16_000_000, PICTURE: 5_000_000, DOCUMENT: 10_000_000}  # bytes, as both platforms take them
PATIENCE = timedelta(hours=1)  # a file that has not come by then is asked for again
KEEP = timedelta(days=30)  # so long a file may wait for what it is a part of


class State(StrEnum):
    """How far a file has come."""

    WANTED = "wanted"  # it is on its way from the app
    READY = "ready"  # checked, cleaned and sealed
    BAD = "bad"  # it did not come, or is not what it was said to be


files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), index=True),  # None once its author has left
    Column("practice", String(32), index=True),  # None while it belongs to a draft
    Column("part", String(12), nullable=False, server_default=""),
    Column("kind", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("mime", String(40), nullable=False, server_default=""),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("asked_at", Instant, nullable=False, index=True),
)


@dataclass(frozen=True)
class File:
    """One file. ``part`` names the part of the ``practice`` that it stands for; ``size`` is in bytes."""

    id: str
    person: str | None
    practice: str
    part: str
    kind: str
    state: State
    mime: str
    size: int
    asked_at: datetime

    @property
    def ref(self) -> str:
        """Where its bytes are in the media folder."""
        return ref(self.id)


def ref(file: str) -> str:
    """Return where the bytes of a file are in the media folder: a place that tells nothing of a person."""
    return f"{file}/{file}"


async def want(tx: Tx, *, person: str, kind: str, source: Mapping[str, Any]) -> str:
    """Ask for a file that a person sent and return its id; ``source`` says where the app keeps it. Raise Invalid."""
    if kind not in AT_MOST:
        raise Invalid
    file = new_id()
    row = {"id": file, "person": person, "kind": kind, "state": State.WANTED.value, "asked_at": tx.now}
    await tx.run(insert(files), row)
    argument = {**source, "subject": file, "kind": kind, "at_most": AT_MOST[kind]}
    await jobs.ask(tx, kind=FETCH, person=person, argument=argument)
    return file


async def came(tx: Tx, *, file: str, mime: str, size: int) -> File | None:
    """Note that a file is ready and return it; None when nobody waits for it any more."""
    await _set(tx, file, state=State.READY.value, mime=mime, size=size)
    return await find(tx, file=file)


async def failed(tx: Tx, *, file: str) -> File | None:
    """Note that a file is of no use and return it; None when nobody waits for it any more."""
    await _set(tx, file, state=State.BAD.value)
    return await find(tx, file=file)


async def find(tx: Tx, *, file: str) -> File | None:
    """Return a file, or None."""
    row = await tx.first(select(files).where(files.c.id == file))
    return None if row is None else read(row)


def is_lost(file: File | None, now: datetime) -> bool:
    """Whether a file has to be sent again: it is gone, of no use, or did not come in time."""
    if file is None or file.state is State.BAD:
        return True
    return file.state is State.WANTED and file.asked_at + PATIENCE < now


async def of(tx: Tx, *, person: str) -> list[File]:
    """Return every file that a person sent, the oldest first."""
    query = select(files).where(files.c.person == person).order_by(files.c.asked_at, files.c.id)
    return [read(row) for row in await tx.all(query)]


async def forget(tx: Tx, which: Sequence[str]) -> None:
    """Forget files, and let their bytes be deleted."""
    for batch in batches(which):
        await tx.run(delete(files).where(files.c.id.in_(batch)))
    for file in which:
        await jobs.ask(tx, kind=FORGET, person=None, argument={"ref": ref(file)})


async def forget_person(tx: Tx, *, person: str) -> None:
    """Forget every file of a person who leaves, but the pictures of what is published: those are nobody's from now."""
    mine = await of(tx, person=person)
    stay = [file.id for file in mine if file.practice and file.kind == PICTURE]
    for batch in batches(stay):
        await tx.run(update(files).where(files.c.id.in_(batch)).values(person=None))
    await forget(tx, [file.id for file in mine if file.id not in stay])


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give the files of one person to another: two memberships of one human being."""
    await tx.run(update(files).where(files.c.person == person).values(person=to))
    fetched = (jobs.jobs.c.person == person) & (jobs.jobs.c.kind == FETCH)
    await tx.run(update(jobs.jobs).where(fetched).values(person=to))


async def sweep(tx: Tx) -> int:
    """Forget files that became part of nothing in a month; return how many."""
    query = select(files.c.id).where(files.c.practice.is_(None), files.c.asked_at < tx.now - KEEP)
    stale = [row.id for row in await tx.all(query)]
    await forget(tx, stale)
    return len(stale)


def read(row: Row[Any]) -> File:
    """Return the file of a row."""
    return File(
        id=row.id,
        person=row.person,
        practice=row.practice or "",
        part=row.part,
        kind=row.kind,
        state=State(row.state),
        mime=row.mime,
        size=row.size,
        asked_at=row.asked_at,
    )


async def _set(tx: Tx, file: str, **values: Any) -> None:
    waiting = (files.c.id == file) & (files.c.state == State.WANTED.value)
    await tx.run(update(files).where(waiting).values(**values))
