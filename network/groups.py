"""Groups: one for each country, with a coordinator and a deputy from each side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from network import audit, due, regimes
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.members import SIDES, State, members
from network.store import Instant, Tx, metadata

RANKS = ("coordinator", "deputy")
TEND = "gate"  # the kind of the due row on which whoever left is taken out of linked chats (``network/linked.py``)
BOTH = "both"  # a composition: officials and civil society; else it is one of SIDES


class Policy(StrEnum):
    """How one comes into a group."""

    OPEN = "open"
    REQUEST = "request"  # a coordinator says yes
    INVITATION = "invitation"  # with a code of somebody who is in it


class Talk(StrEnum):
    """Who is heard in a group (``network/posts.py``)."""

    NEWS = "news"  # those who hold a seat
    MODERATED = "moderated"  # every member, once somebody who holds a seat has read it
    OPEN = "open"  # every member


class Mode(StrEnum):
    """How a member gets what is posted in a group."""

    INSTANT = "instant"
    DAILY = "daily"
    SILENT = "silent"


groups = Table(
    "groups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("country", String(2), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("policy", String(10), nullable=False, server_default=Policy.OPEN.value),
    Column("composition", String(10), nullable=False, server_default=BOTH),
    Column("vouched", Boolean, nullable=False, server_default="0"),  # whoever asks needs a member's vouch
    Column("topic", String(40), nullable=False, server_default=""),
    Column("locality", LargeBinary),  # below the country: a town, a border post
    Column("talk", String(10), nullable=False, server_default=Talk.MODERATED.value),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
    Column("mode", String(8), nullable=False, server_default=Mode.INSTANT.value),
    Column("paused_until", Instant),
)

seats = Table(
    "seats",
    metadata,
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("side", String(10), nullable=False),
    Column("rank", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("group_id", "side", "rank"),
)


@dataclass(frozen=True)
class Group:
    """A group; ``country`` is empty for one that spans several, ``topic`` for one that is about no single one.

    ``vouched``: whoever asks to join needs the vouch of a member.
    """

    id: str
    code: str
    country: str
    policy: Policy = Policy.OPEN
    composition: str = BOTH
    vouched: bool = False
    topic: str = ""
    talk: Talk = Talk.MODERATED

    @property
    def is_home(self) -> bool:
        """Whether it is the group of a country, in which everybody of that country is."""
        return bool(self.country) and self.code == self.country

    def fits(self, side: str) -> bool:
        """Whether members of a side can be in it."""
        return self.composition in {BOTH, side}


@dataclass(frozen=True)
class Membership:
    """How a member is in a group; ``paused_until`` is None, or an instant that may have passed (UTC)."""

    group: str
    person: str
    mode: Mode
    paused_until: datetime | None


@dataclass(frozen=True)
class Seat:
    """Somebody's seat in a group. It counts while they are active and on the side it was given for."""

    person: str
    side: str
    rank: str
    group: str


@dataclass(frozen=True)
class Staffing:
    """How many active members a group has, and from which sides somebody holds a seat that counts."""

    code: str
    members: int
    sides: frozenset[str]


async def create(tx: Tx, *, code: str, country: str = "") -> str:
    """Make a group, or find the one with this code; return its id."""
    await tx.add(groups, key=("code",), id=new_id(), code=code, country=country, created_at=tx.now)
    return str(await tx.scalar(select(groups.c.id).where(groups.c.code == code)))


async def get(tx: Tx, *, group: str) -> Group:
    """Return a group; raise Missing."""
    row = await tx.one(select(groups).where(groups.c.id == group))
    return _group(row)


async def every(tx: Tx) -> list[Group]:
    """Return every group, in the order of the codes."""
    return [_group(row) for row in await tx.all(select(groups).order_by(groups.c.code))]


async def by_country(tx: Tx, *, country: str) -> Group:
    """Return the group of a country; raise Missing."""
    row = await tx.one(select(groups).where(groups.c.country == country, groups.c.code == country))
    return _group(row)


async def join(tx: Tx, *, group: str, person: str) -> bool:
    """Put a member in a group; again, it changes nothing. Return False where their side does not fit."""
    composition = await tx.scalar(select(groups.c.composition).where(groups.c.id == group))
    if composition != BOTH and composition != await tx.scalar(select(members.c.side).where(members.c.id == person)):
        return False
    await tx.add(memberships, key=("group_id", "person"), group_id=group, person=person, at=tx.now)
    return True


async def refit(tx: Tx, *, person: str) -> None:
    """Take a member out of the groups in which those of their side cannot be: they have changed sides."""
    side = await tx.scalar(select(members.c.side).where(members.c.id == person))
    for group in await of(tx, person=person):
        if not group.fits(side):
            await leave(tx, group=group.id, person=person)


async def leave(tx: Tx, *, group: str, person: str) -> None:
    """Take a member, and their seat, out of a group."""
    for table in (memberships, seats):
        await tx.run(delete(table).where(table.c.group_id == group, table.c.person == person))
    await due.at_first(tx, kind=TEND, subject=group, instant=tx.now)


async def members_of(tx: Tx, *, group: str) -> list[str]:
    """Return the ids of the active members of a group."""
    joined = select(memberships.c.person).join(members, members.c.id == memberships.c.person)
    query = joined.where(memberships.c.group_id == group, members.c.state == State.ACTIVE.value)
    return [row.person for row in await tx.all(query.order_by(memberships.c.at, memberships.c.person))]


async def membership(tx: Tx, *, group: str, person: str) -> Membership | None:
    """Return how a member is in a group, or None."""
    mine = (memberships.c.group_id == group, memberships.c.person == person)
    row = await tx.first(select(memberships).where(*mine))
    return None if row is None else Membership(row.group_id, row.person, Mode(row.mode), row.paused_until)


