"""Practices: what was tried, shared by members, read by both sides before anyone sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from network import approvals, attachments, due, index, texts, topics
from network.errors import Conflict, Invalid, Missing
from network.facts import Facts
from network.ids import new_id
from network.store import Instant, Tx, batches, metadata
from network.texts import Mark, Wording

LEVELS = range(5)  # of attribution (D9)
SIDE_AND_REGION = 1  # the level that nobody had to choose
NAMING = 3  # from this level on somebody is named, which needs their consent
NO_FILES: Mapping[str, str] = MappingProxyType({})


class State(StrEnum):
    """Where a practice stands."""

    WAITING = "waiting"  # for a file of its author to come; nobody decides on it yet
    SUBMITTED = "submitted"
    CHANGES = "changes"  # its author was asked for a change
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by its author, before or after it was published


FILES_KEPT = timedelta(hours=72)  # after a refusal: an appeal may come
REFUSED_FILES = "refused_files"  # kind of due: the files of a refused practice are kept until no appeal can come
AUTHORS_TURN = (State.CHANGES, State.REFUSED, State.WITHDRAWN)  # it can be handed in anew


practices = Table(
    "practices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("author", String(32), index=True),
    Column("state", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("country", String(2), nullable=False, index=True),
    Column("editorial", Boolean, nullable=False),
    Column("kind", String(10), nullable=False, server_default="practice"),
    Column("zone", String(5), nullable=False, server_default="", index=True),
    Column("met", String(2), nullable=False, server_default=""),
    Column("evidence", String(10), nullable=False, server_default=""),
    Column("decision", String(10), nullable=False, server_default=""),
    Column("stage", String(10), nullable=False, server_default=""),
    Column("months", Integer),
    Column("scale", String(10), nullable=False, server_default=""),
    Column("rhythm", String(10), nullable=False, server_default=""),
    Column("reuse", String(10), nullable=False, server_default="network"),
    Column("level", SmallInteger, nullable=False, server_default="1"),
    Column("named_at", Instant),  # when its author agreed that their organisation or name is said
    Column("origin", String(32), index=True),  # the practice that this one adapts
    Column("draft", LargeBinary),
    Column("reason", LargeBinary),
    Column("submitted_at", Instant, nullable=False),
    Column("published_at", Instant, index=True),
)

practice_topics = Table(
    "practice_topics",
    metadata,
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(32), primary_key=True, index=True),
)


@dataclass(frozen=True)
class Practice:
    """A practice as one reader sees it; ``language`` is that of ``parts``, which holds those that were given.

    ``author`` is a person id, never to be shown: None once unlinked, and for editorial records.
    ``languages`` are those that it can be read in, ``written`` the one that it was written in. ``outdated``:
    it is a translation of what its author has changed since.
    """

    id: str
    author: str | None = field(repr=False)
    state: State
    language: str
    facts: Facts
    topics: tuple[str, ...]
    title: str = field(repr=False)
    parts: dict[str, str] = field(repr=False)
    submitted_at: datetime
    published_at: datetime | None
    editorial: bool
    level: int = SIDE_AND_REGION
    named_at: datetime | None = None
    mark: Mark = Mark.ORIGINAL
    written: str = ""
    outdated: bool = False
    languages: tuple[str, ...] = ()
    origin: str = ""
    reason: str = field(default="", repr=False)

    @property
    def country(self) -> str:
        """Where it was done; "" for the whole region."""
        return self.facts.country

    @property
    def problem(self) -> str:
        """What the problem was."""
        return self.parts.get("problem", "")

    @property
    def done(self) -> str:
        """What was done."""
        return self.parts.get("done", "")


async def submit(
    tx: Tx,
    *,
    author: str,
    language: str,
    facts: Facts,
    topics: Sequence[str],
    title: str,
    parts: Mapping[str, str],
    level: int = SIDE_AND_REGION,
    consent: bool = False,
    origin: str = "",
    files: Mapping[str, str] = NO_FILES,
) -> str:
    """Hand a practice in and return its id. It stays sealed until it is approved.

    It is put before the seats of its country: of both sides when a topic is sensitive. ``consent``: its
    author agreed to be named, as the levels from ``NAMING`` on do. ``files`` are those that stand for a
    part, by part: while one is on its way the practice waits, and nobody decides on it. Raise Invalid.
    """
    codes = _checked(topics)
    _check(facts, level, consent=consent)
    practice = new_id()
    row = {"id": practice, "author": author, "state": State.SUBMITTED.value, "language": language}
    sealed = _seal(tx, practice, title, parts)
    values = {
        **row,
        **_shown(tx, level),
        **asdict(facts),
        "origin": origin or None,
        "editorial": False,
        "draft": sealed,
    }
    await tx.run(insert(practices), {**values, "editorial": False, "submitted_at": tx.now})
    await classify(tx, practice=practice, topics=codes)
    await _hand_in(tx, practice, author, files)
    return practice


async def publish(tx: Tx, *, practice: str) -> None:
    """Show a submitted practice to the network. Raise Missing; Conflict when it was decided before."""
    row = await _locked(tx, practice)
    if row.state == State.PUBLISHED.value:
        return
    if row.state != State.SUBMITTED.value:
        raise Conflict
    draft = _open(tx, row)
    await texts.put(tx, practice=practice, language=row.language, title=draft.title, parts=draft.parts)
    await _set(tx, practice, State.PUBLISHED, draft=None, reason=None, published_at=tx.now)
    await index.write(tx, practice=practice)


async def refuse(tx: Tx, *, practice: str, reason: str) -> None:
    """Keep a submitted practice from the network, with a reason for its author. Raise Missing, Conflict."""
    await _give_back(tx, practice, State.REFUSED, reason)
    await due.at(tx, kind=REFUSED_FILES, subject=practice, instant=tx.now + FILES_KEPT)


async def ask_change(tx: Tx, *, practice: str, reason: str) -> None:
    """Give a submitted practice back to its author, with what should change. Raise Missing, Conflict."""
    await _give_back(tx, practice, State.CHANGES, reason)


async def resubmit(
    tx: Tx,
    *,
    practice: str,
    author: str,
    facts: Facts,
    topics: Sequence[str],
    title: str,
    parts: Mapping[str, str],
    level: int = SIDE_AND_REGION,
    consent: bool = False,
    files: Mapping[str, str] = NO_FILES,
) -> str:
    """Hand a practice in again, changed, when it is its author's turn; return its id. Raise as ``submit``, Conflict."""
    row = await _locked(tx, practice)
    if row.author != author:
        raise Missing
    if State(row.state) not in AUTHORS_TURN:
        raise Conflict
    codes = _checked(topics)
    _check(facts, level, consent=consent)
    sealed = _seal(tx, practice, title, parts)
    values = {**asdict(facts), **_shown(tx, level), "draft": sealed, "reason": None, "submitted_at": tx.now}
    await _set(tx, practice, State.SUBMITTED, **values)
    await classify(tx, practice=practice, topics=codes)
    await _hand_in(tx, practice, author, files)
    return practice


