"""Allies: who lets themselves be found by others on a topic, or offers to be a mentor (R023, R027).

Nobody can be found by default. Of those who can, others see a line, never who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from network import attribution, members, regimes
from network import topics as topics_
from network.attribution import FEWEST, REGION, REGIONS, ROLE, Attribution
from network.errors import Invalid
from network.ids import new_id
from network.members import State
from network.regimes import Standing
from network.store import Instant, Tx, metadata

LEVELS = (REGION, ROLE)  # of attribution that a line may have (D9)
SHOWN = 10  # candidates at once
BARRED = timedelta(days=182)  # for so long nobody is introduced to whom coordinators barred
LOOKED_AT = 300  # members who may fit


class Kind(StrEnum):
    """What somebody offers on a topic."""

    ALLY = "ally"  # to talk with others who do, or want to do, the same
    MENTOR = "mentor"  # to go along with somebody for some months


offers = Table(
    "offers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("topic", String(32), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("person", "kind", "topic"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("other", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False),
)

bars = Table(
    "bars",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("until", Instant, nullable=False),
)


@dataclass(frozen=True)
class Wanted:
    """Whom somebody looks for: on a topic, of a side ("" for either), in a place.

    A place is a region, or a country with enough members of that side to hide one; "" is anywhere.
    """

    kind: Kind
    topic: str
    side: str = ""
    place: str = ""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be found: the id of their offer, and the line that they let be shown."""

    id: str
    line: Attribution


async def offer_only(tx: Tx, *, person: str, kind: str, topics: Sequence[str], level: int = REGION) -> None:
    """Let a member be found on exactly these topics, with this much said of them; raise Invalid, Missing."""
    wanted = topics_.check(topics)
    if level not in LEVELS:
        raise Invalid
    await members.lock(tx, person=person)
    theirs = and_(offers.c.person == person, offers.c.kind == Kind(kind).value)
    await tx.run(delete(offers).where(theirs, offers.c.topic.not_in(wanted)))
    await tx.run(update(offers).where(theirs).values(level=level))
    for topic in wanted:
        row = {"id": new_id(), "person": person, "topic": topic, "kind": Kind(kind).value, "level": level}
        await tx.add(offers, key=("person", "kind", "topic"), at=tx.now, **row)


async def offered(tx: Tx, *, person: str, kind: str) -> list[str]:
    """Return the topics on which a member can be found so, in the order in which they chose them."""
    theirs = (offers.c.person == person, offers.c.kind == Kind(kind).value)
    rows = await tx.all(select(offers.c.topic).where(*theirs).order_by(offers.c.at, offers.c.topic))
    return [row.topic for row in rows]


async def places(tx: Tx, *, side: str = "") -> list[str]:
    """Return the countries in which there are enough members of a side, or of one at least, to hide one of them."""
    return sorted({country for each, country in await _crowds(tx) if side in ("", each)})


async def candidates(
    tx: Tx, *, person: str, wanted: Wanted, apart: ColumnElement[bool], only: Sequence[str] | None = None
) -> list[Candidate]:
    """Return those who can be found and may be asked by a member, at most ``SHOWN``.

    ``apart`` is the condition on members who are not to be asked by them now. Mentors of other countries
    come before those of one's own. ``only`` keeps these ids, in their order.
    """
    me = await members.get(tx, person=person)
    query = _query(person, wanted, await _crowds(tx)).where(apart, _not_barred(tx))
    if wanted.kind is Kind.MENTOR:
        query = query.order_by(members.members.c.country == me.country)
    rows = await tx.all(query.order_by(offers.c.at, offers.c.id).limit(LOOKED_AT))
    one_each = {row.person: row for row in reversed(rows)}  # somebody may be found by a topic and by what is above it
    rows = [row for row in rows if one_each[row.person] is row]
    if only is not None:
        by_id = {row.id: row for row in rows}
        rows = [by_id[wanted_id] for wanted_id in only if wanted_id in by_id]
    return [Candidate(row.id, await line(tx, person=row.person, level=row.level)) for row in rows[:SHOWN]]


async def can_be_met(tx: Tx, *, person: str, other: str, apart: ColumnElement[bool]) -> bool:
    """Whether a member may be asked by another now; ``apart`` as of ``candidates``."""
    ids = members.members.c.id
    return await tx.first(select(ids).where(ids == other, apart, _able(person), _not_barred(tx))) is not None


