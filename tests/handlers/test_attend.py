"""Attending in conversation: an invitation through a relay, open days for everybody, and every step in Arabic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.language import Text
from handlers.messages import read
from network import dispatch, exchanges, groups, shutdowns
from network.dispatch import Limits
from network.rates import Limit
from tests.handlers.introducing import met
from tests.handlers.test_agreeing import tells
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import LINK, PLACE, PLAN, acts, planned

FREE = Limit(1_000_000, 1.0, 1_000_000)
TITLE = "Le thé du marché"
OPEN_DAY = (PLAN[0], "[An open day]", *PLAN[2:-2], "[No limit]", PLAN[-1])


async def hosts_and_meets(open_phone):
    """Plan an exchange for those with a code; its host writes with a stranger, as Baobab with Dune."""
    awa, _issa = await coordinators(open_phone, "en")
    stranger = open_phone(channel="whatsapp")
    await met(awa, stranger)
    await awa.is_member(country="NE", name="Awa")
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        await groups.join(tx, group=group, person=awa.person)
    await goes_through(awa, "/exchange", *PLAN[1:-3], "[Only with a code]", "[No limit]", "[Yes, propose it]")
    await goes_through(awa, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    return awa, stranger


async def test_a_code_goes_through_a_relay(open_phone):
    """The host is told what the other learns; the other reads the invitation under a name, and enters with it once."""
    awa, stranger = await hosts_and_meets(open_phone)
    await goes_through(awa, "/hosting", "1", "[A code for a guest]")
    awa.hears("To whom does the code go? You can send it to those you write with.")
    awa.sees_choices("I hand it on myself", "1. Dune")
    await awa.says("2")
    awa.hears("Dune then knows that “Baobab”, as you call yourself there, is a host of this exchange")
    await awa.taps("Yes, send it")
    awa.hears("It is on its way to Dune.")
    stranger.hears("Baobab invites you to an exchange: “Le thé du marché”.", "Until you open it nobody knows")
    stranger.does_not_hear("Awa", PLACE, LINK)
    await stranger.taps("See and answer")
    stranger.hears("A dialogue: “Le thé du marché”")
    stranger.does_not_hear(PLACE, LINK)
    await stranger.taps("Yes, I come")
    stranger.hears("You have a place.", LINK)
    await goes_through(awa, "/hosting", "1", "[Who comes]")
    awa.does_not_hear("Dune")


async def test_the_host_may_think_better_of_it(open_phone):
    """Without the second yes nothing goes out; a code to be handed on is still made."""
    awa, stranger = await hosts_and_meets(open_phone)
    stranger.heard = []
    await goes_through(awa, "/hosting", "1", "[A code for a guest]", "[1. Dune]", "[No]")
    awa.hears("Nothing was sent.")
    stranger.hears_nothing()
    await goes_through(awa, "/hosting", "1", "[A code for a guest]", "[I hand it on myself]")
    awa.hears("Hand this code to the one you invite")


async def test_an_open_day_is_for_every_member(open_phone):
    """News goes to its audience alone; anybody else sees it under “What is on”, comes, and then hears of changes."""
    awa, _issa = await coordinators(open_phone, "en")
    near = await joins(open_phone())
    far, other = open_phone(), open_phone()
    await far.is_member(country="TN")
    await other.is_member(country="ML")
    await goes_through(awa, *OPEN_DAY, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    assert [len(await queued(phone)) for phone in (near, far, other)] == [1, 0, 0]
    await far.says("/attend")
    far.hears("Nothing is planned for you yet.")
    await goes_through(far, "/calendar", "[Everything]", "1")
    far.hears("An open day: “Le thé du marché”")
    far.does_not_hear(PLACE, LINK)
    await far.taps("Yes, I come")
    far.hears("You have a place.", LINK)
    await goes_through(far, "/attend", "1")
    far.hears("You have a place.")
    await goes_through(awa, "/hosting", "1", "[Move it]", "8/12/2026", "10:00")
    await acts(awa)
    assert [len(await queued(phone)) for phone in (near, far, other)] == [1, 1, 0]


@pytest.mark.parametrize("kind", ["[A dialogue]", "[A visit]"])
async def test_what_is_for_a_group_stays_with_it(open_phone, kind):
    """Who is not invited sees nothing of it under “What is on”, and cannot open it."""
    awa, _issa = await coordinators(open_phone, "en")
    far = open_phone()
    await far.is_member(country="TN")
    await goes_through(awa, PLAN[0], kind, *PLAN[2:], "[Set the time]", "7/12/2026", "10:00")
    await goes_through(far, "/calendar", "[Everything]")
    far.hears("Nothing is planned for you yet.")
    async with awa.world.store.reading(awa.world.now) as tx:
        [found] = await exchanges.hosted(tx, person=awa.person)
    await far.says(f"/attend {found.id}")
    far.hears("That is not for you to answer, or is over. Thank you for coming.")


async def test_a_border_zone_is_an_audience(open_phone):
    """The members of both its countries are meant, and nobody else (R109)."""
    awa, _issa = await coordinators(open_phone, "en")
    mali, chad = open_phone(), open_phone()
    await mali.is_member(country="ML")
    await chad.is_member(country="TD")
    await goes_through(awa, *PLAN[:-3], "[Others too]", "[The whole network]", "[Only a border zone]", "[Niger – Mali]")
    awa.hears("Countries: Niger · Mali", "That is exactly 3 members.")


async def test_news_waits_for_a_dark_country_and_is_not_told_too_late(open_phone):
    """What is news comes with the rest when there is light again, as long as it has not begun."""
    awa, _issa = await coordinators(open_phone, "en")
    cut = open_phone()
    await cut.is_member(country="ML")
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=cut.person)
        await shutdowns.darken(tx, country="ML", by="steward")
    await planned(awa)
    async with world.store.transaction(world.now) as tx:
        limits = Limits(account=FREE, chat=FREE)
        sent = (await dispatch.claim(tx, channel="telegram", account="main", limits=limits, limit=50)).calls
    assert cut.address not in {call.address for call in sent}
    for days, waits in ((0, 1), (10, 1), (20, 0)):
        async with world.store.reading(world.now + timedelta(days=days)) as tx:
            held = await shutdowns.withheld(tx, person=cut.person)
        assert [TITLE in read(each).text for each in held] == [True] * waits


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_every_step_in_arabic_by_digits(open_phone, channel):
    """From the times that suit to late and cannot connect: all is understood in its digits and said in its words."""
    awa, issa = await coordinators(open_phone, "ar")
    guest = await joins(open_phone(language="ar", channel=channel), quiet_from="", quiet_until="")
    await goes_through(awa, *(Text(each[1:-1]) if each.startswith("[") else each for each in PLAN))
    await goes_through(awa, Text("Agree on a time"), Text("Add a time"), "٧/١٢/٢٠٢٦", "١٠:٠٠", "١")
    awa.hears("Proposed. Whoever is invited hears of it and says what suits.")
    await tells(awa)
    await queued(guest)
    guest.hears(Text("A time is looked for. Which one suits you?\n\n“{title}”", {"title": TITLE}))
    await goes_through(guest, Text("Say what suits me"), "١", "٢")
    guest.hears("Thank you. You can change it until a time is set; others see how many, not who.")
    await goes_through(awa, "/hosting", "١", Text("Agree on a time"), Text("Take one of them"), "١")
    awa.hears("It is set. Everybody who is invited hears of it, each in their own language.")
    await tells(awa)
    await queued(guest)
    await goes_through(guest, Text("See and answer"), Text("Yes, I come"))
    guest.hears("You have a place.", LINK)
    await guest.waits(days=13, hours=22, minutes=30)
    await goes_through(guest, "/attend", "١", Text("I am late"), "٢")
    guest.hears("The hosts know.")
    for host in (awa, issa):
        host.hears(Text("Somebody comes late to “{title}”.", {"title": TITLE}))
    await goes_through(guest, "/attend", "١", Text("I cannot connect"), "١")
    issa.hears(TITLE)
