"""Series: a dialogue of a year or longer, in phases, that the hosts of both sides lead together (D8).

A coordinator opens one with the other side's word, a member with the word of both (approvals of the kind ``series``).
The groups that it invites hear of it; those who say yes are in it, and nobody else sees more than the invitation.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    SmallInteger,
    String,
    Table,
    Text,
    exists,
    or_,
    select,
    update,
)

from network import approvals, audit, countries, due, groups, members, regimes, topics
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.groups import Mode, memberships
from network.ids import new_id
from network.members import SERVICES, SIDES
from network.store import Instant, Tx, metadata

KIND = "series"  # of its approval
NEWS = "series.news"  # kind of the due row on which those whom it concerns hear how it stands
STANDS = "series.stands"  # kind of the due row on which its hosts hear that a phase takes long
MONTHS = (6, 36)  # that it lasts, fewest and most
USUAL = 12  # months
WORDS = ("title", "purpose", "rules")
LISTED = 50  # of a list


class Level(StrEnum):
    """How wide it reaches."""

    LOCAL = "local"
    NATIONAL = "national"  # one plus four workshops, each with its text (``network.outputs``)


class State(StrEnum):
    """Where it stands."""

    ASKED = "asked"  # the coordinators' word is to come
    REFUSED = "refused"
    OPEN = "open"
    OVER = "over"


class Phase(StrEnum):
    """What it is at, in this order."""

    GATHER = "gather"
    UNDERSTAND = "understand"
    PRIORITISE = "prioritise"
    AGREE = "agree"
    ACT = "act"
    REVIEW = "review"

    @property
    def number(self) -> int:
        """Its place among the phases, the first is 1."""
        return [*Phase].index(self) + 1

    @property
    def following(self) -> Phase | None:
        """The next one, None after the last."""
        return next((each for each in Phase if each.number == self.number + 1), None)


dialogues = Table(
    "series",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(32), nullable=False, index=True),  # "" once nobody of that side leads it any more
    Column("partner_by", String(32), index=True),  # the host of the other side
    Column("group_id", String(32), nullable=False, index=True),
    Column("level", String(8), nullable=False),
    Column("parent", String(32), index=True),  # the national one to which a local one is linked
    Column("state", String(10), nullable=False, index=True),
    Column("phase", String(12), nullable=False),
    Column("began", Text, nullable=False),  # JSON: when each phase began
    Column("words", LargeBinary, nullable=False),  # JSON by the names in WORDS
    Column("topics", Text, nullable=False),  # JSON of codes
    Column("countries", Text, nullable=False),  # JSON of codes
    Column("zone", String(8), nullable=False),  # a border zone, or ""
    Column("services", Text, nullable=False),  # JSON: the kinds of bodies that are to be there
    Column("begins_at", Instant),  # once it is open
    Column("months", SmallInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
)

series_groups = Table(
    "series_groups",
    metadata,
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True),
)

series_people = Table(
    "series_people",
    metadata,
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("takes_part", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Series:
    """A series. ``by`` and ``partner_by`` are its hosts, ``group`` is where it lives, ``services`` who should be there.

    ``began`` says when each phase began; it is empty, and ``begins_at`` None, until it is open. Instants are UTC.
    """

    id: str
    by: str = field(repr=False)
    partner_by: str | None = field(repr=False)
    group: str
    level: Level
    parent: str | None
    state: State
    phase: Phase
    began: Mapping[Phase, datetime]
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    zone: str
    services: tuple[str, ...]
    begins_at: datetime | None
    months: int
    title: str = field(repr=False)
    purpose: str = field(repr=False)
    rules: str = field(repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The ids of those who lead it."""
        return tuple(each for each in (self.by, self.partner_by) if each)

    @property
    def ends_at(self) -> datetime | None:
        """When it is planned to end (UTC)."""
        return None if self.begins_at is None else later(self.begins_at, self.months)

    @property
    def phase_until(self) -> datetime | None:
        """Until when the phase is planned to last (UTC): each has the same share of the whole."""
        if self.begins_at is None or self.ends_at is None or self.phase not in self.began:
            return None
        return self.began[self.phase] + (self.ends_at - self.begins_at) / len(Phase)


