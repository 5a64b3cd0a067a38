"""Seeking: a member looks for somebody who has done a thing, or for a mentor, and proposes to meet (R023, R027)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers import topic_choice
from handlers.labels import LEVELS, REGIONS, SIDES, attribution_label
from handlers.language import Text, Words, _, n_
from handlers.meetings import pseudonyms
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import allies, attribution, countries, introductions, organisations, topics
from network.allies import Candidate, Kind, Wanted
from network.errors import Missing
from network.introductions import MONTHS, TooMany

WHY = (20, 300)  # characters, fewest and most
ANY = "any"

QUESTIONS: dict[Kind, Text] = {
    Kind.ALLY: _("In which field do you look for somebody who has done it?"),
    Kind.MENTOR: _("In which field do you look for a mentor?"),
}
WHYS: dict[Kind, Text] = {
    Kind.ALLY: _(
        "What would you like to talk about? A sentence or two: they read it before they decide. Please name no "
        "person, no precise place, and nothing secret."
    ),
    Kind.MENTOR: _(
        "What is your goal? A sentence or two: the mentor reads it before deciding. Please name no person, no precise "
        "place, and nothing secret."
    ),
}


@dataclass(frozen=True)
class Draft:
    """A proposal before it is made: to who made an ``offer``, or of a ``door`` of the directory."""

    offer: str
    kind: Kind
    topic: str
    why: str = field(repr=False)
    months: int
    level: int
    name: str = field(repr=False)
    door: str = ""


async def seek(talk: Talk, kind: Kind) -> None:
    """Ask whom somebody looks for, show who can be found, and propose to meet one of them."""
    if not await talk.read("may", introductions.may_propose, person=talk.person):
        await talk.say(_too_many())
        return
    wanted = await _wanted(talk, kind)
    found = await talk.read("found", introductions.candidates, person=talk.person, wanted=wanted)
    if not found:
        await _nobody(talk)
        return
    draft = await _draft(talk, wanted, found)
    await _review(talk, draft)
    await _propose(talk, draft)


async def reach(talk: Talk, door: str) -> None:
    """Propose to meet whom an entry or an organisation of the directory (its id) leads to."""
    if not await talk.read("may", introductions.may_propose, person=talk.person):
        await talk.say(_too_many())
        return
    if not await talk.read("can", organisations.can_reach, door=door, person=talk.person):
        await talk.say(_("Nobody can be asked that way now. In the directory you see who can."))
        return
    topic = await topic_choice.ask_topic(talk, _("On which topic would you like to talk?"))
    why = await talk.text("why", WHYS[Kind.ALLY], at_least=WHY[0], at_most=WHY[1], check=screen)
    draft = Draft("", Kind.ALLY, topic, why, 0, await ask_level(talk), await pseudonyms.ask(talk), door)
    await _review(talk, draft)
    await _propose(talk, draft)


async def _wanted(talk: Talk, kind: Kind) -> Wanted:
    topic = await topic_choice.ask_topic(talk, QUESTIONS[kind])
    either = Option(ANY, _("Either side"))
    sides = [either, *(Option(side, label) for side, label in SIDES.items())]
    side = await talk.choose("side", _("Of which side?"), sides)
    side = "" if side == ANY else side
    place = await talk.choose("place", _("Where?"), await _places(talk, side), search=True)
    return Wanted(kind, topic, side, "" if place == ANY else place)


async def _places(talk: Talk, side: str) -> list[Option]:
    """Return the places to look in: of countries those in which nobody stands out."""
    crowded = await talk.look(allies.places, side=side)
    regions = [Option(region, label) for region, label in REGIONS.items()]
    return [
        # Translators: in a list, max:24
        Option(ANY, _("Anywhere")),
        *regions,
        *(Option(code, countries.name(code, talk.language)) for code in crowded),
    ]


async def _nobody(talk: Talk) -> None:
    """Say that nobody can be found, and lead to what may help."""
    words = _(
        "Nobody can be found for that at the moment. Nobody is told that you looked. You can ask the whole network, "
        "or look again more widely."
    )
    options = [
        # Translators: button, max:20
        Option("ask", _("Ask the network")),
        # Translators: button, max:20
        Option("again", _("Look again")),
        # Translators: button, max:20
        Option("end", _("That is all")),
    ]
    wish = await talk.choose("nobody", words, options)
    if wish == "ask":
        await talk.go("ask")
    if wish == "again":
        await talk.revise(topic_choice.FIRST, forget=["side", "place", *topic_choice.keys(1)])
    await talk.say(_("Gladly. Write “menu” for anything else."))


async def _draft(talk: Talk, wanted: Wanted, found: Sequence[Candidate]) -> Draft:
    question = n_(
        "{count} person can be found. Nobody learns your choice before you send it.",
        "{count} people can be found. Whom would you like to meet?",
        len(found),
    )
    options = [Option(each.id, SIDES[each.line.side], attribution_label(each.line)) for each in found]
    offer = await talk.choose("whom", question, options)
    why = await talk.text("why", WHYS[wanted.kind], at_least=WHY[0], at_most=WHY[1], check=screen)
    months = 0
    if wanted.kind is Kind.MENTOR:
        low, high = MONTHS
        months = await talk.number("months", _("For how many months?"), low=low, high=high) or low
    return Draft(offer, wanted.kind, wanted.topic, why, months, await ask_level(talk), await pseudonyms.ask(talk))


async def ask_level(talk: Talk) -> int:
    """Ask how much is said of somebody, where there is a choice, and show exactly what."""
    holds = await talk.read("holds", attribution.holds, person=talk.person, level=allies.LEVELS[-1])
    levels = [level for level in allies.LEVELS if level <= max(holds, allies.LEVELS[0])]
    if len(levels) == 1:
        return levels[0]
    me = await talk.member()
    options = [
        Option(str(level), LEVELS[level], attribution_label(attribution.of_member(me, level=level, year=talk.now.year)))
        for level in levels
    ]
    return int(await talk.choose("level", _("What may the other read of you?"), options))


async def _review(talk: Talk, draft: Draft) -> None:
    """Show the proposal as the other will read it, until it is as it should be."""
    line = attribution.of_member(await talk.member(), level=draft.level, year=talk.now.year)
    await talk.say(_("This is what they will read:"))
    how: dict[str, Any] = {"why": draft.why, "months": draft.months, "language": talk.language}
    await talk.say(card(draft.kind, draft.topic, line=attribution_label(line), **how))
    called = _("You will write as “{name}”.", name=pseudonyms.shown(draft.name))
    options = [
        # Translators: button, max:20
        Option("send", _("Yes, send it")),
        # Translators: button, max:20
        Option("why", _("Change the words")),
        # Translators: button, max:20
        *([] if draft.door else [Option("whom", _("Another person"))]),
    ]
    wish = await talk.choose("review", _("{called}\n\nShall it be sent like this?", called=called), options)
    if wish != "send":
        await talk.revise(wish)


def card(kind: Kind, topic: str, *, line: Words, why: str, months: int, language: str) -> Text:
    """Return a proposal as the one reads it to whom it is made."""
    named = {"line": line, "topic": topics.label(topic, language), "why": why}
    if kind is Kind.ALLY:
        return _("{line} would like to talk with somebody who has done this, on the topic {topic}:\n\n“{why}”", **named)
    return n_(
        "{line} looks for a mentor for {count} month, on the topic {topic}. The goal:\n\n“{why}”",
        "{line} looks for a mentor for {count} months, on the topic {topic}. The goal:\n\n“{why}”",
        months,
        **named,
    )


async def _propose(talk: Talk, draft: Draft) -> None:
    what: dict[str, Any] = {"person": talk.person, "name": draft.name, "why": draft.why, "level": draft.level}
    try:
        if draft.door:
            made = await talk.do("propose", organisations.propose, door=draft.door, topic=draft.topic, **what)
        else:
            what |= {"offer": draft.offer, "kind": draft.kind.value, "months": draft.months}
            made = await talk.do("propose", introductions.propose, **what)
    except TooMany:
        await talk.say(_too_many())
        return
    except Missing:
        await talk.say(_("That person cannot be asked any more. Please look again: others may be there."))
        return
    await talk.tell("tell", [made["tell"]], *proposed(made["introduction"], draft.kind), about=talk.person)
    await talk.say(
        _(
            "Thank you. It is on its way. You hear here when they would like to meet, within a week. If not, you hear "
            "that as well, at its end, and never why."
        )
    )


def proposed(introduction: str, kind: Kind) -> tuple[Text, list[Option]]:
    """Return what somebody is told to whom a meeting is proposed."""
    text = {
        Kind.ALLY: _("A member would like to talk with you about something that you know. Would you like to read it?"),
        Kind.MENTOR: _("A member asks whether you would be their mentor. Would you like to read it?"),
    }
    # Translators: button, max:20
    return text[kind], [Option(f"meet:{introduction}", _("Read and answer"))]


def _too_many() -> Text:
    return _(
        "You have as many proposals on their way as one may have, or made as many this month. Please wait for an "
        "answer first: each comes within a week."
    )
