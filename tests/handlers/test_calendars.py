"""What is on, a file for one's calendar, and its private address, in conversations."""

from __future__ import annotations

import json
import re

import pytest

import handlers
from handlers.desk import Desk
from handlers.exchanges import calendars
from handlers.groups.invite import Links
from handlers.messages import Incoming, Kind, Media, MediaKind
from network import addresses, feeds, jobs, members
from tests.handlers.test_agreeing import _only
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import planned


async def test_what_is_on_by_group_topic_and_country(open_phone):
    """A member narrows what they are invited to, by numbers, and opens one; others see nothing of it."""
    awa, _issa = await coordinators(open_phone, "en")
    guest, stranger = await joins(open_phone(channel="whatsapp", language="fr")), open_phone()
    await stranger.is_member(country="TN")
    await planned(awa)
    for way in ("1", "2", "3", "4"):
        await goes_through(guest, "/calendar", way)
        await guest.says("1")
        if way != "1":
            await guest.says("1")
        guest.hears("Le thé du marché")
        guest.hears("What would you like to do?")
    await goes_through(stranger, "/calendar", "1")
    stranger.hears("Nothing is planned for you yet.")


async def test_the_file_is_for_those_who_have_a_place(open_phone):
    """Before a yes nothing comes; with it the file is asked for, and again on the button."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await planned(awa)
    exchange = await _only(awa)
    await guest.says(f"/calendar {exchange}")
    guest.hears("it is for those who have a place")
    await queued(guest)
    await goes_through(
        guest, "[See and answer]", "[Yes, I come]", "/attend", "[Le thé du marché]", "[Into my calendar]"
    )
    guest.hears("The file comes in a moment")
    async with guest.world.store.transaction(guest.world.now) as tx:
        asked = await jobs.claim(tx, kinds=[feeds.FILE])
    assert [job.person for job in asked] == [guest.person] * 2


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_a_private_address_is_made_and_ended(open_phone, language):
    """It is off until it is wished, what it means is said before, and it holds until it is ended."""
    phone = open_phone(language=language)
    await phone.is_member(country="NE")
    phone.world.desk = Desk(handlers.capabilities(Links(site="https://jisr.example/")), phone.world.desk.translator)
    await goes_through(phone, "/calendar", "5")
    phone.hears(calendars.MEANS.msgid)
    await phone.says("1")
    token = re.search(r"https://jisr\.example/calendar/([\w-]{32})\.ics", phone.text)[1]
    phone.hears(calendars.MADE.msgid)
    async with phone.world.store.reading(phone.world.now) as tx:
        assert await feeds.read(tx, token=token) == []
    await goes_through(phone, "/calendar", "5", "2")
    phone.hears(calendars.ENDED.msgid)
    async with phone.world.store.reading(phone.world.now) as tx:
        assert await feeds.read(tx, token=token) is None


@pytest.mark.parametrize("site", ["", "http://jisr.example"])
async def test_without_a_safe_way_there_is_no_address(open_phone, site):
    """Where the web server is not reached under https, no address is offered."""
    phone = open_phone(language="en")
    await phone.is_member(country="NE")
    phone.world.desk = Desk(handlers.capabilities(Links(site=site)), phone.world.desk.translator)
    await phone.says("/calendar")
    assert "My private address" not in phone.text + str(phone.choices)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"changes": 0, "cancelled": False}, "For your calendar: open this file"),
        ({"changes": 1, "cancelled": False}, "It has changed: open this file"),
        ({"changes": 2, "cancelled": True}, "It does not take place: open this file"),
    ],
)
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_the_file_comes_as_a_document(open_phone, channel, result, words):
    """What was written is sent on both apps, with what it is: new, changed, or called off; in quiet hours it waits."""
    phone = open_phone(channel=channel, language="en")
    await phone.is_member(country="NE", quiet_from="", quiet_until="")
    media = {"kind": "document", "ref": f"{phone.person}/x", "mime": "text/calendar", "size": 9, "name": "jisr.ics"}
    for quiet in (False, True):
        async with phone.world.store.transaction(phone.world.now) as tx:
            if quiet:
                await members.change(tx, person=phone.person, quiet_from="00:00", quiet_until="23:59")
            home = (await addresses.preferred(tx, people=[phone.person]))[phone.person]
            at = (home.channel, home.account, home.external)
            done = Incoming(*at, Kind.DONE, phone.world.now, text=feeds.FILE, argument=json.dumps(media | result))
            [letter] = await phone.world.desk.handle(tx, done)
        assert words in letter.message.text
        assert letter.message.media == Media(**media | {"kind": MediaKind.DOCUMENT})
        assert ((letter.not_before or phone.world.now) > phone.world.now) is quiet