async def open_one(
    tx: Tx,
    *,
    by: str,
    group: str,
    title: str,
    purpose: str,
    rules: str = "",
    level: Level | str = Level.LOCAL,
    months: int = USUAL,
    about: Sequence[str] = (),
    places: Sequence[str] = (),
    zone: str = "",
    invited: Sequence[str] = (),
    services: Sequence[str] = (),
) -> dict[str, Any]:
    """Ask the coordinators of a group to open a series; return its ``id``, the ``approval`` and the ``deciders``.

    ``about`` are topics, ``places`` countries, ``invited`` further groups. A coordinator of the group asks the other
    side, any other member of it both; a national one is for coordinators. Raise Forbidden, Invalid.
    """
    if await groups.membership(tx, group=group, person=by) is None:
        raise Forbidden
    seated = await groups.seated(tx, group=group)
    leads = by in {seat.person for seat in seated}
    if {seat.side for seat in seated} != set(SIDES) or (Level(level) is Level.NATIONAL and not leads):
        raise Forbidden
    _check(months, about, places, zone, services)
    row: dict[str, Any] = {"id": new_id(), "by": by, "group_id": group, "level": Level(level).value, "zone": zone}
    row |= {"state": State.ASKED.value, "phase": Phase.GATHER.value, "began": "{}", "months": months}
    listed = {"topics": about, "countries": places, "services": services}
    row |= {name: json.dumps(list(codes)) for name, codes in listed.items()}
    words = tx.seal.seal_json("series.words", row["id"], {"title": title, "purpose": purpose, "rules": rules})
    await tx.run(dialogues.insert(), {**row, "words": words, "made_at": tx.now})
    await tx.run(series_groups.insert(), [{"series": row["id"], "group_id": each} for each in {group, *invited}])
    side = (await members.get(tx, person=by)).side
    whose = {"side": next(each for each in SIDES if each != side)} if leads else {"both_sides": True}
    approval = await approvals.ask(tx, kind=KIND, subject=row["id"], by=by, group=group, **whose)
    return {"id": row["id"], "approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Series | None:
    """Return what coordinators are to agree to, None when it is gone."""
    found = await find(tx, series=approval.subject)
    return found if found is not None and found.state is State.ASKED else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Open it, or not; return the id of its author, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is not Decision.APPROVED:
        await set_(tx, found.id, state=State.REFUSED.value)
        return found.by
    side = (await members.get(tx, person=found.by)).side
    said = await members.get_many(tx, people=await approvals.agreed(tx, approval=approval.id))
    partner = next((person for person, member in said.items() if member.side != side and person != found.by), None)
    await set_(tx, found.id, state=State.OPEN.value, partner_by=partner, begins_at=tx.now)
    for host in filter(None, (found.by, partner)):
        await _answer(tx, found.id, host, takes_part=True)
    await begin(tx, series=found.id, phase=Phase.GATHER)
    return found.by


async def advance(tx: Tx, *, series: str, by: str, to: Phase | str = "") -> Series:
    """Let the next phase begin, of which those who are in it hear. Raise Missing, Conflict. Audited.

    Conflict: it is over or at its last phase; with ``to``, the next one is another. What is still missing does not
    stop it: ``network.gaps`` says it.
    """
    found = await of_host(tx, series=series, by=by)
    following = found.phase.following
    if found.state is not State.OPEN or following is None or (to and following != Phase(to)):
        raise Conflict
    await begin(tx, series=series, phase=following)
    await audit.record(tx, act="advance_series", actor=by, subject=series, detail=following.value)
    return await get(tx, series=series)


async def begin(tx: Tx, *, series: str, phase: Phase) -> None:
    """Let a phase begin now: who is in it hears of it, and its hosts when it takes longer than planned."""
    found = await get(tx, series=series)
    began = {**found.began, phase: tx.now}
    await set_(tx, series, phase=phase.value, began=json.dumps({name: at.isoformat() for name, at in began.items()}))
    await due.at(tx, kind=NEWS, subject=f"{series}:{phase}", instant=tx.now)
    until = (await get(tx, series=series)).phase_until
    if until is not None:
        await due.at(tx, kind=STANDS, subject=series, instant=until)


async def end(tx: Tx, *, series: str, by: str) -> None:
    """Let it be over. Raise Missing, Conflict. Audited."""
    found = await of_host(tx, series=series, by=by)
    if found.state is not State.OPEN:
        raise Conflict
    await set_(tx, series, state=State.OVER.value)
    await due.cancel(tx, kind=STANDS, subject=series)
    await due.at(tx, kind=NEWS, subject=f"{series}:{State.OVER}", instant=tx.now)
    await audit.record(tx, act="end_series", actor=by, subject=series)


async def get(tx: Tx, *, series: str) -> Series:
    """Return a series; raise Missing."""
    return _series(tx, await tx.one(select(dialogues).where(dialogues.c.id == series)))


async def find(tx: Tx, *, series: str) -> Series | None:
    """Return a series, or None."""
    row = await tx.first(select(dialogues).where(dialogues.c.id == series))
    return None if row is None else _series(tx, row)


async def locked(tx: Tx, *, series: str) -> Series:
    """Return a series that nobody else changes meanwhile; raise Missing."""
    row = await tx.one(select(dialogues).where(dialogues.c.id == series).with_for_update())
    return _series(tx, row)


async def of_host(tx: Tx, *, series: str, by: str) -> Series:
    """Return a series that one of its hosts changes now; raise Missing for anybody else."""
    found = await locked(tx, series=series)
    if by not in found.hosts:
        raise Missing
    return found


async def led(tx: Tx, *, series: str, by: str) -> Series:
    """Return a series to one of its hosts; raise Missing for anybody else."""
    found = await get(tx, series=series)
    if by not in found.hosts:
        raise Missing
    return found


async def mine(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Series]:
    """Return what somebody hosts, is in, or is invited to while it is open; open ones first, the latest first."""
    hosted = or_(dialogues.c.by == person, dialogues.c.partner_by == person)
    belonging = select(series_groups.c.series).join(memberships, memberships.c.group_id == series_groups.c.group_id)
    meant = dialogues.c.id.in_(belonging.where(memberships.c.person == person))
    said = select(series_people.c.series).where(series_people.c.person == person, series_people.c.takes_part)
    known = or_(
        dialogues.c.state == State.OPEN.value, (dialogues.c.state == State.OVER.value) & dialogues.c.id.in_(said)
    )
    query = select(dialogues).where(or_(hosted, meant & known))
    if only is not None:
        query = query.where(dialogues.c.id.in_(only))
    rows = await tx.all(query.order_by(dialogues.c.made_at.desc(), dialogues.c.id).limit(LISTED))
    return sorted((_series(tx, row) for row in rows), key=lambda each: each.state is not State.OPEN)


async def national(tx: Tx, *, only: Sequence[str] | None = None) -> list[Series]:
    """Return the national series that are open, the latest first."""
    query = select(dialogues).where(dialogues.c.level == Level.NATIONAL.value, dialogues.c.state == State.OPEN.value)
    if only is not None:
        query = query.where(dialogues.c.id.in_(only))
    rows = await tx.all(query.order_by(dialogues.c.made_at.desc(), dialogues.c.id).limit(LISTED))
    return [_series(tx, row) for row in rows]


async def locals_of(tx: Tx, *, national: str) -> list[Series]:
    """Return the local series that are linked to a national one, the latest first."""
    query = select(dialogues).where(dialogues.c.parent == national)
    rows = await tx.all(query.order_by(dialogues.c.made_at.desc(), dialogues.c.id).limit(LISTED))
    return [_series(tx, row) for row in rows]


async def link(tx: Tx, *, local: str, national: str) -> None:
    """Link a local series to a national one, once both agree (``network.widening``)."""
    await set_(tx, local, parent=national)


async def is_in(tx: Tx, *, series: str, person: str) -> bool:
    """Whether somebody hosts a series, or said yes to it and still belongs to a group that it invites."""
    return await tx.first(members_of(series).where(members.members.c.id == person)) is not None


def members_of(series: str, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of those who are in a series: its hosts, and who said yes.

    With ``hearing_at`` those are left out who want to hear nothing then of the groups that it invites.
    """
    hosts = select(dialogues.c.id).where(dialogues.c.id == series)
    leads = hosts.where(or_(dialogues.c.by == members.members.c.id, dialogues.c.partner_by == members.members.c.id))
    return _active(series, or_(leads.exists(), _takes_part(series)), hearing_at)


def invited(series: str, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of the members whom a series invites; with ``hearing_at`` as ``members_of``."""
    return _active(series, _belongs(series), hearing_at)


async def take_part(tx: Tx, *, series: str, person: str, yes: bool = True) -> None:
    """Keep that somebody takes part, or does not. Raise Missing (not invited), Conflict (it is over, or a host's)."""
    found = await get(tx, series=series)
    if await tx.first(invited(series).where(members.members.c.id == person)) is None and person not in found.hosts:
        raise Missing
    if found.state is not State.OPEN or (person in found.hosts and not yes):
        raise Conflict
    await _answer(tx, series, person, takes_part=yes)


async def answer_of(tx: Tx, *, series: str, person: str) -> bool | None:
    """Return whether somebody takes part, None while they have not said."""
    mine_ = (series_people.c.series == series, series_people.c.person == person)
    row = await tx.first(select(series_people.c.takes_part).where(*mine_))
    return None if row is None else bool(row.takes_part)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member hosts and takes part in to another membership of the same human being.

    Nobody leads for both sides: where they did by two memberships, the second place waits for another.
    """
    for column in (dialogues.c.by, dialogues.c.partner_by):
        await tx.run(update(dialogues).where(column == person).values({column.name: to}))
    both = (dialogues.c.by == to, dialogues.c.partner_by == to)
    await tx.run(update(dialogues).where(*both).values(partner_by=None))
    had = select(series_people.c.series).where(series_people.c.person == to).scalar_subquery()
    theirs = update(series_people).where(series_people.c.person == person, series_people.c.series.not_in(had))
    await tx.run(theirs.values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody hosts, and to what they said yes or no, as JSON to be read by them."""
    rows = await tx.all(select(series_people).where(series_people.c.person == person))
    said = {row.series: row.takes_part for row in rows}
    hosted = or_(dialogues.c.by == person, dialogues.c.partner_by == person)
    every = await tx.all(select(dialogues).where(or_(hosted, dialogues.c.id.in_(said))).order_by(dialogues.c.made_at))
    return [
        {"title": each.title, "hosts": person in each.hosts, "takes_part": said.get(each.id)}
        for each in (_series(tx, row) for row in every)
    ]


async def set_(tx: Tx, series: str, **values: Any) -> None:
    """Change columns of a series."""
    await tx.run(update(dialogues).where(dialogues.c.id == series).values(**values))


def later(at: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def _check(months: int, about: Sequence[str], places: Sequence[str], zone: str, services: Sequence[str]) -> None:
    """Raise Invalid unless a series can be so."""
    bodies = {service for several in SERVICES.values() for service in several}
    placed = all(countries.known(code) for code in places) and (not zone or zone in countries.zones())
    if not (MONTHS[0] <= months <= MONTHS[1] and placed and set(services) <= bodies):
        raise Invalid
    topics.check(about)


def _active(series: str, which: Any, hearing_at: datetime | None) -> Select[tuple[str]]:
    table = members.members
    query = select(table.c.id).where(table.c.state == members.State.ACTIVE.value, which)
    if hearing_at is None:
        return query
    return query.where(~regimes.is_paused(table.c.country), ~_is_silent(series, hearing_at))


def _belongs(series: str) -> Any:
    """Whether a member is in a group that a series invites."""
    here = (series_groups.c.series == series, memberships.c.group_id == series_groups.c.group_id)
    return exists().where(*here, memberships.c.person == members.members.c.id)


def _takes_part(series: str) -> Any:
    said = (series_people.c.series == series, series_people.c.person == members.members.c.id)
    return exists().where(*said, series_people.c.takes_part) & _belongs(series)


def _is_silent(series: str, at: datetime) -> Any:
    """Whether a member wants to hear nothing of any of the groups that it invites and they are in."""
    here = (series_groups.c.series == series, memberships.c.group_id == series_groups.c.group_id)
    paused = memberships.c.paused_until.is_not(None) & (memberships.c.paused_until > at)
    silent = (memberships.c.mode == Mode.SILENT.value) | paused
    said = exists().where(*here, memberships.c.person == members.members.c.id)
    return said & ~exists().where(*here, memberships.c.person == members.members.c.id, ~silent)


async def _answer(tx: Tx, series: str, person: str, *, takes_part: bool) -> None:
    row = {"series": series, "person": person, "takes_part": takes_part, "at": tx.now}
    await tx.put(series_people, key=("series", "person"), **row)


def _series(tx: Tx, row: Row[Any]) -> Series:
    words = tx.seal.open_json("series.words", row.id, row.words)
    began = {Phase(name): datetime.fromisoformat(at) for name, at in json.loads(row.began).items()}
    return Series(
        id=row.id,
        by=row.by,
        partner_by=row.partner_by,
        group=row.group_id,
        level=Level(row.level),
        parent=row.parent,
        state=State(row.state),
        phase=Phase(row.phase),
        began=began,
        topics=tuple(json.loads(row.topics)),
        countries=tuple(json.loads(row.countries)),
        zone=row.zone,
        services=tuple(json.loads(row.services)),
        begins_at=row.begins_at,
        months=row.months,
        **{name: words.get(name, "") for name in WORDS},
    )
