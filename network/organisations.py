"""Organisations: bodies that members enter in the directory, once a coordinator has looked at them.

Whoever enters one speaks for it, and is never shown with it. Other members say that they belong to it if they wish:
they are counted, in whole tens, and never named. With the last who speaks for it, it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    and_,
    delete,
    func,
    select,
    update,
)

from network import approvals, countries, directory, introductions, members, topics
from network.approvals import Approval, Decision
from network.attribution import REGION
from network.directory import DECADE, LISTED, SOUGHT, Shown
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.members import State
from network.store import Instant, Tx, batches, metadata

KIND = "body"  # the kind of request: an organisation to look at
NAME, ABOUT = (2, 60), (10, 300)  # characters, fewest and most
MOST_TOPICS = 5
AT_MOST = 3  # organisations for which one member speaks

organisations = Table(
    "organisations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("about", LargeBinary, nullable=False),
    Column("side", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("zone", String(8), nullable=False),
    Column("is_open", Boolean, nullable=False),  # a coordinator agreed
    Column("at", Instant, nullable=False),
)

organisation_topics = Table(
    "organisation_topics",
    metadata,
    Column("organisation", String(32), ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(32), primary_key=True),
)

belongings = Table(
    "belongings",
    metadata,
    Column("organisation", String(32), ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("speaks", Boolean, nullable=False),
    Column("contact", Boolean, nullable=False),  # members may propose to meet who speaks for it
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Terms:
    """What is said of an organisation."""

    name: str
    about: str = field(repr=False)
    country: str
    zone: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """An organisation as every member reads of it. ``members`` are whole tens of those who say they belong to it."""

    id: str
    name: str
    about: str = field(repr=False)
    side: str
    country: str
    zone: str
    topics: tuple[str, ...]
    is_open: bool
    members: int = 0


async def enter(tx: Tx, *, by: str, terms: Terms, contact: bool) -> dict[str, Any]:
    """Enter an organisation for which a member speaks; return its ``approval`` and who decides (``deciders``).

    With ``contact`` members may propose to meet them. Raise Conflict (too many already), Invalid, Missing.
    """
    member = await members.lock(tx, person=by)
    _check(terms)
    if len(await spoken_for(tx, person=by)) >= AT_MOST:
        raise Conflict
    row: dict[str, Any] = {"id": new_id(), "side": member.side, "country": terms.country, "zone": terms.zone}
    row["name"] = tx.seal.seal("organisations.name", row["id"], terms.name.strip())
    row["about"] = tx.seal.seal("organisations.about", row["id"], terms.about.strip())
    await tx.run(organisations.insert(), {**row, "is_open": False, "at": tx.now})
    for topic in terms.topics:
        await tx.run(organisation_topics.insert(), {"organisation": row["id"], "topic": topic})
    belonging = {"organisation": row["id"], "person": by, "speaks": True, "contact": contact, "at": tx.now}
    await tx.run(belongings.insert(), belonging)
    approval = await approvals.ask(tx, kind=KIND, subject=row["id"], by=by, country=terms.country)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Organisation | None:
    """Return the organisation that is decided on; None when it is gone."""
    found = await _read(tx, select(organisations).where(organisations.c.id == approval.subject))
    return found[0] if found else None


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Show an organisation to all, or forget it; return who asked, "" when it is gone."""
    which = organisations.c.id == approval.subject
    if state is Decision.APPROVED:
        there = await tx.run(update(organisations).where(which).values(is_open=True))
    else:
        there = await tx.run(delete(organisations).where(which))
    return approval.by if there else ""


async def find(tx: Tx, *, by: str = "", value: str = "", only: Sequence[str] | None = None) -> list[Organisation]:
    """Return the organisations that are shown, ``LISTED`` at most, in the order of their names.

    ``by`` and ``value`` as of ``directory.find``; ``only`` keeps these ids, in their order. Raise Invalid.
    """
    query = select(organisations).where(organisations.c.is_open)
    if by:
        query = query.where(organisations.c.id.in_(sought(by, value)))
    if only is not None:
        query = query.where(organisations.c.id.in_(list(only)))
    found = await _read(tx, query.order_by(organisations.c.id).limit(LISTED if only is None else None))
    if only is None:
        return sorted(found, key=lambda each: each.name.casefold())
    by_id = {each.id: each for each in found}
    return [by_id[each] for each in only if each in by_id]


def sought(by: str, value: str) -> Select[Any]:
    """Return the query for the ids of the organisations of a topic, country, border zone or side; raise Invalid."""
    if by not in SOUGHT:
        raise Invalid
    if by == Shown.TOPICS:
        table = organisation_topics
        return select(table.c.organisation).where(table.c.topic.in_(sorted(topics.spread([value]) | {value})))
    return select(organisations.c.id).where(organisations.c[by] == value)


async def get(tx: Tx, *, organisation: str) -> Organisation:
    """Return an organisation that is shown; raise Missing."""
    found = await find(tx, only=[organisation])
    if not found:
        raise Missing
    return found[0]


async def spoken_for(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Organisation]:
    """Return the organisations for which a member speaks, those that wait for a decision too."""
    theirs = select(belongings.c.organisation).where(belongings.c.person == person, belongings.c.speaks)
    found = await _read(tx, select(organisations).where(organisations.c.id.in_(theirs)).order_by(organisations.c.at))
    by_id = {each.id: each for each in found}
    return found if only is None else [by_id[each] for each in only if each in by_id]


async def speakers(tx: Tx, *, organisation: str) -> list[str]:
    """Return the people who speak for an organisation, never to be shown."""
    theirs = (belongings.c.organisation == organisation, belongings.c.speaks)
    rows = await tx.all(select(belongings.c.person).where(*theirs).order_by(belongings.c.at))
    return [row.person for row in rows]


