"""What a catalogue is here: where it lies, what is taken into it, which rules it obeys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "jisr"
SOURCES = ("handlers", "bot")  # the floors that speak to people
KEYWORDS = {"_": None, "n_": (1, 2)}
COMMENT_TAG = "Translators:"
BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
UNSIGNED = {"msgid_bugs_address": "none", "last_translator": "none", "language_team": "none"}
WIDTH = 120  # characters in a line of a catalogue

PLURALS = {  # the rules of CLDR; Babel's own Arabic rule has "many" and "other" swapped
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)",
    "fr": "nplurals=2; plural=(n > 1)",
    "ha": "nplurals=2; plural=(n != 1)",
}
DRAFT = """\
# {language} messages of Jisr.
# {state}
#"""
COMPLETE_DRAFT = "A complete draft, still to be reviewed by a native speaker."
PREPARED = "Prepared only: not offered to people until it is complete and reviewed by a native speaker."

_LIMIT = re.compile(r"\bmax:(\d+)")


def template_path(root: Path = ROOT) -> Path:
    """Return where the template (every text, untranslated) lies."""
    return root / "locales" / "messages.pot"


def catalogue_path(language: str, root: Path = ROOT) -> Path:
    """Return where the catalogue of a language lies."""
    return root / "locales" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages(root: Path = ROOT) -> list[str]:
    """Return the languages that have a catalogue; English is the source and needs none."""
    return sorted(path.parent.parent.name for path in (root / "locales").glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path, language: str | None = None) -> Catalog:
    """Read a template or a catalogue; obsolete entries are left out."""
    with path.open("rb") as file:
        return read_po(file, locale=language, ignore_obsolete=True)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a template or a catalogue, with the files of each text but no line numbers (they only make noise)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, include_lineno=False, ignore_obsolete=True)


def extract(root: Path = ROOT) -> Catalog:
    """Return the template as the program is now: every text of ``_()`` and ``n_()``, in a steady order."""
    template = Catalog(
        project="Jisr",
        version="0",
        header_comment="# Every message of Jisr, untranslated (make messages).",
        **UNSIGNED,
        creation_date=BEGUN,
        revision_date=BEGUN,
        fuzzy=False,
    )
    for folder in SOURCES:
        found = extract_from_dir(
            root / folder,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=(COMMENT_TAG,),
        )
        for name, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
            template.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return template


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages of a catalogue, without its header."""
    return (message for message in catalogue if message.id)


def msgid(message: Message) -> str:
    """Return the source text; of a plural, the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    """Return the translation as a list of forms; of a message without plurals, one. Empty is untranslated."""
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or ("",))


def limit(message: Message) -> int | None:
    """Return how many characters the translators' comment allows (``max:20``), or None."""
    found = [int(number) for comment in message.auto_comments for number in _LIMIT.findall(comment)]
    return min(found, default=None)
