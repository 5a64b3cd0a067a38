"""My questions: an asker reads the answers, one from each side together, thanks, asks back and closes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers.inquiries import question_cards, relaying
from handlers.language import Text, _, n_
from handlers.practices import crediting
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import answers, questions, replies, scopes, topics
from network.answers import Answer, Set
from network.errors import Conflict
from network.questions import Question, State

BACK = (10, 300)  # characters of a question back, fewest and most
SUMMARY = 500

STATES: dict[State, Text] = {
    State.WAITING: _("with the coordinators"),
    State.OPEN: _("open"),
    State.CLOSED: _("closed"),
    State.REFUSED: _("not passed on"),
}


async def asked(talk: Talk) -> None:
    """Show one's questions, and what can be done with one of them."""
    mine = await talk.look(questions.mine, person=talk.person)
    by_id = {question.id: question for question in mine}
    chosen = talk.argument if talk.argument in by_id else await _choose(talk, mine)
    if not chosen:
        return
    for turn in count():
        question = await talk.look(questions.get, question=chosen)
        given = await talk.read(f"answers[{turn}]", answers.of, question=chosen)
        await _status(talk, question, given, whole=turn == 0)
        wish = await talk.choose(f"wish[{turn}]", _("What would you like to do?"), _wishes(talk, question, given))
        if wish == "end":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        await _act(talk, wish, question, given, turn)


async def _choose(talk: Talk, mine: Sequence[Question]) -> str:
    if not mine:
        nothing = _("You have asked nothing yet.")
        if await talk.confirm("begin", nothing, yes=_("Ask the network"), no=_("Not now")):
            await talk.go("ask")
        await talk.say(_("Gladly. Write “menu” for anything else."))
        return ""
    options = [Option(each.id, question_cards.short(each.text), STATES[_state(each, talk)]) for each in mine]
    return await talk.choose("question", _("Which of your questions?"), options)


def _state(question: Question, talk: Talk) -> State:
    """Return where a question stands: one whose time is over is closed."""
    over = question.state is State.OPEN and not question.is_open(talk.now)
    return State.CLOSED if over else question.state


async def _status(talk: Talk, question: Question, given: Sequence[Answer], *, whole: bool) -> None:
    """Say the question, where it stands, and how many answers there are."""
    if whole:
        topic = topics.label(question.topic, talk.language)
        state = STATES[_state(question, talk)]
        await talk.say(_("{topic} · {state}\n“{question}”", topic=topic, state=state, question=question.text))
        if question.needs_care and given:
            await talk.say(question_cards.CARE)
    if not given:
        await talk.say(_("No answer yet.") if question.is_open(talk.now) else "")
        return
    unread = sum(not each.read for each in given)
    await talk.say(n_("{count} answer.", "{count} answers.", len(given)))
    if unread:
        await talk.say(n_("{count} is new.", "{count} are new.", unread))
    if not answers.is_ready(question, given, talk.now):
        await talk.say(
            _("Only one side is there yet. You wanted to read both together: the other has 48 hours, or read now.")
        )


def _wishes(talk: Talk, question: Question, given: Sequence[Answer]) -> list[Option]:
    """Return what can be done with a question now."""
    is_open = question.is_open(talk.now)
    offered = [
        # Translators: in a list, max:24
        (Option("read", _("Read the answers")), bool(given)),
        # Translators: in a list, max:24
        (Option("practice", _("Make it a practice")), bool(given)),
        # Translators: in a list, max:24. A question goes to more countries.
        (Option("widen", _("Ask more widely")), is_open and question.scope != scopes.SCOPES[-1]),
        # Translators: in a list, max:24
        (Option("close", _("Close the question")), is_open or question.state is State.WAITING),
        # Translators: in a list, max:24
        (Option("end", _("That is all")), True),
    ]
    return [option for option, here in offered if here]


async def _act(talk: Talk, wish: str, question: Question, given: Sequence[Answer], turn: int) -> None:
    if wish == "read":
        await _read(talk, question, given, turn)
    elif wish == "practice":
        await crediting.make_practice(talk, question, given, turn)
    elif wish == "widen":
        await _widen(talk, question, turn)
    elif wish == "close":
        await _close(talk, question, given, turn)


async def _read(talk: Talk, question: Question, given: Sequence[Answer], turn: int) -> None:
    """Show the answers, one from each side together, and what can be done with each."""
    sets = answers.sets(given)
    for at, one in enumerate(sets):
        ids = [each.id for each in one.answers]
        await talk.do(f"read[{turn}.{at}]", answers.mark_read, question=question.id, by=talk.person, ids=ids)
        for step in count():
            place = f"{turn}.{at}.{step}"
            wish = await _show(talk, question, one, place, place_of=(at + 1, len(sets)))
            if wish == "thank":
                await _thank(talk, question, ids, place)
            elif wish == "report":
                await _report(talk, one, place)
            elif wish in ids:
                await _ask_back(talk, question, wish, place)
            else:
                break
        if wish == "stop":
            return


