"""Cohosts: who hosts an exchange beside its author, for the other side; and who goes on with it when a host goes.

A coordinator is named and told, and may say no: then the next one of that side is named, as long as there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, or_, select

from network import approvals, audit, due, exchanges, groups, members, preparations
from network.attendance import attendance
from network.errors import Conflict, Missing
from network.exchanges import NEWS, OPEN_STATES, Exchange, State
from network.invitees import invite, invitees
from network.members import SIDES
from network.store import Tx

NAMED = "exchange.cohost"  # kind of the due row on which a coordinator hears that they host an exchange with somebody
LEFT = "exchange.left"  # on which a host hears that the other one does not go on
GONE = "exchange.gone"  # on which what is left of an exchange goes, after those who were invited heard that it does not
KEPT = timedelta(days=30)  # take place: so long afterwards
GUESTS = (invitees, attendance)  # of whom it is known that they hear of it


async def name(tx: Tx, *, exchange: str, person: str) -> None:
    """Let a coordinator host an exchange beside its author; they hear of it."""
    await exchanges.set_(tx, exchange, partner_by=person)
    await due.at(tx, kind=NAMED, subject=exchange, instant=tx.now, person=person)


async def decline(tx: Tx, *, exchange: str, by: str) -> None:
    """Let the one who was named say no. Raise Missing (they are not), Conflict (it is over)."""
    found = await exchanges.locked(tx, exchange=exchange)
    if found.partner_by != by:
        raise Missing
    if found.state not in OPEN_STATES:
        raise Conflict
    await _next(tx, found, side=(await members.get(tx, person=by)).side, after=by)
    await audit.record(tx, act="decline_exchange", actor=by, subject=exchange)


async def forget(tx: Tx, *, person: str, keep: bool = True) -> None:
    """Take somebody out of what they host: the other host goes on with it, or else it does not take place.

    Without ``keep`` what they planned themselves goes with them. Where nobody goes on nothing of it stays but its
    time, until whoever was invited has heard.
    """
    table = exchanges.exchanges
    query = select(table.c.id).where(or_(table.c.by == person, table.c.partner_by == person)).order_by(table.c.id)
    for row in await tx.all(query):
        found = await exchanges.locked(tx, exchange=row.id)
        rest = [each for each in found.hosts if each != person]
        if rest and (keep or found.by != person):
            await _go_on(tx, found, host=rest[0])
        else:
            await _end(tx, found, hosts=rest)


async def _go_on(tx: Tx, found: Exchange, *, host: str) -> None:
    """Let one host keep what both planned, with the next coordinator of the other side where there is one."""
    gone = next(each for each in found.hosts if each != host)
    await exchanges.set_(tx, found.id, by=host, partner_by=None)
    if found.state not in OPEN_STATES:
        return
    side = (await members.get(tx, person=host)).side
    left = await exchanges.get(tx, exchange=found.id)
    await _next(tx, left, side=next(each for each in SIDES if each != side), after=gone)


async def _next(tx: Tx, found: Exchange, *, side: str, after: str) -> None:
    """Name the coordinator of a side who comes after one, nobody where there is none; the author hears of it."""
    seated = await groups.seated(tx, group=found.group)
    listed = [seat.person for seat in seated if seat.side == side and seat.person != found.by]
    rest = listed[listed.index(after) + 1 :] if after in listed else listed
    await exchanges.set_(tx, found.id, partner_by=None)
    await due.cancel(tx, kind=NAMED, subject=found.id)
    if rest:
        await name(tx, exchange=found.id, person=rest[0])
    await due.at(tx, kind=LEFT, subject=found.id, instant=tx.now, person=found.by)


async def _end(tx: Tx, found: Exchange, *, hosts: Sequence[str]) -> None:
    """Let an exchange not take place any more: of one with a time the time stays, without a word.

    Who hosted it still hears of it as its guests do.
    """
    table = exchanges.exchanges
    await approvals.withdraw(tx, subject=found.id)
    await preparations.withdraw(tx, exchange=found.id)
    await due.cancel(tx, kind=NEWS, subject=f"{found.id}:{found.sequence}")
    guests = [await _rows(tx, each, "exchange", found.id) for each in GUESTS]
    [row] = await _rows(tx, table, "id", found.id)
    await tx.run(delete(table).where(table.c.id == found.id))  # and all that hangs on it
    if not found.takes_place or found.ends_at is None or found.ends_at <= tx.now:
        return
    empty = {"words": tx.seal.seal_json("exchanges.words", found.id, {})}
    empty |= {"door": tx.seal.seal_json("exchanges.door", found.id, {"place": "", "link": ""})}
    bare = {
        "by": "",
        "partner_by": None,
        "record": None,
        "state": State.CANCELLED.value,
        "sequence": found.sequence + 1,
    }
    await tx.run(table.insert(), row | bare | empty)
    for each, rows in zip(GUESTS, guests, strict=True):
        if rows:
            await tx.run(each.insert(), rows)
    for host in hosts:
        await invite(tx, exchange=found.id, person=host)
    await due.at(tx, kind=NEWS, subject=f"{found.id}:{found.sequence + 1}", instant=tx.now)
    await due.at(tx, kind=GONE, subject=found.id, instant=tx.now + KEPT)


async def _rows(tx: Tx, table: Table, column: str, exchange: str) -> list[dict[str, Any]]:
    return [row._asdict() for row in await tx.all(select(table).where(table.c[column] == exchange))]


async def sweep(tx: Tx, *, exchange: str) -> None:
    """Take out what is left of an exchange that nobody hosts."""
    table = exchanges.exchanges
    await tx.run(delete(table).where(table.c.id == exchange, table.c.by == ""))
