"""The directory: members who let others see something of them, exactly what they said yes to, and no more.

Nothing is shown by default. Each yes is to one field as it is then: when the member changes it elsewhere, it is shown
no more until they say yes anew. What is not shown is not sought by either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    select,
)

from network import allies, countries, introductions, members, topics
from network.errors import Invalid, Missing
from network.ids import new_id
from network.members import Member, State
from network.store import Instant, Tx, batches, metadata

LISTED = 100  # entries at once
MOST_TOPICS = 5
ALIAS = (2, 40)  # characters, fewest and most
DECADE = 10  # members: a figure is told in steps of as many, and none below (D9)


class Shown(StrEnum):
    """What of themselves somebody may let others see."""

    NAME = "name"
    ALIAS = "alias"  # a name under which they are not known; in the place of their own
    ORGANISATION = "organisation"
    SIDE = "side"
    SERVICE = "service"
    COUNTRY = "country"
    ZONE = "zone"  # a border zone of their country
    TOPICS = "topics"
    CONTACT = "contact"  # a member may propose to meet them, through the bot


PROFILE = (Shown.NAME, Shown.ORGANISATION, Shown.SIDE, Shown.SERVICE, Shown.COUNTRY)  # as it stands there
NOT_PRIVATE = frozenset(
    {Shown.NAME, Shown.ORGANISATION, Shown.SERVICE}
)  # what private mode hides (members.VISIBILITIES)
SOUGHT = (Shown.TOPICS, Shown.COUNTRY, Shown.ZONE, Shown.SIDE)
EITHER = {Shown.NAME: Shown.ALIAS, Shown.ALIAS: Shown.NAME}  # a yes to one takes the other back

cards = Table(
    "cards",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, unique=True),
)

card_fields = Table(
    "card_fields",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("card", String(32), ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    Column("field", String(12), nullable=False),
    Column("code", String(32), nullable=False),  # of a side, service, country, zone or topic; "" for words
    Column("words", LargeBinary),  # a name or an organisation
    Column("at", Instant, nullable=False),
    UniqueConstraint("card", "field", "code"),
)


@dataclass(frozen=True)
class Entry:
    """What somebody lets others see: what they did not say yes to is empty. ``id`` tells nothing of who they are."""

    id: str
    name: str = field(default="", repr=False)
    organisation: str = field(default="", repr=False)
    side: str = ""
    service: str = ""
    country: str = ""
    zone: str = ""
    topics: tuple[str, ...] = ()
    contact: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be seen."""
        return self == Entry(self.id, contact=self.contact)


@dataclass(frozen=True)
class Mine:
    """A member's own entry: as others see it now, and the fields to which they said yes that holds."""

    entry: Entry
    fields: frozenset[Shown]


async def show(tx: Tx, *, person: str, what: str, values: Sequence[str] = ()) -> None:
    """Keep the yes of a member to one field, as it stands now; raise Invalid, Missing.

    ``values`` are the alias, the border zone or the topics; everything else is taken from their profile.
    """
    shown, member = Shown(what), await members.lock(tx, person=person)
    given = _given(member, shown, values)
    await tx.add(cards, key=("person",), id=new_id(), person=person)
    card = await tx.scalar(select(cards.c.id).where(cards.c.person == person))
    await _drop(tx, card, shown, *([EITHER[shown]] if shown in EITHER else []))
    for value in given:
        row: dict[str, Any] = {"id": new_id(), "card": card, "field": shown.value, "at": tx.now}
        is_words = shown in {Shown.NAME, Shown.ALIAS, Shown.ORGANISATION}
        row["words"] = tx.seal.seal("card_fields.words", row["id"], value) if is_words else None
        await tx.run(card_fields.insert(), {**row, "code": "" if is_words else value})


async def hide(tx: Tx, *, person: str, what: str) -> None:
    """Take a member's yes to one field back, at once."""
    card = await tx.scalar(select(cards.c.id).where(cards.c.person == person))
    if card is not None:
        await _drop(tx, card, Shown(what))


