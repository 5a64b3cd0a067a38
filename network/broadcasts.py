"""Broadcasts: what coordinators tell many at once, before whom it may come, and how it is stopped.

The words are those of a group: any of its coordinators can follow, stop and correct what one of them sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    delete,
    exists,
    func,
    select,
    update,
)

from network import (
    approvals,
    attribution,
    audiences,
    audit,
    contents,
    conversations,
    costs,
    countries,
    due,
    groups,
    mailings,
    members,
    regimes,
)
from network.approvals import Approval, Decision
from network.attribution import Attribution
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Missing
from network.groups import memberships
from network.ids import new_id
from network.mailings import Progress
from network.members import SIDES
from network.rsvps import rsvps
from network.store import Instant, Tx, metadata

KIND = "broadcast"  # of its approval
CARD = "broadcast.card"  # kind of due row of its author: what linked chats show of it is brought up to date
URGENCY = 3  # of a mailing: after answers, notices and reminders
TALKS = ("announced", "announcements", "decide")  # the conversations in which one is read
SAMPLE = 3
LISTED = 30  # broadcasts of a list, the latest


class State(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"  # its words are kept, nothing else
    ASKED = "asked"  # the other side's word is to come
    REFUSED = "refused"  # by the other side
    GROWN = "grown"  # more people than were confirmed, or more money than is left: it waits for a new word
    SENT = "sent"  # handed to the outbox, perhaps for a later hour
    STOPPED = "stopped"  # what was not sent yet was taken back
    WITHDRAWN = "withdrawn"  # what was sent was taken back too, or nothing ever was


WHOLE = (State.SENT, State.STOPPED)  # those who got it may read it
STOPPABLE = (State.ASKED, State.GROWN, State.SENT)


class Grown(Conflict):
    """More people are meant than were confirmed and joined since: it was not sent."""


broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(32), nullable=False, index=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("audience", Text, nullable=False),  # JSON of ids and codes
    Column("notice", LargeBinary, nullable=False),
    Column("bodies", LargeBinary),  # as they go out
    Column("wall", String(16), nullable=False),  # an hour by the clock of each country, "" for at once
    Column("expires_at", Instant),
    Column("confirmed", Integer, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("sent_at", Instant),
)


@dataclass(frozen=True)
class Broadcast:
    """A message to many. ``notice`` are its words and what goes with them, as JSON; ``group`` the one that speaks.

    ``at`` is a wall time in the country of each, None for at once; ``confirmed`` how many its author agreed to.
    """

    id: str
    by: str
    group: str
    state: State
    audience: Audience
    notice: Mapping[str, Any] = field(repr=False)
    at: datetime | None
    expires_at: datetime | None
    confirmed: int
    confirmed_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Bodies:
    """A message as it goes out, as JSON, by language, and a file before it ("": none).

    ``instead`` is what is read in its place when it was taken back, ``fallback`` the language for those who
    read none of these.
    """

    texts: Mapping[str, str] = field(repr=False)
    instead: Mapping[str, str] = field(repr=False)
    fallback: str
    before: str = field(default="", repr=False)


async def draft(
    tx: Tx,
    *,
    by: str,
    group: str,
    notice: Mapping[str, Any],
    audience: Audience,
    confirmed: int,
    at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Keep a message for so many as its author confirmed, and return its id; nothing goes out yet. Raise Forbidden."""
    if by not in {seat.person for seat in await groups.seated(tx, group=group)}:
        raise Forbidden
    if not await groups.has_both_sides(tx, group=group):
        raise Forbidden
    row: dict[str, Any] = {"id": new_id(), "by": by, "group_id": group, "state": State.DRAFT.value}
    row |= {"audience": _written(audience), "confirmed": confirmed, "confirmed_at": tx.now}
    row |= {"notice": tx.seal.seal_json("broadcasts.notice", row["id"], notice)}
    row |= {"wall": at.isoformat("T", "minutes") if at else "", "expires_at": expires_at}
    await tx.run(broadcasts.insert(), row)
    return str(row["id"])


async def hand_in(tx: Tx, *, broadcast: str, bodies: Bodies) -> dict[str, Any]:
    """Let a draft go out, or ask the other side where it goes beyond its group, and on quiet days.

    Returns its ``state``, and where the other side is asked the ``approval`` and the ``deciders``. Raise
    Conflict, Grown, OverBudget.
    """
    found = await _locked(tx, broadcast)
    if found.state is not State.DRAFT:
        raise Conflict
    await _set(tx, broadcast, bodies=tx.seal.seal_json("broadcasts.bodies", broadcast, asdict(bodies)))
    if not await _needs_a_word(tx, found, found.by):
        await _go(tx, found)
        return {"state": State.SENT, "approval": "", "deciders": []}
    await _set(tx, broadcast, state=State.ASKED.value)
    return {"state": State.ASKED, **await _ask(tx, found, found.by)}


