"""Rounds: a poll in time. It opens, reminds, closes and comes again, each at its instant and once.

The kinds of ``due`` rows here have no person: the clock does them itself (``bot/app.py``), so that no
one's absence keeps a poll open. Each looks at the poll and the time first: done again, it changes nothing.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from network import approvals, audit, ballots, darkness, due, polls, results, secrecy
from network.ballots import ballot_counts
from network.errors import Conflict
from network.polls import Plan, Poll, State
from network.store import Tx

OPEN, REMIND, CLOSE, FOLD = "poll.open", "poll.remind", "poll.close", "poll.fold"  # kinds of due rows
KINDS = (OPEN, REMIND, CLOSE, FOLD)
FOLD_EVERY = timedelta(minutes=5)


async def schedule(tx: Tx, *, poll: str) -> None:
    """Let a poll that was asked for, and agreed to, open at its time. Raise Missing, Conflict."""
    found = await polls.lock(tx, poll=poll)
    if found.state is not State.ASKED or found.plan.closes_at <= tx.now:
        raise Conflict
    opens_at = found.plan.opens_at or tx.now
    await polls.set_(tx, poll, state=State.SCHEDULED.value, opens_at=opens_at)
    await due.at(tx, kind=OPEN, subject=poll, instant=opens_at)


async def open(tx: Tx, *, poll: str) -> bool:  # noqa: A001 - read as rounds.open()
    """Open a scheduled poll whose time has come; return whether it just opened: then tell ``polls.asked``. Audited.

    Before its time it is put back. One whose end has passed already is withdrawn; its series goes on.
    """
    found = await polls.lock(tx, poll=poll)
    if found.state is not State.SCHEDULED:
        return False
    if found.plan.opens_at is not None and tx.now < found.plan.opens_at:
        await due.at(tx, kind=OPEN, subject=poll, instant=found.plan.opens_at)
        return False
    if found.plan.closes_at <= tx.now:
        await withdraw(tx, poll=poll)
        if found.plan.months:
            await _come_again(tx, found)
        return False
    await polls.set_(tx, poll, state=State.OPEN.value, opened_at=tx.now)
    if found.plan.secret:
        await ballots.key_of(tx, found)
    else:
        await due.at(tx, kind=FOLD, subject=poll, instant=tx.now + FOLD_EVERY)
    if found.plan.remind_at is not None:
        await due.at(tx, kind=REMIND, subject=poll, instant=found.plan.remind_at)
    await due.at(tx, kind=CLOSE, subject=poll, instant=found.plan.closes_at)
    await audit.record(tx, act="poll_open", actor=found.by or "", subject=poll)
    return True


async def fold(tx: Tx, *, poll: str) -> None:
    """Add up the counts of an open poll, so that they are quick to read, and again later."""
    found = await polls.find(tx, poll=poll)
    if found is None or found.state is not State.OPEN or found.plan.secret:
        return
    await ballots.fold(tx, poll=poll)
    await due.at(tx, kind=FOLD, subject=poll, instant=tx.now + FOLD_EVERY)


async def remind(tx: Tx, *, poll: str) -> bool:
    """Return whether those who have not answered are to be reminded now: ``ballots.silent`` finds them."""
    found = await polls.find(tx, poll=poll)
    if found is None or found.state is not State.OPEN or found.plan.remind_at is None:
        return False
    if tx.now < found.plan.remind_at:
        await due.at(tx, kind=REMIND, subject=poll, instant=found.plan.remind_at)
        return False
    return tx.now < found.plan.closes_at


async def close(tx: Tx, *, poll: str) -> bool:
    """Close an open poll whose time is over; return whether it is closed just now: then tell the results. Audited.

    While a country that it asks is dark, or has time left for the dark hours, it stays open for its people.
    """
    found = await polls.lock(tx, poll=poll)
    if found.state is not State.OPEN:
        return False
    until = await closes_at(tx, poll=found)
    if tx.now < until:
        await due.at(tx, kind=CLOSE, subject=poll, instant=until)
        return False
    await _close(tx, found)
    return True


async def close_early(tx: Tx, *, poll: str, by: str) -> None:
    """Close an open poll before its time. Raise Missing, Conflict. Audited."""
    found = await polls.own(tx, poll=poll, by=by)
    if found.state is not State.OPEN:
        raise Conflict
    await _close(tx, found, by=by)


async def withdraw(tx: Tx, *, poll: str, by: str = "") -> None:
    """Take a poll back, before or while it is open: nothing of its votes is kept. Raise Missing, Conflict. Audited."""
    found = await (polls.own(tx, poll=poll, by=by) if by else polls.lock(tx, poll=poll))
    if found.state in {State.CLOSED, State.WITHDRAWN}:
        raise Conflict
    await polls.set_(tx, poll, state=State.WITHDRAWN.value, closed_at=tx.now)
    await quieten(tx, poll)
    await approvals.withdraw(tx, subject=poll)
    for table in (ballots.ballots, ballots.receipts, ballot_counts, ballots.participations, ballots.ballot_keys):
        await tx.run(delete(table).where(table.c.poll == poll))
    if found.plan.secret:
        await secrecy.purge(tx, poll=found)
    await audit.record(tx, act="poll_withdraw", actor=by, subject=poll)


async def end_series(tx: Tx, *, poll: str, by: str) -> None:
    """Let a poll that repeats not come again. Raise Missing."""
    found = await polls.own(tx, poll=poll, by=by)
    table = polls.polls
    coming = (table.c.series == found.series, table.c.state == State.SCHEDULED.value)
    for row in await tx.all(select(table.c.id).where(*coming)):
        await withdraw(tx, poll=row.id)
    await tx.run(table.update().where(table.c.series == found.series).values(months=0))


async def closes_at(tx: Tx, *, poll: Poll) -> datetime:
    """Return when a poll closes for the last of its people, as it looks now."""
    asked = select(polls.asked(poll).subquery().c.id)
    return poll.plan.closes_at + await darkness.longest(tx, people=asked, since=poll.opened_at)


async def quieten(tx: Tx, poll: str) -> None:
    """Let nothing more happen by itself to a poll."""
    for kind in KINDS:
        await due.cancel(tx, kind=kind, subject=poll)


def again(plan: Plan) -> Plan:
    """Return the plan of the next round: ``months`` later at the same wall time in ``zone``, for as long."""

    def later(at: datetime) -> datetime:
        return _months_later(at, plan.months, ZoneInfo(plan.zone))

    opens_at, remind_at = (later(at) if at is not None else None for at in (plan.opens_at, plan.remind_at))
    return replace(plan, opens_at=opens_at, remind_at=remind_at, closes_at=later(plan.closes_at))


async def _close(tx: Tx, poll: Poll, *, by: str = "") -> None:
    await polls.set_(tx, poll.id, state=State.CLOSED.value, closed_at=tx.now)
    await quieten(tx, poll.id)
    secret = await ballots.opened(tx, poll=poll) if poll.plan.secret else []
    counts = results.added(secret) if poll.plan.secret else await results.recount(tx, poll=poll.id)
    found = await results.publish(tx, poll=poll, counts=counts)
    await tx.run(delete(ballot_counts).where(ballot_counts.c.poll == poll.id))
    if poll.plan.secret:
        shown = [part.country for part in found.countries if part.country]
        digest = await secrecy.seal_up(tx, poll=poll, found=secret, sides=bool(found.sides), countries=shown)
        await polls.set_(tx, poll.id, digest=digest)
    if poll.plan.months:
        await _come_again(tx, poll)
    await audit.record(tx, act="poll_close", actor=by or poll.by or "", subject=poll.id)


async def _come_again(tx: Tx, poll: Poll) -> None:
    """Schedule the next round of a series: at once, where its time has passed meanwhile."""
    plan = again(poll.plan)
    while plan.closes_at <= tx.now:
        plan = again(plan)
    fresh = await polls.renew(tx, poll=poll, plan=plan)
    await due.at(tx, kind=OPEN, subject=fresh, instant=plan.opens_at or tx.now)


def _months_later(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the same day and wall time some months later, or the last day of that month."""
    wall = at.astimezone(zone)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, monthrange(year, month + 1)[1])
    return wall.replace(year=year, month=month + 1, day=day).astimezone(UTC)
