"""Status: how an installation does, for a steward's terminal. No person stands in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from network import darkness, detours, dispatch, jobs, queues, stops
from network.darkness import Darkness
from network.detours import Cut
from network.queues import Failures, Queue
from network.stops import Stop
from network.store import Tx

DAY = timedelta(hours=24)
MINUTE_S, HOUR_S = 60, 3600
CODES_AT_MOST = 5

Account = tuple[str, str]


@dataclass(frozen=True)
class Report:
    """What is known of each account, and of the jobs."""

    accounts: Sequence[Account]
    queues: Sequence[Queue]
    failures: Sequence[Failures]
    stops: Sequence[Stop]
    pauses: dict[Account, datetime]
    jobs: int
    cuts: Mapping[Account, Cut] = field(default_factory=dict)  # of the stopped accounts
    dark: Sequence[Darkness] = ()


async def report(tx: Tx, accounts: Collection[Account]) -> Report:
    """Return how the accounts that are set up do, and those that something still waits for."""
    standing, stopped = await queues.standing(tx), await stops.standing(tx)
    known = {*accounts, *((queue.channel, queue.account) for queue in standing)}
    known |= {(stop.channel, stop.account) for stop in stopped}
    pauses = {}
    for channel, account in known:
        until = await dispatch.paused_until(tx, channel=channel, account=account)
        if until is not None:
            pauses[channel, account] = until
    return Report(
        accounts=sorted(known),
        queues=standing,
        failures=await queues.failures(tx, since=tx.now - DAY),
        stops=stopped,
        pauses=pauses,
        jobs=await jobs.depth(tx),
        cuts={
            (stop.channel, stop.account): await detours.cut(
                tx, account=(stop.channel, stop.account), open_accounts=accounts
            )
            for stop in stopped
        },
        dark=await darkness.standing(tx),
    )


def lines(given: Report, now: datetime) -> list[str]:
    """Return the report as a steward reads it."""
    said = [line for account in given.accounts for line in _account(given, account, now)]
    dark = [
        f"{each.country}: cut off for {span((now - each.since).total_seconds())}; news is held, deadlines wait; "
        f"it comes back by itself, or: jisr country light {each.country}"
        for each in given.dark
    ]
    return [*(said or ["No account is set up."]), *dark, f"jobs: {given.jobs} waiting"]


def _account(given: Report, account: Account, now: datetime) -> list[str]:
    mine = {(queue.name, queue.state): queue for queue in given.queues if (queue.channel, queue.account) == account}
    wrong: dict[str, list[Failures]] = {}
    for failures in given.failures:
        if (failures.channel, failures.account) == account:
            wrong.setdefault(failures.name, []).append(failures)
    coming = _waiting(mine.get(("inbox", "waiting")), "waiting", now)
    going = _waiting(mine.get(("outbox", "queued")), "queued", now)
    sending, held = _many(mine.get(("outbox", "sending"))), _many(mine.get(("outbox", "held")))
    lost = sum(one.many for one in wrong.get("ambiguous", ()))
    cut = given.cuts.get(account)
    people = (
        [f"  its people: {cut.elsewhere} are written to elsewhere meanwhile; {cut.nowhere} have no other app here"]
        if cut
        else []
    )
    return [
        f"{'/'.join(account)}: {_state(given, account)}",
        *people,
        f"  in   {coming}; {_causes(wrong.get('inbox'), 'in quarantine')}",
        f"  out  {going}; {sending} being sent; {held} held until the person writes",
        f"  24 h {_causes(wrong.get('outbox'), 'failed')}; {lost} whose answer was lost",
    ]


def _state(given: Report, account: Account) -> str:
    for stop in given.stops:
        if (stop.channel, stop.account) == account:
            since = f"{stop.at:%Y-%m-%d %H:%M} UTC"
            return f"STOPPED by its provider since {since} ({stop.code}); then: jisr account resume {'/'.join(account)}"
    until = given.pauses.get(account)
    return f"paused until {until:%H:%M:%S} UTC" if until else "sending"


def _waiting(queue: Queue | None, word: str, now: datetime) -> str:
    if queue is None:
        return f"0 {word}"
    return f"{queue.many} {word}, the oldest for {span((now - queue.since).total_seconds())}"


def _causes(failures: Sequence[Failures] | None, word: str) -> str:
    if not failures:
        return f"0 {word}"
    codes = ", ".join(f"{one.code or 'unknown'}: {one.many}" for one in failures[:CODES_AT_MOST])
    return f"{sum(one.many for one in failures)} {word} ({codes}{', ...' if len(failures) > CODES_AT_MOST else ''})"


def _many(queue: Queue | None) -> int:
    return queue.many if queue else 0


def span(seconds: float) -> str:
    """Return a span of time in the largest unit that fits: ``4 s``, ``12 min``, ``3 h``."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return f"{whole} s"
    return f"{whole // MINUTE_S} min" if whole < HOUR_S else f"{whole // HOUR_S} h"
