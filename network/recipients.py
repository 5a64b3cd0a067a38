"""Recipients: what came to a member of what was sent to many, and what they think of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from network import approvals, audiences, broadcasts, groups, mailings, members
from network.addresses import addresses
from network.approvals import Approval, Decision
from network.broadcasts import Broadcast
from network.errors import Missing
from network.groups import Mode
from network.outbox import Stage, outbox
from network.rsvps import rsvps
from network.store import Tx

REPORT = "announcement"  # kind of the approval about one that was reported
LISTED = 20  # announcements of a list, the latest


async def received(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Broadcast]:
    """Return what came to a member and was not taken back, the latest first.

    What came is forgotten after a month. An announcement in ``only`` is found longer: by whom it is for, and
    by whoever has answered it.
    """
    wanted = await _came(tx, person) if only is None else list(only)
    found = [await broadcasts.find(tx, broadcast=each) for each in wanted]
    readable = [each for each in found if each is not None and each.state in broadcasts.WHOLE]
    return [each for each in readable if only is None or await is_for(tx, found=each, person=person)]


async def is_for(tx: Tx, *, found: Broadcast, person: str) -> bool:
    """Whether a message to many came to a member, or is for them."""
    if found.id in await _came(tx, person):
        return True
    answered = select(rsvps.c.person).where(rsvps.c.broadcast == found.id, rsvps.c.person == person)
    if await tx.first(answered) is not None:
        return True
    return await _is_meant(tx, found, person)


async def silence(tx: Tx, *, broadcast: str, person: str) -> None:
    """Let a member hear no more of the groups through which a message came to them. Raise Missing.

    Where no group was named it came through that of their country.
    """
    found = await broadcasts.find(tx, broadcast=broadcast)
    if found is None:
        raise Missing
    for group in await groups.of(tx, person=person):
        if group.id in found.audience.groups or (not found.audience.groups and group.is_home):
            await hear(tx, group=group.id, person=person, mode=Mode.SILENT)


async def hear(tx: Tx, *, group: str, person: str, mode: Mode | str) -> None:
    """Change how a member hears of a group (as ``groups.set_mode``), also of what is on its way. Raise Missing."""
    await groups.set_mode(tx, group=group, person=person, mode=mode)
    await spare(tx, person=person)


async def spare(tx: Tx, *, person: str) -> None:
    """Take back what waits for a member of messages that are not for them any more: they left, or hear no more."""
    mine = (addresses.c.person == person, outbox.c.mailing.is_not(None), outbox.c.stage.in_(mailings.UNSENT))
    query = select(outbox.c.mailing).join(addresses, addresses.c.id == outbox.c.address)
    for row in await tx.all(query.where(*mine).distinct()):
        found = await broadcasts.find(tx, broadcast=row.mailing)
        if found is not None and not await _is_meant(tx, found, person, hearing=True):
            await mailings.spare(tx, mailing=row.mailing, person=person)


async def report(tx: Tx, *, broadcast: str, by: str) -> dict[str, Any]:
    """Bring a message before coordinators who did not send it; return the ``approval`` and the ``deciders``.

    Both are empty when it was looked at before, or is gone.
    """
    found = await broadcasts.find(tx, broadcast=broadcast)
    looked_at = await approvals.closed(tx, subject=broadcast, kind=REPORT)
    if found is None or looked_at is not None:
        return {"approval": "", "deciders": []}
    wish = {approvals.WRITER: found.by}
    approval = await approvals.ask(tx, kind=REPORT, subject=broadcast, by=by, group=found.group, wish=wish)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def reported(tx: Tx, approval: Approval, _language: str) -> Broadcast | None:
    """Return what was reported, None when it was taken back meanwhile."""
    found = await broadcasts.find(tx, broadcast=approval.subject)
    return found if found is not None and found.state in broadcasts.WHOLE else None


async def looked_at(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep what was reported, or take it back; return whom to tell, "" when it is gone."""
    found = await reported(tx, approval, "")
    if found is None:
        return ""
    if state is Decision.APPROVED:
        return approval.by
    await broadcasts.take_back(tx, broadcast=found.id, by=approval.by)
    return found.by


async def _is_meant(tx: Tx, found: Broadcast, person: str, *, hearing: bool = False) -> bool:
    """Whether a message is for a member as they are now; with ``hearing`` only while they want to hear of it."""
    meant = audiences.query(found.audience, hearing_at=tx.now if hearing else None)
    return await tx.first(meant.where(members.members.c.id == person)) is not None


async def _came(tx: Tx, person: str) -> list[str]:
    """Return the ids of the mailings that were sent to a member, the latest first."""
    mine = (addresses.c.person == person, outbox.c.mailing.is_not(None), outbox.c.stage.in_(SENT))
    query = select(outbox.c.mailing, outbox.c.sent_at).join(addresses, addresses.c.id == outbox.c.address).where(*mine)
    rows = await tx.all(query.order_by(outbox.c.sent_at.desc()).limit(2 * LISTED))
    return list(dict.fromkeys(row.mailing for row in rows))[:LISTED]


SENT = (Stage.SENT, Stage.DELIVERED, Stage.READ)
