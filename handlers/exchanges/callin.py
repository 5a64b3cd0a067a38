"""Call-in: hosts of a radio call-in answer what was asked, agree on what is sensitive, and publish; members read it."""

from __future__ import annotations

from itertools import count

from handlers.exchanges import callin_news
from handlers.language import Text, _
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import callins, exchanges
from network.callins import Answered
from network.errors import Conflict, Forbidden, Missing
from network.exchanges import Exchange

SHORT = 24  # characters in a list
ANSWER = (5, 500)  # characters, fewest and most
GONE = _("That is not possible any more, or not for you.")


async def callin(talk: Talk) -> None:
    """Let a host answer and publish, and anybody else who was invited read the answers."""
    hosted = await talk.look(callins.hosted, person=talk.person)
    found = talk.argument or await _pick(talk, hosted)
    if not found:
        return
    if found not in {each.id for each in hosted}:
        await _read(talk, found)
        return
    for turn in count():
        if not await _moderate(talk, found, turn):
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return


async def _pick(talk: Talk, hosted: list[Exchange]) -> str:
    """Return the call-in that is chosen: of those one hosts, and of those that have answers to be read."""
    answered = await talk.look(callins.answered, person=talk.person)
    listed = {each.id: each for each in [*hosted, *answered]}
    if not listed:
        await talk.say(_("You host no call-in, and none has answers for you yet. To plan one, write “exchange”."))
        return ""
    options = [Option(each.id, cut_to(each.title, SHORT)) for each in listed.values()]
    return await talk.choose("which", _("Which one?"), options)


async def _read(talk: Talk, exchange: str) -> None:
    try:
        answered = await talk.look(callins.published, exchange=exchange, person=talk.person)
    except Missing:
        answered = []
    lines = [_("“{question}”\n{answer}", question=each.question, answer=each.answer) for each in answered]
    await pages.read_through(talk, pages.packed(talk, lines or [_("No answer is published yet.")]), place="answers")


async def _moderate(talk: Talk, exchange: str, turn: int) -> bool:
    """Take one question, or publish; return whether they go on."""
    asked = await talk.look(callins.questions, exchange=exchange, by=talk.person)
    options = [Option(each.id, cut_to(each.question, SHORT), _standing(each)) for each in asked]
    if talk.has_answer(f"wish[{turn}]") or any(each.agreed and not each.published for each in asked):
        # Translators: in a list, max:24. The answers to what was asked of a call-in.
        options.append(Option("publish", _("Publish the answers")))
    # Translators: in a list, max:24
    options.append(Option("end", _("That is all")))
    wish = await talk.choose(f"wish[{turn}]", _("What was asked. Which question do you take?"), options)
    if wish == "end":
        return False
    try:
        if wish == "publish":
            await talk.do(f"publish[{turn}]", callins.publish, exchange=exchange, by=talk.person)
            translator = talk.who.voice.translator
            await talk.do(f"mail[{turn}]", callin_news.tell, exchange=exchange, translator=translator)
            await talk.say(_("The answers are published. Whoever asked, and whoever was invited, hears of it."))
        else:
            await _answer(talk, exchange, next(each for each in asked if each.id == wish), turn)
    except (Conflict, Forbidden, Missing):
        await talk.say(GONE)
    return True


def _standing(found: Answered) -> Text:
    if found.published:
        return _("published")
    if not found.answer:
        return _("no answer yet")
    return _("answered") if found.agreed else _("sensitive: waits for the other host")


async def _answer(talk: Talk, exchange: str, found: Answered, turn: int) -> None:
    """Agree to the other host's sensitive answer, or write one."""
    me = await talk.member()
    given = {"exchange": exchange, "by": talk.person, "question": found.id}
    await talk.say(_("“{text}”", text=found.question))
    waits = bool(found.answer) and not found.agreed and found.side != me.side
    if talk.has_answer(f"agree[{turn}]") or waits:
        question = _("The other host would answer: “{answer}”\n\nDo you agree?", answer=found.answer)
        if await talk.confirm(f"agree[{turn}]", question):
            await talk.do(f"agreed[{turn}]", callins.agree, **given)
            await talk.say(_("It is kept."))
            return
    question = _("What is the answer? Everybody who was invited can read it. Please name no person.")
    text = await talk.text(f"text[{turn}]", question, at_least=ANSWER[0], at_most=ANSWER[1], check=screen)
    question = _("Is it sensitive? Then it is published only when the host of the other side agrees.")
    sensitive = await talk.confirm(f"sensitive[{turn}]", question)
    await talk.do(f"answer[{turn}]", callins.answer, **given, text=text, sensitive=sensitive)
    if not sensitive:
        await talk.say(_("It is kept."))
        return
    await _ask_other(talk, exchange, turn)
    await talk.say(_("It is kept. The other host is asked; you can publish it once they agree."))


async def _ask_other(talk: Talk, exchange: str, turn: int) -> None:
    """Tell the other host that a sensitive answer waits for them."""
    found = await talk.look(exchanges.get, exchange=exchange)
    others = [host for host in found.hosts if host != talk.person]
    # Translators: button, max:20
    option = Option(f"callin:{exchange}", _("Read and decide"))
    news = _("A sensitive answer for “{title}” waits for your word.", title=found.title)
    await talk.tell(f"tell[{turn}]", others, news, [option], about=talk.person)


capability = Capability(
    name="callin",
    command="callin",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Of a call-in on the radio.
    title=_("Answers of a call-in"),
    # Translators: words that start this, separated by |.
    words=_("callin|call-in"),
    converse=callin,
    shown_in_menu=False,
    by_link=True,
)
