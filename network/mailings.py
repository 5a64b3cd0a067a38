"""Mailings: one content in several languages, queued at once for as many people as are meant (D3).

Nobody gets one mailing twice, on however many apps they are; each gets it where they wrote last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    String,
    Table,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    join,
    literal,
    or_,
    select,
    true,
    update,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from network import countries
from network import quiet as quiet_hours
from network.addresses import addresses
from network.members import members
from network.outbox import EXPIRED, TAKEN_BACK, Stage, outbox
from network.stops import stops
from network.store import Instant, Tx, metadata

MAIN, BEFORE = 0, 1  # steps: the message that counts, and a file that goes just before it
UNSENT: Final = (Stage.HELD, Stage.QUEUED)

mailings = Table(
    "mailings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("stopped_at", Instant),
)


@dataclass(frozen=True)
class Progress:
    """How far a mailing got, in people: each is in one of these numbers.

    ``waiting`` are queued or being sent, ``held`` until they reply (WhatsApp's window); ``sent`` reached
    the provider, of which nothing more is known yet; ``failed`` by code. ``ambiguous``, which counts
    beside the others: an answer was lost, so that it may have come twice or not at all.
    """

    waiting: int = 0
    held: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    expired: int = 0
    stopped: int = 0
    ambiguous: int = 0

    @property
    def total(self) -> int:
        """Everybody to whom it goes or went."""
        return self.unsent + self.reached + sum(self.failed.values()) + self.expired + self.stopped

    @property
    def reached(self) -> int:
        """Those to whom the provider took it."""
        return self.sent + self.delivered + self.read

    @property
    def unsent(self) -> int:
        """Those to whom it may still go."""
        return self.waiting + self.held


async def send(
    tx: Tx,
    *,
    mailing: str,
    people: Select[tuple[str]],
    contents: Mapping[str, str],
    fallback: str,
    urgency: int,
    at: datetime | None = None,
    expires_at: datetime | None = None,
    quiet: bool = True,
    again: bool = True,
    before: Mapping[str, str] | None = None,
    about: str = "",
) -> int:
    """Queue a mailing for the members whom ``people`` selects, and return for how many it was queued.

    Each gets it once, however often this is called: at the address where they wrote last, of those that can be
    reached on an account that sends. ``contents`` has the id of a content by language, and ``fallback`` names the
    language for those who read none of these; ``before`` has a file that goes just before it. ``at`` is an
    instant, or without a zone a wall time in the country of each; with ``quiet`` it waits for the end of their
    quiet hours. After ``expires_at`` it is not sent any more. ``again``: also when an answer was lost.
    """
    await tx.add(mailings, key=("id",), id=mailing, at=tx.now)
    await tx.first(select(mailings.c.id).where(mailings.c.id == mailing).with_for_update())
    parts = [(MAIN, language, content) for language, content in contents.items()]
    parts += [(BEFORE, language, content) for language, content in (before or {}).items()]
    given = _rows("parts", parts, step=SmallInteger(), language=String(), content=String())
    instants = await _instants(tx, people, at, quiet=quiet)
    soonest = max(at, tx.now) if at is not None and at.tzinfo else tx.now
    row: dict[str, ColumnElement[Any]] = {
        "id": _random_id(tx),
        "address": addresses.c.id,
        "channel": addresses.c.channel,
        "account": addresses.c.account,
        "mailing": literal(mailing, String),
        "step": given.c.step,
        "content": given.c.content,
        "about": literal(about or None, String),
        "urgency": literal(urgency, SmallInteger),
        "again": literal(again, Boolean),
        "ready_at": func.coalesce(instants.c.ready_at, literal(soonest, Instant)),
        "expires_at": literal(expires_at, Instant),
        **_fresh(tx),
    }
    query = _meant(people, mailing, instants, given, fallback).add_columns(*row.values())
    made = sqlite.insert(outbox) if tx.is_sqlite else postgresql.insert(outbox)
    had = await _count(tx, mailing)
    await tx.run(made.from_select(list(row), query).on_conflict_do_nothing())
    return await _count(tx, mailing) - had


async def progress(tx: Tx, *, mailing: str) -> Progress:
    """Return how far a mailing got."""
    late = and_(outbox.c.stage == Stage.HELD, outbox.c.expires_at <= tx.now)
    stage = case((late, int(Stage.FAILED)), else_=outbox.c.stage).label("stage")
    why = case((late, EXPIRED), else_=outbox.c.error).label("why")
    query = select(stage, why, outbox.c.ambiguous, func.count().label("many")).where(*_people(mailing))
    rows = await tx.all(query.group_by(stage, why, outbox.c.ambiguous))
    found, failed = dict.fromkeys(Stage, 0), dict[str, int]()
    for row in rows:
        found[Stage(row.stage)] += row.many
        if row.stage == Stage.FAILED:
            failed[row.why] = failed.get(row.why, 0) + row.many
    return Progress(
        waiting=found[Stage.QUEUED] + found[Stage.SENDING],
        held=found[Stage.HELD],
        sent=found[Stage.SENT],
        delivered=found[Stage.DELIVERED],
        read=found[Stage.READ],
        expired=failed.pop(EXPIRED, 0),
        stopped=failed.pop(TAKEN_BACK, 0),
        failed=failed,
        ambiguous=sum(row.many for row in rows if row.ambiguous),
    )


async def stop(tx: Tx, *, mailing: str) -> int:
    """Take back all that is not sent yet; return from how many people.

    A call under way ends as it will. One that comes back from there is taken back when its turn comes.
    """
    first = update(mailings).where(mailings.c.id == mailing, mailings.c.stopped_at.is_(None))
    await tx.run(first.values(stopped_at=tx.now))
    count = 0
    for is_counted in (outbox.c.step != MAIN, outbox.c.step == MAIN):
        unsent = select(outbox.c.seq).where(outbox.c.mailing == mailing, outbox.c.stage.in_(UNSENT), is_counted)
        held = unsent.with_for_update(skip_locked=True)  # what a courier holds is under way
        taken = update(outbox).where(outbox.c.seq.in_(held))
        count = await tx.run(taken.values(stage=Stage.FAILED, error=TAKEN_BACK, body=None))
    return count


def _people(mailing: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for one row of each person."""
    return outbox.c.mailing == mailing, outbox.c.step == MAIN


async def _count(tx: Tx, mailing: str) -> int:
    return int(await tx.scalar(select(func.count()).where(*_people(mailing))) or 0)


async def _instants(tx: Tx, people: Select[tuple[str]], at: datetime | None, *, quiet: bool) -> CTE:
    """Return a table of when the mailing may reach people, by country and quiet hours, where that is not at once."""
    kinds = (members.c.country, members.c.quiet_from, members.c.quiet_until)
    found = []
    if quiet or (at is not None and not at.tzinfo):
        meant = people.subquery()
        for row in await tx.all(select(*kinds).join(meant, meant.c[0] == members.c.id).distinct()):
            ready_at = _ready_at(tx.now, at, row, quiet=quiet)
            found.append((row.country, row.quiet_from, row.quiet_until, ready_at))
    names = {kind.name: String() for kind in kinds}
    return _rows("instants", found or [("", "-", "-", tx.now)], **names, ready_at=Instant())


def _ready_at(now: datetime, at: datetime | None, row: Any, *, quiet: bool) -> datetime:
    zone = countries.get(row.country).zone if countries.known(row.country) else ZoneInfo("UTC")
    asked = at if at is None or at.tzinfo else at.replace(tzinfo=zone)
    ready_at = now if asked is None else max(now, asked)
    if not quiet or not countries.known(row.country):
        return ready_at
    return quiet_hours.news_at(ready_at, zone=zone, quiet_from=row.quiet_from, quiet_until=row.quiet_until)


def _meant(people: Select[tuple[str]], mailing: str, instants: CTE, given: CTE, fallback: str) -> Select[Any]:
    """Return the select, without columns, of each person's one address and the parts in their language."""
    languages = select(given.c.language).where(given.c.step == MAIN)
    language = case((members.c.language.in_(languages), members.c.language), else_=literal(fallback))
    kind = and_(*(instants.c[name] == members.c[name] for name in ("country", "quiet_from", "quiet_until")))
    meant = people.subquery()
    joined = (
        join(meant, members, members.c.id == meant.c[0])
        .join(addresses, addresses.c.person == members.c.id)
        .join(given, given.c.language == language)
        .outerjoin(instants, kind)
    )
    other = addresses.alias("other")
    newer = or_(
        other.c.last_inbound_at > addresses.c.last_inbound_at,
        and_(other.c.last_inbound_at == addresses.c.last_inbound_at, other.c.id < addresses.c.id),
    )
    better = exists().where(other.c.person == addresses.c.person, _sends(other), newer)
    theirs = addresses.alias("theirs")
    sent = exists().where(outbox.c.mailing == mailing, outbox.c.address == theirs.c.id)
    had = exists().where(theirs.c.person == addresses.c.person, sent)
    query = select().select_from(joined).where(_sends(addresses), ~better, ~had)
    return query.order_by(addresses.c.id, given.c.step.desc())


def _sends(address: FromClause) -> ColumnElement[bool]:
    """Whether a person can be reached at an address: they let us in, and its account is not stopped."""
    of_account = (stops.c.channel == address.c.channel) & (stops.c.account == address.c.account)
    return and_(address.c.reachable, ~exists().where(of_account))


def _random_id(tx: Tx) -> ColumnElement[str]:
    """Return the expression for a fresh random id of each row, as ``new_id`` makes it."""
    if tx.is_sqlite:
        return func.lower(func.hex(func.randomblob(16)))
    return func.replace(cast(func.gen_random_uuid(), String), "-", "")


def _fresh(tx: Tx) -> dict[str, ColumnElement[Any]]:
    """Return what stands in every row that was just queued."""
    return {
        "stage": literal(int(Stage.QUEUED), SmallInteger),
        "counts": true(),
        "opener": false(),
        "ambiguous": false(),
        "erases": false(),
        "attempts": literal(0, SmallInteger),
        "created_at": literal(tx.now, Instant),
        "error": literal("", String),
    }


def _rows(name: str, rows: Sequence[tuple[Any, ...]], **columns: TypeEngine[Any]) -> CTE:
    """Return values as a table."""
    return values(*(column(key, kind) for key, kind in columns.items()), name=name).data(list(rows)).cte(name)
