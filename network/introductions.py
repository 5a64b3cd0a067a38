"""Introductions: one member is proposed to another, and they meet only when both want to (R023, R027).

Whoever proposes never learns why nothing came of it: a no and no answer look alike, and are told at the
same instant, a week after the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from network import allies, conversations, due, members, mentoring, relays, topics
from network.allies import Candidate, Kind, Wanted
from network.attribution import Attribution
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.store import Instant, Tx, metadata

OVER = "introduction.over"  # kind of due row; the subject is the introduction
TALK = "meet"  # the conversation in which somebody reads a proposal
HOLDS = timedelta(days=7)  # then it did not come about
AT_MOST = 3  # open proposals of one member, and to one member
WHILE = timedelta(days=30)
MOST_A_WHILE = 6  # proposals of one member in that time
AGAIN_AFTER = timedelta(days=182)  # before that, two are not proposed to each other again
MONTHS = (1, 6)  # of mentoring, fewest and most


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    DECLINED = "declined"  # shown as open, until its time is over
    OVER = "over"  # it did not come about, or was taken back
    ACCEPTED = "accepted"


class TooMany(Conflict):
    """This member has as many proposals open, or made as many lately, as one may."""


introductions = Table(
    "introductions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("topic", String(32), nullable=False),
    Column("seeker", String(32), nullable=False, index=True),
    Column("peer", String(32), index=True),  # None once they have left
    Column("state", String(8), nullable=False),
    Column("level", SmallInteger, nullable=False),  # how much is said of the seeker
    Column("peer_level", SmallInteger, nullable=False),
    Column("months", SmallInteger, nullable=False),  # of mentoring; 0 for allies
    Column("name", LargeBinary),  # how the seeker will be called
    Column("why", LargeBinary),
    Column("asked_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Introduction:
    """A proposal, as either of the two may see it: ``seeker`` and ``peer`` are person ids, never to be shown.

    ``line`` is what may be said of the seeker.
    ``why`` is what the seeker wrote, of mentoring the goal.
    """

    id: str
    kind: Kind
    topic: str
    seeker: str = field(repr=False)
    peer: str = field(repr=False)
    state: State
    months: int
    name: str = field(repr=False)
    why: str = field(repr=False)
    line: Attribution
    asked_at: datetime


async def candidates(tx: Tx, *, person: str, wanted: Wanted, only: Sequence[str] | None = None) -> list[Candidate]:
    """Return those whom a member may propose to meet now, by the ids of their offers."""
    if await allies.is_barred(tx, person=person):
        return []
    return await allies.candidates(tx, person=person, wanted=wanted, apart=_free(tx, person), only=only)


async def may_propose(tx: Tx, *, person: str) -> bool:
    """Whether a member may make one more proposal now."""
    return await _open_of(tx, person) < AT_MOST and await _made_by(tx, person) < MOST_A_WHILE


async def propose(
    tx: Tx, *, person: str, offer: str, kind: str, name: str, why: str, level: int, months: int = 0
) -> dict[str, str]:
    """Propose to meet whoever made an offer; return the ``introduction`` and the person to ``tell``.

    ``name`` is how the seeker will be called. Raise Invalid, Missing (they cannot be asked any more), TooMany.
    """
    found = await allies.find(tx, offer=offer)
    mentoring = Kind(kind) is Kind.MENTOR
    if not name or not why or level not in allies.LEVELS or mentoring != (MONTHS[0] <= months <= MONTHS[1]):
        raise Invalid
    if found is None or found.kind != kind:
        raise Missing
    for each in sorted((person, found.person)):
        await members.lock(tx, person=each)  # two proposals at once are counted one after the other
    if not await may_propose(tx, person=person):
        raise TooMany
    wanted = Wanted(Kind(kind), found.topic)
    if not await candidates(tx, person=person, wanted=wanted, only=[offer]):
        raise Missing
    said: dict[str, Any] = {"kind": kind, "topic": found.topic, "peer_level": found.level, "months": months}
    return await _begin(tx, person, found.person, name, why, level=level, **said)


async def can_meet(tx: Tx, *, person: str, other: str) -> bool:
    """Whether a member may propose now to meet another who lets that be done."""
    if await allies.is_barred(tx, person=person):
        return False
    return await allies.can_be_met(tx, person=person, other=other, apart=_free(tx, person))


async def propose_to(
    tx: Tx, *, person: str, peer: str, topic: str, name: str, why: str, level: int, peer_level: int
) -> dict[str, str]:
    """Propose to meet somebody who lets members do so, on no topic of theirs (as ``propose``)."""
    if not name or not why or level not in allies.LEVELS or not topics.check([topic]):
        raise Invalid
    for each in sorted((person, peer)):
        await members.lock(tx, person=each)
    if not await may_propose(tx, person=person):
        raise TooMany
    if not await can_meet(tx, person=person, other=peer):
        raise Missing
    said: dict[str, Any] = {"kind": Kind.ALLY.value, "topic": topic, "peer_level": peer_level, "months": 0}
    return await _begin(tx, person, peer, name, why, level=level, **said)


async def _begin(tx: Tx, person: str, peer: str, name: str, why: str, **said: Any) -> dict[str, str]:
    introduction = new_id()
    row = {"id": introduction, "seeker": person, "peer": peer, "state": State.OPEN.value, "asked_at": tx.now}
    sealed = {
        "name": tx.seal.seal("introductions.name", introduction, name),
        "why": tx.seal.seal("introductions.why", introduction, why),
    }
    await tx.run(introductions.insert(), {**row, **sealed, **said})
    await due.at(tx, kind=OVER, subject=introduction, instant=tx.now + HOLDS, person=person)
    return {"introduction": introduction, "tell": peer}


async def accept(tx: Tx, *, introduction: str, person: str, name: str) -> dict[str, Any]:
    """Meet: open a conversation for the two; ``name`` is how the one who was asked will be called in it.

    Returns the person to ``tell``, ``theirs`` (the conversation's number for them) and ``number``, one's own.
    Raise Missing when it is over.
    """
    found = await _lock(tx, introduction)
    if found.peer != person or found.state != State.OPEN.value or found.asked_at + HOLDS <= tx.now:
        raise Missing
    opened = _introduction(tx, found, Attribution(""))
    await due.cancel(tx, kind=OVER, subject=introduction)
    await tx.run(_of(introduction).values(state=State.ACCEPTED.value, name=None, why=None))
    ends = (
        relays.End(found.seeker, opened.name, found.level),
        relays.End(person, name, found.peer_level),
    )
    goal = opened.why if found.months else ""
    until = mentoring.until(tx.now, found.months)
    places = await relays.open_up(tx, kind=found.kind, topic=found.topic, ends=ends, goal=goal, until=until)
    if found.months:
        await mentoring.begin(tx, places=places, months=found.months)
    return {"tell": found.seeker, "theirs": places[0].number, "number": places[1].number}


async def decline(tx: Tx, *, introduction: str, person: str) -> None:
    """Keep that the one who was asked would rather not; nobody hears of it. Raise Missing."""
    found = await _lock(tx, introduction)
    if found.peer != person or found.state not in {State.OPEN.value, State.DECLINED.value}:
        raise Missing
    await tx.run(_of(introduction).values(state=State.DECLINED.value))


async def take_back(tx: Tx, *, introduction: str, person: str) -> None:
    """Take a proposal back that one made. Raise Missing when it is over."""
    found = await _lock(tx, introduction)
    if found.seeker != person or found.state not in {State.OPEN.value, State.DECLINED.value}:
        raise Missing
    await due.cancel(tx, kind=OVER, subject=introduction)
    await _finish(tx, introduction)


async def bar(tx: Tx, *, person: str) -> None:
    """Let a member be introduced to nobody for half a year (``allies.bar``), by no proposal of before either.

    Whoever waits for an answer learns nothing of it: it is as if the other would rather not.
    """
    await allies.bar(tx, person=person)
    theirs = or_(introductions.c.seeker == person, introductions.c.peer == person)
    waiting = update(introductions).where(theirs, introductions.c.state == State.OPEN.value)
    await tx.run(waiting.values(state=State.DECLINED.value))


async def end(tx: Tx, *, introduction: str) -> Introduction | None:
    """Return a proposal whose time is over and that did not come about; what was written in it is forgotten."""
    row = await tx.first(select(introductions).where(introductions.c.id == introduction).with_for_update())
    if row is None or row.state not in {State.OPEN.value, State.DECLINED.value}:
        return None
    await _finish(tx, introduction)
    return (await _read(tx, [row]))[0]


async def waiting_for(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Introduction]:
    """Return the proposals on which a member's word is wanted, the oldest first."""
    fresh = introductions.c.asked_at > tx.now - HOLDS
    query = select(introductions).where(
        introductions.c.peer == person, introductions.c.state == State.OPEN.value, fresh
    )
    return await _chosen(tx, query, only)


async def mine(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Introduction]:
    """Return the proposals that a member made and that nothing is known of yet, the oldest first."""
    return await _chosen(tx, select(introductions).where(introductions.c.seeker == person, _waits(tx)), only)


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody proposed; what was proposed to them is as if they had not answered."""
    rows = await tx.all(select(introductions).where(introductions.c.seeker == person))
    for row in rows:
        await due.cancel(tx, kind=OVER, subject=row.id)
    await conversations.end_about(tx, name=TALK, ids=[row.id for row in rows])
    await tx.run(delete(introductions).where(introductions.c.seeker == person))
    await tx.run(update(introductions).where(introductions.c.peer == person).values(peer=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another proposed, and what was proposed to them: two of one human being."""
    both = or_(
        and_(introductions.c.seeker == person, introductions.c.peer == to),
        and_(introductions.c.seeker == to, introductions.c.peer == person),
    )
    for row in await tx.all(delete(introductions).where(both).returning(introductions.c.id)):
        await due.cancel(tx, kind=OVER, subject=row.id)
    await tx.run(update(introductions).where(introductions.c.seeker == person).values(seeker=to))
    await tx.run(update(introductions).where(introductions.c.peer == person).values(peer=to))
    await due.hand_over(tx, kind=OVER, person=person, to=to)


async def sweep(tx: Tx) -> int:
    """Forget the proposals that count for nothing any more; return how many."""
    return await tx.run(delete(introductions).where(introductions.c.asked_at <= tx.now - AGAIN_AFTER))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what somebody proposed and waits, as JSON to be read by them."""
    return [
        {"topic": each.topic, "kind": each.kind.value, "name": each.name, "why": each.why}
        for each in await mine(tx, person=person)
    ]


def _free(tx: Tx, person: str) -> ColumnElement[bool]:
    """Return the condition on members that they were not proposed to ``person`` lately, or the other way round.

    Nor are those who got as many proposals this week as one may have: how they answered makes no difference.
    """
    table, since = members.members, introductions.c.asked_at > tx.now - AGAIN_AFTER
    asked = select(introductions.c.peer).where(introductions.c.seeker == person, since)
    asking = select(introductions.c.seeker).where(introductions.c.peer == person, since)
    this_week = select(introductions.c.peer).where(introductions.c.asked_at > tx.now - HOLDS)
    full = this_week.group_by(introductions.c.peer).having(func.count() >= AT_MOST)
    known = introductions.c.peer.is_not(None)
    busy = table.c.id.in_(full.where(known))
    return and_(table.c.id.not_in(asked.where(known)), table.c.id.not_in(asking), ~busy)


async def _open_of(tx: Tx, person: str) -> int:
    query = select(func.count()).select_from(introductions).where(introductions.c.seeker == person, _waits(tx))
    return int(await tx.scalar(query))


async def _made_by(tx: Tx, person: str) -> int:
    lately = introductions.c.asked_at > tx.now - WHILE
    query = select(func.count()).select_from(introductions).where(introductions.c.seeker == person, lately)
    return int(await tx.scalar(query))


def _waits(tx: Tx) -> ColumnElement[bool]:
    """Return the condition that a proposal's time is not over; of the answer it tells nothing."""
    waiting = introductions.c.state.in_((State.OPEN.value, State.DECLINED.value))
    return and_(waiting, introductions.c.asked_at > tx.now - HOLDS)


async def _lock(tx: Tx, introduction: str) -> Row[Any]:
    return await tx.one(select(introductions).where(introductions.c.id == introduction).with_for_update())


async def _finish(tx: Tx, introduction: str) -> None:
    """Let a proposal be over; which of the ways it was is kept no longer."""
    await tx.run(_of(introduction).values(state=State.OVER.value, name=None, why=None))


async def _chosen(tx: Tx, query: Any, only: Sequence[str] | None) -> list[Introduction]:
    rows = await tx.all(query.order_by(introductions.c.asked_at, introductions.c.id))
    found = {each.id: each for each in await _read(tx, rows)}
    return list(found.values()) if only is None else [found[wanted] for wanted in only if wanted in found]


async def _read(tx: Tx, rows: Sequence[Row[Any]]) -> list[Introduction]:
    return [_introduction(tx, row, await allies.line(tx, person=row.seeker, level=row.level)) for row in rows]


def _introduction(tx: Tx, row: Row[Any], line: Attribution) -> Introduction:
    opened = {
        "name": "" if row.name is None else tx.seal.open("introductions.name", row.id, row.name),
        "why": "" if row.why is None else tx.seal.open("introductions.why", row.id, row.why),
    }
    return Introduction(
        id=row.id,
        kind=Kind(row.kind),
        topic=row.topic,
        seeker=row.seeker,
        peer=row.peer or "",
        state=State(row.state),
        months=row.months,
        line=line,
        asked_at=row.asked_at,
        **opened,
    )


def _of(introduction: str) -> Any:
    return update(introductions).where(introductions.c.id == introduction)
