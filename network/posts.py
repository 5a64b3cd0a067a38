"""Posts: what members say in a group, under the line that they chose and never with a number.

A post is heard by the members of its group (``network/hearing.py``), with its reactions and reports
(``network/reactions.py``). A reply stands below the post that began its thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Row, String, Table, delete, func, select, update

from network import approvals, attribution, audit, conversations, files, groups, mailings, members, regimes
from network.approvals import Approval, Decision
from network.attribution import Attribution
from network.errors import Conflict, Forbidden, Missing, NetworkError
from network.groups import Group, Talk
from network.ids import new_id
from network.store import Instant, Tx, metadata

KIND = "post"  # the kind of request: a post that waits for a word
REPORTED = "posted"  # the kind of request: a post that was reported
DECIDE = "decide"  # the conversation in which coordinators see what waits for them
TEXT = (2, 600)  # characters, fewest and most: with the lines around it, it is one message in either app
PACE = ((3, timedelta(minutes=10)), (10, timedelta(days=1)))  # posts of one member in a span, in all groups
KEEP = timedelta(days=90)
LATEST = 30  # posts of a list


class State(StrEnum):
    """Where a post stands."""

    WAITING = "waiting"  # for a word of those who moderate
    UP = "up"
    HIDDEN = "hidden"  # reported by several, until somebody decides
    GONE = "gone"  # taken back, or away: nothing of it is left


class TooMany(NetworkError):
    """A member posts faster than others can read."""


posts = Table(
    "posts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("root", String(32), index=True),  # the post that began its thread; None: it began one
    Column("named", Boolean, nullable=False),  # with the display name, while its author is not in private mode
    Column("state", String(8), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", LargeBinary),
    Column("file", String(32), nullable=False, server_default=""),  # a voice message or picture in its place
    Column("looked_at", Boolean, nullable=False, server_default="0"),  # reported, and kept
    Column("at", Instant, nullable=False, index=True),
    Column("up_at", Instant),
    Column("corrected_at", Instant),
)
Index("ix_posts_group_up_at", posts.c.group_id, posts.c.up_at)


@dataclass(frozen=True)
class Post:
    """One post; ``root`` is "" for one that began a thread. Of one that is gone only this much is left."""

    id: str
    group: str
    person: str
    root: str
    named: bool
    state: State
    language: str
    text: str = field(repr=False)
    file: str
    looked_at: bool
    at: datetime
    up_at: datetime | None
    corrected_at: datetime | None

    @property
    def is_up(self) -> bool:
        """Whether members can read it."""
        return self.state is State.UP


@dataclass(frozen=True)
class Shown:
    """A post as its readers see it."""

    post: Post
    line: Attribution


async def write(
    tx: Tx, *, group: str, person: str, text: str, language: str, file: str = "", named: bool = True, to: str = ""
) -> dict[str, Any]:
    """Say something in a group, ``to`` a post or to all. Raise Forbidden, Missing, TooMany.

    Returns its id (``post``), whether it is ``up``, and where a word is needed first the ``approval`` and
    the ``deciders``. In a moderated group, and on quiet days of the author's country, that is so.
    """
    where = await groups.get(tx, group=group)
    if not await may_speak(tx, group=where, person=person):
        raise Forbidden
    await _hold_back(tx, person)
    root = await _root(tx, group, to) if to else None
    post = new_id()
    row = {"id": post, "group_id": group, "person": person, "root": root, "language": language, "file": file}
    sealed = tx.seal.seal("posts.text", post, text) if text else None
    values = {**row, "named": named, "state": State.WAITING.value, "text": sealed, "at": tx.now}
    await tx.run(posts.insert(), values)
    if await _needs_a_word(tx, where, person):
        return {"post": post, "up": False, **await _ask(tx, KIND, post, by=person, group=where)}
    await publish(tx, post=post)
    return {"post": post, "up": True, "approval": "", "deciders": []}


async def publish(tx: Tx, *, post: str) -> None:
    """Let a post be read; again, it changes nothing."""
    waiting = (posts.c.id == post, posts.c.state == State.WAITING.value)
    await tx.run(update(posts).where(*waiting).values(state=State.UP.value, up_at=tx.now))


async def may_speak(tx: Tx, *, group: Group, person: str) -> bool:
    """Whether somebody may say something in a group: of its news only those who hold a seat do."""
    if group.talk is Talk.NEWS and not await _is_seated(tx, group.id, person):
        return False
    return await groups.may_post(tx, group=group.id, person=person)


async def set_talk(tx: Tx, *, group: str, by: str, talk: Talk | str) -> None:
    """Change who is heard in a group. Raise Forbidden for whoever holds no seat there. Audited."""
    if not await _is_seated(tx, group, by):
        raise Forbidden
    await tx.run(update(groups.groups).where(groups.groups.c.id == group).values(talk=Talk(talk).value))
    await audit.record(tx, act="talk", actor=by, subject=group, detail=Talk(talk).value)


async def find(tx: Tx, *, post: str) -> Post | None:
    """Return a post, or None."""
    row = await tx.first(select(posts).where(posts.c.id == post))
    return None if row is None else _post(tx, row)


async def readable(tx: Tx, *, post: str, person: str) -> Post | None:
    """Return a post that somebody may read: one that is up, in a group of theirs, or one of their own. Or None."""
    found = await find(tx, post=post)
    if found is None or found.state is State.GONE or not (found.is_up or found.person == person):
        return None
    return found if await groups.membership(tx, group=found.group, person=person) is not None else None


async def latest(tx: Tx, *, group: str, limit: int = LATEST) -> list[Post]:
    """Return the threads of a group, those that were begun last before the others."""
    query = select(posts).where(posts.c.group_id == group, posts.c.state == State.UP.value, posts.c.root.is_(None))
    rows = await tx.all(query.order_by(posts.c.up_at.desc(), posts.c.id).limit(limit))
    return [_post(tx, row) for row in rows]


async def below(tx: Tx, *, post: str, limit: int = LATEST) -> list[Post]:
    """Return what was replied to a post, the oldest first."""
    query = select(posts).where(posts.c.root == post, posts.c.state == State.UP.value)
    rows = await tx.all(query.order_by(posts.c.up_at.desc(), posts.c.id).limit(limit))
    return [_post(tx, row) for row in reversed(rows)]


async def shown(tx: Tx, *, found: Sequence[Post]) -> list[Shown]:
    """Return posts with what may be said of their authors today: the name they are known by, or side and region."""
    known = await members.get_many(tx, people=[each.person for each in found])
    return [Shown(each, line(known[each.person], named=each.named)) for each in found if each.person in known]


def line(member: members.Member, *, named: bool) -> Attribution:
    """Return what is said of a member who posts, never more than name and country."""
    named = named and bool(member.name) and member.visibility != "private"
    level = attribution.PERSON if named else attribution.REGION
    return replace(attribution.of_member(member, level=level), organisation="")


async def correct(tx: Tx, *, post: str, person: str, text: str) -> None:
    """Change what one has posted. Raise Missing; Conflict where others had to agree to the words."""
    found = await _own(tx, post, person)
    if await _needs_a_word(tx, await groups.get(tx, group=found.group), person):
        raise Conflict
    sealed = tx.seal.seal("posts.text", post, text)
    await tx.run(update(posts).where(posts.c.id == post).values(text=sealed, corrected_at=tx.now))


async def may_correct(tx: Tx, *, post: Post, person: str) -> bool:
    """Whether somebody may change the words of a post: their own, where nobody had to agree to them."""
    if post.person != person or post.file or not post.is_up:
        return False
    return not await _needs_a_word(tx, await groups.get(tx, group=post.group), person)


async def take_back(tx: Tx, *, post: str, person: str) -> None:
    """Take back what one has posted; what was not sent of it never is. Raise Missing."""
    await _own(tx, post, person)
    await remove(tx, post=post)


async def remove(tx: Tx, *, post: str) -> None:
    """Take a post away, with its file and what is to be decided about it; only that it was there is known."""
    found = await find(tx, post=post)
    if found is None:
        return
    await mailings.stop(tx, mailing=post)
    await approvals.withdraw(tx, subject=post)
    if found.file:
        await files.forget(tx, [found.file])
    gone = {"state": State.GONE.value, "text": None, "file": ""}
    await tx.run(update(posts).where(posts.c.id == post).values(**gone))


async def report(tx: Tx, *, post: str, by: str) -> dict[str, Any]:
    """Bring a post before those who hold seats, on both sides; return the ``approval`` and the ``deciders``.

    Neither who wrote it nor who reports it decides. Raise Missing.
    """
    found = await readable(tx, post=post, person=by)
    if found is None or found.person == by:
        raise Missing
    if found.looked_at:
        return {"approval": "", "deciders": []}
    group = await groups.get(tx, group=found.group)
    return await _ask(tx, REPORTED, post, by=by, group=group, wish={approvals.WRITER: found.person})


async def hide(tx: Tx, *, post: str) -> None:
    """Let nobody read a post until somebody has decided; what was not sent of it never is."""
    if await tx.run(update(posts).where(posts.c.id == post, _IS_UP).values(state=State.HIDDEN.value)):
        await mailings.stop(tx, mailing=post)


async def waiting(tx: Tx, approval: Approval, _language: str) -> Shown | None:
    """Return the post that waits for a word, or None when it is gone."""
    return await _decided_on(tx, approval, State.WAITING)


async def reported(tx: Tx, approval: Approval, _language: str) -> Shown | None:
    """Return the post that was reported, or None when it is gone."""
    return await _decided_on(tx, approval, State.UP, State.HIDDEN)


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Let a post be read, or not; return its author, "" when it is gone."""
    found = await waiting(tx, approval, "")
    if found is None:
        return ""
    if state is Decision.APPROVED:
        await publish(tx, post=approval.subject)
    else:
        await remove(tx, post=approval.subject)
    return found.post.person


