"""Introductions: found by topic, proposed by a line, met only when both want to; a no is told to nobody."""

from __future__ import annotations

import pytest

from tests.handlers.introducing import GOAL, WHY, accepts, found_on, open_proposals, proposes
from tests.handlers.people import erases
from tests.handlers.questioning import joined

OVER = "It did not come about this time."


async def test_two_meet_when_both_want_to(open_phone):
    """A member finds another by a line, proposes, and both write under names of their own once the other agrees."""
    amel, moussa = open_phone(language="en"), open_phone(language="en", channel="whatsapp")
    await joined(amel, country="TN", name="Amel")
    await found_on(moussa, name="Moussa")
    await amel.says("/allies")
    amel.hears("you meet only when both want to")
    amel.sees_choices("Find somebody", "Let me be found", "That is all")
    await amel.taps("Find somebody")
    await amel.taps("Community security")
    await amel.taps("Police-public dialogue")
    amel.hears("Of which side?")
    await amel.taps("Official")
    amel.hears("Where?")
    amel.sees_choices("Anywhere", "Maghreb", "Sahel", "coastal West Africa")
    await amel.taps("Sahel")
    amel.hears("1 person can be found.", "Official · An official, Sahel")
    await amel.says("1")
    amel.hears("What would you like to talk about?")
    await amel.says("Call me on +216 20 123 456 about the market, please.")
    amel.hears("There seems to be a phone number")
    await amel.says(WHY)
    amel.hears("Under which name will you write?")
    await amel.taps("A name of my own")
    await amel.says("Amel of the market")
    amel.hears("That is close to how you are known")
    await amel.says("Jasmine")
    amel.hears("A member of civil society, Maghreb would like to talk", WHY, "You will write as “Jasmine”.")
    await amel.taps("Yes, send it")
    amel.hears("It is on its way.")
    moussa.hears("would like to talk with you about something that you know")
    await moussa.taps("Read and answer")
    moussa.hears("A member of civil society, Maghreb", WHY, "and never why.")
    moussa.does_not_hear("Amel", "Tunisia", "Jasmine")
    await moussa.taps("Yes, gladly")
    await moussa.taps("Dune")
    moussa.hears("How good.", "1. Jasmine")
    amel.hears("Good news", "They write as “Dune”, you as “Jasmine”.")
    amel.does_not_hear("Moussa", "Mali")
    await amel.taps("Write to them")
    amel.hears("1. Dune")


@pytest.mark.parametrize("way", ["no", "nothing", "erased", "later"])
async def test_a_no_and_no_answer_look_alike(open_phone, way):
    """Until a week has passed nothing tells them apart, then the same words come at the same instant."""
    seeker, peer = open_phone(language="en"), open_phone(language="en")
    await joined(seeker, country="TN")
    await found_on(peer)
    await proposes(seeker)
    if way == "erased":
        await peer.says("/delete")
        await peer.says("1")
        await peer.says("yes")
        await erases(peer)
    elif way != "nothing":
        await peer.taps("Read and answer")
        await peer.taps({"no": "Rather not", "later": "Later"}[way])
        peer.hears({"no": "Nobody learns that you said no", "later": "It waits for you"}[way])
        seeker.hears_nothing()
    await seeker.says("/allies mine")
    seeker.hears("1 proposal is on its way.", "waits for an answer")
    await seeker.says("/menu")
    await seeker.waits(days=6, hours=23)
    seeker.hears_nothing()
    assert await open_proposals(seeker) == 1
    await seeker.waits(hours=1)
    seeker.hears(OVER, "nothing about you")
    seeker.sees_choices("Look again")
    assert await open_proposals(seeker) == 0
    await seeker.taps("Look again")
    for answer in ("Community security", "Police-public dialogue", "Either side", "Anywhere"):
        await seeker.taps(answer)
    seeker.hears("Nobody can be found for that at the moment.", "Nobody is told that you looked.")
    await seeker.taps("Ask the network")
    seeker.hears("Which field is your question about?")


