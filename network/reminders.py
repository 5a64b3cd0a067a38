"""Reminders: when somebody who comes to an exchange hears of it again, out of their quiet hours."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from network import countries, quiet
from network.exchanges import Exchange
from network.members import Member

SPANS = {"week": timedelta(days=7), "day": timedelta(days=1), "hour": timedelta(hours=1)}  # before the start
SHORTEST = timedelta(minutes=10)  # between the last reminder and the start
STEP = timedelta(minutes=15)  # in which a time before the quiet hours is looked for
EARLIER = timedelta(hours=14)  # at most so much before its time does the last reminder come


def instants(starts_at: datetime, member: Member, now: datetime) -> dict[str, datetime]:
    """Return when each reminder comes that still lies ahead (UTC).

    One that would fall into the member's quiet hours comes at their end; where the next one, or the start, would be
    there by then, only the last of them is kept: before the quiet hours.
    """
    found: dict[str, datetime] = {}
    for which, span in SPANS.items():
        at = starts_at - span
        if at <= now:
            continue
        heard = _heard(at, member)
        if heard <= _latest(which, starts_at):
            found[which] = heard
        elif which == "hour" and (before := _before(at, member)) > now:
            found[which] = before
    return found


def is_timely(which: str, found: Exchange, now: datetime) -> bool:
    """Whether a reminder may still come: the next one is not due yet, nor has it begun.

    It may come as late as that after a shutdown, or while the machine was off. One that was brought forward from
    the quiet hours is not early by more than ``EARLIER``.
    """
    if found.starts_at is None:
        return False
    early = EARLIER if which == "hour" else timedelta(0)
    ends = found.starts_at if which == "hour" else _latest(which, found.starts_at)
    return found.starts_at - SPANS[which] - early - STEP <= now < ends


def mailing(attending: str, which: str, start: str) -> str:
    """Return the id of the mailing that is one reminder of somebody, for one start (ISO 8601): it exists once."""
    return hashlib.sha256(f"reminder|{attending}|{which}|{start}".encode()).hexdigest()[:32]


def _latest(which: str, starts_at: datetime) -> datetime:
    following = {"week": SPANS["day"], "day": SPANS["hour"], "hour": SHORTEST}
    return starts_at - following[which]


def _heard(at: datetime, member: Member) -> datetime:
    """Return ``at``, or the end of the quiet hours in which it lies."""
    if not countries.known(member.country):
        return at
    zone = countries.get(member.country).zone
    return quiet.news_at(at, zone=zone, quiet_from=member.quiet_from, quiet_until=member.quiet_until)


def _before(at: datetime, member: Member) -> datetime:
    """Return the last time before ``at`` that is not quiet; ``at`` itself where everything is."""
    earlier = at
    while earlier > at - EARLIER:
        earlier -= STEP
        if _heard(earlier, member) == earlier:
            return earlier
    return at