async def confirm_again(tx: Tx, *, broadcast: str, by: str, confirmed: int) -> None:
    """Let a message that had grown go to so many as are confirmed now. Raise Missing, Conflict, Grown."""
    found = await _of_coordinator(tx, broadcast, by)
    if found.state is not State.GROWN:
        raise Conflict
    await _set(tx, broadcast, confirmed=confirmed, confirmed_at=tx.now)
    await _go(tx, await _locked(tx, broadcast))


async def asked(tx: Tx, approval: Approval, _language: str) -> Broadcast | None:
    """Return what the other side is to agree to, None when it is gone: of a correction, with the new words."""
    found = await find(tx, broadcast=approval.subject)
    if found is None:
        return None
    if wish := await approvals.wish(tx, approval=approval.id):
        return replace(found, notice=json.loads(wish["notice"])) if found.state in WHOLE else None
    return found if found.state is State.ASKED else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let it go out, or be corrected, or not; return the id of whoever asked, "" when it is gone."""
    found = await _locked(tx, approval.subject) if await asked(tx, approval, "") else None
    if found is None:
        return ""
    if wish := await approvals.wish(tx, approval=approval.id):
        await approvals.forget_wish(tx, approval=approval.id)
        if state is Decision.APPROVED:
            bodies = Bodies(**json.loads(wish["bodies"]))
            await _correct(tx, found, approval.by, notice=json.loads(wish["notice"]), bodies=bodies)
        return approval.by
    if state is not Decision.APPROVED:
        await _set(tx, found.id, state=State.REFUSED.value)
        return found.by
    try:
        async with tx.savepoint():
            await _go(tx, found)
    except (Grown, costs.OverBudget):
        await _set(tx, found.id, state=State.GROWN.value)
    return found.by


async def sample(tx: Tx, *, audience: Audience, most: int = SAMPLE) -> list[Attribution]:
    """Return what may be said of some of those who are meant: their side and region."""
    meant = audiences.query(audience, hearing_at=tx.now).order_by(members.members.c.id).limit(most)
    people = await members.get_many(tx, people=[row.id for row in await tx.all(meant)])
    return [attribution.of_member(person, level=attribution.REGION) for person in people.values()]


def is_for_everybody(audience: Audience) -> bool:
    """Whether all members of some groups are meant: only then linked chats show it, where everybody reads it."""
    return bool(audience.groups) and audience == Audience(groups=audience.groups)


async def find(tx: Tx, *, broadcast: str) -> Broadcast | None:
    """Return a broadcast, or None."""
    row = await tx.first(select(broadcasts).where(broadcasts.c.id == broadcast))
    return None if row is None else _broadcast(tx, row)


async def of_coordinator(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Broadcast]:
    """Return what was sent for the groups that somebody coordinates, or is to be, the latest first."""
    mine = [group.id for group in await groups.coordinated_by(tx, person=person)]
    query = select(broadcasts).where(broadcasts.c.group_id.in_(mine), broadcasts.c.state != State.DRAFT.value)
    if only is not None:
        query = query.where(broadcasts.c.id.in_(only))
    rows = await tx.all(query.order_by(broadcasts.c.confirmed_at.desc(), broadcasts.c.id).limit(LISTED))
    return [_broadcast(tx, row) for row in rows]


async def progress(tx: Tx, *, broadcast: str) -> Progress:
    """Return how far a broadcast got."""
    return await mailings.progress(tx, mailing=broadcast)


async def stop(tx: Tx, *, broadcast: str, by: str) -> int:
    """Take back what was not sent yet; return from how many people. Raise Missing, Conflict. Audited."""
    found = await _of_coordinator(tx, broadcast, by)
    if found.state not in STOPPABLE:
        raise Conflict
    if found.state is not State.SENT:  # else what members reported of it is still to be looked at
        await approvals.withdraw(tx, subject=broadcast)
    state = State.STOPPED if found.state is State.SENT else State.WITHDRAWN
    await _set(tx, broadcast, state=state.value)
    count = await mailings.stop(tx, mailing=broadcast)
    await audit.record(tx, act="stop_broadcast", actor=by, subject=broadcast)
    return count


async def correct(tx: Tx, *, broadcast: str, by: str, notice: Mapping[str, Any], bodies: Bodies) -> dict[str, Any]:
    """Put other words in the place of those that were sent, or ask the other side where it was, or would be, asked.

    Returns the ``approval`` and the ``deciders``, empty where nobody is asked. Raise Missing, Conflict while
    another correction waits. Audited.
    """
    found = await _of_coordinator(tx, broadcast, by)
    if found.state not in WHOLE or await approvals.is_pending(tx, kind=KIND, subject=broadcast):
        raise Conflict
    if await _needs_a_word(tx, found, by):
        wish = {"notice": json.dumps(notice), "bodies": json.dumps(asdict(bodies))}
        return await _ask(tx, found, by, wish=wish)
    await _correct(tx, found, by, notice=notice, bodies=bodies)
    return {"approval": "", "deciders": []}


async def withdraw(tx: Tx, *, broadcast: str, by: str) -> None:
    """Take back what was sent, and what was not. Raise Missing, Conflict. Audited."""
    await _take_back(tx, await _of_coordinator(tx, broadcast, by), by)


async def retry(tx: Tx, *, broadcast: str, by: str, codes: Sequence[str]) -> int:
    """Try again what failed with one of these codes; return for how many people. Raise Missing, Conflict."""
    found = await _of_coordinator(tx, broadcast, by)
    if found.state is not State.SENT:
        raise Conflict
    return await mailings.retry(tx, mailing=broadcast, codes=codes)


async def take_back(tx: Tx, *, broadcast: str, by: str) -> None:
    """Take back what coordinators found that it should not be there. Raise Missing, Conflict. Audited."""
    await _take_back(tx, await _locked(tx, broadcast), by)


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody sent to many, and what was said of it: what is not sent yet never is."""
    ids = [row.id for row in await tx.all(select(broadcasts.c.id).where(broadcasts.c.by == person))]
    if not ids:
        return
    table = approvals.approvals
    asked = [row.id for row in await tx.all(select(table.c.id).where(table.c.subject.in_(ids)))]
    for talk in TALKS:  # somebody may be reading it
        await conversations.end_about(tx, name=talk, ids=[*ids, *asked])
    for broadcast in ids:
        await approvals.withdraw(tx, subject=broadcast)
        await mailings.stop(tx, mailing=broadcast)
    await tx.run(delete(table).where(table.c.subject.in_(ids)))
    await tx.run(delete(rsvps).where(rsvps.c.broadcast.in_(ids)))
    await tx.run(delete(broadcasts).where(broadcasts.c.id.in_(ids)))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member sent to another membership of the same human being."""
    await tx.run(update(broadcasts).where(broadcasts.c.by == person).values(by=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody sent to many, as JSON to be read by them."""
    rows = await tx.all(select(broadcasts).where(broadcasts.c.by == person).order_by(broadcasts.c.confirmed_at))
    sent = [_broadcast(tx, row) for row in rows]
    return [{"notice": dict(each.notice), "state": each.state.value, "for": each.confirmed} for each in sent]


