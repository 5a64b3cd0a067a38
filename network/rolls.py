"""Rolls: what its members may see of a group, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from network import audiences, charters, groups, members
from network.audiences import Audience
from network.charters import Charter
from network.errors import Forbidden
from network.folding import fold
from network.groups import Seat
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

    charter: Charter
    coordinators: tuple[Coordinator, ...]
    counts: dict[str, int]


@dataclass(frozen=True)
class Fellow:
    """Somebody in a group who lets its members see their name."""

    id: str
    side: str
    name: str = field(repr=False)


async def of(tx: Tx, *, person: str) -> list[Roll]:
    """Return the rolls of a member's groups, that of their country first."""
    charted = await charters.many(tx, found=await groups.of(tx, person=person))
    return [await _roll(tx, charter) for charter in sorted(charted, key=lambda each: not each.group.is_home)]


async def one(tx: Tx, *, group: str) -> Roll:
    """Return the roll of a group; raise Missing."""
    return await _roll(tx, await charters.of(tx, group=group))


async def fellows(tx: Tx, *, group: str, person: str) -> list[Fellow]:
    """Return those in a group who let its members see their name, in the order of the names.

    ``person`` is who asks, and is left out. Raise Forbidden unless they are in it.
    """
    inside = await groups.members_of(tx, group=group)
    if person not in inside:
        raise Forbidden
    known = (await members.get_many(tx, people=inside)).values()
    shown = [Fellow(each.id, each.side, each.name) for each in known if is_shown(each) and each.id != person]
    return sorted(shown, key=lambda each: fold(each.name))


def is_shown(member: Member) -> bool:
    """Whether other members may see a member's name."""
    return member.visibility != "private" and bool(member.name)


async def _roll(tx: Tx, charter: Charter) -> Roll:
    seats = await groups.seated(tx, group=charter.id)
    people = await members.get_many(tx, people=[seat.person for seat in seats])
    counts = {side: await audiences.count(tx, audience=Audience(groups=(charter.id,), sides=(side,))) for side in SIDES}
    return Roll(
        charter=charter,
        coordinators=tuple(_coordinator(seat, people[seat.person]) for seat in seats),
        counts={side: count for side, count in counts.items() if count >= SMALLEST_CELL},
    )


def _coordinator(seat: Seat, member: Member) -> Coordinator:
    return Coordinator(seat.side, seat.rank, member.name if is_shown(member) else "")
