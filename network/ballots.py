"""Ballots: one for each person and poll, on whatever app (D6), changed at will until the poll closes (D10).

Who took part stands in ``participations``, without a time. A ballot of an open poll bears its person's id.
That of a secret one is sealed, and found by an HMAC under the poll's own key, which is in no copy and is
destroyed at close (``secrecy.py``; docs/decisions/0015-secret-ballots.md). Tables here keep no order of
arrival: their keys are random ids, and on SQLite they are stored by them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from network import codes, members, polls
from network.errors import Conflict, Forbidden, Invalid
from network.ids import new_id
from network.members import Member
from network.polls import Kind, Poll, State
from network.store import Tx, metadata

PREFER_NOT = "-"  # the key of the answer that every poll takes
WRITTEN = "w"  # what a ballot with a short text holds
LONGEST_TEXT = 200  # characters
RECEIPT_LENGTH = 16  # letters and digits: 80 bits
KEY_BYTES = 32
AT_ONCE = 1000  # ballots
PADDED = 256  # characters: a sealed ballot tells nothing by its length
BALLOT, RECEIPT = "ballot", "receipt"  # what the poll's key finds

participations = Table(
    "participations",
    metadata,
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

ballots = Table(
    "ballots",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), nullable=False),
    Column("voter", String(32)),  # a person id; of a secret poll an HMAC, and None once it is closed
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column(
        "choice", String(48), nullable=False
    ),  # "" while it is sealed; else numbers of options, by commas, the best first
    Column("words", LargeBinary),  # a short text; of a secret ballot, while its poll is open, the choice too
    Index("uq_ballots_voter", "poll", "voter", unique=True),
    Index("ix_ballots_cells", "poll", "choice", "side", "country"),
    sqlite_with_rowid=False,
)

ballot_counts = Table(  # of polls that are open and not secret: a vote adds a row, one taken back a row of -1
    "ballot_counts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("choice", String(48), nullable=False),
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), nullable=False),
    Column("voter", String(32)),  # another HMAC than the ballot's, so that the two are not found together
    Column("hash", String(64), nullable=False),
    Index("uq_receipts_voter", "poll", "voter", unique=True),
    Index("ix_receipts_hash", "poll", "hash"),
    sqlite_with_rowid=False,
)

ballot_keys = Table(  # in no copy; on PostgreSQL unlogged: in no write-ahead log either
    "ballot_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("secret", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)


class Closed(Conflict):
    """The poll takes no votes: it is not open yet, or closed for this person's country."""


class CannotChange(Conflict):
    """This vote counts as it is: the key that would find it was lost when the database was restored."""


@dataclass(frozen=True)
class Cast:
    """What became of a vote: whether it was changed, and the ``receipt`` of a secret one, which is kept nowhere."""

    changed: bool
    receipt: str = field(default="", repr=False)


@dataclass(frozen=True)
class Vote:
    """What a person voted: the keys of the options, the best first; ``(PREFER_NOT,)``; or words of their own."""

    choice: tuple[str, ...] = field(repr=False)
    words: str = field(default="", repr=False)


async def cast(tx: Tx, *, poll: str, person: str, choice: Sequence[str | int] = (), words: str = "") -> Cast:
    """Vote, or vote otherwise than before, in an open poll. Raise Missing, Closed, Forbidden, Invalid, CannotChange.

    ``choice`` holds the numbers of the options (their order counts in a ranking), or ``PREFER_NOT`` alone;
    ``words`` are for a poll of the kind ``text``, at most ``LONGEST_TEXT`` characters.
    """
    asked = await polls.share(tx, poll=poll)
    voter = await _voter(tx, asked, person)
    given = written(asked, choice, words)
    first = await tx.add(participations, key=("poll", "person"), poll=poll, person=person)
    await tx.run(_TURN, {"the_poll": poll, "the_person": person})  # two apps of one person take turns
    key = await key_of(tx, asked) if asked.plan.secret else None
    if not first and not await _take_back(tx, asked, person, key):
        raise CannotChange
    cell = {"poll": poll, "choice": given, "side": voter.side, "country": voter.country}
    await _put(tx, cell, index(key, BALLOT, person) if key else person, words, secret=key is not None)
    if key is None:
        await _count(tx, cell, 1)
    return Cast(changed=not first, receipt=await _receipt(tx, asked, person, key) if key else "")


async def has_voted(tx: Tx, *, poll: str, person: str) -> bool:
    """Whether a person took part in a poll, on whatever app."""
    query = select(participations.c.person).where(participations.c.poll == poll, participations.c.person == person)
    return await tx.first(query) is not None


