"""Steps in conversation: a scenario that goes on step by step, and a dialogue in its three rounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.language import Text
from tests.handlers.test_actions import copied
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import PLAN, acts

STARTS = datetime(2026, 12, 7, 9, tzinfo=UTC)  # ten in Niamey
FIRST, SECOND = "Une foule se rassemble devant le marché.", "La foule a doublé, et la nuit tombe."
ASKED = "Que faites-vous dans la première heure ?"
CROWD, POST = "On envoie des médiateurs connus.", "On ferme la rue, et on parle aux commerçants."


async def met(open_phone, kind, language="en", channel="telegram"):
    """Plan an exchange to which one of each side comes; return the phones of its host and of both."""
    awa, _issa = await coordinators(open_phone, language)
    civil = await joins(open_phone(language=language, channel=channel))
    official = await joins(open_phone(language=language), side="official", service="police")
    await goes_through(awa, PLAN[0], Text(kind), *PLAN[2:])
    await goes_through(awa, Text("Set the time"), "7/12/2026", "10:00")
    await acts(awa)
    for phone in (civil, official):
        await queued(phone)
        await goes_through(phone, Text("See and answer"), Text("Yes, I come"))
    return awa, civil, official


async def test_a_scenario_goes_on_at_the_tap_of_its_host(open_phone):
    """Steps are written beforehand, sent one by one, replied to, shown side by side; who is late catches up."""
    awa, civil, official = await met(open_phone, "A scenario exercise")
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Its rounds or steps]")
    awa.hears("Steps can be sent while you meet")
    awa.sees_choices("Write a step", "That is all")
    await goes_through(awa, "1", FIRST, ASKED, "[Write a step]", SECOND, ASKED)
    awa.hears("Nobody reads it before you send it.", "not sent yet")
    await goes_through(awa, "[Write a step]", "Trop tard pour tout", ASKED, "[Take a step out]", "3")
    awa.hears("It is taken out.")
    await civil.says("/steps")
    civil.hears("No meeting of yours is held now.")
    awa.world.now = STARTS
    await goes_through(awa, "/steps", "[Send the next step]")
    awa.hears("It is on its way to those who come.", "What comes next: Step 2")
    [message] = await queued(civil)
    assert FIRST in message.text
    assert ASKED in message.text
    await civil.taps("Reply")
    civil.hears("never your name")
    await civil.says("Appelez le 90 11 22 33 sans attendre")
    civil.hears(ASKED)
    await civil.says(CROWD)
    civil.hears("It is kept.", "What follows comes to you here.")
    assert f"You replied during an exchange: {CROWD}" in await copied(civil)
    await queued(official)
    await goes_through(official, "[Reply]", POST)
    await goes_through(awa, "[Read the replies]", "1")
    awa.hears("What was replied. Step 1", CROWD, POST)
    await goes_through(awa, "[Show both sides’ words]", "1", "[Send the next step]")
    assert len(await queued(civil)) == 2
    await goes_through(civil, "/attend", "[Le thé du marché]", "[Its rounds or steps]")
    civil.hears(f"Official: “{POST}”\nCivil society: “{CROWD}”", SECOND)
    await civil.taps("Pass")
    civil.hears("What follows comes to you here.")
    await goes_through(awa, "[That is all]", "/hosting", "1", "[It took place]")
    await civil.says(f"/steps {_exchange(message)}")
    civil.hears(SECOND, "That was all of it.")


@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_a_dialogue_goes_through_its_rounds_in_the_language_of_each(open_phone, language):
    """Opening, listening, joint, with a facilitator of each side by role, in French and in Arabic, on both apps."""
    awa, civil, official = await met(open_phone, "A dialogue", language, "whatsapp")
    await goes_through(awa, "/steps", "1", Text("Who facilitates"), "1", "Le commissaire adjoint")
    await goes_through(awa, Text("Who facilitates"), "2", "La présidente d’une association")
    awa.hears("It is kept, and stands in each round.")
    awa.world.now = STARTS
    for name in ("The opening round", "The listening round", "The joint round"):
        await goes_through(awa, "/steps", Text("Send the next step"))
        for phone in (civil, official):
            [message] = await queued(phone)
            phone.hears(name)
            assert "La présidente d’une association" in message.text
    await goes_through(civil, Text("Reply"), POST, CROWD)
    civil.hears("That is all so far. What follows comes to you here.")
    await goes_through(awa, Text("Show both sides’ words"), "1")
    awa.hears("Those who come can read what both sides replied.")
    [message] = await queued(official)
    assert message.text.count(":") == 1  # the round, and what can be read
    await official.taps(Text("Read the replies"))
    official.hears("The opening round")
    await goes_through(official, Text("Pass"))
    official.hears(POST)


async def test_only_those_who_come_read_steps(open_phone):
    """Somebody who was invited and said nothing reads none of them."""
    awa, civil, _official = await met(open_phone, "A dialogue")
    other = await joins(open_phone())
    awa.world.now = STARTS
    await goes_through(awa, "/steps", "1", "[Send the next step]")
    [message] = await queued(civil)
    await other.says(f"/steps {_exchange(message)}")
    other.hears("That is not possible any more, or not for you.")
    await other.says("/steps")
    other.hears("No meeting of yours is held now.")


def _exchange(message):
    return message.choices[0].token.rpartition(":")[2]
