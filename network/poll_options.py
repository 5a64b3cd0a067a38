"""The options of a poll, by number; members may add one each where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    delete,
    select,
    update,
)

from network.errors import Conflict, Invalid
from network.folding import fold
from network.ids import new_id
from network.store import Tx, metadata

MOST_OPTIONS = 12


class Added(Conflict):
    """This member has added an option already: each may add one, so that nobody fills the list alone."""


class Full(Conflict):
    """The poll has as many options as a poll may have."""


options = Table(
    "poll_options",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("apart", Boolean, nullable=False),
    Column("by", String(32), index=True),  # the member who added it
    Column("words", LargeBinary, nullable=False),  # {language: text}
    UniqueConstraint("poll", "number"),
)


@dataclass(frozen=True)
class Choice:
    """One option of a poll: ``number`` is what a ballot holds, for good, in whatever order options are shown.

    ``words`` are its text by language. ``apart`` ones ("Don’t know") are no step of a scale, and stay at the end.
    """

    number: int
    words: dict[str, str] = field(repr=False)
    apart: bool = False
    added: bool = False


async def put(
    tx: Tx, *, poll: str, number: int, words: Mapping[str, str], apart: bool = False, by: str | None = None
) -> None:
    """Keep an option."""
    row = new_id()
    sealed = tx.seal.seal_json("poll_options.words", row, dict(words))
    values = {"id": row, "poll": poll, "number": number, "apart": apart, "by": by, "words": sealed}
    await tx.run(options.insert(), values)


async def put_all(tx: Tx, *, poll: str, words: Sequence[Mapping[str, str]], apart: Sequence[int] = ()) -> None:
    """Keep these as the options of a poll; ``apart`` are places (from 0) in ``words``."""
    await tx.run(delete(options).where(options.c.poll == poll))
    for place, each in enumerate(words):
        await put(tx, poll=poll, number=place + 1, words=each, apart=place in apart)


async def of(tx: Tx, *, polls: Sequence[str]) -> dict[str, list[Choice]]:
    """Return the options of each of these polls, by number."""
    found: dict[str, list[Choice]] = {poll: [] for poll in polls}
    for row in await tx.all(select(options).where(options.c.poll.in_(polls)).order_by(options.c.number)):
        words = tx.seal.open_json("poll_options.words", row.id, row.words)
        found[row.poll].append(Choice(row.number, words, row.apart, row.by is not None))
    return found


async def add(tx: Tx, *, poll: str, there: Sequence[Choice], by: str, words: Mapping[str, str]) -> int:
    """Add a member's option to those that are ``there``; return its number. Raise Invalid, Added, Full."""
    if await tx.first(select(options.c.id).where(options.c.poll == poll, options.c.by == by)) is not None:
        raise Added
    if len(there) >= MOST_OPTIONS:
        raise Full
    said = {fold(text) for choice in there for text in choice.words.values()}
    if not any(text.strip() for text in words.values()) or said & {fold(text) for text in words.values()}:
        raise Invalid
    number = max((choice.number for choice in there), default=0) + 1
    await put(tx, poll=poll, number=number, words=words, by=by)
    return number


async def reword(tx: Tx, *, poll: str, number: int, words: Mapping[str, str]) -> None:
    """Let an option say something else: what it said is to be read no more."""
    here = (options.c.poll == poll, options.c.number == number)
    row = await tx.scalar(select(options.c.id).where(*here))
    if row is not None:
        sealed = tx.seal.seal_json("poll_options.words", row, dict(words))
        await tx.run(update(options).where(*here).values(words=sealed))


async def part_from(tx: Tx, *, poll: str) -> None:
    """Forget who added which option of a poll: who adds one likes it."""
    await tx.run(update(options).where(options.c.poll == poll).values(by=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give the options that one person added to another: two memberships of one human being."""
    await tx.run(update(options).where(options.c.by == person).values(by=to))


async def forget(tx: Tx, *, person: str) -> None:
    """Forget which options somebody added; the options stay."""
    await tx.run(update(options).where(options.c.by == person).values(by=None))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return the options that somebody added, by language, to be read by them."""
    rows = await tx.all(select(options).where(options.c.by == person).order_by(options.c.id))
    return [dict(tx.seal.open_json("poll_options.words", row.id, row.words)) for row in rows]
