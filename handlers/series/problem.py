"""Name a problem: in one sentence, of nobody, in a series or for the board of the network."""

from __future__ import annotations

from itertools import count

from handlers.language import _
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.series import problem_cards
from handlers.talk import Talk
from handlers.topic_choice import ask_topic
from network import problems, topics
from network.errors import Conflict, Forbidden, Missing
from network.problems import LONGEST, SHORTEST

OTHER = "other"
GONE = _("This dialogue is not there for you, or is over.")
CARE = _(
    "Nobody ever reads who wrote it, the hosts neither. Write it so that it could come from many: no names, no "
    "places, no day. This is no place for complaints about persons, nor for incidents."
)


async def name(talk: Talk) -> None:
    """Take one problem after the other, as many as may be named and as are wished."""
    if talk.argument and not await _is_open(talk):
        await talk.say(GONE)
        return
    for turn in count():
        left = await talk.read(f"left[{turn}]", problems.left, person=talk.person, series=talk.argument or None)
        if not left:
            await talk.say(_("You have named as many as one can for now. Thank you: the others have their turn too."))
            return
        if not await _one(talk, turn):
            return


async def take_back(talk: Talk, series: str | None, turn: str = "") -> None:
    """Show what somebody named themselves, in a series or for the board, which they can take back."""
    mine = await talk.read(f"mine{turn}", problems.mine, person=talk.person, series=series)
    # Translators: button, max:20. Nothing is taken back.
    keep = _("Keep them all")
    question = _("Only you see that these are yours. Which one shall be taken back?")
    chosen = await talk.choose(f"back{turn}", question, [problem_cards.option(each) for each in mine], skip=keep)
    if chosen:
        await talk.do(f"taken{turn}", problems.take_back, problem=chosen, person=talk.person)
        await talk.say(_("It is gone."))


async def _is_open(talk: Talk) -> bool:
    try:
        await talk.look(problems.within, series=talk.argument, person=talk.person)
    except Missing:
        return False
    return True


async def _one(talk: Talk, turn: int) -> bool:
    """Take one problem; return whether they go on."""
    question = _("What goes wrong? One sentence, please.")
    if not turn:
        await talk.say(CARE)
    text = await talk.text(f"text[{turn}]", question, at_least=SHORTEST, at_most=LONGEST, check=screen)
    topic = await _topic(talk, turn)
    given = {"series": talk.argument or None, "topic": topic, "text": text, "shown": await _shown(talk, topic, turn)}
    try:
        await talk.do(f"name[{turn}]", problems.name, person=talk.person, **given)
    except (Conflict, Forbidden, Missing):
        await talk.say(_("That is not possible any more, or not for you."))
        return False
    # Translators: button, max:20. To name one more problem.
    more, enough = _("One more"), _("That is all")
    if await talk.confirm(f"more[{turn}]", _("It is kept, without a name. Is there another?"), yes=more, no=enough):
        return True
    if talk.argument:
        await talk.go("problems", talk.argument)
    await talk.say(_("Thank you. What several countries name is on the board: write “board”."))
    return False


async def _topic(talk: Talk, turn: int) -> str:
    """Ask for the topic: of a series that has its own, among those first."""
    question = _("Which topic does it belong to?")
    own: tuple[str, ...] = ()
    if talk.argument:
        own = (await talk.look(problems.within, series=talk.argument, person=talk.person)).topics
    if own:
        options = [Option(code, topics.label(code, talk.language)) for code in own]
        # Translators: button, max:20
        chosen = await talk.choose(f"own[{turn}]", question, [*options, Option(OTHER, _("Another topic"))])
        if chosen != OTHER:
            return chosen
    return await ask_topic(talk, question, place=turn)


async def _shown(talk: Talk, topic: str, turn: int) -> bool:
    """Ask whether the words may be read beyond; of a sensitive topic they never are."""
    if topics.any_sensitive([topic]):
        return False
    question = _(
        "May others read these words too, as from “a member”: on the problem board, and in the insights of the "
        "quarter? Otherwise only the topic counts there."
    )
    # Translators: button, max:20. Others may read the words.
    yes, no = _("Yes, they may"), _("No, only the topic")
    return await talk.confirm(f"shown[{turn}]", question, yes=yes, no=no)


capability = Capability(
    name="problem",
    command="problem",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Something that goes wrong.
    title=_("Name a problem"),
    # Translators: words that start this, separated by |.
    words=_("problem|name a problem"),
    converse=name,
    shown_in_menu=False,
    contributes=True,
)