async def _go(tx: Tx, found: Broadcast) -> None:
    """Hand a message to the outbox, for exactly those who are meant now. Audited.

    Raise Forbidden, Grown, or OverBudget (``network.costs``).
    """
    if not await groups.has_both_sides(tx, group=found.group):
        raise Forbidden
    await _guard(tx, found)
    people = audiences.query(found.audience, hearing_at=tx.now)
    await costs.check(tx, people=people)
    bodies = await _bodies(tx, found.id)
    kept = await _kept(tx, found, bodies.texts)
    file = await contents.keep(tx, bodies.before, about=found.by) if bodies.before else ""
    await mailings.send(
        tx,
        mailing=found.id,
        people=people,
        contents=kept,
        fallback=bodies.fallback,
        urgency=URGENCY,
        at=found.at,
        expires_at=found.expires_at,
        before=dict.fromkeys(kept, file) if file else None,
        about=found.by,
    )
    await _set(tx, found.id, state=State.SENT.value, sent_at=tx.now)
    await _show(tx, found, at=await _begins(tx, found))
    await audit.record(tx, act="broadcast", actor=found.by, subject=found.id)


async def _needs_a_word(tx: Tx, found: Broadcast, by: str) -> bool:
    """Whether words go out only with the other side's yes: beyond the group that speaks, and on quiet days."""
    if found.audience.groups != (found.group,):
        return True
    return (await regimes.of(tx, (await members.get(tx, person=by)).country)).is_quiet


