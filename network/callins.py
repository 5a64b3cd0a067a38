"""Call-ins: what hosts of a radio call-in answer to the questions that were asked beforehand (R081).

A call-in is an exchange of the kind ``callin``; its questions are those of ``network.preparations``. An answer that
one host calls sensitive is published only when the host of the other side agrees to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Select, String, Table, delete, select, update

from network import attendance, exchanges, invitees, members
from network.errors import Conflict, Forbidden, Missing
from network.exchanges import Exchange, Kind
from network.ids import new_id
from network.preparations import exchange_questions
from network.store import Tx, metadata

REMIND = "callin.remind"  # kind of the due row on which those who asked nothing hear that they still can,
BEFORE = timedelta(days=2)  # so long before it begins

callin_answers = Table(
    "callin_answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exchange", String(32), ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "question", String(32), ForeignKey("exchange_questions.id", ondelete="CASCADE"), nullable=False, unique=True
    ),
    Column("side", String(10), nullable=False),  # of the host who wrote it
    Column("agreed", Boolean, nullable=False),  # it is not sensitive, or the other host agrees
    Column("published", Boolean, nullable=False),
    Column("text", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class Answered:
    """A question of a call-in and where its answer stands; ``answer`` is "" while there is none."""

    id: str  # of the question
    question: str = field(repr=False)
    answer: str = field(repr=False)
    side: str = ""
    agreed: bool = False
    published: bool = False


async def hosted(tx: Tx, *, person: str) -> list[Exchange]:
    """Return the call-ins that somebody hosts, the latest planned first."""
    return [each for each in await exchanges.hosted(tx, person=person) if each.kind is Kind.CALL_IN]


async def questions(tx: Tx, *, exchange: str, by: str) -> list[Answered]:
    """Return every question with its answer, never who asked. Raise Missing for anybody but the hosts."""
    await exchanges.of_host(tx, exchange=exchange, by=by)
    return await _answered(tx, exchange)


async def answer(tx: Tx, *, exchange: str, by: str, question: str, text: str, sensitive: bool) -> None:
    """Write what is answered to a question, in the place of what was. Raise Missing, Conflict (it is published)."""
    await exchanges.of_host(tx, exchange=exchange, by=by)
    known = {each.id: each for each in await _answered(tx, exchange)}
    if question not in known:
        raise Missing
    if known[question].published:
        raise Conflict
    await tx.run(delete(callin_answers).where(callin_answers.c.question == question))
    row = {"id": new_id(), "exchange": exchange, "question": question, "published": False}
    sealed = tx.seal.seal("callin_answers.text", str(row["id"]), text)
    side = (await members.get(tx, person=by)).side
    await tx.run(callin_answers.insert(), {**row, "side": side, "agreed": not sensitive, "text": sealed})


async def agree(tx: Tx, *, exchange: str, by: str, question: str) -> None:
    """Agree to a sensitive answer that the host of the other side wrote. Raise Missing, Forbidden."""
    await exchanges.of_host(tx, exchange=exchange, by=by)
    side = (await members.get(tx, person=by)).side
    here = (callin_answers.c.exchange == exchange, callin_answers.c.question == question)
    if not await tx.run(update(callin_answers).where(*here, callin_answers.c.side != side).values(agreed=True)):
        raise Forbidden


async def publish(tx: Tx, *, exchange: str, by: str) -> int:
    """Publish every answer that may be, and return how many are new. Raise Missing, Conflict (there is none)."""
    await exchanges.of_host(tx, exchange=exchange, by=by)
    ready = (callin_answers.c.exchange == exchange, callin_answers.c.agreed, ~callin_answers.c.published)
    many = await tx.run(update(callin_answers).where(*ready).values(published=True))
    if not many:
        raise Conflict
    return many


async def answered(tx: Tx, *, person: str) -> list[Exchange]:
    """Return the call-ins to which somebody is invited and of which answers are published, the latest first."""
    done = select(callin_answers.c.exchange).where(callin_answers.c.published).distinct()
    rows = await tx.all(done.order_by(callin_answers.c.exchange))
    every = [await exchanges.get(tx, exchange=row.exchange) for row in rows]
    found = [each for each in every if await invitees.is_invited(tx, found=each, person=person)]
    return sorted(found, key=lambda each: each.starts_at or tx.now, reverse=True)[: exchanges.LISTED]


async def published(tx: Tx, *, exchange: str, person: str) -> list[Answered]:
    """Return what was answered, for whoever was invited. Raise Missing."""
    found = await exchanges.get(tx, exchange=exchange)
    if not await invitees.is_invited(tx, found=found, person=person):
        raise Missing
    return [each for each in await _answered(tx, exchange) if each.published]


def silent(found: Exchange, *, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who were invited, did not say no, and asked nothing."""
    asked = select(exchange_questions.c.person).where(exchange_questions.c.exchange == found.id)
    return attendance.concerned(found, hearing_at=hearing_at).where(members.members.c.id.not_in(asked))


def listeners(found: Exchange, *, hearing_at: datetime) -> Select[tuple[str]]:
    """Return the select of the ids of those who were invited, did not say no, and got no answer of their own."""
    concerned = attendance.concerned(found, hearing_at=hearing_at)
    return concerned.where(members.members.c.id.not_in(askers(found.id)))


def askers(exchange: str) -> Select[tuple[str]]:
    """Return the select of the ids of those whose question was answered: for the machine that tells them."""
    done = select(callin_answers.c.question).where(callin_answers.c.exchange == exchange, callin_answers.c.published)
    asked = select(exchange_questions.c.person).where(exchange_questions.c.id.in_(done))
    return select(members.members.c.id).where(members.members.c.id.in_(asked))


async def _answered(tx: Tx, exchange: str) -> list[Answered]:
    asked, given = exchange_questions.c, callin_answers.c
    joined = exchange_questions.outerjoin(callin_answers, given.question == asked.id)
    columns = (asked.id, asked.text, given.id.label("answer"), given.text.label("said"))
    query = select(*columns, given.side, given.agreed, given.published).select_from(joined)
    rows = await tx.all(query.where(asked.exchange == exchange).order_by(asked.id))
    return [
        Answered(
            row.id,
            tx.seal.open("exchange_questions.text", row.id, row.text),
            tx.seal.open("callin_answers.text", row.answer, row.said) if row.answer else "",
            row.side or "",
            bool(row.agreed),
            bool(row.published),
        )
        for row in rows
    ]