async def _show(talk: Talk, question: Question, one: Set, place: str, *, place_of: tuple[int, int]) -> str:
    """Say what is read together; return what is wanted: thank, next, stop, or the id of an answer to ask back on."""
    live = await talk.look(answers.of, question=question.id, only=[each.id for each in one.answers])
    fresh = {each.id: each for each in live}
    one = Set(*(fresh.get(each.id) if each else None for each in (one.official, one.civil, one.other)))
    shown = await talk.look(answers.shown, given=live)
    number, many = place_of
    if many > 1:
        await talk.say(_("{number} of {many}", number=number, many=many))
    for part in question_cards.together(one, shown, question.asked_of, talk.language):
        await talk.say(part)
    for each in live:
        await question_cards.play(talk, each, shown[each.id])
    wishes = _on_answers(question, one, talk, more=number < many)
    return await talk.choose(f"after[{place}]", _("What next?"), wishes)


def _on_answers(question: Question, one: Set, talk: Talk, *, more: bool) -> list[Option]:
    asks: tuple[tuple[Answer | None, Text], ...] = (
        # Translators: in a list, max:24
        (one.official, _("Ask the official back")),
        # Translators: in a list, max:24. To ask somebody of civil society back.
        (one.civil, _("Ask civil society back")),
        # Translators: in a list, max:24
        (one.other, _("Ask back")),
    )
    may_ask = question.is_open(talk.now)
    # Translators: in a list, max:24
    thank = [Option("thank", _("Say thank you"))] if not all(each.thanked for each in one.answers) else []
    back = [Option(each.id, label) for each, label in asks if each and may_ask and not each.back]
    # Translators: in a list, max:24
    following = [Option("next", _("The next answers"))] if more else []
    # Translators: in a list, max:24
    report = [Option("report", _("It should not be here"), _("coordinators look at it"))] if one.answers else []
    # Translators: in a list, max:24
    return [*thank, *back, *following, *report, Option("stop", _("Enough for now"))]


async def _report(talk: Talk, one: Set, place: str) -> None:
    """Bring one of the answers before the coordinators."""
    which = one.answers[0].id
    if len(one.answers) > 1:
        options = [Option(each.id, question_cards.listed(each)) for each in one.answers]
        which = await talk.choose(f"which[{place}]", _("Which answer?"), options)
    reported = await talk.do(f"report[{place}]", replies.report, answer=which, by=talk.person)
    if reported["deciders"]:
        # Translators: button, max:20
        option = Option(f"decide:{reported['approval']}", _("Read and decide"))
        text = _("A member asks you to look at an answer that came.")
        await talk.tell(f"reported[{place}]", reported["deciders"], text, [option])
    await talk.say(_("Thank you for taking care. Coordinators have looked at it, or will."))


async def _thank(talk: Talk, question: Question, ids: Sequence[str], place: str) -> None:
    told = await talk.do(f"thank[{place}]", replies.thank, question=question.id, by=talk.person, ids=ids)
    text = _(
        "The person who asked “{question}” thanks you for your answer.", question=question_cards.short(question.text)
    )
    await talk.tell(f"thanks[{place}]", told, text, about=talk.person)
    await talk.say(_("Your thanks are on their way."))


async def _ask_back(talk: Talk, question: Question, answer: str, place: str) -> None:
    words = _("What do you want to ask back? Once for each answer; the bot passes it on without your name.")
    text = await talk.text(f"back[{place}]", words, at_least=BACK[0], at_most=BACK[1], check=screen)
    try:
        told = await talk.do(f"ask back[{place}]", replies.ask_back, answer=answer, by=talk.person, text=text)
    except Conflict:
        await talk.say(_("That is not possible any more."))
        return
    notice = _(
        "You answered the question “{question}”. The person who asked it asks back:\n\n“{text}”",
        question=question_cards.short(question.text),
        text=text,
    )
    # Translators: button, max:20
    await talk.tell(
        f"asked back[{place}]", [told], notice, [Option(f"reply:{answer}", _("Answer it"))], about=talk.person
    )
    await talk.say(_("It is on its way. What comes back stands with the answer."))


async def _widen(talk: Talk, question: Question, turn: int) -> None:
    try:
        await talk.do(f"widen[{turn}]", questions.widen, question=question.id, by=talk.person)
    except Conflict:
        await talk.say(_("That is not possible any more."))
        return
    await talk.say(_("It goes one step further now, to more countries."))


async def _close(talk: Talk, question: Question, given: Sequence[Answer], turn: int) -> None:
    """Close the question; who answered hears the asker's thanks, and a summary if there is one."""
    summary = ""
    if given:
        summary = await _summary(talk, turn)
    elif not await talk.confirm(f"sure[{turn}]", _("Nobody has answered yet. Close it all the same?")):
        return
    try:
        await talk.do(f"close[{turn}]", questions.close, question=question.id, by=talk.person, summary=summary)
    except Conflict:
        await talk.say(_("That is not possible any more."))
        return
    told = await talk.read(f"told[{turn}]", answers.answerers, question=question.id)
    await talk.tell(f"closed[{turn}]", told, relaying.closed(question, summary), about=talk.person)
    await talk.say(_("It is closed. Thank you for asking: a question helps others, too."))


async def _summary(talk: Talk, turn: int) -> str:
    words = _(
        "Who answered hears your thanks. Do you want to write them in a sentence or two what you learnt, or will do?"
    )
    # Translators: button, max:20
    skip = _("Only thank them")
    return await talk.text(f"summary[{turn}]", words, at_least=10, at_most=SUMMARY, check=screen, skip=skip)


capability = Capability(
    name="asked",
    command="asked",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("My questions"),
    # Translators: words that start this, separated by |.
    words=_("my questions|asked"),
    converse=asked,
    anew=True,
)