async def _ask(tx: Tx, found: Broadcast, by: str, *, wish: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Ask the side that ``by`` is not of; return the ``approval`` and the ``deciders``."""
    mine = (await members.get(tx, person=by)).side
    asked: dict[str, Any] = {"subject": found.id, "by": by, "group": found.group, "wish": wish}
    approval = await approvals.ask(tx, kind=KIND, **asked, side=next(each for each in SIDES if each != mine))
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def _correct(tx: Tx, found: Broadcast, by: str, *, notice: Mapping[str, Any], bodies: Bodies) -> None:
    sealed = {"notice": tx.seal.seal_json("broadcasts.notice", found.id, notice)}
    sealed["bodies"] = tx.seal.seal_json("broadcasts.bodies", found.id, asdict(bodies))
    await _set(tx, found.id, **sealed)
    kept = await _kept(tx, found, bodies.texts)
    await mailings.replace(tx, mailing=found.id, contents=kept, fallback=bodies.fallback)
    await _show(tx, found, at=max(tx.now, await _begins(tx, found)))
    await audit.record(tx, act="correct_broadcast", actor=by, subject=found.id)


async def _take_back(tx: Tx, found: Broadcast, by: str) -> None:
    if found.state not in WHOLE:
        raise Conflict
    bodies = await _bodies(tx, found.id)
    kept = await _kept(tx, found, bodies.instead)
    await mailings.withdraw(tx, mailing=found.id, contents=kept, fallback=bodies.fallback)
    await _set(tx, found.id, state=State.WITHDRAWN.value)
    await _show(tx, found, at=tx.now)
    await audit.record(tx, act="withdraw_broadcast", actor=by, subject=found.id)


async def _show(tx: Tx, found: Broadcast, *, at: datetime) -> None:
    """Let the linked chats of its groups show it, as it then is."""
    if is_for_everybody(found.audience):
        await due.at(tx, kind=CARD, subject=found.id, instant=at, person=found.by)


async def _begins(tx: Tx, found: Broadcast) -> datetime:
    """Return when it goes by the clock of the group that speaks, of one of several countries by its author's."""
    if found.at is None:
        return tx.now
    country = (await groups.get(tx, group=found.group)).country or (await members.get(tx, person=found.by)).country
    return found.at.replace(tzinfo=countries.get(country).zone).astimezone(UTC)


async def _bodies(tx: Tx, broadcast: str) -> Bodies:
    sealed = await tx.scalar(select(broadcasts.c.bodies).where(broadcasts.c.id == broadcast))
    return Bodies(**tx.seal.open_json("broadcasts.bodies", broadcast, sealed))


async def _kept(tx: Tx, found: Broadcast, texts: Mapping[str, str]) -> dict[str, str]:
    """Keep what goes out in each language; return the ids by language."""
    return {language: await contents.keep(tx, body, about=found.by) for language, body in texts.items()}


async def _guard(tx: Tx, found: Broadcast) -> None:
    """Refuse an audience that is larger than what was confirmed and who joined since."""
    meant = audiences.query(found.audience, hearing_at=tx.now)
    joined = meant.where(_joined_since(found))
    if await _count(tx, meant) > found.confirmed + await _count(tx, joined):
        raise Grown


def _joined_since(found: Broadcast) -> ColumnElement[bool]:
    """Return the condition that a member joined the network, or the groups that are meant, after the confirmation."""
    fresh = members.members.c.joined_at > found.confirmed_at
    if not found.audience.groups:
        return fresh
    mine = (memberships.c.person == members.members.c.id, memberships.c.group_id.in_(found.audience.groups))
    return fresh | ~exists().where(*mine, memberships.c.at <= found.confirmed_at)


async def _count(tx: Tx, people: Select[Any]) -> int:
    return int(await tx.scalar(select(func.count()).select_from(people.subquery())))


async def _of_coordinator(tx: Tx, broadcast: str, person: str) -> Broadcast:
    """Return a broadcast that somebody may decide on, which nobody else changes meanwhile. Raise Missing."""
    found = await _locked(tx, broadcast)
    if person not in {seat.person for seat in await groups.seated(tx, group=found.group)}:
        raise Missing
    return found


async def _locked(tx: Tx, broadcast: str) -> Broadcast:
    row = await tx.one(select(broadcasts).where(broadcasts.c.id == broadcast).with_for_update())
    return _broadcast(tx, row)


async def _set(tx: Tx, broadcast: str, **values: Any) -> None:
    await tx.run(update(broadcasts).where(broadcasts.c.id == broadcast).values(**values))


def _written(audience: Audience) -> str:
    return json.dumps({name: value for name, value in asdict(audience).items() if value})


def _broadcast(tx: Tx, row: Row[Any]) -> Broadcast:
    return Broadcast(
        id=row.id,
        by=row.by,
        group=row.group_id,
        state=State(row.state),
        audience=Audience(**{name: tuple(value) for name, value in json.loads(row.audience).items()}),
        notice=tx.seal.open_json("broadcasts.notice", row.id, row.notice),
        at=datetime.fromisoformat(row.wall) if row.wall else None,
        expires_at=row.expires_at,
        confirmed=row.confirmed,
        confirmed_at=row.confirmed_at,
        sent_at=row.sent_at,
    )
