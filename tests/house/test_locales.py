"""The catalogue check: the catalogues pass it, and each kind of failure is really found."""

from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale

from handlers.language import OFFERED
from locales import catalogue as catalogues
from locales.check import check
from locales.update import update

PROGRAM = """\
from handlers.language import _, n_

capability = Capability(
    name="find",
    command="find",
    # Translators: button, max:10
    title=_("Find"),
    words=_("find|search"),
    converse=find,
)
other = Capability("share", "share", _("Share"), _("share|give"), share)

async def find(talk):
    name = await talk.text("name", _("Hello {name}, what do you look for?", name="x"), skip=_("Skip"))
    await talk.say(_("Write “find” or “give”."))
    await talk.say(n_("{count} card for {name}", "{count} cards for {name}", 3, name=name))
"""
FRENCH = {
    "Find": "Trouver",
    "find|search": "trouver|chercher",
    "Share": "Partager",
    "share|give": "partager|donner",
    "Hello {name}, what do you look for?": "Bonjour {name}, que cherchez-vous\u202f?",
    "Skip": "Passer",
    "Write “find” or “give”.": "Écrivez «\u202fchercher\u202f» ou «\u202fpartager\u202f».",
    "{count} card for {name}": ("Une fiche pour {name}", "{count} fiches pour {name}"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a small program with a right French catalogue."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "find.py").write_text(PROGRAM)
    update(tmp_path)
    translate(tmp_path, FRENCH)
    return tmp_path


def translate(house: Path, words: dict[str, object]) -> None:
    """Write French translations into the catalogue of ``house``."""
    path = catalogues.catalogue_path("fr", house)
    catalogue = catalogues.read(path, "fr")
    for message in catalogues.texts(catalogue):
        message.string = words.get(catalogues.msgid(message), message.string)
    catalogues.write(path, catalogue)


def kinds(house: Path) -> list[str]:
    """Return the kinds of failure found, French being offered."""
    return [failure.kind for failure in check(house, offered=("fr", "en"))]


def test_catalogues_of_the_house() -> None:
    """Every offered language is complete and right, and no text stands outside the catalogues."""
    assert [str(failure) for failure in check()] == []


def test_a_right_catalogue_passes(house: Path) -> None:
    """A complete and right catalogue has no failure; an empty one that is not offered has none either."""
    assert kinds(house) == []


@pytest.mark.parametrize(
    ("msgid", "translation", "kind"),
    [
        ("Skip", "", "missing"),
        ("Skip", "Passer cette question-ci", "too long"),
        ("Find", "Trouverons", None),
        ("Find", "Trouverions", "too long"),
        ("Skip", "Passer ", "blank space"),
        ("Skip", "Passer !", "typography"),
        ("Hello {name}, what do you look for?", "Bonjour", "missing placeholder"),
        ("Hello {name}, what do you look for?", "Bonjour {nom}{name}", "extra placeholder"),
        ("Hello {name}, what do you look for?", "Bonjour {name", "broken placeholder"),
        ("{count} card for {name}", ("Une fiche pour {name}", ""), "plural forms"),
        ("{count} card for {name}", ("Une fiche", "{count} fiches pour {name}"), "missing placeholder"),
        ("share|give", "partager|chercher", "clash"),
        ("share|give", "partager|Search", "clash"),
        ("Write “find” or “give”.", "Écrivez «\u202ffouiller\u202f» ou «\u202fpartager\u202f».", "unknown word"),
        ("Write “find” or “give”.", "Écrivez «\u202fchercher\u202f».", "unknown word"),
    ],
)
def test_a_wrong_translation_is_found(house: Path, msgid: str, translation: object, kind: str | None) -> None:
    """Each way in which a translation can be wrong is named by its own kind of failure."""
    translate(house, {msgid: translation})
    assert kinds(house) == ([] if kind is None else [kind])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('msgid "Skip"', '#, fuzzy\nmsgid "Skip"', "fuzzy"),
        ("plural=(n > 1)", "plural=(n != 1)", "plural rule"),
        ("nplurals=2; plural=(n > 1)", "nplurals=3; plural=(n > 1)", "plural rule"),
    ],
)
def test_a_wrong_file_is_found(house: Path, old: str, new: str, kind: str) -> None:
    """A translation still marked as a guess, and a header with another plural rule, are found."""
    path = catalogues.catalogue_path("fr", house)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert kind in kinds(house)


