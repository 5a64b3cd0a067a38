"""Assess: somebody goes through missions and gaps for themselves, and finds practices that answer the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from handlers.language import Text, _, n_
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.talk import Talk
from network import assessments, search
from network.assessments import Answer, Statement
from network.search import Wish

SHORT = 24  # characters in a list
OFFERED = 5  # practices for one gap
FALLBACK = "fr"
KEEP, DROP = "keep", "drop"
ANSWERS: dict[str, Text] = {
    # Translators: button, max:20. A statement is so where one works or lives.
    Answer.YES: _("Yes, it is so"),
    # Translators: button, max:20
    Answer.PARTLY: _("In part"),
    # Translators: button, max:20
    Answer.NO: _("Not yet"),
    # Translators: button, max:20
    Answer.NONE: _("Not our concern"),
}
KEPT: dict[str, Text] = {
    # Translators: in a list, max:24
    "look": _("Look at my result"),
    # Translators: in a list, max:24
    "anew": _("Answer anew"),
    # Translators: in a list, max:24
    "forget": _("Forget my result"),
}


async def assess(talk: Talk) -> None:
    """Go through the checklist, or what was kept of it, and show what may help where there are gaps."""
    kept = await talk.read("kept", assessments.answers_of, person=talk.person)
    wish = "anew"
    if kept:
        options = [Option(key, label) for key, label in KEPT.items()]
        wish = await talk.choose("kept wish", _("You kept a result. Only you can see it."), options)
    if wish == "forget":
        await talk.do("forget", assessments.forget, person=talk.person)
        await talk.say(_("It is forgotten."))
        return
    answers = kept if wish == "look" else await _asked(talk)
    await _result(talk, answers, fresh=wish == "anew")


async def _asked(talk: Talk) -> dict[str, str]:
    """Ask for each statement how far it is so."""
    every = assessments.statements()
    await talk.say(
        n_(
            "{count} statement about where you work or live. Only you see the result, and nothing is kept unless you "
            "wish it.",
            "{count} statements about where you work or live. Only you see the result, and nothing is kept unless you "
            "wish it.",
            len(every),
        )
    )
    options = [Option(answer, label) for answer, label in ANSWERS.items()]
    return {each.code: await talk.choose(f"so[{each.code}]", _said(each, talk.language), options) for each in every}


def _said(found: Statement, language: str) -> Text:
    return _("“{words}”", words=_words(found, language))


def _words(found: Statement, language: str) -> str:
    return found.words.get(language) or found.words[FALLBACK]


async def _result(talk: Talk, answers: Mapping[str, str], *, fresh: bool) -> None:
    """Show the gaps and, once it is said whether the result is kept, practices that answer them."""
    found = assessments.gaps(answers)
    so = sum(answer == Answer.YES for answer in answers.values())
    lines = [n_("{count} statement is so.", "{count} statements are so.", so)]
    if not found:
        lines.append(_("You found no gap. Others would gladly learn from you: to share a practice, write “share”."))
    lines += [_gap(each, answers, talk.language) for each in found]
    await pages.read_through(talk, pages.packed(talk, lines), place="result")
    if fresh:
        await _keep(talk, answers)
    if found:
        await _practices(talk, found)


def _gap(found: Statement, answers: Mapping[str, str], language: str) -> Text:
    return _("{answer}: {words}", answer=ANSWERS[answers[found.code]], words=_words(found, language))


async def _keep(talk: Talk, answers: Mapping[str, str]) -> None:
    options = [
        # Translators: button, max:20
        Option(KEEP, _("Keep it, locked")),
        # Translators: button, max:20
        Option(DROP, _("Do not keep it")),
    ]
    question = _("Shall your result be kept, so that you can look at it later? Nobody else can read it.")
    if await talk.choose("keep", question, options) == KEEP:
        await talk.do("kept now", assessments.keep, person=talk.person, answers=answers)
        await talk.say(_("It is kept, locked. To see or forget it, write “assess”."))
    else:
        await talk.say(_("It is not kept."))


async def _practices(talk: Talk, found: list[Statement]) -> None:
    """Offer practices of others for one gap after the other."""
    listed = [
        Option(each.code, cut_to(_words(each, talk.language), SHORT), _words(each, talk.language)) for each in found
    ]
    # Translators: in a list, max:24
    end = Option("end", _("That is all"))
    for turn in count():
        chosen = await talk.choose(f"gap[{turn}]", _("For which gap would you like practices?"), [*listed, end])
        if chosen == end.key:
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        topic = next(each.topic for each in found if each.code == chosen)
        wish = Wish(topics=(topic,))
        there = await talk.read(f"found[{turn}]", search.find, wish=wish, language=talk.language, limit=OFFERED)
        if not there:
            await talk.say(_("Nobody has shared a practice on this yet. To ask the network, write “ask”."))
            continue
        options = [Option(each.id, cut_to(each.title, SHORT), each.title) for each in there]
        # Translators: in a list, max:24
        options.append(Option("back", _("Another gap")))
        practice = await talk.choose(f"practice[{turn}]", _("Which one would you like to read?"), options)
        if practice != "back":
            await talk.go("practice", practice)


capability = Capability(
    name="assess",
    command="assess",
    room=Room.ME,
    # Translators: in the menu, max:24. A checklist of missions and gaps, for oneself.
    title=_("My missions and gaps"),
    # Translators: words that start this, separated by |.
    words=_("assess|self-assessment"),
    converse=assess,
)
