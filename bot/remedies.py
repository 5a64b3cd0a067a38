"""Remedies: what the courier does after a send that failed, decided purely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels import Remedy, SendError
from network.outbox import ATTEMPTS_AT_MOST, Stage

ATTEMPTS = ATTEMPTS_AT_MOST  # of one call, then it is failed: after about 8 minutes
BASE_S = 2.0  # doubled with each attempt, then drawn from 0 to that: full jitter
AT_MOST_S = 600.0
AT_LEAST_S = 0.5
DAY_S = 86_400.0


@dataclass(frozen=True)
class Next:
    """What comes after a failed send: for the call, and for its address and account.

    ``pause_until`` and ``stopped`` are about the whole account, ``unreachable`` and ``moved_to``
    about the address, ``opted_out`` about the person, wherever they are. ``opener`` asks for the
    template that opens the window. ``counted``: the attempt is one of those that a call has.
    """

    stage: Stage
    code: str
    ready_at: datetime | None = None
    ambiguous: bool = False
    pause_until: datetime | None = None
    stopped: bool = False
    unreachable: bool = False
    opted_out: bool = False
    opener: bool = False
    moved_to: str | None = None
    counted: bool = True


def during_outage(error: SendError, now: datetime, until: datetime) -> Next:
    """Return what to do about a call that a provider which is down left unanswered: no call fails by that.

    The account waits until ``until``, this call as long again: another asks whether the provider
    is back, lest the one message that it cannot answer holds up the rest.
    """
    return Next(
        Stage.QUEUED,
        error.code,
        ready_at=until + max(timedelta(0), until - now),
        ambiguous=error.ambiguous,
        pause_until=until,
        counted=False,
    )


def after(  # noqa: PLR0911 - one return for each remedy
    error: SendError, attempts: int, now: datetime, *, again: bool = True, chance: float = 1.0
) -> Next:
    """Return what to do after ``attempts`` attempts, the last of which raised ``error``.

    ``again``: whether the call may be made again when its answer was lost. ``chance``, from 0 to
    1, spreads the back-off (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
    """
    if error.ambiguous and not again:
        return Next(Stage.FAILED, error.code, ambiguous=True)
    lost = error.ambiguous
    match error.remedy:
        case Remedy.DONE:
            return Next(Stage.SENT, error.code)
        case Remedy.MOVED if error.moved_to and attempts < ATTEMPTS:
            return Next(Stage.QUEUED, error.code, ready_at=now, moved_to=error.moved_to)
        case Remedy.TEMPLATE:
            return Next(Stage.HELD, error.code, opener=True)
        case Remedy.UNREACHABLE | Remedy.OPTED_OUT as why:
            opted_out = why is Remedy.OPTED_OUT
            return Next(Stage.FAILED, error.code, unreachable=not opted_out, opted_out=opted_out)
        case Remedy.STOP:
            return Next(Stage.QUEUED, error.code, ready_at=now, stopped=True)
        case Remedy.PAUSE:
            until = now + timedelta(seconds=wait_s(error, attempts, chance))
            return Next(Stage.QUEUED, error.code, ready_at=until, ambiguous=lost, pause_until=until)
        case Remedy.NEXT_DAY if attempts < ATTEMPTS:
            return Next(Stage.QUEUED, error.code, ready_at=now + timedelta(seconds=DAY_S))
        case Remedy.RETRY if attempts < ATTEMPTS:
            until = now + timedelta(seconds=wait_s(error, attempts, chance))
            return Next(Stage.QUEUED, error.code, ready_at=until, ambiguous=lost)
        case _:
            return Next(Stage.FAILED, error.code, ambiguous=lost)


def wait_s(error: SendError, attempts: int, chance: float) -> float:
    """Return the seconds to wait: what the provider asks for, or a back-off with full jitter."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    return max(AT_LEAST_S, chance * min(AT_MOST_S, BASE_S * 2.0 ** (attempts - 1)))
