"""Planning: what the hosts of an exchange do with it: they propose it, set its time, change it, call it off, close it.

Beyond one group the other side's coordinators agree first (approvals of the kind ``exchange``). Who hosts it with its
author stands in ``cohosts``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from network import approvals, attendance, audit, callins, cohosts, due, exchanges, groups, members, recurrence
from network.approvals import Approval, Decision
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import NEWS, OPEN_STATES, WORDS, Exchange, Kind, State
from network.members import SIDES
from network.store import Tx

KIND = "exchange"  # of its approval
SIDES_LOOKED_AT = "exchange.sides"  # kind of the due row on which hosts are warned of a side that is missing,
BEFORE = timedelta(days=2)  # so long before it begins,
SHORTEST = timedelta(hours=1)  # or soon, where it begins sooner


async def propose(tx: Tx, *, exchange: str, by: str) -> dict[str, Any]:
    """Let a time be agreed on, or ask the coordinators first. Raise Missing, Conflict, Forbidden.

    Forbidden: the group has no coordinator of both sides. Returns the ``state``, and where others are asked the
    ``approval`` and the ``deciders``.
    """
    found = await exchanges.locked(tx, exchange=exchange)
    if found.by != by:
        raise Missing
    if found.state is not State.DRAFT:
        raise Conflict
    seated = await groups.seated(tx, group=found.group)
    if {seat.side for seat in seated} != set(SIDES):
        raise Forbidden
    leads = by in {seat.person for seat in seated}
    side = (await members.get(tx, person=by)).side
    if leads and found.audience in {None, Audience(groups=(found.group,))}:
        other = next(seat.person for seat in seated if seat.side != side)
        await exchanges.set_(tx, exchange, state=State.AGREEING.value)
        await cohosts.name(tx, exchange=exchange, person=other)
        return {"state": State.AGREEING, "approval": "", "deciders": []}
    await exchanges.set_(tx, exchange, state=State.PROPOSED.value)
    whose = {"side": next(each for each in SIDES if each != side)} if leads else {"both_sides": True}
    approval = await approvals.ask(tx, kind=KIND, subject=exchange, by=by, group=found.group, **whose)
    deciders = await approvals.deciders(tx, approval=approval)
    return {"state": State.PROPOSED, "approval": approval, "deciders": deciders}


async def asked(tx: Tx, approval: Approval, _language: str) -> Exchange | None:
    """Return what coordinators are to agree to, None when it is gone."""
    found = await exchanges.find(tx, exchange=approval.subject)
    return found if found is not None and found.state is State.PROPOSED else None


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let a time be agreed on, or not; return the id of its author, "" when it is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is not Decision.APPROVED:
        await exchanges.set_(tx, found.id, state=State.REFUSED.value)
        return found.by
    side = (await members.get(tx, person=found.by)).side
    said = await members.get_many(tx, people=await approvals.agreed(tx, approval=approval.id))
    partner = next((person for person, member in said.items() if member.side != side and person != found.by), None)
    await exchanges.set_(tx, found.id, state=State.AGREEING.value)
    if partner is not None:
        await cohosts.name(tx, exchange=found.id, person=partner)
    return found.by


async def set_time(tx: Tx, *, exchange: str, by: str, local: datetime, zone: str) -> Exchange:
    """Set when it takes place, or move it: ``local`` is a wall time in ``zone``. Raise Missing, Conflict, Invalid.

    Everybody who is invited hears of it. A past time is Invalid. Dates of a rule are moved in ``occurrences``.
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.state is not State.AGREEING and (not found.takes_place or found.rule):
        raise Conflict
    at = exchanges.instant(local, zone)
    if at <= tx.now:
        raise Invalid
    if found.takes_place and at == found.starts_at:
        return found
    moved = found.takes_place
    await exchanges.set_(
        tx,
        exchange,
        state=(State.CHANGED if moved else State.SET).value,
        starts_local=local.isoformat("T", "minutes"),
        zone=zone,
        starts_at=at,
        rule=recurrence.begin(found.rule, local),
        sequence=found.sequence + moved,
    )
    await due.at(tx, kind=SIDES_LOOKED_AT, subject=exchange, instant=max(at - BEFORE, tx.now + SHORTEST))
    if found.kind is Kind.CALL_IN and at - callins.BEFORE > tx.now:
        await due.at(tx, kind=callins.REMIND, subject=exchange, instant=at - callins.BEFORE)
    return await heard(tx, exchange, by, "move_exchange" if moved else "set_exchange")


