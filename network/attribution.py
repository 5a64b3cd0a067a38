"""Attribution: how much of an author the others may see (D9).

The author chose a level for each practice. Less is said than was chosen where more would give
somebody away today: nothing is kept of a line that was shown before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from network import members, practices
from network.errors import Invalid
from network.members import Member, State
from network.practices import LEVELS, Practice
from network.store import Tx

MAGHREB, SAHEL, COAST = "maghreb", "sahel", "coast"
REGIONS = {
    **dict.fromkeys(("MA", "DZ", "TN", "LY", "EG"), MAGHREB),
    **dict.fromkeys(("MR", "ML", "NE", "BF", "TD", "SD"), SAHEL),
    **dict.fromkeys(("SN", "NG", "BJ", "CI", "GH", "TG", "GN"), COAST),
}
NETWORK, REGION, ROLE, ORGANISATION, PERSON = LEVELS
CONSENTED = (ORGANISATION, PERSON)  # these name somebody, and need a consent of their own
FEWEST = 10  # active members of one service, role and country, before these are said of one of them
Cell = tuple[str, str, str]  # service, role, country


@dataclass(frozen=True)
class Attribution:
    """What may be said of the author of a practice, and no more: what ``level`` does not show is empty.

    ``side`` and ``region`` are empty once the author has left; an editorial practice has no author.
    ``year`` is that of the sharing.
    """

    practice: str
    side: str = ""
    region: str = ""
    editorial: bool = False
    level: int = REGION
    service: str = ""
    role: str = ""
    country: str = ""
    year: int = 0
    organisation: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


def region(country: str) -> str:
    """Return the code of a country's region, or "" for a country outside the network."""
    return REGIONS.get(country, "")


def cell(member: Member) -> Cell:
    """Return those among whom a member is one of many."""
    return member.service, member.role, member.country


def of_member(member: Member, *, level: int = REGION, year: int = 0, practice: str = "") -> Attribution:
    """Return what ``level`` says of a member, however few they are like."""
    said = Attribution(practice, level=level)
    if level == NETWORK:
        return said
    if level == REGION:
        return replace(said, side=member.side, region=region(member.country))
    said = replace(said, side=member.side, country=member.country, year=year)
    if level == ROLE:
        return replace(said, service=member.service, role=member.role)
    named = member.name if level == PERSON else ""
    return replace(said, organisation=member.organisation, name=named)


def allowed(member: Member, *, level: int, crowded: Collection[Cell]) -> int:
    """Return the level that holds for a member who chose ``level``; ``crowded`` are cells that hide one person."""
    if level <= REGION:
        return level
    if member.visibility == "private":
        return REGION
    if level == ROLE:
        return ROLE if cell(member) in crowded else REGION
    if level == PERSON and member.name:
        return PERSON
    return ORGANISATION if member.organisation else REGION


async def of(tx: Tx, *, practice: str) -> Attribution:
    """Return what may be said of the author of a practice; raise Missing."""
    return (await of_many(tx, [await practices.get(tx, practice=practice)]))[practice]


async def of_many(tx: Tx, shown: Iterable[Practice]) -> dict[str, Attribution]:
    """Return what may be said of the author of each practice, by the practice's id."""
    shown = list(shown)
    authors = await members.get_many(tx, people=[each.author for each in shown if each.author])
    wanted = [authors[each.author] for each in shown if each.level == ROLE and each.author in authors]
    crowded = await _crowded(tx, wanted)
    return {each.id: _said(each, authors.get(each.author or ""), crowded) for each in shown}


async def offered(tx: Tx, *, person: str) -> dict[int, Attribution]:
    """Return the levels that a member can choose, each with what would be said of them if it holds; raise Missing.

    Of role and country is said nothing before there are enough like them: until then it is as ``REGION``.
    """
    member = await members.get(tx, person=person)
    levels = [level for level in LEVELS if level == ROLE or allowed(member, level=level, crowded=()) == level]
    if member.visibility == "private":
        levels.remove(ROLE)
    return {level: of_member(member, level=level, year=tx.now.year) for level in levels}


async def holds(tx: Tx, *, person: str, level: int) -> int:
    """Return the level that would hold now for something of a member at ``level``; raise Missing."""
    member = await members.get(tx, person=person)
    return allowed(member, level=level, crowded=await _crowded(tx, [member]))


async def change(tx: Tx, *, person: str, practice: str, level: int, consent: bool = False) -> None:
    """Say more or less of a practice's author from now on, as its author wishes; raise Missing.

    Without the ``consent`` of its own that naming an organisation or a person needs it raises Invalid.
    A lower level takes that consent back.
    """
    if level not in LEVELS or (level in CONSENTED and not consent):
        raise Invalid
    await practices.set_level(tx, practice=practice, author=person, level=level)


async def _crowded(tx: Tx, wanted: Iterable[Member]) -> set[Cell]:
    """Return those cells of ``wanted`` in which there are enough active members."""
    cells = {cell(member) for member in wanted}
    if not cells:
        return set()
    table = members.members
    columns = (table.c.service, table.c.role, table.c.country)
    here = table.c.country.in_(sorted({country for _service, _role, country in cells}))
    query = select(*columns).where(table.c.state == State.ACTIVE.value, here)
    rows = await tx.all(query.group_by(*columns).having(func.count() >= FEWEST))
    return cells & {(row.service, row.role, row.country) for row in rows}


def _said(practice: Practice, author: Member | None, crowded: Collection[Cell]) -> Attribution:
    if author is None:
        level = min(practice.level, REGION)
        return Attribution(practice.id, editorial=practice.editorial, level=level)
    level = allowed(author, level=practice.level, crowded=crowded)
    if level in CONSENTED and practice.named_at is None:
        level = REGION
    year = (practice.published_at or practice.submitted_at).year
    return of_member(author, level=level, year=year, practice=practice.id)
