"""Widening: a local series is linked to a national one, which hears what its people found (R079).

A host of the local one asks, and both sides of the national one's group agree (an approval of the kind ``widen``).
From then on those who are in either read of the other what it is called and where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from network import approvals, audit
from network import series as series_
from network.approvals import Approval, Decision
from network.errors import Conflict, Missing
from network.series import Level, Series, State
from network.store import Tx

KIND = "widen"  # of its approval
NATIONAL = "national"  # in its wish: the id of the national one


@dataclass(frozen=True)
class Widening:
    """A local series that asks to be linked to a national one."""

    local: Series
    national: Series


async def candidates(tx: Tx, *, series: str, by: str, only: Sequence[str] | None = None) -> list[Series]:
    """Return the open national series of a country that a local one is about; raise Missing but for its hosts.

    To its hosts they are named, whether or not they are in them: so they can ask.
    """
    local = await series_.led(tx, series=series, by=by)
    found = await series_.national(tx, only=only)
    return [each for each in found if set(each.countries) & set(local.countries)]


async def ask(tx: Tx, *, series: str, by: str, national: str) -> dict[str, Any]:
    """Ask the national hosts to link a local series; return the ``approval`` and the ``deciders``.

    Raise Missing, Conflict (it is linked, not local or not open, or the other is not open or not national).
    """
    local = await series_.of_host(tx, series=series, by=by)
    wide = await series_.get(tx, series=national)
    if local.parent or not _fit(local, wide):
        raise Conflict
    approval = await approvals.ask(
        tx, kind=KIND, subject=series, by=by, group=wide.group, both_sides=True, wish={NATIONAL: national}
    )
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def asked(tx: Tx, approval: Approval, _language: str) -> Widening | None:
    """Return which two are to be linked, None when one is gone or over."""
    local = await series_.find(tx, series=approval.subject)
    wish = await approvals.wish(tx, approval=approval.id)
    wide = await series_.find(tx, series=wish.get(NATIONAL, ""))
    if local is None or wide is None or local.parent or not _fit(local, wide):
        return None
    return Widening(local, wide)


async def decided(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Link the two, or not; return the one to tell, "" when one is gone."""
    found = await asked(tx, approval, "")
    if found is None:
        return ""
    if state is Decision.APPROVED:
        await series_.link(tx, local=found.local.id, national=found.national.id)
    return approval.by


async def undo(tx: Tx, *, local: str, by: str) -> None:
    """Take a link back, by a host of either. Raise Missing, Conflict (there is none). Audited."""
    found = await series_.get(tx, series=local)
    wide = await series_.find(tx, series=found.parent) if found.parent else None
    if by not in {*found.hosts, *(wide.hosts if wide else ())}:
        raise Missing
    if found.parent is None:
        raise Conflict
    await series_.set_(tx, local, parent=None)
    await audit.record(tx, act="unlink_series", actor=by, subject=local)


def _fit(local: Series, wide: Series) -> bool:
    levels = (local.level, wide.level) == (Level.LOCAL, Level.NATIONAL)
    return levels and local.state is State.OPEN and wide.state is State.OPEN
