"""Before and after: the hosts of a series ask the same poll in its first phase and in its last; all in it compare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from handlers.labels import SIDES
from handlers.language import Place, Text, Voice, Words, _, n_
from handlers.polls import poll_cards, poll_figures
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.series.actions import GONE, pick
from handlers.talk import Talk
from network import poll_files, polls, rounds, shifts
from network.errors import Forbidden, NetworkError
from network.polls import OneSided, State
from network.results import Part, Results
from network.series import Series
from network.shifts import Shift, Stands

SHORT = 24  # characters in a list
ASK, END = "ask", "end"
Row = tuple[Words, float, float]  # of a part: what it is called, the mean before and after


async def converse(talk: Talk) -> None:
    """Show what is asked before and after, and let hosts ask."""
    found = await pick(talk, talk.argument)
    if found is None:
        return
    for turn in count():
        wish = await _wish(talk, found, turn)
        if wish == END:
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        try:
            await (_ask(talk, found, turn) if wish == ASK else _one(talk, found, wish, turn))
        except Forbidden:
            await talk.say(_("A poll is made by a coordinator. The other host may be one."))
        except NetworkError:
            await talk.say(GONE)


async def _wish(talk: Talk, found: Series, turn: int) -> str:
    every = await talk.look(shifts.readable, series=found.id, person=talk.person)
    hosts = talk.person in found.hosts
    if not talk.has_answer(f"wish[{turn}]"):
        await talk.say(_("What those in the dialogue say before it and after it, each side by itself and in secret."))
    options = [Option(each.before.id, _title(each, talk.language), _standing(each)) for each in every]
    may_ask = (hosts and found.phase in shifts.FIRST) or talk.has_answer(f"wish[{turn}]")
    none_yet = _("Nothing was asked yet. What the hosts ask comes to you here.")
    question = _("Which one?") if options or may_ask else none_yet
    if may_ask:
        # Translators: in a list, max:24. A poll before a dialogue begins.
        options.append(Option(ASK, _("Ask before it begins")))
    # Translators: in a list, max:24
    options.append(Option(END, _("That is all")))
    return await talk.choose(f"wish[{turn}]", question, options)


def _title(found: Shift, language: str) -> str:
    return cut_to(poll_cards.title(found.before.question, language), SHORT)


def _standing(found: Shift) -> Text:
    if found.is_whole:
        return _("before and after")
    if found.after is not None:
        return _("asked again now")
    if found.before.state is State.ASKED:
        return _("the other side reads it first")
    return _("asked before") if found.before.state is State.CLOSED else _("asked now")


async def _ask(talk: Talk, found: Series, turn: int) -> None:
    """Let a host choose a poll, and open it, or ask the other side first."""
    asked = {each.before.plan.template for each in await talk.look(shifts.of, series=found.id)}
    known = shifts.known()
    left = known if talk.has_answer(f"code[{turn}]") else [each for each in known if each.code not in asked]
    if not left:
        await talk.say(_("Each of these polls is asked already."))
        return
    options = [Option(each.code, each.label(talk.language)) for each in left]
    code = await talk.choose(f"code[{turn}]", _("Which poll? It is asked again in the last phase."), options)
    chosen = next(each for each in known if each.code == code)
    if not talk.has_answer(f"sure[{turn}]"):
        await talk.say(poll_cards.card(chosen.question, chosen.kind, chosen.most, talk.language))
    question = _("Shall it open now? It is secret, and asks those who take part, for two weeks.")
    # Translators: button, max:20
    if not await talk.confirm(f"sure[{turn}]", question, yes=_("Yes, open it")):
        return
    poll = await talk.do(f"before[{turn}]", shifts.before, series=found.id, by=talk.person, code=code)
    try:
        await _open(talk, poll, turn)
    except OneSided:
        await talk.say(_("Your group has no coordinator of the other side any more. Until then no poll opens."))


async def _open(talk: Talk, poll: str, turn: int) -> None:
    """Open the poll before; the other side agrees first where it goes beyond one group."""
    asked = await talk.do(f"asked[{turn}]", polls.ask, poll=poll, by=talk.person)
    if not asked["approval"]:
        await talk.do(f"schedule[{turn}]", rounds.schedule, poll=poll)
        await talk.say(_("It opens now. In the last phase you can ask the same again."))
        return
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    text = _("A poll that goes beyond one group waits for your decision.")
    await talk.tell(f"tell[{turn}]", asked["deciders"], text, [option], about=talk.person)
    await talk.say(_("Thank you. It goes beyond one group, so a coordinator of the other side reads it first."))


async def _one(talk: Talk, found: Series, poll: str, turn: int) -> None:
    """Compare what came out, or let a host ask again."""
    if talk.has_answer(f"wish[{turn + 1}]") and not talk.has_answer(f"again[{turn}]"):
        return  # it was read then, as it stood
    stands = await talk.read(f"stands[{turn}]", shifts.stands, series=found.id, poll=poll)
    every = await talk.look(shifts.readable, series=found.id, person=talk.person)
    mine = next(each for each in every if each.before.id == poll)
    if stands == Stands.WHOLE:
        await _compare(talk, mine, turn)
        return
    await talk.say(poll_cards.asked(mine.before.question, talk.language))
    await talk.say(_("How it stands: {state}", state=_standing(mine)))
    if stands == Stands.READY and talk.person in found.hosts:
        question = _("Shall the same be asked again now? Then both can be compared.")
        # Translators: button, max:20
        if await talk.confirm(f"again[{turn}]", question, yes=_("Yes, ask again")):
            await talk.do(f"after[{turn}]", shifts.after, series=found.id, by=talk.person, poll=poll)
            await talk.say(_("It opens now, for two weeks. When it closes, both can be compared here."))


async def _compare(talk: Talk, mine: Shift, turn: int) -> None:
    """Say both side by side, and draw them if that is wished."""
    voice = talk.who.voice
    await pages.read_through(talk, pages.packed(talk, lines(mine, talk.language)), place=f"both[{turn}]")
    question = _("Would you like it as a picture?")
    if await talk.confirm(f"picture[{turn}]", question, yes=_("Yes"), no=_("No")):
        drawn = sheet(mine, voice)
        await talk.do(f"draw[{turn}]", poll_files.draw, person=talk.person, text=drawn["title"], sheet=drawn)
        await talk.say(_("The picture comes in a moment."))


def lines(mine: Shift, language: str) -> Iterator[Words]:
    """Yield what came out before and after: of everybody, of each side, and of each country, where it may be said."""
    yield _("“{question}”", question=poll_cards.in_language(mine.before.question, language)[0])
    labels = [each for each in mine.before.choices if not each.apart]
    low, high = (poll_cards.in_language(each.words, language)[0] for each in (labels[0], labels[-1]))
    steps = poll_figures.steps(mine.before)
    yield _("On average, from 1 (“{low}”) to {steps} (“{high}”):", low=low, steps=steps, high=high)
    for label, before, after in rows(mine):
        yield _("{part}: {before} before, {after} after", part=label, before=round(before, 1), after=round(after, 1))
    if not any(True for _row in _parts(mine, "countries")):
        yield poll_figures.HIDDEN
    many = [n_("{count} answered.", "{count} answered.", each.answered) for each in mine.results]
    yield _("Before: {before} After: {after}", before=many[0], after=many[1])
    yield poll_figures.VIEWS


def rows(mine: Shift) -> Iterator[Row]:
    """Yield the means before and after of everybody and of each part that may be said both times."""
    first, last = mine.results
    if first.mean is not None and last.mean is not None:
        yield _("Everybody"), first.mean, last.mean
    yield from _parts(mine, "sides")
    yield from _parts(mine, "countries")


def _parts(mine: Shift, name: str) -> Iterator[Row]:
    first, last = (_means(mine, each, name) for each in mine.results)
    for key in [key for key in first if key in last]:
        yield (SIDES[key] if name == "sides" else _("{country}", country=Place(key))), first[key], last[key]


def _means(mine: Shift, found: Results, name: str) -> dict[str, float]:
    """Return the mean of each part by its code; those of several countries together are left out: they may differ."""
    parts: tuple[Part, ...] = getattr(found, name)
    means = {part.side or part.country: poll_figures.mean_of(mine.before, part) for part in parts}
    return {code: mean for code, mean in means.items() if code and mean is not None}


def sheet(mine: Shift, voice: Voice) -> dict[str, Any]:
    """Return the picture: two bars for everybody, each side and each country."""
    span = max(1, poll_figures.steps(mine.before) - 1)
    bars = [
        {
            "label": voice.say(label),
            "shares": [(mean - 1) / span for mean in means],
            "figures": [voice.say(_("{number}", number=round(mean, 1))) for mean in means],
        }
        for label, *means in rows(mine)
    ]
    head = _("Through time, on average from 1 to {steps}", steps=poll_figures.steps(mine.before))
    several = [voice.say(_("Before")), voice.say(_("After"))]
    below = [poll_figures.VIEWS] if any(True for _row in _parts(mine, "countries")) else [poll_figures.HIDDEN]
    return {
        "title": poll_cards.in_language(mine.before.question, voice.language)[0],
        "subtitle": voice.say(_("Before and after")),
        "cards": [],
        "lines": [voice.say(line) for line in below],
        "source": voice.say(_("Source: the Jisr network.")),
        "rtl": voice.rtl,
        "charts": [{"head": voice.say(head), "series": several, "bars": bars}],
    }


capability = Capability(
    name="shift",
    command="shift",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. What people say before a dialogue and after it.
    title=_("Before and after"),
    # Translators: words that start this, separated by |.
    words=_("shift|before and after"),
    converse=converse,
    shown_in_menu=False,
)
