"""Mailings: one content in several languages, queued at once for as many people as are meant (D3).

Nobody gets one mailing twice, on however many apps they are; each gets it where they wrote last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    Update,
    and_,
    case,
    cast,
    column,
    delete,
    exists,
    false,
    func,
    insert,
    join,
    literal,
    not_,
    null,
    or_,
    outerjoin,
    select,
    true,
    update,
    values,
)

from network import contents as contents_
from network import countries, stops
from network import quiet as quiet_hours
from network.addresses import addresses
from network.ids import new_id
from network.members import members
from network.outbox import EXPIRED, KEEP, TAKEN_BACK, Stage, outbox
from network.stops import Stop
from network.store import Instant, Tx, metadata

_Choice = tuple[ColumnElement[bool], str]  # whose, and which content
_KIND = (members.c.country, members.c.quiet_from, members.c.quiet_until)  # of people who hear at the same instant
MAIN, BEFORE = 0, 1  # steps: the message that counts, and a file that goes just before it
AT_ONCE = 5_000  # calls taken back by a stop, for which everybody waits
UNSENT: Final = (Stage.HELD, Stage.QUEUED)
MADE: Final = (Stage.SENDING, Stage.SENT, Stage.DELIVERED, Stage.READ)
DELETABLE = timedelta(hours=47)  # Telegram deletes what is at most 48 h old: core.telegram.org/bots/api#deletemessage

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


@dataclass(frozen=True)
class _ReadyAt:
    """When a mailing may reach each: ``instant``, in a query ``joined`` with ``rows``, by the kind of person."""

    instant: ColumnElement[Any]
    rows: CTE | None = None

    def joined(self, people: FromClause) -> FromClause:
        """Return ``people``, among them the table of members, with what their instant needs."""
        if self.rows is None:
            return people
        return outerjoin(people, self.rows, and_(*(self.rows.c[kind.name] == kind for kind in _KIND)))


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
    reached on an account that sends. ``contents`` has the id of a content by language, or by language and country
    (see ``variant``), and ``fallback`` names the language for those who read none of these; ``before`` has a file
    that goes just before it. ``at`` is an instant, or without a zone a wall time in the country of each; with
    ``quiet`` it waits for the end of their quiet hours. After ``expires_at`` it is not sent any more. ``again``:
    also when an answer was lost. Raises Conflict for a content that is gone, or of another mailing.
    """
    await tx.add(mailings, key=("id",), id=mailing, at=tx.now)
    await _lock(tx, mailing)
    had = await _count(tx, mailing)
    await contents_.give(tx, mailing=mailing, which=[*contents.values(), *(before or {}).values()])
    steps = {MAIN: contents} if before is None else {MAIN: contents, BEFORE: before}
    ready_at = await _ready_at(tx, people, at, quiet=quiet)
    query = _meant(people, steps, fallback, ready_at)
    stopped = await stops.standing(tx)
    query = query.where(_sends(addresses, stopped), ~_has_better(stopped), *([_lacks(mailing)] if had else []))
    row: dict[str, ColumnElement[Any]] = {
        **dict(query.selected_columns.items()),
        "id": _ids(query.selected_columns.step),
        "mailing": literal(mailing, String),
        "about": literal(about or None, String),
        "urgency": literal(urgency, SmallInteger),
        "again": literal(again, Boolean),
        "expires_at": literal(expires_at, Instant),
        **_fresh(tx),
    }
    await tx.run(insert(outbox).from_select(list(row), query.with_only_columns(*row.values())))
    return await _count(tx, mailing) - had


def variant(language: str, country: str = "") -> str:
    """Return under what a content stands in ``send``: of a language, for those of a country or of all others."""
    return f"{language}@{country}" if country else language


