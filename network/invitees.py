"""Invitees: who is invited to an exchange, by its audience or by a code, and what is on for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Select, String, Table, select, update

from network import audiences, exchanges, members
from network.audiences import Audience
from network.exchanges import LISTED, Exchange, Kind
from network.members import State
from network.store import Instant, Tx, metadata

PUBLIC = (Kind.OPEN_DAY, Kind.CAMPAIGN)  # to which every member may come, though only their audience is told (R083)

invitees = Table(
    "invitees",
    metadata,
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
)


def invited(found: Exchange, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of the members who are invited: by the audience, or with a code.

    With ``hearing_at`` those of the audience who want to hear nothing then are left out.
    """
    own = members.members.c.id.in_(select(invitees.c.person).where(invitees.c.exchange == found.id))
    if found.audience is None:
        return select(members.members.c.id).where(own)
    meant = audiences.query(found.audience, hearing_at=hearing_at).subquery()
    return select(members.members.c.id).where(own | members.members.c.id.in_(select(meant.c.id)))


def these(people: Sequence[str]) -> Select[tuple[str]]:
    """Return the select of the ids of these few members."""
    return select(members.members.c.id).where(members.members.c.id.in_(people))


async def is_invited(tx: Tx, *, found: Exchange, person: str) -> bool:
    """Whether somebody hosts an exchange, is in its audience, came to it with a code, or may come as everybody may."""
    if await is_meant(tx, found=found, person=person):
        return True
    member = await members.find(tx, person=person) if is_public(found) else None
    return member is not None and member.state is State.ACTIVE


async def is_meant(tx: Tx, *, found: Exchange, person: str) -> bool:
    """Whether somebody hosts an exchange, is in its audience, or came to it with a code."""
    mine = (invitees.c.exchange == found.id, invitees.c.person == person)
    if person in found.hosts or await tx.first(select(invitees.c.person).where(*mine)):
        return True
    return await tx.first(invited(found).where(members.members.c.id == person)) is not None


def is_public(found: Exchange) -> bool:
    """Whether every member may come: an open day or a campaign with a time, unless it is for codes only."""
    return found.kind in PUBLIC and found.audience is not None and found.takes_place


async def upcoming(tx: Tx, *, person: str, public: bool = False, only: Sequence[str] | None = None) -> list[Exchange]:
    """Return what is to come and somebody is meant by, the soonest first; ``public``: also what is for everybody."""
    ahead = await exchanges.upcoming(tx, only=only)
    open_to = is_invited if public else is_meant
    return [each for each in ahead if await open_to(tx, found=each, person=person)][:LISTED]


async def lacking(tx: Tx, *, audience: Audience, sides: Sequence[str]) -> list[str]:
    """Return those of these sides of which nobody is meant by an audience (R003, R056)."""
    return [each for each in sides if not await _of_side(tx, audience, each)]


async def invite(tx: Tx, *, exchange: str, person: str) -> None:
    """Invite one member, who came with a code."""
    await tx.add(invitees, key=("exchange", "person"), exchange=exchange, person=person, at=tx.now)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member be invited where another membership of the same human being is."""
    had = select(invitees.c.exchange).where(invitees.c.person == to).scalar_subquery()
    mine = update(invitees).where(invitees.c.person == person, invitees.c.exchange.not_in(had))
    await tx.run(mine.values(person=to))


async def _of_side(tx: Tx, audience: Audience, side: str) -> int:
    if audience.sides and side not in audience.sides:
        return 0
    return await audiences.count(tx, audience=replace(audience, sides=(side,)))
