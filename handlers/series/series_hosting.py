"""What the hosts of a series do: the next phase, who is missing, its texts, its link to a national one, its end."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.audience_choice import names
from handlers.language import Text, _
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.screening import screen
from handlers.series import series_acts, series_cards
from handlers.talk import Talk
from network import gaps, leads, outputs, series, widening
from network.errors import Forbidden
from network.outputs import WRITTEN, Name
from network.series import Level, Series

LED: dict[str, Text] = {
    # Translators: in a list, max:24. What was agreed on, and by whom it is done.
    "action": _("Record an action"),
}
CONSULT = "newconsult"  # it asks itself to which dialogue a draft belongs
ASKED = _("The other side reads it now, and you hear of it here.")


async def lead(talk: Talk, found: Series) -> None:
    """Do what a host wishes. Raise Conflict, Forbidden, Missing."""
    act = await talk.choose("act", _("What would you like to do as its host?"), await _acts(talk, found))
    command, colon, argument = act.partition(":")
    if colon:
        await talk.go(command, argument)
    await WAYS[act](talk, found)


def doors(talk: Talk, found: Series, known: Mapping[str, Text]) -> list[Option]:
    """Return the buttons to what other rooms do for a series, those that are there."""
    return [Option(f"{name}:{found.id}", label) for name, label in known.items() if talk.is_known_word(name)]


async def _acts(talk: Talk, found: Series) -> list[Option]:
    """Return what a host can do now."""
    # Translators: in a list, max:24. An exchange of a dialogue of a year.
    offered = [Option(f"session:{found.id}", _("Plan a session")), *doors(talk, found, LED)]
    # Translators: in a list, max:24
    offered.append(Option("missing", _("Who is missing")))
    if await talk.look(outputs.awaited, found=found):
        # Translators: in a list, max:24. Of a workshop, or the summary.
        offered.append(Option("write", _("Write the text")))
        if await talk.look(outputs.draft, series=found.id, by=talk.person):
            # Translators: in a list, max:24. Once the other side agrees.
            offered.append(Option("publish", _("Publish the text")))
    if CONSULT in {each.command for each in await talk.capabilities()}:
        # Translators: in a list, max:24. To ask both sides what they say to a text.
        offered.append(Option(f"{CONSULT}:", _("Consult on a draft")))
    offered += await _links(talk, found)
    # Translators: in a list, max:24. Somebody else of one's side leads a dialogue of a year.
    offered.append(Option("pass", _("Pass the lead on")))
    # Translators: in a list, max:24. Of a dialogue of a year.
    last = Option("next", _("The next phase")) if found.phase.following else Option("close", _("End the dialogue"))
    return [*offered, last]


async def _links(talk: Talk, found: Series) -> list[Option]:
    if found.parent:
        # Translators: in a list, max:24. The link of a local dialogue to a national one.
        return [Option("unlink", _("Undo the link"))]
    if found.level is Level.NATIONAL:
        return []
    candidates = await talk.look(widening.candidates, series=found.id, by=talk.person)
    # Translators: in a list, max:24. A local dialogue to a national one.
    return [Option("link", _("Link to a national one"))] if candidates else []


async def warn(talk: Talk, found: Series) -> bool:
    """Say who and what is missing; return whether anything is."""
    missing = await talk.look(gaps.of, series=found.id, by=talk.person)
    for line in series_cards.missing(missing, await names(talk)):
        await talk.say(line)
    return bool(missing)


async def _missing(talk: Talk, found: Series) -> None:
    if not await warn(talk, found):
        await talk.say(_("Nobody is missing of those whom you wanted to be there."))


async def _next(talk: Talk, found: Series) -> None:
    """Warn of what is missing, and let the next phase begin all the same if that is wished."""
    following = found.phase.following
    if following is None:
        return
    missing = not talk.has_answer("sure") and await warn(talk, found)
    question = _("Shall the phase “{phase}” begin? All who take part hear of it.", phase=series_cards.PHASES[following])
    if missing:
        question = _("{question} You can go on all the same.", question=question)
    # Translators: button, max:20. To the next phase.
    if not await talk.confirm("sure", question, yes=_("Yes, go on"), no=_("Not yet")):
        await talk.say(_("Nothing was changed."))
        return
    await talk.do("next", series_acts.advanced, found=found.id, by=talk.person, to=following.value)
    await talk.say(_("It has begun."))
    await talk.go("series", found.id)


async def _close(talk: Talk, found: Series) -> None:
    """Let it be over, warned where the summary is missing."""
    if not talk.has_answer("sure"):
        await warn(talk, found)
    # Translators: button, max:20. A dialogue of a year.
    yes = _("Yes, end it")
    if await talk.confirm("sure", _("Shall the dialogue be over?"), yes=yes):
        await talk.do("close", series.end, series=found.id, by=talk.person)
        await talk.say(_("It is over. Thank you for leading it: all who took part hear of it."))


async def _write(talk: Talk, found: Series) -> None:
    """Take the text of the phase."""
    name = outputs.expected(found)
    if name is None:
        return
    so_far = await talk.look(outputs.draft, series=found.id, by=talk.person)
    if so_far is not None and not talk.has_answer("text"):
        await talk.say(_("So far: {text}", text=so_far.text))
    question = _(
        "Write it: {text}. What was said and found, never who said it; please name no person.",
        text=series_cards.OUTPUTS[name],
    )
    text = await talk.text("text", question, at_least=WRITTEN[0], at_most=WRITTEN[1], check=screen)
    await talk.do("write", series_acts.written, found=found.id, by=talk.person, text=text)
    await talk.say(_("It is kept. Once you publish it, the other side reads it first."))
    if name is Name.SUMMARY:
        await talk.say(series_cards.INSIGHTS)


async def _publish(talk: Talk, found: Series) -> None:
    """Ask the other side for its yes to the text."""
    asked = await talk.do("publish", outputs.publish, series=found.id, by=talk.person)
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("A text of “{title}” waits for your side’s word.", title=found.title)
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(ASKED)


async def _link(talk: Talk, found: Series) -> None:
    """Ask the hosts of a national series to link this one."""
    offered = await talk.look(widening.candidates, series=found.id, by=talk.person)
    choices = [Option(each.id, cut_to(each.title, 24)) for each in offered]
    question = _("To which national series? Once linked, those in each read the other’s title and phase.")
    national = await talk.choose("national", question, choices)
    asked = await talk.do("link", widening.ask, series=found.id, by=talk.person, national=national)
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("A local dialogue asks to be linked to your national series.")
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("Both sides of the national series are asked now, and you hear of it here."))


async def _unlink(talk: Talk, found: Series) -> None:
    await talk.do("unlink", widening.undo, local=found.id, by=talk.person)
    await talk.say(_("The link is undone."))


async def _pass(talk: Talk, found: Series) -> None:
    """Let the next seat of one's side lead it."""
    question = _("Shall the next coordinator of your side lead it in your place? You stay in it.")
    # Translators: button, max:20
    yes = _("Yes, pass it on")
    if not await talk.confirm("sure", question, yes=yes):
        return
    try:
        await talk.do("pass", leads.pass_on, series=found.id, by=talk.person)
    except Forbidden:
        await talk.say(_("Your side has nobody else in this group who could lead it."))
        return
    await talk.say(_("It is passed on, and they hear of it. Thank you for leading it."))


WAYS = {
    "pass": _pass,
    "missing": _missing,
    "next": _next,
    "close": _close,
    "write": _write,
    "publish": _publish,
    "link": _link,
    "unlink": _unlink,
}
