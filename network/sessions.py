"""Sessions: the exchanges of a series, to which those who are in it are invited.

Both hosts agreed to the series, so that one of them plans a session with no other word; the other one hosts it too.
"""

from __future__ import annotations

from typing import Any

from network import cohosts, exchanges, invitees
from network import series as series_
from network.audiences import Audience
from network.errors import Conflict
from network.exchanges import Exchange
from network.series import State
from network.store import Tx


async def plan(tx: Tx, *, series: str, by: str, **given: Any) -> str:
    """Plan a session, of which a time is to be agreed on; return its id. ``given`` as ``exchanges.draft``.

    Where nothing else is given it has the purpose, the rules and the topics of the series. Raise Missing (not a
    host), Conflict (it is not open), Invalid.
    """
    found = await series_.of_host(tx, series=series, by=by)
    if found.state is not State.OPEN:
        raise Conflict
    usual = {"purpose": found.purpose, "rules": found.rules, "topics": found.topics, "title": found.title}
    whom = {"group": found.group, "series": series, "audience": Audience(series=(series,))}
    session = await exchanges.draft(tx, by=by, **{**usual, **given, **whom})
    await exchanges.set_(tx, session, state=exchanges.State.AGREEING.value)
    for other in found.hosts:
        if other != by:
            await cohosts.name(tx, exchange=session, person=other)
    return session


async def upcoming(tx: Tx, *, series: str, person: str) -> list[Exchange]:
    """Return the sessions to come to which somebody is invited, the soonest first."""
    ahead = await exchanges.upcoming(tx, series=series)
    return [each for each in ahead if await invitees.is_invited(tx, found=each, person=person)]
