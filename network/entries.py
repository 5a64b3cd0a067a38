"""Entries: how a member comes into a group, at once, by asking, or with the word of somebody who is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, UniqueConstraint, delete, select, update

from network import approvals, audit, charters, groups, members, recipients, regimes, removals, vouches
from network.approvals import Approval, Decision
from network.charters import Charter
from network.errors import Conflict, Forbidden, Missing
from network.groups import Policy
from network.ids import new_id
from network.members import Member, State
from network.store import Instant, Tx, metadata

KIND = "entry"  # the kind of request
AGAIN_AFTER = timedelta(days=30)  # from a refusal
OFFICIAL = "official"

entries = Table(
    "entries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("words", LargeBinary),
    Column("at", Instant, nullable=False),
    Column("refused_at", Instant),
    UniqueConstraint("group_id", "person"),
)


class Way(StrEnum):
    """How somebody can come into a group now."""

    MEMBER = "member"  # they are in it
    WAITING = "waiting"  # they asked
    JOIN = "join"
    ASK = "ask"
    CODE = "code"  # with a code of a member
    LATER = "later"  # they were refused not long ago
    HELD = "held"  # their country is held back for now
    OTHER_SIDE = "other_side"
    ELSEWHERE = "elsewhere"  # it is the group of another country


class Unvouched(Conflict):
    """This group asks for the word of a member, and nobody gave it yet."""


@dataclass(frozen=True)
class Entry:
    """Somebody's wish to come into a group, as those who decide see it.

    ``words`` are what they say of themselves for it. ``vouched`` is how many members gave their word,
    ``asked`` how many were asked or brought a code, whatever they said.
    """

    id: str
    charter: Charter
    applicant: Member = field(repr=False)
    words: str = field(repr=False)
    at: datetime
    vouched: int
    asked: int

    @property
    def can_be_let_in(self) -> bool:
        """Whether nothing is missing but a coordinator's word."""
        return bool(self.vouched) or not self.charter.group.vouched


async def way(tx: Tx, *, group: str, person: str) -> Way:
    """Return how a member can come into a group. Raise Missing."""
    found, member = await groups.get(tx, group=group), await members.get(tx, person=person)
    if await groups.membership(tx, group=group, person=person) is not None:
        return Way.MEMBER
    if not found.fits(member.side):
        return Way.OTHER_SIDE
    if found.is_home:
        return Way.ELSEWHERE
    if not (await regimes.of(tx, member.country)).may_contribute:
        return Way.HELD
    row = await _row(tx, group, person)
    if row is not None and row.refused_at is None:
        return Way.WAITING
    if row is not None and row.refused_at + AGAIN_AFTER > tx.now:
        return Way.LATER
    if found.policy is Policy.OPEN and not found.vouched and not await removals.stands(tx, group=group, person=person):
        return Way.JOIN
    return Way.CODE if found.policy is Policy.INVITATION else Way.ASK


async def join(tx: Tx, *, group: str, person: str) -> None:
    """Come into an open group. Raise Forbidden, Missing."""
    if await way(tx, group=group, person=person) is not Way.JOIN:
        raise Forbidden
    await _admit(tx, group, person)


async def ask(tx: Tx, *, group: str, person: str, words: str = "", vouch: str = "") -> dict[str, Any]:
    """Ask to come into a group, with ``words`` on oneself and the code of a member (its ``vouch``) where there is one.

    The code of a coordinator opens the door itself: of either side for civil society, of the official side
    for an official. Returns ``state`` (a ``Way``: MEMBER or WAITING), the ``approval`` and its ``deciders``.
    Raise Forbidden where that is no way in now, Conflict when the code holds no more.
    """
    here = await way(tx, group=group, person=person)
    if here not in ({Way.JOIN, Way.ASK, Way.CODE} if vouch else {Way.ASK}):
        raise Forbidden
    member = await members.lock(tx, person=person)
    entry = await _write(tx, group, person, words)
    if vouch:
        await vouches.use(tx, vouch=vouch, entry=entry)
    if here is Way.JOIN or (vouch and await _opens(tx, group, entry, member.side)):
        await _admit(tx, group, person)
        return {"state": Way.MEMBER.value, "approval": "", "deciders": []}
    side = OFFICIAL if member.side == OFFICIAL else ""
    asked: dict[str, Any] = {"subject": entry, "by": person, "country": member.country, "group": group, "side": side}
    approval = await approvals.ask(tx, kind=KIND, **asked)
    deciders = await approvals.deciders(tx, approval=approval)
    return {"state": Way.WAITING.value, "approval": approval, "deciders": deciders}


async def take_back(tx: Tx, *, group: str, person: str) -> None:
    """Wish no more to come into a group. Raise Missing."""
    row = await _row(tx, group, person)
    if row is None or row.refused_at is not None:
        raise Missing
    await _forget(tx, group, person)


