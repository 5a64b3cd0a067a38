"""Problems: what was named in a series, by topic, for those who are in it, and what its hosts do about it."""

from __future__ import annotations

from itertools import count

from handlers.language import _
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.series import problem_cards, problem_hosting
from handlers.series.problem import GONE, take_back
from handlers.talk import Talk
from network import escalations, priorities, problems
from network import series as series_
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.series import Series, State

SHORT = 24  # characters of a title in a list


async def read(talk: Talk) -> None:
    """Show what was named, and do what is wished."""
    found = await _pick(talk)
    if found is None:
        return
    await _show(talk, found)
    for turn in count():
        wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), await _wishes(talk, found, turn))
        if wish == "end":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        if wish == "name":
            await talk.go("problem", found.id)
        try:
            await (_mine if wish == "mine" else problem_hosting.WAYS[wish])(talk, found, turn)
        except (Conflict, Forbidden, Invalid, Missing):
            await talk.say(_("That is not possible any more, or not for you."))


async def _pick(talk: Talk) -> Series | None:
    """Return the series that a button led to, or the one chosen; None for none."""
    listed = [each for each in await talk.look(series_.mine, person=talk.person) if each.begins_at is not None]
    within = [each for each in listed if await talk.look(series_.is_in, series=each.id, person=talk.person)]
    chosen = talk.argument
    if not chosen and within:
        options = [Option(each.id, cut_to(each.title, SHORT)) for each in within]
        chosen = await talk.choose("which", _("Which dialogue?"), options)
    found = next((each for each in within if each.id == chosen), None)
    if found is None:
        await talk.say(GONE if talk.argument else _("You are in no dialogue yet. To name a problem, write “board”."))
    return found


async def _show(talk: Talk, found: Series) -> None:
    gathered = await talk.look(priorities.ordered, series=found.id, person=talk.person)
    if await talk.look(priorities.order, series=found.id) is not None:
        await talk.say(_("In the order of the poll: what comes first is at the top."))
    lifted = await talk.look(escalations.of, series=found.id, person=talk.person)
    lines = list(problem_cards.listed(gathered, talk.language))
    lines += [problem_cards.lifted(each, talk.language) for each in lifted]
    if not lines:
        lines = [_("Nobody has named a problem yet. Nobody ever reads who did.")]
    await pages.read_through(talk, pages.packed(talk, lines), place="problems")


async def _wishes(talk: Talk, found: Series, turn: int) -> list[Option]:
    """Return what can be done now; of a turn that is past, everything: its answer stands."""
    if talk.has_answer(f"wish[{turn}]"):
        return [Option(wish, _("Go on")) for wish in ("name", "mine", *problem_hosting.WAYS, "end")]
    is_open = found.state is State.OPEN
    mine = await talk.look(problems.mine, person=talk.person, series=found.id)
    offered = (
        # Translators: in a list, max:24. Something that goes wrong.
        (Option("name", _("Name a problem")), is_open),
        # Translators: in a list, max:24. Problems that this person named.
        (Option("mine", _("What I named")), bool(mine)),
    )
    options = [option for option, here in offered if here]
    if talk.person in found.hosts and is_open:
        options += problem_hosting.options()
    # Translators: in a list, max:24
    return [*options, Option("end", _("That is all"))]


async def _mine(talk: Talk, found: Series, turn: int) -> None:
    await take_back(talk, found.id, f"[{turn}]")


capability = Capability(
    name="problems",
    command="problems",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. What goes wrong, named in a dialogue.
    title=_("The problems so far"),
    # Translators: words that start this, separated by |.
    words=_("problems|the problems"),
    converse=read,
    anew=True,
    shown_in_menu=False,
)
