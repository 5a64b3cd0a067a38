"""News: who hears at once of a practice that was just published, and what is in the digest of a member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from network import digests as digests_
from network import outbox, practices, questions, topics
from network.digests import KIND, SETTLED, Pace, digests
from network.due import due
from network.ids import new_id
from network.members import State, members
from network.practices import Practice, practice_topics
from network.store import Instant, Tx, metadata
from network.topics import follows

AT_MOST_A_DAY = 3  # notices at once to one member; what is over comes in the digest
AT_ONCE = 1000  # members told in one step
DAY = timedelta(days=1)
SHOWN = 5  # practices of a digest; the others are counted
LATEST = 20  # practices of a list
OWN_SHOWN = 3  # adaptations of what the member shared
LOOK_BACK = timedelta(weeks=1)  # how far "what is new" goes where no digest came yet
KEEP = timedelta(days=30)
TIDIED = 200  # members looked after in one step

told = Table(
    "told",
    metadata,
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("practice", String(32), ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", Instant, nullable=False, index=True),
    Column("letter", String(32), index=True),  # of the digest that told of it; None: a notice of its own
)


@dataclass(frozen=True)
class Edition:
    """What is new for one member: practices on their topics, adaptations of what they shared, and how many more.

    ``asked`` are the topics of new questions that they may answer, one of each question.
    """

    practices: tuple[Practice, ...] = ()
    adaptations: tuple[Practice, ...] = ()
    more: int = 0
    asked: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.practices or self.adaptations or self.asked)


async def announce(tx: Tx, *, practice: str) -> dict[str, list[str]]:
    """Return who is to hear of a published practice now, by the language they read, and keep that they heard.

    They are active, follow one of its topics or its field at once, are not its author, did not hear of it
    before, and had fewer than three such notices within a day. Raise Missing.
    """
    found = await practices.get(tx, practice=practice)
    if found.state is not practices.State.PUBLISHED:
        return {}
    meant = {code for topic in found.topics for code in (topic, topic.partition(".")[0])}
    query = (
        select(members.c.id, members.c.language)
        .where(
            members.c.state == State.ACTIVE.value,
            members.c.id != (found.author or ""),
            _follows_at_once(meant),
            ~exists().where(told.c.person == members.c.id, told.c.practice == practice),
            _today(tx) < AT_MOST_A_DAY,
        )
        .order_by(members.c.id)
        .limit(AT_ONCE)
    )
    heard: dict[str, list[str]] = {}
    for row in await tx.all(query):
        heard.setdefault(row.language, []).append(row.id)
    rows = [{"person": person, "practice": practice, "at": tx.now} for people in heard.values() for person in people]
    if rows:
        await tx.run(insert(told), rows)
    return heard


async def heard(tx: Tx, *, person: str, practice: str) -> None:
    """Keep that a member heard of a practice by another notice: it is told them once."""
    await tx.add(told, key=("person", "practice"), person=person, practice=practice, at=tx.now)


async def edition(tx: Tx, *, person: str, language: str, since: datetime) -> Edition:
    """Return what came since an instant for a member: in their language where there is a text in it.

    Left out are their own practices, the starter collection, what they heard of before, and silent topics.
    """
    codes = await _heard_topics(tx, person)
    unheard = ~exists().where(told.c.person == person, told.c.practice == practices.practices.c.id)
    fresh = _new_of_others(person, since, tx.now - SETTLED).where(unheard)
    new, many = await _newest(tx, _on_topics(fresh, codes), SHOWN) if codes else ([], 0)
    adapted, adaptations = await _newest(tx, _adapted(fresh, person), OWN_SHOWN)
    found = await practices.read(tx, [*new, *adapted], language)
    return Edition(
        tuple(found[practice] for practice in new if practice not in adapted),
        tuple(found[practice] for practice in adapted),
        more=many - len(new) + adaptations - len(adapted),
        asked=tuple(each.topic for each in await questions.open_for(tx, person=person) if each.asked_at > since),
    )


async def weekly(tx: Tx, *, person: str, language: str) -> tuple[Edition, str]:
    """Make a member's digest and set the next; return it and what its message is known by.

    One that was not sent since is taken back and told anew within this one: after an absence there is
    one digest, not many. Empty when they follow nothing, or nothing is new.
    """
    last = await digests_.of(tx, person=person)
    if last is None or not await _heard_topics(tx, person):
        return Edition(), ""
    since = last.since if await _take_back(tx, last.letter) else last.until
    found = await edition(tx, person=person, language=language, since=since)
    letter = "" if found.is_empty else new_id()
    await digests_.told(tx, person=person, since=since, letter=letter)
    await digests_.arm(tx, person=person)
    named = [each.id for each in (*found.practices, *found.adaptations)]
    if named:
        await tx.run(delete(told).where(told.c.person == person, told.c.practice.in_(named)))
        rows = [{"person": person, "practice": each, "at": tx.now, "letter": letter} for each in named]
        await tx.run(insert(told), rows)
    return found, letter


async def latest(tx: Tx, *, person: str) -> list[str]:
    """Return the ids of what is new for a member, the newest first: of a week, or since their last digest began."""
    last = await digests_.of(tx, person=person)
    since = min(last.since, tx.now - LOOK_BACK) if last is not None and last.letter else tx.now - LOOK_BACK
    codes = await _heard_topics(tx, person)
    fresh = _new_of_others(person, since, tx.now)
    found = [await _newest(tx, _on_topics(fresh, codes), LATEST)] if codes else []
    found.append(await _newest(tx, _adapted(fresh, person), LATEST))
    return list(dict.fromkeys(each for ids, _many in found for each in ids))


async def take_back(tx: Tx, *, practice: str) -> None:
    """Take back the news that names a practice and was not sent yet: what else a digest told comes again.

    For what is withdrawn, and when its author wants less said of them.
    """
    await outbox.withdraw(tx, about=practice)
    digested = select(told.c.letter).where(told.c.practice == practice, told.c.letter.is_not(None))
    for row in await tx.all(digested):
        if await _take_back(tx, row.letter):
            await tx.run(update(digests).where(digests.c.letter == row.letter).values(until=digests.c.since))


async def forget_author(tx: Tx, *, author: str) -> None:
    """Take back the unsent news of everything that somebody shared. For the erasure, before it is unlinked."""
    table = practices.practices
    for row in await tx.all(select(table.c.id).where(table.c.author == author)):
        await take_back(tx, practice=row.id)


async def sweep(tx: Tx) -> int:
    """Forget who heard of what a month ago, and set the digests that got lost; return how many were set.

    One gets lost when its member cannot be reached at its time.
    """
    await tx.run(delete(told).where(told.c.at < tx.now - KEEP))
    query = (
        select(follows.c.person)
        .distinct()
        .join(members, members.c.id == follows.c.person)
        .outerjoin(digests, digests.c.person == follows.c.person)
        .outerjoin(due, (due.c.kind == KIND) & (due.c.subject == follows.c.person))
        .where(due.c.id.is_(None), members.c.state == State.ACTIVE.value, topics.pace_of() != Pace.SILENT.value)
    )
    people = [row.person for row in await tx.all(query.order_by(follows.c.person).limit(TIDIED))]
    for person in people:
        await topics.arrange(tx, person=person)
    return len(people)


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member have heard of what another heard: two memberships of one human being."""
    both = select(told.c.practice).where(told.c.person == to)
    await tx.run(update(told).where(told.c.person == person, told.c.practice.not_in(both)).values(person=to))