async def line(tx: Tx, *, person: str, level: int) -> Attribution:
    """Return what may be said of a member now at a level: less where fewer than ten are like them. Raise Missing."""
    member = await members.get(tx, person=person)
    holds = await attribution.holds(tx, person=person, level=level)
    return attribution.of_member(member, level=holds, year=tx.now.year)


async def find(tx: Tx, *, offer: str) -> Row[Any] | None:
    """Return the person, topic, kind and level of an offer, or None when it is no more."""
    return await tx.first(select(offers).where(offers.c.id == offer))


async def block(tx: Tx, *, person: str, other: str) -> None:
    """Let two members never be proposed to each other again, as one of them wishes."""
    await tx.add(blocks, key=("person", "other"), person=person, other=other, at=tx.now)


async def bar(tx: Tx, *, person: str) -> None:
    """Let a member be found and introduced no more for half a year, as coordinators decided."""
    await tx.run(delete(offers).where(offers.c.person == person))
    await tx.put(bars, key=("person",), person=person, until=tx.now + BARRED)


async def is_barred(tx: Tx, *, person: str) -> bool:
    """Whether coordinators decided that a member is introduced to nobody now."""
    return await tx.first(select(bars.c.person).where(bars.c.person == person, bars.c.until > tx.now)) is not None


def blocked_by(person: str) -> ColumnElement[bool]:
    """Return the condition on members who blocked a member, or were blocked by them."""
    table = members.members
    by_me = select(blocks.c.other).where(blocks.c.person == person)
    by_them = select(blocks.c.person).where(blocks.c.other == person)
    return or_(table.c.id.in_(by_me), table.c.id.in_(by_them))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member be found by what another was, and be apart from whom they were: two of one human being."""
    for row in await tx.all(select(offers).where(offers.c.person == person)):
        twin = (offers.c.person == to) & (offers.c.kind == row.kind) & (offers.c.topic == row.topic)
        if await tx.first(select(offers.c.id).where(twin)) is None:
            await tx.run(update(offers).where(offers.c.id == row.id).values(person=to))
    for row in await tx.all(select(blocks).where(or_(blocks.c.person == person, blocks.c.other == person))):
        pair = {"person": to, "other": row.other} if row.person == person else {"person": row.person, "other": to}
        if pair["person"] != pair["other"]:
            await tx.add(blocks, key=("person", "other"), at=row.at, **pair)
    for row in await tx.all(select(bars).where(bars.c.person == person)):
        await tx.put(bars, key=("person",), person=to, until=row.until)


async def copy(tx: Tx, *, person: str) -> dict[str, list[str]]:
    """Return the topics on which somebody can be found, by kind, for their own copy."""
    return {kind.value: await offered(tx, person=person, kind=kind) for kind in Kind}


def _able(person: str) -> ColumnElement[bool]:
    """Return the condition on members who take part, may answer in their country, and are not apart from another."""
    table = members.members
    closed = select(regimes.regimes.c.country).where(regimes.regimes.c.standing != Standing.OPEN.value)
    here = and_(table.c.state == State.ACTIVE.value, table.c.country.not_in(closed))
    return and_(here, table.c.id != person, ~blocked_by(person))


def _not_barred(tx: Tx) -> ColumnElement[bool]:
    return members.members.c.id.not_in(select(bars.c.person).where(bars.c.until > tx.now))


def _query(person: str, wanted: Wanted, crowds: set[tuple[str, str]]) -> Any:
    table = members.members
    meant = sorted({wanted.topic, *topics_.spread([wanted.topic]), wanted.topic.partition(".")[0]})
    query = select(offers.c.id, offers.c.person, offers.c.level).join(table, table.c.id == offers.c.person)
    query = query.where(offers.c.kind == wanted.kind.value, offers.c.topic.in_(meant), _able(person))
    if wanted.side:
        query = query.where(table.c.side == wanted.side)
    if wanted.place in REGIONS.values():
        there = [code for code, region in REGIONS.items() if region == wanted.place]
        return query.where(table.c.country.in_(there))
    if wanted.place:
        sides = [side for side, country in crowds if country == wanted.place]
        return query.where(table.c.country == wanted.place, table.c.side.in_(sides))
    return query


async def _crowds(tx: Tx) -> set[tuple[str, str]]:
    """Return each side and country in which ten members or more are active."""
    table = members.members
    query = select(table.c.side, table.c.country).where(table.c.state == State.ACTIVE.value)
    rows = await tx.all(query.group_by(table.c.side, table.c.country).having(func.count() >= FEWEST))
    return {(row.side, row.country) for row in rows}
