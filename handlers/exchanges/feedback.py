"""Feedback: those who came to an exchange say how it was; its hosts read it, and may put it into their summary."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.labels import SIDES
from handlers.language import Text, Words, _, n_
from handlers.practices import pages
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import feedback, preparations
from network.errors import NetworkError
from network.feedback import LONGEST, Answer, Round, Said

FEWEST = 5  # characters of what should be done differently
SUMMARY = 900  # characters of a summary
GONE = _("That is not for you to answer, or is over. Thank you for coming.")
USEFUL: dict[str, Text] = {
    # Translators: button, max:20. Was a meeting useful?
    Answer.YES: _("Yes, very"),
    # Translators: button, max:20. Was a meeting useful?
    Answer.PARTLY: _("In part"),
    # Translators: button, max:20. Was a meeting useful?
    Answer.NO: _("Not really"),
}
BOTH: dict[str, Text] = {
    # Translators: button, max:20. Did both sides speak?
    Answer.YES: _("Yes, both"),
    # Translators: button, max:20. Did both sides speak?
    Answer.PARTLY: _("One side more"),
    # Translators: button, max:20. Did both sides speak?
    Answer.NO: _("Only one side"),
}
ASKED: dict[str, tuple[Text, dict[str, Text]]] = {
    "useful": (_("Was it useful to you?"), USEFUL),
    "both": (_("Did both sides speak?"), BOTH),
}


async def converse(talk: Talk) -> None:
    """Let a host read what was said, and anybody else who came say it."""
    subject = talk.argument or await talk.read("subject", feedback.waiting, person=talk.person)
    found = await talk.look(feedback.find, subject=subject) if subject else None
    if not subject:
        await talk.say(_("No meeting waits for your word now. You are asked here on the day after."))
    elif found is None:
        await talk.say(GONE)
    elif talk.person in found.exchange.hosts:
        await _read(talk, found)
    else:
        await _say(talk, found)


async def _say(talk: Talk, found: Round) -> None:
    open_to_me = await talk.look(feedback.may_say, subject=found.subject, person=talk.person)
    if not open_to_me and not talk.has_answer("useful"):
        await talk.say(GONE)
        return
    await talk.say(_("“{title}”", title=found.exchange.title))
    said = {
        name: await talk.choose(name, question, [Option(answer, label) for answer, label in answers.items()])
        for name, (question, answers) in ASKED.items()
    }
    question = _("What is one thing to do differently next time? The hosts read it, never who wrote it.")
    text = await talk.text("text", question, at_least=FEWEST, at_most=LONGEST, check=screen, skip=_("Nothing"))
    try:
        await talk.do("say", feedback.say, subject=found.subject, person=talk.person, **said, text=text)
    except NetworkError:
        await talk.say(GONE)
        return
    await talk.say(_("Thank you. Both hosts read it in a week, without anybody’s name."))


async def _read(talk: Talk, found: Round) -> None:
    """Show a host what was said, and offer to put the figures into the summary."""
    said = await talk.look(feedback.said, subject=found.subject, by=talk.person)
    if said is None:
        await talk.say(_("There is nothing to read yet. A week after they were asked you hear of it here."))
        return
    await pages.read_through(talk, pages.packed(talk, _lines(found, said)), place="said")
    if not said.total:
        return
    question = _("Shall these figures stand in the summary?")
    if await talk.confirm("add", question, yes=_("Yes"), no=_("No")):
        await _add(talk, found, said)


async def _add(talk: Talk, found: Round, said: Said) -> None:
    """Write the figures below the summary so far, in the words of the host's language."""
    of = {"exchange": found.exchange.id, "by": talk.person, "date": found.date}
    record = await talk.read("summary", preparations.record, **of)
    figures = "\n".join(talk.who.voice.say(line) for line in _figures(said.total))
    text = f"{record['summary']}\n\n{figures}".strip()
    try:
        if len(text) > SUMMARY:
            await talk.say(_("The summary has no room for it. Please shorten it first."))
            return
        await talk.do("note", preparations.note, **of, name="summary", text=text)
    except NetworkError:
        await talk.say(_("The summary cannot be changed any more."))
        return
    await talk.say(_("It stands in the summary. Others read it once both hosts publish it."))


def _lines(found: Round, said: Said) -> Iterator[Words]:
    """Yield what was said, the figures first."""
    many = n_("{count} answered.", "{count} answered.", said.answered)
    yield _("“{title}”\n{line}", title=found.exchange.title, line=many)
    if not said.total:
        yield _("Fewer than ten answered: no figures, so that they point at nobody.")
    yield from _figures(said.total)
    for side, figures in said.by_side.items():
        for line in _figures(figures):
            yield _("{side}: {figures}", side=SIDES[side], figures=line)
    if said.texts:
        yield _("To do differently next time:")
    for text in said.texts:
        yield _("“{text}”", text=text)


def _figures(total: dict[str, dict[str, int]]) -> Iterator[Text]:
    for name, numbers in total.items():
        question, answers = ASKED[name]
        said: Text | str = ""
        for answer, label in answers.items():
            one = _("{label}: {figure}", label=label, figure=numbers[answer])
            said = _("{above} · {more}", above=said, more=one) if said else one
        yield _("{question} {figures}", question=question, figures=said)


capability = Capability(
    name="feedback",
    command="feedback",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. What people say of a meeting that is over.
    title=_("How a meeting was"),
    # Translators: words that start this, separated by |.
    words=_("feedback|how it was"),
    converse=converse,
    shown_in_menu=False,
)