async def progress(tx: Tx, *, mailing: str) -> Progress:
    """Return how far a mailing got."""
    known = await tx.first(select(mailings.c.stopped_at).where(mailings.c.id == mailing))
    is_stopped = known is not None and known.stopped_at is not None
    late = and_(outbox.c.stage == Stage.HELD, outbox.c.expires_at <= tx.now)
    back = and_(literal(is_stopped, Boolean), outbox.c.stage.in_(UNSENT))
    stage = case((or_(late, back), int(Stage.FAILED)), else_=outbox.c.stage).label("stage")
    why = case((late, EXPIRED), (back, TAKEN_BACK), else_=outbox.c.error).label("why")
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

    A call under way ends as it will. One that comes back from there, and what is beyond the first thousands,
    is taken back when its turn comes.
    """
    first = update(mailings).where(mailings.c.id == mailing, mailings.c.stopped_at.is_(None))
    await tx.run(first.values(stopped_at=tx.now))
    unsent = outbox.c.stage.in_(UNSENT)
    count = int(await tx.scalar(select(func.count()).where(*_people(mailing), unsent)) or 0)
    await _take_back(tx, mailing, outbox.c.target.is_(None), limit=AT_ONCE)
    return count


async def retry(tx: Tx, *, mailing: str, codes: Collection[str]) -> int:
    """Send again what failed with one of these codes and still can be sent; return to how many people.

    It waits for the end of their quiet hours.
    """
    if TAKEN_BACK in codes:
        await tx.run(update(mailings).where(mailings.c.id == mailing).values(stopped_at=None))
    failed = (outbox.c.mailing == mailing, outbox.c.stage == Stage.FAILED, outbox.c.error.in_(codes))
    kept = exists().where(contents_.contents.c.id == outbox.c.content)
    homes = select(addresses.c.id).join(members, members.c.id == addresses.c.person).where(addresses.c.reachable)
    count = 0
    for kind in await tx.all(homes.with_only_columns(*_KIND).where(addresses.c.id.in_(_homes(*failed))).distinct()):
        alike = homes.where(*(column == value for column, value in zip(_KIND, kind, strict=True)))
        again = update(outbox).where(*failed, kept, outbox.c.address.in_(alike))
        again = again.values(
            stage=Stage.QUEUED, error="", attempts=0, ready_at=_instant(tx.now, None, *kind, quiet=True)
        )
        await tx.run(again.where(outbox.c.step != MAIN))
        count += await tx.run(again.where(outbox.c.step == MAIN))
    return count


async def replace(tx: Tx, *, mailing: str, contents: Mapping[str, str], fallback: str = "") -> int:
    """Let other words take the place of those of a mailing; return how many people get a correction.

    What is not sent yet goes out with the new words. What was sent is edited where the app can do that; where it
    cannot, the new words come as a new message, after the quiet hours. ``contents`` and ``fallback`` (or else the
    first language) are as in ``send``.
    """
    await _lock(tx, mailing)
    await contents_.give(tx, mailing=mailing, which=contents.values())
    await _take_back(tx, mailing, outbox.c.step > BEFORE)
    text = _text(contents, fallback)
    theirs = select(text).select_from(join(addresses, members, members.c.id == addresses.c.person))
    new = theirs.where(addresses.c.id == outbox.c.address).scalar_subquery()
    unsent = (*_people(mailing), outbox.c.stage.in_((*UNSENT, Stage.FAILED)))
    await tx.run(_free(update(outbox), *unsent).values(content=new))
    people = select(addresses.c.person).where(addresses.c.id.in_(_homes(*_people(mailing))))
    ready_at = await _ready_at(tx, people, None, quiet=True)
    sent = and_(outbox.c.step == MAIN, outbox.c.content.not_in(contents.values()))
    return await _follow(tx, mailing, sent, text, ready_at)


async def withdraw(tx: Tx, *, mailing: str, contents: Mapping[str, str], fallback: str = "") -> int:
    """Take back a mailing, what was sent of it too; return from how many people who got it.

    It is deleted where the app can do that; where it cannot, or not any more, ``contents`` say that it was taken
    back. This waits for no quiet hours. What is not sent yet never is.
    """
    await stop(tx, mailing=mailing)
    await _lock(tx, mailing)
    await contents_.give(tx, mailing=mailing, which=contents.values())
    await _take_back(tx, mailing, outbox.c.step > BEFORE)
    now = _ReadyAt(literal(tx.now, Instant))
    file = and_(outbox.c.step == BEFORE, outbox.c.sent_at > tx.now - DELETABLE)
    await _follow(tx, mailing, file, null(), now, erases=True)
    return await _follow(tx, mailing, outbox.c.step == MAIN, _text(contents, fallback), now, erases=True)


async def spare(tx: Tx, *, mailing: str, person: str) -> None:
    """Take back what was not sent yet of a mailing from one person, for whom it is no more."""
    theirs = select(addresses.c.id).where(addresses.c.person == person)
    await _take_back(tx, mailing, outbox.c.address.in_(theirs) & outbox.c.target.is_(None))


async def sweep(tx: Tx) -> int:
    """Forget the mailings of which no call is kept any more; return how many."""
    used = exists().where(outbox.c.mailing == mailings.c.id)
    return await tx.run(delete(mailings).where(mailings.c.at < tx.now - KEEP, ~used))


async def _lock(tx: Tx, mailing: str) -> None:
    """Let nobody else send, correct or withdraw a mailing meanwhile."""
    await tx.first(select(mailings.c.id).where(mailings.c.id == mailing).with_for_update())


async def _take_back(tx: Tx, mailing: str, which: ColumnElement[bool], *, limit: int | None = None) -> None:
    """Take back calls that are not made yet."""
    unsent = (outbox.c.mailing == mailing, outbox.c.stage.in_(UNSENT), which)
    taken = _free(update(outbox), *unsent, limit=limit)
    await tx.run(taken.values(stage=Stage.FAILED, error=TAKEN_BACK, body=None))


def _free(change: Update, *which: ColumnElement[bool], limit: int | None = None) -> Update:
    """Return a change of those of these calls that no courier holds: what it holds is under way."""
    chosen = select(outbox.c.seq).where(*which).limit(limit).with_for_update(skip_locked=True)
    return change.where(outbox.c.seq.in_(chosen))


async def _follow(
    tx: Tx,
    mailing: str,
    which: ColumnElement[bool],
    content: ColumnElement[Any],
    ready_at: _ReadyAt,
    *,
    erases: bool = False,
) -> int:
    """Queue a call that corrects or takes back each of the calls ``which`` were made; return how many."""
    last = select(func.max(outbox.c.step)).where(outbox.c.mailing == mailing)
    step = max(int(await tx.scalar(last) or 0), BEFORE) + 1
    deletable = outbox.c.sent_at > tx.now - DELETABLE
    row: dict[str, ColumnElement[Any]] = {
        "id": _ids(literal(MAIN, SmallInteger)),
        **{name: outbox.c[name] for name in ("address", "channel", "account", "mailing", "about", "again")},
        "step": literal(step, SmallInteger),
        "content": content,
        "target": outbox.c.id,
        "urgency": literal(1, SmallInteger) if erases else outbox.c.urgency,
        "ready_at": ready_at.instant,
        "expires_at": literal(None, Instant) if erases else outbox.c.expires_at,
        **_fresh(tx),
        "erases": deletable if erases else false(),
    }
    home = join(outbox, addresses, addresses.c.id == outbox.c.address)
    known = home.join(members, members.c.id == addresses.c.person)
    made = (outbox.c.mailing == mailing, outbox.c.stage.in_(MADE), addresses.c.reachable, which)
    query = select(*row.values()).select_from(ready_at.joined(known)).where(*made)
    await tx.run(insert(outbox).from_select(list(row), query))
    return int(await tx.scalar(select(func.count()).where(outbox.c.mailing == mailing, outbox.c.step == step)) or 0)


def _homes(*which: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(outbox.c.address).where(*which)


def _people(mailing: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for one row of each person."""
    return outbox.c.mailing == mailing, outbox.c.step == MAIN


