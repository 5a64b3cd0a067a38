"""Coming into a group: at once, by asking, with a member's word or code; its messages, a pause, and leaving."""

from __future__ import annotations

import re

import pytest

from tests.handlers.grouping import begun, coordinators, fellow, is_in


async def test_an_open_group_is_found_and_joined(open_phone):
    """A member finds a group by its country, reads what it is for, joins by a typed number, and finds it again."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, policy="open", locality="Diffa")
    phone = open_phone(language="en")
    await phone.is_member(country="NE", name="Zara")
    await phone.says("/groups")
    await phone.taps("Find a group")
    await phone.taps("Niger")
    await phone.taps("Lake Chad")
    phone.hears("To talk about the markets", "Where: Diffa, Niger", "Both sides, Open to all", "Hadiza")
    phone.hears("A number of members is shown once a side has at least ten.")
    await phone.says("1")
    phone.hears("Join “Lake Chad”?")
    await phone.says("1")
    phone.hears("Welcome in “Lake Chad”.")
    assert await is_in(phone, group)
    await phone.says("/groups")
    await phone.taps("Lake Chad")
    phone.hears("You are in it. Its messages: Right away.")
    await phone.taps("Who is in it")
    phone.hears("Civil society: Hadiza", "Official: Ibrahim")


async def test_somebody_asks_and_is_welcomed(open_phone):
    """Both coordinators hear of a wish, one welcomes, and the words of who asks were screened."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    phone = open_phone(language="fr")
    await phone.is_member(country="NE", name="Zara")
    await phone.says(f"/group {group}")
    await phone.says("1")
    phone.hears("qu’est-ce qui vous amène à «\u202fLac Tchad\u202f»", "Zara")
    await phone.says("Je suis au 90 11 22 33, appelez-moi")
    assert not civil.heard
    await phone.says("Je travaille avec les pêcheurs du lac.")
    phone.hears("Merci. La coordination de «\u202fLac Tchad\u202f» vous répondra ici.")
    for one in (civil, official):
        one.hears("Somebody asks to come into “Lac Tchad”.")
    await civil.taps("Read and decide")
    civil.hears("Asks to come into “Lake Chad”", "Zara", "Je travaille avec les pêcheurs du lac.")
    await civil.taps("I agree")
    phone.hears("Bonne nouvelle\u202f: vous faites maintenant partie de «\u202fLac Tchad\u202f».")
    assert await is_in(phone, group)


async def test_a_request_is_taken_back_or_refused(open_phone):
    """A request can be taken back; one that was refused is told with the reason, and asked again a month later."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    phone = open_phone(language="en")
    await phone.is_member(country="NE", name="Zara")
    await phone.says(f"/enter {group}")
    await phone.taps("No word")
    await phone.says(f"/group {group}")
    phone.hears("You have asked to join it")
    await phone.taps("Take back my request")
    await phone.taps("Yes")
    phone.hears("It is taken back.")
    await phone.says(f"/enter {group}")
    await phone.taps("No word")
    await official.taps("Read and decide")
    await official.taps("I refuse")
    await official.says("Nous sommes déjà nombreux.")
    phone.hears("Nous sommes déjà nombreux.")
    await phone.says(f"/enter {group}")
    phone.hears("You can ask again a month after their word.")
    await phone.waits(days=31)
    await phone.says(f"/enter {group}")
    phone.sees_choice("No word")


async def test_an_official_is_confirmed_by_an_official(open_phone):
    """Only the official side hears of an official's wish, and only it can decide."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    phone = open_phone(language="en")
    await phone.is_member(country="NE", side="official", service="courts", name="Moussa")
    await phone.says(f"/enter {group}")
    await phone.taps("No word")
    civil.hears_nothing()
    official.hears("Somebody asks to come into")
    await civil.says("/decide")
    civil.hears("Nothing waits for your decision now.")
    await official.taps("Read and decide")
    await official.taps("I agree")
    assert await is_in(phone, group)


