"""Results of a poll: in words, and on a tap as a picture, by side, as a table; and what was done about it."""

from __future__ import annotations

import csv
import io
from itertools import count

from handlers.language import Text, Words, _
from handlers.polls import poll_cards, poll_figures, poll_news, poll_pictures
from handlers.polls.poll_labels import OUTCOMES
from handlers.polls.poll_pictures import Round
from handlers.practices import pages
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import poll_files, poll_outcomes, polls, results, secrecy
from network.errors import Forbidden, Missing, NetworkError
from network.polls import Kind, Poll, State
from network.results import Part, Results

OUTCOME = (20, 400)  # characters of what was done about a poll, fewest and most
LONGEST_RECEIPT = 60


async def show(talk: Talk) -> None:
    """Say what came out, and offer the same in other forms as long as it is wanted."""
    poll = await talk.look(polls.find, poll=talk.argument)
    found = await _found(talk, poll) if poll is not None else None
    if poll is None or found is None:
        await talk.say(_("These results are not there to be read now. Those of other polls stand under “Polls”."))
        return
    leads = await talk.look(polls.is_coordinating, poll=poll, person=talk.person)
    for part in [*poll_figures.lines(poll, found, talk.language), *_said_of(poll, talk.language)]:
        await talk.say(part)
    if poll.round > 1 and found.lines:
        await talk.say("\n".join(poll_pictures.in_words(await _rounds(talk, poll), talk.who.voice)))
    for turn in count():
        wish = await talk.choose(f"wish[{turn}]", _("What would you like to see?"), _wishes(poll, found, leads=leads))
        if wish == "end":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        if wish == "receipt":
            await talk.go("receipt", poll.id)
        await _WAYS[wish](talk, poll, found, turn)


async def _found(talk: Talk, poll: Poll) -> Results | None:
    try:
        return await talk.look(results.of, poll=poll.id, person=talk.person)
    except (Forbidden, Missing):
        return None


def _said_of(poll: Poll, language: str) -> list[Words]:
    """Return what it tells of, and what was done about it."""
    said: list[Words] = []
    if poll.plan.tags:
        known = [OUTCOMES[code] for code in poll.plan.tags if code in OUTCOMES]
        said += [_("It tells of: {outcomes}", outcomes=_joined(known))] if known else []
    if poll.outcome:
        said.append(_("What was done about it: {outcome}", outcome=poll_cards.in_language(poll.outcome, language)[0]))
    return said


def _joined(texts: list[Text]) -> Words:
    whole: Words = ""
    for text in texts:
        whole = _("{one} · {more}", one=whole, more=text) if whole else text
    return whole


def _wishes(poll: Poll, found: Results, *, leads: bool) -> list[Option]:
    closed = poll.state is State.CLOSED
    offered = (
        # Translators: in a list, max:24
        (Option("picture", _("As a picture")), bool(found.lines)),
        # Translators: in a list, max:24
        (Option("parts", _("By side and country")), bool(found.lines)),
        # Translators: in a list, max:24. What people wrote in a poll.
        (Option("texts", _("Read the answers")), closed and leads and poll.plan.kind is Kind.TEXT),
        # Translators: in a list, max:24
        (Option("receipt", _("Check a receipt")), closed and poll.plan.secret),
        # Translators: in a list, max:24. For spreadsheets.
        (Option("table", _("As a table")), closed and leads and bool(found.lines)),
        # Translators: in a list, max:24. What was done about the results of a poll.
        (Option("outcome", _("Say what was done")), closed and leads),
        # Translators: in a list, max:24
        (Option("end", _("That is all")), True),
    )
    return [option for option, here in offered if here]


async def _picture(talk: Talk, poll: Poll, found: Results, turn: int) -> None:
    """Have the picture drawn, with the trend where it was asked before."""
    voice = talk.who.voice
    drawn = poll_pictures.sheet(poll, found, await _rounds(talk, poll), voice)
    await talk.do(f"draw[{turn}]", poll_files.draw, person=talk.person, text=drawn["title"], sheet=drawn)
    await talk.say(_("The picture comes in a moment."))


async def _rounds(talk: Talk, poll: Poll) -> list[Round]:
    rounds = await talk.look(polls.closed_rounds, series=poll.series)
    return [(each, await talk.look(results.published, poll=each.id)) for each in rounds if each.round <= poll.round]


async def _parts(talk: Talk, poll: Poll, found: Results, _turn: int) -> None:
    for part in poll_figures.parts(poll, found, talk.language):
        await talk.say(part)


async def _texts(talk: Talk, poll: Poll, _found: Results, turn: int) -> None:
    """Let a coordinator read what people wrote, without who wrote what."""
    found = await talk.look(results.texts, poll=poll)
    said = [_("“{words}”", words=each) for each in found] or [_("Nobody wrote anything.")]
    await pages.read_through(talk, pages.packed(talk, said), place=f"texts[{turn}]")