async def test_nobody_is_found_by_default_nor_longer_than_they_want(open_phone):
    """Only who chose a topic is found, on that topic; taken away, nobody finds them any more."""
    seeker, peer = open_phone(language="en"), open_phone(language="en")
    await joined(seeker, country="TN")
    await joined(peer, "official", "ML")

    async def looks() -> None:
        await seeker.says("/allies find")
        for answer in ("Community security", "Police-public dialogue", "Either side", "Anywhere"):
            await seeker.taps(answer)

    await looks()
    seeker.hears("Nobody can be found")
    await seeker.taps("That is all")
    await peer.says("/allies")
    await peer.taps("Let me be found")
    peer.hears("Nobody can find you now.")
    await peer.taps("Choose topics")
    await peer.taps("Community security")
    await peer.taps("Police-public dialogue")
    await peer.taps("No, that is all")
    peer.hears("It holds from now on")
    await looks()
    seeker.hears("1 person can be found.")
    await seeker.says("cancel")
    await peer.says("/allies offer")
    peer.hears("You can be found on these topics:\nPolice-public dialogue")
    await peer.taps("Take topics away")
    await peer.says("1")
    await peer.taps("Done")
    await looks()
    seeker.hears("Nobody can be found")


async def test_a_proposal_is_answered_without_its_button_and_taken_back(open_phone):
    """What waits stands in the list, by number; taken back, the answer comes too late and tells nobody."""
    seeker, peer = open_phone(language="en"), open_phone(language="en")
    await joined(seeker, country="TN")
    await found_on(peer)
    await proposes(seeker)
    await peer.says("allies")
    peer.sees_choice("Proposals to answer")
    await peer.says("3")
    await peer.says("1")
    peer.hears(WHY, "Would you like to meet?")
    await seeker.says("/allies")
    await seeker.taps("My proposals")
    await seeker.says("1")
    seeker.hears(WHY)
    await seeker.taps("Take it back")
    seeker.hears("It is taken back.")
    await peer.taps("Yes, gladly")
    peer.hears("This proposal does not wait any more.")
    seeker.hears_nothing()
    await seeker.waits(days=8)
    seeker.hears_nothing()


async def test_a_mentor_of_another_country_comes_first(open_phone):
    """A goal and months are proposed to a mentor; both are asked every month, and the end is said with thanks."""
    amel, near, far = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(amel, country="TN")
    await found_on(near, "civil", "TN")
    await found_on(far, "official", "ML")
    await amel.says("/mentor")
    amel.hears("A mentor goes along with you")
    await amel.taps("Find a mentor")
    for answer in ("Community security", "Police-public dialogue", "Either side", "Anywhere"):
        await amel.taps(answer)
    amel.hears("1. Official · An official, Sahel\n2. Civil society · A member of civil society, Maghreb")
    await amel.says("1")
    amel.hears("What is your goal?")
    await amel.says(GOAL)
    await amel.says("9")
    amel.hears("Please write a number from 1 to 6.")
    await amel.says("٢")
    await amel.taps("Baobab")
    amel.hears("looks for a mentor for 2 months", GOAL)
    await amel.taps("Yes, send it")
    far.hears("whether you would be their mentor")
    near.hears_nothing()
    await accepts(far)
    amel.hears("Good news")
    await amel.waits(days=31)
    for phone in (amel, far):
        phone.hears("another month of your mentoring has passed", GOAL)
    await far.taps("Tell how it goes")
    await far.taps("It is stuck")
    far.hears("one small step")
    amel.hears_nothing()
    await amel.waits(days=31)
    amel.hears("the time that you agreed on for your mentoring is over")
    await amel.taps("Say thank you")
    await amel.says("Thank you for the patience, the first dialogue was held.")
    amel.hears("Your thanks are on their way.")
    await amel.waits(seconds=1)
    far.hears("1. Baobab:\n“Thank you for the patience")


async def test_no_more_than_three_wait_at_a_time(open_phone):
    """A fourth proposal has to wait until there is an answer to one of three, or their week is over."""
    seeker, peers = open_phone(language="en"), [open_phone(language="en") for _ in range(4)]
    await joined(seeker, country="TN")
    for peer in peers:
        await found_on(peer)
    for _turn in range(3):
        await proposes(seeker)
        seeker.hears("It is on its way.")
    await seeker.says("/allies find")
    seeker.hears("as many proposals on their way as one may have")
    await seeker.waits(days=7)
    seeker.hears("It did not come about this time.")
    await proposes(seeker)
    seeker.hears("It is on its way.")
