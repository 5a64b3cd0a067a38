"""Reminders: when somebody who comes to an exchange hears of it again, out of their quiet hours."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from network import countries, quiet
from network.members import Member

SPANS = {"week": timedelta(days=7), "day": timedelta(days=1), "hour": timedelta(hours=1)}  # before the start
SHORTEST = timedelta(minutes=10)  # between the last reminder and the start
STEP = timedelta(minutes=15)  # in which a time before the quiet hours is looked for
EARLIER = timedelta(hours=14)  # at most so much before its time does the last reminder come


def instants(starts_at: datetime, member: Member) -> dict[str, datetime]:
    """Return when each reminder comes (UTC).

    One that would fall into the member's quiet hours comes at their end. Where the next one, or the start, would be
    there by then, it is left out; the last of them comes before the quiet hours instead.
    """
    found: dict[str, datetime] = {}
    for which, span in SPANS.items():
        at = _heard(starts_at - span, member)
        if at < _latest(which, starts_at):
            found[which] = at
        elif which == "hour":
            found[which] = _before(starts_at - span, member)
    return found


def ends_at(which: str, starts_at: datetime) -> datetime:
    """Return until when a reminder may still come, after a shutdown for instance: until the next one, or the start."""
    return starts_at if which == "hour" else _latest(which, starts_at)


def is_timely(which: str, starts_at: datetime, now: datetime) -> bool:
    """Whether a reminder may come now: not by more than ``EARLIER`` before its time, nor too late."""
    early = EARLIER if which == "hour" else timedelta(0)
    return starts_at - SPANS[which] - early <= now < ends_at(which, starts_at)


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
