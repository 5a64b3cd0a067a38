"""Details: what may be added to a practice when one has the time, one question each, everything skippable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handlers import labels
from handlers.language import Text, _
from handlers.level_choice import ask_level
from handlers.me.about_me import country_options
from handlers.practices.cards import NOT_REPORTED
from handlers.screening import screen
from handlers.talk import Option, Talk, Told
from network import countries
from network.adaptations import NOTES
from network.facts import MONTHS_AT_MOST, Facts
from network.practices import SIDE_AND_REGION
from network.texts import PARTS

PART, LINE = 900, 200  # characters, at most
NOTE = 20  # characters of a note on an adaptation, fewest
SKIP = _("Skip")


@dataclass(frozen=True)
class Draft:
    """A practice before it is handed in. ``files`` are the ids of those that stand for a part, ``sent`` their kinds."""

    facts: Facts
    title: str = field(default="", repr=False)
    parts: dict[str, str] = field(default_factory=dict, repr=False)
    topics: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    level: int = SIDE_AND_REGION
    consent: bool = False
    practice: str = ""  # the id of one that is handed in again
    origin: str = ""  # the id of the practice that it adapts
    language: str = ""  # in which it is written, where that is not its author's own

    @property
    def kind(self) -> str:
        """What it is: a practice, a lesson or a barrier."""
        return self.facts.kind

    def telling(self, part: str, told: Told) -> Draft:
        """Return it with what was told for one part in the place of what stood there."""
        parts, files, sent = ({**those} for those in (self.parts, self.files, self.sent))
        for those, value in ((parts, told.text), (files, told.file), (sent, told.kind)):
            those.pop(part, None)
            if value:
                those[part] = value
        return replace(self, parts=parts, files=files, sent=sent)

    def knowing(self, **facts: Any) -> Draft:
        """Return it with other facts."""
        return replace(self, facts=replace(self.facts, **facts))


Ask = Callable[[Talk, Draft, str], Awaitable[Draft]]


@dataclass(frozen=True)
class Section:
    """Details that belong together, by name, in the order in which they are asked."""

    name: str
    title: Text
    names: tuple[str, ...]


SECTIONS = (
    # Translators: in a list, max:24
    Section("came", _("What came of it"), ("result", "evidence", "figure", "source", "convinced")),
    # Translators: in a list, max:24
    Section("where", _("Who, where and why"), ("who", "context", "causes", "scale", "zone", "met")),
    # Translators: in a list, max:24. What helps those who want to do the same.
    Section("elsewhere", _("To do it elsewhere"), ("adapt", "cost", "risks", "rights", "template")),
    # Translators: in a list, max:24
    Section("far", _("How far it has come"), ("stage", "months", "rhythm", "decision")),
    # Translators: in a list, max:24. Who may see and use what was shared.
    Section("shown", _("How it is shown"), ("level", "reuse")),
)

QUESTIONS: dict[str, Text] = {
    "result": _("What came of it? Say what is better now, or what is not."),
    "convinced": _("What convinced those who doubted it?"),
    "who": _("Who took part, from the official side and from civil society? Please name groups, no persons."),
    "context": _("What should others know of the setting: what kind of place it is, how many people live there?"),
    "causes": _("What were the root causes, and who responded first?"),
    "adapt": _("What should be done otherwise by those who want to do it elsewhere?"),
    "cost": _("What did it cost, in money, time or people?"),
    "risks": _("What can go wrong, and what helps against it?"),
    "rights": _("How does it stand with people’s rights and with professional duties? One sentence is enough."),
    "differs": _("What differs there from where it comes? A law, the people, the place…"),
    "changed": _("What did you change, or what will you do otherwise?"),
    "template": _(
        "Is there a protocol, a training curriculum or a checklist? Put its text here, or say where it can be had."
    ),
}
OF_KIND: dict[tuple[str, str], Text] = {  # where a lesson or a barrier asks otherwise
    ("lesson", "result"): _("What came of it instead of what was hoped for?"),
    ("lesson", "adapt"): _("What would you do otherwise another time?"),
    ("barrier", "result"): _("What came of what was tried?"),
    ("barrier", "who"): _("Who meets this barrier, on the official side and in civil society? Please name no persons."),
    ("barrier", "adapt"): _("What might help against it, here or elsewhere?"),
}
LINES: dict[str, Text] = {
    "figure": _("Is there a figure for it? Please give its period too, such as “112 meetings in 2018”."),
    "source": _("Where is that known from? A report, a meeting, what you saw yourself…"),
}
FACTS: dict[str, tuple[Text, dict[str, Text]]] = {
    "evidence": (_("How is this result known?"), labels.EVIDENCE),
    "scale": (_("How large is the place?"), labels.SCALES),
    "stage": (_("How far has it come?"), labels.STAGES),
    "rhythm": (_("Was it done once, or is it done as a routine?"), labels.RHYTHMS),
    "decision": (_("Who must agree before it can be done?"), labels.DECISIONS),
    "reuse": (_("To whom may it be passed on? Others may rely on what you choose here."), labels.REUSES),
}
NAMES: dict[str, Text] = {  # of what is no part of the text
    # Translators: in a list, max:24
    "kind": _("What kind it is"),
    # Translators: in a list, max:24
    "title": _("The title"),
    # Translators: in a list, max:24
    "topics": _("The topics"),
    # Translators: in a list, max:24
    "country": _("The country"),
    # Translators: in a list, max:24
    "evidence": _("How the result is known"),
    # Translators: in a list, max:24
    "scale": _("How large the place is"),
    # Translators: in a list, max:24
    "zone": _("The border zone"),
    # Translators: in a list, max:24. The country in which people met, where that is another one.
    "met": _("The place of meeting"),
    # Translators: in a list, max:24
    "stage": _("The stage"),
    # Translators: in a list, max:24
    "months": _("For how long"),
    # Translators: in a list, max:24
    "rhythm": _("Once or as a routine"),
    # Translators: in a list, max:24
    "decision": _("Who must decide"),
    # Translators: in a list, max:24. Which line says who shared something.
    "level": _("What is said of me"),
    # Translators: in a list, max:24
    "reuse": _("Who may pass it on"),
}


def name_of(name: str, kind: str) -> Text:
    """Return what a field is called in a list."""
    return NAMES[name] if name in NAMES else labels.part_label(name, kind)


async def ask(talk: Talk, draft: Draft, name: str, *, key: str) -> Draft:
    """Ask for one detail, under ``key``, and return the draft with it."""
    if name in FACTS:
        question, known = FACTS[name]
        options = [Option(code, label) for code, label in known.items()]
        chosen = await talk.choose(key, question, options, skip=SKIP)
        return draft.knowing(**{name: chosen or Facts("").__dict__[name]})
    if name in NOTES:
        words = await talk.text(key, QUESTIONS[name], at_least=NOTE, at_most=PART, check=screen)
        return draft.telling(name, Told(words))
    if name in LINES:
        words = await talk.text(key, LINES[name], at_least=2, at_most=LINE, skip=SKIP, check=screen)
        return draft.telling(name, Told(words))
    if name in PARTS:
        return draft.telling(name, await _tell(talk, draft, name, key))
    return await _OTHERS[name](talk, draft, key)


async def _tell(talk: Talk, draft: Draft, name: str, key: str) -> Told:
    question = OF_KIND.get((draft.kind, name), QUESTIONS[name])
    if name != "cost":
        return await talk.told(key, question, at_least=2, at_most=PART, skip=SKIP, check=screen)
    # Translators: button, max:20. The cost is not known.
    told = await talk.told(key, question, at_least=2, at_most=PART, skip=_("Not reported"), check=screen)
    return told or Told(NOT_REPORTED)


async def _zone(talk: Talk, draft: Draft, key: str) -> Draft:
    """Ask for the border zone, where the country has one."""
    zones = countries.zones(draft.facts.country)
    if not zones:
        return draft
    options = [Option(zone, countries.zone_name(zone, talk.language)) for zone in zones]
    question = _("Does it touch a border zone? Which one?")
    return draft.knowing(zone=await talk.choose(key, question, options, search=True, skip=SKIP))


async def _met(talk: Talk, draft: Draft, key: str) -> Draft:
    question = _(
        "Was it told or learnt at a meeting in another country than where it was done? If so, in which one? It is "
        "shown apart from the country where it was done."
    )
    # Translators: button, max:20. There was no meeting in another country.
    skip = _("No, or not said")
    return draft.knowing(met=await talk.choose(key, question, country_options(talk.language), search=True, skip=skip))


async def _months(talk: Talk, draft: Draft, key: str) -> Draft:
    question = _("For how many months has it been done, or was it done?")
    return draft.knowing(months=await talk.number(key, question, low=1, high=MONTHS_AT_MOST, skip=SKIP))


async def _level(talk: Talk, draft: Draft, key: str) -> Draft:
    level, consent = await ask_level(talk, place=f" {key}")
    return replace(draft, level=level, consent=consent)


_OTHERS: dict[str, Ask] = {"zone": _zone, "met": _met, "months": _months, "level": _level}


def known_of(draft: Draft, names: Sequence[str]) -> list[str]:
    """Return those of ``names`` of which the draft says something."""
    said = {**draft.facts.__dict__, **draft.parts, **draft.files, "level": draft.level, "title": draft.title}
    return [name for name in names if said.get(name)]
