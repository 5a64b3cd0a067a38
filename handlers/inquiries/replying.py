"""Replying: a member answers what was asked back about their answer."""

from __future__ import annotations

from handlers.inquiries import answering
from handlers.language import _
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Talk
from network import answers, questions, replies
from network.answers import Closed
from network.errors import Missing


async def reply(talk: Talk) -> None:
    """Show what was asked back, and pass the answer on to the asker."""
    given = await talk.look(answers.find, answer=talk.argument)
    question = await talk.look(questions.find, question=given.question) if given else None
    if given is None or question is None or given.person != talk.person or not given.back:
        await talk.say(answering.OVER)
        return
    if not question.is_open(talk.now):
        await talk.say(answering.OVER)
        return
    await talk.say(_("“{question}”\n\nYou answered: “{answer}”", question=question.text, answer=given.text))
    asked = _("The person who asked asks back:\n“{text}”\n\nWhat do you answer?", text=given.back)
    text = await talk.text("text", asked, at_least=answering.TEXT[0], at_most=answering.TEXT[1], check=screen)
    try:
        told = await talk.do("reply", replies.reply, answer=given.id, person=talk.person, text=text)
    except (Closed, Missing):
        await talk.say(_("The question was closed meanwhile, so your answer was not sent. Thank you all the same."))
        return
    await talk.tell("tell", [told], *answering.arrived(question), about=talk.person)
    await talk.say(_("Thank you. Your answer is on its way."))


capability = Capability(
    name="reply",
    command="reply",
    title=_("A question back"),
    words=_("a question back"),
    converse=reply,
    shown_in_menu=False,
    contributes=True,
    alone="answer",
)
