"""Erasure: everything that is kept about a person, taken out of every table; and read out to them.

A new table that holds anything of a person is added here, in ``erase`` and in ``export``: the
test of canaries finds the one that was forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select, update

from network import (
    actions,
    addresses,
    allies,
    answers,
    appeals,
    assessments,
    attachments,
    attendance,
    ballots,
    broadcasts,
    calls,
    charters,
    cohosts,
    consultations,
    contents,
    conversations,
    digests,
    directory,
    due,
    entries,
    escalations,
    exchanges,
    feedback,
    feeds,
    files,
    followups,
    groups,
    imports,
    inbox,
    insights,
    introductions,
    leads,
    linked,
    marks,
    members,
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
    removals,
    reports,
    rsvps,
    series,
    slots,
    standings,
    steps,
    topics,
    traces,
    translations,
    vouches,
)
from network.approvals import approvals, decisions
from network.invitations import code_tries, invitation_uses, invitations
from network.jobs import jobs
from network.leaving import ERASE
from network.rates import rates
from network.store import Tx

AT_ONCE = 200
DECIDE = "decide"  # the conversation in which coordinators see what waits for them


async def erase(tx: Tx, *, person: str, keep_practices: bool = True, keep_listed: bool = False) -> None:
    """Take a person out of every table; again, it changes nothing.

    Published practices stay without an author, or go with ``keep_practices=False``. With ``keep_listed`` it
    stays known that the number was invited from a list. The audit log
    holds opaque ids only, and stays. Around it the caller appends a tombstone before the commit,
    and afterwards deletes the person's media and calls ``Store.scrub``. The job that
    asked for it stays, so that it is tried again until that is done too.
    """
    if not keep_listed:
        await imports.forget(tx, person=person)
    await linked.forget(tx, person=person)
    for address in await addresses.of(tx, person=person):
        await _erase_address(tx, address)
    await outbox.forget_about(tx, person=person)
    await contents.forget_about(tx, person=person)
    await conversations.end_all(tx, person=person)
    await due.forget(tx, people=[person])
    await news.forget_author(tx, author=person)
    await practices.forget_author(tx, author=person, keep=keep_practices)
    await posts.forget(tx, person=person)
    await files.forget_person(tx, person=person)
    await standings.forget(tx, person=person)
    await answers.forget(tx, person=person, asked=await questions.forget(tx, person=person))
    await calls.forget(tx, person=person)
    await translations.forget(tx, person=person)
    await broadcasts.forget(tx, person=person)
    await actions.forget(tx, person=person)
    await attendance.forget(tx, person=person)
    await cohosts.forget(tx, person=person, keep=keep_practices)
    await consultations.forget(tx, person=person)
    await escalations.forget(tx, person=person)
    await problems.forget(tx, person=person)
    await outputs.forget(tx, person=person)
    await leads.forget(tx, person=person)
    await ballots.forget(tx, person=person)
    await polls.forget(tx, person=person)
    await introductions.forget(tx, person=person)
    await organisations.forget(tx, person=person)
    await reports.forget(tx, person=person)
    await relayed.forget(tx, person=person)
    await relays.forget(tx, person=person)
    await _erase_approvals(tx, person)
    await tx.run(delete(jobs).where(jobs.c.person == person, jobs.c.kind != ERASE))
    await tx.run(delete(invitations).where(invitations.c.by == person))
    for table in (invitation_uses, code_tries):
        await tx.run(delete(table).where(table.c.person == person))
    await tx.run(delete(members.members).where(members.members.c.id == person))  # and all that hangs on it


async def purge_unconsented(tx: Tx, *, before: datetime) -> int:
    """Erase people who first wrote before an instant and never consented; return how many, 200 at most."""
    table, known = addresses.addresses, members.members
    consented = select(known.c.id).where(known.c.id == table.c.person).exists()
    chat = select(linked.linked.c.id).where(linked.linked.c.address == table.c.id).exists()  # of a group, of nobody
    query = select(table.c.person).where(table.c.created_at < before, ~consented, ~chat).distinct().limit(AT_ONCE)
    people = [row.person for row in await tx.all(query)]
    for person in people:
        await erase(tx, person=person, keep_practices=False, keep_listed=True)  # their invitation still holds
    return len(people)


async def export(tx: Tx, *, person: str) -> dict[str, Any]:
    """Return everything that is kept about a person, opened, as JSON values to be read by them."""
    return {
        "profile": await _profile(tx, person),
        "addresses": [
            {
                "app": found.channel,
                "id": found.external,
                "other_id": found.alias,
                "last_message": _at(found.last_inbound_at),
            }
            for found in await addresses.of(tx, person=person)
        ],
        "group_chats": await _names(tx, person, await linked.entered(tx, person=person)),
        "posts": await posts.copy(tx, person=person),
        "post_reactions": await reactions.copy(tx, person=person),
        "groups": await _names(tx, person, await groups.of(tx, person=person)),
        "coordinates": await _names(tx, person, await groups.coordinated_by(tx, person=person)),
        "groups_asked": await entries.copy(tx, person=person),
        "groups_removed": await removals.copy(tx, person=person),
        "vouches": await _count(tx, vouches.vouches, "person", person),
        "topics": await topics.followed(tx, person=person),
        "pace": await _pace(tx, person),
        "news_heard": await _count(tx, news.told, "person", person),
        "files": [{"kind": file.kind, "sent_at": _at(file.asked_at)} for file in await files.of(tx, person=person)],
        "practices": [await _practice(tx, shared) for shared in await practices.mine(tx, author=person)],
        "marks": await marks.all_of(tx, person=person),
        "followups": await followups.all_of(tx, person=person),
        "questions": await questions.copy(tx, person=person),
        "answers": await answers.copy(tx, person=person),
        "translations": await translations.copy(tx, person=person),
        "votes": await ballots.copy(tx, person=person),
        "polls": await polls.copy(tx, person=person),
        "directory": await directory.copy(tx, person=person),
        "organisations": await organisations.copy(tx, person=person),
        "found_on": await allies.copy(tx, person=person),
        "proposals": await introductions.copy(tx, person=person),
        "relays": await relayed.copy(tx, person=person),
        "broadcasts": await broadcasts.copy(tx, person=person),
        "invitations_answered": await rsvps.count(tx, person=person),
        "assessment": await assessments.copy(tx, person=person),
        "consultations": await consultations.copy(tx, person=person),
        "series": await series.copy(tx, person=person),
        "series_texts": await outputs.copy(tx, person=person),
        "remarks": await remarks.copy(tx, person=person),
        "problems": await problems.copy(tx, person=person),
        "escalations": await escalations.copy(tx, person=person),
        "insights_heard": await insights.copy(tx, person=person),
        "exchanges": await exchanges.copy(tx, person=person),
        "times_answered": await slots.copy(tx, person=person),
        "calendar_address": await feeds.is_open(tx, person=person),
        "exchanges_answered": await attendance.copy(tx, person=person),
        "actions": await actions.copy(tx, person=person),
        "step_replies": await steps.copy(tx, person=person),
        "feedback": await feedback.copy(tx, person=person),
        "exchange_questions": await preparations.copy(tx, person=person),
        "questions_received": await calls.count(tx, person=person),
        "endorsements": await standings.entered_by(tx, person=person),
        "conversations": [
            {"name": talk.name, "answers": talk.answers} for talk in await conversations.of(tx, person=person)
        ],
        "was_on_a_list": await imports.was_on_a_list(tx, person=person),
        "invitations_made": await _count(tx, invitations, "by", person),
        "decisions_made": await _count(tx, decisions, "person", person),
        "reasons_given": await _reasons(tx, person),
        "appeals": await appeals.made_by(tx, person=person),
        "requests_made": await _count(tx, approvals, "by", person),
        "reminders_set": await _count(tx, due.due, "person", person),
    }


async def _erase_address(tx: Tx, address: addresses.Address) -> None:
    externals = [value for value in (address.external, address.alias) if value]
    await inbox.forget(tx, channel=address.channel, externals=externals)
    await outbox.forget(tx, which=[address.id])
    await traces.forget(tx, which=[address.id])
    await tx.run(delete(rates).where(rates.c.key == address.id))
    await addresses.detach(tx, address=address.id)


async def _erase_approvals(tx: Tx, person: str) -> None:
    """Forget what a person asked for and what was asked about them; of what they decided, keep only that it was."""
    theirs = or_(approvals.c.by == person, approvals.c.subject == person)
    asked = [row.id for row in await tx.all(select(approvals.c.id).where(theirs))]
    if asked:
        await conversations.end_about(tx, name=DECIDE, ids=asked)  # a coordinator may be reading it
    await tx.run(delete(approvals).where(theirs))
    await tx.run(update(decisions).where(decisions.c.person == person).values(person="", reason=None))


async def _profile(tx: Tx, person: str) -> dict[str, Any]:
    member = await members.find(tx, person=person)
    if member is None:
        return {}
    given = {key: getattr(member, key) for key in (*members.SEALED, *members.PLAIN)}
    table = members.members
    consented_at = await tx.scalar(select(table.c.consented_at).where(table.c.id == person))
    return {
        **given,
        "consented_at": _at(consented_at),
        "state": member.state.value,
        "joined_at": _at(member.joined_at),
        "secret_word": member.has_panic_word,
    }


async def _names(tx: Tx, person: str, found: Sequence[groups.Group]) -> list[str]:
    """Return the names of groups as their member reads them, of those of a country its code."""
    member = await members.find(tx, person=person)
    language = member.language if member else ""
    charted = await charters.many(tx, found=found)
    return [each.group.code if each.group.is_home else each.name(language) for each in charted]


async def _pace(tx: Tx, person: str) -> str:
    known = await digests.of(tx, person=person)
    return known.pace.value if known else ""


async def _reasons(tx: Tx, person: str) -> list[str]:
    query = select(decisions.c.id, decisions.c.reason).where(decisions.c.person == person)
    rows = await tx.all(query.where(decisions.c.reason.is_not(None)).order_by(decisions.c.at))
    return [tx.seal.open("decisions.reason", row.id, row.reason) for row in rows]


async def _practice(tx: Tx, shared: practices.Practice) -> dict[str, Any]:
    return {
        "title": shared.title,
        "parts": shared.parts,
        "facts": asdict(shared.facts),
        "topics": list(shared.topics),
        "state": shared.state.value,
        "level": shared.level,
        "files": [file.kind for file in await attachments.of(tx, practice=shared.id)],
        "reason": shared.reason,
        "published_at": _at(shared.published_at),
    }


async def _count(tx: Tx, table: Table, column: str, person: str) -> int:
    return len(await tx.all(select(table.c[column]).where(table.c[column] == person)))


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
