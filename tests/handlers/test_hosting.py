"""Hosting in conversation: what is changed, the co-host who says no, a side that is missing, a host who goes."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from handlers.exchanges import hosting
from handlers.language import Text
from network import due, erasure, exchanges
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import LINK, PLAN, PURPOSE, acts, planned
from tests.handlers.transcript import bare

TITLE = "Le thé du marché"


async def test_a_host_changes_what_it_is(open_phone):
    """Title, aim, length, languages and rules; whoever was invited hears that something has changed, once each."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await planned(awa)
    await queued(guest)
    new = {
        "[Its title]": ("Le café du marché",),
        "[What it is for]": ("Écouter les commerçants et les agents, chacun à son tour.",),
        "[How long it lasts]": ("[It lasts 2 hours.]",),
        "[Its languages]": ("[French]", "[Arabic]", "Done"),
        "[Its ground rules]": ("[My own words]", "Chacun parle à son tour, deux minutes."),
    }
    for host, (what, answers) in zip((awa, issa) * 3, new.items(), strict=False):
        await goes_through(host, "/hosting", "1", "[Change what it is]", what, *answers)
        host.hears("It is kept. Whoever was invited hears that something has changed.")
    await acts(awa)
    messages = await queued(guest)
    assert len(messages) == 1, "of several changes at once the last one is told"
    guest.hears("Something has changed.", "Le café du marché", "It lasts 2 hours.", "Languages: Arabic · French")
    await guest.taps("See and answer")
    guest.hears("Ground rules: Chacun parle à son tour, deux minutes.")


async def test_more_places_let_the_list_move_up(open_phone):
    """Who waits hears at once that a place is theirs; nobody else hears anything."""
    awa, _issa = await coordinators(open_phone, "en")
    first, second, third = [await joins(open_phone()) for _ in range(3)]
    await planned(awa)
    for phone in (first, second, third):
        await queued(phone)
        await goes_through(phone, "[See and answer]", "[Yes, I come]")
    third.hears("You wait for a place.")
    await goes_through(awa, "/hosting", "1", "[Change what it is]", "[How many can come]", "3")
    awa.hears("Whoever waits and gets a place by it hears of it now.")
    await third.waits(seconds=1)
    third.hears("A place has become free for you")
    await third.taps("I take it")
    third.hears("You have a place.", LINK)
    assert await queued(first) == []


async def test_changes_by_typed_numbers_before_a_time_is_set(open_phone):
    """Every step can be typed; nobody hears of it before there is a time."""
    awa, _issa = await coordinators(open_phone, "en")
    await goes_through(awa, *PLAN)
    number = [bare(choice.label) for choice in awa.choices].index("Change what it is") + 1
    await goes_through(awa, str(number), "3", "12")
    awa.hears("It is kept.")
    awa.does_not_hear("Whoever")
    async with awa.world.store.reading(awa.world.now) as tx:
        [found] = await exchanges.hosted(tx, person=awa.person)
    assert found.capacity == 12


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_a_co_host_hears_of_it_and_says_no(open_phone, language):
    """The other side's coordinator is told, may say no after a second thought, and the author hears that, not why."""
    awa, issa = await coordinators(open_phone, language)
    await goes_through(awa, *PLAN)
    await issa.waits(seconds=1)
    issa.hears(
        Text(
            "You host an exchange with a coordinator of the other side: “{title}”. You see who comes, and change it as "
            "they do. If you would rather not, somebody else of your side is asked.",
            {"title": TITLE},
        )
    )
    await goes_through(issa, Text("Rather not"), Text("I host it"))
    issa.hears("Gladly. It is under “What I host”.")
    await goes_through(issa, "/hosting", "1", Text("Rather not host it"), Text("Rather not"))
    issa.hears("Thank you for saying so. You do not host it any more; the other host hears that, and not why.")
    await awa.waits(seconds=1)
    awa.hears(Text("“{title}” goes on with you. Of the other side nobody hosts it for now.", {"title": TITLE}))
    await issa.says("/hosting")
    issa.hears("You host no exchange. To plan one, write “exchange”.")


