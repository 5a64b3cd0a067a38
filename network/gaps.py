"""Gaps: who is not in a series yet of those who should be: a side, a group, a kind of body; and its text (R056).

Only that somebody is missing is said, to the hosts, never who is there. Of a kind of body those count who let others
see their service.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from network import members, outputs
from network import series as series_
from network.groups import memberships
from network.members import SIDES
from network.outputs import Name
from network.series import Series
from network.store import Tx


@dataclass(frozen=True)
class Gaps:
    """What a series is without: sides and groups (ids) of which nobody but the hosts is in it, services, its text."""

    sides: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    output: Name | None = None

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return bool(self.sides or self.groups or self.services or self.output)


async def of(tx: Tx, *, series: str, by: str) -> Gaps:
    """Return what a series is without now; raise Missing but for its hosts."""
    found = await series_.led(tx, series=series, by=by)
    table = members.members
    known = select(table.c.id, table.c.side, table.c.service, table.c.visibility)
    rows = await tx.all(known.where(table.c.id.in_(series_.members_of(series))))
    others = {row.side for row in rows if row.id not in found.hosts}
    shown = {row.service for row in rows if row.visibility == members.VISIBILITIES[0]}
    return Gaps(
        sides=tuple(side for side in SIDES if side not in others),
        groups=tuple(await _groups(tx, found)),
        services=tuple(service for service in found.services if service not in shown),
        output=await outputs.awaited(tx, found=found),
    )


async def _groups(tx: Tx, found: Series) -> list[str]:
    """Return the ids of the groups that it invites and of which nobody but the hosts is in it."""
    table = series_.series_groups
    inside = memberships.c.person.in_(series_.members_of(found.id)) & memberships.c.person.not_in(found.hosts)
    present = select(memberships.c.group_id).where(inside)
    absent = select(table.c.group_id).where(table.c.series == found.id, table.c.group_id.not_in(present))
    return [row.group_id for row in await tx.all(absent.order_by(table.c.group_id))]
