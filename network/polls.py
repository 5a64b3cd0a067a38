"""Polls: what is asked, of whom, from when to when, and how (D8, D10).

A coordinator makes one, a member may propose one. Beyond one group both sides agree before it opens
(approvals of the kind ``poll``). ``rounds.py`` opens and closes it, ``ballots.py`` takes the votes,
``results.py`` says what came out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
    delete,
    select,
    update,
)

from network import approvals, audiences, darkness, groups, members, poll_options
from network.audiences import Audience
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.members import SIDES
from network.poll_options import MOST_OPTIONS, Choice
from network.store import Instant, Tx, metadata

APPROVAL = "poll"  # the kind of the approval


class Kind(StrEnum):
    """How it is answered."""

    ONE = "one"
    SEVERAL = "several"  # ``most`` of them at most; 0: as many as one likes
    RANKING = "ranking"  # by successive choices, the best first; ``most`` places at most, 0: all
    SCALE = "scale"  # one step of a scale: never shuffled
    YES_NO = "yesno"  # three options: yes, no, abstain
    TEXT = "text"  # a short text


class Shown(StrEnum):
    """When the results are shown. Those of a secret poll appear only at close."""

    AT_ONCE = "once"
    TO_VOTERS = "voters"  # at once to those who voted, to everybody at close
    AT_CLOSE = "close"


class State(StrEnum):
    """Where a poll stands."""

    PROPOSED = "proposed"  # by a member; a coordinator may take it up
    DRAFT = "draft"
    ASKED = "asked"  # for the yes of both sides
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PLAIN = (
    "most",
    "secret",
    "opens_at",
    "closes_at",
    "remind_at",
    "adding",
    "shuffled",
    "months",
    "zone",
    "template",
    "topic",
)
EDITABLE = (State.PROPOSED.value, State.DRAFT.value)


class OneSided(Conflict):
    """The group has no coordinator of the other side yet: until then nobody polls it."""


polls = Table(
    "polls",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("by", String(32), index=True),  # None once they have left
    Column("proposer", String(32), index=True),
    Column("state", String(10), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("most", SmallInteger, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("shown", String(10), nullable=False),
    Column("adding", Boolean, nullable=False),
    Column("shuffled", Boolean, nullable=False),
    Column("audience", Text, nullable=False),  # JSON of codes
    Column("quorum", Text, nullable=False),  # JSON: votes wanted of each side
    Column("opens_at", Instant),  # None: as soon as it may
    Column("closes_at", Instant, nullable=False),
    Column("remind_at", Instant),
    Column("series", String(32), nullable=False, index=True),
    Column("round", SmallInteger, nullable=False),
    Column("months", SmallInteger, nullable=False),  # until it is asked again; 0: never
    Column("zone", String(40), nullable=False),  # whose wall time a repeated poll keeps
    Column("template", String(32), nullable=False),
    Column("topic", String(32), nullable=False),
    Column("tags", Text, nullable=False),  # JSON: what it tells of
    Column("question", LargeBinary, nullable=False),  # {language: text}
    Column("outcome", LargeBinary),  # what we did about it: {language: text}
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    Column("digest", String(64), nullable=False, server_default=""),  # of all receipts
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Plan:
    """How a poll is asked. ``opens_at`` None: as soon as it may; ``quorum`` is how many votes of each side it wants.

    ``most`` limits several and ranking (0: no limit); ``adding`` lets members add options; ``shuffled`` shows
    substantive options in an order of each person's own; ``months`` is after how long it is asked again (0: never),
    at the same wall time in ``zone``; ``remind_at`` is when those who have not answered are reminded. ``template``,
    ``topic`` and ``tags`` are codes that nothing here reads.
    """

    closes_at: datetime
    kind: Kind = Kind.ONE
    most: int = 0
    secret: bool = False
    shown: Shown = Shown.AT_CLOSE
    audience: Audience = field(default_factory=Audience)
    opens_at: datetime | None = None
    remind_at: datetime | None = None
    quorum: Mapping[str, int] = field(default_factory=dict)
    adding: bool = False
    shuffled: bool = True
    months: int = 0
    zone: str = "UTC"
    template: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poll:
    """A poll. ``by`` and ``proposer`` are person ids, never to be shown; ``question`` is its text by language."""

    id: str
    by: str | None = field(repr=False)
    proposer: str | None = field(repr=False)
    state: State
    plan: Plan
    question: dict[str, str] = field(repr=False)
    outcome: dict[str, str] = field(repr=False)
    choices: tuple[Choice, ...]
    series: str
    round: int
    opened_at: datetime | None
    closed_at: datetime | None
    digest: str

    @property
    def is_shuffled(self) -> bool:
        """Whether each person sees the substantive options in an order of their own; a scale keeps its own."""
        return self.plan.shuffled and self.plan.kind not in {Kind.SCALE, Kind.YES_NO, Kind.TEXT}

    @property
    def places(self) -> int:
        """How many options one may choose or rank at most."""
        if self.plan.kind not in {Kind.SEVERAL, Kind.RANKING}:
            return 1
        return min(self.plan.most or len(self.choices), len(self.choices))


async def draft(
    tx: Tx,
    *,
    by: str,
    question: Mapping[str, str],
    options: Sequence[Mapping[str, str]],
    plan: Plan,
    apart: Sequence[int] = (),
    proposed: bool = False,
) -> str:
    """Keep a poll that is being made, or ``proposed`` by a member; return its id. Raise Invalid, Forbidden.

    ``question`` and each of ``options`` are texts by language; ``apart`` are the places in ``options`` (from 0)
    of those that are no substantive answer. "Prefer not to say" is no option: it can always be chosen.
    """
    if not proposed:
        await check_maker(tx, by)
    _check(plan, question, options)
    poll = new_id()
    state = State.PROPOSED if proposed else State.DRAFT
    whose = {"by": None, "proposer": by} if proposed else {"by": by, "proposer": None}
    sealed = tx.seal.seal_json("polls.question", poll, dict(question))
    row = {"id": poll, "state": state.value, "series": poll, "round": 1, "question": sealed, "made_at": tx.now}
    await tx.run(polls.insert(), {**row, **whose, **_columns(plan)})
    await poll_options.put_all(tx, poll=poll, words=options, apart=apart)
    return poll


async def change(
    tx: Tx,
    *,
    poll: str,
    by: str,
    question: Mapping[str, str] | None = None,
    options: Sequence[Mapping[str, str]] | None = None,
    plan: Plan | None = None,
    apart: Sequence[int] = (),
) -> None:
    """Change what is given of one's own draft or proposal. Raise Missing, Conflict, Invalid."""
    found = await own(tx, poll=poll, by=by)
    if found.state.value not in EDITABLE:
        raise Conflict
    asked = dict(question) if question is not None else found.question
    choices = [choice.words for choice in found.choices] if options is None else options
    _check(plan or found.plan, asked, choices)
    sealed = tx.seal.seal_json("polls.question", poll, asked)
    await set_(tx, poll, question=sealed, **_columns(plan or found.plan))
    if options is not None:
        await poll_options.put_all(tx, poll=poll, words=options, apart=apart)


