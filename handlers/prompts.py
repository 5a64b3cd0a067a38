"""Prompts: a question as it was put to a person, kept so that the answer is held against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from handlers import words
from handlers.language import LRM, RLM, Text, Voice, Words, _, to_digits
from handlers.messages import Choice, Outgoing, Style
from network.folding import fold

MOST_CHOICES = 10  # rows of a WhatsApp list: developers.facebook.com/docs/whatsapp, interactive lists
MOST_NAMED = 8  # of what is chosen on other pages
MOST_SAID = 2_500  # characters kept with a question: with it and the choice, one Telegram message
BUTTONS, BUTTON_LABEL = 3, 20  # reply buttons of WhatsApp, and characters on one
CHOICES = frozenset({"choose", "confirm", "several"})
REFRESH = "refresh"  # the key of an option that is no answer: the question is put again in its place, as things stand


@dataclass(frozen=True)
class Shown:
    """An option as it was shown."""

    key: str
    label: str = field(repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Prompt:
    """One question put to one person, with all that is needed to put it again.

    ``nonce`` marks its buttons. ``page``, ``filter`` and ``picked`` (keys) are how far the person
    got with it. A prompt stored by an earlier version of the program loads too.
    """

    key: str
    form: str
    nonce: str
    question: str = field(repr=False)
    said: str = field(default="", repr=False)  # in the same message, above the question
    options: tuple[Shown, ...] = ()
    skip: str = ""  # the label that skips the question; empty when it cannot be skipped
    search: bool = False
    at_least: int = 0
    at_most: int = 0  # 0: any number
    back: bool = False
    cancel: bool = True
    files: bool = False  # a voice message or a picture is taken as well
    page: int = 0
    filter: str = field(default="", repr=False)
    picked: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, without what has its default value."""
        raw = {name: value for name in _FIELDS if (value := getattr(self, name)) not in ((), "", 0, False)}
        raw["cancel"] = self.cancel
        if self.options:
            raw["options"] = [[o.key, o.label, *([o.note] if o.note else [])] for o in self.options]
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Prompt:
        """Read what ``to_json`` wrote; fields that this version does not know are left out."""
        known = {name: raw[name] for name in _FIELDS if name in raw}
        known["options"] = tuple(Shown(*option) for option in raw.get("options", ()))
        known["picked"] = tuple(raw.get("picked", ()))
        return cls(**{"question": "", "form": "", "nonce": "", **known})

    @property
    def is_choice(self) -> bool:
        """Whether it is answered by choosing."""
        return self.form in CHOICES

    @property
    def out(self) -> str:
        """What "0" means: to be done with choosing, else to skip, or to end a search; "" where none is possible."""
        if self.filter and not self.found:
            return words.ALL
        if self.form == "several" and (self.picked or not self.skip):
            return words.DONE
        answers = self.form == "number" and not self.at_least  # "0" is a number that was asked for
        if self.skip and not answers:
            return words.SKIP
        return words.ALL if self.filter else ""

    @property
    def found(self) -> tuple[Shown, ...]:
        """The options that match what the person searched for; all of them without a search."""
        if not self.filter:
            return self.options
        wanted = fold(self.filter).split()
        return tuple(o for o in self.options if all(word in fold(f"{o.label} {o.note}") for word in wanted))

    @property
    def page_size(self) -> int:
        """How many options one message shows."""
        fixed = bool(self.skip) + (self.form == "several") + bool(self.filter)
        return MOST_CHOICES - fixed if len(self.found) + fixed <= MOST_CHOICES else MOST_CHOICES - fixed - 2

    @property
    def pages(self) -> int:
        """How many messages it takes to show every option."""
        return max(1, -(-len(self.found) // self.page_size))

    def having_said(self, said: str) -> Prompt:
        """Return it with what its message said above the question, to stay there when it is answered."""
        kept = said if self.is_choice and len(said) <= MOST_SAID else ""
        return replace(self, said=kept)

    def turned(self, step: int) -> Prompt:
        """Return it ``step`` pages further, staying within its pages."""
        return replace(self, page=min(max(self.page + step, 0), self.pages - 1))

    def toggled(self, key: str) -> Prompt:
        """Return it with one option picked, or no longer picked."""
        kept = tuple(other for other in self.picked if other != key)
        return replace(self, picked=kept if key in self.picked else (*kept, key))


_FIELDS = tuple(item.name for item in fields(Prompt))


def show(prompt: Prompt, voice: Voice, *, before: str = "", replaces: str = "") -> Outgoing:
    """Put the question (again): ``before`` is said first, ``replaces`` is the message to put it in place of."""
    start = prompt.page * prompt.page_size
    page = prompt.found[start : start + prompt.page_size]
    choices = [_choice(prompt, option) for option in page] + _ways(prompt, voice)
    plain = _is_plain(prompt)
    lines = [] if plain else [_line(start + at, option, voice) for at, option in enumerate(page, start=1)]
    if prompt.out and (lines or prompt.out == words.ALL):
        lines.append(_line(0, Shown("", voice.say(_label(prompt, prompt.out))), voice))
    parts = [before, prompt.question, "\n".join(lines), voice.say(_hint(prompt)) if prompt.options else ""]
    return Outgoing(
        text="\n\n".join(part for part in parts if part),
        choices=tuple(choices + _exits(prompt, voice, room=MOST_CHOICES - len(choices))),
        style=Style.BUTTONS if plain else Style.LIST,
        list_button="" if plain else voice.say(_("Choose")),
        replaces=replaces,
        rtl=voice.rtl,
    )


def tidied(prompt: Prompt, answer: str, voice: Voice, *, replaces: str) -> Outgoing:
    """Return the edit that turns an answered prompt into what it said and the choice made, if that may be seen."""
    parts = (prompt.said, prompt.question, f"✓ {answer}".strip())
    return Outgoing(text="\n\n".join(part for part in parts if part), replaces=replaces, edit_only=True, rtl=voice.rtl)


def _is_plain(prompt: Prompt) -> bool:
    """Whether a few short buttons say it all."""
    short = all(len(option.label) <= BUTTON_LABEL and not option.note for option in prompt.options)
    return len(prompt.options) + bool(prompt.skip) <= BUTTONS and short and prompt.form != "several"


def _choice(prompt: Prompt, option: Shown) -> Choice:
    box = "" if prompt.form != "several" else "☑ " if option.key in prompt.picked else "☐ "
    at = prompt.options.index(option)
    return Choice(f"a:{prompt.nonce}:{at}", box + option.label, option.note)


def _line(number: int, option: Shown, voice: Voice) -> str:
    said = option.note if _is_repeated(option) else option.label
    label = voice.apart(said)
    way = RLM if voice.rtl else LRM
    turned = way if label != said else ""  # else the whole line runs as its label does, isolated or not
    note = f" · {option.note}" if option.note and said != option.note else ""
    return f"{turned}{to_digits(str(number), voice.digits)}. {label}{note}"


def _is_repeated(option: Shown) -> bool:
    """Whether the note says in full what the label, cut to what a button takes, begins with."""
    begun = option.label.removesuffix("…")
    return option.note == option.label or (begun != option.label and option.note.startswith(begun))


def _ways(prompt: Prompt, voice: Voice) -> list[Choice]:
    """Return the choices that are no answers: pages, skip, done."""
    offered = {
        words.PREVIOUS: prompt.page > 0,
        words.MORE: prompt.page < prompt.pages - 1,
        words.ALL: bool(prompt.filter),
        words.DONE: prompt.form == "several",
        words.SKIP: bool(prompt.skip),
    }
    return [_way(prompt, name, voice.say(_label(prompt, name))) for name, here in offered.items() if here]


def _label(prompt: Prompt, way: str) -> Words:
    return prompt.skip if way == words.SKIP else words.LABELS[way]


def _exits(prompt: Prompt, voice: Voice, *, room: int) -> list[Choice]:
    """Return Back and Cancel where there is room; a channel short of it may drop them."""
    offered = [name for name, here in ((words.BACK, prompt.back), (words.CANCEL, prompt.cancel)) if here]
    return [replace(_way(prompt, name, voice.say(words.LABELS[name])), optional=True) for name in offered[:room]]


def _way(prompt: Prompt, name: str, label: str) -> Choice:
    return Choice(f"n:{prompt.nonce}:{name}", label)


def _below_chosen(prompt: Prompt, hint: Text) -> Text:
    """Return the hint, below what is chosen and stands on another page."""
    start = prompt.page * prompt.page_size
    here = {option.key for option in prompt.found[start : start + prompt.page_size]}
    away = [option.label for option in prompt.options if option.key in prompt.picked and option.key not in here]
    if not away:
        return hint
    chosen = " · ".join([*away[:MOST_NAMED], *(["…"] if len(away) > MOST_NAMED else [])])
    return _("Chosen too: {chosen}\n{hint}", chosen=chosen, hint=hint)


def _hint(prompt: Prompt) -> Text | str:
    if prompt.filter and not prompt.found:
        return _("Nothing found for “{words}”. Try another word.", words=prompt.filter)
    if prompt.form == "several":
        return _below_chosen(prompt, _("Choose as many as you like, then Done. Or write their numbers, such as 1 3."))
    if prompt.search:
        return _("You can also write a word to search.")
    return ""


def cut_to(label: str, most: int) -> str:
    """Return a label, or a line, cut as an app does it: with a sign that there was more."""
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"
