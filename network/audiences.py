"""Audiences: a query over active members, and how many it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from network import regimes
from network import series as dialogues
from network.groups import Mode, groups, memberships
from network.members import State, members
from network.store import Tx
from network.topics import follows, spread


@dataclass(frozen=True)
class Audience:
    """Who is meant: active members who fit every field that is given, and any one value within a field.

    ``topics`` are followed ones (a root stands for all below it); ``excluded`` are person ids. Left out are
    also those in one of the groups ``without_groups`` or the countries ``without_countries``. ``series`` are those
    in which somebody takes part.
    """

    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    without_groups: tuple[str, ...] = ()
    without_countries: tuple[str, ...] = ()
    series: tuple[str, ...] = ()


def query(audience: Audience, *, hearing_at: datetime | None = None) -> Select[tuple[str]]:
    """Return the select of the ids of the members who are meant, each once.

    With ``hearing_at`` those are left out whose country is paused, and who want to hear nothing then of the
    groups that are meant: where none is named, of the group of their country.
    """
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
    if audience.series:
        inside = [dialogues.members_of(each).subquery() for each in audience.series]
        conditions.append(or_(*(members.c.id.in_(select(each.c.id)) for each in inside)))
    if audience.topics:
        meant = sorted(
            {*audience.topics, *spread(audience.topics)} | {code.partition(".")[0] for code in audience.topics}
        )
        conditions.append(exists().where(follows.c.person == members.c.id, follows.c.topic.in_(meant)))
    if audience.without_groups:
        of_those = (memberships.c.person == members.c.id) & memberships.c.group_id.in_(audience.without_groups)
        conditions.append(~exists().where(of_those))
    if audience.without_countries:
        conditions.append(members.c.country.not_in(audience.without_countries))
    if audience.excluded:
        conditions.append(members.c.id.not_in(audience.excluded))
    if hearing_at is not None:
        conditions += [~regimes.is_paused(members.c.country), _hears(audience, hearing_at)]
    return select(members.c.id).where(*conditions)


async def count(tx: Tx, *, audience: Audience, hearing: bool = False) -> int:
    """Return exactly how many members are meant now; with ``hearing``, as ``query`` with ``hearing_at``."""
    meant = query(audience, hearing_at=tx.now if hearing else None)
    return int(await tx.scalar(select(func.count()).select_from(meant.subquery())))


def _hears(audience: Audience, now: datetime) -> ColumnElement[bool]:
    mine = memberships.c.person == members.c.id
    paused = memberships.c.paused_until.is_not(None) & (memberships.c.paused_until > now)
    silent = (memberships.c.mode == Mode.SILENT.value) | paused
    if audience.groups:
        return exists().where(mine, memberships.c.group_id.in_(audience.groups), ~silent)
    home = (groups.c.id == memberships.c.group_id) & (groups.c.code == members.c.country)
    return ~exists().where(mine, home, silent)
