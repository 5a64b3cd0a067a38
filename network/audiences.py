"""Audiences: a query over active members, and how many it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select

from network.groups import memberships
from network.members import State, members
from network.store import Tx
from network.topics import follows, spread


@dataclass(frozen=True)
class Audience:
    """Who is meant: active members who fit every field that is given, and any one value within a field.

    ``topics`` are followed ones (a root stands for all below it); ``excluded`` are person ids.
    """

    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def query(audience: Audience) -> Select[tuple[str]]:
    """Return the select of the ids of the members who are meant, each once."""
    conditions: list[Any] = [members.c.state == State.ACTIVE.value]
    for column, values in (
        (members.c.country, audience.countries),
        (members.c.side, audience.sides),
        (members.c.language, audience.languages),
    ):
        if values:
            conditions.append(column.in_(values))
    if audience.groups:
        of_group = (memberships.c.person == members.c.id) & memberships.c.group_id.in_(audience.groups)
        conditions.append(exists().where(of_group))
    if audience.topics:
        meant = sorted(
            {*audience.topics, *spread(audience.topics)} | {code.partition(".")[0] for code in audience.topics}
        )
        conditions.append(exists().where(follows.c.person == members.c.id, follows.c.topic.in_(meant)))
    if audience.excluded:
        conditions.append(members.c.id.not_in(audience.excluded))
    return select(members.c.id).where(*conditions)


async def count(tx: Tx, *, audience: Audience) -> int:
    """Return exactly how many members are meant now."""
    return int(await tx.scalar(select(func.count()).select_from(query(audience).subquery())))
