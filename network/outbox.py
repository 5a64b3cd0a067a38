"""The outbox: the only way out. A row for each call to a provider, and how far it got.

Rows move forward only, in whatever order a provider's receipts come. Bodies and provider ids
are sealed; a body is emptied when nothing can need it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from network import addresses
from network.among import among
from network.ids import new_id
from network.store import Instant, Tx, metadata

KEEP = timedelta(days=30)
ATTEMPTS_AT_MOST = 8
EXPIRED = "expired"  # errors of ours: its time was over
TAKEN_BACK = "taken_back"  # its mailing was stopped
STOPPED = "stopped"  # its reader wants no messages
DARK = "dark"  # of what is held: its reader's country is cut off
KEEP_SENT_BODY = timedelta(hours=24)  # a receipt may still say that the window was closed


class Stage(IntEnum):
    """How far a delivery got. A later stage never gives way to an earlier one."""

    HELD = 0  # the person's window is closed
    QUEUED = 1
    SENDING = 2
    SENT = 3
    FAILED = 4
    DELIVERED = 5
    READ = 6


outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),  # the tracker that a provider may give back
    Column("address", String(32), nullable=False),
    Column("about", String(32)),  # a person whom it speaks of, who may be erased before it is sent
    Column("mailing", String(32)),  # what it is one of many of
    Column("step", SmallInteger, nullable=False, server_default="0"),  # 0: the message itself; others go with it
    Column("content", String(32)),  # in the place of the body, where many get the same
    Column("target", String(32)),  # the call whose message it corrects or takes back
    Column("erases", Boolean, nullable=False, server_default=text("false")),  # it takes that message back
    Column("channel", String(16), nullable=False),
    Column("account", String(32), nullable=False),
    Column("urgency", SmallInteger, nullable=False),  # 0 goes first
    Column("stage", SmallInteger, nullable=False),
    Column("again", Boolean, nullable=False),  # send again when the answer was lost
    Column("counts", Boolean, nullable=False),  # against the rate of the chat: not an edit, not a deletion
    Column("opener", Boolean, nullable=False),  # the template that asks for a reply
    Column("ambiguous", Boolean, nullable=False),  # an answer was lost: it may have arrived twice, or not at all
    Column("attempts", SmallInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ready_at", Instant, nullable=False),
    Column("expires_at", Instant),  # after that it is of no use
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("body", LargeBinary),
    Column("ref", LargeBinary),
    Column("ref_index", String(32)),
    Column("error", String(64), nullable=False),
)
_IS_QUEUED = outbox.c.stage == literal_column("1")
_IS_SENDING = outbox.c.stage == literal_column("2")
_HAS_REF = outbox.c.ref_index.is_not(None)
_IS_OPENER = outbox.c.opener.is_(True)
_IS_ABOUT = outbox.c.about.is_not(None)
_IS_OF_MANY = outbox.c.mailing.is_not(None)
Index(
    "ix_outbox_queued",
    outbox.c.channel,
    outbox.c.account,
    outbox.c.urgency,
    outbox.c.seq,
    outbox.c.ready_at,  # so that what waits for its hour is passed over without being read
    sqlite_where=_IS_QUEUED,
    postgresql_where=_IS_QUEUED,
)
Index("ix_outbox_ready_at", outbox.c.ready_at, sqlite_where=_IS_QUEUED, postgresql_where=_IS_QUEUED)
Index("ix_outbox_lease_until", outbox.c.lease_until, sqlite_where=_IS_SENDING, postgresql_where=_IS_SENDING)
Index("ix_outbox_address_stage", outbox.c.address, outbox.c.stage)
Index("ix_outbox_ref_index", outbox.c.ref_index, sqlite_where=_HAS_REF, postgresql_where=_HAS_REF)
Index("ix_outbox_openers", outbox.c.sent_at, sqlite_where=_IS_OPENER, postgresql_where=_IS_OPENER)
Index("ix_outbox_about", outbox.c.about, sqlite_where=_IS_ABOUT, postgresql_where=_IS_ABOUT)
Index("ix_outbox_created_at", outbox.c.created_at)
Index(
    "uq_outbox_mailing",  # nobody gets one thing twice
    outbox.c.mailing,
    outbox.c.address,
    outbox.c.step,
    unique=True,
    sqlite_where=_IS_OF_MANY,
    postgresql_where=_IS_OF_MANY,
)


@dataclass(frozen=True)
class Post:
    """One call to make to a provider: ``body`` is the message as JSON, ``urgency`` 0 goes first.

    ``ready_at`` is when it may go (None: at once), ``about`` the id of a person whom it speaks of, or another
    id by which to take it back unsent.
    """

    address: str
    channel: str
    account: str
    body: str = field(repr=False)
    urgency: int = 0
    again: bool = True
    counts: bool = True
    ready_at: datetime | None = None
    about: str = ""


@dataclass(frozen=True)
class Report:
    """A provider's word on a call made before: by our own id, or else by the provider's."""

    channel: str
    stage: Stage
    tracker: str = ""
    ref: str = field(default="", repr=False)
    error: str = ""


async def put(tx: Tx, *, posts: Sequence[Post]) -> list[str]:
    """Queue calls in the order given, and return their ids."""
    if not posts:
        return []
    rows = [_row(tx, post) for post in posts]
    await tx.run(_PUT, rows)
    return [row["id"] for row in rows]


async def advance(tx: Tx, *, reports: Sequence[Report]) -> None:
    """Move deliveries forward; a report that is late, repeated or of nobody's changes nothing."""
    tracked: list[dict[str, Any]] = [
        {"the_id": report.tracker, "to": report.stage, "why": report.error[:64]} for report in reports if report.tracker
    ]
    found: list[dict[str, Any]] = [
        {"the_ref": ref_index(tx, report.channel, report.ref), "to": report.stage, "why": report.error[:64]}
        for report in reports
        if report.ref and not report.tracker
    ]
    for statement, values in ((_ADVANCE_TRACKED, tracked), (_ADVANCE_FOUND, found)):
        for final in (False, True):
            chosen = [value for value in values if (value["to"] > Stage.SENT) is final]
            if chosen:
                await tx.run(statement.values(body=None) if final else statement, chosen)


