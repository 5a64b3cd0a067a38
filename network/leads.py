"""Leads: who goes on leading a series when a host passes it on, leaves the network, or is there no more.

It is the next seat of their side in the group of the series. Where there is none, the place waits for whoever is
seated there later.
"""

from __future__ import annotations

from sqlalchemy import delete, or_, select

from network import approvals, audit, due, groups, members
from network import series as series_
from network.errors import Conflict, Forbidden
from network.series import Series, State
from network.store import Tx

NAMED = "series.led"  # kind of the due row on which somebody hears that they lead a series now


async def pass_on(tx: Tx, *, series: str, by: str) -> None:
    """Let the next seat of a host's side lead a series in their place; both stay in it. Audited.

    Raise Missing (not a host), Conflict (it is not open), Forbidden (there is nobody else).
    """
    found = await series_.of_host(tx, series=series, by=by)
    if found.state is not State.OPEN:
        raise Conflict
    heir = await _heir(tx, found, by)
    if heir is None:
        raise Forbidden
    await _put(tx, found, by, heir)
    await audit.record(tx, act="pass_on_series", actor=by, subject=series)


async def is_vacant(tx: Tx, *, series: str, person: str) -> bool:
    """Whether somebody who is seated in the group of an open series could take up the lead of their side."""
    return await _vacant(tx, await series_.get(tx, series=series), person)


async def take_up(tx: Tx, *, series: str, by: str) -> None:
    """Lead a series for one's side, which nobody leads; raise Conflict (somebody does), Missing. Audited."""
    found = await series_.locked(tx, series=series)
    if not await _vacant(tx, found, by):
        raise Conflict
    await series_.set_(tx, series, **({"partner_by": by} if found.by else {"by": by}))
    await audit.record(tx, act="take_up_series", actor=by, subject=series)


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody asked for alone; what was opened stays, led by the next seat of their side."""
    table = series_.dialogues
    theirs = select(table.c.id).where(or_(table.c.by == person, table.c.partner_by == person)).order_by(table.c.id)
    for row in await tx.all(theirs):
        found = await series_.locked(tx, series=row.id)
        if found.begins_at is not None:
            await _put(tx, found, person, await _heir(tx, found, person))
            continue
        await approvals.withdraw(tx, subject=found.id)
        await tx.run(delete(table).where(table.c.id == found.id))


async def _heir(tx: Tx, found: Series, person: str) -> str | None:
    member = await members.find(tx, person=person)
    seated = await groups.seated(tx, group=found.group)
    theirs = [seat.person for seat in seated if member is not None and seat.side == member.side]
    return next((each for each in theirs if each not in {person, *found.hosts}), None)


async def _put(tx: Tx, found: Series, person: str, heir: str | None) -> None:
    """Put somebody, or nobody, in the place of a host; who is put there hears of it."""
    if found.by == person:
        await series_.set_(tx, found.id, by=heir or "")
    else:
        await series_.set_(tx, found.id, partner_by=heir)
    if heir is not None and found.state is State.OPEN:
        await due.at(tx, kind=NAMED, subject=found.id, instant=tx.now, person=heir)


async def _vacant(tx: Tx, found: Series, person: str) -> bool:
    if found.state is not State.OPEN or len(found.hosts) > 1:
        return False
    mine = [seat for seat in await groups.seated(tx, group=found.group) if seat.person == person]
    led = {member.side for member in (await members.get_many(tx, people=found.hosts)).values()}
    return bool(mine) and mine[0].side not in led and person not in found.hosts
