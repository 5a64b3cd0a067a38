"""Dispatch: which calls of the outbox may be made now, and what became of them.

Everything that a provider limits is decided here, in the transaction that takes the rows: the
rate of the account, of the chat, the 24-hour window, and the people reached in a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from network import darkness, rates, reach, regimes, stops
from network.addresses import addresses
from network.among import among
from network.contents import contents
from network.mailings import mailings
from network.members import State, members
from network.outbox import DARK, EXPIRED, STOPPED, TAKEN_BACK, Stage, opener_row, outbox, ref_index
from network.rates import Limit
from network.store import Instant, Tx

DAY = timedelta(hours=24)
LEASE_S = 15.0  # renewed while a call is under way: what a dead process held is free that soon
OPENER_URGENCY = 1  # after replies, before everything else
LOST = "answer_lost"
UNREACHABLE = "unreachable"
GONE = "gone"  # the content was forgotten, with whom it spoke of


@dataclass(frozen=True)
class Limits:
    """What a provider lets one account send. ``window`` and ``reach`` are None where there is no window."""

    account: Limit
    chat: Limit
    group: Limit | None = None
    window: timedelta | None = None
    reach: int | None = None


@dataclass(frozen=True)
class Call:
    """One call to make now. ``body`` is empty for an opener, ``waiting`` then says how many are held.

    A ``shared`` body was not made to fit the channel. ``target`` is the provider's id of a message that this one
    corrects, or takes back where ``erases``.
    """

    id: str
    address: str
    external: str = field(repr=False)
    language: str
    body: str = field(repr=False)
    attempts: int
    again: bool
    opener: bool = False
    waiting: int = 0
    shared: bool = False
    target: str = field(default="", repr=False)
    erases: bool = False


@dataclass(frozen=True)
class Claim:
    """The calls to make now, in order, and when it is worth asking again at the latest (None: nothing waits)."""

    calls: list[Call]
    more_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a call: the stage it goes to, and why."""

    call: Call
    stage: Stage
    ref: str = field(default="", repr=False)
    ready_at: datetime | None = None
    error: str = ""
    ambiguous: bool = False
    tried: bool = True  # False: the call was given back without being made


@dataclass
class _Plan:
    """What a claim decided, before it is written."""

    take: list[Any] = field(default_factory=list)
    defer: list[dict[str, Any]] = field(default_factory=list)
    hold: list[Any] = field(default_factory=list)
    drop: list[Any] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)  # calls that wait until a country is light again
    refuse: dict[str, list[str]] = field(default_factory=dict)  # the ids of calls by why they are never made
    tats: dict[str, float] = field(default_factory=dict)
    more_at: float | None = None


@dataclass(frozen=True)
class _Reach:
    """How many more people may be reached outside the window, when another may be (if none), and what waits for each.

    ``held`` is by address; who has nothing held needs no opener.
    """

    left: int = 0
    more_at: float | None = None
    held: Mapping[str, int] = field(default_factory=dict)


async def homes(tx: Tx, *, which: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the channel and account of each address that exists."""
    rows = await tx.all(_HOMES, {"which": list(which)})
    return {row.id: (row.channel, row.account) for row in rows}


async def claim(tx: Tx, *, channel: str, account: str, limits: Limits, limit: int, lease_s: float = LEASE_S) -> Claim:
    """Take up to ``limit`` calls that every rate lets go now, under a lease of ``lease_s`` seconds.

    Urgent ones go first, and those to one address in their order. What is over a rate waits until
    it fits; what meets a closed window is held, and one opener is queued in its stead.
    """
    here = {"channel": channel, "account": account}
    if not tx.is_sqlite:
        await tx.run(_LOCK, {"name": f"jisr:{channel}:{account}"})
    keys = {"pause_key": pause_key(**here), "account_key": account_key(**here)}
    rows = await tx.all(_CANDIDATES, {**here, **keys, "now": tx.now, "limit": limit})
    if not rows:
        return Claim([])
    if (rows[0].paused or 0.0) > tx.now.timestamp():
        return Claim([], _instant(rows[0].paused))
    openers = [row.address for row in rows if row.opener]
    reach = await _reach(tx, here, limits, openers) if openers else _Reach()
    plan = _decide(tx, rows, limits, rows[0].overall or 0.0, reach)
    if plan.take:
        plan.tats[account_key(**here)] = plan.tats.pop("")
    taken = await _write(tx, here, plan, lease_s)
    shared = _Bodies(tx)
    calls = [_call(tx, row, reach.held, shared) for row in plan.take if row.id in taken]
    if plan.more_at is not None:
        return Claim(calls, _instant(plan.more_at))
    return Claim(calls, None if len(plan.take) == len(rows) < limit else tx.now)


async def record(tx: Tx, *, channel: str, outcomes: Sequence[Outcome], keep_bodies: bool = False) -> None:
    """Write what became of calls. A receipt that was faster is not undone.

    ``keep_bodies``: a receipt may still refuse what was sent, so that it must be sent again.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.call.id)  # as everybody locks them
    sent = [_sent(tx, channel, outcome) for outcome in ordered if outcome.stage is Stage.SENT]
    if sent:
        await tx.run(_SENT if keep_bodies else _SENT.values(body=None), sent)
    back = [_back(tx, outcome) for outcome in ordered if outcome.stage in (Stage.QUEUED, Stage.HELD)]
    if back:
        await tx.run(_BACK, back)
    failed = [_back(tx, outcome) for outcome in ordered if outcome.stage is Stage.FAILED]
    if failed:
        await tx.run(_BACK.values(body=None), failed)


