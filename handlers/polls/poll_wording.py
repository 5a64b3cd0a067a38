"""The words of a poll: its question and its answers, given in one language and then in the others, side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.labels import language_label
from handlers.language import OFFERED, Text, Words, _, n_
from handlers.screening import screen
from handlers.talk import Talk
from network.folding import fold

QUESTION = (10, 200)  # characters, fewest and most
FEWEST, MOST = 2, 12  # answers
LONGEST = 60  # characters of an answer
_LINES = 900  # characters of all answers together
_NUMBERED = re.compile(r"^\s*(?:[-•*–]|[\d\u0660-\u0669]{1,2}\s*[.)\-:])\s*")


@dataclass(frozen=True)
class Wording:
    """A question and its answers, each by language."""

    question: Mapping[str, str] = field(repr=False)
    options: tuple[Mapping[str, str], ...] = field(repr=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which all of it is said."""
        return tuple(
            each for each in OFFERED if self.question.get(each) and all(option.get(each) for option in self.options)
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages in which it is not said."""
        return tuple(each for each in OFFERED if each not in self.languages)


async def ask(talk: Talk, *, has_options: bool, turn: str = "") -> Wording:
    """Ask for the question and, one on each line, the answers; then for the same in the other languages.

    ``turn`` tells one asking from another.
    """
    words = await talk.text(
        f"question{turn}",
        _(
            "What do you want to ask? One short question, about one thing, that does not lead to an answer.\n\nPlease "
            "name no person and no precise place."
        ),
        at_least=QUESTION[0],
        at_most=QUESTION[1],
        check=screen,
    )
    given = await _options(talk, f"options{turn}", _lines_wanted()) if has_options else []
    question, options = {talk.language: words}, [{talk.language: each} for each in given]
    for language in OFFERED:
        if language == talk.language:
            continue
        said, translated = await _in(talk, language, given, turn)
        if said:
            question[language] = said
            options = [{**old, language: new} for old, new in zip(options, translated, strict=True)]
    return Wording(question, tuple(options))


async def _in(talk: Talk, language: str, given: Sequence[str], turn: str) -> tuple[str, list[str]]:
    """Ask for the question and the answers in another language; "" and nothing where that is left out."""
    name = language_label(language)
    said = await talk.text(
        f"question {language}{turn}",
        _("And in {language}? Please write the question for those who read it.", language=name),
        at_least=QUESTION[0],
        at_most=QUESTION[1],
        check=screen,
        # Translators: button, max:20. A poll is not written in this language.
        skip=_("Leave it out"),
    )
    if not said or not given:
        return said, []
    listed: Words = "\n".join(f"{number}. {each}" for number, each in enumerate(given, start=1))
    wanted = _(
        "Now the answers in {language}, in the same order, one on each line:\n\n{answers}",
        language=name,
        answers=listed,
    )
    return said, await _options(talk, f"options {language}{turn}", wanted, exactly=len(given))


async def _options(talk: Talk, key: str, question: Words, *, exactly: int = 0) -> list[str]:
    check = _check(exactly)
    return parsed(await talk.text(key, question, at_least=3, at_most=_LINES, check=check))


def _lines_wanted() -> Text:
    return _(
        "Which answers can be chosen? Write one on each line, or put “;” between them. From {low} to {high}, short.\n\n"
        "“Prefer not to say” is always there besides.",
        low=FEWEST,
        high=MOST,
    )


def parsed(text: str) -> list[str]:
    """Return the answers that a text lists, by lines or by semicolons, without numbers or dashes before them."""
    lines = text.split("\n")
    if len([line for line in lines if line.strip()]) == 1:
        lines = re.split("[;؛]", text)
    bare = [" ".join(_NUMBERED.sub("", line).split()) for line in lines]
    return [line for line in bare if line]


def _check(exactly: int) -> Callable[[str], Text | None]:
    def check(text: str) -> Text | None:
        found = parsed(text)
        if exactly and len(found) != exactly:
            return n_("Please write exactly {count} line.", "Please write exactly {count} lines.", exactly)
        return refusal(found) or screen(text)

    return check


def refusal(found: Sequence[str]) -> Text | None:
    """Return what is wrong with a list of answers, or None."""
    if not FEWEST <= len(found) <= MOST:
        return _("Please write from {low} to {high} answers, one on each line.", low=FEWEST, high=MOST)
    long = next((each for each in found if len(each) > LONGEST), "")
    if long:
        return _("“{answer}” is too long. Please use at most {limit} characters.", answer=long, limit=LONGEST)
    if len({fold(each) for each in found}) < len(found):
        return _("Two of these answers are the same. Please write each once.")
    return None
