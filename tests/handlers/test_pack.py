from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from handlers.language import Translator, Voice
from handlers.messages import Kind, MediaKind
from handlers.practices import pack
from network import jobs, packs, practices
from network.attribution import Attribution
from network.facts import Facts
from network.packs import Evidence, Figure, Pack
from network.starter import practice_id
from tests.network.people import published

RADIO = practice_id("ne-radio")


async def drawn(phone, **result: Any) -> str:
    """Let the job that draws end for whoever asked; return the message that was made."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        [row] = await tx.all(select(jobs.jobs).where(jobs.jobs.c.kind == packs.DRAW))
        argument = tx.seal.open_json("jobs.argument", row.id, row.argument)
        await jobs.done(tx, job=row.id)
    done = result or {
        "text": argument["text"],
        "kind": "picture",
        "ref": f"{phone.person}/{'0' * 32}",
        "mime": "image/png",
        "size": 1000,
        "name": "jisr.png",
    }
    await phone.does(Kind.DONE, text=packs.DRAW, argument=json.dumps(done))
    return str(argument["text"])


async def test_a_pack_is_made_from_the_menu(open_phone):
    """By typed numbers, in Arabic: topic, country; then a message and a picture come, each to be sent on by itself."""
    chat = open_phone(language="ar", channel="whatsapp")
    await chat.is_member(country="TN")
    await chat.says("خلاصة للإرسال")
    chat.hears("On which field do you need evidence?")
    await chat.says("words")
    await chat.taps("Search by words")
    await chat.says("الإذاعة")
    await chat.says("١")
    chat.hears("For which country? What is nearest to it comes first.")
    chat.sees_choices("تونس", "بلد آخر")
    await chat.says("١")
    chat.hears("تصلكم بعد لحظات رسالة وصورة")
    text = await drawn(chat)
    [message, picture] = chat.heard
    assert message.text == text
    assert not message.choices
    assert len(message.text) <= 1024
    assert picture.media.kind is MediaKind.PICTURE
    assert message.text.startswith(picture.text)
    chat.hears("النيجر", "المصدر")


async def test_a_pack_is_made_from_a_practice(open_phone):
    """From an opened practice one of its topics is chosen, and a country; the text says where it is from."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await chat.says(f"/practice {RADIO}")
    await chat.taps("Something else")
    await chat.taps("Make a pack on this")
    chat.hears("On which of its topics?")
    await chat.says("1")
    await chat.taps("Another country")
    await chat.says("Mali")
    chat.hears("A message and a picture come in a moment.")
    await drawn(chat)
    chat.hears("Police answer callers live on radio", "From the starter collection", "For Mali, 23 November 2026")
    chat.hears("Source: the Jisr network. It may be passed on to anybody.")


async def test_where_there_is_little_it_is_said(open_phone):
    """With fewer than three practices that may be passed on the pack is made of them, and their number is said."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says(f"/pack of:{practice_id('ne-prison')}")
    await chat.says("1")
    await chat.says("1")
    chat.hears("Il n’y a encore que 1 pratique qui puisse être transmise", "Un message et une image arrivent")
    await drawn(chat)
    chat.hears("Source\u202f: le réseau Jisr.")


async def test_where_nothing_may_be_passed_on_it_is_said(open_phone):
    """A topic with practices for the network only makes no pack, and no job."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    async with chat.world.store.transaction(chat.world.now) as tx:
        practice = await published(tx, chat.person, topics=["prv.crime"], title="Inside only")
        for row in await tx.all(select(practices.practices.c.id).where(practices.practices.c.editorial)):
            await practices.classify(tx, practice=row.id, topics=["cor.service"])
    await chat.says(f"/pack of:{practice}")
    await chat.taps("Niger")
    chat.hears("On this topic the network has nothing yet that may be passed on to anybody.")
    chat.does_not_hear("Inside only")
    await chat.says("/pack of:0123")
    chat.hears("This practice is not there any more.")


async def test_without_the_picture_the_words_come(open_phone):
    """A picture that could not be drawn leaves the message; a job that failed is said."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    for result, said in (({"text": "Evidence: radio"}, "Evidence: radio"), ({"error": "x"}, "could not be made")):
        await chat.says(f"/pack of:{RADIO}")
        await chat.says("1")
        await chat.taps("Niger")
        await drawn(chat, **result)
        chat.hears(said)
        assert len(chat.heard) == 1


def longest(language: str, number: int) -> Evidence:
    """Return a practice with every text at its longest."""
    shown = practices.Practice(
        id=str(number),
        author=None,
        state=practices.State.PUBLISHED,
        language=language,
        facts=Facts(country="BF", evidence="evaluated"),
        topics=("com.dialogue",),
        title="T" * 60,
        parts={"done": "fait " * 180, "result": "mot " * (225 if number else 3)},
        submitted_at=None,
        published_at=None,
        editorial=False,
    )
    said = Attribution(
        str(number), side="official", level=2, service="rights_institution", role="", country="BF", year=2026
    )
    return Evidence(shown, said)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("digits", ["latn", "arab"])
def test_the_message_fits_in_every_language(translator: Translator, language: str, digits: str):
    """At its longest a pack is one message of 1,024 characters, with something of each practice, figures and source."""
    codes = ("MA", "DZ", "TN", "LY", "EG", "MR", "ML", "NE", "TD", "SN")
    question = {"en": "Does it help?", "fr": "Est-ce utile ?", "ar": "هل يفيد؟"}
    figures = (Figure(question, {"en": "Yes", "fr": "Oui", "ar": "نعم"}, 0.54, 100, date(2026, 11, 1)),)
    evidence = tuple(longest("en" if language == "ar" else language, number) for number in range(3))
    found = Pack("com.dialogue", "BF", date(2026, 11, 22), evidence, codes, 9999, 9999, figures)
    voice = Voice(translator, language, digits)
    lines = pack.worded(found, voice)
    text = pack.message(lines)
    assert 900 < len(text) <= pack.MESSAGE
    assert text.endswith(lines.source)
    assert all(item.head in text and item.foot in text for item in lines.items)
    assert "mot mot mot\n" in text
    assert text.count("mot mot…") == 2
    assert question[language] in text
    drawn_ = pack.sheet(lines, rtl=voice.rtl)
    assert json.loads(json.dumps(drawn_)) == drawn_
    assert drawn_["rtl"] is (language == "ar")


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("one two three", 13, "one two three"),
        ("a word and another one of many, and more words still", 44, "a word and another one of many, and more…"),
        ("a word and another one of many, and more words still", 39, ""),
        ("كلمة وكلمة أخرى، وكلمات كثيرة بعدها ثم غيرها أيضا", 44, "كلمة وكلمة أخرى، وكلمات كثيرة بعدها ثم…"),
        ("aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa, bbbbbbbbb", 42, "aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, most: int, short: str):
    """What is too long ends after a word, without a comma before the dots; too little to say much is left out."""
    assert pack.shortened(text, most) == short
