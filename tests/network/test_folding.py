"""Folding and cleaning, as tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.folding import clean, fold, fold_words, latin_digits

FOLDED = [
    ("Sécurité", "securite"),
    ("L'État, c'est", "l etat c est"),
    ("STRASSE Straße", "strasse strasse"),
    ("الشُّرْطَةُ", "الشرطه"),  # tashkeel, ta marbuta
    ("شـــرطة", "شرطه"),  # tatweel
    ("إصلاح أمن آخر ٱلدرك", "اصلاح امن اخر الدرك"),  # alef forms
    ("مستشفى", "مستشفي"),  # alef maqsura
    ("مسؤول هيئة", "مسوول هييه"),  # hamza on its seats
    ("٣ و ۴", "3 و 4"),  # Arabic-Indic, Persian
    ("ƙasa ɗaya", "kasa daya"),
    ("a\u200db\u202ec", "ab c"),
    ("<b>& ' -- %_", "b"),
    ("œuvre", "oeuvre"),
    ("ﷲ", "الله"),
    ("", ""),
]


@pytest.mark.parametrize(("written", "folded"), FOLDED)
def test_words_are_folded(written: str, folded: str) -> None:
    """Case, accents, marks, letter forms, digits and punctuation of each script are folded."""
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folding is idempotent, and leaves only letters, digits and single spaces."""
    folded = fold(text)
    assert fold(folded) == folded
    assert all(letter.isalnum() or letter == " " for letter in folded)
    assert "  " not in folded


def test_the_article_goes() -> None:
    """A leading Arabic article is stripped from each word, but never leaves a single letter."""
    assert fold_words("الدرك الوطني إلى") == ["درك", "وطني", "الي"]


def test_digits_of_every_script_become_latin() -> None:
    """Digits of any script are read, everything else stays."""
    assert latin_digits("٠١٢ ۳۴ ५ ½ x") == "012 34 5 ½ x"


CLEANED = [
    ("a\x00b\x1bc", "abc"),
    ("one\r\ntwo\u2028three\tfour", "one\ntwo\nthree four"),
    ("\u202eevil\u202c \u2066x\u2069", "evil x"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
    ("می\u200cخواهم", "می\u200cخواهم"),  # ZWNJ shapes a word
    ("👩\u200d🚒 👩🏽\u200d🚒", "👩\u200d🚒 👩🏽\u200d🚒"),  # ZWJ makes one picture
    ("a \u200d b\u200d", "a  b"),
    ("e\u0301", "é"),
    ("  <b>x</b> ", "<b>x</b>"),
    ("\ud800x", "x"),
]


@pytest.mark.parametrize(("written", "cleaned"), CLEANED)
def test_hostile_text_is_made_inert(written: str, cleaned: str) -> None:
    """Controls, bidi controls and invisible characters go; what shapes letters and emoji stays."""
    assert clean(written) == cleaned


@given(st.text(st.characters()))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Cleaning is idempotent and leaves no bidi control."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\x00")