async def take_back(tx: Tx, *, report: Report, stage: Stage, ready_at: datetime) -> str | None:
    """Hold or queue again a call that was sent and refused afterwards; return its address if it was there.

    Only while its body is kept, and not when it was tried too often already.
    """
    sent = outbox.c.stage.in_((Stage.SENDING, Stage.SENT))
    kept = or_(outbox.c.body.is_not(None), outbox.c.content.is_not(None))
    again = (kept, outbox.c.attempts < ATTEMPTS_AT_MOST)
    back = update(outbox).where(_reported(tx, report), sent, *again)
    values = {"stage": stage, "ready_at": ready_at, "error": report.error[:64], "lease_until": None}
    found = await tx.first(back.values(**values).returning(outbox.c.address))
    return found.address if found else None


async def address_of(tx: Tx, *, report: Report) -> str | None:
    """Return the address that a report is about, or None."""
    found = await tx.first(select(outbox.c.address).where(_reported(tx, report)))
    return found.address if found else None


async def release(tx: Tx, *, channel: str, account: str, externals: Sequence[str]) -> int:
    """Queue what was held for the people with these ids: they have just written. Return how many."""
    if not externals:
        return 0
    keys = [addresses.index(tx, channel, external) for external in externals]
    return await tx.run(_RELEASE, {"keys": keys, "on": channel, "by": account, "at": tx.now})


async def fail_all(tx: Tx, *, address: str, code: str) -> int:
    """Fail everything that waits for an address, with a reason code; return how many."""
    live = (outbox.c.address == address, outbox.c.stage.in_((Stage.HELD, Stage.QUEUED)))
    return await tx.run(update(outbox).where(*live).values(stage=Stage.FAILED, error=code[:64], body=None))


async def silence(tx: Tx, *, address: str) -> int:
    """Take back the news that waits for an address: only answers still go there. Return how many."""
    news = (outbox.c.address == address, outbox.c.urgency > 0, outbox.c.stage.in_((Stage.HELD, Stage.QUEUED)))
    return await tx.run(update(outbox).where(*news).values(stage=Stage.FAILED, error=STOPPED, body=None))


async def forget_about(tx: Tx, *, person: str) -> None:
    """Take back what speaks of a person and was not sent, and empty what was."""
    await tx.run(delete(outbox).where(outbox.c.about == person, outbox.c.stage.in_((Stage.HELD, Stage.QUEUED))))
    await tx.run(update(outbox).where(outbox.c.about == person).values(body=None, about=None))


async def withdraw(tx: Tx, *, about: str) -> int:
    """Take back what is about something and was not sent yet, and empty what was; return how many were taken back."""
    unsent = (outbox.c.about == about, outbox.c.stage.in_((Stage.HELD, Stage.QUEUED)))
    count = await tx.run(delete(outbox).where(*unsent))
    await tx.run(update(outbox).where(outbox.c.about == about).values(body=None, about=None))
    return count


