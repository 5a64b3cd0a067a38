"""Linked chats: who may link one, who is let in, and who has to go; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from network import addresses, due, erasure, groups, jobs, linked, members
from network.addresses import Address
from network.errors import Forbidden
from network.linked import Door, Linked
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, seated

HERE = {"channel": "telegram", "account": "main"}
CHAT = "-1007"


async def a_chat(tx: Tx, chat: str = CHAT, country: str = "NE") -> tuple[Linked, str]:
    """Link a chat to the group of a country, and make its link; return both it and the coordinator."""
    lead = await seated(tx, country, "civil")
    group = (await groups.by_country(tx, country=country)).id
    code = await linked.offer(tx, group=group, by=lead)
    found = await linked.accept(tx, chat=chat, code=code.lower(), **HERE)
    assert found is not None
    assert found.state is Door.OPENING
    opened = await linked.made(tx, which=found.id, invite="https://t.me/+abc")
    assert opened is not None
    return opened, lead


async def guest(tx: Tx, group: str | None, external: str = "5", **profile: Any) -> tuple[str, Address]:
    """Make a member, of a group or of none, who has written from Telegram."""
    person = await enrolled(tx, **profile)
    if group is not None:
        await groups.join(tx, group=group, person=person)
    home = await addresses.meet(tx, external=external, **HERE)
    await addresses.set_person(tx, person=home.person, to=person)
    return person, await addresses.get(tx, address=home.id)


async def asked(tx: Tx) -> list[tuple[str, str]]:
    """Return what is asked for at the door, act and guest, and forget it."""
    found = []
    for row in await tx.all(select(jobs.jobs).where(jobs.jobs.c.kind == linked.GATE).order_by(jobs.jobs.c.asked_at)):
        argument = tx.seal.open_json("jobs.argument", row.id, row.argument)
        found.append((argument["act"], argument["guest"]))
        await jobs.done(tx, job=row.id)
    return found


async def test_a_code_links_once_by_whoever_holds_a_seat(store: Store, now: Any) -> None:
    """A code works once within half an hour; a chat of one group is not taken by another; audited."""
    async with store.transaction(now) as tx:
        found, lead = await a_chat(tx)
        assert (found.chat, found.invite, found.by) == (CHAT, "https://t.me/+abc", lead)
        assert await asked(tx) == [(linked.INVITE, CHAT)]
        other = await seated(tx, "ML", "official")
        elsewhere = (await groups.by_country(tx, country="ML")).id
        with pytest.raises(Forbidden):
            await linked.offer(tx, group=found.group, by=other)
        code = await linked.offer(tx, group=elsewhere, by=other)
        assert await linked.accept(tx, chat=CHAT, code=code, **HERE) is None
        assert await linked.accept(tx, chat="-1008", code=code, **HERE) is None
        late = await linked.offer(tx, group=elsewhere, by=other)
    async with store.transaction(now + linked.HOLDS + timedelta(seconds=1)) as tx:
        assert await linked.accept(tx, chat="-1008", code=late, **HERE) is None
        again = await linked.offer(tx, group=found.group, by=lead)
        moved = await linked.accept(tx, chat="-1009", code=again, **HERE)
        assert moved is not None
        assert (moved.group, moved.chat) == (found.group, "-1009")
        assert await linked.of_chat(tx, chat=CHAT, **HERE) is None
        await linked.unlink(tx, group=found.group, by=lead)
        assert await tx.scalar(select(func.count()).select_from(linked.linked)) == 0


KNOCKS = [
    ("a member who agreed", {}, True, True, linked.ADMIT, [linked.ADMIT]),
    ("a member who did not", {}, True, False, linked.INVITE, []),
    ("of another group", {}, False, False, linked.DECLINE, [linked.DECLINE]),
    ("stopped", {"state": State.STOPPED}, True, False, linked.DECLINE, [linked.DECLINE]),
]


@pytest.mark.parametrize("case", [case[1:] for case in KNOCKS], ids=[case[0] for case in KNOCKS])
async def test_whoever_knocks(store: Store, now: Any, case: tuple[Any, ...]) -> None:
    """An active member of the group who knows what is shown of them is let in, whoever else is not."""
    profile, inside, agreed, gets, acts = case
    async with store.transaction(now) as tx:
        found, _lead = await a_chat(tx)
        await asked(tx)
        person, home = await guest(tx, found.group if inside else None, **profile)
        if agreed:
            given = await linked.agree(tx, which=found.id, person=person)
            assert given == {"invite": "https://t.me/+abc", "admitted": False}
        assert await linked.knock(tx, at=found, guest=home) == gets
        assert [act for act, _guest in await asked(tx)] == acts


async def test_to_agree_holds_for_one_entry(store: Store, now: Any) -> None:
    """Whoever agreed before the door is let in; who comes again is told again; a stranger cannot agree."""
    async with store.transaction(now) as tx:
        found, _lead = await a_chat(tx)
        person, home = await guest(tx, found.group)
        assert await linked.knock(tx, at=found, guest=home) == linked.INVITE
        assert (await linked.agree(tx, which=found.id, person=person))["admitted"]
        assert await linked.knock(tx, at=found, guest=home) == linked.INVITE
        await linked.decline(tx, which=found.id, person=person)
        other, _home = await guest(tx, None, "6")
        with pytest.raises(Forbidden):
            await linked.agree(tx, which=found.id, person=other)


@pytest.mark.parametrize("how", ["leaves", "erased", "locked"])
async def test_whoever_is_a_member_no_more_is_taken_out(store: Store, now: Any, how: str) -> None:
    """Leaving the group, being erased or about to be: each ends the place in its chat, once."""
    async with store.transaction(now) as tx:
        found, _lead = await a_chat(tx)
        person, home = await guest(tx, found.group)
        await linked.agree(tx, which=found.id, person=person)
        await linked.knock(tx, at=found, guest=home)
        assert [group.id for group in await linked.entered(tx, person=person)] == [found.group]
        assert await linked.tend(tx) == 0
        await asked(tx)
        if how == "leaves":
            await groups.leave(tx, group=found.group, person=person)
            assert [row.kind for row in await due.take(tx) if row.person is None] == [groups.TEND]
        elif how == "erased":
            await erasure.erase(tx, person=person)
        else:
            await members.set_state(tx, person=person, state=State.LOCKED)
        await linked.tend_one(tx, found.group)
        assert await linked.tend(tx) == 0
        assert await asked(tx) == [(linked.REMOVE, "5")]


async def test_the_chat_is_nobody_who_could_be_purged(store: Store, now: Any) -> None:
    """Its address is kept though nobody consented there; a new id keeps the link and wants a new invitation."""
    async with store.transaction(now) as tx:
        found, _lead = await a_chat(tx)
        await addresses.meet(tx, external="77", **HERE)
    async with store.transaction(now + timedelta(days=2)) as tx:
        assert await erasure.purge_unconsented(tx, before=tx.now - timedelta(days=1)) == 1
        await asked(tx)
        await addresses.move(tx, old=CHAT, new="-100100", **HERE)
        await linked.moved(tx, new="-100100", **HERE)
        moved = await linked.get(tx, which=found.id)
        assert moved is not None
        assert (moved.chat, moved.state, moved.invite) == ("-100100", Door.OPENING, "")
        assert await asked(tx) == [(linked.INVITE, "-100100")]
        assert await linked.shut(tx, which=found.id)
        assert not await linked.shut(tx, which=found.id)
