"""Shifts: what those in a series say before it and after it, by the same poll, so that both can be compared (R064).

The poll after is the next round of the poll before: parts that hardly changed are not shown again (``disclosure``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, String, Table, select

from network import blueprints, due, polls, results, rounds
from network import series as dialogues
from network.audiences import Audience
from network.blueprints import Blueprint
from network.errors import Conflict, Invalid, Missing
from network.polls import Kind, Plan, Poll, State
from network.results import Results
from network.series import Phase, series_groups
from network.store import Instant, Tx, metadata

OPEN_FOR = timedelta(days=14)
REMINDED = timedelta(days=2)  # before it closes
FIRST = (Phase.GATHER, Phase.UNDERSTAND)  # phases in which it is asked before,
LAST = (Phase.ACT, Phase.REVIEW)  # and after
GONE = (State.REFUSED, State.WITHDRAWN)


class Stands(StrEnum):
    """What can be done about a poll that is asked before and after."""

    WAITING = "waiting"  # nothing yet
    READY = "ready"  # hosts can ask it again
    WHOLE = "whole"  # both can be compared


shifts = Table(
    "shifts",
    metadata,
    Column("poll", String(32), ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),  # the one before
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Shift:
    """A poll that is asked before and after; ``results`` are there once it is closed."""

    before: Poll
    after: Poll | None
    results: tuple[Results, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether both can be compared."""
        return len(self.results) > 1


def known() -> list[Blueprint]:
    """Return the polls that can be asked so: those with a scale that are meant to be asked again."""
    return [each for each in blueprints.all() if each.kind == Kind.SCALE and each.months]


async def before(tx: Tx, *, series: str, by: str, code: str) -> str:
    """Make the poll before, secret and for those in a series; return its id, for ``polls.ask``.

    Raise Missing (not a host), Forbidden (no coordinator), Conflict (its first phases are over, or it is asked
    already), Invalid (no such poll).
    """
    found = await dialogues.of_host(tx, series=series, by=by)
    asked = {each.before.plan.template for each in await of(tx, series=series)}
    if found.state is not dialogues.State.OPEN or found.phase not in FIRST or code in asked:
        raise Conflict
    chosen = next((each for each in known() if each.code == code), None)
    if chosen is None:
        raise Invalid
    plan = await _plan(tx, series, chosen)
    poll = await polls.draft(tx, by=by, question=chosen.question, options=chosen.options, apart=chosen.apart, plan=plan)
    await tx.run(shifts.insert(), {"poll": poll, "series": series, "made_at": tx.now})
    return poll


async def after(tx: Tx, *, series: str, by: str, poll: str) -> str:
    """Ask the same again, at once, of those who are in the series now; return the id. Raise Missing, Conflict.

    Both sides agreed to it when it was asked before. Conflict: the last phases did not begin, the poll before is not
    closed, or it is asked already.
    """
    found = await dialogues.of_host(tx, series=series, by=by)
    mine = next((each for each in await of(tx, series=series) if each.before.id == poll), None)
    if mine is None:
        raise Missing
    if found.state is not dialogues.State.OPEN or found.phase not in LAST:
        raise Conflict
    if mine.before.state is not State.CLOSED or mine.after is not None:
        raise Conflict
    until = tx.now + OPEN_FOR
    plan = replace(mine.before.plan, opens_at=tx.now, closes_at=until, remind_at=until - REMINDED)
    fresh = await polls.renew(tx, poll=mine.before, plan=plan)
    await due.at(tx, kind=rounds.OPEN, subject=fresh, instant=tx.now)
    return fresh


async def of(tx: Tx, *, series: str) -> list[Shift]:
    """Return what is asked before and after in a series, the earliest first."""
    query = select(shifts.c.poll).where(shifts.c.series == series).order_by(shifts.c.made_at, shifts.c.poll)
    first = [await polls.get(tx, poll=row.poll) for row in await tx.all(query)]
    return [await _shift(tx, each) for each in first if each.state not in GONE]


async def readable(tx: Tx, *, series: str, person: str, only: Sequence[str] | None = None) -> list[Shift]:
    """Return the same for somebody who is in the series. Raise Missing."""
    if not await dialogues.is_in(tx, series=series, person=person):
        raise Missing
    return [each for each in await of(tx, series=series) if only is None or each.before.id in only]


async def stands(tx: Tx, *, series: str, poll: str) -> Stands:
    """Return what can be done about a poll that is asked before and after. Raise Missing."""
    mine = next((each for each in await of(tx, series=series) if each.before.id == poll), None)
    if mine is None:
        raise Missing
    if mine.is_whole:
        return Stands.WHOLE
    is_last = (await dialogues.get(tx, series=series)).phase in LAST
    return Stands.READY if is_last and mine.before.state is State.CLOSED and mine.after is None else Stands.WAITING


async def _shift(tx: Tx, first: Poll) -> Shift:
    table = polls.polls.c
    gone = [state.value for state in GONE]
    query = select(table.id).where(table.series == first.series, table.id != first.id, table.state.not_in(gone))
    row = await tx.first(query.order_by(table.round.desc(), table.made_at.desc()))
    again = None if row is None else await polls.get(tx, poll=row.id)
    both = [each for each in (first, again) if each is not None and each.state is State.CLOSED]
    return Shift(first, again, tuple([await results.published(tx, poll=each.id) for each in both]))


async def _plan(tx: Tx, series: str, chosen: Blueprint) -> Plan:
    invited = select(series_groups.c.group_id).where(series_groups.c.series == series)
    places = tuple(sorted(row.group_id for row in await tx.all(invited)))
    closes_at = tx.now + OPEN_FOR
    return Plan(
        closes_at=closes_at,
        kind=Kind.SCALE,
        secret=True,
        audience=Audience(groups=places, series=(series,)),
        remind_at=closes_at - REMINDED,
        shuffled=False,
        template=chosen.code,
        topic=chosen.topic,
        tags=chosen.outcomes,
    )
