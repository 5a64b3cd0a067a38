"""RSVPs: one answer each, counts that point at nobody, and nothing left of whoever goes."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import erasure, members, rsvps
from network.errors import Invalid
from network.rsvps import Attendance
from network.store import Store, Tx
from tests.network.people import enrolled

EVENT = "e" * 32


async def answered(tx: Tx, side: str, answer: str, many: int) -> list[str]:
    """Let so many members of a side give an answer; return who they are."""
    people = [await enrolled(tx, side=side, service=members.SERVICES[side][0]) for _ in range(many)]
    for person in people:
        await rsvps.give(tx, broadcast=EVENT, person=person, answer=answer)
    return people


@pytest.mark.parametrize(("officials", "shown"), [(0, {}), (9, {}), (10, {"yes": {"official": 10, "civil": 12}})])
async def test_sides_are_counted_where_both_have_ten(
    store: Store, now: datetime, officials: int, shown: dict[str, dict[str, int]]
) -> None:
    """One side below ten could be told from the other and the total: then neither is shown."""
    async with store.transaction(now) as tx:
        await answered(tx, "civil", rsvps.YES, 12)
        await answered(tx, "official", rsvps.YES, officials)
        await answered(tx, "official", rsvps.NO, 11)
        total = {"yes": 12 + officials, "maybe": 0, "no": 11}
        assert await rsvps.attendance(tx, broadcast=EVENT) == Attendance(total, shown)


async def test_an_answer_takes_the_place_of_the_former(store: Store, now: datetime) -> None:
    """Whoever changes their mind counts once; what is no answer is refused."""
    async with store.transaction(now) as tx:
        [person] = await answered(tx, "civil", rsvps.YES, 1)
        await rsvps.give(tx, broadcast=EVENT, person=person, answer=rsvps.MAYBE)
        assert await rsvps.of(tx, broadcast=EVENT, person=person) == rsvps.MAYBE
        assert (await rsvps.attendance(tx, broadcast=EVENT)).total == {"yes": 0, "maybe": 1, "no": 0}
        with pytest.raises(Invalid):
            await rsvps.give(tx, broadcast=EVENT, person=person, answer="perhaps")


async def test_two_memberships_of_one_person_answer_once(store: Store, now: datetime) -> None:
    """The membership that stays keeps its own answer; the other's takes its place only where it gave none."""
    async with store.transaction(now) as tx:
        old, new = await answered(tx, "civil", rsvps.YES, 2)
        await rsvps.give(tx, broadcast=EVENT, person=new, answer=rsvps.NO)
        await rsvps.give(tx, broadcast="f" * 32, person=old, answer=rsvps.MAYBE)
        await rsvps.hand_over(tx, person=old, to=new)
        assert await rsvps.of(tx, broadcast=EVENT, person=new) == rsvps.NO
        assert await rsvps.of(tx, broadcast="f" * 32, person=new) == rsvps.MAYBE


async def test_whoever_is_erased_is_counted_no_more(store: Store, now: datetime) -> None:
    """Erased means erased: the answer goes with its member."""
    async with store.transaction(now) as tx:
        [person] = await answered(tx, "civil", rsvps.YES, 1)
        await erasure.erase(tx, person=person)
        assert (await rsvps.attendance(tx, broadcast=EVENT)).total["yes"] == 0
        assert await rsvps.count(tx, person=person) == 0
