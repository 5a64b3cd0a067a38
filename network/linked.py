"""Linked: a group chat of an app that belongs to a group of the network, and who may enter it.

The bot keeps its door: it lets in members of the group who know what the app shows of them, and takes out
those who are members no more. What is said there is neither read nor kept (``bot/channels/telegram_parsing.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, delete, exists, select, update

from network import addresses, audit, codes, groups, jobs, outbox
from network.addresses import Address
from network.errors import Forbidden
from network.groups import Group, memberships
from network.ids import new_id
from network.members import State, members
from network.store import Instant, Tx, metadata

CODE_LENGTH = 8  # letters and digits: 40 bits, for half an hour
HOLDS = timedelta(minutes=30)
GATE = "gate"  # kind of job: {"subject", "act", "channel", "account", "chat", "guest"}
INVITE, ADMIT, DECLINE, REMOVE = "invite", "admit", "decline", "remove"  # acts at the gate
LAST_WORD_S = 10.0  # before somebody is declined: until then the app lets the bot write to a stranger


class Door(StrEnum):
    """Whether people can enter."""

    OPENING = "opening"  # its link is being made
    OPEN = "open"
    SHUT = "shut"  # the bot has no power there (any more)


linked = Table(
    "linked",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("address", String(32), nullable=False, unique=True),  # of the chat, as if it were a person's
    Column("by", String(32)),  # who linked it; None once they have left
    Column("state", String(8), nullable=False),
    Column("invite", LargeBinary),  # the link by which people ask to enter
    Column("at", Instant, nullable=False),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("code_index", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

guests = Table(
    "guests",
    metadata,
    Column("linked", String(32), ForeignKey("linked.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("agreed_at", Instant),  # to what the app shows of them
    Column("knocked_at", Instant),
    Column("admitted_at", Instant),
)


@dataclass(frozen=True)
class Linked:
    """The group chat of a group. ``chat`` is its id in the app, ``invite`` the link by which people ask to enter."""

    id: str
    group: str
    address: str
    by: str | None
    state: Door
    chat: str = field(repr=False)
    invite: str = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether people can enter."""
        return self.state is Door.OPEN


async def offer(tx: Tx, *, group: str, by: str) -> str:
    """Return a code that links a group chat to a group, once, within half an hour; raise Forbidden."""
    await _hold_a_seat(tx, group, by)
    await tx.run(delete(link_codes).where((link_codes.c.person == by) | (link_codes.c.expires_at <= tx.now)))
    code = codes.fresh(CODE_LENGTH)
    row = {"code_index": _index(tx, code), "group_id": group, "person": by, "expires_at": tx.now + HOLDS}
    await tx.run(link_codes.insert(), row)
    return codes.shown(code)


async def accept(tx: Tx, *, channel: str, account: str, chat: str, code: str) -> Linked | None:
    """Link the chat in which a code was posted, and ask for its link; None when the code does not hold.

    What was linked to the group before is linked no more. A chat of another group stays with it. Audited.
    """
    row = await _take(tx, code)
    if row is None:
        return None
    home = await addresses.meet(tx, channel=channel, account=account, external=chat)
    taken = await tx.first(select(linked.c.group_id).where(linked.c.address == home.id))
    if taken is not None and taken.group_id != row.group_id:
        return None
    await addresses.set_language(tx, address=home.id, language=row.language)
    await _drop(tx, row.group_id, but=home.id)
    again = {"by": row.person, "state": Door.OPENING.value, "invite": None, "at": tx.now}
    if not await tx.run(update(linked).where(linked.c.group_id == row.group_id).values(**again)):
        await tx.run(linked.insert(), {"id": new_id(), "group_id": row.group_id, "address": home.id, **again})
    found = await of_group(tx, group=row.group_id)
    if found is not None:
        await _ask(tx, found, INVITE, home)
        await audit.record(tx, act="link_chat", actor=row.person, subject=found.id)
    return found


async def unlink(tx: Tx, *, group: str, by: str) -> None:
    """Let a group have no group chat any more; who is in it stays. Raise Forbidden. Audited."""
    await _hold_a_seat(tx, group, by)
    await _drop(tx, group)
    await audit.record(tx, act="unlink_chat", actor=by, subject=group)


async def get(tx: Tx, *, which: str) -> Linked | None:
    """Return a linked chat, or None."""
    return await _find(tx, linked.c.id == which)


async def of_group(tx: Tx, *, group: str) -> Linked | None:
    """Return the chat that is linked to a group, or None."""
    return await _find(tx, linked.c.group_id == group)


async def of_chat(tx: Tx, *, channel: str, account: str, chat: str) -> Linked | None:
    """Return the link of a chat, or None."""
    home = await addresses.find(tx, channel=channel, account=account, external=chat)
    return None if home is None else await _find(tx, linked.c.address == home.id)