async def mode_of(tx: Tx, *, group: str, person: str) -> Mode:
    """Return how a member gets what is posted in a group now: a pause is silence. Raise Missing."""
    found = await membership(tx, group=group, person=person)
    if found is None:
        raise Missing
    is_paused = found.paused_until is not None and found.paused_until > tx.now
    return Mode.SILENT if is_paused else found.mode


async def set_mode(tx: Tx, *, group: str, person: str, mode: Mode | str) -> None:
    """Change how a member gets what is posted in a group, which also ends a pause. Raise Missing."""
    await _set(tx, group, person, mode=Mode(mode).value, paused_until=None)


async def pause(tx: Tx, *, group: str, person: str, until: datetime | None) -> None:
    """Send a member nothing of a group until an instant; None ends a pause. Raise Missing."""
    await _set(tx, group, person, paused_until=until)


async def may_post(tx: Tx, *, group: str, person: str) -> bool:
    """Whether somebody may say something in a group: an active member of it, whose country is not held back."""
    mine = select(members.c.country).join(memberships, memberships.c.person == members.c.id)
    mine = mine.where(memberships.c.group_id == group, members.c.id == person, members.c.state == State.ACTIVE.value)
    row = await tx.first(mine)
    return row is not None and (await regimes.of(tx, row.country)).may_contribute


async def of(tx: Tx, *, person: str) -> list[Group]:
    """Return the groups of a member."""
    query = select(groups).join(memberships, memberships.c.group_id == groups.c.id)
    return [_group(row) for row in await tx.all(query.where(memberships.c.person == person).order_by(groups.c.code))]


async def seat(tx: Tx, *, group: str, person: str, rank: str, by: str = "steward") -> None:
    """Give a member a seat for their own side. Raise Invalid, Missing, or Conflict when it is taken.

    A member has one seat in a group: a new one takes the place of the old. Audited.
    """
    side = await tx.scalar(select(members.c.side).where(members.c.id == person, members.c.state == State.ACTIVE.value))
    if side is None:
        raise Missing
    if rank not in RANKS or side not in SIDES or not (await get(tx, group=group)).fits(side):
        raise Invalid
    await _empty(tx, group, side, rank, person)
    await tx.put(seats, key=("group_id", "person"), group_id=group, person=person, side=side, rank=rank, at=tx.now)
    await join(tx, group=group, person=person)
    await audit.record(tx, act="seat", actor=by, subject=person, detail=rank)


async def unseat(tx: Tx, *, group: str, person: str, by: str = "steward") -> None:
    """Take a member's seat back. Audited."""
    if await tx.run(delete(seats).where(seats.c.group_id == group, seats.c.person == person)):
        await audit.record(tx, act="unseat", actor=by, subject=person)


async def seated(tx: Tx, *, group: str | None = None) -> list[Seat]:
    """Return the seats that count, of one group or of all."""
    query = _counting()
    if group is not None:
        query = query.where(seats.c.group_id == group)
    rows = await tx.all(query.order_by(seats.c.group_id, seats.c.side, seats.c.rank))
    return [Seat(row.person, row.side, row.rank, row.group_id) for row in rows]


async def has_both_sides(tx: Tx, *, group: str) -> bool:
    """Whether both sides have a coordinator or deputy: until then the group has no mass powers."""
    return {seat.side for seat in await seated(tx, group=group)} == set(SIDES)


async def staffing(tx: Tx) -> list[Staffing]:
    """Return the staffing of every group, by code."""
    counted = select(memberships.c.group_id, func.count().label("number")).join(
        members, (members.c.id == memberships.c.person) & (members.c.state == State.ACTIVE.value)
    )
    numbers = {row.group_id: row.number for row in await tx.all(counted.group_by(memberships.c.group_id))}
    held = await seated(tx)
    return [
        Staffing(row.code, numbers.get(row.id, 0), frozenset(seat.side for seat in held if seat.group == row.id))
        for row in await tx.all(select(groups.c.id, groups.c.code).order_by(groups.c.code))
    ]


async def is_coordinator(tx: Tx, *, person: str) -> bool:
    """Whether a person has a seat that counts in any group."""
    return await tx.first(_counting().where(seats.c.person == person).limit(1)) is not None


async def coordinated_by(tx: Tx, *, person: str) -> list[Group]:
    """Return the groups in which a person has a seat that counts."""
    held = _counting().where(seats.c.person == person).subquery()
    query = select(groups).join(held, held.c.group_id == groups.c.id).order_by(groups.c.code)
    return [_group(row) for row in await tx.all(query)]


def _counting() -> Select[Any]:
    """Return the query for the seats whose holder is active and still on the seat's side."""
    holds = (members.c.id == seats.c.person) & (members.c.side == seats.c.side)
    return select(seats).join(members, holds).where(members.c.state == State.ACTIVE.value)


async def _empty(tx: Tx, group: str, side: str, rank: str, person: str) -> None:
    """Clear a seat whose holder no longer counts; raise Conflict when another one holds it."""
    of_rank = (seats.c.group_id == group) & (seats.c.side == side) & (seats.c.rank == rank) & (seats.c.person != person)
    if await tx.first(_counting().where(of_rank)):
        raise Conflict
    await tx.run(delete(seats).where(of_rank))


async def _set(tx: Tx, group: str, person: str, **values: Any) -> None:
    mine = (memberships.c.group_id == group, memberships.c.person == person)
    if not await tx.run(update(memberships).where(*mine).values(**values)):
        raise Missing


def _group(row: Row[Any]) -> Group:
    policy, talk = Policy(row.policy), Talk(row.talk)
    return Group(row.id, row.code, row.country, policy, row.composition, row.vouched, row.topic, talk)
