"""Poll cards: a poll as people see it before they answer, and as its maker sees it on each app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers import prompts
from handlers.inquiries.question_cards import below, short
from handlers.labels import language_label
from handlers.language import OFFERED, Text, Voice, Words, _, n_
from handlers.prompts import BUTTON_LABEL, BUTTONS, Prompt, Shown, cut_to
from network.polls import Poll

ROW = 24  # characters of a row in a list on WhatsApp
NEAREST = {"ar": ("fr", "en"), "en": ("fr", "ar"), "fr": ("en", "ar")}  # what is read where one's own is missing


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return a text in ``language`` or in the nearest one that it has, and which that is."""
    for each in (language, *NEAREST.get(language, OFFERED), *texts):
        if texts.get(each):
            return texts[each], each
    return "", language


def asked(question: Mapping[str, str], language: str) -> Words:
    """Return the question as somebody reads it, and says so where it is not in their language."""
    text, written = in_language(question, language)
    if written == language:
        return text
    return _(
        "{question}\n(not written in your language; this is {language})",
        question=text,
        language=language_label(written),
    )


def labels(options: Sequence[Mapping[str, str]], language: str) -> list[Words]:
    """Return the answers as somebody reads them, in the order in which they were written."""
    return [in_language(option, language)[0] for option in options]


def how(kind: str, most: int) -> Text | None:
    """Return how one answers, where it is not plain."""
    if kind == "several":
        return (
            n_("You may choose {count}.", "You may choose up to {count}.", most)
            if most
            else _("You may choose several.")
        )
    if kind == "ranking":
        return n_("Choose {count}.", "Choose {count}, the most important first.", most)
    return None


def card(question: Mapping[str, str], kind: str, most: int, language: str) -> Words:
    """Return what is asked, and how one answers."""
    said, way = asked(question, language), how(kind, most)
    return below(said, way) if way is not None else said


def title(question: Mapping[str, str], language: str) -> str:
    """Return a poll as it stands in a list."""
    return short(in_language(question, language)[0])


def whole(poll: Poll, language: str) -> list[Words]:
    """Return a poll as those who decide on it read it: as they would be asked, and in its other languages."""
    parts: list[Words] = [card(poll.question, poll.plan.kind.value, poll.places, language)]
    given = [choice.words for choice in poll.choices]
    parts.append(numbered(labels(given, language)))
    for other in OFFERED:
        if other != in_language(poll.question, language)[1] and poll.question.get(other):
            answers = " · ".join(in_language(words, other)[0] for words in given)
            name = language_label(other)
            parts.append(
                _("In {language}: {question}\n{answers}", language=name, question=poll.question[other], answers=answers)
            )
    return [part for part in parts if part]


def numbered(answers: Sequence[Words]) -> Words:
    """Return answers as a list with numbers."""
    listed: Words = ""
    for number, label in enumerate(answers, start=1):
        line = _("{number}. {answer}", number=number, answer=label)
        listed = _("{above}\n{line}", above=listed, line=line) if listed else line
    return listed


def previews(question: Words, options: Sequence[Words], voice: Voice) -> list[Words]:
    """Return what is seen on each app: the text, and the buttons or the list below it."""
    shown = tuple(Shown(str(number), voice.say(label)) for number, label in enumerate(options))
    whole = prompts.show(Prompt("", "choose", "", voice.say(question), options=shown, cancel=False), voice)
    plain = len(shown) <= BUTTONS and all(len(each.label) <= BUTTON_LABEL for each in shown)
    rows = "\n".join(f"[ {each.label} ]" for each in shown) or "…"
    cut = "\n".join(f"[ {each.label if plain else cut_to(each.label, ROW)} ]" for each in shown) or "…"
    parts: list[Words] = [_("On Telegram:\n\n{text}\n\n{buttons}", text=whole.text, buttons=rows)]
    if cut == rows:
        return [_("On Telegram and WhatsApp:\n\n{text}\n\n{buttons}", text=whole.text, buttons=rows)]
    return [*parts, _("On WhatsApp the same text, and behind “Choose” the list:\n\n{buttons}", buttons=cut)]
