"""Escalations: problems of a local series that need a national answer, before the coordinators of the country (R077).

A host says so, in words of their own, or in those of the problem where its author let them be read beyond the series.
A coordinator of the country, of either side, answers it, hands it on to a national series, or closes it with a reason.
Where nobody does, they are reminded, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, delete, or_, select, update

from network import audit, board, conversations, due, groups, problems
from network import series as series_
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.problems import problems as named
from network.series import Level, Series
from network.series import State as Stands
from network.store import Instant, Tx, metadata

REMIND = "escalation.remind"  # kind of the due row on which the coordinators of the country hear that it still waits
WAITS = timedelta(days=14)  # before that
TALK = "national"  # the conversation in which coordinators read them
LISTED = 50
LONGEST = 500  # characters


class State(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"
    HANDED = "handed"  # on to a national series
    CLOSED = "closed"  # with a reason


escalations = Table(
    "escalations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("problem", String(32), ForeignKey("problems.id", ondelete="SET NULL"), unique=True),
    Column("by", String(32), nullable=False, index=True),  # the host
    Column("topic", String(32), nullable=False),
    Column("country", String(2), nullable=False, index=True),
    Column("state", String(8), nullable=False, index=True),
    Column("national", String(32), ForeignKey("series.id", ondelete="SET NULL"), index=True),
    Column("answered_by", String(32), index=True),
    Column("text", LargeBinary),  # the host's own words; None: those of the problem
    Column("reply", LargeBinary),  # the answer, or why it is closed
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Escalation:
    """A problem before a country: ``reply`` is the answer or the reason, "" while there is none."""

    id: str
    series: str
    topic: str
    country: str
    state: State
    national: str | None
    text: str = field(repr=False)
    reply: str = field(repr=False)


async def lift(tx: Tx, *, problem: str, by: str, country: str, text: str = "") -> dict[str, Any]:
    """Put a problem before the coordinators of a country; return its ``id``, and ``people``, whom to tell.

    Without a ``text`` it goes in the words of the problem, where its author let them be read. Raise Missing (no host,
    or nobody holds a seat in that country), Conflict (it was), Forbidden (its words may not), Invalid. Audited.
    """
    found = await problems.get(tx, problem=problem)
    await series_.of_host(tx, series=found.series or "", by=by)
    if not text and not found.shown:
        raise Forbidden
    if len(text) > LONGEST:
        raise Invalid
    if await tx.first(select(escalations.c.id).where(escalations.c.problem == problem)) is not None:
        raise Conflict
    people = await _deciders(tx, country, by)
    if not people:
        raise Missing
    row: dict[str, Any] = {"id": new_id(), "series": found.series, "problem": problem, "by": by, "topic": found.topic}
    sealed = tx.seal.seal("escalations.text", row["id"], text) if text else None
    row |= {"country": country, "state": State.OPEN.value, "made_at": tx.now, "text": sealed}
    await tx.run(escalations.insert(), row)
    await due.at(tx, kind=REMIND, subject=row["id"], instant=tx.now + WAITS)
    await audit.record(tx, act="lift_problem", actor=by, subject=row["id"], detail=country)
    return {"id": row["id"], "people": people}


async def waiting(tx: Tx, *, escalation: str) -> list[str]:
    """Return whom to remind of what waits for an answer; nobody where it has one, or is gone."""
    row = await tx.first(select(escalations).where(escalations.c.id == escalation))
    if row is None or row.state != State.OPEN.value or await _escalation(tx, row) is None:
        return []
    return await _deciders(tx, row.country, row.by)


async def before(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Escalation]:
    """Return what is before the countries in which somebody holds a seat, what is open first, the latest first."""
    query = select(escalations).where(escalations.c.country.in_(await _seats(tx, person)))
    return await _listed(tx, query, only)


async def of(tx: Tx, *, series: str, person: str) -> list[Escalation]:
    """Return what a local series put before its country, and what was handed to a national one. Raise Missing."""
    await problems.within(tx, series=series, person=person)
    here = or_(escalations.c.series == series, escalations.c.national == series)
    return await _listed(tx, select(escalations).where(here), None)


async def nationals(tx: Tx, *, escalation: str) -> list[Series]:
    """Return the national series that are open and to which it can be handed: of its country, else of any."""
    found = await get(tx, escalation=escalation)
    table = series_.dialogues.c
    here = (table.level == Level.NATIONAL.value, table.state == Stands.OPEN.value, table.id != found.series)
    rows = await tx.all(select(table.id).where(*here).order_by(table.made_at, table.id))
    every = [await series_.get(tx, series=row.id) for row in rows]
    return [each for each in every if not each.countries or found.country in each.countries]


async def answer(tx: Tx, *, escalation: str, by: str, text: str) -> list[str]:
    """Answer it; return the hosts of its series, whom to tell. Raise Missing, Conflict, Invalid. Audited."""
    return await _settle(tx, escalation, by, State.ANSWERED, text=text)


async def close(tx: Tx, *, escalation: str, by: str, reason: str) -> list[str]:
    """Close it with a reason; return the hosts of its series, whom to tell. Raise as ``answer``. Audited."""
    return await _settle(tx, escalation, by, State.CLOSED, text=reason)


async def hand_on(tx: Tx, *, escalation: str, by: str, series: str) -> dict[str, list[str]]:
    """Hand it to a national series; return its hosts and those of the ``local`` one, whom to tell.

    Raise Missing, Conflict. Audited.
    """
    if series not in {each.id for each in await nationals(tx, escalation=escalation)}:
        raise Missing
    local = await _settle(tx, escalation, by, State.HANDED, national=series)
    hosts = (await series_.get(tx, series=series)).hosts
    return {"local": local, "national": [each for each in hosts if each != by]}


async def get(tx: Tx, *, escalation: str) -> Escalation:
    """Return an escalation; raise Missing."""
    found = await _listed(tx, select(escalations).where(escalations.c.id == escalation), None)
    if not found:
        raise Missing
    return found[0]


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody wrote: what they put forward, in whose words it went, and what they answered."""
    theirs = select(named.c.id).where(named.c.person == person)
    quoted = escalations.c.problem.in_(theirs) & escalations.c.text.is_(None)
    gone = or_(escalations.c.by == person, quoted)
    if ids := [row.id for row in await tx.all(select(escalations.c.id).where(gone))]:
        await conversations.end_about(tx, name=TALK, ids=ids)
    await tx.run(delete(escalations).where(gone))
    answered = update(escalations).where(escalations.c.answered_by == person)
    await tx.run(answered.values(answered_by=None, reply=None))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member put forward and answered to another membership of the same human being."""
    for column in (escalations.c.by, escalations.c.answered_by):
        await tx.run(update(escalations).where(column == person).values({column.name: to}))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return what somebody wrote of problems that need a national answer, to be read by them."""
    theirs = or_(escalations.c.by == person, escalations.c.answered_by == person)
    said = []
    for row in await tx.all(select(escalations).where(theirs).order_by(escalations.c.made_at)):
        said += [tx.seal.open("escalations.text", row.id, row.text)] if row.by == person and row.text else []
        mine = row.answered_by == person and row.reply
        said += [tx.seal.open("escalations.reply", row.id, row.reply)] if mine else []
    return said