async def test_the_author_cannot_be_named_away(open_phone):
    """Whoever planned it is offered no such thing, and cannot take the button of the other host."""
    awa, issa = await coordinators(open_phone, "en")
    await goes_through(awa, *PLAN)
    awa.sees_no_choice("Rather not host it")
    await issa.waits(seconds=1)
    async with awa.world.store.reading(awa.world.now) as tx:
        [found] = await exchanges.hosted(tx, person=awa.person)
    await goes_through(awa, f"/hosting no:{found.id}", "1")
    awa.hears("That is not possible any more, or not for you.")


async def test_a_training_names_both_conveners(open_phone):
    """Neither can be left out, and whoever is invited reads both (R067)."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await goes_through(awa, "/exchange", "[Training among peers]", TITLE, PURPOSE)
    awa.hears("Which organisation or service is the host?")
    awa.sees_no_choice("Nothing")
    await goes_through(awa, "Maison des jeunes", "La brigade")
    await goes_through(awa, *PLAN[6:], "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    await queued(guest)
    guest.hears("Host: Maison des jeunes", "Partner: La brigade")


async def test_hosts_are_warned_of_a_missing_side_twice(open_phone):
    """When they propose it, where nobody of a side is invited; and two days before, where nobody of it comes."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await goes_through(awa, *PLAN[:-3], "[Others too]", "[Niger]", "[Only one side]", "[Civil society]")
    await goes_through(awa, "[That is right]", "2")
    awa.hears("Mind: nobody of this side is among those invited: Official", "Shall it be proposed like this?")
    await goes_through(awa, "[No]")
    await planned(awa)
    for phone in (awa, issa, guest):
        await queued(phone)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    awa.world.now += timedelta(days=11)
    await acts(awa)
    assert await queued(awa) == [], "three days before nobody is warned"
    awa.world.now += timedelta(days=1)
    await acts(awa)
    for host in (awa, issa):
        assert len(await queued(host)) == 1
        host.hears(f"“{TITLE}” begins soon, and nobody of this side comes yet:", "Official")
    await awa.taps("Look at it")
    awa.hears("1 comes.")


async def test_guests_hear_when_nobody_hosts_it_any_more(open_phone):
    """When the only host is erased, whoever was invited hears that it does not take place, and not a word of theirs."""
    awa, issa = await coordinators(open_phone, "en")
    guest, refuser = await joins(open_phone()), await joins(open_phone())
    await planned(awa)
    for phone, answer in ((guest, "[Yes, I come]"), (refuser, "[No, I cannot]")):
        await queued(phone)
        await goes_through(phone, "[See and answer]", answer)
    await goes_through(issa, "/hosting", "1", "[Rather not host it]", "[Rather not]")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await due.take(tx)
        await erasure.erase(tx, person=awa.person)
    await acts(guest)
    [message] = await queued(guest)
    guest.hears("This does not take place: A dialogue.", "When: 7 December 2026, 10:00 (Niger)")
    assert TITLE not in message.text
    assert await queued(refuser) == []
    await guest.says("/attend")
    guest.hears("Nothing is planned for you yet.")


async def test_guests_hear_nothing_when_the_other_host_goes_on(open_phone):
    """The co-host is told that it goes on with them; for whoever comes nothing changes."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await planned(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await erasure.erase(tx, person=awa.person)
    await issa.waits(seconds=1)
    issa.hears(f"“{TITLE}” goes on with you.")
    await issa.taps("Look at it")
    issa.hears(TITLE, "1 comes.")
    assert await queued(guest) == []
    await goes_through(guest, "/attend", "1")
    guest.hears("You have a place.", LINK)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10:30", time(10, 30)),
        ("10h30", time(10, 30)),
        ("10 h 30", time(10, 30)),
        ("10.30", time(10, 30)),
        ("9h", time(9)),
        ("18 H", time(18)),
        ("١٠:٣٠", time(10, 30)),
        ("25h", None),
        ("10", None),
        ("10:3", None),
        ("h30", None),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, meant: time | None):
    """A time of day may be written as in French, in any digits; anything else is asked for again."""
    assert (hosting.refuse_hour(typed) is None) == (meant is not None)
    assert meant is None or hosting.hour_of(typed) == meant
