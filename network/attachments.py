"""Attachments: the files that stand for a part of a practice, beside its text or in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update

from network import files as files_
from network.errors import Invalid
from network.files import File, State, files
from network.store import Tx, batches
from network.texts import PARTS


async def of(tx: Tx, *, practice: str) -> list[File]:
    """Return the files of a practice that can be seen and heard, in the order of its parts."""
    return [file for file in await _all(tx, practice) if file.state is State.READY]


async def of_many(tx: Tx, practices: Sequence[str]) -> dict[str, list[File]]:
    """Return the files of practices that can be seen and heard, by practice."""
    found: dict[str, list[File]] = {}
    for batch in batches(practices):
        ready = files.c.state == State.READY.value
        for row in await tx.all(select(files).where(files.c.practice.in_(batch), ready).order_by(files.c.id)):
            found.setdefault(row.practice, []).append(files_.read(row))
    return {practice: sorted(theirs, key=_place) for practice, theirs in found.items()}


async def put(tx: Tx, *, practice: str, author: str, given: Mapping[str, str]) -> bool:
    """Let a practice have exactly the files ``given`` by part; return whether one is still on its way.

    Raise Invalid for a file of somebody else or of another practice, and for one that has to be sent again.
    """
    former = {file.id for file in await _all(tx, practice)}
    mine = {file.id: file for file in await files_.of(tx, person=author) if file.practice in ("", practice)}
    for part, file in given.items():
        if part not in PARTS or files_.is_lost(mine.get(file), tx.now):
            raise Invalid
        await tx.run(update(files).where(files.c.id == file).values(practice=practice, part=part))
    await files_.forget(tx, sorted(former.difference(given.values())))
    return any(mine[file].state is State.WANTED for file in given.values())


async def waiting(tx: Tx, *, practice: str) -> bool:
    """Whether a file of a practice is still on its way."""
    return any(file.state is State.WANTED for file in await _all(tx, practice))


async def forget(tx: Tx, *, practices: Collection[str]) -> None:
    """Forget the files of practices, and let their bytes be deleted."""
    for practice in practices:
        await files_.forget(tx, [file.id for file in await _all(tx, practice)])


async def _all(tx: Tx, practice: str) -> list[File]:
    rows = await tx.all(select(files).where(files.c.practice == practice).order_by(files.c.id))
    return sorted(map(files_.read, rows), key=_place)


def _place(file: File) -> int:
    return PARTS.index(file.part)
