"""The directory: nobody, nothing and no number is shown beyond what its people said yes to; on both databases."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select

from network import allies, countries, directory, erasure, introductions, members, organisations, regimes
from network.attribution import REGION
from network.directory import DECADE, MOST_TOPICS, SOUGHT, Entry, Shown
from network.errors import Invalid, Missing
from network.members import SERVICES, SIDES, State
from network.store import Store, Tx
from tests.network.people import enrolled, seated

TOPICS = ("com.dialogue", "jus.access", "com.policing")
COUNTRIES = ("NE", "ML", "TN")
WHY: dict[str, Any] = {"name": "=baobab", "why": "Comment avez-vous commencé ?", "level": REGION, "topic": TOPICS[0]}


async def listed(tx: Tx, *shown: Shown, **who: Any) -> str:
    """Make a member who said yes to these fields, and return their id."""
    person = await enrolled(tx, **{"organisation": "Radio Tarka", **who})
    for what in shown:
        await says_yes(tx, person, what)
    return person


async def says_yes(tx: Tx, person: str, what: Shown, dice: random.Random | None = None) -> None:
    """Say yes to one field, with a value of one's own where it has one."""
    member = await members.get(tx, person=person)
    zones = countries.zones(member.country)
    dice = dice or random.Random(0)
    values = {
        Shown.ALIAS: [f"Alias{person[:6]}"],
        Shown.ZONE: [dice.choice(zones)],
        Shown.TOPICS: dice.sample(TOPICS, dice.randint(1, 2)),
    }
    await directory.show(tx, person=person, what=what.value, values=values.get(what, []))


async def entry_of(tx: Tx, person: str) -> str:
    """Return the id of somebody's entry."""
    return (await directory.mine(tx, person=person)).entry.id


async def test_nothing_is_shown_before_a_yes_and_nothing_after_it_is_taken_back(store: Store, now: datetime) -> None:
    """Each field is shown by its own yes alone, and is gone in the step that takes it back."""
    async with store.transaction(now) as tx:
        looks, person = await enrolled(tx), await listed(tx)
        assert await directory.find(tx, person=looks) == []
        await says_yes(tx, person, Shown.CONTACT)
        assert await directory.find(tx, person=looks) == []
        await says_yes(tx, person, Shown.COUNTRY)
        entry = await entry_of(tx, person)
        assert await directory.find(tx, person=looks) == [Entry(entry, country="NE", contact=True)]
        await says_yes(tx, person, Shown.NAME)
        assert (await directory.get(tx, entry=entry, person=looks)).name == "Awa"
        await says_yes(tx, person, Shown.ALIAS)
        assert (await directory.mine(tx, person=person)).fields == {Shown.COUNTRY, Shown.ALIAS, Shown.CONTACT}
        assert (await directory.get(tx, entry=entry, person=looks)).name.startswith("Alias")
        for what in (Shown.ALIAS, Shown.COUNTRY):
            await directory.hide(tx, person=person, what=what)
        with pytest.raises(Missing):
            await directory.get(tx, entry=entry, person=looks)
        await says_yes(tx, person, Shown.SIDE)
        await directory.hide_all(tx, person=person)
        assert await directory.find(tx, person=looks) == []
        assert await tx.scalar(select(func.count()).select_from(directory.card_fields)) == 0


@pytest.mark.parametrize(
    ("what", "change"),
    [
        (Shown.NAME, {"name": "Amina"}),
        (Shown.ORGANISATION, {"organisation": "Radio Air"}),
        (Shown.ORGANISATION, {"organisation": ""}),
        (Shown.SERVICE, {"service": "media"}),
        (Shown.COUNTRY, {"country": "ML"}),
        (Shown.ZONE, {"country": "TN"}),
        (Shown.SIDE, {"side": "official", "service": "police"}),
        (Shown.NAME, {"visibility": "private"}),
        (Shown.SERVICE, {"visibility": "private"}),
    ],
)
async def test_a_yes_is_to_what_stood_there(store: Store, now: datetime, what: Shown, change: dict[str, str]) -> None:
    """What the member changes afterwards is not shown, nor what was there before, until they say yes anew."""
    async with store.transaction(now) as tx:
        looks, person = await enrolled(tx), await listed(tx, what)
        assert len(await directory.find(tx, person=looks)) == 1
        await members.change(tx, person=person, **change)
        assert await directory.find(tx, person=looks) == []
        assert (await directory.mine(tx, person=person)).fields == set()