async def hide_all(tx: Tx, *, person: str) -> None:
    """Take a member out of the directory, at once."""
    await tx.run(delete(cards).where(cards.c.person == person))


async def mine(tx: Tx, *, person: str) -> Mine:
    """Return a member's own entry; raise Missing."""
    member = await members.get(tx, person=person)
    rows = await tx.all(_fields().where(cards.c.person == person))
    entry = _entry(tx, rows[0].card if rows else "", member, rows)
    held = [Shown(row.field) for row in rows if _holds(tx, member, row)]
    return Mine(entry, frozenset(held))


async def said(tx: Tx, *, person: str) -> list[str]:
    """Return the fields to which a member said yes that holds."""
    return sorted((await mine(tx, person=person)).fields)


async def find(tx: Tx, *, person: str, by: str = "", value: str = "", only: Sequence[str] | None = None) -> list[Entry]:
    """Return the entries of others that a member may see, ``LISTED`` at most.

    ``by`` is one of ``SOUGHT`` that ``value`` is the code of; a field finds its topics too. ``only`` keeps these
    ids, in their order. Raise Invalid.
    """
    query = _visible(person)
    if by:
        if by not in SOUGHT:
            raise Invalid
        codes = sorted(topics.spread([value]) | {value}) if by == Shown.TOPICS else [value]
        yes = select(card_fields.c.card).where(card_fields.c.field == by, card_fields.c.code.in_(codes))
        query = query.where(cards.c.id.in_(yes))
        if by in {Shown.COUNTRY, Shown.SIDE}:  # and it is so still
            query = query.where(members.members.c[by] == value)
    if only is not None:
        query = query.where(cards.c.id.in_(list(only)))
    people = {row.person: row.id for row in await tx.all(query.order_by(cards.c.id).limit(LISTED))}
    found = {entry.id: entry for entry in await _entries(tx, people) if _fits(entry, by)}
    return list(found.values()) if only is None else [found[each] for each in only if each in found]


async def get(tx: Tx, *, entry: str, person: str) -> Entry:
    """Return one entry that a member may see; raise Missing."""
    found = await find(tx, person=person, only=[entry])
    if not found:
        raise Missing
    return found[0]


async def reached_by(tx: Tx, *, entry: str, person: str) -> str:
    """Return who can be asked now by an entry that a member may see, never to be shown, or ""."""
    found = await find(tx, person=person, only=[entry])
    if not found or not found[0].contact:
        return ""
    other = str(await tx.scalar(select(cards.c.person).where(cards.c.id == entry)))
    return other if await introductions.can_meet(tx, person=person, other=other) else ""


async def copy(tx: Tx, *, person: str) -> dict[str, list[str]]:
    """Return what somebody said yes to, field by field, for their own copy."""
    kept: dict[str, list[str]] = {}
    for row in await tx.all(_fields().where(cards.c.person == person)):
        kept.setdefault(row.field, []).append(_value(tx, row))
    return kept


async def figures(tx: Tx) -> dict[str, dict[str, int]]:
    """Return how many active members there are by country and side, in whole tens; fewer than ten are left out.

    A number is told of each cell by itself and never of a whole, so that nothing can be taken from anything: what a
    cell says depends on that cell only.
    """
    table = members.members
    query = select(table.c.country, table.c.side, func.count().label("many")).where(table.c.state == State.ACTIVE.value)
    rows = await tx.all(query.group_by(table.c.country, table.c.side).order_by(table.c.country, table.c.side))
    return told({(row.country, row.side): row.many for row in rows})


