"""Shutdowns: when a country goes dark and comes back, and what becomes of what waits for its people.

A country goes dark when a steward says so, or when what is sent there stops arriving while it arrives
elsewhere. The first message from there, or deliveries that succeed again, bring it back. Meanwhile what
is not an answer is held, and comes as one digest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, or_, select, update

from network import addresses as addresses_
from network import audit, conversations, countries, due, questions, regimes
from network.addresses import addresses
from network.contents import contents
from network.darkness import darknesses, is_dark, standing
from network.mailings import mailings
from network.members import members
from network.outbox import DARK, Stage, outbox
from network.store import Tx

RETURN = "return"  # the kind of the due row that tells somebody what waited for them
OBSERVED = "observed"  # who marked it, in the audit log: nobody did
PATIENCE = timedelta(minutes=15)  # so long a message may take
SPAN = timedelta(hours=1)  # of the messages that are looked at
FEWEST = 10  # people written to; of fewer nothing can be said
LOST = 60  # of a hundred of them not reached: cut off
FINE = 30  # of a hundred of them not reached at most: not cut off


@dataclass(frozen=True)
class Sample:
    """How many people were written to in some time, and how many of them it reached.

    ``heard``: somebody wrote from there. ``since`` is when the first of what did not arrive was sent.
    """

    written: int = 0
    reached: int = 0
    heard: bool = False
    since: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether most were not reached."""
        return self.written >= FEWEST and 100 * (self.written - self.reached) >= LOST * self.written

    @property
    def is_fine(self) -> bool:
        """Whether no more than usual were not reached."""
        return self.written > 0 and 100 * (self.written - self.reached) <= FINE * self.written

    def __add__(self, other: Sample) -> Sample:
        """Return both together."""
        return Sample(self.written + other.written, self.reached + other.reached)


def went_dark(here: Sample, elsewhere: Sample) -> bool:
    """Whether a country is cut off, by what became of an hour's messages there and in the countries that are light.

    Where nothing arrives anywhere the fault is ours, or the provider's; where hardly anything is sent it is unknown.
    """
    return here.is_lost and not here.heard and elsewhere.written >= FEWEST and elsewhere.is_fine


def came_back(here: Sample) -> bool:
    """Whether a dark country is back, by what became of the messages since. A word from there does it at once."""
    return here.is_fine


async def observe(tx: Tx, *, channels: Collection[str], undelivered: Collection[str] = ()) -> dict[str, bool]:
    """Mark the countries that went dark or came back; return them, True for dark.

    ``channels`` are those that say what arrived, ``undelivered`` the codes of their late failures that mean that
    somebody could not be reached.
    """
    sent = (outbox.c.channel.in_(channels), outbox.c.sent_at <= tx.now - PATIENCE)
    dark = {each.country: each.since for each in await standing(tx)}
    samples = await _samples(tx, (*sent, outbox.c.sent_at > tx.now - PATIENCE - SPAN), undelivered)
    found: dict[str, bool] = {}
    for country, sample in samples.items():
        others = (other for code, other in samples.items() if code != country and code not in dark)
        if country not in dark and went_dark(sample, sum(others, Sample())):
            found[country] = await darken(tx, country=country, since=sample.since)
    for country, since in dark.items():
        lately = (*sent, outbox.c.sent_at >= since, members.c.country == country)
        if came_back((await _samples(tx, lately, undelivered)).get(country, Sample())):
            found[country] = not await lighten(tx, country=country)
    return found


async def heard(tx: Tx, *, writers: Mapping[tuple[str, str], Sequence[str]]) -> None:
    """Bring back the dark countries of people who have just written: ``writers`` are their ids, by account."""
    dark = await regimes.dark(tx)
    if not dark:
        return
    for (channel, account), externals in writers.items():
        keys = [addresses_.index(tx, channel, external) for external in externals]
        here = (addresses.c.channel == channel, addresses.c.account == account)
        theirs = or_(addresses.c.external_index.in_(keys), addresses.c.alias_index.in_(keys))
        query = select(members.c.country).distinct().join(addresses, addresses.c.person == members.c.id)
        for row in await tx.all(query.where(*here, theirs, members.c.country.in_(dark))):
            await lighten(tx, country=row.country)


