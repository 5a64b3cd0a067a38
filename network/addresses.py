"""Addresses: where a person is reached, one for each account of a channel (D6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    literal_column,
    or_,
    select,
    update,
)

from network import stops
from network.among import among
from network.ids import new_id
from network.sealing import Unsealable
from network.store import Instant, Tx, batches, metadata

addresses = Table(
    "addresses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("external", LargeBinary, nullable=False),
    Column("external_index", String(32), nullable=False),
    Column("alias", LargeBinary),
    Column("alias_index", String(32)),
    Column("language", String(16), nullable=False),
    Column("invitation", String(32)),
    Column("reachable", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("last_inbound_at", Instant, nullable=False),
    UniqueConstraint("channel", "account", "external_index"),
    UniqueConstraint("channel", "account", "alias_index"),
)


@dataclass(frozen=True)
class Address:
    """One way to reach a person. ``external`` is the id to send to, ``alias`` a second one there."""

    id: str
    person: str
    channel: str
    account: str
    external: str = field(repr=False)
    alias: str | None = field(repr=False)
    language: str
    invitation: str | None
    reachable: bool
    last_inbound_at: datetime


def index(tx: Tx, channel: str, external: str) -> str:
    """Return the keyed index of an id on a channel; ids and aliases share one key, for either may come first."""
    return tx.seal.index(f"addresses.external:{channel}", external)


async def opens(tx: Tx) -> bool:
    """Whether our keys open what is kept here: one address, when there is any."""
    row = await tx.first(select(addresses.c.id, addresses.c.external).limit(1))
    try:
        return row is None or bool(tx.seal.open("addresses.external", row.id, row.external))
    except Unsealable:
        return False


async def meet(
    tx: Tx, *, channel: str, account: str, external: str, alias: str | None = None, language: str = ""
) -> Address:
    """Return the address that a message came from, making it (and a new person id) on first contact.

    It is found by either id; but a second id (a phone number) under another first one (a user id) is the
    account of somebody else, who was given the number: a first contact. The address becomes reachable,
    and its service window begins now. The row is locked until the transaction ends, so that one
    person's messages are handled one at a time.
    ``language`` is the app's own hint and only counts on first contact.
    """
    key = index(tx, channel, external)
    other = index(tx, channel, alias) if alias else None
    values = {"on": channel, "by": account, "at": tx.now}
    known = tx.ahead.take(f"{channel}|{account}", key)
    row = known[0] if known else await tx.first(_TOUCH, {**values, "key": key})
    if other is not None and (row is None or other != row.alias_index):
        await _part(tx, channel, account, key, other)
    if row is None:
        row = await tx.first(_TOUCH_EITHER, {**values, "keys": [value for value in (key, other) if value]})
    if row is None:
        row = await _create(tx, channel, account, external, language)
    if alias and other != row.alias_index:
        row = await _learn(tx, row, external, alias)
    return _address(tx, row)


async def meet_ahead(tx: Tx, *, channel: str, account: str, externals: Iterable[str]) -> list[str]:
    """Do for many messages at once what ``meet`` will ask for; return the persons already known."""
    found: dict[str, list[Row[Any]]] = {}
    values = {"on": channel, "by": account, "at": tx.now}
    for batch in batches({index(tx, channel, external) for external in externals}):
        for row in await tx.all(_TOUCH_MANY, {**values, "keys": batch}):
            found[row.external_index] = [row]
    tx.ahead.keep(f"{channel}|{account}", found, found)
    return [row.person for rows in found.values() for row in rows]


async def find(tx: Tx, *, channel: str, account: str, external: str) -> Address | None:
    """Return the address that has an id, touching nothing; None before first contact."""
    here = (addresses.c.channel == channel) & (addresses.c.account == account)
    row = await tx.first(select(addresses).where(here, _either(index(tx, channel, external))))
    return _address(tx, row) if row else None


async def get(tx: Tx, *, address: str) -> Address:
    """Return one address; raise Missing."""
    row = await tx.one(_GET, {"the_id": address})
    return _address(tx, row)


async def of(tx: Tx, *, person: str) -> list[Address]:
    """Return every address of a person, the most recently used first."""
    return [_address(tx, row) for row in await tx.all(_OF, {"of_person": person})]


async def preferred(
    tx: Tx, *, people: Iterable[str], among: Collection[tuple[str, str]] | None = None
) -> dict[str, Address]:
    """Return, for each person who can be reached, the address they used last; one whose account sends first.

    ``among`` names the accounts (channel and name) that count; None means all.
    """
    found: dict[str, Address] = {}
    for batch in batches(people):
        query = select(addresses).where(addresses.c.person.in_(batch), addresses.c.reachable)
        stopped = case((stops.of(addresses.c.channel, addresses.c.account), 1), else_=0)
        for row in await tx.all(query.order_by(stopped, addresses.c.last_inbound_at.desc(), addresses.c.id)):
            if row.person not in found and (among is None or (row.channel, row.account) in among):
                found[row.person] = _address(tx, row)
    return found


async def set_language(tx: Tx, *, address: str, language: str) -> None:
    """Keep the language chosen on an address before its person is a member."""
    await tx.run(update(addresses).where(addresses.c.id == address).values(language=language))


async def set_invitation(tx: Tx, *, address: str, invitation: str | None) -> None:
    """Keep the invitation that brought the person, until they consent."""
    await tx.run(update(addresses).where(addresses.c.id == address).values(invitation=invitation))


async def set_reachable(tx: Tx, *, address: str, reachable: bool) -> None:
    """Note that the person blocked the bot there, or came back."""
    await tx.run(update(addresses).where(addresses.c.id == address).values(reachable=reachable))


async def set_person(tx: Tx, *, person: str, to: str) -> None:
    """Give every address of ``person`` to another person: two apps of one human being."""
    await tx.run(update(addresses).where(addresses.c.person == person).values(person=to, invitation=None))


async def let_in(tx: Tx, *, channel: str, account: str, externals: Iterable[str], reachable: bool) -> None:
    """Note that whoever has one of these ids blocked the bot, or let it in again. It is no message: no window opens."""
    keys = [index(tx, channel, external) for external in externals]
    theirs = or_(addresses.c.external_index.in_(keys), addresses.c.alias_index.in_(keys))
    here = (addresses.c.channel == channel) & (addresses.c.account == account)
    await tx.run(update(addresses).where(here, theirs).values(reachable=reachable))


async def move(tx: Tx, *, channel: str, account: str, old: str, new: str) -> None:
    """Follow a chat to its new id; an address that already has the new id stays, the old one goes quiet.

    Of two ids the one that is not named ends with the old one: WhatsApp's user id changes with the number.
    """
    here = (addresses.c.channel == channel) & (addresses.c.account == account)
    row = await tx.first(select(addresses).where(here, _either(index(tx, channel, old))))
    if row is None:
        return
    key = index(tx, channel, new)
    if await tx.first(select(addresses.c.id).where(here, _either(key), addresses.c.id != row.id)):
        await set_reachable(tx, address=row.id, reachable=False)
        return
    sealed = tx.seal.seal("addresses.external", row.id, new)
    change = update(addresses).where(addresses.c.id == row.id)
    await tx.run(change.values(external=sealed, external_index=key, alias=None, alias_index=None))


async def detach(tx: Tx, *, address: str) -> None:
    """Forget an address. The next message from there is a first contact."""
    await tx.run(delete(addresses).where(addresses.c.id == address))


def _either(key: str) -> ColumnElement[bool]:
    return or_(addresses.c.external_index == key, addresses.c.alias_index == key)


async def _part(tx: Tx, channel: str, account: str, key: str, other: str) -> None:
    """Take a second id from an address whose first id is another one: the number has a new owner."""
    here = (addresses.c.channel == channel) & (addresses.c.account == account)
    former = (addresses.c.alias_index == other, addresses.c.external_index != key)
    await tx.run(update(addresses).where(here, *former).values(alias=None, alias_index=None))


async def _create(tx: Tx, channel: str, account: str, external: str, language: str) -> Row[Any]:
    """Make an address; when another process made it a moment ago, return that one.

    Whoever is known on another account of the channel is the same person: an app's id is theirs on each.
    """
    row_id = new_id()
    known = select(addresses.c.person).where(addresses.c.channel == channel, _either(index(tx, channel, external)))
    person = await tx.scalar(known.order_by(addresses.c.last_inbound_at.desc()).limit(1))
    await tx.add(
        addresses,
        key=("channel", "account", "external_index"),
        id=row_id,
        person=person or new_id(),
        channel=channel,
        account=account,
        external=tx.seal.seal("addresses.external", row_id, external),
        external_index=index(tx, channel, external),
        language=language[:16],
        reachable=True,
        created_at=tx.now,
        last_inbound_at=tx.now,
    )
    here = (addresses.c.channel == channel) & (addresses.c.account == account)
    made = here & (addresses.c.external_index == index(tx, channel, external))
    return await tx.one(select(addresses).where(made).with_for_update())


async def _learn(tx: Tx, row: Row[Any], external: str, alias: str) -> Row[Any]:
    """Keep both ids of one address, unless one of them stands on another address."""
    keys = {"external_index": index(tx, row.channel, external), "alias_index": index(tx, row.channel, alias)}
    taken = or_(addresses.c.external_index.in_(keys.values()), addresses.c.alias_index.in_(keys.values()))
    here = (addresses.c.channel == row.channel) & (addresses.c.account == row.account)
    if await tx.first(select(addresses.c.id).where(here, taken, addresses.c.id != row.id)):
        return row
    sealed = {
        "external": tx.seal.seal("addresses.external", row.id, external),
        "alias": tx.seal.seal("addresses.alias", row.id, alias),
    }
    change = update(addresses).where(addresses.c.id == row.id).values(**keys, **sealed).returning(addresses)
    return await tx.first(change) or row


def _address(tx: Tx, row: Row[Any]) -> Address:
    return Address(
        id=row.id,
        person=row.person,
        channel=row.channel,
        account=row.account,
        external=tx.seal.open("addresses.external", row.id, row.external),
        alias=None if row.alias is None else tx.seal.open("addresses.alias", row.id, row.alias),
        language=row.language,
        invitation=row.invitation,
        reachable=row.reachable,
        last_inbound_at=row.last_inbound_at,
    )


# Built once: a message begins with one of these.
_HERE = (addresses.c.channel == bindparam("on"), addresses.c.account == bindparam("by"))
_TOUCHED = (
    update(addresses)
    .values(last_inbound_at=bindparam("at", type_=Instant), reachable=literal_column("true", Boolean))
    .where(*_HERE)
    .returning(addresses)
)
_TOUCH = _TOUCHED.where(addresses.c.external_index == bindparam("key"))
_TOUCH_MANY = _TOUCHED.where(among(addresses.c.external_index, "keys"))
_TOUCH_EITHER = _TOUCHED.where(or_(among(addresses.c.alias_index, "keys"), among(addresses.c.external_index, "keys")))
_OF = (
    select(addresses)
    .where(addresses.c.person == bindparam("of_person"))
    .order_by(addresses.c.last_inbound_at.desc(), addresses.c.id)
)
_GET = select(addresses).where(addresses.c.id == bindparam("the_id"))