async def renew(tx: Tx, *, calls: Sequence[str], lease_s: float = LEASE_S) -> datetime:
    """Hold calls under way for ``lease_s`` seconds from now; return until when. Those lost already stay lost."""
    until = tx.now + timedelta(seconds=lease_s)
    await tx.run(_RENEW, {"ids": sorted(calls), "until": until, "now": tx.now})
    return until


async def recover(tx: Tx, *, everything: bool = False) -> int:
    """End the leases that ran out (or all: no other process sends), and return how many.

    Whether those calls arrived is not known: they are made again or failed, as each row says.
    """
    lost = [outbox.c.stage == literal_column("2")]
    if not everything:
        lost.append(outbox.c.lease_until <= tx.now)
    values = {"ambiguous": True, "error": LOST, "lease_until": None}
    again = update(outbox).where(*lost, outbox.c.again.is_(True))
    never = update(outbox).where(*lost, outbox.c.again.is_(False))
    count = await tx.run(again.values(stage=Stage.QUEUED, ready_at=tx.now, **values))
    return count + await tx.run(never.values(stage=Stage.FAILED, body=None, **values))


async def pause(tx: Tx, *, channel: str, account: str, until: datetime) -> None:
    """Let nothing go out of an account until an instant; a longer pause stays."""
    await rates.extend(tx, key=pause_key(channel, account), tat=until.timestamp())


async def paused_until(tx: Tx, *, channel: str, account: str) -> datetime | None:
    """Return until when an account is paused, or None."""
    key = pause_key(channel, account)
    until = (await rates.load(tx, keys=(key,))).get(key, 0.0)
    return _instant(until) if until > tx.now.timestamp() else None


async def open_later(tx: Tx, *, channel: str, account: str, which: Iterable[str]) -> int:
    """Queue one opener for each of these addresses that has none since its person last wrote."""
    wanted = sorted(set(which))
    if not wanted:
        return 0
    present = {row.address for row in await tx.all(_OPENED, {"addresses": wanted, "day_ago": tx.now - DAY})}
    rows = [
        opener_row(tx, address=address, channel=channel, account=account, urgency=OPENER_URGENCY)
        for address in wanted
        if address not in present
    ]
    if rows:
        await tx.run(insert(outbox), rows)
    return len(rows)


def account_key(channel: str, account: str) -> str:
    """Return the key under which an account's overall rate is remembered."""
    return f"account:{channel}:{account}"


def pause_key(channel: str, account: str) -> str:
    """Return the key under which an account's pause is remembered."""
    return f"pause:{channel}:{account}"


