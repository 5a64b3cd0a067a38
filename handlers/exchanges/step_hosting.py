"""What a host does with the steps of an exchange: write them, name who facilitates, send the next, show the replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from handlers.exchanges import step_cards, step_news
from handlers.labels import SIDES
from handlers.language import Text, Words, _
from handlers.practices import pages
from handlers.questions import Option
from handlers.screening import screen
from handlers.talk import Talk
from network import steps
from network.exchanges import OPEN_STATES, Exchange, Kind
from network.members import SIDES as BOTH
from network.steps import MOST, State, Step

Way = Callable[[Talk, Exchange, int], Awaitable[None]]
SITUATION, QUESTION, ROLE = (10, 400), (5, 150), (3, 60)  # characters, fewest and most
END = "end"
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. The next step of a scenario, or round of a dialogue, to those who come.
    "next": _("Send the next step"),
    # Translators: in a list, max:24. To those who come.
    "show": _("Show both sides’ words"),
    # Translators: in a list, max:24. The host reads them.
    "read": _("Read the replies"),
    # Translators: in a list, max:24. Of a scenario.
    "write": _("Write a step"),
    # Translators: in a list, max:24. Of a scenario.
    "out": _("Take a step out"),
    # Translators: in a list, max:24. From each side.
    "role": _("Who facilitates"),
    # Translators: in a list, max:24
    END: _("That is all"),
}


async def act(talk: Talk, found: Exchange, turn: int) -> bool:
    """Show a host how the steps stand, and do one thing; return whether they go on."""
    if not talk.has_answer(f"wish[{turn}]"):
        await talk.say(_("“{title}”", title=found.title))
        for line in await _standing(talk, found):
            await talk.say(line)
    wishes = await _wishes(talk, found, turn)
    options = [Option(wish, ACTS[wish]) for wish in wishes]
    wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), options)
    if wish == END:
        return False
    await _WAYS[wish](talk, found, turn)
    return True


async def _standing(talk: Talk, found: Exchange) -> list[Text]:
    """Return how each step stands, and what comes next."""
    every = await talk.look(steps.of, exchange=found.id, person=talk.person)
    lines = [
        _("{label}: {value}", label=step_cards.listed(each), value=step_cards.STATES[each.state]) for each in every
    ]
    for side, role in (await talk.look(steps.facilitated_by, exchange=found.id)).items():
        lines.append(_("Facilitator, {side}: {role}", side=SIDES[side], role=role))
    if not steps.runs(found, talk.now):
        lines.append(_("Steps can be sent while you meet: from half an hour before until two hours after."))
    elif (coming := await talk.look(steps.upcoming, exchange=found.id)) is not None:
        lines.append(_("What comes next: {name}", name=step_cards.name(coming)))
    return lines


async def _wishes(talk: Talk, found: Exchange, turn: int) -> Sequence[str]:
    """Return what can be done now; of a turn that is past, everything: its answer stands."""
    if talk.has_answer(f"wish[{turn}]"):
        return list(ACTS)
    every = await talk.look(steps.of, exchange=found.id, person=talk.person)
    coming = await talk.look(steps.upcoming, exchange=found.id)
    is_open, scenario = found.state in OPEN_STATES, found.kind is Kind.SCENARIO
    offered = {
        "next": steps.runs(found, talk.now) and coming is not None,
        "show": any(_can_be_shown(each) for each in every),
        "read": any(_was_answered(each) for each in every),
        "write": is_open and scenario and len(every) < MOST,
        "out": is_open and any(each.state is State.WRITTEN for each in every),
        "role": is_open and not scenario,
        END: True,
    }
    return [wish for wish, here in offered.items() if here]


def _can_be_shown(found: Step) -> bool:
    return found.state is State.SENT and found.takes_replies


def _was_answered(found: Step) -> bool:
    return found.state is not State.WRITTEN and found.takes_replies


async def _next(talk: Talk, found: Exchange, turn: int) -> None:
    given = {"exchange": found.id, "by": talk.person, "translator": talk.who.voice.translator}
    await talk.do(f"next[{turn}]", step_news.send_next, **given)
    await talk.say(_("It is on its way to those who come."))


async def _show(talk: Talk, found: Exchange, turn: int) -> None:
    step = await _choose(talk, found, turn, _can_be_shown)
    given = {"step": step, "by": talk.person, "translator": talk.who.voice.translator}
    await talk.do(f"show[{turn}]", step_news.show, **given)
    await talk.say(_("Those who come can read what both sides replied."))


async def _read(talk: Talk, found: Exchange, turn: int) -> None:
    step = await talk.look(steps.get, step=await _choose(talk, found, turn, _was_answered))
    if talk.has_answer(f"wish[{turn + 1}]"):
        return  # they were read as they stood then
    said = await talk.look(steps.replies, step=step.id, person=talk.person)
    lines: list[Words] = list(step_cards.side_by_side(step, said)) or [_("Nobody replied.")]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"read[{turn}]")


async def _write(talk: Talk, found: Exchange, turn: int) -> None:
    """Ask for a situation in a few lines, and for the question to those who come."""
    question = _("What happens in this step? A situation in a few lines; please name no person and no place.")
    situation = await _written(talk, f"situation[{turn}]", question, SITUATION)
    asked = await _written(talk, f"question[{turn}]", _("And what do you ask those who come?"), QUESTION)
    given = {"exchange": found.id, "by": talk.person, "situation": situation, "question": asked}
    await talk.do(f"write[{turn}]", steps.write, **given)
    await talk.say(_("It is kept. Nobody reads it before you send it."))


async def _out(talk: Talk, found: Exchange, turn: int) -> None:
    step = await _choose(talk, found, turn, lambda each: each.state is State.WRITTEN)
    await talk.do(f"out[{turn}]", steps.take_out, step=step, by=talk.person)
    await talk.say(_("It is taken out."))


async def _role(talk: Talk, found: Exchange, turn: int) -> None:
    """Ask who facilitates from a side, by role."""
    sides = [Option(side, SIDES[side]) for side in BOTH]
    side = await talk.choose(f"side[{turn}]", _("From which side?"), sides)
    role = await _written(talk, f"role[{turn}]", _("Who facilitates? The role, no person, please."), ROLE)
    given = {"exchange": found.id, "by": talk.person, "side": side, "role": role}
    await talk.do(f"facilitates[{turn}]", steps.name_facilitator, **given)
    await talk.say(_("It is kept, and stands in each round."))


async def _choose(talk: Talk, found: Exchange, turn: int, fits: Callable[[Step], bool]) -> str:
    """Return the id of the step that is meant."""
    key = f"step[{turn}]"
    every = await talk.look(steps.of, exchange=found.id, person=talk.person)
    fit = every if talk.has_answer(key) else [each for each in every if fits(each)]
    return await talk.choose(key, _("Which one?"), [Option(each.id, step_cards.listed(each)) for each in fit])


async def _written(talk: Talk, key: str, question: Text, within: tuple[int, int]) -> str:
    return await talk.text(key, question, at_least=within[0], at_most=within[1], check=screen)


_WAYS: dict[str, Way] = {
    "next": _next,
    "show": _show,
    "read": _read,
    "write": _write,
    "out": _out,
    "role": _role,
}
