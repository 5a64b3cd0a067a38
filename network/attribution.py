"""Attribution: how much of an author the others may see (D9).

By default (level L1) that is a side and a region, never a country, a service or a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from network import members, practices
from network.store import Tx

MAGHREB, SAHEL, COAST = "maghreb", "sahel", "coast"
REGIONS = {
    **dict.fromkeys(("MA", "DZ", "TN", "LY", "EG"), MAGHREB),
    **dict.fromkeys(("MR", "ML", "NE", "BF", "TD", "SD"), SAHEL),
    **dict.fromkeys(("SN", "NG", "BJ", "CI", "GH", "TG", "GN"), COAST),
}


@dataclass(frozen=True)
class Attribution:
    """What may be said of the author of a practice.

    ``side`` and ``region`` are empty once the author has left; an editorial practice has no author.
    """

    practice: str
    side: str = ""
    region: str = ""
    editorial: bool = False


def region(country: str) -> str:
    """Return the code of a country's region, or "" for a country outside the network."""
    return REGIONS.get(country, "")


def of_member(member: members.Member) -> Attribution:
    """Return what would be said of a member who shares something now."""
    return Attribution(member.id, member.side, region(member.country))


async def of(tx: Tx, *, practice: str) -> Attribution:
    """Return what may be said of the author of a practice; raise Missing."""
    found = await practices.get(tx, practice=practice)
    author = await members.find(tx, person=found.author) if found.author else None
    if author is None:
        return Attribution(practice, editorial=found.editorial)
    return Attribution(practice, author.side, region(author.country))