@pytest.mark.parametrize(
    ("what", "values", "who"),
    [
        (Shown.NAME, [], {"visibility": "private"}),
        (Shown.SERVICE, [], {"visibility": "private"}),
        (Shown.ORGANISATION, [], {"visibility": "private"}),
        (Shown.ORGANISATION, [], {"organisation": ""}),
        (Shown.ALIAS, [], {}),
        (Shown.ALIAS, ["x"], {}),
        (Shown.ZONE, ["TN-LY"], {}),
        (Shown.TOPICS, [], {}),
        (Shown.TOPICS, ["no.topic"], {}),
        (Shown.TOPICS, [*TOPICS, "com", "jus", "rig"][: MOST_TOPICS + 1], {}),
    ],
)
async def test_what_cannot_be_shown(
    store: Store, now: datetime, what: Shown, values: Sequence[str], who: dict[str, str]
) -> None:
    """Private mode hides name, organisation and service here too; nothing is shown that is not there."""
    async with store.transaction(now) as tx:
        person = await listed(tx, **who)
        with pytest.raises(Invalid):
            await directory.show(tx, person=person, what=what.value, values=values)


def may_say(entry: Entry, said: frozenset[Shown], member: members.Member) -> None:
    """Hold an entry against what its member said yes to."""
    open_ = member.visibility == "open"
    named = {f"Alias{member.id[:6]}"} if Shown.ALIAS in said else set()
    allowed = {
        "name": named | ({member.name} if Shown.NAME in said and open_ else set()),
        "organisation": {member.organisation} if Shown.ORGANISATION in said and open_ else set(),
        "service": {member.service} if Shown.SERVICE in said and open_ else set(),
        "side": {member.side} if Shown.SIDE in said else set(),
        "country": {member.country} if Shown.COUNTRY in said else set(),
        "zone": set(countries.zones(member.country)) if Shown.ZONE in said else set(),
    }
    for name, values in allowed.items():
        assert getattr(entry, name) in {"", *values}, name
    assert not entry.topics or Shown.TOPICS in said
    assert not entry.contact or Shown.CONTACT in said


