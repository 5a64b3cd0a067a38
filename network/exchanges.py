"""Exchanges: people of both sides who meet, from the proposal to the summary (D8).

A coordinator proposes one, or a member whose proposal both sides of the group agree to: see ``planning``. Who is
invited stands in ``invitees``. Where it takes place is sealed apart, in ``door``: ``attendance.door`` opens it for
those who accepted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    or_,
    select,
    update,
)

from network import groups, recurrence
from network.audiences import Audience
from network.errors import Forbidden, Invalid, Missing
from network.ids import new_id
from network.members import SIDES
from network.recurrence import Occurrence
from network.store import Instant, Tx, metadata

NEWS = "exchange.news"  # kind of the due row on which those who are invited hear of it, as it is now
LISTED = 50  # exchanges of a list
MOST_MINUTES = 3 * 24 * 60
MOST_PLACES = 100_000
SMALL = 30  # people of a small list, who come by a code and not by a message to many (R062)


class Kind(StrEnum):
    """What people do together."""

    DIALOGUE = "dialogue"
    VISIT = "visit"
    JOINT = "joint"  # an activity that both sides do together
    TRAINING = "training"  # peers train peers
    SCENARIO = "scenario"
    CALL_IN = "callin"
    FORUM = "forum"  # on a policy
    OPEN_DAY = "openday"
    CAMPAIGN = "campaign"
    LAUNCH = "launch"  # by ministers
    PRECONSULTATION = "preconsult"  # a small list, never a message to many
    CROSS_SERVICE = "crossservice"


class State(StrEnum):
    """Where an exchange stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"  # the coordinators' word is to come
    REFUSED = "refused"
    AGREEING = "agreeing"  # on a time
    SET = "set"
    CHANGED = "changed"  # it was set, and has moved since
    CANCELLED = "cancelled"
    OVER = "over"


class Rule(StrEnum):
    """What those who come may tell of it to others."""

    UNATTRIBUTED = "said"  # what was said, never who said it
    CLOSED = "closed"  # nothing
    OPEN = "open"  # what was said, and who said it


