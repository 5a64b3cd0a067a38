"""Messages cut to the limits of the Cloud API."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import units
from bot.channels.whatsapp_fitting import fit
from handlers.messages import Choice, Media, MediaKind, Outgoing, Style

PICTURE = Media(MediaKind.PICTURE, "m1")
VOICE = Media(MediaKind.VOICE, "m1")
YES, NO = Choice("a:1:0", "Yes"), Choice("a:1:1", "No")
BACK, CANCEL = Choice("n:1:back", "Back", optional=True), Choice("n:1:cancel", "Cancel", optional=True)
LONG = "The administration of prisons and of those who are held"


def listed(text: str, *choices: Choice, opener: str = "☰") -> Outgoing:
    """A part with a list."""
    return Outgoing(text, choices=choices, style=Style.LIST, list_button=opener)


CASES: list[tuple[str, Outgoing, list[Outgoing]]] = [
    ("nothing", Outgoing(), []),
    ("text", Outgoing("hello"), [Outgoing("hello")]),
    ("two buttons", Outgoing("Sure?", choices=(YES, NO)), [Outgoing("Sure?", choices=(YES, NO))]),
    (
        "optional kept",
        Outgoing("Sure?", choices=(YES, NO, Choice("b", "Back", optional=True))),
        [Outgoing("Sure?", choices=(YES, NO, Choice("b", "Back")))],
    ),
    ("optional dropped", Outgoing("Sure?", choices=(YES, NO, BACK, CANCEL)), [Outgoing("Sure?", choices=(YES, NO))]),
    (
        "only optional",
        Outgoing("Write it.", choices=(BACK, CANCEL)),
        [Outgoing("Write it.", choices=(Choice("n:1:back", "Back"), Choice("n:1:cancel", "Cancel")))],
    ),
    (
        "a note",
        Outgoing("?", choices=(YES, Choice("a:1:1", "No", "Not yet"))),
        [listed("?", YES, Choice("a:1:1", "No", "Not yet"))],
    ),
    (
        "a long label",
        Outgoing("?", choices=(YES, Choice("p", LONG, "Prisons")), list_button="Choose"),
        [listed("?", YES, Choice("p", "The administration of p…", f"{LONG} — Prisons"), opener="Choose")],
    ),
    ("same labels", Outgoing("?", choices=(YES, Choice("b", "Yes"))), [listed("?", YES, Choice("b", "Yes"))]),
    (
        "long opener",
        Outgoing("?", choices=(YES, NO, CANCEL, BACK), style=Style.LIST, list_button="x" * 30),
        [Outgoing("?", choices=(YES, NO), style=Style.BUTTONS)],
    ),
    ("choices without text", Outgoing(choices=(YES,)), [Outgoing("…", choices=(YES,))]),
    ("caption", Outgoing("see", media=PICTURE), [Outgoing("see", media=PICTURE)]),
    ("voice takes no caption", Outgoing("hear", media=VOICE), [Outgoing(media=VOICE), Outgoing("hear")]),
    ("long caption", Outgoing("x" * 1025, media=PICTURE), [Outgoing(media=PICTURE), Outgoing("x" * 1025)]),
    (
        "file and choices",
        Outgoing("ok?", media=PICTURE, choices=(YES,)),
        [Outgoing(media=PICTURE), Outgoing("ok?", choices=(YES,))],
    ),
    ("mere edit", Outgoing("✓ Yes", replaces="wamid.1", edit_only=True), []),
    ("edit", Outgoing("Page 2", replaces="wamid.1", choices=(YES,)), [Outgoing("Page 2", choices=(YES,))]),
    ("deletions", Outgoing("gone", deletes=("wamid.1",)), [Outgoing("gone")]),
]


@pytest.mark.parametrize(("message", "parts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_message_becomes_calls(message: Outgoing, parts: list[Outgoing]) -> None:
    """Each part is one call; choices go with the end of the text, as buttons or as a list."""
    assert fit(message) == parts


def test_a_long_question_asks_with_its_end() -> None:
    """Of 3,000 characters the last 1,024 at most carry the list, cut at a paragraph; the rest goes before."""
    text = "\n\n".join(["A paragraph of words. " * 20] * 7) + "\n\nWhich one?"
    before, asked = fit(Outgoing(text, choices=tuple(Choice(f"a:{n}", f"Choice {n}") for n in range(9))))
    assert (before.choices, len(asked.choices)) == ((), 9)
    assert asked.text.endswith("Which one?")
    assert units(asked.text) <= 1024
    assert before.text.endswith("words.")


def test_a_tenth_choice_is_the_last() -> None:
    """Ten rows fit; of eleven the optional one goes; eleven needed ones are a mistake of ours."""
    ten = tuple(Choice(f"a:{n}", f"Choice {n}") for n in range(10))
    assert len(fit(Outgoing("?", choices=ten))[0].choices) == 10
    assert len(fit(Outgoing("?", choices=(*ten, BACK)))[0].choices) == 10
    with pytest.raises(ValueError, match="more than 10"):
        fit(Outgoing("?", choices=(*ten, YES)))


@pytest.mark.parametrize("choices", [(Choice("x" * 201, "a"),), (Choice("", "a"),), (YES, Choice("a:1:0", "Other"))])
def test_choices_that_no_list_holds_are_refused(choices: tuple[Choice, ...]) -> None:
    """Tokens that are too long, empty or there twice are a mistake of ours."""
    with pytest.raises(ValueError, match="token"):
        fit(Outgoing("?", choices=choices))


LABELS = st.lists(st.text(max_size=90), max_size=10)


@given(
    text=st.text(max_size=150),
    times=st.integers(0, 60),
    labels=LABELS,
    with_media=st.booleans(),
    with_notes=st.booleans(),
)
def test_every_part_keeps_the_limits(
    *, text: str, times: int, labels: list[str], with_media: bool, with_notes: bool
) -> None:
    """Whatever the text and the labels, no part is more than WhatsApp takes, and none is empty."""
    choices = tuple(Choice(f"a:{n}", label, label if with_notes else "") for n, label in enumerate(labels))
    for part in fit(Outgoing(text * times, choices=choices, media=PICTURE if with_media else None)):
        buttons = part.style is Style.BUTTONS
        assert part.text.strip() or part.media
        assert units(part.text) <= (1024 if part.media or part.choices else 4096)
        assert len(part.choices) <= (3 if buttons else 10)
        assert all(1 <= units(choice.label) <= (20 if buttons else 24) for choice in part.choices)
        assert all(units(choice.note) <= (0 if buttons else 72) for choice in part.choices)
        assert not part.choices or buttons or 1 <= units(part.list_button) <= 20
