"""Contents: one sealed message body that many calls of the outbox share (D3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import (
    Column,
    LargeBinary,
    Select,
    String,
    Table,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from network.errors import Conflict
from network.ids import new_id
from network.outbox import KEEP_SENT_BODY, Stage, outbox
from network.store import Instant, Tx, batches, metadata

UNUSED = timedelta(days=1)  # so long a content may wait to be sent at all
RETRIED = timedelta(days=3)  # so long what failed may be sent again

contents = Table(
    "contents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("about", String(32), index=True),  # a person whom it speaks of, who may be erased before it is sent
    Column("mailing", String(32)),  # by which it is sent
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)


async def keep(tx: Tx, body: str, *, about: str = "") -> str:
    """Keep a message body (an ``Outgoing`` as ``handlers.messages.write`` writes it) and return its id.

    In every channel it must be one call, so its text has at most 1,024 characters where it has buttons or a
    file. ``about`` is the id of a person whom it speaks of: it goes with them when they are erased.
    """
    content = new_id()
    sealed = tx.seal.seal("contents.body", content, body)
    await tx.run(insert(contents), {"id": content, "about": about or None, "body": sealed, "at": tx.now})
    return content


async def give(tx: Tx, *, mailing: str, which: Iterable[str]) -> None:
    """Note by which mailing contents are sent; one that is gone, or another's, raises Conflict."""
    wanted = sorted(set(which))
    free = or_(contents.c.mailing.is_(None), contents.c.mailing == mailing)
    if await tx.run(update(contents).where(contents.c.id.in_(wanted), free).values(mailing=mailing)) != len(wanted):
        raise Conflict


async def forget(tx: Tx, which: Iterable[str]) -> None:
    """Forget contents: what was not sent of them never is."""
    for batch in batches(which):
        await tx.run(delete(contents).where(contents.c.id.in_(batch)))


async def forget_about(tx: Tx, *, person: str) -> None:
    """Forget what speaks of a person: what was not sent of it never is."""
    await tx.run(delete(contents).where(contents.c.about == person))


async def sweep(tx: Tx) -> int:
    """Forget the contents that no call needs any more; return how many."""
    shared = (outbox.c.mailing == contents.c.mailing, outbox.c.content == contents.c.id)
    one: Select[tuple[int]] = select(literal_column("1")).where(*shared)
    waits = exists(one.where(outbox.c.stage < Stage.SENT))
    refused = exists(one.where(outbox.c.stage == Stage.SENT, outbox.c.sent_at > tx.now - KEEP_SENT_BODY))
    failed = exists(one.where(outbox.c.stage == Stage.FAILED, outbox.c.created_at > tx.now - RETRIED))
    return await tx.run(delete(contents).where(contents.c.at < tx.now - UNUSED, ~waits, ~refused, ~failed))
