"""Stems and slips, as tables."""

from __future__ import annotations

import pytest

from network import concepts
from network.folding import fold_words
from network.spelling import distance, nearest
from network.stems import stem

ALIKE = [
    ("fr", "policière policières policier policiers"),
    ("fr", "formé formée formées former"),
    ("fr", "formation formations"),
    ("fr", "marché marchés"),
    ("en", "prison prisons"),
    ("en", "listen listens listening listened"),
    ("ar", "شرطة الشرطة والشرطة بالشرطة للشرطة شرطي"),
    ("ar", "مزارع المزارعون المزارعين مزارعهم"),
    ("ar", "حدود الحدود حدودية بالحدود"),
    ("ar", "شكاية الشكايات"),
]
APART = [
    ("fr", "police polie"),
    ("en", "market mark"),
    ("ar", "سجن جسر"),
    ("ar", "لجنة جنة"),  # what is written onto a word is told from its first letter
]


@pytest.mark.parametrize(("language", "words"), ALIKE)
def test_forms_of_a_word_have_one_stem(language: str, words: str) -> None:
    """Plurals, feminines, verb forms, and in Arabic what is written onto a word, are taken off, accents or not."""
    assert len({stem(word, language) for word in fold_words(words)}) == 1


@pytest.mark.parametrize(("language", "words"), APART)
def test_other_words_have_other_stems(language: str, words: str) -> None:
    """What only looks alike stays apart."""
    assert len({stem(word, language) for word in fold_words(words)}) == 2


def test_a_word_of_no_known_language_is_its_own_stem() -> None:
    """Hausa, numbers and words in the letters of another script stay as they are."""
    assert [stem("makiyaya", "ha"), stem("1325", "fr"), stem("شرطه", "ha")] == ["makiyaya", "1325", "شرط"]


JOINED = [
    ("fr", "ils négocient", "négocier"),  # Snowball leaves it, as it leaves a talent
    ("fr", "un talent", "talent"),
    ("ar", "بالدراجات", "دراجات"),
    ("ar", "لشباب", "شباب"),
    ("ar", "بمتطوعين", "متطوعين"),
    ("ar", "ويتصالحون", "تصالح"),
    ("ar", "لبن", "لبن"),  # its own letters, though it looks like "to a son" and "a dog" like "as an egg"
    ("ar", "كلب", "كلب"),
    ("ar", "لزرافات", "لزرافات"),  # nothing that is known would be left
]


@pytest.mark.parametrize(("language", "words", "meant"), JOINED)
def test_what_is_written_onto_a_word_goes_where_a_concept_is_left(language: str, words: str, meant: str) -> None:
    """Particles and persons are taken off a word where what is left names a concept, and only there."""
    assert concepts.root(fold_words(words)[-1], language) == stem(fold_words(meant)[-1], language)


DISTANCES = [
    ("gendarmerie", "gendarmerie", 0),
    ("gendarmrie", "gendarmerie", 1),
    ("poilce", "police", 1),  # two neighbours swapped
    ("securitte", "securite", 1),
    ("مضاهره", "مظاهره", 1),
    ("marche", "march", 1),
    ("abc", "", 3),
    ("kitten", "sitting", 3),
]


@pytest.mark.parametrize(("one", "other", "mistakes"), DISTANCES)
def test_mistakes_are_counted(one: str, other: str, mistakes: int) -> None:
    """A letter too many, missing, wrong or swapped is one mistake, whichever word it is in."""
    assert distance(one, other) == distance(other, one) == mistakes


NEAREST = [
    ("gendarmrie", ["gendarmerie"]),
    ("transumence", ["transhumance"]),  # two in a long word
    ("polis", []),  # two in a short one are too many
    ("ong", []),  # a short word is another word
    ("1326", []),  # and so is a number
    ("poiice", ["police"]),
]
KNOWN = ["gendarmerie", "transhumance", "police", "ont", "1325", "justice"]


@pytest.mark.parametrize(("word", "meant"), NEAREST)
def test_a_slip_finds_the_nearest_word(word: str, meant: list[str]) -> None:
    """One mistake is forgiven in a word, two in a long one; a short word or a number is never another."""
    assert nearest(word, KNOWN) == meant


def test_equally_near_words_are_all_meant() -> None:
    """Where two words are as near, both are; a nearer one is alone."""
    assert nearest("bande", ["banda", "bands", "bondes"]) == ["banda", "bands"]
    assert nearest("bandes", ["banda", "bande", "bandez"]) == ["bande", "bandez"]
