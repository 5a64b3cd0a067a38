"""Remedies: what comes after a failed send, as a table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.channels import Remedy, SendError
from bot.remedies import ATTEMPTS, DAY_S, Next, after, during_outage, wait_s
from network.outbox import Stage

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


def later(seconds: float) -> datetime:
    """Return an instant so many seconds from now."""
    return NOW + timedelta(seconds=seconds)


def error(remedy: Remedy, **more: object) -> SendError:
    """Return a send error with the code 7."""
    return SendError(remedy, "7", **more)  # type: ignore[arg-type]


TABLE = {
    "done is success": (error(Remedy.DONE), 1, Next(Stage.SENT, "7")),
    "first retry: 2 s": (error(Remedy.RETRY), 1, Next(Stage.QUEUED, "7", ready_at=later(2))),
    "third retry: 2 * 2 * 2 s": (error(Remedy.RETRY), 3, Next(Stage.QUEUED, "7", ready_at=later(8))),
    "retry as asked": (error(Remedy.RETRY, retry_after_s=17.0), 3, Next(Stage.QUEUED, "7", ready_at=later(17))),
    "a last retry": (error(Remedy.RETRY), ATTEMPTS, Next(Stage.FAILED, "7")),
    "a lost answer": (
        error(Remedy.RETRY, ambiguous=True),
        1,
        Next(Stage.QUEUED, "7", ready_at=later(2), ambiguous=True),
    ),
    "pause as asked": (
        error(Remedy.PAUSE, retry_after_s=30.0),
        1,
        Next(Stage.QUEUED, "7", ready_at=later(30), pause_until=later(30)),
    ),
    "a pause never fails the message": (
        error(Remedy.PAUSE, retry_after_s=1.0),
        ATTEMPTS + 5,
        Next(Stage.QUEUED, "7", ready_at=later(1), pause_until=later(1)),
    ),
    "stop": (
        error(Remedy.STOP),
        1,
        Next(Stage.QUEUED, "7", ready_at=NOW, stopped=True),
    ),
    "closed window": (error(Remedy.TEMPLATE), 1, Next(Stage.HELD, "7", opener=True)),
    "unreachable": (error(Remedy.UNREACHABLE), 1, Next(Stage.FAILED, "7", unreachable=True)),
    "opted out": (error(Remedy.OPTED_OUT), 1, Next(Stage.FAILED, "7", opted_out=True)),
    "next day": (error(Remedy.NEXT_DAY), 1, Next(Stage.QUEUED, "7", ready_at=later(DAY_S))),
    "country": (error(Remedy.COUNTRY), 1, Next(Stage.FAILED, "7")),
    "rejected": (error(Remedy.REJECTED), 1, Next(Stage.FAILED, "7")),
    "moved": (error(Remedy.MOVED, moved_to="-5"), 1, Next(Stage.QUEUED, "7", ready_at=NOW, moved_to="-5")),
    "moved nowhere": (error(Remedy.MOVED), 1, Next(Stage.FAILED, "7")),
}


@pytest.mark.parametrize("name", TABLE)
def test_after(name: str) -> None:
    """Each remedy leads to one next step."""
    failure, attempts, expected = TABLE[name]
    assert after(failure, attempts, NOW) == expected


@pytest.mark.parametrize("remedy", [Remedy.RETRY, Remedy.PAUSE])
def test_at_most_once(remedy: Remedy) -> None:
    """A message that may not be sent twice is failed when its answer was lost, and the loss is recorded."""
    assert after(error(remedy, ambiguous=True), 1, NOW, again=False) == Next(Stage.FAILED, "7", ambiguous=True)


def test_no_call_fails_by_an_outage() -> None:
    """While the provider is down the account waits, and the call as long again, whatever its attempts were."""
    lost = error(Remedy.RETRY, ambiguous=True)
    expected = Next(Stage.QUEUED, "7", ready_at=later(60), ambiguous=True, pause_until=later(30), counted=False)
    assert during_outage(lost, NOW, later(30)) == expected


def test_every_remedy_is_decided() -> None:
    """No remedy is forgotten by the table."""
    assert {failure.remedy for failure, _, _ in TABLE.values()} == set(Remedy)


def test_the_wait_is_spread_and_bounded() -> None:
    """The back-off lies between half a second and 10 minutes, anywhere below its doubling bound."""
    assert wait_s(error(Remedy.RETRY), 4, 0.5) == 8.0  # half of 2 * 2^3
    assert wait_s(error(Remedy.RETRY), 1, 0.0) == 0.5
    assert wait_s(error(Remedy.RETRY), 30, 1.0) == 600.0