def told(counts: dict[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Return what may be told of numbers by country and side."""
    open_to_all: dict[str, dict[str, int]] = {}
    for (country, side), many in counts.items():
        if many >= DECADE and country and side:
            open_to_all.setdefault(country, {})[side] = many // DECADE * DECADE
    return open_to_all


def _given(member: Member, shown: Shown, values: Sequence[str]) -> tuple[str, ...]:
    """Return what a yes is to; raise Invalid where there is nothing to show, or it may not be."""
    if shown in PROFILE:
        given: tuple[str, ...] = (str(getattr(member, shown.value)),)
        fits = bool(given[0]) and not (shown in NOT_PRIVATE and member.visibility == "private")
    elif shown is Shown.CONTACT:
        given, fits = ("yes",), not values
    elif shown is Shown.TOPICS:
        given = topics.check(values)
        fits = 1 <= len(given) <= MOST_TOPICS
    else:
        given = tuple(value.strip() for value in values)
        fits = len(given) == 1 and _one_fits(member, shown, given[0])
    if not fits:
        raise Invalid
    return given


def _one_fits(member: Member, shown: Shown, value: str) -> bool:
    if shown is Shown.ZONE:
        return value in countries.zones(member.country)
    return ALIAS[0] <= len(value) <= ALIAS[1]


async def _drop(tx: Tx, card: str, *shown: Shown) -> None:
    which = card_fields.c.field.in_([each.value for each in shown])
    await tx.run(delete(card_fields).where(card_fields.c.card == card, which))


def _fields() -> Select[Any]:
    joined = card_fields.join(cards, cards.c.id == card_fields.c.card)
    return select(card_fields, cards.c.person).select_from(joined).order_by(card_fields.c.at, card_fields.c.id)


def _visible(person: str) -> Select[Any]:
    """Return the query for the entries of active members who are apart from nobody who looks."""
    table = members.members
    seen = and_(table.c.state == State.ACTIVE.value, table.c.id != person, ~allies.blocked_by(person))
    fields = card_fields.alias()
    something = select(fields.c.card).where(fields.c.field != Shown.CONTACT.value)
    joined = cards.join(table, table.c.id == cards.c.person)
    return select(cards.c.id, cards.c.person).select_from(joined).where(seen, cards.c.id.in_(something))


async def _entries(tx: Tx, people: dict[str, str]) -> list[Entry]:
    """Return the entries of these members (their ids, each with that of the card) that show anything."""
    known = await members.get_many(tx, people=people)
    rows: dict[str, list[Row[Any]]] = {person: [] for person in people}
    for batch in batches(people):
        for row in await tx.all(_fields().where(cards.c.person.in_(batch))):
            rows[row.person].append(row)
    entries = [_entry(tx, people[person], known[person], rows[person]) for person in people if person in known]
    return [entry for entry in entries if not entry.is_empty]


def _entry(tx: Tx, card: str, member: Member, rows: Sequence[Row[Any]]) -> Entry:
    values = {row.field: _value(tx, row) for row in rows if _holds(tx, member, row)}
    chosen = tuple(row.code for row in rows if row.field == Shown.TOPICS)
    contact = bool(values.pop(Shown.CONTACT, ""))
    values.pop(Shown.TOPICS, "")
    named = values.pop(Shown.ALIAS, "") or values.pop(Shown.NAME, "")
    return Entry(card, name=named, topics=chosen, contact=contact, **values)


def _holds(tx: Tx, member: Member, row: Row[Any]) -> bool:
    """Whether a yes is still to what stands there."""
    shown = Shown(row.field)
    if shown in NOT_PRIVATE and member.visibility == "private":
        return False
    if shown is Shown.ZONE:
        return row.code in countries.zones(member.country)
    return shown not in PROFILE or _value(tx, row) == getattr(member, shown.value)


def _value(tx: Tx, row: Row[Any]) -> str:
    return str(row.code if row.words is None else tx.seal.open("card_fields.words", row.id, row.words))


def _fits(entry: Entry, by: str) -> bool:
    """Whether what was sought is to be seen of an entry: a yes may hold no more."""
    return not by or bool(getattr(entry, by))