async def _count(tx: Tx, mailing: str) -> int:
    return int(await tx.scalar(select(func.count()).where(*_people(mailing))) or 0)


async def _ready_at(tx: Tx, people: Select[tuple[str]], at: datetime | None, *, quiet: bool) -> _ReadyAt:
    """Return when the mailing may reach people."""
    soonest = max(at, tx.now) if at is not None and at.tzinfo else tx.now
    found = []
    if quiet or (at is not None and not at.tzinfo):
        meant = people.subquery()
        for row in await tx.all(select(*_KIND).join(meant, meant.c[0] == members.c.id).distinct()):
            kind = tuple(row)
            instant = _instant(tx.now, at, *kind, quiet=quiet)
            found += [(*kind, instant)] if instant != soonest else []
    if not found:
        return _ReadyAt(literal(soonest, Instant))
    columns: list[ColumnElement[Any]] = [column(kind.name, String()) for kind in _KIND]
    rows = values(*columns, column("ready_at", Instant()), name="instants").data(found).cte("instants")
    return _ReadyAt(func.coalesce(rows.c.ready_at, literal(soonest, Instant)), rows)


def _instant(now: datetime, at: datetime | None, country: str, *night: str, quiet: bool) -> datetime:
    """Return when a mailing may reach people of a country who have these quiet hours."""
    known = countries.known(country)
    zone = countries.get(country).zone if known else ZoneInfo("UTC")
    asked = at if at is None or at.tzinfo else at.replace(tzinfo=zone)
    instant = now if asked is None else max(now, asked)
    if not quiet or not known:
        return instant
    return quiet_hours.news_at(instant, zone=zone, quiet_from=night[0], quiet_until=night[1])


