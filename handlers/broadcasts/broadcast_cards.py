"""Broadcast cards: a message to many as each of them gets it, and what a coordinator reads of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from handlers import people
from handlers.labels import language_label
from handlers.language import OFFERED, Param, Place, Text, Translator, Voice, Words, _
from handlers.messages import Media, MediaKind, Outgoing, write
from handlers.questions import Option
from network import files
from network.broadcasts import Bodies

NOBODY = "look"  # in the place of the id in a message that is only shown: its buttons do nothing
FALL_BACK = ("fr", "en", "ar")  # in which of these who reads none of the languages gets it, the first that there is

FILES = {"picture": ("", "image/jpeg"), "document": ("jisr.pdf", "application/pdf")}  # name, type, as they are kept

SECURITY: dict[str, Text] = {
    # Translators: in a list, max:24. What an event does for security.
    "safer": _("A safer daily life"),
    # Translators: in a list, max:24
    "prevention": _("Preventing violence"),
    # Translators: in a list, max:24. Services that answer calls faster and better.
    "response": _("A better response"),
}
REFORM: dict[str, Text] = {
    # Translators: in a list, max:24. What an event does for reform.
    "account": _("Accountability"),
    # Translators: in a list, max:24
    "rights": _("Respect for rights"),
    # Translators: in a list, max:24. Better laws, rules and procedures.
    "rules": _("Better rules"),
}
COMING: dict[str, Text] = {
    # Translators: button, max:20. An answer to an invitation.
    "yes": _("I will come"),
    # Translators: button, max:20. An answer to an invitation.
    "maybe": _("Perhaps"),
    # Translators: button, max:20. An answer to an invitation.
    "no": _("I cannot come"),
}


@dataclass(frozen=True)
class Notice:
    """What is told to many. ``group`` is the country of the group that speaks, "" for one of several.

    ``texts`` are by language, ``file`` is the id of a picture or a document, ``practice`` that of what "read
    more" opens, ``poll`` that of a poll to answer. Of an event: who convenes it, with whom, its day and the
    codes of its aims. Another is worth sending for ``kept_days``.
    """

    event: bool
    group: str
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    file: str = ""
    file_kind: str = ""
    practice: str = ""
    poll: str = ""
    convener: str = field(default="", repr=False)
    partner: str = field(default="", repr=False)
    security: str = ""
    reform: str = ""
    day: date | None = None
    kept_days: int = 1

    @property
    def fallback(self) -> str:
        """The language in which those get it who read none of the languages it is in."""
        return next(language for language in FALL_BACK if language in self.texts)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "day": self.day.isoformat() if self.day else ""}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Notice:
        """Read what ``to_json`` returned."""
        return cls(**{**raw, "day": date.fromisoformat(raw["day"]) if raw["day"] else None})


def bodies(notice: Notice, broadcast: str, translator: Translator) -> Bodies:
    """Return the message as it goes out to the readers of each language, and the file before it."""
    voices = [Voice(translator, language) for language in OFFERED]
    gone = _("{heading}\n\nThis was taken back by those who sent it. Please do not go by it.", heading=_heading(notice))
    return Bodies(
        texts={voice.language: write(message(notice, broadcast, voice)) for voice in voices},
        instead={voice.language: write(people.notice(voice, gone)) for voice in voices},
        fallback=notice.fallback,
        before="".join(map(write, before(notice))),
    )


def message(notice: Notice, broadcast: str, voice: Voice) -> Outgoing:
    """Return the message as a reader gets it; ``broadcast`` is its id, or NOBODY."""
    text = "\n\n".join(voice.say(part) for part in _parts(notice, voice.language))
    return people.notice(voice, text, list(_ways(notice, broadcast)))


def before(notice: Notice) -> list[Outgoing]:
    """Return the picture or the document that goes before the message, if there is one."""
    if not notice.file:
        return []
    name, mime = FILES[notice.file_kind]
    return [Outgoing(media=Media(MediaKind(notice.file_kind), files.ref(notice.file), mime, name=name))]


def short(notice: Notice, length: int) -> str:
    """Return how it begins, in one line of at most so many characters."""
    words = " ".join(notice.texts[notice.fallback].split())
    return words if len(words) <= length else f"{words[: length - 1]}…"


def goes(at: datetime | None) -> Text:
    """Say when it goes: ``at`` is a wall time in the country of each, None for at once."""
    if at is None:
        return _("It goes at once; where it is night, in the morning.")
    return _(
        "It goes on {day} at {time}, by the clock of each country; where it is night then, in the morning.",
        day=at.date(),
        time=at.time(),
    )


def _parts(notice: Notice, language: str) -> Iterator[Words]:
    yield _heading(notice)
    written = language if language in notice.texts else notice.fallback
    if written != language:
        yield _("This text is in {language}. It is not translated yet.", language=language_label(written))
    yield notice.texts[written]
    if notice.event:
        yield from _facts(notice)
    yield _("Write “announcements” to answer, to report this, or to hear no more of it.")


def _heading(notice: Notice) -> Text:
    where: Param = Place(notice.group) if notice.group else _("the whole network")
    if notice.day:
        return _("An invitation from the coordinators, {where}, for {day}:", where=where, day=notice.day)
    return _("From the coordinators, {where}:", where=where)


def _facts(notice: Notice) -> Iterator[Text]:
    if notice.partner:
        yield _(
            "Convened by {convener}, in partnership with {partner}.", convener=notice.convener, partner=notice.partner
        )
    else:
        yield _("Convened by {convener}.", convener=notice.convener)
    security, reform = SECURITY[notice.security], REFORM[notice.reform]
    yield _("For security: {security}. For reform: {reform}.", security=security, reform=reform)


def _ways(notice: Notice, broadcast: str) -> Iterator[Option]:
    """Yield the buttons: few enough to be buttons on either app, where it can be."""
    if notice.event:
        for answer, label in COMING.items():
            yield Option(f"announcements:{answer}:{broadcast}", label)
    if notice.practice:
        # Translators: button, max:20
        yield Option(f"practice:{notice.practice}", _("Read more"))
    if notice.poll:
        yield Option(f"poll:{notice.poll}", _("Have your say"))
    if not notice.event:
        # Translators: button, max:20. To report a message, or to hear no more of its kind.
        yield Option(f"announcements:{broadcast}", _("Report or silence"))