async def darken(tx: Tx, *, country: str, by: str = OBSERVED, since: datetime | None = None) -> bool:
    """Mark a country as dark, ``since`` an instant (None: now); return whether it was not. Audited.

    Raise Missing for a country that the network does not have.
    """
    countries.get(country)
    if await is_dark(tx, country=country):
        return False
    theirs = select(darknesses.c.until).where(darknesses.c.country == country)
    last = await tx.scalar(theirs.order_by(darknesses.c.until.desc()).limit(1))
    began = min(tx.now, max(since or tx.now, last or since or tx.now))
    await tx.add(darknesses, key=("country", "since"), country=country, since=began, until=None)
    await audit.record(tx, act="country_dark", actor=by, subject=country)
    return True


async def lighten(tx: Tx, *, country: str, by: str = OBSERVED) -> bool:
    """Mark a country as light again; return whether it was dark. Audited.

    What is due to its people is put off by the time it was dark, and each hears of what waited for them.
    """
    here = (darknesses.c.country == country) & darknesses.c.until.is_(None)
    found = await tx.first(update(darknesses).where(here).values(until=tx.now).returning(darknesses.c.since))
    if found is None:
        return False
    span = tx.now - found.since
    await due.put_off(tx, country=country, by=span)
    await conversations.put_off(tx, country=country, by=span)
    await questions.put_off(tx, country=country, by=span)
    query = select(members.c.id).distinct().join(addresses, addresses.c.person == members.c.id)
    waits = query.join(outbox, outbox.c.address == addresses.c.id).where(members.c.country == country, *_IS_WITHHELD)
    await due.for_all(tx, kind=RETURN, people=[row.id for row in await tx.all(waits)], instant=tx.now)
    await audit.record(tx, act="country_light", actor=by, subject=country)
    return True


async def withheld(tx: Tx, *, person: str) -> list[str]:
    """Return the bodies of the messages that waited while a person's country was dark, oldest first.

    Left out are those that expired or were stopped, files and edits that go with another, and what asks for a reply.
    """
    of_use = or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > tx.now)
    counted = (outbox.c.counts.is_(True), outbox.c.opener.is_(False), outbox.c.step == 0, of_use)
    goes_on = mailings.c.stopped_at.is_(None)
    query = select(outbox.c.id, outbox.c.body, outbox.c.content, contents.c.body.label("shared"))
    query = query.outerjoin(contents, contents.c.id == outbox.c.content)
    query = query.outerjoin(mailings, mailings.c.id == outbox.c.mailing)
    query = query.where(_of(person), *_IS_WITHHELD, *counted, goes_on)
    return [body for row in await tx.all(query.order_by(outbox.c.seq)) if (body := _body(tx, row))]


async def let_go(tx: Tx, *, person: str) -> int:
    """Let what waited for a person come to them; return how many messages they will read."""
    many = len(await withheld(tx, person=person))
    freed = update(outbox).where(_of(person), *_IS_WITHHELD)
    await tx.run(freed.values(stage=Stage.QUEUED, error="", ready_at=tx.now))
    return many


async def _samples(tx: Tx, sent: Sequence[ColumnElement[bool]], undelivered: Collection[str]) -> dict[str, Sample]:
    """Return what became of these messages, by country: people are counted, not messages."""
    arrived = outbox.c.stage.in_((Stage.DELIVERED, Stage.READ))
    known = or_(arrived, outbox.c.stage == Stage.SENT, outbox.c.error.in_(undelivered))
    people = func.count(outbox.c.address.distinct())
    reached = func.count(case((arrived, outbox.c.address)).distinct())
    since = func.min(case((~arrived, outbox.c.sent_at)))
    query = (
        select(members.c.country, people.label("many"), reached.label("reached"), since.label("since"))
        .join(addresses, addresses.c.person == members.c.id)
        .join(outbox, outbox.c.address == addresses.c.id)
        .where(*sent, known)
        .group_by(members.c.country)
    )
    rows = [row for row in await tx.all(query) if countries.known(row.country)]
    lately = select(members.c.country).distinct().join(addresses, addresses.c.person == members.c.id)
    lately = lately.where(addresses.c.last_inbound_at > tx.now - PATIENCE - SPAN)
    heard = {row.country for row in await tx.all(lately)}
    return {row.country: Sample(row.many, row.reached, row.country in heard, row.since) for row in rows}


def _of(person: str) -> ColumnElement[bool]:
    return outbox.c.address.in_(select(addresses.c.id).where(addresses.c.person == person))


def _body(tx: Tx, row: Row[Any]) -> str:
    if row.content is not None:
        return tx.seal.open("contents.body", row.content, row.shared) if row.shared is not None else ""
    return tx.seal.open("outbox.body", row.id, row.body) if row.body is not None else ""


_IS_WITHHELD = (outbox.c.stage == Stage.HELD, outbox.c.error == DARK)
