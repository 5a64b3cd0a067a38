"""The library, this week's act and the menu, as the chat would read."""

from __future__ import annotations

import pytest

from handlers.practices.library import SHELVES
from network import library
from tests.handlers.transcript import Transcript
from tests.network.people import enrolled, published


async def joined_long_ago(phone: Transcript) -> None:
    """Let the person be no newcomer any more."""
    await phone.waits(days=20)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("shelf", SHELVES)
async def test_every_piece_opens_by_numbers_alone(open_phone, language, shelf):
    """Each piece of each shelf is read to its end, in each language, within the limits of both platforms."""
    phone = open_phone(language=language, channel="whatsapp")
    await phone.is_member(country="NE")
    pieces = library.pieces(shelf, language)
    await phone.says(f"/library {shelf}")
    for number, piece in enumerate(pieces, 1):
        await phone.says(str(number))
        phone.hears(piece.title, piece.cards[0][:40])
        for card in piece.cards[1:]:
            await phone.says("1")
            phone.hears(card[:40])
        if piece.question:
            phone.hears(piece.question, *piece.answers)
            await phone.says(str(piece.right + 1))
            phone.hears(piece.because)
        if piece.command:
            phone.sees_choices(piece.button, "Another step")
            await phone.taps("Another step")


async def test_a_wrong_answer_is_put_right_kindly(open_phone):
    """Whatever one answers at the end of a lesson, the better answer and its reason are told."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE")
    await phone.says("/library lessons")
    for answer in ("1", "1", "1", "1", "1", "1"):
        await phone.says(answer)
    phone.hears("Nous dirions", "Depuis quand", "Écrit par la rédaction de Jisr.")


async def test_a_voice_is_said_to_be_made(open_phone):
    """A voice says which side it is of, and at its end that no name in it is real."""
    phone = open_phone()
    await phone.is_member(country="NE")
    await phone.says("library")
    phone.sees_choices("First steps", "Voices", "Short lessons", "Tools to take along", "That is all")
    await phone.taps("Voices")
    assert phone.choices[0].note == "Official · Trust & perceptions"
    await phone.says("1")
    phone.hears("The Thursday lorry", "A voice made from several lives; no name is real.")
    await phone.says("Other shelves")
    await phone.says("That is all")
    phone.hears("Gladly.")


@pytest.mark.parametrize("step", [piece.id for piece in library.pieces("first_steps", "en")])
async def test_every_first_step_leads_somewhere(open_phone, step):
    """The button of a first step starts what it names."""
    phone = open_phone()
    await phone.is_member(country="NE")
    steps = [piece.id for piece in library.pieces("first_steps", "en")]
    await phone.says("/library first_steps")
    await phone.says(str(steps.index(step) + 1))
    await phone.taps(library.piece("first_steps", step, "en").button)
    phone.does_not_hear("I do not know that command", "What would you like to do")
    assert phone.heard


async def test_newcomers_are_offered_first_steps(open_phone):
    """For two weeks they stand first in the menu; afterwards they are in the library."""
    phone = open_phone()
    await phone.is_member(country="NE")
    await phone.says("menu")
    assert phone.choices[0].label == "First steps"
    await phone.taps("First steps")
    phone.hears(SHELVES["first_steps"][1])
    await joined_long_ago(phone)
    await phone.says("menu")
    phone.sees_no_choice("First steps")


async def test_once_a_week_an_act_with_the_other_side_is_offered(open_phone):
    """It leads to a practice of the other side; taken up or left, it is gone until next week."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE")
    async with phone.world.store.transaction(phone.world.now) as tx:
        author = await enrolled(tx, side="official", service="police")
        await published(tx, author, title="Le comité du marché")
    await phone.says("menu")
    await phone.taps("Le geste de la semaine")
    phone.hears("Voici une pratique partagée par l’autre côté.")
    await phone.taps("La lire")
    phone.hears("Le comité du marché")
    await phone.says("menu")
    phone.sees_no_choice("Le geste de la semaine")
    await phone.waits(weeks=1)
    await phone.says("menu")
    await phone.taps("Le geste de la semaine")
    await phone.taps("Pas cette semaine")
    phone.hears("C’est très bien ainsi.")
    await phone.says("menu")
    phone.sees_no_choice("Le geste de la semaine")


async def test_what_is_about_oneself_stands_together(open_phone):
    """The menu has one place for profile, language, quiet hours and the like; words lead there too."""
    phone = open_phone(language="ar")
    await phone.is_member(country="TN")
    await phone.says("menu")
    phone.sees_no_choice("My profile")
    await phone.taps("My space")
    for label in ("My practices", "Topics I follow", "My profile"):
        phone.sees_choice(label)
    await phone.taps("My profile")
    phone.hears("ملفكم")