async def take_up(tx: Tx, *, poll: str, by: str) -> None:
    """Make a member's proposal the draft of a coordinator. Raise Forbidden, Missing; Conflict when it was."""
    await check_maker(tx, by)
    if (await lock(tx, poll=poll)).state is not State.PROPOSED:
        raise Conflict
    await set_(tx, poll, by=by, state=State.DRAFT.value)


async def ask(tx: Tx, *, poll: str, by: str) -> dict[str, Any]:
    """Ask for the yes of the other side, where it goes beyond one group. Raise Forbidden, Missing, Conflict, OneSided.

    Who speaks for no group with both sides seated asks nobody. Returns the ``approval``, "" where none is needed
    (``rounds.schedule`` may follow at once), and the ``deciders`` to tell.
    """
    await check_maker(tx, by)
    found = await own(tx, poll=poll, by=by)
    if found.state is not State.DRAFT:
        raise Conflict
    await set_(tx, poll, state=State.ASKED.value)
    if await is_within_own(tx, found):
        return {"approval": "", "deciders": []}
    return await ask_other_side(tx, kind=APPROVAL, poll=poll, by=by)


async def ask_other_side(
    tx: Tx, *, kind: str, poll: str, by: str, wish: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Put something about a poll before the side that has not spoken; return as ``ask`` does. Raise OneSided."""
    side = (await members.get(tx, person=by)).side
    other = next(each for each in SIDES if each != side)
    group = await _speaking(tx, by)
    if not group:
        raise OneSided
    approval = await approvals.ask(tx, kind=kind, subject=poll, by=by, group=group, side=other, wish=wish)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def is_within_own(tx: Tx, poll: Poll) -> bool:
    """Whether a poll asks one group only, which its maker coordinates. Raise OneSided."""
    if len(poll.plan.audience.groups) != 1:
        return False
    (group,) = poll.plan.audience.groups
    if not await groups.has_both_sides(tx, group=group):
        raise OneSided
    return group in {each.id for each in await groups.coordinated_by(tx, person=poll.by or "")}


async def refuse(tx: Tx, *, poll: str) -> None:
    """Keep a poll that was asked for, or proposed, from the members. Raise Missing, Conflict."""
    if (await lock(tx, poll=poll)).state not in {State.ASKED, State.PROPOSED}:
        raise Conflict
    await set_(tx, poll, state=State.REFUSED.value)


async def give_back(tx: Tx, *, poll: str) -> None:
    """Make a poll that was asked for a draft again: it is not to be as it is. Raise Missing, Conflict."""
    if (await lock(tx, poll=poll)).state is not State.ASKED:
        raise Conflict
    await set_(tx, poll, state=State.DRAFT.value)


async def add_option(tx: Tx, *, poll: str, by: str, words: Mapping[str, str]) -> int:
    """Let a member who is asked add an option to an open poll; return its number.

    Raise Missing, Forbidden, Invalid, Added, Full.
    """
    found = await lock(tx, poll=poll)
    if found.state is not State.OPEN or not found.plan.adding or not await is_asked(tx, poll=found, person=by):
        raise Forbidden
    return await poll_options.add(tx, poll=poll, there=found.choices, by=by, words=words)


async def get(tx: Tx, *, poll: str) -> Poll:
    """Return a poll with its choices; raise Missing."""
    return await _one(tx, select(polls).where(polls.c.id == poll))


async def find(tx: Tx, *, poll: str) -> Poll | None:
    """Return a poll, or None."""
    row = await tx.first(select(polls).where(polls.c.id == poll))
    return None if row is None else (await _polls(tx, [row]))[0]


async def lock(tx: Tx, *, poll: str) -> Poll:
    """Return a poll that nobody else changes, or votes in, until this transaction ends; raise Missing."""
    return await _one(tx, select(polls).where(polls.c.id == poll).with_for_update())


async def share(tx: Tx, *, poll: str) -> Poll:
    """Return a poll that is not closed or changed until this transaction ends; others vote meanwhile. Raise Missing."""
    return await _one(tx, select(polls).where(polls.c.id == poll).with_for_update(read=True))


async def own(tx: Tx, *, poll: str, by: str) -> Poll:
    """Return a poll that this person made or proposed, locked; raise Missing."""
    found = await lock(tx, poll=poll)
    if by not in {found.by, found.proposer if found.by is None else None}:
        raise Missing
    return found


async def mine(tx: Tx, *, by: str, only: Sequence[str] | None = None) -> list[Poll]:
    """Return what a person made or proposed, the newest first; ``only`` keeps these ids, in their order."""
    query = select(polls).where((polls.c.by == by) | (polls.c.proposer == by))
    return _chosen(await _polls(tx, await tx.all(query.order_by(polls.c.made_at.desc(), polls.c.id))), only)


async def proposed(tx: Tx, *, only: Sequence[str] | None = None) -> list[Poll]:
    """Return what members proposed and nobody took up, the oldest first."""
    query = select(polls).where(polls.c.state == State.PROPOSED.value).order_by(polls.c.made_at, polls.c.id)
    return _chosen(await _polls(tx, await tx.all(query)), only)


async def open_for(tx: Tx, *, person: str, only: Sequence[str] | None = None) -> list[Poll]:
    """Return the open polls that ask a member, the one that closes first at the head."""
    query = select(polls).where(polls.c.state == State.OPEN.value).order_by(polls.c.closes_at, polls.c.id)
    me = await members.find(tx, person=person)
    found = await _polls(tx, await tx.all(query)) if me is not None else []
    asked_now = [poll for poll in found if await is_asked(tx, poll=poll, person=person)]
    return _chosen([poll for poll in asked_now if me and await is_open(tx, poll=poll, country=me.country)], only)


async def closed_for(tx: Tx, *, person: str, limit: int = 20, only: Sequence[str] | None = None) -> list[Poll]:
    """Return the latest closed polls whose results a member may read, the newest first."""
    query = select(polls).where(polls.c.state == State.CLOSED.value).order_by(polls.c.closed_at.desc(), polls.c.id)
    found: list[Poll] = []
    at = 0
    while len(found) < limit and (page := await _polls(tx, await tx.all(query.limit(limit).offset(at)))):
        found += [poll for poll in page if poll.by == person or await is_asked(tx, poll=poll, person=person)]
        at += limit
    return _chosen(found[:limit], only)


async def closed_on(tx: Tx, *, topics: Sequence[str], limit: int) -> list[Poll]:
    """Return the latest closed polls about one of these topics, the newest first."""
    query = select(polls).where(polls.c.state == State.CLOSED.value, polls.c.topic.in_(topics))
    return await _polls(tx, await tx.all(query.order_by(polls.c.closed_at.desc(), polls.c.id).limit(limit)))


async def closed_rounds(tx: Tx, *, series: str) -> list[Poll]:
    """Return the closed polls of a series, the oldest first: a trend."""
    query = select(polls).where(polls.c.series == series, polls.c.state == State.CLOSED.value)
    return await _polls(tx, await tx.all(query.order_by(polls.c.round)))


async def is_open(tx: Tx, *, poll: Poll, country: str) -> bool:
    """Whether a poll takes the votes of a country now: one that was dark meanwhile has that much longer."""
    if poll.state is not State.OPEN or poll.opened_at is None:
        return False
    return tx.now < poll.plan.closes_at + await darkness.extension(tx, country=country, since=poll.opened_at)


async def is_asked(tx: Tx, *, poll: Poll, person: str) -> bool:
    """Whether a poll is for this member."""
    return await tx.first(asked(poll).where(members.members.c.id == person)) is not None


def asked(poll: Poll) -> Select[tuple[str]]:
    """Return the select of the ids of the members whom a poll is for."""
    return audiences.query(poll.plan.audience)


async def is_coordinating(tx: Tx, *, poll: Poll, person: str) -> bool:
    """Whether a person made this poll, or holds a seat in a group that it asks (any seat where it asks them all).

    What those in a dialogue are asked is for them and its hosts, who are in it.
    """
    if poll.plan.audience.series:
        return poll.by == person
    seats = {group.id for group in await groups.coordinated_by(tx, person=person)}
    meant = set(poll.plan.audience.groups)
    return poll.by == person or bool(seats & meant if meant else seats)


async def set_(tx: Tx, poll: str, **values: Any) -> None:
    """Change columns of a poll: for the nouns beside this one."""
    await tx.run(update(polls).where(polls.c.id == poll).values(**values))


async def renew(tx: Tx, *, poll: Poll, plan: Plan) -> str:
    """Make the next round of a series with the same words, scheduled; return its id."""
    row = new_id()
    sealed = tx.seal.seal_json("polls.question", row, poll.question)
    state = {"state": State.SCHEDULED.value, "series": poll.series, "round": poll.round + 1}
    whose = {"by": poll.by, "proposer": poll.proposer, "made_at": tx.now}
    await tx.run(polls.insert(), {"id": row, "question": sealed, **state, **whose, **_columns(plan)})
    for choice in poll.choices:
        await poll_options.put(tx, poll=row, number=choice.number, words=choice.words, apart=choice.apart)
    return row


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Give what one person made to another: two memberships of one human being."""
    for column in (polls.c.by, polls.c.proposer):
        await tx.run(update(polls).where(column == person).values({column: to}))
    await poll_options.hand_over(tx, person=person, to=to)


async def forget(tx: Tx, *, person: str) -> None:
    """Forget who made a poll or added an option; what nobody was asked yet goes altogether."""
    theirs = (polls.c.by == person) | (polls.c.proposer == person)
    unseen = (State.PROPOSED.value, State.DRAFT.value, State.ASKED.value, State.REFUSED.value)
    gone = [row.id for row in await tx.all(select(polls.c.id).where(theirs, polls.c.state.in_(unseen)))]
    for poll in gone:
        await approvals.withdraw(tx, subject=poll)
        await tx.run(delete(polls).where(polls.c.id == poll))
    for column in (polls.c.by, polls.c.proposer):
        await tx.run(update(polls).where(column == person).values({column: None}))
    await poll_options.forget(tx, person=person)


async def copy(tx: Tx, *, person: str) -> dict[str, Any]:
    """Return what somebody made, proposed and added, as JSON to be read by them."""
    made = [
        {"question": poll.question, "options": [choice.words for choice in poll.choices], "state": poll.state.value}
        for poll in await mine(tx, by=person)
    ]
    return {"made": made, "options_added": await poll_options.copy(tx, person=person)}


async def _speaking(tx: Tx, person: str) -> str:
    """Return the id of a group for which a coordinator speaks, with both sides seated; "" where there is none."""
    for group in await groups.coordinated_by(tx, person=person):
        if await groups.has_both_sides(tx, group=group.id):
            return group.id
    return ""


async def check_maker(tx: Tx, person: str) -> None:
    """Raise Forbidden unless somebody may make polls, and speak of them."""
    if not await groups.is_coordinator(tx, person=person):
        raise Forbidden


def _check(plan: Plan, question: Mapping[str, str], options: Sequence[Mapping[str, str]]) -> None:
    """Raise Invalid unless a poll can be asked so."""
    fewest = {Kind.TEXT: 0, Kind.YES_NO: 3}.get(plan.kind, 2)
    most = {Kind.TEXT: 0, Kind.YES_NO: 3}.get(plan.kind, MOST_OPTIONS)
    texts = [question, *options]
    good = fewest <= len(options) <= most and all(any(text.strip() for text in words.values()) for words in texts)
    times = [at for at in (plan.opens_at, plan.remind_at, plan.closes_at) if at is not None]
    early = plan.shown is not Shown.AT_CLOSE and plan.secret
    sides = all(side in SIDES and number >= 0 for side, number in plan.quorum.items())
    if not good or times != sorted(times) or early or not sides or plan.months < 0 or plan.most < 0:
        raise Invalid


def _columns(plan: Plan) -> dict[str, Any]:
    codes = {name: list(values) for name, values in asdict(plan.audience).items() if values}
    given = {name: getattr(plan, name) for name in PLAIN}
    return {**given, "kind": plan.kind.value, "shown": plan.shown.value} | {
        "audience": json.dumps(codes),
        "quorum": json.dumps(dict(plan.quorum)),
        "tags": json.dumps(list(plan.tags)),
    }


async def _one(tx: Tx, query: Select[Any]) -> Poll:
    row = await tx.one(query)
    return (await _polls(tx, [row]))[0]


async def _polls(tx: Tx, rows: Sequence[Row[Any]]) -> list[Poll]:
    found = await poll_options.of(tx, polls=[row.id for row in rows])
    return [_poll(tx, row, found[row.id]) for row in rows]


def _poll(tx: Tx, row: Row[Any], choices: Sequence[Choice]) -> Poll:
    codes = {name: tuple(values) for name, values in json.loads(row.audience).items()}
    plan = Plan(
        kind=Kind(row.kind),
        shown=Shown(row.shown),
        audience=Audience(**codes),
        quorum=json.loads(row.quorum),
        tags=tuple(json.loads(row.tags)),
        **{name: getattr(row, name) for name in PLAIN},
    )
    return Poll(
        id=row.id,
        by=row.by,
        proposer=row.proposer,
        state=State(row.state),
        plan=plan,
        question=tx.seal.open_json("polls.question", row.id, row.question),
        outcome={} if row.outcome is None else tx.seal.open_json("polls.outcome", row.id, row.outcome),
        choices=tuple(choices),
        series=row.series,
        round=row.round,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        digest=row.digest,
    )


def _chosen(found: list[Poll], only: Sequence[str] | None) -> list[Poll]:
    if only is None:
        return found
    by_id = {poll.id: poll for poll in found}
    return [by_id[poll] for poll in only if poll in by_id]
