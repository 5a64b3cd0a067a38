"""Answers: what a person typed or pressed, held against the prompt that was shown to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from handlers import words
from handlers.language import Text, _, n_
from handlers.messages import Incoming, Kind, MediaKind
from handlers.prompts import Prompt, Shown
from handlers.record import Given
from handlers.words import CommonWords
from network.folding import clean, fold, latin_digits

LONGEST_READ = 20_000  # characters; more is counted, not read
LONGEST_CHOICE = 200  # characters of a typed choice that are looked at
NONE_OF_THEM = "0"  # typed: skip it, or be done with choosing
_NUMBERS = re.compile(r"\d+(?:\s*[\s,;.،و+&]\s*\d+)*")


@dataclass(frozen=True)
class Turned:
    """The person moved within the prompt: put it again as it stands here."""

    prompt: Prompt


@dataclass(frozen=True)
class Left:
    """The person asked to go ``back`` or to ``cancel``."""

    way: str


@dataclass(frozen=True)
class Unclear:
    """The answer does not fit; ``reason`` says what would."""

    reason: Text


@dataclass(frozen=True)
class Chosen:
    """An answer, and how to say it in the tidied prompt."""

    given: Given
    shown: str = field(default="", repr=False)


Reply = Chosen | Turned | Left | Unclear

STALE = _("That button belongs to an earlier question. Here is where we are:")
PLEASE_CHOOSE = _("Please choose one of these.")
NOT_HEARD = _(
    "Thank you for your voice message. I cannot listen to it here, and nothing of it is kept. Please write it in a few "
    "words, or choose below."
)
NOT_TAKEN = _(
    "Thank you for your file. I cannot take it here, and nothing of it is kept. Please write, or choose below."
)


def understand(prompt: Prompt, incoming: Incoming, common: CommonWords) -> Reply:
    """Return what ``incoming`` means as an answer to ``prompt``."""
    if incoming.kind is Kind.CHOICE:
        return _pressed(prompt, incoming.text)
    if incoming.media is not None:
        return _sent(prompt, incoming)
    if len(incoming.text) > LONGEST_READ:
        return Unclear(
            n_("That is too long ({count} character).", "That is too long ({count} characters).", len(incoming.text))
        )
    return _typed(prompt, incoming.text, common)


def _pressed(prompt: Prompt, token: str) -> Reply:
    kind, _colon, rest = token.partition(":")
    nonce, _colon, what = rest.rpartition(":")
    if nonce != prompt.nonce:
        return Unclear(STALE)
    if kind == "a" and what.isascii() and what.isdigit() and int(what) < len(prompt.options):
        return _picked(prompt, prompt.options[int(what)])
    if kind == "n" and what in words.LABELS:
        return _way(prompt, what)
    return Unclear(STALE)


def _sent(prompt: Prompt, incoming: Incoming) -> Reply:
    media = incoming.media
    if media is None or not (prompt.form == "media" or prompt.files):
        return Unclear(not_taken(incoming))
    value = [media.kind.value, media.ref, media.mime, media.size, media.name]
    if prompt.files:
        value.append(incoming.text[:LONGEST_READ])
    return Chosen(Given(prompt.key, "media", value))


def not_taken(incoming: Incoming) -> Text:
    """Return a kind word on a file that nobody asked for."""
    heard = incoming.media is not None and incoming.media.kind in {MediaKind.VOICE, MediaKind.AUDIO}
    return NOT_HEARD if heard else NOT_TAKEN


def _typed(prompt: Prompt, text: str, common: CommonWords) -> Reply:
    typed = fold(text[:LONGEST_CHOICE])
    if prompt.is_choice:
        return _named(prompt, clean(text[:LONGEST_CHOICE]), typed, common)
    way = _common_way(prompt, typed, common)
    return way or Chosen(Given(prompt.key, "words", clean(text)))


def _named(prompt: Prompt, text: str, typed: str, common: CommonWords) -> Reply:
    """Hold typed words against the options: a number, a label, a common word, the start of a label, a search."""
    numbers = _numbers(text, most=len(prompt.found))
    if numbers:
        return _numbered(prompt, [prompt.found[number - 1] for number in numbers])
    exact = [option for option in prompt.options if fold(option.label) == typed]
    if len(exact) == 1:
        return _picked(prompt, exact[0])
    if prompt.form == "confirm":
        said = [option for option in prompt.options if common.means(typed, option.key)]
        if len(said) == 1:
            return _picked(prompt, said[0])
    way = _common_way(prompt, typed, common)
    if way:
        return way
    begun = [option for option in prompt.options if typed and f"{fold(option.label)} ".startswith(typed)]
    if len(begun) == 1:
        return _picked(prompt, begun[0])
    if prompt.search and typed:
        return Turned(replace(prompt, filter=clean(text), page=0))
    return Unclear(PLEASE_CHOOSE)


def _numbers(text: str, *, most: int) -> list[int]:
    """Return the numbers of which ``text`` consists, when every one is the number of an option."""
    plain = latin_digits(text).strip(" \n.)،,#")
    if not _NUMBERS.fullmatch(plain):
        return []
    numbers = [int(number[:9]) for number in re.findall(r"\d+", plain)]
    return numbers if all(1 <= number <= most for number in numbers) else []


def _numbered(prompt: Prompt, options: list[Shown]) -> Reply:
    if prompt.form == "several":
        return _enough(prompt, tuple(dict.fromkeys((*prompt.picked, *(option.key for option in options)))))
    return _picked(prompt, options[0]) if len(options) == 1 else Unclear(_("Please choose only one of these."))


def _picked(prompt: Prompt, option: Shown) -> Reply:
    if prompt.form == "several":
        return Turned(prompt.toggled(option.key))
    return Chosen(Given(prompt.key, "pick", option.key), option.label)


def _common_way(prompt: Prompt, typed: str, common: CommonWords) -> Reply | None:
    if latin_digits(typed) == NONE_OF_THEM and prompt.out:
        return _way(prompt, prompt.out)
    if prompt.skip and (typed == fold(prompt.skip) or common.means(typed, words.SKIP)):
        return _way(prompt, words.SKIP)
    here = (
        (words.BACK, words.CANCEL, words.DONE, words.MORE, words.PREVIOUS, words.ALL)
        if prompt.is_choice
        else (
            words.BACK,
            words.CANCEL,
        )
    )
    for name in here:
        if common.means(typed, name):
            return _way(prompt, name)
    return None


def _way(prompt: Prompt, name: str) -> Reply:
    if name in {words.BACK, words.CANCEL}:
        return Left(name)
    if name == words.SKIP and prompt.skip:
        return Chosen(Given(prompt.key, "skip"), prompt.skip)
    if name == words.DONE and prompt.form == "several":
        return _enough(prompt, prompt.picked)
    if name == words.ALL:
        return Turned(replace(prompt, filter="", page=0))
    if name in {words.MORE, words.PREVIOUS} and prompt.is_choice:
        return Turned(prompt.turned(1 if name == words.MORE else -1))
    return Unclear(PLEASE_CHOOSE)


def _enough(prompt: Prompt, picked: tuple[str, ...]) -> Reply:
    """Take several choices when there are neither too few nor too many."""
    if len(picked) < prompt.at_least:
        return Unclear(n_("Please choose at least {count}.", "Please choose at least {count}.", prompt.at_least))
    if prompt.at_most and len(picked) > prompt.at_most:
        return Unclear(n_("Please choose at most {count}.", "Please choose at most {count}.", prompt.at_most))
    labels = [option.label for option in prompt.options if option.key in picked]
    return Chosen(Given(prompt.key, "picks", list(picked)), " · ".join(labels) or "–")
