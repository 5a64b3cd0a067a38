"""Steps of an exchange: its host writes and sends them; those who come reply, and read what both sides replied."""

from __future__ import annotations

from itertools import count

from handlers.exchanges import exchange_cards, step_cards, step_hosting
from handlers.language import Words, _
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import exchanges, steps
from network.errors import NetworkError
from network.exchanges import Exchange
from network.steps import LONGEST, State, Step

SHORT = 24  # characters in a list
FEWEST = 3  # characters of a reply
GONE = _("That is not possible any more, or not for you.")


async def converse(talk: Talk) -> None:
    """Let a host go on step by step, and let those who come catch up."""
    found = await _pick(talk)
    if found is None:
        return
    if talk.person not in found.hosts:
        await _catch_up(talk, found)
        return
    for turn in count():
        try:
            if not await step_hosting.act(talk, found, turn):
                await talk.say(_("Gladly. Write “menu” for anything else."))
                return
        except NetworkError:
            await talk.say(GONE)


async def _pick(talk: Talk) -> Exchange | None:
    """Return the exchange to which a button led, or the one chosen of those that run or are hosted; None for none."""
    if talk.argument:
        found = await talk.look(exchanges.find, exchange=talk.argument)
        if found is None or not await _may_read(talk, found):
            await talk.say(GONE)
            return None
        return found
    listed = await talk.look(steps.running, person=talk.person)
    if not listed:
        await talk.say(_("No meeting of yours is held now. Steps come to you here while you meet."))
        return None
    options = [Option(each.id, cut_to(each.title, SHORT), exchange_cards.KINDS[each.kind]) for each in listed]
    chosen = await talk.choose("which", _("Which one?"), options)
    return await talk.look(exchanges.get, exchange=chosen)


async def _may_read(talk: Talk, found: Exchange) -> bool:
    try:
        await talk.look(steps.of, exchange=found.id, person=talk.person)
    except NetworkError:
        return False
    return True


async def _catch_up(talk: Talk, found: Exchange) -> None:
    """Ask for a reply to each step that was sent, in their order, and show what is shown."""
    waiting = await talk.read("waiting", steps.unanswered, exchange=found.id, person=talk.person)
    every = await talk.look(steps.of, exchange=found.id, person=talk.person)
    roles = await talk.look(steps.facilitated_by, exchange=found.id)
    open_now = steps.runs(found, talk.now)
    for step in every:
        facilitators = roles if step.kind in steps.ROUNDS else {}
        if step.id in waiting and (open_now or talk.has_answer(f"reply[{step.number}]")):
            await talk.say(step_cards.situation(step, facilitators))
            await _reply(talk, step)
        else:
            await talk.say(step_cards.card(step, facilitators))
        if step.state is State.SHOWN:
            await _show(talk, step)
    await talk.say(_("That is all so far. What follows comes to you here.") if open_now else _("That was all of it."))


async def _reply(talk: Talk, step: Step) -> None:
    """Take a reply, which others read with its side at most."""
    question = _(
        "{question}\n\nOthers read your words and your side, never your name.", question=step_cards.question(step)
    )
    # Translators: button, max:20. To leave a question open.
    text = await talk.text(
        f"reply[{step.number}]", question, at_least=FEWEST, at_most=LONGEST, check=screen, skip=_("Pass")
    )
    if not text:
        return
    try:
        await talk.do(f"keep[{step.number}]", steps.reply, step=step.id, person=talk.person, text=text)
    except NetworkError:
        await talk.say(GONE)
        return
    await talk.say(_("It is kept."))


async def _show(talk: Talk, step: Step) -> None:
    said = await talk.look(steps.replies, step=step.id, person=talk.person)
    lines: list[Words] = list(step_cards.side_by_side(step, said)) or [_("Nobody replied.")]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"shown[{step.number}]")


capability = Capability(
    name="steps",
    command="steps",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Of a meeting that is held: its rounds, or the steps of a scenario.
    title=_("Steps of a meeting"),
    # Translators: words that start this, separated by |.
    words=_("steps|scenario|rounds"),
    converse=converse,
    shown_in_menu=False,
)
