"""Actions of a series: what will be done, how far it is, who takes it on, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from handlers.language import Text, _
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.series import action_cards, problem_cards
from handlers.series.action_cards import SHORT
from handlers.talk import Talk
from network import actions, problems, series
from network.actions import Action, State
from network.errors import NetworkError
from network.series import Series

TEXT, ROLE, NOTE = (10, 250), (3, 60), (5, 200)  # characters, fewest and most
LATEST = timedelta(days=3 * 366)
END, NEW = "end", "new"
GONE = _("That is not possible any more, or not for you.")
WISHES: dict[str, Text] = {
    # Translators: in a list, max:24. An action was carried out.
    "done": _("It is done"),
    # Translators: in a list, max:24. An action was not carried out.
    "not_done": _("It was not done"),
    # Translators: in a list, max:24. An action is to be done otherwise, or later.
    "changed": _("It changes"),
    # Translators: in a list, max:24. An action is to be done after all.
    "open": _("It goes on"),
    # Translators: in a list, max:24. A member will do it.
    "take": _("I take it on"),
    # Translators: in a list, max:24. A member will not do it after all.
    "back": _("I hand it back"),
    # Translators: in a list, max:24. To the list of actions.
    "list": _("Back to the list"),
}
NOTES: dict[str, Text] = {
    State.DONE: _("What came of it? Those in the series read it. Please name no person."),
    State.NOT_DONE: _("Why was it not done? Those in the series read it. Please name no person."),
    State.CHANGED: _("What changes, and why? Those in the series read it. Please name no person."),
    State.OPEN: _("Why does it go on? Those in the series read it. Please name no person."),
}


async def follow(talk: Talk) -> None:
    """Show how far the actions of a series are, and take what is said of each, as long as it is wished."""
    which, action = await _meant(talk)
    found = await pick(talk, which)
    if found is None:
        return
    for turn in count():
        chosen = action if action and turn == 0 else await _choose(talk, found, turn)
        if chosen == END:
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        try:
            await (_record(talk, found, turn) if chosen == NEW else _one(talk, found, chosen, turn))
        except NetworkError:
            await talk.say(GONE)


async def record(talk: Talk) -> None:
    """Record one action of a series after the other, for its host."""
    found = await pick(talk, talk.argument)
    if found is None:
        return
    if talk.person not in found.hosts:
        await talk.say(GONE)
        return
    for turn in count():
        try:
            await _record(talk, found, turn)
        except NetworkError:
            await talk.say(GONE)
            return
        # Translators: button, max:20. Of actions that were agreed.
        more, enough = _("Another one"), _("That is all")
        if not await talk.confirm(f"more[{turn}]", _("Was another action agreed?"), yes=more, no=enough):
            await talk.say(_("Those in the series hear of it in one message, within the hour."))
            return


async def _meant(talk: Talk) -> tuple[str, str]:
    """Return the series and the action, "" for none, to which a button led."""
    found = await talk.look(actions.find, action=talk.argument) if talk.argument else None
    return (talk.argument, "") if found is None else (found.series, found.id)


async def pick(talk: Talk, which: str) -> Series | None:
    """Return the series to which a button led, or the one chosen of those in which one is; None for none."""
    if which:
        found = await talk.look(series.find, series=which)
        if found is None or not await talk.look(series.is_in, series=which, person=talk.person):
            await talk.say(GONE)
            return None
        return found
    every = await talk.look(series.mine, person=talk.person)
    mine = [each for each in every if await talk.look(series.is_in, series=each.id, person=talk.person)]
    if not mine:
        await talk.say(_("You take part in no dialogue series yet."))
        return None
    options = [Option(each.id, cut_to(each.title, SHORT)) for each in mine]
    chosen = await talk.choose("series", _("Which dialogue?"), options)
    return next((each for each in mine if each.id == chosen), None)


async def _choose(talk: Talk, found: Series, turn: int) -> str:
    """Show how far they are, and return the action that is chosen, NEW or END."""
    today = talk.now.date()
    every = await talk.look(actions.of, series=found.id)
    if not talk.has_answer(f"which[{turn}]"):
        await talk.say(_("The actions of “{title}”", title=found.title))
        await talk.say(action_cards.progress(await talk.look(actions.progress, series=found.id)))
    options = [Option(each.id, cut_to(each.text, SHORT), action_cards.note(each, today)) for each in every]
    if talk.person in found.hosts and found.state is series.State.OPEN:
        # Translators: in a list, max:24. What will be done, by whom, until when.
        options.append(Option(NEW, _("Record an action")))
    # Translators: in a list, max:24
    options.append(Option(END, _("That is all")))
    return await talk.choose(f"which[{turn}]", _("Which one?"), options)


async def _record(talk: Talk, found: Series, turn: int) -> None:
    """Ask what will be done, by whose role, until when."""
    text = await _written(talk, f"what[{turn}]", _("What will be done?"), TEXT)
    role = await _written(talk, f"who[{turn}]", _("Which body or role does it? No person, please."), ROLE)
    first = talk.now.date() + timedelta(days=1)
    day = await talk.date(f"day[{turn}]", _("Until which day?"), earliest=first, latest=first + LATEST)
    cause = await _cause(talk, found, turn)
    given = {"series": found.id, "by": talk.person, "text": text, "owner_role": role}
    await talk.do(f"record[{turn}]", actions.record, **given, problem=cause, due_on=day.isoformat() if day else "")
    await talk.say(_("It is kept. The hosts are reminded a week before, on the day, and every month until it is done."))


async def _cause(talk: Talk, found: Series, turn: int) -> str | None:
    """Ask from which problem it follows, where any is named."""
    known = await talk.read(f"problems[{turn}]", actions.answerable, series=found.id, person=talk.person)
    if not known:
        return None
    gathered = await talk.look(problems.by_topic, series=found.id, person=talk.person)
    options = [each for each in problem_cards.choices(gathered) if each.key in known]
    # Translators: button, max:20. An action follows from no problem that was named.
    skip = _("From none of them")
    question = _("Which problem does it answer?")
    return await talk.choose(f"problem[{turn}]", question, options, search=True, skip=skip) or None


async def _one(talk: Talk, found: Series, chosen: str, turn: int) -> None:
    """Show an action, and take what is wished about it."""
    action = await talk.look(actions.get, action=chosen)
    if not talk.has_answer(f"wish[{turn}]"):
        said = await talk.look(actions.history, action=chosen)
        cause = await talk.look(actions.cause, action=action)
        await talk.say(action_cards.card(action, said, cause=cause, reader=talk.person, today=talk.now.date()))
    options = [Option(wish, WISHES[wish]) for wish in _wishes(talk, found, action, turn)]
    wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), options)
    if wish == "take":
        await _take_on(talk, action, turn)
    elif wish == "back":
        await talk.do(f"back[{turn}]", actions.hand_back, action=chosen, person=talk.person)
        await talk.say(_("It is nobody’s again. Thank you for saying so."))
    elif wish != "list":
        await _mark(talk, action, State(wish), turn)


def _wishes(talk: Talk, found: Series, action: Action, turn: int) -> list[str]:
    """Return what somebody can do about an action now; of a turn that is past, everything: its answer stands."""
    if talk.has_answer(f"wish[{turn}]"):
        return list(WISHES)
    wishes: list[str] = []
    if talk.person in found.hosts or talk.person == action.owner:
        wishes = ["open"] if action.is_settled else ["done", "not_done", "changed"]
    if talk.person == action.owner:
        wishes.append("back")
    elif action.owner is None and not action.is_settled:
        wishes.append("take")
    return [*wishes, "list"]


async def _take_on(talk: Talk, action: Action, turn: int) -> None:
    question = _("Shall your name stand with it, for those in the series to read?")
    # Translators: button, max:20
    named = await talk.confirm(f"named[{turn}]", question, yes=_("Yes, my name"), no=_("No, without"))
    await talk.do(f"take[{turn}]", actions.take_on, action=action.id, person=talk.person, named=named)
    await talk.say(_("Thank you. You are reminded of it, and can say here what became of it."))


async def _mark(talk: Talk, action: Action, state: State, turn: int) -> None:
    """Ask for a word on it, and for a new day where it changes."""
    nothing = None if state is State.CHANGED else _("Nothing")
    low, high = NOTE
    note = await talk.text(f"note[{turn}]", NOTES[state], at_least=low, at_most=high, check=screen, skip=nothing)
    day = None
    if state is State.CHANGED:
        first = talk.now.date() + timedelta(days=1)
        # Translators: button, max:20. The day of an action stays as it is.
        same = _("The same day")
        question = _("Until which day now?")
        day = await talk.date(f"until[{turn}]", question, earliest=first, latest=first + LATEST, skip=same)
    given = {"action": action.id, "by": talk.person, "state": state, "note": note}
    await talk.do(f"mark[{turn}]", actions.mark, **given, due_on=day.isoformat() if day else "")
    await talk.say(_("It is kept, and those in the series can read it."))


async def _written(talk: Talk, key: str, question: Text, within: tuple[int, int]) -> str:
    return await talk.text(key, question, at_least=within[0], at_most=within[1], check=screen)


capability = Capability(
    name="actions",
    command="actions",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. What a dialogue series agreed to do.
    title=_("Actions of a dialogue"),
    # Translators: words that start this, separated by |.
    words=_("actions|what was agreed"),
    converse=follow,
    shown_in_menu=False,
)
record_capability = Capability(
    name="action",
    command="action",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Record an action"),
    # Translators: words that start this, separated by |.
    words=_("action|record an action"),
    converse=record,
    shown_in_menu=False,
    contributes=True,
)
