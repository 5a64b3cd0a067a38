"""Makes polls and voters for the tests of polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from network import ballots, groups, poll_outcomes, polls, rounds, starter
from network.audiences import Audience
from network.polls import Kind, Plan
from network.store import Tx
from tests.network.people import enrolled, seated

WORDS = ("Roads", "Radios", "Training", "Patrols", "Dialogue")


async def coordinators(tx: Tx, country: str = "NE") -> str:
    """Seat one coordinator of each side in a country's group; return the one of civil society."""
    await seated(tx, country, "official")
    return await seated(tx, country, "civil")


async def asked(tx: Tx, *, options: int = 3, by: str = "", **plan: Any) -> str:
    """Make a poll in the group of Niger for a week, and ask for it; return its id."""
    maker = by or await coordinators(tx)
    group = await groups.by_country(tx, country="NE")
    usual = Plan(closes_at=tx.now + timedelta(days=7), audience=Audience(groups=(group.id,)))
    words = [{"en": word, "fr": word} for word in WORDS[:options]]
    made = replace(usual, **plan)
    poll = await polls.draft(
        tx, by=maker, question={"en": "What first?"}, options=[] if made.kind is Kind.TEXT else words, plan=made
    )
    await polls.ask(tx, poll=poll, by=maker)
    return poll


async def opened(tx: Tx, **plan: Any) -> str:
    """Make a poll in the group of Niger and open it; return its id."""
    poll = await asked(tx, **plan)
    await rounds.schedule(tx, poll=poll)
    assert await rounds.open(tx, poll=poll)
    return poll


async def voter(tx: Tx, side: str = "civil", country: str = "NE") -> str:
    """Make an active member in the group of Niger, wherever they live; return their id."""
    if not await groups.every(tx):
        await starter.load(tx)
    person = await enrolled(tx, side=side, country=country)
    await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=person)
    return person


async def lived(tx: Tx, person: str, said: str) -> None:
    """Let a coordinator of Niger make polls of which something is kept in every table, vote in them and tell of one."""
    closed = await opened(tx, by=person, kind=Kind.TEXT)
    await ballots.cast(tx, poll=closed, person=person, words=said)
    await rounds.close_early(tx, poll=closed, by=person)
    await poll_outcomes.tell(tx, poll=closed, by=person, words={"en": "We listened."})
    secret = await opened(tx, by=person, secret=True, adding=True)
    number = await polls.add_option(tx, poll=secret, by=person, words={"en": "Something new"})
    await ballots.cast(tx, poll=secret, person=person, choice=[number])
    await asked(tx, by=person, audience=Audience())
    for poll in (closed, secret):
        await rounds.quieten(tx, poll)