async def waiting(tx: Tx, *, people: Sequence[str]) -> int:
    """Return how many calls to these people are queued or being made (not those held)."""
    live = outbox.c.stage.in_((Stage.QUEUED, Stage.SENDING))
    theirs = select(addresses.addresses.c.id).where(addresses.addresses.c.person.in_(people))
    return int(await tx.scalar(select(func.count()).where(outbox.c.address.in_(theirs), live)) or 0)


async def refs(tx: Tx, *, address: str, since: datetime) -> list[str]:
    """Return the provider's ids of the messages sent to an address since an instant, oldest first."""
    rows = await tx.all(
        select(outbox.c.id, outbox.c.ref)
        .where(outbox.c.address == address, outbox.c.ref.is_not(None), outbox.c.sent_at >= since)
        .order_by(outbox.c.seq)
    )
    return [tx.seal.open("outbox.ref", row.id, row.ref) for row in rows]


async def forget(tx: Tx, *, which: Sequence[str]) -> int:
    """Delete every row of these addresses, sent or not; return how many."""
    return await tx.run(delete(outbox).where(outbox.c.address.in_(which)))


async def next_at(tx: Tx) -> datetime | None:
    """Return the earliest instant at which a queued call may be made, or None."""
    found = await tx.first(_NEXT_READY)
    return found.ready_at if found else None


async def next_lease(tx: Tx) -> datetime | None:
    """Return the earliest instant at which a lease ends, or None."""
    found = await tx.first(_NEXT_LEASE)
    return found.lease_until if found else None


async def depths(tx: Tx) -> dict[str, int]:
    """Return how many rows are at each stage."""
    rows = await tx.all(select(outbox.c.stage, func.count().label("many")).group_by(outbox.c.stage))
    counts = {row.stage: row.many for row in rows}
    return {stage.name.lower(): counts.get(stage, 0) for stage in Stage}


async def sweep(tx: Tx) -> int:
    """Empty the bodies sent a day ago, forget rows made 30 days ago; return how many were forgotten."""
    sent = outbox.c.stage == Stage.SENT
    old = outbox.c.sent_at < tx.now - KEEP_SENT_BODY
    await tx.run(update(outbox).where(sent, old, outbox.c.body.is_not(None)).values(body=None))
    return await tx.run(delete(outbox).where(outbox.c.created_at < tx.now - KEEP))


def ref_index(tx: Tx, channel: str, ref: str) -> str:
    """Return the keyed index by which a provider's id of a message is found."""
    return tx.seal.index(f"outbox.ref:{channel}", ref)


def opener_row(tx: Tx, *, address: str, channel: str, account: str, urgency: int) -> dict[str, Any]:
    """Return the values of a row for the template that asks the person to reply."""
    row = _row(tx, Post(address=address, channel=channel, account=account, body="", urgency=urgency))
    return {**row, "opener": True, "body": None}


def _reported(tx: Tx, report: Report) -> ColumnElement[bool]:
    if report.tracker:
        return outbox.c.id == report.tracker
    return outbox.c.ref_index == ref_index(tx, report.channel, report.ref)


def _row(tx: Tx, post: Post) -> dict[str, Any]:
    row = new_id()
    return {
        "id": row,
        "address": post.address,
        "about": post.about or None,
        "channel": post.channel,
        "account": post.account,
        "urgency": post.urgency,
        "stage": Stage.QUEUED,
        "again": post.again,
        "counts": post.counts,
        "opener": False,
        "ambiguous": False,
        "attempts": 0,
        "created_at": tx.now,
        "ready_at": post.ready_at or tx.now,
        "body": tx.seal.seal("outbox.body", row, post.body),
        "error": "",
    }


_PUT = insert(outbox)
_FORWARD = (
    update(outbox)
    .where(outbox.c.stage < bindparam("to"))
    .values(stage=bindparam("to"), error=bindparam("why"), lease_until=None)
)
_ADVANCE_TRACKED = _FORWARD.where(outbox.c.id == bindparam("the_id"))
_ADVANCE_FOUND = _FORWARD.where(outbox.c.ref_index == bindparam("the_ref"))
_home = addresses.addresses.c
_WRITERS = select(_home.id).where(
    _home.channel == bindparam("on"),
    _home.account == bindparam("by"),
    or_(among(_home.external_index, "keys"), among(_home.alias_index, "keys")),
)
_RELEASE = (
    update(outbox)
    .where(outbox.c.address.in_(_WRITERS), outbox.c.stage == literal_column("0"), outbox.c.error != DARK)
    .values(stage=Stage.QUEUED, ready_at=bindparam("at", type_=Instant))
)
_NEXT_READY = select(outbox.c.ready_at).where(_IS_QUEUED).order_by(outbox.c.ready_at).limit(1)
_NEXT_LEASE = select(outbox.c.lease_until).where(_IS_SENDING).order_by(outbox.c.lease_until).limit(1)
