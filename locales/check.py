"""Check the catalogues: ``python -m locales.check`` prints what is wrong and fails.

An offered language must be complete; a language that is only prepared (Hausa) may lack
translations, but what it has must be right.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message

from handlers.language import OFFERED, SOURCE
from locales import catalogue as catalogues
from locales import strings
from network.folding import fold

WIRES = ("bot/channels/", "bot/sandbox/")  # they carry what others said
COUNT = "count"  # the one placeholder that a plural form may leave out ("one person")
TRIED = range(1001)  # the numbers on which two plural rules are compared

_FRENCH_SPACE = re.compile(r"[^\s\u202f\u00a0:;!?»][:;!?»](?=\s|$)|[ ][:;!?»]|«[^\u202f\u00a0]")
_LATIN_MARK = re.compile(r"[\u0600-\u06ff}]\s*[,;?]")
_SOURCE_QUOTED = re.compile(r"“([^”{}]+)”")
_QUOTED = re.compile(r"«\s*([^»{}]+?)\s*»")
_LINE_BEGIN = re.compile(r"^([^:{}\n]{2,30}?)\s*:(?=\s\S)", re.MULTILINE)
_OUTSIDE_WORDS = re.compile(r"https?://\S+|\{[^}]*\}:")


@dataclass(frozen=True)
class Failure:
    """One thing that is wrong: its kind, where it is, and what to do about it."""

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        """Return the line that is printed."""
        return f"{self.where}: {self.kind}: {self.what}"


def check(root: Path = catalogues.ROOT, *, offered: Sequence[str] = OFFERED) -> list[Failure]:
    """Return everything that is wrong with the catalogues below ``root`` and with their use in the program."""
    template = catalogues.extract(root)
    program = list(strings.sources(root, catalogues.SOURCES))
    used = strings.used(source for _file, source in program)
    found = [*_strays(program), *_stale(template, root), *_source_labels(template, used), *_source_fields(template)]
    kept: list[Catalog] = []
    for language in sorted({*catalogues.languages(root), *offered} - {SOURCE}):
        path = catalogues.catalogue_path(language, root)
        if not path.exists():
            found.append(Failure("missing", language, "there is no catalogue"))
            continue
        catalogue = catalogues.read(path, language)
        kept += [catalogue] if language in offered else []
        found += judge(language, template, catalogue, used, complete=language in offered)
    return [*found, *_words(template, kept, used)]


def judge(
    language: str, template: Catalog, catalogue: Catalog, used: strings.Used, *, complete: bool
) -> Iterator[Failure]:
    """Yield what is wrong with one catalogue; ``complete`` asks for every text of ``template``."""
    yield from _plural_rule(language, catalogue)
    for source in catalogues.texts(template):
        where = _where(language, source)
        message = catalogue.get(source.id, source.context)
        if message is None or not any(catalogues.forms(message)):
            if complete:
                yield Failure("missing", where, "not translated (make messages, then translate)")
            continue
        for judged in (_fuzzy, _forms, _placeholders, _edges, _typography):
            yield from judged(language, where, source, message)
        yield from _too_long(where, source, catalogues.forms(message), used)


def _strays(program: Sequence[tuple[str, str]]) -> Iterator[Failure]:
    for file, source in program:
        if file.startswith(WIRES):
            continue
        for stray in strings.strays(source, file):
            where = f"{stray.file}:{stray.line}"
            yield Failure(
                "outside the catalogue", where, f'wrap it in _() or n_(): "{" ".join(stray.words.split())[:60]}"'
            )


def _stale(template: Catalog, root: Path) -> Iterator[Failure]:
    path = catalogues.template_path(root)
    kept = catalogues.read(path) if path.exists() else Catalog()
    if _outline(template) != _outline(kept):
        yield Failure("stale", path.name, "the program has other texts or notes for translators (make messages)")


def _outline(template: Catalog) -> set[tuple[object, ...]]:
    return {(message.id, message.context, " ".join(message.auto_comments)) for message in catalogues.texts(template)}


def _source_labels(template: Catalog, used: strings.Used) -> Iterator[Failure]:
    for message in catalogues.texts(template):
        yield from _too_long(_where(SOURCE, message), message, _ids(message), used)


def _source_fields(template: Catalog) -> Iterator[Failure]:
    for message in catalogues.texts(template):
        for text in _ids(message):
            if _fields(text) is None:
                yield Failure("broken placeholder", _where(SOURCE, message), "a brace has no partner")


def _plural_rule(language: str, catalogue: Catalog) -> Iterator[Failure]:
    ours = catalogues.PLURALS.get(language)
    if ours is None:
        yield Failure("plural rule", language, "locales/catalogue.py does not know its rule")
        return
    if _rule(ours)(0) is None or not _agree(ours, catalogue.plural_forms):
        yield Failure("plural rule", language, f"the header must say {ours}")


def _agree(ours: str, theirs: str) -> bool:
    if _plurals(ours) != _plurals(theirs):
        return False
    try:
        mine, other = _rule(ours), _rule(theirs)
        return all(mine(n) == other(n) for n in TRIED)
    except ValueError:
        return False


def _rule(header: str) -> Callable[[int], int]:
    return c2py(header.rpartition("plural=")[2].rstrip("; "))


def _plurals(header: str) -> str:
    return header.partition(";")[0].strip()


def _fuzzy(_language: str, where: str, _source: Message, message: Message) -> Iterator[Failure]:
    if message.fuzzy:
        yield Failure("fuzzy", where, "confirm the translation and drop the flag")


def _forms(language: str, where: str, source: Message, message: Message) -> Iterator[Failure]:
    forms = catalogues.forms(message)
    number = int(_plurals(catalogues.PLURALS[language]).split("=")[1]) if source.pluralizable else 1
    if len(forms) != number or not all(forms):
        yield Failure("plural forms", where, f"{number} forms are needed, {sum(map(bool, forms))} are there")


def _placeholders(_language: str, where: str, source: Message, message: Message) -> Iterator[Failure]:
    wanted = set[str]().union(*(_fields(text) or () for text in _ids(source)))
    for form in filter(None, catalogues.forms(message)):
        fields = _fields(form)
        if fields is None:
            yield Failure("broken placeholder", where, f'a brace has no partner: "{form[:60]}"')
            continue
        missing = wanted - fields - ({COUNT} if source.pluralizable else set())
        if missing:
            yield Failure("missing placeholder", where, ", ".join(sorted(missing)))
        if fields - wanted:
            yield Failure("extra placeholder", where, ", ".join(sorted(fields - wanted)))


def _fields(text: str) -> set[str] | None:
    """Return the placeholders of ``text``, or None when its braces are broken."""
    try:
        return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _edges(_language: str, where: str, source: Message, message: Message) -> Iterator[Failure]:
    """Blank space at either end is part of a text: it joins others."""
    first = _ids(source)[0]
    for form in filter(None, catalogues.forms(message)):
        if (first[:1].isspace(), first[-1:].isspace()) != (form[:1].isspace(), form[-1:].isspace()):
            yield Failure("blank space", where, "it begins or ends otherwise than the source")


def _typography(language: str, where: str, _source: Message, message: Message) -> Iterator[Failure]:
    """French spaces its high marks; Arabic has its own comma, semicolon and question mark."""
    rule = {"fr": _FRENCH_SPACE, "ar": _LATIN_MARK}.get(language)
    for form in catalogues.forms(message):
        if rule is not None and rule.search(_OUTSIDE_WORDS.sub("", form)):
            yield Failure("typography", where, f'punctuation is not that of the language: "{form[:60]}"')


def _too_long(where: str, source: Message, forms: Sequence[str], used: strings.Used) -> Iterator[Failure]:
    limits = [catalogues.limit(source), used.labels.get(catalogues.msgid(source))]
    longest = min((limit for limit in limits if limit is not None), default=None)
    for form in forms:
        if longest is not None and len(form) > longest:
            yield Failure("too long", where, f'{len(form)} characters, a label has {longest}: "{form}"')


def _words(template: Catalog, kept: Sequence[Catalog], used: strings.Used) -> Iterator[Failure]:
    """A typed word means one thing only, whatever the language; and a word that people are told is understood."""
    taken: dict[str, str] = {}
    for catalogue in (template, *kept):
        for message in catalogues.texts(catalogue):
            source = catalogues.msgid(message)
            if source not in used.words:
                continue
            said = catalogues.forms(message)[0] or source
            for word in filter(None, map(fold, said.split("|"))):
                if taken.setdefault(word, source) != source:
                    yield Failure("clash", f'"{word}"', f'it means both "{taken[word]}" and "{source}"')
    for catalogue in kept:
        yield from _told(catalogue, taken)


def _told(catalogue: Catalog, taken: Mapping[str, str]) -> Iterator[Failure]:
    """Where the source tells people a word to write, the translation must tell one that means the same."""
    for message in catalogues.texts(catalogue):
        for told in (_SOURCE_QUOTED, _LINE_BEGIN):
            wanted = [taken.get(fold(word)) for word in told.findall(catalogues.msgid(message))]
            if not wanted or None in wanted:
                continue
            for form in filter(None, catalogues.forms(message)):
                found = _QUOTED.findall(form) if told is _SOURCE_QUOTED else told.findall(form)
                unknown = [word for word in found if taken.get(fold(word)) not in wanted]
                if unknown or len(found) != len(wanted):
                    where = _where(str(catalogue.locale_identifier), message)
                    yield Failure("unknown word", where, f"it tells people to write: {', '.join(found)}")


def _where(language: str, message: Message) -> str:
    return f'{language} "{" ".join(catalogues.msgid(message).split())[:60]}"'


def _ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


if __name__ == "__main__":
    failures = check()
    for failure in failures:
        print(failure)  # noqa: T201 - it is a command
    sys.exit(1 if failures else 0)