async def _table(talk: Talk, poll: Poll, found: Results, turn: int) -> None:
    """Have the figures that may be said written as a table, without any person."""
    name = f"poll-{poll.id[:8]}.csv"
    await talk.do(
        f"table[{turn}]", poll_files.write, person=talk.person, name=name, text=table(poll, found, talk.language)
    )
    await talk.say(
        _("The table comes in a moment. It holds numbers only, the same for the coordinators of both sides.")
    )


def table(poll: Poll, found: Results, language: str) -> str:
    """Return the figures of a poll as CSV (RFC 4180): each option for everybody, and for each part that may be said.

    The votes of a ranking are those that put an option first.
    """
    labels = poll_figures.named(poll, language)
    given = {line.number: line.votes for line in found.lines} | {each.number: each.firsts for each in found.places}
    points = {each.number: each.points for each in found.places}
    everybody = Part("", "", found.answered, given)
    parts = [("all", everybody), *(("part", part) for part in (*found.sides, *found.countries, *found.cells))]
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["of", "side", "country", "option", "label", "votes", "answered", "points"])
    for of, part in parts:
        for number, votes in part.votes.items():
            label, scored = _inert(labels.get(number, "")), points.get(number, "") if of == "all" else ""
            rows.writerow([of, part.side, part.country, number, label, votes, part.answered, scored])
    return written.getvalue()


def _inert(words: str) -> str:
    """Return what a member wrote so that no spreadsheet takes it for a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


async def _outcome(talk: Talk, poll: Poll, _found: Results, turn: int) -> None:
    """Ask what was done, and tell everybody who took part."""
    question = _(
        "What was done about it, or will be? Everybody who took part reads it. Please name no person.\n\nWho is "
        "listened to answers again."
    )
    low, high = OUTCOME
    words = await talk.text(f"outcome[{turn}]", question, at_least=low, at_most=high, check=screen)
    if not await talk.confirm(f"sure[{turn}]", _("“{words}”\n\nShall it go to everybody who took part?", words=words)):
        await talk.say(_("Nothing was sent."))
        return
    given = {**poll.outcome, talk.language: words}
    try:
        asked = await talk.do(f"tell[{turn}]", poll_outcomes.tell, poll=poll.id, by=talk.person, words=given)
    except NetworkError:
        await talk.say(_("That is not possible any more."))
        return
    if asked["approval"]:
        # Translators: button, max:20
        option = Option(f"decide:{asked['approval']}", _("Read and decide"))
        text = _("What was done about a poll that goes beyond one group waits for your decision.")
        await talk.tell(f"ask[{turn}]", asked["deciders"], text, [option], about=talk.person)
        await talk.say(_("Thank you. It goes beyond one group, so a coordinator of the other side reads it first."))
        return
    translator = talk.who.voice.translator
    await talk.do(f"mail[{turn}]", poll_news.tell_outcome, poll=poll.id, translator=translator)
    await talk.say(_("Thank you. It is on its way to everybody who took part."))


async def check_receipt(talk: Talk) -> None:
    """Say whether the vote that a receipt is for is in the closed count."""
    poll = await _closed(talk)
    if poll is None:
        await talk.say(_("Receipts can be checked once a secret poll is closed. None is there yet."))
        return
    await talk.say(
        _(
            "The receipts of all votes have one digest, which was sent to everybody at the close. Would it ever be "
            "another one, then something was changed:\n{digest}",
            digest=poll.digest,
        )
    )
    typed = await talk.text("receipt", _("Write your receipt, as you got it."), at_least=4, at_most=LONGEST_RECEIPT)
    if await talk.look(secrecy.is_counted, poll=poll.id, receipt=typed):
        await talk.say(_("Yes: this vote is in the count. Nobody can tell from the receipt what it says."))
    else:
        await talk.say(
            _(
                "No vote with this receipt is in the count. Please look at it again: when you changed your vote, only "
                "the latest receipt holds."
            )
        )


async def _closed(talk: Talk) -> Poll | None:
    """Return the closed secret poll that is meant, or chosen; None when there is none."""
    meant = await talk.look(polls.find, poll=talk.argument)
    if meant is not None and meant.state is State.CLOSED and meant.plan.secret:
        return meant
    every = await talk.look(polls.closed_for, person=talk.person)
    found = {each.id: each for each in every if each.plan.secret}
    if len(found) < 2:  # noqa: PLR2004 - nothing to choose from
        return next(iter(found.values()), None)
    options = [Option(each.id, poll_cards.title(each.question, talk.language)) for each in found.values()]
    return found[await talk.choose("poll", _("For which poll is the receipt?"), options)]


_WAYS = {"picture": _picture, "parts": _parts, "texts": _texts, "table": _table, "outcome": _outcome}

capability = Capability(
    name="results",
    command="results",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Results of a poll"),
    # Translators: words that start this, separated by |.
    words=_("results"),
    converse=show,
    shown_in_menu=False,
    by_link=True,
    anew=True,
    alone="polls",
)
receipt_capability = Capability(
    name="receipt",
    command="receipt",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Check a receipt"),
    # Translators: words that start this, separated by |.
    words=_("receipt|check a receipt"),
    converse=check_receipt,
    shown_in_menu=False,
)
