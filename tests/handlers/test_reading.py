from __future__ import annotations

from network.starter import practice_id

RADIO = practice_id("ne-radio")


async def test_a_practice_is_opened_and_marked(open_phone):
    """A link opens a practice; it is read on, marked useful and saved by typed numbers, and taken back."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await chat.says(f"/practice {RADIO}")
    chat.hears("Police answer callers live on radio")
    await chat.says("read on")
    await chat.taps("Useful to me")
    chat.hears("Thank you. Only the number")
    chat.sees_choice("No longer useful")
    await chat.taps("No longer useful")
    chat.hears("That is taken back.")
    await chat.taps("Go back")
    chat.hears("Gladly")
