"""Answering: a member answers what others asked, without being shown to them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.inquiries import question_cards
from handlers.labels import LEVELS
from handlers.language import Text, _, n_
from handlers.messages import MediaKind
from handlers.questions import Told
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import answers, attribution, calls, inquiries, practices, questions, replies, topics
from network.answers import Answer, Closed
from network.attribution import Attribution
from network.errors import Missing
from network.questions import Question

TEXT = (10, 700)  # characters of an answer, fewest and most
OVER = _("This question takes no more answers. Thank you for coming.")


async def answer(talk: Talk) -> None:
    """Answer the question that a notice led to, or one of those that wait."""
    question = await _question(talk)
    if question is None:
        return
    await show(talk, question)
    former = await talk.look(answers.mine, question=question.id, person=talk.person)
    if former is not None:
        await talk.say(
            _(
                "You have answered: “{answer}”\n\nA new answer takes its place.",
                answer=former.text or _("(a voice message)"),
            )
        )
    told = await _told(talk)
    level = await _level(talk)
    await talk.say(_("This is what the person who asked will read:"))
    words = told.text or _("(a voice message)")
    await talk.say(
        _("{author}:\n“{answer}”", author=question_cards.author_line(await _line(talk, level)), answer=words)
    )
    wish = await talk.choose("review", _("Shall it be sent like this?"), _review())
    if wish != "send":
        await talk.revise(wish, forget=["voice"])
    if told.file and not await talk.look(answers.has_come, file=told.file, person=talk.person):
        await talk.say(_("Your voice message is still on its way here. Please try again in a moment."))
        await talk.revise("review")
    await _give(talk, question, told, level)


async def _told(talk: Talk) -> Told:
    """Ask for the answer: in words, or by voice from somebody who knows that it may be recognised."""
    question = _("What do you answer? Please name no person, no precise place, and nothing secret.")
    told = await talk.told("text", question, at_least=TEXT[0], at_most=TEXT[1], check=screen, kinds=[MediaKind.VOICE])
    if told.file:
        heard = _("The person who asked will hear your voice, and may know it. Shall it be sent all the same?")
        # Translators: button, max:20
        voice, words = _("Send my voice"), _("Write instead")
        if not await talk.confirm("voice", heard, yes=voice, no=words):
            await talk.revise("text", forget=["voice"])
    return told


async def show(talk: Talk, question: Question) -> None:
    """Say the question as those who are asked read it."""
    about = await talk.look(practices.published, ids=[question.about], language=talk.language)
    title = about[0].title if about else ""
    shown = await talk.look(inquiries.shown, question=question)
    await talk.say(question_cards.asked(question, shown, talk.language, practice=title))


async def open_one(talk: Talk, question: str) -> Question | None:
    """Return a question that this member may answer, or could when they began to; None when there is none."""
    if not await talk.read("may", calls.may_answer, question=question, person=talk.person):
        return None
    return await talk.look(questions.find, question=question)


async def _question(talk: Talk) -> Question | None:
    """Return the question to answer, the one that a notice led to or one chosen; None when there is none."""
    wanted = talk.argument or await _chosen(talk)
    command, _colon, which = wanted.rpartition(":")
    if command:
        await talk.go(command, which)
    if not wanted:
        await talk.say(_("No question waits for you now. What members ask on the topics that you follow stands here."))
        return None
    question = await open_one(talk, wanted)
    if question is None:
        await talk.say(OVER)
    return question


async def _chosen(talk: Talk) -> str:
    """Ask which of what waits; return the id of a question, or a command and what it is about, as on a notice."""
    waiting = await talk.look(questions.open_for, person=talk.person)
    wanted = [_wanted(each) for each in await talk.look(replies.wanted_of, person=talk.person)]
    if not waiting and not wanted:
        return ""
    # Translators: button, max:20. To report a question, or to hear no more of its topic.
    other = [Option("called:", _("Report or silence"))] if waiting else []
    number = len(waiting) + len(wanted)
    question = n_("{count} question waits. Choose it to answer.", "{count} questions wait. Which one?", number)
    return await talk.choose("question", question, [*wanted, *listed(waiting, talk.language), *other])


def listed(waiting: Sequence[Question], language: str) -> list[Option]:
    """Return questions as they stand in a list."""
    return [Option(each.id, question_cards.short(each.text), topics.label(each.topic, language)) for each in waiting]


def _wanted(given: Answer) -> Option:
    """Return what somebody was asked about an answer of theirs, by the command that the notice of it leads to."""
    if replies.is_consent_wanted(given):
        return Option(f"credit:{given.id}", question_cards.listed(given), _("May it become part of a practice?"))
    return Option(f"reply:{given.id}", question_cards.short(given.back), _("A question back"))


async def _level(talk: Talk) -> int:
    """Ask how much is said of the one who answers, and show exactly what."""
    holds = await talk.look(attribution.holds, person=talk.person, level=answers.ROLE)
    levels = [level for level in answers.LEVELS if level <= max(holds, answers.SIDE_AND_REGION)]
    options = [
        Option(str(level), LEVELS[level], question_cards.author_line(await _line(talk, level))) for level in levels
    ]
    question = _(
        "What may be said of you? The bot passes the answer on and tells nothing else. Please bear in mind: the person "
        "knows whom they asked, perhaps only a few."
    )
    return int(await talk.choose("level", question, options))


async def _line(talk: Talk, level: int) -> Attribution:
    return attribution.of_member(await talk.member(), level=level, year=talk.now.year)


def _review() -> list[Option]:
    return [
        # Translators: button, max:20
        Option("send", _("Yes, send it")),
        # Translators: button, max:20
        Option("text", _("Change the answer")),
        # Translators: button, max:20. How much is said of the one who answers.
        Option("level", _("Change my line")),
    ]


async def _give(talk: Talk, question: Question, told: Told, level: int) -> None:
    what = {"text": told.text, "file": told.file, "language": talk.language, "level": level}
    try:
        given = await talk.do("give", answers.give, question=question.id, person=talk.person, **what)
    except (Closed, Missing):
        await talk.say(_("The question was closed meanwhile, so your answer was not sent. Thank you all the same."))
        return
    if given["tell"]:
        await talk.tell("tell", [given["tell"]], *arrived(question), about=talk.person)
    await talk.say(_("Thank you. Your answer is on its way. Until the question is closed you can replace it."))


def arrived(question: Question) -> tuple[Text, list[Option]]:
    """Return what an asker is told when answers wait."""
    text = _("There is an answer to your question “{question}”.", question=question_cards.short(question.text))
    # Translators: button, max:20
    return text, [Option(f"asked:{question.id}", _("Read it"))]


capability = Capability(
    name="answer",
    command="answer",
    # Translators: in the menu, max:24
    title=_("Questions to answer"),
    # Translators: words that start this, separated by |.
    words=_("answer|questions|questions to answer"),
    converse=answer,
    contributes=True,
)
