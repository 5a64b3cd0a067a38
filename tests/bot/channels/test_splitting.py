"""Texts are cut where a reader would pause, and nothing visible is lost or broken."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import balanced, shorten, split, split_off_end, units

ISOLATES = "\u2066\u2067\u2068\u2069"
PIECES = st.sampled_from(
    [
        "كلمة",
        "الشرطة",
        "2026",
        "Niamey",
        "été",
        "e\u0301",
        "👩\u200d👩\u200d👧",
        "🇹🇳",
        "بِسْمِ",
        "\u2068",
        "\u2069",
        "\u2067",
        " ",
        " ",
        "  ",
        "\n",
        "\n\n",
        ". ",
        "؟ ",
        "! ",
        "،",
        "ـ",
    ],
)
TEXTS = st.lists(PIECES, max_size=120).map("".join) | st.text(max_size=300)
LIMITS = st.integers(min_value=16, max_value=90)


def bare(text: str) -> str:
    """Keep what must survive: everything but white space and isolates."""
    return "".join(char for char in text if not char.isspace() and char not in ISOLATES)


def is_balanced(text: str) -> bool:
    """Whether every isolate is closed, and nothing else is."""
    depth = 0
    for char in text:
        depth += (char in ISOLATES[:3]) - (char == ISOLATES[3])
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 20, []),
        (" \n ", 20, []),
        ("short", 20, ["short"]),
        ("First paragraph.\n\nSecond one. It goes on.", 28, ["First paragraph.", "Second one. It goes on."]),
        ("One line here\nanother line", 20, ["One line here", "another line"]),
        ("A sentence ends. Then more words", 22, ["A sentence ends.", "Then more words"]),
        ("هل أنت هناك؟ نعم أنا هنا", 20, ["هل أنت هناك؟", "نعم أنا هنا"]),
        ("words without any pause", 16, ["words without", "any pause"]),
        ("x" * 40, 16, ["x" * 16, "x" * 16, "x" * 8]),
        ("كتب الى مركز Police Nationale اليوم", 23, ["كتب الى مركز", "Police Nationale اليوم"]),
        ("😀" * 20, 16, ["😀" * 8, "😀" * 8, "😀" * 4]),
    ],
)
def test_it_cuts_at_the_best_pause(text: str, limit: int, parts: list[str]) -> None:
    """A paragraph goes before a line, a line before a sentence, a sentence before a space."""
    assert split(text, limit) == parts


def test_an_isolate_is_closed_and_opened_again() -> None:
    """A quotation longer than a part stays isolated in each part."""
    parts = split("\u2068one two three four five\u2069", 16)
    assert parts == ["\u2068one two three\u2069", "\u2068four five\u2069"]


@given(TEXTS, LIMITS)
def test_parts_keep_the_limit_and_the_text(text: str, limit: int) -> None:
    """Each part is within the limit, has something visible, is balanced; together they are the text."""
    parts = split(text, limit)
    assert all(units(part) <= limit and part.strip(ISOLATES + " ") and is_balanced(part) for part in parts)
    assert "".join(map(bare, parts)) == bare(text)


@given(TEXTS, LIMITS)
def test_no_grapheme_is_broken(text: str, limit: int) -> None:
    """The graphemes of the parts are those of the text, where each fits into a part."""
    whole = [g for g in regex.findall(r"\X", balanced(text)) if bare(g)]
    if all(units(g) <= limit - 8 for g in whole):
        assert [g for part in split(text, limit) for g in regex.findall(r"\X", part) if bare(g)] == whole


@given(TEXTS, LIMITS)
def test_the_end_can_be_split_off(text: str, limit: int) -> None:
    """The end is within the limit, both pieces are balanced, and together they are the text."""
    beginning, end = split_off_end(text, limit)
    assert units(end) <= limit
    assert is_balanced(beginning)
    assert is_balanced(end)
    assert bare(beginning) + bare(end) == bare(text)


@given(TEXTS, st.integers(min_value=2, max_value=40))
def test_shortening_keeps_the_beginning(text: str, limit: int) -> None:
    """A shortened label is within the limit, balanced, and begins as the label does."""
    short = shorten(text, limit)
    assert units(short) <= limit
    assert is_balanced(short)
    assert short == balanced(text) or (bare(short).endswith("…") and bare(text).startswith(bare(short)[:-1]))


def test_hostile_texts_are_cut_in_reasonable_time() -> None:
    """A hundred thousand isolates, or one endless grapheme, neither hang nor break the limit."""
    for text in ("\u2068" * 100_000, "\u2068" * 500 + "x" + "\u2069" * 500, "e" + "\u0301" * 9_000, "a " * 50_000):
        assert all(units(part) <= 4096 for part in split(text, 4096))


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    """A limit under 16 raises when there is something to cut."""
    with pytest.raises(ValueError, match="at least 16"):
        split("x" * 30, 10)
