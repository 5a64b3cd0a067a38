"""Digests: how often a member hears of what they follow, and when their weekly one is due."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ForeignKey, String, Table, select, update

from network import countries, due, members
from network.store import Instant, Tx, metadata

KIND = "digest"  # of the due row; its subject is the person
DAYS = 4  # Monday to Thursday are workdays in every country of the network
MORNING = time(8, 30)  # local wall time of the earliest digest
MORNING_S = 150 * 60  # digests are spread over the two and a half hours after it
SETTLED = timedelta(minutes=1)  # what was written so shortly before may not be committed yet: it is for the next one


class Pace(StrEnum):
    """How often news comes."""

    INSTANT = "instant"
    WEEKLY = "weekly"
    SILENT = "silent"


digests = Table(
    "digests",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("pace", String(8), nullable=False),
    Column("since", Instant, nullable=False),  # from when the last one told
    Column("until", Instant, nullable=False),  # until when it told; the next one goes on from there
    Column("letter", String(32)),  # what its message is known by, to take it back unsent
    Column("season", String(32), nullable=False, server_default=""),  # in which they were last invited to share
    Column("invited_at", Instant),
)


@dataclass(frozen=True)
class Digest:
    """What is known of a member's digests: their pace, and what the last one told of."""

    pace: Pace
    since: datetime
    until: datetime
    letter: str


async def of(tx: Tx, *, person: str) -> Digest | None:
    """Return how a member's digests stand, or None before they followed anything."""
    row = await tx.first(select(digests).where(digests.c.person == person))
    return None if row is None else Digest(Pace(row.pace), row.since, row.until, row.letter or "")


async def begin(tx: Tx, *, person: str) -> None:
    """Tell from now on, weekly; who has begun goes on as they were."""
    start = tx.now - SETTLED
    await tx.add(digests, key=("person",), person=person, pace=Pace.WEEKLY.value, since=start, until=start)


async def set_pace(tx: Tx, *, person: str, pace: Pace | str) -> None:
    """Change how often a member hears of what they follow, but for topics with a pace of their own."""
    await begin(tx, person=person)
    await tx.run(update(digests).where(digests.c.person == person).values(pace=Pace(pace).value))


async def told(tx: Tx, *, person: str, since: datetime, letter: str) -> None:
    """Keep that a digest told of what came from ``since`` until now, in a message known by ``letter``."""
    values = {"since": since, "until": tx.now - SETTLED, "letter": letter or None}
    await tx.run(update(digests).where(digests.c.person == person).values(**values))


async def arm(tx: Tx, *, person: str) -> None:
    """Let the next digest come at the member's time of the week, unless it is set already. Raise Missing."""
    member = await members.get(tx, person=person)
    zone = countries.get(member.country).zone if countries.known(member.country) else ZoneInfo("UTC")
    await due.at_first(tx, kind=KIND, subject=person, instant=next_at(person, tx.now, zone), person=person)


async def disarm(tx: Tx, *, person: str) -> None:
    """Let no digest come."""
    await due.cancel(tx, kind=KIND, subject=person)


def next_at(person: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when somebody's next digest is due: the same workday and minute of the morning each week.

    They are spread by person, so that not all fall due in one second. UTC.
    """
    place = int.from_bytes(hashlib.sha256(person.encode()).digest()[:8])
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    first = datetime.combine(monday + timedelta(days=place % DAYS), MORNING, zone)
    instant = (first + timedelta(seconds=place // DAYS % MORNING_S)).astimezone(UTC)
    return instant if instant > now else _a_week_later(instant, zone)


def _a_week_later(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the same wall time a week later, whatever summer time does."""
    local = instant.astimezone(zone)
    return (local + timedelta(weeks=1)).astimezone(UTC)
