"""Hearing: who gets a post at once, who gets it with others in one digest, and what is new for a member.

A member hears as they chose. Whoever sleeps, or was away, gets one digest and no flood: in the quiet hours
a post waits for their end, and for whoever has not written for a while it waits for the morning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from network import countries, due, groups, outbox, quiet, regimes
from network import posts as posts_
from network.addresses import addresses
from network.groups import Mode, memberships
from network.ids import random_id
from network.members import State, members
from network.posts import Post, posts
from network.reactions import mutes
from network.store import Instant, Tx, metadata

KIND = "posts"  # of the due row with which a digest comes
MORNING = time(8)  # local, of the digest
AWAY = timedelta(days=7)  # without a word from them: then they get digests
WINDOWS: Mapping[str, timedelta] = {"whatsapp": timedelta(hours=24)}  # shorter where an app takes no news after it
SHOWN = 5  # posts of a digest; the others are counted

heard = Table(
    "heard",
    metadata,
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", Instant, nullable=False),  # what the last digest began with: it may be taken back unsent
    Column("until", Instant, nullable=False),  # what a digest told of, or was read
    Column("read_at", Instant),  # when they last looked themselves
)


@dataclass(frozen=True)
class Kind:
    """Members with the same clock: a country and its quiet hours; ``wakes_at`` is now, or when these end."""

    country: str
    quiet_from: str
    quiet_until: str
    wakes_at: datetime
    morning: datetime


@dataclass(frozen=True)
class News:
    """What is new for a member in one group: the latest posts, and how many there are."""

    group: str
    posts: tuple[Post, ...]
    many: int


async def at_once(tx: Tx, *, post: Post) -> Select[tuple[str]]:
    """Return the select of those who get a post at once: as ``mailings.send`` takes it."""
    kinds = await _kinds(tx, post.group)
    return _hearers(post).where(*_now(tx, kinds))


async def with_others(tx: Tx, *, post: Post) -> int:
    """Let a post come with others in one digest to those who do not get it at once; return to how many anew."""
    kinds = await _kinds(tx, post.group)
    count = 0
    for kind in kinds:
        later = _hearers(post).where(_is(kind), not_(and_(*_now(tx, kinds))))
        count += await _set_digests(tx, later, kind)
    return count


async def unread(tx: Tx, *, person: str, group: str = "", limit: int = SHOWN) -> list[News]:
    """Return what is new for a member in their groups, the silent ones only where ``group`` names one.

    What they got at once, wrote themselves or muted is not new.
    """
    found = []
    for each in await groups.of(tx, person=person):
        mode = await groups.mode_of(tx, group=each.id, person=person)
        if each.id == group or (not group and mode is not Mode.SILENT):
            known = await _heard(tx, each.id, person)
            since = known.read_at if known is not None else None
            news = await _news(tx, each.id, person, since=since, limit=limit)
            found += [news] if news.many else []
    return found


async def edition(tx: Tx, *, person: str, mark: str) -> list[News]:
    """Return what a digest tells now, and keep that it was told.

    ``mark`` is what the message of the last digest is known by: where that was not sent yet, this one
    tells of the same and takes its place.
    """
    is_unsent = await outbox.withdraw(tx, about=mark) > 0
    found = []
    for each in await groups.of(tx, person=person):
        if await groups.mode_of(tx, group=each.id, person=person) is Mode.SILENT:
            continue
        known = await _heard(tx, each.id, person)
        since = None if known is None else known.since if is_unsent else known.until
        news = await _news(tx, each.id, person, since=since, limit=SHOWN)
        if news.many:
            found.append(news)
            told = {"since": since or await _joined(tx, each.id, person), "until": tx.now}
            await tx.put(heard, key=("group_id", "person"), group_id=each.id, person=person, **told)
    return found


async def catch_up(tx: Tx, *, person: str) -> None:
    """Let a digest come now to somebody who is back; where nothing is new, none does."""
    await due.at(tx, kind=KIND, subject=person, instant=tx.now, person=person)


async def read(tx: Tx, *, group: str, person: str) -> None:
    """Keep that a member has read what is new in a group."""
    now = {"since": tx.now, "until": tx.now, "read_at": tx.now}
    await tx.put(heard, key=("group_id", "person"), group_id=group, person=person, **now)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member have read what another read, where they have not read themselves."""
    rows = await tx.all(select(heard).where(heard.c.person == person))
    for row in rows:
        values = {"since": row.since, "until": row.until, "read_at": row.read_at}
        await tx.add(heard, key=("group_id", "person"), group_id=row.group_id, person=to, **values)


def _hearers(post: Post) -> Select[tuple[str]]:
    """Return the select of the members who hear a post, at once or later."""
    is_muted = exists().where(mutes.c.person == members.c.id, mutes.c.muted == post.person, mutes.c.named == post.named)
    query = select(members.c.id).join(memberships, memberships.c.person == members.c.id)
    return query.where(
        memberships.c.group_id == post.group,
        memberships.c.mode != Mode.SILENT.value,
        members.c.state == State.ACTIVE.value,
        members.c.id != post.person,
        ~regimes.is_paused(members.c.country),
        ~is_muted,
    )


