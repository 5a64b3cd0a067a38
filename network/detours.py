"""Detours: what waits for an account that its provider stopped goes to the same people elsewhere, once.

Nothing is doubled: a call whose answer was lost may have arrived there, and stays where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select, update

from network import addresses as addresses_
from network import outbox as boxes
from network import stops
from network.addresses import Address, addresses
from network.mailings import mailings
from network.members import State, members
from network.outbox import DARK, Post, Stage, outbox
from network.store import Tx

AT_ONCE = 200  # calls
MOVED = "moved"  # the error of a call that is of no use elsewhere: it changes a message of the stopped account

Account = tuple[str, str]


@dataclass(frozen=True)
class Stranded:
    """A call that waits for a stopped account, and where its person is reached meanwhile.

    ``body`` is None where it is shared with others: it fits every channel. One with a body of its own has to be
    made to fit, else it is of no use.
    """

    id: str
    to: Address
    body: str | None = field(repr=False)
    urgency: int
    again: bool
    about: str
    is_useless: bool  # as it is: it takes back a message of the stopped account, or does not fit


@dataclass(frozen=True)
class Cut:
    """How many members who used a stopped account can be reached elsewhere, and how many cannot."""

    elsewhere: int
    nowhere: int


async def stranded(tx: Tx, *, account: Account, open_accounts: Collection[Account]) -> list[Stranded]:
    """Return calls that wait for a stopped account and can go elsewhere, the first ones first; 200 at most.

    ``open_accounts`` are those that this installation sends from.
    """
    query = select(outbox, addresses.c.person).join(addresses, addresses.c.id == outbox.c.address)
    waits = (outbox.c.stage.in_((Stage.HELD, Stage.QUEUED)), outbox.c.ambiguous.is_(False), outbox.c.error != DARK)
    here = (outbox.c.channel == account[0], outbox.c.account == account[1], outbox.c.opener.is_(False))
    rows = await tx.all(query.where(*here, *waits, _has_other(open_accounts)).order_by(outbox.c.seq).limit(AT_ONCE))
    homes = await addresses_.preferred(tx, people={row.person for row in rows}, among=open_accounts)
    return [_stranded(tx, row, homes[row.person]) for row in rows if row.person in homes]


async def move(tx: Tx, *, call: Stranded, bodies: Sequence[str] = ()) -> None:
    """Let a call be made elsewhere, as the calls that ``bodies`` are (one that is shared needs none)."""
    mine = update(outbox).where(outbox.c.id == call.id, outbox.c.stage.in_((Stage.HELD, Stage.QUEUED)))
    first = {"body": tx.seal.seal("outbox.body", call.id, bodies[0])} if bodies else {}
    moved = 0
    if bodies or not call.is_useless:
        going = mine.where(~_is_there(call.to))
        there = {"address": call.to.id, "channel": call.to.channel, "account": call.to.account}
        moved = await tx.run(going.values(**there, **first, stage=Stage.QUEUED, error="", attempts=0, target=None))
    if not moved:
        await tx.run(mine.values(stage=Stage.FAILED, error=MOVED, body=None))
        return
    post = Post(call.to.id, call.to.channel, call.to.account, "", call.urgency, call.again, about=call.about)
    await boxes.put(tx, posts=[replace(post, body=body) for body in bodies[1:]])


def people(account: Account, open_accounts: Collection[Account]) -> Select[tuple[str]]:
    """Return the select of the members who used a stopped account and are reached elsewhere."""
    used = (addresses.c.channel == account[0]) & (addresses.c.account == account[1])
    query = select(members.c.id).distinct().join(addresses, addresses.c.person == members.c.id)
    return query.where(used, members.c.state == State.ACTIVE.value, _has_other(open_accounts))


async def is_told(tx: Tx, *, mailing: str) -> bool:
    """Whether people were told of a stop: ``mailing`` is the id of what tells them."""
    return await tx.first(select(mailings.c.id).where(mailings.c.id == mailing)) is not None


async def cut(tx: Tx, *, account: Account, open_accounts: Collection[Account]) -> Cut:
    """Return how many members a stop concerns."""
    used = (addresses.c.channel == account[0]) & (addresses.c.account == account[1])
    theirs = select(members.c.id).distinct().join(addresses, addresses.c.person == members.c.id)
    query = theirs.where(used, addresses.c.reachable, members.c.state == State.ACTIVE.value)
    many = int(await tx.scalar(select(func.count()).select_from(query.subquery())) or 0)
    reached = int(await tx.scalar(select(func.count()).select_from(people(account, open_accounts).subquery())) or 0)
    return Cut(reached, max(0, many - reached))


def _has_other(open_accounts: Collection[Account]) -> ColumnElement[bool]:
    """Return the condition that the person of an address is reached at another, of an account that sends."""
    other = addresses.alias("other")
    named = [f"{channel}/{account}" for channel, account in sorted(open_accounts)]
    sends = (other.c.channel + "/" + other.c.account).in_(named) & ~stops.of(other.c.channel, other.c.account)
    same = (other.c.person == addresses.c.person) & (other.c.id != addresses.c.id)
    return exists(select(literal_column("1")).select_from(other).where(same, other.c.reachable, sends))


def _is_there(to: Address) -> ColumnElement[bool]:
    """Return the condition that the same message of a mailing is on its way to an address already."""
    other = outbox.alias("other")
    same = (other.c.mailing == outbox.c.mailing) & (other.c.step == outbox.c.step)
    return exists(select(literal_column("1")).select_from(other).where(same, other.c.address == to.id))


def _stranded(tx: Tx, row: Any, to: Address) -> Stranded:
    if row.content is not None:
        return Stranded(row.id, to, None, row.urgency, row.again, row.about or "", is_useless=row.erases)
    body = "" if row.body is None else tx.seal.open("outbox.body", row.id, row.body)
    return Stranded(row.id, to, body, row.urgency, row.again, row.about or "", is_useless=True)
