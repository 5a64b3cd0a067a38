"""What the tests of joining, profile and leaving look up behind a phone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from network import erasure, invitations, jobs, leaving, members
from network.members import Member
from network.store import metadata
from tests.handlers.transcript import Transcript

STARTER = {"groups", "practices", "practice_topics", "practice_texts", "alembic_version", "audit"}
STARTER |= {"search_done", "search_terms", "search_words"}


async def invited(phone: Transcript, **terms: str) -> str:
    """Return the code of a fresh invitation."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await invitations.create(tx, by="steward", **terms)


async def member(phone: Transcript) -> Member | None:
    """Return the person behind a phone as a member, None before consent."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await members.find(tx, person=phone.person)


async def filled(phone: Transcript) -> set[str]:
    """Return the names of the tables that hold anything but the starter content and the audit log."""
    async with phone.world.store.reading(phone.world.now) as tx:
        found = set()
        for name, table in metadata.tables.items():
            if name not in STARTER and await tx.scalar(select(func.count()).select_from(table)):
                found.add(name)
        return found


async def erases(phone: Transcript) -> None:
    """Do the erasures that were asked for, as the workers would ten seconds later."""
    world = phone.world
    world.now += timedelta(seconds=leaving.TIDY_S)
    async with world.store.transaction(world.now) as tx:
        for job in await jobs.claim(tx, kinds=[leaving.ERASE]):
            await erasure.erase(tx, person=job.person or "", keep_practices=job.argument["keep_practices"])
            await jobs.done(tx, job=job.id)
