"""Vouches: a member's word that somebody who asks to join a group is who they say, and is welcome there.

Whoever asks names nobody: either they have a code of a member, or a coordinator asks one. Who is
asked may say no, or nothing; neither is told to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, ForeignKey, String, Table, delete, func, select, update

from network import audit, codes, groups, invitations
from network.errors import Conflict, Forbidden, Missing
from network.ids import new_id
from network.members import State, members
from network.store import Instant, Tx, metadata

CODE_LENGTH = 8  # letters and digits: 39 bits, tried at most ten times an hour
CODE = "vouches.code"  # the field of its keyed index
HOLDS = timedelta(days=14)
MOST_OPEN = 5  # codes of one member that were not used yet
OFFERED, ASKED, GIVEN, DECLINED = "offered", "asked", "given", "declined"
WRONG, SLOW = "wrong", "slow"

vouches = Table(
    "vouches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(32), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("entry", String(32), ForeignKey("entries.id", ondelete="CASCADE"), index=True),
    Column("code_index", String(32), unique=True),
    Column("state", String(8), nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Vouch:
    """A member's word, given or asked for; ``entry`` is empty while it is a code that nobody used."""

    id: str
    group: str
    person: str
    entry: str
    state: str


class Enough(Conflict):
    """This member has as many codes open as one may have."""


async def offer(tx: Tx, *, group: str, by: str) -> str:
    """Return a code by which one person can ask to join a group, with this member's word. Raise Missing, Enough.

    It holds for 14 days. Audited.
    """
    if by not in await groups.members_of(tx, group=group):
        raise Missing
    mine = (vouches.c.person == by, vouches.c.state == OFFERED, vouches.c.at > tx.now - HOLDS)
    if await tx.scalar(select(func.count()).select_from(vouches).where(*mine)) >= MOST_OPEN:
        raise Enough
    code = codes.fresh(CODE_LENGTH)
    row = {"id": new_id(), "group_id": group, "person": by, "state": OFFERED, "at": tx.now}
    await tx.run(vouches.insert(), {**row, "code_index": tx.seal.index(CODE, code)})
    await audit.record(tx, act="vouch", actor=by, subject=group)
    return codes.shown(code)


async def typed(tx: Tx, *, person: str, code: str) -> dict[str, str]:
    """Look at a code that somebody typed: return ``state`` (OFFERED, WRONG, SLOW) and its ``vouch`` and ``group``."""
    if await invitations.too_many(tx, person=person):
        return {"state": SLOW}
    bare = codes.typed(code, CODE_LENGTH)
    holds = (vouches.c.state == OFFERED, vouches.c.at > tx.now - HOLDS, vouches.c.person != person)
    known = vouches.c.code_index.in_(tx.seal.indexes(CODE, bare or ""))
    row = await tx.first(select(vouches).where(known, *holds)) if bare else None
    if row is None or row.person not in await groups.members_of(tx, group=row.group_id):
        await invitations.wrong(tx, person=person)
        return {"state": WRONG}
    return {"state": OFFERED, "vouch": row.id, "group": row.group_id}


async def use(tx: Tx, *, vouch: str, entry: str) -> None:
    """Use a code up, as its member's word for who asks. Raise Conflict when it holds no more."""
    offered = (vouches.c.id == vouch, vouches.c.state == OFFERED, vouches.c.at > tx.now - HOLDS)
    values = {"entry": entry, "state": GIVEN, "code_index": None, "at": tx.now}
    if not await tx.run(update(vouches).where(*offered).values(**values)):
        raise Conflict


async def ask(tx: Tx, *, entry: str, group: str, person: str, by: str) -> str:
    """Ask a member for their word and return the id of the asking. Raise Forbidden, Missing, Conflict. Audited."""
    if by not in {seat.person for seat in await groups.seated(tx, group=group)}:
        raise Forbidden
    if person not in await groups.members_of(tx, group=group):
        raise Missing
    if person in await asked(tx, entry=entry):
        raise Conflict
    row = {"id": new_id(), "group_id": group, "person": person, "entry": entry, "state": ASKED, "at": tx.now}
    await tx.run(vouches.insert(), {**row, "code_index": None})
    await audit.record(tx, act="ask_vouch", actor=by, subject=entry)
    return str(row["id"])


async def find(tx: Tx, *, vouch: str, person: str) -> Vouch | None:
    """Return what a member is asked for, while they have not answered; else None."""
    mine = (vouches.c.id == vouch, vouches.c.person == person, vouches.c.state == ASKED)
    row = await tx.first(select(vouches).where(*mine))
    return None if row is None else Vouch(row.id, row.group_id, row.person, row.entry or "", row.state)


async def answer(tx: Tx, *, vouch: str, person: str, give: bool) -> None:
    """Give one's word, or decline unseen. Raise Missing."""
    mine = (vouches.c.id == vouch, vouches.c.person == person, vouches.c.state == ASKED)
    if not await tx.run(update(vouches).where(*mine).values(state=GIVEN if give else DECLINED, at=tx.now)):
        raise Missing


async def asked(tx: Tx, *, entry: str) -> set[str]:
    """Return the ids of those whose word was asked for or given, whatever they said."""
    return {row.person for row in await tx.all(select(vouches.c.person).where(vouches.c.entry == entry))}


async def given(tx: Tx, *, entry: str) -> int:
    """Return how many active members of the group gave their word."""
    active = (members.c.id == vouches.c.person) & (members.c.state == State.ACTIVE.value)
    query = select(func.count()).select_from(vouches.join(members, active))
    return int(await tx.scalar(query.where(vouches.c.entry == entry, vouches.c.state == GIVEN)))


async def hand_over(tx: Tx, *, person: str, to: str) -> None:
    """Let one member's word be another's: two memberships of one human being."""
    await tx.run(update(vouches).where(vouches.c.person == person).values(person=to))


async def purge(tx: Tx) -> int:
    """Forget codes that hold no more; return how many."""
    return await tx.run(delete(vouches).where(vouches.c.state == OFFERED, vouches.c.at <= tx.now - HOLDS))
