"""Links: two apps of one human being, joined by a code that is shown in one and written in the other (D6)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, ForeignKey, String, Table, delete, select, update

from network import (
    actions,
    addresses,
    allies,
    answers,
    approvals,
    assessments,
    attendance,
    audit,
    ballots,
    broadcasts,
    calls,
    codes,
    consultations,
    entries,
    escalations,
    exchanges,
    feedback,
    feeds,
    files,
    followups,
    groups,
    hearing,
    insights,
    introductions,
    invitees,
    jobs,
    linked,
    marks,
    members,
    mentoring,
    news,
    organisations,
    outbox,
    outputs,
    polls,
    posts,
    practices,
    preparations,
    problems,
    questions,
    reactions,
    relayed,
    relays,
    remarks,
    rsvps,
    series,
    slots,
    standings,
    steps,
    swaps,
    topics,
    translations,
)
from network.addresses import Address
from network.erasure import erase
from network.groups import seats
from network.invitations import invitations, wrong
from network.leaving import ERASE
from network.members import State
from network.store import Instant, Tx, metadata

CODE_LENGTH = 8  # letters and digits: 40 bits, for a quarter of an hour
HOLDS = timedelta(minutes=15)

links = Table(
    "links",
    metadata,
    Column("code_index", String(32), primary_key=True),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)


def typed(text: str) -> str | None:
    """Return the code in ``text``, or None when it looks like none."""
    return codes.typed(text, CODE_LENGTH)


async def offer(tx: Tx, *, person: str) -> str:
    """Return a code that joins one more app to this member, once, within 15 minutes; raise Missing.

    An earlier code of theirs ends.
    """
    await members.get(tx, person=person)
    await tx.run(delete(links).where((links.c.person == person) | (links.c.expires_at <= tx.now)))
    code = codes.fresh(CODE_LENGTH)
    await tx.run(links.insert(), {"code_index": _index(tx, code), "person": person, "expires_at": tx.now + HOLDS})
    return codes.shown(code)


async def accept(tx: Tx, *, code: str, address: str) -> str | None:
    """Join the app with this address to the member who offered the code; return that member's id.

    None when the code does not hold, or when either side is about to be erased. Somebody who was
    another member hands everything over (addresses, groups, seats, topics, practices), and what is
    left of them is erased. Audited.
    """
    person = await _take(tx, code)
    here = await addresses.get(tx, address=address)
    if person is None:
        await wrong(tx, person=here.person)
    if person is None or here.person == person:
        return person
    both = await members.get_many(tx, people=[person, here.person])
    if person not in both or any(member.state is State.LOCKED for member in both.values()):
        return None
    await addresses.set_person(tx, person=here.person, to=person)
    if here.person in both:
        await _hand_over(tx, here.person, person)
    await erase(tx, person=here.person)
    await jobs.ask(tx, kind=ERASE, person=here.person, argument={"keep_practices": True})  # their files, the log
    await audit.record(tx, act="link", actor=person, subject=here.person)
    return person


async def recognise(tx: Tx, *, address: Address, alias: str) -> Address:
    """Join two addresses that the app says are one account, and return the one that is left.

    A phone number and a user id may first be met apart. Two members stay two: they link by a code.
    """
    here = {"channel": address.channel, "account": address.account}
    other = await addresses.find(tx, external=alias, **here)
    if other is None or other.id == address.id:
        return address
    known = await members.get_many(tx, people=[address.person, other.person])
    if len(known) > 1 or any(member.state is State.LOCKED for member in known.values()):
        return address
    kept, gone = (other, address) if other.person in known else (address, other)
    if gone.person != kept.person:
        await addresses.set_person(tx, person=gone.person, to=kept.person)
        await erase(tx, person=gone.person)
    await outbox.forget(tx, which=[gone.id])
    await addresses.detach(tx, address=gone.id)
    return await addresses.meet(tx, external=address.external, alias=alias, language=address.language, **here)


async def _take(tx: Tx, code: str) -> str | None:
    """Use a code up; return whose it is, or None when it does not hold."""
    bare = typed(code)
    if bare is None:
        return None
    holds = (links.c.code_index == _index(tx, bare)) & (links.c.expires_at > tx.now)
    row = await tx.first(delete(links).where(holds).returning(links.c.person))
    return None if row is None else str(row.person)


async def _hand_over(tx: Tx, old: str, new: str) -> None:
    """Give one member what another had, where they have not got it themselves."""
    for group in await groups.of(tx, person=old):
        await groups.join(tx, group=group.id, person=new)
    held = select(seats.c.group_id).where(seats.c.person == new)
    await tx.run(update(seats).where(seats.c.person == old, seats.c.group_id.not_in(held)).values(person=new))
    await entries.hand_over(tx, person=old, to=new)
    await linked.hand_over(tx, person=old, to=new)
    for noun in (posts, reactions, hearing):
        await noun.hand_over(tx, person=old, to=new)
    await topics.hand_over(tx, person=old, to=new)
    await news.hand_over(tx, person=old, to=new)
    await practices.hand_over(tx, author=old, to=new)
    await files.hand_over(tx, person=old, to=new)
    await marks.hand_over(tx, person=old, to=new)
    await followups.hand_over(tx, person=old, to=new)
    await standings.hand_over(tx, person=old, to=new)
    await questions.hand_over(tx, person=old, to=new)
    await answers.hand_over(tx, person=old, to=new)
    await calls.hand_over(tx, person=old, to=new)
    await translations.hand_over(tx, person=old, to=new)
    await ballots.hand_over(tx, person=old, to=new)
    await polls.hand_over(tx, person=old, to=new)
    await allies.hand_over(tx, person=old, to=new)
    await introductions.hand_over(tx, person=old, to=new)
    await organisations.hand_over(tx, person=old, to=new)
    await relays.hand_over(tx, person=old, to=new)
    await relayed.hand_over(tx, person=old, to=new)
    await mentoring.hand_over(tx, person=old, to=new)
    await swaps.hand_over(tx, person=old, to=new)
    await tx.run(update(invitations).where(invitations.c.by == old).values(by=new))
    await approvals.hand_over(tx, person=old, to=new)
    await broadcasts.hand_over(tx, person=old, to=new)
    await rsvps.hand_over(tx, person=old, to=new)
    await exchanges.hand_over(tx, person=old, to=new)
    await invitees.hand_over(tx, person=old, to=new)
    await assessments.hand_over(tx, person=old, to=new)
    await consultations.hand_over(tx, person=old, to=new)
    await series.hand_over(tx, person=old, to=new)
    await outputs.hand_over(tx, person=old, to=new)
    await remarks.hand_over(tx, person=old, to=new)
    await attendance.hand_over(tx, person=old, to=new)
    await actions.hand_over(tx, person=old, to=new)
    await steps.hand_over(tx, person=old, to=new)
    await feedback.hand_over(tx, person=old, to=new)
    await feeds.hand_over(tx, person=old, to=new)
    await slots.hand_over(tx, person=old, to=new)
    await preparations.hand_over(tx, person=old, to=new)
    for each in (problems, escalations, insights):
        await each.hand_over(tx, person=old, to=new)


def _index(tx: Tx, code: str) -> str:
    return tx.seal.index("links.code", code)
