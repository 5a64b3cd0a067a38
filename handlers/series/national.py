"""National: what local dialogues say needs a national answer, before the coordinators of the country, of both sides."""

from __future__ import annotations

from handlers.language import Text, _
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, ForWhom, Room
from handlers.screening import screen
from handlers.series import problem_cards
from handlers.talk import Talk
from network import escalations, topics
from network.errors import Conflict, Missing
from network.escalations import LONGEST, Escalation, State

SHORT = 24  # characters in a list
ACTS: dict[str, Text] = {
    # Translators: button, max:20
    "answer": _("Answer it"),
    # Translators: button, max:20. To a national dialogue.
    "hand": _("Hand it on"),
    # Translators: button, max:20. With a reason.
    "close": _("Close it"),
}
NEWS: dict[str, Text] = {
    "answer": _("The country’s coordinators answer what your dialogue says needs a national answer."),
    "hand": _("What your dialogue says needs a national answer is handed to a national series."),
    "close": _("The country’s coordinators close what your dialogue says needs a national answer, and say why."),
}
GONE = _("This is not before you, or is settled already.")


async def national(talk: Talk) -> None:
    """Show one matter, and settle it."""
    found = await _pick(talk)
    if found is None:
        return
    await talk.say(problem_cards.lifted(found, talk.language))
    if found.state is not State.OPEN and not talk.has_answer("act"):
        return
    options = [Option(act, label) for act, label in ACTS.items()]
    # Translators: button, max:20
    skip = _("Not now")
    act = await talk.choose("act", _("What shall become of it?"), options, skip=skip)
    if act:
        await _settle(talk, found, act)


async def _pick(talk: Talk) -> Escalation | None:
    listed = await talk.look(escalations.before, person=talk.person)
    if talk.argument:
        found = next((each for each in listed if each.id == talk.argument), None)
        if found is None:
            await talk.say(GONE)
        return found
    if not listed:
        await talk.say(_("No dialogue of your country says that something needs a national answer."))
        return None
    options = [Option(each.id, topics.label(each.topic, talk.language), _state(each)) for each in listed]
    chosen = await talk.choose("which", _("What dialogues say needs a national answer. Which one?"), options)
    return next((each for each in listed if each.id == chosen), None)


def _state(found: Escalation) -> Text:
    return problem_cards.STATES[found.state]


async def _settle(talk: Talk, found: Escalation, act: str) -> None:
    """Ask for what it takes, do it, and let the hosts of the dialogue hear."""
    given = {"escalation": found.id, "by": talk.person}
    try:
        if act == "hand":
            series = await _series(talk, found)
            if not series:
                return
            told = await talk.do("hand", escalations.hand_on, series=series, **given)
            people = told["local"]
            news = _("A local dialogue’s problem is handed to your national series.")
            await talk.tell("tell nationals", told["national"], news, [_read(series)], about=talk.person)
        elif act == "answer":
            people = await talk.do("answer", escalations.answer, text=await _written(talk, act), **given)
        else:
            people = await talk.do("close", escalations.close, reason=await _written(talk, act), **given)
    except (Conflict, Missing):
        await talk.say(GONE)
        return
    await talk.tell("tell", people, NEWS[act], [_read(found.series)], about=talk.person)
    await talk.say(_("It is kept, and the hosts of the dialogue hear of it."))


def _read(series: str) -> Option:
    # Translators: button, max:20. The problems of a dialogue.
    return Option(f"problems:{series}", _("Read it"))


async def _written(talk: Talk, act: str) -> str:
    question = _("What is the answer? Everybody in the dialogue reads it.")
    if act == "close":
        question = _("Why? Everybody in the dialogue reads it.")
    return await talk.text("text", question, at_least=5, at_most=LONGEST, check=screen)


async def _series(talk: Talk, found: Escalation) -> str:
    """Ask for the national series to which it is handed; "" where there is none."""
    listed = await talk.look(escalations.nationals, escalation=found.id)
    if not listed and not talk.has_answer("series"):
        await talk.say(_("No national series of this country is open."))
        return ""
    options = [Option(each.id, cut_to(each.title, SHORT)) for each in listed]
    return await talk.choose("series", _("To which national series?"), options)


capability = Capability(
    name="national",
    command="national",
    room=Room.LEAD,
    # Translators: in the menu, max:24. Problems that need an answer of the whole country.
    title=_("National answers"),
    # Translators: words that start this, separated by |.
    words=_("national|national answers"),
    converse=national,
    for_whom=ForWhom.COORDINATOR,
    contributes=True,
)