async def belongs(tx: Tx, *, organisation: str, person: str) -> str:
    """Return "speaks" or "belongs", as a member said of themselves, or ""."""
    mine = (belongings.c.organisation == organisation, belongings.c.person == person)
    row = await tx.first(select(belongings.c.speaks).where(*mine))
    return "" if row is None else "speaks" if row.speaks else "belongs"


async def belong(tx: Tx, *, organisation: str, person: str) -> None:
    """Count a member with an organisation, as they wish; raise Missing."""
    await get(tx, organisation=organisation)
    row = {"organisation": organisation, "person": person, "speaks": False, "contact": False, "at": tx.now}
    await tx.add(belongings, key=("organisation", "person"), **row)


async def leave(tx: Tx, *, organisation: str, person: str) -> None:
    """Count a member with an organisation no more, at once; with the last who speaks for it, it goes."""
    mine = (belongings.c.organisation == organisation, belongings.c.person == person)
    await tx.run(delete(belongings).where(*mine))
    if not await speakers(tx, organisation=organisation):
        await approvals.withdraw(tx, subject=organisation)
        await tx.run(delete(organisations).where(organisations.c.id == organisation))


async def can_reach(tx: Tx, *, door: str, person: str) -> bool:
    """Whether a member may propose now to meet whom an entry or an organisation (its id) leads to."""
    return bool(await _reached_by(tx, door, person))


async def propose(tx: Tx, *, person: str, door: str, topic: str, name: str, why: str, level: int) -> dict[str, str]:
    """Propose to meet whom an entry or an organisation leads to; raise as ``introductions.propose``."""
    other = await _reached_by(tx, door, person)
    if not other:
        raise Missing
    how: dict[str, Any] = {"topic": topic, "name": name, "why": why, "level": level, "peer_level": REGION}
    return await introductions.propose_to(tx, person=person, peer=other, **how)


async def forget(tx: Tx, *, person: str) -> None:
    """Erase that a member belonged anywhere, and the organisations for which nobody else speaks."""
    for row in await tx.all(select(belongings.c.organisation).where(belongings.c.person == person)):
        await leave(tx, organisation=row.organisation, person=person)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member belong where another did: two of one human being."""
    for row in await tx.all(select(belongings).where(belongings.c.person == person)):
        theirs = (belongings.c.organisation == row.organisation, belongings.c.person == to)
        if await tx.first(select(belongings.c.person).where(*theirs)) is None:
            mine = (belongings.c.organisation == row.organisation, belongings.c.person == person)
            await tx.run(update(belongings).where(*mine).values(person=to))
        elif row.speaks:
            await tx.run(update(belongings).where(*theirs).values(speaks=True, contact=row.contact))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return the organisations to which somebody said they belong, for their own copy."""
    rows = await tx.all(select(belongings).where(belongings.c.person == person))
    speaks = {row.organisation: row.speaks for row in rows}
    found = await _read(tx, select(organisations).where(organisations.c.id.in_(list(speaks))))
    return [{"name": each.name, "about": each.about, "speaks": speaks[each.id]} for each in found]


async def _reached_by(tx: Tx, door: str, person: str) -> str:
    """Return who can be asked by an entry, or for an organisation that is shown, or ""."""
    if other := await directory.reached_by(tx, entry=door, person=person):
        return other
    joined = belongings.join(organisations, organisations.c.id == belongings.c.organisation)
    query = select(belongings.c.person).select_from(joined).order_by(belongings.c.at)
    asked_for = and_(organisations.c.id == door, organisations.c.is_open)
    for row in await tx.all(query.where(asked_for, belongings.c.speaks, belongings.c.contact)):
        if await introductions.can_meet(tx, person=person, other=row.person):
            return str(row.person)
    return ""


def _check(terms: Terms) -> None:
    """Raise Invalid unless an organisation can be entered so."""
    fit = all(low <= len(text.strip()) <= high for text, (low, high) in ((terms.name, NAME), (terms.about, ABOUT)))
    placed = countries.known(terms.country) and (not terms.zone or terms.zone in countries.zones(terms.country))
    if not (fit and placed and 1 <= len(topics.check(terms.topics)) <= MOST_TOPICS):
        raise Invalid


async def _read(tx: Tx, query: Select[Any]) -> list[Organisation]:
    rows = await tx.all(query)
    about: dict[str, list[str]] = {row.id: [] for row in rows}
    counted: dict[str, int] = {}
    for batch in batches(about):
        table = organisation_topics
        for row in await tx.all(select(table).where(table.c.organisation.in_(batch)).order_by(table.c.topic)):
            about[row.organisation].append(row.topic)
        here = and_(belongings.c.person == members.members.c.id, members.members.c.state == State.ACTIVE.value)
        each = belongings.c.organisation
        many = select(each, func.count().label("many")).select_from(belongings.join(members.members, here))
        for row in await tx.all(many.where(each.in_(batch)).group_by(each)):
            counted[row.organisation] = row.many // DECADE * DECADE
    return [_organisation(tx, row, about[row.id], counted.get(row.id, 0)) for row in rows]


def _organisation(tx: Tx, row: Row[Any], about: Sequence[str], many: int) -> Organisation:
    return Organisation(
        id=row.id,
        name=tx.seal.open("organisations.name", row.id, row.name),
        about=tx.seal.open("organisations.about", row.id, row.about),
        side=row.side,
        country=row.country,
        zone=row.zone,
        topics=tuple(about),
        is_open=row.is_open,
        members=many,
    )
