"""Tombstones: who was erased, remembered outside the database so that a restored backup forgets them again.

A line is the keyed index of a person id and what became of their practices. A person id is never
used twice (who comes back is a new person), so a line can only ever mean the one who left.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select, union

from network.addresses import addresses
from network.conversations import conversations
from network.erasure import erase
from network.members import members
from network.practices import practices
from network.sealing import Sealer
from network.store import Tx

LINE = re.compile(r"^([0-9a-f]{32}) (kept|erased)$", re.MULTILINE)


def mark(seal: Sealer, person: str, *, keep_practices: bool) -> str:
    """Return the line that remembers the erasure of a person."""
    return f"{seal.tombstones(person)[0]} {'kept' if keep_practices else 'erased'}"


def append(path: Path, marks: Iterable[str]) -> None:
    """Add lines to the file at ``path``, durably. Do it before the erasure is committed.

    A line that a crash cut short is skipped later: each call begins a line of its own.
    """
    body = "".join(f"\n{line}" for line in marks) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def apply(tx: Tx, path: Path) -> list[str]:
    """Erase again everyone whom the file remembers; return those who were there. For use after a restore.

    The caller deletes their media.
    """
    gone = _read(path)
    found = []
    for person in await _people(tx):
        fates = [gone[index] for index in tx.seal.tombstones(person) if index in gone]
        if fates:
            await erase(tx, person=person, keep_practices="erased" not in fates)
            found.append(person)
    return found


def lines(path: Path) -> list[str]:
    """Return the whole lines of the file; none when there is no file."""
    return [f"{index} {fate}" for index, fate in _read(path).items()]


def _read(path: Path) -> dict[str, str]:
    """Return the fate of the practices by each index."""
    return dict(LINE.findall(path.read_text("ascii"))) if path.exists() else {}


async def _people(tx: Tx) -> list[str]:
    """Return the id of everyone of whom anything is kept."""
    columns = (addresses.c.person, members.c.id, practices.c.author, conversations.c.person)
    rows = await tx.all(union(*(select(column.label("person")).where(column.is_not(None)) for column in columns)))
    return [row.person for row in rows]
