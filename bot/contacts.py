"""Contacts: the rows of a file of people to invite, read and held against what they should be.

Nothing that stands in the file is repeated in what is said about it, but for the last two digits of a number.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import phonenumbers

from handlers.labels import SIDES
from handlers.language import NAMES, OFFERED, Translator
from network import countries
from network.folding import clean, fold, latin_digits
from network.groups import Group
from network.imports import Contact

MOST_ROWS = 50_000
LONGEST_FILE = 20 * 1024 * 1024  # bytes
LONGEST_NAME = 80  # characters
SEPARATORS = ",;\t"
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1256")

HEADINGS = {
    "name": "name|full name|nom|prénom|nom et prénom|nom complet|الاسم|الإسم|الاسم الكامل",
    "number": "number|phone|phone number|mobile|whatsapp|telephone|numéro|téléphone|numéro de téléphone|tél|portable|"
    "الرقم|رقم الهاتف|الهاتف|رقم|هاتف|واتساب",
    "language": "language|lang|langue|اللغة|لغة",
    "group": "group|country|groupe|pays|المجموعة|مجموعة|البلد|الدولة",
    "side": "side|côté|partie|الجانب|الطرف|الجهة",
}
NEEDED = ("number", "group")

_ARABIC = "[\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06d2]"
_WORD = re.compile(r"[^\W\d_]+")
_SHORTENED = re.compile(r"\d[.,]\d+e\+?\d+", flags=re.IGNORECASE)  # 2.21771E+11
_INTERNATIONAL = re.compile(r"\+|00")


class Unreadable(Exception):
    """The file cannot be taken as it is; the message says why."""


@dataclass(frozen=True)
class Row:
    """One row that can be taken: its line in the file, and whom to invite."""

    line: int
    name: str = field(repr=False)
    language: str
    contact: Contact = field(repr=False)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row, in plain words."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        """Return the line of a report."""
        return f"line {self.line}, {self.column}: {self.what}"


@dataclass(frozen=True)
class Contacts:
    """What was found in a file."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read(data: bytes, groups: Sequence[Group], *, encoding: str = "") -> Contacts:
    """Return the rows of a CSV file and what is wrong with the others; raise Unreadable."""
    if len(data) > LONGEST_FILE:
        message = f"The file is larger than {LONGEST_FILE // 1024 // 1024} MB. Cut it into several."
        raise Unreadable(message)
    return _Reader(groups).read(decoded(data, encoding))


def decoded(data: bytes, encoding: str = "") -> str:
    """Return the text of a file, by its mark, as UTF-8, or as what its letters say; raise Unreadable."""
    try:
        if encoding:
            return data.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding:
            message = f"The file is not in {encoding}."
            raise Unreadable(message) from error
        return _windows(data)
    except LookupError as error:
        message = f"No such encoding. Use one of {', '.join(ENCODINGS)}."
        raise Unreadable(message) from error


def _windows(data: bytes) -> str:
    """Tell Arabic Windows from Western Windows; both have the accented letters of French at the same place."""
    arabic, western = data.decode("cp1256", "replace"), data.decode("cp1252", "replace")
    words = [word for word in _WORD.findall(arabic) if re.search(_ARABIC, word)]
    whole = [word for word in words if len(word) > 1 and re.fullmatch(f"{_ARABIC}+", word)]
    if not words:
        return western
    if len(whole) == len(words):
        return arabic
    if not whole:
        return western
    message = (
        "It is not clear in which encoding the file is. Save it as UTF-8, or say --encoding windows-1256 or -1252."
    )
    raise Unreadable(message)


