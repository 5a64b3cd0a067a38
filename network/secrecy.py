"""Secrecy: what a secret ballot leaves behind, while it is open, in a copy, and once it is closed (D10).

docs/decisions/0015-secret-ballots.md says what this protects against, and what it does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from random import SystemRandom
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    delete,
    exists,
    false,
    insert,
    null,
    or_,
    select,
    text,
    true,
    update,
)

from network import due, jobs, outbox, poll_options
from network.ballots import AT_ONCE, RECEIPT_LENGTH, Ballot, ballot_keys, ballots, hashed, participations, receipts
from network.codes import typed
from network.conversations import conversations
from network.ids import new_id, random_id
from network.inbox import State, inbox
from network.polls import Poll, polls
from network.polls import State as Stage
from network.store import Store, Tx

SCRUB = "ballots.scrub"  # kind of job: {"poll": id}
DEADLINE = "conversation"  # the kind of the due rows of conversations
REWRITTEN = ("ballots", "receipts", "ballot_keys", "conversations")  # small tables: PostgreSQL writes them anew
SWEPT = ("outbox", "inbox")


async def seal_up(tx: Tx, *, poll: Poll, found: list[Ballot], sides: bool, countries: Collection[str]) -> str:
    """Let nobody find whose a ballot of this secret poll is any more; return the digest of the receipts.

    ``found`` are its ballots; ``sides`` and ``countries`` are those of which the results speak: no other stays on
    a ballot. What is left in the log and in freed space goes by the job ``SCRUB``, after the commit.
    """
    await _rewrite(tx, poll, found, sides=sides, countries=countries)
    took_part = update(participations).where(participations.c.poll == poll.id)
    await tx.run(took_part.values(poll=poll.id))  # on PostgreSQL each row tells in which transaction it was written
    await poll_options.part_from(tx, poll=poll.id)
    await tx.run(delete(ballot_keys).where(ballot_keys.c.poll == poll.id))
    digest = await _publish_receipts(tx, poll.id)
    await purge(tx, poll=poll)
    return digest


async def purge(tx: Tx, *, poll: Poll) -> None:
    """Forget what was said while ballots of a secret poll were filled in: conversations, answers, failed messages."""
    mine = conversations.c.about == poll.id
    for row in await tx.all(delete(conversations).where(mine).returning(conversations.c.id)):
        await due.cancel(tx, kind=DEADLINE, subject=row.id)
    await outbox.withdraw(tx, about=poll.id)
    if poll.opened_at is not None:  # what could not be handled may be a vote
        stuck = (inbox.c.state == State.QUARANTINED, inbox.c.received_at >= poll.opened_at)
        await tx.run(update(inbox).where(*stuck).values(state=State.DONE, body=None, person="", error=""))
    await jobs.ask(tx, kind=SCRUB, person=None, argument={"poll": poll.id})


async def is_counted(tx: Tx, *, poll: str, receipt: str) -> bool:
    """Whether a receipt, as its holder types it, is of a ballot in the closed tally. It does not say which."""
    code = typed(receipt, RECEIPT_LENGTH)
    if code is None:
        return False
    mine = (receipts.c.poll == poll, receipts.c.voter.is_(None), receipts.c.hash == hashed(code))
    return await tx.first(select(receipts.c.id).where(*mine)) is not None


async def hashes(tx: Tx, *, poll: str) -> list[str]:
    """Return what is published of the receipts of a closed poll, in order: ``digested`` is its digest."""
    query = select(receipts.c.hash).where(receipts.c.poll == poll, receipts.c.voter.is_(None))
    return [row.hash for row in await tx.all(query.order_by(receipts.c.hash))]


def digested(published: Collection[str]) -> str:
    """Return the digest of all receipts: the SHA-256 of their hashes in order, a line each."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(published)).encode()).hexdigest()


def copied(table: Table) -> ColumnElement[bool]:
    """Return the condition on the rows of a table that go into a copy: no key, and nothing that links a vote.

    While a secret poll is open, that leaves out the conversations in which its ballots are filled in, what was
    sent in them, and what their people wrote and nobody has handled yet.
    """
    underway = exists().where(polls.c.secret, polls.c.state == Stage.OPEN.value)
    if table.name == ballot_keys.name:
        return false()
    if table.name in {conversations.name, outbox.outbox.name}:
        return or_(table.c.about.is_(None), ~underway.where(polls.c.id == table.c.about))
    if table.name == inbox.name:
        return or_(table.c.body.is_(None), ~underway.where(polls.c.opened_at <= table.c.received_at))
    return true()


async def scrub(store: Store) -> None:
    """Let nothing of what was deleted stand in the log or in freed space; raise LogInUse."""
    if store.is_sqlite:
        await store.scrub()
        return
    async with store.engine.connect() as connection:
        bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in REWRITTEN:
            await bare.execute(text(f"VACUUM FULL {table}"))
        await bare.execute(text("CLUSTER participations USING pk_participations"))
        for table in SWEPT:
            await bare.execute(text(f"VACUUM {table}"))


async def _rewrite(tx: Tx, poll: Poll, found: list[Ballot], *, sides: bool, countries: Collection[str]) -> None:
    """Write the ballots anew in random order, without whose they are, and coarser than they were."""
    await tx.run(delete(ballots).where(ballots.c.poll == poll.id, ballots.c.voter.is_not(None)))
    _RANDOM.shuffle(found)
    for start in range(0, len(found), AT_ONCE):
        rows = [_anew(tx, poll, each, sides, countries) for each in found[start : start + AT_ONCE]]
        await tx.run(insert(ballots), rows)


def _anew(tx: Tx, poll: Poll, ballot: Ballot, sides: bool, countries: Collection[str]) -> dict[str, Any]:  # noqa: FBT001 - as above
    row = new_id()
    side, country = ballot.side if sides else "", ballot.country if ballot.country in countries else ""
    words = tx.seal.seal("ballots.words", row, ballot.words) if ballot.words else None
    cell = {"side": side, "country": country, "choice": ballot.choice}
    return {"id": row, "poll": poll.id, "voter": None, "words": words, **cell}


async def _publish_receipts(tx: Tx, poll: str) -> str:
    """Write the receipts anew in the order of their hashes, without whose they are; return their digest."""
    mine = (receipts.c.poll == poll, receipts.c.voter.is_not(None))
    columns = [random_id(tx), receipts.c.poll, null(), receipts.c.hash]
    anew = select(*columns).where(*mine).order_by(receipts.c.hash)
    await tx.run(insert(receipts).from_select(["id", "poll", "voter", "hash"], anew))
    await tx.run(delete(receipts).where(*mine))
    return digested(await hashes(tx, poll=poll))


_RANDOM = SystemRandom()
