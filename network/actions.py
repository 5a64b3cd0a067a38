"""Actions of a series: what will be done, by whose role and until which day, and what became of it (R058).

Whoever takes one on is reminded, as the hosts are: a week before its day, on it, and every month until somebody says
what became of it. Nobody's name stands with it unless they wish so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
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
    func,
    select,
    update,
)

from network import audit, due, mailings, members, problems
from network import series as dialogues
from network.errors import Conflict, Invalid, Missing
from network.ids import new_id
from network.store import Instant, Tx, metadata

REMIND = "action.remind"  # kind of the due row on which whoever does it and the hosts are reminded
NEWS = "action.news"  # kind of the due row on which those in the series hear of what was agreed, together
EARLY = timedelta(days=7)  # before its day is the first reminder
TOGETHER = timedelta(minutes=30)  # what is agreed within that time is told in one message
MOST = 60  # of one series
DAY = timedelta(days=1)


class State(StrEnum):
    """What became of an action."""

    OPEN = "open"
    CHANGED = "changed"  # it is to be done otherwise, or later
    DONE = "done"
    NOT_DONE = "not_done"


SETTLED = (State.DONE, State.NOT_DONE)

actions = Table(
    "actions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("series", String(32), ForeignKey("series.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("problem", String(32)),  # from which it follows
    Column("due_on", String(10), nullable=False),  # ISO 8601
    Column("state", String(10), nullable=False),
    Column("owner", String(32), index=True),  # the member who took it on
    Column("reminded_on", String(10), nullable=False),  # the last day of a reminder that is behind
    Column("told", Boolean, nullable=False),  # those in the series heard of it
    Column("words", LargeBinary, nullable=False),  # JSON: text, role, name (of an owner who wishes so)
    Column("made_at", Instant, nullable=False),
)

action_history = Table(
    "action_history",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("action", String(32), ForeignKey("actions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("note", LargeBinary),
)


@dataclass(frozen=True)
class Action:
    """What will be done. ``owner`` is a person id, never to be shown; ``name`` is what they let stand with it."""

    id: str
    series: str
    problem: str | None
    due_on: date
    state: State
    owner: str | None = field(repr=False)
    reminded_on: date
    text: str = field(repr=False)
    role: str = field(repr=False)
    name: str = field(repr=False)

    @property
    def is_settled(self) -> bool:
        """Whether it is known what became of it."""
        return self.state in SETTLED


@dataclass(frozen=True)
class Turn:
    """What was said of an action on a day."""

    at: datetime
    state: State
    due_on: date
    note: str = field(repr=False)


@dataclass(frozen=True)
class Progress:
    """How many actions a series has, and how many of them are done, not done, or late."""

    total: int = 0
    done: int = 0
    not_done: int = 0
    late: int = 0

    @property
    def under_way(self) -> int:
        """Those of which it is not known yet what becomes of them."""
        return self.total - self.done - self.not_done


async def record(
    tx: Tx, *, series: str, by: str, text: str, owner_role: str, due_on: str, problem: str | None = None
) -> str:
    """Keep an action of a series that is open, and return its id. Raise Missing, Conflict, Invalid.

    ``due_on`` is a day to come, ISO 8601. Those in the series hear of it, together with what else is agreed. Audited.
    """
    found = await dialogues.of_host(tx, series=series, by=by)
    many = await tx.scalar(select(func.count()).where(actions.c.series == series))
    if found.state is not dialogues.State.OPEN or int(many or 0) >= MOST:
        raise Conflict
    if problem is not None and (await problems.get(tx, problem=problem)).series != series:
        raise Invalid
    row: dict[str, Any] = {"id": new_id(), "series": series, "problem": problem, "due_on": _future(tx, due_on)}
    row |= {"state": State.OPEN.value, "reminded_on": tx.now.date().isoformat(), "told": False, "made_at": tx.now}
    sealed = tx.seal.seal_json("actions.words", row["id"], {"text": text, "role": owner_role, "name": ""})
    await tx.run(actions.insert(), {**row, "words": sealed})
    await _arm(tx, await get(tx, action=row["id"]))
    await due.at_first(tx, kind=NEWS, subject=series, instant=tx.now + TOGETHER)
    await audit.record(tx, act="record_action", actor=by, subject=row["id"])
    return str(row["id"])


async def answerable(tx: Tx, *, series: str, person: str) -> list[str]:
    """Return the ids of the problems of a series from which an action can follow. Raise Missing."""
    return [each.id for topic in await problems.by_topic(tx, series=series, person=person) for each in topic.problems]


async def cause(tx: Tx, *, action: Action) -> str:
    """Return the problem from which an action follows, "" where there is none or it is shown no more."""
    try:
        return "" if action.problem is None else (await problems.get(tx, problem=action.problem)).text
    except Missing:
        return ""


async def mark(tx: Tx, *, action: str, by: str, state: State | str, note: str = "", due_on: str = "") -> None:
    """Say what became of an action; said again, the last word counts. Raise Missing, Invalid. Audited.

    Its hosts and whoever took it on may. ``due_on`` is its new day, where it has one; a change needs a ``note``.
    """
    found = await _locked(tx, action)
    if by != found.owner:
        await dialogues.of_host(tx, series=found.series, by=by)
    wanted = State(state)
    if wanted is State.CHANGED and not note.strip():
        raise Invalid
    day = _future(tx, due_on) if due_on else found.due_on.isoformat()
    here = update(actions).where(actions.c.id == action)
    await mailings.stop(tx, mailing=mailing(found.id, found.reminded_on))  # it may wait for the morning
    reminded_on = max(tx.now.date(), found.reminded_on).isoformat()
    await tx.run(here.values(state=wanted.value, due_on=day, reminded_on=reminded_on))
    row: dict[str, Any] = {"id": new_id(), "action": action, "at": tx.now, "state": wanted.value, "due_on": day}
    sealed = tx.seal.seal("action_history.note", row["id"], note) if note else None
    await tx.run(action_history.insert(), {**row, "note": sealed})
    await _arm(tx, await get(tx, action=action))
    await audit.record(tx, act="mark_action", actor=by, subject=action, detail=wanted.value)


async def take_on(tx: Tx, *, action: str, person: str, named: bool = False) -> None:
    """Let a member of the series do it, who is reminded from now on; ``named``: their name stands with it.

    Raise Missing (not in the series), Conflict (somebody has it, or it is settled).
    """
    found = await _locked(tx, action)
    if not await dialogues.is_in(tx, series=found.series, person=person):
        raise Missing
    if found.owner is not None or found.is_settled:
        raise Conflict
    name = (await members.get(tx, person=person)).name if named else ""
    await _own(tx, found, person, name)


async def hand_back(tx: Tx, *, action: str, person: str) -> None:
    """Let somebody not do it after all. Raise Missing."""
    found = await _locked(tx, action)
    if found.owner != person:
        raise Missing
    await _own(tx, found, None, "")


async def find(tx: Tx, *, action: str) -> Action | None:
    """Return an action, or None."""
    row = await tx.first(select(actions).where(actions.c.id == action))
    return None if row is None else _action(tx, row)


async def get(tx: Tx, *, action: str) -> Action:
    """Return an action; raise Missing."""
    found = await find(tx, action=action)
    if found is None:
        raise Missing
    return found


async def of(tx: Tx, *, series: str, only: Sequence[str] | None = None) -> list[Action]:
    """Return the actions of a series: first what is under way, the earliest day first."""
    query = select(actions).where(actions.c.series == series)
    if only is not None:
        query = query.where(actions.c.id.in_(only))
    found = [_action(tx, row) for row in await tx.all(query.order_by(actions.c.due_on, actions.c.id))]
    return sorted(found, key=lambda each: each.is_settled)


async def history(tx: Tx, *, action: str) -> list[Turn]:
    """Return what was said of an action, the oldest first."""
    query = select(action_history).where(action_history.c.action == action)
    return [
        Turn(
            row.at,
            State(row.state),
            date.fromisoformat(row.due_on),
            "" if row.note is None else tx.seal.open("action_history.note", row.id, row.note),
        )
        for row in await tx.all(query.order_by(action_history.c.at, action_history.c.id))
    ]


async def progress(tx: Tx, *, series: str) -> Progress:
    """Return how far the actions of a series are."""
    every = await of(tx, series=series)
    return Progress(
        total=len(every),
        done=sum(each.state is State.DONE for each in every),
        not_done=sum(each.state is State.NOT_DONE for each in every),
        late=sum(not each.is_settled and each.due_on < tx.now.date() for each in every),
    )


async def reminded(tx: Tx, *, action: str) -> tuple[Action, date] | None:
    """Note that a reminder goes out now; return what it is about and its day, None when there is none to send.

    Of several days that passed meanwhile the last one counts: nobody gets a flood. The next one is set.
    """
    row = await tx.first(select(actions).where(actions.c.id == action).with_for_update())
    found = None if row is None else _action(tx, row)
    if found is None or found.is_settled:
        return None
    passed = [day for day in _upto(found, tx.now.date()) if day > found.reminded_on]
    if passed:
        await tx.run(update(actions).where(actions.c.id == action).values(reminded_on=passed[-1].isoformat()))
        found = await get(tx, action=action)
    await _arm(tx, found)
    return (found, passed[-1]) if passed else None


async def untold(tx: Tx, *, series: str) -> list[Action]:
    """Return the actions of which those in the series have not heard, and count them as told from now on."""
    fresh = (actions.c.series == series, ~actions.c.told)
    found = [_action(tx, row) for row in await tx.all(select(actions).where(*fresh).order_by(actions.c.id))]
    await tx.run(update(actions).where(*fresh).values(told=True))
    return found


async def concerned(tx: Tx, *, action: Action, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who are reminded: the hosts, and who took it on while they are in it."""
    hosts = (await dialogues.get(tx, series=action.series)).hosts
    people = [*hosts, *([action.owner] if action.owner else [])]
    return dialogues.members_of(action.series, hearing_at=hearing_at).where(members.members.c.id.in_(people))


