"""Steps of an exchange, sent to those who are there one after the other at its host's tap (R063, R065, R066).

A scenario has steps that its host wrote beforehand: a situation, and a question. Any other exchange has three rounds:
opening, listening, joint. What people reply is shown side by side, of whom the side at most; whoever comes late reads
what was sent so far, and all of it stays to be read afterwards. What is held again and again has steps of its own on
each date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from network import attendance, exchanges, members
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange
from network.exchanges import Kind as Meeting
from network.ids import new_id
from network.members import SIDES
from network.store import Instant, Tx, metadata

MOST = 12  # steps of a scenario
EARLY, LATE = timedelta(minutes=30), timedelta(hours=2)  # before it begins, and after its end, steps go on
LONGEST = 400  # characters of a reply


class Kind(StrEnum):
    """What a step is; the rounds in their order."""

    SCENARIO = "scenario"
    OPENING = "opening"
    LISTENING = "listening"
    JOINT = "joint"


class State(StrEnum):
    """Where a step stands."""

    WRITTEN = "written"
    SENT = "sent"  # those who are there reply
    SHOWN = "shown"  # they read what others replied


ROUNDS = (Kind.OPENING, Kind.LISTENING, Kind.JOINT)
ANSWERED = (Kind.SCENARIO, Kind.LISTENING, Kind.JOINT)  # kinds to which people reply in writing

exchange_steps = Table(
    "exchange_steps",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("date", String(16), nullable=False),  # the name of the date, "" of what is held once
    Column("number", SmallInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("state", String(8), nullable=False),
    Column("sent_at", Instant),
    Column("words", LargeBinary, nullable=False),  # JSON: situation, question; a round has its own, known words
    UniqueConstraint("exchange", "date", "number"),
)

step_replies = Table(
    "step_replies",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("step", String(32), ForeignKey("exchange_steps.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("side", String(10), nullable=False),
    Column("text", LargeBinary, nullable=False),
    UniqueConstraint("step", "person"),
)

facilitators = Table(
    "facilitators",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False),
    Column("side", String(10), nullable=False),
    Column("role", LargeBinary, nullable=False),
    UniqueConstraint("exchange", "side"),
)


@dataclass(frozen=True)
class Step:
    """A step; ``situation`` and ``question`` are "" in a round."""

    id: str
    exchange: str
    date: str
    number: int
    kind: Kind
    state: State
    situation: str = field(repr=False)
    question: str = field(repr=False)

    @property
    def takes_replies(self) -> bool:
        """Whether people reply to it in writing."""
        return self.kind in ANSWERED


@dataclass(frozen=True)
class Reply:
    """What somebody of a side replied, without who."""

    side: str
    text: str = field(repr=False)


async def write(tx: Tx, *, exchange: str, by: str, situation: str, question: str) -> str:
    """Add a step to a scenario that is not over, and return its id. Raise Missing, Conflict."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    every = await _every(tx, found)
    if found.kind is not Meeting.SCENARIO or found.state not in exchanges.OPEN_STATES or len(every) >= MOST:
        raise Conflict
    words = {"situation": situation, "question": question}
    return await _add(tx, found, len(every) + 1, Kind.SCENARIO, words)


async def take_out(tx: Tx, *, step: str, by: str) -> None:
    """Take out a step that was not sent; those after it move up. Raise Missing, Conflict."""
    found = await _of_host(tx, step, by)
    if found.state is not State.WRITTEN:
        raise Conflict
    await tx.run(delete(exchange_steps).where(exchange_steps.c.id == step))
    for each in await _every(tx, await exchanges.get(tx, exchange=found.exchange), found.date):
        if each.number > found.number:
            here = update(exchange_steps).where(exchange_steps.c.id == each.id)
            await tx.run(here.values(number=each.number - 1))


