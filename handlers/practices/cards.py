"""Cards: a practice as people see it, short in a list and whole when opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from handlers import labels
from handlers.labels import attribution_label, language_label, part_label
from handlers.language import Place, Text, Words, _, n_
from handlers.messages import Media, MediaKind
from network import countries, topics
from network.attribution import Attribution
from network.facts import Facts
from network.files import File
from network.practices import Practice

FIRST = ("problem", "done", "result", "figure", "source")  # what a reader wants to know first
OPENING = ("problem",)  # with where, on what, how far and by whom: enough to know whether to read on
REST = tuple(part for part in labels.PARTS if part not in OPENING)
NO_FILES: Mapping[str, str] = MappingProxyType({})
NOT_REPORTED = "-"  # as a part: its author was asked and does not know


def short_note(practice: Practice, language: str) -> str:
    """Return the line below a title in a list: country and first topic, in the reader's language."""
    return " · ".join(_place(practice.facts, practice.topics[:1], language))


def whole(practice: Practice, attribution: Attribution, language: str) -> list[Words]:
    """Return the parts of an opened practice, in the order in which they are said: the first ones say it all."""
    parts: list[Words] = []
    if practice.language != language:
        parts.append(
            _("This text is in {language}. It is not translated yet.", language=language_label(practice.language))
        )
    kind = practice.facts.kind
    parts += [headline(practice.title, kind), *worded(practice.parts, FIRST, kind)]
    parts.append(about(practice.facts, practice.topics, attribution, language))
    if practice.published_at is not None and not practice.editorial:
        parts.append(_("Shared on {day}", day=practice.published_at.date()))
    rest = [part for part in labels.PARTS if part not in FIRST]
    return [*parts, *worded(practice.parts, rest, kind)]


def headline(title: str, kind: str) -> Text:
    """Return the title, and what it is of where it is no practice."""
    if kind == "practice":
        return _("“{title}”", title=title)
    return _("{kind}: “{title}”", kind=labels.KINDS[kind], title=title)


def about(facts: Facts, codes: Sequence[str], attribution: Attribution, language: str) -> Text:
    """Return where it was done, on which topics, who shared it as far as that is said, and what else is known."""
    place = " · ".join(_place(facts, codes, language))
    said = _("{place}\n{author}", place=place, author=attribution_label(attribution))
    for line in _facts(facts):
        said = _("{above}\n{line}", above=said, line=line)
    return said


def worded(
    given: Mapping[str, str], parts: Sequence[str], kind: str, files: Mapping[str, str] = NO_FILES
) -> Iterator[Words]:
    """Yield what the author wrote in these parts, each under its heading; one that was not given is left out.

    ``files``: the kind of the file that stands for a part, by part; it is named in the place of its words or below.
    """
    for part in parts:
        below: list[Words] = []
        if given.get(part):
            below.append(_("Not reported") if given[part] == NOT_REPORTED else given[part])
        if part in files:
            below.append(labels.FILES[files[part]])
        said = part_label(part, kind)
        for text in below:
            said = _("{heading}\n{text}", heading=said, text=text)
        if below:
            yield said


def files(found: Sequence[File], kind: str) -> list[tuple[Text, Media]]:
    """Return the files of a practice, each with the line that says what it is (``talk.say(line, media)``)."""
    return [
        (
            _("{heading}: {file}", heading=part_label(file.part, kind), file=labels.FILES[file.kind]),
            Media(MediaKind(file.kind), file.ref, file.mime, file.size),
        )
        for file in found
    ]


def _facts(facts: Facts) -> Iterator[Text]:
    """Yield a line for each thing that is known beside the text."""
    if facts.met:
        yield _("Met in {country}", country=Place(facts.met))
    if facts.evidence:
        yield _("How the result is known: {evidence}", evidence=labels.EVIDENCE[facts.evidence])
    if facts.stage:
        yield _("Stage: {stage}", stage=labels.STAGES[facts.stage])
    if facts.months:
        yield n_("Done for {count} month", "Done for {count} months", facts.months)
    if facts.scale:
        yield _("Scale: {scale}", scale=labels.SCALES[facts.scale])
    if facts.rhythm:
        yield _("How often: {rhythm}", rhythm=labels.RHYTHMS[facts.rhythm])
    if facts.decision:
        yield _("Who must decide: {decision}", decision=labels.DECISIONS[facts.decision])
    if facts.reuse == "public":
        yield _("May be passed on to anybody.")


def _place(facts: Facts, codes: Sequence[str], language: str) -> list[str]:
    zone = [countries.zone_name(facts.zone, language)] if facts.zone else []
    country = [countries.name(facts.country, language)] if facts.country or not zone else []
    return [*country, *zone, *(topics.label(code, language) for code in codes)]