async def _take_back(tx: Tx, letter: str) -> bool:
    """Take an unsent digest back; return whether it was unsent."""
    if not letter or not await outbox.withdraw(tx, about=letter):
        return False
    await tx.run(delete(told).where(told.c.letter == letter))
    return True


def _follows_at_once(meant: set[str]) -> ColumnElement[bool]:
    return exists().where(
        follows.c.person == members.c.id,
        digests.c.person == members.c.id,
        follows.c.topic.in_(sorted(meant)),
        topics.pace_of() == Pace.INSTANT.value,
    )


def _today(tx: Tx) -> ColumnElement[int]:
    """Return the expression for how many notices a member had within a day."""
    theirs = (told.c.person == members.c.id) & told.c.letter.is_(None)
    return select(func.count()).where(theirs, told.c.at > tx.now - DAY).scalar_subquery()


async def _heard_topics(tx: Tx, person: str) -> list[str]:
    """Return the topics that a member hears of, with those below a field."""
    query = select(follows.c.topic).join(digests, digests.c.person == follows.c.person)
    rows = await tx.all(query.where(follows.c.person == person, topics.pace_of() != Pace.SILENT.value))
    return sorted(topics.spread(row.topic for row in rows))


async def _newest(tx: Tx, query: Select[Any], limit: int) -> tuple[Sequence[str], int]:
    """Return the ids of the newest of these practices, and how many there are in all."""
    table = practices.practices
    counted = query.add_columns(func.count().over().label("many"))
    rows = await tx.all(counted.order_by(table.c.published_at.desc(), table.c.id).limit(limit))
    return [row.id for row in rows], rows[0].many if rows else 0


def _new_of_others(person: str, since: datetime, until: datetime) -> Select[Any]:
    table = practices.practices
    return select(table.c.id).where(
        table.c.state == practices.State.PUBLISHED.value,
        table.c.published_at > since,
        table.c.published_at <= until,
        or_(table.c.author != person, table.c.author.is_(None)),
        ~table.c.editorial,
    )


def _on_topics(fresh: Select[Any], codes: Sequence[str]) -> Select[Any]:
    of_practice = practice_topics.c.practice == practices.practices.c.id
    return fresh.where(exists().where(of_practice, practice_topics.c.topic.in_(codes)))


def _adapted(fresh: Select[Any], person: str) -> Select[Any]:
    source = practices.practices.alias()
    return fresh.where(exists().where(source.c.id == practices.practices.c.origin, source.c.author == person))