async def send_next(tx: Tx, *, exchange: str, by: str) -> Step:
    """Send the next step, or begin the next round; return it: then tell those who come. Raise Missing, Conflict.

    Conflict: the exchange does not run now, or nothing is left.
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    coming = await upcoming(tx, exchange=exchange)
    if not runs(found, tx.now) or coming is None:
        raise Conflict
    step = coming.id or await _add(tx, found, coming.number, coming.kind, {"situation": "", "question": ""})
    await tx.run(_here(step).values(state=State.SENT.value, sent_at=tx.now))
    return await get(tx, step=step)


async def show(tx: Tx, *, step: str, by: str) -> Step:
    """Let those who come read what was replied to a step; return it: then tell them. Raise Missing, Conflict."""
    found = await _of_host(tx, step, by)
    if found.state is not State.SENT or not found.takes_replies:
        raise Conflict
    await tx.run(_here(step).values(state=State.SHOWN.value))
    return await get(tx, step=step)


async def reply(tx: Tx, *, step: str, person: str, text: str) -> None:
    """Keep what somebody who comes replies, in the place of what they replied before.

    Raise Missing, Forbidden (they do not come), Conflict (it is over, or takes no replies), Invalid.
    """
    found = await get(tx, step=step)
    meeting = await exchanges.locked(tx, exchange=found.exchange)
    if not await _comes(tx, meeting, person, found.date):
        raise Forbidden
    if (
        found.state is State.WRITTEN
        or found.date != meeting.at_hand
        or not found.takes_replies
        or not runs(meeting, tx.now)
    ):
        raise Conflict
    if not 0 < len(text.strip()) <= len(text) <= LONGEST:
        raise Invalid
    side = (await members.get(tx, person=person)).side
    await tx.run(delete(step_replies).where(step_replies.c.step == step, step_replies.c.person == person))
    row = {"id": new_id(), "step": step, "person": person, "side": side}
    sealed = tx.seal.seal("step_replies.text", row["id"], text)
    await tx.run(step_replies.insert(), {**row, "text": sealed})


async def name_facilitator(tx: Tx, *, exchange: str, by: str, side: str, role: str) -> None:
    """Say by their role who facilitates from a side, in the place of what was said. Raise Missing, Conflict."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if side not in SIDES or found.state not in exchanges.OPEN_STATES:
        raise Conflict
    await tx.run(delete(facilitators).where(facilitators.c.exchange == exchange, facilitators.c.side == side))
    row = {"id": new_id(), "exchange": exchange, "side": side}
    await tx.run(facilitators.insert(), {**row, "role": tx.seal.seal("facilitators.role", row["id"], role)})


async def facilitated_by(tx: Tx, *, exchange: str) -> dict[str, str]:
    """Return the role of the facilitator of each side, as far as it is known."""
    rows = await tx.all(select(facilitators).where(facilitators.c.exchange == exchange))
    roles = {row.side: tx.seal.open("facilitators.role", row.id, row.role) for row in rows}
    return {side: roles[side] for side in SIDES if side in roles}


async def get(tx: Tx, *, step: str) -> Step:
    """Return a step; raise Missing."""
    row = await tx.one(select(exchange_steps).where(exchange_steps.c.id == step))
    return _step(tx, row)


async def of(tx: Tx, *, exchange: str, person: str) -> list[Step]:
    """Return the steps that somebody may read: a host all, whoever comes those that were sent. Raise Missing.

    They are those of the date at hand; before its first step those of the last date that had any.
    """
    found = await exchanges.get(tx, exchange=exchange)
    every = await _every(tx, found)
    if not every and found.dates:
        last = func.max(exchange_steps.c.date)
        every = await _every(tx, found, await tx.scalar(select(last).where(exchange_steps.c.exchange == exchange)))
    if person in found.hosts:
        return every
    if not await _comes(tx, found, person, every[0].date if every else found.at_hand):
        raise Missing
    return [each for each in every if each.state is not State.WRITTEN]


async def unanswered(tx: Tx, *, exchange: str, person: str) -> list[str]:
    """Return the ids of the steps that somebody can reply to, and did not yet. Raise Missing."""
    mine = select(step_replies.c.step).where(step_replies.c.person == person)
    said = {row.step for row in await tx.all(mine)}
    every = await of(tx, exchange=exchange, person=person)
    return [each.id for each in every if each.takes_replies and each.id not in said]


async def upcoming(tx: Tx, *, exchange: str) -> Step | None:
    """Return the step that comes next; a round that did not begin has no id. None where nothing is left."""
    found = await exchanges.get(tx, exchange=exchange)
    every = await _every(tx, found)
    if found.kind is Meeting.SCENARIO:
        return next((each for each in every if each.state is State.WRITTEN), None)
    left = [each for each in ROUNDS if each not in {step.kind for step in every}]
    return Step("", exchange, found.at_hand, len(every) + 1, left[0], State.WRITTEN, "", "") if left else None