async def forget(tx: Tx, *, person: str) -> None:
    """Let what somebody took on be nobody's, and their name go with it."""
    for row in await tx.all(select(actions).where(actions.c.owner == person)):
        await _own(tx, _action(tx, row), None, "")


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member took on to another membership of the same human being."""
    await tx.run(update(actions).where(actions.c.owner == person).values(owner=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, str]]:
    """Return what somebody took on, to be read by them."""
    rows = await tx.all(select(actions).where(actions.c.owner == person).order_by(actions.c.due_on, actions.c.id))
    return [
        {"text": each.text, "role": each.role, "until": each.due_on.isoformat(), "state": each.state.value}
        for each in (_action(tx, row) for row in rows)
    ]


def days(due_on: date) -> Iterator[date]:
    """Yield the days of its reminders, without an end: a week before, its day, then every month."""
    yield due_on - EARLY
    yield due_on
    start = datetime.combine(due_on, time(), UTC)
    yield from (dialogues.later(start, months).date() for months in count(1))


def mailing(action: str, day: date) -> str:
    """Return the id of the mailing that is the reminder of a day: it exists once."""
    return hashlib.sha256(f"action|{action}|{day.isoformat()}".encode()).hexdigest()[:32]


def next_day(found: Action) -> date:
    """Return the day of the reminder that comes next."""
    return next(day for day in days(found.due_on) if day > found.reminded_on)


def _upto(found: Action, last: date) -> Iterator[date]:
    for day in days(found.due_on):
        if day > last:
            return
        yield day


async def _arm(tx: Tx, found: Action) -> None:
    """Set the next reminder, or none where it is settled."""
    if found.is_settled:
        await due.cancel(tx, kind=REMIND, subject=found.id)
        return
    instant = datetime.combine(next_day(found), time(), UTC)  # nobody's nine o'clock is before
    await due.at(tx, kind=REMIND, subject=found.id, instant=instant)


async def _own(tx: Tx, found: Action, person: str | None, name: str) -> None:
    words = {"text": found.text, "role": found.role, "name": name}
    sealed = tx.seal.seal_json("actions.words", found.id, words)
    await tx.run(update(actions).where(actions.c.id == found.id).values(owner=person, words=sealed))


async def _locked(tx: Tx, action: str) -> Action:
    row = await tx.one(select(actions).where(actions.c.id == action).with_for_update())
    return _action(tx, row)


def _future(tx: Tx, day: str) -> str:
    if date.fromisoformat(day) <= tx.now.date():
        raise Invalid
    return day


def _action(tx: Tx, row: Row[Any]) -> Action:
    words = tx.seal.open_json("actions.words", row.id, row.words)
    return Action(
        id=row.id,
        series=row.series,
        problem=row.problem,
        due_on=date.fromisoformat(row.due_on),
        state=State(row.state),
        owner=row.owner,
        reminded_on=date.fromisoformat(row.reminded_on),
        **{name: words.get(name, "") for name in ("text", "role", "name")},
    )
