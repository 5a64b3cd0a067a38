"""Machine translation: which published practices nobody has put into a language yet, and what a machine said.

A machine is only ever given a ``Published``, and ``published`` makes one of nothing but what everybody may
read: no draft, no question, no answer, nothing that is between people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Column, ForeignKey, SmallInteger, String, Table, and_, exists, or_, select
from sqlalchemy.orm import aliased

from network import index, jobs, practices, texts
from network.errors import Invalid
from network.practices import State
from network.store import Instant, Tx, metadata
from network.texts import TRANSLATED, Mark, Wording, practice_texts

TRANSLATE = "machine"  # kind of job: {"practice": id, "language": into which}
TRIES = 5  # of a whole job for the same words; each tries several times by itself
AGAIN = timedelta(days=1)
AT_ONCE = 20
NOT_REPORTED = "-"  # a part that says nothing is not translated
TITLE = "title"
LONGEST_TITLE = 80  # characters
LONGER, ROOM = 3, 100  # a translation has at most three times the characters of its source, and a few more

machine_tries = Table(
    "machine_tries",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("version", String(16), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("at", Instant, nullable=False),
)


class Nonsense(Invalid):
    """The machine answered with something that is no translation."""


@dataclass(frozen=True)
class Published:
    """What a practice says to everybody: ``said`` are its title and parts, in the order of ``names``."""

    practice: str
    source: str
    target: str
    version: str
    names: tuple[str, ...]
    said: tuple[str, ...] = field(repr=False)


class Machine(Protocol):
    """A machine translator."""

    async def translate(self, text: Published) -> list[str]:
        """Return each of ``text.said`` in ``text.target``, in that order."""


async def ask(tx: Tx, *, languages: Sequence[str], limit: int = AT_ONCE) -> int:
    """Ask for what is still to be translated into ``languages``, each once a day at most; return how much."""
    asked = 0
    for language in languages:
        for practice, version in await _lacking(tx, language, limit - asked):
            if await _claim(tx, practice, language, version):
                argument = {"practice": practice, "language": language}
                await jobs.ask(tx, kind=TRANSLATE, person=None, argument=argument)
                asked += 1
    return asked


async def published(tx: Tx, *, practice: str, language: str) -> Published | None:
    """Return what is to be translated into ``language``, or None: not published, or put into it already."""
    found = (await practices.read(tx, [practice], "")).get(practice)
    if found is None or found.state is not State.PUBLISHED:
        return None
    worded = (await texts.of(tx, [practice]))[practice]
    original, there = worded[found.written], worded.get(language)
    if there is not None and not _is_replaced(there, original):
        return None
    parts = {TITLE: original.title, **original.parts}
    names = tuple(name for name, text in parts.items() if text != NOT_REPORTED)
    said = tuple(parts[name] for name in names)
    return Published(practice, original.language, language, original.version, names, said)


async def keep(tx: Tx, *, text: Published, said: Sequence[str]) -> bool:
    """Keep what a machine said as a text of the practice; return whether it is still wanted. Raise Nonsense."""
    check(text, said)
    if await published(tx, practice=text.practice, language=text.target) != text:
        return False
    worded = (await texts.of(tx, [text.practice]))[text.practice]
    there, original = worded.get(text.target), worded[text.source]
    parts = {**original.parts, **dict(zip(text.names, said, strict=True))}
    title = parts.pop(TITLE)
    if there is not None and there.mark not in TRANSLATED:
        title = there.title  # people chose it
    await texts.put(
        tx,
        practice=text.practice,
        language=text.target,
        title=title,
        parts=parts,
        mark=Mark.MACHINE,
        made_from=text.version,
    )
    await index.write(tx, practice=text.practice)
    await index.write(tx, practice=text.practice)
    return True


def check(text: Published, said: Sequence[str]) -> None:
    """Raise Nonsense unless ``said`` may be a translation: as many texts, none empty, none far longer."""
    if len(said) != len(text.said):
        raise Nonsense
    for name, before, after in zip(text.names, text.said, said, strict=True):
        most = LONGEST_TITLE if name == TITLE else LONGER * len(before) + ROOM
        if not after.strip() or len(after) > most:
            raise Nonsense


def _is_replaced(there: Wording, original: Wording) -> bool:
    """Whether a machine may write in the place of this text: a title alone, or what a machine said of other words."""
    return not there.parts or (there.mark is Mark.MACHINE and there.is_behind(original))


async def _lacking(tx: Tx, language: str, limit: int) -> list[tuple[str, str]]:
    """Return published practices without a text in a language, the oldest first, with the original's version."""
    table, here = practices.practices, aliased(practice_texts)
    original, tries = practice_texts, machine_tries
    versions = (original.c.version != "", here.c.version != original.c.version)  # one of release 0.1.0 has none
    stale = and_(here.c.mark == Mark.MACHINE.value, *versions)
    there = exists().where(here.c.practice == table.c.id, here.c.language == language, here.c.parts != "{}", ~stale)
    same = and_(tries.c.practice == table.c.id, tries.c.language == language, tries.c.version == original.c.version)
    tried = exists().where(same, or_(tries.c.at > tx.now - AGAIN, tries.c.tries >= TRIES))
    joined = select(table.c.id, original.c.version).join(
        original, and_(original.c.practice == table.c.id, original.c.language == table.c.language)
    )
    wanted = (table.c.state == State.PUBLISHED.value, table.c.language != language, ~there, ~tried)
    rows = await tx.all(joined.where(*wanted).order_by(table.c.published_at, table.c.id).limit(max(0, limit)))
    return [(row.id, row.version) for row in rows]


async def _claim(tx: Tx, practice: str, language: str, version: str) -> bool:
    """Note that a machine is asked now; return False where another process has just done so."""
    key = ("practice", "language")
    row = {"practice": practice, "language": language, "version": version}
    if await tx.add(machine_tries, key=key, **row, tries=1, at=tx.now):
        return True
    mine = and_(machine_tries.c.practice == practice, machine_tries.c.language == language)
    before = await tx.first(select(machine_tries).where(mine).with_for_update())
    if before is None or (before.version == version and before.at > tx.now - AGAIN):
        return False
    tries = before.tries + 1 if before.version == version else 1
    await tx.put(machine_tries, key=key, **row, tries=tries, at=tx.now)
    return True
