"""The problem board: what members of several countries name, and how they may meet about it."""

from __future__ import annotations

from itertools import count

from handlers.language import Text, _
from handlers.practices import pages
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.series import problem_cards
from handlers.series.problem import take_back
from handlers.talk import Talk
from network import board, groups, problems, topics
from network.board import Shared
from network.errors import Forbidden, Missing

REASON = (5, 200)  # characters
NAME, MINE, END = "name", "mine", "end"


async def show(talk: Talk) -> None:
    """Show what is named in several countries, and what can be done about one."""
    listed = await talk.look(board.shared)
    chosen = talk.argument if talk.argument in {each.topic for each in listed} else await _pick(talk, listed)
    found = next((each for each in listed if each.topic == chosen), None)
    if found is None:
        await _other(talk, chosen)
        return
    await talk.say(problem_cards.shared(found, talk.language))
    said = await talk.look(board.words, topic=found.topic)
    if said:
        await talk.say(_("What members say, as from “a member”:"))
        await pages.read_through(
            talk, pages.packed(talk, [problem_cards.quoted(each.text) for each in said]), place="said"
        )
    for turn in count():
        if not await _act(talk, found, turn):
            return


async def _other(talk: Talk, chosen: str) -> None:
    """Do what is about no topic of the board."""
    if chosen == NAME:
        await talk.go("problem")
    if chosen == MINE:
        await take_back(talk, None)
    else:
        await talk.say(_("Gladly. Write “menu” for anything else."))


async def _pick(talk: Talk, listed: list[Shared]) -> str:
    """Return the topic chosen, NAME to name a problem, MINE to see one’s own, or END."""
    question = _("What members of several countries name. Which one?")
    if not listed:
        question = _("Nothing is named in several countries by ten people yet. You can name a problem, without a name.")
    options = [
        Option(each.topic, topics.label(each.topic, talk.language), problem_cards.shared(each, talk.language))
        for each in listed
    ]
    # Translators: in a list, max:24. Something that goes wrong.
    options.append(Option(NAME, _("Name a problem")))
    mine = await talk.look(problems.mine, person=talk.person)
    if mine or talk.has_answer("topic"):
        # Translators: in a list, max:24. Problems that this person named.
        options.append(Option(MINE, _("What I named")))
    # Translators: in a list, max:24
    return await talk.choose("topic", question, [*options, Option(END, _("That is all"))])


async def _act(talk: Talk, found: Shared, turn: int) -> bool:
    """Do one thing about a topic; return whether they go on."""
    options = [
        # Translators: in a list, max:24. A meeting of both sides.
        Option("exchange", _("Plan an exchange")),
        # Translators: in a list, max:24. Something that goes wrong.
        Option(NAME, _("Name a problem")),
    ]
    if await talk.look(groups.is_coordinator, person=talk.person):
        # Translators: in a list, max:24. A problem is shown no more.
        options.append(Option("hide", _("Hide a harmful one")))
    # Translators: in a list, max:24
    options.append(Option(END, _("That is all")))
    wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), options)
    if wish == "exchange":
        await talk.go("exchange", f"topic.{found.topic}")
    if wish == NAME:
        await talk.go("problem")
    if wish == END:
        await talk.say(_("Gladly. Write “menu” for anything else."))
        return False
    await _hide(talk, found, turn)
    return True


async def _hide(talk: Talk, found: Shared, turn: int) -> None:
    """Hide what somebody said for the board; what was said in a dialogue is for its hosts to hide."""
    said = [each for each in await talk.look(board.words, topic=found.topic) if each.series is None]
    if not said and not talk.has_answer(f"which[{turn}]"):
        await talk.say(_("There is nothing here that you could hide: hosts do it in their dialogues."))
        return
    listed = [problem_cards.option(each) for each in said]
    # Translators: button, max:20
    skip: Text = _("None of them")
    chosen = await talk.choose(f"which[{turn}]", _("Which one shall be shown no more?"), listed, skip=skip)
    if not chosen:
        return
    question = _("Why? Whoever named it reads this; you never learn who it was.")
    low, high = REASON
    reason = await talk.text(f"why[{turn}]", question, at_least=low, at_most=high, check=screen)
    try:
        await talk.do(f"hide[{turn}]", problems.hide, problem=chosen, by=talk.person, reason=reason)
    except (Forbidden, Missing):
        await talk.say(_("That is not possible any more, or not for you."))
        return
    await talk.say(_("It is shown no more, and whoever named it hears why."))


capability = Capability(
    name="board",
    command="board",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. What goes wrong in several countries.
    title=_("Problem board"),
    # Translators: words that start this, separated by |.
    words=_("board|problem board"),
    converse=show,
    anew=True,
)