class _Reader:
    """Reads one file."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = {fold(name): group for group in groups for name in _names(group)}
        self._known = ", ".join(sorted(group.code for group in groups))
        self._languages = {fold(word): code for code, name in NAMES.items() for word in (code, name, *_LANGUAGES[code])}
        self._sides = _sides()
        self._seen: dict[str, int] = {}

    def read(self, text: str) -> Contacts:
        """Return the rows and the faults of a file."""
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        try:
            columns = _columns(next(lines, []))
            found = list(self._each(lines, columns))
        except csv.Error as error:
            message = f"This is not a CSV file: line {lines.line_num} cannot be read."
            raise Unreadable(message) from error
        rows = tuple(each for each in found if isinstance(each, Row))
        return Contacts(rows, tuple(each for each in found if isinstance(each, Fault)))

    def _each(self, lines: Iterator[list[str]], columns: Mapping[str, int]) -> Iterator[Row | Fault]:
        for count, cells in enumerate(lines, start=1):
            if count > MOST_ROWS:
                message = f"The file has more than {MOST_ROWS} rows. Cut it into several."
                raise Unreadable(message)
            if any(cell.strip() for cell in cells):
                line = lines.line_num  # type: ignore[attr-defined]  # csv's reader has it
                yield from self._row(line, {name: _cell(cells, place) for name, place in columns.items()})

    def _row(self, line: int, given: Mapping[str, str]) -> Iterator[Row | Fault]:
        """Yield the row, or everything that is wrong with it."""
        group = self._groups.get(fold(given["group"]))
        country = group.country if group else ""
        number, wrong = numbered(given["number"], country)
        language = self._language(given.get("language", ""), country)
        side = self._sides.get(fold(given.get("side", "")))
        name = given.get("name", "")
        faults = [
            ("name", f"longer than {LONGEST_NAME} characters" if len(name) > LONGEST_NAME else ""),
            ("number", wrong or self._repeated(line, number)),
            ("language", "" if language else f"not one of {', '.join(sorted(OFFERED))}"),
            ("group", "" if group else f"not a group of the network, which are {self._known}"),
            ("side", "" if side is not None else "neither official nor civil"),
        ]
        wrongs = [Fault(line, column, what) for column, what in faults if what]
        if wrongs or group is None or language is None or side is None:
            yield from wrongs
            return
        beyond = "" if group.country and group.code == group.country else group.id
        yield Row(line, name, language, Contact(number, country, side, beyond))

    def _language(self, given: str, country: str) -> str | None:
        """Return the language that a row names, or the first one of its country."""
        if given:
            return self._languages.get(fold(given))
        spoken = countries.get(country).languages if country else ()
        return next((code for code in spoken if code in OFFERED), OFFERED[0])

    def _repeated(self, line: int, number: str) -> str:
        first = self._seen.setdefault(number, line)
        return "" if first == line else f"the same as in line {first} ({masked(number)})"


_LANGUAGES = {
    "ar": ("arabic", "arabe", "عربية", "عربي", "العربيه"),
    "fr": ("french", "français", "الفرنسية", "فرنسية", "فرنسي"),
    "en": ("english", "anglais", "الإنجليزية", "إنجليزية", "إنجليزي"),
}


def numbered(given: str, country: str) -> tuple[str, str]:
    """Return a number as E.164 without its plus, and what is wrong with it: one of the two is "".

    A number without a plus or 00 is one of ``country``, or one whose plus a spreadsheet took.
    """
    written = "".join(letter for letter in latin_digits(clean(given)) if not letter.isspace()).lstrip("'")
    if not written:
        return "", "missing"
    if _SHORTENED.fullmatch(written):
        return "", "the spreadsheet shortened it; give the column the format Text and enter it again"
    if _INTERNATIONAL.match(written):
        written = "+" + _INTERNATIONAL.sub("", written, count=1).removeprefix("(0)")
        found = _valid([(written, None)])
    else:
        found = _valid([(written, country or None), (f"+{written}", None)])
    if len(found) == 1:
        return found.pop(), ""
    if found:
        return "", f"it may be of two countries; write it with + and the country ({masked(written)})"
    where = f" of {countries.name(country, 'en')}, or one with + and its country" if country else ""
    return "", f"not a telephone number{where} ({masked(written)})"


def _valid(ways: Iterable[tuple[str, str | None]]) -> set[str]:
    found = set()
    for written, region in ways:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if number.extension is None and phonenumbers.is_valid_number(number):
            found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+"))
    return found


def masked(number: str) -> str:
    """Return what may be shown of a number: its last two digits."""
    digits = "".join(filter(str.isdigit, number))
    return f"…{digits[-2:]}" if len(digits) > 5 else "…"  # noqa: PLR2004 - a shorter one would be told too nearly


def _separator(text: str) -> str:
    """Return the separator of a file: the one that is most often in its first line."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(SEPARATORS, key=first.count)


def _columns(heads: Sequence[str]) -> dict[str, int]:
    """Return where each column is, by the words of its heading; raise Unreadable."""
    known = {fold(word): name for name, words in HEADINGS.items() for word in words.split("|")}
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        name = known.get(fold(clean(head)))
        if name is not None and found.setdefault(name, place) != place:
            message = f"Two columns are the {name}. Take one out, or give it another heading."
            raise Unreadable(message)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        message = (
            f"The first line must name the columns; {' and '.join(missing)} is not there. "
            "Known: name, number, language, group, side (or in French or Arabic), with , ; or a tab between."
        )
        raise Unreadable(message)
    return found


def _cell(cells: Sequence[str], place: int) -> str:
    return " ".join(clean(cells[place]).split()) if place < len(cells) else ""


def _names(group: Group) -> Iterator[str]:
    """Yield how a group may be called in a file."""
    yield group.code
    if group.country and group.code == group.country:
        yield from countries.get(group.country).names.values()


def _sides() -> dict[str, str]:
    """Return the sides by what they may be called; nothing is none."""
    translator = Translator.load()
    words = {side: [side, *translator.all_words(label)] for side, label in SIDES.items()}
    return {"": ""} | {fold(word): side for side, each in words.items() for word in each}
