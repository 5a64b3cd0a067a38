"""The library: every piece in three languages, within the limits of a phone's message, and marked as ours."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from network import library, practices, starter, topics
from network.errors import Missing
from network.library import LANGUAGES, SHELVES, Piece
from network.store import Store
from tests.network.people import enrolled, handed_in, published

TITLE, BUTTON = 24, 20  # characters of a row of a list and of a button (WhatsApp)
CARD = 880  # of one message, beside its title and its question
LESSON_CARD = 400
STORY = (3, 6)  # sentences
ARABIC = re.compile("[\u0600-\u06ff]")
EVERY = [(shelf, language) for shelf in SHELVES for language in LANGUAGES]


@pytest.mark.parametrize(("shelf", "language"), EVERY)
def test_every_piece_is_there_and_fits(shelf: str, language: str) -> None:
    """Titles, cards and buttons are all there, in the script of the language, and short enough."""
    found = library.pieces(shelf, language)
    assert [each.id for each in found] == [each.id for each in library.pieces(shelf, "en")]
    for each in found:
        assert 0 < len(each.title) <= TITLE, each.title
        assert all(40 < len(card) <= CARD for card in each.cards), each.id
        assert 0 <= len(each.button) <= BUTTON
        for words in (each.title, *each.cards, *each.answers, each.question, each.because, each.button):
            assert bool(ARABIC.search(words)) is (language == "ar" and bool(words)), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_pieces_of_different_languages_are_different(language: str) -> None:
    """No text was left in another language."""
    others = [other for other in LANGUAGES if other != language]
    for shelf in SHELVES:
        for each in library.pieces(shelf, language):
            assert all(each.cards != library.piece(shelf, each.id, other).cards for other in others), each.id


def test_voices_come_from_both_sides() -> None:
    """There are as many voices of officials as of civil society, each of three to six sentences, on a topic."""
    voices = library.pieces("voices", "en")
    assert {side: sum(each.side == side for each in voices) for side in ("official", "civil")} == {
        "official": 5,
        "civil": 5,
    }
    for each in voices:
        assert STORY[0] <= len(re.findall(r"[.:?](?:\s|$)", each.cards[0])) <= 2 * STORY[1]
        assert topics.get(each.topic)


def test_lessons_have_five_cards_and_one_right_answer() -> None:
    """Five short cards, a question with three answers and the reason; the right one has the same place everywhere."""
    for language in LANGUAGES:
        for each in library.pieces("lessons", language):
            assert (len(each.cards), len(each.answers)) == (5, 3)
            assert all(len(card) <= LESSON_CARD for card in each.cards)
            assert 0 <= each.right < len(each.answers)
            assert each.question
            assert each.because
            assert each.right == library.piece("lessons", each.id, "en").right


def test_tools_say_what_they_are() -> None:
    """Each has a kind, a topic of the tree and a month (R055); all three kinds are there."""
    tools = library.pieces("tools", "fr")
    assert {each.kind for each in tools} == {"checklist", "protocol", "curriculum"}
    assert len(tools) >= 6
    for each in tools:
        assert topics.get(each.topic)
        assert re.fullmatch(r"20\d\d-\d\d", each.date)


def test_another_language_gets_english() -> None:
    """Who reads a language that has none of it gets the English pieces; an unknown piece is missing."""
    assert library.pieces("voices", "ha") == library.pieces("voices", "en")
    assert isinstance(library.piece("voices", "bench", "ha"), Piece)
    with pytest.raises(Missing):
        library.piece("voices", "nothing", "en")


async def test_practices_are_counted_by_topic_and_field(store: Store, now: datetime) -> None:
    """A practice counts once for each of its topics and once for its field; what is not published counts nowhere."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        await published(tx, author, topics=["com.dialogue", "com.policing"])
        await published(tx, author, topics=["com.dialogue", "jus.access"])
        await handed_in(tx, author, topics=["cor.humane"])
        assert await library.count_by_topic(tx) == {
            "com.dialogue": 2,
            "com.policing": 1,
            "jus.access": 1,
            "com": 2,
            "jus": 1,
        }


def test_the_code_of_a_field_is_that_long() -> None:
    """The count of a field takes so many letters of its topics' codes."""
    assert {len(root.code) for root in topics.roots()} == {library.FIELD}


async def test_a_new_network_is_not_empty(store: Store, now: datetime) -> None:
    """The first start brings the starter practices, marked as editorial, in Arabic too, on many topics; and once."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        first = await practices.count(tx)
        await starter.load(tx)
        assert await practices.count(tx) == first >= 11
        counts = await library.count_by_topic(tx)
        assert sum(bool(counts.get(root.code)) for root in topics.roots()) >= 6
        for row in await tx.all(practices.practices.select()):
            shown = await practices.get(tx, practice=row.id, language="ar")
            assert row.editorial
            assert ARABIC.search(shown.title)
