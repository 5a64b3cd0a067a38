"""Bilinguals: of the members whom a practice concerns, those who are likely to read two languages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from network import audiences, countries, groups, topics
from network.audiences import Audience
from network.errors import Missing
from network.members import State, members
from network.practices import Practice
from network.store import Tx

LOOKED_AT = 2000  # members who may fit


async def concerned(tx: Tx, *, practice: Practice, person: str, side: str) -> bool:
    """Whether a member may confirm what somebody of a ``side`` says of a practice.

    They follow a topic of it, or coordinate its country; where a topic is sensitive they are of the other side.
    """
    query = select(members.c.id).where(members.c.id == person, await _concerned(tx, practice, side))
    return await tx.first(query) is not None


async def likely(
    tx: Tx, *, practice: Practice, language: str, proven: Collection[str], after: tuple[str, str, str]
) -> list[str]:
    """Return whom a practice concerns and who may read its language and this one, the likeliest first.

    ``proven`` have worked in it before. ``after`` says whose word is to be confirmed, their side and what
    they wrote, by id: of others who are as likely, those of the other side come first, and which ones turns.
    """
    person, side, turn = after
    pair = {practice.written, language}
    both = [country.code for country in countries.all() if pair <= set(country.languages)]
    near = or_(members.c.language.in_(sorted(pair)), members.c.country.in_(both))
    columns = (members.c.id, members.c.side, members.c.language, members.c.country)
    query = select(*columns).where(members.c.id != person, near, await _concerned(tx, practice, side))
    found = await tx.all(query.order_by(members.c.id).limit(LOOKED_AT))

    def worth(one: Row[Any]) -> tuple[Any, ...]:
        """Return what puts one before another: who surely reads both, then the other side, then by turns."""
        reads = 0 if one.id in proven else 1 if _reads(one, pair) else 2
        return reads, one.side == side, one.id < turn, one.id

    return [one.id for one in sorted(found, key=worth)]


def _reads(one: Row[Any], pair: set[str]) -> bool:
    """Whether their own language and those worked in in their country are the two."""
    worked_in = countries.get(one.country).languages if countries.known(one.country) else ()
    return pair <= {one.language, *worked_in}


async def _concerned(tx: Tx, practice: Practice, side: str) -> ColumnElement[bool]:
    follows = members.c.id.in_(audiences.query(Audience(topics=practice.topics)))
    coordinates = and_(
        members.c.id.in_(await _coordinators(tx, practice.country)), members.c.state == State.ACTIVE.value
    )
    able = or_(follows, coordinates) if practice.topics else coordinates
    return and_(able, members.c.side != side) if topics.any_sensitive(practice.topics) else able


async def _coordinators(tx: Tx, country: str) -> list[str]:
    try:
        group = await groups.by_country(tx, country=country)
    except Missing:  # of the whole region, or of a country outside it
        return []
    return [seat.person for seat in await groups.seated(tx, group=group.id)]
