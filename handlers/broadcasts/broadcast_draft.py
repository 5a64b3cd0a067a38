"""What a coordinator wants to tell many: its words in each language, what goes with it, and of an event its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.broadcasts.broadcast_cards import REFORM, SECURITY, Notice
from handlers.labels import LANGUAGES
from handlers.language import OFFERED, Text, _
from handlers.messages import MediaKind
from handlers.names import refuse_contact
from handlers.polls import poll_cards
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import answers, polls, search
from network.search import Wish

TEXT = (20, 500)  # characters of the words in one language, fewest and most
BODY = (3, 60)  # characters of the name of an organisation
LATEST = timedelta(days=365)  # until an event
LISTED = 8  # practices or polls to choose from
KEPT_DAYS = (1, 3, 7)  # days for which an announcement is worth sending
# Translators: button, max:20. Nothing goes with a message.
WITHOUT = _("Without")

EVENT = ("convener", "partner", "security", "reform", "day")
ALWAYS = ("languages", "file", "practice", "poll")
NAMES: dict[str, Text] = {
    # Translators: in a list, max:24. What a coordinator can change in an announcement.
    "languages": _("The words"),
    # Translators: in a list, max:24
    "file": _("The picture or document"),
    # Translators: in a list, max:24
    "practice": _("The practice to read"),
    # Translators: in a list, max:24
    "poll": _("The poll to answer"),
    # Translators: in a list, max:24
    "convener": _("Who convenes it"),
    # Translators: in a list, max:24
    "partner": _("The partner"),
    # Translators: in a list, max:24. What an event does for security.
    "security": _("The aim for security"),
    # Translators: in a list, max:24. What an event does for reform.
    "reform": _("The aim for reform"),
    # Translators: in a list, max:24
    "day": _("The day"),
    # Translators: in a list, max:24. For how many days it is worth sending.
    "kept": _("How long it is of use"),
}


@dataclass(frozen=True)
class Fields:
    """The names of what is asked of one kind of message, in the order in which it is."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, notice: Notice) -> Fields:
        """Return what is asked of an event, or of another announcement."""
        return cls((*ALWAYS, *EVENT) if notice.event else (*ALWAYS, "kept"))


async def begun(talk: Talk, *, group: str) -> Notice:
    """Ask for everything that a message needs."""
    kinds = [
        # Translators: button, max:20
        Option("news", _("An announcement")),
        # Translators: button, max:20
        Option("event", _("An event")),
    ]
    question = _(
        "You can tell many members something at once. Nothing is sent before you have seen it and said so.\n\n"
        "What is it?"
    )
    notice = Notice(event=await talk.choose("kind", question, kinds) == "event", group=group)
    for name in Fields.of(notice).names:
        notice = await ask(talk, notice, name)
    return notice


async def change(talk: Talk, notice: Notice, turn: int) -> Notice:
    """Ask for one field anew."""
    options = [Option(name, NAMES[name]) for name in Fields.of(notice).names]
    name = await talk.choose(f"which[{turn}]", _("What would you like to change?"), options)
    return await ask(talk, notice, name, f"[{turn}]")


async def ask(talk: Talk, notice: Notice, name: str, turn: str = "") -> Notice:
    """Ask for one field, again in a later ``turn``, and return the notice with it."""
    key = f"{name}{turn}"
    if name == "languages":
        return replace(notice, texts=await words(talk, turn, _WRITE))
    if name == "file":
        return await _file(talk, notice, key)
    if name == "practice":
        return replace(notice, practice=await _practice(talk, turn))
    if name == "poll":
        return replace(notice, poll=await _poll(talk, turn))
    if name in EVENT:
        return await _ask_of_event(talk, notice, name, key)
    return replace(notice, kept_days=int(await talk.choose(key, _KEPT, _days())))


async def _ask_of_event(talk: Talk, notice: Notice, name: str, key: str) -> Notice:
    if name == "convener":
        question = _("Who convenes it? The name of an organisation or a service, no person.")
        return replace(notice, convener=await _body(talk, key, question))
    if name == "partner":
        question = _("In partnership with whom, or with whose money? The name of an organisation, no person.")
        # Translators: button, max:20. An event has no partner.
        return replace(notice, partner=await _body(talk, key, question, skip=_("No partner")))
    if name == "security":
        question = _("An event serves both aims. What does it do for security?")
        return replace(notice, security=await talk.choose(key, question, _aims(SECURITY)))
    if name == "reform":
        question = _("And what does it do for reform?")
        return replace(notice, reform=await talk.choose(key, question, _aims(REFORM)))
    return replace(notice, day=await _day(talk, key))