def _meant(
    people: Select[tuple[str]], steps: Mapping[int, Mapping[str, str]], fallback: str, ready_at: _ReadyAt
) -> Select[Any]:
    """Return the select of what differs from one person to another: the address, and a row for each step."""
    meant = people.subquery()
    known = join(meant, members, members.c.id == meant.c[0]).join(addresses, addresses.c.person == members.c.id)
    joined = ready_at.joined(known)
    step: ColumnElement[int] = literal(MAIN, SmallInteger)
    if len(steps) > 1:
        given = values(column("step", SmallInteger()), name="steps").data([(each,) for each in steps]).cte("steps")
        joined, step = joined.join(given, true()), given.c.step
    text = _text(steps[MAIN], fallback)
    if BEFORE in steps:
        text = case((step == BEFORE, _text(steps[BEFORE], fallback)), else_=text)
    chosen = {
        "address": addresses.c.id,
        "channel": addresses.c.channel,
        "account": addresses.c.account,
        "step": step,
        "content": text,
        "ready_at": ready_at.instant,
    }
    query = select(*(value.label(name) for name, value in chosen.items())).select_from(joined)
    return query.order_by(addresses.c.id, step.desc())  # as the indexes of the outbox lie: half the pages are touched


def _text(contents: Mapping[str, str], fallback: str) -> ColumnElement[str]:
    """Return which content goes to a member, by their language and, where it matters, their country."""
    other = fallback or next(iter(contents))
    own, usual, elsewhere = list[_Choice](), list[_Choice](), list[_Choice]()
    for key, each in contents.items():
        language, _at, country = key.partition("@")
        reads, lives = members.c.language == language, members.c.country == country
        if not country:
            usual.append((reads, each))
            continue
        own.append((and_(reads, lives), each))
        if language == other:
            elsewhere.append((lives, each))
    return case(*own, *usual, *elsewhere, else_=literal(contents[other], String))


def _has_better(stopped: Sequence[Stop]) -> ColumnElement[bool]:
    """Whether a person wrote last at another address, which can be reached too."""
    other = addresses.alias("other")
    newer = or_(
        other.c.last_inbound_at > addresses.c.last_inbound_at,
        and_(other.c.last_inbound_at == addresses.c.last_inbound_at, other.c.id < addresses.c.id),
    )
    return exists().where(other.c.person == addresses.c.person, newer, _sends(other, stopped))


def _lacks(mailing: str) -> ColumnElement[bool]:
    """Whether a mailing was not queued for a person before, at whichever address."""
    theirs = addresses.alias("theirs")
    queued = exists().where(outbox.c.mailing == mailing, outbox.c.address == theirs.c.id)
    return ~exists().where(theirs.c.person == addresses.c.person, queued)


def _sends(address: FromClause, stopped: Sequence[Stop]) -> ColumnElement[bool]:
    """Whether a person can be reached at an address: they let us in, and its account is not stopped."""
    of_those = (and_(address.c.channel == each.channel, address.c.account == each.account) for each in stopped)
    return and_(address.c.reachable, *(not_(each) for each in of_those))


def _ids(step: ColumnElement[int]) -> ColumnElement[str]:
    """Return the expression for the id of each row: random, in the order of the addresses.

    A hundred thousand that lie apart would touch every page of their index.
    """
    return literal(new_id()[:15], String) + func.substr(addresses.c.id, 1, 16) + cast(step, String)


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