async def complete(tx: Tx, *, practice: str) -> bool:
    """Put a practice before those who decide when the last of its files has come; return whether that is now."""
    row = await _locked(tx, practice)
    if row.state != State.WAITING.value or await attachments.waiting(tx, practice=practice):
        return False
    await _ask(tx, row)
    return True


async def lack(tx: Tx, *, practice: str) -> bool:
    """Give a practice back to its author, for one of its files is of no use; return whether it waited for it."""
    row = await _locked(tx, practice)
    if row.state != State.WAITING.value:
        return False
    await _set(tx, practice, State.CHANGES)
    return True


async def forget_refused_files(tx: Tx, practice: str) -> None:
    """Forget the files of a practice that is still refused, unless an appeal waits: then look again later."""
    row = await tx.first(select(practices).where(practices.c.id == practice))
    if row is None or row.state != State.REFUSED.value:
        return
    if await approvals.is_any_pending(tx, subject=practice):
        await due.at(tx, kind=REFUSED_FILES, subject=practice, instant=tx.now + FILES_KEPT)
    else:
        await attachments.forget(tx, practices=[practice])


async def reopen(tx: Tx, *, practice: str) -> None:
    """Let a refused practice be decided anew: an appeal was heard. The caller asks for it, or publishes it."""
    row = await _locked(tx, practice)
    if row.state == State.SUBMITTED.value:
        return
    if row.state != State.REFUSED.value:
        raise Conflict
    await _set(tx, practice, State.SUBMITTED, reason=None)