async def made(tx: Tx, *, which: str, invite: str) -> Linked | None:
    """Keep the link by which people ask to enter: from now they can. None when it is linked no more."""
    sealed = tx.seal.seal("linked.invite", which, invite)
    await tx.run(update(linked).where(linked.c.id == which).values(state=Door.OPEN.value, invite=sealed))
    return await get(tx, which=which)


async def shut(tx: Tx, *, which: str) -> bool:
    """Note that the bot has no power in a chat (any more); return whether that is new."""
    open_ones = (linked.c.id == which, linked.c.state != Door.SHUT.value)
    return await tx.run(update(linked).where(*open_ones).values(state=Door.SHUT.value, invite=None)) > 0


async def moved(tx: Tx, *, channel: str, account: str, new: str) -> None:
    """Ask for a new link: a chat has a new id, and its old links lead nowhere. Call it after ``addresses.move``."""
    found = await of_chat(tx, channel=channel, account=account, chat=new)
    if found is not None:
        await tx.run(update(linked).where(linked.c.id == found.id).values(state=Door.OPENING.value, invite=None))
        await _ask(tx, found, INVITE, await addresses.get(tx, address=found.address))


async def posted(tx: Tx, *, about: str) -> list[tuple[str, str]]:
    """Return the address and the message of what was sent to a linked chat about something."""
    table = outbox.outbox.c
    sent = select(table.id, table.address, table.ref).where(table.about == about, table.ref.is_not(None))
    rows = await tx.all(sent.where(table.address.in_(select(linked.c.address))))
    return [(row.address, tx.seal.open("outbox.ref", row.id, row.ref)) for row in rows]


async def may_enter(tx: Tx, *, group: str, person: str) -> bool:
    """Whether somebody is an active member of a group."""
    query = select(members.c.id).where(_is_inside(group, members.c.id), members.c.id == person)
    return await tx.first(query) is not None


async def agree(tx: Tx, *, which: str, person: str) -> dict[str, Any]:
    """Keep that a member knows what the app shows of them and wants to enter; let in who has asked at the door.

    Returns ``admitted``, else the ``invite`` link, "" for whoever has no address in that app. Raise Forbidden.
    """
    found = await get(tx, which=which)
    if found is None or not await may_enter(tx, group=found.group, person=person):
        raise Forbidden
    home = await addresses.get(tx, address=found.address)
    theirs = [each for each in await addresses.of(tx, person=person) if _same_account(each, home)]
    mine = (guests.c.linked == which, guests.c.person == person)
    for each in theirs:
        key = {"linked": which, "address": each.id}
        await tx.add(guests, key=("linked", "address"), **key, person=person)
    await tx.run(update(guests).where(*mine).values(agreed_at=tx.now))
    waiting = {
        row.address for row in await tx.all(select(guests.c.address).where(*mine, guests.c.knocked_at.is_not(None)))
    }
    for each in theirs:
        if each.id in waiting:
            await _admit(tx, found, each)
    return {"invite": found.invite if theirs and not waiting else "", "admitted": bool(waiting)}


async def decline(tx: Tx, *, which: str, person: str) -> None:
    """Do not let somebody in who thought better of it."""
    found = await get(tx, which=which)
    mine = (guests.c.linked == which, guests.c.person == person, guests.c.admitted_at.is_(None))
    for row in await tx.all(delete(guests).where(*mine).returning(guests.c.address, guests.c.knocked_at)):
        if found is not None and row.knocked_at is not None:
            await _ask(tx, found, DECLINE, await addresses.get(tx, address=row.address), after_s=LAST_WORD_S)


async def knock(tx: Tx, *, at: Linked, guest: Address) -> str:
    """Somebody asks to enter: return ADMIT (they are let in), INVITE (they must agree first) or DECLINE.

    A member agrees once for each time that they enter: to what the app shows of them, just before it does.
    """
    if not at.is_open or not await may_enter(tx, group=at.group, person=guest.person):
        await _ask(tx, at, DECLINE, guest, after_s=LAST_WORD_S)
        return DECLINE
    key = {"linked": at.id, "address": guest.id}
    await tx.add(guests, key=("linked", "address"), **key, person=guest.person)
    mine = (guests.c.linked == at.id, guests.c.address == guest.id)
    await tx.run(update(guests).where(*mine).values(person=guest.person, knocked_at=tx.now))
    if await tx.scalar(select(guests.c.agreed_at).where(*mine)) is None:
        return INVITE
    await _admit(tx, at, guest)
    return ADMIT


async def tend_one(tx: Tx, _group: str) -> None:
    """Do what ``tend`` does, when somebody has left a group."""
    await tend(tx)


async def tend(tx: Tx) -> int:
    """Take out whoever is no longer an active member of the group; return how many."""
    inside = exists().where(memberships.c.group_id == linked.c.group_id, memberships.c.person == guests.c.person)
    active = exists().where(members.c.id == guests.c.person, members.c.state.in_(_IN))
    query = select(guests.c.linked, guests.c.address).join(linked, linked.c.id == guests.c.linked)
    rows = await tx.all(query.where(~(inside & active)))
    for row in rows:
        await _show_out(tx, row.linked, row.address)
    return len(rows)