async def leave(tx: Tx, *, group: str, person: str) -> None:
    """Leave a group, and the seat in it. Raise Forbidden for the group of one's country, Missing. Audited."""
    if (await groups.get(tx, group=group)).is_home:
        raise Forbidden
    if await groups.membership(tx, group=group, person=person) is None:
        raise Missing
    await groups.leave(tx, group=group, person=person)
    await recipients.spare(tx, person=person)
    await _forget(tx, group, person)
    await audit.record(tx, act="leave_group", actor=person, subject=group)


async def find(tx: Tx, *, entry: str) -> Entry | None:
    """Return a wish that waits, of somebody who takes part; else None."""
    row = await tx.first(select(entries).where(entries.c.id == entry, entries.c.refused_at.is_(None)))
    applicant = await members.find(tx, person=row.person) if row else None
    if row is None or applicant is None or applicant.state is not State.ACTIVE:
        return None
    if await groups.membership(tx, group=row.group_id, person=row.person) is not None:  # they came in another way
        return None
    return Entry(
        id=row.id,
        charter=await charters.of(tx, group=row.group_id),
        applicant=applicant,
        words=tx.seal.open("entries.words", row.id, row.words) if row.words else "",
        at=row.at,
        vouched=await vouches.given(tx, entry=row.id),
        asked=len(await vouches.asked(tx, entry=row.id)),
    )


async def wished(tx: Tx, approval: Approval, _language: str) -> Entry | None:
    """Return what is decided on, or None when it is gone."""
    return await find(tx, entry=approval.subject)


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let the applicant in, or not for now; return whom to tell, "" when the wish is gone. Raise Unvouched."""
    entry = await find(tx, entry=approval.subject)
    if entry is None or not entry.charter.group.fits(entry.applicant.side):
        await tx.run(delete(entries).where(entries.c.id == approval.subject))
        return ""
    if state is not Decision.APPROVED:
        refused = update(entries).where(entries.c.id == entry.id)
        await tx.run(refused.values(refused_at=tx.now, words=None))
    elif not entry.can_be_let_in:
        raise Unvouched
    else:
        await _admit(tx, entry.charter.id, entry.applicant.id)
    return entry.applicant.id


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another wished and vouched for, and what was decided on them: one human being."""
    there = select(entries.c.group_id).where(entries.c.person == to)
    inside = select(groups.memberships.c.group_id).where(groups.memberships.c.person == to)
    free = (entries.c.group_id.not_in(there), entries.c.group_id.not_in(inside))
    await tx.run(update(entries).where(entries.c.person == person, *free).values(person=to))
    await vouches.hand_over(tx, person=person, to=to)
    await removals.hand_over(tx, person=person, to=to)


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return a person's wishes to come into groups, with what they wrote, for their copy."""
    rows = await tx.all(select(entries).where(entries.c.person == person).order_by(entries.c.at))
    member = await members.get(tx, person=person) if rows else None
    return [
        {
            "group": (await charters.of(tx, group=row.group_id)).name(member.language if member else ""),
            "words": tx.seal.open("entries.words", row.id, row.words) if row.words else "",
        }
        for row in rows
    ]


async def _admit(tx: Tx, group: str, person: str) -> None:
    if not await groups.join(tx, group=group, person=person):
        raise Forbidden
    await removals.forget(tx, group=group, person=person)
    await _forget(tx, group, person)
    await audit.record(tx, act="enter", actor=person, subject=group)


async def _opens(tx: Tx, group: str, entry: str, side: str) -> bool:
    """Whether the code that came with a wish is of a coordinator whose word is enough."""
    holders = await groups.seated(tx, group=group)
    able = {seat.person for seat in holders if side != OFFICIAL or seat.side == OFFICIAL}
    return bool(able & await vouches.asked(tx, entry=entry))


async def _forget(tx: Tx, group: str, person: str) -> None:
    """Forget somebody's wish to come into a group, and what is asked about it."""
    row = await _row(tx, group, person)
    if row is not None:
        await approvals.withdraw(tx, subject=row.id)
        await tx.run(delete(entries).where(entries.c.id == row.id))


async def _write(tx: Tx, group: str, person: str, words: str) -> str:
    await _forget(tx, group, person)
    entry = new_id()
    sealed = tx.seal.seal("entries.words", entry, words) if words else None
    await tx.run(entries.insert(), {"id": entry, "group_id": group, "person": person, "words": sealed, "at": tx.now})
    return entry


async def _row(tx: Tx, group: str, person: str) -> Row[Any] | None:
    return await tx.first(select(entries).where(entries.c.group_id == group, entries.c.person == person))