def _decide(tx: Tx, rows: Sequence[Any], limits: Limits, tat: float, reach: _Reach) -> _Plan:
    """Choose what to do with each candidate, without doing it."""
    plan, now, left = _Plan(tats={"": tat}), tx.now.timestamp(), reach.left
    waiting: set[str] = set()
    for row in rows:
        if row.address in waiting:
            continue
        if useless := _is_useless(tx, row):
            plan.refuse.setdefault(useless, []).append(row.id)
        elif row.is_dark and row.urgency:
            plan.dark.append(row.id)
        elif row.opener and (row.last_inbound_at > row.created_at or row.address not in reach.held):
            plan.drop.append(row)
        elif not row.opener and _is_closed(tx, row, limits):
            plan.hold.append(row)
        elif row.opener and left <= 0:
            waiting.add(row.address)
            plan.defer.append({"the_id": row.id, "at": _instant(reach.more_at or now + DAY.total_seconds())})
        else:
            at = _take(tx, plan, row, limits, now)
            if at is None:
                left -= row.opener
                continue
            waiting.add(row.address)
            if plan.more_at is not None:
                break
    return plan


def _take(tx: Tx, plan: _Plan, row: Any, limits: Limits, now: float) -> float | None:
    """Take the row if the account's and the chat's rates let it; else return when it may go."""
    overall = rates.decide(limits.account, rates.sane(limits.account, plan.tats[""], now), now)
    if overall.at > now:
        plan.more_at = overall.at
        return overall.at
    if row.counts:
        limit = limits.chat
        if limits.group and _external(tx, row).startswith("-"):  # https://core.telegram.org/bots/api#chat
            limit = limits.group
        chat = rates.decide(limit, rates.sane(limit, plan.tats.get(row.address, row.tat or 0.0), now), now)
        if chat.at > now:
            plan.defer.append({"the_id": row.id, "at": _instant(chat.at)})
            return chat.at
        plan.tats[row.address] = chat.tat
    plan.tats[""] = overall.tat
    plan.take.append(row)
    return None


def _is_useless(tx: Tx, row: Any) -> str:
    """Return why a call is never made (a code), or an empty text."""
    if not row.reachable:
        return UNREACHABLE
    if row.state in _SILENT and row.urgency:
        return STOPPED
    if row.expires_at is not None and row.expires_at <= tx.now:
        return EXPIRED
    if row.stopped_at is not None and row.target is None:
        return TAKEN_BACK
    if row.target is not None and row.target_stage in {None, Stage.FAILED}:
        return TAKEN_BACK  # with what it corrects, which never came
    if row.content is not None and row.shared is None:
        return GONE
    return ""


def _is_closed(tx: Tx, row: Any, limits: Limits) -> bool:
    return limits.window is not None and bool(row.last_inbound_at <= tx.now - limits.window)


async def _write(tx: Tx, here: dict[str, str], plan: _Plan, lease_s: float) -> set[str]:
    """Write what was decided; return the ids of the calls that are still to be made: nobody took them back."""
    taken: set[str] = set()
    if plan.take:
        until = tx.now + timedelta(seconds=lease_s)
        ids = [row.id for row in plan.take]
        taken = {row.id for row in await tx.all(_TAKE, {"ids": ids, "until": until, "at": tx.now})}
        await rates.save(tx, tats=plan.tats)
    if plan.defer:
        await tx.run(_DEFER, plan.defer)
    if plan.drop:
        await _drop_openers(tx, plan.drop)
    for why, ids in plan.refuse.items():
        refused = update(outbox).where(outbox.c.id.in_(ids), outbox.c.stage == literal_column("1"))
        await tx.run(refused.values(stage=Stage.FAILED, error=why, body=None))
    if plan.dark:
        dark = update(outbox).where(outbox.c.id.in_(plan.dark), outbox.c.stage == literal_column("1"))
        await tx.run(dark.values(stage=Stage.HELD, error=DARK))
    if plan.hold:
        held = update(outbox).where(
            outbox.c.id.in_([row.id for row in plan.hold]), outbox.c.stage == literal_column("1")
        )
        await tx.run(held.values(stage=Stage.HELD))
        await open_later(tx, which={row.address for row in plan.hold}, **here)
    return taken


async def _drop_openers(tx: Tx, rows: Sequence[Any]) -> None:
    """Drop templates that are not needed any more; what was held for whoever has written is let go."""
    await tx.run(delete(outbox).where(outbox.c.id.in_([row.id for row in rows])))
    writers = [row.address for row in rows if row.last_inbound_at > row.created_at]
    held = (outbox.c.address.in_(writers), outbox.c.stage == literal_column("0"), outbox.c.error != DARK)
    await tx.run(update(outbox).where(*held).values(stage=Stage.QUEUED, ready_at=tx.now))