async def forget(tx: Tx, *, person: str) -> None:
    """Take a person out of every linked chat, and forget that they were there, or linked it."""
    for row in await tx.all(select(guests.c.linked, guests.c.address).where(guests.c.person == person)):
        await _show_out(tx, row.linked, row.address)
    await tx.run(delete(link_codes).where(link_codes.c.person == person))
    await tx.run(update(linked).where(linked.c.by == person).values(by=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another linked and entered: two memberships of one human being."""
    for table, column in ((guests, guests.c.person), (link_codes, link_codes.c.person), (linked, linked.c.by)):
        await tx.run(update(table).where(column == person).values({column.name: to}))


async def entered(tx: Tx, *, person: str) -> list[Group]:
    """Return the groups whose linked chat a person was let into."""
    theirs = select(linked.c.group_id).join(guests, guests.c.linked == linked.c.id).where(guests.c.person == person)
    rows = await tx.all(theirs.where(guests.c.admitted_at.is_not(None)).distinct())
    return [await groups.get(tx, group=row.group_id) for row in rows]


async def _hold_a_seat(tx: Tx, group: str, person: str) -> None:
    if person not in {seat.person for seat in await groups.seated(tx, group=group)}:
        raise Forbidden


async def _take(tx: Tx, code: str) -> Row[Any] | None:
    """Use a code up; return it, and what its owner reads; None when it does not hold or they hold no seat any more."""
    bare = codes.typed(code, CODE_LENGTH)
    if bare is None:
        return None
    holds = (link_codes.c.code_index == _index(tx, bare)) & (link_codes.c.expires_at > tx.now)
    owner = select(link_codes.c.group_id, link_codes.c.person, members.c.language)
    row = await tx.first(owner.join(members, members.c.id == link_codes.c.person).where(holds).with_for_update())
    await tx.run(delete(link_codes).where(holds))
    if row is None or row.person not in {seat.person for seat in await groups.seated(tx, group=row.group_id)}:
        return None
    return row


async def _find(tx: Tx, which: Any) -> Linked | None:
    table = addresses.addresses
    query = select(linked, table.c.external).join(table, table.c.id == linked.c.address)
    row = await tx.first(query.where(which))
    if row is None:
        return None
    return Linked(
        id=row.id,
        group=row.group_id,
        address=row.address,
        by=row.by,
        state=Door(row.state),
        chat=tx.seal.open("addresses.external", row.address, row.external),
        invite="" if row.invite is None else tx.seal.open("linked.invite", row.id, row.invite),
    )


async def _drop(tx: Tx, group: str, *, but: str = "") -> None:
    """Forget the chat that is linked to a group, and what waits to be posted there, unless it is ``but``."""
    gone = (linked.c.group_id == group, linked.c.address != but)
    for row in await tx.all(delete(linked).where(*gone).returning(linked.c.address)):
        await outbox.forget(tx, which=[row.address])
        await addresses.detach(tx, address=row.address)


async def _admit(tx: Tx, at: Linked, guest: Address) -> None:
    mine = (guests.c.linked == at.id, guests.c.address == guest.id)
    await tx.run(update(guests).where(*mine).values(admitted_at=tx.now, knocked_at=None, agreed_at=None))
    await _ask(tx, at, ADMIT, guest)


async def _show_out(tx: Tx, which: str, address: str) -> None:
    """Take somebody out of a chat, or decline them while they wait before its door."""
    found = await get(tx, which=which)
    row = await tx.first(delete(guests).where(guests.c.linked == which, guests.c.address == address).returning(guests))
    if found is None or row is None:
        return
    act = REMOVE if row.admitted_at is not None else DECLINE if row.knocked_at is not None else ""
    if act:
        await _ask(tx, found, act, await addresses.get(tx, address=address))


async def _ask(tx: Tx, at: Linked, act: str, guest: Address, *, after_s: float = 0.0) -> None:
    """Ask for an act at the gate, outside this transaction; who let somebody in, or linked it, hears of it."""
    person = {ADMIT: guest.person, INVITE: at.by}.get(act)
    where = {"channel": guest.channel, "account": guest.account, "chat": at.chat, "guest": guest.external}
    await jobs.ask(tx, kind=GATE, person=person, argument={"subject": at.id, "act": act, **where}, after_s=after_s)


def _is_inside(group: str, person: Any) -> Any:
    active = exists().where(memberships.c.group_id == group, memberships.c.person == person)
    return active & (members.c.state == State.ACTIVE.value)


def _same_account(one: Address, other: Address) -> bool:
    return (one.channel, one.account) == (other.channel, other.account)


def _index(tx: Tx, code: str) -> str:
    return tx.seal.index("link_codes.code", code)


_IN = (State.ACTIVE.value, State.STOPPED.value)  # who wants no messages for now stays inside