async def vote_of(tx: Tx, *, poll: Poll, person: str) -> Vote | None:
    """Return what a person voted in a poll that is not secret; None when they did not, or it is."""
    if poll.plan.secret:
        return None
    row = await tx.first(select(ballots).where(ballots.c.poll == poll.id, ballots.c.voter == person))
    return None if row is None else Vote(tuple(row.choice.split(",")), _words(tx, row))


@dataclass(frozen=True)
class Ballot:
    """A ballot without whose it is."""

    side: str
    country: str
    choice: str = field(repr=False)
    words: str = field(default="", repr=False)


async def opened(tx: Tx, *, poll: Poll) -> list[Ballot]:
    """Return the ballots of a secret poll that closes."""
    query = select(ballots).where(ballots.c.poll == poll.id, ballots.c.voter.is_not(None))
    found: list[Ballot] = []
    last = ""
    while rows := await tx.all(query.where(ballots.c.voter > last).order_by(ballots.c.voter).limit(AT_ONCE)):
        found += [Ballot(row.side, row.country, *json.loads(_words(tx, row))) for row in rows]
        last = rows[-1].voter
    return found


def voters(poll: Poll) -> Select[tuple[str]]:
    """Return the select of the ids of those who took part."""
    return select(participations.c.person).where(participations.c.poll == poll.id)


def silent(poll: Poll) -> Select[tuple[str]]:
    """Return the select of the ids of those whom a poll asks and who have not answered: for the reminder."""
    return polls.asked(poll).where(members.members.c.id.not_in(voters(poll)))


def written(poll: Poll, choice: Sequence[str | int], words: str) -> str:
    """Return a choice as a ballot holds it; raise Invalid when the poll does not allow it."""
    keys = [str(each) for each in choice]
    if keys == [PREFER_NOT] and not words:
        return PREFER_NOT
    if poll.plan.kind is Kind.TEXT:
        if keys or not words.strip() or len(words) > LONGEST_TEXT:
            raise Invalid
        return WRITTEN
    known = {str(each.number) for each in poll.choices}
    if words or not keys or len(set(keys)) != len(keys) or len(keys) > poll.places or not known.issuperset(keys):
        raise Invalid
    return ",".join(keys if poll.plan.kind is Kind.RANKING else sorted(keys, key=int))


async def key_of(tx: Tx, poll: Poll) -> bytes:
    """Return the key of a secret poll that is open; one that was lost is made anew, and finds no earlier ballot."""
    row = await tx.first(select(ballot_keys).where(ballot_keys.c.poll == poll.id))
    if row is None:
        fresh = new_id()
        sealed = tx.seal.seal_bytes("ballot_keys.secret", fresh, secrets.token_bytes(KEY_BYTES))
        await tx.add(ballot_keys, key=("poll",), id=fresh, poll=poll.id, secret=sealed)
        row = await tx.first(select(ballot_keys).where(ballot_keys.c.poll == poll.id))
    if row is None:
        raise Closed
    return tx.seal.open_bytes("ballot_keys.secret", row.id, row.secret)


async def fold(tx: Tx, *, poll: str) -> None:
    """Make one row of the counts of each choice, side and country; votes go on meanwhile, and nothing is lost."""
    by = (ballot_counts.c.choice, ballot_counts.c.side, ballot_counts.c.country)
    gone = delete(ballot_counts).where(ballot_counts.c.poll == poll).returning(*by, ballot_counts.c.number)
    sums: Counter[tuple[str, ...]] = Counter()
    for row in await tx.all(gone):
        sums[row.choice, row.side, row.country] += row.number
    names = ("choice", "side", "country")
    rows = [
        {"id": new_id(), "poll": poll, "number": n, **dict(zip(names, cell, strict=True))}
        for cell, n in sums.items()
        if n
    ]
    if rows:
        await tx.run(insert(ballot_counts), rows)


