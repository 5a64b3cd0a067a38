"""Attribution: the author chooses, and less is said where more would give somebody away; on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from network import attribution, members, practices
from network.attribution import Attribution
from network.errors import Invalid, Missing
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in

ME = {"side": "official", "service": "gendarmerie", "role": "command", "country": "NE", "name": "Awa"}
SAYS: dict[int, dict[str, Any]] = {  # what each level says, beside the practice
    0: {"level": 0},
    1: {"level": 1, "side": "official", "region": attribution.SAHEL},
    2: {
        "level": 2,
        "side": "official",
        "service": "gendarmerie",
        "role": "command",
        "country": "NE",
        "year": 2026,
    },
    3: {"level": 3, "side": "official", "country": "NE", "year": 2026, "organisation": "Brigade 7"},
    4: {"level": 4, "side": "official", "country": "NE", "year": 2026, "organisation": "Brigade 7", "name": "Awa"},
}


async def crowd(tx: Tx, number: int, **fields: str) -> list[str]:
    """Make so many members of the author's cell, unless ``fields`` say otherwise."""
    return [await enrolled(tx, **(ME | {"name": "X"} | fields)) for _ in range(number)]


async def author_of(tx: Tx, level: int, **fields: str) -> tuple[str, str]:
    """Make a gendarmerie commander in Niger who shares at a level; return their id and that of the practice."""
    author = await enrolled(tx, **(ME | {"organisation": "Brigade 7"} | fields))
    return author, await handed_in(tx, author, level=level, consent=level >= practices.NAMING)


@pytest.mark.parametrize("level", [*SAYS])
async def test_each_level_says_what_it_says(store: Store, now: datetime, level: int) -> None:
    """In a large enough cell every level says its line and nothing beyond it."""
    async with store.transaction(now) as tx:
        await crowd(tx, 9)
        _author, practice = await author_of(tx, level)
        assert await attribution.of(tx, practice=practice) == Attribution(practice, **SAYS[level])


@pytest.mark.parametrize(("others", "holds"), [(0, 1), (8, 1), (9, 2), (10, 2)])
async def test_role_and_country_need_ten_who_fit(store: Store, now: datetime, others: int, holds: int) -> None:
    """With fewer than ten active members of one service, role and country only side and region are said."""
    async with store.transaction(now) as tx:
        await crowd(tx, others)
        await crowd(tx, 3, role="serve")
        await crowd(tx, 3, country="ML")
        await crowd(tx, 3, service="police")
        for person in await crowd(tx, 3):
            await members.set_state(tx, person=person, state=State.STOPPED)
        author, practice = await author_of(tx, 2)
        assert await attribution.of(tx, practice=practice) == Attribution(practice, **SAYS[holds])
        assert await attribution.holds(tx, person=author, level=2) == holds


async def test_the_ten_are_counted_at_each_reading(store: Store, now: datetime) -> None:
    """When one of ten leaves, the line that was shown before is shown no more; with a newcomer it is again."""
    async with store.transaction(now) as tx:
        others = await crowd(tx, 9)
        _author, practice = await author_of(tx, 2)
        for state, level in ((State.STOPPED, 1), (State.ACTIVE, 2)):
            await members.set_state(tx, person=others[0], state=state)
            assert (await attribution.of(tx, practice=practice)).level == level


@pytest.mark.parametrize("level", [2, 3, 4])
async def test_a_private_member_stays_private(store: Store, now: datetime, level: int) -> None:
    """Whoever chose private mode, before or after the sharing, is never said by service, organisation or name."""
    async with store.transaction(now) as tx:
        await crowd(tx, 12)
        author, practice = await author_of(tx, level)
        await members.change(tx, person=author, visibility="private")
        assert await attribution.of(tx, practice=practice) == Attribution(practice, **SAYS[1])
        assert list(await attribution.offered(tx, person=author)) == [0, 1]


@pytest.mark.parametrize(
    ("level", "fields", "holds"),
    [(3, {"organisation": ""}, 1), (4, {"organisation": ""}, 4), (4, {"name": ""}, 3)],
)
async def test_what_was_never_told_is_not_said(
    store: Store, now: datetime, level: int, fields: dict[str, str], holds: int
) -> None:
    """Without an organisation or a name the next level down is said."""
    async with store.transaction(now) as tx:
        _author, practice = await author_of(tx, level, **fields)
        assert (await attribution.of(tx, practice=practice)).level == holds


async def test_a_line_is_changed_by_its_author_alone(store: Store, now: datetime) -> None:
    """Naming needs a consent of its own, which a lower level takes back; nobody else changes the line."""
    async with store.transaction(now) as tx:
        author, practice = await author_of(tx, 1)
        change = {"practice": practice, "person": author}
        for level, consent in ((3, False), (4, False), (5, True), (-1, True)):
            with pytest.raises(Invalid):
                await attribution.change(tx, level=level, consent=consent, **change)
        with pytest.raises(Invalid):
            await handed_in(tx, author, level=4)
        with pytest.raises(Missing):
            await attribution.change(tx, practice=practice, person=await enrolled(tx), level=0)
        for level in (4, 3, 0, 1):
            await attribution.change(tx, level=level, consent=level >= practices.NAMING, **change)
            assert await attribution.of(tx, practice=practice) == Attribution(practice, **SAYS[level])
            named = (await practices.get(tx, practice=practice)).named_at
            assert (named is not None) is (level >= practices.NAMING)


@pytest.mark.parametrize(("level", "left"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 1)])
async def test_of_whoever_left_nothing_is_said(store: Store, now: datetime, level: int, left: int) -> None:
    """After the author has left neither side nor region is said, nor that they left where nothing was said before."""
    async with store.transaction(now) as tx:
        await crowd(tx, 12)
        author, practice = await author_of(tx, level)
        await practices.publish(tx, practice=practice)
        await practices.forget_author(tx, author=author, keep=True)
        assert await attribution.of(tx, practice=practice) == Attribution(practice, level=left)
