"""Translations: what one member says in another language, and a second one confirms.

It is sealed until it is confirmed; then it is a text of the practice as the others are (``network.texts``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    or_,
    select,
    update,
)

from network import bilinguals, conversations, due, index, members, practices, texts
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.practices import State as PracticeState
from network.store import Instant, Tx, metadata
from network.texts import Mark, Wording

ASKED = 5  # members at a time
AGAIN = timedelta(days=7)  # then others are asked
HELD = timedelta(days=14)  # a translation that was sent back keeps others from offering one for so long
ASK = "translation"  # kind of due: others are asked; the subject is the translation
CHECKING = "check"  # the conversation in which it is read
BY_HAND = (Mark.ORIGINAL, Mark.EDITORIAL, Mark.OFFICIAL, Mark.CIVIL)


class State(StrEnum):
    """Where a translation stands."""

    WAITING = "waiting"  # for a second member
    BACK = "back"  # with its translator: with a remark, or because the original was taken back
    CONFIRMED = "confirmed"


translations = Table(
    "translations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("translator", String(32), index=True),  # None once they have left
    Column("checker", String(32), index=True),
    Column("side", String(10), nullable=False),  # the translator's
    Column("state", String(10), nullable=False),
    Column("made_from", String(16), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("remark", LargeBinary),
    Column("at", Instant, nullable=False),  # of the last change
)

translation_asks = Table(
    "translation_asks",
    metadata,
    Column("translation", String(32), ForeignKey("translations.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
)


@dataclass(frozen=True)
class Translation:
    """What was offered. ``translator`` is a person id, never to be shown; ``original`` is as it reads today."""

    id: str
    practice: str
    language: str
    translator: str | None = field(repr=False)
    state: State
    at: datetime
    original: Wording = field(repr=False)
    title: str = field(repr=False)
    parts: dict[str, str] = field(repr=False)
    remark: str = field(default="", repr=False)


async def wanted(tx: Tx, *, practice: str, person: str, languages: Sequence[str]) -> list[str]:
    """Return those of ``languages`` into which a person may translate a practice now.

    Nobody has put it into them by hand, or its author has changed it since; and nobody else's offer is open.
    """
    worded = (await texts.of(tx, [practice])).get(practice, {})
    original = await _original(tx, practice)
    if original is None:
        return []
    done = {each.language for each in worded.values() if _is_done(each, original)}
    rows = await tx.all(select(translations).where(translations.c.practice == practice, _holds(tx)))
    taken = {row.language for row in rows if row.translator != person}
    return [each for each in languages if each not in done | taken]


async def original(tx: Tx, *, practice: str) -> Wording | None:
    """Return the published text of a practice in the language that it was written in, or None."""
    return await _original(tx, practice)


async def sheet(tx: Tx, *, practice: str, person: str, language: str) -> dict[str, Any]:
    """Return what a translator works from, as JSON; nothing when the practice is not published any more.

    ``title``, ``parts``, ``language`` and ``version`` are of the original; ``former`` is what they offered
    before (its title under ``title``), with the ``remark`` on it.
    """
    source = await _original(tx, practice)
    if source is None:
        return {}
    mine = (translations.c.practice == practice, translations.c.language == language, _is_open())
    row = await tx.first(select(translations).where(*mine, translations.c.translator == person))
    before = None if row is None else _translation(tx, row, source)
    return {
        "language": source.language,
        "title": source.title,
        "parts": source.parts,
        "version": source.version,
        "former": {} if before is None else {"title": before.title, **before.parts},
        "remark": "" if before is None else before.remark,
    }


async def offer(
    tx: Tx, *, practice: str, person: str, language: str, title: str, parts: Mapping[str, str], made_from: str
) -> dict[str, Any]:
    """Hand a translation in, or in again; return its id as ``translation`` and the members to ``ask``.

    ``made_from`` is the version of the original that was translated. Raise Missing when the practice is not
    there any more, Conflict when somebody else was faster, Invalid when nothing is translated.
    """
    await _lock_practice(tx, practice)
    source = await _original(tx, practice)
    if source is None:
        raise Missing
    if language not in await wanted(tx, practice=practice, person=person, languages=[language]):
        raise Conflict
    kept = {part: parts[part] for part in source.parts if parts.get(part)}
    if title == source.title and kept == source.parts:
        raise Invalid
    side = (await members.get(tx, person=person)).side
    mine = (translations.c.practice == practice, translations.c.language == language, _is_open())
    former = await tx.scalar(select(translations.c.id).where(*mine, translations.c.translator == person))
    await tx.run(delete(translations).where(*mine, translations.c.id != (former or "")))  # held for long enough
    translation = str(former or new_id())
    sealed = tx.seal.seal_json("translations.text", translation, {"title": title, "parts": kept})
    row = {"id": translation, "practice": practice, "language": language, "translator": person, "side": side}
    state = {"state": State.WAITING.value, "made_from": made_from, "text": sealed, "remark": None, "at": tx.now}
    await tx.put(translations, key=("id",), **row, **state)
    if former:
        await tx.run(delete(translation_asks).where(translation_asks.c.translation == former))
    return {"translation": translation, "ask": await ask(tx, translation=translation)}


async def ask(tx: Tx, *, translation: str, most: int = ASKED) -> list[str]:
    """Return members who can confirm a translation and were not asked yet, and note that they are asked now.

    While there may be others, it is done again in seven days.
    """
    row = await _row(tx, translation)
    if row is None or row.state != State.WAITING.value or row.translator is None:
        return []
    known = await tx.all(select(translation_asks.c.person).where(translation_asks.c.translation == translation))
    asked = {each.person for each in known}
    practice = await practices.get(tx, practice=row.practice)
    proven, after = await _proven(tx, row.language), (row.translator, row.side, row.id)
    fitting = await bilinguals.likely(tx, practice=practice, language=row.language, proven=proven, after=after)
    chosen = [person for person in fitting if person not in asked][:most]
    for person in chosen:
        await tx.run(translation_asks.insert(), {"translation": translation, "person": person})
    await due.at(tx, kind=ASK, subject=translation, instant=tx.now + AGAIN, person=row.translator)
    return chosen


async def find(tx: Tx, *, translation: str) -> Translation | None:
    """Return a translation of a practice that is published, or None."""
    row = await _row(tx, translation)
    source = None if row is None else await _original(tx, row.practice)
    return None if row is None or source is None else _translation(tx, row, source)


async def find_for(tx: Tx, *, translation: str, person: str) -> Translation | None:
    """Return a translation that waits for a second member and that this person may confirm, or None."""
    row = await _row(tx, translation)
    if row is None or row.state != State.WAITING.value or not await _may_check(tx, row, person):
        return None
    return await find(tx, translation=translation)


async def to_check(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Translation]:
    """Return the translations that wait for a second member and that this person may confirm, the oldest first."""
    waiting = and_(translations.c.state == State.WAITING.value, translations.c.translator != person)
    asked = translations.c.id.in_(select(translation_asks.c.translation).where(translation_asks.c.person == person))
    rows = await tx.all(select(translations).where(waiting, asked).order_by(translations.c.at, translations.c.id))
    return await _read(tx, rows, only)


async def mine(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Translation]:
    """Return what a person offered, the latest first."""
    query = select(translations).where(translations.c.translator == person)
    return await _read(tx, await tx.all(query.order_by(translations.c.at.desc(), translations.c.id)), only)


async def waiting(tx: Tx, *, practice: str, person: str) -> str:
    """Return the id of a translation of this practice that this person may confirm now, or ""."""
    of_it = (translations.c.practice == practice, translations.c.state == State.WAITING.value)
    for row in await tx.all(select(translations).where(*of_it).order_by(translations.c.at)):
        if await _may_check(tx, row, person):
            return str(row.id)
    return ""


async def confirm(tx: Tx, *, translation: str, by: str) -> dict[str, Any]:
    """Publish a translation, as a second member says that it is right. Raise Forbidden.

    Returns whether this word was ``fresh``, the translator to ``tell``, and the practice's ``author``.
    """
    row = await _to_decide(tx, translation, by)
    if row is None:
        return {"fresh": False, "tell": "", "author": ""}
    opened = tx.seal.open_json("translations.text", row.id, row.text)
    how = {"language": row.language, "mark": Mark(row.side), "made_from": row.made_from}
    await texts.put(tx, practice=row.practice, title=opened["title"], parts=opened["parts"], **how)
    await index.write(tx, practice=row.practice)
    await _decided(tx, row, State.CONFIRMED, checker=by, remark=None)
    practice = await practices.get(tx, practice=row.practice)
    return {"fresh": True, "tell": row.translator, "author": practice.author or ""}


async def send_back(tx: Tx, *, translation: str, by: str, remark: str) -> dict[str, Any]:
    """Give a translation back to its translator with a remark. Raise Forbidden; return as ``confirm``."""
    row = await _to_decide(tx, translation, by)
    if row is None:
        return {"fresh": False, "tell": "", "author": ""}
    sealed = tx.seal.seal("translations.remark", row.id, remark)
    await _decided(tx, row, State.BACK, checker=by, remark=sealed)
    return {"fresh": True, "tell": row.translator, "author": ""}


async def forget(tx: Tx, *, person: str) -> None:
    """Forget what a person offered and is not confirmed, and that the rest was theirs or that they confirmed it."""
    rows = await tx.all(select(translations.c.id).where(translations.c.translator == person, _is_open()))
    for row in rows:
        await due.cancel(tx, kind=ASK, subject=row.id)
    if rows:
        await conversations.end_about(tx, name=CHECKING, ids=[row.id for row in rows])  # somebody may be reading it
    await tx.run(delete(translations).where(translations.c.translator == person, _is_open()))
    for column in (translations.c.translator, translations.c.checker):
        await tx.run(update(translations).where(column == person).values({column: None}))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one person offered or confirmed to another: two memberships of one human being."""
    for column in (translations.c.translator, translations.c.checker):
        await tx.run(update(translations).where(column == person).values({column: to}))
    await tx.run(update(due.due).where(due.due.c.kind == ASK, due.due.c.person == person).values(person=to))
    held = select(translation_asks.c.translation).where(translation_asks.c.person == to).scalar_subquery()
    theirs = (translation_asks.c.person == person, translation_asks.c.translation.not_in(held))
    await tx.run(update(translation_asks).where(*theirs).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what a person offered, as JSON to be read by them, also of what was taken back since."""
    rows = await tx.all(select(translations).where(translations.c.translator == person).order_by(translations.c.at))
    return [
        {
            "language": row.language,
            **tx.seal.open_json("translations.text", row.id, row.text),
            "state": row.state,
            "remark": _remark(tx, row),
            "at": row.at.isoformat(),
        }
        for row in rows
    ]


async def _original(tx: Tx, practice: str) -> Wording | None:
    found = (await practices.read(tx, [practice], "")).get(practice)
    if found is None or found.state is not PracticeState.PUBLISHED:
        return None
    return (await texts.of(tx, [practice]))[practice][found.written]


def _is_done(wording: Wording, original: Wording) -> bool:
    return bool(wording.parts) and wording.mark in BY_HAND and not wording.is_behind(original)


async def _lock_practice(tx: Tx, practice: str) -> None:
    table = practices.practices
    await tx.first(select(table.c.id).where(table.c.id == practice).with_for_update())


async def _row(tx: Tx, translation: str) -> Row[Any] | None:
    return await tx.first(select(translations).where(translations.c.id == translation))


async def _read(tx: Tx, rows: Sequence[Row[Any]], only: Sequence[str] | None) -> list[Translation]:
    found = {}
    for row in rows:
        source = await _original(tx, row.practice)
        if source is not None:
            found[row.id] = _translation(tx, row, source)
    return list(found.values()) if only is None else [found[each] for each in only if each in found]


async def _to_decide(tx: Tx, translation: str, by: str) -> Row[Any] | None:
    """Return what waits for a second member, locked; None when it does not wait any more. Raise Forbidden."""
    locked = select(translations).where(translations.c.id == translation).with_for_update()
    row = await tx.first(locked)
    if row is None or row.state != State.WAITING.value or row.translator is None:
        return None
    if await _original(tx, row.practice) is None:
        return None
    if not await _may_check(tx, row, by):
        raise Forbidden
    return row


async def _decided(tx: Tx, row: Row[Any], state: State, **values: Any) -> None:
    await tx.run(update(translations).where(translations.c.id == row.id).values(state=state.value, at=tx.now, **values))
    await due.cancel(tx, kind=ASK, subject=row.id)


async def _may_check(tx: Tx, row: Row[Any], person: str) -> bool:
    """Whether a person is another one than the translator, and one whom the practice concerns."""
    if person == row.translator:
        return False
    practice = await practices.get(tx, practice=row.practice)
    return await bilinguals.concerned(tx, practice=practice, person=person, side=row.side)


async def _proven(tx: Tx, language: str) -> set[str]:
    """Return those who translated into a language before, or confirmed it."""
    query = select(translations.c.translator, translations.c.checker)
    rows = await tx.all(query.where(translations.c.language == language, translations.c.checker.is_not(None)))
    return {person for row in rows for person in row if person}


def _is_open() -> ColumnElement[bool]:
    return translations.c.state.in_((State.WAITING.value, State.BACK.value))


def _holds(tx: Tx) -> ColumnElement[bool]:
    """Whether an open translation still keeps others from offering one."""
    back = and_(translations.c.state == State.BACK.value, translations.c.at > tx.now - HELD)
    return or_(translations.c.state == State.WAITING.value, back)


def _translation(tx: Tx, row: Row[Any], source: Wording) -> Translation:
    opened = tx.seal.open_json("translations.text", row.id, row.text)
    return Translation(
        id=row.id,
        practice=row.practice,
        language=row.language,
        translator=row.translator,
        state=State(row.state),
        at=row.at,
        original=source,
        title=opened["title"],
        parts=opened["parts"],
        remark=_remark(tx, row),
    )


def _remark(tx: Tx, row: Row[Any]) -> str:
    return "" if row.remark is None else tx.seal.open("translations.remark", row.id, row.remark)
