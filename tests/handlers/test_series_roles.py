"""Who sees and does what in a series: those who are in it read it, its hosts act, and nobody else does either (D7)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from handlers import capabilities
from network import groups, outputs, requests, series
from network.series import Phase
from tests.handlers.test_broadcast import coordinators, joins

TITLE, PURPOSE = "Zaouiat Elhaya", "Que le souk Tafilalt soit sûr le soir."
RULES = "Chacun parle deux minutes, Bouyghrane."
TEXT = "Les horaires du poste de Tamazgha sont affichés, dans les deux langues."
DEEP = ("series", "session", "hosting", "attend", "problem", "problems", "action", "actions", "shift", "newseries")
OUT = {"delete", "stop", "panic", "profile", "privacy"}  # whoever leaves, or moves to another country, has another role
ROLES = ("stranger", "of another country", "left the group", "invited", "said no", "in it")


async def opened(awa, issa, guest):
    """Open a national series with a published text, a written one and a guest; return its id."""
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        how = {"title": TITLE, "purpose": PURPOSE, "rules": RULES, "level": "national", "places": ["NE"]}
        asked = await series.open_one(tx, by=awa.person, group=group, **how)
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
        found = asked["id"]
        await outputs.write(tx, series=found, by=awa.person, text=TEXT)
        given = await outputs.publish(tx, series=found, by=awa.person)
        await requests.settle(tx, approval=given["approval"], by=issa.person, agree=True)
        await series.advance(tx, series=found, by=awa.person)
        await outputs.write(tx, series=found, by=issa.person, text=TEXT[::-1])
        await series.take_part(tx, series=found, person=guest.person)
    return found


async def becomes(phone, role, found):
    """Put somebody in a role."""
    if role == "stranger":
        return
    country = "ML" if role == "of another country" else "NE"
    await (phone.is_member(country=country) if country == "ML" else joins(phone))
    async with phone.world.store.transaction(phone.world.now) as tx:
        if role in {"left the group", "in it", "said no"}:
            await series.take_part(tx, series=found, person=phone.person, yes=role != "said no")
        if role == "left the group":
            await groups.leave(tx, group=(await groups.by_country(tx, country="NE")).id, person=phone.person)


async def led(phone):
    """Return what only hosts change of every series and text."""
    async with phone.world.store.reading(phone.world.now) as tx:
        rows = [*await tx.all(select(series.dialogues)), *await tx.all(select(outputs.series_outputs))]
    return [tuple(row) for row in rows]


async def is_in(phone, found):
    """Whether somebody is in a series by now: an answer may have been a yes."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await series.is_in(tx, series=found, person=phone.person)


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_sees_or_does_more_than_their_role(open_phone, role):
    """Whatever is typed with its id, and whatever is answered then: no word of it leaks, and nothing of it changes."""
    awa, issa = await coordinators(open_phone, "en")
    found = await opened(awa, issa, await joins(open_phone()))
    phone, draw = open_phone(), random.Random(f"roles {role}")
    await becomes(phone, role, found)
    hidden = {TEXT[::-1]} | ({TITLE, PURPOSE, RULES} if role in ROLES[:3] else set())
    before, heard = await led(awa), set()
    for command in sorted({each.command for each in capabilities() if each.command} - OUT):
        await phone.says(f"/{command} {found}")
        for _step in range(4 if command in DEEP else 1):
            said = phone.text
            heard |= {word for word in (TITLE, PURPOSE, RULES, TEXT) if word in said}
            assert not [word for word in hidden if word in said], f"{command}:\n{said}"
            assert TEXT not in said or await is_in(phone, found), f"{command}:\n{said}"
            if not phone.choices:
                break
            await phone.presses(draw.choice(phone.choices).token)
    assert await led(awa) == before, "only hosts change it"
    assert heard >= ({TITLE, PURPOSE, RULES} if role in {"invited", "said no"} else set()), "who is invited reads why"


async def test_who_leaves_the_group_in_the_middle_is_out(open_phone):
    """Somebody taken out of the group while the card stands before them reads no more of it."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    found = await opened(awa, issa, guest)
    await guest.says(f"/series {found}")
    guest.hears(TITLE)
    async with awa.world.store.transaction(awa.world.now) as tx:
        await groups.leave(tx, group=(await groups.by_country(tx, country="NE")).id, person=guest.person)
    await guest.taps("The texts so far")
    guest.does_not_hear(TEXT)
    guest.hears("This dialogue is not there for you, or is over.")


async def test_a_host_who_passed_it_on_acts_no_more(open_phone):
    """The button of the next phase, pressed after the lead was passed on, moves nothing."""
    awa, issa = await coordinators(open_phone, "en")
    found = await opened(awa, issa, await joins(open_phone()))
    deputy = await joins(open_phone(), side="official", service="police")
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        await groups.seat(tx, group=group, person=deputy.person, rank="deputy")
    await issa.says(f"/series {found}")
    await issa.taps("Lead it")
    await issa.taps("The next phase")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await series.set_(tx, found, partner_by=deputy.person)
    await issa.taps("Yes, go on")
    issa.does_not_hear("It has begun.")
    async with awa.world.store.reading(awa.world.now) as tx:
        assert (await series.get(tx, series=found)).phase is Phase.UNDERSTAND