async def forget(tx: Tx, *, person: str) -> None:
    """Take back somebody's votes: that they took part, every open ballot, and a secret one while its poll is open.

    A secret ballot of a closed poll cannot be found any more, by anybody.
    """
    for poll in await _polls_of(tx, person):
        key = await key_of(tx, poll) if _has_key(poll) else None
        if key is not None or not poll.plan.secret:
            await _take_back(tx, poll, person, key)
        if key is not None:
            await _forget_receipt(tx, poll, person, key)
    await tx.run(delete(participations).where(participations.c.person == person))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Make the votes of one membership those of another of the same human being: where both voted, one vote stays."""
    twice = {poll.id for poll in await _polls_of(tx, to)}
    for poll in await _polls_of(tx, person):
        if poll.id in twice:
            continue  # what is left is taken back when the former membership is erased
        key = await key_of(tx, poll) if _has_key(poll) else None
        for table, purpose in ((ballots, BALLOT), (receipts, RECEIPT)):
            before, after = [index(key, purpose, each) if key else each for each in (person, to)]
            theirs = update(table).where(table.c.poll == poll.id, table.c.voter == before)
            await tx.run(theirs.values(voter=after))
        mine = (participations.c.poll == poll.id, participations.c.person == person)
        await tx.run(update(participations).where(*mine).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody voted, as JSON to be read by them; of a secret poll only that they took part."""
    found = []
    for poll in await _polls_of(tx, person):
        vote = await vote_of(tx, poll=poll, person=person)
        words = {str(choice.number): choice.words for choice in poll.choices}
        chosen = [] if vote is None else [words.get(key, key) for key in vote.choice]
        own = vote.words if vote else ""
        found.append({"question": poll.question, "secret": poll.plan.secret, "chosen": chosen, "words": own})
    return found


def index(key: bytes, purpose: str, person: str) -> str:
    """Return by what a person's ballot or receipt is found under a poll's key."""
    return hmac.digest(key, f"{purpose}|{person}".encode(), hashlib.sha256)[:16].hex()


def hashed(receipt: str) -> str:
    """Return what is kept, and published, of a receipt."""
    return hashlib.sha256(receipt.encode()).hexdigest()


async def _voter(tx: Tx, poll: Poll, person: str) -> Member:
    """Return who may vote now; raise Closed, Forbidden. A country that was dark has that much longer."""
    member = await members.get(tx, person=person)
    if not await polls.is_open(tx, poll=poll, country=member.country):
        raise Closed
    if not await polls.is_asked(tx, poll=poll, person=person):
        raise Forbidden
    return member


async def _put(tx: Tx, cell: dict[str, Any], voter: str, words: str, *, secret: bool) -> None:
    row = new_id()
    values = {"id": row, "voter": voter, **cell}
    if secret:
        said = json.dumps([cell["choice"], words])
        padded = said.ljust(-(-len(said) // PADDED) * PADDED)
        values |= {"choice": "", "words": tx.seal.seal("ballots.words", row, padded)}
    else:
        values["words"] = tx.seal.seal("ballots.words", row, words) if words else None
    await tx.run(insert(ballots), values)


async def _take_back(tx: Tx, poll: Poll, person: str, key: bytes | None) -> bool:
    """Delete the ballot of a person who votes again; return whether it was found."""
    voter = index(key, BALLOT, person) if key else person
    mine = delete(ballots).where(ballots.c.poll == poll.id, ballots.c.voter == voter)
    row = await tx.first(mine.returning(ballots.c.choice, ballots.c.side, ballots.c.country))
    if row is not None and key is None and poll.state is State.OPEN:
        await _count(tx, {"poll": poll.id, "choice": row.choice, "side": row.side, "country": row.country}, -1)
    return row is not None


async def _count(tx: Tx, cell: dict[str, Any], number: int) -> None:
    await tx.run(insert(ballot_counts), {"id": new_id(), "number": number, **cell})


async def _receipt(tx: Tx, poll: Poll, person: str, key: bytes) -> str:
    """Make a receipt in the place of an earlier one; return it."""
    voter, receipt = index(key, RECEIPT, person), codes.fresh(RECEIPT_LENGTH)
    await _forget_receipt(tx, poll, person, key)
    await tx.run(insert(receipts), {"id": new_id(), "poll": poll.id, "voter": voter, "hash": hashed(receipt)})
    return codes.shown(receipt)


async def _forget_receipt(tx: Tx, poll: Poll, person: str, key: bytes) -> None:
    mine = (receipts.c.poll == poll.id, receipts.c.voter == index(key, RECEIPT, person))
    await tx.run(delete(receipts).where(*mine))


async def _polls_of(tx: Tx, person: str) -> list[Poll]:
    """Return the polls in which a person took part."""
    rows = await tx.all(select(participations.c.poll).where(participations.c.person == person))
    return [await polls.get(tx, poll=row.poll) for row in sorted(rows)]


def _has_key(poll: Poll) -> bool:
    return poll.plan.secret and poll.state is State.OPEN


def _words(tx: Tx, row: Row[Any]) -> str:
    return "" if row.words is None else tx.seal.open("ballots.words", row.id, row.words)


_TURN = (
    select(participations.c.person)
    .where(participations.c.poll == bindparam("the_poll"), participations.c.person == bindparam("the_person"))
    .with_for_update()
)