async def look_again(tx: Tx, *, found: Exchange) -> None:
    """Look at the sides of the next date too, of what is held again and again."""
    later = [at - BEFORE for at, _date in found.standing if at - BEFORE > tx.now]
    if later:
        await due.at(tx, kind=SIDES_LOOKED_AT, subject=found.id, instant=later[0])


async def change(
    tx: Tx,
    *,
    exchange: str,
    by: str,
    languages: Sequence[str] | None = None,
    place: str | None = None,
    link: str | None = None,
    **given: str | int,
) -> Exchange:
    """Change words (the names in WORDS), ``minutes``, ``capacity``, the languages, the place or the link.

    Whoever comes hears of it once its time is set; more places go to those who wait, at once and without other news.
    Raise Missing, Invalid, Conflict (it is over, or coordinators are reading it).
    """
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.state not in OPEN_STATES or found.state is State.PROPOSED:
        raise Conflict
    numbers = {name: int(given.pop(name)) for name in ("minutes", "capacity") if name in given}
    if set(given) - set(WORDS) or languages == []:
        raise Invalid
    exchanges.check(found.kind, found.audience, **{"minutes": found.minutes, "capacity": found.capacity} | numbers)
    said = {name: getattr(found, name) for name in WORDS} | given
    door = await exchanges.all_doors(tx, exchange=exchange)
    door |= {name: value for name, value in (("place", place), ("link", link)) if value is not None}
    changed: dict[str, Any] = {"words": tx.seal.seal_json("exchanges.words", exchange, said)}
    changed |= {"door": tx.seal.seal_json("exchanges.door", exchange, door)}
    changed |= {} if languages is None else {"languages": json.dumps(list(languages))}
    await exchanges.set_(tx, exchange, **changed, **numbers)
    if not found.takes_place:
        return await exchanges.get(tx, exchange=exchange)
    if set(numbers) == {"capacity"} and not given and languages is place is link is None:
        await attendance.fill(tx, found=await exchanges.get(tx, exchange=exchange))
        await audit.record(tx, act="change_exchange", actor=by, subject=exchange)
        return await exchanges.get(tx, exchange=exchange)
    await exchanges.set_(tx, exchange, sequence=found.sequence + 1)
    return await heard(tx, exchange, by, "change_exchange")


async def cancel(tx: Tx, *, exchange: str, by: str) -> Exchange:
    """Let it not take place. Raise Missing, Conflict. Whoever was invited hears of it, where its time was set."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    if found.state not in OPEN_STATES:
        raise Conflict
    await approvals.withdraw(tx, subject=exchange)
    await exchanges.set_(tx, exchange, state=State.CANCELLED.value, sequence=found.sequence + 1)
    if not found.takes_place:
        await audit.record(tx, act="cancel_exchange", actor=by, subject=exchange)
        return await exchanges.get(tx, exchange=exchange)
    return await heard(tx, exchange, by, "cancel_exchange")


async def close(tx: Tx, *, exchange: str, by: str) -> None:
    """Say that it took place and is over. Raise Missing, Conflict: not before its last date began."""
    found = await exchanges.of_host(tx, exchange=exchange, by=by)
    last = max((at for at, _date in found.standing), default=found.starts_at)
    if not found.takes_place or last is None or last > tx.now:
        raise Conflict
    await exchanges.set_(tx, exchange, state=State.OVER.value)


async def heard(tx: Tx, exchange: str, by: str, act: str) -> Exchange:
    """Let everybody whom it concerns hear how it stands now. Audited."""
    found = await exchanges.get(tx, exchange=exchange)
    await due.at(tx, kind=NEWS, subject=f"{exchange}:{found.sequence}", instant=tx.now)
    await audit.record(tx, act=act, actor=by, subject=exchange)
    return found