STANDING = (State.SET.value, State.CHANGED.value)  # it takes place
WORDS = ("title", "purpose", "host", "partner", "rules")
OPEN_STATES = (State.DRAFT, State.PROPOSED, State.AGREEING, State.SET, State.CHANGED)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(32), nullable=False, index=True),
    Column("partner_by", String(32), index=True),  # the host of the other side
    Column("kind", String(12), nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("group_id", String(32), nullable=False, index=True),
    Column("audience", Text, nullable=False),  # JSON of codes; "": only who has a code
    Column("capacity", Integer, nullable=False),  # 0: no limit
    Column("sides", Text, nullable=False),  # JSON: sides that are wanted
    Column("languages", Text, nullable=False),  # JSON of codes
    Column("topics", Text, nullable=False),  # JSON of codes
    Column("starts_local", String(16), nullable=False),  # wall time in ``zone``, "" until one is set
    Column("zone", String(40), nullable=False),  # IANA
    Column("starts_at", Instant, index=True),  # counted from the two above
    Column("minutes", SmallInteger, nullable=False),
    Column("series", String(32), index=True),
    Column("rule", String(200), nullable=False),  # as ``recurrence`` has it, "": once
    Column("exceptions", Text, nullable=False, server_default="{}"),  # JSON: dates that are not as the rule has them
    Column("sequence", Integer, nullable=False),  # how often it changed since its time was set
    Column("telling", String(8), nullable=False),  # what may be told of it: a ``Rule``
    Column("words", LargeBinary, nullable=False),  # JSON by the names in WORDS
    Column("door", LargeBinary, nullable=False),  # JSON: place, link, and apart: those of single dates by their names
    # Of what is held once; records of single dates are in ``preparations``
    Column("record", LargeBinary),  # JSON: notes, decisions, summary
    Column("published", Integer, nullable=False, server_default="0"),  # 1: both hosts agree to the summary
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Exchange:
    """An exchange. ``by`` and ``partner_by`` are its hosts; ``audience`` None: only who has a code is invited.

    ``starts_local`` is the wall time in ``zone``, ``starts_at`` the instant (UTC); both None until it is set. Of what
    is held again and again they are those of the date at hand: the first that is not over, or the last.
    Where it takes place is not in it: see ``attendance.door``.
    """

    id: str
    by: str = field(repr=False)
    partner_by: str | None = field(repr=False)
    kind: Kind
    state: State
    group: str
    audience: Audience | None
    capacity: int
    sides: tuple[str, ...]
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    starts_local: datetime | None
    zone: str
    starts_at: datetime | None
    minutes: int
    series: str | None
    rule: str
    exceptions: Mapping[str, str]
    sequence: int
    telling: Rule
    title: str = field(repr=False)
    purpose: str = field(repr=False)
    host: str = field(repr=False)
    partner: str = field(repr=False)
    rules: str = field(repr=False)
    published: bool

    @property
    def hosts(self) -> tuple[str, ...]:
        """The ids of those who see who comes."""
        return tuple(each for each in (self.by, self.partner_by) if each)

    @property
    def ends_at(self) -> datetime | None:
        """When it is over (UTC)."""
        return None if self.starts_at is None else self.starts_at + timedelta(minutes=self.minutes)

    @property
    def takes_place(self) -> bool:
        """Whether its time is set, and it is not cancelled."""
        return self.state.value in STANDING

    @property
    def dates(self) -> tuple[Occurrence, ...]:
        """The dates of what is held again and again, as they stand; none of what is held once."""
        return recurrence.occurrences(self.rule, self.exceptions)

    @property
    def standing(self) -> list[tuple[datetime, Occurrence]]:
        """The dates that are not cancelled, each after its instant (UTC), the first one first."""
        held = [(instant(each.local, self.zone), each) for each in self.dates if not each.cancelled]
        return sorted(held, key=lambda pair: (pair[0], pair[1].original))

    @property
    def at_hand(self) -> str:
        """The name of the date at hand, "" of what is held once."""
        return next((each.name for at, each in self.standing if at == self.starts_at), "")

    @property
    def follows(self) -> datetime | None:
        """When the date before the one at hand is over (UTC), None where there is none."""
        before = [at for at, _each in self.standing if self.starts_at is not None and at < self.starts_at]
        return before[-1] + timedelta(minutes=self.minutes) if before else None

    def ahead(self, now: datetime) -> list[Occurrence]:
        """Return the dates that are not over."""
        return [each for at, each in self.standing if at + timedelta(minutes=self.minutes) > now]

    def begun(self, now: datetime) -> list[tuple[datetime, Occurrence]]:
        """Return the dates that have begun, each after its instant (UTC), the latest first."""
        return [(at, each) for at, each in reversed(self.standing) if at <= now]

    def date(self, name: str) -> tuple[datetime, Occurrence] | None:
        """Return the date with a name after its instant (UTC), None where there is none."""
        return next((pair for pair in self.standing if pair[1].name == name), None)


async def draft(
    tx: Tx,
    *,
    by: str,
    kind: Kind | str,
    group: str,
    title: str,
    purpose: str,
    audience: Audience | None = None,
    capacity: int = 0,
    sides: Sequence[str] = SIDES,
    minutes: int = 60,
    zone: str = "UTC",
    place: str = "",
    link: str = "",
    host: str = "",
    partner: str = "",
    rules: str = "",
    telling: Rule | str = Rule.UNATTRIBUTED,
    languages: Sequence[str] = (),
    topics: Sequence[str] = (),
    series: str | None = None,
    rule: str = "",
) -> str:
    """Keep an exchange that is being planned for a group, and return its id. Raise Forbidden, Invalid.

    Its author must be in the group. Without an ``audience`` only those come who have a code. A training names both who
    convene it, ``host`` and ``partner`` (R067).
    """
    if await groups.membership(tx, group=group, person=by) is None:
        raise Forbidden
    if not set(sides) <= set(SIDES) or (Kind(kind) is Kind.TRAINING and not (host and partner)):
        raise Invalid
    check(Kind(kind), audience, minutes=minutes, capacity=capacity)
    row: dict[str, Any] = {
        "id": new_id(),
        "by": by,
        "kind": Kind(kind).value,
        "state": State.DRAFT.value,
        "group_id": group,
    }
    row |= {"audience": _written(audience), "sides": json.dumps(list(sides)), "languages": json.dumps(list(languages))}
    row |= {"topics": json.dumps(list(topics)), "series": series, "rule": rule, "telling": Rule(telling).value}
    words = {"title": title, "purpose": purpose, "host": host, "partner": partner, "rules": rules}
    sealed = {"words": tx.seal.seal_json("exchanges.words", row["id"], words)}
    sealed |= {"door": tx.seal.seal_json("exchanges.door", row["id"], {"place": place, "link": link})}
    times = {"starts_local": "", "zone": ZoneInfo(zone).key, "minutes": minutes, "sequence": 0, "made_at": tx.now}
    await tx.run(exchanges.insert(), {**row, **sealed, **times, "capacity": capacity})
    return str(row["id"])


def check(kind: Kind, audience: Audience | None, *, minutes: int, capacity: int) -> None:
    """Raise Invalid for a length or places that no exchange has, or a small list that is none."""
    if not 0 < minutes <= MOST_MINUTES or not 0 <= capacity <= MOST_PLACES:
        raise Invalid
    if kind is Kind.PRECONSULTATION and (audience is not None or not 0 < capacity <= SMALL):
        raise Invalid


async def get(tx: Tx, *, exchange: str) -> Exchange:
    """Return an exchange; raise Missing."""
    return _exchange(tx, await tx.one(select(exchanges).where(exchanges.c.id == exchange)))


async def find(tx: Tx, *, exchange: str) -> Exchange | None:
    """Return an exchange, or None."""
    row = await tx.first(select(exchanges).where(exchanges.c.id == exchange))
    return None if row is None else _exchange(tx, row)


async def locked(tx: Tx, *, exchange: str) -> Exchange:
    """Return an exchange that nobody else changes meanwhile; raise Missing."""
    row = await tx.one(select(exchanges).where(exchanges.c.id == exchange).with_for_update())
    return _exchange(tx, row)


async def of_host(tx: Tx, *, exchange: str, by: str) -> Exchange:
    """Return an exchange that one of its hosts changes now; raise Missing for anybody else."""
    found = await locked(tx, exchange=exchange)
    if by not in found.hosts:
        raise Missing
    return found


async def hosted(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Exchange]:
    """Return what somebody hosts, the latest planned first."""
    query = select(exchanges).where(or_(exchanges.c.by == person, exchanges.c.partner_by == person))
    if only is not None:
        query = query.where(exchanges.c.id.in_(only))
    rows = await tx.all(query.order_by(exchanges.c.made_at.desc(), exchanges.c.id).limit(LISTED))
    return [_exchange(tx, row) for row in rows]


async def upcoming(
    tx: Tx,
    *,
    group: str = "",
    topic: str = "",
    series: str = "",
    until: datetime | None = None,
    only: Sequence[str] | None = None,
) -> list[Exchange]:
    """Return what is set and not over yet, the soonest first; of a ``topic`` (a code), a root stands for all below."""
    query = select(exchanges).where(exchanges.c.state.in_(STANDING), exchanges.c.starts_at > tx.now - timedelta(days=3))
    for column, value in ((exchanges.c.group_id, group), (exchanges.c.series, series)):
        if value:
            query = query.where(column == value)
    if until is not None:
        query = query.where(exchanges.c.starts_at < until)
    if only is not None:
        query = query.where(exchanges.c.id.in_(only))
    rows = await tx.all(query.order_by(exchanges.c.starts_at, exchanges.c.id))
    found = [each for each in (_exchange(tx, row) for row in rows) if each.ends_at and each.ends_at > tx.now]
    if topic:
        found = [each for each in found if any(code == topic or code.startswith(f"{topic}.") for code in each.topics)]
    return found


async def opened(tx: Tx, *, exchange: str, name: str = "") -> dict[str, str]:
    """Return the ``place`` and the ``link``, of the date with a ``name``, for ``attendance.door`` only."""
    doors = await all_doors(tx, exchange=exchange)
    return {"place": doors["place"], "link": doors["link"], **doors.get("apart", {}).get(name, {})}


async def all_doors(tx: Tx, *, exchange: str) -> dict[str, Any]:
    """Return the ``place``, the ``link``, and those of dates ``apart``: for hosts' own changes, and calendars."""
    sealed = await tx.scalar(select(exchanges.c.door).where(exchanges.c.id == exchange))
    return dict(tx.seal.open_json("exchanges.door", exchange, sealed))


def instant(local: datetime, zone: str) -> datetime:
    """Return the instant (UTC) of a wall time; one that a clock change skips is as much later, a doubled one the first.

    PEP 495: https://peps.python.org/pep-0495/
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


async def recount(tx: Tx, *, exchange: str) -> bool:
    """Count the instant anew from the wall time, by the zones of today; return whether it is another one."""
    found = await get(tx, exchange=exchange)
    if found.starts_local is None:
        return False
    at = instant(found.starts_local, found.zone)
    if at != found.starts_at:
        await set_(tx, exchange, starts_at=at)
    return at != found.starts_at


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one member hosts to another membership of the same human being."""
    for column in (exchanges.c.by, exchanges.c.partner_by):
        await tx.run(update(exchanges).where(column == person).values({column.name: to}))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody hosts, as JSON to be read by them."""
    return [
        {"kind": each.kind.value, "state": each.state.value, **{name: getattr(each, name) for name in WORDS}}
        for each in await hosted(tx, person=person)
    ]


async def set_(tx: Tx, exchange: str, **values: Any) -> None:
    """Change columns of an exchange."""
    await tx.run(update(exchanges).where(exchanges.c.id == exchange).values(**values))


def _written(audience: Audience | None) -> str:
    if audience is None:
        return ""
    return json.dumps({name: value for name, value in asdict(audience).items() if value})


def _audience(written: str) -> Audience | None:
    given: Mapping[str, list[str]] = json.loads(written) if written else {}
    return Audience(**{name: tuple(value) for name, value in given.items()}) if written else None


def _exchange(tx: Tx, row: Row[Any]) -> Exchange:
    words = tx.seal.open_json("exchanges.words", row.id, row.words)
    return Exchange(
        id=row.id,
        by=row.by,
        partner_by=row.partner_by,
        kind=Kind(row.kind),
        state=State(row.state),
        group=row.group_id,
        audience=_audience(row.audience),
        capacity=row.capacity,
        sides=tuple(json.loads(row.sides)),
        languages=tuple(json.loads(row.languages)),
        topics=tuple(json.loads(row.topics)),
        starts_local=datetime.fromisoformat(row.starts_local) if row.starts_local else None,
        zone=row.zone,
        starts_at=row.starts_at,
        minutes=row.minutes,
        series=row.series,
        rule=row.rule,
        exceptions=json.loads(row.exceptions),
        sequence=row.sequence,
        telling=Rule(row.telling),
        published=bool(row.published),
        **{name: words.get(name, "") for name in WORDS},
    )
