"""A question on a sensitive topic, and one that was reported, as coordinators decide on them."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.inquiries import question_cards
from handlers.language import Words, _
from handlers.talk import Option, Talk
from network import practices
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the question as those who are asked would read it."""
    question = request.what.question
    about = await talk.look(practices.published, ids=[question.about], language=talk.language)
    title = about[0].title if about else ""
    await talk.say(question_cards.asked(question, request.what.attribution, talk.language, practice=title))
    for words in request.what.words:
        await talk.say(_("The other side says: {words}", words=words))


async def _show_reported(talk: Talk, request: Request) -> None:
    await talk.say(_("A member thinks that this open question should not be here."))
    await _show(talk, request)
    await talk.say(_("If you agree to it, it stays open. If you refuse it, it is closed."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the asker that it goes out, or why it does not."""
    question = request.what.question
    text = question_cards.short(question.text)
    if settled["state"] == Decision.APPROVED:
        told = _("Good news: your question “{question}” goes out now. Answers come here.", question=text)
        await talk.tell("tell", [settled["tell"]], told)
        return
    told = _(
        "Thank you for your question “{question}”. The coordinators did not pass it on as it is. What they say: "
        "{reason}\n\nYou can ask it in other words.",
        question=text,
        reason=reason,
    )
    # Translators: button, max:20
    await talk.tell("tell", [settled["tell"]], told, [Option("ask", _("Ask again"))])


async def _tell_reported(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the one who reported it that it stays, or the asker why it was closed."""
    question = request.what.question
    text = question_cards.short(question.text)
    if settled["state"] == Decision.APPROVED:
        told = _(
            "Coordinators looked at the question “{question}” and keep it open. Thank you for taking care.",
            question=text,
        )
    else:
        told = _(
            "Coordinators closed your question “{question}”. What they say: {reason}", question=text, reason=reason
        )
    await talk.tell("tell", [settled["tell"]], told, about=question.asker or "")


async def _show_answer(talk: Talk, request: Request) -> None:
    """Show the answer as the asker reads it."""
    what = request.what
    await talk.say(_("The person who asked thinks that this answer should not be here."))
    await talk.say(_("“{title}”", title=what.question.text))
    await talk.say(question_cards.answer(what.answer, what.attribution, talk.language))
    await question_cards.play(talk, what.answer, what.attribution)
    for words in what.words:
        await talk.say(_("The other side says: {words}", words=words))
    await talk.say(_("If you agree to it, it stays. If you refuse it, it is taken away."))


async def _tell_answer(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the asker that the answer stays, or its author why it was taken away."""
    question = request.what.question
    text = question_cards.short(question.text)
    if settled["state"] == Decision.APPROVED:
        told = _("Coordinators looked at the answer to “{question}” that you reported, and it stays.", question=text)
        await talk.tell("tell", [settled["tell"]], told)
        return
    told = _(
        "Coordinators took your answer to “{question}” away. What they say: {reason}\n\nYou can answer it anew.",
        question=text,
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], told, about=question.asker or "")


def _listed_answer(request: Request) -> Words:
    return question_cards.listed(request.what.answer)


def _listed(request: Request) -> str:
    return question_cards.short(request.what.question.text)


kind = Kind(listed=_listed, note=_("a question to read"), show=_show, tell=_tell)
report = Kind(listed=_listed, note=_("an open question, reported"), show=_show_reported, tell=_tell_reported)
answer = Kind(listed=_listed_answer, note=_("an answer, reported"), show=_show_answer, tell=_tell_answer)
