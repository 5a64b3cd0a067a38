"""Marks: what a member finds useful, tries, stands behind or saves; on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import erasure, links, marks, practices
from network.errors import Invalid, Missing
from network.ids import new_id
from network.store import Store
from tests.network.people import enrolled, handed_in, published


async def test_marks_are_put_and_taken_back(store: Store, now: datetime) -> None:
    """A mark stands once, is taken back by the same act, and only its person reads it."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        reader, other = await enrolled(tx), await enrolled(tx)
        assert await marks.toggle(tx, person=reader, practice=practice, kind="saved") is True
        await marks.put(tx, person=reader, practice=practice, kind="saved")
        await marks.put(tx, person=reader, practice=practice, kind="useful")
        assert await marks.of(tx, person=reader, practice=practice) == ["useful", "saved"]
        assert await marks.of(tx, person=other, practice=practice) == []
        assert [one.id for one in await marks.marked(tx, person=reader, kind="saved")] == [practice]
        assert await marks.marked(tx, person=other, kind="saved") == []
        assert await marks.toggle(tx, person=reader, practice=practice, kind="saved") is False
        assert await marks.of(tx, person=reader, practice=practice) == ["useful"]


@pytest.mark.parametrize(
    ("readers", "shown"), [(2, {}), (3, {"useful": 3, "trying": 3}), (4, {"useful": 4, "trying": 4})]
)
async def test_small_numbers_are_not_shown(store: Store, now: datetime, readers: int, shown: dict[str, int]) -> None:
    """A number is shown from three on, and what was saved is never counted."""
    async with store.transaction(now) as tx:
        practice = await published(tx, await enrolled(tx))
        for _ in range(readers):
            reader = await enrolled(tx)
            for kind in ("useful", "trying", "saved"):
                await marks.put(tx, person=reader, practice=practice, kind=kind)
        assert await marks.counts(tx, practice=practice) == shown


async def test_what_cannot_be_marked(store: Store, now: datetime) -> None:
    """Nobody praises their own, what is not open to the network has no marks, and a kind must be known."""
    async with store.transaction(now) as tx:
        author, reader = await enrolled(tx), await enrolled(tx)
        practice, draft = await published(tx, author), await handed_in(tx, author)
        with pytest.raises(Invalid):
            await marks.put(tx, person=author, practice=practice, kind="useful")
        await marks.put(tx, person=author, practice=practice, kind="saved")
        with pytest.raises(Invalid):
            await marks.put(tx, person=reader, practice=practice, kind="hated")
        for unknown in (draft, new_id()):
            with pytest.raises(Missing):
                await marks.put(tx, person=reader, practice=unknown, kind="useful")


async def test_what_is_withdrawn_leaves_the_lists(store: Store, now: datetime) -> None:
    """A saved practice that its author took back is in no list."""
    async with store.transaction(now) as tx:
        author, reader = await enrolled(tx), await enrolled(tx)
        practice = await published(tx, author)
        await marks.put(tx, person=reader, practice=practice, kind="saved")
        await practices.withdraw(tx, person=author, practice=practice)
        assert await marks.marked(tx, person=reader, kind="saved") == []


async def test_marks_go_with_their_person_and_move_with_them(store: Store, now: datetime) -> None:
    """Two memberships joined have each mark once; an erased person's marks are gone, also as a number."""
    async with store.transaction(now) as tx:
        first, second = await published(tx, await enrolled(tx)), await published(tx, await enrolled(tx))
        old, new = await enrolled(tx), await enrolled(tx)
        await marks.put(tx, person=old, practice=first, kind="useful")
        await marks.put(tx, person=old, practice=second, kind="useful")
        await marks.put(tx, person=new, practice=second, kind="useful")
        await links._hand_over(tx, old, new)
        await erasure.erase(tx, person=old)
        assert {one.id for one in await marks.marked(tx, person=new, kind="useful")} == {first, second}
        assert [one["kind"] for one in await marks.all_of(tx, person=new)] == ["useful", "useful"]
        await erasure.erase(tx, person=new)
        assert await tx.all(marks.marks.select()) == []
