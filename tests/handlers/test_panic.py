"""The secret word, as the chat would read."""

from __future__ import annotations

import pytest

from handlers.messages import Kind, Media, MediaKind
from network import jobs, leaving
from network.members import State
from tests.handlers.people import erases, filled, member

REPLY = "Sorry, this service is not available right now."


async def sets_word(phone, word="Sésame-77"):
    """Set a secret word."""
    await phone.says("secret word")
    await phone.taps("Choose a word")
    await phone.says(word)
    phone.hears("It is set.")


async def test_the_word_is_set_with_its_limits_said(open_phone):
    """What stays on the phone and with the companies is said before; a short word is refused."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("/panic")
    phone.hears("the chat stays on your phone", "from WhatsApp, none", "Both companies still know")
    await phone.taps("Choose a word")
    await phone.says("!!! a !!!")
    phone.hears("at least 6 letters or digits")
    await phone.says("baobab")
    phone.hears("It is set.")
    assert (await member(phone)).has_panic_word


@pytest.mark.parametrize("word", ["profile", "Continue", "quiet hours", "langue", "Précédent"])
async def test_a_word_with_a_meaning_here_is_no_secret(open_phone, word):
    """Nobody is erased for choosing a menu entry, or for going on with a talk, in any language."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("/panic")
    await phone.taps("Choose a word")
    await phone.says(word)
    assert not (await member(phone)).has_panic_word


@pytest.mark.parametrize(
    "typed",
    [
        "Sésame-77",
        "sesame 77",
        "SESAME  ٧٧",
        "/sesame77",
        "/sesame 77",
        " sesame77 ",
        "Sésame - 7 7",
        "\u200f Sésame-77 .\n",
    ],
)
async def test_the_word_locks_at_once_and_erases_soon(open_phone, typed):
    """Whatever is under way: locked in the same step, an answer like any bot's, erased within the minute."""
    phone = open_phone()
    await phone.is_member()
    await sets_word(phone, "sesame77" if typed == "/sesame77" else "Sésame-77")
    await phone.says("quiet")
    await phone.says(typed)
    assert phone.text == REPLY
    phone.sees_choices()
    assert (await member(phone)).state is State.LOCKED
    await phone.says("menu")
    phone.hears_nothing()
    await erases(phone)
    assert await filled(phone) == set()


@pytest.mark.parametrize("typed", ["Sésame-78", "Sésame", "Sésame-77 please", "77", "my word is Sésame-77"])
async def test_nearly_the_word_is_not_the_word(open_phone, typed):
    """Only the whole word, alone, strikes."""
    phone = open_phone()
    await phone.is_member()
    await sets_word(phone)
    await phone.says(typed)
    phone.does_not_hear(REPLY)
    assert (await member(phone)).state is State.ACTIVE


@pytest.mark.parametrize("how", [Kind.EDITED, Kind.MEDIA, Kind.START])
async def test_the_word_strikes_however_it_comes(open_phone, how):
    """As a changed message, as the caption of a picture, behind a command; also after a stop."""
    phone = open_phone()
    await phone.is_member()
    await sets_word(phone)
    await phone.says("stop")
    word = {"argument": "sesame-77"} if how is Kind.START else {"text": " sésame 77"}
    await phone.does(how, **word, media=Media(MediaKind.PICTURE, "f") if how is Kind.MEDIA else None)
    assert phone.text == REPLY
    assert (await member(phone)).state is State.LOCKED


async def test_telegram_messages_are_taken_back(open_phone):
    """Those of the last 48 hours, not older ones, and in each app of the person."""
    phone = open_phone(channel="telegram")
    await phone.is_member()
    await phone.says("menu", ref="old")
    await phone.waits(hours=49)
    await sets_word(phone)
    await phone.says("menu", ref="young")
    await phone.says("Sésame-77", ref="last")
    [reply] = phone.heard
    assert {"young", "last"} <= set(reply.deletes)
    assert "old" not in reply.deletes


async def test_whatsapp_messages_stay(open_phone):
    """WhatsApp lets nobody take messages back: none is asked for."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member()
    await sets_word(phone)
    await phone.says("Sésame-77")
    assert phone.heard[0].deletes == ()


async def test_the_word_can_be_changed_and_removed(open_phone):
    """A changed or removed word does not strike any more."""
    phone = open_phone()
    await phone.is_member()
    await sets_word(phone)
    for answer in ("secret word", "Change the word", "Baobab 99"):
        await phone.says(answer)
    await phone.says("Sésame-77")
    assert (await member(phone)).state is State.ACTIVE
    for answer in ("secret word", "Remove the word"):
        await phone.says(answer)
    await phone.says("Baobab 99")
    phone.does_not_hear(REPLY)
    assert not (await member(phone)).has_panic_word


async def test_a_person_waiting_is_protected_too(open_phone):
    """Who has consented may set a word before being a member."""
    phone = open_phone()
    await phone.is_member(state="waiting")
    await sets_word(phone)
    await phone.says("Sésame-77")
    assert phone.text == REPLY
    async with phone.world.store.transaction(phone.world.now) as tx:
        assert await jobs.claim(tx, kinds=[leaving.ERASE]) == []  # the deletions are sent first