def test_an_offered_language_without_a_catalogue_is_found(house: Path) -> None:
    """A language is not offered without a catalogue."""
    catalogues.catalogue_path("fr", house).unlink()
    assert kinds(house) == ["missing"]


def test_a_prepared_language_may_be_incomplete_but_not_wrong(house: Path) -> None:
    """Hausa may lack translations while it is not offered, but a broken one is found."""
    path = catalogues.catalogue_path("ha", house)
    path.write_text(
        path.read_text().replace('what do you look for?"\nmsgstr ""', 'what do you look for?"\nmsgstr "Sannu"')
    )
    assert kinds(house) == ["missing placeholder"]


def test_a_stale_template_is_found(house: Path) -> None:
    """A text that was changed in the program and not taken into the template is found."""
    (house / "handlers" / "find.py").write_text(PROGRAM.replace("Hello {name}", "Dear {name}"))
    assert "stale" in kinds(house)


@pytest.mark.parametrize(
    "line",
    [
        'await talk.say("Welcome")',
        'await talk.say(f"Welcome {name}")',
        'await talk.say("Welcome {}".format(name))',
        'await talk.choose("key", "Which one?", options)',
        'await talk.text("key", _("Who?"), skip="Later")',
        'await talk.confirm("key", _("Sure?"), yes="Yes" if sure else _("No"))',
        'await talk.tell("key", people, "News")',
        'options = [Option("key", "Label")]',
        'options = [Option("key", _("Label"), note="Note")]',
        'answer = Outgoing(text="Sorry")',
        'question = "Which one?"\n    await talk.choose("key", question, options)',
        'await talk.say(_("Hello " + name))',
    ],
)
def test_words_outside_the_catalogue_are_found(house: Path, line: str) -> None:
    """A string that people would see without the catalogue is found, however it gets there."""
    (house / "handlers" / "stray.py").write_text(f"async def stray(talk, name):\n    {line}\n")
    assert "outside the catalogue" in kinds(house)


@pytest.mark.parametrize(
    "line",
    [
        "await talk.say(question)",
        'await talk.choose("language", "اختر لغتك. Choose your language.", options)',
        'options = [Option("key", countries.name("NE", "fr"))]',
        'await talk.say(texts["welcome"])',
        'await talk.say("\\n\\n".join(parts))',
    ],
)
def test_what_needs_no_catalogue_passes(house: Path, line: str) -> None:
    """Values, marks, keys, and words said in every language at once are no failure."""
    (house / "handlers" / "fine.py").write_text(f"async def fine(talk, texts):\n    {line}\n")
    assert kinds(house) == []


@pytest.mark.parametrize("language", sorted(catalogues.PLURALS))
def test_plural_rules_are_those_of_cldr(language: str) -> None:
    """Up to a hundred thousand, each number takes the plural form that CLDR gives it."""
    rule = c2py(catalogues.PLURALS[language].rpartition("plural=")[2])
    order = {"ar": ["zero", "one", "two", "few", "many", "other"]}.get(language, ["one", "other"])
    cldr = Locale.parse(language).plural_form
    assert all(order[rule(number)] == cldr(number) for number in (*range(1000), 99_999, 100_000))


def test_offered_languages() -> None:
    """Arabic, French and English are offered; Hausa is prepared and is not."""
    assert set(OFFERED) == {"ar", "fr", "en"}
    assert "ha" in catalogues.languages()
