"""Relaying: a question goes out in waves, its asker hears that answers wait, and it closes by itself."""

from __future__ import annotations

from handlers import people
from handlers.inquiries import answering, question_cards
from handlers.language import Text, _
from handlers.messages import Letter
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import answers, due, inquiries, practices, questions, waves
from network.members import State
from network.questions import CALL, END, READY, Question
from network.store import Tx


async def call(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Put a question to those who are next, and set when more are asked."""
    question = await questions.find(tx, question=occasion.subject)
    if question is None or not question.is_open(tx.now):
        return []
    letters: list[Letter] = []
    if occasion.who.state is State.ACTIVE:  # else nobody would read what they answer
        for language, people_ in (await waves.roll(tx, question=question.id)).items():
            text = await _notice(tx, question, language)
            letters += await _letters(tx, occasion, people_, text, _ways(question), about=question.asker or "")
    if await waves.goes_on(tx, question=question.id):
        await due.at(tx, kind=CALL, subject=question.id, instant=tx.now + waves.PAUSE, person=question.asker)
    return letters


async def ready(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell an asker who wanted to read both sides together that one of them has waited long enough."""
    question = await questions.find(tx, question=occasion.subject)
    asker = await answers.announce(tx, question=question.id) if question else ""
    if question is None or not asker:
        return []
    text, options = answering.arrived(question)
    return await _letters(tx, occasion, [asker], text, options)


async def end(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Close a question whose time is over, with a kind word for everybody who took part."""
    question = await questions.find(tx, question=occasion.subject)
    if question is None or question.state is not questions.State.OPEN:
        return []
    await questions.close(tx, question=question.id)
    given = await answers.answerers(tx, question=question.id)
    letters = await _letters(tx, occasion, given, closed(question), [], about=question.asker or "")
    text = _(
        "Your question “{question}” was open for a month and is closed now. Thank you for asking: a question helps "
        "others, too.",
        question=question_cards.short(question.text),
    )
    # Translators: button, max:20
    return letters + await _letters(
        tx, occasion, [question.asker or ""], text, [Option(f"asked:{question.id}", _("Look at it"))]
    )


def closed(question: Question, summary: str = "") -> Text:
    """Return what those who answered are told when a question closes."""
    text = _(
        "The question “{question}” is closed. Thank you for your answer: it helped.",
        question=question_cards.short(question.text),
    )
    if not summary:
        return text
    return question_cards.below(text, _("The person who asked writes: “{summary}”", summary=summary))


async def _notice(tx: Tx, question: Question, language: str) -> Text:
    about = await practices.published(tx, [question.about], language=language)
    shown = await inquiries.shown(tx, question=question)
    return question_cards.asked(question, shown, language, practice=about[0].title if about else "")


def _ways(question: Question) -> list[Option]:
    return [
        # Translators: button, max:20
        Option(f"answer:{question.id}", _("Answer it")),
        # Translators: button, max:20
        Option(f"called:later:{question.id}", _("Not now")),
        # Translators: button, max:20. To report a question, or to hear no more of its topic.
        Option(f"called:{question.id}", _("Report or silence")),
    ]


async def _letters(
    tx: Tx, occasion: Occasion, who: list[str], text: Text, options: list[Option], *, about: str = ""
) -> list[Letter]:
    translator = occasion.who.voice.translator
    return await people.letters(tx, who, text, options, translator, about=about)


errands: dict[str, Errand] = {CALL: call, READY: ready, END: end}