async def withdraw(tx: Tx, *, person: str, practice: str) -> None:
    """Take back what a person shared: nobody else reads it any more, and nobody decides on it. Raise Missing."""
    row = await _locked(tx, practice)
    if row.author != person:
        raise Missing
    await approvals.withdraw(tx, subject=practice)
    await _set(tx, practice, State.WITHDRAWN, published_at=None, draft=await _taken_back(tx, row))


async def set_level(tx: Tx, *, practice: str, author: str, level: int) -> None:
    """Set how much is said of the author, who agreed to it now; raise Missing when it is somebody else's."""
    theirs = (practices.c.id == practice) & (practices.c.author == author)
    if not await tx.run(update(practices).where(theirs).values(**_shown(tx, level))):
        raise Missing


async def _taken_back(tx: Tx, row: Row[Any]) -> bytes:
    """Return the draft of a practice; what was published of it is sealed again, and its translations go."""
    if row.draft is not None:
        return bytes(row.draft)
    original = (await texts.of(tx, [row.id]))[row.id][row.language]
    await texts.forget(tx, practice=row.id)
    await index.forget(tx, practices=[row.id])
    return _seal(tx, row.id, original.title, original.parts)


async def classify(tx: Tx, *, practice: str, topics: Sequence[str]) -> None:
    """Give a practice exactly these topics."""
    await tx.run(delete(practice_topics).where(practice_topics.c.practice == practice))
    for code in topics:
        await tx.run(insert(practice_topics), {"practice": practice, "topic": code})


async def topics_of(tx: Tx, *, practice: str) -> tuple[str, ...]:
    """Return the topics of a practice."""
    return (await topics_of_each(tx, [practice])).get(practice, ())


