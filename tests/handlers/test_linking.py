"""Two apps of one person, as the chats would read."""

from __future__ import annotations

import re

import pytest

from network import addresses, jobs, leaving
from tests.handlers.people import member

CODE = re.compile(r"LINK (\w{4}-\w{4})")


async def code_of(phone):
    """Ask for a code on a phone and return it."""
    await phone.says("link")
    await phone.taps("Give me a code")
    return CODE.search(phone.text)[1]


@pytest.mark.parametrize("form", ["LINK {code}", "link {lower}", "/link {code}"])
async def test_the_other_app_becomes_the_same_person(open_phone, form):
    """A code from one app, written in the other before any consent there: one member, two addresses."""
    first = open_phone(channel="telegram")
    await first.is_member()
    code = await code_of(first)
    second = open_phone(channel="whatsapp")
    await second.says(form.format(code=code, lower=code.lower() if re.search(r"\d", code) else code))
    second.hears("Say yes only to a code from your own other app.", "Join this app to your other one?")
    await second.taps("Yes, link them")
    second.hears("Both apps are yours, as one member.")
    await second.says("menu")
    second.hears("What would you like to do, Amel?")
    assert second.person == first.person
    async with first.world.store.reading(first.world.now) as tx:
        assert {one.channel for one in await addresses.of(tx, person=first.person)} == {"telegram", "whatsapp"}


async def test_two_memberships_become_one_only_after_a_yes(open_phone):
    """Somebody who joined twice is told what happens, and one membership is left."""
    first = open_phone(channel="telegram")
    await first.is_member(name="Amel")
    second = open_phone(channel="whatsapp")
    await second.is_member(name="Amel bis")
    other = second.person
    code = await code_of(first)
    await second.says(f"LINK {code}")
    second.hears("You are a member here too. Make the two memberships one?")
    await second.taps("No, leave it")
    second.hears("Nothing has changed.")
    await second.says(f"LINK {code}")
    await second.taps("Yes, link them")
    await second.says("menu")
    second.hears("What would you like to do, Amel?")
    second.person, mine = other, second.person
    assert await member(second) is None
    assert mine == first.person


async def test_the_files_of_the_former_membership_go_too(open_phone):
    """What two memberships leave behind when they become one is erased as anybody's is: files and log included."""
    first = open_phone(channel="telegram")
    await first.is_member()
    second = open_phone(channel="whatsapp")
    await second.is_member(name="Amel bis")
    former = second.person
    await second.says(f"LINK {await code_of(first)}")
    await second.taps("Yes, link them")
    async with first.world.store.transaction(first.world.now) as tx:
        assert [job.person for job in await jobs.claim(tx, kinds=[leaving.ERASE])] == [former]


async def test_a_code_works_once_and_for_fifteen_minutes(open_phone):
    """A used or an old code is refused with a word on what to do."""
    first = open_phone()
    await first.is_member()
    code = await code_of(first)
    await first.waits(minutes=16)
    second = open_phone(channel="whatsapp")
    await second.says(f"LINK {code}")
    await second.taps("Yes, link them")
    second.hears("This code is not valid, or no longer.")
    fresh = await code_of(first)
    await second.says(f"LINK {fresh}")
    await second.taps("Yes, link them")
    second.hears("Both apps are yours")
    third = open_phone(channel="whatsapp")
    await third.says(f"LINK {fresh}")
    await third.taps("Yes, link them")
    third.hears("This code is not valid, or no longer.")


async def test_a_talk_begun_in_one_app_ends_in_the_other(open_phone):
    """After linking, the question asked in Telegram is answered in WhatsApp."""
    first = open_phone(channel="telegram")
    await first.is_member()
    code = await code_of(first)
    second = open_phone(channel="whatsapp")
    await second.says(f"LINK {code}")
    await second.taps("Yes, link them")
    await first.says("quiet")
    await second.says("22:00 to 06:00")
    second.hears("Quiet hours: from 22:00 to 06:00.")


async def test_codes_are_not_to_be_guessed(open_phone):
    """After ten tries in an hour no code is looked at."""
    first = open_phone()
    await first.is_member()
    second = open_phone(channel="whatsapp")
    for letter in "ABCDEFGHJK":
        await second.says(f"LINK ABCD-EFG{letter}")
        await second.taps("Yes, link them")
    await second.says(f"LINK {await code_of(first)}")
    second.hears("Several codes were tried here.")
