"""The self-assessment in conversation: gone through, kept or not, and answered by practices."""

from __future__ import annotations

import pytest

from network import assessments
from tests.handlers.test_broadcast import goes_through

MANY = len(assessments.statements())


@pytest.mark.parametrize(("language", "channel"), [("en", "telegram"), ("fr", "whatsapp"), ("ar", "whatsapp")])
async def test_gaps_lead_to_practices_by_typed_numbers(open_phone, language, channel):
    """One gap is found, nothing is kept, and a practice of its topic is offered and opened."""
    phone = open_phone(language=language, channel=channel)
    await phone.is_member(country="NE")
    await phone.says("/assess")
    phone.hears(assessments.statements()[0].words[language])
    await goes_through(phone, "3", *["1"] * (MANY - 1))
    phone.hears(assessments.statements()[0].words[language])
    await goes_through(phone, "2", "1")
    phone.hears("Which one would you like to read?")
    title = phone.choices[0].label.rstrip("…")
    await phone.says("1")
    phone.hears(title)
    async with phone.world.store.reading(phone.world.now) as tx:
        assert await assessments.of(tx, person=phone.person) is None


async def test_a_kept_result_is_read_again_and_forgotten(open_phone):
    """It is locked away for the person alone; everything may be a gap, or nothing."""
    phone = open_phone(language="en")
    await phone.is_member(country="NE")
    await goes_through(phone, "/assess", *["3"] * MANY)
    while phone.choices[0].label == "Read on":
        await phone.taps("Read on")
    await goes_through(phone, "[Keep it, locked]", "[More]", "[That is all]", "/assess")
    phone.hears("You kept a result. Only you can see it.")
    await goes_through(phone, "[Look at my result]")
    phone.hears("0 statements are so.")
    await phone.says("menu")
    await goes_through(phone, "/assess", "[Forget my result]")
    phone.hears("It is forgotten.")
    await goes_through(phone, "/assess", *["1"] * MANY)
    phone.hears(f"{MANY} statements are so.", "You found no gap.")
    await phone.taps("Do not keep it")
    phone.hears("It is not kept.")