@pytest.mark.parametrize("seed", range(4))
async def test_no_search_shows_a_field_without_a_yes(store: Store, now: datetime, seed: int) -> None:
    """Over roles, sides, services, states and whatever people said and took back: no look-up tells more than the yeses.

    Whoever did not say yes to a field is not found by it either: a search would tell it.
    """
    dice = random.Random(seed)
    async with store.transaction(now) as tx:
        viewers = [await enrolled(tx), await seated(tx, "NE", "civil"), await seated(tx, "ML", "official")]
        said: dict[str, frozenset[Shown]] = {}
        for _number in range(40):
            side = dice.choice(SIDES)
            who = {"side": side, "service": dice.choice(SERVICES[side]), "country": dice.choice(COUNTRIES)}
            person = await listed(tx, **who)
            yes = set(dice.sample(sorted(Shown), dice.randint(0, len(Shown))))
            for what in sorted(yes):
                await says_yes(tx, person, Shown(what), dice)
            for what in dice.sample(sorted(yes), len(yes) // 4):
                await directory.hide(tx, person=person, what=what)
                yes.discard(what)
            await members.change(tx, person=person, visibility=dice.choice(members.VISIBILITIES))
            if not dice.randrange(4):
                await members.change(tx, person=person, country=dice.choice(COUNTRIES))
            await members.set_state(tx, person=person, state=dice.choice([*State, *[State.ACTIVE] * 6]))
            said[await entry_of(tx, person)] = frozenset(Shown(what) for what in yes)
        whose = {row.id: row.person for row in await tx.all(select(directory.cards))}
        zones = {zone for country in COUNTRIES for zone in countries.zones(country)}
        values = {Shown.TOPICS: [*TOPICS, "com"], Shown.COUNTRY: COUNTRIES, Shown.SIDE: SIDES, Shown.ZONE: zones}
        looked = [("", ""), *((by, value) for by in SOUGHT for value in values[by])]
        shown = 0
        for looks, (by, value) in product(viewers, looked):
            for entry in await directory.find(tx, person=looks, by=by, value=value):
                member = await members.get(tx, person=whose[entry.id])
                assert member.state is State.ACTIVE
                assert not by or Shown(by) in said[entry.id]
                may_say(entry, said[entry.id], member)
                assert whose[entry.id] not in repr(entry)
                shown += 1
        assert shown > len(viewers) * len(looked)


async def test_figures_tell_nothing_of_fewer_than_ten_nor_by_difference(store: Store, now: datetime) -> None:
    """Cells of every size: whole tens, no cell below ten, and one member more or less in a cell moves no other."""
    sizes = {
        ("NE", "civil"): 9,
        ("NE", "official"): 10,
        ("ML", "civil"): 19,
        ("TN", "official"): 23,
        ("TN", "civil"): 1,
    }
    async with store.transaction(now) as tx:
        for (country, side), many in sizes.items():
            for _number in range(many):
                await enrolled(tx, country=country, side=side, service=SERVICES[side][0])
        for state in (State.STOPPED, State.WAITING, State.JOINING, State.LOCKED):
            await enrolled(tx, country="NE", state=state)
        assert await directory.figures(tx) == {"ML": {"civil": 10}, "NE": {"official": 10}, "TN": {"official": 20}}
        await enrolled(tx, country="NE")
        assert (await directory.figures(tx))["NE"] == {"civil": 10, "official": 10}


@pytest.mark.parametrize("seed", range(5))
def test_a_figure_depends_on_its_own_cell_alone(seed: int) -> None:
    """Whatever the other cells hold, what is told of a cell is the same: so no difference gives a hidden one away."""
    dice = random.Random(seed)
    cells = [(country, side) for country in COUNTRIES for side in SIDES]
    for _time in range(200):
        counts = {cell: dice.randrange(35) for cell in cells}
        open_to_all = directory.told(counts)
        for country, side in cells:
            number = open_to_all.get(country, {}).get(side)
            assert number == (counts[country, side] // DECADE * DECADE or None)
            alone = directory.told({(country, side): counts[country, side]})
            assert alone.get(country, {}).get(side) == number


async def test_who_can_be_reached(store: Store, now: datetime) -> None:
    """Only by an entry that says so, not by whom one is apart from, nor where a country may not answer now."""
    async with store.transaction(now) as tx:
        looks = await enrolled(tx, country="TN")
        silent, person = await listed(tx, Shown.COUNTRY), await listed(tx, Shown.COUNTRY, Shown.CONTACT)
        entry = await entry_of(tx, person)
        assert not await organisations.can_reach(tx, door=await entry_of(tx, silent), person=looks)
        assert await organisations.can_reach(tx, door=entry, person=looks)
        assert not await organisations.can_reach(tx, door=entry, person=person)
        with pytest.raises(Missing):
            await organisations.propose(tx, person=looks, door=await entry_of(tx, silent), **WHY)
        made = await organisations.propose(tx, person=looks, door=entry, **WHY)
        assert made["tell"] == person
        (waiting,) = await introductions.waiting_for(tx, person=person)
        assert (waiting.id, waiting.why, waiting.line.side) == (made["introduction"], WHY["why"], "civil")
        assert not await organisations.can_reach(tx, door=entry, person=looks)
        another = await enrolled(tx)
        await allies.block(tx, person=person, other=another)
        assert [each.id for each in await directory.find(tx, person=another)] == [await entry_of(tx, silent)]
        third = await enrolled(tx)
        observing = {"country": "NE", "standing": regimes.Standing.OBSERVING.value, "since": now}
        await tx.put(regimes.regimes, key=("country",), **observing)
        assert not await organisations.can_reach(tx, door=entry, person=third)


async def test_leaving_takes_the_entry_along_and_a_copy_holds_it(store: Store, now: datetime) -> None:
    """The copy says every yes; erased, nothing stays; of two memberships of one, the yeses of the one left count."""
    async with store.transaction(now) as tx:
        looks, person = await enrolled(tx), await listed(tx, Shown.NAME, Shown.TOPICS, Shown.CONTACT)
        kept = await erasure.export(tx, person=person)
        assert kept["directory"]["name"] == ["Awa"]
        assert set(kept["directory"]) == {"name", "topics", "contact"}
        await erasure.erase(tx, person=person)
        assert await directory.find(tx, person=looks) == []
        for table in (directory.cards, directory.card_fields):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0
