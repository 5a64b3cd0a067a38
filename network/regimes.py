"""Regimes: what a country may do in the network for now, decided with care and undone without loss.

A country can be paused, or only observe; on some days, such as those of an election, it is quiet:
what its members share is read by both sides. Everything that is held so is there when it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Row,
    String,
    Table,
    bindparam,
    cast,
    delete,
    exists,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from network import audit, countries
from network.darkness import darknesses
from network.errors import Invalid, Missing
from network.ids import new_id
from network.members import members
from network.store import Instant, Tx, metadata

A_DAY = timedelta(days=1)
_QUIET, _DARK = "quiet", "dark"


class Standing(StrEnum):
    """What a country may do."""

    OPEN = "open"
    OBSERVING = "observing"  # its members read; they share, post, ask and answer nothing
    PAUSED = "paused"  # its members see, take along or erase what is kept about them; the rest waits


regimes = Table(
    "regimes",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("standing", String(10), nullable=False),
    Column("since", Instant, nullable=False),
)

quiet_spells = Table(
    "quiet_spells",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("country", String(2), nullable=False, index=True),
    Column("begins", Date, nullable=False),
    Column("ends", Date, nullable=False),
)


@dataclass(frozen=True)
class Regime:
    """What holds for a country now; ``quiet_until`` is the last day of a quiet spell, in its zone, or None."""

    standing: Standing = Standing.OPEN
    quiet_until: date | None = None

    @property
    def is_paused(self) -> bool:
        """Whether nothing goes out to its members but what is theirs by right."""
        return self.standing is Standing.PAUSED

    @property
    def may_contribute(self) -> bool:
        """Whether its members may share, post, ask and answer."""
        return self.standing is Standing.OPEN

    @property
    def is_quiet(self) -> bool:
        """Whether what its members share is read by both sides, and nothing is prompted."""
        return self.quiet_until is not None


@dataclass(frozen=True)
class Spell:
    """Quiet days of a country, the first and the last, in its zone."""

    id: str
    country: str
    begins: date
    ends: date


async def of(tx: Tx, country: str) -> Regime:
    """Return what holds for a country now; a code of no country is open."""
    if not countries.known(country):
        return Regime()
    today = tx.now.astimezone(countries.get(country).zone).date()
    spells = (row for row in await _in_force(tx) if row.country == country and row.what == _QUIET)
    quiet = (row.ends for row in spells if row.begins <= today <= row.ends)
    return Regime(await standing(tx, country=country), max(quiet, default=None))


async def standings(tx: Tx) -> dict[str, Standing]:
    """Return the countries that are not open."""
    return {row.country: Standing(row.what) for row in await _in_force(tx) if row.what not in (_QUIET, _DARK)}


async def put(tx: Tx, *, country: str, to: Standing | str, by: str = "steward") -> None:
    """Let a country be open, observe, or be paused. Raise Missing for a country that there is not. Audited."""
    _known(country)
    wanted = Standing(to)
    if wanted is Standing.OPEN:
        await tx.run(delete(regimes).where(regimes.c.country == country))
    else:
        await tx.put(regimes, key=("country",), country=country, standing=wanted.value, since=tx.now)
    await audit.record(tx, act="regime", actor=by, subject=country, detail=wanted.value)


async def quieten(tx: Tx, *, country: str, begins: date, ends: date, by: str = "steward") -> str:
    """Make the days from one date to another quiet in a country; return the id. Raise Invalid, Missing. Audited."""
    _known(country)
    if ends < begins:
        raise Invalid
    row = {"id": new_id(), "country": country, "begins": begins, "ends": ends}
    await tx.run(quiet_spells.insert(), row)
    await audit.record(tx, act="quieten", actor=by, subject=country)
    return str(row["id"])


async def spells(tx: Tx, *, country: str) -> Sequence[Spell]:
    """Return the quiet days of a country that are not over, the first to come before the others."""
    today = tx.now.astimezone(countries.get(country).zone).date()
    theirs = select(quiet_spells).where(quiet_spells.c.country == country, quiet_spells.c.ends >= today)
    return [Spell(row.id, row.country, row.begins, row.ends) for row in await tx.all(theirs.order_by("begins", "id"))]


async def end_spells(tx: Tx, *, country: str, by: str = "steward") -> int:
    """Forget the quiet days of a country, those to come too; return how many spells. Audited."""
    count = await tx.run(delete(quiet_spells).where(quiet_spells.c.country == country))
    if count:
        await audit.record(tx, act="unquieten", actor=by, subject=country)
    return count


async def standing(tx: Tx, *, country: str) -> Standing:
    """Return what a country may do now; a code of no country is open."""
    return (await standings(tx)).get(country, Standing.OPEN)


def holds(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a person lives in a country that is paused."""
    here = members.join(regimes, regimes.c.country == members.c.country)
    theirs = exists(select(literal_column("1")).select_from(here).where(members.c.id == person, _PAUSED))
    return _ANY_PAUSED & theirs


def is_paused(country: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a column names a country that is paused."""
    return country.in_(select(regimes.c.country).where(_PAUSED))


async def dark(tx: Tx) -> list[str]:
    """Return the codes of the countries that are cut off from the networks now."""
    return [row.country for row in await _in_force(tx) if row.what == _DARK]


async def _in_force(tx: Tx) -> Sequence[Row[Any]]:
    """Read what holds anywhere, once in a transaction: each of a batch of messages asks for it.

    A row is the standing of a country, a spell of its quiet days, or that it is dark.
    """
    known = tx.ahead.shared(_IN_FORCE)
    if known is None:
        known = tx.ahead.share(_IN_FORCE, await tx.all(_IN_FORCE, {"day_before": tx.now.date() - A_DAY}))
    return known


def _known(country: str) -> None:
    if not countries.known(country):
        raise Missing


_PAUSED = regimes.c.standing == Standing.PAUSED.value
_ANY_PAUSED = exists(
    select(literal_column("1")).select_from(regimes).where(_PAUSED)
)  # asked first: mostly there is none
_NEVER = cast(null(), Date)
_IN_FORCE = union_all(
    select(regimes.c.country, regimes.c.standing.label("what"), _NEVER.label("begins"), _NEVER.label("ends")),
    select(quiet_spells.c.country, literal(_QUIET), quiet_spells.c.begins, quiet_spells.c.ends).where(
        quiet_spells.c.ends >= bindparam("day_before", type_=Date)  # no zone is behind it
    ),
    select(darknesses.c.country, literal(_DARK), _NEVER, _NEVER).where(darknesses.c.until.is_(None)),
).order_by("country")
