"""Consultations for those who answer: section by section, at leisure, until it closes; and what came of it."""

from __future__ import annotations

from itertools import count

from handlers.consultations import consult_cards, consult_hosting
from handlers.consultations.consult_cards import STANCES
from handlers.language import Text, Words, _
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import commitments, consultations, remarks
from network.consultations import Consultation, Section, State
from network.errors import Conflict, Forbidden, Missing
from network.remarks import LONGEST, Stance

SHORT = 24  # characters of a title in a list
FEWEST = 3  # characters of a remark
STOP = "stop"
ASKED: dict[str, Text] = {
    Stance.AMEND: _("How should it read instead? Others read your words and your side, never your name."),
    Stance.COMMENT: _("What do you say to it? Others read your words and your side, never your name."),
}


async def consult(talk: Talk) -> None:
    """Show a draft, and do with it what is wished, as long as it is."""
    found = await _pick(talk)
    if found is None:
        return
    every = await talk.look(consultations.sections, consultation=found.id)
    await talk.say(consult_cards.card(found, len(every)))
    for turn in count():
        found = await talk.look(consultations.get, consultation=found.id)
        wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), await _wishes(talk, found, turn))
        if wish == "end":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        try:
            await _WAYS[wish](talk, found, turn)
        except (Conflict, Forbidden, Missing):
            await talk.say(_("That is not possible any more, or not for you."))


async def _pick(talk: Talk) -> Consultation | None:
    listed = await talk.look(consultations.readable, person=talk.person)
    if talk.argument:
        for found in listed:
            if found.id == talk.argument:
                return found
        await talk.say(_("This draft is not there for you to read."))
        return None
    if not listed:
        await talk.say(_("No draft is put before you now. When one is, you hear of it here."))
        return None
    options = [Option(each.id, cut_to(each.title, SHORT), consult_cards.STATES[each.state]) for each in listed]
    chosen = await talk.choose("which", _("Which draft?"), options)
    return next(each for each in listed if each.id == chosen)


async def _wishes(talk: Talk, found: Consultation, turn: int) -> list[Option]:
    """Return what can be done now; of a turn that is past, everything: its answer stands."""
    if talk.has_answer(f"wish[{turn}]"):
        return [Option(wish, _("Go on")) for wish in (*_WAYS, "end")]
    over = found.state in {State.CLOSED, State.RENEWED}
    hosts = talk.person in found.hosts
    promised = bool(await talk.look(commitments.of, consultation=found.id))
    offered = (
        # Translators: in a list, max:24. To answer one section after the other.
        (Option("turn", _("Answer in turn")), found.state is State.OPEN),
        # Translators: in a list, max:24
        (Option("one", _("Choose a section")), found.state is State.OPEN),
        # Translators: in a list, max:24
        (Option("new", _("The new version")), found.state is State.RENEWED),
        # Translators: in a list, max:24. What people of both sides wrote.
        (Option("both", _("What both sides say")), over or hosts),
        # Translators: in a list, max:24
        (Option("figures", _("The figures")), over),
        # Translators: in a list, max:24. What was promised.
        (Option("promised", _("Commitments")), promised),
    )
    options = [option for option, here in offered if here]
    if hosts:
        options += consult_hosting.options(found, promised=promised)
    # Translators: in a list, max:24
    return [*options, Option("end", _("That is all"))]


async def _in_turn(talk: Talk, found: Consultation, turn: int) -> None:
    """Ask for each section to which nothing was said yet."""
    left = await talk.read(f"left[{turn}]", remarks.left, consultation=found.id, person=talk.person)
    every = {each.id: each for each in await talk.look(consultations.sections, consultation=found.id)}
    for section in left:
        if not await _answer(talk, found, every[section], f"{turn}.{every[section].number}"):
            return
    await talk.say(_("That was the last section. Thank you. You can change what you said until it closes."))


async def _one(talk: Talk, found: Consultation, turn: int) -> None:
    every = await talk.look(consultations.sections, consultation=found.id)
    said = await talk.look(remarks.mine, consultation=found.id, person=talk.person)
    notes = {section: STANCES[remark.stance] for section, remark in said.items()}
    options = [
        Option(str(each.number), consult_cards.begins(each, SHORT), notes.get(each.id, _("you said nothing yet")))
        for each in every
    ]
    chosen = int(await talk.choose(f"section[{turn}]", _("Which section?"), options))
    await _answer(talk, found, every[chosen - 1], f"{turn}.{chosen}")


async def _answer(talk: Talk, found: Consultation, section: Section, place: str) -> bool:
    """Take what somebody says to a section; return whether they go on."""
    key = f"stance[{place}]"
    if not talk.has_answer(key):
        said = await talk.look(remarks.mine, consultation=found.id, person=talk.person)
        await talk.say(consult_cards.section(section, said.get(section.id)))
    options = [Option(stance, label) for stance, label in STANCES.items()]
    # Translators: button, max:20
    options.append(Option(STOP, _("Enough for now")))
    # Translators: button, max:20. To go to the next section without an answer.
    skip = _("Leave it open")
    stance = await talk.choose(key, _("What do you say to it?"), options, skip=skip)
    if stance == STOP:
        await talk.say(_("Thank you. You can go on, and change what you said, until it closes."))
        return False
    if stance:
        words = ""
        if stance in ASKED:
            words = await talk.text(f"words[{place}]", ASKED[stance], at_least=FEWEST, at_most=LONGEST, check=screen)
        await talk.do(f"say[{place}]", remarks.say, section=section.id, person=talk.person, stance=stance, text=words)
        await talk.say(_("It is kept."))
    return True


async def _both(talk: Talk, found: Consultation, turn: int) -> None:
    """Show what both sides wrote, side by side."""
    every = await talk.look(consultations.sections, consultation=found.id)
    said = await talk.look(remarks.of, consultation=found.id, person=talk.person)
    lines: list[Words] = list(consult_cards.side_by_side(every, said)) or [_("Nobody wrote anything.")]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"both[{turn}]")


async def _figures(talk: Talk, found: Consultation, turn: int) -> None:
    every = await talk.look(consultations.sections, consultation=found.id)
    figures = await talk.look(remarks.figures, consultation=found.id)
    lines = list(consult_cards.figures(every, figures))
    await pages.read_through(talk, pages.packed(talk, lines), place=f"figures[{turn}]")


async def _new(talk: Talk, found: Consultation, turn: int) -> None:
    every = await talk.look(consultations.sections, consultation=found.id)
    lines = list(consult_cards.new_version(every))
    await pages.read_through(talk, pages.packed(talk, lines), place=f"new[{turn}]")


async def _promised(talk: Talk, found: Consultation, turn: int) -> None:
    promised = await talk.look(commitments.of, consultation=found.id)
    lines = [consult_cards.commitment(each) for each in promised]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"promised[{turn}]")


_WAYS = {
    "turn": _in_turn,
    "one": _one,
    "new": _new,
    "both": _both,
    "figures": _figures,
    "promised": _promised,
    **consult_hosting.WAYS,
}

capability = Capability(
    name="consult",
    command="consult",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Texts on which both sides have their say.
    title=_("Drafts to answer"),
    # Translators: words that start this, separated by |.
    words=_("consult|drafts"),
    converse=consult,
    by_link=True,
)