async def replies(tx: Tx, *, step: str, person: str) -> list[Reply]:
    """Return what was replied to a step, in an order that tells nothing. Raise Missing.

    Hosts read it at any time, whoever comes once it is shown.
    """
    found = await get(tx, step=step)
    meeting = await exchanges.get(tx, exchange=found.exchange)
    is_shown = found.state is State.SHOWN and await _comes(tx, meeting, person, found.date)
    if person not in meeting.hosts and not is_shown:
        raise Missing
    rows = await tx.all(select(step_replies).where(step_replies.c.step == step).order_by(step_replies.c.id))
    return [Reply(row.side, tx.seal.open("step_replies.text", row.id, row.text)) for row in rows]


async def running(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Exchange]:
    """Return the exchanges whose steps somebody may take now: those that they host, and those that run."""
    hosted = [
        each for each in await exchanges.hosted(tx, person=person, only=only) if each.state in exchanges.OPEN_STATES
    ]
    table = attendance.attendance.c
    query = select(table.exchange).where(table.person == person).order_by(table.exchange)
    found = [await exchanges.get(tx, exchange=row.exchange) for row in await tx.all(query)]
    held = [each for each in found if runs(each, tx.now) and person not in each.hosts]
    come = [each for each in held if await _comes(tx, each, person, each.at_hand)]
    return [*hosted, *(each for each in come if only is None or each.id in only)]


def runs(found: Exchange, now: datetime) -> bool:
    """Whether an exchange is being held now, or is about to begin or has just ended."""
    if not found.takes_place or found.starts_at is None or found.ends_at is None:
        return False
    return found.starts_at - EARLY <= now < found.ends_at + LATE


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member replied to another membership of the same human being, where that one said nothing."""
    had = select(step_replies.c.step).where(step_replies.c.person == to).scalar_subquery()
    mine = update(step_replies).where(step_replies.c.person == person, step_replies.c.step.not_in(had))
    await tx.run(mine.values(person=to))


async def copy(tx: Tx, *, person: str) -> list[str]:
    """Return what somebody replied, to be read by them."""
    rows = await tx.all(select(step_replies).where(step_replies.c.person == person).order_by(step_replies.c.id))
    return [tx.seal.open("step_replies.text", row.id, row.text) for row in rows]


async def _comes(tx: Tx, found: Exchange, person: str, date: str) -> bool:
    mine = await attendance.of(tx, exchange=found.id, person=person)
    return mine is not None and mine.comes(date)


async def _of_host(tx: Tx, step: str, by: str) -> Step:
    """Return a step that a host of its exchange changes now; raise Missing."""
    await exchanges.of_host(tx, exchange=(await get(tx, step=step)).exchange, by=by)
    return await get(tx, step=step)


async def _every(tx: Tx, found: Exchange, date: str | None = None) -> list[Step]:
    """Return the steps of a date, of the one at hand unless another is given, in their order."""
    which = found.at_hand if date is None else date
    query = select(exchange_steps).where(exchange_steps.c.exchange == found.id, exchange_steps.c.date == which)
    return [_step(tx, row) for row in await tx.all(query.order_by(exchange_steps.c.number))]


async def _add(tx: Tx, found: Exchange, number: int, kind: Kind, words: dict[str, str]) -> str:
    row: dict[str, Any] = {"id": new_id(), "exchange": found.id, "date": found.at_hand}
    row |= {"number": number, "kind": kind.value}
    sealed = tx.seal.seal_json("exchange_steps.words", row["id"], words)
    await tx.run(exchange_steps.insert(), {**row, "state": State.WRITTEN.value, "sent_at": None, "words": sealed})
    return str(row["id"])


def _here(step: str) -> Any:
    return update(exchange_steps).where(exchange_steps.c.id == step)


def _step(tx: Tx, row: Row[Any]) -> Step:
    words = tx.seal.open_json("exchange_steps.words", row.id, row.words)
    return Step(
        row.id,
        row.exchange,
        row.date,
        row.number,
        Kind(row.kind),
        State(row.state),
        words.get("situation", ""),
        words.get("question", ""),
    )
