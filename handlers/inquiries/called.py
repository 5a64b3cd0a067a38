"""Called: what a member who was asked can do beside answering: leave it, report it, hear no more of its topic."""

from __future__ import annotations

from handlers.inquiries import answering
from handlers.language import _
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import questions, topics
from network.digests import Pace
from network.questions import Question

LATER = "later:"  # stands before the id of a question that is left for now


async def called(talk: Talk) -> None:
    """Let a question be left, reported, or its topic silenced."""
    if talk.argument.startswith(LATER):
        await talk.say(_("Gladly. It waits for you under “Questions to answer” while it is open."))
        return
    question = await answering.open_one(talk, talk.argument or await _which(talk))
    if question is None:
        await talk.say(answering.OVER)
        return
    topic = topics.label(question.topic, talk.language)
    options = [
        # Translators: in a list, max:24
        Option("report", _("It should not be here"), _("coordinators look at it")),
        # Translators: in a list, max:24
        Option("topic", _("Silence this topic"), topic),
        # Translators: in a list, max:24
        Option("all", _("Silence all topics"), _("no questions, no digests")),
        # Translators: in a list, max:24
        Option("answer", _("Answer it after all")),
    ]
    wish = await talk.choose("wish", _("What would help you?"), options)
    if wish == "answer":
        await talk.go("answer", question.id)
    await (_report(talk, question) if wish == "report" else _silence(talk, question, wish))


async def _which(talk: Talk) -> str:
    """Ask which of the questions that wait is meant; return its id."""
    waiting = await talk.look(questions.open_for, person=talk.person)
    if not waiting:
        await talk.go("answer")
    return await talk.choose("question", _("Which question is it about?"), answering.listed(waiting, talk.language))


async def _report(talk: Talk, question: Question) -> None:
    reported = await talk.do("report", questions.report, question=question.id, by=talk.person)
    if reported["deciders"]:
        # Translators: button, max:20
        option = Option(f"decide:{reported['approval']}", _("Read and decide"))
        await talk.tell("tell", reported["deciders"], _("A member asks you to look at an open question."), [option])
    await talk.say(
        _("Thank you for taking care. Coordinators have looked at it, or will, and nobody learns who said so.")
    )


async def _silence(talk: Talk, question: Question, wish: str) -> None:
    if wish == "topic":
        await talk.do("follow", topics.follow, person=talk.person, topics=[question.topic])
        await talk.do("silence", topics.set_pace, person=talk.person, pace=Pace.SILENT, topic=question.topic)
    else:
        await talk.do("silence", topics.set_pace, person=talk.person, pace=Pace.SILENT)
    await talk.say(_("It is silent now. You can change that at any time under “Topics I follow”."))


capability = Capability(
    name="called",
    command="called",
    title=_("About a question"),
    words=_("about a question"),
    converse=called,
    shown_in_menu=False,
)
