"""Messages cut to the limits of the Bot API."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import units
from bot.channels.telegram_fitting import fit, rows
from handlers.messages import Choice, Media, MediaKind, Outgoing

VOICE = Media(MediaKind.VOICE, "m1")
YES, NO = Choice("a:1:0", "Yes"), Choice("a:1:1", "No")
LONG = Choice("a:1:2", "The prisons administration")
SENTENCE = "This is a sentence. "

CASES: list[tuple[str, Outgoing, list[Outgoing]]] = [
    ("nothing", Outgoing(), []),
    ("text", Outgoing("hello"), [Outgoing("hello")]),
    ("choices", Outgoing("Sure?", choices=(YES, NO)), [Outgoing("Sure?", choices=(YES, NO))]),
    (
        "edit",
        Outgoing("Sure?\n✓ Yes", replaces="4", edit_only=True),
        [Outgoing("Sure?\n✓ Yes", replaces="4", edit_only=True)],
    ),
    ("next page", Outgoing("Page 2", choices=(YES,), replaces="4"), [Outgoing("Page 2", choices=(YES,), replaces="4")]),
    ("caption", Outgoing("listen", media=VOICE), [Outgoing("listen", media=VOICE)]),
    ("file with choices", Outgoing("ok?", media=VOICE, choices=(YES,)), [Outgoing("ok?", media=VOICE, choices=(YES,))]),
    ("bare file", Outgoing(media=VOICE), [Outgoing(media=VOICE)]),
    (
        "long caption",
        Outgoing("x" * 1025, media=VOICE, choices=(YES,)),
        [Outgoing(media=VOICE), Outgoing("x" * 1025, choices=(YES,))],
    ),
    (
        "deletions",
        Outgoing("gone", deletes=tuple(map(str, range(150)))),
        [
            Outgoing(deletes=tuple(map(str, range(100)))),
            Outgoing(deletes=tuple(map(str, range(100, 150)))),
            Outgoing("gone"),
        ],
    ),
    ("only deletions", Outgoing(deletes=("1",)), [Outgoing(deletes=("1",))]),
]


@pytest.mark.parametrize(("message", "parts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_message_becomes_calls(message: Outgoing, parts: list[Outgoing]) -> None:
    """Each part is one call; choices stand under the last."""
    assert fit(message) == parts


def test_a_long_text_is_cut_and_asks_last() -> None:
    """10,000 characters become three messages, the first in the prompt's place, the last with the buttons."""
    parts = fit(Outgoing(SENTENCE * 500, choices=(YES,), replaces="4"))
    assert [part.replaces for part in parts] == ["4", "", ""]
    assert [part.choices for part in parts] == [(), (), (YES,)]
    assert all(part.text.endswith("sentence.") for part in parts)


@given(text=st.text(max_size=200), times=st.integers(0, 60), with_media=st.booleans())
def test_every_part_keeps_the_limits(text: str, times: int, *, with_media: bool) -> None:
    """Whatever the text, no part is longer than Telegram takes, and none is empty."""
    for part in fit(Outgoing(text * times, media=VOICE if with_media else None)):
        assert units(part.text) <= (1024 if part.media else 4096)
        assert part.text.strip() or part.media


def test_labels_are_shortened() -> None:
    """A label of 200 characters ends in an ellipsis; its token stays."""
    (part,) = fit(Outgoing("?", choices=(Choice("t", "x" * 200),)))
    assert part.choices == (Choice("t", "x" * 59 + "…"),)


@pytest.mark.parametrize(
    "choices",
    [(Choice("ت" * 33, "x"),), (Choice("", "x"),), tuple(Choice(str(n), "x") for n in range(101))],
)
def test_choices_that_no_keyboard_holds_are_refused(choices: tuple[Choice, ...]) -> None:
    """Tokens over 64 bytes or empty, and more than 100 buttons, are a mistake of ours."""
    with pytest.raises(ValueError, match=r"choices|token"):
        fit(Outgoing("?", choices=choices))


def test_choices_need_a_text() -> None:
    """Buttons cannot stand alone."""
    with pytest.raises(ValueError, match="without a text"):
        fit(Outgoing(choices=(YES,)))


@pytest.mark.parametrize(
    ("choices", "arranged"),
    [
        ([], []),
        ([YES, NO], [(YES, NO)]),
        ([YES, LONG, NO], [(YES,), (LONG,), (NO,)]),
        ([YES, NO, YES], [(YES, NO), (YES,)]),
    ],
)
def test_short_labels_stand_side_by_side(choices: list[Choice], arranged: list[tuple[Choice, ...]]) -> None:
    """Two short labels share a row; a long one has its own; the order stays."""
    assert rows(choices) == arranged