async def _settle(
    tx: Tx, escalation: str, by: str, state: State, *, text: str = "", national: str | None = None
) -> list[str]:
    row = await tx.first(select(escalations).where(escalations.c.id == escalation).with_for_update())
    if row is None or row.country not in await _seats(tx, by):
        raise Missing
    if row.state != State.OPEN.value or row.by == by:
        raise Conflict
    if len(text) > LONGEST or not (text or national):
        raise Invalid
    reply = tx.seal.seal("escalations.reply", escalation, text) if text else None
    values = {"state": state.value, "answered_by": by, "reply": reply, "national": national}
    await tx.run(update(escalations).where(escalations.c.id == escalation).values(**values))
    await audit.record(tx, act=f"{state}_lifted", actor=by, subject=escalation)
    return [each for each in (await series_.get(tx, series=row.series)).hosts if each != by]


async def _deciders(tx: Tx, country: str, by: str) -> list[str]:
    """Return who may settle what somebody put before a country: everybody else who holds a seat there."""
    return [each for each in await board.coordinators(tx, countries=[country]) if each != by]


async def _seats(tx: Tx, person: str) -> list[str]:
    """Return the countries in which somebody holds a seat that counts."""
    seated = await groups.coordinated_by(tx, person=person)
    return sorted({each.country for each in seated if each.country})


async def _listed(tx: Tx, query: Any, only: Sequence[str] | None) -> list[Escalation]:
    """Return escalations, the open ones first; one whose words went with the problem is not there."""
    if only is not None:
        query = query.where(escalations.c.id.in_(only))
    rows = await tx.all(query.order_by(escalations.c.made_at.desc(), escalations.c.id).limit(LISTED))
    found = [await _escalation(tx, row) for row in rows]
    return sorted((each for each in found if each is not None), key=lambda each: each.state is not State.OPEN)


async def _escalation(tx: Tx, row: Row[Any]) -> Escalation | None:
    text = tx.seal.open("escalations.text", row.id, row.text) if row.text else ""
    if not text:
        try:
            text = (await problems.get(tx, problem=row.problem or "")).text
        except Missing:
            return None
    reply = tx.seal.open("escalations.reply", row.id, row.reply) if row.reply else ""
    return Escalation(row.id, row.series, row.topic, row.country, State(row.state), row.national, text, reply)
