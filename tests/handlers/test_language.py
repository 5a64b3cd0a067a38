from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from handlers.language import OFFERED, Translator, Voice, _, is_rtl, n_
from handlers.prompts import Prompt, Shown, show
from handlers.words import BACK, CANCEL, CommonWords

ARABIC = r"""
msgid ""
msgstr ""
"Language: ar\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\n"

msgid "{count} person"
msgid_plural "{count} people"
msgstr[0] "لا أحد"
msgstr[1] "شخص واحد"
msgstr[2] "شخصان"
msgstr[3] "{count} أشخاص"
msgstr[4] "{count} شخصًا"
msgstr[5] "{count} شخص"

msgid "Hello {name}"
msgstr "مرحبا {name}"

msgid "Broken {name}"
msgstr "مكسور {nom}"

msgid "Untranslated"
msgstr ""
"""


@pytest.fixture
def arabic(tmp_path: Path) -> Translator:
    """Return a translator with one small Arabic catalogue."""
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "jisr.po").write_text(ARABIC.lstrip(), "utf-8")
    return Translator.load(tmp_path)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "لا أحد"),
        (1, "شخص واحد"),
        (2, "شخصان"),
        (3, "\u20683\u2069 أشخاص"),
        (11, "\u206811\u2069 شخصًا"),
        (100, "\u2068100\u2069 شخص"),
        (103, "\u2068103\u2069 أشخاص"),
    ],
)
def test_arabic_has_six_forms(arabic: Translator, count: int, said: str):
    """The rule of the catalogue's own header counts, not the library's (CLDR, Arabic plural rules)."""
    assert arabic.render(n_("{count} person", "{count} people", count), "ar") == said


def test_numbers_are_written_in_the_digits_chosen(arabic: Translator):
    """Numbers change their digits, and large ones their separators; names do not."""
    text = _("{name}: {count}", name="R2", count=12345)
    assert arabic.render(text, "en") == "R2: 12,345"
    assert arabic.render(text, "ar", "arab") == "\u2068R2\u2069: \u2068١٢٬٣٤٥\u2069"


def test_every_digit_follows_the_choice(arabic: Translator):
    """Digits of the sentence and hours are written as chosen; what people wrote keeps its own."""
    text = _("1 of 3: {word}, {hour}", word="R2", hour=time(21, 30))
    assert arabic.render(text, "en") == "1 of 3: R2, 21:30"
    assert arabic.render(text, "en", "arab") == "١ of ٣: R2, \u2068٢١:٣٠\u2069"


def test_foreign_words_are_isolated(arabic: Translator):
    """A Latin name in Arabic and an Arabic name in English keep the sentence's direction."""
    assert arabic.render(_("Hello {name}", name="Amel"), "ar") == "مرحبا \u2068Amel\u2069"
    assert arabic.render(_("Hello {name}", name="أمل"), "en") == "Hello \u2068أمل\u2069"
    assert arabic.render(_("Hello {name}", name="Amel"), "en") == "Hello Amel"
    assert arabic.render(_("Hello {name}", name="a\u2069\u202eb"), "ar") == "مرحبا \u2068ab\u2069"


@pytest.mark.parametrize(
    ("language", "label", "line"),
    [
        ("ar", "Police", "\u200f1. \u2068Police\u2069 · ok"),
        ("ar", "شرطة", "1. شرطة · ok"),
        ("fr", "شرطة", "\u200e1. \u2068شرطة\u2069 · ok"),
        ("fr", "Police", "1. Police · ok"),
        ("fr", "1 2", "1. 1 2 · ok"),
    ],
)
def test_a_numbered_line_runs_as_its_reader_reads(translator: Translator, language: str, label: str, line: str):
    """A label in the other direction is isolated and its line marked, so that number and note keep their places."""
    options = tuple(Shown(str(key), label, "ok") for key in range(4))
    said = show(Prompt("key", "choose", "n", "?", options=options), Voice(translator, language)).text
    assert said.splitlines()[2] == line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://meet.example.org/abc", "https://meet.example.org/abc"),
        ("https://a.example/x https://b.example/", "https://a.example/x https://b.example/"),
        ("https://a.example/x and more", "\u2068https://a.example/x and more\u2069"),
        ("https://a.example/شرطة", "\u2068https://a.example/شرطة\u2069"),
        ("meet.example", "\u2068meet.example\u2069"),
    ],
)
def test_a_link_ends_where_it_ends(translator: Translator, given: str, shown: str):
    """No mark of direction follows a link: apps take it for a part of it, and a private calendar was not found."""
    assert translator.render(_("{link}", link=given), "ar") == shown


@pytest.mark.parametrize(
    ("label", "note", "line"),
    [
        ("A market where…", "A market where all meet", "1. A market where all meet"),
        ("A market", "A market", "1. A market"),
        ("A market", "A market in town", "1. A market · A market in town"),
        ("A market where…", "Niger", "1. A market where… · Niger"),
    ],
)
def test_a_line_says_nothing_twice(translator: Translator, label: str, note: str, line: str):
    """Where the note is what a cut label begins, the line is the note alone; the button keeps both."""
    options = (Shown("0", label, note), *(Shown(str(key), "x", "y") for key in range(1, 4)))
    put = show(Prompt("key", "choose", "n", "?", options=options), Voice(translator, "en"))
    assert put.text.splitlines()[2] == line
    assert (put.choices[0].label, put.choices[0].note) == (label, note)


def test_a_broken_or_missing_translation_is_said_in_english(arabic: Translator):
    """Nobody gets an error, or a placeholder."""
    assert arabic.render(_("Broken {name}", name="x"), "ar") == "Broken \u2068x\u2069"
    assert arabic.render(_("Untranslated"), "ar") == "Untranslated"
    assert arabic.render(_("Unknown"), "xx") == "Unknown"


def test_dates_and_nested_messages(arabic: Translator):
    """A date is said as each language says it, and a message may stand within another."""
    text = _("{day}: {who}", day=date(2027, 3, 4), who=_("Hello {name}", name="Amel"))
    assert arabic.render(text, "fr") == "4 mars 2027: Hello Amel"


def test_words_that_a_person_wrote_are_not_looked_up(arabic: Translator):
    """A plain string is said as it is, braces and all."""
    assert arabic.render("Hello {name}", "ar") == "Hello {name}"


def test_the_language_of_an_app_is_guessed(translator: Translator):
    """A regional tag leads to its language, an unknown one to French."""
    assert [translator.guess(tag) for tag in ("ar-TN", "EN_us", "fr", "ha", "")] == ["ar", "en", "fr", "fr", "fr"]


def test_no_text_tells_a_name_in_its_repr():
    """Parameters stay out of logs and tracebacks."""
    assert "Amel" not in repr(_("Hello {name}", name="Amel"))


@pytest.mark.parametrize(
    ("typed", "meaning"), [("retour", BACK), ("رجوع", BACK), ("back", BACK), ("annuler", CANCEL), ("الغاء", CANCEL)]
)
def test_common_words_are_understood_in_every_language(translator: Translator, typed: str, meaning: str):
    """Back and Cancel are the words of the catalogues, folded, whatever language one reads."""
    assert CommonWords(translator).means(typed, meaning)


def test_the_languages_offered_have_their_catalogues(translator: Translator):
    """Each language that is offered can be spoken."""
    assert set(OFFERED) == set(translator.languages)
    assert [language for language in OFFERED if is_rtl(language)] == ["ar"]