async def test_a_coordinator_asks_a_member_to_vouch(open_phone):
    """Without a vouch there is no yes; who is asked may decline, which nobody sees; another vouches."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, vouched="yes")
    shy, friend, phone = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await fellow(shy, group, name="Rabi")
    await fellow(friend, group, name="Oumar")
    await phone.is_member(country="NE", name="Zara")
    await phone.says(f"/enter {group}")
    await phone.taps("I have none")
    await phone.says("Radio du lac, émissions du marché.")
    phone.hears("They will ask a member to vouch for you")
    phone.does_not_hear("Rabi", "Oumar")
    await civil.taps("Read and decide")
    civil.hears("nobody has vouched yet")
    civil.sees_no_choice("I agree")
    await civil.taps("Ask a member")
    civil.sees_choices("Ibrahim", "Oumar", "Rabi")
    await civil.taps("Rabi")
    await shy.taps("See who it is")
    shy.hears("Zara", "Radio du lac", "To vouch means", "nobody is told that you said so")
    await shy.taps("Rather not")
    civil.hears_nothing()
    phone.hears_nothing()
    await civil.says("/decide")
    await civil.taps("Zara")
    civil.hears("nobody has vouched yet")
    await civil.taps("Ask a member")
    await civil.taps("Oumar")
    await friend.taps("See who it is")
    await friend.taps("I vouch")
    civil.hears("A member vouches for somebody who asks to come into “Lake Chad”.")
    civil.does_not_hear("Oumar")
    await civil.taps("Read and decide")
    civil.hears("1 member vouches for them.")
    await civil.taps("I agree")
    assert await is_in(phone, group)
    await shy.says("/vouchfor " + "0" * 32)
    shy.hears("This was settled meanwhile.")


@pytest.mark.parametrize(("giver", "result"), [("coordinator", "Welcome in"), ("member", "answer here")])
async def test_a_code_opens_a_group_by_invitation(open_phone, giver, result):
    """Into a group by invitation one comes with a code only: a coordinator's opens it, a member's is a vouch."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, policy="invitation")
    friend, phone = open_phone(language="en"), open_phone(language="en")
    await fellow(friend, group, name="Oumar")
    await phone.is_member(country="NE", name="Zara")
    has = civil if giver == "coordinator" else friend
    await has.says(f"/group {group}")
    await has.taps("Vouch for somebody")
    await has.taps("Yes, a code")
    code = re.search(r"Code: (\S+)", has.text).group(1)
    await phone.says("/groups")
    await phone.taps("I have a code")
    await phone.says("ABCD-EFGH")
    phone.hears("No group has this code")
    await phone.says(code.lower())
    await phone.taps("No word")
    phone.hears(result)
    assert await is_in(phone, group) == (giver == "coordinator")
    await friend.says("/enter")
    await friend.says(code)
    friend.hears("No group has this code")


async def test_the_other_side_stays_out(open_phone):
    """A group of one side shows itself to the other, and lets nobody of it in, with or without a code."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, policy="open", composition="civil")
    phone = open_phone(language="en")
    await phone.is_member(country="NE", side="official", service="courts", name="Moussa")
    for command in ("group", "enter"):
        await phone.says(f"/{command} {group}")
        phone.hears("This group is for the other side only.")
    assert not await is_in(phone, group)
    assert not await is_in(official, group)
    assert await is_in(civil, group)


async def test_messages_are_paused_and_a_group_is_left(open_phone):
    """A member chooses how messages come, pauses until a day of their country, and leaves; not that of the country."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    phone = open_phone(language="en")
    await fellow(phone, group, name="Oumar")
    await phone.says(f"/membership {group}")
    await phone.taps("Once a day")
    phone.hears("It is noted: Once a day.")
    await phone.says(f"/membership {group}")
    await phone.taps("Pause until a day")
    await phone.says("tomorrow")
    phone.hears("Nothing of it comes until")
    await phone.says(f"/group {group}")
    phone.hears("You are in it. Nothing of it comes until")
    await phone.waits(days=2)
    await phone.says(f"/group {group}")
    phone.hears("You are in it. Its messages: Once a day.")
    await phone.taps("Its messages, leaving")
    await phone.taps("Leave the group")
    await phone.taps("Yes, leave it")
    phone.hears("You have left it.")
    assert not await is_in(phone, group)
    await civil.says("/groups")
    await civil.taps("Niger")
    await civil.taps("Its messages")
    civil.sees_no_choice("Leave the group")
