"""Rolls: what its members may see of a group, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from network import audiences, groups, members
from network.audiences import Audience
from network.groups import Group, Seat
from network.members import SIDES, Member
from network.store import Tx

SMALLEST_CELL = 10  # people: a smaller number could point at somebody (D9, D10)


@dataclass(frozen=True)
class Coordinator:
    """Who holds a seat: ``name`` is empty for a member in private mode."""

    side: str
    rank: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class Roll:
    """A group as a member sees it. ``counts`` lacks a side of fewer than ten."""

    country: str
    coordinators: tuple[Coordinator, ...]
    counts: dict[str, int]


async def of(tx: Tx, *, person: str) -> list[Roll]:
    """Return the rolls of a member's groups."""
    return [await _roll(tx, group) for group in await groups.of(tx, person=person)]


async def _roll(tx: Tx, group: Group) -> Roll:
    seats = await groups.seated(tx, group=group.id)
    people = await members.get_many(tx, people=[seat.person for seat in seats])
    counts = {side: await audiences.count(tx, audience=Audience(groups=(group.id,), sides=(side,))) for side in SIDES}
    return Roll(
        country=group.country,
        coordinators=tuple(_coordinator(seat, people[seat.person]) for seat in seats),
        counts={side: count for side, count in counts.items() if count >= SMALLEST_CELL},
    )


def _coordinator(seat: Seat, member: Member) -> Coordinator:
    return Coordinator(seat.side, seat.rank, "" if member.visibility == "private" else member.name)