async def _reach(tx: Tx, here: dict[str, str], limits: Limits, openers: Sequence[str]) -> _Reach:
    held = await _held(tx, openers)
    if limits.reach is None:
        return _Reach(1 << 30, held=held)
    found = await tx.first(_REACHED, {**here, "day_ago": tx.now - DAY})
    count, oldest = (found.many, found.oldest) if found else (0, None)
    return _Reach(limits.reach - count, (oldest + DAY).timestamp() if oldest else None, held)


async def _held(tx: Tx, which: Sequence[str]) -> dict[str, int]:
    """Return how many calls are held for each of these addresses that has any that are still of use."""
    of_use = or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > tx.now)
    counted = select(outbox.c.address, func.count().label("many")).outerjoin(
        mailings, mailings.c.id == outbox.c.mailing
    )
    held = counted.where(outbox.c.stage == Stage.HELD, of_use, mailings.c.stopped_at.is_(None))
    rows = await tx.all(held.where(outbox.c.address.in_(which)).group_by(outbox.c.address))
    return {row.address: row.many for row in rows}


@dataclass
class _Bodies:
    """The shared bodies of one claim, each opened once."""

    tx: Tx
    opened: dict[str, str] = field(default_factory=dict, repr=False)

    def of(self, row: Any) -> str:
        """Return the body of a call, its own or the shared one."""
        if row.content is None:
            return "" if row.body is None else self.tx.seal.open("outbox.body", row.id, row.body)
        if row.content not in self.opened:
            self.opened[row.content] = self.tx.seal.open("contents.body", row.content, row.shared)
        return self.opened[row.content]


def _call(tx: Tx, row: Any, held: Mapping[str, int], bodies: _Bodies) -> Call:
    return Call(
        id=row.id,
        address=row.address,
        external=_external(tx, row),
        language=row.language,
        body=bodies.of(row),
        attempts=row.attempts + 1,
        again=row.again,
        opener=row.opener,
        waiting=held.get(row.address, 0),
        shared=row.content is not None,
        target="" if row.target_ref is None else tx.seal.open("outbox.ref", row.target, row.target_ref),
        erases=row.erases,
    )


def _external(tx: Tx, row: Any) -> str:
    return tx.seal.open("addresses.external", row.address, row.external)


def _sent(tx: Tx, channel: str, outcome: Outcome) -> dict[str, Any]:
    ref, row = outcome.ref, outcome.call.id
    return {
        "the_id": row,
        "the_ref": tx.seal.seal("outbox.ref", row, ref) if ref else None,
        "the_index": ref_index(tx, channel, ref) if ref else None,
        "at": tx.now,
    }