def _now(tx: Tx, kinds: Sequence[Kind]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of getting it at once: they chose so, are awake, and wrote lately."""
    asleep = [_is(kind) for kind in kinds if kind.wakes_at > tx.now]
    not_paused = or_(memberships.c.paused_until.is_(None), memberships.c.paused_until <= tx.now)
    return memberships.c.mode == Mode.INSTANT.value, not_paused, not_(or_(false(), *asleep)), _is_present(tx)


def _is_present(tx: Tx) -> ColumnElement[bool]:
    """Whether the app in which a member wrote last takes news for them, and they wrote lately."""
    other = addresses.alias("later")
    newer = exists().where(
        other.c.person == addresses.c.person, other.c.reachable, other.c.last_inbound_at > addresses.c.last_inbound_at
    )
    since = case(
        *((addresses.c.channel == channel, literal(tx.now - span, Instant)) for channel, span in WINDOWS.items()),
        else_=literal(tx.now - AWAY, Instant),
    )
    here = (addresses.c.person == members.c.id, addresses.c.reachable, addresses.c.last_inbound_at > since, ~newer)
    return exists().where(*here)


async def _kinds(tx: Tx, group: str) -> list[Kind]:
    """Return the kinds of members of a group by their clocks: some dozens, however many members."""
    columns = (members.c.country, members.c.quiet_from, members.c.quiet_until)
    query = select(*columns).join(memberships, memberships.c.person == members.c.id)
    rows = await tx.all(query.where(memberships.c.group_id == group).distinct())
    return [_kind(tx.now, row.country, row.quiet_from, row.quiet_until) for row in rows]


def _kind(now: datetime, country: str, quiet_from: str, quiet_until: str) -> Kind:
    zone = countries.get(country).zone if countries.known(country) else ZoneInfo("UTC")
    news_at = partial(quiet.news_at, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
    at = news_at(morning.astimezone(now.tzinfo))
    return Kind(country, quiet_from, quiet_until, news_at(now), at)


def _is(kind: Kind) -> ColumnElement[bool]:
    return and_(
        members.c.country == kind.country,
        members.c.quiet_from == kind.quiet_from,
        members.c.quiet_until == kind.quiet_until,
    )


async def _set_digests(tx: Tx, people: Select[tuple[str]], kind: Kind) -> int:
    """Set a digest for each of these members who has none coming: in the morning, or when they wake."""
    awake = literal(kind.morning, Instant)
    sleeps = kind.wakes_at > tx.now
    at: Any = (
        case((memberships.c.mode == Mode.DAILY.value, awake), else_=literal(kind.wakes_at, Instant))
        if sleeps
        else awake
    )
    at = case((memberships.c.paused_until > at, memberships.c.paused_until), else_=at)
    row = (random_id(tx), literal(KIND), members.c.id, members.c.id, at)
    made = sqlite.insert(due.due) if tx.is_sqlite else postgresql.insert(due.due)
    chosen = people.with_only_columns(*row)
    statement = made.from_select(["id", "kind", "subject", "person", "at"], chosen)
    return await tx.run(statement.on_conflict_do_nothing(index_elements=["kind", "subject"]))


async def _news(tx: Tx, group: str, person: str, *, since: datetime | None, limit: int) -> News:
    """Return what came into a group since an instant, or since they joined it, and not at once to this member."""
    got = exists().where(
        outbox.outbox.c.mailing == posts.c.id,
        outbox.outbox.c.address == addresses.c.id,
        addresses.c.person == person,
        outbox.outbox.c.stage.in_(_REACHED),
    )
    is_muted = exists().where(mutes.c.person == person, mutes.c.muted == posts.c.person, mutes.c.named == posts.c.named)
    new = and_(
        posts.c.group_id == group,
        posts.c.state == posts_.State.UP.value,
        posts.c.up_at > (since or await _joined(tx, group, person)),
        posts.c.person != person,
        ~got,
        ~is_muted,
    )
    many = int(await tx.scalar(select(func.count()).select_from(posts).where(new)) or 0)
    rows = await tx.all(select(posts.c.id).where(new).order_by(posts.c.up_at.desc(), posts.c.id).limit(limit))
    found = [await posts_.find(tx, post=row.id) for row in rows]
    return News(group, tuple(each for each in found if each is not None), many)


async def _heard(tx: Tx, group: str, person: str) -> Any:
    return await tx.first(select(heard).where(heard.c.group_id == group, heard.c.person == person))


async def _joined(tx: Tx, group: str, person: str) -> datetime:
    query = select(memberships.c.at).where(memberships.c.group_id == group, memberships.c.person == person)
    return (await tx.scalar(query)) or tx.now


_REACHED = tuple(int(stage) for stage in outbox.Stage if stage is not outbox.Stage.FAILED)
