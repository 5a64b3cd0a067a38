"""Crediting: answers become a practice, with the yes of those who wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.inquiries import question_cards
from handlers.labels import part_label
from handlers.language import Text, _, n_
from handlers.me.about_me import country_options
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import answers, attribution, countries, questions, replies, requests
from network.answers import HIDDEN, SIDE_AND_REGION, Answer, Consent
from network.errors import Conflict, Missing
from network.facts import Facts
from network.questions import Question

TITLE, PART = 60, 900  # characters, at most
EVERYWHERE = "all"


async def make_practice(talk: Talk, question: Question, given: Sequence[Answer], turn: int) -> None:
    """Ask the authors of answers for their yes, or write the practice with those who gave it."""
    agreed = [each for each in given if each.consent is Consent.YES]
    if agreed:
        words = n_("{count} author has agreed.", "{count} authors have agreed.", len(agreed))
        options = [
            # Translators: button, max:20
            Option("write", _("Write it now")),
            # Translators: button, max:20
            Option("ask", _("Ask more authors")),
        ]
        if await talk.choose(f"practice[{turn}]", words, options) == "write":
            await talk.go("compose", question.id)
    await _ask(talk, question, given, turn)


async def _ask(talk: Talk, question: Question, given: Sequence[Answer], turn: int) -> None:
    """Ask the authors of some answers whether these may become part of a practice."""
    able = [each for each in given if each.text and each.consent in {Consent.UNASKED, Consent.ASKED}]
    if not able:
        await talk.say(_("No author of a written answer is left to ask."))
        return
    options = [Option(each.id, question_cards.short(each.text)) for each in able]
    words = _("Which answers shall become part of it? Their authors are asked first.")
    chosen = await talk.choose_several(f"chosen[{turn}]", words, options, at_least=1)
    asked = await talk.do(f"consent[{turn}]", replies.ask_consent, question=question.id, by=talk.person, ids=chosen)
    text = _(
        "The person who asked “{question}” would like to make a practice of answers, yours too. Do you agree? You see "
        "it first.",
        question=question_cards.short(question.text),
    )
    for answer, person in asked:
        # Translators: button, max:20
        option = Option(f"credit:{answer}", _("See and decide"))
        await talk.tell(f"consent asked[{answer}.{turn}]", [person], text, [option], about=talk.person)
    await talk.say(_("They are asked, and you hear here when one agrees."))


async def compose(talk: Talk) -> None:
    """Ask for what is missing, show the practice and hand it in, with a line on whose answers it holds."""
    question = await talk.look(questions.find, question=talk.argument)
    if question is None or question.asker != talk.person:
        await talk.say(_("That is not possible any more."))
        return
    given = await talk.read("answers", answers.of, question=question.id)
    agreed = [each for each in given if each.consent is Consent.YES]
    if not agreed:
        await talk.say(_("No author has agreed yet."))
        return
    title = await talk.text("title", _("Give it a short title."), at_least=8, at_most=TITLE, check=screen)
    problem = await _part(talk, "problem", _("The problem, as you asked it:"), question.text)
    done = await _part(talk, "done", _("What was done, from the answers:"), _joined(agreed))
    everywhere = Option(EVERYWHERE, countries.name("", talk.language))
    options = [everywhere, *country_options(talk.language)]
    place = await talk.choose("country", _("Where was it done?"), options, search=True)
    country = "" if place == EVERYWHERE else place
    parts = {"problem": problem, "done": done, "who": await _credit(talk, agreed)}
    await talk.say(_("“{title}”", title=title))
    await talk.say(countries.name(country, talk.language))
    for part, text in parts.items():
        await talk.say(_("{heading}\n{text}", heading=part_label(part), text=text))
    if not await talk.confirm("hand in", _("Shall it be handed in like this?")):
        await talk.say(_("Nothing was handed in."))
        return
    await _hand_in(talk, question, title, parts, country)


async def _hand_in(talk: Talk, question: Question, title: str, parts: dict[str, str], country: str) -> None:
    handed = await talk.do(
        "submit",
        requests.share,
        author=talk.person,
        language=talk.language,
        facts=Facts(country=country),
        topics=[question.topic],
        title=title,
        parts=parts,
    )
    # Translators: button, max:20
    option = Option(f"decide:{handed['approval']}", _("Read and decide"))
    news = _("A practice waits for your decision: “{title}”.", title=title)
    await talk.tell("submitted", handed["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators will read it, and you will hear from them here."))


async def _part(talk: Talk, key: str, heading: Text, ready: str) -> str:
    """Offer a text that is ready, and ask for another where it is not wanted or too long."""
    if len(ready) <= PART:
        await talk.say(_("{heading}\n“{text}”", heading=heading, text=ready))
        # Translators: button, max:20
        keep, change = _("Keep it"), _("Write it anew")
        if await talk.confirm(f"keep {key}", _("Shall it stand like this?"), yes=keep, no=change):
            return ready
    else:
        await talk.say(heading)
        await talk.say(_("It is too long to stand as it is."))
    return await talk.text(key, _("Write it in your own words."), at_least=20, at_most=PART, check=screen)


async def _credit(talk: Talk, agreed: Sequence[Answer]) -> str:
    """Return whose answers it holds, as far as each of them agreed to."""
    lines = [question_cards.author_line(await _credited(talk, each)) for each in agreed]
    said = dict.fromkeys(talk.who.voice.say(line) for line in lines)
    return talk.who.voice.say(_("From answers of members: {authors}", authors="; ".join(said)))


async def _credited(talk: Talk, given: Answer) -> attribution.Attribution:
    shown = await talk.look(answers.shown, given=[given], credited=True)
    return shown[given.id]


def _joined(agreed: Sequence[Answer]) -> str:
    return "\n\n".join("\n".join(part for part in (each.text, each.more) if part) for each in agreed)


async def credit(talk: Talk) -> None:
    """Let the author of an answer say whether it may become part of a practice."""
    given = await talk.look(answers.find, answer=talk.argument)
    if given is None or given.person != talk.person or given.consent is Consent.UNASKED:
        await talk.say(_("That is not asked any more. Thank you for coming."))
        return
    question = await talk.look(questions.get, question=given.question)
    await talk.say(_("“{question}”\n\nYou answered: “{answer}”", question=question.text, answer=_joined([given])))
    await talk.say(_("Coordinators read a practice before it is published. Then it stays, even if you leave."))
    line = question_cards.author_line(attribution.of_member(await talk.member(), level=SIDE_AND_REGION))
    options = [
        # Translators: in a list, max:24
        Option("line", _("Yes, with this line"), line),
        # Translators: in a list, max:24
        Option("hidden", _("Yes, unnamed"), _("A member of the network")),
        # Translators: in a list, max:24
        Option("no", _("No, please not")),
    ]
    word = await talk.choose("word", _("May it become part of a practice?"), options)
    level = SIDE_AND_REGION if word == "line" else HIDDEN
    await _say(talk, question, given, agree=word != "no", level=level)


async def _say(talk: Talk, question: Question, given: Answer, *, agree: bool, level: int) -> None:
    try:
        told = await talk.do("consent", replies.consent, answer=given.id, person=talk.person, agree=agree, level=level)
    except (Conflict, Missing):
        await talk.say(_("That is not asked any more. Thank you for coming."))
        return
    if told and agree:
        text = _(
            "An author of an answer to “{question}” agrees that it becomes part of a practice.",
            question=question_cards.short(question.text),
        )
        # Translators: button, max:20
        await talk.tell("tell", [told], text, [Option(f"asked:{question.id}", _("Go on"))], about=talk.person)
    await talk.say(_("Thank you. It is done as you wish."))


compose_capability = Capability(
    name="compose",
    command="compose",
    title=_("A practice from answers"),
    words=_("a practice from answers"),
    converse=compose,
    shown_in_menu=False,
    contributes=True,
    alone="asked",
)
capability = Capability(
    name="credit",
    command="credit",
    title=_("An answer in a practice"),
    words=_("an answer in a practice"),
    converse=credit,
    shown_in_menu=False,
    contributes=True,
    alone="answer",
)