async def words(talk: Talk, turn: str, question: Text) -> dict[str, str]:
    """Ask for the languages and for the words in each; return these by language."""
    options = [Option(language, LANGUAGES[language]) for language in OFFERED]
    which = _(
        "In which languages do you write it? One is enough: who reads another one gets the words of one of these, and "
        "is told so."
    )
    return await texts(talk, await talk.choose_several(f"languages{turn}", which, options, at_least=1), question, turn)


async def texts(talk: Talk, languages: Iterable[str], question: Text, turn: str) -> dict[str, str]:
    """Ask for the words in each of these languages."""
    fewest, most = TEXT
    return {
        language: await talk.text(
            f"text.{language}{turn}",
            _("{question}\n\nIn {language}:", question=question, language=LANGUAGES[language]),
            at_least=fewest,
            at_most=most,
            check=screen,
        )
        for language in languages
    }


_WRITE = _("What shall it say? Please name no person and nothing secret. Of an event say the hour and the town too.")
_KEPT = _("If it cannot reach somebody at once, for how long is it still worth sending?")


async def _file(talk: Talk, notice: Notice, key: str) -> Notice:
    question = _(
        "Shall a picture or a PDF document go with it? Then send it now. What it shows of people and places is seen by "
        "all."
    )
    sent = await talk.file(key, question, kinds=[MediaKind.PICTURE, MediaKind.DOCUMENT], skip=WITHOUT)
    return replace(notice, file=sent.file, file_kind=sent.kind)


async def has_come(talk: Talk, notice: Notice, turn: int) -> bool:
    """Whether the file, if there is one, was here when it was asked for in this turn."""
    return not notice.file or await talk.read(f"come[{turn}]", answers.has_come, file=notice.file, person=talk.person)


async def _practice(talk: Talk, turn: str) -> str:
    """Ask which practice “read more” opens; return its id, "" for none."""
    question = _("Shall it lead to a practice to read? Then write a few words of its title.")
    wanted = await talk.text(f"practice{turn}", question, at_least=2, at_most=100, skip=WITHOUT)
    if not wanted:
        return ""
    found = await talk.read(f"found{turn}", search.find, wish=Wish(words=wanted), language=talk.language)
    if not found:
        await talk.say(_("Nothing found yet. Fewer or other words may help."))
        await talk.revise(f"practice{turn}")
    options = [Option(practice.id, practice.title) for practice in found[:LISTED]]
    return await talk.choose(f"practice found{turn}", _("Which one?"), options, skip=WITHOUT)


async def _poll(talk: Talk, turn: str) -> str:
    """Ask which open poll a button leads to, where one is open; return its id, "" for none."""
    found = await talk.read(f"polls{turn}", polls.open_for, person=talk.person)
    if not found:
        return ""
    options = [Option(poll.id, poll_cards.title(poll.question, talk.language)) for poll in found[:LISTED]]
    return await talk.choose(
        f"poll{turn}", _("Shall it lead to a poll? Only who is asked can answer."), options, skip=WITHOUT
    )


async def _body(talk: Talk, key: str, question: Text, *, skip: Text | None = None) -> str:
    """Ask for the name of an organisation: who convenes it, or with whom."""
    return await talk.text(key, question, at_least=BODY[0], at_most=BODY[1], check=_refuse_body, skip=skip)


def _aims(aims: Mapping[str, Text]) -> list[Option]:
    return [Option(code, label) for code, label in aims.items()]


def _refuse_body(name: str) -> Text | None:
    return refuse_contact(name) or screen(name)


async def _day(talk: Talk, key: str) -> date | None:
    today = talk.now.date()
    return await talk.date(key, _("On which day is it?"), earliest=today, latest=today + LATEST)


def _days() -> list[Option]:
    # Translators: button, max:20
    labels = {1: _("One day"), 3: _("Three days"), 7: _("A week")}
    return [Option(str(days), labels[days]) for days in KEPT_DAYS]