async def look_at(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Keep a reported post for good, or take it away; return whom to tell: who reported it, or its author."""
    found = await reported(tx, approval, "")
    await approvals.forget_wish(tx, approval=approval.id)
    if found is None:
        return ""
    if state is not Decision.APPROVED:
        await remove(tx, post=approval.subject)
        return found.post.person
    keep = {"state": State.UP.value, "looked_at": True}
    await tx.run(update(posts).where(posts.c.id == approval.subject).values(**keep))
    return approval.by


async def forget(tx: Tx, *, person: str) -> None:
    """Erase what somebody posted, and end what coordinators read of it."""
    mine = [row.id for row in await tx.all(select(posts.c.id).where(posts.c.person == person))]
    table = approvals.approvals
    for post in mine:
        await remove(tx, post=post)
        asked = [row.id for row in await tx.all(select(table.c.id).where(table.c.subject == post))]
        await conversations.end_about(tx, name=DECIDE, ids=asked)
        await tx.run(delete(table).where(table.c.id.in_(asked)))
    await tx.run(delete(posts).where(posts.c.person == person))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give one member what another posted: two memberships of one human being."""
    await tx.run(update(posts).where(posts.c.person == person).values(person=to))


async def copy(tx: Tx, *, person: str) -> list[dict[str, Any]]:
    """Return what somebody posted, as JSON to be read by them."""
    query = select(posts).where(posts.c.person == person, posts.c.state != State.GONE.value).order_by(posts.c.at)
    found = [_post(tx, row) for row in await tx.all(query)]
    return [
        {"text": each.text, "file": bool(each.file), "named": each.named, "state": each.state.value, "at": str(each.at)}
        for each in found
    ]


async def sweep(tx: Tx) -> int:
    """Forget the posts of three months ago; return how many."""
    old = [row.id for row in await tx.all(select(posts.c.id).where(posts.c.at < tx.now - KEEP).limit(LATEST * 10))]
    for post in old:
        await remove(tx, post=post)
    return await tx.run(delete(posts).where(posts.c.id.in_(old)))


async def _hold_back(tx: Tx, person: str) -> None:
    """Raise TooMany for somebody who has posted as much as others can read. What was taken back counts."""
    for most, span in PACE:
        query = select(func.count()).where(posts.c.person == person, posts.c.at > tx.now - span)
        if int(await tx.scalar(query) or 0) >= most:
            raise TooMany


async def _root(tx: Tx, group: str, to: str) -> str:
    """Return the post that began the thread of another one; raise Missing."""
    found = await find(tx, post=to)
    if found is None or not found.is_up or found.group != group:
        raise Missing
    return found.root or found.id


async def _needs_a_word(tx: Tx, group: Group, person: str) -> bool:
    if await _is_seated(tx, group.id, person):
        return False
    member = await members.get(tx, person=person)
    return group.talk is Talk.MODERATED or (await regimes.of(tx, member.country)).is_quiet


async def _is_seated(tx: Tx, group: str, person: str) -> bool:
    return person in {seat.person for seat in await groups.seated(tx, group=group)}


async def _ask(tx: Tx, kind: str, post: str, *, by: str, group: Group, wish: Any = None) -> dict[str, Any]:
    asked = {"kind": kind, "subject": post, "by": by, "country": group.country, "group": group.id, "wish": wish}
    is_new = not await approvals.is_pending(tx, kind=kind, subject=post)
    approval = await approvals.ask(tx, **asked)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval) if is_new else []}


async def _own(tx: Tx, post: str, person: str) -> Post:
    found = await find(tx, post=post)
    if found is None or found.person != person or found.state is State.GONE:
        raise Missing
    return found


async def _decided_on(tx: Tx, approval: Approval, *states: State) -> Shown | None:
    found = await find(tx, post=approval.subject)
    if found is None or found.state not in states:
        return None
    return next(iter(await shown(tx, found=[found])), None)


def _post(tx: Tx, row: Row[Any]) -> Post:
    return Post(
        id=row.id,
        group=row.group_id,
        person=row.person,
        root=row.root or "",
        named=row.named,
        state=State(row.state),
        language=row.language,
        text=tx.seal.open("posts.text", row.id, row.text) if row.text else "",
        file=row.file,
        looked_at=row.looked_at,
        at=row.at,
        up_at=row.up_at,
        corrected_at=row.corrected_at,
    )


_IS_UP = posts.c.state == State.UP.value