def _back(tx: Tx, outcome: Outcome) -> dict[str, Any]:
    return {
        "the_id": outcome.call.id,
        "to": outcome.stage,
        "at": outcome.ready_at or tx.now,
        "why": outcome.error[:64],
        "lost": outcome.ambiguous,
        "untried": 0 if outcome.tried else 1,
        "the_attempt": outcome.call.attempts,
    }


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_SILENT = frozenset({State.STOPPED.value, State.LOCKED.value})  # who gets no news
_NOW = bindparam("now", type_=Instant)
_AT = bindparam("at", type_=Instant)
_HERE = (outbox.c.channel == bindparam("channel"), outbox.c.account == bindparam("account"))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
_before = outbox.alias("before")
_BLOCKED = exists(
    select(literal_column("1")).where(
        _before.c.address == outbox.c.address,
        or_(
            _before.c.stage == literal_column("2"),
            and_(
                _before.c.stage == literal_column("1"),
                _before.c.ready_at > _NOW,
                or_(
                    _before.c.mailing.is_(None),
                    _before.c.mailing == outbox.c.mailing,
                    _before.c.attempts > literal_column("0"),
                ),  # what is for many, and waits for its hour, keeps nothing else from anybody
                or_(
                    _before.c.urgency < outbox.c.urgency,
                    and_(_before.c.urgency == outbox.c.urgency, _before.c.seq < outbox.c.seq),
                ),
            ),
        ),
    )
)
_target = outbox.alias("target")
_pause, _overall = rates.rates.alias("pause"), rates.rates.alias("overall")
_CANDIDATES = (
    select(
        outbox.c.id,
        outbox.c.address,
        outbox.c.body,
        outbox.c.attempts,
        outbox.c.again,
        outbox.c.counts,
        outbox.c.opener,
        outbox.c.created_at,
        outbox.c.expires_at,
        outbox.c.urgency,
        outbox.c.content,
        outbox.c.target,
        outbox.c.erases,
        contents.c.body.label("shared"),
        mailings.c.stopped_at,
        _target.c.ref.label("target_ref"),
        _target.c.stage.label("target_stage"),
        addresses.c.external,
        addresses.c.language,
        addresses.c.reachable,
        addresses.c.last_inbound_at,
        members.c.state,
        darkness.of(members.c.country).label("is_dark"),
        rates.rates.c.tat,
        _pause.c.tat.label("paused"),
        _overall.c.tat.label("overall"),
    )
    .join(addresses, addresses.c.id == outbox.c.address)
    .outerjoin(members, members.c.id == addresses.c.person)
    .outerjoin(rates.rates, rates.rates.c.key == outbox.c.address)
    .outerjoin(_pause, _pause.c.key == bindparam("pause_key"))
    .outerjoin(_overall, _overall.c.key == bindparam("account_key"))
    .outerjoin(contents, contents.c.id == outbox.c.content)
    .outerjoin(mailings, mailings.c.id == outbox.c.mailing)
    .outerjoin(_target, _target.c.id == outbox.c.target)
    .where(*_HERE, outbox.c.stage == literal_column("1"), outbox.c.ready_at <= _NOW, ~_BLOCKED, ~stops.IS_STOPPED)
    .where(or_(outbox.c.target.is_(None), _target.c.stage.is_(None), _target.c.stage != literal_column("1")))
    .where(~and_(outbox.c.urgency > literal_column("0"), regimes.holds(addresses.c.person)))
    .order_by(outbox.c.urgency, outbox.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
_TAKE = (
    update(outbox)
    .where(among(outbox.c.id, "ids"), outbox.c.stage == literal_column("1"))
    .values(
        stage=Stage.SENDING,
        attempts=outbox.c.attempts + 1,
        lease_until=bindparam("until", type_=Instant),
        sent_at=_AT,
    )
    .returning(outbox.c.id)
)
_RENEW = (
    update(outbox)
    .where(
        among(outbox.c.id, "ids"),
        outbox.c.stage == literal_column("2"),
        outbox.c.lease_until > _NOW,
    )
    .values(lease_until=bindparam("until", type_=Instant))
)
_HOMES = select(addresses.c.id, addresses.c.channel, addresses.c.account).where(among(addresses.c.id, "which"))
_DEFER = update(outbox).where(outbox.c.id == bindparam("the_id")).values(ready_at=_AT)
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id"))
    .values(
        stage=case((outbox.c.stage < Stage.SENT, Stage.SENT), else_=outbox.c.stage),
        ref=bindparam("the_ref"),
        ref_index=bindparam("the_index"),
        sent_at=_AT,
        lease_until=None,
    )
)
_BACK = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("the_id"),
        outbox.c.stage == literal_column("2"),
        outbox.c.attempts == bindparam("the_attempt"),  # not while another process makes the call again
    )
    .values(
        stage=bindparam("to"),
        ready_at=_AT,
        error=bindparam("why"),
        ambiguous=or_(outbox.c.ambiguous, bindparam("lost")),
        attempts=outbox.c.attempts - bindparam("untried"),
        lease_until=None,
    )
)
_OPENED = (
    select(outbox.c.address)
    .join(addresses, addresses.c.id == outbox.c.address)
    .where(
        among(outbox.c.address, "addresses"),
        outbox.c.opener.is_(True),
        outbox.c.created_at >= addresses.c.last_inbound_at,
        or_(outbox.c.stage != Stage.FAILED, outbox.c.created_at > bindparam("day_ago", type_=Instant)),
    )
)
_REACHED = select(
    func.count(outbox.c.address.distinct()).label("many"), func.min(outbox.c.sent_at).label("oldest")
).where(
    outbox.c.channel == bindparam("channel"),
    or_(outbox.c.account == bindparam("account"), outbox.c.account.in_(reach.partners("channel", "account"))),
    outbox.c.opener.is_(True),
    outbox.c.sent_at > bindparam("day_ago", type_=Instant),
)
