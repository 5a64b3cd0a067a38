"""What the two hosts of a consultation do: close it, write the new version, and publish what is promised."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from handlers.consultations import consult_cards
from handlers.consultations.consult_cards import OUTCOMES
from handlers.language import Text, _
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.screening import screen
from handlers.talk import Talk
from network import commitments, consultations, extracts, poll_files, remarks
from network.commitments import Outcome
from network.consultations import Consultation, State
from network.sections import LONGEST

Way = Callable[[Talk, Consultation, int], Awaitable[None]]
SHORT = 24  # characters in a list
WHAT, WHO, WHY = (10, 300), (3, 80), (5, 150)  # characters
LATEST = timedelta(days=3 * 366)
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. For spreadsheets.
    "table": _("As a table"),
    # Translators: in a list, max:24. Nobody can answer any more.
    "close": _("Close it now"),
    # Translators: in a list, max:24
    "renew": _("Change a section"),
    # Translators: in a list, max:24
    "publish": _("Publish new version"),
    # Translators: in a list, max:24. To say what will be done.
    "promise": _("Add a commitment"),
    # Translators: in a list, max:24. To say what became of a commitment.
    "mark": _("Mark a commitment"),
}


def options(found: Consultation, *, promised: bool) -> list[Option]:
    """Return what a host can do now."""
    acts: list[str] = []
    if found.state is State.OPEN:
        acts = ["close"]
    elif found.state is State.CLOSED:
        acts = ["table", "renew", "publish", "promise"]
    elif found.state is State.RENEWED:
        acts = ["table", "promise"]
    return [Option(act, ACTS[act]) for act in acts + ["mark"] * promised]


async def _table(talk: Talk, found: Consultation, turn: int) -> None:
    """Make a file of all that was written, once both sides let it out; ask the other side for its word before."""
    if not await talk.read(f"let out[{turn}]", extracts.is_let_out, consultation=found.id):
        await _ask_out(talk, found, turn)
        return
    every = await talk.look(consultations.sections, consultation=found.id)
    said = await talk.look(remarks.of, consultation=found.id, person=talk.person)
    name, text = f"consultation-{found.id[:8]}.csv", consult_cards.table(every, said)
    await talk.do(f"table[{turn}]", poll_files.write, person=talk.person, name=name, text=text)
    await talk.say(_("The table comes in a moment. Of whoever wrote it holds the side, and no more."))


async def _ask_out(talk: Talk, found: Consultation, turn: int) -> None:
    asked = await talk.do(f"ask out[{turn}]", extracts.ask, consultation=found.id, by=talk.person)
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("A file of all that was written on “{title}” waits for your side’s word.", title=found.title)
    await talk.tell(f"tell out[{turn}]", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("A file needs the yes of both sides. The other side is asked; here you can read it all now."))


async def _close(talk: Talk, found: Consultation, turn: int) -> None:
    if await talk.confirm(f"sure[{turn}]", _("Shall nobody be able to answer any more?")):
        await talk.do(f"close[{turn}]", consultations.close, consultation=found.id, by=talk.person)
        await talk.say(_("It is closed. Whoever answered hears of it, and can read what both sides said."))


async def _renew(talk: Talk, found: Consultation, turn: int) -> None:
    """Ask how a section reads in the new version, and why."""
    every = await talk.look(consultations.sections, consultation=found.id)
    listed = [
        Option(str(each.number), consult_cards.begins(each, SHORT), consult_cards.renewal(each) or "") for each in every
    ]
    chosen = every[int(await talk.choose(f"section[{turn}]", _("Which section?"), listed)) - 1]
    if not talk.has_answer(f"renewed[{turn}]"):
        await talk.say(consult_cards.section(chosen, None))
    # Translators: button, max:20. A section is left out of the new version.
    out = _("Take it out")
    question = _("How does it read in the new version?")
    text = await talk.text(f"renewed[{turn}]", question, at_least=3, at_most=LONGEST, check=screen, skip=out)
    question = _("What changed, and why? Whoever answered reads it.")
    why = await talk.text(f"why[{turn}]", question, at_least=WHY[0], at_most=WHY[1], check=screen)
    given = {"consultation": found.id, "by": talk.person, "section": chosen.id, "text": text, "why": why}
    await talk.do(f"renew[{turn}]", consultations.renew, **given)
    await talk.say(_("It is kept. Nobody reads it before you publish the new version."))


async def _publish(talk: Talk, found: Consultation, turn: int) -> None:
    question = _("Shall the new version be published? Whoever answered hears of it. It cannot be changed afterwards.")
    if await talk.confirm(f"sure[{turn}]", question):
        await talk.do(f"publish[{turn}]", consultations.publish, consultation=found.id, by=talk.person)
        await talk.say(_("The new version is published, with what changed in each section."))


async def _promise(talk: Talk, found: Consultation, turn: int) -> None:
    """Ask what will be done, by which body, until when; whoever was asked can read it."""
    what = await _written(talk, f"what[{turn}]", _("What will be done?"), WHAT)
    who = await _written(talk, f"who[{turn}]", _("Which body or role does it? No person, please."), WHO)
    first = talk.now.date() + timedelta(days=1)
    day = await talk.date(f"day[{turn}]", _("Until which day?"), earliest=first, latest=first + LATEST)
    given = {"consultation": found.id, "by": talk.person, "what": what, "who": who}
    await talk.do(f"promise[{turn}]", commitments.add, **given, due_on=day.isoformat() if day else "")
    await talk.say(_("It is published with the draft. You are reminded a week before, and on the day."))


async def _written(talk: Talk, key: str, question: Text, within: tuple[int, int]) -> str:
    return await talk.text(key, question, at_least=within[0], at_most=within[1], check=screen)


async def _mark(talk: Talk, found: Consultation, turn: int) -> None:
    promised = await talk.look(commitments.of, consultation=found.id)
    listed = [Option(each.id, cut_to(each.what, SHORT), OUTCOMES[each.outcome]) for each in promised]
    chosen = await talk.choose(f"which[{turn}]", _("Which commitment?"), listed)
    became = [Option(outcome, OUTCOMES[outcome]) for outcome in (Outcome.DONE, Outcome.NOT_DONE)]
    outcome = await talk.choose(f"outcome[{turn}]", _("What became of it?"), became)
    await talk.do(f"mark[{turn}]", commitments.mark, commitment=chosen, by=talk.person, outcome=outcome)
    await talk.say(_("It is kept. Whoever answered the draft hears of it, and everybody who can read it sees it."))


WAYS: dict[str, Way] = {
    "table": _table,
    "close": _close,
    "renew": _renew,
    "publish": _publish,
    "promise": _promise,
    "mark": _mark,
}