async def topics_of_each(tx: Tx, batch: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the topics of some practices; one without any is left out."""
    found: dict[str, tuple[str, ...]] = {}
    query = select(practice_topics).where(practice_topics.c.practice.in_(batch)).order_by(practice_topics.c.topic)
    for row in await tx.all(query):
        found[row.practice] = (*found.get(row.practice, ()), row.topic)
    return found


async def get(tx: Tx, *, practice: str, language: str = "") -> Practice:
    """Return a practice, published or not, in ``language`` where it has it; raise Missing."""
    found = await read(tx, [practice], language)
    if practice not in found:
        raise Missing
    return found[practice]


async def published(tx: Tx, ids: Sequence[str], *, language: str = "") -> list[Practice]:
    """Return those of ``ids`` that are published, in that order, in ``language`` where they have it."""
    found = await read(tx, ids, language)
    return [found[wanted] for wanted in ids if wanted in found and found[wanted].state is State.PUBLISHED]


async def mine(tx: Tx, *, author: str, only: Sequence[str] | None = None) -> list[Practice]:
    """Return everything that a person shared, the newest first; ``only`` keeps these ids, in their order."""
    query = select(practices.c.id).where(practices.c.author == author)
    ids = [row.id for row in await tx.all(query.order_by(practices.c.submitted_at.desc(), practices.c.id))]
    if only is not None:
        ids = [wanted for wanted in only if wanted in ids]
    found = await read(tx, ids, "")
    return [found[practice] for practice in ids]


async def count(tx: Tx) -> int:
    """Return how many practices are published."""
    query = select(func.count()).select_from(practices).where(practices.c.state == State.PUBLISHED.value)
    return int(await tx.scalar(query))


async def hand_over(tx: Tx, *, author: str, to: str) -> None:
    """Give everything that one person shared to another: two memberships of one human being."""
    await tx.run(update(practices).where(practices.c.author == author).values(author=to))


async def forget_author(tx: Tx, *, author: str, keep: bool) -> None:
    """Erase what a person handed in; of what is published, ``keep`` the text and forget whose it is."""
    published = practices.c.state == State.PUBLISHED.value
    if keep:
        await tx.run(update(practices).where(practices.c.author == author, published).values(author=None))
    rows = await tx.all(select(practices.c.id).where(practices.c.author == author))
    await attachments.forget(tx, practices=[row.id for row in rows])
    for row in rows:
        await approvals.withdraw(tx, subject=row.id)
        await due.cancel(tx, kind=REFUSED_FILES, subject=row.id)
    await index.forget(tx, practices=[row.id for row in rows])
    await tx.run(delete(practices).where(practices.c.author == author))


async def read(tx: Tx, ids: Sequence[str], language: str) -> dict[str, Practice]:
    """Return the practices with these ids, published or not, each in the best language for the reader."""
    found: dict[str, Practice] = {}
    for batch in batches(ids):
        worded = await texts.of(tx, batch)
        chosen = await topics_of_each(tx, batch)
        for row in await tx.all(select(practices).where(practices.c.id.in_(batch))):
            found[row.id] = _practice(tx, row, worded.get(row.id, {}), chosen.get(row.id, ()), language)
    return found


async def _hand_in(tx: Tx, practice: str, author: str, files: Mapping[str, str]) -> None:
    """Put a practice before those who decide, or let it wait for a file that is still on its way."""
    if await attachments.put(tx, practice=practice, author=author, given=files):
        await _set(tx, practice, State.WAITING)
    else:
        await _ask(tx, await _locked(tx, practice))


async def _ask(tx: Tx, row: Row[Any]) -> None:
    await _set(tx, row.id, State.SUBMITTED)
    codes = (await topics_of_each(tx, [row.id])).get(row.id, ())
    both = _any_sensitive(codes)
    await approvals.ask(tx, kind="practice", subject=row.id, by=row.author, country=row.country, both_sides=both)


async def _give_back(tx: Tx, practice: str, state: State, reason: str) -> None:
    row = await _locked(tx, practice)
    if row.state == state.value:
        return
    if row.state != State.SUBMITTED.value:
        raise Conflict
    sealed = tx.seal.seal("practices.reason", practice, reason) if reason else None
    await _set(tx, practice, state, reason=sealed)


async def _set(tx: Tx, practice: str, state: State, **values: Any) -> None:
    await tx.run(update(practices).where(practices.c.id == practice).values(state=state.value, **values))


def _shown(tx: Tx, level: int) -> dict[str, Any]:
    """Return what is kept of the level: from ``NAMING`` on also when its author agreed to it."""
    return {"level": level, "named_at": tx.now if level >= NAMING else None}


def _check(facts: Facts, level: int, *, consent: bool) -> None:
    """Raise Invalid for a value that is not one of those known, or where somebody would be named unasked."""
    facts.check()
    if level not in LEVELS or (level >= NAMING and not consent):
        raise Invalid


def _checked(codes: Sequence[str]) -> tuple[str, ...]:
    return topics.check(codes)


def _any_sensitive(codes: Sequence[str]) -> bool:
    return topics.any_sensitive(codes)


def _seal(tx: Tx, practice: str, title: str, parts: Mapping[str, str]) -> bytes:
    given = {part: parts[part] for part in texts.PARTS if parts.get(part)}
    return tx.seal.seal_json("practices.draft", practice, {"title": title, "parts": given})


def _open(tx: Tx, row: Row[Any]) -> Wording:
    draft = tx.seal.open_json("practices.draft", row.id, row.draft)
    parts = draft.get("parts")
    if parts is None:  # handed in to release 0.1.0
        parts = {part: draft[part] for part in texts.PARTS if draft.get(part)}
    return Wording(row.language, Mark.ORIGINAL, draft["title"], parts)


async def _locked(tx: Tx, practice: str) -> Row[Any]:
    return await tx.one(select(practices).where(practices.c.id == practice).with_for_update())


def _practice(tx: Tx, row: Row[Any], worded: dict[str, Wording], codes: tuple[str, ...], language: str) -> Practice:
    if row.draft is not None:
        worded = {row.language: _open(tx, row)}
    original = worded[row.language]
    wanted = worded.get(language, original)
    body = wanted if wanted.parts else original  # a language may have a title only
    return Practice(
        id=row.id,
        author=row.author,
        state=State(row.state),
        language=body.language,
        facts=Facts(**{each.name: getattr(row, each.name) for each in fields(Facts)}),
        topics=codes,
        title=wanted.title,
        parts=body.parts,
        submitted_at=row.submitted_at,
        published_at=row.published_at,
        editorial=row.editorial,
        level=row.level,
        named_at=row.named_at,
        mark=body.mark,
        written=row.language,
        outdated=body.is_behind(original),
        languages=tuple(sorted(each.language for each in worded.values() if each.parts)),
        origin=row.origin or "",
        reason="" if row.reason is None else tx.seal.open("practices.reason", row.id, row.reason),
    )
