"""Pages: what there is to read of one practice, in messages of a few parts each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import reduce

from handlers import labels
from handlers.labels import language_label
from handlers.language import Place, Text, Words, _, n_
from handlers.practices import cards
from handlers.talk import Talk
from network import attachments, attribution, followups, marks, practices, standings
from network.followups import Word
from network.practices import Practice
from network.standings import Endorsement, Stage
from network.texts import Mark

PAGE = 700  # characters of one message, beside the question and its options (WhatsApp: 1,024 in all)
MORE = _("Would you like to read on?")

ANSWERS: dict[str, Text] = {
    # Translators: button, max:20. What became of a practice.
    "in_use": _("Still in use"),
    # Translators: button, max:20. What became of a practice.
    "changed": _("It has changed"),
    # Translators: button, max:20. What became of a practice.
    "stopped": _("It was stopped"),
}
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. An official act for a practice.
    "law": _("A law"),
    # Translators: in a list, max:24
    "decree": _("A decree"),
    # Translators: in a list, max:24
    "circular": _("A circular or order"),
    # Translators: in a list, max:24
    "agreement": _("A signed agreement"),
    # Translators: in a list, max:24
    "budget": _("A line in a budget"),
    # Translators: in a list, max:24
    "statement": _("A public statement"),
}
TRANSLATORS: dict[Mark, Text] = {
    Mark.OFFICIAL: _("a member of the official side, and confirmed by another member"),
    Mark.CIVIL: _("a member of civil society, and confirmed by another member"),
    Mark.MACHINE: _("a machine, which may be wrong"),
}


async def of(talk: Talk, practice: Practice) -> list[list[Words]]:
    """Return what is to be read of a practice, each page a list of parts that are said together."""
    shown = await talk.look(attribution.of, practice=practice.id)
    opening: list[Words] = [
        *_language_mark(practice, talk.language),
        cards.headline(practice.title, practice.facts.kind),
    ]
    opening.append(cards.about(practice.facts, practice.topics, shown, talk.language))
    files = {file.part: file.kind for file in await talk.look(attachments.of, practice=practice.id)}
    opening += cards.worded(practice.parts, cards.OPENING, practice.facts.kind, files)
    return [opening, *packed(talk, [part async for part in _rest(talk, practice, files)])]


async def read_through(talk: Talk, found: Sequence[list[Words]], *, place: str) -> None:
    """Say pages one after the other, as far as is wished; the last one is left to be said with what follows."""
    for number, page in enumerate(found):
        for part in page:
            await talk.say(part)
        if number + 1 == len(found):
            return
        # Translators: button, max:20
        enough = _("That is enough")
        if not await talk.confirm(f"{place}.page[{number}]", MORE, yes=_("Read on"), no=enough):
            return


async def _rest(talk: Talk, practice: Practice, files: Mapping[str, str]) -> AsyncIterator[Words]:
    """Yield what comes after the first page: the other parts, and what became of it since."""
    for part in cards.worded(practice.parts, cards.REST, practice.facts.kind, files):
        yield part
    sources = await talk.look(practices.published, ids=[practice.origin] if practice.origin else [])
    if sources:
        yield _("This practice was adapted from another one of the network.")
    dated = [*_shared(practice), *_stages(await talk.look(standings.history, practice=practice.id))]
    counted = [
        *_counts(await talk.look(marks.counts, practice=practice.id)),
        *_tries(await talk.look(followups.counts_of_tries, practice=practice.id)),
    ]
    for block in (
        *_together(dated),
        *map(act_line, await talk.look(standings.endorsements_of, practice=practice.id)),
        *_told(await talk.look(followups.told, practice=practice.id, author=practice.author)),
        *_together(counted),
    ):
        yield block


def _together(lines: Sequence[Text]) -> list[Text]:
    """Return short lines as one block, if there are any."""
    return [reduce(lambda above, line: _("{above}\n{line}", above=above, line=line), lines)] if lines else []


def packed(talk: Talk, parts: Iterable[Words]) -> list[list[Words]]:
    """Return parts as pages, each as long as one message has room for; a long part is a page by itself."""
    pages: list[list[Words]] = []
    room = 0
    for part in parts:
        length = len(talk.who.voice.say(part)) + 2
        if not pages or length > room:
            pages.append([])
            room = PAGE
        pages[-1].append(part)
        room -= length
    return pages


def _language_mark(practice: Practice, language: str) -> Iterator[Text]:
    """Say in which language the text is where that is not the reader's, and who translated it."""
    if practice.language != practice.written and practice.mark in TRANSLATORS:
        who = TRANSLATORS[practice.mark]
        yield _("Translated from {language} by {who}.", language=language_label(practice.written), who=who)
        if practice.outdated:
            yield _("Its author has changed the original since then: this is an earlier version.")
    elif practice.language != language:
        yield _("This text is in {language}. It is not translated yet.", language=language_label(practice.language))


def _shared(practice: Practice) -> Iterator[Text]:
    if practice.published_at is not None and not practice.editorial:
        yield _("Shared on {day}", day=practice.published_at.date())


def _stages(history: Sequence[Stage]) -> Iterator[Text]:
    for stage in history:
        yield _("Since {day}: {stage}", day=stage.at.date(), stage=labels.STAGES[stage.stage])


def act_line(act: Endorsement) -> Text:
    """Return one official act: what, by whom, where and when."""
    return _(
        "Official act: {act}, {institution}, {country}, {day}",
        act=ACTS[act.act],
        institution=labels.service_label(act.institution),
        country=Place(act.country),
        day=act.on,
    )


def _told(words: Sequence[Word]) -> Iterator[Text]:
    """Say what the author told later, the oldest first, as a story is read."""
    for word in reversed(words):
        line = _("{day}, its author: {answer}", day=word.at.date(), answer=ANSWERS[word.answer])
        yield _("{above}\n{line}", above=line, line=word.note) if word.note else line


def _counts(numbers: dict[str, int]) -> Iterator[Text]:
    if number := numbers.get(marks.USEFUL, 0):
        yield n_("Useful to {count} member", "Useful to {count} members", number)
    if number := numbers.get(marks.TRYING, 0):
        yield n_("{count} member is trying it", "{count} members are trying it", number)
    if number := numbers.get(marks.BACKED, 0):
        yield n_("{count} member stands behind it", "{count} members stand behind it", number)


def _tries(numbers: dict[str, int]) -> Iterator[Text]:
    for answer, label in ANSWERS.items():
        if number := numbers.get(answer, 0):
            yield n_(
                "{count} member who tried it says: {answer}",
                "{count} members who tried it say: {answer}",
                number,
                answer=label,
            )
