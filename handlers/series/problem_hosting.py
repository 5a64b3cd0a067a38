"""What the hosts of a series do about problems: put them in order, hide a harmful one, take one to the country."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from handlers.language import OFFERED, Text, _, n_
from handlers.questions import Option
from handlers.screening import screen
from handlers.series import problem_cards
from handlers.talk import Talk
from network import countries, escalations, polls, priorities, problems, rounds, topics
from network.errors import Conflict, Forbidden, Missing
from network.poll_options import MOST_OPTIONS
from network.polls import Kind, OneSided
from network.priorities import MOST_WORDED, What
from network.problems import Gathered
from network.series import Series

Way = Callable[[Talk, Series, int], Awaitable[None]]
REASON, WORDS = (5, 200), (20, 300)  # characters
FEWEST = 2  # that can be put in order
OWN, ITS = "own", "its"
QUESTION = _("Which of these shall we work on first?")
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. By a poll it is said what comes first.
    "order": _("Put them in order"),
    # Translators: in a list, max:24. A problem that needs more than the place.
    "lift": _("Needs a national answer"),
    # Translators: in a list, max:24. A problem is shown no more.
    "hide": _("Hide a harmful one"),
}
WHATS: dict[str, Text] = {
    # Translators: button, max:20
    What.TOPICS: _("The topics"),
    # Translators: button, max:20
    What.PROBLEMS: _("Single problems"),
}
KINDS: dict[str, Text] = {
    # Translators: button, max:20. Three are put in order.
    Kind.RANKING: _("Rank three"),
    # Translators: button, max:20. Three are chosen.
    Kind.SEVERAL: _("Choose three"),
}


def options() -> list[Option]:
    """Return what a host can do."""
    return [Option(act, label) for act, label in ACTS.items()]


async def _hide(talk: Talk, found: Series, turn: int) -> None:
    chosen = await _which(talk, found, f"hide[{turn}]", _("Which one shall be shown no more?"))
    if not chosen:
        return
    question = _("Why? Whoever named it reads this; you never learn who it was.")
    low, high = REASON
    reason = await talk.text(f"why[{turn}]", question, at_least=low, at_most=high, check=screen)
    await talk.do(f"hidden[{turn}]", problems.hide, problem=chosen, by=talk.person, reason=reason)
    await talk.say(_("It is shown no more, and whoever named it hears why."))


async def _order(talk: Talk, found: Series, turn: int) -> None:
    """Make a poll of what was named, and open it."""
    if not talk.has_answer(f"what[{turn}]") and await talk.look(priorities.under_way, series=found.id) is not None:
        await talk.say(_("Such a poll is under way already. Its result orders the list once it closes."))
        return
    gathered = await talk.look(problems.by_topic, series=found.id, person=talk.person)
    offered = [Option(what, label) for what, label in WHATS.items()]
    what = await talk.choose(f"what[{turn}]", _("What shall be put in order?"), offered)
    listed, most = _listed(gathered, what, talk.language)
    if len(listed) < FEWEST and not talk.has_answer(f"codes[{turn}]"):
        await talk.say(_("There must be two at least before they can be put in order."))
        return
    question = n_("Which ones? {count} at most.", "Which ones? {count} at most.", most)
    codes = await talk.choose_several(f"codes[{turn}]", question, listed, at_least=FEWEST, at_most=most, search=True)
    kinds = [Option(kind, label) for kind, label in KINDS.items()]
    kind = await talk.choose(f"kind[{turn}]", _("How shall people answer?"), kinds)
    question = _("Shall the poll open? It is secret, lasts a week, and asks those who take part in the dialogue.")
    # Translators: button, max:20
    if await talk.confirm(f"sure[{turn}]", question, yes=_("Yes, open it")):
        await _open(talk, found, turn, {"what": what, "codes": codes, "kind": kind})


def _listed(gathered: list[Gathered], what: str, language: str) -> tuple[list[Option], int]:
    """Return what can be put in order, and how many of them."""
    if what == What.PROBLEMS:
        return problem_cards.choices(gathered), MOST_WORDED
    return [Option(each.topic, topics.label(each.topic, language)) for each in gathered], MOST_OPTIONS


async def _open(talk: Talk, found: Series, turn: int, given: Mapping[str, object]) -> None:
    """Open the poll, or ask the other side first where it goes beyond one group."""
    translator = talk.who.voice.translator
    question = {language: translator.render(QUESTION, language) for language in OFFERED}
    poll = await talk.do(f"poll[{turn}]", priorities.ask, series=found.id, by=talk.person, question=question, **given)
    try:
        asked = await talk.do(f"ask[{turn}]", polls.ask, poll=poll, by=talk.person)
    except OneSided:
        await talk.say(_("Your group has no coordinator of the other side any more. Until then no poll opens."))
        return
    if asked["approval"]:
        # Translators: button, max:20
        option = Option(f"decide:{asked['approval']}", _("Read and decide"))
        text = _("A poll that goes beyond one group waits for your decision.")
        await talk.tell(f"tell[{turn}]", asked["deciders"], text, [option], about=talk.person)
        await talk.say(_("Thank you. It goes beyond one group, so a coordinator of the other side reads it first."))
        return
    await talk.do(f"schedule[{turn}]", rounds.schedule, poll=poll)
    await talk.say(_("It opens now, and its result orders the list once it closes."))


async def _lift(talk: Talk, found: Series, turn: int) -> None:
    """Take a problem to the coordinators of a country."""
    chosen = await _which(talk, found, f"lift[{turn}]", _("Which one needs a national answer?"))
    if not chosen:
        return
    country = await _country(talk, found, turn)
    text = await _worded(talk, chosen, turn)
    given = {"problem": chosen, "by": talk.person, "country": country, "text": text}
    try:
        asked = await talk.do(f"lifted[{turn}]", escalations.lift, **given)
    except Conflict:
        await talk.say(_("This one is before the country’s coordinators already."))
        return
    except (Forbidden, Missing):
        await talk.say(_("Nobody else holds a seat in that country yet, so nobody could answer."))
        return
    # Translators: button, max:20
    option = Option(f"national:{asked['id']}", _("Read it"))
    news = _("A local dialogue says: this needs a national answer.")
    await talk.tell(f"told[{turn}]", asked["people"], news, [option], about=talk.person)
    await talk.say(_("It is before the coordinators of the country, of both sides. You hear what they say."))


async def _country(talk: Talk, found: Series, turn: int) -> str:
    """Return the country whose answer it needs: one of the series, else that of the host."""
    me = await talk.member()
    places = [code for code in found.countries if countries.known(code)] or [me.country]
    if len(places) == 1:
        return places[0]
    listed = [Option(code, countries.name(code, talk.language)) for code in places]
    return await talk.choose(f"country[{turn}]", _("Which country’s answer?"), listed)


async def _worded(talk: Talk, problem: str, turn: int) -> str:
    """Return the host's words, "" where the problem's own may be used, and are."""
    found = await talk.look(problems.get, problem=problem)
    if talk.has_answer(f"words[{turn}]") or found.shown:
        listed = [
            # Translators: button, max:20. In the words of whoever named the problem.
            Option(ITS, _("In its words")),
            # Translators: button, max:20
            Option(OWN, _("In my words")),
        ]
        if await talk.choose(f"words[{turn}]", _("In which words?"), listed) == ITS:
            return ""
    question = _("Say in your own words what needs a national answer. Its own words stay in the dialogue.")
    low, high = WORDS
    return await talk.text(f"text[{turn}]", question, at_least=low, at_most=high, check=screen)


async def _which(talk: Talk, found: Series, key: str, question: Text) -> str:
    """Return the id of a problem, "" when none is meant."""
    gathered = await talk.look(problems.by_topic, series=found.id, person=talk.person)
    listed = problem_cards.choices(gathered)
    if not listed and not talk.has_answer(key):
        await talk.say(_("Nobody has named a problem yet. Nobody ever reads who did."))
        return ""
    # Translators: button, max:20
    return await talk.choose(key, question, listed, search=True, skip=_("None of them"))


WAYS: dict[str, Way] = {"order": _order, "lift": _lift, "hide": _hide}
