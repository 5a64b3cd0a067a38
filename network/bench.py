"""The bench: which seats may decide on what, while it is fresh and when it has waited (D8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from network import groups
from network.groups import Seat
from network.store import Tx

if TYPE_CHECKING:
    from datetime import datetime

    from network.approvals import Approval

REMIND_AFTER = timedelta(days=3)  # those who may decide are reminded
WIDEN_AFTER = timedelta(days=7)  # then every seat of a side that is still needed may, and is told so


@dataclass(frozen=True)
class Bench:
    """Every seat that counts, and the country of its group, at an instant: a small table, read once."""

    seats: list[Seat]
    countries: dict[str, str]
    now: datetime

    @classmethod
    async def load(cls, tx: Tx) -> Bench:
        """Read the seats as they are now."""
        rows = await tx.all(select(groups.groups.c.id, groups.groups.c.country))
        return cls(await groups.seated(tx), {row.id: row.country for row in rows}, tx.now)

    def deciding(self, approval: Approval) -> list[Seat]:
        """Return the seats that may decide; for both sides each side is looked for by itself."""
        if not approval.both_sides:
            return self._of(approval, approval.needs)
        return [seat for side in approval.needs for seat in self._of(approval, (side,))]

    def _of(self, approval: Approval, sides: tuple[str, ...]) -> list[Seat]:
        """Return the seats on these sides: the group's, else the country's; all where there are none, or too late.

        Nobody decides on what they asked or wrote themselves, or on themselves. Whoever refused before does
        not hear the appeal, unless there is nobody else on that side.
        """
        partial = {approval.by, approval.subject, approval.writer}
        able = [seat for seat in self.seats if seat.side in sides and seat.person not in partial]
        able = [seat for seat in able if seat.person not in approval.apart] or able
        if approval.asked_at + WIDEN_AFTER <= self.now:
            return able
        of_group = [seat for seat in able if approval.group and seat.group == approval.group]
        of_country = [seat for seat in able if approval.country and self.countries[seat.group] == approval.country]
        return of_group or of_country or able
