"""Reports: what one of two who talk through the bot shows coordinators of it, and nothing else (network.relays)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from network import approvals, conversations, introductions, questions, relayed, relays, topics
from network.approvals import WRITER, Approval, Decision
from network.errors import Invalid, Missing
from network.store import Tx

KIND = "relay"  # of request; its subject is the end of the one who reports
MOST_SHOWN = 3  # messages: with what is said beside them, one message of the app


@dataclass(frozen=True)
class Shown:
    """A message that coordinators are shown: its words, or the id of a file."""

    text: str = field(repr=False)
    file: str = ""


@dataclass(frozen=True)
class Report:
    """What coordinators see: why, the messages that were chosen, and on which topic the two talk; never who they are.

    ``words`` are what the side that decided already says to the other, without who.
    """

    topic: str
    kind: str
    why: str = field(repr=False)
    shown: tuple[Shown, ...] = field(repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)


async def report(tx: Tx, *, end: str, by: str, why: str, shown: Sequence[str]) -> dict[str, Any]:
    """Bring a conversation before the coordinators, with the messages ``shown`` (ids) and no others.

    Returns the ``approval`` and the ``deciders`` to tell; neither of the two is among them. Raise Missing,
    and Invalid for more than ``MOST_SHOWN`` messages.
    """
    if len(shown) > MOST_SHOWN:
        raise Invalid("too many messages")
    me = await relays.get(tx, end=end)
    if (await relays.at_end(tx, end)).person != by or not me.other_person:
        raise Missing
    chosen = [each for each in await relayed.latest(tx, end=end, only=shown) if not each.mine]
    words = json.dumps([[each.text, each.file] for each in chosen])
    wish = {WRITER: me.other_person, "why": why, "shown": words}
    sensitive = topics.any_sensitive([me.topic])
    approval = await approvals.ask(tx, kind=KIND, subject=end, by=by, both_sides=sensitive, wish=wish)
    return {"approval": approval, "deciders": await questions.some_deciders(tx, approval)}


async def find(tx: Tx, approval: Approval, _language: str) -> Report | None:
    """Return what was reported, or None when one of the two has left."""
    me = await relays.find(tx, end=approval.subject)
    wish = await approvals.wish(tx, approval=approval.id)
    if me is None or not me.other_person or "shown" not in wish:
        return None
    shown = tuple(Shown(text, file) for text, file in json.loads(wish["shown"]))
    words = await approvals.reasons(tx, approval=approval.id, agree=True)
    return Report(me.topic, me.kind, wish["why"], shown, tuple(words))


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Leave the conversation as it is, or end it and introduce its writer to nobody for half a year.

    Returns whom to tell: who reported it, or the writer. What was shown is kept no longer.
    """
    me = await relays.find(tx, end=approval.subject)
    await approvals.forget_wish(tx, approval=approval.id)
    if me is None or not me.other_person:
        return ""
    if state is Decision.APPROVED:
        return approval.by
    await introductions.bar(tx, person=me.other_person)
    await relays.close(tx, relay=me.relay)
    return me.other_person


async def forget(tx: Tx, *, person: str) -> None:
    """Forget what was reported in the conversations of somebody who leaves."""
    theirs = select(relays.ends.c.relay).where(relays.ends.c.person == person)
    both = [row.id for row in await tx.all(select(relays.ends.c.id).where(relays.ends.c.relay.in_(theirs)))]
    table = approvals.approvals
    made = [row.id for row in await tx.all(select(table.c.id).where(table.c.subject.in_(both), table.c.kind == KIND))]
    await conversations.end_about(tx, name=questions.DECIDING, ids=made)
    for end in both:
        await approvals.withdraw(tx, subject=end)
    await tx.run(delete(table).where(table.c.id.in_(made)))
