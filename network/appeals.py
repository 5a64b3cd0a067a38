"""Appeals: a refusal is looked at once more, by others, when its author says why within 72 hours (D8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from network import approvals, countries, darkness, members, practices
from network.approvals import APPEAL, Closed, Decision
from network.errors import Missing
from network.members import Member
from network.practices import Practice, State
from network.store import Tx

WINDOW = timedelta(hours=72)  # from the refusal; its last instant counts
ASKED, LATE = "asked", "late"


async def until(tx: Tx, *, practice: str) -> datetime | None:
    """Return until when a refusal can be appealed; None where there is none, or it was heard already."""
    refusal = await _refusal(tx, practice)
    author = await _author(tx, practice) if refusal else None
    if refusal is None or author is None:
        return refusal.decided_at + WINDOW if refusal else None
    since = refusal.decided_at
    return await darkness.later(tx, country=author.country, since=since, instant=since + WINDOW)


async def until_local(tx: Tx, *, practice: str) -> datetime | None:
    """Return the same in the wall time of the author's country."""
    instant = await until(tx, practice=practice)
    author = await _author(tx, practice)
    if instant is None or author is None or not countries.known(author.country):
        return instant
    return instant.astimezone(countries.get(author.country).zone)


async def ask(tx: Tx, *, practice: str, by: str, why: str) -> dict[str, str | list[str]]:
    """Appeal: put a refused practice before one from each side, others than those who refused.

    Returns ``state`` (ASKED, or LATE when nothing can be appealed any more), the ``approval`` and its
    ``deciders``. Raise Missing unless ``by`` is its author. Audited.
    """
    found = await practices.get(tx, practice=practice)
    if found.author != by:
        raise Missing
    last = await until(tx, practice=practice)
    if last is None or tx.now > last:
        return {"state": LATE, "approval": "", "deciders": []}
    asked = {"kind": APPEAL, "subject": practice, "by": by, "country": found.country}
    approval = await approvals.ask(tx, **asked, both_sides=True, wish={"why": why})
    return {"state": ASKED, "approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def reasons(tx: Tx, *, practice: str) -> list[str]:
    """Return why a practice was refused, without who said it."""
    refusal = await approvals.closed(tx, subject=practice, kind="practice")
    return [] if refusal is None else await approvals.reasons(tx, approval=refusal.id)


async def made_by(tx: Tx, *, person: str) -> list[str]:
    """Return what a person wrote in their appeals, oldest first."""
    table = approvals.approvals
    theirs = select(table.c.id).where(table.c.by == person, table.c.kind == APPEAL).order_by(table.c.asked_at)
    return [(await approvals.wish(tx, approval=row.id)).get("why", "") for row in await tx.all(theirs)]


async def _refusal(tx: Tx, practice: str) -> Closed | None:
    """Return the refusal that can still be appealed, whatever the time."""
    found = await _find(tx, practice)
    last = await approvals.closed(tx, subject=practice, kind="practice")
    if found is None or found.state is not State.REFUSED or last is None or last.state is not Decision.REFUSED:
        return None
    if await approvals.is_pending(tx, kind=APPEAL, subject=practice):
        return None
    heard = await approvals.closed(tx, subject=practice, kind=APPEAL)
    return None if heard and heard.decided_at >= last.decided_at else last


async def _author(tx: Tx, practice: str) -> Member | None:
    found = await _find(tx, practice)
    return await members.find(tx, person=found.author) if found and found.author else None


async def _find(tx: Tx, practice: str) -> Practice | None:
    try:
        return await practices.get(tx, practice=practice)
    except Missing:
        return None
