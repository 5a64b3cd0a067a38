"""Questions: which answers each kind takes, and how it says that one does not fit.

A question takes what a person gave and returns the JSON value to record, or a ``Text`` that says
what would fit. ``fits`` says whether a value recorded earlier still answers it today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Protocol

from handlers.answers import PLEASE_CHOOSE
from handlers.dates import understand_date
from handlers.language import Text, Words, _, n_
from handlers.messages import Media, MediaKind
from handlers.record import Given
from network.files import AT_MOST
from network.folding import clean, latin_digits

NO_LONGER = _("That is no longer possible. Please choose again.")
ONE_LINE = 200  # characters: a shorter answer is one line
MEBIBYTE = 1024 * 1024
MEGABYTE = 1_000_000
PDF = "application/pdf"  # the one kind of document that is taken: it can be drawn anew, page by page
_SPACED = re.compile(r"(?<=\d)[\s'.,٬،](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?\d{1,15}")


@dataclass(frozen=True)
class Option:
    """One thing to choose: a key that is recorded, a label that is shown, a note below it."""

    key: str
    label: Words
    note: Words = ""


class Question(Protocol):
    """What every kind of question can do."""

    @property
    def form(self) -> str:
        """The name of the kind; a recorded answer of another form is asked again."""
        ...

    def take(self, given: Given) -> Any:
        """Return the value to record, or a Text that says why not."""
        ...

    def fits(self, value: Any) -> bool:
        """Whether a recorded value still answers the question."""
        ...


@dataclass(frozen=True)
class Choose:
    """One of several options."""

    options: Sequence[Option]
    form: str = "choose"

    def take(self, given: Given) -> Any:
        """Take the key of an option that is offered today."""
        if given.kind != "pick":
            return PLEASE_CHOOSE
        return given.value if self.fits(given.value) else NO_LONGER

    def fits(self, value: Any) -> bool:
        """Whether the option is still offered."""
        return any(option.key == value for option in self.options)


@dataclass(frozen=True)
class Several:
    """Any number of options within bounds."""

    options: Sequence[Option]
    at_least: int
    at_most: int | None
    form: ClassVar[str] = "several"

    def take(self, given: Given) -> Any:
        """Take the keys, in the order of the options."""
        if given.kind != "picks":
            return PLEASE_CHOOSE
        picked = [option.key for option in self.options if option.key in given.value]
        return picked if len(picked) == len(given.value) and self.fits(picked) else NO_LONGER

    def fits(self, value: Any) -> bool:
        """Whether all are still offered, and neither too few nor too many."""
        keys = {option.key for option in self.options}
        enough = isinstance(value, list) and self.at_least <= len(value)
        return enough and keys.issuperset(value) and (self.at_most is None or len(value) <= self.at_most)


@dataclass(frozen=True)
class Written:
    """A text of some length, in characters. ``check`` is asked once, when it is given: it may cost milliseconds."""

    at_least: int
    at_most: int
    check: Callable[[str], Text | None] | None = field(repr=False)
    form: ClassVar[str] = "text"

    def take(self, given: Given) -> Any:
        """Take the cleaned text; a short one becomes one line."""
        if given.kind != "words":
            return _("Please write your answer.")
        text = " ".join(given.value.split()) if self.at_most <= ONE_LINE else given.value
        return self._refusal(text) or text

    def fits(self, value: Any) -> bool:
        """Whether a text of this length is still taken."""
        return isinstance(value, str) and self._wrong_length(value) is None

    def _refusal(self, text: str) -> Text | None:
        return self._wrong_length(text) or (self.check(text) if self.check else None)

    def _wrong_length(self, text: str) -> Text | None:
        if len(text) > self.at_most:
            return _(
                "That is too long: {length} characters. Please use at most {limit}.",
                length=len(text),
                limit=self.at_most,
            )
        if not text.strip():
            return _("There is nothing to read in that. Please write it in words.")
        if len(text) < self.at_least:
            return n_(
                "That is too short. Please write at least {count} character.",
                "That is too short. Please write at least {count} characters.",
                self.at_least,
            )
        return None


@dataclass(frozen=True)
class Told:
    """What somebody told: words, or a file that stands for them (perhaps with words below it)."""

    text: str = field(default="", repr=False)
    file: str = ""  # its id (``network.files``)
    kind: str = ""  # of the file

    def __bool__(self) -> bool:
        """Whether anything was told."""
        return bool(self.text or self.file)

    @classmethod
    def of(cls, value: Any) -> Told:
        """Read a recorded value: words, or of a file its id, kind and words."""
        return cls(value or "") if not isinstance(value, list) else cls(value[2], value[0], value[1])


@dataclass(frozen=True)
class Sent:
    """A file that was sent for an answer and is not fetched yet."""

    media: Media
    caption: str = field(repr=False)


@dataclass(frozen=True)
class Telling(Written):
    """A text, or a file of some kinds in its place. Recorded as words, or as the file's id, kind and caption."""

    kinds: Sequence[MediaKind] = ()

    def take(self, given: Given) -> Any:
        """Take words as ``Written`` does; of a file return what was ``Sent``."""
        if given.kind != "media":
            return super().take(given)
        kind, ref, mime, size, name, *more = given.value
        if kind == MediaKind.DOCUMENT and mime.startswith("image/"):
            kind = MediaKind.PICTURE  # sent so, for it is not made smaller on the way then
        if kind not in self.kinds or (kind == MediaKind.DOCUMENT and mime != PDF):
            return self._wanted()
        if size > AT_MOST[kind]:
            return _("That file is too big. Please send one of at most {limit} MB.", limit=AT_MOST[kind] // MEGABYTE)
        caption = clean(more[0]) if more else ""
        refusal = replace(self, at_least=0)._refusal(caption) if caption else None  # noqa: SLF001 - it is one of us
        return refusal or Sent(Media(MediaKind(kind), ref, mime, size, name), caption)

    def fits(self, value: Any) -> bool:
        """Whether a text of this length, or such a file, is still taken."""
        if not isinstance(value, list):
            return super().fits(value)
        return len(value) == len(("file", "kind", "text")) and value[1] in self.kinds and len(value[2]) <= self.at_most

    def _wanted(self) -> Text:
        if MediaKind.DOCUMENT in self.kinds:
            return _("Please write, or send a voice message, a picture or a PDF document.")
        return _("Please write your answer, or send a voice message or a picture.")


@dataclass(frozen=True)
class Sending(Telling):
    """A file of some kinds, and no words in its place; those below it are left out. Recorded as ``Telling``."""

    def take(self, given: Given) -> Any:
        """Return what was ``Sent``, without words."""
        if given.kind != "media":
            return self._wanted()
        return super().take(replace(given, value=given.value[:5]))

    def _wanted(self) -> Text:
        return WANTED[self.kinds[0]] if len(self.kinds) == 1 else _("Please send a picture or a PDF document.")


@dataclass(frozen=True)
class Number:
    """A whole number within bounds."""

    low: int
    high: int
    form: ClassVar[str] = "number"

    def take(self, given: Given) -> Any:
        """Take digits of any script; spaces, points and commas may part the thousands."""
        plain = _SPACED.sub("", latin_digits(given.value).strip()) if given.kind == "words" else ""
        value = int(plain) if _NUMBER.fullmatch(plain) else None
        if self.fits(value):
            return value
        return _("Please write a number from {low} to {high}.", low=self.low, high=self.high)

    def fits(self, value: Any) -> bool:
        """Whether it is within today's bounds."""
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Day:
    """A date within bounds; recorded as ISO 8601."""

    earliest: date
    latest: date
    today: date
    form: ClassVar[str] = "date"

    def take(self, given: Given) -> Any:
        """Take a date in figures or in words."""
        found = None
        if given.kind == "words":
            found = understand_date(given.value, today=self.today, earliest=self.earliest, latest=self.latest)
        if found is None:
            example = self.latest.strftime("%d/%m/%Y")
            return _("I do not see a date in that. Please write it like {example}.", example=example)
        if not self.earliest <= found <= self.latest:
            return _("Please give a date from {earliest} to {latest}.", earliest=self.earliest, latest=self.latest)
        return found.isoformat()

    def fits(self, value: Any) -> bool:
        """Whether it is within today's bounds."""
        return isinstance(value, str) and self.earliest.isoformat() <= value <= self.latest.isoformat()


@dataclass(frozen=True)
class File:
    """A file of some kinds and a size in bytes; recorded as kind, reference, type, size and name."""

    kinds: Sequence[MediaKind]
    at_most: int
    form: ClassVar[str] = "media"

    def take(self, given: Given) -> Any:
        """Take a file that was sent."""
        if given.kind != "media":
            return self._wanted()
        kind, _ref, _mime, size, _name = given.value
        if kind not in self.kinds:
            return self._wanted()
        if size > self.at_most:
            limit = max(1, self.at_most // MEBIBYTE)
            return _("That file is too big. Please send one of at most {limit} MB.", limit=limit)
        return given.value

    def fits(self, value: Any) -> bool:
        """Whether it is a file of a kind that is still taken."""
        return (
            isinstance(value, list)
            and len(value) == len(("kind", "ref", "mime", "size", "name"))
            and value[0] in self.kinds
        )

    def _wanted(self) -> Text:
        only = self.kinds[0] if len(self.kinds) == 1 else None
        return (
            WANTED.get(only, _("Please send a file."))
            if only
            else _("Please send a voice message, a picture or a document.")
        )


WANTED: dict[MediaKind, Text] = {
    MediaKind.VOICE: _("Please send a voice message."),
    MediaKind.AUDIO: _("Please send an audio file."),
    MediaKind.PICTURE: _("Please send a picture."),
    MediaKind.VIDEO: _("Please send a video."),
    MediaKind.DOCUMENT: _("Please send a document."),
}
